using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>Makes schedulers by the names that keepalived.conf and ipvsadm have for them.</summary>
public static class Schedulers
{
    private static readonly Dictionary<string, Func<ServerDirectory, SchedulerOptions, Scheduler>> ByName = new(StringComparer.Ordinal)
    {
        ["rr"] = (loads, _) => new RoundRobin(loads),
        ["wrr"] = (loads, _) => new WeightedRoundRobin(loads),
        ["lc"] = (loads, _) => new LeastConnection(loads),
        ["wlc"] = (loads, _) => new WeightedLeastConnection(loads),
        ["sed"] = (loads, _) => new ShortestExpectedDelay(loads),
        ["nq"] = (loads, _) => new NeverQueue(loads),
        ["fo"] = (loads, _) => new WeightedFailover(loads),
        ["ovf"] = (loads, _) => new WeightedOverflow(loads),
        ["twos"] = (loads, _) => new PowerOfTwoChoices(loads),
        ["lblc"] = (loads, _) => new LocalityBasedLeastConnection(loads),
        ["lblcr"] = (loads, _) => new LocalityBasedLeastConnectionWithReplication(loads),
        ["dh"] = (loads, _) => new DestinationHashing(loads),
        ["sh"] = (loads, options) => new SourceHashing(loads, options),
        ["mh"] = (loads, options) => new MaglevHashing(loads, options),
    };

    /// <summary>Those that there are.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>Whether there is one of this name.</summary>
    public static bool Exists(string name) => ByName.ContainsKey(name);

    /// <summary>A new one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">For those that hash the client's address.</param>
    /// <param name="loads">What the servers have to do already.</param>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public static Scheduler Create(string name, SchedulerOptions options, ServerDirectory loads) => ByName[name](loads, options);
}
