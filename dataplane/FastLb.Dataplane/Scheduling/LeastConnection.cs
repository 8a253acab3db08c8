using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>lc: the server with the least to do, whatever its weight (IPVS, ip_vs_lc); of several the first of the list.</summary>
public sealed class LeastConnection(ServerDirectory loads) : Scheduler(loads)
{
    public override string Name => "lc";

    public override int Choose(ServerList list, in NewFlow flow)
    {
        ReadOnlySpan<SchedulableServer> servers = list.Servers;
        int least = -1;
        long leastLoad = long.MaxValue;
        for (int position = 0; position < servers.Length; position++)
        {
            if (!IsAvailable(servers[position]))
                continue;
            long load = Loads.Overhead(servers[position].Slot);
            if (load < leastLoad)
                (least, leastLoad) = (position, load);
        }

        return least;
    }

    protected override string Describe(ServerList list, in NewFlow flow, int choice) =>
        $"least overhead {Loads.Overhead(list.Servers[choice].Slot)} of {CountAvailable(list)}";
}
