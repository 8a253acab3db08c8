using System.Net.Sockets;
using FastLb.Configuration.Model;

namespace FastLb.HealthChecks.Checkers;

/// <summary>One datagram to a server and what comes back, over a socket of its own. All together may take <c>connect_timeout</c>.</summary>
/// <param name="endpoint">The two ends.</param>
/// <param name="type">Of datagrams.</param>
/// <param name="protocol">UDP, ICMP or ICMPv6.</param>
/// <param name="clock">Measures the timeout.</param>
internal sealed class DatagramExchange(CheckEndpoint endpoint, SocketType type, ProtocolType protocol, TimeProvider clock)
{
    private readonly CheckConnection _connection = new(endpoint);

    /// <summary>Sends a datagram and waits for the answer.</summary>
    /// <param name="datagram">What is sent.</param>
    /// <param name="buffer">Room for the longest answer of interest; what is longer is cut.</param>
    /// <param name="judge">Looks at what came from the server: null when it is something else than the answer, which is waited for further.</param>
    /// <param name="silence">What it means that no answer came; null for a failure.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<ProbeResult> Ask(
        ReadOnlyMemory<byte> datagram, Memory<byte> buffer, Func<ReadOnlyMemory<byte>, ProbeResult?> judge, ProbeResult? silence, CancellationToken cancellation)
    {
        if (_connection.Open(type, protocol, out ProbeResult refusal) is not { } opened)
            return refusal;
        using Socket socket = opened;
        using var deadline = new ProbeDeadline(endpoint.ConnectTimeout, endpoint.ConnectTimeout, clock, cancellation);
        try
        {
            // A connected socket hears of ICMP errors, and of nobody else's datagrams.
            await socket.ConnectAsync(_connection.Target, deadline.Token);
            await socket.SendAsync(datagram, SocketFlags.None, deadline.Token);
            while (true)
            {
                int length = await socket.ReceiveAsync(buffer, SocketFlags.None, deadline.Token);
                if (judge(buffer[..length]) is { } result)
                    return result;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return silence ?? ProbeResult.Failed(deadline.Fault);
        }
        catch (SocketException failure)
        {
            return ProbeResult.Failed(failure.SocketErrorCode == SocketError.ConnectionRefused ? "port unreachable" : ConnectFault.Describe(failure));
        }
    }
}
