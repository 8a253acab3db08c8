using FastLb.Vrrp.Tests.Simulation;

namespace FastLb.Vrrp.Tests;

/// <summary>
/// Clusters under simulated time, a thousand seeds each. What is true of every step is checked in <see cref="SimulatedRouter.Step"/>: addresses are
/// held exactly while master, only masters advertise, a steady master does so at exact intervals. That two masters don't last is checked in
/// <see cref="ClusterSimulation"/>.
/// </summary>
public sealed class ClusterTests
{
    private const int Seeds = 1000;

    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Fact]
    public void After_the_last_fault_each_part_has_its_highest_router_as_the_one_master_and_loses_it_for_no_longer_than_the_timers_say() =>
        RunAll(allPreempt: true);

    [Fact]
    public void Where_some_do_not_preempt_there_is_one_master_that_no_preempting_router_outranks() => RunAll(allPreempt: false);

    [Fact]
    public void The_same_seed_gives_the_same_history() // or a printed seed would be of no use
    {
        (TimeSpan, int, int) first = Run(7, allPreempt: false);
        Assert.Equal(first, Run(7, allPreempt: false));
        Assert.NotEqual(first, Run(8, allPreempt: false));
    }

    [Fact]
    public void A_sync_group_s_instances_have_one_node_as_their_master_after_the_last_fault_and_never_one_that_has_only_some()
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var groups = new GroupSimulation(seed);
            groups.Run();
            int[][] masters = groups.Masters();
            if (masters.Any(nodes => nodes.Length != 1) || masters.Any(nodes => nodes[0] != masters[0][0]))
                groups.Fail($"the masters are {string.Join(" | ", masters.Select(nodes => string.Join(",", nodes)))}");
        }
    }

    private static void RunAll(bool allPreempt)
    {
        int takeovers = 0;
        for (int seed = 1; seed <= Seeds; seed++)
            takeovers += Run(seed, allPreempt).Takeovers;
        Assert.True(takeovers > 2 * Seeds, $"{takeovers} takeovers are too few to have shown anything");
    }

    private static (TimeSpan LastTakeover, int Takeovers, int Adverts) Run(int seed, bool allPreempt)
    {
        var cluster = new ClusterSimulation(seed, allPreempt);
        cluster.RunUntil(FaultPlan.Schedule(cluster));
        Settle(cluster);
        StayQuiet(cluster);
        LoseMaster(cluster);
        Settle(cluster);
        StayQuiet(cluster);
        return (cluster.LastTakeover, cluster.Takeovers, cluster.Adverts);
    }

    /// <summary>Lets the time pass that is needed to agree, and sees that all do.</summary>
    private static void Settle(ClusterSimulation cluster)
    {
        cluster.RunUntil(cluster.Now + cluster.Plan.SettlingTime);
        foreach (SimulatedRouter router in cluster.Routers)
        {
            SimulatedRouter[] part = Part(cluster, router);
            SimulatedRouter[] masters = [.. part.Where(r => r.IsMaster)];
            int expected = part.Any(cluster.IsEligible) ? 1 : 0;
            if (masters.Length != expected)
                cluster.Fail($"{masters.Length} masters among {string.Join(", ", part.Select(r => r.Index))}");
            if (expected == 1 && part.Any(r => cluster.IsEligible(r) && r.Preempts && r.State.Priority > masters[0].State.Priority))
                cluster.Fail($"router {masters[0].Index} is master of {string.Join(", ", part.Select(r => r.Index))}, but not the highest");
        }
    }

    /// <summary>Nobody takes over from a master that is well.</summary>
    private static void StayQuiet(ClusterSimulation cluster)
    {
        int before = cluster.Takeovers;
        cluster.RunUntil(cluster.Now + (cluster.Plan.Interval * (4 + cluster.Random.NextDouble())));
        if (cluster.Takeovers != before)
            cluster.Fail("somebody took over without need");
    }

    /// <summary>Kills a master or stops it, and holds the backups to the time that they may take, and must.</summary>
    private static void LoseMaster(ClusterSimulation cluster)
    {
        SimulatedRouter[] candidates = [.. cluster.Routers.Where(r => r.IsMaster && Part(cluster, r).Count(cluster.IsEligible) > 1)];
        if (candidates.Length == 0)
            return;
        SimulatedRouter master = candidates[cluster.Random.Next(candidates.Length)];
        byte best = Part(cluster, master).Where(r => r != master && cluster.IsEligible(r)).Max(r => r.State.Priority);
        bool crashes = cluster.Random.Next(2) == 0;
        TimeSpan lastAdvert = master.LastAdvertAt!.Value;

        // An advertisement that is still under way may come after the word that the master stops, and take it back.
        if (!crashes && cluster.Now < lastAdvert + cluster.Segment.MaximumDelay)
            cluster.RunUntil(lastAdvert + cluster.Segment.MaximumDelay);
        TimeSpan lost = cluster.Now;

        // By RFC 3768 §6.1 and RFC 9568 §6.1, and not by the product's own arithmetic.
        TimeSpan skew = TimeSpan.FromTicks((256 - best) * (master.Settings.Version == 2 ? 10_000_000L : cluster.Plan.Interval.Ticks) / 256);
        TimeSpan earliest = crashes ? lastAdvert + cluster.Plan.DownTime + skew : lost + skew;
        if (crashes)
            cluster.Crash(master);
        else
            cluster.Stop(master);

        int before = cluster.Takeovers;
        cluster.RunUntil(earliest - Tick);
        if (cluster.Takeovers != before)
            cluster.Fail("somebody took over too early");
        cluster.RunUntil(earliest + cluster.Segment.MaximumDelay + Tick);
        if (cluster.Takeovers == before)
            cluster.Fail($"nobody took over in time from router {master.Index}, {(crashes ? "crashed" : "stopped")} at {lost.TotalSeconds:F6} s");
    }

    private static SimulatedRouter[] Part(ClusterSimulation cluster, SimulatedRouter router) =>
        [.. cluster.Segment.ComponentOf(router.Index).Select(i => cluster.Routers[i])];
}
