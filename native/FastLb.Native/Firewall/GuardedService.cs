using System.Net;
using System.Net.Sockets;

namespace FastLb.Native.Firewall;

/// <summary>A virtual service for which the kernel must not answer: packets to this address, protocol and port.</summary>
/// <param name="Address">The virtual address, IPv4 or IPv6. IPv4 in mapped form counts as IPv4; a scope is of no account.</param>
/// <param name="Protocol"><see cref="ProtocolType.Tcp"/>, <see cref="ProtocolType.Udp"/> or <see cref="Sctp"/>.</param>
/// <param name="Port">The destination port, 1 to 65535; over IPv4 0 for all.</param>
public readonly record struct GuardedService(IPAddress Address, ProtocolType Protocol, ushort Port)
{
    /// <summary>SCTP's number among the protocols of IP, which .NET doesn't name.</summary>
    public const ProtocolType Sctp = (ProtocolType)132;

    /// <summary>True for what a packet's headers can be compared to: the protocol has ports, and the port is one, or over IPv4 any.</summary>
    public bool IsGuardable => Protocol is ProtocolType.Tcp or ProtocolType.Udp or Sctp && (Port != 0 || IsIPv4);

    internal bool IsIPv4 => Address.AddressFamily == AddressFamily.InterNetwork || Address.IsIPv4MappedToIPv6;

    /// <inheritdoc/>
    public override string ToString() => $"{new IPEndPoint(Address, Port)}/{(Protocol == Sctp ? "Sctp" : Protocol.ToString())}";
}
