using FastLb.Configuration.Model;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;
using FastLb.Runtime.Tests;
using FastLb.Runtime;
using FastLb.VrrpHost.Holding;

namespace FastLb.VrrpHost.Tests.Holding;

/// <summary>What the other end of a link learns of an instance's addresses: it believes gratuitous ARP of addresses that it has never heard of.</summary>
public sealed class HeldAddressesTests : IDisposable
{
    private readonly VethPair _pair = new();
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLog _log = new();
    private readonly Rtnetlink _kernel;
    private readonly KernelJournal _journal;
    private readonly AddressAnnouncer _announcer;
    private readonly VrrpFilter _filter;
    private readonly RefusedAddresses _refused;

    public HeldAddressesTests()
    {
        _pair.Near.Run("ip", $"link add near2 type veth peer name far2 netns {_pair.Far.Path}");
        _pair.Near.Run("ip", "link set near2 up");
        _pair.Far.Run("ip", "address add 198.51.100.2/24 dev far2");
        _pair.Far.Run("ip", "link set far2 up");
        _pair.Far.Run("sysctl", "-q -w net.ipv4.conf.all.arp_accept=1 net.ipv4.conf.far.arp_accept=1 net.ipv4.conf.far2.arp_accept=1");
        _pair.AwaitTraffic();
        _kernel = _pair.Near.Invoke(Rtnetlink.Open);
        _journal = KernelJournal.Open(_folder.File("journal.json"), _kernel, _log);
        _announcer = _pair.Near.Invoke(() => new AddressAnnouncer());
        _filter = new VrrpFilter(_journal, _log);
        _refused = new RefusedAddresses(_filter, _log);
    }

    [Fact]
    public async Task Each_address_is_announced_on_its_interface()
    {
        using HeldAddresses held = Held(string.Empty);
        held.Acquire();
        held.Announce(1);
        await held.Finish();
        Assert.Equal(("192.0.2.100 192.0.2.101", "198.51.100.100"), Learnt(2, 1));
        held.Release();
    }

    [Fact]
    public async Task Further_interfaces_are_announced_without_that_of_the_advertisements()
    {
        using HeldAddresses held = Held("garp_extra_if all 100");
        held.Acquire();
        held.AnnounceFurther();
        await held.Finish();
        Assert.Equal((string.Empty, "198.51.100.100"), Learnt(0, 1));
        held.Release();
    }

    [Fact]
    public async Task Message_waits_for_its_turn_on_the_interface_or_in_the_group()
    {
        using HeldAddresses held = Held(string.Empty, "garp_group {\n garp_interval 2000\n interfaces {\n near\n near2\n }\n}\n");
        held.Acquire();
        held.Announce(1);
        await held.Finish(); // the second would be sent in half an hour
        Assert.Equal(("192.0.2.100", string.Empty), Learnt(1, 0));
        held.Release();
    }

    public void Dispose()
    {
        _filter.Dispose();
        _announcer.Dispose();
        _kernel.Dispose();
        _pair.Dispose();
        _folder.Dispose();
    }

    private HeldAddresses Held(string lines, string groups = "")
    {
        DirectorConfiguration configuration = ConfigurationText.Parse(
            $"{groups}vrrp_instance V {{\n interface near\n virtual_router_id 1\n {lines}\n virtual_ipaddress {{\n 192.0.2.100\n 192.0.2.101\n 198.51.100.100 dev near2\n }}\n}}");
        var spacing = new AnnouncementSpacing(configuration, TimeProvider.System);
        return new HeldAddresses(configuration.VrrpInstances[0], spacing, _kernel, _journal, _announcer, _refused, _log);
    }

    private (string Far, string Far2) Learnt(int far, int far2) =>
        (string.Join(' ', Eventually.Read(() => Neighbours("far"), all => all.Length == far)), string.Join(' ', Eventually.Read(() => Neighbours("far2"), all => all.Length == far2)));

    private string[] Neighbours(string device) =>
        [.. _pair.Far.Run("ip", $"-4 neighbour show dev {device}").Split('\n').Select(line => line.Split(' ')[0]).Where(address => address.EndsWith(".100", StringComparison.Ordinal) || address.EndsWith(".101", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
