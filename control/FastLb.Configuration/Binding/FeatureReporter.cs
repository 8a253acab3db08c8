using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Binding;

/// <summary>Tells which of the features that a configuration calls for FastLb does not have yet. Not thread-safe.</summary>
internal sealed class FeatureReporter(DiagnosticBag diagnostics)
{
    private readonly Dictionary<Feature, List<string>> _pending = [];

    /// <summary>Reports that <paramref name="subject"/> (a keyword, or a keyword with its value) calls for <paramref name="feature"/>.</summary>
    public void Report(Feature feature, string subject, SourceSpan span)
    {
        switch (feature.Standing)
        {
            case Standing.Implemented:
                break;
            case Standing.NotYetRefused:
                diagnostics.Add(DiagnosticCatalog.Refused, span, $"'{subject}' is refused: {feature.Explanation}", feature.Remedy);
                break;
            case Standing.NotYetHarmless when feature.Scope == NoticeScope.TopLevelBlock:
                if (!_pending.TryGetValue(feature, out List<string>? subjects)) _pending.Add(feature, subjects = []);
                if (!subjects.Contains(subject)) subjects.Add(subject);
                break;
            default:
                diagnostics.Add(DiagnosticCatalog.NotDoneYet, span, $"'{subject}': {feature.Explanation}", feature.Remedy);
                break;
        }
    }

    /// <summary>Ends a top-level block: one notice for each feature that its keywords called for.</summary>
    /// <param name="title">The block's keyword and name.</param>
    /// <param name="span">Where those stand.</param>
    public void EndTopLevelBlock(string title, SourceSpan span)
    {
        foreach ((Feature feature, List<string> subjects) in _pending)
        {
            diagnostics.Add(DiagnosticCatalog.NotDoneYet, span, $"{title}: {feature.Explanation} ({string.Join(", ", subjects)})", feature.Remedy);
        }

        _pending.Clear();
    }
}
