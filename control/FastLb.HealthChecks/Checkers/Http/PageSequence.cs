using FastLb.Configuration.Model;

namespace FastLb.HealthChecks.Checkers.Http;

/// <summary>
/// Which page of an HTTP check is asked for next, and when, as in keepalived: while the server is up, each period one page after the other, and one that fails again
/// until its retries are used up. The page that took the server down is asked for until it passes; then all of them in turn, from the first, and when the last
/// has passed the server is up. A pure state machine, which knows of its server what it has seen itself.
/// </summary>
/// <param name="pages">How many pages there are; at least one.</param>
/// <param name="timing">The check's timing.</param>
/// <param name="recoversFast">Whether a server that is not up is asked for page upon page, with no period between them (<c>fast_recovery</c>).</param>
internal sealed class PageSequence(int pages, ProbeTiming timing, bool recoversFast)
{
    private enum Standing
    {
        /// <summary>Nothing has failed, and not all have passed yet.</summary>
        Unknown,

        /// <summary>All have passed.</summary>
        Up,

        /// <summary>The current page has taken the server down, and has not passed since.</summary>
        Fallen,

        /// <summary>That page has passed, and now all must.</summary>
        Rising,
    }

    private Standing _standing;
    private uint _failures;

    /// <summary>The page to ask for, from 0.</summary>
    public int Current { get; private set; }

    /// <summary>The current page is as it should be.</summary>
    /// <returns>Passed with the last of them, else passed in part; with the pause before the next page.</returns>
    public ProbeResult Pass()
    {
        _failures = 0;
        if (_standing == Standing.Fallen)
        {
            (_standing, Current) = (Standing.Rising, 0);
            return Part();
        }

        Current = (Current + 1) % pages;
        if (Current != 0)
            return Part();
        _standing = Standing.Up;
        return ProbeResult.Passed;
    }

    /// <summary>The current page is not as it should be, or did not come.</summary>
    /// <param name="fault">What is wrong, as a phrase for the log.</param>
    /// <returns>Failed, with the pause before the next attempt.</returns>
    public ProbeResult Fail(string fault)
    {
        if (_standing == Standing.Unknown || (_standing == Standing.Up && ++_failures > timing.Retries))
            _standing = Standing.Fallen;
        TimeSpan pause = _standing == Standing.Fallen && timing.Period > timing.DelayBeforeRetry ? timing.Period : timing.DelayBeforeRetry;
        return ProbeResult.Failed(fault) with { Pause = pause };
    }

    private ProbeResult Part() => ProbeResult.PassedInPart with { Pause = recoversFast && _standing != Standing.Up ? TimeSpan.Zero : null };
}
