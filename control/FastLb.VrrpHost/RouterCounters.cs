using FastLb.Vrrp;
using FastLb.VrrpChannel;

namespace FastLb.VrrpHost;

/// <summary>What a virtual router counts. Its thread writes; any may read.</summary>
internal sealed class RouterCounters
{
    private static readonly DiscardReason[] Reasons = [.. Enum.GetValues<DiscardReason>().Where(reason => reason != DiscardReason.None)];

    private readonly long[] _discarded = new long[Enum.GetValues<DiscardReason>().Length];
    private long _sent;
    private long _sendFailures;
    private long _received;
    private long _becameMaster;
    private long _longestDelay;

    public void CountSent() => Interlocked.Increment(ref _sent);

    public void CountSendFailure() => Interlocked.Increment(ref _sendFailures);

    public void CountReceived() => Interlocked.Increment(ref _received);

    public void CountDiscarded(DiscardReason reason) => Interlocked.Increment(ref _discarded[(int)reason]);

    public void CountBecameMaster() => Interlocked.Increment(ref _becameMaster);

    /// <summary>An advertisement was sent this long after it was due.</summary>
    public void NoteDelay(TimeSpan delay)
    {
        long microseconds = (long)delay.TotalMicroseconds;
        if (microseconds > Volatile.Read(ref _longestDelay))
            Volatile.Write(ref _longestDelay, microseconds);
    }

    /// <summary>The numbers of this moment.</summary>
    public VrrpCounters Read() => new(
        Interlocked.Read(ref _sent),
        Interlocked.Read(ref _sendFailures),
        Interlocked.Read(ref _received),
        Reasons.ToDictionary(NameOf, reason => Interlocked.Read(ref _discarded[(int)reason])),
        Interlocked.Read(ref _becameMaster),
        Interlocked.Read(ref _longestDelay));

    private static string NameOf(DiscardReason reason)
    {
        string name = reason.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
