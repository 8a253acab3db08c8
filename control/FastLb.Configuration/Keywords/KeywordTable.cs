using System.Collections.Frozen;
using System.Collections.Immutable;

namespace FastLb.Configuration.Keywords;

/// <summary>
/// Every keyword of keepalived's language, and of FastLb's own block, by the block in which it stands: the one table that the parser, the binder and the documentation
/// use. The other files of this folder named <c>…Keywords</c> hold its parts. Immutable.
/// </summary>
public static class KeywordTable
{
    /// <summary>All entries, by block.</summary>
    public static ImmutableArray<KeywordEntry> Entries { get; } =
        [.. RootKeywords.Entries, .. GlobalKeywords.Entries, .. FastLbKeywords.Entries, .. MarkKeywords.Entries, .. VrrpKeywords.Entries, .. TrackerKeywords.Entries, .. VirtualServerKeywords.Entries, .. CheckerKeywords.Entries];

    // Behind what they are made of: static members get their values in the order of the text.
    private static readonly FrozenDictionary<(BlockContext Context, string Name), KeywordEntry> ByPlace = Entries.ToFrozenDictionary(e => (e.Context, e.Name));
    private static readonly FrozenDictionary<BlockContext, ImmutableArray<string>> NamesByContext =
        Entries.GroupBy(e => e.Context).ToFrozenDictionary(g => g.Key, g => g.Select(e => e.Name).ToImmutableArray());

    private static readonly FrozenDictionary<string, ImmutableArray<KeywordEntry>> ByName =
        Entries.GroupBy(e => e.Name, StringComparer.Ordinal).ToFrozenDictionary(g => g.Key, g => g.ToImmutableArray(), StringComparer.Ordinal);

    /// <summary>The keyword <paramref name="name"/> within <paramref name="context"/>; null when it means nothing there.</summary>
    public static KeywordEntry? Find(BlockContext context, string name) => ByPlace.GetValueOrDefault((context, name));

    /// <summary>The kind of block that <paramref name="name"/> opens within <paramref name="context"/>; null when it opens none.</summary>
    public static BlockContext? BodyOf(BlockContext context, string name) => Find(context, name)?.Body;

    /// <summary>The keywords that have a meaning within <paramref name="context"/>.</summary>
    public static ImmutableArray<string> NamesIn(BlockContext context) => NamesByContext.GetValueOrDefault(context, []);

    /// <summary>The keywords that open a block of kind <paramref name="context"/>.</summary>
    public static IEnumerable<string> OpenersOf(BlockContext context) => Entries.Where(e => e.Body == context).Select(e => e.Name).Distinct(StringComparer.Ordinal);

    /// <summary>All places where <paramref name="name"/> has a meaning.</summary>
    public static ImmutableArray<KeywordEntry> Places(string name) => ByName.GetValueOrDefault(name, []);
}
