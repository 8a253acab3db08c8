
namespace FastLb.Bfd.Hosting;

/// <summary>What a session counts. Its thread writes; any may read.</summary>
internal sealed class SessionCounters
{
    private readonly DiscardCounters _discarded = new();
    private long _sent;
    private long _sendFailures;
    private long _received;
    private long _becameUp;

    public void CountSent() => Interlocked.Increment(ref _sent);

    public void CountSendFailure() => Interlocked.Increment(ref _sendFailures);

    public void CountReceived() => Interlocked.Increment(ref _received);

    public void CountDiscarded(BfdDiscardReason reason) => _discarded.Count(reason);

    public void CountBecameUp() => Interlocked.Increment(ref _becameUp);

    /// <summary>The numbers of this moment.</summary>
    public BfdCounts Read() => new(
        Interlocked.Read(ref _sent), Interlocked.Read(ref _sendFailures), Interlocked.Read(ref _received), _discarded.Read(), Interlocked.Read(ref _becameUp));
}
