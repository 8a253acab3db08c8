using System.Collections.Immutable;
using static FastLb.Configuration.Keywords.KeywordList;

namespace FastLb.Configuration.Keywords;

/// <summary>The keywords of <c>virtual_server</c> and <c>real_server</c>.</summary>
internal static class VirtualServerKeywords
{
    private static readonly ChoiceArgument Schedulers = Choice(
        "SCHEDULER",
        ("rr", Features.Done), ("wrr", Features.Done), ("lc", Features.Done), ("wlc", Features.Done), ("lblc", Features.Done), ("lblcr", Features.Done),
        ("sh", Features.Done), ("mh", Features.Done), ("dh", Features.Done), ("fo", Features.Done), ("ovf", Features.Done), ("sed", Features.Done),
        ("nq", Features.Done), ("twos", Features.Done));

    private static readonly ChoiceArgument ForwardingMethods =
        Choice("METHOD", ("NAT", Features.Done), ("DR", Features.Done), ("TUN", Features.Done));

    private static readonly ChoiceArgument Protocols = Choice("PROTOCOL", ("TCP", Features.Done), ("UDP", Features.Done), ("SCTP", Features.Sctp)) with { IgnoresCase = true };

    private static readonly ImmutableArray<KeywordEntry> Virtual =
        new KeywordList(BlockContext.VirtualServer)
            .Add("lvs_sched lb_algo", Features.Done, Schedulers)
            .Add("lvs_method lb_kind", Features.Done, ForwardingMethods, OptionalRest("[type TYPE] [OPTION]…"))
            .Add("protocol", Features.Done, Protocols)
            .AddBlock("real_server", Features.Done, BlockContext.RealServer, Text("ADDRESS"), Text("PORT") with { IsOptional = true })
            .Add("weight", Features.Done, Integer("WEIGHT", 1, int.MaxValue))

            // Which server a connection goes to
            .Add("persistence_timeout", Features.Done, Integer("SECONDS", 1, 2678400) with { IsOptional = true })
            .Add("persistence_granularity", Features.Done, Text("MASK"))
            .Add("persistence_engine", Features.PersistenceEngines, Text("ENGINE"))
            .Add("ops", Features.Done)
            .Add("flag-1 flag-2 flag-3 sh-port sh-fallback mh-port mh-fallback", Features.Done)
            .Add("ip_family", Features.Done, Choice("FAMILY", ("inet", Features.Done), ("inet6", Features.Ipv6)))

            // Health
            .Add("delay_loop", Features.Done, Period)
            .Add("connect_timeout", Features.Done, PositiveTime())
            .Add("retry", Features.Done, Integer("N", 1, uint.MaxValue))
            .Add("delay_before_retry warmup", Features.Done, Time())
            .Add("inhibit_on_failure alpha", Features.Done)
            .Add("omega", Features.Done)
            .Add("ha_suspend", Features.Done)
            .Add("quorum", Features.Done, Count("N"))
            .Add("hysteresis", Features.Done, Integer("N", 0, uint.MaxValue))
            .Add("sorry_server", Features.Done, Text("ADDRESS"), Text("PORT") with { IsOptional = true })
            .Add("sorry_server_inhibit", Features.Done)
            .Add("sorry_server_lvs_method", Features.Done, ForwardingMethods, OptionalRest("[type TYPE] [OPTION]…"))
            .Add("virtualhost", Features.Done, Text("NAME"))

            // Notification
            .Add("quorum_up quorum_down", Features.Done, Rest("COMMAND"))
            .Add("smtp_alert", Features.Done, OptionalSwitch)
            .Add("snmp_name", Features.Management, Text("NAME"))
            .Add("hashed", Features.Obsolete)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Real =
        new KeywordList(BlockContext.RealServer)
            .Add("weight", Features.Done, Integer("WEIGHT", 0, int.MaxValue))
            .Add("lvs_method", Features.Done, ForwardingMethods, OptionalRest("[type TYPE] [OPTION]…"))
            .Add("uthreshold lthreshold", Features.Done, Integer("N", 0, uint.MaxValue))
            .Add("inhibit_on_failure", Features.Done, OptionalSwitch)
            .Add("alpha", Features.Done, OptionalSwitch)
            .Add("delay_loop", Features.Done, Period)
            .Add("connect_timeout", Features.Done, PositiveTime())
            .Add("retry", Features.Done, Integer("N", 1, uint.MaxValue))
            .Add("delay_before_retry warmup", Features.Done, Time())
            .Add("virtualhost", Features.Done, Text("NAME"))
            .Add("notify_up notify_down", Features.Done, Rest("COMMAND"))
            .Add("smtp_alert", Features.Done, OptionalSwitch)
            .Add("snmp_name", Features.Management, Text("NAME"))
            .AddBlock("TCP_CHECK", Features.Done, BlockContext.TcpCheck)
            .AddBlock("HTTP_GET SSL_GET", Features.Done, BlockContext.HttpCheck)
            .AddBlock("SMTP_CHECK", Features.Done, BlockContext.SmtpCheck)
            .AddBlock("DNS_CHECK", Features.Done, BlockContext.DnsCheck)
            .AddBlock("MISC_CHECK", Features.Done, BlockContext.MiscCheck)
            .AddBlock("UDP_CHECK", Features.Done, BlockContext.UdpCheck)
            .AddBlock("PING_CHECK", Features.Done, BlockContext.PingCheck)
            .AddBlock("BFD_CHECK", Features.Done, BlockContext.BfdCheck)
            .AddBlock("FILE_CHECK", Features.Done, BlockContext.FileCheck)
            .Entries;

    public static ImmutableArray<KeywordEntry> Entries { get; } = [.. Virtual, .. Real];
}
