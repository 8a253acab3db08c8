using System.Globalization;
using System.Numerics;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Persistence;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Scheduling;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Explanations;

/// <summary>
/// Takes frames through a pipeline one by one and tells what it decided: the flow table, the counters and the frame are looked at before and after, and schedulers
/// are asked for their reasons beforehand. The pipeline itself does what it always does. One thread; allocates.
/// </summary>
/// <param name="pipeline">Decides.</param>
/// <param name="flows">The pipeline's flows.</param>
public sealed class FrameExplainer(PacketPipeline pipeline, FlowTable flows)
{
    /// <summary>Gives the slot its verdict, as <see cref="PacketPipeline.Process"/> would.</summary>
    public FrameExplanation Process(ref PacketSlot slot, ServiceTable table, MonotonicTime now)
    {
        byte[] before = pipeline.Frames.Slice(slot.Offset, slot.Length).ToArray();
        VerdictReason read = Read(before, slot.Rest, table, now, out ParsedPacket packet);
        bool hasFlow = read == VerdictReason.None;
        FlowKey key = packet.Key;
        VirtualService? service = null;
        bool isNew = hasFlow && !packet.IsIcmpError && !key.IsReturn
            && table.TryFindService(key, slot.IngressPort, out service);
        FlowState? stateBefore = hasFlow ? StateOf(key, out _) : null;
        FlowEntry template = default;
        bool isKept = isNew && service!.Persistence is not null && flows.Templates is { } templates && templates.TryFind(service, key.ClientAddress, out template)
            && PersistenceTemplates.IsUsable(table.Server(template.Server), table.Settings);
        SchedulerChoice choice = isNew && !isKept ? service!.Scheduler.Explain(service.Servers, new NewFlow(key, now)) : default;
        long connections = service?.Counters.Connections ?? 0;

        pipeline.Process(new Span<PacketSlot>(ref slot), table, now);

        int serverSlot = -1;
        FlowState? stateAfter = hasFlow ? StateOf(key, out serverSlot) : null;
        bool wasAdmitted = service is not null && service.Counters.Connections != connections;
        if (wasAdmitted && service!.IsOnePacket)
            serverSlot = isKept ? template.Server : service.Servers.Servers[choice.Position].Slot; // which no flow tells
        bool wasAsked = isNew && (wasAdmitted || AsksScheduler(slot.Reason));
        return new FrameExplanation
        {
            Flow = hasFlow ? key : null,
            IsIcmpError = packet.IsIcmpError,
            Service = service?.Key ?? (serverSlot >= 0 ? table.Server(serverSlot).Service?.Key : null),
            Persistence = wasAsked && service!.Persistence is { } persistence ? WordsFor(persistence, key.ClientAddress, isKept ? template.Remaining(now) : null) : null,
            Schedule = wasAsked && !isKept ? choice.Reason : null,
            StateBefore = stateBefore,
            StateAfter = stateAfter,
            Server = serverSlot >= 0 ? ServerIn(table, serverSlot) : null,
            Kind = slot.Kind,
            Reason = slot.Reason,
            EgressPort = slot.EgressPort,
            SegmentSize = slot.SegmentSize,
            Changes = slot.Kind == VerdictKind.Forward ? HeaderChanges.Between(before, pipeline.Frames.Slice(slot.Offset, slot.Length)) : [],
        };
    }

    private static string WordsFor(ServicePersistence persistence, uint client, TimeSpan? left)
    {
        string clients = $"{IpAddress.FromV4(client & persistence.Mask)}/{BitOperations.PopCount(persistence.Mask)}";
        return left is { } time
            ? string.Create(CultureInfo.InvariantCulture, $"{clients} is kept with its server, for another {time.TotalSeconds:0.#} s before this packet")
            : string.Create(CultureInfo.InvariantCulture, $"{clients} had no server yet, and stays with this one for {persistence.Timeout.TotalSeconds:0.#} s");
    }

    private VerdictReason Read(ReadOnlySpan<byte> frame, int rest, ServiceTable table, MonotonicTime now, out ParsedPacket packet)
    {
        Span<byte> copy = frame.ToArray();
        if (copy.Length >= EthernetView.HeaderLength + VlanTag.Size && EthernetView.TryParse(copy, out EthernetView ethernet) && VlanTag.IsTag(ethernet.Type))
        {
            _ = VlanTag.Remove(copy);
            copy = copy[VlanTag.Size..];
        }

        return pipeline.Read(copy, rest, table, now, out packet);
    }

    private FlowState? StateOf(in FlowKey key, out int serverSlot)
    {
        serverSlot = -1;
        uint index = flows.Find(key, flows.HashOf(key));
        if (index == 0)
            return null;
        ref FlowEntry flow = ref flows.Entry(key.IsReturn ? FlowTable.FlowOfReturnHalf(index) : index);
        serverSlot = flow.Server;
        return flow.State;
    }

    // Verdicts of admission that come after the scheduler has been asked.
    private static bool AsksScheduler(VerdictReason reason) =>
        reason is VerdictReason.NoServer or VerdictReason.IcmpRateLimited or VerdictReason.FlowTableFull or VerdictReason.ReturnPathTaken;

    private static ExplainedServer? ServerIn(ServiceTable table, int slot)
    {
        ref readonly RealServer server = ref table.Server(slot);
        return server.Service is { } service
            ? new ExplainedServer(
                new ServerIdentity(service.Key, IpAddress.FromV4(server.Address), server.Port), server.Method, server.Weight, table.Adjacency(server.Adjacency))
            : null;
    }
}
