using FastLb.Configuration.Model;
using FastLb.Netlink.Routing;

namespace FastLb.VrrpHost.Holding;

/// <summary>A line of <c>virtual_routes</c>, <c>virtual_rules</c>, <c>static_routes</c> or <c>static_rules</c>, as the kernel is told it on this machine.</summary>
/// <param name="Origin">Where it stands.</param>
/// <param name="Text">Its words.</param>
/// <param name="IsTracked">False for <c>no_track</c>.</param>
internal sealed record RoutingLine(Origin Origin, string Text, bool IsTracked)
{
    /// <summary>The route; null for a rule, and for a line that this machine can't make sense of.</summary>
    public RouteSpecification? Route { get; private init; }

    /// <summary>The rule; null for a route, and for a line that this machine can't make sense of.</summary>
    public RuleSpecification? Rule { get; private init; }

    /// <summary>Why this machine can't make sense of it; null when it can.</summary>
    public string? Fault { get; private init; }

    /// <summary><c>route</c> or <c>rule</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Whether the kernel would not tell them apart.</summary>
    public bool IsSame(RoutingLine other) => Kind == other.Kind && Text == other.Text && Rule?.Priority == other.Rule?.Priority;

    /// <summary>The line of a route.</summary>
    public static RoutingLine Of(RouteDefinition route, RoutingNames names)
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

    /// <summary>The line of a rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="names">The names of tables and the like on this machine.</param>
    /// <param name="usual">Gives rules their places that name none.</param>
    public static RoutingLine Of(RuleDefinition rule, RoutingNames names, UsualPriorities usual)
    {
        var line = new RoutingLine(rule.Origin, string.Join(' ', rule.Words), rule.IsTracked) { Kind = "rule" };
        try
        {
            RuleSpecification parsed = RuleSpecification.Parse(rule.Words, names, usual.NextOfIpv4);
            return line with { Rule = rule.Preference is null ? parsed with { Priority = usual.Next(parsed.Family) } : parsed };
        }
        catch (RoutingLineException fault)
        {
            return line with { Fault = fault.Message };
        }
    }
}
