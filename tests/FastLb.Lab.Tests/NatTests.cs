using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FastLb.Lab.Tests.Captures;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>A director between two segments that translates addresses: what clients and servers see of each other, and what it leaves alone.</summary>
public sealed class NatTests
{
    private static readonly IPAddress Gateway = IPAddress.Parse("10.0.0.1");

    private static readonly string[] RewrittenInside = ["destination MAC", "source MAC", "TTL", "IP checksum", "destination address", "transport checksum"];

    private static readonly string[] RewrittenOutside = ["destination MAC", "source MAC", "TTL", "IP checksum", "source address", "transport checksum"];

    [Fact]
    public async Task Requests_go_to_the_servers_in_turn()
    {
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await StartBalancer(lab, Repository.NatConfiguration);

        List<string> answers = [];
        for (int request = 0; request < 8; request++)
            answers.Add(await lab.Client.Fetch(ReferenceLab.VirtualAddressText));

        string first = answers[0], second = answers[1];
        Assert.Equal(["this is web01", "this is web02"], new[] { first, second }.Order(StringComparer.Ordinal));
        Assert.Equal([first, second, first, second, first, second, first, second], answers);
    }

    [Fact]
    public async Task Client_sees_the_virtual_address_alone_and_the_server_sees_the_client()
    {
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await StartBalancer(lab, OneServer(lab));
        await using Capture atClient = await Capture.Start(lab.Client, "tcp port 80");
        await using Capture atServer = await Capture.Start(lab.Web01, $"tcp port 80 and host {lab.Client.Address}");

        Assert.Equal("this is web01", await lab.Client.Fetch(ReferenceLab.VirtualAddressText));
        await atClient.ConnectionsEnd(1);
        await atServer.ConnectionsEnd(1);

        IReadOnlyList<CapturedFrame> outside = await atClient.Stop(), inside = await atServer.Stop();
        Assert.All(outside, frame => Assert.Equal([lab.Client.Address, ReferenceLab.VirtualAddress], Ends(frame)));
        Assert.All(inside, frame => Assert.Equal([lab.Client.Address, lab.Web01.Address], Ends(frame)));
        Assert.All(outside.Concat(inside), frame =>
        {
            Assert.True(frame.HasValidIpChecksum, frame.ToString());
            Assert.NotEqual(TransportChecksum.Wrong, frame.TransportChecksum);
        });
    }

    [Fact]
    public async Task Nothing_else_is_rewritten_and_every_checksum_is_right_when_the_senders_compute_them()
    {
        await using ReferenceLab lab = await StartLab();
        foreach (LabHost host in (LabHost[])[lab.Client, lab.Web01])
            (await host.Run("ethtool", "-K", host.Interface, "tx", "off")).Expected();
        await using Balancer balancer = await StartBalancer(lab, OneServer(lab));
        await using Capture atClient = await Capture.Start(lab.Client, "tcp port 80");
        await using Capture atServer = await Capture.Start(lab.Web01, $"tcp port 80 and host {lab.Client.Address}");

        Assert.Equal("this is web01", await lab.Client.Fetch(ReferenceLab.VirtualAddressText));
        await atClient.ConnectionsEnd(1);
        await atServer.ConnectionsEnd(1);

        IReadOnlyList<CapturedFrame> outside = await atClient.Stop(), inside = await atServer.Stop();
        Assert.All(outside.Concat(inside), frame => Assert.Equal(TransportChecksum.Valid, frame.TransportChecksum));
        string clientMac = await lab.Client.Mac(), outsideMac = await lab.Master.Mac();
        string insideMac = await lab.Master.InsideMac(), serverMac = await lab.Web01.Mac();
        foreach ((CapturedFrame before, CapturedFrame after) in Pair(outside.Where(frame => frame.DestinationPort == 80), inside.Where(frame => frame.DestinationPort == 80)))
        {
            Assert.Equal((clientMac, outsideMac, insideMac, serverMac), (before.SourceMac, before.DestinationMac, after.SourceMac, after.DestinationMac));
            AssertRewritten(RewrittenInside, before, after);
        }

        foreach ((CapturedFrame before, CapturedFrame after) in Pair(inside.Where(frame => frame.SourcePort == 80), outside.Where(frame => frame.SourcePort == 80)))
        {
            Assert.Equal((serverMac, insideMac, outsideMac, clientMac), (before.SourceMac, before.DestinationMac, after.SourceMac, after.DestinationMac));
            AssertRewritten(RewrittenOutside, before, after);
        }
    }

    [Fact]
    public async Task Counters_equal_the_capture()
    {
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await StartBalancer(lab, Repository.NatConfiguration);
        await using Capture outside = await Capture.Start(
            lab.Segment, lab.Master.Name, $"dst host {ReferenceLab.VirtualAddressText} and tcp dst port 80");
        await using Capture inside = await Capture.Start(
            lab.Segment, lab.Master.InsidePort, $"src host {lab.Client.Address} and tcp dst port 80"); // without the director's own checks

        for (int request = 0; request < 6; request++)
            await lab.Client.Fetch(ReferenceLab.VirtualAddressText);

        await outside.ConnectionsEnd(6);
        await inside.ConnectionsEnd(6);
        await Eventually.Observe(balancer.Status, status => status.Service(80).Packets == outside.Frames.Count, "counters as captured");
        ServiceStatus service = (await balancer.Status()).Service(80);
        IReadOnlyList<CapturedFrame> received = await outside.Stop(), sent = await inside.Stop();

        Assert.Equal(received.Count, service.Packets);
        Assert.Equal(sent.Count, service.Packets);
        Assert.Equal(received.Sum(frame => frame.IpLength), service.Bytes);
        Assert.Equal(6, service.Connections);
        foreach (LabHost host in (LabHost[])[lab.Web01, lab.Web02])
        {
            CapturedFrame[] toHost = [.. sent.Where(frame => frame.Destination.Equals(host.Address))];
            ServerStatus server = service.Servers.Single(server => server.Address == host.Address.ToString());
            Assert.Equal((3, toHost.Length, toHost.Sum(frame => frame.IpLength)), (server.Connections, server.Packets, server.Bytes));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Ten_megabytes_arrive_unharmed_both_ways_and_no_frame_is_lost(int directorQueues)
    {
        await using ReferenceLab lab = await StartLab(directorQueues);
        await using Balancer balancer = await StartBalancer(lab, Repository.NatConfiguration);

        byte[] digest = await Transfer.ThereAndBack(lab, 10 << 20);

        Assert.Equal(digest, SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(lab.SharedFiles, "upload"))));
        Assert.Equal(0, (await balancer.Status()).Frames!.Lost);
    }

    /// <summary>What the server sends meanwhile must not get to the client untranslated: the client would answer it with a reset.</summary>
    [Fact]
    public async Task Download_goes_on_after_the_dataplane_was_killed_and_no_reset_is_sent()
    {
        const int length = 20 << 20;
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await StartBalancer(lab, OneServer(lab));
        byte[] content = RandomNumberGenerator.GetBytes(length);
        await File.WriteAllBytesAsync(Path.Combine(lab.SharedFiles, "download"), content);
        string copy = Path.Combine(lab.Client.Folder, "copy");
        await using Capture resets = await Capture.Start(lab.Client, "tcp[tcpflags] & tcp-rst != 0 or src net 10.0.0.0/24");
        Task<CommandResult> download = lab.Client.Run(
            "curl", "--silent", "--show-error", "--limit-rate", "8M", "--output", copy, $"http://{ReferenceLab.VirtualAddressText}/files/download");
        await Eventually.Happens(() => File.Exists(copy) && new FileInfo(copy).Length > length / 20, "the download to be under way");

        int killed = balancer.DataplanePid;
        Signal.Kill.SendTo(killed);
        await balancer.Successor("dataplane", killed);

        (await download).Expected();
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await File.ReadAllBytesAsync(copy)));
        Assert.Empty(await resets.Stop());
    }

    [Fact]
    public async Task Directors_own_checks_reach_the_servers()
    {
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await StartBalancer(
            lab, VirtualService.WriteConfiguration(lab, new VirtualService(80) { Method = "NAT", Servers = [(lab.Web01, 1), (lab.Web02, 1)], Checker = VirtualService.QuickCheck }));
        await balancer.HealthBecomes(lab.Web01, "up");

        await lab.Web01.Web("stop");
        await balancer.HealthBecomes(lab.Web01, "down");
        Assert.Equal("this is web02", await lab.Client.Fetch(ReferenceLab.VirtualAddressText));
        Assert.Equal("this is web02", await lab.Client.Fetch(ReferenceLab.VirtualAddressText));
        await lab.Web01.Web("start");
        await balancer.HealthBecomes(lab.Web01, "up");
    }

    [Fact]
    public async Task Client_reaches_a_servers_own_address_through_the_director_as_a_router()
    {
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await StartBalancer(lab, Repository.NatConfiguration);
        await lab.Client.Fetch(ReferenceLab.VirtualAddressText);
        long before = (await balancer.Status()).Service(80).Connections;
        await using Capture atClient = await Capture.Start(lab.Client, "tcp src port 80");

        // The server's answers look like those to a balanced connection, to the director's steering too.
        Assert.Equal("this is web01", await lab.Client.Fetch(lab.Web01.Address.ToString()));

        Assert.All(await atClient.Frame(3, frame => frame.IsIpv4), frame => Assert.Equal(lab.Web01.Address, frame.Source));
        Assert.Equal(before, (await balancer.Status()).Service(80).Connections);
    }

    [Fact]
    public async Task Server_reaches_the_client_through_the_director_as_its_gateway()
    {
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await StartBalancer(lab, Repository.NatConfiguration);
        using Socket listener = lab.Client.Listen(lab.Client.Address, 8080);

        using Socket connection = await lab.Web01.Connect(lab.Client.Address, 8080);
        using Socket accepted = await listener.AcceptAsync();

        Assert.Equal(lab.Web01.Address, ((IPEndPoint)accepted.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task Port_is_translated_too()
    {
        await using ReferenceLab lab = await StartLab();
        VirtualService service = new(8080) { Method = "NAT", ServerPort = 80, Servers = [(lab.Web01, 1)] };
        await using Balancer balancer = await StartBalancer(lab, VirtualService.WriteConfiguration(lab, service));
        await using Capture atClient = await Capture.Start(lab.Client, "tcp");

        Assert.Equal("this is web01", await lab.Client.Fetch($"{ReferenceLab.VirtualAddressText}:8080"));

        Assert.All(await atClient.Frame(4, frame => frame.IsIpv4), frame => Assert.Contains(8080, new[] { frame.SourcePort, frame.DestinationPort }));
    }

    [Fact]
    public async Task Refusal_by_the_server_reaches_the_client_at_once()
    {
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await StartBalancer(lab, OneServer(lab));
        await lab.Web01.Web("stop");

        CommandResult result = await lab.Client.TryFetch(ReferenceLab.VirtualAddressText);

        const int CouldNotConnect = 7; // curl(1)
        Assert.True(result.ExitCode == CouldNotConnect, result.ToString());
    }

    [Fact]
    public async Task Udp_service_is_answered_from_the_virtual_address()
    {
        await using ReferenceLab lab = await StartLab();
        VirtualService service = new(5300) { Method = "NAT", Protocol = "UDP", Servers = [(lab.Web01, 1)] };
        await using Balancer balancer = await StartBalancer(lab, VirtualService.WriteConfiguration(lab, service));
        using UdpExchange exchange = await UdpExchange.Open(lab.Client, lab.Web01, lab.Web01.Address, 5300);

        for (int length = 1; length <= 1401; length += 100)
            await exchange.Ask(RandomNumberGenerator.GetBytes(length));

        Assert.Equal(1, (await balancer.Status()).Service(5300).Connections);
    }

    private static Task<ReferenceLab> StartLab(int directorQueues = 1) =>
        ReferenceLab.Start(new LabOptions { Arms = 2, Mode = "nat", DirectorQueues = directorQueues });

    private static async Task<Balancer> StartBalancer(ReferenceLab lab, string configuration)
    {
        Balancer balancer = await Balancer.Start(lab, configuration);
        try
        {
            await Eventually.Observe(() => lab.Master.HoldsAddress(Gateway), held => held, "the director to take the servers' gateway");
        }
        catch
        {
            await balancer.DisposeAsync();
            throw;
        }

        return balancer;
    }

    private static string OneServer(ReferenceLab lab) =>
        VirtualService.WriteConfiguration(lab, new VirtualService(80) { Method = "NAT", Servers = [(lab.Web01, 1)] });

    /// <summary>The client's address as the frame has it, and the other one.</summary>
    private static IPAddress[] Ends(CapturedFrame frame) => frame.DestinationPort == 80 ? [frame.Source, frame.Destination] : [frame.Destination, frame.Source];

    /// <summary>Each frame with the one that came of it: what tells a frame from others of its connection stays the same.</summary>
    private static IEnumerable<(CapturedFrame Before, CapturedFrame After)> Pair(IEnumerable<CapturedFrame> before, IEnumerable<CapturedFrame> after)
    {
        CapturedFrame[] first = [.. before], second = [.. after];
        Assert.True(first.Length >= 3, $"a connection takes more than {first.Length} frames a way");
        Assert.Equal(first.Length, second.Length);
        return first.Select(frame => (frame, second.Single(candidate =>
            (candidate.Identification, candidate.Sequence, candidate.IpLength) == (frame.Identification, frame.Sequence, frame.IpLength))));
    }

    private static void AssertRewritten(string[] fields, CapturedFrame before, CapturedFrame after)
    {
        Assert.Equal(before.TimeToLive - 1, after.TimeToLive);
        Assert.True(after.HasValidIpChecksum);
        Assert.Equal(fields, FrameComparison.ChangedFields(before, after));
    }
}
