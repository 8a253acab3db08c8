using FastLb.HealthChecks.Events;
using Microsoft.Extensions.Logging;

namespace FastLb.Control.Health;

/// <summary>What happens to servers and services, in words and by weight.</summary>
internal static class HealthWords
{
    /// <summary>What happened and why.</summary>
    public static string Of(HealthEvent happened) => happened.Kind switch
    {
        HealthEventKind.ServerUp => $"up: {happened.Text}",
        HealthEventKind.ServerDown => $"down: {happened.Text}",
        HealthEventKind.CheckUp => $"a check passes, others fail: {happened.Text}",
        HealthEventKind.CheckDown => $"one more check fails: {happened.Text}",
        HealthEventKind.ServerStillDown => $"still down: {happened.Text}",
        HealthEventKind.ServerHeld => $"passes its checks, but is kept out: {happened.Text}",
        HealthEventKind.HeldServerFailed => $"fails again, still kept out: {happened.Text}",
        HealthEventKind.ChecksSuspended => $"its servers are checked no longer: {happened.Text}",
        HealthEventKind.ChecksResumed => $"its servers are checked again: {happened.Text}",
        HealthEventKind.AttemptFailed => $"attempt failed: {happened.Text}",
        HealthEventKind.AttemptNotMade => $"could not be checked: {happened.Text}",
        HealthEventKind.WeightChanged => $"weight changed: {happened.Text}",
        HealthEventKind.ServerSuspected => $"suspected: {happened.Text}",
        HealthEventKind.ServerAcquitted => $"no longer suspected: {happened.Text}",
        HealthEventKind.QuorumGained => $"quorum gained: {happened.Text}",
        HealthEventKind.QuorumLost => $"quorum lost: {happened.Text}",
        HealthEventKind.SnapshotIgnored => $"not taken over from the process before: {happened.Text}",
        HealthEventKind.SnapshotNotSaved => $"the state of the checks could not be saved: {happened.Text}",
        _ => happened.Text,
    };

    /// <summary>How much it matters.</summary>
    public static LogLevel LevelOf(HealthEventKind kind) => kind switch
    {
        HealthEventKind.ServerUp or HealthEventKind.CheckUp or HealthEventKind.WeightChanged or HealthEventKind.ServerAcquitted or HealthEventKind.QuorumGained
            or HealthEventKind.ChecksSuspended or HealthEventKind.ChecksResumed => LogLevel.Information,
        HealthEventKind.SnapshotNotSaved or HealthEventKind.AttemptNotMade or HealthEventKind.QuorumLost => LogLevel.Error,
        _ => LogLevel.Warning,
    };
}
