using FastLb.Configuration.Model;
using FastLb.Netlink;
using FastLb.VrrpHost.Tracking;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Interfaces;

/// <summary>
/// The links of interfaces, of which some are asked for each second (<c>linkbeat_interfaces</c>, <c>linkbeat_use_polling</c>): these are up while both the kernel and the driver say so. Any thread.
/// </summary>
internal sealed class PolledLinks : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1); // keepalived's POLLING_DELAY

    private readonly Lock _gate = new(); // held while drivers are asked
    private readonly Func<string, LinkInfo?> _find;
    private readonly Func<string, LinkbeatMethod, bool?> _ask;
    private readonly ILogger _log;
    private readonly ITimer _timer;
    private PolledLink[] _links = [];
    private volatile HashSet<string> _lost = new(StringComparer.Ordinal); // replaced, never changed
    private bool _isOver;

    /// <param name="find">Asks the kernel for an interface.</param>
    /// <param name="ask">Asks a driver by <see cref="LinkbeatMethod.Mii"/> or <see cref="LinkbeatMethod.Ethtool"/>; null when it doesn't know that method, or there is no such interface.</param>
    /// <param name="time">For the period.</param>
    /// <param name="log">Tells how drivers are asked, and what they say.</param>
    public PolledLinks(Func<string, LinkInfo?> find, Func<string, LinkbeatMethod, bool?> ask, TimeProvider time, ILogger log)
    {
        _find = find;
        _ask = ask;
        _log = log;
        _timer = time.CreateTimer(_ => Turn(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Called when flags or driver of one say something else than a second ago, so that all who ask should ask again. From any thread.</summary>
    public Action? Changed { get; set; }

    /// <summary>From now on these are asked for, once at once.</summary>
    public void Use(DirectorConfiguration configuration)
    {
        bool isOther;
        lock (_gate)
        {
            _links = [.. LinksOf(configuration).Select(link => _links.FirstOrDefault(known => known.Link == link) ?? new PolledLink(link, _ask, _log))];
            isOther = Ask();
            Arm();
        }

        if (isOther)
            Changed?.Invoke();
    }

    /// <summary>The link of that name, with the driver's word in its state, or null.</summary>
    public LinkInfo? Find(string name)
    {
        LinkInfo? link = _find(name);
        return _lost.Contains(name) && link is not null ? link with { Flags = link.Flags & ~LinkFlags.Running } : link;
    }

    /// <summary>Asks no more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _timer.Dispose();
        }
    }

    // Those that nothing depends on need not be asked for.
    private static IEnumerable<LinkbeatInterface> LinksOf(DirectorConfiguration configuration)
    {
        HashSet<string> used = [.. TrackedObjects.InterfacesOf(configuration)];
        foreach (VrrpInstance instance in configuration.VrrpInstances)
            used.UnionWith([instance.Interface, .. instance.VirtualAddresses.Select(address => address.Device)]);
        used.Remove(string.Empty);
        HashSet<string> named = [.. configuration.LinkbeatInterfaces.Select(link => link.Name)];
        IEnumerable<string> others = configuration.PollsLinks ? used : configuration.VrrpInstances.Where(instance => instance.PollsLink).Select(instance => instance.Interface);
        return
        [
            .. configuration.LinkbeatInterfaces.Where(link => used.Contains(link.Name)),
            .. others.Where(name => name.Length > 0 && !named.Contains(name)).Distinct(StringComparer.Ordinal).Select(name => new LinkbeatInterface(name, LinkbeatMethod.Any)),
        ];
    }

    private void Turn()
    {
        bool isOther;
        lock (_gate)
        {
            if (_isOver)
                return;
            isOther = Ask();
            Arm();
        }

        if (isOther)
            Changed?.Invoke();
    }

    // One turn after the other, however long the drivers take.
    private void Arm() => _timer.Change(_links.Length == 0 ? Timeout.InfiniteTimeSpan : Period, Timeout.InfiniteTimeSpan);

    private bool Ask()
    {
        bool isOther = false;
        foreach (PolledLink link in _links)
            isOther |= link.Ask(_find(link.Link.Name)?.IsRunning);
        _lost = _links.Where(link => link.IsLost).Select(link => link.Link.Name).ToHashSet(StringComparer.Ordinal);
        return isOther;
    }
}
