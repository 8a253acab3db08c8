using System.Net.Sockets;
using FastLb.Configuration.Model;
using FastLb.Native;
using FastLb.Netlink.Routing;
using FastLb.Runtime;
using FastLb.VrrpChannel;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost;

/// <summary>
/// The routes and rules of one virtual router (<c>virtual_routes</c>, <c>virtual_rules</c>): set while it is master, behind its addresses, and taken away before them. Used by
/// one task; <see cref="Report"/> may be read by any thread.
/// </summary>
internal sealed class HeldRouting
{
    private readonly KernelJournal _journal;
    private readonly ILogger _log;
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
        _report = [.. _lines.Select(line => ReportOf(line, Set(line)))];
    }

    /// <summary>Takes all of them away, the rules first.</summary>
    public void Release()
    {
        _isHolding = false;
        Remove(_lines.Reverse());
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

    /// <summary>Sets those again that somebody has taken away, but for those that aren't tracked (<c>no_track</c>).</summary>
    public void Restore()
    {
        if (!_isHolding)
            return;
        foreach (RoutingLine line in _lines.Where(line => line.IsTracked && line.Fault is null))
            Set(line);
    }

    private static VrrpRoutingStatus ReportOf(RoutingLine line, string state) => new(line.Kind, line.Text, state);

    private IReadOnlyList<VrrpRoutingStatus> ReportAll(string state) => [.. _lines.Select(line => ReportOf(line, line.Fault is null ? state : "failed"))];

    private string Set(RoutingLine line)
    {
        if (line.Fault is { } fault)
        {
            _log.LogError("{Place}: the {Kind} '{Line}' is left out: {Fault}", line.Origin, line.Kind, line.Text, fault);
            return "failed";
        }

        try
        {
            return (line.Route is { } route ? _journal.AddRoute(route) : _journal.AddRule(line.Rule!)) ? "held" : "present";
        }
        catch (SystemCallException refusal)
        {
            _log.LogError("{Place}: {Fault}", line.Origin, refusal.Message);
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

/// <summary>A line of <c>virtual_routes</c> or <c>virtual_rules</c>, as the kernel is told it on this machine.</summary>
/// <param name="Origin">Where it stands.</param>
/// <param name="Text">Its words.</param>
/// <param name="IsTracked">False for <c>no_track</c>.</param>
internal sealed record RoutingLine(Origin Origin, string Text, bool IsTracked)
{
    /// <summary>The place of rules that name none: the first of each family has this one, each further one that before (keepalived's way).</summary>
    private const uint FirstUsualPriority = 16384;

    /// <summary>The route; null for a rule, and for a line that this machine can't make sense of.</summary>
    public RouteSpecification? Route { get; private init; }

    /// <summary>The rule; null for a route, and for a line that this machine can't make sense of.</summary>
    public RuleSpecification? Rule { get; private init; }

    /// <summary>Why this machine can't make sense of it; null when it can.</summary>
    public string? Fault { get; private init; }

    /// <summary><c>route</c> or <c>rule</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The lines of all instances, by their names; of each its routes first.</summary>
    /// <param name="configuration">Whose.</param>
    /// <param name="names">The names of tables and the like on this machine.</param>
    public static Dictionary<string, RoutingLine[]> Of(DirectorConfiguration configuration, RoutingNames names)
    {
        uint usual4 = FirstUsualPriority;
        uint usual6 = FirstUsualPriority;
        return configuration.VrrpInstances.ToDictionary(
            instance => instance.Name,
            instance => (RoutingLine[])[.. instance.Routes.Select(route => Parse(route, names)), .. instance.Rules.Select(rule => Parse(rule, names, ref usual4, ref usual6))],
            StringComparer.Ordinal);
    }

    /// <summary>Whether the kernel would not tell them apart.</summary>
    public bool IsSame(RoutingLine other) => Kind == other.Kind && Text == other.Text && Rule?.Priority == other.Rule?.Priority;

    private static RoutingLine Parse(RouteDefinition route, RoutingNames names)
    {
        var line = new RoutingLine(route.Origin, string.Join(' ', route.Words), route.IsTracked) { Kind = "route" };
        try
        {
            return line with { Route = RouteSpecification.Parse(route.Words, names) };
        }
        catch (RoutingLineException fault)
        {
            return line with { Fault = fault.Message };
        }
    }

    private static RoutingLine Parse(RuleDefinition rule, RoutingNames names, ref uint usual4, ref uint usual6)
    {
        var line = new RoutingLine(rule.Origin, string.Join(' ', rule.Words), rule.IsTracked) { Kind = "rule" };
        try
        {
            RuleSpecification parsed = RuleSpecification.Parse(rule.Words, names, usual4);
            if (rule.Preference is not null)
                return line with { Rule = parsed };
            bool isIpv6 = parsed.Family == AddressFamily.InterNetworkV6;
            return line with { Rule = parsed with { Priority = isIpv6 ? usual6-- : usual4-- } };
        }
        catch (RoutingLineException fault)
        {
            return line with { Fault = fault.Message };
        }
    }
}
