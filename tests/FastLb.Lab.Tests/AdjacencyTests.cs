using System.Net.Sockets;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>How the director finds its real servers' Ethernet addresses and follows them.</summary>
public sealed class AdjacencyTests
{
    private const int Port = 7000;

    [Fact]
    public async Task Established_connection_follows_its_server_to_a_new_mac()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Configuration(lab));
        using Socket listener = lab.Web01.Listen(ReferenceLab.VirtualAddress, Port);
        using Socket client = await lab.Client.Connect(ReferenceLab.VirtualAddress, Port);
        using Socket server = await listener.AcceptAsync();
        await AssertArrives(client, server, 1);

        // With arp_notify the server announces its new address, as an operating system that moves an address does.
        await lab.Web01.Sysctl($"net.ipv4.conf.{lab.Web01.Interface}.arp_notify=1");
        await lab.Web01.Ip($"link set {lab.Web01.Interface} address 02:00:00:00:99:32");

        await Eventually.Observe(
            () => Adjacency(balancer), adjacency => adjacency.IsResolved && adjacency.Mac == "02:00:00:00:99:32", "the new MAC");
        await AssertArrives(client, server, 2);
        Assert.Equal(1, (await balancer.Status()).Service(Port).Connections);
    }

    [Fact]
    public async Task Server_that_is_down_at_the_start_is_found_when_it_comes_up()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await lab.Web01.Ip($"link set {lab.Web01.Interface} down");
        await using Balancer balancer = await Balancer.Start(lab, Configuration(lab));
        using Socket listener = lab.Web01.Listen(ReferenceLab.VirtualAddress, Port);

        Assert.False((await Adjacency(balancer)).IsResolved);

        await lab.Web01.Ip($"link set {lab.Web01.Interface} up");
        using Socket client = await lab.Client.Connect(ReferenceLab.VirtualAddress, Port);
        using Socket server = await listener.AcceptAsync();
        await AssertArrives(client, server, 1);
        AdjacencyStatus found = await Eventually.Observe(() => Adjacency(balancer), adjacency => adjacency.IsResolved, "the server's MAC");
        Assert.Equal((await lab.Web01.Mac(), lab.Master.Interface), (found.Mac, found.Interface));
    }

    [Fact]
    public async Task Frames_for_a_server_that_does_not_answer_are_dropped_with_a_reason()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await lab.Web01.Ip($"link set {lab.Web01.Interface} down");
        await using Balancer balancer = await Balancer.Start(
            lab, VirtualService.WriteConfiguration(lab, new VirtualService(80) { Servers = [(lab.Web01, 1)] }));

        CommandResult result = await lab.Client.TryFetch(ReferenceLab.VirtualAddressText, limit: 2);

        Assert.NotEqual(0, result.ExitCode);
        BalancerStatus status = await Eventually.Observe(
            balancer.Status, status => Unreachable(status) > 0, "dropped for want of a MAC");
        Assert.Equal(0, status.Verdicts.GetValueOrDefault("forwardedDirect"));
        Assert.Equal(0, status.Frames!.Lost);
    }

    private static string Configuration(ReferenceLab lab) =>
        VirtualService.WriteConfiguration(lab, new VirtualService(Port) { Servers = [(lab.Web01, 1)] });

    /// <summary>Frames that waited in vain while the kernel still asked for the server, or came when it had given up.</summary>
    private static long Unreachable(BalancerStatus status) =>
        status.Verdicts.GetValueOrDefault("adjacencyUnresolved") + status.Verdicts.GetValueOrDefault("noRoute");

    private static async Task<AdjacencyStatus> Adjacency(Balancer balancer) =>
        (await balancer.Status()).Service(Port).Servers.Single().Adjacency;

    private static async Task AssertArrives(Socket client, Socket server, byte value)
    {
        using CancellationTokenSource deadline = new(Eventually.Patience);
        byte[] received = new byte[1];
        await client.SendAsync(new[] { value }, deadline.Token);
        Assert.Equal(1, await server.ReceiveAsync(received, deadline.Token));
        Assert.Equal(value, received[0]);
    }
}
