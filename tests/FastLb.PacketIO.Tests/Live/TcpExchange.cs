using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace FastLb.PacketIO.Tests.Live;

/// <summary>A TCP connection between two namespaces that carries seeded random bytes both ways.</summary>
internal static class TcpExchange
{
    private const int Port = 8080;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Sends bytes up and the same bytes down; true when they came back unchanged, false when no connection came about.</summary>
    public static bool Echo(NetworkNamespace client, NetworkNamespace server, IPAddress address, int length, TimeSpan connectTimeout)
    {
        using Socket listener = server.Invoke(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(address, Port));
        listener.Listen();
        using Socket socket = client.Invoke(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        using CancellationTokenSource impatience = new(connectTimeout);
        try
        {
            socket.ConnectAsync(new IPEndPoint(address, Port), impatience.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        Task echo = Task.Run(() => EchoOnce(listener));
        byte[] sent = new byte[length];
        new Random(1).NextBytes(sent);
        Task<byte[]> received = Task.Run(() => ReadToEnd(socket, length));
        Task sending = Task.Run(() => socket.Send(sent));
        if (!Task.WaitAll([echo, received, sending], Patience))
            throw new TimeoutException("the connection came about but stalled");
        return SHA256.HashData(received.Result).AsSpan().SequenceEqual(SHA256.HashData(sent));
    }

    private static void EchoOnce(Socket listener)
    {
        using Socket connection = listener.Accept();
        byte[] buffer = new byte[64 << 10];
        while (connection.Receive(buffer) is > 0 and int count)
            connection.Send(buffer.AsSpan(0, count));
    }

    private static byte[] ReadToEnd(Socket socket, int length)
    {
        byte[] bytes = new byte[length];
        int at = 0;
        while (at < length && socket.Receive(bytes.AsSpan(at)) is > 0 and int count)
            at += count;
        socket.Shutdown(SocketShutdown.Send);
        return bytes;
    }
}
