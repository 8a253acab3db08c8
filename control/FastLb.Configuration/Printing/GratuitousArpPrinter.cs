using FastLb.Configuration.Model;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes when gratuitous ARP is sent, which <c>global_defs</c> and <c>vrrp_instance</c> say alike.</summary>
internal static class GratuitousArpPrinter
{
    /// <summary>When the addresses are announced on further interfaces; nothing when they are not.</summary>
    public static void PrintExtra(BlockWriter writer, string keyword, ExtraGratuitousArp? extra)
    {
        if (extra is not null) writer.Line(keyword, extra.OnAllInterfaces ? ["all", Seconds(extra.Period)] : [Seconds(extra.Period)]);
    }

    /// <summary>The lines; <paramref name="prefix"/> is what their keywords begin with in this block.</summary>
    public static void Print(BlockWriter writer, string prefix, GratuitousArpTiming timing)
    {
        writer.Line($"{prefix}garp_master_delay", Seconds(timing.MasterDelay));
        writer.Line($"{prefix}garp_master_repeat", Number(timing.MasterRepeat));
        writer.Line($"{prefix}garp_master_refresh", Seconds(timing.MasterRefresh));
        writer.Line($"{prefix}garp_master_refresh_repeat", Number(timing.MasterRefreshRepeat));
        if (timing.LowerPriorityDelay is { } delay) writer.Line($"{prefix}garp_lower_prio_delay", Seconds(delay));
        if (timing.LowerPriorityRepeat is { } repeat) writer.Line($"{prefix}garp_lower_prio_repeat", Number(repeat));
    }
}
