namespace FastLb.Lab.Tests.Captures;

/// <summary>What a capture shows in the checksum field of a TCP or UDP header.</summary>
internal enum TransportChecksum
{
    /// <summary>Neither of the others.</summary>
    Wrong,

    /// <summary>The sum over the whole segment, as RFC 9293 wants it on the wire.</summary>
    Valid,

    /// <summary>
    /// Only the pseudo-header's sum: the sender left the rest to its hardware, which veth has none of. Kernels mark such frames, a capture
    /// doesn't show the mark.
    /// </summary>
    Partial,
}
