using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Servers;

/// <summary>Binds <c>SSL</c>. As in keepalived, a later block takes the place of an earlier one, and a later line of its block that of an earlier one.</summary>
internal sealed class SslContextBinder(DiagnosticBag diagnostics, StatementReader reader)
{
    /// <summary>Binds one block.</summary>
    /// <param name="block">The statement with its block.</param>
    /// <param name="former">What an earlier block said; null when there was none.</param>
    public SslContext Bind(CheckedStatement block, SslContext? former)
    {
        if (former is not null)
        {
            diagnostics.Add(
                DiagnosticCatalog.RepeatedSetting, block.Syntax.Span, $"there is a block 'SSL' before, on {former.Origin.Span.LineSeenFrom(block.Syntax.Span)}",
                "the last counts, as in keepalived", former.Origin.Span);
        }

        var context = new SslContext { Origin = new Origin(block.Syntax.Span) };
        var seen = new Dictionary<string, CheckedStatement>(StringComparer.Ordinal);
        foreach (CheckedStatement statement in reader.ReadBlock(block))
        {
            if (!seen.TryAdd(statement.Name, statement)) ReportRepeated(statement, seen[statement.Name]);
            context = statement.Name switch
            {
                "password" => context with { Password = new Secret(statement.Text(0)) },
                "ca" => context with { AuthorityFile = statement.Text(0) },
                "certificate" => context with { CertificateFile = statement.Text(0) },
                "key" => context with { KeyFile = statement.Text(0) },
                _ => context,
            };
        }

        return context;
    }

    private void ReportRepeated(CheckedStatement statement, CheckedStatement former) => diagnostics.Add(
        DiagnosticCatalog.RepeatedSetting, statement.Syntax.Span, $"'{statement.Name}' is given before, on {former.Syntax.Span.LineSeenFrom(statement.Syntax.Span)}",
        "the last counts, as in keepalived", former.Syntax.Span);
}
