namespace FastLb.VrrpHost;

/// <summary>The virtual routers of a process. Any thread may look; one at a time may change it, which is that of <see cref="RouterThread"/> once it runs.</summary>
internal sealed class RouterSet(params IEnumerable<Router> routers)
{
    private volatile Router[] _all = [.. routers];

    /// <summary>All of them at this moment.</summary>
    public IReadOnlyList<Router> All => _all;

    public void Add(Router router) => _all = [.. _all, router];

    public void Remove(Router router) => _all = [.. _all.Where(other => other != router)];
}
