using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FastLb.Control.Events;

/// <summary>The last events, kept for <c>fastlb events</c>, and those to come for whoever follows. Any thread may use it.</summary>
public sealed class EventLog(TimeProvider time)
{
    /// <summary>Events that are kept; older ones are in the log alone.</summary>
    public const int Capacity = 1000;

    // A follower that doesn't keep up loses the oldest it has not read, and sees that by the sequence numbers.
    private const int FollowerCapacity = 1000;

    private readonly Lock _lock = new();
    private readonly Queue<DirectorEvent> _kept = new();
    private readonly List<Channel<DirectorEvent>> _followers = [];
    private long _sequence;

    /// <summary>Adds an event of this moment.</summary>
    public void Add(EventKind kind, string subject, string text)
    {
        lock (_lock)
        {
            var added = new DirectorEvent(++_sequence, time.GetUtcNow(), kind, subject, text);
            _kept.Enqueue(added);
            if (_kept.Count > Capacity)
                _kept.Dequeue();
            foreach (Channel<DirectorEvent> follower in _followers)
                follower.Writer.TryWrite(added);
        }
    }

    /// <summary>The events that are kept, oldest first.</summary>
    public IReadOnlyList<DirectorEvent> Read()
    {
        lock (_lock)
            return [.. _kept];
    }

    /// <summary>The events that are kept, and then each as it comes, until cancelled.</summary>
    public async IAsyncEnumerable<DirectorEvent> Follow([EnumeratorCancellation] CancellationToken cancellation)
    {
        Channel<DirectorEvent> channel = Channel.CreateBounded<DirectorEvent>(
            new BoundedChannelOptions(FollowerCapacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        IReadOnlyList<DirectorEvent> kept;
        lock (_lock)
        {
            kept = [.. _kept];
            _followers.Add(channel);
        }

        try
        {
            foreach (DirectorEvent happened in kept)
                yield return happened;
            await foreach (DirectorEvent happened in channel.Reader.ReadAllAsync(cancellation))
                yield return happened;
        }
        finally
        {
            lock (_lock)
                _followers.Remove(channel);
        }
    }
}
