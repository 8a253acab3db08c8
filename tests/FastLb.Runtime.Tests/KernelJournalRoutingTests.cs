using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using FastLb.Native;
using FastLb.Native.Firewall;
using FastLb.Native.Interfaces;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;
using FastLb.Netlink.Routing;
using Microsoft.Extensions.Logging;

namespace FastLb.Runtime.Tests;

/// <summary>What a journal undoes besides addresses and neighbours: routes, rules, links, and settings of the interfaces below them.</summary>
public sealed class KernelJournalRoutingTests : IDisposable
{
    private static readonly VirtualLinkSetting Promotion = new(IsIpv6: false, "promote_secondaries", 1);

    private readonly TemporaryFolder _folder = new();
    private readonly NetworkNamespace _namespace = new();
    private readonly RecordingLog _log = new();
    private readonly Rtnetlink _kernel;
    private readonly int _index;

    public KernelJournalRoutingTests()
    {
        _namespace.Run("ip", "link add near type veth peer name far");
        _namespace.Run("ip", "link set near up");
        _namespace.Run("ip", "link set far up");
        _namespace.Run("ip", "address add 192.0.2.1/24 dev near");
        _kernel = _namespace.Invoke(Rtnetlink.Open);
        _index = _kernel.Links.Find("near")!.Index;
    }

    [Fact]
    public void Routes_and_rules_of_a_killed_process_are_taken_back()
    {
        RouteSpecification route = Route("198.51.100.0/24 via 192.0.2.2 dev near table 1000");
        RuleSpecification rule = Rule("from 192.0.2.100 table 1000");
        KernelJournal journal = Open();

        Assert.True(journal.AddRoute(route));
        Assert.True(journal.AddRule(rule));
        Assert.Contains("198.51.100.0/24", Routes(), StringComparison.Ordinal);
        Assert.Contains("192.0.2.100", Rules(), StringComparison.Ordinal);
        Open().UndoAll();

        Assert.Empty(Routes());
        Assert.DoesNotContain("192.0.2.100", Rules(), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("journal.json")));
    }

    [Fact]
    public void Successor_goes_on_with_routes_and_rules_and_removes_them()
    {
        RouteSpecification route = Route("198.51.100.0/24 via 192.0.2.2 dev near table 1000");
        RuleSpecification rule = Rule("from 192.0.2.100 table 1000");
        KernelJournal first = Open();
        first.AddRoute(route);
        first.AddRule(rule);
        _namespace.Run("ip", "route flush table 1000");
        KernelJournal second = Open();

        Assert.True(second.AddRoute(route)); // once more, and ours
        Assert.True(second.AddRule(rule));
        Assert.Contains("198.51.100.0/24", Routes(), StringComparison.Ordinal);
        second.RemoveRoute(route);
        second.RemoveRule(rule);

        Assert.Empty(Routes());
        Assert.Empty(Open().Routes);
        Assert.Empty(Open().Rules);
    }

    [Fact]
    public void Route_and_rule_that_were_there_before_stay()
    {
        _namespace.Run("ip", "route add 198.51.100.0/24 via 192.0.2.2 dev near table 1000 protocol keepalived");
        _namespace.Run("ip", "rule add from 192.0.2.100 table 1000 priority 500 protocol keepalived");
        KernelJournal journal = Open();

        Assert.False(journal.AddRoute(Route("198.51.100.0/24 via 192.0.2.2 dev near table 1000")));
        Assert.False(journal.AddRule(Rule("from 192.0.2.100 table 1000 priority 500")));
        journal.UndoAll();

        Assert.Contains("198.51.100.0/24", Routes(), StringComparison.Ordinal);
        Assert.Contains("192.0.2.100", Rules(), StringComparison.Ordinal);
    }

    [Fact]
    public void Route_that_the_kernel_refuses_is_not_ours()
    {
        KernelJournal journal = Open();

        Assert.Throws<SystemCallException>(() => journal.AddRoute(Route("198.51.100.0/24 via 203.0.113.9 dev near")));

        Assert.Empty(journal.Routes);
        Assert.Empty(Open().Routes);
    }

    [Fact]
    public void Route_that_went_with_its_interface_is_no_fault()
    {
        KernelJournal journal = Open();
        journal.AddRoute(Route("198.51.100.0/24 via 192.0.2.2 dev near"));
        _namespace.Run("ip", "link delete near");

        journal.UndoAll();

        Assert.False(_log.Lines.Any(line => line.StartsWith("Error", StringComparison.Ordinal)), string.Join('\n', _log.Lines));
    }

    [Fact]
    public void Line_that_is_not_understood_any_more_is_told_and_the_rest_is_taken_back()
    {
        Open().AddRoute(Route("198.51.100.0/24 via 192.0.2.2 dev near table 1000"));
        string file = _folder.File("journal.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"routes\":[", "\"routes\":[{\"line\":\"10.0.0.0/8 dev near table blue\"},", StringComparison.Ordinal));

        Open().UndoAll();

        Assert.True(_log.Has(LogLevel.Error, "table blue"), string.Join('\n', _log.Lines));
        Assert.Empty(Routes());
    }

    [Fact]
    public void Link_of_a_killed_process_is_removed_and_the_interface_below_is_as_it_was()
    {
        LinkInfo link = _namespace.Invoke(() => Open().AddLink(Link(51)));
        Assert.Equal((1, 1), (Setting("arp_ignore"), Setting("arp_filter")));

        _namespace.Invoke(() => Open().UndoAll());

        Assert.Null(_kernel.Links.Find(link.Index));
        Assert.Equal((0, 0), (Setting("arp_ignore"), Setting("arp_filter")));
    }

    [Fact]
    public void Settings_stay_until_the_last_link_on_the_interface_goes()
    {
        KernelJournal journal = Open();
        _namespace.Invoke(() =>
        {
            journal.AddLink(Link(51));
            journal.AddLink(Link(52));
            journal.RemoveLink(Link(51));
        });
        Assert.Equal(1, Setting("arp_ignore"));

        _namespace.Invoke(() => journal.RemoveLink(Link(52)));

        Assert.Equal((0, 0), (Setting("arp_ignore"), Setting("arp_filter")));
        Assert.Empty(Open().Links);
        Assert.Empty(Open().Settings);
    }

    [Fact]
    public void Reverse_path_filter_of_all_interfaces_comes_back_with_the_last_link()
    {
        _namespace.Invoke(() => InterfaceSysctls.Write(AddressFamily.InterNetwork, "all", "rp_filter", 1));
        KernelJournal journal = Open();
        _namespace.Invoke(() =>
        {
            journal.AddLink(Link(51));
            journal.AddLink(Link(52));
            journal.RemoveLink(Link(51));
        });
        Assert.Equal((0, 1, 1, 0), (Filter("all"), Filter("near"), Filter("default"), Filter("vrrp.52")));

        _namespace.Invoke(() => journal.RemoveLink(Link(52)));

        Assert.Equal((1, 0, 0), (Filter("all"), Filter("near"), Filter("default")));
        Assert.Empty(Open().Settings);

        int? Filter(string name) => _namespace.Invoke(() => InterfaceSysctls.Read(AddressFamily.InterNetwork, name, "rp_filter"));
    }

    [Fact]
    public void Link_and_its_addresses_are_taken_up_by_the_successor_and_forgotten_with_it()
    {
        LinkInfo link = _namespace.Invoke(() => Open().AddLink(Link(51)));
        KernelJournal second = Open();

        Assert.Equal(link.Index, _namespace.Invoke(() => second.AddLink(Link(51)).Index));
        second.AddAddress(new AddressInfo(link.Index, IPAddress.Parse("192.0.2.100"), 32));
        _namespace.Invoke(() => second.RemoveLink(Link(51)));

        Assert.Empty(Open().Addresses);
        Assert.Null(_kernel.Links.Find(link.Name));
    }

    [Fact]
    public void Link_that_the_kernel_refuses_leaves_nothing()
    {
        _namespace.Run("ip", "link add vrrp.51 type bridge");
        KernelJournal journal = Open();

        Assert.Throws<SystemCallException>(() => _namespace.Invoke(() => journal.AddLink(Link(51))));

        Assert.Empty(Open().Links);
        Assert.Equal((0, 0), (Setting("arp_ignore"), Setting("arp_filter")));
        Assert.Equal("bridge", _kernel.Links.Find("vrrp.51")!.Kind);
    }

    [Fact]
    public void Setting_that_somebody_changed_meanwhile_is_left_to_them()
    {
        _namespace.Invoke(() =>
        {
            Open().ChangeSetting("near", Promotion);
            Open().ChangeSetting("near", Promotion);
            Assert.Equal([new ChangedSetting(IsIpv6: false, "near", "promote_secondaries", 0, 1)], Open().Settings);
            InterfaceSysctls.Write(AddressFamily.InterNetwork, "near", "promote_secondaries", 0);
            InterfaceSysctls.Write(AddressFamily.InterNetwork, "near", "promote_secondaries", 2);

            Open().UndoAll();
        });

        Assert.Equal(2, Setting("promote_secondaries"));
    }

    [Fact]
    public void Setting_is_restored_once_and_a_gone_interface_is_no_fault()
    {
        KernelJournal journal = Open();
        _namespace.Invoke(() =>
        {
            journal.ChangeSetting("near", Promotion);
            journal.RestoreSetting("near", Promotion);
            journal.RestoreSetting("near", Promotion);
        });
        Assert.Equal(0, Setting("promote_secondaries"));
        _namespace.Invoke(() =>
        {
            journal.ChangeSetting("near", Promotion);
            journal.ChangeSetting("missing", Promotion);
        });
        _namespace.Run("ip", "link delete near");

        _namespace.Invoke(() => Open().UndoAll());

        Assert.False(_log.Lines.Any(line => line.StartsWith("Error", StringComparison.Ordinal)), string.Join('\n', _log.Lines));
    }

    [Fact]
    public void Filter_of_a_killed_process_is_removed_and_one_that_is_gone_is_no_fault()
    {
        _namespace.Invoke(() => Open().OpenFilter("fastlb_gone", [], []).Dispose());
        _namespace.Invoke(() => Open().OpenFilter("fastlb_left", [new RefusedAddress(IPAddress.Parse("192.0.2.100"), _index)], []));
        Assert.Contains("fastlb_left", _namespace.Run("nft", "list tables"), StringComparison.Ordinal);

        _namespace.Invoke(() => Open().UndoAll());

        Assert.Empty(_namespace.Run("nft", "list tables"));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Address_with_a_peer_is_removed_with_it()
    {
        AddressInfo address = new(_index, IPAddress.Parse("203.0.113.1"), 32) { Peer = IPAddress.Parse("203.0.113.2") };
        Open().AddAddress(address);

        Open().UndoAll();

        Assert.DoesNotContain(_kernel.Addresses.List(), found => found.Address.Equals(address.Address));
    }

    [Fact]
    public void Journal_of_a_former_version_is_read()
    {
        File.WriteAllText(_folder.File("journal.json"), "{\"addresses\":[{\"interfaceIndex\":2,\"address\":\"192.0.2.9\",\"prefixLength\":32}],\"neighbours\":[]}");

        KernelJournal journal = Open();

        Assert.Equal([new AddedAddress(2, IPAddress.Parse("192.0.2.9"), 32)], journal.Addresses);
        Assert.Empty(journal.Routes);
        Assert.Empty(_log.Lines);
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _namespace.Dispose();
        _folder.Dispose();
    }

    private static RouteSpecification Route(string line) => RouteSpecification.Parse(line.Split(' '), RoutingNames.BuiltIn);

    private static RuleSpecification Rule(string line) => RuleSpecification.Parse(line.Split(' '), RoutingNames.BuiltIn, usualPriority: 400);

    private VirtualLinkRequest Link(byte id) => new($"vrrp.{id}", _index, VirtualLinkKind.Macvlan)
    {
        Mac = new PhysicalAddress([0, 0, 0x5E, 0, 1, id]),
        UsesIpv4 = true,
    };

    private string Routes() => _namespace.Run("ip", "route show table 1000 proto keepalived");

    private string Rules() => _namespace.Run("ip", "rule");

    private int? Setting(string name) => _namespace.Invoke(() => InterfaceSysctls.Read(AddressFamily.InterNetwork, "near", name));

    private KernelJournal Open() => KernelJournal.Open(_folder.File("journal.json"), _kernel, _log);
}
