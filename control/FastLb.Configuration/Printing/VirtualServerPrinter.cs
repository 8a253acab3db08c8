using FastLb.Configuration.Model;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes <c>virtual_server</c> and <c>real_server</c>.</summary>
internal static class VirtualServerPrinter
{
    /// <summary>The block with its real servers, with nothing left to defaults.</summary>
    public static void Print(BlockWriter writer, VirtualServer server)
    {
        writer.Open("virtual_server", ServerGroupPrinter.NameOf(server));
        writer.Line("lb_algo", KeywordNames.Of(server.Scheduler));
        if (server.HashesPort) writer.Line("flag-2");
        if (server.FallsBack) writer.Line("flag-1");
        if (server.IsOnePacket) writer.Line("ops");
        writer.Line("lb_kind", KeywordNames.Of(server.Method));
        if (server.Protocol != TransportProtocol.Any) writer.Line("protocol", KeywordNames.Of(server.Protocol));
        if (server.PersistenceTimeout is { } persistence)
        {
            writer.Line("persistence_timeout", Seconds(persistence));
            writer.Line("persistence_granularity", server.PersistenceMask.ToString());
        }

        if (server.Omega) writer.Line("omega");
        writer.Line("quorum", Number(server.Quorum));
        writer.Line("hysteresis", Number(server.Hysteresis));
        if (server.SorryServer is { } sorry)
        {
            writer.Line("sorry_server", sorry.Address.ToString(), Number(sorry.Port));
            writer.Line("sorry_server_lvs_method", KeywordNames.Of(sorry.Method));
            if (sorry.InhibitOnQuorum) writer.Line("sorry_server_inhibit");
        }

        foreach (RealServer real in server.RealServers) PrintRealServer(writer, real);
        writer.Close();
    }

    private static void PrintRealServer(BlockWriter writer, RealServer server)
    {
        writer.Open("real_server", server.Address.ToString(), Number(server.Port));
        writer.Line("weight", Number(server.Weight));
        writer.Line("lvs_method", KeywordNames.Of(server.Method));
        if (server.UpperThreshold != 0) writer.Line("uthreshold", Number(server.UpperThreshold));
        if (server.LowerThreshold != 0) writer.Line("lthreshold", Number(server.LowerThreshold));
        writer.Line("inhibit_on_failure", Switch(server.InhibitOnFailure));
        foreach (HealthCheck check in server.Checks) HealthCheckPrinter.Print(writer, check);

        writer.Close();
    }
}
