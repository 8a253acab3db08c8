using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastLb.Native.Firewall;

/// <summary>
/// What virtual routers keep from the host and from the network, by nftables tables of IPv4 and IPv6 in the network namespace of the thread that opened it.
/// One thread at a time.
/// </summary>
/// <remarks>
/// <para>
/// Packets to and from a refused address are dropped, those of the host itself too, as keepalived does it for <c>no_accept</c>: the address can be forwarded
/// to, but not reached. Neighbour discovery goes on, or nobody could forward to it; ARP never comes here. What XDP takes doesn't either.
/// </para>
/// <para>
/// Reports of group membership (IGMP, MLD) that the kernel sends by a MACVLAN leave by the interface below: also a backup's MACVLAN joins groups, and a switch that
/// heard it would send frames for the virtual MAC address to the backup.
/// </para>
/// <para>The tables stay when the process is killed, as its addresses do, and are replaced by the next <see cref="Open"/>.</para>
/// </remarks>
public sealed class VirtualRouterFilter : IDisposable
{
    private readonly NftContext _context;
    private readonly string _table;
    private HashSet<RefusedAddress> _addresses = [];
    private HashSet<FilteredLink> _links = [];

    private VirtualRouterFilter(NftContext context, string table)
    {
        _context = context;
        _table = table;
    }

    /// <summary>Makes the tables in place of those of a killed process, in one step.</summary>
    /// <param name="tableName">A letter, then letters, digits and underscores; at most 64.</param>
    /// <param name="addresses">Those that are refused from the beginning.</param>
    /// <param name="links">The MACVLANs that are there.</param>
    /// <exception cref="SystemCallException">libnftables is missing, no CAP_NET_ADMIN, or the kernel refused.</exception>
    /// <exception cref="KernelFeatureException">The kernel has no nftables.</exception>
    public static VirtualRouterFilter Open(string tableName, IReadOnlyCollection<RefusedAddress> addresses, IReadOnlyCollection<FilteredLink> links)
    {
        if (!ServiceGuard.IsTableName(tableName))
            throw new ArgumentException($"'{tableName}' can't be a table's name: a letter, then letters, digits and underscores, at most 64", nameof(tableName));
        VirtualRouterFilter filter = new(NftContext.Open(), tableName);
        try
        {
            StringBuilder commands = new($$"""
                add table ip {{tableName}}
                delete table ip {{tableName}}
                add table ip {{tableName}}
                add map ip {{tableName}} parents { type iface_index : iface_index; }
                add set ip {{tableName}} refused { type ipv4_addr; }
                add chain ip {{tableName}} input { type filter hook input priority -1; policy accept; }
                add rule ip {{tableName}} input ip daddr @refused drop
                add chain ip {{tableName}} output { type filter hook output priority -1; policy accept; }
                add rule ip {{tableName}} output ip protocol igmp dup to ip daddr device oif map @parents drop
                add rule ip {{tableName}} output ip saddr @refused drop
                add table ip6 {{tableName}}
                delete table ip6 {{tableName}}
                add table ip6 {{tableName}}
                add map ip6 {{tableName}} parents { type iface_index : iface_index; }
                add set ip6 {{tableName}} refused { type ipv6_addr; }
                add set ip6 {{tableName}} refusedlocal { type ipv6_addr . iface_index; }
                add chain ip6 {{tableName}} input { type filter hook input priority -1; policy accept; }
                add rule ip6 {{tableName}} input icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
                add rule ip6 {{tableName}} input ip6 daddr . iif @refusedlocal drop
                add rule ip6 {{tableName}} input ip6 daddr @refused drop
                add chain ip6 {{tableName}} output { type filter hook output priority -1; policy accept; }
                add rule ip6 {{tableName}} output icmpv6 type mld2-listener-report dup to ip6 daddr device oif map @parents drop
                add rule ip6 {{tableName}} output icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
                add rule ip6 {{tableName}} output ip6 saddr . oif @refusedlocal drop
                add rule ip6 {{tableName}} output ip6 saddr @refused drop

                """);
            filter.Apply(commands, [.. addresses], [.. links], "create");
            return filter;
        }
        catch
        {
            filter._context.Dispose();
            throw;
        }
    }

    /// <summary>Removes the tables that a killed process left. False when there are none.</summary>
    /// <exception cref="SystemCallException">libnftables is missing, no CAP_NET_ADMIN, or the kernel refused.</exception>
    public static bool Remove(string tableName)
    {
        using NftContext context = NftContext.Open();
        bool isThere = context.Run($"list table ip {tableName}").Succeeded || context.Run($"list table ip6 {tableName}").Succeeded;
        if (isThere)
            Delete(context, tableName);
        return isThere;
    }

    /// <summary>Has the host not answer at an address from now on.</summary>
    /// <exception cref="SystemCallException">The kernel refused; nothing was changed.</exception>
    public void Refuse(RefusedAddress address) => Apply(new StringBuilder(), [.. _addresses, address], _links, "change");

    /// <summary>Has the host answer at an address again.</summary>
    /// <exception cref="SystemCallException">The kernel refused; nothing was changed.</exception>
    public void Accept(RefusedAddress address) => Apply(new StringBuilder(), [.. _addresses.Where(known => known != address)], _links, "change");

    /// <summary>Keeps reports of group membership from leaving by a MACVLAN.</summary>
    /// <exception cref="SystemCallException">The kernel refused; nothing was changed.</exception>
    public void AddLink(FilteredLink link) => Apply(new StringBuilder(), _addresses, [.. _links.Where(known => known.Index != link.Index), link], "change");

    /// <summary>Forgets a MACVLAN, which may have gone already.</summary>
    /// <exception cref="SystemCallException">The kernel refused; nothing was changed.</exception>
    public void RemoveLink(int index) => Apply(new StringBuilder(), _addresses, [.. _links.Where(known => known.Index != index)], "change");

    /// <summary>Removes the tables: the host answers everywhere.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public void Dispose()
    {
        if (_context.IsClosed)
            return;
        try
        {
            Delete(_context, _table);
        }
        finally
        {
            _context.Dispose();
        }
    }

    // "add" first, so that it's no fault when somebody else has deleted one.
    private static void Delete(NftContext context, string table)
    {
        NftResult result = context.Run($"add table ip {table}\ndelete table ip {table}\nadd table ip6 {table}\ndelete table ip6 {table}\n");
        if (!result.Succeeded)
            throw Failure("remove", table, result);
    }

    private static Exception Failure(string call, string table, NftResult result)
    {
        SystemCallException fault = new(call, $"nftables tables ip and ip6 {table}", result.Errno, result.Errno switch
        {
            Errno.EPERM => "needs CAP_NET_ADMIN in this network namespace, or root",
            _ => $"nftables says: {result.Messages}",
        });
        return call == "create" && result.Errno is Errno.EOPNOTSUPP or Errno.EPROTONOSUPPORT or Errno.EAFNOSUPPORT or Errno.ENOENT
            ? new KernelFeatureException("nftables for IPv4 and IPv6 with 'dup' (CONFIG_NFT_DUP_IPV4, CONFIG_NFT_DUP_IPV6)", minimumKernel: null, fault)
            : fault;
    }

    private void Apply(StringBuilder commands, HashSet<RefusedAddress> addresses, HashSet<FilteredLink> links, string call)
    {
        string[] parents = [.. links.Select(link => string.Create(CultureInfo.InvariantCulture, $"{link.Index} : {link.ParentIndex}"))];
        Fill(commands, "map", "ip", "parents", parents);
        Fill(commands, "map", "ip6", "parents", parents);
        ILookup<bool, RefusedAddress> byLocality = addresses.ToLookup(address => address.Address.IsIPv6LinkLocal);
        Fill(commands, "set", "ip", "refused", byLocality[false].Where(address => !IsIpv6(address)).Select(address => Text(address.Address)));
        Fill(commands, "set", "ip6", "refused", byLocality[false].Where(IsIpv6).Select(address => Text(address.Address)));
        Fill(
            commands, "set", "ip6", "refusedlocal",
            byLocality[true].Select(address => string.Create(CultureInfo.InvariantCulture, $"{Text(address.Address)} . {address.InterfaceIndex}")));
        NftResult result = _context.Run(commands.ToString());
        if (!result.Succeeded)
            throw Failure(call, _table, result);
        _addresses = addresses;
        _links = links;
    }

    private void Fill(StringBuilder commands, string kind, string family, string name, IEnumerable<string> elements)
    {
        commands.Append(CultureInfo.InvariantCulture, $"flush {kind} {family} {_table} {name}\n");
        string[] distinct = [.. elements.Distinct()];
        if (distinct.Length > 0)
            commands.Append(CultureInfo.InvariantCulture, $"add element {family} {_table} {name} {{ ").AppendJoin(", ", distinct).Append(" }\n");
    }

    private static bool IsIpv6(RefusedAddress address) => address.Address.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>An address without its scope.</summary>
    private static string Text(IPAddress address) => new IPAddress(address.GetAddressBytes()).ToString();
}
