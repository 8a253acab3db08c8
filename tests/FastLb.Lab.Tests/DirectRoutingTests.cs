using System.Net.Sockets;
using System.Security.Cryptography;
using FastLb.Lab.Tests.Captures;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>What a client of the virtual address gets, and what happens to its frames on the way.</summary>
public sealed class DirectRoutingTests
{
    private static readonly string[] Rewritten = ["destination MAC", "source MAC", "TTL", "IP checksum"];

    [Fact]
    public async Task Reference_configuration_sends_requests_to_the_servers_in_turn()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);

        List<string> answers = [];
        for (int request = 0; request < 8; request++)
            answers.Add(await lab.Client.Fetch(ReferenceLab.VirtualAddressText));

        string first = answers[0], second = answers[1];
        Assert.Equal(["this is web01", "this is web02"], new[] { first, second }.Order(StringComparer.Ordinal));
        Assert.Equal([first, second, first, second, first, second, first, second], answers);
    }

    [Fact]
    public async Task Only_macs_ttl_and_ip_checksum_change_when_the_sender_computes_checksums()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        (await lab.Client.Run("ethtool", "-K", lab.Client.Interface, "tx", "off")).Expected();

        await foreach ((CapturedFrame before, CapturedFrame after) in ForwardedFrames(lab))
        {
            Assert.Equal(TransportChecksum.Valid, before.TransportChecksum);
            Assert.Equal(Rewritten, FrameComparison.ChangedFields(before, after));
        }
    }

    [Fact]
    public async Task Partial_checksums_of_default_offloads_are_left_or_completed()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();

        await foreach ((CapturedFrame before, CapturedFrame after) in ForwardedFrames(lab))
        {
            Assert.NotEqual(TransportChecksum.Wrong, after.TransportChecksum);
            Assert.Equal(Rewritten, FrameComparison.ChangedFields(before, after).Where(field => field != "transport checksum"));
        }
    }

    [Fact]
    public async Task Server_answers_the_client_without_the_director()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, OneServer(lab));
        await using Capture atClient = await Capture.Start(lab.Client, "tcp src port 80");

        Assert.Equal("this is web01", await lab.Client.Fetch(ReferenceLab.VirtualAddressText));

        string serverMac = await lab.Web01.Mac();
        IReadOnlyList<CapturedFrame> answers = await atClient.Frame(3, frame => frame.IsIpv4);
        Assert.All(answers, answer =>
        {
            Assert.Equal(ReferenceLab.VirtualAddress, answer.Source);
            Assert.Equal(serverMac, answer.SourceMac);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Servers_on_another_segment_are_reached_by_the_directors_other_interface(int directorQueues)
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Arms = 2, DirectorQueues = directorQueues });
        await using Balancer balancer = await Balancer.Start(
            lab, VirtualService.WriteConfiguration(lab, new VirtualService(80) { Servers = [(lab.Web01, 1), (lab.Web02, 1)] }));
        await using Capture atClient = await Capture.Start(lab.Client, "tcp src port 80");

        string[] answers = [await lab.Client.Fetch(ReferenceLab.VirtualAddressText), await lab.Client.Fetch(ReferenceLab.VirtualAddressText)];

        Assert.Equal(["this is web01", "this is web02"], answers.Order(StringComparer.Ordinal));
        string routerMac = await lab.Router!.Mac();
        Assert.All(await atClient.Frame(6, frame => frame.IsIpv4), answer => Assert.Equal((ReferenceLab.VirtualAddress, routerMac), (answer.Source, answer.SourceMac)));
    }

    [Fact]
    public async Task Counters_equal_the_capture()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);
        await using Capture capture = await Capture.Start(
            lab.Segment, lab.Master.Name, $"dst host {ReferenceLab.VirtualAddressText} and tcp dst port 80");

        for (int request = 0; request < 6; request++)
            await lab.Client.Fetch(ReferenceLab.VirtualAddressText);

        await capture.ConnectionsEnd(6);
        string directorMac = await lab.Master.Mac();
        await Eventually.Observe(balancer.Status, status => status.Service(80).Packets * 2 == capture.Frames.Count, "counters as captured");
        BalancerStatus status = await balancer.Status();
        IReadOnlyList<CapturedFrame> frames = await capture.Stop();
        CapturedFrame[] received = [.. frames.Where(frame => frame.DestinationMac == directorMac)];
        CapturedFrame[] sent = [.. frames.Where(frame => frame.SourceMac == directorMac)];

        ServiceStatus service = status.Service(80);
        Assert.Equal(received.Length, service.Packets);
        Assert.Equal(sent.Length, service.Packets);
        Assert.Equal(received.Sum(frame => frame.IpLength), service.Bytes);
        Assert.Equal(6, service.Connections);
        Assert.Equal(service.Packets, status.Verdicts["forwardedDirect"]);
        Assert.Equal(service.Packets, status.Steering.Single(steering => steering.Interface == lab.Master.Interface).Steered);
        Assert.Equal(service.Packets, status.Ports.Sum(port => port.Received));
        Assert.Equal(service.Packets, status.Ports.Sum(port => port.Transmitted));
        foreach (LabHost host in (LabHost[])[lab.Web01, lab.Web02])
        {
            string mac = await host.Mac();
            CapturedFrame[] toHost = [.. sent.Where(frame => frame.DestinationMac == mac)];
            ServerStatus server = service.Servers.Single(server => server.Address == host.Address.ToString());
            Assert.Equal(3, server.Connections);
            Assert.Equal(toHost.Length, server.Packets);
            Assert.Equal(toHost.Sum(frame => frame.IpLength), server.Bytes);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Twenty_megabytes_arrive_unharmed_both_ways_and_no_frame_is_lost(int directorQueues)
    {
        await using ReferenceLab lab = await ReferenceLab.Start(directorQueues);
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);
        const int Length = 20 << 20;

        byte[] digest = await Transfer.ThereAndBack(lab, Length);

        Assert.Equal(digest, SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(lab.SharedFiles, "upload"))));
        BalancerStatus status = await balancer.Status();
        Assert.True(status.Service(80).Bytes > Length, $"{status.Service(80).Bytes} bytes passed the director");
        Assert.Equal(0, status.Frames!.Lost);
    }

    [Fact]
    public async Task Every_queue_of_the_interface_is_served()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(directorQueues: 2);
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);

        // Which queue a connection arrives on depends on a hash of its ports: all 32 on the same one is as good as impossible.
        for (int request = 0; request < 32; request++)
            await lab.Client.Fetch(ReferenceLab.VirtualAddressText);

        BalancerStatus status = await balancer.Status();
        Assert.Equal([0, 1], status.Ports.Select(port => port.Queue).Order());
        Assert.All(status.Ports, port =>
        {
            Assert.Equal((lab.Master.Interface, "af_xdp", "native"), (port.Interface, port.Kind, port.Mode));
            Assert.True(port.Received > 0, $"queue {port.Queue} received nothing");
        });
        Assert.Equal(32, status.Service(80).Connections);
    }

    [Fact]
    public async Task Weighted_round_robin_follows_the_weights_exactly()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        VirtualService service = new(80) { Scheduler = "wrr", Servers = [(lab.Web01, 3), (lab.Web02, 1)] };
        await using Balancer balancer = await Balancer.Start(lab, VirtualService.WriteConfiguration(lab, service));

        List<string> answers = [];
        for (int request = 0; request < 8; request++)
            answers.Add(await lab.Client.Fetch(ReferenceLab.VirtualAddressText));

        Assert.Equal(6, answers.Count(answer => answer == "this is web01"));
        Assert.Equal(2, answers.Count(answer => answer == "this is web02"));
    }

    [Fact]
    public async Task Udp_service_reaches_its_server_and_the_client_hears_the_virtual_address()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        VirtualService service = new(5300) { Protocol = "UDP", Servers = [(lab.Web01, 1)] };
        await using Balancer balancer = await Balancer.Start(lab, VirtualService.WriteConfiguration(lab, service));
        using UdpExchange exchange = await UdpExchange.Open(lab.Client, lab.Web01, ReferenceLab.VirtualAddress, 5300);

        for (int length = 1; length <= 1401; length += 100)
            await exchange.Ask(RandomNumberGenerator.GetBytes(length));

        ServiceStatus status = (await balancer.Status()).Service(5300);
        Assert.Equal((15, 1), (status.Packets, status.Connections));
    }

    [Fact]
    public async Task Requests_fail_while_the_dataplane_is_stopped_and_succeed_after()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);
        await lab.Client.Fetch(ReferenceLab.VirtualAddressText);

        Signal.Stop.SendTo(balancer.DataplanePid);
        CommandResult whileStopped = await lab.Client.TryFetch(ReferenceLab.VirtualAddressText, limit: 2);
        Signal.Continue.SendTo(balancer.DataplanePid);

        Assert.NotEqual(0, whileStopped.ExitCode);
        Assert.StartsWith("this is web", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
    }

    private static string OneServer(ReferenceLab lab) =>
        VirtualService.WriteConfiguration(lab, new VirtualService(80) { Servers = [(lab.Web01, 1)] });

    /// <summary>The client's frames of one request, as it sent them and as the server got them.</summary>
    private static async IAsyncEnumerable<(CapturedFrame Before, CapturedFrame After)> ForwardedFrames(ReferenceLab lab)
    {
        await using Balancer balancer = await Balancer.Start(lab, OneServer(lab));
        await using Capture atClient = await Capture.Start(lab.Client, "tcp dst port 80");
        await using Capture atServer = await Capture.Start(lab.Web01, "tcp dst port 80");

        Assert.Equal("this is web01", await lab.Client.Fetch(ReferenceLab.VirtualAddressText));
        await atClient.ConnectionsEnd(1);
        await atServer.ConnectionsEnd(1);

        string clientMac = await lab.Client.Mac(), directorMac = await lab.Master.Mac(), serverMac = await lab.Web01.Mac();
        IReadOnlyList<(CapturedFrame Before, CapturedFrame After)> pairs =
            FrameComparison.Pair(await atClient.Stop(), await atServer.Stop());
        Assert.True(pairs.Count >= 4, $"a request takes more than {pairs.Count} frames");
        foreach ((CapturedFrame before, CapturedFrame after) in pairs)
        {
            Assert.Equal((clientMac, directorMac), (before.SourceMac, before.DestinationMac));
            Assert.Equal((directorMac, serverMac), (after.SourceMac, after.DestinationMac));
            Assert.Equal(before.TimeToLive - 1, after.TimeToLive);
            Assert.True(after.HasValidIpChecksum);
            yield return (before, after);
        }
    }
}
