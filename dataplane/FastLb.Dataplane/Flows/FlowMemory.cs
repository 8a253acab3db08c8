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

    /// <summary>An empty table in <paramref name="length"/> zeroed bytes.</summary>
    public static FlowMemory Create(nint address, long length, int capacity, FlowHash hash, MonotonicTime now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, FlowTableLayout.RequiredBytes(capacity));
        ArgumentOutOfRangeException.ThrowIfNotEqual(address & 63, 0, nameof(address));
        var memory = new FlowMemory(address, capacity);
        memory.ClearHeader();
        memory.ClearIndex();
        ref FlowTableHeader header = ref memory.Header;
        header.Version = FlowTableLayout.Version;
        header.EntryBytes = (uint)Unsafe.SizeOf<FlowEntry>();
        header.Capacity = (uint)capacity;
        header.Hash = hash;
        new FlowDeadlines(memory).Clear(TimingWheel.TickOf(now));
        Volatile.Write(ref header.Magic, FlowTableLayout.Magic);
        return memory;
    }

    /// <summary>The table that is in this memory; false, and why, when there is none that can be used.</summary>
    public static bool TryOpen(nint address, long length, out FlowMemory? memory, out string refusal)
    {
        memory = null;
        if (length < FlowTableLayout.HeaderBytes)
        {
            refusal = "the memory is smaller than the header of a flow table";
            return false;
        }

        ref FlowTableHeader header = ref Unsafe.AsRef<FlowTableHeader>((void*)address);
        if (Volatile.Read(ref header.Magic) != FlowTableLayout.Magic)
        {
            refusal = "the memory holds no flow table";
            return false;
        }

        if (header.Version != FlowTableLayout.Version || header.EntryBytes != Unsafe.SizeOf<FlowEntry>())
        {
            refusal = $"the flow table has layout version {header.Version}, not {FlowTableLayout.Version}";
            return false;
        }

        if (header.Capacity is 0 or > FlowTableLayout.MaximumCapacity || length < FlowTableLayout.RequiredBytes((int)header.Capacity)
            || header.HighWater > header.Capacity)
        {
            refusal = $"the flow table says that it holds {header.Capacity} flows, which do not fit its {length} bytes";
            return false;
        }

        refusal = string.Empty;
        memory = new FlowMemory(address, (int)header.Capacity);
        return true;
    }

    public uint Capacity => _capacity;

    public uint BucketMask => _bucketMask;

    public ref FlowTableHeader Header => ref Unsafe.AsRef<FlowTableHeader>(_base);

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
