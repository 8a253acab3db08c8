using System.Buffers.Binary;

namespace FastLb.Wire;

/// <summary>An IPv4 packet laid over bytes it does not own (RFC 791 §3.1). Setters keep the header checksum right.</summary>
public readonly ref struct Ipv4View
{
    /// <summary>Bytes of a header without options.</summary>
    public const int MinimumHeaderLength = 20;

    private const ushort DontFragmentBit = 0x4000;
    private const ushort MoreFragmentsAndOffset = 0x3FFF;
    private const ushort FragmentOffsetBits = 0x1FFF;

    private readonly Span<byte> _bytes;

    private Ipv4View(Span<byte> bytes) => _bytes = bytes;

    /// <summary>Bytes of the header with its options: 20 to 60.</summary>
    public int HeaderLength => (_bytes[Offset.VersionAndLength] & 0x0F) * 4;

    /// <summary>Bytes of header and payload.</summary>
    public int TotalLength => BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.TotalLength..]);

    /// <summary>Bytes of payload, also those that lie elsewhere.</summary>
    public int PayloadLength => TotalLength - HeaderLength;

    /// <summary>False when some of the payload lies elsewhere.</summary>
    public bool IsWhole => TotalLength == _bytes.Length;

    /// <summary>DSCP and ECN (RFC 2474, RFC 3168).</summary>
    public byte TypeOfService => _bytes[Offset.TypeOfService];

    public ushort Identification => BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.Identification..]);

    /// <summary>The DF flag.</summary>
    public bool DontFragment => (FragmentField & DontFragmentBit) != 0;

    /// <summary>True for every fragment, the first one included.</summary>
    public bool IsFragment => (FragmentField & MoreFragmentsAndOffset) != 0;

    /// <summary>True for every fragment but the first: there is no transport header in it.</summary>
    public bool IsLaterFragment => (FragmentField & FragmentOffsetBits) != 0;

    public byte TimeToLive => _bytes[Offset.TimeToLive];

    public IpProtocol Protocol => (IpProtocol)_bytes[Offset.Protocol];

    public ushort HeaderChecksum => BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.Checksum..]);

    /// <summary>Source address as a number.</summary>
    public uint Source
    {
        get => BinaryPrimitives.ReadUInt32BigEndian(_bytes[Offset.Source..]);
        set => Replace(Offset.Source, value);
    }

    /// <summary>Destination address as a number.</summary>
    public uint Destination
    {
        get => BinaryPrimitives.ReadUInt32BigEndian(_bytes[Offset.Destination..]);
        set => Replace(Offset.Destination, value);
    }

    /// <summary>True when the header's sum, checksum included, is all ones (RFC 1071 §1 (3)).</summary>
    public bool HasValidChecksum => InternetChecksum.Sum(Header) == 0xFFFF;

    public Span<byte> Header => _bytes[..HeaderLength];

    /// <summary>What follows the header, up to the total length or the end of the bytes here: link-layer padding is not part of it.</summary>
    public Span<byte> Payload => _bytes[HeaderLength..];

    private ushort FragmentField => BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.Fragment..]);

    /// <summary>
    /// Takes version, header length and total length as true only when they fit each other and the bytes there are. On success no accessor can throw.
    /// </summary>
    public static bool TryParse(Span<byte> bytes, out Ipv4View packet) => TryParse(bytes, rest: 0, out packet);

    /// <summary>The same for a packet that begins here and goes on elsewhere. The header must be here.</summary>
    /// <param name="bytes">The packet's beginning.</param>
    /// <param name="rest">Bytes that follow elsewhere.</param>
    /// <param name="packet">The packet: its payload is what is of it in <paramref name="bytes"/>.</param>
    public static bool TryParse(Span<byte> bytes, int rest, out Ipv4View packet)
    {
        packet = default;
        if (bytes.Length < MinimumHeaderLength)
            return false;
        int headerLength = (bytes[Offset.VersionAndLength] & 0x0F) * 4;
        int totalLength = BinaryPrimitives.ReadUInt16BigEndian(bytes[Offset.TotalLength..]);
        int here = Math.Min(totalLength, bytes.Length);
        if (bytes[Offset.VersionAndLength] >> 4 != 4 || headerLength < MinimumHeaderLength || here < headerLength || totalLength - here > rest)
            return false;
        packet = new Ipv4View(bytes[..here]);
        return true;
    }

    /// <summary>Takes one hop off the time to live, as a router does (RFC 1812 §5.3.1), checksum included. The caller has seen that it is above zero.</summary>
    public void DecrementTimeToLive()
    {
        ushort old = BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.TimeToLive..]);
        ushort now = (ushort)(old - 0x0100);
        BinaryPrimitives.WriteUInt16BigEndian(_bytes[Offset.TimeToLive..], now);
        BinaryPrimitives.WriteUInt16BigEndian(_bytes[Offset.Checksum..], InternetChecksum.Update(HeaderChecksum, InternetChecksum.Difference(old, now)));
    }

    /// <summary>
    /// Writes a whole header without options, checksum included, and gives a view of it and the payload behind it.
    /// <paramref name="bytes"/> is the packet, header and payload: its length, and that of what follows elsewhere, becomes the total length.
    /// </summary>
    public static Ipv4View Write(Span<byte> bytes, byte typeOfService, ushort identification, bool dontFragment, byte timeToLive, IpProtocol protocol, uint source, uint destination, int rest = 0)
    {
        bytes[Offset.VersionAndLength] = 0x45;
        bytes[Offset.TypeOfService] = typeOfService;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[Offset.TotalLength..], checked((ushort)(bytes.Length + rest)));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[Offset.Identification..], identification);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[Offset.Fragment..], dontFragment ? DontFragmentBit : (ushort)0);
        bytes[Offset.TimeToLive] = timeToLive;
        bytes[Offset.Protocol] = (byte)protocol;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[Offset.Checksum..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[Offset.Source..], source);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[Offset.Destination..], destination);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[Offset.Checksum..], (ushort)~InternetChecksum.Sum(bytes[..MinimumHeaderLength]));
        return new Ipv4View(bytes);
    }

    /// <summary>Makes a copy of an aggregate's header that of one of its segments: with the segment's length, and an identification of its own.</summary>
    /// <param name="totalLength">Bytes of the segment's packet, header included.</param>
    /// <param name="number">The segment's place in the aggregate, from 0: added to the identification, also under DF, as the kernel's <c>inet_gso_segment</c> does.</param>
    public void BecomeSegment(ushort totalLength, int number)
    {
        ushort identification = (ushort)(Identification + number);
        uint difference = InternetChecksum.Difference((ushort)TotalLength, totalLength) + InternetChecksum.Difference(Identification, identification);
        BinaryPrimitives.WriteUInt16BigEndian(_bytes[Offset.TotalLength..], totalLength);
        BinaryPrimitives.WriteUInt16BigEndian(_bytes[Offset.Identification..], identification);
        BinaryPrimitives.WriteUInt16BigEndian(_bytes[Offset.Checksum..], InternetChecksum.Update(HeaderChecksum, difference));
    }

    private void Replace(int offset, uint value)
    {
        uint old = BinaryPrimitives.ReadUInt32BigEndian(_bytes[offset..]);
        BinaryPrimitives.WriteUInt32BigEndian(_bytes[offset..], value);
        BinaryPrimitives.WriteUInt16BigEndian(_bytes[Offset.Checksum..], InternetChecksum.Update(HeaderChecksum, InternetChecksum.Difference(old, value)));
    }

    private static class Offset
    {
        public const int VersionAndLength = 0, TypeOfService = 1, TotalLength = 2, Identification = 4, Fragment = 6, TimeToLive = 8, Protocol = 9,
            Checksum = 10, Source = 12, Destination = 16;
    }
}
