using FastLb.Configuration.Model;

namespace FastLb.VrrpHost.Tracking;

/// <summary>
/// Whether enough processes run, and not too many: a change counts once it has lasted for <c>fork_delay</c> or <c>terminate_delay</c>. The first count counts
/// at once.
/// </summary>
internal sealed class ProcessQuorum(TrackedProcess tracked)
{
    private TimeSpan? _changedAt;

    /// <summary>Whether it is up; false before the first count.</summary>
    public bool IsUp { get; private set; }

    /// <summary>Begins with a count.</summary>
    public void Begin(int count) => IsUp = HasQuorum(count);

    /// <summary>Takes a count.</summary>
    /// <param name="count">The processes that run now.</param>
    /// <param name="now">On any clock that never goes back.</param>
    /// <returns>True when <see cref="IsUp"/> has changed.</returns>
    public bool Take(int count, TimeSpan now)
    {
        bool has = HasQuorum(count);
        if (has == IsUp)
        {
            _changedAt = null;
            return false;
        }

        _changedAt ??= now;
        if (now - _changedAt < (has ? tracked.ForkDelay : tracked.TerminateDelay))
            return false;
        _changedAt = null;
        IsUp = has;
        return true;
    }

    private bool HasQuorum(int count) =>
        tracked.MostProcesses == 0 ? count == 0 : count >= tracked.Quorum && count <= (tracked.MostProcesses ?? int.MaxValue);
}
