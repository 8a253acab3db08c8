using FastLb.Configuration.Model;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes the checks of a real server.</summary>
internal static class HealthCheckPrinter
{
    /// <summary>The block of one check, with nothing left to defaults.</summary>
    public static void Print(BlockWriter writer, HealthCheck check)
    {
        if (check is TcpCheck tcp) PrintTcpCheck(writer, tcp);
    }

    private static void PrintTcpCheck(BlockWriter writer, TcpCheck check)
    {
        writer.Open("TCP_CHECK");
        writer.Line("connect_ip", check.Address.ToString());
        if (check.Port != 0) writer.Line("connect_port", Number(check.Port));
        if (check.SourceAddress is { } source) writer.Line("bindto", source.ToString());
        if (check.SourceInterface is { } device) writer.Line("bind_if", device);
        if (check.SourcePort is { } port) writer.Line("bind_port", Number(port));
        writer.Line("fwmark", Number(check.FirewallMark));
        writer.Line("connect_timeout", Seconds(check.Timing.ConnectTimeout));
        writer.Line("retry", Number(check.Timing.Retries));
        writer.Line("delay_before_retry", Seconds(check.Timing.DelayBeforeRetry));
        writer.Line("delay_loop", Seconds(check.Timing.Period));
        writer.Line("warmup", Seconds(check.Timing.Warmup));
        writer.Line("alpha", Switch(check.Alpha));
        writer.Line("log_all_failures", Switch(check.LogAllFailures));
        writer.Close();
    }
}
