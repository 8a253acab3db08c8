namespace FastLb.Dataplane.Pipeline;

/// <summary>How many frames got which verdict. Written by one worker, read by anyone.</summary>
public sealed class VerdictCounters
{
    // A cache line before and one after: what lies beside the array may be another worker's counters.
    private const int Margin = 8;

    private readonly long[] _counts = new long[Enum.GetValues<VerdictReason>().Length + (2 * Margin)];

    /// <summary>Frames that got this verdict so far.</summary>
    public long this[VerdictReason reason] => Volatile.Read(ref _counts[Margin + (int)reason]);

    /// <summary>Counts one frame; only the worker that owns the counters may.</summary>
    public void Count(VerdictReason reason) => _counts[Margin + (int)reason]++;

    /// <summary>Counts a frame, whose verdict has been counted, under another reason: what was decided could not be done.</summary>
    public void Recount(VerdictReason decided, VerdictReason happened)
    {
        _counts[Margin + (int)decided]--;
        _counts[Margin + (int)happened]++;
    }
}
