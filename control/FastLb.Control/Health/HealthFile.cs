using FastLb.HealthChecks.Snapshots;
using FastLb.Runtime;

namespace FastLb.Control.Health;

/// <summary>Keeps what the checkers know in the runtime directory.</summary>
internal sealed class HealthFile(string path) : IHealthSnapshotSink
{
    /// <inheritdoc/>
    public ValueTask Save(HealthSnapshot snapshot)
    {
        RuntimeDirectory.Replace(path, snapshot.ToJson());
        return ValueTask.CompletedTask;
    }
}
