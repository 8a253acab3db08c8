namespace FastLb.Dataplane.Scheduling;

/// <summary>rr: each new flow goes to the next server of the list that has a weight, beginning at the head of the list (IPVS, ip_vs_rr).</summary>
public sealed class RoundRobin : Scheduler
{
    private int _last = -1;

    public override string Name => "rr";

    protected override int ChooseFrom(SchedulableServer[] servers)
    {
        for (int step = 1; step <= servers.Length; step++)
        {
            int index = (_last + step) % servers.Length;
            if (servers[index].Weight <= 0)
                continue;
            _last = index;
            return index;
        }

        return -1;
    }

    /// <summary>The position stays at the server chosen last or, when that one is gone, at the nearest before it that is still there.</summary>
    protected override void OnServersChanged(SchedulableServer[] previous, SchedulableServer[] servers)
    {
        int position = -1;
        for (int index = _last; index >= 0 && position < 0; index--)
            position = IndexOf(servers, previous[index].Slot);
        _last = position;
    }
}
