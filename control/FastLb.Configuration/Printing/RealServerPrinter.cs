using FastLb.Configuration.Model;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes <c>real_server</c>.</summary>
internal static class RealServerPrinter
{
    /// <summary>The block with its checks, with nothing left to defaults.</summary>
    public static void Print(BlockWriter writer, RealServer server)
    {
        writer.Open("real_server", server.Address.ToString(), Number(server.Port));
        writer.Line("weight", Number(server.Weight));
        writer.Line("lvs_method", KeywordNames.WordsOf(server.Method, server.Tunnel));
        if (server.UpperThreshold != 0) writer.Line("uthreshold", Number(server.UpperThreshold));
        if (server.LowerThreshold != 0) writer.Line("lthreshold", Number(server.LowerThreshold));
        writer.Line("inhibit_on_failure", Switch(server.InhibitOnFailure));
        if (server.VirtualHost is { } host) writer.Line("virtualhost", host);
        if (server.SendsMail is { } sendsMail) writer.Line("smtp_alert", Switch(sendsMail));
        if (server.SnmpName is { } name) writer.Line("snmp_name", name);
        writer.Script("notify_up", server.NotifyUp);
        writer.Script("notify_down", server.NotifyDown);
        foreach (HealthCheck check in server.Checks) HealthCheckPrinter.Print(writer, check);
        writer.Close();
    }
}
