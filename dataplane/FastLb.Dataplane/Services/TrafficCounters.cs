namespace FastLb.Dataplane.Services;

/// <summary>What a service or a server has been sent. Written by one worker, read by anyone; bytes are those of IP packets, as IPVS counts them.</summary>
public sealed class TrafficCounters
{
    private long _connections;
    private long _packets;
    private long _bytes;
    private long _replyPackets;
    private long _replyBytes;

    /// <summary>Flows that were scheduled.</summary>
    public long Connections => Volatile.Read(ref _connections);

    /// <summary>Packets that were forwarded.</summary>
    public long Packets => Volatile.Read(ref _packets);

    /// <summary>Their length, IP header included.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Packets from the server that were translated back; IPVS's "out".</summary>
    public long ReplyPackets => Volatile.Read(ref _replyPackets);

    /// <summary>Their length, IP header included.</summary>
    public long ReplyBytes => Volatile.Read(ref _replyBytes);

    internal void CountConnection() => _connections++;

    internal void CountPacket(int bytes)
    {
        _packets++;
        _bytes += bytes;
    }

    internal void CountReply(int bytes)
    {
        _replyPackets++;
        _replyBytes += bytes;
    }
}
