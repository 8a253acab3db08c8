using System.Net.Sockets;
using FastLb.Configuration.Model;
using FastLb.Netlink.Routing;

namespace FastLb.VrrpHost.Holding;

/// <summary>All routes and rules of a configuration, as this machine understands them.</summary>
/// <param name="Static">Those that are there in every state, routes first.</param>
/// <param name="OfInstances">Those of instances, by their names; of each its routes first.</param>
internal sealed record RoutingLines(IReadOnlyList<RoutingLine> Static, IReadOnlyDictionary<string, RoutingLine[]> OfInstances)
{
    /// <summary>The lines of a configuration.</summary>
    /// <param name="configuration">Whose.</param>
    /// <param name="names">The names of tables and the like on this machine.</param>
    public static RoutingLines Of(DirectorConfiguration configuration, RoutingNames names)
    {
        var usual = new UsualPriorities();
        return new RoutingLines(
            Of(configuration.StaticRoutes, configuration.StaticRules, names, usual),
            configuration.VrrpInstances.ToDictionary(instance => instance.Name, instance => Of(instance.Routes, instance.Rules, names, usual), StringComparer.Ordinal));
    }

    private static RoutingLine[] Of(ValueList<RouteDefinition> routes, ValueList<RuleDefinition> rules, RoutingNames names, UsualPriorities usual) =>
        [.. routes.Select(route => RoutingLine.Of(route, names)), .. rules.Select(rule => RoutingLine.Of(rule, names, usual))];
}

/// <summary>
/// The places of rules that name none: the first of each family has 16384, each further one the place before, as keepalived numbers them in the order of the file. Here static rules
/// come before those of instances.
/// </summary>
internal sealed class UsualPriorities
{
    private const uint First = 16384;

    private uint _next6 = First;

    /// <summary>The place of the next rule of IPv4.</summary>
    public uint NextOfIpv4 { get; private set; } = First;

    /// <summary>Gives away the place of the next rule of a family.</summary>
    public uint Next(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? _next6-- : NextOfIpv4--;
}
