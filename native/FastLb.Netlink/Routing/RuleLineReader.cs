using System.Globalization;
using System.Net.Sockets;

namespace FastLb.Netlink.Routing;

/// <summary>Reads one line in the syntax of ip-rule(8), as keepalived's virtual_rules have it.</summary>
internal sealed class RuleLineReader(IReadOnlyList<string> words, RoutingNames names)
{
    private readonly RoutingLine _line = new(words);
    private RuleSpecification _rule = new() { Line = "", Family = AddressFamily.InterNetwork, Action = RuleAction.Nop };
    private RuleAction? _action;
    private uint? _priority;

    public RuleSpecification Read(uint usualPriority)
    {
        while (!_line.IsAtEnd)
        {
            string word = _line.Take();
            if (!ReadAction(word) && !ReadSelector(word))
                throw new RoutingLineException(word, "is no option of a rule that FastLb knows", "see ip-rule(8), and write options in full");
        }

        RuleAction action = _action ?? throw new RoutingLineException(_line.ToString(), "does nothing", "add 'table' and a routing table, or another action of ip-rule(8)");
        if (_rule is { SuppressedPrefixLength: not null } or { SuppressedGroup: not null } && action != RuleAction.Lookup)
            throw new RoutingLineException("suppress", "stands in a rule that looks in no table", "add 'table' and a routing table");
        uint priority = _priority ?? usualPriority;
        if (_rule.Target <= priority)
            throw new RoutingLineException($"goto {Text(_rule.Target.Value)}", "leads backwards", $"name a rule behind this one's priority, {Text(priority)}");
        return _rule with { Line = _line.ToString(), Family = _line.Family ?? AddressFamily.InterNetwork, Action = action, Priority = priority };
    }

    private bool ReadAction(string word)
    {
        switch (word)
        {
            case "table" or "lookup":
                SetAction(RuleAction.Lookup, word);
                _rule = _rule with { Table = names.Table(word, _line.Value(word, "a table")) };
                return true;
            case "goto":
                SetAction(RuleAction.GoTo, word);
                _rule = _rule with { Target = _line.Number(word) };
                return true;
            case "l3mdev":
                SetAction(RuleAction.Lookup, word);
                _rule = _rule with { FollowsVrf = true };
                return true;
            case "type":
                return ReadAction(_line.Value(word, "blackhole, unreachable or prohibit"));
            case "nop":
                SetAction(RuleAction.Nop, word);
                return true;
            case "blackhole":
                SetAction(RuleAction.Blackhole, word);
                return true;
            case "unreachable":
                SetAction(RuleAction.Unreachable, word);
                return true;
            case "prohibit":
                SetAction(RuleAction.Prohibit, word);
                return true;
            default:
                return false;
        }
    }

    private bool ReadSelector(string word)
    {
        switch (word)
        {
            case "inet" or "inet6":
                _line.SetFamily(word == "inet6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, word);
                return true;
            case "priority" or "preference" or "order" or "pref" or "prio":
                _priority = _line.Number(word);
                return true;
            case "fwmark":
                ReadMark(word);
                return true;
            case "ipproto" or "ip_proto":
                _rule = _rule with { IpProtocol = ReadIpProtocol(word) };
                return true;
            default:
                return Select(word) is { } rule && (_rule = rule) is not null;
        }
    }

    private RuleSpecification? Select(string word) => word switch
    {
        "not" => _rule with { IsInverted = true },
        "from" => _rule with { From = _line.Prefix(word) },
        "to" => _rule with { To = _line.Prefix(word) },
        "iif" or "dev" => _rule with { InputInterface = _line.Interface(word) },
        "oif" => _rule with { OutputInterface = _line.Interface(word) },
        "tos" or "dsfield" => _rule with { TypeOfService = names.ServiceClass(word, _line.Value(word, "a service class")) },
        "realms" => _rule with { Realms = names.Realms(word, _line.Value(word, "a realm")) },
        "protocol" => _rule with { Protocol = names.Protocol(word, _line.Value(word, "a protocol")) },
        "suppress_prefixlength" => _rule with { SuppressedPrefixLength = _line.Number(word, 128) },
        "suppress_ifgroup" => _rule with { SuppressedGroup = _line.Number(word) },
        "tun_id" => _rule with { TunnelId = _line.Number(word) },
        "uidrange" => _rule with { Users = _line.Range(word) },
        "sport" => _rule with { SourcePorts = Ports(word) },
        "dport" => _rule with { DestinationPorts = Ports(word) },
        _ => null,
    };

    private void SetAction(RuleAction action, string word)
    {
        if (_action is not null)
            throw new RoutingLineException(word, "is a second action, and a rule does one thing", "write a rule for each");
        _action = action;
    }

    private void ReadMark(string option)
    {
        const string Expected = "a mark such as 16, 0x10 or 0x10/0xff";
        string word = _line.Value(option, Expected);
        string[] parts = word.Split('/', 2);
        uint mask = uint.MaxValue;
        if (!RoutingNames.TryReadNumber(parts[0], out uint mark) || (parts.Length == 2 && !RoutingNames.TryReadNumber(parts[1], out mask)))
            throw RoutingLine.Unfit(option, word, Expected);
        _rule = _rule with { FirewallMark = mark, FirewallMask = parts.Length == 2 ? mask : null };
    }

    private byte ReadIpProtocol(string option)
    {
        const string Expected = "tcp, udp, sctp, icmp, icmpv6, esp, ah, gre or a number from 1 to 255";
        string word = _line.Value(option, Expected);
        return word switch
        {
            "icmp" => 1,
            "tcp" => 6,
            "udp" => 17,
            "dccp" => 33,
            "gre" => 47,
            "esp" => 50,
            "ah" => 51,
            "icmpv6" or "ipv6-icmp" => 58,
            "vrrp" => 112,
            "sctp" => 132,
            "udplite" => 136,
            _ when byte.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out byte number) && number > 0 => number,
            _ => throw RoutingLine.Unfit(option, word, Expected),
        };
    }

    private (ushort First, ushort Last) Ports(string option)
    {
        (uint first, uint last) = _line.Range(option, ushort.MaxValue);
        return first > 0 ? ((ushort)first, (ushort)last) : throw RoutingLine.Unfit(option, "0", "a port from 1 to 65535");
    }

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);
}
