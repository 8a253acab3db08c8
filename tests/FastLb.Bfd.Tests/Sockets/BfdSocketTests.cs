using System.Net;
using System.Net.Sockets;
using FastLb.Bfd.Tests.Hosts;
using FastLb.Native;
using FastLb.Native.Bfd;
using FastLb.Native.Polling;
using FastLb.Native.Tests.Namespaces;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Bfd.Tests.Sockets;

public sealed class BfdSocketTests : IDisposable
{
    private const int Patience = 10_000; // milliseconds
    private static readonly byte[] Payload = [.. Enumerable.Range(1, 24).Select(i => (byte)i)];

    private readonly DualStackPair _pair = new();

    public void Dispose() => _pair.Dispose();

    [Theory]
    [InlineData(VethPair.NearAddress, VethPair.FarAddress, BfdPorts.SingleHop, 255)]
    [InlineData(VethPair.NearAddress, VethPair.FarAddress, BfdPorts.Multihop, 17)]
    [InlineData(DualStackPair.NearAddress6, DualStackPair.FarAddress6, BfdPorts.SingleHop, 255)]
    [InlineData(DualStackPair.NearAddress6, DualStackPair.FarAddress6, BfdPorts.Multihop, 1)]
    public void Datagram_arrives_with_its_addresses_and_its_distance(string near, string far, ushort port, byte timeToLive)
    {
        IPAddress source = IPAddress.Parse(near), destination = IPAddress.Parse(far);
        using BfdReceiver receiver = _pair.Far.Invoke(() => BfdReceiver.Open(destination.AddressFamily, port));
        using BfdSender sender = _pair.Near.Invoke(() => BfdSender.Open(new BfdSenderSettings(destination, port, source, timeToLive, 5)));
        Assert.Equal(BfdPorts.FirstSource + 5, sender.SourcePort);

        Assert.Equal(Errno.None, sender.Send(Payload));

        byte[] buffer = new byte[256];
        BfdDatagram datagram = Receive(receiver, buffer);
        Assert.Equal(new BfdDatagram(24, IpAddress.From(source).Value, IpAddress.From(destination).Value, _pair.FarIndex, timeToLive), datagram);
        Assert.Equal(Payload, buffer[..24]);
        Assert.False(receiver.TryReceive(buffer, out _));
    }

    [Fact]
    public void Time_to_live_can_be_changed_and_none_of_zero_is_possible()
    {
        using BfdReceiver receiver = _pair.Far.Invoke(() => BfdReceiver.Open(AddressFamily.InterNetwork, BfdPorts.SingleHop));
        using BfdSender sender = _pair.Near.Invoke(() => BfdSender.Open(new BfdSenderSettings(IPAddress.Parse(VethPair.FarAddress), BfdPorts.SingleHop)));

        sender.SetTimeToLive(7);
        sender.Send(Payload);

        Assert.Equal(7, Receive(receiver, new byte[256]).TimeToLive);
        Assert.Equal(Errno.EINVAL, Assert.Throws<SystemCallException>(() => sender.SetTimeToLive(0)).Errno);
    }

    [Fact]
    public void Each_session_has_a_source_port_of_its_own()
    {
        BfdSenderSettings settings = new(IPAddress.Parse(VethPair.FarAddress), BfdPorts.SingleHop, IPAddress.Parse(VethPair.NearAddress), PortHint: uint.MaxValue);
        using BfdSender first = _pair.Near.Invoke(() => BfdSender.Open(settings));
        using BfdSender second = _pair.Near.Invoke(() => BfdSender.Open(settings));

        Assert.Equal((65535, 49152), (first.SourcePort, second.SourcePort));
    }

    [Fact]
    public void Port_that_another_program_has_is_told_with_what_to_do()
    {
        using BfdReceiver first = _pair.Near.Invoke(() => BfdReceiver.Open(AddressFamily.InterNetwork, BfdPorts.SingleHop));
        using BfdReceiver otherFamily = _pair.Near.Invoke(() => BfdReceiver.Open(AddressFamily.InterNetworkV6, BfdPorts.SingleHop));

        SystemCallException failure = Assert.Throws<SystemCallException>(() => _pair.Near.Invoke(() => BfdReceiver.Open(AddressFamily.InterNetwork, BfdPorts.SingleHop)));

        Assert.Equal(Errno.EADDRINUSE, failure.Errno);
        Assert.Contains("speaks BFD", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Source_that_is_not_this_hosts_is_told()
    {
        SystemCallException failure = Assert.Throws<SystemCallException>(() => _pair.Near.Invoke(
            () => BfdSender.Open(new BfdSenderSettings(IPAddress.Parse(VethPair.FarAddress), BfdPorts.SingleHop, IPAddress.Parse("198.51.100.9")))));

        Assert.Equal(Errno.EADDRNOTAVAIL, failure.Errno);
        Assert.Throws<ArgumentException>(() => BfdSender.Open(new BfdSenderSettings(IPAddress.Loopback, BfdPorts.SingleHop, IPAddress.IPv6Loopback)));
    }

    [Fact]
    public void Unreachable_neighbour_is_told()
    {
        using BfdSender sender = _pair.Near.Invoke(() => BfdSender.Open(new BfdSenderSettings(IPAddress.Parse("203.0.113.1"), BfdPorts.SingleHop)));

        Assert.Equal(Errno.ENETUNREACH, sender.Send(Payload));
    }

    [Fact]
    public void Sending_and_receiving_allocates_nothing()
    {
        using BfdReceiver receiver = _pair.Near.Invoke(() => BfdReceiver.Open(AddressFamily.InterNetworkV6, BfdPorts.SingleHop));
        using BfdSender sender = _pair.Near.Invoke(() => BfdSender.Open(new BfdSenderSettings(IPAddress.Parse(DualStackPair.NearAddress6), BfdPorts.SingleHop)));
        byte[] buffer = new byte[256];
        int received = 0;

        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                sender.Send(Payload);
                received += receiver.TryReceive(buffer, out _) ? 1 : 0; // within a host a datagram is there when it has been sent
            }
        }));
        Assert.True(received >= 100, $"{received} received");
    }

    private static BfdDatagram Receive(BfdReceiver receiver, byte[] buffer)
    {
        PollSet poll = new(receiver.Descriptor);
        Assert.Equal(1, poll.Wait(Patience));
        Assert.True(receiver.TryReceive(buffer, out BfdDatagram datagram));
        return datagram;
    }
}
