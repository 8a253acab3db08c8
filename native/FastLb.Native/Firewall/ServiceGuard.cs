using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FastLb.Native.Punt;

namespace FastLb.Native.Firewall;

/// <summary>
/// Keeps the kernel from answering packets for virtual services while no dataplane takes them: without it, a connection through the director would be reset
/// as soon as the dataplane is away, because nothing listens there. It is an nftables table in the network namespace of the thread that opened it. One
/// thread at a time.
/// </summary>
/// <remarks>
/// <para>
/// The table has <c>flags owner</c> (Linux 5.12): it belongs to this object's netlink socket, vanishes with it however the process ends, and nobody else can
/// change it; <c>nft flush ruleset</c> passes it by. Child processes don't inherit the socket, except one that another thread starts during
/// <see cref="Open"/>.
/// </para>
/// <para>
/// The rules sit at the <c>input</c> hook, before all filters: only packets that the kernel would deliver locally can be answered with a reset or an ICMP
/// error; IPv4 fragments are already reassembled there, and of an IPv6 datagram the first fragment, which alone has the ports, is dropped, so that it never
/// is; and no device need be named. Frames that XDP takes never get there, so the guard can stay in place all the time. What came in by the loopback is
/// left alone: the host's own connections to its services fail or succeed as ever. Kernel IPVS works at the same hook, later: a service that it is to
/// serve must not be guarded.
/// </para>
/// <para>
/// Replies whose addresses are to be translated are not for this host; they are dropped at the <c>forward</c> hook. What a dataplane gave back, because it belongs to no
/// service or because the kernel is to answer it, passes at both hooks: its source MAC address tells.
/// </para>
/// </remarks>
public sealed class ServiceGuard : IDisposable
{
    private const int LongestName = 64;
    private static readonly Version OwnedTablesKernel = new(5, 12);

    private readonly NftContext _context;
    private readonly string _table;

    private ServiceGuard(NftContext context, string table)
    {
        _context = context;
        _table = table;
    }

    /// <summary>Makes the table, without any service.</summary>
    /// <param name="tableName">A letter, then letters, digits and underscores; at most 64. Unique in the network namespace.</param>
    /// <exception cref="SystemCallException">
    /// libnftables is missing; no CAP_NET_ADMIN (<see cref="Errno.EPERM"/>); or there is such a table: another process's (<see cref="Errno.EBUSY"/>) or nobody's
    /// (<see cref="Errno.EEXIST"/>).
    /// </exception>
    /// <exception cref="KernelFeatureException">The kernel has no nftables, or no tables with an owner.</exception>
    public static ServiceGuard Open(string tableName)
    {
        if (!IsTableName(tableName))
            throw new ArgumentException($"'{tableName}' is no name of a table: a letter, then letters, digits and underscores", nameof(tableName));
        string table = $"inet {tableName}";
        NftContext context = NftContext.Open();
        try
        {
            NftResult result = context.Run($$"""
                create table {{table}} { flags owner; }
                add counter {{table}} dropped
                add set {{table}} services4 { type ipv4_addr . inet_proto . inet_service; }
                add set {{table}} services6 { type ipv6_addr . inet_proto . inet_service; }
                add chain {{table}} input { type filter hook input priority -300; policy accept; }
                add rule {{table}} input ether saddr {{PuntDevice.SourceAddress}} accept
                add set {{table}} hosts4 { type ipv4_addr . inet_proto; }
                add rule {{table}} input iif != "lo" ip daddr . meta l4proto . th dport @services4 counter name "dropped" drop
                add rule {{table}} input iif != "lo" ip daddr . meta l4proto @hosts4 counter name "dropped" drop
                add rule {{table}} input iif != "lo" ip6 daddr . meta l4proto . th dport @services6 counter name "dropped" drop
                add set {{table}} translated4 { type ipv4_addr . inet_proto . inet_service; }
                add set {{table}} translatedhosts4 { type ipv4_addr . inet_proto; }
                add chain {{table}} forward { type filter hook forward priority -300; policy accept; }
                add rule {{table}} forward ether saddr {{PuntDevice.SourceAddress}} accept
                add rule {{table}} forward ip saddr . meta l4proto . th sport @translated4 counter name "dropped" drop
                add rule {{table}} forward ip saddr . meta l4proto @translatedhosts4 counter name "dropped" drop
                """);
            return result.Succeeded ? new ServiceGuard(context, table) : throw OpenFailure(context, table, result);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>Makes <paramref name="services"/> the guarded ones, in one step: what was and remains guarded is so throughout. Duplicates count once.</summary>
    /// <exception cref="ArgumentException">A service isn't <see cref="GuardedService.IsGuardable"/>; nothing was changed.</exception>
    /// <exception cref="SystemCallException">The kernel refused; nothing was changed.</exception>
    public void SetServices(IReadOnlyCollection<GuardedService> services)
    {
        HashSet<string> elements4 = [];
        HashSet<string> elements6 = [];
        HashSet<string> hosts4 = [];
        foreach (GuardedService service in services)
        {
            if (!service.IsGuardable)
                throw new ArgumentException($"{service} can't be guarded: TCP, UDP and SCTP services with a port can", nameof(services));
            IPAddress address = new(service.Address.IsIPv4MappedToIPv6 ? service.Address.MapToIPv4().GetAddressBytes() : service.Address.GetAddressBytes());
            HashSet<string> elements = address.AddressFamily != AddressFamily.InterNetwork ? elements6 : service.Port == 0 ? hosts4 : elements4;
            elements.Add(ElementOf(address, service));
        }

        StringBuilder commands = new();
        Fill(commands, "services4", elements4);
        Fill(commands, "services6", elements6);
        Fill(commands, "hosts4", hosts4);
        Apply(commands, "services");
    }

    /// <summary>
    /// Makes <paramref name="servers"/> those whose packets the kernel doesn't forward, in one step: replies that no dataplane has translated would make the
    /// client reset the connection. What a dataplane has given back to the kernel is forwarded. IPv4 alone so far.
    /// </summary>
    /// <exception cref="ArgumentException">A server isn't <see cref="GuardedService.IsGuardable"/>, or not IPv4; nothing was changed.</exception>
    /// <exception cref="SystemCallException">The kernel refused; nothing was changed.</exception>
    public void SetTranslatedServers(IReadOnlyCollection<GuardedService> servers)
    {
        HashSet<string> elements = [];
        HashSet<string> hosts = [];
        foreach (GuardedService server in servers)
        {
            if (!server.IsGuardable || server.Address.AddressFamily != AddressFamily.InterNetwork)
                throw new ArgumentException($"{server} can't be guarded: TCP, UDP and SCTP over IPv4 with a port can", nameof(servers));
            (server.Port == 0 ? hosts : elements).Add(ElementOf(server.Address, server));
        }

        StringBuilder commands = new();
        Fill(commands, "translated4", elements);
        Fill(commands, "translatedhosts4", hosts);
        Apply(commands, "translated servers");
    }

    /// <summary>Packets dropped since <see cref="Open"/>; of an IPv4 datagram in fragments one.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public ulong ReadDropped()
    {
        NftResult result = _context.Run($"list counter {_table} dropped");
        return ulong.TryParse(WordAfter("packets ", result.Output), NumberStyles.None, CultureInfo.InvariantCulture, out ulong packets)
            ? packets
            : throw new SystemCallException("read counter of", $"nftables table {_table}", result.Errno, $"nftables says: {result.Messages}{result.Output}");
    }

    /// <summary>Removes the table: from now on the kernel answers.</summary>
    public void Dispose() => _context.Dispose();

    /// <summary>The exception for commands of <see cref="Open"/> that failed for no reason of the table's name.</summary>
    internal static Exception Failure(string table, NftResult result)
    {
        SystemCallException fault = new("create", $"nftables table {table}", result.Errno, result.Errno switch
        {
            Errno.EPERM => "needs CAP_NET_ADMIN in this network namespace, or root",
            _ => $"nftables says: {result.Messages}",
        });
        return result.Errno is Errno.EOPNOTSUPP or Errno.EPROTONOSUPPORT or Errno.EAFNOSUPPORT or Errno.EINVAL
            ? new KernelFeatureException("an nftables table with an owner (CONFIG_NF_TABLES_INET)", OwnedTablesKernel, fault)
            : fault;
    }

    private static Exception OpenFailure(NftContext context, string table, NftResult result)
    {
        if (result.Errno is not (Errno.EPERM or Errno.EEXIST))
            return Failure(table, result);

        // The kernel refuses a table of another owner as it refuses a caller without privilege; the latter can't list it either.
        NftResult existing = context.Run($"list table {table}");
        string target = $"nftables table {table}";
        if (!existing.Succeeded)
            return Failure(table, result);
        if (result.Errno == Errno.EEXIST)
            return new SystemCallException("create", target, Errno.EEXIST, $"a table of this name was left that nobody owns: 'nft delete table {table}' removes it");
        string owner = WordAfter("# progname ", existing.Output);
        string program = owner is "" or "(null)" ? "" : $" ('{owner}')"; // the library finds no process of another process namespace
        return new SystemCallException(
            "create", target, Errno.EBUSY, $"another process{program} owns it, it seems a second FastLb in this network namespace: stop one of them");
    }

    private static string ElementOf(IPAddress address, GuardedService service) => service.Port == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{address} . {(int)service.Protocol}")
        : string.Create(CultureInfo.InvariantCulture, $"{address} . {(int)service.Protocol} . {service.Port}");

    private void Apply(StringBuilder commands, string what)
    {
        NftResult result = _context.Run(commands.ToString());
        if (!result.Succeeded)
            throw new SystemCallException($"set {what} of", $"nftables table {_table}", result.Errno, $"nftables says: {result.Messages}");
    }

    private void Fill(StringBuilder commands, string set, HashSet<string> elements)
    {
        commands.Append(CultureInfo.InvariantCulture, $"flush set {_table} {set}\n");
        if (elements.Count > 0)
            commands.Append(CultureInfo.InvariantCulture, $"add element {_table} {set} {{ ").AppendJoin(", ", elements).Append(" }\n");
    }

    internal static bool IsTableName(string name) =>
        name.Length is > 0 and <= LongestName && char.IsAsciiLetter(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');

    /// <summary>The word that follows a marker in what nftables printed; empty when the marker isn't there.</summary>
    private static string WordAfter(string marker, string output)
    {
        int at = output.IndexOf(marker, StringComparison.Ordinal);
        if (at < 0)
            return "";
        string rest = output[(at + marker.Length)..];
        int end = rest.AsSpan().IndexOfAny(" \n");
        return end < 0 ? rest : rest[..end];
    }
}
