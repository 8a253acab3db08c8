using System.Collections.Immutable;
using static FastLb.Configuration.Keywords.KeywordList;

namespace FastLb.Configuration.Keywords;

/// <summary>The keywords of the blocks that define what VRRP instances and checkers track.</summary>
internal static class TrackerKeywords
{
    private static readonly ImmutableArray<KeywordEntry> Script =
        new KeywordList(BlockContext.VrrpScript)
            .Add("script", Features.Done, Rest("COMMAND"))
            .Add("interval timeout", Features.Done, PositiveTime() with { InsteadOfTooSmall = "1" })
            .Add("weight", Features.Done, Integer("WEIGHT", -253, 253), OptionalRest("[reverse]"))
            .Add("rise fall", Features.Done, Integer("N", 1, int.MaxValue) with { InsteadOfFaulty = "1" })
            .Add("user", Features.Done, Text("USER"), Text("GROUP") with { IsOptional = true })
            .Add("init_fail", Features.Done)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> File =
        new KeywordList(BlockContext.TrackFile)
            .Add("file", Features.Done, Text("PATH"))
            .Add("weight", Features.Done, Integer("WEIGHT", -int.MaxValue, int.MaxValue), OptionalRest("[reverse]"))
            .Add("init_file", Features.Done, OptionalRest("[VALUE] [overwrite]"))
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Process =
        new KeywordList(BlockContext.TrackProcess)
            .Add("process", Features.Done, Rest("COMMAND [ARGUMENT]…"))
            .Add("param_match", Features.Done, Choice("MATCH", ("initial", Features.Done), ("partial", Features.Done)))
            .Add("weight", Features.Done, Integer("WEIGHT", -254, 254), OptionalRest("[reverse]"))
            .Add("quorum", Features.Done, Integer("N", 1, 65535))
            .Add("quorum_max", Features.Done, Integer("N", 0, 65535))
            .Add("delay fork_delay terminate_delay", Features.Done, PositiveTime(3600))
            .Add("full_command", Features.Done)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Group =
        new KeywordList(BlockContext.TrackGroup)
            .AddBlock("group", Features.Done, BlockContext.Lines)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Bfd =
        new KeywordList(BlockContext.BfdInstance)
            .Add("neighbor_ip neighbour_ip source_ip", Features.Done, Address)
            .Add("min_rx min_tx", Features.Done, Milliseconds(1))
            .Add("idle_tx", Features.Done, Milliseconds(1000))
            .Add("multiplier ttl hoplimit", Features.Done, Integer("N", 1, 255))
            .Add("max_hops", Features.Done, Integer("N", -1, 255))
            .Add("weight", Features.Done, Integer("WEIGHT", -253, 253), OptionalRest("[reverse]"))
            .Add("passive multihop vrrp checker", Features.Done)
            .Entries;

    public static ImmutableArray<KeywordEntry> Entries { get; } = [.. Script, .. File, .. Process, .. Group, .. Bfd];
}
