using System.Net;
using FastLb.Native.Interfaces;
using FastLb.Native.Polling;
using FastLb.Native.Tests.Namespaces;
using FastLb.Native.Vrrp;
using Tmds.Linux;

namespace FastLb.Native.Tests.Vrrp;

/// <summary>What sockets have besides plain VRRP over IPv4: authentication headers, what is told of a packet, the receive buffer.</summary>
public sealed unsafe class VrrpSocketTransportTests : IDisposable
{
    private const int Patience = 10_000; // milliseconds
    private static readonly IPAddress Group = IPAddress.Parse("224.0.0.18");
    private static readonly IPAddress Near = IPAddress.Parse(VethPair.NearAddress);

    private readonly VethPair _link = new();

    public VrrpSocketTransportTests() => _link.AwaitTraffic();

    public void Dispose() => _link.Dispose();

    [Fact]
    public void Packet_with_authentication_header_arrives_as_the_caller_wrote_it()
    {
        using VrrpSocket near = Open(_link.Near, VethPair.NearName, VrrpTransport.AuthenticationHeader);
        using VrrpSocket far = Open(_link.Far, VethPair.FarName, VrrpTransport.AuthenticationHeader);
        byte[] packet = Authenticated();

        Assert.Equal(Errno.None, near.Send(packet, Group));

        byte[] received = Receive(far, out VrrpDatagram datagram);
        Assert.Equal(new VrrpDatagram(PacketAddress.Of(Near), PacketAddress.Of(Group), 255, 20, packet.Length, IsTruncated: false), datagram);
        packet.AsSpan(10, 2).Clear(); // the checksum is the kernel's
        received.AsSpan(10, 2).Clear();
        Assert.Equal(packet, received);
    }

    [Fact]
    public void Plain_and_authenticated_messages_do_not_reach_each_others_sockets()
    {
        using VrrpSocket near = Open(_link.Near, VethPair.NearName, VrrpTransport.AuthenticationHeader);
        using VrrpSocket nearPlain = Open(_link.Near, VethPair.NearName, VrrpTransport.Plain);
        using VrrpSocket far = Open(_link.Far, VethPair.FarName, VrrpTransport.AuthenticationHeader);
        using VrrpSocket farPlain = Open(_link.Far, VethPair.FarName, VrrpTransport.Plain);

        near.Send(Authenticated(), Group);
        nearPlain.Send([0x21, 51], Group);

        Assert.Equal(VrrpSocket.AuthenticationHeaderNumber, Receive(far, out _)[9]);
        Assert.Equal(VrrpSocket.ProtocolNumber, Receive(farPlain, out _)[9]);
        Assert.False(far.TryReceive(new byte[100], out int _));
        Assert.False(farPlain.TryReceive(new byte[100], out int _));
    }

    [Fact]
    public void Message_is_told_to_begin_behind_the_ipv4_header()
    {
        using VrrpSocket near = Open(_link.Near, VethPair.NearName, VrrpTransport.Plain);
        using VrrpSocket far = Open(_link.Far, VethPair.FarName, VrrpTransport.Plain);

        near.Send([0x21, 51, 100, 0], Group);

        byte[] packet = Receive(far, out VrrpDatagram datagram);
        Assert.Equal([0x21, 51, 100, 0], packet[datagram.MessageOffset..]);
        Assert.Equal((Near, Group, 255), (datagram.Source.ToIPAddress(), datagram.Destination.ToIPAddress(), datagram.HopLimit));
    }

    [Fact]
    public void Packet_cut_within_its_ipv4_header_has_no_message()
    {
        using VrrpSocket near = Open(_link.Near, VethPair.NearName, VrrpTransport.Plain);
        using VrrpSocket far = Open(_link.Far, VethPair.FarName, VrrpTransport.Plain);
        near.Send([0x21, 51, 100, 0], Group);
        new PollSet(far.Descriptor).Wait(Patience);

        Assert.True(far.TryReceive(new byte[10], out VrrpDatagram datagram));

        Assert.Equal((10, 10, true), (datagram.Length, datagram.MessageOffset, datagram.IsTruncated));
    }

    [Fact]
    public void Receive_buffer_has_the_size_asked_for_doubled_by_the_kernel()
    {
        const int Size = 8_000_000; // above net.core.rmem_max
        using VrrpSocket socket = _link.Near.Invoke(
            () => VrrpSocket.Open(new VrrpSocketSettings(NetworkDevice.Read(VethPair.NearName).Index, Group) { ReceiveBufferSize = Size }));

        int value;
        socklen_t length = sizeof(int);
        Assert.Equal(0, LibC.getsockopt(socket.Descriptor, LibC.SOL_SOCKET, LibC.SO_RCVBUF, &value, &length));

        Assert.Equal(2 * Size, value);
    }

    [Fact]
    public void Ipv4_refuses_a_time_to_live_of_zero() =>
        Assert.Throws<ArgumentException>(() => VrrpSocket.Open(new VrrpSocketSettings(0, Group: null, UnicastTimeToLive: 0)));

    /// <summary>An IPv4 header, an authentication header without meaning, and the beginning of a message.</summary>
    private static byte[] Authenticated()
    {
        byte[] packet = new byte[20 + 24 + 8];
        packet[0] = 0x45;
        packet[1] = 0xC0;
        packet[3] = (byte)packet.Length;
        packet[5] = 7; // identification
        packet[8] = 255;
        packet[9] = VrrpSocket.AuthenticationHeaderNumber;
        Near.GetAddressBytes().CopyTo(packet, 12);
        Group.GetAddressBytes().CopyTo(packet, 16);
        packet[20] = VrrpSocket.ProtocolNumber;
        packet[21] = 4; // 32-bit words of the header less two
        packet[44] = 0x21;
        return packet;
    }

    private static VrrpSocket Open(NetworkNamespace place, string device, VrrpTransport transport) =>
        place.Invoke(() => VrrpSocket.Open(new VrrpSocketSettings(NetworkDevice.Read(device).Index, Group) { Transport = transport }));

    private static byte[] Receive(VrrpSocket socket, out VrrpDatagram datagram)
    {
        Assert.Equal(1, new PollSet(socket.Descriptor).Wait(Patience));
        byte[] packet = new byte[100];
        Assert.True(socket.TryReceive(packet, out datagram));
        return packet[..datagram.Length];
    }
}
