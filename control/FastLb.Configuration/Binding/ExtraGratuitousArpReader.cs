using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Reads the parameters of <c>vrrp_garp_extra_if</c> and <c>garp_extra_if</c>.</summary>
internal sealed class ExtraGratuitousArpReader(DiagnosticBag diagnostics)
{
    private const string AllWord = "all";

    private static readonly IntegerArgument ExtraPeriod = new("SECONDS", 0, 86_400);

    /// <summary>Reads <c>[all] SECONDS</c>.</summary>
    /// <returns>Null when the line is left out, which has been reported.</returns>
    public ExtraGratuitousArp? Read(CheckedStatement statement)
    {
        bool isAll = statement.Text(0) == AllWord;
        int word = isAll ? 1 : 0;
        if (!statement.Has(word))
        {
            diagnostics.Add(DiagnosticCatalog.InvalidValue, statement.Syntax.Span, $"'{statement.Name}' lacks its time", $"expected {ExtraPeriod.Expected}; the line is ignored");
            return null;
        }

        string text = statement.Text(word);
        if (ExtraPeriod.Check(text) is var fault and not ArgumentFault.None)
        {
            string meant = NearestKeyword.Find(text, [AllWord]) is { } nearest && !isAll ? $"did you mean '{nearest}'? " : string.Empty;
            diagnostics.Add(
                fault == ArgumentFault.OutOfRange ? DiagnosticCatalog.OutOfRange : DiagnosticCatalog.InvalidValue, statement.SpanOf(word), $"'{text}' is no time for '{statement.Name}'",
                $"{meant}expected {ExtraPeriod.Expected}; the line is ignored");
            return null;
        }

        if (statement.Has(word + 1))
        {
            diagnostics.Add(DiagnosticCatalog.SurplusParameter, statement.SpanOf(word + 1).To(statement.Syntax.Words[^1].Span), $"'{statement.Name}' takes a time; the rest of the line is ignored");
        }

        return new ExtraGratuitousArp(statement.Seconds(word), isAll);
    }
}
