using System.Collections.Immutable;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Preprocessing;

/// <summary>
/// Reads <c>$NAME=value</c>. No blank may stand before the <c>=</c>; those after it are dropped, and the value may be empty. One whose line ends in
/// a backslash goes on for as long as lines do; a line of the backslash alone is dropped, a blank line ends it.
/// </summary>
internal sealed class DefinitionReader(Dictionary<string, Definition> definitions, PendingLines pending)
{
    /// <summary>The end of NAME in <c>$NAME=</c>, or -1 when the text at <paramref name="dollar"/> is no definition.</summary>
    public static int NameEnd(string text, int dollar)
    {
        if (dollar >= text.Length || text[dollar] != '$') return -1;
        int end = NameRules.NameEnd(text, dollar + 1);
        return end > dollar + 1 && end < text.Length && text[end] == '=' ? end : -1;
    }

    /// <summary>Takes up the definition that begins at <paramref name="dollar"/>, with the lines that it goes on in.</summary>
    public void Read(MappedText line, int dollar, int nameEnd)
    {
        string name = line.Text[(dollar + 1)..nameEnd];
        int start = NameRules.SkipBlanks(line.Text, nameEnd + 1);
        if (!line.Text.EndsWith('\\'))
        {
            string value = line.Text[start..];
            definitions[name] = Definition.OfLine(value, line.Span(start < line.Text.Length ? start : dollar, value.Length > 0 ? value.Length : nameEnd + 1 - dollar));
            return;
        }

        ImmutableArray<DefinedLine>.Builder lines = ImmutableArray.CreateBuilder<DefinedLine>();
        Add(lines, line, start);
        while (pending.TryContinue(out MappedText? next) && next.Text.Length > 0)
        {
            Add(lines, next, 0);
            if (!next.Text.EndsWith('\\')) break;
        }

        definitions[name] = new Definition(lines.ToImmutable());
    }

    private static void Add(ImmutableArray<DefinedLine>.Builder lines, MappedText line, int start)
    {
        int end = line.Text.EndsWith('\\') ? line.Text.Length - 1 : line.Text.Length;
        while (end > start && NameRules.IsBlank(line.Text[end - 1])) end--;
        if (end > start) lines.Add(new DefinedLine(line.Text[start..end], new Expansion(line.Span(start, end - start))));
    }
}
