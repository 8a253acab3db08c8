using FastLb.Dataplane.Services;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// The server slots of a flow table. Slots are given out and taken back by the thread that compiles service tables; the flow counts belong to
/// the worker. A slot is given out again only when no flow refers to it and no worker can still bind one to it.
/// </summary>
public sealed class ServerDirectory
{
    private readonly FlowMemory _memory;

    internal ServerDirectory(FlowMemory memory) => _memory = memory;

    /// <summary>Flows bound to the slot that are in an active state.</summary>
    public int ActiveFlows(int slot) => Volatile.Read(ref _memory.Server(slot).ActiveFlows);

    /// <summary>Flows bound to the slot that are in any other state.</summary>
    public int InactiveFlows(int slot) => Volatile.Read(ref _memory.Server(slot).InactiveFlows);

    /// <summary>The server that a slot stands for; null when it stands for none. Called by the thread that gives slots out.</summary>
    public ServerIdentity? Find(int slot) => IsInUse(slot) ? Identity(slot) : null;

    internal bool IsInUse(int slot) => slot < FlowTableLayout.ServerSlots && _memory.Server(slot).InUse != 0;

    internal bool HasFlows(int slot) => ActiveFlows(slot) != 0 || InactiveFlows(slot) != 0;

    internal ServerIdentity Identity(int slot)
    {
        ref ServerSlot server = ref _memory.Server(slot);
        return new ServerIdentity(
            new ServiceKey(new(server.VirtualAddress), server.Protocol, server.VirtualPort), new(server.ServerAddress), server.ServerPort);
    }

    internal void Assign(int slot, in ServerIdentity identity)
    {
        ref ServerSlot server = ref _memory.Server(slot);
        server.VirtualAddress = identity.Service.Address.Value;
        server.VirtualPort = identity.Service.Port;
        server.Protocol = identity.Service.Protocol;
        server.ServerAddress = identity.Address.Value;
        server.ServerPort = identity.Port;
        server.ActiveFlows = 0;
        server.InactiveFlows = 0;
        Volatile.Write(ref server.InUse, 1);
    }

    internal void Release(int slot) => Volatile.Write(ref _memory.Server(slot).InUse, 0);

    internal void AddFlow(int slot) => _memory.Server(slot).InactiveFlows++;

    internal void MoveFlow(int slot, bool wasActive, bool isActive)
    {
        if (wasActive == isActive)
            return;
        int change = isActive ? 1 : -1;
        ref ServerSlot server = ref _memory.Server(slot);
        server.ActiveFlows += change;
        server.InactiveFlows -= change;
    }

    internal void RemoveFlow(int slot, bool wasActive)
    {
        if (wasActive)
            _memory.Server(slot).ActiveFlows--;
        else
            _memory.Server(slot).InactiveFlows--;
    }

    internal void ClearFlowCounts()
    {
        for (int slot = 0; slot < FlowTableLayout.ServerSlots; slot++)
        {
            ref ServerSlot server = ref _memory.Server(slot);
            server.ActiveFlows = 0;
            server.InactiveFlows = 0;
        }
    }
}
