using System.Net;
using System.Net.Sockets;
using FastLb.Bench.Laboratory;

namespace FastLb.Bench.Traffic;

/// <summary>What answers at the server: datagrams are sent back as they are; a connection gets one byte for the byte that it brings, and is closed.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private const int PollMicroseconds = 100_000, Backlog = 1024, LongestDatagram = 2048;

    private readonly Socket _datagrams;
    private readonly Socket _connections;
    private readonly Task[] _work;
    private volatile bool _stopping;

    /// <param name="lab">Where it answers.</param>
    public EchoServer(BenchLab lab)
    {
        (_datagrams, _connections) = lab.Server.Invoke(() => (Bind(SocketType.Dgram, lab.Destination, BenchAddresses.EchoPort), Bind(SocketType.Stream, lab.Destination, BenchAddresses.ConnectionPort)));
        _connections.Listen(Backlog);
        _work = [lab.Server.Start(EchoDatagrams), lab.Server.Start(AnswerConnections)];
    }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await Task.WhenAll(_work);
        _datagrams.Dispose();
        _connections.Dispose();
    }

    private static Socket Bind(SocketType type, IPAddress address, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, ProtocolType.Unspecified);
        socket.Bind(new IPEndPoint(address, port));
        return socket;
    }

    private void EchoDatagrams()
    {
        byte[] datagram = new byte[LongestDatagram];
        var sender = new SocketAddress(AddressFamily.InterNetwork);
        while (!_stopping)
        {
            if (_datagrams.Poll(PollMicroseconds, SelectMode.SelectRead))
                _datagrams.SendTo(datagram.AsSpan(0, _datagrams.ReceiveFrom(datagram, SocketFlags.None, sender)), SocketFlags.None, sender);
        }
    }

    private void AnswerConnections()
    {
        Span<byte> answer = stackalloc byte[1];
        while (!_stopping)
        {
            if (!_connections.Poll(PollMicroseconds, SelectMode.SelectRead))
                continue;
            using Socket connection = _connections.Accept();
            connection.Receive(answer, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success)
                connection.Send(answer, SocketFlags.None, out _); // a client that has gone doesn't matter here: it counts its failures itself
        }
    }
}
