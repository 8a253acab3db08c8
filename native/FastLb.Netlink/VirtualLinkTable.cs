using System.Net;
using System.Net.Sockets;
using FastLb.Native;
using FastLb.Native.Interfaces;
using FastLb.Netlink.Protocol;
using static FastLb.Netlink.Protocol.RtnetlinkConstants;

namespace FastLb.Netlink;

/// <summary>
/// The interfaces that virtual routers have for themselves. Calls must come from a thread in the network namespace that the connection was opened in, since
/// some settings are made under <c>/proc/sys</c>, which shows that of the caller.
/// </summary>
/// <remarks>
/// The settings are keepalived's, except that a link neither listens to router advertisements nor asks for them, which keepalived leaves to a packet filter.
/// </remarks>
public sealed class VirtualLinkTable
{
    /// <summary>The length of the prefix of link-local addresses (RFC 4291 section 2.5.6).</summary>
    public const byte LinkLocalPrefix = 64;

    private const string ReversePathFilter = "rp_filter";

    private readonly NetlinkSocket _socket;
    private readonly LinkTable _links;
    private readonly AddressTable _addresses;

    internal VirtualLinkTable(NetlinkSocket socket, LinkTable links, AddressTable addresses)
    {
        _socket = socket;
        _links = links;
        _addresses = addresses;
    }

    /// <summary>
    /// What the interface below a link must be set to for as long as the link is there: it would else answer ARP for the link's addresses, with its own MAC
    /// address. Whoever sets it has to restore it.
    /// </summary>
    public static IReadOnlyList<VirtualLinkSetting> ParentSettings(VirtualLinkRequest request) => request is { UsesIpv4: true, Kind: VirtualLinkKind.Macvlan }
        ? [new VirtualLinkSetting(IsIpv6: false, "arp_ignore", 1), new VirtualLinkSetting(IsIpv6: false, "arp_filter", 1)]
        : [];

    /// <summary>
    /// What interfaces must be set to, in this order, so that reverse paths are filtered on all of them as before, but not on a link: for one without an
    /// address, as a backup's is, the kernel drops all packets, be the filter strict or loose (__fib_validate_source in net/ipv4/fib_frontend.c), and what is
    /// set for all interfaces can't be taken back for one. Empty where nothing is set for all. Whoever sets it has to restore it.
    /// </summary>
    /// <exception cref="SystemCallException">The kernel refused to list the links.</exception>
    public IReadOnlyList<(string Interface, VirtualLinkSetting Setting)> ReversePathSettings(VirtualLinkRequest request)
    {
        if (request is not { UsesIpv4: true, Kind: VirtualLinkKind.Macvlan }
            || InterfaceSysctls.Read(AddressFamily.InterNetwork, InterfaceSysctls.AllInterfaces, ReversePathFilter) is not (> 0 and var common))
        {
            return [];
        }

        IEnumerable<string> interfaces = _links.List().Select(link => link.Name).Where(name => name != request.Name).Append(InterfaceSysctls.NewInterfaces);
        return
        [
            .. interfaces
                .Where(name => InterfaceSysctls.Read(AddressFamily.InterNetwork, name, ReversePathFilter) < common)
                .Select(name => (name, new VirtualLinkSetting(IsIpv6: false, ReversePathFilter, common))),
            (InterfaceSysctls.AllInterfaces, new VirtualLinkSetting(IsIpv6: false, ReversePathFilter, 0)),
        ];
    }

    /// <summary>
    /// Makes a link with all its settings, and sets it up. One of the same name and kind on the same interface, which a killed process left, becomes it; one
    /// on another interface is replaced. Other interfaces are left as they are (<see cref="ParentSettings"/>, <see cref="ReversePathSettings"/>).
    /// </summary>
    /// <exception cref="ArgumentException">A MACVLAN has no MAC address, or an IPVLAN has.</exception>
    /// <exception cref="KernelFeatureException">The kernel doesn't know the kind.</exception>
    /// <exception cref="SystemCallException">The kernel refused, or an interface of another kind has the name (<see cref="Errno.EEXIST"/>).</exception>
    public LinkInfo Create(VirtualLinkRequest request)
    {
        if (request.Kind == VirtualLinkKind.Macvlan != request.Mac is not null)
            throw new ArgumentException($"{request.Name}: a MAC address belongs to a MACVLAN, and to no IPVLAN", nameof(request));

        LinkInfo? there = _links.Find(request.Name);
        if (there is not null && there.Kind != request.KindName)
        {
            throw new SystemCallException(
                "create link", request.Name, Errno.EEXIST, $"there is an interface of this name that is no {request.KindName}: choose another name for it");
        }

        if (there is not null && there.LowerIndex != request.ParentIndex)
        {
            _links.Remove(there.Index);
            there = null;
        }

        int flags = there is null ? NetlinkConstants.NLM_F_CREATE | NetlinkConstants.NLM_F_EXCL : 0;
        NetlinkResult result = _socket.Execute(Build(request, there?.Index ?? 0, (ushort)flags));
        if (result.Errno is Errno.EOPNOTSUPP)
        {
            string option = request.Kind == VirtualLinkKind.Macvlan ? "CONFIG_MACVLAN" : "CONFIG_IPVLAN";
            throw new KernelFeatureException($"links of kind {request.KindName} ({option})", minimumKernel: null, result.Failure("create link", request.Name));
        }

        result.ThrowIfFailed(there is null ? "create link" : "change link", $"{request.Name} of kind {request.KindName}");
        LinkInfo link = _links.Find(request.Name) ?? throw new SystemCallException("find link", request.Name, Errno.ENODEV, "it was removed again at once");
        foreach (VirtualLinkSetting setting in OwnSettings(request))
            InterfaceSysctls.Write(setting.IsIpv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, link.Name, setting.Name, setting.Value);
        if (request is { UsesIpv6: true, Kind: VirtualLinkKind.Macvlan })
            DisableGeneratedAddresses(link);
        _links.SetUp(link.Index, up: true);
        return _links.Find(link.Index) ?? link;
    }

    /// <summary>
    /// Gives a MACVLAN a link-local address, that of the interface below mostly, which advertisements need as their source: as one that no new connection takes, and
    /// without asking whether another has it.
    /// </summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public void AddLinkLocal(int index, IPAddress address) => _addresses.Add(new AddressInfo(index, address, LinkLocalPrefix)
    {
        Scope = AddressScope.Link,
        Flags = AddressFlags.NoDuplicateDetection,
        PreferredLifetime = TimeSpan.Zero,
    });

    /// <summary>The IPv6 link-local addresses of an interface that are usable by now.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public IReadOnlyList<IPAddress> ListLinkLocal(int interfaceIndex) =>
    [
        .. _addresses.List().Where(address => address.InterfaceIndex == interfaceIndex && address.Address.IsIPv6LinkLocal
            && (address.Flags & (AddressFlags.Tentative | AddressFlags.DuplicateDetected)) == AddressFlags.None).Select(address => address.Address),
    ];

    /// <summary>Removes a link, found by name, kind and the interface below. False when there is none.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public bool Remove(VirtualLinkRequest request) =>
        _links.Find(request.Name) is { } link && link.Kind == request.KindName && link.LowerIndex == request.ParentIndex && _links.Remove(link.Index);

    /// <summary>What is set for the link itself.</summary>
    private static List<VirtualLinkSetting> OwnSettings(VirtualLinkRequest request)
    {
        List<VirtualLinkSetting> settings = [new(IsIpv6: true, "disable_ipv6", request.UsesIpv6 ? 0 : 1)];
        if (request.UsesIpv6)
        {
            settings.Add(new VirtualLinkSetting(IsIpv6: true, "accept_ra", 0));
            settings.Add(new VirtualLinkSetting(IsIpv6: true, "autoconf", 0));
            settings.Add(new VirtualLinkSetting(IsIpv6: true, "router_solicitations", 0));
        }

        if (!request.UsesIpv4)
            return settings;
        settings.Add(new VirtualLinkSetting(IsIpv6: false, "promote_secondaries", 1));
        if (request.Kind == VirtualLinkKind.Ipvlan)
            return settings;
        settings.Add(new VirtualLinkSetting(IsIpv6: false, ReversePathFilter, 0));
        settings.Add(new VirtualLinkSetting(IsIpv6: false, "accept_local", 1)); // advertisements of the interface below come from this host's addresses
        settings.Add(new VirtualLinkSetting(IsIpv6: false, "arp_ignore", 1));
        settings.Add(new VirtualLinkSetting(IsIpv6: false, "arp_filter", 0));
        return settings;
    }

    private static NetlinkRequest Build(VirtualLinkRequest request, int index, ushort flags)
    {
        NetlinkRequest message = NetlinkRequest.Do(RTM_NEWLINK, new LinkMessageBody { Index = index }, flags)
            .Attribute(IFLA_IFNAME, request.Name)
            .Attribute(IFLA_LINK, (uint)request.ParentIndex)
            .Nested(IFLA_LINKINFO, info => info
                .Attribute(IFLA_INFO_KIND, request.KindName)
                .Nested(IFLA_INFO_DATA, data =>
                {
                    if (request.Kind == VirtualLinkKind.Macvlan)
                        data.Attribute(IFLA_MACVLAN_MODE, MACVLAN_MODE_PRIVATE);
                    else
                        data.Attribute(IFLA_IPVLAN_MODE, IPVLAN_MODE_L2).Attribute(IFLA_IPVLAN_FLAGS, (ushort)request.Reach);
                }));
        if (request.Mac is not null)
            message.Attribute(IFLA_ADDRESS, request.Mac.GetAddressBytes());
        if (request.Group is { } group)
            message.Attribute(IFLA_GROUP, group);
        return message;
    }

    // Not while it is created: the link has no part for IPv6 until then, and the kernel refuses (inet6_validate_link_af in net/ipv6/addrconf.c).
    private void DisableGeneratedAddresses(LinkInfo link) =>
        _socket.Execute(NetlinkRequest.Do(RTM_NEWLINK, new LinkMessageBody { Index = link.Index })
            .Nested(IFLA_AF_SPEC, families => families.Nested(AF_INET6, ipv6 => ipv6.Attribute(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE))))
            .ThrowIfFailed("set address generation of", link.Name);
}
