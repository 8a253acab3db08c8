using System.Runtime.CompilerServices;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Scheduling;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Persistence;

/// <summary>
/// Which server the clients of services with persistence stay with: IPVS's connection templates, shared by all workers. A template counts the flows that were made
/// under it and isn't given up while there are any. Used for new flows and ends of flows of such services only, under a lock that is held for the time of a look-up.
/// </summary>
/// <remarks>
/// Entries are laid out as those of a <see cref="FlowTable"/>: the server's slot, when it expires, <see cref="FlowState.Established"/> for what IPVS calls assured. The
/// counts are this process's alone; a successor makes them anew from the flows.
/// </remarks>
public sealed class PersistenceTemplates
{
    /// <summary>How long a template is kept at a time whose timeout has run out while flows under it live (IPVS, ip_vs_conn_expire).</summary>
    private static readonly uint KeptTicks = (uint)(TimeSpan.FromSeconds(60).Ticks * 100 / TimingWheel.TickNanoseconds);

    private readonly FlowMemory _memory;
    private readonly TimingWheel _wheel;
    private readonly EntryAllocator _entries;
    private readonly FlowIndex _index;
    private readonly FlowHash _hash;
    private readonly ServerDirectory _servers;
    private readonly int[] _controlled;
    private SpinLock _gate = new(enableThreadOwnerTracking: false); // not readonly: it is a struct that changes

    private PersistenceTemplates(FlowMemory memory, ServerDirectory servers)
    {
        _memory = memory;
        _wheel = new TimingWheel(memory);
        _entries = new EntryAllocator(memory);
        _index = new FlowIndex(memory);
        _hash = memory.Header.Hash;
        _servers = servers;
        _controlled = new int[memory.Capacity + 1];
    }

    /// <summary>Templates there are. Any thread.</summary>
    public int Count => (int)Volatile.Read(ref _memory.Header.Count);

    /// <summary>Templates that fit.</summary>
    public int Capacity => (int)_memory.Capacity;

    /// <summary>As <see cref="FlowTable.Create"/>.</summary>
    internal static PersistenceTemplates Create(nint address, long length, int capacity, FlowHash hash, MonotonicTime now, ServerDirectory servers) =>
        new(FlowMemory.Create(address, length, capacity, hash, now), servers);

    /// <summary>As <see cref="FlowTable.TryAdopt"/>; before the flows are, which are then counted one by one.</summary>
    internal static bool TryAdopt(nint address, long length, MonotonicTime now, ServerDirectory servers, out PersistenceTemplates? templates, out string refusal)
    {
        bool isThere = FlowMemory.TryOpen(address, length, out FlowMemory? memory, out refusal);
        templates = isThere ? new PersistenceTemplates(memory!, servers) : null;
        templates?.Rebuild(now);
        return isThere;
    }

    /// <summary>
    /// Finds the server of a new flow: that of the client's template, whatever its weight and thresholds; else the scheduler's choice, for which a template is made. The
    /// flow counts as controlled from now on: <see cref="Release(ushort, uint)"/> must follow, when it ends or if it isn't made.
    /// </summary>
    /// <param name="service">A service with persistence.</param>
    /// <param name="table">The table that it is in.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="tick">The present.</param>
    /// <param name="server">The server's slot.</param>
    /// <returns><see cref="VerdictReason.None"/>, or why there is no server.</returns>
    internal VerdictReason TryTake(VirtualService service, ServiceTable table, in NewFlow flow, uint tick, out ushort server)
    {
        bool entered = false;
        try
        {
            _gate.Enter(ref entered);
            return Take(service, service.Persistence!, table, flow, tick, out server);
        }
        finally
        {
            Leave(entered);
        }
    }

    /// <summary>A controlled flow has ended.</summary>
    internal void Release(in FlowEntry flow) => Release(flow.Server, flow.ClientAddress);

    /// <summary>A controlled flow of this server and client has ended, or was not made after all.</summary>
    internal void Release(ushort server, uint client)
    {
        bool entered = false;
        try
        {
            _gate.Enter(ref entered);
            uint index = FindFor(server, client);
            if (index != 0 && _controlled[index] > 0)
                _controlled[index]--;
        }
        finally
        {
            Leave(entered);
        }
    }

    /// <summary>A controlled flow has become established.</summary>
    internal void Assure(in FlowEntry flow)
    {
        bool entered = false;
        try
        {
            _gate.Enter(ref entered);
            uint index = FindFor(flow.Server, flow.ClientAddress);
            if (index != 0)
                _memory.Entry(index).State = FlowState.Established;
        }
        finally
        {
            Leave(entered);
        }
    }

    /// <summary>
    /// Ends templates whose time is up, but for those with flows. Any worker; one that comes while another is at it goes on without waiting.
    /// </summary>
    internal void Expire(MonotonicTime now, int budget)
    {
        uint tick = TimingWheel.TickOf(now);
        if ((int)(tick - Volatile.Read(ref _memory.Header.WheelCursor)) <= 0)
            return;
        bool entered = false;
        try
        {
            _gate.TryEnter(ref entered);
            if (entered)
                EndExpired(tick, budget);
        }
        finally
        {
            Leave(entered);
        }
    }

    /// <summary>As <see cref="FlowTable.CopyPage"/>. Any thread; keep the pages small, as workers may wait.</summary>
    public uint CopyPage(uint position, Span<FlowEntry> templates, out int count)
    {
        bool entered = false;
        try
        {
            _gate.Enter(ref entered);
            uint last = Math.Min(_memory.Header.HighWater, position + (uint)templates.Length);
            count = 0;
            for (uint index = position + 1; index <= last; index++)
            {
                ref FlowEntry entry = ref _memory.Entry(index);
                if (entry.Protocol != IpProtocol.None)
                    templates[count++] = entry;
            }

            return last < _memory.Header.HighWater ? last : 0;
        }
        finally
        {
            Leave(entered);
        }
    }

    /// <summary>The template of a client, whether or not its server may still get flows; false when there is none. Any thread.</summary>
    internal bool TryFind(VirtualService service, uint client, out FlowEntry template)
    {
        bool entered = false;
        try
        {
            _gate.Enter(ref entered);
            FlowKey key = TemplateKeys.Of(service.Key, service.Persistence!.Mask, client);
            uint index = _index.Find(key, _hash.Compute(key));
            template = index != 0 ? _memory.Entry(index) : default;
            return index != 0;
        }
        finally
        {
            Leave(entered);
        }
    }

    /// <summary>Puts a template of another table into this one, which has room and is used by one thread alone.</summary>
    internal void Restore(in FlowEntry template)
    {
        uint index = _entries.TakeSingle();
        Fill(index, template.Key, _hash.Compute(template.Key), template.Server, template.Expires);
        _controlled[index] = 0;
        ref FlowEntry entry = ref _memory.Entry(index);
        (entry.State, entry.Control) = (template.State, template.Control);
    }

    /// <summary>Flows that a template is kept for; 0 for no template. For tests.</summary>
    internal int ControlledBy(in FlowKey key)
    {
        uint index = _index.Find(key, _hash.Compute(key));
        return index == 0 ? 0 : _controlled[index];
    }

    /// <summary>Counts a flow of a table that is being adopted; false when its template is not there any more. Several tables at a time, and nothing else meanwhile.</summary>
    internal bool TryCount(in FlowEntry flow)
    {
        uint index = FindFor(flow.Server, flow.ClientAddress);
        if (index != 0)
            Interlocked.Increment(ref _controlled[index]);
        return index != 0;
    }

    /// <summary>Whether clients may stay with a server.</summary>
    internal static bool IsUsable(in RealServer server, ForwardingSettings settings) =>
        server.Service is not null && !(settings.ExpiresQuiescentTemplates && server.Weight == 0);

    private VerdictReason Take(VirtualService service, ServicePersistence persistence, ServiceTable table, in NewFlow flow, uint tick, out ushort server)
    {
        FlowKey key = TemplateKeys.Of(service.Key, persistence.Mask, flow.Key.ClientAddress);
        ulong hash = _hash.Compute(key);
        uint index = _index.Find(key, hash);
        if (index != 0 && IsUsable(table.Server(_memory.Entry(index).Server), table.Settings))
        {
            ref FlowEntry known = ref _memory.Entry(index);
            _wheel.Reschedule(index, ref known, tick + ((known.Control & FlowControl.Kept) != FlowControl.None ? KeptTicks : persistence.Ticks));
            _controlled[index]++;
            server = known.Server;
            return VerdictReason.None;
        }

        server = 0;
        if (index != 0)
            Remove(index);
        int choice = service.Scheduler.Choose(service.Servers, flow);
        if (choice < 0)
            return VerdictReason.NoServer;
        index = _entries.TakeSingle();
        if (index == 0)
            return VerdictReason.FlowTableFull;
        server = service.Servers.Servers[choice].Slot;
        Fill(index, key, hash, server, tick + persistence.Ticks);
        _controlled[index] = 1;
        return VerdictReason.None;
    }

    /// <summary>The template that a flow of this server and client is under, or 0: the client may have got another server meanwhile.</summary>
    private uint FindFor(ushort server, uint client)
    {
        FlowKey key = TemplateKeys.Of(_servers.Identity(server).Service, _servers.PersistenceMask(server), client);
        uint index = _index.Find(key, _hash.Compute(key));
        return index != 0 && _memory.Entry(index).Server == server ? index : 0;
    }

    private void EndExpired(uint tick, int budget)
    {
        for (uint index; (index = _wheel.TakeExpired(tick, ref budget)) != 0;)
        {
            if (_controlled[index] == 0)
            {
                Free(index);
                continue;
            }

            ref FlowEntry kept = ref _memory.Entry(index);
            kept.Control |= FlowControl.Kept;
            kept.Expires = tick + KeptTicks;
            _wheel.Link(index, ref kept);
        }
    }

    private void Fill(uint index, in FlowKey key, ulong hash, ushort server, uint expires)
    {
        ref FlowEntry entry = ref _memory.Entry(index);
        entry.ClientAddress = key.ClientAddress;
        entry.PeerAddress = key.PeerAddress;
        entry.ClientPort = key.ClientPort;
        entry.PeerPort = key.PeerPort;
        entry.State = FlowState.None;
        entry.Server = server;
        entry.Use = EntryUse.None;
        entry.Control = FlowControl.None;
        entry.Expires = expires;
        Volatile.Write(ref Unsafe.As<IpProtocol, byte>(ref entry.Protocol), (byte)key.Protocol);
        _memory.Header.Count++;
        _index.Add(index, hash);
        _wheel.Link(index, ref entry);
        _servers.AddTemplate(server);
    }

    private void Remove(uint index)
    {
        _wheel.Unlink(ref _memory.Entry(index));
        Free(index);
    }

    private void Free(uint index)
    {
        ref FlowEntry entry = ref _memory.Entry(index);
        _index.Remove(index, _hash.Compute(entry.Key));
        Volatile.Write(ref Unsafe.As<IpProtocol, byte>(ref entry.Protocol), (byte)IpProtocol.None);
        _servers.RemoveTemplate(entry.Server);
        _memory.Header.Count--;
        _entries.ReturnSingle(index);
    }

    // As FlowRecovery: the entries are what counts.
    private void Rebuild(MonotonicTime now)
    {
        ref FlowTableHeader header = ref _memory.Header;
        _memory.ClearIndex();
        _entries.Clear();
        header.Count = 0;
        header.WheelCursor = TimingWheel.TickOf(now);
        for (uint index = 1; index <= header.HighWater; index++)
            _memory.Entry(index).Use = EntryUse.None;
        for (uint index = 1; index <= header.HighWater; index++)
        {
            ref FlowEntry entry = ref _memory.Entry(index);
            FlowKey key = entry.Key;
            ulong hash = _hash.Compute(key);
            if (entry.Protocol != IpProtocol.None && _servers.IsInUse(entry.Server) && _index.Find(key, hash) == 0)
            {
                _index.Add(index, hash);
                _wheel.Link(index, ref entry);
                _servers.AddTemplate(entry.Server);
                header.Count++;
                continue;
            }

            entry.Protocol = IpProtocol.None;
            _entries.ReturnSingle(index);
        }
    }

    private void Leave(bool entered)
    {
        if (entered)
            _gate.Exit(useMemoryBarrier: true);
    }
}
