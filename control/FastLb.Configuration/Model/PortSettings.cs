namespace FastLb.Configuration.Model;

/// <summary>A way in which the dataplane takes frames from an interface and sends them.</summary>
public enum Backend
{
    /// <summary>AF_XDP behind an XDP program in the interface's driver.</summary>
    XdpNative,

    /// <summary>AF_XDP behind an XDP program in the kernel's generic hook, which every interface has.</summary>
    XdpGeneric,
}

/// <summary>Where and how the dataplane takes frames and sends them.</summary>
public sealed record PortSettings
{
    /// <summary>Least and most of <see cref="RingSize"/>.</summary>
    public const int SmallestRing = 64, LargestRing = 16_384;

    /// <summary>Least and most of <see cref="FramesPerQueue"/>.</summary>
    public const int FewestFrames = 128, MostFrames = 131_072;

    /// <summary>Most of <see cref="Workers"/>, and of processors.</summary>
    public const int MostWorkers = 64, MostProcessors = 4096;

    /// <summary>Tried in this order for each interface; at least one.</summary>
    public ValueList<Backend> Backends { get; init; } = [Backend.XdpNative, Backend.XdpGeneric];

    /// <summary>The interfaces that are served, and no others; none for those that addresses and routes of the services lead to.</summary>
    public ValueList<string> Interfaces { get; init; } = [];

    /// <summary>Threads that forward; 0 for one for each queue of an interface, but no more than processors.</summary>
    public int Workers { get; init; }

    /// <summary>The processors that workers are kept on, taken by turns; none for those that the process may use, unless there is only one worker.</summary>
    public ValueList<int> WorkerProcessors { get; init; } = [];

    /// <summary>Entries of each ring of a queue: a power of two.</summary>
    public int RingSize { get; init; } = 2048;

    /// <summary>Frames of memory for each queue, more than <see cref="RingSize"/>: what is lent for receiving, on its way out and at work. 2 KB each.</summary>
    public int FramesPerQueue { get; init; } = 4096;
}
