using System.Runtime.InteropServices;

namespace FastLb.Native.Tests.Processes;

/// <summary>The capabilities of the calling thread (capabilities(7)); other threads keep theirs.</summary>
internal static unsafe partial class ThreadCapabilities
{
    public const int CAP_NET_ADMIN = 12;
    public const int CAP_SYS_NICE = 23;

    private const uint LinuxCapabilityVersion3 = 0x20080522;

    /// <summary>Takes a capability away from the thread until its end.</summary>
    public static void Drop(int capability)
    {
        Header header = new() { Version = LinuxCapabilityVersion3 };
        uint* sets = stackalloc uint[6]; // struct __user_cap_data_struct, twice: effective, permitted, inheritable; the lower 32 first
        Assert.Equal(0, Get(&header, sets));
        sets[0] &= ~(1u << capability);
        sets[1] &= ~(1u << capability);
        Assert.Equal(0, Set(&header, sets));
    }

    [LibraryImport("libc", EntryPoint = "capget", SetLastError = true)]
    private static partial int Get(Header* header, uint* sets);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int Set(Header* header, uint* sets);

    private struct Header
    {
        public uint Version;
        public int Thread; // 0: the calling one
    }
}
