using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Monitoring;

namespace FastLb.HealthChecks.Checkers;

/// <summary>Passes when a TCP connection comes about in time (<c>TCP_CHECK</c>). Nothing is sent over it.</summary>
public sealed class TcpChecker(TcpCheck check, TimeProvider clock) : IHealthProbe
{
    private readonly IPEndPoint _target = new(check.Endpoint.Address, check.Endpoint.Port);
    private readonly SocketSource _source = new(
        check.Endpoint.SourceAddress, check.Endpoint.SourcePort, check.Endpoint.SourceInterface, check.Endpoint.FirewallMark);

    /// <inheritdoc/>
    public async ValueTask<ProbeResult> Probe(CancellationToken cancellation)
    {
        if (!TryOpen(out Socket? opened, out SocketException? refusal))
            return ProbeResult.NotMade($"no socket: {ConnectFault.Describe(refusal)}");
        using Socket socket = opened;
        if (_source.Apply(socket) is { } fault)
            return ProbeResult.Failed(fault);
        using var timeout = new CancellationTokenSource(TimerSpan.Of(check.Endpoint.ConnectTimeout), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            await socket.ConnectAsync(_target, either.Token);
            Finish(socket);
            return ProbeResult.Passed;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ProbeResult.Failed($"no answer within {check.Endpoint.ConnectTimeout.TotalSeconds:0.######} s");
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

    private bool TryOpen([NotNullWhen(true)] out Socket? socket, [NotNullWhen(false)] out SocketException? refusal)
    {
        try
        {
            (socket, refusal) = (new Socket(_target.AddressFamily, SocketType.Stream, ProtocolType.Tcp), null);
            return true;
        }
        catch (SocketException failure)
        {
            (socket, refusal) = (null, failure);
            return false;
        }
    }

    /// <summary>
    /// Ends the connection in order. From a fixed port it is reset instead: in order, the port would rest in TIME-WAIT for a minute (RFC 9293 §3.6.1) and fail
    /// the checks that fall into it.
    /// </summary>
    private void Finish(Socket socket)
    {
        if (check.Endpoint.SourcePort is not null)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            return;
        }

        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException failure) when (failure.SocketErrorCode is SocketError.NotConnected or SocketError.ConnectionReset)
        {
            // The server has ended it already; that it was there is all that counts.
            socket.Close();
        }
    }
}
