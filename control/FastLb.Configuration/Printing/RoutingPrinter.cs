using FastLb.Configuration.Model;

namespace FastLb.Configuration.Printing;

/// <summary>Writes routes and rules, and the addresses that are there in every state.</summary>
internal static class RoutingPrinter
{
    private const string Nexthop = "nexthop";

    /// <summary>A list of routes, unless it is empty.</summary>
    public static void Print(BlockWriter writer, string keyword, ValueList<RouteDefinition> routes) =>
        Print(writer, keyword, routes.Select(route => Words(route.Words, route.IsTracked, route.TrackGroup)));

    /// <summary>A list of rules, unless it is empty.</summary>
    public static void Print(BlockWriter writer, string keyword, ValueList<RuleDefinition> rules) =>
        Print(writer, keyword, rules.Select(rule => Words(rule.Words, rule.IsTracked, rule.TrackGroup)));

    /// <summary>All that is set whatever the state of instances.</summary>
    public static void PrintStatic(BlockWriter writer, DirectorConfiguration configuration)
    {
        if (configuration.StaticAddresses.Count > 0)
        {
            writer.Open("static_ipaddress");
            foreach (StaticAddress address in configuration.StaticAddresses) AddressPrinter.Print(writer, address.Address, address.TrackGroup);
            writer.Close();
        }

        Print(writer, "static_routes", configuration.StaticRoutes);
        Print(writer, "static_rules", configuration.StaticRules);
    }

    private static void Print(BlockWriter writer, string keyword, IEnumerable<string[]> lines)
    {
        bool isOpen = false;
        foreach (string[] words in lines)
        {
            if (!isOpen) writer.Open(keyword);
            isOpen = true;
            writer.Line(BlockWriter.Quoted(words[0]), words.AsSpan(1));
        }

        if (isOpen) writer.Close();
    }

    /// <summary>The words of a line; keepalived's own stand before the nexthops of a route, which end it.</summary>
    private static string[] Words(ValueList<string> words, bool isTracked, string? trackGroup)
    {
        IEnumerable<string> route = words.TakeWhile(word => word != Nexthop), nexthops = words.SkipWhile(word => word != Nexthop);
        return [.. route, .. trackGroup is null ? Array.Empty<string>() : ["track_group", trackGroup], .. isTracked ? Array.Empty<string>() : ["no_track"], .. nexthops];
    }
}
