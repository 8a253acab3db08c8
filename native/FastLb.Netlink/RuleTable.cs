using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FastLb.Native;
using FastLb.Netlink.Protocol;
using FastLb.Netlink.Routing;
using static FastLb.Netlink.Protocol.RtnetlinkConstants;

namespace FastLb.Netlink;

/// <summary>The routing rules of a network namespace. Any thread may use it.</summary>
public sealed class RuleTable
{
    private readonly NetlinkSocket _socket;

    internal RuleTable(NetlinkSocket socket) => _socket = socket;

    /// <summary>Sets a rule. False when the very same is there already.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public bool Add(RuleSpecification rule)
    {
        NetlinkResult result = _socket.Execute(Build(RTM_NEWRULE, rule, NetlinkConstants.NLM_F_CREATE | NetlinkConstants.NLM_F_EXCL));
        return result.Errno switch
        {
            Errno.None => true,
            Errno.EEXIST => false,
            _ => throw result.Failure("set rule", $"'{rule}'"),
        };
    }

    /// <summary>Takes a rule away, found by all that its line says. False when it isn't there.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public bool Remove(RuleSpecification rule)
    {
        NetlinkResult result = _socket.Execute(Build(RTM_DELRULE, rule, 0));
        return result.Errno switch
        {
            Errno.None => true,
            Errno.ENOENT or Errno.ESRCH => false,
            _ => throw result.Failure("remove rule", $"'{rule}'"),
        };
    }

    /// <summary>Reads the priority out of RTM_NEWRULE and RTM_DELRULE; null for others. The kernel leaves out that of the first rule, 0.</summary>
    internal static uint? ParsePriority(NetlinkMessage message)
    {
        if (message.Type is not (RTM_NEWRULE or RTM_DELRULE)
            || !message.TryReadBody(out RuleMessageBody body, out NetlinkAttributeReader attributes) || !AddressFamilies.IsInternet(body.Family))
            return null;
        while (attributes.Read())
        {
            if (attributes.Type == FRA_PRIORITY)
                return attributes.ReadUInt32();
        }

        return 0;
    }

    /// <summary>Puts a rule into a request.</summary>
    internal static NetlinkRequest Build(ushort type, RuleSpecification rule, int flags)
    {
        RuleMessageBody body = new()
        {
            Family = AddressFamilies.ToKernel(rule.Family),
            DestinationLength = rule.To?.Length ?? 0,
            SourceLength = rule.From?.Length ?? 0,
            TypeOfService = rule.TypeOfService,
            Table = rule.Table <= byte.MaxValue ? (byte)rule.Table : RT_TABLE_UNSPEC,
            Action = (byte)rule.Action,
            Flags = rule.IsInverted ? FIB_RULE_INVERT : 0,
        };
        NetlinkRequest request = NetlinkRequest.Do(type, body, (ushort)flags)
            .Attribute(FRA_PRIORITY, rule.Priority)
            .Attribute(FRA_PROTOCOL, rule.Protocol);
        if (rule.Table > 0)
            request.Attribute(FRA_TABLE, rule.Table);
        if (rule.From is { Length: > 0 } from)
            request.Attribute(FRA_SRC, from.Address);
        if (rule.To is { Length: > 0 } to)
            request.Attribute(FRA_DST, to.Address);
        if (rule.InputInterface is not null)
            request.Attribute(FRA_IIFNAME, rule.InputInterface);
        if (rule.OutputInterface is not null)
            request.Attribute(FRA_OIFNAME, rule.OutputInterface);
        if (rule.FollowsVrf)
            request.Attribute(FRA_L3MDEV, (byte)1);
        if (rule.TunnelId is { } tunnel)
            request.Attribute(FRA_TUN_ID, BigEndian(tunnel));
        if (rule.IpProtocol is { } protocol)
            request.Attribute(FRA_IP_PROTO, protocol);
        if (rule.SourcePorts is { } source)
            request.Attribute(FRA_SPORT_RANGE, MemoryMarshal.AsBytes([source.First, source.Last]));
        if (rule.DestinationPorts is { } destination)
            request.Attribute(FRA_DPORT_RANGE, MemoryMarshal.AsBytes([destination.First, destination.Last]));
        if (rule.Users is { } users)
            request.Attribute(FRA_UID_RANGE, MemoryMarshal.AsBytes([users.First, users.Last]));
        foreach ((ushort attribute, uint? value) in ((ushort, uint?)[])
            [(FRA_FWMARK, rule.FirewallMark), (FRA_FWMASK, rule.FirewallMask), (FRA_GOTO, rule.Target), (FRA_FLOW, rule.Realms),
                (FRA_SUPPRESS_PREFIXLEN, rule.SuppressedPrefixLength), (FRA_SUPPRESS_IFGROUP, rule.SuppressedGroup)])
        {
            if (value is { } number)
                request.Attribute(attribute, number);
        }

        return request;
    }

    /// <summary>The 64 bits of a tunnel's key, network order.</summary>
    private static byte[] BigEndian(uint key)
    {
        byte[] octets = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(octets, key);
        return octets;
    }
}
