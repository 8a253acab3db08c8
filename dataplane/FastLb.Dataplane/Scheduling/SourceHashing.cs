using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>
/// sh: by the client's address, and its port if wanted; in each turn a server takes as many places as it has weight, at least one (IPVS, ip_vs_sh).
/// </summary>
public sealed class SourceHashing(ServerDirectory loads, SchedulerOptions options) : HashingScheduler(loads, options.FallsBack)
{
    private readonly bool _hashesPort = options.HashesPort;

    public override string Name => "sh";

    protected override string HashedName => _hashesPort ? "the client's address and port" : "the client's address";

    protected override ushort[] PlacesOf(SchedulableServer[] servers)
    {
        if (servers.Length == 0)
            return [];
        ushort[] places = new ushort[MultiplicativeHash.Places];
        int position = 0;
        int taken = 0;
        for (int place = 0; place < places.Length; place++)
        {
            places[place] = (ushort)position;
            if (++taken < servers[position].Weight)
                continue;
            position = (position + 1) % servers.Length;
            taken = 0;
        }

        return places;
    }

    protected override int PlaceOf(in NewFlow flow, int offset, int count)
    {
        uint port = _hashesPort ? flow.Key.ClientPort : 0u;
        return (offset + MultiplicativeHash.Of(port + flow.Key.ClientAddress)) % count;
    }
}
