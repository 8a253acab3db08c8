using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Binds the settings of gratuitous ARP, which <c>global_defs</c> and <c>vrrp_instance</c> spell alike but for a prefix.</summary>
internal static class GratuitousArpBinder
{
    private const string GlobalPrefix = "vrrp_";

    private static readonly HashSet<string> Keywords =
        ["garp_master_delay", "garp_master_repeat", "garp_master_refresh", "garp_master_refresh_repeat", "garp_lower_prio_delay", "garp_lower_prio_repeat"];

    /// <summary>Whether <paramref name="keyword"/> is one of those settings.</summary>
    public static bool IsKeyword(string keyword) => Keywords.Contains(WithoutPrefix(keyword));

    /// <summary>Applies <paramref name="statement"/> to <paramref name="timing"/> if it is one of those settings.</summary>
    public static GratuitousArpTiming Apply(GratuitousArpTiming timing, CheckedStatement statement)
    {
        return WithoutPrefix(statement.Name) switch
        {
            "garp_master_delay" => timing with { MasterDelay = statement.Seconds(0) },
            "garp_master_repeat" => timing with { MasterRepeat = (uint)statement.Integer(0) },
            "garp_master_refresh" => timing with { MasterRefresh = statement.Seconds(0) },
            "garp_master_refresh_repeat" => timing with { MasterRefreshRepeat = (uint)statement.Integer(0) },
            "garp_lower_prio_delay" => timing with { LowerPriorityDelay = statement.Seconds(0) },
            "garp_lower_prio_repeat" => timing with { LowerPriorityRepeat = (uint)statement.Integer(0) },
            _ => timing,
        };
    }

    private static string WithoutPrefix(string keyword) => keyword.StartsWith(GlobalPrefix, StringComparison.Ordinal) ? keyword[GlobalPrefix.Length..] : keyword;
}
