using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Binds the settings of gratuitous ARP, which <c>global_defs</c> and <c>vrrp_instance</c> spell alike but for a prefix.</summary>
internal static class GratuitousArpBinder
{
    private const string GlobalPrefix = "vrrp_";

    /// <summary>Applies <paramref name="statement"/> to <paramref name="timing"/> if it is one of those settings.</summary>
    public static GratuitousArpTiming Apply(GratuitousArpTiming timing, CheckedStatement statement)
    {
        string name = statement.Name.StartsWith(GlobalPrefix, StringComparison.Ordinal) ? statement.Name[GlobalPrefix.Length..] : statement.Name;
        return name switch
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
}
