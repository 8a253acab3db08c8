using System.Buffers.Binary;
using FastLb.Dataplane.Pipeline;
using FastLb.Wire;

namespace FastLb.Dataplane.Forwarding;

/// <summary>
/// Address translation (IPVS "Masq"): the server's endpoint in place of the virtual one on the way there, and back again in its replies. The client's endpoint
/// is left alone. Checksums follow by difference (RFC 1624); a UDP datagram without one gets one, as with IPVS, if it is all in its first chunk. A larger one stays without,
/// as IPv4 allows (RFC 768).
/// </summary>
internal static class AddressTranslation
{
    /// <summary>Makes the server the destination.</summary>
    /// <param name="ip">The packet, whose headers have been parsed.</param>
    /// <param name="parsed">What was found there.</param>
    /// <param name="address">The server's address.</param>
    /// <param name="port">The server's port.</param>
    public static void ToServer(Ipv4View ip, in ParsedPacket parsed, uint address, ushort port)
    {
        uint difference = InternetChecksum.Difference(ip.Destination, address);
        ip.Destination = address;
        Translate(ip, parsed, difference, sizeof(ushort), port);
    }

    /// <summary>Makes the virtual service the source.</summary>
    /// <param name="ip">The packet, whose headers have been parsed.</param>
    /// <param name="parsed">What was found there.</param>
    /// <param name="address">The virtual address.</param>
    /// <param name="port">The service's port.</param>
    public static void ToClient(Ipv4View ip, in ParsedPacket parsed, uint address, ushort port)
    {
        uint difference = InternetChecksum.Difference(ip.Source, address);
        ip.Source = address;
        Translate(ip, parsed, difference, 0, port);
    }

    private static void Translate(Ipv4View ip, in ParsedPacket parsed, uint difference, int portOffset, ushort port)
    {
        if (!parsed.HasTransportHeader)
            return;
        Span<byte> transport = ip.Payload;
        ushort oldPort = BinaryPrimitives.ReadUInt16BigEndian(transport[portOffset..]);
        BinaryPrimitives.WriteUInt16BigEndian(transport[portOffset..], port);

        Span<byte> field = transport.Slice(parsed.ChecksumOffset, sizeof(ushort));
        ushort checksum = BinaryPrimitives.ReadUInt16BigEndian(field);
        if (parsed.HasPartialChecksum)
        {
            checksum = InternetChecksum.UpdateSum(checksum, difference); // what completes it will add the ports
        }
        else if (parsed.Key.Protocol == IpProtocol.Udp)
        {
            if (checksum == 0 && (parsed.IsFragment || !ip.IsWhole))
                return;
            checksum = checksum == 0 ? DatagramChecksum(ip) : InternetChecksum.Update(checksum, difference + InternetChecksum.Difference(oldPort, port));
            if (checksum == 0)
                checksum = 0xFFFF; // zero would mean "none" (RFC 768)
        }
        else
        {
            checksum = InternetChecksum.Update(checksum, difference + InternetChecksum.Difference(oldPort, port));
        }

        BinaryPrimitives.WriteUInt16BigEndian(field, checksum);
    }

    private static ushort DatagramChecksum(Ipv4View ip) => (ushort)~InternetChecksum.Fold(
        (ulong)InternetChecksum.PseudoHeaderSum(ip.Source, ip.Destination, IpProtocol.Udp, ip.Payload.Length) + InternetChecksum.Sum(ip.Payload));
}
