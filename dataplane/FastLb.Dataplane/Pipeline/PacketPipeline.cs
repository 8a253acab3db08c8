using System.Runtime.CompilerServices;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Forwarding;
using FastLb.Dataplane.Scheduling;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Pipeline;

/// <summary>
/// Decides and rewrites frames: a function of frame bytes, ingress port, service table, flow table and time, and of nothing else. It does no I/O,
/// reads no clock, allocates nothing and does not throw for any frame. One thread owns it, with its flow table and counters.
/// </summary>
public sealed class PacketPipeline
{
    /// <summary>Frames that are taken through the stages together.</summary>
    public const int BatchSize = 64;

    private readonly FrameMemory _frames;
    private readonly FlowTable _flows;
    private readonly FlowTimeouts _timeouts;
    private readonly int _worker;
    private readonly int _workers;
    private readonly ParsedPacket[] _parsed = new ParsedPacket[BatchSize];
    private readonly FragmentTable _fragments = new();
    private readonly PathMtuCache _pathMtus = new();
    private IcmpErrorLimit _icmpLimit;
    private ushort _identification;

    /// <param name="frames">Where the frames lie.</param>
    /// <param name="flows">The flows of the worker.</param>
    /// <param name="timeouts">How long they live.</param>
    /// <param name="verdicts">Counters to go on with, or null to begin at zero.</param>
    /// <param name="worker">Number of the worker that it belongs to, from 0.</param>
    /// <param name="workers">How many workers share the flows between them.</param>
    public PacketPipeline(FrameMemory frames, FlowTable flows, FlowTimeouts timeouts, VerdictCounters? verdicts = null, int worker = 0, int workers = 1)
    {
        Verdicts = verdicts ?? new VerdictCounters();
        _frames = frames;
        _flows = flows;
        _timeouts = timeouts;
        _worker = worker;
        _workers = workers;
    }

    /// <summary>Where the frames lie.</summary>
    public FrameMemory Frames => _frames;

    /// <summary>How many frames got which verdict.</summary>
    public VerdictCounters Verdicts { get; }

    /// <summary>
    /// Gives every slot its verdict and rewrites the frames that are to be forwarded. Frames to hold or to hand over are left as they were and not counted:
    /// they come again. Any number of frames; memory is fetched ahead within groups of <see cref="BatchSize"/>.
    /// </summary>
    public void Process(Span<PacketSlot> batch, ServiceTable table, MonotonicTime now)
    {
        while (batch.Length > BatchSize)
        {
            ProcessGroup(batch[..BatchSize], table, now);
            batch = batch[BatchSize..];
        }

        ProcessGroup(batch, table, now);
    }

    private void ProcessGroup(Span<PacketSlot> group, ServiceTable table, MonotonicTime now)
    {
        PacketRoles roles = new(table, _fragments, now);
        Span<ParsedPacket> parsed = _parsed.AsSpan(0, group.Length);
        for (int i = 0; i < group.Length; i++)
        {
            ref PacketSlot slot = ref group[i];
            slot.Reason = ParsedPacket.Parse(WithoutTag(ref slot), slot.Rest, roles, ref slot.FragmentPorts, out parsed[i]);
            parsed[i].Hash = _flows.HashOf(parsed[i].Key);
            _flows.PrefetchBucket(parsed[i].Hash);
        }

        for (int i = 0; i < group.Length; i++)
            _flows.PrefetchEntry(parsed[i].Hash);

        var moment = new Moment(now, TimingWheel.TickOf(now));
        for (int i = 0; i < group.Length; i++)
        {
            ref PacketSlot slot = ref group[i];
            slot.ChecksumStart = 0;
            slot.SegmentSize = 0;
            slot.Kind = VerdictKind.None;
            if (slot.Reason is VerdictReason.NotOurs or VerdictReason.FragmentUnmatched or VerdictReason.NotIp)
                Punt(ref slot, slot.Reason);
            else if (slot.Reason != VerdictReason.None)
                Drop(ref slot, slot.Reason);
            else
                Decide(ref slot, parsed[i], table, moment);
            if (slot.Kind is not (VerdictKind.Hold or VerdictKind.HandOver))
                Verdicts.Count(slot.Reason);
        }
    }

    /// <summary>The frame, its VLAN tag moved into the slot.</summary>
    private Span<byte> WithoutTag(ref PacketSlot slot)
    {
        Span<byte> frame = _frames.Slice(slot.Offset, slot.Length);
        if (frame.Length < EthernetView.HeaderLength + VlanTag.Size || !EthernetView.TryParse(frame, out EthernetView ethernet) || !VlanTag.IsTag(ethernet.Type))
            return frame;
        slot.Tag = VlanTag.Remove(frame);
        slot.Offset += VlanTag.Size;
        slot.Headroom += VlanTag.Size;
        slot.Length -= VlanTag.Size;
        return frame[VlanTag.Size..];
    }

    private void Decide(ref PacketSlot slot, in ParsedPacket packet, ServiceTable table, Moment moment)
    {
        if (_workers > 1 && _flows.OwnerOf(packet.Key, _workers) is int owner && owner != _worker)
        {
            slot.Kind = VerdictKind.HandOver;
            slot.Worker = (ushort)owner;
            return;
        }

        uint index = _flows.Find(packet.Key, packet.Hash);
        if (packet.IsIcmpError)
        {
            RelayIcmpError(ref slot, packet, index, table, moment);
            return;
        }

        if (packet.Key.IsReturn)
        {
            ForwardReply(ref slot, packet, index, table, moment);
            return;
        }

        if (index == 0 && (index = Admit(ref slot, packet, table, moment)) == 0)
            return;

        ref FlowEntry flow = ref _flows.Entry(index);
        ref readonly RealServer server = ref table.Server(flow.Server);
        if (server.Service is null)
        {
            Drop(ref slot, VerdictReason.ServerRemoved);
            return;
        }

        FlowState state = FlowState.Udp;
        if (packet.Key.Protocol == IpProtocol.Tcp)
        {
            state = flow.HasReturnHalf
                ? TcpStateMachine.OnClientSegment(flow.State, packet.TcpFlags)
                : TcpStateMachine.OnClientSegmentOnly(flow.State, packet.TcpFlags);
        }

        _flows.Advance(index, ref flow, state, moment.Tick + _timeouts.Ticks(state));
        if (flow.HasReturnHalf)
            RememberHop(ref _flows.ReturnHalf(index), slot, table);
        Forward(ref slot, packet, server, table, moment);
    }

    // Replies go back the way that the client's last frame came: to its own MAC address or that of the router before it (decision 0005).
    private void RememberHop(ref FlowEntry half, in PacketSlot slot, ServiceTable table)
    {
        var hop = new ClientHop(table.Link(slot.IngressPort).Interface, MacAddress.Read(_frames.Slice(slot.Offset + MacAddress.Size, MacAddress.Size)));
        if (half.Hop != hop)
            half.Hop = hop;
        if (half.HopTag != slot.Tag)
            half.HopTag = slot.Tag;
    }

    private void Forward(ref PacketSlot slot, in ParsedPacket packet, in RealServer server, ServiceTable table, Moment moment)
    {
        ref readonly Adjacency adjacency = ref table.Adjacency(server.Adjacency);
        if (packet.TimeToLive <= 1)
        {
            Answer(ref slot, packet, IcmpError.TimeExceeded, 0, VerdictReason.TtlExpired, packet.Key.PeerAddress, moment);
            return;
        }

        if (!IsResolved(ref slot, server, adjacency))
            return;
        int mtu = adjacency.Mtu;
        if (server.Method == ForwardingMethod.Tunnel)
            mtu = Math.Max(_pathMtus.Limit(server.Address, mtu, moment.Now) - IpTunnel.Overhead, IpTunnel.MinimumMtu);
        if (!Segmentation.TryFit(_frames, ref slot, packet, mtu, table.Link(slot.IngressPort).Mtu))
        {
            AnswerTooBig(ref slot, packet, (ushort)mtu, packet.Key.PeerAddress, moment);
            return;
        }

        EndWithPacket(ref slot, packet);
        RequestChecksum(ref slot, packet);
        Ipv4View ip = PacketOf(slot);
        ip.DecrementTimeToLive();
        switch (server.Method)
        {
            case ForwardingMethod.AddressTranslation:
                AddressTranslation.ToServer(ip, packet, server.Address, server.Port);
                slot.Reason = VerdictReason.ForwardedTranslated;
                break;
            case ForwardingMethod.Tunnel:
                if (!IpTunnel.TryEncapsulate(_frames, ref slot, adjacency.LocalAddress, server.Address, ++_identification))
                {
                    Drop(ref slot, VerdictReason.NoHeadroom);
                    return;
                }

                if (slot.SegmentSize != 0)
                    _identification += (ushort)(packet.TotalLength / slot.SegmentSize); // the segments' outer headers count on from the first one's
                slot.Reason = VerdictReason.ForwardedTunnel;
                break;
            default:
                slot.Reason = VerdictReason.ForwardedDirect;
                break;
        }

        if (!TrySend(ref slot, adjacency.EgressPort, adjacency.Destination, adjacency.Source, adjacency.Tag))
            return;
        server.Counters.CountPacket(_worker, packet.TotalLength);
        server.Service!.Counters.CountPacket(_worker, packet.TotalLength);
    }

    /// <summary>Sends a server's packet to the client as if it came from the virtual service; one that belongs to no flow is the kernel's.</summary>
    private void ForwardReply(ref PacketSlot slot, in ParsedPacket packet, uint half, ServiceTable table, Moment moment)
    {
        if (half == 0)
        {
            RequestChecksum(ref slot, packet);
            _ = Segmentation.TryFit(_frames, ref slot, packet, int.MaxValue, table.Link(slot.IngressPort).Mtu); // the kernel knows best what is too big
            Punt(ref slot, VerdictReason.NotOurs);
            return;
        }

        uint index = FlowTable.FlowOfReturnHalf(half);
        ref FlowEntry flow = ref _flows.Entry(index);
        FlowState state = packet.Key.Protocol == IpProtocol.Tcp ? TcpStateMachine.OnServerSegment(flow.State, packet.TcpFlags) : FlowState.Udp;
        _flows.Advance(index, ref flow, state, moment.Tick + _timeouts.Ticks(state));

        // Errors to a server come from the director's own address towards it, as with IPVS.
        ref readonly RealServer server = ref table.Server(flow.Server);
        uint ownAddress = server.Service is null ? 0 : table.Adjacency(server.Adjacency).LocalAddress;
        if (packet.TimeToLive <= 1)
        {
            Answer(ref slot, packet, IcmpError.TimeExceeded, 0, VerdictReason.TtlExpired, ownAddress, moment);
            return;
        }

        ref FlowEntry back = ref _flows.Entry(half);
        if (!table.TryFindPort(back.Hop.Interface, out ushort port))
        {
            Drop(ref slot, VerdictReason.NoRoute);
            return;
        }

        EgressLink link = table.Link(port);
        if (!Segmentation.TryFit(_frames, ref slot, packet, link.Mtu, table.Link(slot.IngressPort).Mtu))
        {
            AnswerTooBig(ref slot, packet, link.Mtu, ownAddress, moment);
            return;
        }

        EndWithPacket(ref slot, packet);
        RequestChecksum(ref slot, packet);
        Ipv4View ip = PacketOf(slot);
        ip.DecrementTimeToLive();
        AddressTranslation.ToClient(ip, packet, flow.PeerAddress, flow.PeerPort);
        slot.Reason = VerdictReason.ForwardedReply;
        if (!TrySend(ref slot, port, back.Hop.Address, link.Source, back.HopTag) || server.Service is null)
            return;
        server.Counters.CountReply(_worker, packet.TotalLength);
        server.Service.Counters.CountReply(_worker, packet.TotalLength);
    }

    /// <summary>Brings an ICMP error about a flow's packet to the party that sent the packet; no error is ever answered with another.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RelayIcmpError(ref PacketSlot slot, in ParsedPacket packet, uint index, ServiceTable table, Moment moment)
    {
        Ipv4View ip = PacketOf(slot);
        if (index == 0 || !IcmpView.TryParse(ip.Payload, out IcmpView icmp) || !QuotedPacket.TryParse(icmp.Quote, out QuotedPacket quote))
        {
            Punt(ref slot, VerdictReason.NotOurs);
            return;
        }

        ref FlowEntry flow = ref _flows.Entry(packet.Key.IsReturn ? FlowTable.FlowOfReturnHalf(index) : index);
        ref readonly RealServer server = ref table.Server(flow.Server);
        if (server.Service is null)
        {
            Drop(ref slot, VerdictReason.ServerRemoved);
        }
        else if (quote.IsTunnelled)
        {
            TakeNoteOfTunnelError(ref slot, icmp, quote, server, moment);
        }
        else if (packet.TimeToLive <= 1)
        {
            Drop(ref slot, VerdictReason.TtlExpired);
        }
        else if (packet.Key.IsReturn)
        {
            RelayToClient(ref slot, packet, flow, _flows.Entry(index), table);
        }
        else if (quote.Source != flow.PeerAddress)
        {
            Punt(ref slot, VerdictReason.NotOurs); // about a client's packet and on its way to the client: the kernel routes it
        }
        else
        {
            RelayToServer(ref slot, packet, server, table.Adjacency(server.Adjacency));
        }
    }

    private void RelayToServer(ref PacketSlot slot, in ParsedPacket packet, in RealServer server, in Adjacency adjacency)
    {
        if (!IsResolved(ref slot, server, adjacency))
            return;
        Ipv4View ip = PacketOf(slot);
        ip.DecrementTimeToLive();
        EndWithPacket(ref slot, packet);
        if (server.Method == ForwardingMethod.AddressTranslation)
        {
            IcmpErrorRelay.ToServer(ip, server.Address, server.Port);
        }
        else if (server.Method == ForwardingMethod.Tunnel
            && !IpTunnel.TryEncapsulate(_frames, ref slot, adjacency.LocalAddress, server.Address, ++_identification))
        {
            Drop(ref slot, VerdictReason.NoHeadroom);
            return;
        }

        slot.Reason = VerdictReason.RelayedIcmpError;
        TrySend(ref slot, adjacency.EgressPort, adjacency.Destination, adjacency.Source, adjacency.Tag);
    }

    private void RelayToClient(ref PacketSlot slot, in ParsedPacket packet, in FlowEntry flow, in FlowEntry back, ServiceTable table)
    {
        if (!table.TryFindPort(back.Hop.Interface, out ushort port))
        {
            Drop(ref slot, VerdictReason.NoRoute);
            return;
        }

        Ipv4View ip = PacketOf(slot);
        ip.DecrementTimeToLive();
        IcmpErrorRelay.ToClient(ip, flow.PeerAddress, flow.PeerPort);
        EndWithPacket(ref slot, packet);
        slot.Reason = VerdictReason.RelayedIcmpError;
        TrySend(ref slot, port, back.Hop.Address, table.Link(port).Source, back.HopTag);
    }

    // The way back to the client of a tunnelled flow isn't known, so that it hears of the size with its next packet that is too big.
    private void TakeNoteOfTunnelError(ref PacketSlot slot, IcmpView icmp, QuotedPacket quote, in RealServer server, Moment moment)
    {
        bool learns = server.Method == ForwardingMethod.Tunnel && quote.TunnelDestination == server.Address
            && icmp.TypeAndCode == IcmpError.FragmentationNeeded && icmp.NextHopMtu >= IpTunnel.MinimumMtu;
        if (learns)
            _pathMtus.Learn(server.Address, icmp.NextHopMtu, moment.Now);
        Drop(ref slot, VerdictReason.TunnelIcmpError);
    }

    /// <summary>False, and a verdict, when frames can't be sent to the server now.</summary>
    private static bool IsResolved(ref PacketSlot slot, in RealServer server, in Adjacency adjacency)
    {
        bool hasNoSource = server.Method == ForwardingMethod.Tunnel && adjacency.LocalAddress == 0;
        if (adjacency.State == AdjacencyState.Resolved && !hasNoSource)
            return true;
        if (adjacency.State != AdjacencyState.Pending)
        {
            Drop(ref slot, VerdictReason.NoRoute);
        }
        else
        {
            slot.Kind = VerdictKind.Hold;
            slot.Adjacency = server.Adjacency;
        }

        return false;
    }

    // The headers have been checked by Parse; a packet stays where it is until it is encapsulated.
    private Ipv4View PacketOf(in PacketSlot slot)
    {
        _ = Ipv4View.TryParse(_frames.Slice(slot.Offset, slot.Length)[EthernetView.HeaderLength..], slot.Rest, out Ipv4View ip);
        return ip;
    }

    /// <summary>Leaves out what follows the IP packet, such as Ethernet's padding.</summary>
    private static void EndWithPacket(ref PacketSlot slot, in ParsedPacket packet)
    {
        int length = EthernetView.HeaderLength + packet.TotalLength;
        slot.Length = Math.Min(slot.Length, length);
        slot.Rest = length - slot.Length;
    }

    private static void RequestChecksum(ref PacketSlot slot, in ParsedPacket packet)
    {
        if (!packet.HasPartialChecksum)
            return;
        slot.ChecksumStart = packet.TransportOffset;
        slot.ChecksumOffset = packet.ChecksumOffset;
    }

    /// <summary>Writes the Ethernet header and gives the verdict to forward; false, and a verdict to drop, when a tag finds no room.</summary>
    private bool TrySend(ref PacketSlot slot, ushort port, MacAddress destination, MacAddress source, VlanTag tag)
    {
        _ = EthernetView.TryParse(_frames.Slice(slot.Offset, slot.Length), out EthernetView ethernet);
        ethernet.Destination = destination;
        ethernet.Source = source;
        ethernet.Type = EtherType.Ipv4;
        if (!tag.IsNone && !TryInsert(tag, ref slot))
        {
            Drop(ref slot, VerdictReason.NoHeadroom);
            return false;
        }

        slot.EgressPort = port;
        slot.Kind = VerdictKind.Forward;
        return true;
    }

    private bool TryInsert(VlanTag tag, ref PacketSlot slot)
    {
        if (slot.Headroom < VlanTag.Size)
            return false;
        slot.Offset -= VlanTag.Size;
        slot.Headroom -= VlanTag.Size;
        slot.Length += VlanTag.Size;
        if (slot.ChecksumStart != 0)
            slot.ChecksumStart += VlanTag.Size;
        tag.Insert(_frames.Slice(slot.Offset, slot.Length));
        return true;
    }

    /// <summary>Makes the flow of a packet that belongs to none, if it may; 0 and a verdict when it may not.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint Admit(ref PacketSlot slot, in ParsedPacket packet, ServiceTable table, Moment moment)
    {
        var key = new ServiceKey(IpAddress.FromV4(packet.Key.PeerAddress), packet.Key.Protocol, packet.Key.PeerPort);
        if (!table.TryFindService(key, out VirtualService? service))
        {
            Drop(ref slot, VerdictReason.NoService);
            return 0;
        }

        if (packet.Key.Protocol == IpProtocol.Tcp && (packet.TcpFlags & (TcpFlags.Syn | TcpFlags.Reset)) != TcpFlags.Syn)
        {
            Drop(ref slot, VerdictReason.UnknownFlow);
            return 0;
        }

        SchedulableServer[] servers = service.Servers;
        int choice = service.Scheduler.Choose(servers);
        if (choice < 0)
        {
            Answer(ref slot, packet, IcmpError.PortUnreachable, 0, VerdictReason.NoServer, packet.Key.PeerAddress, moment);
            return 0;
        }

        ushort chosen = servers[choice].Slot;
        ref readonly RealServer server = ref table.Server(chosen);
        uint index = server.Method == ForwardingMethod.AddressTranslation
            ? InsertTranslated(ref slot, packet, server, chosen, moment)
            : _flows.Insert(packet.Key, packet.Hash, chosen, moment.Tick + _timeouts.Ticks(FlowState.None));
        if (index == 0)
        {
            if (slot.Kind != VerdictKind.Drop)
                Drop(ref slot, VerdictReason.FlowTableFull);
            return 0;
        }

        service.Counters.CountConnection(_worker);
        server.Counters.CountConnection(_worker);
        return index;
    }

    private uint InsertTranslated(ref PacketSlot slot, in ParsedPacket packet, in RealServer server, ushort chosen, Moment moment)
    {
        FlowKey back = packet.Key with { PeerAddress = server.Address, PeerPort = server.Port, IsReturn = true };
        ulong hash = _flows.HashOf(back);
        if (_flows.Find(back, hash) != 0)
        {
            Drop(ref slot, VerdictReason.ReturnPathTaken);
            return 0;
        }

        return _flows.InsertPair(packet.Key, packet.Hash, back, hash, chosen, moment.Tick + _timeouts.Ticks(FlowState.None));
    }

    /// <summary>With DF the sender is told the size that fits; without it a router would fragment, which is not done here.</summary>
    private void AnswerTooBig(ref PacketSlot slot, in ParsedPacket packet, ushort mtu, uint source, Moment moment)
    {
        if (!packet.DontFragment)
        {
            Drop(ref slot, VerdictReason.TooBig);
            return;
        }

        // IPVS takes the hop off before it finds the packet too big, and quotes what it then has.
        PacketOf(slot).DecrementTimeToLive();
        Answer(ref slot, packet, IcmpError.FragmentationNeeded, mtu, VerdictReason.TooBig, source, moment);
    }

    /// <summary>Sends an ICMP error from <paramref name="source"/> back to the packet's sender, unless rules or rates forbid it.</summary>
    private void Answer(ref PacketSlot slot, in ParsedPacket packet, IcmpError error, ushort nextHopMtu, VerdictReason reason, uint source, Moment moment)
    {
        bool firstOrWhole = packet.HasTransportHeader; // RFC 1812 §4.3.2.7: none about later fragments
        uint sender = packet.Key.IsReturn ? packet.Key.PeerAddress : packet.Key.ClientAddress;
        if (!firstOrWhole || source == 0 || !IcmpErrorReply.MayAnswer(sender))
        {
            Drop(ref slot, reason);
        }
        else if (!_icmpLimit.TryTake(moment.Now))
        {
            Drop(ref slot, VerdictReason.IcmpRateLimited);
        }
        else if (!IcmpErrorReply.TryWrite(_frames, ref slot, packet.TotalLength, error, nextHopMtu, source, sender)
            || (!slot.Tag.IsNone && !TryInsert(slot.Tag, ref slot)))
        {
            Drop(ref slot, reason);
        }
        else
        {
            slot.Kind = VerdictKind.Forward;
            slot.EgressPort = slot.IngressPort;
            slot.Reason = reason;
        }
    }

    private static void Drop(ref PacketSlot slot, VerdictReason reason)
    {
        slot.Kind = VerdictKind.Drop;
        slot.Reason = reason;
    }

    /// <summary>Leaves the frame to the kernel, with the tag that it came with.</summary>
    private void Punt(ref PacketSlot slot, VerdictReason reason)
    {
        slot.Kind = VerdictKind.Punt;
        slot.Reason = reason;
        if (!slot.Tag.IsNone)
            _ = TryInsert(slot.Tag, ref slot); // where it was taken out of, so that there is room
    }

    /// <summary>The time of a batch, and the tick of the timing wheel that it lies in.</summary>
    private readonly record struct Moment(MonotonicTime Now, uint Tick);
}
