using System.Net;

namespace FastLb.Native.Firewall;

/// <summary>A virtual address at which the host doesn't answer (<c>no_accept</c>, RFC 9568 section 6.1: Accept_Mode).</summary>
/// <param name="Address">IPv4 or IPv6.</param>
/// <param name="InterfaceIndex">The interface that has it, which tells link-local addresses of IPv6 apart; without meaning for others.</param>
public readonly record struct RefusedAddress(IPAddress Address, int InterfaceIndex);

/// <summary>A MACVLAN of a virtual router.</summary>
/// <param name="Index">Its own interface index.</param>
/// <param name="ParentIndex">That of the interface below.</param>
public readonly record struct FilteredLink(int Index, int ParentIndex);
