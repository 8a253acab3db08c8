using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastLb.DataplaneChannel.Messages;

namespace FastLb.Control.Explanations;

/// <summary>A packet as written on a command line or in a URL.</summary>
/// <param name="Source"><c>ADDRESS:PORT</c> of who would send it.</param>
/// <param name="Destination"><c>ADDRESS:PORT</c> that it would be sent to.</param>
/// <param name="Protocol"><c>tcp</c>, also when it is null, or <c>udp</c>.</param>
/// <param name="Flags">TCP's flags with commas between them: <c>syn</c>, also when it is null, <c>ack</c>, <c>fin</c>, <c>rst</c>, <c>psh</c>.</param>
public sealed record PacketQuery(string? Source, string? Destination, string? Protocol = null, string? Flags = null)
{
    private static readonly Dictionary<string, byte> FlagBits = new(StringComparer.OrdinalIgnoreCase)
    {
        ["fin"] = 1,
        ["syn"] = 2,
        ["rst"] = 4,
        ["psh"] = 8,
        ["ack"] = 16,
    };

    /// <summary>Reads it.</summary>
    /// <param name="packet">The packet; null when something can't be read.</param>
    /// <param name="fault">What can't be read and what was expected; null when all can.</param>
    public bool TryRead(out PacketQuestion? packet, out string? fault)
    {
        packet = null;
        fault = null;
        TransportProtocol protocol = TransportProtocol.Tcp;
        byte flags = FlagBits["syn"];
        if (!TryReadEndpoint(Source, out IPEndPoint? source))
            fault = $"'{Source}' is no source: ADDRESS:PORT of the client";
        else if (!TryReadEndpoint(Destination, out IPEndPoint? destination))
            fault = $"'{Destination}' is no destination: ADDRESS:PORT of the virtual service";
        else if (Protocol is not null && !TryReadProtocol(Protocol, out protocol))
            fault = $"'{Protocol}' is no protocol: tcp or udp";
        else if (Flags is not null && protocol != TransportProtocol.Tcp)
            fault = "only TCP has flags";
        else if (Flags is not null && !TryReadFlags(Flags, out flags))
            fault = $"'{Flags}' are no flags: some of {string.Join(", ", FlagBits.Keys)}, with commas between them";
        else
            packet = new PacketQuestion(protocol, source.Address, (ushort)source.Port, destination.Address, (ushort)destination.Port, protocol == TransportProtocol.Tcp ? flags : (byte)0);
        return packet is not null;
    }

    /// <summary>TCP's flags as they are written.</summary>
    public static string FlagsOf(byte flags) => string.Join(',', FlagBits.Where(flag => (flags & flag.Value) != 0).Select(flag => flag.Key));

    private static bool TryReadProtocol(string text, out TransportProtocol protocol) =>
        Enum.TryParse(text, ignoreCase: true, out protocol) && Enum.IsDefined(protocol) && !char.IsDigit(text[0]);

    private static bool TryReadFlags(string text, out byte flags)
    {
        flags = 0;
        foreach (string name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!FlagBits.TryGetValue(name, out byte bit))
                return false;
            flags |= bit;
        }

        return true;
    }

    // Four numbers with dots: only IPv4 is forwarded so far.
    private static bool TryReadEndpoint(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPEndPoint? endpoint)
    {
        endpoint = null;
        string[] parts = (text ?? string.Empty).Split(':');
        if (parts.Length != 2 || parts[0].Count(character => character == '.') != 3 || !IPAddress.TryParse(parts[0], out IPAddress? address)
            || address.AddressFamily != AddressFamily.InterNetwork || !ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
            return false;
        endpoint = new IPEndPoint(address, port);
        return true;
    }
}
