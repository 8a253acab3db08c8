using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FastLb.Native.Bpf;

/// <summary>
/// What the steering program finds at one end of a packet: a virtual service as the destination, or a NAT real server as the source. The key has room for
/// IPv6; the program looks at IPv4 alone so far.
/// </summary>
/// <param name="Address">The virtual address, or the server's.</param>
/// <param name="Protocol"><see cref="ProtocolType.Tcp"/> or <see cref="ProtocolType.Udp"/>.</param>
/// <param name="Port">1 to 65535; 0 for any.</param>
public readonly record struct SteeredEndpoint(IPAddress Address, ProtocolType Protocol, ushort Port)
{
    /// <inheritdoc/>
    public override string ToString() => $"{new IPEndPoint(Address, Port)}/{Protocol}";

    /// <summary>True for what a frame's headers can be compared to: the protocol has ports.</summary>
    public bool IsSteerable => Protocol is ProtocolType.Tcp or ProtocolType.Udp;

    internal SteeredEndpointKey ToKey() => new()
    {
        Address = SteeredAddress.From(Address),
        Port = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(Port) : Port,
        Protocol = (byte)Protocol,
    };

    /// <summary>What the later fragments of its packets are looked up by.</summary>
    internal SteeredEndpointKey ToFragmentKey() => ToKey() with { Port = 0 };
}

/// <summary><c>struct steering_address</c>: 16 octets in network order, IPv4 in mapped form, here as two words so that they compare as such.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct SteeredAddress(ulong First, ulong Second)
{
    public static SteeredAddress From(IPAddress address)
    {
        SteeredAddress mapped = default;
        address.MapToIPv6().TryWriteBytes(MemoryMarshal.AsBytes(new Span<SteeredAddress>(ref mapped)), out _); // 16 octets, always
        return mapped;
    }
}

/// <summary><c>struct steering_endpoint_key</c>.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal record struct SteeredEndpointKey
{
    public SteeredAddress Address;

    /// <summary>Network order; 0 for the later fragments of all ports, and for roles of any port.</summary>
    public ushort Port;

    public byte Protocol;

    public byte Zero;
}

/// <summary><c>enum steering_role</c>: what an endpoint is.</summary>
[Flags]
internal enum SteeringRoles : byte
{
    None = 0,
    Service = 1,
    ServiceFragments = 2,
    NatServer = 4,
    NatServerFragments = 8,
    ServiceAnyPort = 16,
    NatServerAnyPort = 32,
}

/// <summary><c>struct steering_settings</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct SteeringSettings
{
    /// <summary>0 while no endpoint has a role for any port.</summary>
    public uint AnyPort;
}
