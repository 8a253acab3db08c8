using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>
/// wrr: rounds of falling weight; in the round of weight w, every server of weight w or more gets a flow (IPVS, ip_vs_wrr). A server of weight 3
/// gets three times the flows of one of weight 1, spread over the rounds.
/// </summary>
public sealed class WeightedRoundRobin(ServerDirectory loads) : TurnTakingScheduler(loads)
{
    private const int ListHead = -1;

    private int _position = ListHead;
    private int _roundWeight;
    private int _maximum;
    private int _step = 1;

    public override string Name => "wrr";

    protected override int ChooseInTurn(ServerList list, in NewFlow flow)
    {
        ReadOnlySpan<SchedulableServer> servers = list.Servers;
        if (_maximum <= 0)
            return -1;

        // Each turn of the loop ends one round; after a whole set of rounds every server of the greatest weight has been offered the flow.
        for (int rounds = (_maximum / _step) + 2; rounds > 0; rounds--)
        {
            for (int index = _position + 1; index < servers.Length; index++)
            {
                if (servers[index].Weight < _roundWeight || !IsAvailable(servers[index]))
                    continue;
                _position = index;
                return index;
            }

            _position = ListHead;
            _roundWeight -= _step;
            if (_roundWeight <= 0)
                _roundWeight = _maximum;
        }

        return -1;
    }

    protected override string Describe(ServerList list, in NewFlow flow, int choice)
    {
        _ = Choose(list, flow); // a copy, which so comes to the weight of the round that the choice is made in
        return $"weight {list.Servers[choice].Weight}, current weight {_roundWeight}";
    }

    /// <summary>
    /// Begins at the head again. IPVS applies its rule for the weight of the round at each single change, and a service's first servers come one by
    /// one, so the rule is applied for each server that is new, in the order in which they were configured (the last of the list first), and once more for all else.
    /// </summary>
    protected override void OnListChanged(ServerList previous, ServerList list)
    {
        ReadOnlySpan<SchedulableServer> servers = list.Servers;
        _position = ListHead;
        int divisor = 0;
        int greatest = 0;
        foreach (SchedulableServer server in previous.Servers)
        {
            if (list.PositionOf(server.Slot) >= 0)
                Include(server.Weight, ref divisor, ref greatest);
        }

        for (int index = servers.Length - 1; index >= 0; index--)
        {
            if (previous.PositionOf(servers[index].Slot) >= 0)
                continue;
            Include(servers[index].Weight, ref divisor, ref greatest);
            ApplyRule(divisor, greatest);
        }

        divisor = 0;
        greatest = 0;
        foreach (SchedulableServer server in servers)
            Include(server.Weight, ref divisor, ref greatest);
        ApplyRule(divisor, greatest);
    }

    private static void Include(int weight, ref int divisor, ref int greatest)
    {
        if (weight <= 0)
            return;
        divisor = CommonDivisor.Of(weight, divisor);
        greatest = Math.Max(greatest, weight);
    }

    private void ApplyRule(int divisor, int greatest)
    {
        _step = Math.Max(1, divisor);
        _maximum = greatest - (_step - 1);
        if (_roundWeight > _maximum || _roundWeight == 0)
            _roundWeight = _maximum;
        else if (_step > 1)
            _roundWeight = (_roundWeight / _step * _step) + 1;
    }
}
