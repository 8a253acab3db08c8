using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>sed: the server that would have the least active connections for its weight with this one (IPVS, ip_vs_sed).</summary>
public sealed class ShortestExpectedDelay(ServerDirectory loads) : LeastForWeight(loads)
{
    public override string Name => "sed";

    protected override string LoadName => "expected delay";

    protected override long LoadOf(int slot) => Loads.ActiveFlows(slot) + 1L;
}
