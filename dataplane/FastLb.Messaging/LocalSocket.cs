using System.Net.Sockets;

namespace FastLb.Messaging;

/// <summary>Unix sockets in a director's runtime directory.</summary>
public static class LocalSocket
{
    /// <summary>Connects to a listening socket.</summary>
    /// <exception cref="SocketException">Nothing listens there (yet), or this user may not.</exception>
    public static async Task<NetworkStream> Connect(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Listens at <paramref name="path"/>, in place of whatever an earlier process left there; only the owner may connect.</summary>
    public static Socket Listen(string path, int backlog)
    {
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(backlog);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }
}
