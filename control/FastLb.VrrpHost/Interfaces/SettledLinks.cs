using FastLb.Configuration.Model;
using FastLb.Netlink;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Interfaces;

/// <summary>
/// The links of interfaces as they count: the change of one with a delay (<c>interface_up_down_delays</c>) does once it has lasted that long, any other one at once. Any thread.
/// </summary>
internal sealed class SettledLinks : IDisposable
{
    private readonly Lock _gate = new(); // also while the kernel is asked, so that no answer overtakes a later one
    private readonly Dictionary<string, SettledLink> _delayed = new(StringComparer.Ordinal);
    private readonly Func<string, LinkInfo?> _find;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    /// <param name="find">Asks the kernel for an interface.</param>
    /// <param name="time">Its timers count milliseconds; shorter delays last one.</param>
    /// <param name="log">Tells of changes that don't count yet.</param>
    public SettledLinks(Func<string, LinkInfo?> find, TimeProvider time, ILogger log)
    {
        _find = find;
        _time = time;
        _log = log;
    }

    /// <summary>Called when a change counts that didn't yet when it was seen, so that all who ask should ask again. From any thread; it may ask.</summary>
    public Action? Settled { get; set; }

    /// <summary>Goes by these delays from now on. What changes already goes on by the delay that it began with, unless there is none any more.</summary>
    public void Use(ValueList<InterfaceDelay> delays)
    {
        bool settles = false;
        lock (_gate)
        {
            foreach (string gone in _delayed.Keys.Where(name => !delays.Any(delay => delay.Interface == name)).ToArray())
            {
                settles |= _delayed[gone].IsChanging;
                _delayed[gone].Dispose();
                _delayed.Remove(gone);
            }

            foreach (InterfaceDelay delay in delays)
            {
                if (_delayed.TryGetValue(delay.Interface, out SettledLink? link))
                    link.Delay = delay;
                else
                    _delayed[delay.Interface] = new SettledLink(delay, Begin, _log);
            }
        }

        if (settles)
            Settled?.Invoke();
    }

    /// <summary>The link of that name with the state that counts, or null.</summary>
    public LinkInfo? Find(string name)
    {
        lock (_gate)
        {
            LinkInfo? link = _find(name);
            return _delayed.TryGetValue(name, out SettledLink? delayed) ? delayed.See(link) : link;
        }
    }

    /// <summary>No change settles any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (SettledLink link in _delayed.Values)
                link.Dispose();
        }
    }

    private ITimer Begin(LinkChange change, TimeSpan delay) => _time.CreateTimer(_ => End(change), null, TimeSpan.FromMilliseconds(Math.Ceiling(delay.TotalMilliseconds)), Timeout.InfiniteTimeSpan);

    private void End(LinkChange change)
    {
        lock (_gate)
            change.IsDue = true;
        Settled?.Invoke();
    }
}
