namespace FastLb.Dataplane.Pipeline;

/// <summary>How many frames got which verdict. Written by one worker, read by anyone.</summary>
public sealed class VerdictCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<VerdictReason>().Length];

    /// <summary>Frames that got this verdict so far.</summary>
    public long this[VerdictReason reason] => Volatile.Read(ref _counts[(int)reason]);

    /// <summary>Counts one frame; only the worker that owns the counters may.</summary>
    public void Count(VerdictReason reason) => _counts[(int)reason]++;

    /// <summary>Counts a frame, whose verdict has been counted, under another reason: what was decided could not be done.</summary>
    public void Recount(VerdictReason decided, VerdictReason happened)
    {
        _counts[(int)decided]--;
        _counts[(int)happened]++;
    }
}
