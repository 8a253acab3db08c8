using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model.Checks;

namespace FastLb.Configuration.Binding.Checks;

/// <summary>Binds <c>regex</c> of a page, and what belongs to it.</summary>
internal sealed class ContentPatternBinder(DiagnosticBag diagnostics)
{
    /// <summary>Binds what one <c>url</c> says.</summary>
    /// <returns>Null when the body is not searched; what was wrong has been reported.</returns>
    public ContentPattern? Bind(IReadOnlyList<CheckedStatement> statements)
    {
        PatternOptions options = ReadOptions(statements);
        PatternStack? stack = statements.Last("regex_stack") is { } stackStatement ? ReadStack(stackStatement) : null;
        (uint minimum, uint? maximum) = ReadOffsets(statements);
        if (statements.Last("regex") is not { } statement)
        {
            if (statements.FirstOrDefault(s => s.Name.StartsWith("regex_", StringComparison.Ordinal)) is { } lonely)
            {
                diagnostics.Add(
                    DiagnosticCatalog.RegexSettingWithoutRegex, lonely.Syntax.Span, $"'{lonely.Name}' has no effect without 'regex'", "the body is not searched; add 'regex'");
            }

            return null;
        }

        if (statement.Syntax.Words.Length > 2)
        {
            diagnostics.Add(
                DiagnosticCatalog.InvalidRegex, statement.SpanOf(0).To(statement.Syntax.Words[^1].Span), "the regular expression is more than one word",
                "the line is ignored; put the expression into double quotes");
            return null;
        }

        return IsReadable(statement, options)
            ? new ContentPattern(statement.Text(0))
            {
                Options = options,
                MustNotMatch = statements.Last("regex_no_match") is not null,
                Stack = stack,
                MinimumOffset = minimum,
                MaximumOffset = maximum,
            }
            : null;
    }

    private bool IsReadable(CheckedStatement statement, PatternOptions options)
    {
        string text = statement.Text(0);
        if (text.Length == 0)
        {
            diagnostics.Add(DiagnosticCatalog.InvalidRegex, statement.SpanOf(0), "the regular expression is empty", "the line is ignored");
            return false;
        }

        if (PatternCompilation.Fault(text, options) is not { } fault) return true;
        string place = fault.Offset == text.Length ? "at its end" : $"after '{text[..fault.Offset]}'";
        if (fault.IsCertain)
        {
            diagnostics.Add(DiagnosticCatalog.InvalidRegex, statement.SpanOf(0), $"the regular expression cannot be compiled: {fault.Reason} {place}", "the line is ignored");
            return false;
        }

        diagnostics.Add(
            DiagnosticCatalog.UnverifiedRegex, statement.SpanOf(0), $"the regular expression cannot be judged: {fault.Reason} {place}",
            "PCRE2 has more constructs than FastLb can check; if this is one of them, nothing is wrong");
        return true;
    }

    private PatternOptions ReadOptions(IEnumerable<CheckedStatement> statements)
    {
        PatternOptions options = PatternOptions.None;
        foreach (Token word in statements.Where(s => s.Name == "regex_options").SelectMany(s => s.Syntax.Words.Skip(1)))
        {
            if (PatternOptionNames.Find(word.Text) is { } option)
            {
                options |= option;
                continue;
            }

            string? nearest = NearestKeyword.Find(word.Text, PatternOptionNames.All.Select(known => known.Name));
            diagnostics.Add(
                DiagnosticCatalog.UnknownChoice, word.Span, $"'regex_options' knows no '{word.Text}'", $"{(nearest is null ? string.Empty : $"did you mean '{nearest}'? ")}it is left out");
        }

        return options;
    }

    private PatternStack? ReadStack(CheckedStatement statement)
    {
        if (statement.Arguments.Length == 2 && ReadSize(statement.Text(0)) is { } start && ReadSize(statement.Text(1)) is { } maximum && start <= maximum)
            return new PatternStack(start, maximum);
        diagnostics.Add(
            DiagnosticCatalog.InvalidRegexLimits, statement.Syntax.Span, $"'{statement.Syntax.Text}' gives no size of the stack",
            "expected its first and its largest size in bytes, such as 32768 65536; the line is ignored");
        return null;
    }

    private static uint? ReadSize(string text) => IntegerArgument.TryParse(text, out long size) && size is >= 1 and <= uint.MaxValue ? (uint)size : null;

    private (uint Minimum, uint? Maximum) ReadOffsets(IReadOnlyList<CheckedStatement> statements)
    {
        uint minimum = (uint)(statements.Last("regex_min_offset")?.Integer(0) ?? 0);
        if (statements.Last("regex_max_offset") is not { } statement) return (minimum, null);
        uint maximum = (uint)statement.Integer(0);
        if (minimum <= maximum) return (minimum, maximum);
        diagnostics.Add(
            DiagnosticCatalog.InvalidRegexLimits, statement.SpanOf(0), $"the largest offset {maximum} is below the least, {minimum}", "both are ignored");
        return (0, null);
    }
}
