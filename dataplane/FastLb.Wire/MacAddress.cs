using System.Buffers.Binary;
using System.Globalization;

namespace FastLb.Wire;

/// <summary>A 48-bit Ethernet address. The first octet on the wire is the most significant of <see cref="Value"/>.</summary>
public readonly record struct MacAddress(ulong Value)
{
    /// <summary>Octets on the wire.</summary>
    public const int Size = 6;

    /// <summary>ff:ff:ff:ff:ff:ff.</summary>
    public static MacAddress Broadcast => new(0xFFFF_FFFF_FFFF);

    /// <summary>True for group addresses, broadcast included (IEEE 802.3, I/G bit).</summary>
    public bool IsMulticast => (Value & 0x0100_0000_0000) != 0;

    /// <summary>Reads six octets; <paramref name="bytes"/> must hold at least that many.</summary>
    public static MacAddress Read(ReadOnlySpan<byte> bytes) =>
        new(((ulong)BinaryPrimitives.ReadUInt16BigEndian(bytes) << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]));

    /// <summary>Writes six octets; <paramref name="bytes"/> must have room for them.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(Value >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], (uint)Value);
    }

    /// <summary>Reads the form <c>02:00:00:0a:0b:0c</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MacAddress address)
    {
        address = default;
        if (text.Length != 17)
            return false;
        ulong value = 0;
        for (int octet = 0; octet < Size; octet++)
        {
            ReadOnlySpan<char> part = text.Slice(octet * 3, 2);
            if ((octet < 5 && text[(octet * 3) + 2] != ':')
                || !byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte number))
                return false;
            value = (value << 8) | number;
        }

        address = new MacAddress(value);
        return true;
    }

    public override string ToString() =>
        $"{(byte)(Value >> 40):x2}:{(byte)(Value >> 32):x2}:{(byte)(Value >> 24):x2}:{(byte)(Value >> 16):x2}:{(byte)(Value >> 8):x2}:{(byte)Value:x2}";
}
