using System.Net.Sockets;

namespace FastLb.HealthChecks.Checkers;

/// <summary>Says in an operator's words why a connection did not come about.</summary>
internal static class ConnectFault
{
    /// <summary>A phrase that begins with a small letter and has no full stop.</summary>
    public static string Describe(SocketException failure) => failure.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset => "connection reset",
        SocketError.Shutdown => "the server has closed the connection",
        SocketError.TimedOut => "no answer: the kernel gave up",
        SocketError.HostUnreachable => "host unreachable",
        SocketError.NetworkUnreachable => "network unreachable: there is no route",
        SocketError.NetworkDown => "the network is down",
        SocketError.AddressNotAvailable => "this host does not have that address",
        SocketError.AddressAlreadyInUse => "it is in use",
        SocketError.AccessDenied => "not permitted",
        SocketError.TooManyOpenSockets => "too many open files",
        SocketError.NoBufferSpaceAvailable => "out of memory",
        _ => $"{failure.Message} ({failure.SocketErrorCode})",
    };
}
