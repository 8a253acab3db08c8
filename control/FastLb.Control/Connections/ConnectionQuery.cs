using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastLb.DataplaneChannel.Messages;

namespace FastLb.Control.Connections;

/// <summary>Which connections somebody wants to see, as written on a command line or in a URL. What is null is not asked.</summary>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
/// <param name="Service"><c>ADDRESS:PORT</c> of a virtual service.</param>
/// <param name="Server"><c>ADDRESS</c> or <c>ADDRESS:PORT</c> of a real server.</param>
/// <param name="Client"><c>ADDRESS</c> or <c>ADDRESS/LENGTH</c>.</param>
/// <param name="Limit">The most connections, at least 1.</param>
public sealed record ConnectionQuery(string? Protocol = null, string? Service = null, string? Server = null, string? Client = null, string? Limit = null)
{
    /// <summary>Reads it.</summary>
    /// <param name="filter">What is asked of each connection.</param>
    /// <param name="most">How many at the most.</param>
    /// <param name="fault">What can't be read and what was expected; null when all can.</param>
    public bool TryRead(out ConnectionFilter filter, out long most, out string? fault)
    {
        filter = new ConnectionFilter();
        most = long.MaxValue;
        fault = null;
        if (Protocol is not null)
        {
            if (!Enum.TryParse(Protocol, ignoreCase: true, out TransportProtocol protocol) || !Enum.IsDefined(protocol) || protocol == TransportProtocol.Any || char.IsDigit(Protocol[0]))
                return Fail(out fault, $"'{Protocol}' is no protocol: tcp or udp");
            filter = filter with { Protocol = protocol };
        }

        if (Service is not null)
        {
            if (!TryReadEndpoint(Service, out IPAddress? address, out ushort? port) || port is null)
                return Fail(out fault, $"'{Service}' is no service: ADDRESS:PORT");
            filter = filter with { VirtualAddress = address, VirtualPort = port };
        }

        if (Server is not null)
        {
            if (!TryReadEndpoint(Server, out IPAddress? address, out ushort? port))
                return Fail(out fault, $"'{Server}' is no server: ADDRESS or ADDRESS:PORT");
            filter = filter with { Server = address, ServerPort = port };
        }

        if (Client is not null)
        {
            string[] parts = Client.Split('/');
            int length = 32;
            if (parts.Length > 2 || !TryReadAddress(parts[0], out IPAddress? address)
                || (parts.Length == 2 && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > 32)))
                return Fail(out fault, $"'{Client}' is no client: ADDRESS or ADDRESS/LENGTH, a length of 0 to 32");
            filter = filter with { Client = address, ClientPrefixLength = length };
        }

        return Limit is null || (long.TryParse(Limit, NumberStyles.None, CultureInfo.InvariantCulture, out most) && most > 0)
            || Fail(out fault, $"'{Limit}' is no limit: 1 or more");
    }

    private static bool Fail(out string? fault, string text)
    {
        fault = text;
        return false;
    }

    private static bool TryReadEndpoint(string text, out IPAddress? address, out ushort? port)
    {
        string[] parts = text.Split(':');
        port = null;
        if (!TryReadAddress(parts[0], out address) || parts.Length > 2)
            return false;
        if (parts.Length == 1)
            return true;
        bool isPort = ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) && number != 0;
        port = number;
        return isPort;
    }

    // Four numbers: '80' alone is an address, too, for IPAddress. Only IPv4 is forwarded so far.
    private static bool TryReadAddress(string text, out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && address.AddressFamily == AddressFamily.InterNetwork && text.Count(character => character == '.') == 3;
}
