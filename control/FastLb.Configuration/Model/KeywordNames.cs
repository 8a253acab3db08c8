using System.Globalization;
using FastLb.Configuration.Model.Checks;

namespace FastLb.Configuration.Model;

/// <summary>The words that the language has for the model's choices, both ways.</summary>
public static class KeywordNames
{
    private static readonly (Scheduler Scheduler, string Name)[] Schedulers =
    [
        (Scheduler.RoundRobin, "rr"), (Scheduler.WeightedRoundRobin, "wrr"), (Scheduler.LeastConnection, "lc"),
        (Scheduler.WeightedLeastConnection, "wlc"), (Scheduler.LocalityBasedLeastConnection, "lblc"),
        (Scheduler.LocalityBasedLeastConnectionWithReplication, "lblcr"), (Scheduler.SourceHashing, "sh"), (Scheduler.MaglevHashing, "mh"),
        (Scheduler.DestinationHashing, "dh"), (Scheduler.WeightedFailover, "fo"), (Scheduler.WeightedOverflow, "ovf"),
        (Scheduler.ShortestExpectedDelay, "sed"), (Scheduler.NeverQueue, "nq"), (Scheduler.PowerOfTwoChoices, "twos"),
    ];

    /// <summary>The name that keepalived and IPVS use.</summary>
    public static string Of(Scheduler scheduler) => Array.Find(Schedulers, s => s.Scheduler == scheduler).Name;

    /// <summary>The word after <c>lb_kind</c>.</summary>
    public static string Of(ForwardingMethod method) => method switch
    {
        ForwardingMethod.DirectRouting => "DR",
        ForwardingMethod.Tunnel => "TUN",
        _ => "NAT",
    };

    /// <summary>The words after <c>lb_kind</c>: the method and, of tunnels other than IP in IP, how they wrap packets.</summary>
    internal static string[] WordsOf(ForwardingMethod method, TunnelEncapsulation tunnel)
    {
        if (method != ForwardingMethod.Tunnel || tunnel == TunnelEncapsulation.IpInIp) return [Of(method)];
        string[] port = tunnel.Port == 0 ? [] : ["port", tunnel.Port.ToString(CultureInfo.InvariantCulture)];
        string checksum = tunnel.Checksum switch
        {
            TunnelChecksum.Outer => "csum",
            TunnelChecksum.Remote => "remcsum",
            _ => "nocsum",
        };
        return [Of(method), "type", Of(tunnel.Type), .. port, checksum];
    }

    /// <summary>The word after <c>type</c> of a DNS check.</summary>
    public static string Of(DnsRecordType type) => type.ToString().ToUpperInvariant();

    /// <summary>The word after <c>http_protocol</c>.</summary>
    public static string Of(HttpProtocol protocol) => protocol switch
    {
        HttpProtocol.Http10Close => "1.0C",
        HttpProtocol.Http11 => "1.1",
        _ => "1.0",
    };

    /// <summary>The word after <c>type</c> of a tunnel.</summary>
    public static string Of(TunnelType type) => type switch
    {
        TunnelType.Gue => "gue",
        TunnelType.Gre => "gre",
        _ => "ipip",
    };

    /// <summary>The word after <c>protocol</c>; <c>FWM</c>, as ipvsadm has it, of firewall marks.</summary>
    public static string Of(TransportProtocol protocol) => protocol switch
    {
        TransportProtocol.Tcp => "TCP",
        TransportProtocol.Sctp => "SCTP",
        TransportProtocol.Any => "FWM",
        _ => "UDP",
    };

    /// <summary>The word after <c>unknown_flows</c>.</summary>
    public static string Of(UnknownFlowAnswer answer) => answer switch
    {
        UnknownFlowAnswer.Drop => "drop",
        UnknownFlowAnswer.Kernel => "kernel",
        _ => "refuse",
    };

    /// <summary>The word after <c>backends</c>.</summary>
    public static string Of(Backend backend) => backend == Backend.XdpNative ? "xdp_native" : "xdp_generic";

    /// <summary>The scheduler that IPVS calls <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Scheduler ToScheduler(string name)
    {
        foreach ((Scheduler scheduler, string known) in Schedulers)
        {
            if (known == name) return scheduler;
        }

        throw new ArgumentException($"No scheduler is called '{name}'.", nameof(name));
    }

    internal static UnknownFlowAnswer ToUnknownFlowAnswer(string name) => name switch
    {
        "drop" => UnknownFlowAnswer.Drop,
        "kernel" => UnknownFlowAnswer.Kernel,
        _ => UnknownFlowAnswer.Refuse,
    };

    /// <summary>Null for those that are not there yet, which have been refused.</summary>
    internal static Backend? ToBackend(string name) => name switch
    {
        "xdp_native" => Backend.XdpNative,
        "xdp_generic" => Backend.XdpGeneric,
        _ => null,
    };

    internal static ForwardingMethod ToMethod(string name) => name switch
    {
        "DR" => ForwardingMethod.DirectRouting,
        "TUN" => ForwardingMethod.Tunnel,
        _ => ForwardingMethod.Nat,
    };

    internal static DnsRecordType ToRecordType(string name) => Enum.Parse<DnsRecordType>(name, ignoreCase: true);

    internal static TransportProtocol ToProtocol(string name) => name.ToUpperInvariant() switch
    {
        "TCP" => TransportProtocol.Tcp,
        "SCTP" => TransportProtocol.Sctp,
        _ => TransportProtocol.Udp,
    };
}
