using System.Runtime.CompilerServices;

namespace FastLb.Dataplane.Flows;

/// <summary>When flows end: half-open ones by <see cref="HalfOpenFlows"/>, all others by <see cref="TimingWheel"/>. Used by the table's owner alone.</summary>
internal sealed class FlowDeadlines(FlowMemory memory)
{
    private readonly TimingWheel _wheel = new(memory);
    private readonly HalfOpenFlows _halfOpen = new(memory);

    /// <summary>Flows whose handshake is not done.</summary>
    public uint HalfOpen => _halfOpen.Count;

    /// <summary>Begins at a tick without flows; the lists are cleared with <see cref="FlowMemory.ClearIndex"/>.</summary>
    public void Clear(uint tick)
    {
        ref FlowTableHeader header = ref memory.Header;
        header.WheelCursor = tick;
        header.HalfOpenCursor = tick;
        header.HalfOpen = 0;
        header.HalfOpenSlots = default;
    }

    /// <summary>Puts an entry that is in no list under its deadline.</summary>
    public void Link(uint index, ref FlowEntry entry)
    {
        if (FlowStates.IsHalfOpen(entry.State))
            _halfOpen.Link(index, ref entry);
        else
            _wheel.Link(index, ref entry);
    }

    /// <summary>Takes an entry out of its list.</summary>
    public void Unlink(uint index, ref FlowEntry entry)
    {
        if (HalfOpenFlows.Holds(entry))
            _halfOpen.Unlink(index, ref entry);
        else
            _wheel.Unlink(ref entry);
    }

    /// <summary>Sets a new deadline.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Reschedule(uint index, ref FlowEntry entry, uint expires)
    {
        if (HalfOpenFlows.Holds(entry))
            _halfOpen.Reschedule(index, ref entry, expires);
        else
            _wheel.Reschedule(index, ref entry, expires);
    }

    /// <summary>Sets a new state and the deadline that comes with it.</summary>
    public void ChangeState(uint index, ref FlowEntry entry, FlowState state, uint expires)
    {
        FlowState before = entry.State;
        entry.State = state;
        if (before != FlowState.None && HalfOpenFlows.Holds(entry) == FlowStates.IsHalfOpen(state))
        {
            Reschedule(index, ref entry, expires);
            return;
        }

        Unlink(index, ref entry);
        entry.Expires = expires;
        Link(index, ref entry);
    }

    /// <summary>
    /// The next entry whose deadline has passed, taken out of its list; 0 when there is none or <paramref name="budget"/>, which each slot and entry looked at
    /// takes one from, is used up. Half-open flows leave <paramref name="reserve"/> of it to the others while those need it.
    /// </summary>
    public uint TakeExpired(uint nowTick, int reserve, ref int budget)
    {
        int share = Math.Max(0, budget - reserve);
        int left = share;
        uint index = _halfOpen.TakeExpired(nowTick, ref left);
        budget -= share - left;
        if (index == 0)
            index = _wheel.TakeExpired(nowTick, ref budget);
        return index != 0 ? index : _halfOpen.TakeExpired(nowTick, ref budget);
    }

    /// <summary>The half-open flow that would end first, taken out of its list; 0 when there is none.</summary>
    public uint TakeOldestHalfOpen() => _halfOpen.TakeOldest();
}
