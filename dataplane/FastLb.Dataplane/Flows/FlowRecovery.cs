using FastLb.Dataplane.Persistence;
using FastLb.Wire;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// Makes a flow table whole again that a process left wherever in an operation it was killed: the entries are what counts, and index, wheel, free list and counts
/// are made anew from them. Flows whose server slot has no meaning are dropped.
/// </summary>
internal sealed class FlowRecovery(
    FlowMemory memory, FlowIndex places, EntryAllocator entries, FlowDeadlines deadlines, ServerDirectory servers, PersistenceTemplates? templates)
{
    /// <summary>Entries whose buckets are fetched together; even, so that no line is torn apart.</summary>
    private const int Ahead = 64;

    private const int EntriesBetweenReports = 1 << 20;

    private readonly FlowHash _hash = memory.Header.Hash;

    /// <summary>Does it.</summary>
    /// <param name="now">The present, on the clock that the other process used.</param>
    /// <param name="progress">Called now and then meanwhile.</param>
    public void Rebuild(MonotonicTime now, Action? progress)
    {
        ref FlowTableHeader header = ref memory.Header;
        memory.ClearIndex();
        entries.Clear();
        header.Count = 0;
        deadlines.Clear(TimingWheel.TickOf(now));
        Span<ulong> hashes = stackalloc ulong[Ahead];
        for (uint first = 1; first <= header.HighWater; first += Ahead)
        {
            hashes = hashes[..(int)Math.Min(Ahead, header.HighWater - first + 1)];
            FetchBuckets(first, hashes);
            for (int i = 0; i < hashes.Length; i += 2)
                KeepLine(first + (uint)i, hashes.Slice(i, Math.Min(2, hashes.Length - i)));
            if (first % EntriesBetweenReports == 1)
                progress?.Invoke();
        }
    }

    // Buckets lie anywhere in memory: waiting for each of them in turn is what would take the time.
    private void FetchBuckets(uint first, Span<ulong> hashes)
    {
        for (int i = 0; i < hashes.Length; i++)
        {
            hashes[i] = _hash.Compute(memory.Entry(first + (uint)i).Key);
            places.PrefetchBucket(hashes[i]);
        }
    }

    private void KeepLine(uint index, ReadOnlySpan<ulong> hashes)
    {
        if (TryKeepPair(index, hashes))
            return;
        for (int i = 0; i < hashes.Length; i++)
            Unmark(index + (uint)i);
        for (int i = 0; i < hashes.Length; i++)
            KeepSingle(index + (uint)i, hashes[i]);
    }

    // The list that the mark spoke of is gone.
    private void Unmark(uint index)
    {
        ref FlowEntry entry = ref memory.Entry(index);
        if (entry.Use != EntryUse.HasReturnHalf)
            entry.Use = EntryUse.None;
    }

    private bool TryKeepPair(uint index, ReadOnlySpan<ulong> hashes)
    {
        ref FlowEntry entry = ref memory.Entry(index);
        if (hashes.Length < 2 || !entry.HasReturnHalf || !IsSound(ref entry, hashes[0]))
            return false;
        ref FlowEntry half = ref memory.Entry(index + 1);
        if (half.State != FlowState.ReturnHalf || half.Protocol != entry.Protocol || half.ClientAddress != entry.ClientAddress
            || half.ClientPort != entry.ClientPort || places.Find(half.Key, hashes[1]) != 0)
        {
            return false;
        }

        half.Use = EntryUse.None;
        places.Add(index + 1, hashes[1]);
        Keep(index, ref entry, hashes[0]);
        return true;
    }

    // A half of a pair without its other half is nothing.
    private void KeepSingle(uint index, ulong hash)
    {
        ref FlowEntry entry = ref memory.Entry(index);
        if (!entry.HasReturnHalf && IsSound(ref entry, hash))
        {
            Keep(index, ref entry, hash);
            return;
        }

        entry.Protocol = IpProtocol.None;
        entry.Use = EntryUse.None;
        entries.ReturnSingle(index);
    }

    private bool IsSound(ref FlowEntry entry, ulong hash) =>
        entry.Protocol != IpProtocol.None && (int)entry.State < FlowStates.Count && servers.IsInUse(entry.Server) && places.Find(entry.Key, hash) == 0;

    private void Keep(uint index, ref FlowEntry entry, ulong hash)
    {
        places.Add(index, hash);
        deadlines.Link(index, ref entry);
        servers.AddFlow(entry.Server);
        servers.MoveFlow(entry.Server, wasActive: false, FlowStates.IsActive(entry.State));
        memory.Header.Count++;
        if (entry.IsControlled && templates?.TryCount(entry) != true)
            entry.Control &= ~(FlowControl.Controlled | FlowControl.Assured); // its template is gone
    }
}
