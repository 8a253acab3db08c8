namespace FastLb.Runtime;

/// <summary>What a process does side by side for as long as it runs.</summary>
public static class Duties
{
    /// <summary>
    /// Waits for all of them to end, which they do by a cancellation when the process stops. When one ends before that, it has failed: then this throws what it threw at once, for a process
    /// that does only half of its work must not look as if all were well.
    /// </summary>
    public static async Task Together(CancellationToken stopping, params IReadOnlyList<Task> duties)
    {
        Task first = await Task.WhenAny(duties);
        if (!stopping.IsCancellationRequested)
        {
            await first;
            throw new InvalidOperationException("one of the process's duties has ended by itself");
        }

        await Task.WhenAll(duties);
    }
}
