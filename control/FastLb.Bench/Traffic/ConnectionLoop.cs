using System.Net;
using System.Net.Sockets;
using FastLb.Bench.Laboratory;

namespace FastLb.Bench.Traffic;

/// <summary>Clients that connect, exchange a byte and reset the connection, one connection after the other each.</summary>
internal static class ConnectionLoop
{
    private const int Clients = 4, PatienceMilliseconds = 1000;

    /// <summary>Connects until the time is over.</summary>
    /// <param name="lab">Where the clients are; an <see cref="EchoServer"/> answers there.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="time">Measures.</param>
    /// <returns>Whole connections in a second, and how many came to nothing.</returns>
    public static async Task<(double PerSecond, long Failed)> Measure(BenchLab lab, TimeSpan duration, TimeProvider time)
    {
        long made = 0, failed = 0;
        long begun = time.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => lab.Client.Start(() =>
        {
            while (time.GetElapsedTime(begun) < duration)
                Interlocked.Increment(ref ConnectOnce() ? ref made : ref failed);
        })));
        return (made / time.GetElapsedTime(begun).TotalSeconds, failed);
    }

    private static bool ConnectOnce()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.LingerState = new LingerOption(enable: true, seconds: 0); // no TIME_WAIT, which would use up the ports
        socket.SendTimeout = socket.ReceiveTimeout = PatienceMilliseconds;
        Span<byte> message = stackalloc byte[1];
        try
        {
            socket.Connect(new IPEndPoint(BenchAddresses.Service, BenchAddresses.ConnectionPort));
        }
        catch (SocketException)
        {
            return false;
        }

        return socket.Send(message, SocketFlags.None, out _) == 1 && socket.Receive(message, SocketFlags.None, out _) == 1;
    }
}
