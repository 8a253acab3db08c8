namespace FastLb.Native.Tests.Namespaces;

/// <summary>Waits for what the kernel does in the background: delivering frames, resolving addresses, duplicate address detection.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Reads until <paramref name="reached"/>, and gives what was read then; fails the test when that takes too long.</summary>
    public static T Read<T>(Func<T> read, Predicate<T> reached)
    {
        T value = read();
        Assert.True(SpinWait.SpinUntil(() => reached(value = read()), Patience), $"never reached; last: {value}");
        return value;
    }
}
