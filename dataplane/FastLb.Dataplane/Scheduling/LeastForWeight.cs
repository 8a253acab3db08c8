using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>Chooses the server that has the least to do for its weight; of several the first of the list. What counts as that is up to those derived from it.</summary>
public abstract class LeastForWeight(ServerDirectory loads) : Scheduler(loads)
{
    public sealed override int Choose(ServerList list, in NewFlow flow)
    {
        ReadOnlySpan<SchedulableServer> servers = list.Servers;
        int least = -1;
        long leastLoad = 0;
        for (int position = 0; position < servers.Length; position++)
        {
            if (!IsAvailable(servers[position]))
                continue;
            int slot = servers[position].Slot;
            if (IsTakenAtOnce(slot))
                return position;
            long load = LoadOf(slot);
            if (least < 0 || leastLoad * servers[position].Weight > load * servers[least].Weight) // load / weight, compared without dividing
                (least, leastLoad) = (position, load);
        }

        return least;
    }

    protected override string Describe(ServerList list, in NewFlow flow, int choice)
    {
        SchedulableServer server = list.Servers[choice];
        return IsTakenAtOnce(server.Slot)
            ? "the first server that is idle"
            : $"least {LoadName} for its weight, {LoadOf(server.Slot)}/{server.Weight}, of {CountAvailable(list)}";
    }

    /// <summary>What <see cref="LoadOf"/> is called.</summary>
    protected abstract string LoadName { get; }

    /// <summary>What is compared, for a server of weight 1; at most some 2^40.</summary>
    protected abstract long LoadOf(int slot);

    /// <summary>True for a server that is not compared with those behind it.</summary>
    protected virtual bool IsTakenAtOnce(int slot) => false;
}
