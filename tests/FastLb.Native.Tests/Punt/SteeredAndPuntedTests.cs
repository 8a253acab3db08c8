using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using FastLb.Native.Bpf;
using FastLb.Native.Interfaces;
using FastLb.Native.Polling;
using FastLb.Native.Punt;
using FastLb.Native.Tests.Namespaces;

namespace FastLb.Native.Tests.Punt;

/// <summary>
/// The whole way round: real connections of a neighbour with default offloads, steered to AF_XDP sockets whose owner gives every frame back.
/// </summary>
public sealed class SteeredAndPuntedTests : IDisposable
{
    private const int Port = 8080;
    private const int Messages = 20;
    private const int MessageSize = 500;

    private readonly VethPair _link = new();
    private readonly SteeringTable _table = SteeringTable.Create();
    private readonly SteeringProgram _program;
    private readonly int _index;
    private readonly PuntingReceiver[] _receivers;
    private readonly CancellationTokenSource _stop = new();

    public SteeredAndPuntedTests()
    {
        _index = _link.Near.Invoke(() => NetworkDevice.Read(VethPair.NearName)).Index;
        _program = SteeringProgram.Load(_table, receiveQueues: 2);
        _program.SetOwnMacs([PhysicalAddress.Parse(VethPair.NearMac)]);
        IPAddress address = IPAddress.Parse(VethPair.NearAddress);
        _table.SetServices([new SteeredEndpoint(address, ProtocolType.Tcp, Port), new SteeredEndpoint(address, ProtocolType.Udp, Port)]);
        _receivers = [.. new uint[] { 0, 1 }.Select(queue => _link.Near.Invoke(() => new PuntingReceiver(_index, queue)))];
        for (int queue = 0; queue < _receivers.Length; queue++)
            _program.SetSocket(queue, _receivers[queue].Socket);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _program.Dispose();
        foreach (PuntingReceiver receiver in _receivers)
            receiver.Dispose();
        _table.Dispose();
        _link.Dispose();
    }

    [Theory]
    [MemberData(nameof(PuntDeviceTests.Settings), MemberType = typeof(PuntDeviceTests))]
    public async Task Tcp_connection_comes_about_and_carries_data(XdpAttachMode mode, int reversePathFilter)
    {
        using PuntDevice punt = Prepare(mode, reversePathFilter);
        Task punting = Task.Run(() => GiveBack(punt));
        using Socket listener = _link.Near.Invoke(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(IPAddress.Any, Port));
        listener.Listen();
        using Socket client = _link.Far.Invoke(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        client.NoDelay = true;
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));

        await client.ConnectAsync(new IPEndPoint(IPAddress.Parse(VethPair.NearAddress), Port), patience.Token);
        using Socket server = await listener.AcceptAsync(patience.Token);
        for (int i = 0; i < Messages; i++)
        {
            await Exchange(client, server, (byte)i, patience.Token);
            await Exchange(server, client, (byte)i, patience.Token);
        }

        Assert.Equal(VethPair.FarAddress, ((IPEndPoint)server.RemoteEndPoint!).Address.ToString());
        await AssertEveryFrameWentRoundOnce(mode, punting, atLeast: Messages + 2);
    }

    [Theory]
    [MemberData(nameof(PuntDeviceTests.Settings), MemberType = typeof(PuntDeviceTests))]
    public async Task Each_datagram_comes_once(XdpAttachMode mode, int reversePathFilter)
    {
        using PuntDevice punt = Prepare(mode, reversePathFilter);
        Task punting = Task.Run(() => GiveBack(punt));
        using Socket receiver = _link.Near.Invoke(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        receiver.Bind(new IPEndPoint(IPAddress.Any, Port));
        using Socket sender = _link.Far.Invoke(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        byte[] buffer = new byte[MessageSize];

        for (byte i = 0; i < Messages; i++)
        {
            await sender.SendToAsync(new[] { i }, new IPEndPoint(IPAddress.Parse(VethPair.NearAddress), Port), patience.Token);
            Assert.Equal(1, await receiver.ReceiveAsync(buffer, patience.Token));
            Assert.Equal(i, buffer[0]);
        }

        Assert.False(receiver.Poll(TimeSpan.FromMilliseconds(300), SelectMode.SelectRead));
        await AssertEveryFrameWentRoundOnce(mode, punting, atLeast: Messages);
    }

    private static async Task Exchange(Socket from, Socket to, byte content, CancellationToken cancellation)
    {
        byte[] message = new byte[MessageSize], received = new byte[MessageSize];
        Array.Fill(message, content);
        await from.SendAsync(message, cancellation);
        for (int count = 0; count < received.Length;)
        {
            int length = await to.ReceiveAsync(received.AsMemory(count), cancellation);
            Assert.NotEqual(0, length);
            count += length;
        }

        Assert.Equal(message, received);
    }

    private PuntDevice Prepare(XdpAttachMode mode, int reversePathFilter) => _link.Near.Invoke(() =>
    {
        foreach (string scope in new[] { "all", "default", VethPair.NearName })
            File.WriteAllText($"/proc/sys/net/ipv4/conf/{scope}/rp_filter", $"{reversePathFilter}");
        _program.Attach(_index, VethPair.NearName, mode);
        PuntDevice punt = PuntDevice.Open([_index]);
        _link.AwaitTraffic();
        return punt;
    });

    private void GiveBack(PuntDevice punt)
    {
        PollSet arrivals = new([.. _receivers.Select(receiver => receiver.Socket.Descriptor)]);
        while (!_stop.IsCancellationRequested)
        {
            arrivals.Wait(milliseconds: 20);
            foreach (PuntingReceiver receiver in _receivers)
                receiver.Drain(punt);
        }
    }

    private async Task AssertEveryFrameWentRoundOnce(XdpAttachMode mode, Task punting, int atLeast)
    {
        await _stop.CancelAsync();
        await punting;
        IReadOnlyDictionary<SteeringOutcome, ulong> counters = _program.ReadCounters();
        ulong punted = (ulong)_receivers.Sum(receiver => receiver.Punted);
        Assert.InRange(punted, (ulong)atLeast, (ulong)atLeast * 4);
        Assert.InRange(counters[SteeringOutcome.Steered], punted, punted + 2); // what came after the end
        Assert.Equal(mode == XdpAttachMode.Generic ? punted : 0, counters[SteeringOutcome.Punted]);
        Assert.NotEqual(0, _receivers.Sum(receiver => receiver.Partial)); // else the test would not show that they are completed
    }
}
