using FastLb.HealthChecks.Snapshots;

namespace FastLb.HealthChecks.Tests.Scripts;

/// <summary>Keeps all that is saved, as bytes: what is restored has been through a file's form.</summary>
internal sealed class RecordingSink : IHealthSnapshotSink
{
    private readonly Lock _gate = new();
    private readonly List<byte[]> _saved = [];

    /// <summary>While not null, saving fails so.</summary>
    public string? Fault { get; set; }

    public int Count
    {
        get
        {
            lock (_gate)
                return _saved.Count;
        }
    }

    public HealthSnapshot Last
    {
        get
        {
            lock (_gate)
            {
                HealthSnapshot? last = HealthSnapshot.Read(_saved[^1], out string? fault);
                Assert.Null(fault);
                return last!;
            }
        }
    }

    public ValueTask Save(HealthSnapshot snapshot)
    {
        lock (_gate)
        {
            if (Fault is not null)
                throw new IOException(Fault);
            _saved.Add(snapshot.ToJson());
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Waits until so many have been saved.</summary>
    public async Task Reach(int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Count < count)
        {
            Assert.False(limit.IsCancellationRequested, $"saved {Count} times, never {count}");
            await Task.Delay(1);
        }
    }
}
