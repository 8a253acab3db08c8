using System.Runtime.InteropServices;

namespace FastLb.Dataplane.Services;

/// <summary>
/// What a service or a server has been sent; bytes are those of IP packets, as IPVS counts them. An aggregate of several TCP segments is one packet with the bytes of its
/// one header, as an skb is to IPVS, however many frames it leaves as. Every worker counts for itself, on cache lines that no other writes
/// to; anyone reads the sums.
/// </summary>
/// <param name="workers">Workers that count.</param>
public sealed class TrafficCounters(int workers)
{
    private readonly Cell[] _cells = new Cell[workers];

    /// <summary>Flows that were scheduled. Any thread.</summary>
    public long Connections => _cells.Sum(cell => cell.Connections);

    /// <summary>Packets that were forwarded. Any thread.</summary>
    public long Packets => _cells.Sum(cell => cell.Packets);

    /// <summary>Their length, IP header included. Any thread.</summary>
    public long Bytes => _cells.Sum(cell => cell.Bytes);

    /// <summary>Packets from the server that were translated back; IPVS's "out". Any thread.</summary>
    public long ReplyPackets => _cells.Sum(cell => cell.ReplyPackets);

    /// <summary>Their length, IP header included. Any thread.</summary>
    public long ReplyBytes => _cells.Sum(cell => cell.ReplyBytes);

    /// <summary>Connections that began with a SYN and that the server has answered; of servers alone. Any thread.</summary>
    public long Answered => _cells.Sum(cell => cell.Answered);

    /// <summary>
    /// Connections whose client had to repeat its SYN, or gave up: counted at the first repetition, or when the flow ends. One that is answered after all is in both counts; of servers
    /// alone. Any thread.
    /// </summary>
    public long Unanswered => _cells.Sum(cell => cell.Unanswered);

    /// <summary>Connections that the server has answered with a reset, which is seen only where addresses are translated; of servers alone. Any thread.</summary>
    public long Refused => _cells.Sum(cell => cell.Refused);

    /// <summary>Counts a flow; the worker's thread.</summary>
    internal void CountConnection(int worker) => _cells[worker].Connections++;

    /// <summary>Counts a packet; the worker's thread.</summary>
    internal void CountPacket(int worker, int bytes)
    {
        ref Cell cell = ref _cells[worker];
        cell.Packets++;
        cell.Bytes += bytes;
    }

    /// <summary>Counts a server's packet; the worker's thread.</summary>
    internal void CountReply(int worker, int bytes)
    {
        ref Cell cell = ref _cells[worker];
        cell.ReplyPackets++;
        cell.ReplyBytes += bytes;
    }

    /// <summary>Counts a connection that the server has answered; the worker's thread.</summary>
    internal void CountAnswered(int worker) => _cells[worker].Answered++;

    /// <summary>Counts one that it has not; the worker's thread.</summary>
    internal void CountUnanswered(int worker) => _cells[worker].Unanswered++;

    /// <summary>Counts one that it has refused; the worker's thread.</summary>
    internal void CountRefused(int worker) => _cells[worker].Refused++;

    /// <summary>One worker's counts, far enough from the next one's that they share no cache line wherever the array begins.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct Cell
    {
        public long Connections;
        public long Packets;
        public long Bytes;
        public long ReplyPackets;
        public long ReplyBytes;
        public long Answered;
        public long Unanswered;
        public long Refused;
    }
}
