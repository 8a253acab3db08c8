using System.Buffers.Binary;

namespace FastLb.Wire;

/// <summary>
/// The beginning of an IPv4 packet, as an ICMP error quotes it (RFC 792: header and eight octets at the least), laid over bytes it does not own. Of a
/// packet in a tunnel (RFC 2003) it shows the inner one.
/// </summary>
public readonly ref struct QuotedPacket
{
    private const int PortBytes = 4;

    private readonly Span<byte> _packet;
    private readonly int _headerLength;

    private QuotedPacket(Span<byte> packet, int headerLength, uint tunnelDestination)
    {
        _packet = packet;
        _headerLength = headerLength;
        TunnelDestination = tunnelDestination;
    }

    /// <summary>True when the packet is in a tunnel; all but <see cref="TunnelDestination"/> is then about the inner one.</summary>
    public bool IsTunnelled => TunnelDestination != 0;

    /// <summary>Where the tunnel leads; 0 when the packet is in none.</summary>
    public uint TunnelDestination { get; }

    public IpProtocol Protocol => (IpProtocol)_packet[9];

    public uint Source => BinaryPrimitives.ReadUInt32BigEndian(_packet[12..]);

    public uint Destination => BinaryPrimitives.ReadUInt32BigEndian(_packet[16..]);

    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_packet[_headerLength..]);

    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_packet[(_headerLength + 2)..]);

    /// <summary>On success no accessor can throw: the header is whole, the packet is TCP or UDP and no later fragment, and its ports are there.</summary>
    public static bool TryParse(Span<byte> quote, out QuotedPacket packet)
    {
        packet = default;
        if (!TryReadHeader(quote, out int outer))
            return false;
        if ((IpProtocol)quote[9] != IpProtocol.IpInIp)
            return TryAccept(quote, outer, tunnelDestination: 0, ref packet);
        return TryReadHeader(quote[outer..], out int inner)
            && TryAccept(quote[outer..], inner, BinaryPrimitives.ReadUInt32BigEndian(quote[16..]), ref packet);
    }

    /// <summary>Writes another source endpoint, header checksum included. The quoted transport checksum stays as it was, as with IPVS.</summary>
    public void SetSource(uint address, ushort port) => Set(12, address, _headerLength, port);

    /// <summary>Writes another destination endpoint, header checksum included. The quoted transport checksum stays as it was, as with IPVS.</summary>
    public void SetDestination(uint address, ushort port) => Set(16, address, _headerLength + 2, port);

    private static bool TryAccept(Span<byte> packet, int headerLength, uint tunnelDestination, ref QuotedPacket accepted)
    {
        bool laterFragment = (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x1FFF) != 0;
        if (laterFragment || (IpProtocol)packet[9] is not (IpProtocol.Tcp or IpProtocol.Udp) || packet.Length < headerLength + PortBytes)
            return false;
        accepted = new QuotedPacket(packet, headerLength, tunnelDestination);
        return true;
    }

    private static bool TryReadHeader(Span<byte> packet, out int length)
    {
        length = packet.Length >= Ipv4View.MinimumHeaderLength ? (packet[0] & 0x0F) * 4 : 0;
        return length >= Ipv4View.MinimumHeaderLength && length <= packet.Length && packet[0] >> 4 == 4;
    }

    private void Set(int addressOffset, uint address, int portOffset, ushort port)
    {
        uint old = BinaryPrimitives.ReadUInt32BigEndian(_packet[addressOffset..]);
        BinaryPrimitives.WriteUInt32BigEndian(_packet[addressOffset..], address);
        BinaryPrimitives.WriteUInt16BigEndian(_packet[portOffset..], port);
        ushort checksum = BinaryPrimitives.ReadUInt16BigEndian(_packet[10..]);
        BinaryPrimitives.WriteUInt16BigEndian(_packet[10..], InternetChecksum.Update(checksum, InternetChecksum.Difference(old, address)));
    }
}
