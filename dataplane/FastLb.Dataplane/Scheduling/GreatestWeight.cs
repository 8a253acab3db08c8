using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>Chooses the available server of the greatest weight; of several the first of the list.</summary>
public abstract class GreatestWeight(ServerDirectory loads) : Scheduler(loads)
{
    public sealed override int Choose(ServerList list, in NewFlow flow)
    {
        ReadOnlySpan<SchedulableServer> servers = list.Servers;
        int greatest = -1;
        for (int position = 0; position < servers.Length; position++)
        {
            if (IsAvailable(servers[position]) && HasRoom(servers[position]) && (greatest < 0 || servers[position].Weight > servers[greatest].Weight))
                greatest = position;
        }

        return greatest;
    }

    protected override string Describe(ServerList list, in NewFlow flow, int choice)
    {
        SchedulableServer server = list.Servers[choice];
        return $"greatest weight, {server.Weight}, of {CountAvailable(list)} that can take it; {Loads.ActiveFlows(server.Slot)} active connections";
    }

    /// <summary>False for a server that is passed over.</summary>
    protected abstract bool HasRoom(in SchedulableServer server);
}
