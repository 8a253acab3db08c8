using System.Net;
using System.Net.Sockets;

namespace FastLb.Lab.Tests.Laboratory;

/// <summary>Sends Ethernet frames by one interface as they are (packet(7)); receives none.</summary>
internal sealed class FrameSocket : IDisposable
{
    private readonly Socket _socket;

    private FrameSocket(Socket socket) => _socket = socket;

    /// <summary>To be called in the interface's namespace.</summary>
    public static FrameSocket Open(int interfaceIndex)
    {
        Socket socket = new(AddressFamily.Packet, SocketType.Raw, ProtocolType.Unspecified); // no EtherType: nothing is received
        try
        {
            socket.Bind(new LinkEndPoint(interfaceIndex));
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return new FrameSocket(socket);
    }

    /// <returns>False if the interface had no room for it.</returns>
    public bool Send(ReadOnlySpan<byte> frame)
    {
        _ = _socket.Send(frame, SocketFlags.None, out SocketError error);
        return error switch
        {
            SocketError.Success => true,
            SocketError.NoBufferSpaceAvailable => false,
            _ => throw new SocketException((int)error),
        };
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>struct sockaddr_ll with nothing but the interface.</summary>
    private sealed class LinkEndPoint(int interfaceIndex) : EndPoint
    {
        private const int Length = 20, InterfaceOffset = 4;

        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            SocketAddress address = new(AddressFamily.Packet, Length);
            BitConverter.TryWriteBytes(address.Buffer.Span[InterfaceOffset..], interfaceIndex);
            return address;
        }
    }
}
