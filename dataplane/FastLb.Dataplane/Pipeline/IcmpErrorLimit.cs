namespace FastLb.Dataplane.Pipeline;

/// <summary>
/// How many ICMP errors may be sent: a bucket of 50 that gains 1000 a second, as the kernel's icmp_msgs_burst and icmp_msgs_per_sec
/// (RFC 1812 §4.3.2.8 asks for such a limit). Owned by one worker.
/// </summary>
internal struct IcmpErrorLimit
{
    private const long NanosecondsPerError = 1_000_000;
    private const int Burst = 50;

    private long _fullAt;

    /// <summary>Takes one from the bucket unless it is empty.</summary>
    public bool TryTake(MonotonicTime now)
    {
        long earliest = Math.Max(_fullAt, now.Nanoseconds);
        if (earliest - now.Nanoseconds > (Burst - 1) * NanosecondsPerError)
            return false;
        _fullAt = earliest + NanosecondsPerError;
        return true;
    }
}
