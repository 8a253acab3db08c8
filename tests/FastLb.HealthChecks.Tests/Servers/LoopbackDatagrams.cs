using System.Net;
using System.Net.Sockets;

namespace FastLb.HealthChecks.Tests.Servers;

/// <summary>A UDP server on loopback that answers each datagram with what a test wants.</summary>
internal sealed class LoopbackDatagrams : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<byte[], IEnumerable<byte[]>> _answer;
    private readonly Task _serving;

    /// <param name="answer">The datagrams that answer one.</param>
    public LoopbackDatagrams(Func<byte[], IEnumerable<byte[]>> answer)
    {
        _answer = answer;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _serving = Serve();
    }

    public ushort Port => (ushort)((IPEndPoint)_socket.LocalEndPoint!).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task Serve()
    {
        byte[] buffer = new byte[65536];
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                foreach (byte[] datagram in _answer(buffer[..received.ReceivedBytes]))
                    await _socket.SendToAsync(datagram, SocketFlags.None, received.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return; // the test is over
        }
    }
}
