using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLb.Native;
using FastLb.Netlink.Protocol;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Netlink;

/// <summary>Takes a value out of a message; null to skip it.</summary>
internal delegate T? NetlinkParser<T>(NetlinkMessage message)
    where T : class;

/// <summary>A NETLINK_ROUTE socket for requests and their answers. Bound to the network namespace it was opened in; any thread may use it.</summary>
internal sealed unsafe class NetlinkSocket : SafeHandleMinusOneIsInvalid
{
    private const int LargestDatagram = 64 * 1024; // the kernel fills at most 32 KiB per datagram of a dump
    private const int DumpAttempts = 10;

    private readonly Lock _exchange = new();
    private readonly byte[] _buffer = new byte[LargestDatagram];
    private uint _sequence;

    private NetlinkSocket(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <exception cref="SystemCallException">No socket could be had.</exception>
    public static NetlinkSocket Open()
    {
        NetlinkSocket socket = new(OpenDescriptor(groups: 0));
        // Both only better error messages; every kernel since 4.12 knows them.
        int on = 1;
        _ = LibC.setsockopt((int)socket.handle, LibC.SOL_NETLINK, NetlinkConstants.NETLINK_CAP_ACK, &on, sizeof(int));
        _ = LibC.setsockopt((int)socket.handle, LibC.SOL_NETLINK, NetlinkConstants.NETLINK_EXT_ACK, &on, sizeof(int));
        return socket;
    }

    /// <summary>Opens and binds a descriptor that receives the given multicast groups (RTMGRP_ bits).</summary>
    public static int OpenDescriptor(uint groups)
    {
        int descriptor = LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, NetlinkConstants.NETLINK_ROUTE);
        if (descriptor < 0)
            throw SystemCallException.FromLastErrno("socket", "NETLINK_ROUTE");
        NetlinkAddress address = new() { Family = (ushort)LibC.AF_NETLINK, Groups = groups };
        if (LibC.bind(descriptor, (sockaddr*)&address, sizeof(NetlinkAddress)) < 0)
        {
            SystemCallException fault = SystemCallException.FromLastErrno("bind", "NETLINK_ROUTE socket");
            _ = LibC.close(descriptor);
            throw fault;
        }

        return descriptor;
    }

    /// <summary>Makes a request that the kernel acknowledges.</summary>
    public NetlinkResult Execute(NetlinkRequest request) => Execute<object>(request, static _ => null, []);

    /// <summary>Makes a request for one object, which is added to <paramref name="answers"/> if there is one.</summary>
    public NetlinkResult Execute<T>(NetlinkRequest request, NetlinkParser<T> parse, List<T> answers)
        where T : class
    {
        lock (_exchange)
            return Exchange(request, parse, answers, out _);
    }

    /// <summary>Reads everything of a type. Repeats when the kernel says that the list changed while it was read.</summary>
    /// <exception cref="SystemCallException">The kernel refused, or the list never stood still.</exception>
    public List<T> Dump<T>(NetlinkRequest request, string what, NetlinkParser<T> parse)
        where T : class
    {
        for (int attempt = 0; attempt < DumpAttempts; attempt++)
        {
            List<T> answers = [];
            bool interrupted;
            lock (_exchange)
                Exchange(request, parse, answers, out interrupted).ThrowIfFailed("list", what);
            if (!interrupted)
                return answers;
        }

        throw new SystemCallException("list", what, Errno.EAGAIN, "it changes faster than it can be read");
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

    private static NetlinkResult ReadResult(NetlinkMessage message)
    {
        if (!MemoryMarshal.TryRead(message.Payload, out int error))
            return new NetlinkResult(Errno.EBADMSG, null);
        return new NetlinkResult((Errno)(-error), ReadKernelMessage(message));
    }

    /// <summary>The kernel's explanation (NLMSGERR_ATTR_MSG) after the error number and the header of the refused request.</summary>
    private static string? ReadKernelMessage(NetlinkMessage message)
    {
        int attributesAt = sizeof(int) + Unsafe.SizeOf<MessageHeader>();
        const ushort Expected = NetlinkConstants.NLM_F_ACK_TLVS | NetlinkConstants.NLM_F_CAPPED;
        if ((message.Flags & Expected) != Expected || message.Payload.Length <= attributesAt)
            return null;

        NetlinkAttributeReader attributes = new(message.Payload[attributesAt..]);
        while (attributes.Read())
        {
            if (attributes.Type == NetlinkConstants.NLMSGERR_ATTR_MSG)
                return attributes.ReadString();
        }

        return null;
    }

    private NetlinkResult Exchange<T>(NetlinkRequest request, NetlinkParser<T> parse, List<T> answers, out bool interrupted)
        where T : class
    {
        interrupted = false;
        uint sequence = ++_sequence;
        Send(request.ToMessage(sequence));
        while (true)
        {
            NetlinkMessageReader messages = new(Receive());
            while (messages.TryRead(out NetlinkMessage message))
            {
                if (message.Sequence != sequence)
                    continue; // the rest of an exchange that was given up
                interrupted |= (message.Flags & NetlinkConstants.NLM_F_DUMP_INTR) != 0;
                if (message.Type is NetlinkConstants.NLMSG_ERROR or NetlinkConstants.NLMSG_DONE)
                    return ReadResult(message);
                if (parse(message) is { } answer)
                    answers.Add(answer);
            }

            if (messages.IsTruncated)
                return new NetlinkResult(Errno.EMSGSIZE, null);
        }
    }

    private void Send(ReadOnlySpan<byte> message)
    {
        fixed (byte* bytes = message)
        {
            if ((long)LibC.send((int)handle, bytes, message.Length, 0) < 0)
                throw SystemCallException.FromLastErrno("send", "netlink request");
        }
    }

    private ReadOnlySpan<byte> Receive()
    {
        fixed (byte* bytes = _buffer)
        {
            while (true)
            {
                long length = LibC.recv((int)handle, bytes, _buffer.Length, 0);
                if (length >= 0)
                    return _buffer.AsSpan(0, (int)length);
                if (SystemCallException.LastErrno != Errno.EINTR)
                    throw SystemCallException.FromLastErrno("receive", "netlink answer");
            }
        }
    }
}
