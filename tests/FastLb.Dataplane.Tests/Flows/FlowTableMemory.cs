using System.Runtime.InteropServices;
using FastLb.Dataplane.Flows;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Flows;

/// <summary>A flow table with its memory.</summary>
internal sealed unsafe class FlowTableMemory : IDisposable
{
    private readonly void* _memory;

    public FlowTableMemory(int capacity, MonotonicTime now, FlowHash? hash = null)
    {
        Length = FlowTableLayout.RequiredBytes(capacity);
        _memory = NativeMemory.AlignedAlloc((nuint)Length, 64);
        NativeMemory.Clear(_memory, (nuint)Length);
        Table = FlowTable.Create(Address, Length, capacity, hash ?? new FlowHash(11, 22, 33, 44), now);
    }

    public nint Address => (nint)_memory;

    public long Length { get; }

    public FlowTable Table { get; }

    public Span<byte> Bytes => new(_memory, (int)Length);

    public static FlowKey Key(int number) => new((uint)number, 0xC0000264, (ushort)(number * 7), 80, IpProtocol.Tcp);

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
