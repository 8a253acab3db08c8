using System.Net.Sockets;
using FastLb.Netlink.Routing;

namespace FastLb.Native.Tests.Netlink.Routing;

public sealed class RuleLineTests
{
    [Fact]
    public void All_options_of_a_rule_are_translated()
    {
        RuleSpecification rule = Parse("not from 192.0.2.0/24 to 198.51.100.7 iif eth0 oif eth1 fwmark 0x10/0xff tos 16 realms 3/4 protocol static ipproto tcp sport 80 dport 1000-2000"
            + " uidrange 5-7 tun_id 9 suppress_prefixlength 0 suppress_ifgroup 2 table 1000 preference 77");

        Assert.Equal((RuleAction.Lookup, 1000u, 77u, true), (rule.Action, rule.Table, rule.Priority, rule.IsInverted));
        Assert.Equal(("192.0.2.0/24", "198.51.100.7/32"), (rule.From.ToString(), rule.To.ToString()));
        Assert.Equal(("eth0", "eth1", 0x10u, 0xFFu), (rule.InputInterface, rule.OutputInterface, rule.FirewallMark, rule.FirewallMask));
        Assert.Equal(((byte)16, 0x30004u, (byte)4, (byte)6), (rule.TypeOfService, rule.Realms, rule.Protocol, rule.IpProtocol));
        Assert.Equal(((ushort)80, (ushort)80), rule.SourcePorts);
        Assert.Equal(((ushort)1000, (ushort)2000), rule.DestinationPorts);
        Assert.Equal((5u, 7u), rule.Users);
        Assert.Equal((9u, 0u, 2u), (rule.TunnelId, rule.SuppressedPrefixLength, rule.SuppressedGroup));
    }

    [Theory]
    [InlineData("to 10.0.0.0/8 blackhole", RuleAction.Blackhole)]
    [InlineData("to 10.0.0.0/8 type prohibit", RuleAction.Prohibit)]
    [InlineData("to 10.0.0.0/8 unreachable", RuleAction.Unreachable)]
    [InlineData("from all nop", RuleAction.Nop)]
    [InlineData("from all goto 40000", RuleAction.GoTo)]
    [InlineData("from all l3mdev", RuleAction.Lookup)]
    public void Action_and_priority_are_those_of_the_line_or_the_usual_ones(string line, RuleAction action)
    {
        RuleSpecification rule = Parse(line);

        Assert.Equal((action, 16383u), (rule.Action, rule.Priority));
    }

    [Theory]
    [InlineData("from 2001:db8::/32 table 100", AddressFamily.InterNetworkV6)]
    [InlineData("inet6 table 100", AddressFamily.InterNetworkV6)]
    [InlineData("from all table 100", AddressFamily.InterNetwork)]
    public void Family_is_that_of_the_addresses(string line, AddressFamily family) => Assert.Equal(family, Parse(line).Family);

    [Theory]
    [InlineData("from 10.0.0.0/8", "'from 10.0.0.0/8' does nothing: add 'table' and a routing table, or another action of ip-rule(8)")]
    [InlineData("from 10.0.0.0/8 table 100 blackhole", "'blackhole' is a second action, and a rule does one thing: write a rule for each")]
    [InlineData("from 10.0.0.0/8 table blue", "'table blue' is not known on this machine: give a number, or add the name to /etc/iproute2/rt_tables")]
    [InlineData("from 10.0.0.0/8 goto 100", "'goto 100' leads backwards: name a rule behind this one's priority, 16383")]
    [InlineData("from 10.0.0.0/8 to 2001:db8:: table 100", "'2001:db8::' is not of the family of the addresses before it: write addresses of one family, or 'via inet6' for a router of the other")]
    [InlineData("fwmark 1/x table 100", "'fwmark 1/x' can't be used: write a mark such as 16, 0x10 or 0x10/0xff")]
    [InlineData("dport 70000 table 100", "'dport 70000' can't be used: write a number, or two joined by a dash")]
    [InlineData("dport 0 table 100", "'dport 0' can't be used: write a port from 1 to 65535")]
    [InlineData("ipproto 0 table 100", "'ipproto 0' can't be used: write tcp, udp, sctp, icmp, icmpv6, esp, ah, gre or a number from 1 to 255")]
    [InlineData("suppress_prefixlength 0 blackhole", "'suppress' stands in a rule that looks in no table: add 'table' and a routing table")]
    [InlineData("table 100 colour red", "'colour' is no option of a rule that FastLb knows: see ip-rule(8), and write options in full")]
    [InlineData("type nat", "'type' is no option of a rule that FastLb knows: see ip-rule(8), and write options in full")]
    public void What_cannot_be_set_is_told_with_word_and_remedy(string line, string message) =>
        Assert.Equal(message, Assert.Throws<RoutingLineException>(() => Parse(line)).Message);

    private static RuleSpecification Parse(string line) => RuleSpecification.Parse(line.Split(' '), RoutingNames.BuiltIn, usualPriority: 16383);
}
