using System.Globalization;
using static FastLb.Netlink.Protocol.RtnetlinkConstants;

namespace FastLb.Netlink.Routing;

/// <summary>Reads those options of a route that are its metrics in the narrower sense: what TCP and IP are told about the path.</summary>
internal sealed class RouteMetricReader
{
    // The kernel counts the round-trip time in eighths of a millisecond, its variance in quarters, the least timeout in milliseconds (ip-route(8), tcp(7)).
    private static readonly Dictionary<string, (ushort Number, uint UnitsPerMillisecond)> Times = new(StringComparer.Ordinal)
    {
        ["rtt"] = (RTAX_RTT, 8),
        ["rttvar"] = (RTAX_RTTVAR, 4),
        ["rto_min"] = (RTAX_RTO_MIN, 1),
    };

    private static readonly Dictionary<string, ushort> Numbers = new(StringComparer.Ordinal)
    {
        ["mtu"] = RTAX_MTU,
        ["hoplimit"] = RTAX_HOPLIMIT,
        ["advmss"] = RTAX_ADVMSS,
        ["reordering"] = RTAX_REORDERING,
        ["window"] = RTAX_WINDOW,
        ["cwnd"] = RTAX_CWND,
        ["ssthresh"] = RTAX_SSTHRESH,
        ["initcwnd"] = RTAX_INITCWND,
        ["initrwnd"] = RTAX_INITRWND,
        ["quickack"] = RTAX_QUICKACK,
        ["fastopen_no_cookie"] = RTAX_FASTOPEN_NO_COOKIE,
    };

    private readonly SortedDictionary<ushort, uint> _values = [];
    private uint _locked;
    private string? _congestionControl;

    /// <summary>Reads an option's value; false when it is no metric.</summary>
    public bool TryRead(string option, RoutingLine line)
    {
        if (Numbers.TryGetValue(option, out ushort number))
        {
            TakeLock(number, line);
            _values[number] = line.Number(option);
        }
        else if (Times.TryGetValue(option, out (ushort Number, uint UnitsPerMillisecond) time))
        {
            TakeLock(time.Number, line);
            _values[time.Number] = ReadTime(option, line, time.UnitsPerMillisecond);
            if (time.Number == RTAX_RTO_MIN)
                _locked |= 1u << RTAX_RTO_MIN; // TCP heeds it only then (tcp_rto_min in net/ipv4/tcp_output.c), and ip-route(8) locks it always
        }
        else if (option == "features")
        {
            string feature = line.Value(option, "ecn");
            _values[RTAX_FEATURES] = feature == "ecn" ? RTAX_FEATURE_ECN : throw RoutingLine.Unfit(option, feature, "ecn");
        }
        else if (option == "congctl")
        {
            TakeLock(RTAX_CC_ALGO, line);
            _congestionControl = line.Value(option, "a congestion control algorithm");
        }
        else
        {
            return false;
        }

        return true;
    }

    /// <summary>What was read.</summary>
    public RouteMetrics Take() => new([.. _values.Select(pair => (pair.Key, pair.Value))], _locked, _congestionControl);

    private void TakeLock(ushort number, RoutingLine line)
    {
        if (line.TryTake("lock"))
            _locked |= 1u << number;
    }

    /// <summary>A number without a unit is in the kernel's own.</summary>
    private static uint ReadTime(string option, RoutingLine line, uint unitsPerMillisecond)
    {
        const string Expected = "a time such as 10, 10ms or 1s";
        string word = line.Value(option, Expected);
        (string digits, decimal factor) = word switch
        {
            _ when word.EndsWith("ms", StringComparison.Ordinal) => (word[..^2], unitsPerMillisecond),
            _ when word.EndsWith('s') => (word[..^1], unitsPerMillisecond * 1000m),
            _ => (word, 1m),
        };
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value)
            && value <= uint.MaxValue && value * factor <= uint.MaxValue
            ? (uint)Math.Ceiling(value * factor)
            : throw RoutingLine.Unfit(option, word, Expected);
    }
}
