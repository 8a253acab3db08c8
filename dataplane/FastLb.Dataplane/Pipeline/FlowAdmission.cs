using System.Runtime.CompilerServices;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Persistence;
using FastLb.Dataplane.Scheduling;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Pipeline;

/// <summary>Begins flows: decides whether a packet that belongs to none may begin one, and has its server chosen. One worker's.</summary>
internal sealed class FlowAdmission
{
    private const ushort FtpDataPort = 20;

    private readonly FrameMemory _frames;
    private readonly FlowTable _flows;
    private readonly ErrorAnswers _answers;
    private readonly ServerForwarding _servers;
    private readonly int _worker;

    /// <param name="frames">Where the frames lie.</param>
    /// <param name="flows">The flows of the worker.</param>
    /// <param name="answers">Tells clients that they are refused.</param>
    /// <param name="servers">Takes packets that begin no flow (one-packet scheduling).</param>
    /// <param name="worker">Number of the worker.</param>
    public FlowAdmission(FrameMemory frames, FlowTable flows, ErrorAnswers answers, ServerForwarding servers, int worker)
    {
        _frames = frames;
        _flows = flows;
        _answers = answers;
        _servers = servers;
        _worker = worker;
    }

    /// <summary>Makes the flow of a packet that belongs to none, if it may; 0 and a verdict when it may not.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public uint Admit(ref PacketSlot slot, in ParsedPacket packet, ServiceTable table, Moment moment)
    {
        if (!table.TryFindService(packet.Key, slot.IngressPort, out VirtualService? service))
        {
            if (table.TakesOthers)
                slot.GiveBack(_frames, packet, VerdictReason.NotOurs, table);
            else
                slot.Drop(VerdictReason.NoService);
            return 0;
        }

        if (!MayBegin(packet, table.Settings))
        {
            RefuseUnknown(ref slot, packet, table, moment);
            return 0;
        }

        if (table.Settings.NewFlows is { } limit && !limit.TryTake(packet.Key.ClientAddress, moment.Now))
        {
            slot.Drop(VerdictReason.ClientRateLimited);
            return 0;
        }

        VerdictReason refusal = _flows.TryChoose(service, table, new NewFlow(packet.Key, moment.Now), moment.Tick, out ushort chosen);
        if (refusal == VerdictReason.NoServer)
        {
            _answers.PortUnreachable(ref slot, packet, VerdictReason.NoServer, moment);
            return 0;
        }

        if (refusal != VerdictReason.None)
        {
            slot.Drop(refusal);
            return 0;
        }

        ref readonly RealServer server = ref table.Server(chosen);
        if (service.IsOnePacket)
        {
            service.Counters.CountConnection(_worker);
            server.Counters.CountConnection(_worker);
            _flows.SettleChoice(service, chosen, packet.Key, 0);
            _servers.Forward(ref slot, packet, server, table, moment);
            return 0;
        }

        uint index = server.Method == ForwardingMethod.AddressTranslation
            ? InsertTranslated(ref slot, packet, server, chosen, moment)
            : _flows.Insert(packet.Key, packet.Hash, chosen, moment.Tick + service.Timeouts.Ticks(FlowState.None));
        _flows.SettleChoice(service, chosen, packet.Key, index);
        if (index == 0)
        {
            if (slot.Kind != VerdictKind.Drop)
                slot.Drop(VerdictReason.FlowTableFull);
            return 0;
        }

        service.Counters.CountConnection(_worker);
        server.Counters.CountConnection(_worker);
        return index;
    }

    /// <summary>
    /// Whether a packet may begin a flow: any of UDP; of TCP a SYN, or any that is no reset if so set. Not what comes from FTP's data port, which belongs to a
    /// connection that the server opens (IPVS, ip_vs_schedule).
    /// </summary>
    private static bool MayBegin(in ParsedPacket packet, ForwardingSettings settings)
    {
        if (packet.Key.ClientPort == FtpDataPort)
            return false;
        if (packet.Key.Protocol != IpProtocol.Tcp)
            return true;
        return (packet.TcpFlags & TcpFlags.Reset) == TcpFlags.None && (settings.SloppyTcp || (packet.TcpFlags & TcpFlags.Syn) != TcpFlags.None);
    }

    private void RefuseUnknown(ref PacketSlot slot, in ParsedPacket packet, ServiceTable table, Moment moment)
    {
        switch (table.Settings.UnknownFlows)
        {
            case UnknownFlowAnswer.Kernel:
                slot.GiveBack(_frames, packet, VerdictReason.UnknownFlow, table);
                break;
            case UnknownFlowAnswer.Refuse when packet.Key.Protocol == IpProtocol.Tcp:
                _answers.Reset(ref slot, packet);
                break;
            case UnknownFlowAnswer.Refuse:
                _answers.PortUnreachable(ref slot, packet, VerdictReason.UnknownFlow, moment);
                break;
            default:
                slot.Drop(VerdictReason.UnknownFlow);
                break;
        }
    }

    private uint InsertTranslated(ref PacketSlot slot, in ParsedPacket packet, in RealServer server, ushort chosen, Moment moment)
    {
        FlowKey back = packet.Key with { PeerAddress = server.Address, PeerPort = server.PortFor(packet.Key.PeerPort), IsReturn = true };
        ulong hash = _flows.HashOf(back);
        if (_flows.Find(back, hash) != 0)
        {
            slot.Drop(VerdictReason.ReturnPathTaken);
            return 0;
        }

        return _flows.InsertPair(packet.Key, packet.Hash, back, hash, chosen, moment.Tick + server.Service!.Timeouts.Ticks(FlowState.None));
    }
}
