using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>fo: everything goes to the server of the greatest weight for as long as it is available (IPVS, ip_vs_fo).</summary>
public sealed class WeightedFailover(ServerDirectory loads) : GreatestWeight(loads)
{
    public override string Name => "fo";

    protected override bool HasRoom(in SchedulableServer server) => true;
}
