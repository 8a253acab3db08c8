using System.Runtime.CompilerServices;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Forwarding;
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
    private readonly int _worker;
    private readonly int _workers;
    private readonly ParsedPacket[] _parsed = new ParsedPacket[BatchSize];
    private readonly FragmentTable _fragments;
    private readonly ErrorAnswers _answers;
    private readonly ErrorRouting _errors;
    private readonly ServerForwarding _servers;
    private readonly FlowAdmission _admission;

    /// <param name="frames">Where the frames lie.</param>
    /// <param name="flows">The flows of the worker.</param>
    /// <param name="verdicts">Counters to go on with, or null to begin at zero.</param>
    /// <param name="worker">Number of the worker that it belongs to, from 0.</param>
    /// <param name="workers">How many workers share the flows between them.</param>
    public PacketPipeline(FrameMemory frames, FlowTable flows, VerdictCounters? verdicts = null, int worker = 0, int workers = 1)
    {
        Verdicts = verdicts ?? new VerdictCounters();
        _frames = frames;
        _flows = flows;
        _worker = worker;
        _workers = workers;
        _fragments = new FragmentTable(worker, workers);
        var tunnels = new Tunnels(frames);
        _answers = new ErrorAnswers(frames);
        _errors = new ErrorRouting(frames, flows, tunnels);
        _servers = new ServerForwarding(frames, tunnels, _answers, worker);
        _admission = new FlowAdmission(frames, flows, _answers, _servers, worker);
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

    /// <summary>Reads a frame as <see cref="Process"/> does, and decides nothing: for explanations.</summary>
    /// <param name="frame">A copy of the frame without VLAN tag, wherever it lies, or what its first chunk holds.</param>
    /// <param name="rest">Bytes in further chunks.</param>
    /// <param name="table">The services.</param>
    /// <param name="now">The present.</param>
    /// <param name="packet">What was read.</param>
    internal VerdictReason Read(Span<byte> frame, int rest, ServiceTable table, MonotonicTime now, out ParsedPacket packet)
    {
        uint ports = 0;
        return ParsedPacket.Parse(frame, rest, new PacketRoles(table, _fragments, now), ref ports, out packet);
    }

    private void ProcessGroup(Span<PacketSlot> group, ServiceTable table, MonotonicTime now)
    {
        PacketRoles roles = new(table, _fragments, now);
        _flows.Openings.Follow(table, _worker);
        Span<ParsedPacket> parsed = _parsed.AsSpan(0, group.Length);
        for (int i = 0; i < group.Length; i++)
        {
            ref PacketSlot slot = ref group[i];
            slot.Reason = ParsedPacket.Parse(slot.TakeTag(_frames), slot.Rest, roles, ref slot.FragmentPorts, out parsed[i]);
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
                slot.Punt(_frames, slot.Reason);
            else if (slot.Reason != VerdictReason.None)
                slot.Drop(slot.Reason);
            else
                Decide(ref slot, parsed[i], table, moment);
            if (slot.Kind is not (VerdictKind.Hold or VerdictKind.HandOver))
                Verdicts.Count(slot.Reason);
        }
    }

    private void Decide(ref PacketSlot slot, in ParsedPacket packet, ServiceTable table, Moment moment)
    {
        if (_workers > 1)
        {
            int worker = packet.MeetsElsewhere ? packet.MeetingWorker : _flows.OwnerOf(packet.Key, _workers);
            if (worker != _worker)
            {
                slot.Kind = VerdictKind.HandOver;
                slot.Worker = (ushort)worker;
                return;
            }
        }

        uint index = _flows.Find(packet.Key, packet.Hash);
        if (table.Settings.Clients is { } clients && clients.Denies(packet.Key.ClientAddress) && (index != 0 || !packet.MayBeTheKernels))
        {
            slot.Drop(VerdictReason.Denied);
            return;
        }

        if (packet.IsIcmpError)
        {
            _errors.Route(ref slot, packet, index, table, moment);
            return;
        }

        if (packet.Key.IsReturn)
        {
            ForwardReply(ref slot, packet, index, table, moment);
            return;
        }

        if (index != 0 && (packet.TcpFlags & TcpFlags.Syn) != TcpFlags.None && BeginsAnother(_flows.Entry(index), packet, table))
        {
            _flows.Remove(index);
            index = 0;
        }

        if (index == 0 && (index = _admission.Admit(ref slot, packet, table, moment)) == 0)
            return;

        ref FlowEntry flow = ref _flows.Entry(index);
        ref readonly RealServer server = ref table.Server(flow.Server);
        if (server.Service is null)
        {
            OnServerRemoved(ref slot, packet, index, table, moment);
            return;
        }

        bool isOpening = FlowStates.IsOpening(flow.State);
        FlowState state = FlowState.Udp;
        if (packet.Key.Protocol == IpProtocol.Tcp)
        {
            bool secure = table.Settings.SecureTcp;
            state = flow.HasReturnHalf
                ? TcpStateMachine.OnClientSegment(flow.State, packet.TcpFlags, secure)
                : TcpStateMachine.OnClientSegmentOnly(flow.State, packet.TcpFlags, secure);
        }

        _flows.Advance(index, ref flow, state, moment.Tick + server.Service.Timeouts.Ticks(state));
        if (flow.HasReturnHalf)
            RememberHop(ref _flows.ReturnHalf(index), slot, table);
        _servers.Forward(ref slot, packet, server, table, moment);
        if (isOpening)
            _flows.Openings.OnClientSegment(ref flow, packet.TcpFlags, slot.Kind == VerdictKind.Forward, server.Counters);
    }

    /// <summary>Whether a SYN is that of another connection of the client's port, which the flow gives way to (IPVS, ip_vs_in_hook).</summary>
    private static bool BeginsAnother(in FlowEntry flow, in ParsedPacket packet, ServiceTable table)
    {
        ForwardingSettings settings = table.Settings;
        if ((packet.TcpFlags & TcpFlags.Reset) != TcpFlags.None)
            return false;
        if (settings.ExpiresFlowsOfRemovedServers && table.Server(flow.Server) is { Service: not null, Weight: 0 })
            return true;
        if (settings.ReuseMode == 0 || flow.IsControlled)
            return false;
        return FlowStates.IsOver(flow.State) || ((settings.ReuseMode & 2) != 0 && flow.State == FlowState.FinWait && !flow.HasReturnHalf);
    }

    // Kept rather than ended: a server that comes back takes its connections up again.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void OnServerRemoved(ref PacketSlot slot, in ParsedPacket packet, uint index, ServiceTable table, Moment moment)
    {
        if (!table.Settings.ExpiresFlowsOfRemovedServers)
        {
            slot.Drop(VerdictReason.ServerRemoved);
            return;
        }

        _flows.Remove(index);
        Decide(ref slot, packet, table, moment);
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

    /// <summary>Sends a server's packet to the client as if it came from the virtual service; one that belongs to no flow is the kernel's.</summary>
    private void ForwardReply(ref PacketSlot slot, in ParsedPacket packet, uint half, ServiceTable table, Moment moment)
    {
        if (half == 0)
        {
            slot.GiveBack(_frames, packet, VerdictReason.NotOurs, table);
            return;
        }

        uint index = FlowTable.FlowOfReturnHalf(half);
        ref FlowEntry flow = ref _flows.Entry(index);
        ref readonly RealServer server = ref table.Server(flow.Server);
        if (FlowStates.IsOpening(flow.State) && server.Service is not null)
            _flows.Openings.OnServerSegment(ref flow, packet.TcpFlags, server.Counters);
        FlowState state = packet.Key.Protocol == IpProtocol.Tcp ? TcpStateMachine.OnServerSegment(flow.State, packet.TcpFlags, table.Settings.SecureTcp) : FlowState.Udp;
        _flows.Advance(index, ref flow, state, moment.Tick + (server.Service?.Timeouts ?? table.Settings.Timeouts).Ticks(state));
        if (state == FlowState.Udp)
            _flows.Assure(ref flow);

        // Errors to a server come from the director's own address towards it, as with IPVS.
        uint ownAddress = server.Service is null ? 0 : table.Adjacency(server.Adjacency).LocalAddress;
        if (packet.TimeToLive <= 1)
        {
            _answers.TimeExceeded(ref slot, packet, ownAddress, moment);
            return;
        }

        ref FlowEntry back = ref _flows.Entry(half);
        if (!table.TryFindPort(back.Hop.Interface, out ushort port))
        {
            slot.Drop(VerdictReason.NoRoute);
            return;
        }

        EgressLink link = table.Link(port);
        if (!Segmentation.TryFit(_frames, ref slot, packet, link.Mtu, table.Link(slot.IngressPort).Mtu))
        {
            _answers.TooBig(ref slot, packet, link.Mtu, ownAddress, moment);
            return;
        }

        slot.EndWith(packet);
        slot.RequestChecksum(packet);
        Ipv4View ip = slot.Packet(_frames);
        ip.DecrementTimeToLive();
        AddressTranslation.ToClient(ip, packet, flow.PeerAddress, flow.PeerPort);
        slot.Reason = VerdictReason.ForwardedReply;
        if (!slot.TrySend(_frames, port, back.Hop.Address, link.Source, back.HopTag) || server.Service is null)
            return;
        server.Counters.CountReply(_worker, packet.TotalLength);
        server.Service.Counters.CountReply(_worker, packet.TotalLength);
    }
}
