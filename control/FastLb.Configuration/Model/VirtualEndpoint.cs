using System.Buffers.Binary;
using System.Net;

namespace FastLb.Configuration.Model;

/// <summary>What clients of a service send to: an address and a port of a protocol, or whatever has a firewall mark.</summary>
/// <param name="Address">The address; of a firewall mark the mark, as IPVS shows it: 0.0.0.7.</param>
/// <param name="Port">The port; 0 for all, and for a firewall mark.</param>
/// <param name="Protocol">The transport protocol; <see cref="TransportProtocol.Any"/> for a firewall mark.</param>
public sealed record VirtualEndpoint(IPAddress Address, ushort Port, TransportProtocol Protocol)
{
    /// <summary>The firewall mark; 0 when it is an address.</summary>
    public uint Mark => Protocol == TransportProtocol.Any ? BinaryPrimitives.ReadUInt32BigEndian(Address.GetAddressBytes()) : 0;

    /// <summary>What has a firewall mark.</summary>
    public static VirtualEndpoint ForMark(uint mark) => new(ToAddress(mark), 0, TransportProtocol.Any);

    /// <summary>The port of a server that is reached from here: only address translation can change it.</summary>
    /// <param name="configured">As <see cref="RealServer.Port"/>.</param>
    /// <param name="method">How packets reach the server.</param>
    public ushort ServerPort(ushort configured, ForwardingMethod method) => method == ForwardingMethod.Nat && configured != 0 ? configured : Port;

    /// <inheritdoc/>
    public override string ToString() => Mark != 0 ? $"fwmark {Mark}" : $"{KeywordNames.Of(Protocol)} {new IPEndPoint(Address, Port)}";

    internal static IPAddress ToAddress(uint number)
    {
        Span<byte> octets = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(octets, number);
        return new IPAddress(octets);
    }
}
