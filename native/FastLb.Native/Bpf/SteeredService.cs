using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastLb.Native.Bpf;

/// <summary>
/// A virtual service as the steering program sees it: frames with this destination are taken. The key has room for IPv6; the program looks at IPv4 alone
/// so far.
/// </summary>
/// <param name="Address">The virtual address.</param>
/// <param name="Protocol"><see cref="ProtocolType.Tcp"/> or <see cref="ProtocolType.Udp"/>.</param>
/// <param name="Port">The destination port, 1 to 65535.</param>
public readonly record struct SteeredService(IPAddress Address, ProtocolType Protocol, ushort Port)
{
    /// <inheritdoc/>
    public override string ToString() => $"{new IPEndPoint(Address, Port)}/{Protocol}";

    /// <summary>True for what a frame's headers can be compared to: the protocol has ports, and the port is one.</summary>
    public bool IsSteerable => Protocol is ProtocolType.Tcp or ProtocolType.Udp && Port != 0;

    internal SteeredServiceKey ToKey()
    {
        SteeredServiceKey key = default;
        Address.MapToIPv6().TryWriteBytes(key.Address, out _); // 16 octets, always
        key.Port = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(Port) : Port;
        key.Protocol = (byte)Protocol;
        return key;
    }
}

/// <summary><c>struct steering_service_key</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SteeredServiceKey
{
    /// <summary>Network order, IPv4 in mapped form.</summary>
    public MappedAddress Address;

    /// <summary>Network order.</summary>
    public ushort Port;

    public byte Protocol;

    public byte Zero;

    [InlineArray(16)]
    internal struct MappedAddress
    {
        private byte _first;
    }
}
