using FastLb.Wire;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// Gives out the entries of a flow table: one for a flow whose replies are not seen, a pair that shares a cache line for one whose replies are
/// translated back. An entry whose neighbour in the line becomes free, too, is joined with it again, so that neither kind starves the other for long.
/// Used by the table's owner alone.
/// </summary>
internal sealed class EntryAllocator(FlowMemory memory)
{
    /// <summary>The other entry of the same cache line.</summary>
    public static uint Neighbour(uint index) => ((index - 1) ^ 1) + 1;

    /// <summary>An entry, or 0 when there is none.</summary>
    public uint TakeSingle()
    {
        ref FlowTableHeader header = ref memory.Header;
        uint index = header.FreeSingles;
        if (index != 0)
        {
            Unlink(ref header.FreeSingles, index);
            return index;
        }

        if (header.HighWater < header.Capacity)
            return ++header.HighWater;

        index = header.FreePairs;
        if (index == 0)
            return 0;
        Unlink(ref header.FreePairs, index);
        Link(ref header.FreeSingles, index + 1, EntryUse.FreeSingle);
        return index;
    }

    /// <summary>The first of two entries that share a cache line, or 0 when there are none.</summary>
    public uint TakePair()
    {
        ref FlowTableHeader header = ref memory.Header;
        bool lineIsBegun = (header.HighWater & 1) != 0 && header.HighWater < header.Capacity;
        if (header.FreePairs == 0 && lineIsBegun)
            ReturnSingle(++header.HighWater); // makes a pair if its neighbour is free
        uint index = header.FreePairs;
        if (index != 0)
        {
            Unlink(ref header.FreePairs, index);
            return index;
        }

        if (header.HighWater + 2 > header.Capacity)
            return 0;
        header.HighWater += 2;
        return header.HighWater - 1;
    }

    /// <summary>Whether <see cref="TakePair"/> or <see cref="TakeSingle"/> would give any.</summary>
    public bool CanTake(bool pair)
    {
        ref FlowTableHeader header = ref memory.Header;
        if (header.FreePairs != 0 || header.HighWater + 2 <= header.Capacity)
            return true;
        bool hasOne = header.FreeSingles != 0 || header.HighWater < header.Capacity;
        if (!pair)
            return hasOne;
        return header.HighWater < header.Capacity && (header.HighWater & 1) != 0 && memory.Entry(header.HighWater) is { Protocol: IpProtocol.None, Use: EntryUse.FreeSingle };
    }

    /// <summary>Takes an entry back; its protocol has been cleared before.</summary>
    public void ReturnSingle(uint index)
    {
        ref FlowTableHeader header = ref memory.Header;
        uint neighbour = Neighbour(index);
        if (neighbour <= header.HighWater && memory.Entry(neighbour) is { Protocol: IpProtocol.None, Use: EntryUse.FreeSingle })
        {
            Unlink(ref header.FreeSingles, neighbour);
            memory.Entry(neighbour).Use = EntryUse.None;
            ReturnPair(Math.Min(index, neighbour));
            return;
        }

        Link(ref header.FreeSingles, index, EntryUse.FreeSingle);
    }

    /// <summary>Takes back both entries of a cache line, named by the first.</summary>
    public void ReturnPair(uint index) => Link(ref memory.Header.FreePairs, index, EntryUse.None);

    /// <summary>Forgets which entries are free; they are then given back one by one.</summary>
    public void Clear()
    {
        ref FlowTableHeader header = ref memory.Header;
        header.FreeSingles = 0;
        header.FreePairs = 0;
    }

    private void Link(ref uint head, uint index, EntryUse use)
    {
        ref FlowEntry entry = ref memory.Entry(index);
        entry.Use = use;
        entry.Previous = 0;
        entry.Next = head;
        if (head != 0)
            memory.Entry(head).Previous = index;
        head = index;
    }

    private void Unlink(ref uint head, uint index)
    {
        ref FlowEntry entry = ref memory.Entry(index);
        if (entry.Previous != 0)
            memory.Entry(entry.Previous).Next = entry.Next;
        else
            head = entry.Next;
        if (entry.Next != 0)
            memory.Entry(entry.Next).Previous = entry.Previous;
    }
}
