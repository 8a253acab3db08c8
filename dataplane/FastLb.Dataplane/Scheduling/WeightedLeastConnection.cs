using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>wlc: the server with the least connections for its weight, an active one counting for 256 inactive ones more (IPVS, ip_vs_wlc).</summary>
public sealed class WeightedLeastConnection(ServerDirectory loads) : LeastForWeight(loads)
{
    public override string Name => "wlc";

    protected override string LoadName => "overhead";

    protected override long LoadOf(int slot) => Loads.Overhead(slot);
}
