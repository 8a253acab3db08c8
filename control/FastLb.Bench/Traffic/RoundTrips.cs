using System.Net;
using System.Net.Sockets;
using FastLb.Bench.Laboratory;

namespace FastLb.Bench.Traffic;

/// <summary>One datagram after the other from the client to the service and back, each timed.</summary>
internal static class RoundTrips
{
    private const int PatienceMicroseconds = 200_000;

    /// <summary>Exchanges datagrams until the time is over.</summary>
    /// <param name="lab">Where the client is; an <see cref="EchoServer"/> answers there.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="time">Measures.</param>
    /// <returns>Microseconds of each, in order of their length, and how many had no answer within 200 ms.</returns>
    public static async Task<(double[] Microseconds, int Lost)> Measure(BenchLab lab, TimeSpan duration, TimeProvider time)
    {
        List<double> taken = [];
        int lost = 0;
        await lab.Client.Start(() => lost = Exchange(taken, duration, time));
        taken.Sort();
        return ([.. taken], lost);
    }

    private static int Exchange(List<double> taken, TimeSpan duration, TimeProvider time)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(new IPEndPoint(BenchAddresses.Service, BenchAddresses.EchoPort));
        Span<byte> request = stackalloc byte[sizeof(long)], answer = stackalloc byte[sizeof(long)];
        int lost = 0;
        long begun = time.GetTimestamp();
        for (long number = 0; time.GetElapsedTime(begun) < duration; number++)
        {
            BitConverter.TryWriteBytes(request, number);
            long sent = time.GetTimestamp();
            socket.Send(request, SocketFlags.None, out _); // a refusal shows as an answer that doesn't come
            bool answered = false;
            while (!answered && socket.Poll(PatienceMicroseconds, SelectMode.SelectRead))
            {
                socket.Receive(answer, SocketFlags.None, out SocketError error);
                answered = error == SocketError.Success && BitConverter.ToInt64(answer) == number; // else it is a late one
            }

            if (answered)
                taken.Add(time.GetElapsedTime(sent).TotalMicroseconds);
            else
                lost++;
        }

        return lost;
    }
}
