using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Binding;

/// <summary>Reads <c>weight W [reverse]</c> of a definition.</summary>
internal sealed class WeightReader(DiagnosticBag diagnostics)
{
    private const string ReverseWord = "reverse";

    /// <summary>The weight of <paramref name="statement"/>; <paramref name="soFar"/> when the statement is ignored, which has been reported.</summary>
    public TrackerWeight Read(TrackerWeight soFar, CheckedStatement statement)
    {
        if (!statement.Has(1)) return new TrackerWeight((int)statement.Integer(0), IsReversed: false);
        if (statement.Text(1) != ReverseWord)
        {
            diagnostics.Add(DiagnosticCatalog.UnknownLineOption, statement.SpanOf(1), $"'weight' knows no '{statement.Text(1)}' after the number", "expected 'reverse'; the line is ignored");
            return soFar;
        }

        if (statement.Has(2))
        {
            SourceSpan rest = statement.SpanOf(2).To(statement.Syntax.Words[^1].Span);
            diagnostics.Add(DiagnosticCatalog.SurplusParameter, rest, "'weight' takes a number and 'reverse'; the rest of the line is ignored");
        }

        return new TrackerWeight((int)statement.Integer(0), IsReversed: true);
    }
}
