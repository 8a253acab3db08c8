using System.Net;
using FastLb.DataplaneChannel.Messages;

namespace FastLb.Command.Reports;

/// <summary>Connections as text, in the columns of <c>ipvsadm -Lnc</c>.</summary>
internal static class ConnectionReport
{
    public const string Header = "FastLb connection entries\npro expire state       source             virtual            destination";

    // A firewall mark's template is for any protocol of IP.
    private static string ProtocolOf(ConnectionStatus connection) => connection.Protocol == TransportProtocol.Any ? "IP" : connection.Protocol.ToString().ToUpperInvariant();

    public static string Render(ConnectionStatus connection)
    {
        var rest = TimeSpan.FromSeconds(Math.Ceiling(connection.ExpiresIn));
        string expire = $"{(int)rest.TotalMinutes:00}:{rest.Seconds:00}";
        return $"{ProtocolOf(connection),-3} {expire,-6} {connection.State,-11} "
            + $"{new IPEndPoint(connection.Client, connection.ClientPort),-18} {new IPEndPoint(connection.VirtualAddress, connection.VirtualPort),-18} "
            + $"{new IPEndPoint(connection.Server, connection.ServerPort)}";
    }
}
