namespace FastLb.Control.Network;

/// <summary>
/// Says when to ask anew for neighbours that have not answered: sooner, and a few times only, than the kernel, whose next ARP request comes a second after the first.
/// The first is often lost, since bridges and switches pass nothing for a moment after a link has come up. One thread at a time.
/// </summary>
internal sealed class ResolutionRetries(TimeProvider time)
{
    /// <summary>From one request to the next. After the last the kernel goes on alone: it must get round to finding that nobody answers.</summary>
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(120), TimeSpan.FromMilliseconds(240)];

    private readonly Dictionary<NeighbourKey, Request> _requests = [];

    /// <summary>When the next of them is due; null when none is.</summary>
    public TimeSpan? UntilNext()
    {
        IEnumerable<TimeSpan> left = _requests.Values.Where(request => request.Count < Pauses.Length).Select(Left);
        return left.Any() ? left.Min() : null;
    }

    /// <summary>A neighbour has been asked for the first time.</summary>
    public void Begin(NeighbourKey neighbour) => _requests[neighbour] = new Request(0, time.GetTimestamp());

    /// <summary>True when a neighbour that was asked for is to be asked now; it then counts as asked.</summary>
    public bool TryTakeDue(NeighbourKey neighbour)
    {
        if (!_requests.TryGetValue(neighbour, out Request request) || request.Count == Pauses.Length || Left(request) > TimeSpan.Zero)
            return false;
        _requests[neighbour] = new Request(request.Count + 1, time.GetTimestamp());
        return true;
    }

    /// <summary>Forgets all but these, which still have no answer.</summary>
    public void Keep(IReadOnlySet<NeighbourKey> unanswered)
    {
        foreach (NeighbourKey neighbour in _requests.Keys.Where(neighbour => !unanswered.Contains(neighbour)).ToArray())
            _requests.Remove(neighbour);
    }

    private TimeSpan Left(Request request)
    {
        TimeSpan left = Pauses[request.Count] - time.GetElapsedTime(request.Asked);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <param name="Count">How often it was asked anew.</param>
    /// <param name="Asked">When it was asked last.</param>
    private readonly record struct Request(int Count, long Asked);
}
