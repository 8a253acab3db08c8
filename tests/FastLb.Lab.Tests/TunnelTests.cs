using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FastLb.Lab.Tests.Captures;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>A director that sends packets to its servers through a tunnel: the packets within, those around them, and what is too big for it.</summary>
public sealed class TunnelTests
{
    private const int OuterHeader = 20;
    private const string TunnelPackets = "ip proto 4";
    private const int OrdinaryUdpPort = 5300;

    private static readonly IPAddress DirectorInside = IPAddress.Parse("10.0.0.2");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Requests_go_to_the_servers_in_turn(int arms)
    {
        await using ReferenceLab lab = await StartLab(arms);
        await using Balancer balancer = await Balancer.Start(lab, VirtualService.WriteConfiguration(lab, Service(lab, 80)));

        List<string> answers = [];
        for (int request = 0; request < 8; request++)
            answers.Add(await lab.Client.Fetch(ReferenceLab.VirtualAddressText));

        string first = answers[0], second = answers[1];
        Assert.Equal(["this is web01", "this is web02"], new[] { first, second }.Order(StringComparer.Ordinal));
        Assert.Equal([first, second, first, second, first, second, first, second], answers);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Packet_within_differs_in_ttl_and_ip_checksum_alone(bool clientComputesChecksums)
    {
        await using ReferenceLab lab = await StartLab();
        if (clientComputesChecksums)
            (await lab.Client.Run("ethtool", "-K", lab.Client.Interface, "tx", "off")).Expected();
        await using Balancer balancer = await Balancer.Start(lab, VirtualService.WriteConfiguration(lab, Service(lab, 80)));
        await using Capture atClient = await Capture.Start(lab.Client, "tcp dst port 80");
        await using Capture inside = await Capture.Start(lab.Segment, lab.Master.InsidePort, TunnelPackets);

        await lab.Client.Fetch(ReferenceLab.VirtualAddressText);
        await atClient.ConnectionsEnd(1);
        await inside.Frame(atClient.Frames.Count, frame => frame.IsIpv4);

        IReadOnlyList<CapturedFrame> sent = await atClient.Stop(), tunnelled = await inside.Stop();
        string directorMac = await lab.Master.InsideMac();
        foreach ((CapturedFrame before, CapturedFrame within) in FrameComparison.Pair(sent, [.. tunnelled.Select(frame => frame.Within)]))
        {
            Assert.Equal(before.TimeToLive - 1, within.TimeToLive);
            Assert.True(within.HasValidIpChecksum);
            string[] changed = [.. FrameComparison.ChangedFields(before, within).Where(field => !field.EndsWith("MAC", StringComparison.Ordinal))];
            Assert.Equal(["TTL", "IP checksum"], clientComputesChecksums ? changed : changed.Where(field => field != "transport checksum"));
            Assert.NotEqual(TransportChecksum.Wrong, within.TransportChecksum);
        }

        Assert.All(tunnelled, frame =>
        {
            CapturedFrame within = frame.Within;
            Assert.Equal((directorMac, DirectorInside), (frame.SourceMac, frame.Source));
            Assert.True(frame.HasValidIpChecksum);
            Assert.Equal((OuterHeader, within.IpLength + OuterHeader), (frame.IpHeaderLength, frame.IpLength));
            Assert.Equal((within.TimeToLive, within.TypeOfService, within.DontFragment), (frame.TimeToLive, frame.TypeOfService, frame.DontFragment));
            Assert.Equal(0, frame.Identification); // curl's packets all say "don't fragment"
        });
    }

    [Theory]
    [InlineData(0x00, true)]
    [InlineData(0x00, false)]
    [InlineData(0xB8, true)] // expedited forwarding
    public async Task Outer_header_takes_its_type_of_service_and_fragmentation_from_the_packet(int typeOfService, bool dontFragment)
    {
        await using ReferenceLab lab = await StartLab();
        VirtualService service = new(OrdinaryUdpPort) { Method = "TUN", Protocol = "UDP", Servers = [(lab.Web01, 1)] };
        await using Balancer balancer = await Balancer.Start(lab, VirtualService.WriteConfiguration(lab, service));
        await using Capture inside = await Capture.Start(lab.Segment, lab.Master.InsidePort, TunnelPackets);
        using UdpExchange exchange = await UdpExchange.Open(lab.Client, lab.Web01, ReferenceLab.VirtualAddress, OrdinaryUdpPort);
        exchange.Client.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, typeOfService);
        exchange.Client.DontFragment = dontFragment;

        await exchange.Ask("question"u8.ToArray());

        CapturedFrame frame = (await inside.Frame(1, frame => frame.IsIpv4))[0];
        Assert.Equal((typeOfService, dontFragment), (frame.TypeOfService, frame.DontFragment));
        Assert.Equal((typeOfService, dontFragment), (frame.Within.TypeOfService, frame.Within.DontFragment));
        if (dontFragment)
            Assert.Equal(0, frame.Identification);
    }

    [Fact]
    public async Task Counters_equal_the_capture()
    {
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await Balancer.Start(lab, Repository.TunnelConfiguration);
        await using Capture outside = await Capture.Start(
            lab.Segment, lab.Master.Name, $"dst host {ReferenceLab.VirtualAddressText} and tcp dst port 80");
        await using Capture inside = await Capture.Start(lab.Segment, lab.Master.InsidePort, TunnelPackets);

        for (int request = 0; request < 6; request++)
            await lab.Client.Fetch(ReferenceLab.VirtualAddressText);

        await outside.ConnectionsEnd(6);
        await Eventually.Observe(balancer.Status, status => status.Service(80).Packets == outside.Frames.Count, "counters as captured");
        await inside.Frame(outside.Frames.Count, frame => frame.IsIpv4);
        ServiceStatus service = (await balancer.Status()).Service(80);
        IReadOnlyList<CapturedFrame> received = await outside.Stop(), sent = await inside.Stop();

        Assert.Equal((received.Count, received.Count), (service.Packets, sent.Count));
        Assert.Equal(received.Sum(frame => frame.IpLength), service.Bytes); // as IPVS: without the header around
        Assert.Equal(6, service.Connections);
        foreach (LabHost host in (LabHost[])[lab.Web01, lab.Web02])
        {
            CapturedFrame[] toHost = [.. sent.Where(frame => frame.Destination.Equals(host.Address))];
            ServerStatus server = service.Servers.Single(server => server.Address == host.Address.ToString());
            Assert.Equal((3, toHost.Length, toHost.Sum(frame => frame.Within.IpLength)), (server.Connections, server.Packets, server.Bytes));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    public async Task Ten_megabytes_arrive_unharmed_both_ways_and_no_frame_is_lost(int arms, int directorQueues)
    {
        await using ReferenceLab lab = await StartLab(arms, directorQueues);
        await using Balancer balancer = await Balancer.Start(lab, VirtualService.WriteConfiguration(lab, Service(lab, 80)));

        byte[] digest = await Transfer.ThereAndBack(lab, 10 << 20);

        Assert.Equal(digest, SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(lab.SharedFiles, "upload"))));
        Assert.Equal(0, (await balancer.Status()).Frames!.Lost);
    }

    [Fact]
    public async Task Frame_that_is_too_big_for_the_tunnel_is_answered_with_what_would_fit()
    {
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await Balancer.Start(lab, VirtualService.WriteConfiguration(lab, Service(lab, 80)));
        await using Capture errors = await Capture.Start(lab.Client, "icmp");

        await Transfer.ThereAndBack(lab, 1 << 20);

        CapturedFrame error = (await errors.Frame(1, frame => frame.IsIpv4))[0];
        Assert.Equal(ReferenceLab.VirtualAddress, error.Source);
        Assert.Equal(lab.Client.Address, error.Destination);
        ReadOnlySpan<byte> message = error.Bytes[error.TransportOffset..(CapturedFrame.EthernetHeaderLength + error.IpLength)];
        Assert.Equal((3, 4), (message[0], message[1])); // destination unreachable, fragmentation needed (RFC 792)
        Assert.Equal(1480, (message[6] << 8) | message[7]); // RFC 1191
        Assert.Equal(0xFFFF, InternetChecksum.Sum(message));
        Assert.Equal(lab.Client.Address, new IPAddress(message.Slice(8 + 12, 4)));
        Assert.Equal(ReferenceLab.VirtualAddress, new IPAddress(message.Slice(8 + 16, 4)));
        Assert.Contains("mtu 1480", await lab.Client.Ip($"route get {ReferenceLab.VirtualAddressText}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_go_past_the_director()
    {
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await Balancer.Start(lab, Repository.TunnelConfiguration);
        await using Capture atClient = await Capture.Start(lab.Client, "tcp src port 80");

        await lab.Client.Fetch(ReferenceLab.VirtualAddressText);

        string routerMac = await lab.Router!.Mac();
        Assert.All(await atClient.Frame(3, frame => frame.IsIpv4), answer => Assert.Equal((ReferenceLab.VirtualAddress, routerMac), (answer.Source, answer.SourceMac)));
    }

    [Fact]
    public async Task Directors_own_checks_reach_the_servers_without_a_tunnel()
    {
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await Balancer.Start(lab, VirtualService.WriteConfiguration(lab, Service(lab, 80) with { Checker = VirtualService.QuickCheck }));
        await balancer.HealthBecomes(lab.Web01, "up");

        await lab.Web01.Web("stop");
        await balancer.HealthBecomes(lab.Web01, "down");
        Assert.Equal("this is web02", await lab.Client.Fetch(ReferenceLab.VirtualAddressText));
        Assert.Equal("this is web02", await lab.Client.Fetch(ReferenceLab.VirtualAddressText));
        await lab.Web01.Web("start");
        await balancer.HealthBecomes(lab.Web01, "up");
    }

    [Fact]
    public async Task Server_that_names_its_directors_takes_packets_from_them_alone()
    {
        await using ReferenceLab lab = await StartLab();
        VirtualService one = Service(lab, 80) with { Servers = [(lab.Web01, 1)] };
        await using Balancer balancer = await Balancer.Start(lab, VirtualService.WriteConfiguration(lab, one));

        await ApplyWithDirector(lab.Web01, "10.0.0.9");
        Assert.NotEqual(0, (await lab.Client.TryFetch(ReferenceLab.VirtualAddressText, limit: 2)).ExitCode);

        await ApplyWithDirector(lab.Web01, DirectorInside.ToString());
        Assert.Equal("this is web01", await lab.Client.Fetch(ReferenceLab.VirtualAddressText));
    }

    private static Task<ReferenceLab> StartLab(int arms = 2, int directorQueues = 1) =>
        ReferenceLab.Start(new LabOptions { Arms = arms, Mode = "tun", DirectorQueues = directorQueues });

    private static VirtualService Service(ReferenceLab lab, int port) => new(port) { Method = "TUN", Servers = [(lab.Web01, 1), (lab.Web02, 1)] };

    private static async Task ApplyWithDirector(LabHost server, string director) => (await server.Run(
        Repository.FastLbCommand, "realserver", "--mode", "tun", "--vip", ReferenceLab.VirtualAddressText, "--director", director, "--apply",
        "--runtime-dir", Path.Combine(server.Folder, "run"))).Expected();
}
