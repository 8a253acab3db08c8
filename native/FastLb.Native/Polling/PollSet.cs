using System.Runtime.InteropServices;

namespace FastLb.Native.Polling;

/// <summary>Descriptors waited for together by <c>poll</c>. Fixed in number, allocated once; owned by the one thread that waits.</summary>
public sealed unsafe partial class PollSet
{
    private readonly Entry[] _entries;
    private readonly Entry* _first;

    /// <param name="descriptors">What to wait for; negative ones are never ready.</param>
    public PollSet(params ReadOnlySpan<int> descriptors)
    {
        // One more than needed, so that there is a first entry to point at even when there is nothing to wait for.
        _entries = GC.AllocateArray<Entry>(descriptors.Length + 1, pinned: true);
        _first = (Entry*)Marshal.UnsafeAddrOfPinnedArrayElement(_entries, 0);
        Count = descriptors.Length;
        for (int i = 0; i < descriptors.Length; i++)
            _entries[i] = new Entry { Descriptor = descriptors[i], Wanted = PollEvents.Readable };
    }

    /// <summary>Number of descriptors.</summary>
    public int Count { get; }

    /// <summary>What happened to a descriptor, as of the last <see cref="Wait"/>.</summary>
    public PollEvents this[int index] => _entries[index].Happened;

    /// <summary>Chooses what to wait for; errors always count.</summary>
    public void Want(int index, PollEvents events) => _entries[index].Wanted = events;

    /// <summary>Waits until something happens to a descriptor, a signal comes, or the time is over.</summary>
    /// <param name="milliseconds">0 looks without waiting, -1 waits for ever.</param>
    /// <returns>Number of descriptors that something happened to; 0 after the time or a signal.</returns>
    public int Wait(int milliseconds)
    {
        int ready = Poll(_first, (nuint)Count, milliseconds);
        if (ready >= 0)
            return ready;
        Errno errno = SystemCallException.LastImportErrno;
        if (errno != Errno.EINTR)
            throw new SystemCallException("poll", $"{Count} descriptors", errno);
        for (int i = 0; i < Count; i++)
            _entries[i].Happened = PollEvents.None;
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(Entry* entries, nuint count, int milliseconds);

    /// <summary>struct pollfd.</summary>
    private struct Entry
    {
        public int Descriptor;
        public PollEvents Wanted;
        public PollEvents Happened;
    }
}

/// <summary>The events of <c>poll</c>, with the values of <c>asm-generic/poll.h</c>.</summary>
[Flags]
public enum PollEvents : short
{
    None = 0,

    /// <summary>POLLIN: there is something to read.</summary>
    Readable = 1,

    /// <summary>POLLOUT: there is room to write.</summary>
    Writable = 4,

    /// <summary>POLLERR: an error is waiting on the descriptor.</summary>
    Error = 8,

    /// <summary>POLLHUP: the other end is gone.</summary>
    HangUp = 0x10,

    /// <summary>POLLNVAL: the descriptor is not open.</summary>
    Invalid = 0x20,
}
