using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Model;

namespace FastLb.HealthChecks.Checkers;

/// <summary>How a check reaches its server: opens the sockets of its probes.</summary>
/// <param name="endpoint">The two ends.</param>
internal sealed class CheckConnection(CheckEndpoint endpoint)
{
    private readonly SocketSource _source = new(endpoint.SourceAddress, endpoint.SourcePort, endpoint.SourceInterface, endpoint.FirewallMark);

    /// <summary>What is sent to.</summary>
    public IPEndPoint Target { get; } = new(endpoint.Address, endpoint.Port);

    /// <summary>Opens a socket that is not connected yet.</summary>
    /// <param name="type">Of a stream or of datagrams.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="refusal">Why there is none.</param>
    /// <returns>Null when there is none.</returns>
    public Socket? Open(SocketType type, ProtocolType protocol, out ProbeResult refusal)
    {
        refusal = default;
        Socket socket;
        try
        {
            socket = new Socket(Target.AddressFamily, type, protocol);
        }
        catch (SocketException failure)
        {
            refusal = ProbeResult.NotMade($"no socket: {ConnectFault.Describe(failure)}");
            return null;
        }

        if (_source.Apply(socket) is not { } fault)
            return socket;
        socket.Dispose();
        refusal = ProbeResult.Failed(fault);
        return null;
    }

    /// <summary>Ends a connection in order, or by a reset as <see cref="ResetAtClose"/> says.</summary>
    public void Finish(Socket socket)
    {
        if (ResetAtClose(socket))
            return;
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

    /// <summary>
    /// Has a connection from a fixed port reset when it is closed. In order, the port would rest in TIME-WAIT for a minute (RFC 9293 §3.6.1) and fail the checks that
    /// fall into it.
    /// </summary>
    /// <returns>False when the port is the kernel's choice: then nothing is done.</returns>
    public bool ResetAtClose(Socket socket)
    {
        if (endpoint.SourcePort is null)
            return false;
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        return true;
    }
}
