using FastLb.Wire;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// What tells one IPv4 flow from another: the client's endpoint, the virtual service's endpoint and the protocol. Addresses and ports are numbers
/// (192.0.2.1 is 0xC0000201). IPv6 flows get a table and a key of their own: sharing one would cost every IPv4 flow a second cache line.
/// </summary>
public readonly record struct FlowKey(uint ClientAddress, uint VirtualAddress, ushort ClientPort, ushort VirtualPort, IpProtocol Protocol)
{
    internal ulong Addresses => ((ulong)ClientAddress << 32) | VirtualAddress;

    internal ulong PortsAndProtocol => ((ulong)Protocol << 32) | ((uint)ClientPort << 16) | VirtualPort;
}
