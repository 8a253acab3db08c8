using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Scheduling;
using FastLb.Dataplane.Services;

namespace FastLb.Dataplane.Persistence;

/// <summary>How a worker finds the servers of new flows, whether or not their service keeps its clients with them.</summary>
internal static class PersistentFlows
{
    /// <summary>The slot of the server for a new flow. <see cref="SettleChoice"/> must follow, whether or not the flow is made.</summary>
    /// <returns><see cref="VerdictReason.None"/>, or why there is none.</returns>
    public static VerdictReason TryChoose(this FlowTable flows, VirtualService service, ServiceTable table, in NewFlow flow, uint tick, out ushort server)
    {
        if (service.Persistence is not null && flows.Templates is { } templates)
            return templates.TryTake(service, table, flow, tick, out server);
        int choice = service.Scheduler.Choose(service.Servers, flow);
        server = choice < 0 ? (ushort)0 : service.Servers.Servers[choice].Slot;
        return choice < 0 ? VerdictReason.NoServer : VerdictReason.None;
    }

    /// <summary>Binds the flow to its client's template, or lets the template go when the flow could not be made.</summary>
    /// <param name="flows">The worker's flows.</param>
    /// <param name="service">The flow's service.</param>
    /// <param name="server">The slot that was chosen.</param>
    /// <param name="key">The flow's key.</param>
    /// <param name="index">The flow; 0 when it could not be made.</param>
    public static void SettleChoice(this FlowTable flows, VirtualService service, ushort server, in FlowKey key, uint index)
    {
        if (service.Persistence is null || flows.Templates is not { } templates)
            return;
        if (index != 0)
            FlowTable.Control(ref flows.Entry(index));
        else
            templates.Release(server, key.ClientAddress);
    }
}
