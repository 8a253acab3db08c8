
namespace FastLb.Bfd.Hosting;

/// <summary>Counts discarded packets by reason. The sessions' thread writes; any may read.</summary>
internal sealed class DiscardCounters
{
    private static readonly BfdDiscardReason[] Reasons = [.. Enum.GetValues<BfdDiscardReason>().Where(reason => reason != BfdDiscardReason.None)];

    private readonly long[] _counts = new long[Enum.GetValues<BfdDiscardReason>().Length];

    public void Count(BfdDiscardReason reason) => Interlocked.Increment(ref _counts[(int)reason]);

    public IReadOnlyDictionary<BfdDiscardReason, long> Read() => Reasons.ToDictionary(reason => reason, reason => Interlocked.Read(ref _counts[(int)reason]));
}
