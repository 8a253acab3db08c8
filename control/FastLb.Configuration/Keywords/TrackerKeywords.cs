using System.Collections.Immutable;
using static FastLb.Configuration.Keywords.KeywordList;

namespace FastLb.Configuration.Keywords;

/// <summary>The keywords of the blocks that define what VRRP instances and checkers track.</summary>
internal static class TrackerKeywords
{
    private static readonly ImmutableArray<KeywordEntry> Script =
        new KeywordList(BlockContext.VrrpScript)
            .Add("script", Features.Tracking, Rest("COMMAND"))
            .Add("interval timeout", Features.Tracking, PositiveTime() with { InsteadOfTooSmall = "1" })
            .Add("weight", Features.Tracking, Integer("WEIGHT", -253, 253), OptionalRest("[reverse]"))
            .Add("rise fall", Features.Tracking, Integer("N", 1, int.MaxValue) with { InsteadOfFaulty = "1" })
            .Add("user", Features.Tracking, Text("USER"), Text("GROUP") with { IsOptional = true })
            .Add("init_fail", Features.Tracking)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> File =
        new KeywordList(BlockContext.TrackFile)
            .Add("file", Features.Tracking, Text("PATH"))
            .Add("weight", Features.Tracking, Integer("WEIGHT", -int.MaxValue, int.MaxValue), OptionalRest("[reverse]"))
            .Add("init_file", Features.Tracking, OptionalRest("[VALUE] [overwrite]"))
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Process =
        new KeywordList(BlockContext.TrackProcess)
            .Add("process", Features.Tracking, Rest("COMMAND [ARGUMENT]…"))
            .Add("param_match", Features.Tracking, Choice("MATCH", ("initial", Features.Tracking), ("partial", Features.Tracking)))
            .Add("weight", Features.Tracking, Integer("WEIGHT", -254, 254), OptionalRest("[reverse]"))
            .Add("quorum", Features.Tracking, Integer("N", 1, 65535))
            .Add("quorum_max", Features.Tracking, Integer("N", 0, 65535))
            .Add("delay fork_delay terminate_delay", Features.Tracking, PositiveTime(3600))
            .Add("full_command", Features.Tracking)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Group =
        new KeywordList(BlockContext.TrackGroup)
            .AddBlock("group", Features.Tracking, BlockContext.Lines)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Bfd =
        new KeywordList(BlockContext.BfdInstance)
            .Add("neighbor_ip neighbour_ip source_ip", Features.Tracking, Address)
            .Add("min_rx min_tx", Features.Tracking, Milliseconds(1))
            .Add("idle_tx", Features.Tracking, Milliseconds(1000))
            .Add("multiplier ttl hoplimit", Features.Tracking, Integer("N", 1, 255))
            .Add("max_hops", Features.Tracking, Integer("N", -1, 255))
            .Add("weight", Features.Tracking, Integer("WEIGHT", -253, 253), OptionalRest("[reverse]"))
            .Add("passive multihop vrrp checker", Features.Tracking)
            .Entries;

    public static ImmutableArray<KeywordEntry> Entries { get; } = [.. Script, .. File, .. Process, .. Group, .. Bfd];
}
