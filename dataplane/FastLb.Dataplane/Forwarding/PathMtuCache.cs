namespace FastLb.Dataplane.Forwarding;

/// <summary>
/// What routers said about the largest packet on the way to tunnelled real servers (RFC 1191). A learnt size is forgotten after ten minutes, so that a wider way is
/// found again, as the kernel's net.ipv4.route.mtu_expires has it. A few hundred servers; those whose places collide take turns. Owned by one worker.
/// </summary>
internal sealed class PathMtuCache
{
    /// <summary>How long a size is believed.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const int Places = 256;

    private readonly Entry[] _entries = new Entry[Places];
    private bool _isUsed;

    /// <summary>Remembers that packets to a server may have <paramref name="mtu"/> bytes at the most, outer header included.</summary>
    public void Learn(uint server, ushort mtu, MonotonicTime now)
    {
        _isUsed = true;
        ref Entry entry = ref _entries[PlaceOf(server)];
        bool isNarrower = entry.Server != server || now >= entry.Expires || mtu < entry.Mtu;
        if (isNarrower)
            entry = new Entry { Server = server, Mtu = mtu, Expires = now + Lifetime };
    }

    /// <summary>The lesser of the link's size and what has been learnt.</summary>
    public int Limit(uint server, int mtu, MonotonicTime now)
    {
        if (!_isUsed)
            return mtu;
        ref readonly Entry entry = ref _entries[PlaceOf(server)];
        return entry.Server == server && now < entry.Expires ? Math.Min(mtu, entry.Mtu) : mtu;
    }

    private static int PlaceOf(uint server) => (int)((server * 0x9E3779B1) >> 24);

    private struct Entry
    {
        public uint Server;
        public ushort Mtu;
        public MonotonicTime Expires;
    }
}
