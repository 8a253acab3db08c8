using System.Numerics;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// The flows whose handshake is not done, by the tick at which they end: a timing wheel of their own beside that of all other flows, so that the oldest of
/// them is found in a bounded number of steps, however many established flows there are. The flows of a slot form a ring, oldest first. As in
/// <see cref="TimingWheel"/> a packet that only puts a deadline off moves nothing. Used by the table's owner alone.
/// </summary>
internal sealed class HalfOpenFlows(FlowMemory memory)
{
    /// <summary>Slots in one turn: 128 s, more than any half-open state lasts by default. Their numbers go on where those of <see cref="TimingWheel"/> end.</summary>
    public const uint Slots = 1024;

    /// <summary>Flows put under their later deadline on the way to the oldest, at the most; the next one then counts as the oldest.</summary>
    private const int RelinksPerTake = 16;

    /// <summary>How many there are.</summary>
    public uint Count => memory.Header.HalfOpen;

    /// <summary>Whether an entry that is in the list of a slot is in one of these.</summary>
    public static bool Holds(in FlowEntry entry) => entry.WheelSlot >= TimingWheel.Slots;

    /// <summary>Puts an entry that is in no list under its deadline, as the youngest there.</summary>
    public void Link(uint index, ref FlowEntry entry)
    {
        uint slot = (memory.Header.HalfOpenCursor + DistanceTo(entry.Expires)) & (Slots - 1);
        ref uint head = ref memory.HalfOpenHead(slot);
        entry.WheelSlot = (ushort)(TimingWheel.Slots + slot);
        if (head == 0)
        {
            entry.Next = index;
            entry.Previous = index;
            head = index;
            Word(slot) |= Bit(slot);
        }
        else
        {
            ref FlowEntry first = ref memory.Entry(head);
            entry.Next = head;
            entry.Previous = first.Previous;
            memory.Entry(first.Previous).Next = index;
            first.Previous = index;
        }

        memory.Header.HalfOpen++;
    }

    /// <summary>Takes an entry out of its list.</summary>
    public void Unlink(uint index, ref FlowEntry entry)
    {
        uint slot = entry.WheelSlot & (Slots - 1);
        ref uint head = ref memory.HalfOpenHead(slot);
        if (entry.Next == index)
        {
            head = 0;
            Word(slot) &= ~Bit(slot);
        }
        else
        {
            memory.Entry(entry.Previous).Next = entry.Next;
            memory.Entry(entry.Next).Previous = entry.Previous;
            if (head == index)
                head = entry.Next;
        }

        entry.Next = 0;
        entry.Previous = 0;
        memory.Header.HalfOpen--;
    }

    /// <summary>Sets a new deadline.</summary>
    public void Reschedule(uint index, ref FlowEntry entry, uint expires)
    {
        entry.Expires = expires;
        uint scheduled = (entry.WheelSlot - memory.Header.HalfOpenCursor) & (Slots - 1);
        if (DistanceTo(expires) >= scheduled)
            return;
        Unlink(index, ref entry);
        Link(index, ref entry);
    }

    /// <summary>
    /// The next entry whose deadline has passed at <paramref name="nowTick"/>, taken out of its list; 0 when there is none or
    /// <paramref name="budget"/>, which each entry looked at takes one from, is used up.
    /// </summary>
    public uint TakeExpired(uint nowTick, ref int budget)
    {
        ref uint cursor = ref memory.Header.HalfOpenCursor;
        while (budget > 0 && (int)(nowTick - cursor) > 0)
        {
            uint distance = DistanceToFirst();
            if (distance == 0 || distance > nowTick - cursor)
            {
                cursor = nowTick;
                return 0;
            }

            budget--;
            cursor += distance - 1; // an entry that is linked again then comes into a later slot
            uint index = memory.HalfOpenHead(cursor + 1);
            ref FlowEntry entry = ref memory.Entry(index);
            Unlink(index, ref entry);
            if ((int)(entry.Expires - nowTick) <= 0)
                return index;
            Link(index, ref entry);
        }

        return 0;
    }

    /// <summary>The entry that would end first, to the tick, taken out of its list; 0 when there is none.</summary>
    public uint TakeOldest()
    {
        for (int relinks = 0; ; relinks++)
        {
            uint distance = DistanceToFirst();
            if (distance == 0)
                return 0;
            uint index = memory.HalfOpenHead(memory.Header.HalfOpenCursor + distance);
            ref FlowEntry entry = ref memory.Entry(index);
            Unlink(index, ref entry);
            if (DistanceTo(entry.Expires) <= distance || relinks == RelinksPerTake)
                return index;
            Link(index, ref entry);
        }
    }

    // At least 1, so that the slot under the cursor is never added to; at most one turn less one, so that slot and distance tell each other.
    private uint DistanceTo(uint expires)
    {
        int distance = (int)(expires - memory.Header.HalfOpenCursor);
        return (uint)Math.Clamp(distance, 1, (int)Slots - 1);
    }

    /// <summary>From the cursor to the first slot that has entries, 0 when none has: one bit for each slot tells.</summary>
    private uint DistanceToFirst()
    {
        uint start = (memory.Header.HalfOpenCursor + 1) & (Slots - 1);
        ulong bits = Word(start) & (ulong.MaxValue << (int)(start & 63));
        for (uint word = 0; word <= Slots / 64; word++)
        {
            if (bits != 0)
            {
                uint slot = (((start / 64) + word) * 64) + (uint)BitOperations.TrailingZeroCount(bits);
                return ((slot - start) & (Slots - 1)) + 1;
            }

            bits = Word(start + ((word + 1) * 64));
        }

        return 0;
    }

    private static ulong Bit(uint slot) => 1ul << (int)(slot & 63);

    private ref ulong Word(uint slot) => ref memory.Header.HalfOpenSlots[(int)((slot & (Slots - 1)) / 64)];
}
