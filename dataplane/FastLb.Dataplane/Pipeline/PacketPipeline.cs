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
    private IcmpErrorLimit _icmpLimit;

    /// <param name="frames">Where the frames lie.</param>
    /// <param name="flows">The flows of the worker.</param>
    /// <param name="timeouts">How long they live.</param>
    /// <param name="verdicts">Counters to go on with, or null to begin at zero.</param>
    /// <param name="worker">The worker, from 0, whose pipeline it is.</param>
    /// <param name="workers">Workers that flows are shared out to.</param>
    public PacketPipeline(FrameMemory frames, FlowTable flows, FlowTimeouts timeouts, VerdictCounters? verdicts = null, int worker = 0, int workers = 1)
    {
        _worker = worker;
        _workers = workers;
        Verdicts = verdicts ?? new VerdictCounters();
        _frames = frames;
        _flows = flows;
        _timeouts = timeouts;
    }

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
        Span<ParsedPacket> parsed = _parsed.AsSpan(0, group.Length);
        for (int i = 0; i < group.Length; i++)
        {
            ref PacketSlot slot = ref group[i];
            slot.Reason = ParsedPacket.Parse(_frames.Slice(slot.Offset, slot.Length), out parsed[i]);
            parsed[i].Hash = _flows.HashOf(parsed[i].Key);
            _flows.PrefetchBucket(parsed[i].Hash);
        }

        for (int i = 0; i < group.Length; i++)
            _flows.PrefetchEntry(parsed[i].Hash);

        uint tick = TimingWheel.TickOf(now);
        for (int i = 0; i < group.Length; i++)
        {
            ref PacketSlot slot = ref group[i];
            slot.ChecksumStart = 0;
            if (slot.Reason != VerdictReason.None)
                Drop(ref slot, slot.Reason);
            else
                Decide(ref slot, parsed[i], table, now, tick);
            if (slot.Kind is not (VerdictKind.Hold or VerdictKind.HandOver))
                Verdicts.Count(slot.Reason);
        }
    }

    private void Decide(ref PacketSlot slot, in ParsedPacket packet, ServiceTable table, MonotonicTime now, uint tick)
    {
        if (_workers > 1 && _flows.OwnerOf(packet.Key, _workers) is int owner && owner != _worker)
        {
            slot.Kind = VerdictKind.HandOver;
            slot.Worker = (ushort)owner;
            return;
        }

        uint index = _flows.Find(packet.Key, packet.Hash);
        if (index == 0 && (index = Admit(ref slot, packet, table, now, tick)) == 0)
            return;

        ref FlowEntry flow = ref _flows.Entry(index);
        ref readonly RealServer server = ref table.Server(flow.Server);
        if (server.Service is null)
        {
            Drop(ref slot, VerdictReason.ServerRemoved);
            return;
        }

        FlowState state = packet.Key.Protocol == IpProtocol.Tcp ? TcpStateMachine.OnClientSegment(flow.State, packet.TcpFlags) : FlowState.Udp;
        _flows.Advance(index, ref flow, state, tick + _timeouts.Ticks(state));
        Forward(ref slot, packet, server, table.Adjacency(server.Adjacency), now);
    }

    private void Forward(ref PacketSlot slot, in ParsedPacket packet, in RealServer server, in Adjacency adjacency, MonotonicTime now)
    {
        if (packet.TimeToLive <= 1)
        {
            Answer(ref slot, packet, IcmpError.TimeExceeded, 0, VerdictReason.TtlExpired, now);
            return;
        }

        if (adjacency.State != AdjacencyState.Resolved)
        {
            if (adjacency.State == AdjacencyState.Unreachable)
            {
                Drop(ref slot, VerdictReason.NoRoute);
                return;
            }

            slot.Kind = VerdictKind.Hold;
            slot.Adjacency = server.Adjacency;
            return;
        }

        if (packet.TotalLength > adjacency.Mtu)
        {
            AnswerTooBig(ref slot, packet, adjacency, now);
            return;
        }

        slot.Length = EthernetView.HeaderLength + packet.TotalLength;
        DirectRouting.Rewrite(_frames.Slice(slot.Offset, slot.Length), adjacency);
        slot.EgressPort = adjacency.EgressPort;
        if (packet.HasPartialChecksum)
        {
            slot.ChecksumStart = packet.TransportOffset;
            slot.ChecksumOffset = packet.Key.Protocol == IpProtocol.Tcp ? (ushort)TcpView.ChecksumOffset : (ushort)UdpView.ChecksumOffset;
        }

        slot.Kind = VerdictKind.Forward;
        slot.Reason = VerdictReason.ForwardedDirect;
        server.Counters.CountPacket(_worker, packet.TotalLength);
        server.Service!.Counters.CountPacket(_worker, packet.TotalLength);
    }

    /// <summary>Makes the flow of a packet that belongs to none, if it may; 0 and a verdict when it may not.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint Admit(ref PacketSlot slot, in ParsedPacket packet, ServiceTable table, MonotonicTime now, uint tick)
    {
        var key = new ServiceKey(IpAddress.FromV4(packet.Key.VirtualAddress), packet.Key.Protocol, packet.Key.VirtualPort);
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
            Answer(ref slot, packet, IcmpError.PortUnreachable, 0, VerdictReason.NoServer, now);
            return 0;
        }

        ushort chosen = servers[choice].Slot;
        uint index = _flows.Insert(packet.Key, packet.Hash, chosen, tick + _timeouts.Ticks(FlowState.None));
        if (index == 0)
        {
            Drop(ref slot, VerdictReason.FlowTableFull);
            return 0;
        }

        service.Counters.CountConnection(_worker);
        table.Server(chosen).Counters.CountConnection(_worker);
        return index;
    }

    /// <summary>With DF the client is told the size that fits; without it a router would fragment, which is not done here.</summary>
    private void AnswerTooBig(ref PacketSlot slot, in ParsedPacket packet, in Adjacency adjacency, MonotonicTime now)
    {
        if (!packet.DontFragment)
        {
            Drop(ref slot, VerdictReason.TooBig);
            return;
        }

        // IPVS takes the hop off before it finds the packet too big, and quotes what it then has.
        if (Ipv4View.TryParse(_frames.Slice(slot.Offset, slot.Length)[EthernetView.HeaderLength..], out Ipv4View ip))
            ip.DecrementTimeToLive();
        Answer(ref slot, packet, IcmpError.FragmentationNeeded, adjacency.Mtu, VerdictReason.TooBig, now);
    }

    private void Answer(ref PacketSlot slot, in ParsedPacket packet, IcmpError error, ushort nextHopMtu, VerdictReason reason, MonotonicTime now)
    {
        if (!IcmpErrorReply.MayAnswer(packet.Key.ClientAddress))
        {
            Drop(ref slot, reason);
        }
        else if (!_icmpLimit.TryTake(now))
        {
            Drop(ref slot, VerdictReason.IcmpRateLimited);
        }
        else if (!IcmpErrorReply.TryWrite(_frames, ref slot, packet, error, nextHopMtu))
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
}
