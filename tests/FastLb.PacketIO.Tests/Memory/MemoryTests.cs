using FastLb.Native;
using FastLb.Native.Memory;
using Xunit;

namespace FastLb.PacketIO.Tests.Memory;

public sealed unsafe class MemoryTests
{
    [Fact]
    public void Anonymous_memory_is_page_aligned_zeroed_and_writable_to_its_last_byte()
    {
        using AnonymousMemory memory = AnonymousMemory.Allocate(4 << 20);
        Span<byte> bytes = new((void*)memory.Address, (int)memory.Length);
        Assert.Equal(0, memory.Address % Environment.SystemPageSize);
        Assert.True(bytes.IndexOfAnyExcept((byte)0) < 0);
        bytes[^1] = 1;
    }

    [Fact]
    public void Shared_memory_opened_by_its_descriptor_shows_the_same_bytes_and_outlives_its_maker()
    {
        SharedMemory maker = SharedMemory.Create("fastlb-test", 10_000);
        *(ulong*)maker.Address = 0x1122334455667788;
        using SharedMemory other = SharedMemory.Open(maker.Descriptor);
        Assert.Equal(10_000, other.Length);
        Assert.NotEqual(maker.Address, other.Address);
        *(ulong*)(other.Address + 8) = 42;
        Assert.Equal(42ul, *(ulong*)(maker.Address + 8));
        maker.Dispose();
        Assert.Equal(0x1122334455667788ul, *(ulong*)other.Address);
    }

    [Fact]
    public void Sealed_shared_memory_cannot_change_its_size()
    {
        using SharedMemory memory = SharedMemory.Create("fastlb-test", 8192);
        memory.SealSize();
        Assert.Equal(-1, Tmds.Linux.LibC.ftruncate(memory.Descriptor, 4096));
        Assert.Equal(Errno.EPERM, SystemCallException.LastImportErrno);
        Assert.Equal(-1, Tmds.Linux.LibC.ftruncate(memory.Descriptor, 16384));
        *(byte*)(memory.Address + 8191) = 1;
    }

    [Fact]
    public void Opening_a_descriptor_that_is_not_open_names_it()
    {
        SystemCallException fault = Assert.Throws<SystemCallException>(() => SharedMemory.Open(9999));
        Assert.Equal(Errno.EBADF, fault.Errno);
        Assert.Contains("9999", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Opening_an_empty_file_is_refused()
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle empty = File.OpenHandle("/dev/null");
        Assert.Throws<SystemCallException>(() => SharedMemory.Open((int)empty.DangerousGetHandle()));
    }
}
