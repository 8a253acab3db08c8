using System.Runtime.CompilerServices;
using FastLb.Dataplane.Persistence;
using FastLb.Wire;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// The flows of one worker: a fixed number of them in memory that may outlive the process. One thread owns the table; no member allocates but those that
/// open it.
/// </summary>
public sealed class FlowTable
{
    /// <summary>Half-open flows that give way to one whose replies are translated, at the most.</summary>
    internal const int EvictionsPerPair = 8;

    private const int StepsBeforeEviction = 16;
    private const int ExpiryGroup = 16;

    private readonly FlowMemory _memory;
    private readonly FlowDeadlines _deadlines;
    private readonly FlowHash _hash;
    private readonly EntryAllocator _entries;
    private readonly FlowIndex _index;
    private uint _tick;
    private int _halfOpenLimit = int.MaxValue;
    private long _evicted;

    private FlowTable(FlowMemory memory, ServerDirectory? servers, PersistenceTemplates? templates)
    {
        _memory = memory;
        _deadlines = new FlowDeadlines(memory);
        _entries = new EntryAllocator(memory);
        _index = new FlowIndex(memory);
        _hash = memory.Header.Hash;
        _tick = memory.Header.WheelCursor;
        Servers = servers ?? new ServerDirectory(memory);
        Templates = templates;
    }

    /// <summary>Entries: a flow takes one, one whose replies are translated takes two.</summary>
    public int Capacity => (int)_memory.Capacity;

    /// <summary>Flows there are.</summary>
    public int Count => (int)_memory.Header.Count;

    /// <summary>Flows whose handshake is not done. Any thread.</summary>
    public int HalfOpen => (int)Volatile.Read(ref _memory.Header.HalfOpen);

    /// <summary>Half-open flows that had to give way to new ones, since the table was opened. Any thread.</summary>
    public long EvictedHalfOpen => Volatile.Read(ref _evicted);

    /// <summary>Half-open flows at which each new TCP flow takes the place of the oldest of them; they give way in a full table in any case. Any thread.</summary>
    public int HalfOpenLimit
    {
        get => Volatile.Read(ref _halfOpenLimit);
        set => Volatile.Write(ref _halfOpenLimit, value);
    }

    /// <summary>What the server slots that flows refer to stand for.</summary>
    public ServerDirectory Servers { get; }

    /// <summary>Counts what becomes of connections that begin here.</summary>
    internal FlowOpenings Openings { get; } = new();

    /// <summary>The templates that some of the flows were made under; null for a table that has none.</summary>
    internal PersistenceTemplates? Templates { get; }

    /// <summary>Makes an empty table in <paramref name="length"/> zeroed bytes at <paramref name="address"/>, which the caller unmaps after the last use.</summary>
    /// <param name="address">Start of the memory, aligned to 64 bytes.</param>
    /// <param name="length">At least <see cref="FlowTableLayout.RequiredBytes"/>.</param>
    /// <param name="capacity">Flows that fit; all of it is set at this moment.</param>
    /// <param name="hash">The hash with its seed.</param>
    /// <param name="now">Where the timing wheel begins.</param>
    /// <param name="servers">Server slots that it shares with other tables; null for slots of its own.</param>
    /// <param name="templates">Persistence templates that it shares with other tables; null for none.</param>
    public static FlowTable Create(
        nint address, long length, int capacity, FlowHash hash, MonotonicTime now, ServerDirectory? servers = null, PersistenceTemplates? templates = null)
    {
        return new FlowTable(FlowMemory.Create(address, length, capacity, hash, now), servers, templates);
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
    /// <param name="templates">Persistence templates that it shares with other tables, adopted before; null for none.</param>
    /// <param name="progress">Called now and then meanwhile: a million flows take a tenth of a second.</param>
    public static bool TryAdopt(
        nint address,
        long length,
        MonotonicTime now,
        out FlowTable? table,
        out string refusal,
        ServerDirectory? servers = null,
        PersistenceTemplates? templates = null,
        Action? progress = null)
    {
        table = null;
        if (!FlowMemory.TryOpen(address, length, out FlowMemory? memory, out refusal))
            return false;
        table = new FlowTable(memory!, servers, templates);
        if (servers is null)
            table.Servers.ClearFlowCounts();
        new FlowRecovery(table._memory, table._index, table._entries, table._deadlines, table.Servers, templates).Rebuild(now, progress);
        return true;
    }

    /// <summary>The hash to pass to the other members.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong HashOf(in FlowKey key) => _hash.Compute(key);

    /// <summary>Which of several workers owns the flows of this client's endpoint: the same in both directions and for every method.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int OwnerOf(in FlowKey key, int workers) => _hash.Choose(key.ClientAddress, key.ClientPort, workers);

    /// <summary>Asks for the first cache line that <see cref="Find"/> will read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchBucket(ulong hash) => _index.PrefetchBucket(hash);

    /// <summary>Asks for the entry that <see cref="Find"/> will most likely read. Reads the bucket.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchEntry(ulong hash) => _index.PrefetchEntry(hash);

    /// <summary>The index of the flow, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Find(in FlowKey key, ulong hash) => _index.Find(key, hash);

    /// <summary>The entry of an index that <see cref="Find"/> or <see cref="Insert"/> gave, until the flow is removed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref FlowEntry Entry(uint index) => ref _memory.Entry(index);

    /// <summary>
    /// Makes a flow that is not in the table yet, in state <see cref="FlowState.None"/> and counted as inactive. In a full table the oldest half-open flow gives way; 0 when
    /// there is none.
    /// </summary>
    /// <param name="key">The flow.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="server">The server slot that it is bound to.</param>
    /// <param name="expires">Tick at which it ends.</param>
    public uint Insert(in FlowKey key, ulong hash, ushort server, uint expires)
    {
        KeepHalfOpenLimit(key.Protocol);
        uint index = _entries.TakeSingle();
        if (index == 0 && (EndSome() || EvictOldest()))
            index = _entries.TakeSingle();
        if (index != 0)
            Fill(index, key, hash, server, expires, EntryUse.None);
        return index;
    }

    /// <summary>
    /// As <see cref="Insert"/>, for a flow whose replies are found by <paramref name="returnKey"/>, which is not in the table yet either. It needs two entries of one cache line:
    /// 0 also when those that <see cref="EvictionsPerPair"/> half-open flows had are no two of one.
    /// </summary>
    /// <param name="key">The flow.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="returnKey">The key of its replies.</param>
    /// <param name="returnHash">That key's hash.</param>
    /// <param name="server">The server slot that it is bound to.</param>
    /// <param name="expires">Tick at which it ends.</param>
    public uint InsertPair(in FlowKey key, ulong hash, in FlowKey returnKey, ulong returnHash, ushort server, uint expires)
    {
        KeepHalfOpenLimit(key.Protocol);
        uint index = _entries.TakePair();
        if (index == 0 && (index = MakePair()) == 0)
            return 0;
        ref FlowEntry half = ref ReturnHalf(index);
        half.ClientAddress = returnKey.ClientAddress;
        half.PeerAddress = returnKey.PeerAddress;
        half.ClientPort = returnKey.ClientPort;
        half.PeerPort = returnKey.PeerPort;
        half.State = FlowState.ReturnHalf;
        half.Server = server;
        half.Use = EntryUse.None;
        Volatile.Write(ref Unsafe.As<IpProtocol, byte>(ref half.Protocol), (byte)returnKey.Protocol);
        _index.Add(index + 1, returnHash);
        Fill(index, key, hash, server, expires, EntryUse.HasReturnHalf);
        return index;
    }

    /// <summary>Whether there is room for a flow, with a return half or without.</summary>
    internal bool HasRoom(bool pair) => _entries.CanTake(pair);

    /// <summary>The return half of a flow that has one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref FlowEntry ReturnHalf(uint index) => ref _memory.Entry(index + 1);

    /// <summary>The index of the flow that a return half, found by a key that <see cref="FlowKey.IsReturn"/>, belongs to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint FlowOfReturnHalf(uint index) => index - 1;

    /// <summary>Brings a flow into a state and sets when it ends; the server's counts follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(uint index, ref FlowEntry entry, FlowState state, uint expires)
    {
        if (entry.State != state)
            ChangeState(index, ref entry, state, expires);
        else if (entry.Expires != expires)
            _deadlines.Reschedule(index, ref entry, expires);
    }

    /// <summary>Says that the flow was made under the template of its client, which <see cref="PersistenceTemplates.TryTake"/> has counted it for.</summary>
    internal static void Control(ref FlowEntry entry) => entry.Control |= FlowControl.Controlled;

    /// <summary>The flow is one that both sides have a part in: so its template hears, once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Assure(ref FlowEntry entry)
    {
        if ((entry.Control & (FlowControl.Controlled | FlowControl.Assured)) == FlowControl.Controlled)
            Tell(ref entry);
    }

    /// <summary>Ends a flow.</summary>
    public void Remove(uint index)
    {
        _deadlines.Unlink(index, ref _memory.Entry(index));
        Free(index);
    }

    /// <summary>Ends flows whose time is up, looking at no more than <paramref name="budget"/> places. Returns how many have ended.</summary>
    public int Expire(MonotonicTime now, int budget)
    {
        _tick = TimingWheel.TickOf(now);
        int ended = Expire(budget);
        Templates?.Expire(now, budget);
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
            if (entry.Protocol != IpProtocol.None && entry.State != FlowState.ReturnHalf)
                flows[count++] = entry;
        }

        return last < _memory.Header.HighWater ? last : 0;
    }

    /// <summary>
    /// Has replies go to a new Ethernet address that would have gone to a former one, for the flows among the next entries; those that came with a VLAN tag stay, as
    /// the address is another one's there. Done in pages, so that packets wait no longer than for a batch.
    /// </summary>
    /// <param name="position">0 for the first page, then what the call before gave.</param>
    /// <param name="most">Entries to be looked at.</param>
    /// <param name="move">Which flows, and where to.</param>
    /// <returns>Where the next page begins; 0 when this was the last.</returns>
    public uint MoveHops(uint position, int most, HopMove move)
    {
        var from = new ClientHop(move.Interface, move.From);
        uint last = Math.Min(_memory.Header.HighWater, position + (uint)most);
        for (uint index = position + 1; index <= last; index++)
        {
            ref FlowEntry entry = ref _memory.Entry(index);
            if (entry.Protocol != IpProtocol.None && entry.State == FlowState.ReturnHalf && entry.Hop == from && entry.HopTag.IsNone
                && (move.Client == 0 || move.Client == entry.ClientAddress))
                entry.Hop = new ClientHop(move.Interface, move.To);
        }

        return last < _memory.Header.HighWater ? last : 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ChangeState(uint index, ref FlowEntry entry, FlowState state, uint expires)
    {
        Servers.MoveFlow(entry.Server, FlowStates.IsActive(entry.State), FlowStates.IsActive(state));
        _deadlines.ChangeState(index, ref entry, state, expires);
        if (state == FlowState.Established)
            Assure(ref entry);
    }

    // In groups, whose buckets are fetched together.
    private int Expire(int budget)
    {
        Span<uint> group = stackalloc uint[ExpiryGroup];
        Span<ulong> hashes = stackalloc ulong[ExpiryGroup];
        int reserve = budget / 2;
        int ended = 0;
        int taken;
        do
        {
            for (taken = 0; taken < group.Length; taken++)
            {
                uint index = _deadlines.TakeExpired(_tick, reserve, ref budget);
                if (index == 0)
                    break;
                group[taken] = index;
                hashes[taken] = _hash.Compute(_memory.Entry(index).Key);
                _index.PrefetchBucket(hashes[taken]);
            }

            for (int i = 0; i < taken; i++)
            {
                Openings.OnExpired(_memory.Entry(group[i]));
                Free(group[i], hashes[i]);
            }

            ended += taken;
        }
        while (taken == group.Length);
        return ended;
    }

    private void KeepHalfOpenLimit(IpProtocol protocol)
    {
        if (protocol == IpProtocol.Tcp && _deadlines.HalfOpen >= (uint)_halfOpenLimit)
            EvictOldest();
    }

    // Flows whose time is up, but which it was not their turn yet to be looked at, give way before all others.
    private bool EndSome() => Expire(StepsBeforeEviction) != 0;

    private bool EvictOldest()
    {
        uint index = _deadlines.TakeOldestHalfOpen();
        if (index == 0)
            return false;
        Free(index);
        Volatile.Write(ref _evicted, _evicted + 1);
        return true;
    }

    private uint MakePair()
    {
        uint index = EndSome() ? _entries.TakePair() : 0;
        for (int evictions = 0; index == 0 && evictions < EvictionsPerPair && EvictOldest(); evictions++)
            index = _entries.TakePair();
        return index;
    }

    private void Fill(uint index, in FlowKey key, ulong hash, ushort server, uint expires, EntryUse use)
    {
        ref FlowEntry entry = ref _memory.Entry(index);
        entry.ClientAddress = key.ClientAddress;
        entry.PeerAddress = key.PeerAddress;
        entry.ClientPort = key.ClientPort;
        entry.PeerPort = key.PeerPort;
        entry.State = FlowState.None;
        entry.Server = server;
        entry.Use = use;
        entry.Control = FlowControl.None;
        entry.Expires = expires;
        Volatile.Write(ref Unsafe.As<IpProtocol, byte>(ref entry.Protocol), (byte)key.Protocol);
        _memory.Header.Count++;
        _index.Add(index, hash);
        _deadlines.Link(index, ref entry);
        Servers.AddFlow(server);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Tell(ref FlowEntry entry)
    {
        entry.Control |= FlowControl.Assured;
        Templates?.Assure(entry);
    }

    private void Free(uint index) => Free(index, _hash.Compute(_memory.Entry(index).Key));

    private void Free(uint index, ulong hash)
    {
        ref FlowEntry entry = ref _memory.Entry(index);
        bool hasReturnHalf = entry.HasReturnHalf;
        if (entry.IsControlled)
            Templates?.Release(entry);
        Clear(index, ref entry, hash);
        Servers.RemoveFlow(entry.Server, FlowStates.IsActive(entry.State));
        _memory.Header.Count--;
        if (hasReturnHalf)
        {
            ref FlowEntry half = ref ReturnHalf(index);
            Clear(index + 1, ref half, _hash.Compute(half.Key));
            _entries.ReturnPair(index);
        }
        else
        {
            _entries.ReturnSingle(index);
        }
    }

    private void Clear(uint index, ref FlowEntry entry, ulong hash)
    {
        _index.Remove(index, hash);
        Volatile.Write(ref Unsafe.As<IpProtocol, byte>(ref entry.Protocol), (byte)IpProtocol.None);
    }
}
