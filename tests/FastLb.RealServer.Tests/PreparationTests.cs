using System.Net;
using FastLb.Native;
using FastLb.Native.Tests.Namespaces;
using FastLb.Runtime;

namespace FastLb.RealServer.Tests;

/// <summary>What is applied to a host, what a check finds wrong with it, and what an undo leaves: on the real kernel.</summary>
public sealed class PreparationTests : ServerFixture
{
    private static readonly string[] Keys =
    [
        "all/arp_ignore", "all/arp_announce", "all/rp_filter", "far/arp_ignore", "far/arp_announce", "far/rp_filter", "lo/arp_ignore", "lo/arp_announce",
    ];

    [Fact]
    public void Bare_host_lacks_silence_and_address_in_direct_routing()
    {
        Assert.Equal(
            ["net.ipv4.conf.all.arp_ignore is 1 or 2", "net.ipv4.conf.all.arp_announce is 2", "198.51.100.100/32 is on lo"],
            Missing(Direct).Select(finding => finding.Need));
        Assert.Equal("0", Setting("all/arp_ignore")); // looking changes nothing
    }

    [Fact]
    public void Bare_host_lacks_a_decapsulator_too_in_tunnel_mode() =>
        Assert.Contains(Missing(Tunnel), finding => finding.Need == "tunnel packets are decapsulated on far" && finding.Symptom.Contains("protocol unreachable", StringComparison.Ordinal));

    [Fact]
    public void Applied_host_lacks_nothing_and_keeps_quiet()
    {
        Pair.AwaitTraffic();
        Apply(Direct);

        Assert.Contains($"{VirtualAddressText}/32", Server.Run("ip", "-4 address show dev lo"), StringComparison.Ordinal);
        Pair.Near.Run("ip", $"route add {VirtualAddressText} dev near");
        Assert.Contains("0 received", RunToItsEnd(Pair.Near, "ping", $"-c 2 -i 0.2 -W 1 {VirtualAddressText}"), StringComparison.Ordinal);
        Assert.DoesNotContain("lladdr", Pair.Near.Run("ip", $"neighbour show {VirtualAddressText}"), StringComparison.Ordinal);

        // The same packets by the director's way, to the Ethernet address, are answered.
        Pair.Near.Run("ip", $"neighbour replace {VirtualAddressText} lladdr {VethPair.FarMac} dev near");
        Pair.Near.Run("ping", $"-c 1 -W 5 {VirtualAddressText}");
    }

    [Theory]
    [InlineData(RealServerMode.DirectRouting)]
    [InlineData(RealServerMode.Tunnel)]
    public void Undo_restores_every_setting_address_and_filter(RealServerMode mode)
    {
        Set("all/rp_filter", "1");
        Set("far/arp_ignore", "3");
        RealServerOptions options = new(mode, [VirtualAddress, IPAddress.Parse("198.51.100.101")]);
        string before = Snapshot();

        Apply(options);
        Assert.NotEqual(before, Snapshot());
        Apply(options);
        IReadOnlyList<UndoneChange> undone = OnServer(host => host.Undo());

        Assert.All(undone, change => Assert.False(change.Failed, change.Text));
        Assert.Equal(before, Snapshot());
        Assert.False(System.IO.Directory.Exists(Directory.Path));
        Assert.Empty(OnServer(host => host.Undo()));
    }

    [Fact]
    public void Undo_leaves_what_was_there_before_and_what_others_have_changed_since()
    {
        Server.Run("ip", $"address add {VirtualAddressText}/32 dev lo");
        Server.Run("tc", "qdisc add dev far clsact");
        Set("all/arp_announce", "1");
        Apply(Tunnel);
        Set("all/arp_announce", "0");

        OnServer(host => host.Undo());

        Assert.Contains($"{VirtualAddressText}/32", Server.Run("ip", "-4 address show dev lo"), StringComparison.Ordinal);
        Assert.Contains("clsact", Server.Run("tc", "qdisc show dev far"), StringComparison.Ordinal);
        Assert.Equal(("0", "0"), (Setting("all/arp_announce"), Setting("all/arp_ignore")));
    }

    [Fact]
    public void Undo_leaves_the_place_of_filters_to_those_who_have_come_since()
    {
        Apply(Tunnel);
        Server.Run("tc", "filter add dev far egress protocol ip prio 5 u32 match u32 0 0 classid 1:1");

        IReadOnlyList<UndoneChange> undone = OnServer(host => host.Undo());

        Assert.Contains(undone, change => change.Text.StartsWith("left the place for programs", StringComparison.Ordinal));
        Assert.Contains("u32", Server.Run("tc", "filter show dev far egress"), StringComparison.Ordinal);
        Assert.DoesNotContain("fastlb", Server.Run("tc", "filter show dev far ingress"), StringComparison.Ordinal);
    }

    [Fact]
    public void Oldest_former_value_is_restored_when_a_setting_was_applied_twice()
    {
        Set("all/arp_announce", "1");
        Apply(Direct);
        Set("all/arp_announce", "0");
        Apply(Direct);

        OnServer(host => host.Undo());

        Assert.Equal("1", Setting("all/arp_announce"));
    }

    [Fact]
    public void Each_fault_made_by_hand_is_named()
    {
        Apply(Tunnel);

        Set("all/arp_ignore", "0");
        AssertOneMissing("net.ipv4.conf.all.arp_ignore is 1 or 2", "0", "answers ARP");
        Set("all/arp_ignore", "1");

        Set("far/arp_ignore", "3");
        AssertOneMissing("net.ipv4.conf.far.arp_ignore is at most 2", "3", "answers ARP");
        Set("far/arp_ignore", "0");

        Set("all/arp_announce", "1");
        AssertOneMissing("net.ipv4.conf.all.arp_announce is 2", "1", "ARP requests name the virtual address");
        Set("all/arp_announce", "2");

        Set("far/rp_filter", "1");
        AssertOneMissing("net.ipv4.conf.far.rp_filter is 0 or 2", "1", "dropped");
        Set("far/rp_filter", "0");
        Set("all/rp_filter", "1");
        AssertOneMissing("net.ipv4.conf.far.rp_filter is 0 or 2", "0, but 1 holds because of net.ipv4.conf.all.rp_filter", "dropped");
        Set("all/rp_filter", "0");

        Server.Run("ip", $"address delete {VirtualAddressText}/32 dev lo");
        AssertOneMissing($"{VirtualAddressText}/32 is on lo", "it isn't there", "no answer");
        Server.Run("ip", $"address add {VirtualAddressText}/24 dev lo");
        Assert.Equal($"ip address delete {VirtualAddressText}/24 dev lo", AssertOneMissing($"{VirtualAddressText}/32 is on lo", $"it is there as {VirtualAddressText}/24", "every address").ByHand);
        Server.Run("ip", $"address delete {VirtualAddressText}/24 dev lo");
        Server.Run("ip", $"address add {VirtualAddressText}/32 dev lo");

        Server.Run("ip", $"address add {VirtualAddressText}/32 dev far");
        Assert.Equal($"ip address delete {VirtualAddressText}/32 dev far", AssertOneMissing($"{VirtualAddressText} is on no Ethernet interface", $"{VirtualAddressText}/32 is on far", "answers ARP").ByHand);
        Server.Run("ip", $"address delete {VirtualAddressText}/32 dev far");

        Server.Run("ip", "link set lo down");
        AssertOneMissing("lo is up", "it is down", "don't work");
        Server.Run("ip", "link set lo up");

        Server.Run("ip", "address add 192.0.2.77/24 dev far");
        AssertOneMissing("tunnel packets are decapsulated on far", "not when they are sent to 192.0.2.77", "protocol unreachable");
        Server.Run("ip", "address delete 192.0.2.77/24 dev far");

        Server.Run("tc", "filter del dev far ingress");
        AssertOneMissing("tunnel packets are decapsulated on far", "there is no program", "protocol unreachable");

        Apply(Tunnel);
    }

    [Fact]
    public void What_only_an_administrator_should_do_is_left_to_him()
    {
        Server.Run("ip", $"address add {VirtualAddressText}/24 dev far");

        OnServer(host => host.Apply(Direct));

        Assert.Equal([$"{VirtualAddressText} is on no Ethernet interface"], Missing(Direct).Select(finding => finding.Need));
        Assert.Contains($"{VirtualAddressText}/24", Server.Run("ip", "-4 address show dev far"), StringComparison.Ordinal);
    }

    [Fact]
    public void Virtual_address_applied_later_joins_the_earlier_ones()
    {
        RealServerOptions later = Tunnel with { VirtualAddresses = [IPAddress.Parse("198.51.100.101")] };
        Apply(Tunnel);
        Assert.Contains(Missing(later), finding => finding.Present == "not for 198.51.100.101");

        Apply(later);

        Assert.Empty(Missing(Tunnel));
    }

    [Fact]
    public void Directors_that_are_named_are_the_only_ones()
    {
        IPAddress first = IPAddress.Parse("192.0.2.1"), second = IPAddress.Parse("192.0.2.3");
        Apply(Tunnel);
        AssertOneMissing(Tunnel with { Directors = [first] }, "from anybody");

        Apply(Tunnel with { Directors = [first] });
        AssertOneMissing(Tunnel with { Directors = [first, second] }, "not from 192.0.2.3");

        Apply(Tunnel with { Directors = [first, second] });
        AssertOneMissing(Tunnel with { Directors = [second] }, "also from 192.0.2.1");
        Assert.Empty(Missing(Tunnel)); // who names none, has no opinion
    }

    [Fact]
    public void Interface_that_is_not_there_is_named_with_those_that_are()
    {
        DirectorException fault = Assert.Throws<DirectorException>(() => Missing(Direct with { Interfaces = ["eth7"] }));

        Assert.Contains("eth7", fault.Message, StringComparison.Ordinal);
        Assert.Contains("far", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Host_without_an_interface_to_be_reached_by_is_told_so()
    {
        Server.Run("ip", "link set far down");

        Assert.Contains("--interface", Assert.Throws<DirectorException>(() => Missing(Direct)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_of_another_namespace_is_not_worked_off_here()
    {
        Apply(Direct);

        DirectorException fault = Assert.Throws<DirectorException>(() => Pair.Near.Invoke(() =>
        {
            using RealServerHost elsewhere = RealServerHost.Open(Directory);
            return elsewhere.Undo();
        }));

        Assert.Contains("another network namespace", fault.Message, StringComparison.Ordinal);
        Assert.Equal("1", Setting("all/arp_ignore"));
    }

    [Fact]
    public void Interface_that_has_gone_is_no_fault_of_an_undo()
    {
        Apply(Tunnel);
        Server.Run("ip", "link delete far");

        IReadOnlyList<UndoneChange> undone = OnServer(host => host.Undo());

        Assert.All(undone, change => Assert.False(change.Failed, change.Text));
        Assert.Contains(undone, change => change.Text.StartsWith("far is gone", StringComparison.Ordinal));
    }

    [Fact]
    public void Kernel_without_the_tunnel_device_says_what_helps()
    {
        RealServerOptions options = Tunnel with { Decapsulator = Decapsulator.Device };
        if (!Missing(options).Any(finding => finding.Need == "there is the tunnel device tunl0"))
        {
            Apply(options); // this kernel has it
            return;
        }

        SystemCallException fault = Assert.Throws<SystemCallException>(() => OnServer(host => host.Apply(options)));

        Assert.Contains("--decapsulator program", fault.Message, StringComparison.Ordinal);
        Assert.Equal("198.51.100.100/32 is on lo", Missing(Direct).Single().Need); // what comes before was done, and is recorded
        OnServer(host => host.Undo());
        Assert.Equal("0", Setting("all/arp_ignore"));
    }

    [Fact]
    public void Interface_with_a_dot_in_its_name_has_its_settings()
    {
        Server.Run("ip", "link set far down");
        Server.Run("ip", "link set far name far.7");
        Server.Run("ip", "link set far.7 up");
        Set("far.7/arp_ignore", "3");

        Apply(Tunnel);

        Assert.Equal("1", Setting("far.7/arp_ignore"));
        OnServer(host => host.Undo());
        Assert.Equal("3", Setting("far.7/arp_ignore"));
    }

    private static string RunToItsEnd(NetworkNamespace host, string command, string arguments) => host.Run("sh", $"-c \"{command} {arguments} || true\"");

    private Finding AssertOneMissing(string need, string present, string symptom)
    {
        Finding finding = Assert.Single(Missing(Tunnel));
        Assert.Equal(need, finding.Need);
        Assert.Contains(present, finding.Present, StringComparison.Ordinal);
        Assert.Contains(symptom, finding.Symptom, StringComparison.Ordinal);
        return finding;
    }

    private void AssertOneMissing(RealServerOptions options, string present) =>
        Assert.StartsWith(present, Assert.Single(Missing(options)).Present, StringComparison.Ordinal);

    private string Snapshot() => string.Join('\n', [
        .. Keys.Select(key => $"{key} {Setting(key)}"),
        Server.Run("ip", "-4 -oneline address show"),
        .. Server.Run("ip", "-oneline link show up").Split('\n').Select(line => line.Split('<')[0]), // the carrier comes and goes in its own time
        Server.Run("tc", "qdisc show"),
        Server.Run("tc", "filter show dev far ingress"),
    ]);
}
