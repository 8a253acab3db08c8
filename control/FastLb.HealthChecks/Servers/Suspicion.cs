using FastLb.Configuration.Model;
using FastLb.HealthChecks.Checkers;

namespace FastLb.HealthChecks.Servers;

/// <summary>That a server is suspected of failing, until its checks or its clients' connections say otherwise. Guarded by its owner.</summary>
internal sealed class Suspicion
{
    private readonly HashSet<CheckHealth> _open;
    private readonly TimeSpan _patience;
    private readonly long _begun;

    /// <param name="cause">What speaks against the server, as a phrase.</param>
    /// <param name="checks">The checks of the server.</param>
    /// <param name="patience">How long it lasts if no check can end it.</param>
    /// <param name="begun">Now, as a timestamp.</param>
    public Suspicion(string cause, IEnumerable<CheckHealth> checks, TimeSpan patience, long begun)
    {
        Cause = cause;
        _open = [.. checks.Where(check => check.Check is ProbingCheck)];
        CanEndByChecks = _open.Count > 0;
        _patience = patience;
        _begun = begun;
    }

    /// <summary>What speaks against the server, as a phrase.</summary>
    public string Cause { get; }

    /// <summary>False when no check probes the server, or one could not be made.</summary>
    public bool CanEndByChecks { get; private set; }

    /// <summary>Takes the result of a check of the server.</summary>
    /// <returns>Whether all checks that probe it have passed since the beginning.</returns>
    public bool Take(CheckHealth check, ProbeResult result)
    {
        if (result.Outcome == ProbeOutcome.NotMade)
            CanEndByChecks = false; // who can't ask gets no answer
        if (result.Outcome is ProbeOutcome.Passed or ProbeOutcome.PassedInPart)
            _open.Remove(check);
        return CanEndByChecks && _open.Count == 0;
    }

    /// <summary>Whether no check can end it, and it has lasted long enough.</summary>
    /// <param name="clock">The clock that <c>begun</c> was read from.</param>
    public bool IsOverdue(TimeProvider clock) => !CanEndByChecks && clock.GetElapsedTime(_begun) >= _patience;
}
