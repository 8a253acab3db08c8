using FastLb.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Tracking;

/// <summary>
/// Counts tracked processes each second. keepalived is told of starts and ends by the kernel's process events connector, which works in the machine's first
/// network namespace alone; counting works in all.
/// </summary>
internal sealed class TrackedProcessLoop(IReadOnlyList<TrackedProcess> tracked, Action<TrackedProcess, bool> changed, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly ProcessQuorum[] _quorums = [.. tracked.Select(each => new ProcessQuorum(each))];

    /// <summary>Counts once, and gives who is up, in the order of the definitions.</summary>
    public bool[] Begin()
    {
        int[] counts = ProcessCensus.Count(tracked);
        for (int i = 0; i < counts.Length; i++)
            _quorums[i].Begin(counts[i]);
        return [.. _quorums.Select(quorum => quorum.IsUp)];
    }

    /// <summary>Goes on counting until cancelled.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        try
        {
            using var timer = new PeriodicTimer(Period, time);
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                int[] counts = ProcessCensus.Count(tracked);
                for (int i = 0; i < counts.Length; i++)
                {
                    if (_quorums[i].Take(counts[i], time.GetElapsedTime(began)))
                        changed(tracked[i], _quorums[i].IsUp);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            log.LogDebug("processes are not counted any more");
        }
    }
}
