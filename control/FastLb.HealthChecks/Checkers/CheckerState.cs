using FastLb.Configuration.Model;

namespace FastLb.HealthChecks.Checkers;

/// <summary>What a checker holds of its server: a pure state machine, stepped once for each probe.</summary>
/// <param name="IsUp">Whether the server passes this check.</param>
/// <param name="HasRun">False until the first probe has told something; until then <see cref="IsUp"/> is an assumption.</param>
/// <param name="Failures">Failed probes since the last that passed.</param>
public readonly record struct CheckerState(bool IsUp, bool HasRun, uint Failures)
{
    /// <summary>A checker that has not probed yet: an alpha checker counts as down, any other as up.</summary>
    public static CheckerState Initial(bool alpha) => new(!alpha, HasRun: false, 0);

    /// <summary>The state after a probe.</summary>
    /// <param name="result">What the probe found.</param>
    /// <param name="timing">The checker's timing.</param>
    public CheckerStep Step(ProbeResult result, ProbeTiming timing) => result.Outcome switch
    {
        ProbeOutcome.Passed => new(new(IsUp: true, HasRun: true, 0), PauseOf(result, timing.Period), IsUp ? CheckerChange.None : CheckerChange.Up),
        ProbeOutcome.PassedInPart => new(IsUp ? this with { Failures = 0 } : this, PauseOf(result, timing.Period), CheckerChange.None),
        ProbeOutcome.Failed => Fail(result, timing),
        _ => new(this, PauseOf(result, timing.Period), CheckerChange.None) { Cause = result.Fault },
    };

    private static TimeSpan PauseOf(ProbeResult result, TimeSpan usual)
    {
        TimeSpan pause = result.Pause ?? usual;
        return pause > result.Elapsed ? pause - result.Elapsed : TimeSpan.Zero;
    }

    private CheckerStep Fail(ProbeResult result, ProbeTiming timing)
    {
        uint failures = Failures == uint.MaxValue ? Failures : Failures + 1;
        if (!IsUp)
            return new(new(IsUp: false, HasRun: true, failures), PauseOf(result, timing.Period), CheckerChange.None) { Cause = result.Fault };

        // A server that has never passed gets no second chance: it may well have been dead before we came.
        if (!HasRun || failures > timing.Retries)
        {
            string? cause = failures > 1 ? $"{result.Fault} ({failures} attempts in a row failed)" : result.Fault;
            return new(new(IsUp: false, HasRun: true, failures), PauseOf(result, timing.Period), CheckerChange.Down) { Cause = cause };
        }

        return new(new(IsUp: true, HasRun: true, failures), PauseOf(result, timing.DelayBeforeRetry), CheckerChange.None) { Cause = result.Fault };
    }
}

/// <summary>What a probe changed.</summary>
public enum CheckerChange
{
    None,

    /// <summary>The check passes now and did not before.</summary>
    Up,

    /// <summary>The check fails now and did not before.</summary>
    Down,
}

/// <summary>The outcome of a step.</summary>
/// <param name="State">The new state.</param>
/// <param name="Delay">From the end of this probe to the next.</param>
/// <param name="Change">Whether the check's verdict changed.</param>
public readonly record struct CheckerStep(CheckerState State, TimeSpan Delay, CheckerChange Change)
{
    /// <summary>What went wrong, as a phrase for the log; null when the probe passed.</summary>
    public string? Cause { get; init; }
}
