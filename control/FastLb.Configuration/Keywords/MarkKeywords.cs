using System.Collections.Immutable;
using static FastLb.Configuration.Keywords.KeywordList;

namespace FastLb.Configuration.Keywords;

/// <summary>The keywords of <c>mark</c>, FastLb's own.</summary>
internal static class MarkKeywords
{
    public static ImmutableArray<KeywordEntry> Entries { get; } =
        new KeywordList(BlockContext.MarkRule)
            .Add("destination", Features.Done, Text("ADDRESSES"))
            .Add("source", Features.Done, Text("NETWORK"))
            .Add("protocol", Features.Done, Choice("PROTOCOL", ("TCP", Features.Done), ("UDP", Features.Done)) with { IgnoresCase = true })
            .Add("destination_port source_port", Features.Done, Text("PORTS"))
            .Add("interface", Features.Done, Interface)
            .Entries;
}
