using FastLb.Dataplane.Forwarding;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Pipeline;

/// <summary>Sends packets of clients to the real server that has been chosen for them. One worker's.</summary>
internal sealed class ServerForwarding
{
    private readonly FrameMemory _frames;
    private readonly Tunnels _tunnels;
    private readonly ErrorAnswers _answers;
    private readonly int _worker;

    /// <param name="frames">Where the frames lie.</param>
    /// <param name="tunnels">What is known of the ways through tunnels.</param>
    /// <param name="answers">Tells clients what went wrong.</param>
    /// <param name="worker">Number of the worker.</param>
    public ServerForwarding(FrameMemory frames, Tunnels tunnels, ErrorAnswers answers, int worker)
    {
        _frames = frames;
        _tunnels = tunnels;
        _answers = answers;
        _worker = worker;
    }

    /// <summary>Rewrites the packet of a flow, or of none, for a server, and counts it; or another verdict, when it can't go there.</summary>
    public void Forward(ref PacketSlot slot, in ParsedPacket packet, in RealServer server, ServiceTable table, Moment moment)
    {
        ref readonly Adjacency adjacency = ref table.Adjacency(server.Adjacency);
        if (packet.TimeToLive <= 1)
        {
            _answers.TimeExceeded(ref slot, packet, packet.Key.PeerAddress, moment);
            return;
        }

        if (!slot.CanReach(server, adjacency))
            return;
        int mtu = adjacency.Mtu;
        if (server.Method == ForwardingMethod.Tunnel)
            mtu = _tunnels.InnerMtu(server.Address, mtu, moment.Now);
        if (!Segmentation.TryFit(_frames, ref slot, packet, mtu, table.Link(slot.IngressPort).Mtu))
        {
            _answers.TooBig(ref slot, packet, (ushort)mtu, packet.Key.PeerAddress, moment);
            return;
        }

        slot.EndWith(packet);
        slot.RequestChecksum(packet);
        Ipv4View ip = slot.Packet(_frames);
        ip.DecrementTimeToLive();
        switch (server.Method)
        {
            case ForwardingMethod.AddressTranslation:
                AddressTranslation.ToServer(ip, packet, server.Address, server.PortFor(packet.Key.PeerPort));
                slot.Reason = VerdictReason.ForwardedTranslated;
                break;
            case ForwardingMethod.Tunnel:
                if (!_tunnels.TryEncapsulate(ref slot, server, adjacency))
                    return;
                slot.Reason = VerdictReason.ForwardedTunnel;
                break;
            default:
                slot.Reason = VerdictReason.ForwardedDirect;
                break;
        }

        if (!slot.TrySend(_frames, adjacency.EgressPort, adjacency.Destination, adjacency.Source, adjacency.Tag))
            return;
        server.Counters.CountPacket(_worker, packet.TotalLength);
        server.Service!.Counters.CountPacket(_worker, packet.TotalLength);
    }
}
