using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Pipeline;

/// <summary>Frames with ICMP messages in them, as routers and hosts send them.</summary>
internal static class IcmpFrames
{
    /// <summary>An error about the packet that <paramref name="quote"/> is the beginning of.</summary>
    public static byte[] Error(IcmpError error, ushort mtu, IpAddress source, IpAddress destination, ReadOnlySpan<byte> quote)
    {
        byte[] frame = NewFrame(IcmpView.HeaderLength + quote.Length);
        Span<byte> message = frame.AsSpan(34);
        quote.CopyTo(message[IcmpView.HeaderLength..]);
        IcmpView.WriteError(message, error, mtu);
        Ipv4View.Write(frame.AsSpan(14), 0xC0, 7, false, 64, IpProtocol.Icmp, source.V4, destination.V4);
        return frame;
    }

    /// <summary>A ping.</summary>
    public static byte[] EchoRequest(IpAddress source, IpAddress destination)
    {
        byte[] frame = NewFrame(IcmpView.HeaderLength + 40);
        IcmpView.WriteError(frame.AsSpan(34), (IcmpError)0x0800, 1);
        Ipv4View.Write(frame.AsSpan(14), 0, 7, false, 64, IpProtocol.Icmp, source.V4, destination.V4);
        return frame;
    }

    private static byte[] NewFrame(int messageLength)
    {
        byte[] frame = new byte[34 + messageLength];
        _ = EthernetView.TryParse(frame, out EthernetView ethernet);
        ethernet.Destination = new FrameBuilder().Destination;
        ethernet.Source = new MacAddress(0x02_00_00_00_00_77);
        ethernet.Type = EtherType.Ipv4;
        return frame;
    }
}
