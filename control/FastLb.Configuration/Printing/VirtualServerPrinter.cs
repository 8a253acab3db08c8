using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Model;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes <c>virtual_server</c>.</summary>
internal static class VirtualServerPrinter
{
    /// <summary>The block with its real servers, with nothing left to defaults.</summary>
    public static void Print(BlockWriter writer, VirtualServer server)
    {
        writer.Open("virtual_server", ServerGroupPrinter.NameOf(server));
        writer.Line("lb_algo", KeywordNames.Of(server.Scheduler));
        if (server.HashesPort) writer.Line("flag-2");
        if (server.FallsBack) writer.Line("flag-1");
        if (server.HasThirdFlag) writer.Line("flag-3");
        if (server.IsHashed) writer.Line("hashed");
        if (server.IsOnePacket) writer.Line("ops");
        writer.Line("lb_kind", KeywordNames.WordsOf(server.Method, server.Tunnel));
        if (server.Protocol != TransportProtocol.Any) writer.Line("protocol", KeywordNames.Of(server.Protocol));
        if (server.MarkFamily is { } family) writer.Line("ip_family", family == AddressFamily.InterNetworkV6 ? "inet6" : "inet");
        PrintPersistence(writer, server);
        PrintNotification(writer, server);
        if (server.SuspendsChecks) writer.Line("ha_suspend");
        if (server.Omega) writer.Line("omega");
        writer.Line("quorum", Number(server.Quorum));
        writer.Line("hysteresis", Number(server.Hysteresis));
        if (server.SorryServer is { } sorry)
        {
            writer.Line("sorry_server", sorry.Address.ToString(), Number(sorry.Port));
            writer.Line("sorry_server_lvs_method", KeywordNames.WordsOf(sorry.Method, sorry.Tunnel));
            if (sorry.InhibitOnQuorum) writer.Line("sorry_server_inhibit");
        }

        foreach (RealServer real in server.RealServers) RealServerPrinter.Print(writer, real);
        writer.Close();
    }

    private static void PrintPersistence(BlockWriter writer, VirtualServer server)
    {
        if (server.PersistenceTimeout is { } persistence)
        {
            writer.Line("persistence_timeout", Seconds(persistence));
            PrintGranularity(writer, server);
        }

        if (server.PersistenceEngine is { } engine) writer.Line("persistence_engine", engine);
    }

    /// <summary>A netmask for IPv4, the length of a prefix for IPv6; all bits go without saying for the latter.</summary>
    private static void PrintGranularity(BlockWriter writer, VirtualServer server)
    {
        if (server.PersistenceMask.AddressFamily == AddressFamily.InterNetworkV6)
            writer.Line("persistence_granularity", Number(server.PersistenceMask.GetAddressBytes().Sum(b => System.Numerics.BitOperations.PopCount(b))));
        else if ((server.MarkFamily ?? server.Address.AddressFamily) == AddressFamily.InterNetwork || !server.PersistenceMask.Equals(IPAddress.Broadcast))
            writer.Line("persistence_granularity", server.PersistenceMask.ToString());
    }

    private static void PrintNotification(BlockWriter writer, VirtualServer server)
    {
        if (server.VirtualHost is { } host) writer.Line("virtualhost", host);
        if (server.SendsMail is { } sendsMail) writer.Line("smtp_alert", Switch(sendsMail));
        if (server.SnmpName is { } name) writer.Line("snmp_name", name);
        writer.Script("quorum_up", server.QuorumUp);
        writer.Script("quorum_down", server.QuorumDown);
    }
}
