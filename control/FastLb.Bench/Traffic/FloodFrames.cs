using System.Buffers.Binary;
using FastLb.Bench.Laboratory;
using FastLb.Native.Memory;
using FastLb.Wire;

namespace FastLb.Bench.Traffic;

/// <summary>The flood's frames, one for each flow, ready to be sent as often as wanted: UDP datagrams with whole checksums, in chunks as AF_XDP wants them.</summary>
internal sealed unsafe class FloodFrames : IDisposable
{
    public const int ChunkSize = 2048;

    private const int FirstPort = 1024, PortsOfClient = 60_000;

    private readonly AnonymousMemory _memory;

    /// <param name="flows">How many flows.</param>
    /// <param name="frameLength">Bytes of a frame, without its check sequence.</param>
    public FloodFrames(int flows, int frameLength)
    {
        Count = flows;
        FrameLength = frameLength;
        _memory = AnonymousMemory.Allocate((long)flows * ChunkSize);
        for (int flow = 0; flow < flows; flow++)
            Write(new Span<byte>((byte*)_memory.Address + ((long)flow * ChunkSize), frameLength), flow);
    }

    public int Count { get; }

    public int FrameLength { get; }

    /// <summary>Where the chunks begin.</summary>
    public nint Address => _memory.Address;

    /// <summary>Bytes of all chunks.</summary>
    public long Length => _memory.Length;

    public void Dispose() => _memory.Dispose();

    internal static void Write(Span<byte> frame, int flow)
    {
        uint client = IpAddress.From(BenchAddresses.Client).V4 + (uint)(flow / PortsOfClient), service = IpAddress.From(BenchAddresses.Service).V4;
        _ = EthernetView.TryParse(frame, out EthernetView ethernet);
        ethernet.Destination = MacAddress.Read(BenchAddresses.DirectorOuterMac.GetAddressBytes());
        ethernet.Source = MacAddress.Read(BenchAddresses.ClientMac.GetAddressBytes());
        BinaryPrimitives.WriteUInt16BigEndian(frame[(EthernetView.HeaderLength - sizeof(ushort))..], (ushort)EtherType.Ipv4);
        Ipv4View packet = Ipv4View.Write(frame[EthernetView.HeaderLength..], 0, (ushort)flow, dontFragment: true, 64, IpProtocol.Udp, client, service);

        // RFC 768: ports, length, checksum over the pseudo-header and the datagram; the payload is zero.
        Span<byte> datagram = packet.Payload;
        BinaryPrimitives.WriteUInt16BigEndian(datagram, (ushort)(FirstPort + (flow % PortsOfClient)));
        BinaryPrimitives.WriteUInt16BigEndian(datagram[2..], BenchAddresses.FloodPort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[4..], (ushort)datagram.Length);
        uint sum = (uint)InternetChecksum.PseudoHeaderSum(client, service, IpProtocol.Udp, datagram.Length) + InternetChecksum.Sum(datagram);
        ushort checksum = (ushort)~InternetChecksum.Fold(sum);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[UdpView.ChecksumOffset..], checksum == 0 ? ushort.MaxValue : checksum);
    }
}
