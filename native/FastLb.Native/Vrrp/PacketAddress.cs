using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace FastLb.Native.Vrrp;

/// <summary>An IPv4 or IPv6 address of a packet, as a value: comparing and copying it allocates nothing.</summary>
public readonly record struct PacketAddress
{
    private readonly UInt128 _bits; // of IPv4 the lowest 32
    private readonly bool _isIpv6;

    private PacketAddress(UInt128 bits, bool isIpv6)
    {
        _bits = bits;
        _isIpv6 = isIpv6;
    }

    /// <summary>IPv4 or IPv6.</summary>
    public AddressFamily Family => _isIpv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    /// <summary>Octets of the address: 4 or 16.</summary>
    public int Length => _isIpv6 ? 16 : 4;

    /// <summary>True for ff00::/8 (RFC 4291 section 2.7).</summary>
    internal bool IsIpv6Multicast => _isIpv6 && (byte)(_bits >> 120) == 0xFF;

    /// <summary>Reads an address in network order from exactly 4 or 16 octets.</summary>
    public static PacketAddress Read(ReadOnlySpan<byte> octets) => octets.Length switch
    {
        4 => new PacketAddress(BinaryPrimitives.ReadUInt32BigEndian(octets), isIpv6: false),
        16 => new PacketAddress(BinaryPrimitives.ReadUInt128BigEndian(octets), isIpv6: true),
        _ => throw new ArgumentException($"{octets.Length} octets are no IP address", nameof(octets)),
    };

    /// <summary>The same address, without its scope.</summary>
    public static PacketAddress Of(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out int length);
        return Read(octets[..length]);
    }

    /// <summary>Writes the address in network order; <paramref name="octets"/> has room for <see cref="Length"/>.</summary>
    public void Write(Span<byte> octets)
    {
        if (_isIpv6)
            BinaryPrimitives.WriteUInt128BigEndian(octets, _bits);
        else
            BinaryPrimitives.WriteUInt32BigEndian(octets, (uint)_bits);
    }

    /// <summary>The same address as an object.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> octets = stackalloc byte[16];
        Write(octets);
        return new IPAddress(octets[..Length]);
    }

    /// <inheritdoc/>
    public override string ToString() => ToIPAddress().ToString();
}
