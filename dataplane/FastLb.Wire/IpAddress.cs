using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace FastLb.Wire;

/// <summary>
/// An IPv4 or IPv6 address as one 128-bit value, IPv4 in its mapped form ::ffff:a.b.c.d (RFC 4291 §2.5.5.2), so that one key type serves both.
/// The value is the address read as a big-endian number.
/// </summary>
public readonly record struct IpAddress(UInt128 Value)
{
    private static readonly UInt128 MappedPrefix = new(0, 0xFFFF_0000_0000);

    /// <summary>True when the address is IPv4.</summary>
    public bool IsIPv4 => (Value >> 32) == (MappedPrefix >> 32);

    /// <summary>The IPv4 address as a number: 192.0.2.1 is 0xC0000201. Meaningful only when <see cref="IsIPv4"/>.</summary>
    public uint V4 => (uint)Value;

    /// <summary>An IPv4 address from its number, 0xC0000201 for 192.0.2.1.</summary>
    public static IpAddress FromV4(uint address) => new(MappedPrefix | address);

    /// <summary>Reads four octets in network order.</summary>
    public static IpAddress ReadV4(ReadOnlySpan<byte> bytes) => FromV4(BinaryPrimitives.ReadUInt32BigEndian(bytes));

    /// <summary>Converts from .NET's address; a scope id is not kept.</summary>
    public static IpAddress From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bool written = address.TryWriteBytes(bytes, out int length);
        return written && length == 4 ? ReadV4(bytes) : new IpAddress(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>Reads the usual text forms of either family.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IpAddress address)
    {
        bool ok = IPAddress.TryParse(text, out IPAddress? parsed)
            && parsed.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6;
        address = ok ? From(parsed!) : default;
        return ok;
    }

    /// <summary>Reads the usual text forms of either family; throws <see cref="FormatException"/> for anything else.</summary>
    public static IpAddress Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out IpAddress address) ? address : throw new FormatException($"'{text}' is not an IP address");

    /// <summary>Writes the 16 octets in network order, IPv4 in mapped form.</summary>
    public void WriteMapped(Span<byte> bytes) => BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);

    /// <summary>.NET's form of the address, for text and sockets.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        WriteMapped(bytes);
        return new IPAddress(IsIPv4 ? bytes[12..] : bytes);
    }

    public override string ToString() => ToIPAddress().ToString();
}
