namespace FastLb.DataplaneHost;

/// <summary>What a dataplane process is started with.</summary>
/// <param name="SocketPath">The Unix socket that control connects to.</param>
/// <param name="OffloadJournal">The file in which receive offloads are written down that it switches off; what an earlier process left there is taken up.</param>
/// <param name="ParentPid">The process whose end ends this one; 0 for none.</param>
/// <param name="FlowTableDescriptor">An inherited descriptor of the flow tables' memory, which are adopted or begun anew; -1 for memory of this process alone.</param>
/// <param name="FlowCapacity">Flows that new tables are made for.</param>
/// <param name="Workers">Threads that forward, each with a flow table; 0 for as many as there are queues on an interface, or processors if those are fewer.</param>
public sealed record DataplaneOptions(
    string SocketPath, string OffloadJournal, int ParentPid, int FlowTableDescriptor, int FlowCapacity, int Workers = 0)
{
    /// <summary>Workers that there may come to be.</summary>
    internal int MostWorkers => Math.Min(Workers > 0 ? Workers : Environment.ProcessorCount, Dataplane.Flows.FlowStore.MostTables);
}
