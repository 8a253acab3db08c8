using System.Text;

namespace FastLb.Configuration.Keywords;

/// <summary>Writes the reference of the language, from the table that the parser uses.</summary>
public static class KeywordReference
{
    private static readonly Dictionary<BlockContext, string> ValuesOfLines = new()
    {
        [BlockContext.Lines] = "a line for each item",
        [BlockContext.VirtualAddresses] = "an address to a line",
    };

    /// <summary>The whole reference as Markdown; lines end in a line feed.</summary>
    public static string RenderMarkdown()
    {
        var text = new StringBuilder();
        text.Append("""
            # The configuration's keywords

            *Written by `fastlb keyword --markdown` from the table that the parser uses; don't edit it.*

            FastLb reads keepalived's language, whole: comments (`#`, `!`), quotes, `include`, conditional lines, `$VARIABLES`, `~SEQ` and `~LST` as keepalived reads them
            ([one configuration for several directors](operations.md#one-configuration-for-several-directors)). Keywords are case-sensitive, each begins a line, and what a file leaves out has
            keepalived's default. `fastlb check FILE` names all that is wrong with a file, `fastlb check --print FILE` shows what it comes to, and `fastlb keyword NAME` tells what is below of one keyword.

            Each keyword is one of

            - **yes**: does what it does in keepalived;
            - *no effect*: is checked and kept, printed and compared, but changes nothing that FastLb does, and what is forwarded, or who owns an address, does not depend on it. `fastlb check` says so by a
              notice, and why;
            - **refused**: FastLb doesn't have it yet, and what is forwarded, or who owns an address, depends on it. The director does not start.

            In the second column, `[…]` may be left out and `…` may be repeated. Times are in seconds and may have six decimals, unless they are said to be whole.

            """.ReplaceLineEndings("\n"));
        foreach (BlockContext context in KeywordTable.Entries.Select(entry => entry.Context).Distinct()) AppendBlock(text, context);
        return text.ToString();
    }

    /// <summary>What <paramref name="name"/> means wherever it stands, as text; null when it means nothing anywhere.</summary>
    public static string? RenderKeyword(string name)
    {
        var text = new StringBuilder();
        foreach (KeywordEntry entry in KeywordTable.Places(name))
        {
            text.Append($"{entry.Name} {ParametersOf(entry)}".TrimEnd()).Append($"   ({PlaceOf(entry.Context)})\n");
            if (KeywordDescriptions.Find(entry.Context, entry.Name) is { } meaning) text.Append($"    {meaning}\n");
            foreach (Argument argument in entry.Arguments.Where(argument => argument.Expected != argument.Name))
                text.Append($"    {argument.Name}: {argument.Expected}{(argument.InsteadOfFaulty is { } instead ? $"; {instead} instead of anything else" : string.Empty)}\n");
            text.Append($"    {StandingOf(entry, string.Empty)}\n");
        }

        return text.Length == 0 ? null : text.ToString();
    }

    /// <summary>The keywords that <paramref name="name"/> may have been meant to be; null for none.</summary>
    public static string? Nearest(string name) => NearestKeyword.Find(name, KeywordTable.Entries.Select(entry => entry.Name).Distinct(StringComparer.Ordinal));

    private static void AppendBlock(StringBuilder text, BlockContext context)
    {
        text.Append($"\n## {Capital(PlaceOf(context))}\n\n| keyword | takes | means | FastLb |\n| --- | --- | --- | --- |\n");
        foreach (KeywordEntry entry in KeywordTable.Entries.Where(entry => entry.Context == context))
        {
            string ranges = string.Join("; ", entry.Arguments.Where(argument => argument.Expected != argument.Name).Select(argument => argument.Expected).Distinct(StringComparer.Ordinal));
            string takes = string.Join(
                "<br>", new[] { ParametersOf(entry) is { Length: > 0 } parameters ? $"`{Escape(parameters)}`" : string.Empty, Escape(ranges) }.Where(part => part.Length > 0));
            text.Append($"| `{entry.Name}` | {takes} | {Escape(KeywordDescriptions.Find(context, entry.Name) ?? string.Empty)} | {Escape(StandingOf(entry, "**"))} |\n");
        }
    }

    private static string PlaceOf(BlockContext context) => context switch
    {
        BlockContext.Root => "outside all blocks",
        BlockContext.AddressOption => "after an address in virtual_ipaddress, virtual_ipaddress_excluded and static_ipaddress",
        _ => $"in {string.Join(" and ", KeywordTable.OpenersOf(context))}",
    };

    private static string ParametersOf(KeywordEntry entry)
    {
        IEnumerable<string> parameters = entry.Arguments.Select(argument => argument.IsOptional && argument.Name[0] != '[' ? $"[{argument.Name}]" : argument.Name);
        string block = entry.Body is not { } body ? string.Empty : ValuesOfLines.TryGetValue(body, out string? lines) ? $"{{ {lines} }}" : "{ … }";
        return string.Join(' ', parameters.Append(block).Where(part => part.Length > 0));
    }

    private static string StandingOf(KeywordEntry entry, string mark)
    {
        string replaced = entry.ReplacedBy is { } other ? $" Deprecated: use {other}." : string.Empty;
        IEnumerable<string> choices = entry.Arguments.SelectMany(argument => argument.Choice?.Choices ?? [])
            .Where(choice => choice.Feature != entry.Feature && choice.Feature.Standing == Standing.NotYetRefused).GroupBy(choice => choice.Feature)
            .Select(group => $" Refused: {string.Join(", ", group.Select(choice => choice.Word))} ({group.Key.Explanation}).");
        string standing = entry.Feature.Standing switch
        {
            Standing.Implemented => $"{mark}yes{mark}",
            Standing.NotYetHarmless => $"no effect: {entry.Feature.Explanation}",
            _ => $"{mark}refused{mark}: {entry.Feature.Explanation}{(entry.Feature.Remedy is { } remedy ? $"; {remedy}" : string.Empty)}",
        };
        return $"{standing}{(replaced.Length > 0 || choices.Any() ? "." : string.Empty)}{replaced}{string.Concat(choices)}";
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string Capital(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}";
}
