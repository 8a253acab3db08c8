using System.Reflection;
using FastLb.Netlink;
using FastLb.Netlink.Protocol;
using FastLb.Netlink.Routing;

namespace FastLb.Native.Tests.Layouts;

public sealed class NetlinkLayoutTests
{
    private static readonly string[] Headers =
    [
        "<sys/socket.h>", "<linux/if.h>", "<linux/if_arp.h>", "<linux/netlink.h>", "<linux/rtnetlink.h>", "<linux/if_link.h>", "<linux/if_addr.h>", "<linux/neighbour.h>",
        "<linux/pkt_sched.h>", "<linux/pkt_cls.h>", "<linux/fib_rules.h>", "<linux/icmpv6.h>",
    ];

    [Theory]
    [InlineData(typeof(NetlinkConstants))]
    [InlineData(typeof(RtnetlinkConstants))]
    [InlineData(typeof(TrafficControlConstants))]
    public void Constants_are_those_of_the_kernel_headers(Type constants)
    {
        HeaderChecker checker = new(Headers);
        FieldInfo[] fields = constants.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static);
        Assert.NotEmpty(fields);
        foreach (FieldInfo field in fields)
            checker.Equal(field.Name, Convert.ToInt64(field.GetRawConstantValue()));
        checker.Verify();
    }

    [Fact]
    public void Structures_are_laid_out_as_in_the_kernel_headers() =>
        new HeaderChecker(Headers)
            .Structure<NetlinkAddress>("struct sockaddr_nl", ("nl_family", "Family"), ("nl_pid", "PortId"), ("nl_groups", "Groups"))
            .Structure<MessageHeader>(
                "struct nlmsghdr",
                ("nlmsg_len", "Length"), ("nlmsg_type", "Type"), ("nlmsg_flags", "Flags"), ("nlmsg_seq", "Sequence"), ("nlmsg_pid", "PortId"))
            .Structure<AttributeHeader>("struct rtattr", ("rta_len", "Length"), ("rta_type", "Type"))
            .Structure<LinkMessageBody>(
                "struct ifinfomsg",
                ("ifi_family", "Family"), ("ifi_type", "HardwareType"), ("ifi_index", "Index"), ("ifi_flags", "Flags"), ("ifi_change", "ChangeMask"))
            .Structure<AddressMessageBody>(
                "struct ifaddrmsg",
                ("ifa_family", "Family"), ("ifa_prefixlen", "PrefixLength"), ("ifa_flags", "Flags"), ("ifa_scope", "Scope"), ("ifa_index", "Index"))
            .Structure<AddressLifetimes>(
                "struct ifa_cacheinfo", ("ifa_prefered", "Preferred"), ("ifa_valid", "Valid"), ("cstamp", "Created"), ("tstamp", "Updated"))
            .Structure<RouteMessageBody>(
                "struct rtmsg",
                ("rtm_family", "Family"), ("rtm_dst_len", "DestinationLength"), ("rtm_src_len", "SourceLength"), ("rtm_tos", "TypeOfService"),
                ("rtm_table", "Table"), ("rtm_protocol", "Protocol"), ("rtm_scope", "Scope"), ("rtm_type", "Type"), ("rtm_flags", "Flags"))
            .Structure<RuleMessageBody>(
                "struct fib_rule_hdr",
                ("family", "Family"), ("dst_len", "DestinationLength"), ("src_len", "SourceLength"), ("tos", "TypeOfService"), ("table", "Table"), ("action", "Action"),
                ("flags", "Flags"))
            .Structure<NextHopHeader>(
                "struct rtnexthop", ("rtnh_len", "Length"), ("rtnh_flags", "Flags"), ("rtnh_hops", "Hops"), ("rtnh_ifindex", "Index"))
            .Structure<NeighbourMessageBody>(
                "struct ndmsg", ("ndm_family", "Family"), ("ndm_ifindex", "Index"), ("ndm_state", "State"), ("ndm_flags", "Flags"), ("ndm_type", "Type"))
            .Structure<TrafficControlMessageBody>(
                "struct tcmsg",
                ("tcm_family", "Family"), ("tcm_ifindex", "Index"), ("tcm_handle", "Handle"), ("tcm_parent", "Parent"), ("tcm_info", "Info"))
            .Verify();

    [Fact]
    public void Enumerations_have_the_values_of_the_kernel_headers() =>
        new HeaderChecker(Headers)
            .Equal("IFF_UP", (long)LinkFlags.Up)
            .Equal("IFF_BROADCAST", (long)LinkFlags.Broadcast)
            .Equal("IFF_LOOPBACK", (long)LinkFlags.Loopback)
            .Equal("IFF_POINTOPOINT", (long)LinkFlags.PointToPoint)
            .Equal("IFF_RUNNING", (long)LinkFlags.Running)
            .Equal("IFF_NOARP", (long)LinkFlags.NoArp)
            .Equal("IFF_PROMISC", (long)LinkFlags.Promiscuous)
            .Equal("IFF_MULTICAST", (long)LinkFlags.Multicast)
            .Equal("IFF_LOWER_UP", (long)LinkFlags.LowerUp)
            .Equal("RT_SCOPE_UNIVERSE", (long)AddressScope.Global)
            .Equal("RT_SCOPE_SITE", (long)AddressScope.Site)
            .Equal("RT_SCOPE_LINK", (long)AddressScope.Link)
            .Equal("RT_SCOPE_HOST", (long)AddressScope.Host)
            .Equal("RT_SCOPE_NOWHERE", (long)AddressScope.Nowhere)
            .Equal("IFA_F_SECONDARY", (long)AddressFlags.Secondary)
            .Equal("IFA_F_NODAD", (long)AddressFlags.NoDuplicateDetection)
            .Equal("IFA_F_OPTIMISTIC", (long)AddressFlags.Optimistic)
            .Equal("IFA_F_DADFAILED", (long)AddressFlags.DuplicateDetected)
            .Equal("IFA_F_DEPRECATED", (long)AddressFlags.Deprecated)
            .Equal("IFA_F_TENTATIVE", (long)AddressFlags.Tentative)
            .Equal("IFA_F_PERMANENT", (long)AddressFlags.Permanent)
            .Equal("IFA_F_NOPREFIXROUTE", (long)AddressFlags.NoPrefixRoute)
            .Equal("IFA_F_HOMEADDRESS", (long)AddressFlags.Home)
            .Equal("IFA_F_MANAGETEMPADDR", (long)AddressFlags.ManagesTemporaryAddresses)
            .Equal("IFA_F_MCAUTOJOIN", (long)AddressFlags.AutoJoin)
            .Equal("IPVLAN_F_PRIVATE", (long)IpvlanReach.Private)
            .Equal("IPVLAN_F_VEPA", (long)IpvlanReach.Vepa)
            .Equal("RTN_UNICAST", (long)RouteType.Unicast)
            .Equal("RTN_LOCAL", (long)RouteType.Local)
            .Equal("RTN_BROADCAST", (long)RouteType.Broadcast)
            .Equal("RTN_ANYCAST", (long)RouteType.Anycast)
            .Equal("RTN_MULTICAST", (long)RouteType.Multicast)
            .Equal("RTN_BLACKHOLE", (long)RouteType.Blackhole)
            .Equal("RTN_UNREACHABLE", (long)RouteType.Unreachable)
            .Equal("RTN_PROHIBIT", (long)RouteType.Prohibit)
            .Equal("RTN_THROW", (long)RouteType.Throw)
            .Equal("RTN_NAT", (long)RouteType.Nat)
            .Equal("RTPROT_KEEPALIVED", RouteSpecification.KeepalivedProtocol)
            .Equal("FR_ACT_TO_TBL", (long)RuleAction.Lookup)
            .Equal("FR_ACT_GOTO", (long)RuleAction.GoTo)
            .Equal("FR_ACT_NOP", (long)RuleAction.Nop)
            .Equal("FR_ACT_BLACKHOLE", (long)RuleAction.Blackhole)
            .Equal("FR_ACT_UNREACHABLE", (long)RuleAction.Unreachable)
            .Equal("FR_ACT_PROHIBIT", (long)RuleAction.Prohibit)
            .Equal("RTNH_F_DEAD", (long)NextHopFlags.Dead)
            .Equal("RTNH_F_ONLINK", (long)NextHopFlags.OnLink)
            .Equal("RTNH_F_LINKDOWN", (long)NextHopFlags.LinkDown)
            .Equal("NUD_INCOMPLETE", (long)NeighbourState.Incomplete)
            .Equal("NUD_REACHABLE", (long)NeighbourState.Reachable)
            .Equal("NUD_STALE", (long)NeighbourState.Stale)
            .Equal("NUD_DELAY", (long)NeighbourState.Delay)
            .Equal("NUD_PROBE", (long)NeighbourState.Probe)
            .Equal("NUD_FAILED", (long)NeighbourState.Failed)
            .Equal("NUD_NOARP", (long)NeighbourState.NoArp)
            .Equal("NUD_PERMANENT", (long)NeighbourState.Permanent)
            .Equal("NTF_USE", (long)NeighbourFlags.Use)
            .Equal("NTF_PROXY", (long)NeighbourFlags.Proxy)
            .Equal("NTF_EXT_LEARNED", (long)NeighbourFlags.ExternallyLearned)
            .Equal("NTF_ROUTER", (long)NeighbourFlags.Router)
            .Equal("NTF_EXT_MANAGED << 8", (long)NeighbourFlags.Managed)
            .Verify();
}
