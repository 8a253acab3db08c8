using FastLb.Wire;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// What a flow is found by: the client's endpoint, the endpoint that it talks to and the protocol. Addresses and ports are numbers
/// (192.0.2.1 is 0xC0000201). IPv6 flows get a table and a key of their own: sharing one would cost every IPv4 flow a second cache line.
/// </summary>
/// <param name="ClientAddress">The client's address, whoever sent the packet.</param>
/// <param name="PeerAddress">The virtual address; the real server's in packets that the server sent.</param>
/// <param name="ClientPort">The client's port.</param>
/// <param name="PeerPort">The virtual service's port; the real server's in packets that the server sent.</param>
/// <param name="Protocol">The transport protocol.</param>
/// <param name="IsReturn">True for packets from the server to the client, whose replies are translated.</param>
public readonly record struct FlowKey(uint ClientAddress, uint PeerAddress, ushort ClientPort, ushort PeerPort, IpProtocol Protocol, bool IsReturn = false)
{
    internal ulong Addresses => ((ulong)ClientAddress << 32) | PeerAddress;

    internal ulong PortsAndProtocol => ((IsReturn ? 1ul : 0) << 40) | ((ulong)Protocol << 32) | ((uint)ClientPort << 16) | PeerPort;
}
