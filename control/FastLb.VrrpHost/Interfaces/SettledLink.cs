using FastLb.Configuration.Model;
using FastLb.Netlink;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Interfaces;

/// <summary>
/// One interface with a delay. As it is seen first it counts; that it goes away, or is another one of the same name, counts at once; and a change back ends the change that was waited for.
/// One thread at a time.
/// </summary>
/// <param name="delay">For how long its changes must last.</param>
/// <param name="begin">Makes a timer that will set <see cref="LinkChange.IsDue"/> after a delay.</param>
/// <param name="log">Tells of changes that don't count yet.</param>
internal sealed class SettledLink(InterfaceDelay delay, Func<LinkChange, TimeSpan, ITimer> begin, ILogger log) : IDisposable
{
    private int _index; // 0 while there is none
    private bool? _isRunning; // as it counts; null before it has been seen
    private LinkChange? _change;
    private ITimer? _timer;

    /// <summary>For how long its changes must last.</summary>
    public InterfaceDelay Delay { get; set; } = delay;

    /// <summary>Whether a change is waited for.</summary>
    public bool IsChanging => _change is not null;

    /// <summary>Takes the link as it is, and gives it as it counts.</summary>
    public LinkInfo? See(LinkInfo? link)
    {
        if (_isRunning is null)
            Settle(link is { IsRunning: true });
        else if (link is null || link.Index != _index)
            Settle(false);
        _index = link?.Index ?? 0;
        if (link is null)
            return null;
        if (link.IsRunning == _isRunning)
            Dispose();
        else if (_change is { IsDue: true } || DelayTo(link.IsRunning) == TimeSpan.Zero)
            Settle(link.IsRunning);
        else if (_change is null)
            Begin(link);
        const LinkFlags running = LinkFlags.Up | LinkFlags.Running;
        return link.IsRunning == _isRunning ? link : link with { Flags = _isRunning == true ? link.Flags | running : link.Flags & ~LinkFlags.Running };
    }

    /// <summary>Waits for no change any more.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        _timer = null;
        _change = null;
    }

    private TimeSpan DelayTo(bool isRunning) => isRunning ? Delay.Up : Delay.Down;

    private void Settle(bool isRunning)
    {
        Dispose();
        _isRunning = isRunning;
    }

    private void Begin(LinkInfo link)
    {
        TimeSpan wait = DelayTo(link.IsRunning);
        log.LogInformation("{Interface} is {State}, which counts if it is so for {Delay} s", link.Name, link.IsRunning ? "up" : "down", wait.TotalSeconds);
        _change = new LinkChange();
        _timer = begin(_change, wait);
    }
}

/// <summary>A change that doesn't count yet.</summary>
internal sealed class LinkChange
{
    /// <summary>Whether it has lasted long enough.</summary>
    public bool IsDue { get; set; }
}
