using FastLb.Configuration.Model;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;
using FastLb.Runtime.Tests;
using FastLb.Runtime;
using FastLb.VrrpHost.Holding;
using FastLb.VrrpHost.Interfaces;

namespace FastLb.VrrpHost.Tests.Interfaces;

/// <summary>Links of virtual routers in the kernel of a namespace.</summary>
public sealed class VirtualLinksTests : IDisposable
{
    private readonly VethPair _pair = new();
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLog _log = new();
    private readonly Rtnetlink _kernel;
    private readonly KernelJournal _journal;
    private readonly VrrpFilter _filter;
    private readonly VirtualLinks _links;

    public VirtualLinksTests()
    {
        _kernel = _pair.Near.Invoke(Rtnetlink.Open);
        _journal = KernelJournal.Open(_folder.File("journal.json"), _kernel, _log);
        _filter = new VrrpFilter(_journal, _log);
        _links = new VirtualLinks(_kernel, _journal, _filter, _log);
    }

    private string Macvlans => _pair.Near.Run("ip", "-brief link show type macvlan");

    [Fact]
    public void Link_is_made_and_goes_when_it_is_no_longer_wanted()
    {
        Use("use_vmac");
        Assert.Contains("00:00:5e:00:01:33", Macvlans, StringComparison.Ordinal);
        Assert.Contains("\"vrrp.51\" : \"near\"", _pair.Near.Run("nft", "list map ip fastlb_vrrp parents"), StringComparison.Ordinal);

        Use(string.Empty);
        Assert.StartsWith("vrrp.51@near", Macvlans, StringComparison.Ordinal); // its addresses have yet to be released
        _pair.Near.Invoke(_links.RemoveOthers);

        Assert.Empty(Macvlans);
        Assert.True(_links.IsIdle);
        Assert.DoesNotContain("vrrp.51", _pair.Near.Run("nft", "list map ip fastlb_vrrp parents"), StringComparison.Ordinal);
    }

    [Fact]
    public void Link_that_somebody_removes_is_made_again()
    {
        Use("use_vmac");
        _pair.Near.Run("ip", "link delete vrrp.51");

        _pair.Near.Invoke(_links.Restore);

        Assert.StartsWith("vrrp.51@near", Macvlans, StringComparison.Ordinal);
        _pair.Near.Invoke(_links.Restore);
        Assert.Equal(2, _log.Lines.Count(line => line.Contains("made the interface vrrp.51", StringComparison.Ordinal)));
    }

    [Fact]
    public void Link_whose_interface_comes_later_is_made_then()
    {
        Use("use_vmac", nic: "late");
        Assert.Empty(Macvlans);
        Assert.Empty(_log.Lines);

        _pair.Near.Run("ip", "link add late type veth peer name late-peer");
        _pair.Near.Invoke(_links.Restore);

        Assert.StartsWith("vrrp.51@late", Macvlans, StringComparison.Ordinal);
    }

    [Fact]
    public void Link_of_another_address_takes_the_place_of_the_one_before()
    {
        Use("use_vmac");
        Use("use_vmac 02:00:00:00:00:99");

        Assert.Contains("02:00:00:00:00:99", Macvlans, StringComparison.Ordinal);
        Assert.Single(Macvlans.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Link_that_cannot_be_made_is_told_of_once()
    {
        _pair.Near.Run("ip", "link add vrrp.51 type veth peer name other");

        Use("use_vmac");
        _pair.Near.Invoke(_links.Restore);

        string told = Assert.Single(_log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
        Assert.Contains("VI_1 goes without its virtual MAC address: create link vrrp.51", told, StringComparison.Ordinal);
        Assert.Contains("there is an interface of this name that is no macvlan", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Ipv6_link_follows_the_link_local_address_of_the_interface_below_but_takes_none_that_moves()
    {
        _pair.Near.Invoke(() => File.WriteAllText($"/proc/sys/net/ipv6/conf/{VethPair.NearName}/disable_ipv6", "0"));
        _pair.Near.Run("ip", "address flush dev near scope link");
        _pair.Near.Run("ip", "address add fe80::100/64 dev near nodad"); // as if another instance had taken it
        Use("use_vmac", address: "fe80::100");
        Assert.DoesNotContain("inet6", LinkAddresses, StringComparison.Ordinal);

        _pair.Near.Run("ip", "address add fe80::1/64 dev near nodad");
        _pair.Near.Invoke(_links.Restore);
        Assert.Contains("inet6 fe80::1/64", LinkAddresses, StringComparison.Ordinal);

        _pair.Near.Run("ip", "address delete fe80::1/64 dev near");
        _pair.Near.Run("ip", "address add fe80::2/64 dev near nodad");
        _pair.Near.Invoke(_links.Restore);
        Assert.Contains("inet6 fe80::2/64", LinkAddresses, StringComparison.Ordinal);
        Assert.DoesNotContain("fe80::1/64", LinkAddresses, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _pair.Near.Invoke(_filter.Dispose);
        _kernel.Dispose();
        _folder.Dispose();
        _pair.Dispose();
    }

    private string LinkAddresses => _pair.Near.Run("ip", "address show dev vrrp.51");

    private void Use(string lines, string nic = "near", string address = "192.0.2.100/32")
    {
        DirectorConfiguration configuration = ConfigurationText.Parse(
            $"vrrp_instance VI_1 {{\n interface {nic}\n virtual_router_id 51\n {lines}\n virtual_ipaddress {{\n {address}\n }}\n }}");
        _pair.Near.Invoke(() => _links.Use(VirtualLinkPlan.Of(configuration.VrrpInstances), InterfaceWatch.VirtualAddressesOf(configuration)));
    }
}
