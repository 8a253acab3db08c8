using System.Text;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Diagnostics;

/// <summary>Writes diagnostics for people: <c>file:line:column: error: message</c>, the line with the span underlined, and the hint.</summary>
public static class DiagnosticRenderer
{
    /// <summary>One diagnostic, each of its lines ending in a line feed.</summary>
    public static string Render(Diagnostic diagnostic, SourceFiles sources)
    {
        var text = new StringBuilder();
        Append(text, diagnostic, new SourceExcerpt(sources));
        return text.ToString();
    }

    /// <summary>All diagnostics in their order.</summary>
    public static string Render(IEnumerable<Diagnostic> diagnostics, SourceFiles sources)
    {
        var text = new StringBuilder();
        var excerpt = new SourceExcerpt(sources);
        foreach (Diagnostic diagnostic in diagnostics) Append(text, diagnostic, excerpt);
        return text.ToString();
    }

    /// <summary>How many there are of each kind, the gravest first, in one line without its end; for at least one.</summary>
    public static string Summarize(IReadOnlyCollection<Diagnostic> diagnostics, string fileName)
    {
        IEnumerable<string> counts = diagnostics.GroupBy(d => d.Severity).OrderByDescending(kind => kind.Key).Select(kind => $"{kind.Count()} {Label(kind.Key)}{(kind.Count() == 1 ? string.Empty : "s")}");
        return $"{fileName}: {string.Join(", ", counts)}";
    }

    /// <summary>The word for <paramref name="severity"/> in text and JSON.</summary>
    public static string Label(DiagnosticSeverity severity) => severity switch
    {
        DiagnosticSeverity.Notice => "notice",
        DiagnosticSeverity.Warning => "warning",
        DiagnosticSeverity.Error => "error",
        _ => "refusal",
    };

    private static void Append(StringBuilder text, Diagnostic diagnostic, SourceExcerpt excerpt)
    {
        text.Append($"{diagnostic.Span}: {Label(diagnostic.Severity)}: {diagnostic.Message} [{diagnostic.Code}]\n");
        if (excerpt.Of(diagnostic.Span) is var (line, underline)) text.Append($"  {line}\n  {underline}\n");
        if (diagnostic.Hint is not null) text.Append($"  hint: {diagnostic.Hint}\n");
        if (diagnostic.Related is { } related && !related.IsOnLineOf(diagnostic.Span)) text.Append($"  see: {related}\n");
    }
}
