using System.Buffers.Binary;

namespace FastLb.Wire;

/// <summary>The value of the EtherType field (IANA "IEEE 802 Numbers").</summary>
public enum EtherType : ushort
{
    Ipv4 = 0x0800,
    Arp = 0x0806,
    Vlan = 0x8100,

    /// <summary>A provider's VLAN tag (IEEE 802.1ad).</summary>
    ProviderVlan = 0x88A8,
    Ipv6 = 0x86DD,
}

/// <summary>An Ethernet II header laid over bytes it does not own (IEEE 802.3 §3.1).</summary>
public readonly ref struct EthernetView
{
    /// <summary>Bytes of the header, without tags.</summary>
    public const int HeaderLength = 14;

    private readonly Span<byte> _bytes;

    private EthernetView(Span<byte> bytes) => _bytes = bytes;

    /// <summary>Address of the receiver.</summary>
    public MacAddress Destination
    {
        get => MacAddress.Read(_bytes[Offset.Destination..]);
        set => value.Write(_bytes[Offset.Destination..]);
    }

    /// <summary>Address of the sender.</summary>
    public MacAddress Source
    {
        get => MacAddress.Read(_bytes[Offset.Source..]);
        set => value.Write(_bytes[Offset.Source..]);
    }

    /// <summary>What the payload is.</summary>
    public EtherType Type
    {
        get => (EtherType)BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.Type..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_bytes[Offset.Type..], (ushort)value);
    }

    /// <summary>On success no accessor can throw.</summary>
    public static bool TryParse(Span<byte> frame, out EthernetView ethernet)
    {
        bool whole = frame.Length >= HeaderLength;
        ethernet = whole ? new EthernetView(frame[..HeaderLength]) : default;
        return whole;
    }

    private static class Offset
    {
        public const int Destination = 0, Source = 6, Type = 12;
    }
}
