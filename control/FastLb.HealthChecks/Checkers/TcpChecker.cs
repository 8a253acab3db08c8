using System.Net.Sockets;
using FastLb.Configuration.Model.Checks;

namespace FastLb.HealthChecks.Checkers;

/// <summary>Passes when a TCP connection comes about in time (<c>TCP_CHECK</c>). Nothing is sent over it.</summary>
public sealed class TcpChecker(TcpCheck check, TimeProvider clock) : IHealthProbe
{
    private readonly CheckConnection _connection = new(check.Endpoint);

    /// <inheritdoc/>
    public async ValueTask<ProbeResult> Probe(CancellationToken cancellation)
    {
        if (_connection.Open(SocketType.Stream, ProtocolType.Tcp, out ProbeResult refusal) is not { } opened)
            return refusal;
        using Socket socket = opened;
        using var deadline = new ProbeDeadline(check.Endpoint.ConnectTimeout, check.Endpoint.ConnectTimeout, clock, cancellation);
        try
        {
            await socket.ConnectAsync(_connection.Target, deadline.Token);
            _connection.Finish(socket);
            return ProbeResult.Passed;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ProbeResult.Failed(deadline.Fault);
        }
        catch (SocketException failure) when (failure.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // Refused connections have an error of their own; these two mean that it came about and the server ended it before we looked.
            return ProbeResult.Passed;
        }
        catch (SocketException failure)
        {
            return ProbeResult.Failed(ConnectFault.Describe(failure));
        }
    }
}
