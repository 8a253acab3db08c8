using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Reads <c>lb_kind METHOD [type TYPE] [OPTION]…</c> under each of its names.</summary>
internal static class ForwardingMethodReader
{
    /// <summary>The method; a tunnel of another type than IP in IP is reported as not done yet.</summary>
    public static ForwardingMethod Read(CheckedStatement statement, FeatureReporter features)
    {
        ForwardingMethod method = KeywordNames.ToMethod(statement.Text(0));
        bool isPlain = !statement.Has(1) || (statement.Text(1) == "type" && statement.Has(2) && statement.Text(2) == "ipip" && !statement.Has(3));
        if (method == ForwardingMethod.Tunnel && !isPlain)
            features.Report(Features.TunnelTypes, $"{statement.Name} {statement.Text(0)} type", statement.SpanOf(1));
        return method;
    }
}
