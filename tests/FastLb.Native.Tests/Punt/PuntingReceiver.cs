using FastLb.Native.Memory;
using FastLb.Native.Punt;
using FastLb.Native.Xdp;

namespace FastLb.Native.Tests.Punt;

/// <summary>An AF_XDP socket on one queue, in copy mode, all of whose frames go straight back to the kernel.</summary>
internal sealed unsafe class PuntingReceiver : IDisposable
{
    private const uint RingSize = 512;
    private const uint ChunkSize = 4096;
    private const byte Tcp = 6;

    private readonly AnonymousMemory _memory = AnonymousMemory.Allocate(RingSize * ChunkSize);
    private readonly XdpRingMapping _fill;
    private readonly XdpRingMapping _receive;
    private readonly int _interfaceIndex;
    private uint _filled;
    private uint _received;

    /// <summary>Opens the socket in the calling thread's network namespace.</summary>
    public PuntingReceiver(int interfaceIndex, uint queue)
    {
        _interfaceIndex = interfaceIndex;
        xdp_umem_reg memory = new() { addr = (ulong)_memory.Address, len = RingSize * ChunkSize, chunk_size = ChunkSize };
        Assert.Equal(Errno.None, Socket.RegisterUmem(memory));
        foreach (XdpRing ring in new[] { XdpRing.Fill, XdpRing.Completion, XdpRing.Receive })
            Socket.CreateRing(ring, RingSize);
        _fill = Socket.MapRing(XdpRing.Fill, RingSize);
        _receive = Socket.MapRing(XdpRing.Receive, RingSize);
        for (uint chunk = 0; chunk < RingSize; chunk++)
            Fill(chunk * ChunkSize);
        Errno bound = Socket.TryBind(new sockaddr_xdp
        {
            sxdp_family = XdpUapi.AF_XDP,
            sxdp_flags = XdpBindFlags.XDP_COPY,
            sxdp_ifindex = (uint)interfaceIndex,
            sxdp_queue_id = queue,
        });
        Assert.Equal(Errno.None, bound);
    }

    public XdpSocket Socket { get; } = XdpSocket.Open();

    /// <summary>Frames given back so far. Any thread.</summary>
    public uint Punted => Volatile.Read(ref _received);

    /// <summary>Those of them whose checksum the sender had left to be completed.</summary>
    public int Partial { get; private set; }

    /// <summary>Gives back all frames that are there.</summary>
    public void Drain(PuntDevice punt)
    {
        uint available = Volatile.Read(ref *(uint*)_receive.Producer);
        while (_received != available)
        {
            xdp_desc frame = ((xdp_desc*)_receive.Entries)[_received % RingSize];
            Punt(punt, new Span<byte>((byte*)_memory.Address + frame.addr, (int)frame.len));
            Fill(frame.addr / ChunkSize * ChunkSize);
            Volatile.Write(ref _received, _received + 1);
            Volatile.Write(ref *(uint*)_receive.Consumer, _received);
        }
    }

    public void Dispose()
    {
        Socket.Dispose();
        _fill.Dispose();
        _receive.Dispose();
        _memory.Dispose();
    }

    private void Punt(PuntDevice punt, ReadOnlySpan<byte> frame)
    {
        int offset = frame[PuntFrame.EthernetSize + 9] == Tcp ? PuntFrame.TcpChecksumOffset : PuntFrame.UdpChecksumOffset;
        bool partial = PuntFrame.HasPartialChecksum(frame, offset);
        int start = partial ? PuntFrame.EthernetSize + PuntFrame.IpHeaderSize : 0;
        Partial += partial ? 1 : 0;
        Assert.True(punt.TryWrite(frame, _interfaceIndex, (ushort)start, (ushort)offset), $"not taken: {punt.LastError}");
    }

    private void Fill(ulong chunk)
    {
        ((ulong*)_fill.Entries)[_filled++ % RingSize] = chunk;
        Volatile.Write(ref *(uint*)_fill.Producer, _filled);
    }
}
