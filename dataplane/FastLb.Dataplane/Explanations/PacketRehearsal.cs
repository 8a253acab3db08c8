using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Explanations;

/// <summary>
/// Plays a packet that nobody has sent: the pipeline itself decides about it, with copies of the service table, of the schedulers' positions and of the flows that
/// matter, so that nothing is changed by the question.
/// </summary>
public static unsafe class PacketRehearsal
{
    private const int Headroom = 128;
    private const int FrameBytes = 2048;
    private const byte InitialTimeToLive = 64;
    private static readonly FlowHash Hash = new(1, 2, 3, 4);

    /// <summary>What would become of the packet.</summary>
    /// <param name="key">Its endpoints and protocol.</param>
    /// <param name="flags">Its TCP flags.</param>
    /// <param name="frame">The Ethernet addresses that it would have.</param>
    /// <param name="table">The services.</param>
    /// <param name="known">What the owner of the packet's flow knows.</param>
    /// <param name="now">The present.</param>
    public static FrameExplanation Play(
        in FlowKey key, TcpFlags flags, (MacAddress Destination, MacAddress Source) frame, ServiceTable table, RehearsedFlows known, MonotonicTime now)
    {
        int capacity = known.Capacity;
        nuint flowBytes = (nuint)FlowStore.BytesOf(capacity, tables: 1);
        byte* memory = (byte*)NativeMemory.AlignedAlloc(flowBytes + FrameBytes, 4096);
        try
        {
            NativeMemory.Clear(memory, flowBytes + FrameBytes);
            var store = FlowStore.Open((nint)memory, (long)flowBytes, now, out _);
            store.MakeTables(1, capacity, Hash, now);
            FlowTable flows = store.Tables[0];
            known.FillInto(flows);
            var frames = new FrameMemory((nint)(memory + flowBytes), FrameBytes);
            var slot = new PacketSlot { Offset = Headroom, Headroom = Headroom };
            slot.Length = Write(frames.Slice(Headroom, FrameBytes - Headroom), key, flags, frame);
            return new FrameExplainer(new PacketPipeline(frames, flows), flows).Process(ref slot, table.Copy(), now);
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static int Write(Span<byte> bytes, in FlowKey key, TcpFlags flags, (MacAddress Destination, MacAddress Source) addresses)
    {
        _ = EthernetView.TryParse(bytes, out EthernetView ethernet);
        ethernet.Destination = addresses.Destination;
        ethernet.Source = addresses.Source;
        ethernet.Type = EtherType.Ipv4;
        int transport = key.Protocol == IpProtocol.Tcp ? TcpView.MinimumHeaderLength : UdpView.HeaderLength;
        int length = EthernetView.HeaderLength + Ipv4View.MinimumHeaderLength + transport;
        Span<byte> packet = bytes[EthernetView.HeaderLength..length];
        Span<byte> header = packet[Ipv4View.MinimumHeaderLength..];
        BinaryPrimitives.WriteUInt16BigEndian(header, key.IsReturn ? key.PeerPort : key.ClientPort);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], key.IsReturn ? key.ClientPort : key.PeerPort);
        if (key.Protocol == IpProtocol.Tcp)
        {
            header[12] = TcpView.MinimumHeaderLength / 4 << 4;
            header[13] = (byte)flags;
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(header[4..], UdpView.HeaderLength);
        }

        ushort sum = (ushort)~InternetChecksum.Fold(
            (ulong)InternetChecksum.PseudoHeaderSum(key.ClientAddress, key.PeerAddress, key.Protocol, transport) + InternetChecksum.Sum(header));
        int checksum = key.Protocol == IpProtocol.Tcp ? TcpView.ChecksumOffset : UdpView.ChecksumOffset;
        BinaryPrimitives.WriteUInt16BigEndian(header[checksum..], sum == 0 ? ushort.MaxValue : sum);
        (uint source, uint destination) = key.IsReturn ? (key.PeerAddress, key.ClientAddress) : (key.ClientAddress, key.PeerAddress);
        Ipv4View.Write(packet, 0, 0, dontFragment: true, InitialTimeToLive, key.Protocol, source, destination);
        return length;
    }
}
