using System.Collections.Immutable;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Diagnostics;

/// <summary>Collects the diagnostics of one run over a configuration. Not thread-safe.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _diagnostics = [];

    public void Add(DiagnosticDescriptor descriptor, SourceSpan span, string message, string? hint = null, SourceSpan? related = null) =>
        _diagnostics.Add(new Diagnostic(descriptor, span, message, hint, related));

    /// <summary>All diagnostics in the order of the file; those at one place in the order in which they were found.</summary>
    public ImmutableArray<Diagnostic> InFileOrder() =>
        [.. _diagnostics.OrderBy(d => d.Span.File, StringComparer.Ordinal).ThenBy(d => d.Span.Line).ThenBy(d => d.Span.Column)];
}
