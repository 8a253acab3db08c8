using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Monitoring;
using FastLb.HealthChecks.Snapshots;
using FastLb.HealthChecks.Status;

namespace FastLb.HealthChecks.Servers;

/// <summary>What is known of one check. Guarded by its owner.</summary>
internal sealed class CheckHealth
{
    /// <summary>Of checks that are told of their object: its state counts at once, and there is no next probe.</summary>
    private static readonly ProbeTiming Told = new(TimeSpan.Zero, 0, TimeSpan.Zero, TimeSpan.Zero);

    private readonly ProbeTiming _timing;
    private CheckerState _state;
    private string? _obstacle;
    private long _attempts;
    private long _failedAttempts;
    private (string Text, DateTimeOffset At)? _lastFailure;

    /// <param name="identity">Its name.</param>
    /// <param name="check">As configured.</param>
    /// <param name="saved">What an earlier process knew; null for nothing.</param>
    public CheckHealth(CheckIdentity identity, HealthCheck check, CheckSnapshot? saved)
    {
        Identity = identity;
        Check = check;
        Pace = check is ProbingCheck ? new CheckPace() : null;
        var probing = check as ProbingCheck;
        _timing = probing?.Timing ?? Told;
        LogsAllFailures = probing?.LogAllFailures ?? false;
        bool alpha = check is BfdCheck bfd ? bfd.Alpha : probing?.Alpha ?? false;

        // What an earlier process only assumed is no knowledge: whether to assume it is for the configuration of today to say.
        _state = saved is { HasRun: true } ? new CheckerState(saved.IsUp, HasRun: true, saved.Failures) : CheckerState.Initial(alpha);
        if (saved is { LastFailure: { } text, LastFailureAt: { } at })
            _lastFailure = (text, at);
        if (saved is { Weight: { } weight } && check is MiscCheck { SetsWeight: true })
            Weight = new WeightClaim(weight, IsAdded: false);
    }

    public CheckIdentity Identity { get; }

    /// <summary>As configured.</summary>
    public HealthCheck Check { get; }

    public bool IsUp => _state.IsUp;

    /// <summary>Where it stands between its probes and in them; null when it makes none, and is told instead.</summary>
    public CheckPace? Pace { get; }

    /// <summary>False until its first attempt has told something.</summary>
    public bool HasRun => _state.HasRun;

    public bool LogsAllFailures { get; }

    /// <summary>True when the last attempt could not be made, for another reason than the one before: the same is worth telling once.</summary>
    public bool HasNewObstacle { get; private set; }

    /// <summary>What it has said last of the server's weight; null when it says nothing of it.</summary>
    public WeightClaim? Weight { get; private set; }

    /// <summary>Takes the result of a probe.</summary>
    /// <param name="result">What it found.</param>
    /// <param name="now">When it ended.</param>
    /// <param name="isWorthSaving">True when a successor would act differently for it.</param>
    public CheckerStep Apply(ProbeResult result, DateTimeOffset now, out bool isWorthSaving)
    {
        _attempts++;
        string? obstacle = result.Outcome == ProbeOutcome.NotMade ? result.Fault : null;
        HasNewObstacle = obstacle is not null && obstacle != _obstacle;
        _obstacle = obstacle;
        if (result.Outcome == ProbeOutcome.Failed)
        {
            _failedAttempts++;
            _lastFailure = (result.Fault ?? string.Empty, now);
        }

        CheckerStep step = _state.Step(result, _timing);

        // How often a dead server has failed since is of no consequence; saving it would write a file for each probe.
        isWorthSaving = step.State != _state && (_state.IsUp || step.State.IsUp || !_state.HasRun);
        _state = step.State;
        if (result.Weight is { } weight && weight != Weight)
        {
            Weight = weight;
            isWorthSaving = true;
        }

        return step;
    }

    public CheckSnapshot ToSnapshot() =>
        new(Identity.Kind, Identity.Target, Identity.Ordinal, _state.IsUp, _state.HasRun, _state.Failures, _lastFailure?.Text, _lastFailure?.At,
            Weight is { IsAdded: false } weight ? weight.Weight : null);

    public CheckHealthStatus ToStatus() =>
        new(Identity, _state.IsUp, _state.HasRun, _state.Failures, _attempts, _failedAttempts, _lastFailure?.Text, _lastFailure?.At);
}
