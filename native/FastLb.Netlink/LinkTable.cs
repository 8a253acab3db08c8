using System.Globalization;
using FastLb.Native;
using FastLb.Netlink.Protocol;
using static FastLb.Netlink.Protocol.RtnetlinkConstants;

namespace FastLb.Netlink;

/// <summary>The links of a network namespace. Any thread may use it.</summary>
public sealed class LinkTable
{
    private readonly NetlinkSocket _socket;

    internal LinkTable(NetlinkSocket socket) => _socket = socket;

    /// <summary>All links.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public IReadOnlyList<LinkInfo> List() => _socket.Dump(NetlinkRequest.Dump(RTM_GETLINK, default(LinkMessageBody)), "links", Parse);

    /// <summary>The link of that name, or null.</summary>
    /// <exception cref="SystemCallException">The kernel refused for another reason than the name.</exception>
    public LinkInfo? Find(string name) => Find(NetlinkRequest.Do(RTM_GETLINK, default(LinkMessageBody)).Attribute(IFLA_IFNAME, name), name);

    /// <summary>The link of that index, or null.</summary>
    /// <exception cref="SystemCallException">The kernel refused for another reason than the index.</exception>
    public LinkInfo? Find(int index) => Find(
        NetlinkRequest.Do(RTM_GETLINK, new LinkMessageBody { Index = index }), $"interface {index.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>Reads RTM_NEWLINK and RTM_DELLINK. Null for others, and for a bridge's messages about its ports, which only look like the links'.</summary>
    internal static LinkInfo? Parse(NetlinkMessage message)
    {
        if (message.Type is not (RTM_NEWLINK or RTM_DELLINK)
            || !message.TryReadBody(out LinkMessageBody body, out NetlinkAttributeReader attributes) || body.Family != AF_UNSPEC)
            return null;

        LinkInfo link = new(body.Index, "", 0, (LinkFlags)body.Flags);
        while (attributes.Read())
        {
            link = attributes.Type switch
            {
                IFLA_IFNAME => link with { Name = attributes.ReadString() },
                IFLA_MTU => link with { Mtu = attributes.ReadInt32() },
                IFLA_ADDRESS when body.HardwareType == ARPHRD_ETHER => link with { Mac = attributes.ReadMac() },
                IFLA_MASTER => link with { MasterIndex = attributes.ReadInt32() },
                IFLA_LINK => link with { LowerIndex = attributes.ReadInt32() },
                IFLA_LINKINFO => link with { Kind = ReadKind(attributes.Nested()) },
                _ => link,
            };
        }

        return link;
    }

    private static string? ReadKind(NetlinkAttributeReader attributes)
    {
        while (attributes.Read())
        {
            if (attributes.Type == IFLA_INFO_KIND)
                return attributes.ReadString();
        }

        return null;
    }

    private LinkInfo? Find(NetlinkRequest request, string what)
    {
        List<LinkInfo> found = [];
        NetlinkResult result = _socket.Execute(request, Parse, found);
        if (result.Errno != Errno.ENODEV)
            result.ThrowIfFailed("find link", what);
        return found.FirstOrDefault();
    }
}
