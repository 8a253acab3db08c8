using System.Runtime.CompilerServices;
using FastLb.Wire;

namespace FastLb.Dataplane.Pipeline;

/// <summary>
/// Which ports the fragments of a datagram belong to: the first fragment alone has them. A fixed number of datagrams, the oldest of a set giving way, so that
/// a flood of first fragments costs other datagrams at the worst. Owned by one worker, at which all fragments of a datagram meet, whichever queues they came
/// by: a NIC may spread a first fragment by its ports and the later ones without.
/// </summary>
/// <param name="worker">Number of the worker that it belongs to.</param>
/// <param name="workers">How many there are.</param>
internal sealed class FragmentTable(int worker, int workers)
{
    /// <summary>How long the rest of a datagram may take, as the kernel's net.ipv4.ipfrag_time.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const int Ways = 4;
    private const int Sets = 256;

    private readonly Entry[] _entries = new Entry[Sets * Ways];

    /// <summary>The worker at which the fragments of a datagram meet, if that is another one than this table's.</summary>
    public bool MeetsElsewhere(in FragmentKey key, out ushort meetingWorker)
    {
        meetingWorker = (ushort)(((Mix(key) & uint.MaxValue) * (ulong)workers) >> 32);
        return meetingWorker != worker;
    }

    /// <summary>Remembers the ports of a first fragment.</summary>
    public void Add(in FragmentKey key, uint ports, MonotonicTime now)
    {
        Span<Entry> set = SetOf(key);
        int place = 0;
        for (int way = 0; way < Ways; way++)
        {
            if (set[way].Key == key)
            {
                place = way;
                break;
            }

            if (set[way].Expires.Nanoseconds < set[place].Expires.Nanoseconds)
                place = way;
        }

        set[place] = new Entry { Key = key, Ports = ports, Expires = now + Patience };
    }

    /// <summary>The ports of a later fragment's datagram; false when its first fragment has not been seen, or too long ago.</summary>
    public bool TryFind(in FragmentKey key, MonotonicTime now, out uint ports)
    {
        foreach (ref readonly Entry entry in SetOf(key))
        {
            if (entry.Key == key && now.Nanoseconds < entry.Expires.Nanoseconds)
            {
                ports = entry.Ports;
                return true;
            }
        }

        ports = 0;
        return false;
    }

    private Span<Entry> SetOf(in FragmentKey key) => _entries.AsSpan((int)(Mix(key) >> 56) * Ways, Ways);

    private static ulong Mix(in FragmentKey key)
    {
        ulong mixed = (((ulong)key.Source << 32) | key.Destination) * 0x9E3779B97F4A7C15;
        return (mixed ^ (mixed >> 29) ^ (((ulong)key.Protocol << 16) | key.Identification)) * 0xBF58476D1CE4E5B9;
    }

    private struct Entry
    {
        public FragmentKey Key;
        public uint Ports;
        public MonotonicTime Expires;
    }
}

/// <summary>What the fragments of one datagram have in common (RFC 791 §3.2).</summary>
internal readonly record struct FragmentKey(uint Source, uint Destination, IpProtocol Protocol, ushort Identification)
{
    public static FragmentKey Of(Ipv4View ip) => new(ip.Source, ip.Destination, ip.Protocol, ip.Identification);
}
