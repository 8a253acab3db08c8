namespace FastLb.Testing;

/// <summary>What code allocates on the managed heap.</summary>
public static class Allocations
{
    private const int Attempts = 5;

    /// <summary>
    /// Bytes that an action allocates on the calling thread, the least of some attempts: a garbage collection in the middle of one, which tests beside it cause, has the unused rest of the
    /// thread's allocation area, up to 8 KB, count as allocated.
    /// </summary>
    public static long Of(Action action)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < Attempts && least != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
