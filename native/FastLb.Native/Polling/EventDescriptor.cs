using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Polling;

/// <summary>An <c>eventfd</c>: any thread sets it, the one that polls <see cref="Descriptor"/> sees it readable and clears it.</summary>
public sealed unsafe class EventDescriptor : SafeHandleMinusOneIsInvalid
{
    private EventDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>The file descriptor; valid until this object is disposed.</summary>
    public int Descriptor => (int)handle;

    /// <summary>Makes an event that isn't set.</summary>
    /// <exception cref="SystemCallException">No descriptors left.</exception>
    public static EventDescriptor Create()
    {
        int descriptor = LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
        return descriptor >= 0
            ? new EventDescriptor(descriptor)
            : throw new SystemCallException("eventfd", string.Empty, SystemCallException.LastImportErrno);
    }

    /// <summary>Sets the event. Any thread, any number of times; never blocks.</summary>
    public void Set()
    {
        bool held = false;
        try
        {
            DangerousAddRef(ref held); // another thread may be disposing of it: the number must not be reused under the call
            ulong one = 1;
            _ = LibC.write(Descriptor, &one, sizeof(ulong)); // EAGAIN: the counter is at its end, so the event is set anyhow
        }
        finally
        {
            if (held)
                DangerousRelease();
        }
    }

    /// <summary>Clears the event.</summary>
    public void Clear()
    {
        ulong count;
        _ = LibC.read(Descriptor, &count, sizeof(ulong)); // EAGAIN: it was not set
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}
