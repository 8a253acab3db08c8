using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>dh: by the address that the client talks to; servers take the places in turn, whatever their weight (IPVS, ip_vs_dh).</summary>
public sealed class DestinationHashing(ServerDirectory loads) : HashingScheduler(loads, fallsBack: false)
{
    public override string Name => "dh";

    protected override string HashedName => "the virtual address";

    protected override ushort[] PlacesOf(SchedulableServer[] servers)
    {
        if (servers.Length == 0)
            return [];
        ushort[] places = new ushort[MultiplicativeHash.Places];
        for (int place = 0; place < places.Length; place++)
            places[place] = (ushort)(place % servers.Length);
        return places;
    }

    protected override int PlaceOf(in NewFlow flow, int offset, int count) => MultiplicativeHash.Of(flow.Key.PeerAddress);
}
