using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastLb.Wire;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// The flows of one worker: a fixed number of them in memory that may outlive the process. Bucketed open addressing with a fingerprint byte for
/// each place, compared twelve at a time; nothing is ever moved or rehashed. One thread owns the table; no member allocates but those that open it.
/// </summary>
public sealed class FlowTable
{
    private readonly FlowMemory _memory;
    private readonly TimingWheel _wheel;
    private readonly FlowHash _hash;

    private FlowTable(FlowMemory memory, ServerDirectory? servers)
    {
        _memory = memory;
        _wheel = new TimingWheel(memory);
        _hash = memory.Header.Hash;
        Servers = servers ?? new ServerDirectory(memory);
    }

    /// <summary>Flows that fit.</summary>
    public int Capacity => (int)_memory.Capacity;

    /// <summary>Flows there are.</summary>
    public int Count => (int)_memory.Header.Count;

    /// <summary>What the server slots that flows refer to stand for.</summary>
    public ServerDirectory Servers { get; }

    /// <summary>Makes an empty table in <paramref name="length"/> zeroed bytes at <paramref name="address"/>, which the caller unmaps after the last use.</summary>
    /// <param name="address">Start of the memory, aligned to 64 bytes.</param>
    /// <param name="length">At least <see cref="FlowTableLayout.RequiredBytes"/>.</param>
    /// <param name="capacity">Flows that fit; all of it is set at this moment.</param>
    /// <param name="hash">The hash with its seed.</param>
    /// <param name="now">Where the timing wheel begins.</param>
    /// <param name="servers">Server slots that it shares with other tables; null for slots of its own.</param>
    public static FlowTable Create(nint address, long length, int capacity, FlowHash hash, MonotonicTime now, ServerDirectory? servers = null)
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
        header.WheelCursor = TimingWheel.TickOf(now);
        Volatile.Write(ref header.Magic, FlowTableLayout.Magic);
        return new FlowTable(memory, servers);
    }

    /// <summary>
    /// Takes over the table that another process left in this memory, wherever in an operation it was killed: the entries are what counts, and index,
    /// wheel, free list and counts are made anew from them. Flows whose server slot has no meaning are dropped.
    /// </summary>
    /// <param name="address">Start of the memory.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="now">The present, on the same clock that the other process used.</param>
    /// <param name="table">The table, on success.</param>
    /// <param name="refusal">Why not, otherwise; the memory is then as it was.</param>
    /// <param name="servers">Server slots that it shares with other tables, whose flow counts it adds to; null for slots of its own.</param>
    public static bool TryAdopt(nint address, long length, MonotonicTime now, out FlowTable? table, out string refusal, ServerDirectory? servers = null)
    {
        table = null;
        if (length < FlowTableLayout.HeaderBytes)
        {
            refusal = "the memory is smaller than the header of a flow table";
            return false;
        }

        ref FlowTableHeader header = ref FlowMemory.HeaderAt(address);
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
        table = new FlowTable(new FlowMemory(address, (int)header.Capacity), servers);
        if (servers is null)
            table.Servers.ClearFlowCounts();
        table.Rebuild(now);
        return true;
    }

    /// <summary>The hash to pass to the other members.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong HashOf(in FlowKey key) => _hash.Compute(key);

    /// <summary>Which of <paramref name="workers"/> a flow belongs to: the client's endpoint decides, which packets in both directions have.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int OwnerOf(in FlowKey key, int workers) => _hash.Choose(key.ClientAddress, key.ClientPort, workers);

    /// <summary>Asks for the first cache line that <see cref="Find"/> will read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchBucket(ulong hash) => _memory.PrefetchBucket((uint)hash);

    /// <summary>Asks for the entry that <see cref="Find"/> will most likely read. Reads the bucket.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchEntry(ulong hash)
    {
        ref FlowBucket bucket = ref _memory.Bucket((uint)hash);
        uint matches = Matches(ref bucket, Fingerprint(hash));
        if (matches != 0)
            _memory.PrefetchEntry(bucket.Indexes[BitOperations.TrailingZeroCount(matches)]);
    }

    /// <summary>The index of the flow, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Find(in FlowKey key, ulong hash)
    {
        byte fingerprint = Fingerprint(hash);
        uint number = (uint)hash;
        for (uint searched = 0; searched <= _memory.BucketMask; searched++, number++)
        {
            ref FlowBucket bucket = ref _memory.Bucket(number);
            for (uint matches = Matches(ref bucket, fingerprint); matches != 0; matches &= matches - 1)
            {
                uint index = bucket.Indexes[BitOperations.TrailingZeroCount(matches)];
                if (_memory.Entry(index).Key == key)
                    return index;
            }

            if (bucket.Overflow == 0)
                return 0;
        }

        return 0;
    }

    /// <summary>The entry of an index that <see cref="Find"/> or <see cref="Insert"/> gave, until the flow is removed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref FlowEntry Entry(uint index) => ref _memory.Entry(index);

    /// <summary>Makes a flow that is not in the table yet, in state <see cref="FlowState.None"/> and counted as inactive; 0 when the table is full.</summary>
    /// <param name="key">The flow.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="server">The server slot that it is bound to.</param>
    /// <param name="expires">Tick at which it ends.</param>
    public uint Insert(in FlowKey key, ulong hash, ushort server, uint expires)
    {
        ref FlowTableHeader header = ref _memory.Header;
        uint index = header.FreeHead;
        if (index != 0)
            header.FreeHead = _memory.Entry(index).Next;
        else if (header.HighWater < header.Capacity)
            index = ++header.HighWater;
        else
            return 0;

        ref FlowEntry entry = ref _memory.Entry(index);
        entry.ClientAddress = key.ClientAddress;
        entry.VirtualAddress = key.VirtualAddress;
        entry.ClientPort = key.ClientPort;
        entry.VirtualPort = key.VirtualPort;
        entry.State = FlowState.None;
        entry.Server = server;
        entry.Expires = expires;
        Volatile.Write(ref Unsafe.As<IpProtocol, byte>(ref entry.Protocol), (byte)key.Protocol);
        header.Count++;
        AddToIndex(index, hash);
        _wheel.Link(index, ref entry);
        Servers.AddFlow(server);
        return index;
    }

    /// <summary>Brings a flow into a state and sets when it ends; the server's counts follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(uint index, ref FlowEntry entry, FlowState state, uint expires)
    {
        if (entry.State != state)
        {
            Servers.MoveFlow(entry.Server, FlowStates.IsActive(entry.State), FlowStates.IsActive(state));
            entry.State = state;
        }

        if (entry.Expires != expires)
            _wheel.Reschedule(index, ref entry, expires);
    }

    /// <summary>Ends a flow.</summary>
    public void Remove(uint index)
    {
        _wheel.Unlink(ref _memory.Entry(index));
        Free(index);
    }

    /// <summary>Ends flows whose time is up, looking at no more than <paramref name="budget"/> places. Returns how many have ended.</summary>
    public int Expire(MonotonicTime now, int budget)
    {
        uint tick = TimingWheel.TickOf(now);
        int ended = 0;
        for (uint index; (index = _wheel.TakeExpired(tick, ref budget)) != 0; ended++)
            Free(index);
        return ended;
    }

    /// <summary>
    /// Copies the flows among the next entries, for a listing made in pages between which the table changes: a flow that stays is copied exactly once.
    /// </summary>
    /// <param name="position">0 for the first page, then what the call before gave.</param>
    /// <param name="flows">Filled from its start; as many entries as it has room for are looked at.</param>
    /// <param name="count">Flows copied.</param>
    /// <returns>Where the next page begins; 0 when this was the last.</returns>
    public uint CopyPage(uint position, Span<FlowEntry> flows, out int count)
    {
        uint last = Math.Min(_memory.Header.HighWater, position + (uint)flows.Length);
        count = 0;
        for (uint index = position + 1; index <= last; index++)
        {
            ref FlowEntry entry = ref _memory.Entry(index);
            if (entry.Protocol != IpProtocol.None)
                flows[count++] = entry;
        }

        return last < _memory.Header.HighWater ? last : 0;
    }

    private void Free(uint index)
    {
        ref FlowTableHeader header = ref _memory.Header;
        ref FlowEntry entry = ref _memory.Entry(index);
        FlowKey key = entry.Key;
        RemoveFromIndex(index, _hash.Compute(key));
        Volatile.Write(ref Unsafe.As<IpProtocol, byte>(ref entry.Protocol), (byte)IpProtocol.None);
        Servers.RemoveFlow(entry.Server, FlowStates.IsActive(entry.State));
        entry.Next = header.FreeHead;
        header.FreeHead = index;
        header.Count--;
    }

    private void AddToIndex(uint index, ulong hash)
    {
        // There are more places than entries, so that an empty one is always found.
        uint number = (uint)hash;
        while (true)
        {
            ref FlowBucket bucket = ref _memory.Bucket(number++);
            uint empty = Matches(ref bucket, 0);
            if (empty == 0)
            {
                bucket.Overflow++;
                continue;
            }

            int place = BitOperations.TrailingZeroCount(empty);
            bucket.Indexes[place] = index;
            bucket.Fingerprints = bucket.Fingerprints.WithElement(place, Fingerprint(hash));
            return;
        }
    }

    private void RemoveFromIndex(uint index, ulong hash)
    {
        byte fingerprint = Fingerprint(hash);
        uint number = (uint)hash;
        for (uint searched = 0; searched <= _memory.BucketMask; searched++)
        {
            ref FlowBucket bucket = ref _memory.Bucket(number++);
            for (uint matches = Matches(ref bucket, fingerprint); matches != 0; matches &= matches - 1)
            {
                int place = BitOperations.TrailingZeroCount(matches);
                if (bucket.Indexes[place] != index)
                    continue;
                bucket.Fingerprints = bucket.Fingerprints.WithElement(place, (byte)0);
                bucket.Indexes[place] = 0;
                return;
            }

            bucket.Overflow--;
        }

        throw new InvalidDataException($"flow table is damaged: entry {index} is not in its index");
    }

    private void Rebuild(MonotonicTime now)
    {
        ref FlowTableHeader header = ref _memory.Header;
        _memory.ClearIndex();
        header.FreeHead = 0;
        header.Count = 0;
        header.WheelCursor = TimingWheel.TickOf(now);
        for (uint index = 1; index <= header.HighWater; index++)
        {
            ref FlowEntry entry = ref _memory.Entry(index);
            if (entry.Protocol == IpProtocol.None || (int)entry.State >= FlowStates.Count || !Servers.IsInUse(entry.Server)
                || Find(entry.Key, _hash.Compute(entry.Key)) != 0)
            {
                entry.Protocol = IpProtocol.None;
                entry.Next = header.FreeHead;
                header.FreeHead = index;
                continue;
            }

            AddToIndex(index, _hash.Compute(entry.Key));
            _wheel.Link(index, ref entry);
            Servers.AddFlow(entry.Server);
            Servers.MoveFlow(entry.Server, wasActive: false, FlowStates.IsActive(entry.State));
            header.Count++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Matches(ref FlowBucket bucket, byte fingerprint) =>
        Vector128.Equals(bucket.Fingerprints, Vector128.Create(fingerprint)).ExtractMostSignificantBits() & FlowBucket.PlacesMask;

    // The top byte, which the bucket number does not use; 0 means "empty".
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Fingerprint(ulong hash) => (byte)Math.Max(1u, (uint)(hash >> 56));
}
