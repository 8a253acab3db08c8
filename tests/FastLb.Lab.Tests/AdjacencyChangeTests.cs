using System.Net;
using FastLb.Lab.Tests.Captures;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>
/// Connections under which the ways to clients and servers change: MAC addresses, routes, MTUs, links. No connection may be lost; for how long each stood still is in the
/// tests' output.
/// </summary>
public sealed class AdjacencyChangeTests
{
    private const int Port = 7000;
    private const int LowMtu = 1300;
    private const int TunnelHeader = 20;

    private static readonly IPAddress Behind = IPAddress.Parse("10.1.0.1");

    [Fact]
    public async Task Translated_connections_outlive_changes_on_their_way()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Arms = 2, Mode = "nat" });
        await using Balancer balancer = await Balancer.Start(lab, Configuration(lab, "NAT"));
        await using RunningConversation conversation = await RunningConversation.Start(lab.Client, lab.Web01, lab.Web01.Address, Port);

        await conversation.Outlives("another MAC of the client", () => SetMac(lab.Client, "02:00:00:00:99:50"));
        await using (RunningTransfer download = await RunningTransfer.Download(lab.Client, lab.Web01, Port))
        {
            // The client has nothing to answer until its gratuitous ARP has told the director where it is.
            await AnnounceMacs(lab.Client);
            await SetMac(lab.Client, "02:00:00:00:99:51");
            await AssertUnharmed(download);
        }

        await conversation.Outlives("another MAC of the server, which only its ARP requests tell", () => SetMacAndAsk(lab.Web01, "02:00:00:00:99:11", lab.Client));
        await AnnounceMacs(lab.Web01);
        await conversation.Outlives("another MAC of the server, which it announces", () => SetMac(lab.Web01, "02:00:00:00:99:12"));
        await conversation.Outlives("another MAC of the director inside", () => SetMac(lab.Master, lab.Master.InsideInterface!, "02:00:00:00:99:02"));
        await conversation.Outlives("another MAC of the director outside", () => SetMac(lab.Master, "02:00:00:00:99:30"));
        await conversation.Outlives("the inside link down and up", () => Flap(lab.Master, lab.Master.InsideInterface!));
        await conversation.Outlives("the outside cable out and in", () => Flap(lab.Segment, lab.Master.Name));
        await conversation.Finish();

        await AssertUploadOutlivesLowMtu(lab, lab.Web01.Address, LowMtu, () => SetMtu(LowMtu), () => SetMtu(1500));
        await AssertSound(balancer);

        Task SetMtu(int mtu) => lab.Master.Ip($"link set dev {lab.Master.InsideInterface} mtu {mtu}");
    }

    [Fact]
    public async Task Directly_routed_connections_outlive_changes_on_their_way()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Configuration(lab, "DR"));
        await using RunningConversation conversation = await RunningConversation.Start(lab.Client, lab.Web01, ReferenceLab.VirtualAddress, Port);

        await conversation.Outlives("another MAC of the server, which only its ARP requests tell", () => SetMacAndAsk(lab.Web01, "02:00:00:00:99:32", lab.Client));
        await AnnounceMacs(lab.Web01);
        await conversation.Outlives("another MAC of the server, which it announces", () => SetMac(lab.Web01, "02:00:00:00:99:33"));
        await conversation.Outlives("another MAC of the director", () => SetMac(lab.Master, "02:00:00:00:99:30"));
        await conversation.Outlives("the director's link down and up", () => Flap(lab.Master, lab.Master.Interface));
        await conversation.Outlives("the director's cable out and in", () => Flap(lab.Segment, lab.Master.Name));
        await conversation.Outlives("the server's link down and up", () => Flap(lab.Web01, lab.Web01.Interface));
        await conversation.Finish();

        // Of the route alone: an interface with that MTU takes no larger frames, in a lab of virtual Ethernet links.
        string route = $"{lab.Web01.Address}/32 dev {lab.Master.Interface}";
        await AssertUploadOutlivesLowMtu(
            lab, ReferenceLab.VirtualAddress, LowMtu, () => lab.Master.Ip($"route add {route} mtu {LowMtu}"), () => lab.Master.Ip($"route delete {route}"));
        await AssertSound(balancer);
    }

    [Fact]
    public async Task Tunnelled_connections_outlive_changes_on_their_way()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Arms = 2, Mode = "tun" });
        await using Balancer balancer = await Balancer.Start(lab, Configuration(lab, "TUN"));
        await using RunningConversation conversation = await RunningConversation.Start(lab.Client, lab.Web01, ReferenceLab.VirtualAddress, Port);

        // The link takes its route along: for a moment the server can't be reached at all.
        await conversation.Outlives("the inside link down and up", () => Flap(lab.Master, lab.Master.InsideInterface!));
        await conversation.Finish();

        await AssertUploadOutlivesLowMtu(lab, ReferenceLab.VirtualAddress, LowMtu - TunnelHeader, () => SetMtu(LowMtu), () => SetMtu(1500));
        await AssertSound(balancer);

        Task SetMtu(int mtu) => lab.Master.Ip($"link set dev {lab.Master.InsideInterface} mtu {mtu}");
    }

    [Fact]
    public async Task Connections_to_a_server_behind_a_router_outlive_changes_of_router_and_route()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Arms = 2, Mode = "nat" });
        await lab.Web01.Ip($"address add {Behind}/32 dev lo");
        await lab.Web02.Sysctl("net.ipv4.ip_forward=1");
        await lab.Web02.Sysctl("net.ipv4.conf.all.send_redirects=0");
        await lab.Web02.Ip($"route add {Behind} via {lab.Web01.Address}");
        await AnnounceMacs(lab.Web02);
        await lab.Master.Ip($"route add {Behind} via {lab.Web02.Address}");
        VirtualService service = new(Port) { Method = "NAT", Servers = [(lab.Web01, 1)], ServerAddress = Behind };
        await using Balancer balancer = await Balancer.Start(lab, VirtualService.WriteConfiguration(lab, service));
        await using RunningConversation conversation = await RunningConversation.Start(lab.Client, lab.Web01, Behind, Port);
        await AssertReachedAt(balancer, lab.Web02);

        await conversation.Outlives("another MAC of the router", () => SetMac(lab.Web02, "02:00:00:00:99:12"));
        await AssertReachedAt(balancer, lab.Web02);
        await conversation.Outlives("another router", () => lab.Master.Ip($"route replace {Behind} via {lab.Web01.Address}"));
        await AssertReachedAt(balancer, lab.Web01);
        await conversation.Outlives("the route gone and come back", async () =>
        {
            await lab.Master.Ip($"route delete {Behind}");
            await Eventually.Happens(() => balancer.Log.Contains("there is no route to it", StringComparison.Ordinal), "the loss of the route to be noticed");
            await lab.Master.Ip($"route add {Behind} via {lab.Web02.Address}");
        });
        await AssertReachedAt(balancer, lab.Web02);
        await conversation.Finish();
        await AssertSound(balancer);
    }

    private static string Configuration(ReferenceLab lab, string method) =>
        VirtualService.WriteConfiguration(lab, new VirtualService(Port) { Method = method, Servers = [(lab.Web01, 1)] });

    private static Task SetMac(LabHost host, string mac) => SetMac(host, host.Interface, mac);

    private static async Task SetMac(LabHost host, string device, string mac) => await host.Ip($"link set dev {device} address {mac}");

    /// <summary>
    /// The host changes its MAC address without a word and then has something to send, for which it asks by ARP. Not before the kernels of the others would heed it: they take
    /// no other address for a neighbour within a second of the last (LOCKTIME, arp(7)).
    /// </summary>
    private static async Task SetMacAndAsk(LabHost host, string mac, LabHost asked)
    {
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        await SetMac(host, mac);
        await host.Run("bash", "-c", $"echo >/dev/udp/{asked.Address}/9");
    }

    /// <summary>Has a host send gratuitous ARP when its MAC address changes, as an operating system that moves an address does.</summary>
    private static Task AnnounceMacs(LabHost host) => host.Sysctl($"net.ipv4.conf.{host.Interface}.arp_notify=1");

    private static async Task Flap(LabHost host, string device)
    {
        await host.Ip($"link set dev {device} down");
        await host.Ip($"link set dev {device} up");
    }

    /// <summary>An upload is told by ICMP what fits when the way to the server takes less, goes on, and goes on when it takes more again.</summary>
    private static async Task AssertUploadOutlivesLowMtu(ReferenceLab lab, IPAddress serverAddress, int fits, Func<Task> lower, Func<Task> raise)
    {
        await using RunningTransfer upload = await RunningTransfer.Upload(lab.Client, lab.Web01, serverAddress, Port);
        await using Capture errors = await Capture.Start(lab.Client, "icmp[0:2] == 0x0304"); // fragmentation needed (RFC 792)

        await lower();
        CapturedFrame error = (await errors.Frame(1, frame => frame.IsIpv4))[0];
        await upload.Progresses();
        Assert.Equal(ReferenceLab.VirtualAddress, error.Source);
        Assert.Contains($"mtu {fits}", await lab.Client.Ip($"route get {ReferenceLab.VirtualAddressText}"), StringComparison.Ordinal);

        await raise();
        await upload.Progresses();
        await AssertUnharmed(upload);
    }

    private static async Task AssertUnharmed(RunningTransfer transfer)
    {
        await transfer.Progresses();
        (byte[] sent, byte[] received) = await transfer.Finish();
        Assert.Equal(sent, received);
    }

    private static async Task AssertReachedAt(Balancer balancer, LabHost nextHop)
    {
        string mac = await nextHop.Mac();
        await Eventually.Observe(() => Adjacency(balancer), adjacency => adjacency.Mac == mac, $"the server to be reached by {nextHop}");
    }

    private static async Task<AdjacencyStatus> Adjacency(Balancer balancer) => (await balancer.Status()).Service(Port).Servers.Single().Adjacency;

    private static async Task AssertSound(Balancer balancer) => (await balancer.Status()).AssertSound();
}
