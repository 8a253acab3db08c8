using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastLb.Dataplane.Services;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// The server slots, which the flow tables of all workers refer to. Slots are given out and taken back by the thread that compiles service tables; the flow counts are
/// kept by all the workers. A slot is given out again only when no flow refers to it and no worker can still bind one to it.
/// </summary>
public sealed unsafe class ServerDirectory
{
    private const long OneActive = 1;
    private const long OneInactive = 1L << 32;

    private const long ActiveFlowOverhead = 257;

    private readonly ServerSlot* _slots;

    /// <summary>The slots that a flow table has for itself.</summary>
    internal ServerDirectory(FlowMemory memory)
        : this((nint)Unsafe.AsPointer(ref memory.Server(0)))
    {
    }

    /// <param name="address">Where the slots lie, <see cref="FlowTableLayout.ServerSlots"/> of them.</param>
    internal ServerDirectory(nint address) => _slots = (ServerSlot*)address;

    /// <summary>Flows bound to the slot that are in an active state. Any thread.</summary>
    public int ActiveFlows(int slot) => (int)Volatile.Read(ref Counts(slot));

    /// <summary>Flows bound to the slot that are in any other state. Any thread.</summary>
    public int InactiveFlows(int slot) => (int)(Volatile.Read(ref Counts(slot)) >> 32);

    /// <summary>Persistence templates bound to the slot. Any thread.</summary>
    public int Templates(int slot) => Volatile.Read(ref Slot(slot).Templates);

    /// <summary>What IPVS's schedulers compare: an active flow counts 257, any other 1. Any thread.</summary>
    public long Overhead(int slot)
    {
        long counts = Volatile.Read(ref Counts(slot));
        return ((int)counts * ActiveFlowOverhead) + (counts >> 32);
    }

    /// <summary>The server that a slot stands for; null when it stands for none. Called by the thread that gives slots out.</summary>
    public ServerIdentity? Find(int slot) => IsInUse(slot) ? Identity(slot) : null;

    /// <summary>Whether the server has as many flows as it may, or had and has not yet lost enough of them. Any thread.</summary>
    public bool IsOverloaded(int slot) => Volatile.Read(ref Slot(slot).Overloaded) != 0;

    internal bool IsInUse(int slot) => slot < FlowTableLayout.ServerSlots && Slot(slot).InUse != 0;

    internal bool HasFlows(int slot) => Volatile.Read(ref Counts(slot)) != 0 || Templates(slot) != 0;

    internal ServerIdentity Identity(int slot)
    {
        ref ServerSlot server = ref Slot(slot);
        return new ServerIdentity(
            new ServiceKey(new(server.VirtualAddress), server.Protocol, server.VirtualPort), new(server.ServerAddress), server.ServerPort);
    }

    internal void Assign(int slot, in ServerIdentity identity)
    {
        ref ServerSlot server = ref Slot(slot);
        server.VirtualAddress = identity.Service.Address.Value;
        server.VirtualPort = identity.Service.Port;
        server.Protocol = identity.Service.Protocol;
        server.ServerAddress = identity.Address.Value;
        server.ServerPort = identity.Port;
        server.ActiveFlows = 0;
        server.InactiveFlows = 0;
        server.UpperThreshold = 0;
        server.LowerThreshold = 0;
        server.Overloaded = 0;
        server.Templates = 0;
        server.PersistenceMask = uint.MaxValue;
        Volatile.Write(ref server.InUse, 1);
    }

    /// <summary>
    /// Limits the flows of a server, of all workers together. A limit that is raised or taken away lets new flows in at once; one that is lowered is heeded from the
    /// next flow on (IPVS, __ip_vs_update_dest). Flows stay where they are.
    /// </summary>
    /// <param name="slot">The server's slot.</param>
    /// <param name="upper">Flows at which it gets no new ones; 0 for no limit.</param>
    /// <param name="lower">Below so many it gets new ones again; 0 for three quarters of the upper limit.</param>
    internal void Limit(int slot, int upper, int lower)
    {
        ref ServerSlot server = ref Slot(slot);
        int before = server.UpperThreshold;
        Volatile.Write(ref server.LowerThreshold, lower);
        Volatile.Write(ref server.UpperThreshold, upper);
        if (upper == 0 || upper > before)
            Volatile.Write(ref server.Overloaded, (byte)0);
    }

    /// <summary>Which bits of a client's address name its persistence template.</summary>
    internal uint PersistenceMask(int slot) => Volatile.Read(ref Slot(slot).PersistenceMask);

    internal void SetPersistenceMask(int slot, uint mask) => Volatile.Write(ref Slot(slot).PersistenceMask, mask);

    internal void AddTemplate(int slot) => Interlocked.Increment(ref Slot(slot).Templates);

    internal void RemoveTemplate(int slot) => Interlocked.Decrement(ref Slot(slot).Templates);

    internal void Release(int slot) => Volatile.Write(ref Slot(slot).InUse, 0);

    internal void AddFlow(int slot)
    {
        long counts = Interlocked.Add(ref Counts(slot), OneInactive);
        int upper = Slot(slot).UpperThreshold;
        if (upper != 0 && Total(counts) >= upper)
            Volatile.Write(ref Slot(slot).Overloaded, (byte)1);
    }

    internal void MoveFlow(int slot, bool wasActive, bool isActive)
    {
        if (wasActive != isActive)
            Interlocked.Add(ref Counts(slot), isActive ? OneActive - OneInactive : OneInactive - OneActive);
    }

    internal void RemoveFlow(int slot, bool wasActive)
    {
        long counts = Interlocked.Add(ref Counts(slot), wasActive ? -OneActive : -OneInactive);
        ref ServerSlot server = ref Slot(slot);
        if (server.Overloaded != 0 && HasRoomAgain(server, Total(counts)))
            Volatile.Write(ref server.Overloaded, (byte)0);
    }

    internal void ClearFlowCounts()
    {
        for (int slot = 0; slot < FlowTableLayout.ServerSlots; slot++)
        {
            ref ServerSlot server = ref Slot(slot);
            server.ActiveFlows = 0;
            server.InactiveFlows = 0;
            server.Templates = 0;
        }
    }

    private static bool HasRoomAgain(in ServerSlot server, long flows) =>
        server.LowerThreshold != 0 ? flows < server.LowerThreshold : flows * 4 < server.UpperThreshold * 3L;

    private static long Total(long counts) => (int)counts + (counts >> 32);

    // Both counts of a slot as one number, the active ones in its low half, so that a flow that moves from one to the other is never seen in neither. The low half
    // isn't below 0, so that nothing is borrowed from the high one.
    private ref long Counts(int slot) => ref Unsafe.As<int, long>(ref Slot(slot).ActiveFlows);

    // Flows name their server by a number that lies in memory which outlives the process: one out of range must not become a stray write.
    private ref ServerSlot Slot(int slot)
    {
        if ((uint)slot >= FlowTableLayout.ServerSlots)
            ThrowDamaged(slot);
        return ref _slots[slot];
    }

    [DoesNotReturn]
    private static void ThrowDamaged(int slot) => throw new InvalidDataException($"flow table is damaged: there is no server slot {slot}");
}
