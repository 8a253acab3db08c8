using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>rr: each new flow goes to the next available server of the list, beginning at the head of the list (IPVS, ip_vs_rr).</summary>
public sealed class RoundRobin(ServerDirectory loads) : TurnTakingScheduler(loads)
{
    private int _last = -1;

    public override string Name => "rr";

    protected override int ChooseInTurn(ServerList list, in NewFlow flow)
    {
        ReadOnlySpan<SchedulableServer> servers = list.Servers;
        for (int step = 1; step <= servers.Length; step++)
        {
            int position = (_last + step) % servers.Length;
            if (!IsAvailable(servers[position]))
                continue;
            _last = position;
            return position;
        }

        return -1;
    }

    protected override string Describe(ServerList list, in NewFlow flow, int choice) =>
        $"the next in turn of {CountAvailable(list)}";

    /// <summary>The position stays at the server chosen last or, when that one is gone, at the nearest before it that is still there.</summary>
    protected override void OnListChanged(ServerList previous, ServerList list)
    {
        int position = -1;
        for (int earlier = _last; earlier >= 0 && position < 0; earlier--)
            position = list.PositionOf(previous.Servers[earlier].Slot);
        _last = position;
    }
}
