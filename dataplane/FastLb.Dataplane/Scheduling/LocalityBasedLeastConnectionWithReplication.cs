using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>
/// lblcr: as lblc, but of the several servers that had the address the one with the least to do for its weight; when that one is too busy, another server joins them,
/// and the busiest leaves them after a day without such a change (IPVS, ip_vs_lblcr). What was not asked for a day is forgotten.
/// </summary>
public sealed class LocalityBasedLeastConnectionWithReplication(ServerDirectory loads) : CachingScheduler(loads)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    // Slots, the one that joined last at the end; room for all servers is made off the packet path.
    private ushort[] _members = [];
    private ushort[] _room = [];
    private int _count;
    private MonotonicTime _lastUse;
    private MonotonicTime _lastChange;

    public override string Name => "lblcr";

    public override ServerList Arrange(SchedulableServer[] servers)
    {
        if (servers.Length > _room.Length)
            Volatile.Write(ref _room, new ushort[servers.Length]);
        return base.Arrange(servers);
    }

    protected override int ChooseInTurn(ServerList list, in NewFlow flow)
    {
        if (flow.Now - _lastUse > Lifetime)
            _count = 0;
        _lastUse = flow.Now;
        int position = LeastOfMembers(list);
        if (_count > 1 && flow.Now - _lastChange > Lifetime)
            RemoveBusiest(list, flow.Now);
        if (position >= 0 && !IsTooBusy(list, position))
            return position;

        position = LeastOfAll(list, flow);
        if (position >= 0)
            Join(list.Servers[position].Slot, flow.Now);
        return position;
    }

    protected override void Separate()
    {
        _members = [.. _members];
        _room = new ushort[Volatile.Read(ref _room).Length];
    }

    protected override string Describe(ServerList list, in NewFlow flow, int choice)
    {
        bool isMember = flow.Now - _lastUse <= Lifetime && _members.AsSpan(0, _count).Contains(list.Servers[choice].Slot);
        return isMember
            ? $"one of the {_count} servers that had the address before"
            : $"{(_count == 0 ? "no server has the address" : "those that had the address are too busy")}: {DescribeLeastOfAll(list, flow)}";
    }

    protected override void OnListChanged(ServerList previous, ServerList list)
    {
        int kept = 0;
        ushort[] room = Volatile.Read(ref _room);
        foreach (ushort member in _members.AsSpan(0, _count))
        {
            if (list.PositionOf(member) >= 0)
                room[kept++] = member;
        }

        _members = room;
        _count = kept;
    }

    // Of several the one that joined last.
    private int LeastOfMembers(ServerList list)
    {
        int least = -1;
        for (int member = _count - 1; member >= 0; member--)
        {
            int position = list.PositionOf(_members[member]);
            if (IsAvailable(list.Servers[position]) && (least < 0 || IsIdler(list, position, least)))
                least = position;
        }

        return least;
    }

    private void RemoveBusiest(ServerList list, MonotonicTime now)
    {
        int busiest = _count - 1;
        for (int member = _count - 2; member >= 0; member--)
        {
            if (IsIdler(list, list.PositionOf(_members[busiest]), list.PositionOf(_members[member])))
                busiest = member;
        }

        _members.AsSpan(busiest + 1, _count - busiest - 1).CopyTo(_members.AsSpan(busiest));
        _count--;
        _lastChange = now;
    }

    private void Join(ushort slot, MonotonicTime now)
    {
        if (_members.AsSpan(0, _count).Contains(slot))
            return;
        _members[_count++] = slot;
        _lastChange = now;
    }

    // Whether the first has less to do for its weight than the second.
    private bool IsIdler(ServerList list, int first, int second) =>
        Loads.Overhead(list.Servers[first].Slot) * list.Servers[second].Weight < Loads.Overhead(list.Servers[second].Slot) * list.Servers[first].Weight;
}
