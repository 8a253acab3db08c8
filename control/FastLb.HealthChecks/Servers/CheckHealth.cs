using FastLb.Configuration.Model;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Snapshots;
using FastLb.HealthChecks.Status;

namespace FastLb.HealthChecks.Servers;

/// <summary>What is known of one check. Guarded by its owner.</summary>
internal sealed class CheckHealth
{
    private CheckerState _state;
    private long _attempts;
    private long _failedAttempts;
    private (string Text, DateTimeOffset At)? _lastFailure;

    /// <param name="identity">Its name.</param>
    /// <param name="check">As configured.</param>
    /// <param name="saved">What an earlier process knew; null for nothing.</param>
    public CheckHealth(CheckIdentity identity, ProbingCheck check, CheckSnapshot? saved)
    {
        Identity = identity;
        Check = check;

        // What an earlier process only assumed is no knowledge: whether to assume it is for the configuration of today to say.
        _state = saved is { HasRun: true } ? new CheckerState(saved.IsUp, HasRun: true, saved.Failures) : CheckerState.Initial(check.Alpha);
        if (saved is { LastFailure: { } text, LastFailureAt: { } at })
            _lastFailure = (text, at);
    }

    public CheckIdentity Identity { get; }

    /// <summary>As configured.</summary>
    public ProbingCheck Check { get; }

    public bool IsUp => _state.IsUp;

    /// <summary>False until its first attempt has told something.</summary>
    public bool HasRun => _state.HasRun;

    public bool LogsAllFailures => Check.LogAllFailures;

    public ProbeTiming Timing => Check.Timing;

    /// <summary>Takes the result of a probe.</summary>
    /// <param name="result">What it found.</param>
    /// <param name="now">When it ended.</param>
    /// <param name="isWorthSaving">True when a successor would act differently for it.</param>
    public CheckerStep Apply(ProbeResult result, DateTimeOffset now, out bool isWorthSaving)
    {
        _attempts++;
        if (result.Outcome == ProbeOutcome.Failed)
        {
            _failedAttempts++;
            _lastFailure = (result.Fault ?? string.Empty, now);
        }

        CheckerStep step = _state.Step(result, Check.Timing);

        // How often a dead server has failed since is of no consequence; saving it would write a file for each probe.
        isWorthSaving = step.State != _state && (_state.IsUp || step.State.IsUp || !_state.HasRun);
        _state = step.State;
        return step;
    }

    public CheckSnapshot ToSnapshot() =>
        new(Identity.Kind, Identity.Target, Identity.Ordinal, _state.IsUp, _state.HasRun, _state.Failures, _lastFailure?.Text, _lastFailure?.At);

    public CheckHealthStatus ToStatus() =>
        new(Identity, _state.IsUp, _state.HasRun, _state.Failures, _attempts, _failedAttempts, _lastFailure?.Text, _lastFailure?.At);
}
