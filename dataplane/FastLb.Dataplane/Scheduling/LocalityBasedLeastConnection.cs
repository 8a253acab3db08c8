using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>
/// lblc: the server that had the address before, until it is too busy or gone; then the one with the least to do for its weight (IPVS, ip_vs_lblc). What was not asked
/// for a day is forgotten.
/// </summary>
public sealed class LocalityBasedLeastConnection(ServerDirectory loads) : CachingScheduler(loads)
{
    private const int Nobody = -1;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private int _slot = Nobody;
    private MonotonicTime _lastUse;

    public override string Name => "lblc";

    protected override int ChooseInTurn(ServerList list, in NewFlow flow)
    {
        if (flow.Now - _lastUse > Lifetime)
            _slot = Nobody;
        int position = list.PositionOf(_slot);
        bool isRight = position >= 0 && list.Servers[position].Weight > 0 && !IsTooBusy(list, position);
        if (!isRight)
            position = LeastOfAll(list, flow);
        if (position < 0)
            return -1;
        _slot = list.Servers[position].Slot;
        _lastUse = flow.Now;
        return position;
    }

    protected override string Describe(ServerList list, in NewFlow flow, int choice)
    {
        int before = flow.Now - _lastUse > Lifetime ? Nobody : list.PositionOf(_slot);
        if (before == choice)
            return "it had the address before";
        return $"{(before < 0 ? "no server has the address" : $"{NameOf(list.Servers[before])}, which had the address, is too busy")}: {DescribeLeastOfAll(list, flow)}";
    }

    protected override void OnListChanged(ServerList previous, ServerList list)
    {
    }
}
