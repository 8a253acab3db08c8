using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;

namespace FastLb.Configuration.Binding.Checks;

/// <summary>Binds <c>SMTP_CHECK</c>.</summary>
internal sealed class SmtpCheckBinder(DiagnosticBag diagnostics, StatementReader reader)
{
    /// <summary>Binds one block.</summary>
    /// <returns>One check; with <c>host</c> blocks, which keepalived would have replaced by further checks, one for each of them.</returns>
    public IEnumerable<SmtpCheck> Bind(CheckedStatement block, IReadOnlyList<CheckedStatement> statements, CheckSurroundings surroundings)
    {
        var settings = new CheckSettings(statements, surroundings);
        var check = new SmtpCheck
        {
            Origin = new Origin(block.Syntax.Span),
            Timing = settings.UsualTiming,
            Alpha = settings.Alpha,
            LogAllFailures = settings.LogAllFailures,
            Endpoint = settings.Endpoint,
            HeloName = statements.Last("helo_name")?.Text(0) ?? SmtpCheck.UsualHeloName,
        };
        CheckedStatement[] hosts = [.. statements.Where(s => s.Name == "host")];
        return hosts.Length == 0 ? [check] : [.. hosts.Select(host => check with { Origin = new Origin(host.Syntax.Span), Endpoint = BindHost(host, settings.Endpoint) })];
    }

    private CheckEndpoint BindHost(CheckedStatement host, CheckEndpoint endpoint)
    {
        diagnostics.Add(DiagnosticCatalog.DeprecatedHostBlock, host.Syntax.Span, "'host' is deprecated", "it is read as a check of its own; write an SMTP_CHECK for each host");
        return reader.ReadBlock(host).Aggregate(endpoint, CheckSettings.Apply);
    }
}
