using FastLb.Wire;

namespace FastLb.Vrrp.Tests.Simulation;

/// <summary>Breaks a cluster for a while in every way there is, and leaves it, repaired or not, but with a segment that loses nothing.</summary>
internal static class FaultPlan
{
    /// <summary>Plans the faults; the answer is when the last one is over.</summary>
    public static TimeSpan Schedule(ClusterSimulation cluster)
    {
        Random random = cluster.Random;
        var end = TimeSpan.FromSeconds(random.Next(20, 70));
        foreach (SimulatedRouter router in cluster.Routers)
            cluster.At(random.Next(3) == 0 ? TimeSpan.Zero : end * random.NextDouble() * 0.3, () => StartIfDown(cluster, router));
        for (int faults = random.Next(2, 14); faults > 0; faults--)
        {
            TimeSpan at = end * random.NextDouble();
            int kind = random.Next(14);
            SimulatedRouter router = cluster.Routers[random.Next(cluster.Routers.Length)];
            TimeSpan repair = Earlier(end, at + TimeSpan.FromSeconds(random.NextDouble() * random.NextDouble() * 20));
            cluster.At(at, () => Break(cluster, router, kind, repair));
        }

        bool heals = random.Next(3) > 0;
        cluster.At(end, () => cluster.Change("the last fault is over", () =>
        {
            cluster.Segment.SetLoss(0);
            if (heals)
                cluster.Segment.Heal();
            else
                cluster.Segment.Partition();
        }));
        return end;
    }

    private static void Break(ClusterSimulation cluster, SimulatedRouter router, int kind, TimeSpan repair)
    {
        Random random = cluster.Random;
        switch (kind)
        {
            case 0:
                cluster.Change("partition", cluster.Segment.Partition);
                break;
            case 1:
                cluster.Change("healed", cluster.Segment.Heal);
                break;
            case 2:
                cluster.Change("loss", () => cluster.Segment.SetLoss(random.Next(3) == 0 ? 0 : random.NextDouble() * 0.6));
                break;
            case 3:
                cluster.Change("delay", () => cluster.Segment.SetMaximumDelay(TimeSpan.FromMilliseconds(random.Next(1, 60))));
                break;
            case 4 or 5 when router.IsRunning:
                cluster.Crash(router);
                cluster.At(repair, () => RestartIfDown(cluster, router));
                break;
            case 6 when router.IsRunning:
                cluster.Crash(router);
                break;
            case 7 when router is { IsRunning: true, IsStalled: false }:
                cluster.Stop(router);
                if (random.Next(2) == 0)
                    cluster.At(repair, () => StartIfDown(cluster, router));
                break;
            case 8 or 9:
                SetLink(cluster, router, up: false);
                if (random.Next(4) > 0)
                    cluster.At(repair, () => SetLink(cluster, router, up: true));
                break;
            case 10:
                SetAddress(cluster, router, random.Next(2) == 0 ? null : IpAddress.FromV4(0xC000_0214u + (uint)random.Next(100)));
                cluster.At(repair, () => SetAddress(cluster, router, IpAddress.FromV4(0xC000_020Au + (uint)router.Index)));
                break;
            case 12 or 13 when router is { IsRunning: true, IsStalled: false }:
                cluster.Stall(router, repair);
                break;
            case 11 when router.IsRunning && router.State.Priority < 254:
                byte priority = (byte)random.Next(1, 255);
                cluster.Change($"router {router.Index} has priority {priority}", () => cluster.Step(router, VrrpInput.PriorityChanged(priority)));
                break;
            default:
                RestartIfDown(cluster, router);
                break;
        }
    }

    private static void StartIfDown(ClusterSimulation cluster, SimulatedRouter router)
    {
        if (!router.IsRunning)
            cluster.Start(router);
    }

    private static void RestartIfDown(ClusterSimulation cluster, SimulatedRouter router)
    {
        if (!router.IsRunning)
            cluster.Restart(router);
    }

    private static void SetLink(ClusterSimulation cluster, SimulatedRouter router, bool up) =>
        cluster.Change($"link of router {router.Index} is {(up ? "up" : "down")}", () =>
        {
            cluster.Segment.SetLink(router.Index, up);
            cluster.Step(router, up ? VrrpInput.InterfaceUp : VrrpInput.InterfaceDown);
        });

    private static void SetAddress(ClusterSimulation cluster, SimulatedRouter router, IpAddress? address) =>
        cluster.Change($"router {router.Index} has address {address}", () =>
        {
            router.SetAddress(address);
            cluster.Step(router, VrrpInput.OwnAddressChanged(address));
        });

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
