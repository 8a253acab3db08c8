using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>
/// A scheduler that remembers who served a destination address, so that what a server has in its cache is asked of it again. The services of this dataplane have one
/// address each, and what is remembered is for that one.
/// </summary>
public abstract class CachingScheduler(ServerDirectory loads) : TurnTakingScheduler(loads)
{
    private readonly WeightedLeastConnection _leastOfAll = new(loads);

    /// <summary>The available server with the least to do for its weight, or -1.</summary>
    protected int LeastOfAll(ServerList list, in NewFlow flow) => _leastOfAll.Choose(list, flow);

    /// <summary>Why the choice fell on a server that did not have the address before.</summary>
    protected string DescribeLeastOfAll(ServerList list, in NewFlow flow)
    {
        string reason = _leastOfAll.Explain(list, flow).Reason;
        return reason[(reason.IndexOf(':', StringComparison.Ordinal) + 2)..];
    }

    /// <summary>Whether a server has more active connections than its weight while another one has less than half as many as its.</summary>
    protected bool IsTooBusy(ServerList list, int position)
    {
        if (Loads.ActiveFlows(list.Servers[position].Slot) <= list.Servers[position].Weight)
            return false;
        foreach (ref readonly SchedulableServer other in list.Servers)
        {
            if (Loads.ActiveFlows(other.Slot) * 2L < other.Weight)
                return true;
        }

        return false;
    }
}
