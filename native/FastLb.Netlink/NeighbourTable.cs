using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using FastLb.Native;
using FastLb.Netlink.Protocol;
using static FastLb.Netlink.Protocol.RtnetlinkConstants;

namespace FastLb.Netlink;

/// <summary>The neighbours of a network namespace. Entries that the administrator set are never changed. Any thread may use it.</summary>
public sealed class NeighbourTable
{
    private const int ExtendedFlagsShift = 8;

    private readonly NetlinkSocket _socket;

    internal NeighbourTable(NetlinkSocket socket) => _socket = socket;

    /// <summary>All neighbours of a family, or of both for <see cref="AddressFamily.Unspecified"/>.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public IReadOnlyList<NeighbourInfo> List(AddressFamily family)
    {
        NeighbourMessageBody body = new() { Family = AddressFamilies.ToKernel(family) };
        return _socket.Dump(NetlinkRequest.Dump(RTM_GETNEIGH, body), "neighbours", Parse);
    }

    /// <summary>The entry of an address, or null.</summary>
    /// <exception cref="SystemCallException">The kernel refused for another reason than that there is none.</exception>
    public NeighbourInfo? Find(int interfaceIndex, IPAddress address)
    {
        List<NeighbourInfo> found = [];
        NetlinkResult result = _socket.Execute(Build(RTM_GETNEIGH, interfaceIndex, address), Parse, found);
        if (result.Errno != Errno.ENOENT)
            result.ThrowIfFailed("find neighbour", Describe(interfaceIndex, address));
        return found.FirstOrDefault();
    }

    /// <summary>
    /// Begins to resolve an address and has the kernel keep it resolved (a managed neighbour), also when it stops answering for a time. A fixed entry is left
    /// as it is.
    /// </summary>
    /// <returns>
    /// The entry as it is now, most likely not resolved yet: the monitor tells when it is. Not <see cref="NeighbourInfo.IsManaged"/> on kernels before 5.16:
    /// there, and only there, call again every few seconds, which resolves it anew.
    /// </returns>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public NeighbourInfo Manage(int interfaceIndex, IPAddress address)
    {
        // The kernel would take NUD_PERMANENT off the entry (__neigh_update in net/core/neighbour.c).
        if (Find(interfaceIndex, address) is { IsFixed: true } administered)
            return administered;

        // NTF_USE besides, since kernels without managed neighbours ignore that attribute: they resolve the address once.
        NetlinkRequest request = Build(RTM_NEWNEIGH, interfaceIndex, address, NeighbourFlags.Use, NetlinkConstants.NLM_F_CREATE)
            .Attribute(NDA_FLAGS_EXT, (uint)NeighbourFlags.Managed >> ExtendedFlagsShift);
        _socket.Execute(request).ThrowIfFailed("manage neighbour", Describe(interfaceIndex, address));
        return Find(interfaceIndex, address)
            ?? new NeighbourInfo(interfaceIndex, address, Mac: null, NeighbourState.None, NeighbourFlags.None); // collected meanwhile
    }

    /// <summary>Removes an entry, so that the kernel resolves the address anew when it needs it. False when there is none or it is fixed.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public bool Remove(int interfaceIndex, IPAddress address)
    {
        if (Find(interfaceIndex, address) is null or { IsFixed: true })
            return false;
        NetlinkResult result = _socket.Execute(Build(RTM_DELNEIGH, interfaceIndex, address));
        return result.Errno switch
        {
            Errno.None => true,
            Errno.ENOENT => false,
            _ => throw result.Failure("remove neighbour", Describe(interfaceIndex, address)),
        };
    }

    /// <summary>Reads RTM_NEWNEIGH and RTM_DELNEIGH of IPv4 and IPv6; null for others, such as a bridge's forwarding entries.</summary>
    internal static NeighbourInfo? Parse(NetlinkMessage message)
    {
        if (message.Type is not (RTM_NEWNEIGH or RTM_DELNEIGH)
            || !message.TryReadBody(out NeighbourMessageBody body, out NetlinkAttributeReader attributes) || !AddressFamilies.IsInternet(body.Family))
            return null;

        IPAddress? address = null;
        PhysicalAddress? mac = null;
        uint extendedFlags = 0;
        while (attributes.Read())
        {
            switch (attributes.Type)
            {
                case NDA_DST:
                    address = attributes.ReadAddress();
                    break;
                case NDA_LLADDR:
                    mac = attributes.ReadMac();
                    break;
                case NDA_FLAGS_EXT:
                    extendedFlags = attributes.ReadUInt32();
                    break;
            }
        }

        NeighbourFlags flags = (NeighbourFlags)(body.Flags | (extendedFlags << ExtendedFlagsShift));
        return address is null ? null : new NeighbourInfo(body.Index, address, mac, (NeighbourState)body.State, flags);
    }

    private static NetlinkRequest Build(
        ushort type, int interfaceIndex, IPAddress address, NeighbourFlags flags = NeighbourFlags.None, ushort requestFlags = 0)
    {
        NeighbourMessageBody body = new() { Family = AddressFamilies.Of(address), Index = interfaceIndex, Flags = (byte)flags };
        return NetlinkRequest.Do(type, body, requestFlags).Attribute(NDA_DST, address);
    }

    private static string Describe(int interfaceIndex, IPAddress address) => $"{address} on interface {interfaceIndex}";
}
