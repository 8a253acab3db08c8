using FastLb.Wire;

namespace FastLb.Vrrp.Tests.Simulation;

/// <summary>The routers of a simulated cluster, drawn from a seed.</summary>
internal sealed class ClusterPlan
{
    private ClusterPlan(TimeSpan interval, VirtualRouterSettings[] routers)
    {
        Interval = interval;
        Routers = routers;
    }

    public TimeSpan Interval { get; }

    public VirtualRouterSettings[] Routers { get; }

    /// <summary>
    /// How long two masters may hear each other: until one advertises. With authentication headers the better one's may be as old to the other one as to seem replayed, until it has
    /// heard that one's sequence number and advertises once more.
    /// </summary>
    public TimeSpan LongestDispute => Interval * (Routers[0].Authentication == AuthenticationType.AuthenticationHeader ? 2 : 1);

    /// <summary>Missed advertisements, in time.</summary>
    public TimeSpan DownTime => Interval * Routers[0].DownTimerAdverts;

    /// <summary>
    /// The longest that routers need, after the last fault, to agree: a start delay, a takeover by anybody (no skew is longer than a second), the
    /// first advertisement that begins a preempt delay, the delay, the last advertisement in it, and the takeover by the best.
    /// </summary>
    public TimeSpan SettlingTime =>
        Routers.Max(r => r.StartDelay) + Routers.Max(r => r.PreemptDelay) + (2 * (DownTime + TimeSpan.FromSeconds(1))) + (2 * Interval)
        + TimeSpan.FromSeconds(0.5);

    /// <summary>Two to five routers that agree on what they must agree on, and differ in what they may.</summary>
    public static ClusterPlan Draw(Random random, bool allPreempt)
    {
        int version = random.Next(2) == 0 ? 2 : 3;
        var interval = version == 2 ? TimeSpan.FromSeconds(random.Next(4) == 0 ? random.Next(2, 4) : 1) : TimeSpan.FromMilliseconds(10 * random.Next(10, 200));
        int adverts = random.Next(4) == 0 ? random.Next(2, 6) : 3;
        AuthenticationType authentication = version == 2 ? (AuthenticationType)random.Next(3) : AuthenticationType.None;
        int owner = random.Next(8) == 0 ? 0 : -1;
        var routers = new VirtualRouterSettings[random.Next(2, 6)];
        for (int i = 0; i < routers.Length; i++)
        {
            bool copies = i > 0 && random.Next(5) == 0;
            bool isOwner = i == owner || (owner >= 0 && random.Next(10) == 0);
            routers[i] = new VirtualRouterSettings
            {
                Name = $"router {i}",
                VirtualRouterId = 51,
                Priority = isOwner ? (byte)255 : copies ? routers[i - 1].Priority : (byte)random.Next(1, 255),
                AdvertisementInterval = interval,
                Version = version,
                Authentication = authentication,
                Password = VrrpPassword.FromText("secret"),
                AdvertisedAddresses = [IpAddress.FromV4(0xC000_0264), IpAddress.FromV4(0xC000_0265)],
                DownTimerAdverts = adverts,
                WishesToBeMaster = random.Next(4) == 0,
                Preempts = allPreempt || random.Next(2) == 0,
                PreemptDelay = random.Next(4) == 0 ? TimeSpan.FromSeconds(random.Next(1, 10)) : TimeSpan.Zero,
                LowerPriorityNoAdvert = random.Next(4) == 0,
                HigherPrioritySendAdvert = random.Next(4) == 0,
                SkipCheckAdvertisementAddresses = random.Next(2) == 0,
                StartDelay = random.Next(6) == 0 ? TimeSpan.FromSeconds(random.Next(1, 5)) : TimeSpan.Zero,
                GratuitousArp = new GratuitousArpBursts { MasterRefresh = random.Next(3) == 0 ? TimeSpan.FromSeconds(3) : TimeSpan.Zero },
            };
        }

        return new ClusterPlan(interval, routers);
    }
}
