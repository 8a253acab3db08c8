using System.Buffers.Binary;
using System.Net;
using FastLb.Native.Interfaces;
using FastLb.Native.Polling;
using FastLb.Native.Tests.Namespaces;
using FastLb.Native.Vrrp;
using Tmds.Linux;

namespace FastLb.Native.Tests.Vrrp;

public sealed unsafe class VrrpSocketTests : IDisposable
{
    private const int Patience = 10_000; // milliseconds
    private const int HeaderLength = 20;
    private static readonly IPAddress Group = IPAddress.Parse("224.0.0.18");
    private static readonly IPAddress Near = IPAddress.Parse(VethPair.NearAddress);
    private static readonly IPAddress Far = IPAddress.Parse(VethPair.FarAddress);
    private static readonly byte[] Message = [0x31, 51, 100, 1, 0, 100, 0, 0, 192, 0, 2, 100];

    private readonly VethPair _link = new();
    private readonly VrrpSocket _near;
    private readonly VrrpSocket _far;

    public VrrpSocketTests()
    {
        _link.AwaitTraffic();
        _near = Open(_link.Near, VethPair.NearName);
        _far = Open(_link.Far, VethPair.FarName);
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
        _link.Dispose();
    }

    [Fact]
    public void Message_to_the_group_arrives_as_the_protocol_demands()
    {
        Assert.Equal(Errno.None, _near.Send(Message, Group));

        byte[] packet = Receive(_far);

        Assert.Equal(0x45, packet[0]);
        Assert.Equal(0xC0, packet[1]);
        Assert.Equal(255, packet[8]);
        Assert.Equal(VrrpSocket.ProtocolNumber, packet[9]);
        Assert.Equal(Near, new IPAddress(packet.AsSpan(12, 4)));
        Assert.Equal(Group, new IPAddress(packet.AsSpan(16, 4)));
        Assert.Equal(Message, packet[HeaderLength..]);
    }

    [Fact]
    public void Frame_goes_to_the_groups_ethernet_address()
    {
        using CapturedFrames frames = _link.Far.Invoke(CapturedFrames.Start);

        _near.Send(Message, Group);

        byte[] frame = frames.ReadUntil(frame => frame.Length > 23 && frame[23] == VrrpSocket.ProtocolNumber);
        Assert.Equal("01005E000012" + "020000000001" + "0800", Convert.ToHexString(frame.AsSpan(0, 14)));
    }

    [Fact]
    public void Own_messages_do_not_come_back()
    {
        using VrrpSocket neighbour = Open(_link.Near, VethPair.NearName);

        _near.Send(Message, Group);
        Receive(_far);
        _far.Send(Message, Group); // what comes first at the near end is this one
        byte[] packet = Receive(_near);

        Assert.Equal(Far, new IPAddress(packet.AsSpan(12, 4)));
        Assert.False(_near.TryReceive(new byte[100], out int length));
        Assert.Equal(0, length);
        Assert.Equal(Far, new IPAddress(Receive(neighbour).AsSpan(12, 4)));
    }

    [Fact]
    public void Messages_of_another_interface_are_not_received()
    {
        _link.Near.Run("ip", $"link add near2 type veth peer name far2 netns {_link.Far.Path}");
        _link.Near.Run("ip", "address add 198.51.100.1/24 dev near2");
        _link.Far.Run("ip", "address add 198.51.100.2/24 dev far2");
        _link.Near.Run("ip", "link set near2 up");
        _link.Far.Run("ip", "link set far2 up");
        using VrrpSocket near2 = Open(_link.Near, "near2");
        using VrrpSocket far2 = Open(_link.Far, "far2");

        _link.Near.Run("ping", "-c 1 -i 0.2 -w 10 198.51.100.2");
        Assert.Equal(Errno.None, far2.Send(Message, Group));

        Assert.Equal(IPAddress.Parse("198.51.100.2"), new IPAddress(Receive(near2).AsSpan(12, 4)));
        Assert.False(_near.TryReceive(new byte[100], out int _));
    }

    [Fact]
    public void Link_that_is_down_is_told_and_all_works_again_once_it_is_up()
    {
        _link.Near.Run("ip", $"link set {VethPair.NearName} down");

        Assert.Equal(Errno.ENETUNREACH, _near.Send(Message, Group));
        Assert.False(_near.TryReceive(new byte[100], out int _));

        _link.Near.Run("ip", $"link set {VethPair.NearName} up");
        _link.AwaitTraffic();
        Assert.Equal(Errno.None, _near.Send(Message, Group));
        Assert.Equal(Near, new IPAddress(Receive(_far).AsSpan(12, 4)));
        Assert.Equal(Errno.None, _far.Send(Message, Group));
        Assert.Equal(Far, new IPAddress(Receive(_near).AsSpan(12, 4)));
    }

    [Fact]
    public void Interface_that_was_removed_is_told()
    {
        _link.Near.Run("ip", $"link delete {VethPair.NearName}");

        Assert.Equal(Errno.ENODEV, _near.Send(Message, Group));
        Assert.False(_near.TryReceive(new byte[100], out int _));
    }

    [Fact]
    public void Source_address_is_the_one_asked_for()
    {
        IPAddress source = IPAddress.Parse("192.0.2.11");
        _link.Near.Run("ip", $"address add {source}/24 dev {VethPair.NearName}");
        using VrrpSocket socket = Open(_link.Near, VethPair.NearName, source);

        Assert.Equal(Errno.None, socket.Send(Message, Group));
        Assert.Equal(source, new IPAddress(Receive(_far).AsSpan(12, 4)));
        Assert.Equal(Errno.None, socket.Send(Message, Far));
        Assert.Equal(source, new IPAddress(Receive(_far).AsSpan(12, 4)));
        _far.Send(Message, Group); // the source is no condition for receiving
        Assert.Equal(Group, new IPAddress(Receive(socket).AsSpan(16, 4)));
    }

    [Fact]
    public void Source_address_that_went_away_is_told_until_it_is_back()
    {
        IPAddress source = IPAddress.Parse("192.0.2.11");
        using VrrpSocket socket = Open(_link.Near, VethPair.NearName, source);
        Assert.True(socket.Send(Message, Group) is Errno.EINVAL or Errno.ENETUNREACH); // by the kernel's age

        _link.Near.Run("ip", $"address add {source}/24 dev {VethPair.NearName}");

        Assert.Equal(Errno.None, socket.Send(Message, Group));
    }

    [Fact]
    public void Unicast_needs_neither_group_nor_interface_and_has_the_ttl_asked_for()
    {
        using VrrpSocket near = _link.Near.Invoke(() => VrrpSocket.Open(new VrrpSocketSettings(0, Group: null, UnicastTimeToLive: 7)));
        using VrrpSocket far = _link.Far.Invoke(() => VrrpSocket.Open(new VrrpSocketSettings(0, Group: null)));

        _near.Send(Message, Group); // not for a socket without group
        Assert.Equal(Errno.None, near.Send(Message, Far));

        byte[] packet = Receive(far);
        Assert.Equal(7, packet[8]);
        Assert.Equal(0xC0, packet[1]);
        Assert.Equal(Far, new IPAddress(packet.AsSpan(16, 4)));
        Assert.False(far.TryReceive(new byte[100], out int _));
    }

    [Fact]
    public void Longer_packet_is_cut_to_the_buffer()
    {
        _near.Send(Message, Group);
        new PollSet(_far.Descriptor).Wait(Patience);

        Assert.True(_far.TryReceive(new byte[HeaderLength + 2], out int length));
        Assert.Equal(HeaderLength + 2, length);
        Assert.False(_far.TryReceive(new byte[100], out int _));
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
            bool received = _far.TryReceive(packet, out int length);
            bool more = _far.TryReceive(packet, out int _);
            if (sent != Errno.None || !received || length != HeaderLength + Message.Length || more)
                throw new InvalidOperationException($"sent {sent}, received {length}");
        }
    }

    [Fact]
    public void Interface_that_is_not_there_is_told()
    {
        SystemCallException fault = Assert.Throws<SystemCallException>(
            () => _link.Near.Invoke(() => VrrpSocket.Open(new VrrpSocketSettings(9999, Group))));

        Assert.Equal("bind VRRP socket to interface 9999: ENODEV: there is no such interface in this network namespace", fault.Message);
    }

    [Fact]
    public void Impossible_settings_are_refused()
    {
        Assert.Throws<ArgumentException>(() => VrrpSocket.Open(new VrrpSocketSettings(0, Group)));
        Assert.Throws<ArgumentException>(() => VrrpSocket.Open(new VrrpSocketSettings(1, IPAddress.Parse("ff02::12"))));
        Assert.Throws<ArgumentException>(() => _near.Send(Message, IPAddress.IPv6Loopback));
    }

    private static VrrpSocket Open(NetworkNamespace place, string device, IPAddress? source = null) =>
        place.Invoke(() => VrrpSocket.Open(new VrrpSocketSettings(NetworkDevice.Read(device).Index, Group, source)));

    private static byte[] Receive(VrrpSocket socket)
    {
        PollSet poll = new(socket.Descriptor);
        Assert.Equal(1, poll.Wait(Patience));
        byte[] packet = new byte[100];
        Assert.True(socket.TryReceive(packet, out int length));
        return packet[..length];
    }

    /// <summary>The IPv4 frames that the far end receives.</summary>
    private sealed class CapturedFrames : IDisposable
    {
        private readonly int _descriptor;

        private CapturedFrames(int descriptor) => _descriptor = descriptor;

        public static CapturedFrames Start()
        {
            const ushort EtherTypeIPv4 = 0x0800;
            int descriptor = LibC.socket(LibC.AF_PACKET, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, BinaryPrimitives.ReverseEndianness(EtherTypeIPv4));
            Assert.True(descriptor >= 0);
            return new CapturedFrames(descriptor);
        }

        public byte[] ReadUntil(Predicate<byte[]> wanted)
        {
            PollSet poll = new(_descriptor);
            byte[] frame = new byte[2000];
            while (true)
            {
                Assert.Equal(1, poll.Wait(Patience));
                fixed (byte* bytes = frame)
                {
                    long length = LibC.recv(_descriptor, bytes, frame.Length, 0);
                    Assert.True(length > 0);
                    if (wanted(frame[..(int)length]))
                        return frame[..(int)length];
                }
            }
        }

        public void Dispose() => Assert.Equal(0, LibC.close(_descriptor));
    }
}
