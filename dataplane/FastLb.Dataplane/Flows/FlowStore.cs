using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLb.Dataplane.Persistence;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// The flow tables of a process, one for each worker, in one memory that may outlive it, with the server slots that they share. How many tables there are is settled when
/// they are made and stays: a flow's owner follows from it. Sections: header, server slots, tables, persistence templates, each from a page boundary on. For one thread;
/// the tables belong to their workers, the templates to all of them.
/// </summary>
public sealed unsafe class FlowStore
{
    /// <summary>Tables, and so workers, that there may be.</summary>
    public const int MostTables = 64;

    private const ulong Magic = 0x3145524F_54534C46; // "FLSTORE1" in memory order
    private const uint Version = 2;
    private const int PageBytes = 4096;

    private readonly byte* _base;
    private readonly long _length;
    private readonly List<FlowTable> _tables = [];

    private FlowStore(nint address, long length)
    {
        _base = (byte*)address;
        _length = length;
        Servers = new ServerDirectory(address + PageBytes);
    }

    /// <summary>The tables, by worker; none before <see cref="MakeTables"/>.</summary>
    public IReadOnlyList<FlowTable> Tables => _tables;

    /// <summary>The persistence templates that the flows of all tables are made under; null before <see cref="MakeTables"/>.</summary>
    public PersistenceTemplates? Templates { get; private set; }

    /// <summary>What the server slots that the flows of all tables refer to stand for.</summary>
    public ServerDirectory Servers { get; }

    /// <summary>Flows there are in all tables. Any thread sees a moment's picture.</summary>
    public int Count => _tables.Sum(table => table.Count);

    /// <summary>Flows that fit into all tables.</summary>
    public int Capacity => _tables.Sum(table => table.Capacity);

    /// <summary>Flows whose handshake is not done. Any thread.</summary>
    public int HalfOpen => _tables.Sum(table => table.HalfOpen);

    /// <summary>Half-open flows that had to give way to new ones, since the tables were opened or made. Any thread.</summary>
    public long EvictedHalfOpen => _tables.Sum(table => table.EvictedHalfOpen);

    private static long TablesOffset => PageBytes + ToPages((long)FlowTableLayout.ServerSlots * Unsafe.SizeOf<ServerSlot>());

    private ref StoreHeader Header => ref Unsafe.AsRef<StoreHeader>(_base);

    /// <summary>Bytes that suffice for <paramref name="capacity"/> flows in any number of tables. Most of them are never touched.</summary>
    public static long RequiredBytes(int capacity)
    {
        long most = 0;
        for (int tables = 1; tables <= MostTables; tables++)
            most = Math.Max(most, TablesOffset + (tables * TableBytes(TableCapacity(capacity, tables))));
        return most + TableBytes(TemplateCapacity(capacity));
    }

    /// <summary>Bytes that suffice for so many flows in this number of tables.</summary>
    public static long BytesOf(int capacity, int tables) => TablesOffset + (tables * TableBytes(TableCapacity(capacity, tables))) + TableBytes(TemplateCapacity(capacity));

    /// <summary>
    /// Takes over the tables that another process left in this memory, wherever it was killed, or begins anew where there are none or none that can be used.
    /// </summary>
    /// <param name="address">Start of the memory, aligned to a page; the caller unmaps it after the last use.</param>
    /// <param name="length">At least <see cref="RequiredBytes"/> of the capacity that tables will be made for.</param>
    /// <param name="now">The present, on the same clock that the other process used.</param>
    /// <param name="refusal">Why there are no tables; empty when some were taken over.</param>
    /// <param name="progress">Called now and then while tables are taken over, from several threads.</param>
    public static FlowStore Open(nint address, long length, MonotonicTime now, out string refusal, Action? progress = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, TablesOffset);
        ArgumentOutOfRangeException.ThrowIfNotEqual(address & (PageBytes - 1), 0, nameof(address));
        var store = new FlowStore(address, length);
        refusal = store.Adopt(now, progress);
        if (refusal.Length != 0)
            store.Begin();
        return store;
    }

    /// <summary>Makes the tables, all empty.</summary>
    /// <param name="tables">How many: one for each worker.</param>
    /// <param name="capacity">Flows that fit into all of them together, if they are spread as evenly as a hash does it.</param>
    /// <param name="hash">The hash with its seed; the same for all, as it tells which table a flow belongs to.</param>
    /// <param name="now">Where the timing wheels begin.</param>
    /// <exception cref="InvalidOperationException">There are tables, or the memory is too small for these.</exception>
    public void MakeTables(int tables, int capacity, FlowHash hash, MonotonicTime now)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tables);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tables, MostTables);
        if (_tables.Count != 0)
            throw new InvalidOperationException($"there are {_tables.Count} flow tables already");
        int each = TableCapacity(capacity, tables);
        long bytes = TableBytes(each);
        int templates = TemplateCapacity(capacity);
        long required = TablesOffset + (tables * bytes) + TableBytes(templates);
        if (required > _length)
            throw new InvalidOperationException($"{tables} flow tables for {capacity} flows need {required} bytes, of which there are {_length}");
        Templates = PersistenceTemplates.Create(AddressOf(tables, bytes), TableBytes(templates), templates, hash, now, Servers);
        for (int table = 0; table < tables; table++)
            _tables.Add(FlowTable.Create(AddressOf(table, bytes), bytes, each, hash, now, Servers, Templates));
        Header.TableCapacity = (uint)each;
        Header.TemplateCapacity = (uint)templates;
        Volatile.Write(ref Header.Tables, (uint)tables); // last: a successor finds all of them or none
    }

    /// <summary>Shares out among the tables how many half-open flows there may be, as evenly as a hash shares out the flows; null for no limit but the tables' size.</summary>
    public void LimitHalfOpen(int? limit)
    {
        for (int table = 0; table < _tables.Count; table++)
            _tables[table].HalfOpenLimit = limit is { } most ? Math.Max(1, (most / _tables.Count) + (table < most % _tables.Count ? 1 : 0)) : int.MaxValue;
    }

    /// <summary>Some more than its share for each of several: a hash doesn't deal out quite evenly.</summary>
    private static int TableCapacity(int capacity, int tables)
    {
        if (tables == 1)
            return capacity;
        int share = (capacity / tables) + 1;
        return Math.Min(share + (share / 8) + 64, FlowTableLayout.MaximumCapacity);
    }

    // Clients mostly have more than one flow under a template, but the template lives longer.
    private static int TemplateCapacity(int capacity) => Math.Max(64, capacity / 2);

    private static long TableBytes(int capacity) => ToPages(FlowTableLayout.RequiredBytes(capacity));

    private static long ToPages(long bytes) => (bytes + PageBytes - 1) & ~(PageBytes - 1L);

    private nint AddressOf(int table, long bytes) => (nint)(_base + TablesOffset + (table * bytes));

    private string Adopt(MonotonicTime now, Action? progress)
    {
        ref StoreHeader header = ref Header;
        if (Volatile.Read(ref header.Magic) != Magic)
            return "the memory holds no flow tables";
        if (header.Version != Version)
            return $"the flow tables are laid out by version {header.Version}, not {Version}";
        uint tables = Volatile.Read(ref header.Tables);
        if (tables == 0)
            return "no flow tables had been made";
        if (tables > MostTables || header.TableCapacity is 0 or > FlowTableLayout.MaximumCapacity || header.TemplateCapacity is 0 or > FlowTableLayout.MaximumCapacity
            || TablesOffset + (tables * TableBytes((int)header.TableCapacity)) + TableBytes((int)header.TemplateCapacity) > _length)
        {
            return $"{tables} flow tables for {header.TableCapacity} flows each do not fit {_length} bytes";
        }

        Servers.ClearFlowCounts();
        long bytes = TableBytes((int)header.TableCapacity);
        if (!PersistenceTemplates.TryAdopt(AddressOf((int)tables, bytes), TableBytes((int)header.TemplateCapacity), now, Servers, out PersistenceTemplates? templates, out string damage))
            return damage;
        var adopted = new FlowTable?[tables];
        string[] refusals = new string[tables];
        Parallel.For(0, adopted.Length, number => FlowTable.TryAdopt(AddressOf(number, bytes), bytes, now, out adopted[number], out refusals[number], Servers, templates, progress));
        if (refusals.FirstOrDefault(refusal => refusal.Length != 0) is { } first)
            return first;
        Templates = templates;
        _tables.AddRange(adopted!);
        return string.Empty;
    }

    // Memory that no table was made in is all zeros but for the header and the slots, and its pages need not be there.
    private void Begin()
    {
        bool isBlank = Header.Magic == 0;
        bool hasTables = !isBlank && (Header.Magic != Magic || Header.Version != Version || Header.Tables != 0);
        Volatile.Write(ref Header.Magic, 0);
        if (!isBlank)
            NativeMemory.Clear(_base, (nuint)(hasTables ? _length : TablesOffset));
        Header.Version = Version;
        Volatile.Write(ref Header.Magic, Magic);
    }

    /// <summary>First bytes of the memory.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct StoreHeader
    {
        public ulong Magic;
        public uint Version;
        public uint Tables;
        public uint TableCapacity;
        public uint TemplateCapacity;
    }
}
