using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>
/// twos: of two servers picked at random by their weights, the one with less to do for its weight (IPVS, ip_vs_twos; Mitzenmacher, "The power of two choices").
/// The random numbers are a fixed sequence: the same packets are always given to the same servers.
/// </summary>
public sealed class PowerOfTwoChoices(ServerDirectory loads) : TurnTakingScheduler(loads)
{
    private ulong _state;

    public override string Name => "twos";

    protected override int ChooseInTurn(ServerList list, in NewFlow flow)
    {
        ReadOnlySpan<SchedulableServer> servers = list.Servers;
        long total = TotalWeight(servers);
        if (total == 0)
            return -1;
        int first = Pick(servers, Draw(total));
        int second = Pick(servers, Draw(total));
        if (first < 0 || second < 0)
            return -1;
        bool secondIsIdler = Loads.Overhead(servers[first].Slot) * servers[second].Weight > Loads.Overhead(servers[second].Slot) * servers[first].Weight;
        return secondIsIdler ? second : first;
    }

    protected override string Describe(ServerList list, in NewFlow flow, int choice)
    {
        ReadOnlySpan<SchedulableServer> servers = list.Servers;
        long total = TotalWeight(servers);
        SchedulableServer first = servers[Math.Max(0, Pick(servers, Draw(total)))]; // a copy, whose numbers are those of the choice
        SchedulableServer second = servers[Math.Max(0, Pick(servers, Draw(total)))];
        return $"{NameOf(first)} with overhead {Loads.Overhead(first.Slot)} for weight {first.Weight} and {NameOf(second)} with {Loads.Overhead(second.Slot)} for {second.Weight} were drawn";
    }

    protected override void OnListChanged(ServerList previous, ServerList list)
    {
    }

    private long TotalWeight(ReadOnlySpan<SchedulableServer> servers)
    {
        long total = 0;
        foreach (ref readonly SchedulableServer server in servers)
            total += IsAvailable(server) ? server.Weight : 0;
        return total;
    }

    // The server in whose share of the total weight the number lies. Another worker's flow may take a server out of the choice meanwhile.
    private int Pick(ReadOnlySpan<SchedulableServer> servers, long number)
    {
        int last = -1;
        for (int position = 0; position < servers.Length && number >= 0; position++)
        {
            if (!IsAvailable(servers[position]))
                continue;
            last = position;
            number -= servers[position].Weight;
        }

        return last;
    }

    // SplitMix64 (Steele, Lea, Flood 2014); a number from 0 to below the limit.
    private long Draw(long limit)
    {
        _state += 0x9E3779B97F4A7C15;
        ulong mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (long)Math.BigMul(mixed ^ (mixed >> 31), (ulong)limit, out _);
    }
}
