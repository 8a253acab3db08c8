namespace FastLb.DataplaneChannel.Messages;

/// <summary>A way in which frames are taken and sent.</summary>
public enum PortBackend
{
    /// <summary>AF_XDP behind an XDP program in the driver.</summary>
    XdpNative,

    /// <summary>AF_XDP behind an XDP program in the kernel's generic hook.</summary>
    XdpGeneric,
}

/// <summary>How ports are opened. Another value opens them anew.</summary>
public sealed record DesiredPorts
{
    /// <summary>Tried in this order for each interface; at least one.</summary>
    public IReadOnlyList<PortBackend> Backends { get; init; } = [PortBackend.XdpNative, PortBackend.XdpGeneric];

    /// <summary>Entries of each ring of a queue, a power of two.</summary>
    public int RingSize { get; init; } = 2048;

    /// <summary>Frames of memory for each queue, more than <see cref="RingSize"/>.</summary>
    public int FramesPerQueue { get; init; } = 4096;

    /// <summary>Processors that workers are kept on, taken by turns; none for those that the process may use, unless there is only one worker.</summary>
    public IReadOnlyList<int> Processors { get; init; } = [];

    /// <summary>Whether ports that are open by one are open by the other.</summary>
    public bool IsSameAs(DesiredPorts other) =>
        Backends.SequenceEqual(other.Backends) && RingSize == other.RingSize && FramesPerQueue == other.FramesPerQueue && Processors.SequenceEqual(other.Processors);
}
