using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FastLb.Lab.Tests.Captures;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>What is not a service's stays with the kernel, as if FastLb were not there.</summary>
public sealed class SteeringTests
{
    [Theory]
    [InlineData("192.168.182.130")]
    [InlineData(ReferenceLab.VirtualAddressText)]
    public async Task Tcp_to_a_port_without_service_reaches_the_director(string address)
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);
        using Socket listener = lab.Master.Listen(IPAddress.Any, 22);

        using Socket client = await lab.Client.Connect(IPAddress.Parse(address), 22);
        using Socket server = await listener.AcceptAsync();
        await AssertExchange(client, server);

        Assert.Equal(0, Steering(await balancer.Status()).Steered);
    }

    [Fact]
    public async Task Director_itself_answers_arp_and_ping_for_the_virtual_address()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);

        (await lab.Client.Run("ping", "-q", "-c", "3", "-i", "0.2", "-W", "2", ReferenceLab.VirtualAddressText)).Expected();

        Assert.Contains(
            $"lladdr {await lab.Master.Mac()}", await lab.Client.Ip($"neighbour show {ReferenceLab.VirtualAddressText}"), StringComparison.Ordinal);
        Assert.Equal(0, Steering(await balancer.Status()).Steered);
    }

    [Fact]
    public async Task Directors_own_connections_to_a_real_server_stay_with_the_kernel()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);

        Assert.Equal("this is web01", await lab.Master.Fetch("192.168.182.132"));
        Assert.Equal("this is web02", await lab.Master.Fetch("192.168.182.133"));

        Assert.Equal(0, Steering(await balancer.Status()).Steered);
    }

    [Fact]
    public async Task Frames_flooded_for_another_host_are_left_alone()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);

        // A bridge that forgets at once is a hub; and a client that takes web01 for the owner of the virtual address is served by it directly.
        await lab.Segment.Ip("link set br0 type bridge ageing_time 0");
        await lab.Client.Ip(
            $"neighbour replace {ReferenceLab.VirtualAddressText} lladdr {await lab.Web01.Mac()} dev {lab.Client.Interface} nud permanent");
        long before = Steering(await balancer.Status()).NotOwnMac;
        // The virtual address alone: the director's health checks, which a hub shows everybody, go to the servers' own.
        await using Capture atServer = await Capture.Start(lab.Web01, $"dst host {ReferenceLab.VirtualAddressText} and tcp dst port 80");
        await using Capture atDirector = await Capture.Start(
            lab.Segment, lab.Master.Name, $"dst host {ReferenceLab.VirtualAddressText} and tcp dst port 80");

        for (int request = 0; request < 4; request++)
            Assert.Equal("this is web01", await lab.Client.Fetch(ReferenceLab.VirtualAddressText));

        await atServer.ConnectionsEnd(4);
        await atDirector.ConnectionsEnd(4);
        await Eventually.Observe(
            balancer.Status, status => Steering(status).NotOwnMac - before >= atDirector.Frames.Count, "all flooded frames counted");
        BalancerStatus after = await balancer.Status();
        string directorMac = await lab.Master.Mac();
        IReadOnlyList<CapturedFrame> arrived = await atServer.Stop(), flooded = await atDirector.Stop();
        Assert.True(flooded.Count >= 16, $"only {flooded.Count} frames reached the director");
        Assert.DoesNotContain(arrived.Concat(flooded), frame => frame.SourceMac == directorMac);
        Assert.Equal(arrived.Count, arrived.Select(frame => frame.Identity + frame.ToString()).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(0, Steering(after).Steered);
        Assert.Equal(0, after.Service(80).Packets);
    }

    [Fact]
    public async Task Interface_whose_driver_refuses_native_xdp_is_served_in_generic_mode()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Xdp = "generic" });
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);

        for (int request = 0; request < 4; request++)
            Assert.StartsWith("this is web0", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);

        BalancerStatus status = await balancer.Status();
        Assert.Equal("generic", Assert.Single(status.Ports).Mode);
        Assert.Equal(status.Service(80).Packets, Steering(status).Steered);
        Assert.Contains($"{lab.Master.Interface}: native XDP by the driver of {lab.Master.Interface} with so few queues", balancer.Log, StringComparison.Ordinal);
    }

    private static SteeringStatus Steering(BalancerStatus status) => Assert.Single(status.Steering);

    private static async Task AssertExchange(Socket client, Socket server)
    {
        using CancellationTokenSource deadline = new(Eventually.Patience);
        byte[] message = RandomNumberGenerator.GetBytes(10_000);
        foreach ((Socket from, Socket to) in new[] { (client, server), (server, client) })
        {
            byte[] received = new byte[message.Length];
            await from.SendAsync(message, deadline.Token);
            for (int count = 0; count < received.Length;)
            {
                int length = await to.ReceiveAsync(received.AsMemory(count), deadline.Token);
                Assert.NotEqual(0, length);
                count += length;
            }

            Assert.Equal(message, received);
        }
    }
}
