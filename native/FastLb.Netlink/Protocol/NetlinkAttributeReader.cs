using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace FastLb.Netlink.Protocol;

/// <summary>Walks attributes. Ends at the first one that doesn't fit; the conversions give null or 0 for a value of the wrong length.</summary>
internal ref struct NetlinkAttributeReader(ReadOnlySpan<byte> attributes)
{
    private ReadOnlySpan<byte> _rest = attributes;

    /// <summary>The type of the current attribute, without its flag bits.</summary>
    public ushort Type { get; private set; }

    /// <summary>The value of the current attribute.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Goes to the next attribute; false at the end.</summary>
    public bool Read()
    {
        int headerSize = Unsafe.SizeOf<AttributeHeader>();
        if (!MemoryMarshal.TryRead(_rest, out AttributeHeader header) || header.Length < headerSize || header.Length > _rest.Length)
            return false;
        Type = (ushort)(header.Type & NetlinkConstants.NLA_TYPE_MASK);
        Value = _rest[headerSize..header.Length];
        _rest = _rest[Math.Min((header.Length + 3) & ~3, _rest.Length)..];
        return true;
    }

    /// <summary>The attributes within the current one.</summary>
    public readonly NetlinkAttributeReader Nested() => new(Value);

    public readonly ushort ReadUInt16() => MemoryMarshal.TryRead(Value, out ushort value) ? value : (ushort)0;

    public readonly ushort ReadUInt16BigEndian() => BinaryPrimitives.TryReadUInt16BigEndian(Value, out ushort value) ? value : (ushort)0;

    public readonly uint ReadUInt32() => MemoryMarshal.TryRead(Value, out uint value) ? value : 0;

    public readonly int ReadInt32() => (int)ReadUInt32();

    /// <summary>A string up to its terminating zero.</summary>
    public readonly string ReadString()
    {
        int end = Value.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? Value : Value[..end]);
    }

    /// <summary>Four octets are IPv4, sixteen IPv6.</summary>
    public readonly IPAddress? ReadAddress() => Value.Length is 4 or 16 ? new IPAddress(Value) : null;

    /// <summary>An Ethernet address; null when the link layer has others.</summary>
    public readonly PhysicalAddress? ReadMac() => Value.Length == 6 ? new PhysicalAddress(Value.ToArray()) : null;
}
