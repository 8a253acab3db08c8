using FastLb.Native;
using FastLb.Runtime;
using FastLb.VrrpChannel;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Holding;

/// <summary>
/// Routes and rules that are held together: those of one virtual router (<c>virtual_routes</c>, <c>virtual_rules</c>), set while it is master, behind its addresses, and taken away
/// before them; or those that are there in every state (<c>static_routes</c>, <c>static_rules</c>). Used by one task; <see cref="Report"/> may be read by any thread.
/// </summary>
internal sealed class HeldRouting
{
    private readonly KernelJournal _journal;
    private readonly ILogger _log;
    private readonly Dictionary<RoutingLine, string> _refusals = []; // as told last
    private RoutingLine[] _lines;
    private bool _isHolding;
    private volatile IReadOnlyList<VrrpRoutingStatus> _report;

    /// <param name="lines">All of them.</param>
    /// <param name="journal">Where they are set, and written down.</param>
    /// <param name="log">Tells what the kernel refuses.</param>
    public HeldRouting(IEnumerable<RoutingLine> lines, KernelJournal journal, ILogger log)
    {
        _lines = [.. lines];
        _journal = journal;
        _log = log;
        _report = ReportAll("released");
    }

    /// <summary>What has become of each.</summary>
    public IReadOnlyList<VrrpRoutingStatus> Report => _report;

    /// <summary>Sets all of them, also those that somebody has taken away. One that the kernel refuses is told of and doesn't keep the others off.</summary>
    public void Acquire()
    {
        _isHolding = true;
        foreach (RoutingLine line in _lines.Where(line => line.Fault is not null))
            _log.LogError("{Place}: the {Kind} '{Line}' is left out: {Fault}", line.Origin, line.Kind, line.Text, line.Fault);
        _refusals.Clear();
        _report = [.. _lines.Select(line => ReportOf(line, line.Fault is null ? Set(line) : "failed"))];
    }

    /// <summary>Takes all of them away, the rules first.</summary>
    public void Release()
    {
        _isHolding = false;
        Remove(_lines.Reverse());
        _refusals.Clear();
        _report = ReportAll("released");
    }

    /// <summary>Holds others from now on; those that stay are left alone.</summary>
    public void Become(IEnumerable<RoutingLine> lines)
    {
        RoutingLine[] before = _lines;
        _lines = [.. lines];
        if (_isHolding)
        {
            Remove(before.Where(line => !_lines.Any(other => other.IsSame(line))).Reverse());
            Acquire();
        }
        else
        {
            _report = ReportAll("released");
        }
    }

    /// <summary>
    /// Sets those again that somebody has taken away, but for those that aren't tracked (<c>no_track</c>), and those that the kernel has refused so far.
    /// </summary>
    /// <returns>Whether the report is another one now.</returns>
    public bool Restore()
    {
        if (!_isHolding)
            return false;
        IReadOnlyList<VrrpRoutingStatus> before = _report;
        _report = [.. _lines.Select((line, i) => line.Fault is null && (line.IsTracked || _refusals.ContainsKey(line)) ? ReportOf(line, Set(line)) : before[i])];
        return !_report.SequenceEqual(before);
    }

    private static VrrpRoutingStatus ReportOf(RoutingLine line, string state) => new(line.Kind, line.Text, state);

    private IReadOnlyList<VrrpRoutingStatus> ReportAll(string state) => [.. _lines.Select(line => ReportOf(line, line.Fault is null ? state : "failed"))];

    // What is refused again for the same reason is not told again.
    private string Set(RoutingLine line)
    {
        try
        {
            string state = (line.Route is { } route ? _journal.AddRoute(route) : _journal.AddRule(line.Rule!)) ? "held" : "present";
            if (_refusals.Remove(line))
                _log.LogInformation("{Place}: the {Kind} '{Line}' is set now", line.Origin, line.Kind, line.Text);
            return state;
        }
        catch (SystemCallException refusal)
        {
            if (_refusals.GetValueOrDefault(line) != refusal.Message)
                _log.LogError("{Place}: {Fault}", line.Origin, refusal.Message);
            _refusals[line] = refusal.Message;
            return "failed";
        }
    }

    private void Remove(IEnumerable<RoutingLine> lines)
    {
        foreach (RoutingLine line in lines)
        {
            if (line.Route is { } route)
                _journal.RemoveRoute(route);
            else if (line.Rule is { } rule)
                _journal.RemoveRule(rule);
        }
    }
}
