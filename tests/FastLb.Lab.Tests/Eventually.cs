using System.Diagnostics;

namespace FastLb.Lab.Tests;

/// <summary>Waits for what another process does in its own time. The limits are generous: they end hung tests, they measure nothing.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(15);

    /// <summary>Returns the first observation that satisfies <paramref name="condition"/>.</summary>
    /// <exception cref="TimeoutException">None did within <see cref="Patience"/>; names the last one.</exception>
    public static async Task<T> Observe<T>(Func<Task<T>> observe, Predicate<T> condition, string expectation)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            T observed = await observe();
            if (condition(observed))
                return observed;
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new TimeoutException($"waited {Patience.TotalSeconds} s for: {expectation}; last seen: {observed}");
            await Task.Delay(Pause);
        }
    }

    public static Task Happens(Func<bool> condition, string expectation) =>
        Observe(() => Task.FromResult(condition()), happened => happened, expectation);
}
