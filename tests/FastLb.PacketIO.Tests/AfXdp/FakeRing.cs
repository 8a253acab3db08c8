using System.Runtime.CompilerServices;
using FastLb.Native.Memory;
using FastLb.PacketIO.AfXdp;

namespace FastLb.PacketIO.Tests.AfXdp;

/// <summary>A ring's memory without a kernel, and the kernel's end of it played by the test.</summary>
internal sealed unsafe class FakeRing<TEntry> : IDisposable
    where TEntry : unmanaged
{
    private const int ProducerOffset = 0, ConsumerOffset = 64, FlagsOffset = 128, EntriesOffset = 192;

    private readonly AnonymousMemory _memory;
    private readonly uint _size;

    /// <param name="size">Entries.</param>
    /// <param name="start">Value of both indices at the start.</param>
    public FakeRing(uint size, uint start)
    {
        _size = size;
        _memory = AnonymousMemory.Allocate(EntriesOffset + (size * sizeof(TEntry)));
        Producer = start;
        Consumer = start;
    }

    public ref uint Producer => ref At<uint>(ProducerOffset);

    public ref uint Consumer => ref At<uint>(ConsumerOffset);

    public ref uint Flags => ref At<uint>(FlagsOffset);

    public RingMemory Memory => new(
        _memory.Address + ProducerOffset, _memory.Address + ConsumerOffset, _memory.Address + FlagsOffset, _memory.Address + EntriesOffset, _size);

    /// <summary>Entries published and not taken.</summary>
    public uint Present => Producer - Consumer;

    /// <summary>The kernel takes the oldest entry.</summary>
    public TEntry Take() => Entry(Consumer++);

    /// <summary>The kernel publishes an entry.</summary>
    public void Put(TEntry entry)
    {
        Entry(Producer) = entry;
        Producer++;
    }

    public void Dispose() => _memory.Dispose();

    private ref TEntry Entry(uint index) => ref At<TEntry>(EntriesOffset + ((int)(index % _size) * sizeof(TEntry)));

    private ref T At<T>(int offset)
        where T : unmanaged => ref Unsafe.AsRef<T>((void*)(_memory.Address + offset));
}
