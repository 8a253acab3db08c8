using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>nq: the first idle server of the list; when none is idle, as sed (IPVS, ip_vs_nq).</summary>
public sealed class NeverQueue(ServerDirectory loads) : LeastForWeight(loads)
{
    public override string Name => "nq";

    protected override bool IsTakenAtOnce(int slot) => Loads.ActiveFlows(slot) == 0;

    protected override string LoadName => "expected delay";

    protected override long LoadOf(int slot) => Loads.ActiveFlows(slot) + 1L;
}
