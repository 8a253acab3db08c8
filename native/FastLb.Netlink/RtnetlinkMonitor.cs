using System.Net.Sockets;
using System.Runtime.CompilerServices;
using FastLb.Native;
using FastLb.Netlink.Protocol;
using Tmds.Linux;
using static FastLb.Netlink.Protocol.RtnetlinkConstants;

namespace FastLb.Netlink;

/// <summary>
/// Follows the changes of the network namespace that the opening thread is in, both address families. Open it before reading the tables, and apply its events to
/// what was read: then nothing is missed. One reader.
/// </summary>
public sealed class RtnetlinkMonitor : IDisposable
{
    /// <summary>Receive buffer, bytes: room for some thousand events while the reader is busy.</summary>
    public const int DefaultReceiveBuffer = 4 << 20;

    private const int LargestDatagram = 64 * 1024;

    private readonly Socket _socket;

    private RtnetlinkMonitor(Socket socket) => _socket = socket;

    /// <summary>Begins to watch; events are kept from now on.</summary>
    /// <param name="subjects">What to watch.</param>
    /// <param name="receiveBuffer">Bytes that the kernel keeps for unread events, before it drops them and <see cref="ResyncRequired"/> says so.</param>
    /// <exception cref="SystemCallException">No socket could be had.</exception>
    public static RtnetlinkMonitor Open(NetlinkSubjects subjects = NetlinkSubjects.All, int receiveBuffer = DefaultReceiveBuffer)
    {
        int descriptor = NetlinkSocket.OpenDescriptor(ToGroups(subjects));
        SetReceiveBuffer(descriptor, receiveBuffer);
        return new RtnetlinkMonitor(new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)));
    }

    /// <summary>The changes in the kernel's order, until cancelled.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="SystemCallException">The socket failed, other than by an overrun, which is a <see cref="ResyncRequired"/>.</exception>
    public async IAsyncEnumerable<NetlinkEvent> ReadAll([EnumeratorCancellation] CancellationToken cancellation)
    {
        byte[] datagram = new byte[LargestDatagram];
        while (true)
        {
            foreach (NetlinkEvent change in await Receive(datagram, cancellation))
                yield return change;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static uint ToGroups(NetlinkSubjects subjects)
    {
        uint groups = 0;
        if (subjects.HasFlag(NetlinkSubjects.Links))
            groups |= RTMGRP_LINK;
        if (subjects.HasFlag(NetlinkSubjects.Addresses))
            groups |= RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
        if (subjects.HasFlag(NetlinkSubjects.Routes))
            groups |= RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
        if (subjects.HasFlag(NetlinkSubjects.Neighbours))
            groups |= RTMGRP_NEIGH;
        if (subjects.HasFlag(NetlinkSubjects.Rules))
            groups |= RTMGRP_IPV4_RULE | (1u << (RTNLGRP_IPV6_RULE - 1));
        return groups;
    }

    /// <summary>Asks for the buffer beyond the system's limit; without CAP_NET_ADMIN the limit (net.core.rmem_max) holds, and overruns come sooner.</summary>
    private static unsafe void SetReceiveBuffer(int descriptor, int bytes)
    {
        if (LibC.setsockopt(descriptor, LibC.SOL_SOCKET, LibC.SO_RCVBUFFORCE, &bytes, sizeof(int)) < 0)
            _ = LibC.setsockopt(descriptor, LibC.SOL_SOCKET, LibC.SO_RCVBUF, &bytes, sizeof(int));
    }

    private static List<NetlinkEvent> Parse(ReadOnlySpan<byte> datagram)
    {
        List<NetlinkEvent> changes = [];
        NetlinkMessageReader messages = new(datagram);
        while (messages.TryRead(out NetlinkMessage message))
        {
            if (Parse(message) is { } change)
                changes.Add(change);
        }

        if (messages.IsTruncated)
            changes.Add(new ResyncRequired());
        return changes;
    }

    private static NetlinkEvent? Parse(NetlinkMessage message)
    {
        switch (message.Type)
        {
            case RTM_NEWLINK or RTM_DELLINK:
                return LinkTable.Parse(message) is { } link ? new LinkChanged(link, message.Type == RTM_DELLINK) : null;
            case RTM_NEWADDR or RTM_DELADDR:
                return AddressTable.Parse(message) is { } address ? new AddressChanged(address, message.Type == RTM_DELADDR) : null;
            case RTM_NEWROUTE or RTM_DELROUTE:
                return RouteTable.Parse(message) is { } route ? new RouteChanged(route, message.Type == RTM_DELROUTE) : null;
            case RTM_NEWRULE or RTM_DELRULE:
                return RuleTable.ParsePriority(message) is { } priority ? new RuleChanged(priority, message.Type == RTM_DELRULE) : null;
            case RTM_NEWNEIGH or RTM_DELNEIGH:
                return NeighbourTable.Parse(message) is { } neighbour ? new NeighbourChanged(neighbour, message.Type == RTM_DELNEIGH) : null;
            default:
                return null;
        }
    }

    private async ValueTask<List<NetlinkEvent>> Receive(byte[] datagram, CancellationToken cancellation)
    {
        try
        {
            int length = await _socket.ReceiveAsync(datagram, SocketFlags.None, cancellation);
            return Parse(datagram.AsSpan(0, length));
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
        {
            return [new ResyncRequired()];
        }
        catch (SocketException fault)
        {
            throw new SystemCallException("receive", "netlink events", (Errno)fault.NativeErrorCode, innerException: fault);
        }
    }
}
