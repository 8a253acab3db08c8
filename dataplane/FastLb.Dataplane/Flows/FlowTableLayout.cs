using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// The bytes of a flow table, the same in every process that maps it. All of it starts as zeros; an index of 0 means "none", entries count from 1.
/// Sections: header, server slots, heads of the timing wheels, buckets, entries. A change of any struct here is a new <see cref="Version"/>.
/// </summary>
public static class FlowTableLayout
{
    internal const ulong Magic = 0x31574F4C_46424C46; // "FLBFLOW1" in memory order
    internal const uint Version = 5;
    internal const int HeaderBytes = 4096;

    /// <summary>Slots for real servers, retired ones that still have flows included.</summary>
    public const int ServerSlots = 16384;

    /// <summary>Flows that a table is made for unless another number is asked for: 40 to 48 bytes each, twice that if their replies are translated.</summary>
    public const int DefaultCapacity = 1 << 20;

    /// <summary>The most flows that one table can be made for.</summary>
    public const int MaximumCapacity = 1 << 28;

    /// <summary>Bytes that a table for <paramref name="capacity"/> flows needs, all included.</summary>
    public static long RequiredBytes(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, MaximumCapacity);
        return EntriesOffset(capacity) + ((long)capacity * Unsafe.SizeOf<FlowEntry>());
    }

    internal static long ServerSlotsOffset => HeaderBytes;

    internal static long WheelOffset => ServerSlotsOffset + ((long)ServerSlots * Unsafe.SizeOf<ServerSlot>());

    internal static long BucketsOffset => WheelOffset + (WheelSlots * sizeof(uint));

    /// <summary>Those of <see cref="TimingWheel"/>, then those of <see cref="HalfOpenFlows"/>.</summary>
    internal const long WheelSlots = TimingWheel.Slots + HalfOpenFlows.Slots;

    // Eight flows to a bucket of twelve at the most: few buckets overflow, and a flow costs 32 + 8 to 16 bytes.
    internal static uint BucketCount(int capacity) => (uint)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, (capacity + 7) / 8));

    internal static long EntriesOffset(int capacity) => BucketsOffset + ((long)BucketCount(capacity) * Unsafe.SizeOf<FlowBucket>());
}

/// <summary>First bytes of the table.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FlowTableHeader
{
    public ulong Magic;
    public uint Version;
    public uint EntryBytes;
    public uint Capacity;

    /// <summary>Entries ever used: those above have not been touched since the memory was zeroed.</summary>
    public uint HighWater;

    /// <summary>First of the free entries whose neighbour in the cache line is in use.</summary>
    public uint FreeSingles;

    /// <summary>First of the free cache lines, each named by its first entry.</summary>
    public uint FreePairs;

    /// <summary>Flows there are.</summary>
    public uint Count;

    /// <summary>The last tick whose wheel slot has been worked off.</summary>
    public uint WheelCursor;
    public FlowHash Hash;

    /// <summary>Flows whose handshake is not done.</summary>
    public uint HalfOpen;

    /// <summary>As <see cref="WheelCursor"/>, of <see cref="HalfOpenFlows"/>.</summary>
    public uint HalfOpenCursor;

    /// <summary>One bit for each slot of <see cref="HalfOpenFlows"/>: set when flows are in its list.</summary>
    public HalfOpenSlotBits HalfOpenSlots;

    [InlineArray((int)HalfOpenFlows.Slots / 64)]
    internal struct HalfOpenSlotBits
    {
        private ulong _first;
    }
}

/// <summary>Twelve places of the hash index in one cache line: a fingerprint byte each (0 = empty), then the entry's index.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct FlowBucket
{
    public const int Places = 12;
    public const uint PlacesMask = (1 << Places) - 1;

    /// <summary>Places 0–11 are fingerprints; the last four bytes are <see cref="Overflow"/>.</summary>
    [FieldOffset(0)]
    public Vector128<byte> Fingerprints;

    /// <summary>How many entries had this bucket on their way and found it full. A search goes on to the next bucket only when it is not zero.</summary>
    [FieldOffset(12)]
    public uint Overflow;

    [FieldOffset(16)]
    public FlowIndexes Indexes;

    [InlineArray(Places)]
    internal struct FlowIndexes
    {
        private uint _first;
    }
}

/// <summary>What an entry is used for, beyond what its protocol says.</summary>
internal enum EntryUse : byte
{
    /// <summary>A flow without a return half, a return half, or half of a free cache line.</summary>
    None = 0,

    /// <summary>A flow whose return half is the next entry.</summary>
    HasReturnHalf,

    /// <summary>Free, and its neighbour in the cache line isn't.</summary>
    FreeSingle,
}

/// <summary>What an entry remembers beside its state: how a flow and a persistence template have to do with each other, and how far a connection's opening has come.</summary>
[Flags]
internal enum FlowControl : byte
{
    None = 0,

    /// <summary>A flow that was made under a template, which is kept while it lives.</summary>
    Controlled = 1,

    /// <summary>A controlled flow whose template has been told that it was established.</summary>
    Assured = 2,

    /// <summary>A template that has outlived its timeout, because flows under it live.</summary>
    Kept = 4,

    /// <summary>A flow that began with a SYN, which its server has been sent.</summary>
    Asked = 8,

    /// <summary>The client has sent its SYN again, and the flow has been counted as unanswered for that.</summary>
    Repeated = 16,

    /// <summary>The server has answered the SYN, or refused it, and that has been counted.</summary>
    Settled = 32,
}

/// <summary>
/// One flow, or the return half of one: two entries fill a cache line. A flow whose replies pass the director has both in one line: the first is found by
/// what the client sends, the second, in <see cref="FlowState.ReturnHalf"/>, by what the server sends. A return half is in no list of the timing wheel and
/// keeps there the way back to the client.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct FlowEntry
{
    [FieldOffset(0)]
    public uint ClientAddress;

    /// <summary>Whom the client talks to: the virtual address; in a return half the real server's.</summary>
    [FieldOffset(4)]
    public uint PeerAddress;

    [FieldOffset(8)]
    public ushort ClientPort;

    /// <summary>The virtual service's port; in a return half the real server's.</summary>
    [FieldOffset(10)]
    public ushort PeerPort;

    /// <summary><see cref="IpProtocol.None"/> marks an entry that is not in use. Written last when a flow is made, cleared first when it ends.</summary>
    [FieldOffset(12)]
    public IpProtocol Protocol;

    [FieldOffset(13)]
    public FlowState State;

    /// <summary>The server slot that the flow is bound to.</summary>
    [FieldOffset(14)]
    public ushort Server;

    /// <summary>The slot of the timing wheels whose list the entry is in; from <see cref="TimingWheel.Slots"/> on one of <see cref="HalfOpenFlows"/>.</summary>
    [FieldOffset(16)]
    internal ushort WheelSlot;

    [FieldOffset(18)]
    internal EntryUse Use;

    [FieldOffset(19)]
    internal FlowControl Control;

    /// <summary>Tick at which the flow ends unless another packet comes.</summary>
    [FieldOffset(20)]
    public uint Expires;

    [FieldOffset(24)]
    internal uint Next;

    [FieldOffset(28)]
    internal uint Previous;

    /// <summary>Of a return half: the way that the client's last frame came.</summary>
    [FieldOffset(24)]
    internal ClientHop Hop;

    /// <summary>Of a return half: the VLAN tag that the client's last frame had, 0 for none; see <see cref="VlanTag"/>.</summary>
    [FieldOffset(20)]
    internal VlanTag HopTag;

    /// <summary>True for a flow that was made under a persistence template: the template says which server a client's next connection goes to.</summary>
    public readonly bool IsControlled => (Control & FlowControl.Controlled) != FlowControl.None;

    /// <summary>True when the flow's replies pass the director and are translated back.</summary>
    public readonly bool HasReturnHalf => Use == EntryUse.HasReturnHalf;

    /// <summary>How long the flow lives on from <paramref name="now"/> if no packet comes, in steps of 125 ms; zero when it is about to end.</summary>
    public readonly TimeSpan Remaining(MonotonicTime now) =>
        TimeSpan.FromTicks(Math.Max(0, (int)(Expires - TimingWheel.TickOf(now))) * (TimingWheel.TickNanoseconds / TimeSpan.NanosecondsPerTick));

    /// <summary>The key that the entry is found by.</summary>
    public readonly FlowKey Key => new(ClientAddress, PeerAddress, ClientPort, PeerPort, Protocol, State == FlowState.ReturnHalf);
}

/// <summary>
/// The way back to a client: an interface, named as <see cref="EgressLink.Interface"/>, and the Ethernet address of the client or of the router before it. Fits
/// eight bytes.
/// </summary>
internal readonly record struct ClientHop(ulong Value)
{
    public ClientHop(ushort @interface, MacAddress address)
        : this(((ulong)@interface << 48) | address.Value)
    {
    }

    public ushort Interface => (ushort)(Value >> 48);

    public MacAddress Address => new(Value & 0xFFFF_FFFF_FFFF);
}

/// <summary>
/// Who a server slot stands for. Flows name their server by slot; a slot keeps its meaning as long as any flow refers to it, also when the
/// server has been removed from its service, and across a restart of the process.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct ServerSlot
{
    public UInt128 VirtualAddress;
    public UInt128 ServerAddress;
    public ushort VirtualPort;
    public ushort ServerPort;
    public IpProtocol Protocol;

    /// <summary>1 when the slot stands for a server.</summary>
    public byte InUse;

    /// <summary>1 while the server gets no new flows because it has as many as it may.</summary>
    public byte Overloaded;
    public byte Reserved;

    /// <summary>Flows in a state that counts as active.</summary>
    public int ActiveFlows;

    /// <summary>All other flows.</summary>
    public int InactiveFlows;

    /// <summary>Flows of any state at which the server gets no new ones; 0 for no limit.</summary>
    public int UpperThreshold;

    /// <summary>The number of flows below which it gets new ones again; 0 for three quarters of the upper threshold.</summary>
    public int LowerThreshold;

    /// <summary>Persistence templates that send clients to the server.</summary>
    public int Templates;

    /// <summary>Which bits of a client's address name a template, of a service with persistence.</summary>
    public uint PersistenceMask;
}
