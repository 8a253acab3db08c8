using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Binds what <c>fastlb</c> says of how servers come back.</summary>
internal sealed class RecoveryBinder(DiagnosticBag diagnostics)
{
    private CheckedStatement? _slowStart;

    /// <summary>The settings after <paramref name="statement"/>; null when it is about something else.</summary>
    public RecoverySettings? Apply(RecoverySettings recovery, CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "slow_start":
                _slowStart = statement;
                return recovery with { SlowStart = statement.Time(0) };
            case "flap_damping":
                TimeSpan window = statement.Time(1);
                return recovery with { Damping = new FlapDamping((int)statement.Integer(0), window, statement.Has(2) ? statement.Time(2) : window) };
            default:
                return null;
        }
    }

    /// <summary>Says, once all is read, for which services a slow start comes to nothing.</summary>
    public void Check(IEnumerable<VirtualServer> servers)
    {
        if (_slowStart is null) return;
        foreach (VirtualServer server in servers.Where(server => !server.Scheduler.SpreadsByWeight()))
        {
            diagnostics.Add(
                DiagnosticCatalog.NoSlowStart, server.Origin.Span, $"slow_start does nothing for this service: '{KeywordNames.Of(server.Scheduler)}' does not share by weight",
                $"its servers get their full share as soon as they are up; {string.Join(", ", SchedulerWeights.Sharing.Select(KeywordNames.Of))} can start slowly", _slowStart.Syntax.Keyword.Span);
        }
    }
}
