using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using FastLb.Native.Bpf;
using FastLb.Native.Interfaces;
using FastLb.Native.Punt;
using FastLb.Native.Tests.Bpf;
using FastLb.Native.Tests.Namespaces;

namespace FastLb.Native.Tests.Punt;

/// <summary>Frames written to the device by hand, with the steering program in their way that would take them.</summary>
public sealed class PuntDeviceTests : IDisposable
{
    private const string Beyond = "203.0.113.2"; // the third host
    private const int Port = 5353;
    private const byte Marker = 255;

    private readonly VethPair _link = new();
    private readonly SteeringTable _table = SteeringTable.Create();
    private readonly SteeringProgram _program;
    private readonly UnboundXdpSocket _socket = new();
    private readonly int _index;

    public PuntDeviceTests()
    {
        _program = SteeringProgram.Load(_table, receiveQueues: 2);
        _program.SetOwnMacs([PhysicalAddress.Parse(VethPair.NearMac)]);
        _index = _link.Near.Invoke(() => NetworkDevice.Read(VethPair.NearName)).Index;
    }

    /// <summary>Mode and rp_filter.</summary>
    public static TheoryData<XdpAttachMode, int> Settings { get; } = new(
        from mode in new[] { XdpAttachMode.Native, XdpAttachMode.Generic } from filter in new[] { 0, 1, 2 } select (mode, filter));

    public void Dispose()
    {
        _program.Dispose();
        _table.Dispose();
        _socket.Dispose();
        _link.Dispose();
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Datagram_reaches_the_hosts_socket_once(XdpAttachMode mode, int reversePathFilter)
    {
        Prepare(mode, reversePathFilter);
        using PuntDevice punt = Open();
        using Socket receiver = Listen();

        for (byte number = 0; number < 3; number++)
            Assert.True(punt.TryWrite(PuntFrame.Udp(VethPair.NearAddress, Port, [number]), _index, 0, 0));

        for (byte number = 0; number < 3; number++)
            Assert.Equal((number, VethPair.FarAddress), Receive(receiver));
        AssertNothingMore(punt, receiver);
        AssertMetBySteering(mode, 4);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Echo_request_is_answered_once(XdpAttachMode mode, int reversePathFilter)
    {
        Prepare(mode, reversePathFilter);
        using PuntDevice punt = Open();
        long requests = CountOf(_link.Near, "Icmp", "InEchos"), replies = CountOf(_link.Far, "Icmp", "InEchoReps");

        // A second copy of the first one would be answered before the second one.
        for (int request = 1; request <= 2; request++)
        {
            Assert.True(punt.TryWrite(PuntFrame.EchoRequest(VethPair.NearAddress), _index, 0, 0));
            Assert.Equal(replies + request, Eventually.Read(() => CountOf(_link.Far, "Icmp", "InEchoReps"), count => count >= replies + request));
        }

        Assert.Equal(requests + 2, CountOf(_link.Near, "Icmp", "InEchos"));
        AssertMetBySteering(mode, 2);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Datagram_for_another_host_is_forwarded_once(XdpAttachMode mode, int reversePathFilter)
    {
        using NetworkNamespace third = JoinThirdHost();
        Prepare(mode, reversePathFilter, steered: Beyond);
        using PuntDevice punt = Open();
        using Socket receiver = third.Invoke(() => Bound(IPAddress.Any));

        Assert.True(punt.TryWrite(PuntFrame.Udp(Beyond, Port, [7]), _index, 0, 0));

        Assert.Equal((7, VethPair.FarAddress), Receive(receiver));
        AssertNothingMore(punt, receiver, Beyond);
        AssertMetBySteering(mode, 2);
    }

    [Fact]
    public void Aggregate_for_another_host_is_forwarded_in_segments_of_the_size_told()
    {
        const ushort Start = PuntFrame.EthernetSize + PuntFrame.IpHeaderSize;
        using NetworkNamespace third = JoinThirdHost();
        _link.Near.Run("ethtool", "-K side tso off"); // so that the far end sees the segments
        Prepare(XdpAttachMode.Generic, reversePathFilter: 0, steered: Beyond);
        using PuntDevice punt = Open();
        byte[] frame = PuntFrame.TcpAggregate(Beyond, payloadLength: 40_000);
        long segments = CountOf(third, "Tcp", "InSegs");

        Assert.True(punt.TryWrite(frame, _index, Start, PuntFrame.TcpChecksumOffset));
        Assert.Equal(1, Eventually.Read(() => CountOf(_link.Near, "Ip", "FragFails"), count => count > 0));
        Assert.True(punt.TryWrite(frame, _index, Start, PuntFrame.TcpChecksumOffset, segmentSize: 1000));

        Eventually.Read(() => CountOf(third, "Tcp", "InSegs"), count => count >= segments + 40);
        Assert.Equal((segments + 40, 0), (CountOf(third, "Tcp", "InSegs"), CountOf(third, "Tcp", "InCsumErrors")));
        AssertMetBySteering(XdpAttachMode.Generic, 2);
    }

    [Theory]
    [InlineData(XdpAttachMode.Native)]
    [InlineData(XdpAttachMode.Generic)]
    public void Reverse_path_filter_judges_by_the_original_interface(XdpAttachMode mode)
    {
        Prepare(mode, reversePathFilter: 1);
        using PuntDevice punt = Open();
        using Socket receiver = Listen();

        Assert.True(punt.TryWrite(PuntFrame.Udp(VethPair.NearAddress, Port, [1], source: "198.51.100.1"), _index, 0, 0)); // no way back

        AssertNothingMore(punt, receiver);
        Assert.Equal(1, CountOf(_link.Near, "IpExt", "InNoRoutes", "netstat") + CountOf(_link.Near, "TcpExt", "IPReversePathFilter", "netstat"));
    }

    [Fact]
    public void Partial_checksum_is_as_good_as_a_complete_one_when_told()
    {
        const int ChecksumStart = PuntFrame.EthernetSize + PuntFrame.IpHeaderSize;
        Prepare(XdpAttachMode.Native, reversePathFilter: 0);
        using PuntDevice punt = Open();
        using Socket receiver = Listen();
        byte[] untold = PuntFrame.Udp(VethPair.NearAddress, Port, [1]), told = PuntFrame.Udp(VethPair.NearAddress, Port, [2]);
        PuntFrame.MakeChecksumPartial(untold, PuntFrame.UdpChecksumOffset);
        PuntFrame.MakeChecksumPartial(told, PuntFrame.UdpChecksumOffset);

        Assert.True(punt.TryWrite(untold, _index, 0, 0));
        Assert.True(punt.TryWrite(told, _index, ChecksumStart, PuntFrame.UdpChecksumOffset));

        Assert.Equal((2, VethPair.FarAddress), Receive(receiver));
        Assert.Equal(1, CountOf(_link.Near, "Udp", "InCsumErrors"));
    }

    [Fact]
    public void Frames_arrive_on_the_interface_that_they_came_from()
    {
        _link.Near.Run("ip", "link add other type veth peer name unused");
        _link.Near.Run("ip", "link set unused up");
        _link.Near.Run("ip", $"link set other address {VethPair.NearMac} up");
        int other = _link.Near.Invoke(() => NetworkDevice.Read("other")).Index;
        foreach (string name in new[] { "all", "other", VethPair.NearName })
            _link.Near.Invoke(() => File.WriteAllText($"/proc/sys/net/ipv4/conf/{name}/rp_filter", "0"));
        using PuntDevice punt = _link.Near.Invoke(() => PuntDevice.Open(
            [other, _index]));
        using Socket atOther = Listen("other"), atNear = Listen(VethPair.NearName);

        Assert.True(punt.TryWrite(PuntFrame.Udp(VethPair.NearAddress, Port, [1]), other, 0, 0));
        Assert.True(punt.TryWrite(PuntFrame.Udp(VethPair.NearAddress, Port, [2]), _index, 0, 0));

        Assert.Equal((1, VethPair.FarAddress), Receive(atOther));
        Assert.Equal((2, VethPair.FarAddress), Receive(atNear));
        AssertNothingMore(punt, atOther, from: other);
        AssertNothingMore(punt, atNear);
    }

    [Fact]
    public void Frame_of_the_largest_mtu_is_given_back_whole()
    {
        _link.Near.Run("ip", $"link set {VethPair.NearName} mtu 9000");
        using PuntDevice punt = Open();
        using Socket receiver = Listen();
        byte[] payload = RandomNumberGenerator.GetBytes(9000 - PuntFrame.IpHeaderSize - PuntFrame.UdpHeaderSize);

        Assert.True(punt.TryWrite(PuntFrame.Udp(VethPair.NearAddress, Port, payload), _index, 0, 0));

        byte[] received = new byte[10000];
        Assert.Equal(payload, received[..receiver.Receive(received)]);
    }

    [Fact]
    public void Classifier_does_where_the_kernel_has_no_links_for_it()
    {
        using PuntDevice punt = _link.Near.Invoke(
            () => PuntDevice.Open([_index], TcIngressAttachment.AttachClassifier));
        using Socket receiver = Listen();
        Assert.Contains("clsact", _link.Near.Run("tc", $"qdisc show dev {punt.Name}"), StringComparison.Ordinal);

        Assert.True(punt.TryWrite(PuntFrame.Udp(VethPair.NearAddress, Port, [1]), _index, 0, 0));

        Assert.Equal((1, VethPair.FarAddress), Receive(receiver));
    }

    [Fact]
    public void Device_is_quiet_and_recognisable_and_goes_when_disposed()
    {
        _link.Near.Invoke(() => File.WriteAllText("/proc/sys/net/ipv6/conf/default/disable_ipv6", "0"));
        using PuntDevice first = Open(), second = Open();
        string shown = _link.Near.Run("ip", $"-details link show dev {first.Name}");

        Assert.Matches("^flbpunt[0-9]+$", first.Name);
        Assert.NotEqual(first.Name, second.Name);
        Assert.Contains("NOARP", shown, StringComparison.Ordinal);
        Assert.Contains(",UP", shown, StringComparison.Ordinal);
        Assert.Contains("persist off", shown, StringComparison.Ordinal);
        Assert.Contains("addrgenmode none", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("inet", _link.Near.Run("ip", $"address show dev {first.Name}"), StringComparison.Ordinal);

        first.Dispose();
        second.Dispose();

        // A command that another test starts at this moment has copies of the descriptors until it is executed.
        Eventually.Read(() => _link.Near.Run("ip", "link"), links => !links.Contains(PuntDevice.NamePrefix, StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_kernel_does_not_take_is_told()
    {
        using PuntDevice punt = Open();
        byte[] frame = PuntFrame.Udp(VethPair.NearAddress, Port, [1]);
        Assert.Equal(Errno.None, punt.LastError);

        Assert.False(punt.TryWrite(frame, 9999, 0, 0));
        Assert.Equal(Errno.ENODEV, punt.LastError);
        Assert.False(punt.TryWrite(frame.AsSpan(0, 13), _index, 0, 0));
        Assert.Equal(Errno.EINVAL, punt.LastError);
        Assert.False(punt.TryWrite(frame, _index, (ushort)frame.Length, 6));
        Assert.Equal(Errno.EINVAL, punt.LastError);

        _link.Near.Run("ip", $"link set {punt.Name} down");
        Assert.False(punt.TryWrite(frame, _index, 0, 0));
        Assert.Equal(Errno.EIO, punt.LastError);
    }

    [Fact]
    public void Frame_for_an_interface_that_is_gone_is_lost_without_harm()
    {
        using PuntDevice punt = Open();
        _link.Near.Run("ip", $"link delete {VethPair.NearName}");

        Assert.True(punt.TryWrite(PuntFrame.Udp(VethPair.NearAddress, Port, [1]), _index, 0, 0));
    }

    [Fact]
    public void Writing_allocates_nothing()
    {
        using PuntDevice punt = Open();
        byte[] frame = PuntFrame.Udp(VethPair.NearAddress, Port, [1]);
        for (int i = 0; i < 100; i++)
            punt.TryWrite(frame, _index, 0, 0);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            punt.TryWrite(frame, _index, 0, 0);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Sets_of_interfaces_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentException>(() => PuntDevice.Open([]));
        Assert.Throws<ArgumentException>(() => PuntDevice.Open([_index, _index]));
        Assert.Throws<ArgumentException>(() => PuntDevice.Open([.. Enumerable.Range(1, PuntDevice.Capacity + 1)]));
    }

    /// <summary>Puts a host behind the near end, which forwards from now on.</summary>
    private NetworkNamespace JoinThirdHost()
    {
        NetworkNamespace third = new();
        _link.Near.Run("ip", $"link add side type veth peer name beyond netns {third.Path}");
        _link.Near.Run("ip", "address add 203.0.113.1/24 dev side");
        third.Run("ip", $"address add {Beyond}/24 dev beyond");
        _link.Near.Run("ip", "link set side up");
        third.Run("ip", "link set beyond up");
        third.Run("ip", "route add default via 203.0.113.1");
        _link.Near.Invoke(() => File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1"));
        third.Run("ping", "-c 1 -w 10 203.0.113.1");
        return third;
    }

    private PuntDevice Open() => _link.Near.Invoke(() => PuntDevice.Open([_index]));

    /// <summary>Attaches the program, which takes UDP to the port, for a socket that delivers nothing: what it takes is lost.</summary>
    private void Prepare(XdpAttachMode mode, int reversePathFilter, string steered = VethPair.NearAddress)
    {
        string value = reversePathFilter.ToString(CultureInfo.InvariantCulture);
        _link.Near.Invoke(() => File.WriteAllText("/proc/sys/net/ipv4/conf/all/rp_filter", value));
        _link.Near.Invoke(() => File.WriteAllText("/proc/sys/net/ipv4/conf/default/rp_filter", value)); // the device's, once it is made
        _link.Near.Invoke(() => File.WriteAllText($"/proc/sys/net/ipv4/conf/{VethPair.NearName}/rp_filter", value));
        _table.SetServices([new SteeredEndpoint(IPAddress.Parse(steered), ProtocolType.Udp, Port)]);
        _program.SetSocket(0, _socket);
        _program.SetSocket(1, _socket);
        _link.Near.Invoke(() => _program.Attach(_index, VethPair.NearName, mode));
        _link.AwaitTraffic();
    }

    private void AssertMetBySteering(XdpAttachMode mode, int frames)
    {
        IReadOnlyDictionary<SteeringOutcome, ulong> counters = _program.ReadCounters();
        Assert.Equal(mode == XdpAttachMode.Generic ? (ulong)frames : 0, counters[SteeringOutcome.Punted]);
        Assert.Equal(0UL, counters[SteeringOutcome.Steered]);
    }

    private Socket Listen(string? device = null) => _link.Near.Invoke(() => Bound(IPAddress.Parse(VethPair.NearAddress), device));

    private static Socket Bound(IPAddress address, string? device = null)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        if (device is not null)
            socket.SetRawSocketOption(1, 25, Encoding.ASCII.GetBytes(device)); // SO_BINDTODEVICE
        socket.Bind(new IPEndPoint(address, Port));
        return socket;
    }

    private static (byte Number, string Source) Receive(Socket socket)
    {
        byte[] buffer = new byte[100];
        EndPoint source = new IPEndPoint(IPAddress.Any, 0);
        Assert.Equal(1, socket.ReceiveFrom(buffer, ref source));
        return (buffer[0], ((IPEndPoint)source).Address.ToString());
    }

    /// <summary>A datagram that is written now is the next to arrive.</summary>
    /// <param name="punt">What it is written to.</param>
    /// <param name="receiver">Where it arrives.</param>
    /// <param name="destination">The receiver's address.</param>
    /// <param name="from">Interface that it is to come from; the near one unless given.</param>
    private void AssertNothingMore(PuntDevice punt, Socket receiver, string destination = VethPair.NearAddress, int? from = null)
    {
        Assert.True(punt.TryWrite(PuntFrame.Udp(destination, Port, [Marker]), from ?? _index, 0, 0));
        Assert.Equal((Marker, VethPair.FarAddress), Receive(receiver));
    }

    /// <summary>A counter of the namespace's stack, from <c>/proc/net/snmp</c> or <c>netstat</c>: a line of names and a line of values per group.</summary>
    private static long CountOf(NetworkNamespace space, string group, string counter, string file = "snmp") => space.Invoke(() =>
    {
        string[][] lines = [.. File.ReadLines($"/proc/thread-self/net/{file}").Where(line => line.StartsWith(group + ":", StringComparison.Ordinal))
            .Select(line => line.Split(' '))];
        return long.Parse(lines[1][Array.IndexOf(lines[0], counter)], CultureInfo.InvariantCulture);
    });
}
