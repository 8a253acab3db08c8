using FastLb.Configuration.Model;
using FastLb.HealthChecks.Monitoring;

namespace FastLb.HealthChecks.Servers;

/// <summary>Keeps a server out that goes down again and again, until it has passed its checks for a while. Guarded by its owner.</summary>
/// <param name="damping">When; null for never.</param>
internal sealed class FlapGuard(FlapDamping? damping)
{
    private readonly Queue<Moment> _falls = [];
    private TimeSpan? _heldUntil;

    /// <summary>True while the server is kept out although it passes its checks.</summary>
    public bool Holds => _heldUntil is not null;

    /// <summary>The moments when it went down that may still matter, the oldest first.</summary>
    public IReadOnlyCollection<Moment> Falls => _falls;

    /// <summary>When it is taken back, if no check fails before; null while it isn't kept out. As <see cref="Moment.Running"/>.</summary>
    public TimeSpan? HeldUntil => _heldUntil;

    /// <summary>Why it is kept out, as a phrase for the log.</summary>
    public string Reason => damping is null
        ? string.Empty
        : $"it went down {_falls.Count} times within {Seconds(damping.Window)} s, and must pass its checks for {Seconds(damping.Hold)} s on end";

    /// <summary>The server has begun to fail a check.</summary>
    public void Fall(Moment now)
    {
        _heldUntil = null;
        if (damping is null)
            return;
        _falls.Enqueue(now);
        if (_falls.Count > damping.Falls)
            _falls.Dequeue();
    }

    /// <summary>The server has begun to pass all its checks, after a fall.</summary>
    /// <returns>Whether it is kept out.</returns>
    public bool Rise(Moment now)
    {
        if (damping is null)
            return false;
        while (_falls.TryPeek(out Moment oldest) && now.Running - oldest.Running > damping.Window)
            _falls.Dequeue();
        _heldUntil = _falls.Count >= damping.Falls ? now.Running + damping.Hold : null;
        return Holds;
    }

    /// <summary>Lets it in if it has been kept out for long enough.</summary>
    /// <returns>Whether it has just been let in.</returns>
    public bool Expire(Moment now)
    {
        if (_heldUntil is not { } end || now.Running < end)
            return false;
        _heldUntil = null;
        return true;
    }

    /// <summary>Lets it in at once.</summary>
    public void Release() => _heldUntil = null;

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);
}
