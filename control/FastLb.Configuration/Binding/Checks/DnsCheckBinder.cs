using System.Text;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;

namespace FastLb.Configuration.Binding.Checks;

/// <summary>Binds <c>DNS_CHECK</c>.</summary>
internal sealed class DnsCheckBinder(DiagnosticBag diagnostics)
{
    private const uint DefaultRetries = 3;

    // RFC 1035 section 2.3.4: a label has 63 bytes at the most; a name 255 with the lengths of its labels and of the root, which leaves 253 in text.
    private const int LongestLabel = 63;
    private const int LongestName = 253;

    /// <summary>Binds one block.</summary>
    public DnsCheck Bind(CheckedStatement block, IReadOnlyList<CheckedStatement> statements, CheckSurroundings surroundings)
    {
        var settings = new CheckSettings(statements, surroundings);
        var check = new DnsCheck
        {
            Origin = new Origin(block.Syntax.Span),
            Timing = settings.Timing(DefaultRetries, delayBeforeRetry: null),
            Alpha = settings.Alpha,
            LogAllFailures = settings.LogAllFailures,
            Endpoint = settings.Endpoint,
            RecordType = statements.Last("type") is { } type ? KeywordNames.ToRecordType(type.Text(0)) : DnsRecordType.Soa,
        };
        return BindName(statements) is { } name ? check with { Name = name } : check;
    }

    /// <summary>The first usable name; keepalived ignores further ones.</summary>
    private string? BindName(IEnumerable<CheckedStatement> statements)
    {
        CheckedStatement? first = null;
        foreach (CheckedStatement statement in statements.Where(s => s.Name == "name"))
        {
            if (first is not null)
            {
                diagnostics.Add(
                    DiagnosticCatalog.RepeatedSetting, statement.Syntax.Span, $"there is a name before, on {first.Syntax.Span.LineSeenFrom(statement.Syntax.Span)}",
                    "the first counts, as in keepalived", first.Syntax.Span);
            }
            else if (Fault(statement.Text(0)) is { } fault)
            {
                diagnostics.Add(DiagnosticCatalog.InvalidDomainName, statement.SpanOf(0), $"'{statement.Text(0)}' is no domain name: {fault}", "the line is ignored");
            }
            else
            {
                first = statement;
            }
        }

        return first?.Text(0);
    }

    private static string? Fault(string name)
    {
        if (name == ".") return null;
        string relative = name.EndsWith('.') ? name[..^1] : name;
        if (Encoding.UTF8.GetByteCount(relative) > LongestName) return $"it is longer than {LongestName} bytes";
        string[] labels = relative.Split('.');
        return labels.Any(label => label.Length == 0) ? "a label is empty"
            : labels.Any(label => Encoding.UTF8.GetByteCount(label) > LongestLabel) ? $"a label is longer than {LongestLabel} bytes"
            : null;
    }
}
