using System.Globalization;
using FastLb.Native;
using FastLb.Netlink.Protocol;
using static FastLb.Netlink.Protocol.RtnetlinkConstants;

namespace FastLb.Netlink;

/// <summary>The links of a network namespace. Any thread may use it.</summary>
public sealed class LinkTable
{
    private const ushort CustomerTag = 0x8100; // ETH_P_8021Q

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

    /// <summary>Creates a link that is all software, down at first. False when there is one of that name. Loads the kind's kernel module where there is one.</summary>
    /// <param name="name">1 to 15 bytes.</param>
    /// <param name="kind">The driver's name: <c>ipip</c>, <c>veth</c>.</param>
    /// <exception cref="KernelFeatureException">The kernel doesn't know the kind.</exception>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public bool Create(string name, string kind)
    {
        const ushort Flags = NetlinkConstants.NLM_F_CREATE | NetlinkConstants.NLM_F_EXCL;
        NetlinkResult result = _socket.Execute(NetlinkRequest.Do(RTM_NEWLINK, default(LinkMessageBody), Flags)
            .Attribute(IFLA_IFNAME, name)
            .Nested(IFLA_LINKINFO, info => info.Attribute(IFLA_INFO_KIND, kind)));
        return result.Errno switch
        {
            Errno.None => true,
            Errno.EEXIST => false,
            Errno.EOPNOTSUPP => throw new KernelFeatureException($"a link of kind {kind}", minimumKernel: null, result.Failure("create link", name)),
            _ => throw result.Failure("create link", $"{name} of kind {kind}"),
        };
    }

    /// <summary>Removes a link. False when it wasn't there.</summary>
    /// <exception cref="SystemCallException">The kernel refused: hardware and a kind's own first device can't be removed.</exception>
    public bool Remove(int index)
    {
        NetlinkResult result = _socket.Execute(NetlinkRequest.Do(RTM_DELLINK, new LinkMessageBody { Index = index }));
        return result.Errno switch
        {
            Errno.None => true,
            Errno.ENODEV => false,
            _ => throw result.Failure("remove link", NameOf(index)),
        };
    }

    /// <summary>Sets a link up or down, as its administrator would.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public void SetUp(int index, bool up) =>
        _socket.Execute(NetlinkRequest.Do(
            RTM_NEWLINK,
            new LinkMessageBody { Index = index, Flags = up ? (uint)LinkFlags.Up : 0, ChangeMask = (uint)LinkFlags.Up })).ThrowIfFailed(up ? "set up" : "set down", NameOf(index));

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
                IFLA_LINK_NETNSID => link with { LowerIsElsewhere = true },
                IFLA_LINKINFO => ReadDetails(link, attributes.Nested()),
                _ => link,
            };
        }

        return link;
    }

    // The kind comes before the data, whose attributes mean something else for each kind (rtnl_link_fill in net/core/rtnetlink.c).
    private static LinkInfo ReadDetails(LinkInfo link, NetlinkAttributeReader attributes)
    {
        while (attributes.Read())
        {
            link = attributes.Type switch
            {
                IFLA_INFO_KIND => link with { Kind = attributes.ReadString() },
                IFLA_INFO_DATA when link.Kind == "vlan" => link with { Vlan = ReadVlan(attributes.Nested()) },
                _ => link,
            };
        }

        return link;
    }

    private static LinkVlan ReadVlan(NetlinkAttributeReader attributes)
    {
        LinkVlan vlan = new(0, CustomerTag); // kernels that don't tell have no other
        while (attributes.Read())
        {
            vlan = attributes.Type switch
            {
                IFLA_VLAN_ID => vlan with { Id = attributes.ReadUInt16() },
                IFLA_VLAN_PROTOCOL => vlan with { EtherType = attributes.ReadUInt16BigEndian() },
                _ => vlan,
            };
        }

        return vlan;
    }

    private LinkInfo? Find(NetlinkRequest request, string what)
    {
        List<LinkInfo> found = [];
        NetlinkResult result = _socket.Execute(request, Parse, found);
        if (result.Errno != Errno.ENODEV)
            result.ThrowIfFailed("find link", what);
        return found.FirstOrDefault();
    }

    private string NameOf(int index) => Find(index)?.Name ?? $"interface {index.ToString(CultureInfo.InvariantCulture)}";
}
