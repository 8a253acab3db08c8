namespace FastLb.Lab.Tests.Captures;

/// <summary>Tells what a director changed in a frame that it passed on.</summary>
internal static class FrameComparison
{
    /// <summary>Names of the header fields, and offsets of the other bytes, that differ; in the order of the frame.</summary>
    public static IReadOnlyList<string> ChangedFields(CapturedFrame before, CapturedFrame after)
    {
        if (before.Bytes.Length != after.Bytes.Length)
            return [$"length {before.Bytes.Length} to {after.Bytes.Length}"];
        List<string> changed = [];
        for (int offset = 0; offset < before.Bytes.Length; offset++)
        {
            if (before.Bytes[offset] == after.Bytes[offset])
                continue;
            string field = FieldAt(before, offset);
            if (changed.Count == 0 || changed[^1] != field)
                changed.Add(field);
        }

        return changed;
    }

    /// <summary>Each frame of <paramref name="before"/> with the one of the same identity in <paramref name="after"/>.</summary>
    /// <exception cref="InvalidOperationException">A frame has no partner or several.</exception>
    public static IReadOnlyList<(CapturedFrame Before, CapturedFrame After)> Pair(
        IReadOnlyCollection<CapturedFrame> before, IReadOnlyCollection<CapturedFrame> after)
    {
        if (before.Count != after.Count)
            throw new InvalidOperationException($"{before.Count} frames before, {after.Count} after:\n{Lines(before)}\n{Lines(after)}");
        return [.. before.Select(frame => (frame, after.Single(candidate => candidate.Identity == frame.Identity)))];
    }

    private static string FieldAt(CapturedFrame frame, int offset)
    {
        if (frame.IsIpv4 && offset - frame.TransportChecksumOffset is 0 or 1)
            return "transport checksum";
        return offset switch
        {
            < 6 => "destination MAC",
            < 12 => "source MAC",
            CapturedFrame.EthernetHeaderLength + 8 => "TTL",
            CapturedFrame.EthernetHeaderLength + 10 or CapturedFrame.EthernetHeaderLength + 11 => "IP checksum",
            >= CapturedFrame.EthernetHeaderLength + 12 and < CapturedFrame.EthernetHeaderLength + 16 => "source address",
            >= CapturedFrame.EthernetHeaderLength + 16 and < CapturedFrame.EthernetHeaderLength + 20 => "destination address",
            _ => $"byte {offset}",
        };
    }

    private static string Lines(IEnumerable<CapturedFrame> frames) => string.Join('\n', frames);
}
