using System.Net;
using System.Net.Sockets;
using FastLb.Native.Interfaces;
using FastLb.Native.Polling;
using FastLb.Native.Tests.Namespaces;
using FastLb.Native.Vrrp;

namespace FastLb.Native.Tests.Vrrp;

public sealed class VrrpSocketIpv6Tests : IDisposable
{
    private const int Patience = 10_000; // milliseconds
    private static readonly IPAddress Group = IPAddress.Parse("ff02::12");
    private static readonly IPAddress NearLocal = IPAddress.Parse("fe80::1");
    private static readonly IPAddress FarLocal = IPAddress.Parse("fe80::2");
    private static readonly byte[] Message = [0x31, 51, 100, 1, 0, 100, 0x12, 0x34, .. IPAddress.Parse("fe80::99").GetAddressBytes()];

    private readonly VethPair _link = new();
    private readonly VrrpSocket _near;
    private readonly VrrpSocket _far;

    public VrrpSocketIpv6Tests()
    {
        Enable(_link.Near, VethPair.NearName, NearLocal, "2001:db8::1");
        Enable(_link.Far, VethPair.FarName, FarLocal, "2001:db8::2");
        _link.AwaitTraffic();
        _near = Open(_link.Near, VethPair.NearName, NearLocal);
        _far = Open(_link.Far, VethPair.FarName, FarLocal);
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
        _link.Dispose();
    }

    [Fact]
    public void Message_to_the_group_arrives_as_it_was_sent_with_source_group_and_hop_limit()
    {
        Assert.Equal(Errno.None, _near.Send(Message, Group));

        byte[] packet = Receive(_far, out VrrpDatagram datagram);

        Assert.Equal(new VrrpDatagram(PacketAddress.Of(NearLocal), PacketAddress.Of(Group), 255, 0, Message.Length, IsTruncated: false), datagram);
        Assert.Equal(Message, packet); // its checksum, which is wrong, included
    }

    [Fact]
    public void Own_messages_do_not_come_back()
    {
        _near.Send(Message, Group);
        Receive(_far, out _);
        _far.Send(Message, Group);

        Receive(_near, out VrrpDatagram datagram);

        Assert.Equal(FarLocal, datagram.Source.ToIPAddress());
        Assert.False(_near.TryReceive(new byte[100], out int length));
        Assert.Equal(0, length);
    }

    [Fact]
    public void Source_address_is_the_one_asked_for_once_it_is_there()
    {
        IPAddress source = IPAddress.Parse("fe80::99");
        using VrrpSocket socket = Open(_link.Near, VethPair.NearName, source);
        Assert.NotEqual(Errno.None, socket.Send(Message, Group));

        _link.Near.Run("ip", $"address add {source}/64 dev {VethPair.NearName} nodad");

        Assert.Equal(Errno.None, socket.Send(Message, Group));
        Receive(_far, out VrrpDatagram datagram);
        Assert.Equal(source, datagram.Source.ToIPAddress());
        Assert.Equal(Errno.None, socket.Send(Message, FarLocal));
        Receive(_far, out datagram);
        Assert.Equal((source, FarLocal), (datagram.Source.ToIPAddress(), datagram.Destination.ToIPAddress()));
    }

    [Fact]
    public void Unicast_needs_neither_group_nor_interface_and_has_the_hop_limit_asked_for()
    {
        IPAddress far = IPAddress.Parse("2001:db8::2");
        VrrpSocketSettings settings = new(0, Group: null, UnicastTimeToLive: 7) { Family = AddressFamily.InterNetworkV6 };
        using VrrpSocket near = _link.Near.Invoke(() => VrrpSocket.Open(settings));
        using VrrpSocket receiver = _link.Far.Invoke(() => VrrpSocket.Open(settings));
        _near.Send(Message, Group); // not for a socket without group

        Assert.Equal(Errno.None, near.Send(Message, far));

        Receive(receiver, out VrrpDatagram datagram);
        Assert.Equal((7, "2001:db8::1", far), (datagram.HopLimit, datagram.Source.ToString(), datagram.Destination.ToIPAddress()));
        int index = _link.Near.Invoke(() => NetworkDevice.Read(VethPair.NearName).Index);
        Assert.Equal(Errno.None, near.Send(Message, new IPAddress(FarLocal.GetAddressBytes(), index)));
        Receive(receiver, out datagram);
        Assert.Equal(FarLocal, datagram.Destination.ToIPAddress());
    }

    [Fact]
    public void Traffic_class_is_that_of_routing_protocols()
    {
        string captured = "";
        Task capture = Task.Run(() => captured = _link.Far.Run("timeout", $"10 tcpdump --immediate-mode -c 1 -v -n -i {VethPair.FarName} ip6 proto 112"));

        Eventually.Read(() => _near.Send(Message, Group), _ => capture.Wait(100));

        Assert.Contains("class 0xc0", captured, StringComparison.Ordinal);
        Assert.Contains("hlim 255", captured, StringComparison.Ordinal);
    }

    [Fact]
    public void Longer_packet_is_cut_to_the_buffer_and_told()
    {
        _near.Send(Message, Group);
        new PollSet(_far.Descriptor).Wait(Patience);

        Assert.True(_far.TryReceive(new byte[10], out VrrpDatagram datagram));

        Assert.Equal((10, true), (datagram.Length, datagram.IsTruncated));
    }

    [Fact]
    public void Sending_and_receiving_allocate_nothing()
    {
        byte[] packet = new byte[100];
        PollSet poll = new(_far.Descriptor);
        Exchange();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Exchange();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Exchange()
        {
            Errno sent = _near.Send(Message, Group);
            poll.Wait(Patience);
            if (sent != Errno.None || !_far.TryReceive(packet, out VrrpDatagram datagram) || datagram.Length != Message.Length)
                throw new InvalidOperationException($"sent {sent}");
        }
    }

    [Fact]
    public void Impossible_settings_are_refused()
    {
        Assert.Throws<ArgumentException>(() => VrrpSocket.Open(new VrrpSocketSettings(1, IPAddress.Parse("224.0.0.18")) { Family = AddressFamily.InterNetworkV6 }));
        Assert.Throws<ArgumentException>(() => VrrpSocket.Open(new VrrpSocketSettings(1, Group, IPAddress.Loopback) { Family = AddressFamily.InterNetworkV6 }));
        Assert.Throws<ArgumentException>(
            () => VrrpSocket.Open(new VrrpSocketSettings(1, Group) { Family = AddressFamily.InterNetworkV6, Transport = VrrpTransport.AuthenticationHeader }));
        Assert.Throws<ArgumentException>(() => _near.Send(Message, IPAddress.Loopback));
    }

    private static void Enable(NetworkNamespace place, string device, params ReadOnlySpan<object> addresses)
    {
        place.Invoke(() => File.WriteAllText($"/proc/sys/net/ipv6/conf/{device}/disable_ipv6", "0"));
        foreach (object address in addresses)
            place.Run("ip", $"address add {address}/64 dev {device} nodad");
    }

    private static VrrpSocket Open(NetworkNamespace place, string device, IPAddress source) => place.Invoke(
        () => VrrpSocket.Open(new VrrpSocketSettings(NetworkDevice.Read(device).Index, Group, source) { Family = AddressFamily.InterNetworkV6 }));

    private static byte[] Receive(VrrpSocket socket, out VrrpDatagram datagram)
    {
        Assert.Equal(1, new PollSet(socket.Descriptor).Wait(Patience));
        byte[] packet = new byte[100];
        Assert.True(socket.TryReceive(packet, out datagram));
        return packet[..datagram.Length];
    }
}
