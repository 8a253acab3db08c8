using System.Collections.Immutable;
using static FastLb.Configuration.Keywords.KeywordList;

namespace FastLb.Configuration.Keywords;

/// <summary>The keywords of the checkers of a real server, and of the <c>SSL</c> block that they use.</summary>
internal static class CheckerKeywords
{
    private static readonly ImmutableArray<KeywordEntry> Http =
        Probing(BlockContext.HttpCheck)
            .AddBlock("url", Features.HealthChecks, BlockContext.Url)
            .Add("virtualhost sni_name", Features.HealthChecks, Text("NAME"))
            .Add("http_protocol", Features.HealthChecks, Choice("VERSION", ("1.0", Features.Done), ("1.0C", Features.Done), ("1.1", Features.Done), ("1.0c", Features.Done)))
            .Add("fast_recovery enable_sni tls_compliant", Features.HealthChecks, OptionalSwitch)
            .AddDeprecated("nb_get_retry", "retry", Features.HealthChecks, Integer("N", 0, uint.MaxValue))
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Url =
        new KeywordList(BlockContext.Url)
            .Add("path", Features.HealthChecks, Text("PATH"))
            .Add("digest", Features.HealthChecks, Text("MD5"))
            .Add("status_code regex regex_options regex_stack", Features.HealthChecks, Rest("VALUE"))
            .Add("virtualhost", Features.HealthChecks, Text("NAME"))
            .Add("regex_no_match", Features.HealthChecks)
            .Add("regex_min_offset regex_max_offset", Features.HealthChecks, Integer("BYTES", 0, uint.MaxValue))
            .Add("tls_compliant", Features.HealthChecks, OptionalSwitch)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Smtp =
        Probing(BlockContext.SmtpCheck)
            .Add("helo_name", Features.HealthChecks, Text("NAME"))
            .AddBlock("host", Features.HealthChecks, BlockContext.SmtpHost)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Dns =
        Probing(BlockContext.DnsCheck)
            .Add("type", Features.HealthChecks, Choice("TYPE", ("A", Features.Done), ("NS", Features.Done), ("CNAME", Features.Done), ("SOA", Features.Done), ("MX", Features.Done), ("TXT", Features.Done), ("AAAA", Features.Done)))
            .Add("name", Features.HealthChecks, Text("NAME"))
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Misc =
        Repeating(BlockContext.MiscCheck)
            .Add("misc_path", Features.HealthChecks, Rest("COMMAND"))
            .Add("misc_timeout", Features.HealthChecks, PositiveTime())
            .Add("misc_dynamic", Features.HealthChecks, OptionalSwitch)
            .Add("user", Features.HealthChecks, Text("USER"), Text("GROUP") with { IsOptional = true })
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Udp =
        Probing(BlockContext.UdpCheck)
            .Add("payload", Features.HealthChecks, Rest("HEX"))
            .Add("require_reply", Features.HealthChecks, OptionalRest("HEX"))
            .Add("min_reply_length max_reply_length", Features.HealthChecks, Integer("BYTES", 0, ushort.MaxValue))
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Bfd =
        new KeywordList(BlockContext.BfdCheck)
            .Add("name", Features.HealthChecks, Text("NAME"))
            .Add("alpha", Features.HealthChecks, OptionalSwitch)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> File =
        new KeywordList(BlockContext.FileCheck)
            .Add("track_file", Features.HealthChecks, Text("NAME"))
            .Add("weight", Features.HealthChecks, Integer("WEIGHT", -int.MaxValue, int.MaxValue), Text("reverse") with { IsOptional = true })
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Ssl =
        new KeywordList(BlockContext.SslContext)
            .Add("password", Features.HealthChecks, Rest("PASSWORD"))
            .Add("ca certificate key", Features.HealthChecks, Text("PATH"))
            .Entries;

    public static ImmutableArray<KeywordEntry> Entries { get; } =
    [
        .. Probing(BlockContext.TcpCheck).Entries, .. Http, .. Url, .. Smtp, .. Endpoint(new KeywordList(BlockContext.SmtpHost)).Entries, .. Dns, .. Misc, .. Udp,
        .. Probing(BlockContext.PingCheck).Entries, .. Bfd, .. File, .. Ssl,
    ];

    /// <summary>What every checker has that repeats a probe.</summary>
    private static KeywordList Repeating(BlockContext context) =>
        new KeywordList(context)
            .Add("retry", Features.HealthChecks, Integer("N", 0, uint.MaxValue))
            .Add("delay_before_retry warmup", Features.HealthChecks, Time())
            .Add("delay_loop", Features.HealthChecks, Period)
            .Add("alpha log_all_failures", Features.HealthChecks, OptionalSwitch);

    /// <summary>What every checker has that also sends packets to an address.</summary>
    private static KeywordList Probing(BlockContext context) => Endpoint(Repeating(context));

    private static KeywordList Endpoint(KeywordList list) =>
        list.Add("connect_ip bindto", Features.HealthChecks, Address)
            .Add("connect_port bind_port", Features.HealthChecks, Port)
            .Add("bind_if", Features.HealthChecks, Interface)
            .Add("connect_timeout", Features.HealthChecks, PositiveTime())
            .Add("fwmark", Features.HealthChecks, Integer("MARK", 0, uint.MaxValue));
}
