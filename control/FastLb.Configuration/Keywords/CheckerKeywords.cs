using System.Collections.Immutable;
using static FastLb.Configuration.Keywords.KeywordList;

namespace FastLb.Configuration.Keywords;

/// <summary>The keywords of the checkers of a real server, and of the <c>SSL</c> block that they use.</summary>
internal static class CheckerKeywords
{
    private static readonly ImmutableArray<KeywordEntry> Http =
        Probing(BlockContext.HttpCheck)
            .AddBlock("url", Features.Done, BlockContext.Url)
            .Add("virtualhost sni_name", Features.Done, Text("NAME"))
            .Add("http_protocol", Features.Done, Choice("VERSION", ("1.0", Features.Done), ("1.0C", Features.Done), ("1.1", Features.Done), ("1.0c", Features.Done)))
            .Add("fast_recovery enable_sni tls_compliant", Features.Done, OptionalSwitch)
            .AddDeprecated("nb_get_retry", "retry", Features.Done, Integer("N", 0, uint.MaxValue))
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Url =
        new KeywordList(BlockContext.Url)
            .Add("path", Features.Done, Text("PATH"))
            .Add("digest", Features.Done, Text("MD5"))
            .Add("status_code regex regex_options regex_stack", Features.Done, Rest("VALUE"))
            .Add("virtualhost", Features.Done, Text("NAME"))
            .Add("regex_no_match", Features.Done)
            .Add("regex_min_offset regex_max_offset", Features.Done, Integer("BYTES", 0, uint.MaxValue))
            .Add("tls_compliant", Features.Done, OptionalSwitch)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Smtp =
        Probing(BlockContext.SmtpCheck)
            .Add("helo_name", Features.Done, Text("NAME"))
            .AddBlock("host", Features.Done, BlockContext.SmtpHost)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Dns =
        Probing(BlockContext.DnsCheck)
            .Add("type", Features.Done, Choice("TYPE", ("A", Features.Done), ("NS", Features.Done), ("CNAME", Features.Done), ("SOA", Features.Done), ("MX", Features.Done), ("TXT", Features.Done), ("AAAA", Features.Done)) with { IgnoresCase = true })
            .Add("name", Features.Done, Text("NAME"))
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Misc =
        Repeating(BlockContext.MiscCheck)
            .Add("misc_path", Features.Done, Rest("COMMAND"))
            .Add("misc_timeout", Features.Done, Integer("SECONDS", 0, 4294))
            .Add("misc_dynamic", Features.Done)
            .Add("user", Features.Done, Text("USER"), Text("GROUP") with { IsOptional = true })
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Udp =
        Probing(BlockContext.UdpCheck)
            .Add("payload", Features.Done, Rest("HEX"))
            .Add("require_reply", Features.Done, OptionalRest("HEX"))
            .Add("min_reply_length max_reply_length", Features.Done, Integer("BYTES", 0, ushort.MaxValue))
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Bfd =
        new KeywordList(BlockContext.BfdCheck)
            .Add("name", Features.Done, Rest("NAME"))
            .Add("alpha", Features.Done, OptionalSwitch)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> File =
        new KeywordList(BlockContext.FileCheck)
            .Add("track_file", Features.Done, Text("NAME"))
            .Add("weight", Features.Done, Integer("WEIGHT", -int.MaxValue, int.MaxValue), Choice("reverse", ("reverse", Features.Done)) with { IsOptional = true })
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Ssl =
        new KeywordList(BlockContext.SslContext)
            .Add("password", Features.Done, Text("PASSWORD"))
            .Add("ca certificate key", Features.Done, Text("PATH"))
            .Entries;

    public static ImmutableArray<KeywordEntry> Entries { get; } =
    [
        .. Probing(BlockContext.TcpCheck).Entries, .. Http, .. Url, .. Smtp, .. Endpoint(new KeywordList(BlockContext.SmtpHost)).Entries, .. Dns, .. Misc, .. Udp,
        .. Probing(BlockContext.PingCheck).Entries, .. Bfd, .. File, .. Ssl,
    ];

    /// <summary>What every checker has that repeats a probe.</summary>
    private static KeywordList Repeating(BlockContext context) =>
        new KeywordList(context)
            .Add("retry", Features.Done, Integer("N", 0, uint.MaxValue))
            .Add("delay_before_retry warmup", Features.Done, Time())
            .Add("delay_loop", Features.Done, Period)
            .Add("alpha log_all_failures", Features.Done, OptionalSwitch);

    /// <summary>What every checker has that also sends packets to an address.</summary>
    private static KeywordList Probing(BlockContext context) => Endpoint(Repeating(context));

    private static KeywordList Endpoint(KeywordList list) =>
        list.Add("connect_ip bindto", Features.Done, Address)
            .Add("connect_port bind_port", Features.Done, Port)
            .Add("bind_if", Features.Done, Interface)
            .Add("connect_timeout", Features.Done, PositiveTime())
            .Add("fwmark", Features.Done, Integer("MARK", 0, uint.MaxValue));
}
