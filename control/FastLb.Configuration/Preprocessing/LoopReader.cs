using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Preprocessing;

/// <summary>
/// Reads what begins with <c>~SEQ</c> or <c>~LST</c> and has the rest of the line repeated: the leftmost of several is the outermost. One that makes no sense
/// is told and its line left out. Not thread-safe.
/// </summary>
internal sealed class LoopReader(Dictionary<string, Definition> definitions, ReferenceExpander expander, PendingLines pending, DiagnosticBag diagnostics)
{
    private const int MarkLength = 4;

    /// <summary>True when a sequence or a list begins at <paramref name="start"/>.</summary>
    public static bool Begins(string text, int start) =>
        string.CompareOrdinal(text, start, "~SEQ", 0, MarkLength) == 0 || string.CompareOrdinal(text, start, "~LST", 0, MarkLength) == 0;

    /// <summary>Reads the one that begins at <paramref name="start"/>.</summary>
    public void Read(MappedText line, int start)
    {
        string text = line.Text;
        bool isSequence = text[start + 1] == 'S';
        int open = start + MarkLength;
        bool isHexadecimal = isSequence && open < text.Length && text[open] == 'x';
        if (isHexadecimal) open++;
        open = NameRules.SkipBlanks(text, open);
        int close = open < text.Length && text[open] == '(' ? text.IndexOf(')', open) : -1;
        if (close < 0)
        {
            string expected = isSequence ? "~SEQ(VARIABLE, START, STEP, END) or ~SEQx(…)" : "~LST(VARIABLE, VALUE, …)";
            diagnostics.Add(
                isSequence ? DiagnosticCatalog.InvalidSequence : DiagnosticCatalog.InvalidList, line.Span(start, Math.Min(text.Length - start, Math.Max(open - start, MarkLength))),
                "the parentheses are missing or not closed", $"expected {expected}; the line is left out");
            return;
        }

        SourceSpan place = line.Span(start, close + 1 - start);
        int body = NameRules.SkipBlanks(text, close + 1);
        string arguments = text[(open + 1)..close];
        Loop? loop = isSequence ? ReadSequence(line, open + 1, close, isHexadecimal, place) : ReadList(arguments, place);
        if (loop is null || body >= text.Length) return;
        pending.TryPushLoop(new LoopFrame(loop, line.Slice(body, text.Length), definitions), place);
    }

    private NumberLoop? ReadSequence(MappedText line, int start, int end, bool isHexadecimal, SourceSpan place)
    {
        // The limits may be variables, those of an outer loop among them.
        if (expander.Expand(line.Slice(start, end), 0) is not { } arguments) return null;
        (NumberLoop? loop, string? fault) = SequenceArguments.Read(arguments.Text, isHexadecimal, place);
        if (fault is not null) diagnostics.Add(DiagnosticCatalog.InvalidSequence, place, fault, "the line is left out");
        if (loop is null || loop.Rounds <= ExpansionBudget.MaximumLines) return loop;
        diagnostics.Add(
            DiagnosticCatalog.ExpansionTooLarge, place, $"the sequence would produce {loop.Rounds} lines", $"all sequences together may produce {ExpansionBudget.MaximumLines}; the line is left out");
        return null;
    }

    private ValueLoop? ReadList(string arguments, SourceSpan place)
    {
        (ValueLoop? loop, string? fault) = ListArguments.Read(arguments, place);
        if (fault is not null) diagnostics.Add(DiagnosticCatalog.InvalidList, place, fault, "the line is left out");
        return loop;
    }
}
