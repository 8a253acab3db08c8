namespace FastLb.Dataplane.Flows;

/// <summary>
/// When flows end. A flow is in the list of one slot; a packet only moves the flow's deadline, and the list is put right when the slot comes round
/// (lazy expiry). A flow is moved at once only when its deadline comes nearer. Deadlines further off than one turn wait in the last slot and are put
/// on again. Used by the table's owner alone.
/// </summary>
internal sealed class TimingWheel(FlowMemory memory)
{
    /// <summary>Slots in one turn: 1024 s.</summary>
    public const uint Slots = 8192;

    /// <summary>Length of a tick, nanoseconds.</summary>
    public const long TickNanoseconds = 125_000_000;

    /// <summary>The tick that <paramref name="now"/> lies in. Ticks wrap after 17 years and are compared by difference.</summary>
    public static uint TickOf(MonotonicTime now) => (uint)(now.Nanoseconds / TickNanoseconds);

    /// <summary>Puts an entry that is in no list under its deadline.</summary>
    public void Link(uint index, ref FlowEntry entry)
    {
        uint distance = DistanceTo(entry.Expires);
        uint slot = (memory.Header.WheelCursor + distance) & (Slots - 1);
        ref uint head = ref memory.WheelHead(slot);
        entry.WheelSlot = (ushort)slot;
        entry.Previous = 0;
        entry.Next = head;
        if (head != 0)
            memory.Entry(head).Previous = index;
        head = index;
    }

    /// <summary>Takes an entry out of its list.</summary>
    public void Unlink(ref FlowEntry entry)
    {
        if (entry.Previous != 0)
            memory.Entry(entry.Previous).Next = entry.Next;
        else
            memory.WheelHead(entry.WheelSlot) = entry.Next;
        if (entry.Next != 0)
            memory.Entry(entry.Next).Previous = entry.Previous;
        entry.Next = 0;
        entry.Previous = 0;
    }

    /// <summary>Sets a new deadline.</summary>
    public void Reschedule(uint index, ref FlowEntry entry, uint expires)
    {
        entry.Expires = expires;
        uint scheduled = (entry.WheelSlot - memory.Header.WheelCursor) & (Slots - 1);
        if (DistanceTo(expires) >= scheduled)
            return;
        Unlink(ref entry);
        Link(index, ref entry);
    }

    /// <summary>
    /// The next entry whose deadline has passed at <paramref name="nowTick"/>, taken out of its list; 0 when there is none or
    /// <paramref name="budget"/>, which each slot and entry looked at takes one from, is used up.
    /// </summary>
    public uint TakeExpired(uint nowTick, ref int budget)
    {
        ref FlowTableHeader header = ref memory.Header;
        while (budget > 0)
        {
            uint next = header.WheelCursor + 1;
            if ((int)(nowTick - next) < 0)
                return 0;
            budget--;
            uint index = memory.WheelHead(next);
            if (index == 0)
            {
                header.WheelCursor = next;
                continue;
            }

            ref FlowEntry entry = ref memory.Entry(index);
            Unlink(ref entry);
            if ((int)(entry.Expires - nowTick) <= 0)
                return index;
            Link(index, ref entry);
        }

        return 0;
    }

    // At least 1, so that the slot under the cursor is never added to; at most one turn less one, so that slot and distance tell each other.
    private uint DistanceTo(uint expires)
    {
        int distance = (int)(expires - memory.Header.WheelCursor);
        return (uint)Math.Clamp(distance, 1, (int)Slots - 1);
    }
}
