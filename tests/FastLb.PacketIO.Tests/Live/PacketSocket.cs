using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FastLb.Native;
using FastLb.Native.Polling;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.PacketIO.Tests.Live;

/// <summary>An AF_PACKET socket on one interface and one EtherType: the ordinary host at the far end. Opened on a thread in the interface's namespace.</summary>
internal sealed unsafe class PacketSocket : IDisposable
{
    private const int AfPacket = 17;
    private const int ReceiveBufferForce = 33; // SO_RCVBUFFORCE

    private readonly SafeFileHandle _handle;
    private readonly PollSet _set;

    public PacketSocket(int interfaceIndex, ushort etherType)
    {
        ushort protocol = BinaryPrimitives.ReverseEndianness(etherType);
        int descriptor = LibC.socket(AfPacket, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, protocol);
        Check(descriptor, "socket");
        _handle = new SafeFileHandle(descriptor, ownsHandle: true);
        _set = new PollSet(descriptor);
        int bytes = 64 << 20;
        Check(LibC.setsockopt(descriptor, LibC.SOL_SOCKET, ReceiveBufferForce, &bytes, sizeof(int)), "setsockopt");
        LinkAddress address = new() { Family = AfPacket, Protocol = protocol, InterfaceIndex = interfaceIndex };
        Check(LibC.bind(descriptor, (sockaddr*)&address, sizeof(LinkAddress)), "bind");
    }

    public void Send(ReadOnlySpan<byte> frame)
    {
        Errno errno = TrySend(frame);
        if (errno != Errno.None)
            throw new SystemCallException("send", "packet socket", errno);
    }

    /// <summary>ENOBUFS: the device had no room and dropped the frame.</summary>
    public Errno TrySend(ReadOnlySpan<byte> frame)
    {
        fixed (byte* bytes = frame)
        {
            long sent = LibC.send((int)_handle.DangerousGetHandle(), bytes, frame.Length, 0);
            return sent >= 0 ? Errno.None : SystemCallException.LastImportErrno;
        }
    }

    /// <summary>The next frame, or empty after a second without one.</summary>
    public byte[] Receive(int milliseconds = 1000)
    {
        if (_set.Wait(milliseconds) == 0)
            return [];
        byte[] buffer = new byte[64 << 10];
        fixed (byte* bytes = buffer)
        {
            int length = (int)(long)LibC.recv((int)_handle.DangerousGetHandle(), bytes, buffer.Length, 0);
            Check(length, "recv");
            return buffer[..length];
        }
    }

    public void Dispose() => _handle.Dispose();

    private static void Check(int result, string call)
    {
        if (result < 0)
            throw new SystemCallException(call, "packet socket", SystemCallException.LastImportErrno);
    }

    /// <summary>struct sockaddr_ll.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct LinkAddress
    {
        public ushort Family;
        public ushort Protocol;
        public int InterfaceIndex;
        public ushort HardwareType;
        public byte PacketType;
        public byte AddressLength;
        public ulong Address;
    }
}
