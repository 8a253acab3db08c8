using System.Collections.Immutable;
using FastLb.Configuration.Model;
using static FastLb.Configuration.Keywords.KeywordList;

namespace FastLb.Configuration.Keywords;

/// <summary>
/// The keywords of <c>fastlb</c>, the one block that keepalived does not have: what its files cannot say, because with LVS it is set in the kernel (<c>net.ipv4.vs</c>)
/// or not there. keepalived complains of the block and leaves it out.
/// </summary>
internal static class FastLbKeywords
{
    /// <summary>A day, in seconds.</summary>
    private const decimal LongestRecovery = 86_400;

    public static ImmutableArray<KeywordEntry> Entries { get; } =
    [
        .. new KeywordList(BlockContext.FastLb)
            .Add("unknown_flows", Features.Done, Choice("ANSWER", ("refuse", Features.Done), ("drop", Features.Done), ("kernel", Features.Done)))
            .Add("sloppy_tcp expire_nodest_conn expire_quiescent_template secure_tcp", Features.Done, OptionalSwitch)
            .Add("conn_reuse_mode", Features.Done, Integer("MODE", 0, 3))
            .Add("mh_table_size", Features.Done, Choice(
                "PLACES", ("251", Features.Done), ("509", Features.Done), ("1021", Features.Done), ("2039", Features.Done), ("4093", Features.Done),
                ("8191", Features.Done), ("16381", Features.Done), ("32749", Features.Done), ("65521", Features.Done), ("131071", Features.Done)))
            .Add("service_timeouts", Features.Done, Text("ADDRESS"), Text("PORT"), Rest("[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]"))
            .AddBlock("mark", Features.Done, BlockContext.MarkRule, Integer("MARK", 1, uint.MaxValue))
            .Add("flow_table_size", Features.Done, Integer("FLOWS", FlowTableSize.Least, FlowTableSize.Most))
            .Add("backends", Features.Done, Each(Choice(
                "BACKEND", ("xdp_native", Features.Done), ("xdp_generic", Features.Done), ("af_packet", Features.OtherBackends), ("ipvs", Features.OtherBackends))))
            .Add("interfaces", Features.Done, Each(Interface))
            .Add("workers", Features.Done, Integer("N", 0, PortSettings.MostWorkers))
            .Add("worker_cpus", Features.Done, Rest("CPU|FIRST-LAST…"))
            .Add("ring_size", Features.Done, Integer("ENTRIES", PortSettings.SmallestRing, PortSettings.LargestRing))
            .Add("frames_per_queue", Features.Done, Integer("FRAMES", PortSettings.FewestFrames, PortSettings.MostFrames))
            .Add("api_listen", Features.Done, Address, Port, Text("TOKEN_FILE"))
            .Add("metrics_listen", Features.Done, Address, Port)
            .Add("slow_start", Features.Done, Time(1, LongestRecovery))
            .Add("flap_damping", Features.Done, Integer("FALLS", 2, 1000), Time(1, LongestRecovery), Time(1, LongestRecovery) with { IsOptional = true })
            .Add("passive_checks", Features.Done, Integer("FAILURES", 1, PassiveCheckSettings.MostFailures), Integer("SECONDS", 1, PassiveCheckSettings.LongestWindow))
            .AddBlock("defence", Features.Done, BlockContext.Defence)
            .Entries,
        .. new KeywordList(BlockContext.Defence)
            .Add("half_open_limit", Features.Done, Integer("CONNECTIONS", 64, FlowTableSize.Most))
            .Add("new_connections_per_client", Features.Done, Rest("RATE [burst N] [prefix LENGTH]"))
            .Add("deny allow", Features.Done, Rest("PREFIX…"))
            .Entries,
    ];
}
