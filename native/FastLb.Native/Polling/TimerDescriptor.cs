using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Polling;

/// <summary>
/// A <c>timerfd</c> on CLOCK_MONOTONIC, which is the clock of <see cref="System.Diagnostics.Stopwatch"/> and of <see cref="TimeProvider.System"/>'s
/// timestamps: whoever polls <see cref="Descriptor"/> sees it readable once the time has come. Nothing allocates. Owned by the thread that polls.
/// </summary>
public sealed unsafe partial class TimerDescriptor : SafeHandleMinusOneIsInvalid
{
    /// <summary>CLOCK_MONOTONIC of <c>linux/time.h</c>.</summary>
    internal const int CLOCK_MONOTONIC = 1;

    /// <summary>TFD_TIMER_ABSTIME of <c>linux/timerfd.h</c>.</summary>
    internal const int TFD_TIMER_ABSTIME = 1;

    private TimerDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>The file descriptor; valid until this object is disposed.</summary>
    public int Descriptor => (int)handle;

    /// <summary>Makes a timer that isn't armed.</summary>
    /// <exception cref="SystemCallException">No descriptors left.</exception>
    public static TimerDescriptor Create()
    {
        int descriptor = TimerCreate(CLOCK_MONOTONIC, LibC.O_NONBLOCK | LibC.O_CLOEXEC); // TFD_NONBLOCK and TFD_CLOEXEC are the same bits
        return descriptor >= 0
            ? new TimerDescriptor(descriptor)
            : throw new SystemCallException("timerfd_create", "CLOCK_MONOTONIC", SystemCallException.LastImportErrno);
    }

    /// <summary>Makes the timer due once, in place of an earlier time; a time that has passed makes it due at once. Clears it if it was due.</summary>
    /// <param name="due">Time on CLOCK_MONOTONIC, as <c>Stopwatch.GetElapsedTime(0)</c> gives the present one.</param>
    public void Arm(TimeSpan due)
    {
        // A time of zero would disarm.
        long ticks = Math.Max(due.Ticks, 1);
        Set(new TimerSpecification
        {
            ValueSeconds = (nint)(ticks / TimeSpan.TicksPerSecond),
            ValueNanoseconds = (nint)(ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick),
        });
    }

    /// <summary>Makes the timer never due, and clears it if it was.</summary>
    public void Disarm() => Set(default);

    /// <summary>Clears the timer, so that <see cref="Descriptor"/> isn't readable until it is armed and due again.</summary>
    /// <returns>True when it was due.</returns>
    public bool Clear()
    {
        ulong expirations;
        return (long)LibC.read(Descriptor, &expirations, sizeof(ulong)) == sizeof(ulong); // EAGAIN: it was not due
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

    private void Set(TimerSpecification specification)
    {
        if (TimerSet(Descriptor, TFD_TIMER_ABSTIME, &specification, null) != 0)
            throw new SystemCallException("timerfd_settime", $"descriptor {Descriptor}", SystemCallException.LastImportErrno);
    }

    [LibraryImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    private static partial int TimerCreate(int clock, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    private static partial int TimerSet(int descriptor, int flags, TimerSpecification* wanted, TimerSpecification* former);

    /// <summary><c>struct itimerspec</c>; <c>time_t</c> is as wide as <c>long</c> on 64-bit systems.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimerSpecification
    {
        public nint IntervalSeconds;
        public nint IntervalNanoseconds;
        public nint ValueSeconds;
        public nint ValueNanoseconds;
    }
}
