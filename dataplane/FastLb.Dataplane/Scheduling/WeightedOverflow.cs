using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>ovf: the server of the greatest weight until it has more active connections than its weight; then the next (IPVS, ip_vs_ovf).</summary>
public sealed class WeightedOverflow(ServerDirectory loads) : GreatestWeight(loads)
{
    public override string Name => "ovf";

    protected override bool HasRoom(in SchedulableServer server) => Loads.ActiveFlows(server.Slot) <= server.Weight;
}
