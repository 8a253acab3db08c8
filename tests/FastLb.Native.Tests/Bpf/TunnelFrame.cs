using System.Buffers.Binary;
using System.Net;

namespace FastLb.Native.Tests.Bpf;

/// <summary>An Ethernet frame with an IPIP packet (RFC 2003), as the defaults one for the tests' virtual address; each test changes one thing.</summary>
internal sealed record TunnelFrame
{
    public const int EthernetSize = 14;
    public static readonly IPAddress Director = IPAddress.Parse("192.0.2.1");
    public static readonly IPAddress Own = IPAddress.Parse("192.0.2.2");
    public static readonly IPAddress VirtualAddress = IPAddress.Parse("198.51.100.100");

    /// <summary>All zero is the loopback's own, on which test runs take place.</summary>
    public byte FirstMacOctet { get; init; }

    public ushort EtherType { get; init; } = 0x0800;

    public byte OuterVersion { get; init; } = 4;

    public byte OuterWords { get; init; } = 5;

    public byte OuterTypeOfService { get; init; }

    public ushort OuterFragmentation { get; init; } = 0x4000;

    public byte OuterProtocol { get; init; } = 4;

    public IPAddress OuterSource { get; init; } = Director;

    public IPAddress OuterDestination { get; init; } = Own;

    /// <summary>Total length field of the outer header; null for the true one.</summary>
    public ushort? OuterLength { get; init; }

    public byte InnerVersion { get; init; } = 4;

    public byte InnerWords { get; init; } = 5;

    public byte InnerTypeOfService { get; init; }

    public IPAddress InnerDestination { get; init; } = VirtualAddress;

    /// <summary>Total length field of the inner header; null for the true one.</summary>
    public ushort? InnerLength { get; init; }

    /// <summary>Octets after the inner header.</summary>
    public int Payload { get; init; } = 40;

    /// <summary>Octets after the packet (Ethernet padding); negative cuts the frame short.</summary>
    public int Padding { get; init; }

    public byte[] ToBytes()
    {
        byte[] inner = ToInner();
        int outerLength = Math.Max((int)OuterWords, 5) * 4;
        byte[] frame = new byte[EthernetSize + outerLength + inner.Length];
        frame[0] = FirstMacOctet;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), EtherType);
        WriteHeader(frame.AsSpan(EthernetSize, outerLength), OuterVersion, OuterWords, OuterTypeOfService, OuterLength ?? (outerLength + inner.Length),
            OuterFragmentation, OuterProtocol, OuterSource, OuterDestination);
        inner.CopyTo(frame, EthernetSize + outerLength);
        Array.Resize(ref frame, frame.Length + Padding);
        return frame;
    }

    /// <summary>The frame without its outer header.</summary>
    public byte[] ToDecapsulated() => [.. ToBytes().AsSpan(0, EthernetSize), .. ToBytes().AsSpan(EthernetSize + (OuterWords * 4))];

    private static void WriteHeader(
        Span<byte> header, byte version, byte words, byte typeOfService, int length, ushort fragmentation, byte protocol, IPAddress source, IPAddress destination)
    {
        header[0] = (byte)((version << 4) | words);
        header[1] = typeOfService;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], fragmentation);
        header[8] = 64;
        header[9] = protocol;
        source.GetAddressBytes().CopyTo(header[12..]);
        destination.GetAddressBytes().CopyTo(header[16..]);
        header[20..].Fill(1); // options: no operation
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], Checksum(header));
    }

    public static ushort Checksum(ReadOnlySpan<byte> header)
    {
        uint sum = 0;
        for (; header.Length >= 2; header = header[2..])
            sum += BinaryPrimitives.ReadUInt16BigEndian(header);
        while (sum > ushort.MaxValue)
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)~sum;
    }

    private byte[] ToInner()
    {
        int headerLength = Math.Max((int)InnerWords, 5) * 4;
        byte[] packet = new byte[headerLength + Payload];
        for (int position = headerLength; position < packet.Length; position++)
            packet[position] = (byte)position;
        WriteHeader(packet.AsSpan(0, headerLength), InnerVersion, InnerWords, InnerTypeOfService, InnerLength ?? packet.Length, 0x4000, 6,
            IPAddress.Parse("203.0.113.7"), InnerDestination);
        return packet;
    }
}
