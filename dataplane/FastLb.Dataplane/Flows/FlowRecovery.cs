using FastLb.Dataplane.Persistence;
using FastLb.Wire;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// Makes a flow table whole again that a process left wherever in an operation it was killed: the entries are what counts, and index, wheel, free list and counts
/// are made anew from them. Flows whose server slot has no meaning are dropped.
/// </summary>
internal sealed class FlowRecovery(
    FlowMemory memory, FlowIndex places, EntryAllocator entries, TimingWheel wheel, ServerDirectory servers, PersistenceTemplates? templates)
{
    private readonly FlowHash _hash = memory.Header.Hash;

    /// <summary>Does it; <paramref name="now"/> is on the clock that the other process used.</summary>
    public void Rebuild(MonotonicTime now)
    {
        ref FlowTableHeader header = ref memory.Header;
        memory.ClearIndex();
        entries.Clear();
        header.Count = 0;
        header.WheelCursor = TimingWheel.TickOf(now);
        for (uint index = 1; index <= header.HighWater; index += 2)
        {
            if (TryKeepPair(index))
                continue;
            bool whole = index < header.HighWater;
            Unmark(index);
            if (whole)
                Unmark(index + 1);
            KeepSingle(index);
            if (whole)
                KeepSingle(index + 1);
        }
    }

    // The list that the mark spoke of is gone.
    private void Unmark(uint index)
    {
        ref FlowEntry entry = ref memory.Entry(index);
        if (entry.Use != EntryUse.HasReturnHalf)
            entry.Use = EntryUse.None;
    }

    private bool TryKeepPair(uint index)
    {
        ref FlowEntry entry = ref memory.Entry(index);
        if (index == memory.Header.HighWater || !entry.HasReturnHalf || !IsSound(ref entry))
            return false;
        ref FlowEntry half = ref memory.Entry(index + 1);
        if (half.State != FlowState.ReturnHalf || half.Protocol != entry.Protocol || half.ClientAddress != entry.ClientAddress
            || half.ClientPort != entry.ClientPort || places.Find(half.Key, _hash.Compute(half.Key)) != 0)
        {
            return false;
        }

        half.Use = EntryUse.None;
        places.Add(index + 1, _hash.Compute(half.Key));
        Keep(index, ref entry);
        return true;
    }

    // A half of a pair without its other half is nothing.
    private void KeepSingle(uint index)
    {
        ref FlowEntry entry = ref memory.Entry(index);
        if (!entry.HasReturnHalf && IsSound(ref entry))
        {
            Keep(index, ref entry);
            return;
        }

        entry.Protocol = IpProtocol.None;
        entry.Use = EntryUse.None;
        entries.ReturnSingle(index);
    }

    private bool IsSound(ref FlowEntry entry) =>
        entry.Protocol != IpProtocol.None && (int)entry.State < FlowStates.Count && servers.IsInUse(entry.Server) && places.Find(entry.Key, _hash.Compute(entry.Key)) == 0;

    private void Keep(uint index, ref FlowEntry entry)
    {
        places.Add(index, _hash.Compute(entry.Key));
        wheel.Link(index, ref entry);
        servers.AddFlow(entry.Server);
        servers.MoveFlow(entry.Server, wasActive: false, FlowStates.IsActive(entry.State));
        memory.Header.Count++;
        if (entry.IsControlled && templates?.TryCount(entry) != true)
            entry.Control = FlowControl.None; // its template is gone
    }
}
