using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>
/// Chooses by a hash of the flow's addresses, so that every director chooses alike without knowing of the others: the hash names a place, and in the place stands a
/// server. When that one is not available, the flow goes nowhere, or to the server that other hashes lead to.
/// </summary>
public abstract class HashingScheduler(ServerDirectory loads, bool fallsBack) : Scheduler(loads)
{
    public sealed override ServerList Arrange(SchedulableServer[] servers) => new(servers, PlacesOf(servers));

    public sealed override int Choose(ServerList list, in NewFlow flow)
    {
        int count = list.Places.Length;
        if (count == 0)
            return -1;
        int first = PlaceOf(flow, 0, count);
        int position = list.Places[first];
        if (position == ServerList.Nobody)
            return -1;
        if (IsAvailable(list.Servers[position]))
            return position;
        return fallsBack && HasAvailable(list.Servers) ? ChooseOther(list, flow, first) : -1;
    }

    protected override string Describe(ServerList list, in NewFlow flow, int choice)
    {
        int place = PlaceOf(flow, 0, list.Places.Length);
        int position = list.Places[place];
        string hashed = $"the hash of {HashedName} leads to place {place} of {list.Places.Length}";
        return position == choice ? hashed : $"{hashed}, whose server {NameOf(list.Servers[position])} {WhyUnavailable(list.Servers[position])}: the fallback is taken";
    }

    protected override string DescribeNobody(ServerList list, in NewFlow flow)
    {
        int count = list.Places.Length;
        if (count == 0 || list.Places[PlaceOf(flow, 0, count)] is ServerList.Nobody || fallsBack)
            return base.DescribeNobody(list, flow);
        SchedulableServer server = list.Servers[list.Places[PlaceOf(flow, 0, count)]];
        return $"the hash of {HashedName} leads to {NameOf(server)}, which {WhyUnavailable(server)}, and there is no fallback";
    }

    /// <summary>What is hashed, for people.</summary>
    protected abstract string HashedName { get; }

    /// <summary>The positions of the servers by place; empty when there is no server for any.</summary>
    protected abstract ushort[] PlacesOf(SchedulableServer[] servers);

    /// <summary>The place that a flow's hash names.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="offset">Hashed with it: each gives another place; 0 in the first instance.</param>
    /// <param name="count">Places there are.</param>
    protected abstract int PlaceOf(in NewFlow flow, int offset, int count);

    private bool HasAvailable(ReadOnlySpan<SchedulableServer> servers)
    {
        foreach (ref readonly SchedulableServer server in servers)
        {
            if (IsAvailable(server))
                return true;
        }

        return false;
    }

    private int ChooseOther(ServerList list, in NewFlow flow, int first)
    {
        int count = list.Places.Length;
        for (int step = 0; step < count; step++)
        {
            int position = list.Places[PlaceOf(flow, (first + step) % count, count)];
            if (position != ServerList.Nobody && IsAvailable(list.Servers[position]))
                return position;
        }

        return -1;
    }
}
