using System.Diagnostics;

namespace FastLb.Control.Tests;

/// <summary>Waits for what other tasks do.</summary>
internal static class Eventually
{
    /// <summary>For what takes moments; a machine may be busy.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task Reached(Func<bool> reached)
    {
        long began = Stopwatch.GetTimestamp();
        while (!reached())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, "not reached");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
