using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// The memory of a flow table, seen as the sections of <see cref="FlowTableLayout"/>. Whoever mapped it owns it and unmaps it after the last use.
/// Every index is checked: a damaged table ends in an exception, never in a stray write.
/// </summary>
internal sealed unsafe class FlowMemory
{
    private readonly byte* _base;
    private readonly ServerSlot* _servers;
    private readonly uint* _wheel;
    private readonly FlowBucket* _buckets;
    private readonly FlowEntry* _entries;
    private readonly uint _bucketMask;
    private readonly uint _capacity;

    public FlowMemory(nint address, int capacity)
    {
        _base = (byte*)address;
        _servers = (ServerSlot*)(_base + FlowTableLayout.ServerSlotsOffset);
        _wheel = (uint*)(_base + FlowTableLayout.WheelOffset);
        _buckets = (FlowBucket*)(_base + FlowTableLayout.BucketsOffset);
        _entries = (FlowEntry*)(_base + FlowTableLayout.EntriesOffset(capacity));
        _bucketMask = FlowTableLayout.BucketCount(capacity) - 1;
        _capacity = (uint)capacity;
    }

    public uint Capacity => _capacity;

    public uint BucketMask => _bucketMask;

    public ref FlowTableHeader Header => ref Unsafe.AsRef<FlowTableHeader>(_base);

    public static ref FlowTableHeader HeaderAt(nint address) => ref Unsafe.AsRef<FlowTableHeader>((void*)address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref FlowBucket Bucket(uint number) => ref _buckets[number & _bucketMask];

    /// <summary>Entries count from 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref FlowEntry Entry(uint index)
    {
        if (index - 1 >= _capacity)
            ThrowDamaged(index);
        return ref _entries[index - 1];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref uint WheelHead(uint slot) => ref _wheel[slot & (TimingWheel.Slots - 1)];

    public ref uint HalfOpenHead(uint slot) => ref _wheel[TimingWheel.Slots + (slot & (HalfOpenFlows.Slots - 1))];

    public ref ServerSlot Server(int slot)
    {
        if ((uint)slot >= FlowTableLayout.ServerSlots)
            ThrowDamaged((uint)slot);
        return ref _servers[slot];
    }

    /// <summary>Zeroes wheel and buckets, which can be made anew from the entries.</summary>
    public void ClearIndex()
    {
        NativeClear((byte*)_wheel, FlowTableLayout.WheelSlots * sizeof(uint));
        NativeClear((byte*)_buckets, ((long)_bucketMask + 1) * sizeof(FlowBucket));
    }

    /// <summary>Zeroes header and server slots.</summary>
    public void ClearHeader() => NativeClear(_base, FlowTableLayout.WheelOffset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchBucket(uint number)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(_buckets + (number & _bucketMask));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchEntry(uint index)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(_entries + (index - 1));
    }

    private static void NativeClear(byte* start, long length)
    {
        const int step = 1 << 30;
        for (; length > step; start += step, length -= step)
            new Span<byte>(start, step).Clear();
        new Span<byte>(start, (int)length).Clear();
    }

    [DoesNotReturn]
    private static void ThrowDamaged(uint index) => throw new InvalidDataException($"flow table is damaged: index {index} is outside it");
}
