using System.Collections.Immutable;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Diagnostics;

/// <summary>Collects the diagnostics of one run over a configuration. Not thread-safe.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _diagnostics = [];

    /// <summary>Adds a diagnostic. One about text that the preprocessor has put in refers to the place where it was written, unless it has another place to show.</summary>
    public void Add(DiagnosticDescriptor descriptor, SourceSpan span, string message, string? hint = null, SourceSpan? related = null) =>
        _diagnostics.Add(new Diagnostic(descriptor, span, message, hint, related ?? span.Expansion?.Definition));

    /// <summary>
    /// All diagnostics in the order of the files; those at one place in the order in which they were found. What was found several times, as in each round
    /// of a sequence, is told once.
    /// </summary>
    public ImmutableArray<Diagnostic> InFileOrder(SourceFiles sources) =>
        [.. _diagnostics.Distinct().OrderBy(d => sources.Rank(d.Span.File)).ThenBy(d => d.Span.Line).ThenBy(d => d.Span.Column)];
}
