namespace FastLb.DataplaneHost;

/// <summary>What a dataplane process is started with.</summary>
/// <param name="SocketPath">The Unix socket that control connects to.</param>
/// <param name="ParentPid">The process whose end ends this one; 0 for none.</param>
/// <param name="FlowTableDescriptor">An inherited descriptor of the flow table's memory, which is adopted or begun anew; -1 for memory of this process alone.</param>
/// <param name="FlowCapacity">Flows that a new table is made for.</param>
public sealed record DataplaneOptions(string SocketPath, int ParentPid, int FlowTableDescriptor, int FlowCapacity);
