namespace FastLb.HealthChecks.Snapshots;

/// <summary>Keeps the state of the checks where the next process finds it.</summary>
public interface IHealthSnapshotSink
{
    /// <summary>Replaces what was kept. Never called twice at a time. What it throws is reported as an event, and the next change saves again.</summary>
    ValueTask Save(HealthSnapshot snapshot);
}
