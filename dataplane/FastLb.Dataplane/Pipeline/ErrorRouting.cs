using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Forwarding;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Pipeline;

/// <summary>
/// Brings an ICMP error about a flow's packet to the party that sent the packet (RFC 1812 §4.3.2, RFC 5508); no error is ever answered with another. Owned by one
/// worker.
/// </summary>
internal sealed class ErrorRouting(FrameMemory frames, FlowTable flows, Tunnels tunnels)
{
    /// <summary>Gives the verdict on an error.</summary>
    /// <param name="slot">The error's frame.</param>
    /// <param name="packet">What was read of it; its key is that of the quoted packet.</param>
    /// <param name="index">The entry that the key leads to, 0 for none.</param>
    /// <param name="table">The services.</param>
    /// <param name="moment">The present.</param>
    public void Route(ref PacketSlot slot, in ParsedPacket packet, uint index, ServiceTable table, Moment moment)
    {
        Ipv4View ip = slot.Packet(frames);
        if (index == 0 || !IcmpView.TryParse(ip.Payload, out IcmpView icmp) || !QuotedPacket.TryParse(icmp.Quote, out QuotedPacket quote))
        {
            slot.Punt(frames, VerdictReason.NotOurs);
            return;
        }

        ref FlowEntry flow = ref flows.Entry(packet.Key.IsReturn ? FlowTable.FlowOfReturnHalf(index) : index);
        ref readonly RealServer server = ref table.Server(flow.Server);
        if (server.Service is null)
            slot.Drop(VerdictReason.ServerRemoved);
        else if (quote.IsTunnelled)
            LearnPathMtu(ref slot, icmp, quote, server, moment);
        else if (packet.TimeToLive <= 1)
            slot.Drop(VerdictReason.TtlExpired);
        else if (packet.Key.IsReturn)
            RelayToClient(ref slot, packet, flow, flows.Entry(index), table);
        else if (quote.Source != flow.PeerAddress)
            slot.Punt(frames, VerdictReason.NotOurs); // about a client's packet and on its way to the client: the kernel routes it
        else
            RelayToServer(ref slot, packet, server, table.Adjacency(server.Adjacency));
    }

    private void RelayToServer(ref PacketSlot slot, in ParsedPacket packet, in RealServer server, in Adjacency adjacency)
    {
        if (!slot.CanReach(server, adjacency))
            return;
        Ipv4View ip = slot.Packet(frames);
        ip.DecrementTimeToLive();
        slot.EndWith(packet);
        if (server.Method == ForwardingMethod.AddressTranslation)
            IcmpErrorRelay.ToServer(ip, server.Address, server.PortFor(packet.Key.PeerPort));
        else if (server.Method == ForwardingMethod.Tunnel && !tunnels.TryEncapsulate(ref slot, server, adjacency))
            return;

        slot.Reason = VerdictReason.RelayedIcmpError;
        slot.TrySend(frames, adjacency.EgressPort, adjacency.Destination, adjacency.Source, adjacency.Tag);
    }

    private void RelayToClient(ref PacketSlot slot, in ParsedPacket packet, in FlowEntry flow, in FlowEntry back, ServiceTable table)
    {
        if (!table.TryFindPort(back.Hop.Interface, out ushort port))
        {
            slot.Drop(VerdictReason.NoRoute);
            return;
        }

        Ipv4View ip = slot.Packet(frames);
        ip.DecrementTimeToLive();
        IcmpErrorRelay.ToClient(ip, flow.PeerAddress, flow.PeerPort);
        slot.EndWith(packet);
        slot.Reason = VerdictReason.RelayedIcmpError;
        slot.TrySend(frames, port, back.Hop.Address, table.Link(port).Source, back.HopTag);
    }

    // The way back to the client of a tunnelled flow isn't known, so that it hears of the size with its next packet that is too big.
    private void LearnPathMtu(ref PacketSlot slot, IcmpView icmp, QuotedPacket quote, in RealServer server, Moment moment)
    {
        if (server.Method == ForwardingMethod.Tunnel && quote.TunnelDestination == server.Address && icmp.TypeAndCode == IcmpError.FragmentationNeeded)
            tunnels.Learn(server.Address, icmp.NextHopMtu, moment.Now);
        slot.Drop(VerdictReason.TunnelIcmpError);
    }
}
