using System.Collections.Immutable;
using static FastLb.Configuration.Keywords.KeywordList;

namespace FastLb.Configuration.Keywords;

/// <summary>The keywords of the checkers of a real server, and of the <c>SSL</c> block that they use.</summary>
internal static class CheckerKeywords
{
    private static readonly ImmutableArray<KeywordEntry> Http =
        Probing(BlockContext.HttpCheck, Features.OtherChecks)
            .AddBlock("url", Features.OtherChecks, BlockContext.Url)
            .Add("virtualhost sni_name", Features.OtherChecks, Text("NAME"))
            .Add("http_protocol", Features.OtherChecks, Choice("VERSION", ("1.0", Features.Done), ("1.0C", Features.Done), ("1.1", Features.Done), ("1.0c", Features.Done)))
            .Add("fast_recovery enable_sni tls_compliant", Features.OtherChecks, OptionalSwitch)
            .AddDeprecated("nb_get_retry", "retry", Features.OtherChecks, Integer("N", 0, uint.MaxValue))
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Url =
        new KeywordList(BlockContext.Url)
            .Add("path", Features.OtherChecks, Text("PATH"))
            .Add("digest", Features.OtherChecks, Text("MD5"))
            .Add("status_code regex regex_options regex_stack", Features.OtherChecks, Rest("VALUE"))
            .Add("virtualhost", Features.OtherChecks, Text("NAME"))
            .Add("regex_no_match", Features.OtherChecks)
            .Add("regex_min_offset regex_max_offset", Features.OtherChecks, Integer("BYTES", 0, uint.MaxValue))
            .Add("tls_compliant", Features.OtherChecks, OptionalSwitch)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Smtp =
        Probing(BlockContext.SmtpCheck, Features.OtherChecks)
            .Add("helo_name", Features.OtherChecks, Text("NAME"))
            .AddBlock("host", Features.OtherChecks, BlockContext.SmtpHost)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Dns =
        Probing(BlockContext.DnsCheck, Features.OtherChecks)
            .Add("type", Features.OtherChecks, Choice("TYPE", ("A", Features.Done), ("NS", Features.Done), ("CNAME", Features.Done), ("SOA", Features.Done), ("MX", Features.Done), ("TXT", Features.Done), ("AAAA", Features.Done)) with { IgnoresCase = true })
            .Add("name", Features.OtherChecks, Text("NAME"))
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Misc =
        Repeating(BlockContext.MiscCheck, Features.OtherChecks)
            .Add("misc_path", Features.OtherChecks, Rest("COMMAND"))
            .Add("misc_timeout", Features.OtherChecks, Integer("SECONDS", 0, 4294))
            .Add("misc_dynamic", Features.OtherChecks)
            .Add("user", Features.OtherChecks, Text("USER"), Text("GROUP") with { IsOptional = true })
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Udp =
        Probing(BlockContext.UdpCheck, Features.OtherChecks)
            .Add("payload", Features.OtherChecks, Rest("HEX"))
            .Add("require_reply", Features.OtherChecks, OptionalRest("HEX"))
            .Add("min_reply_length max_reply_length", Features.OtherChecks, Integer("BYTES", 0, ushort.MaxValue))
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Bfd =
        new KeywordList(BlockContext.BfdCheck)
            .Add("name", Features.OtherChecks, Rest("NAME"))
            .Add("alpha", Features.OtherChecks, OptionalSwitch)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> File =
        new KeywordList(BlockContext.FileCheck)
            .Add("track_file", Features.OtherChecks, Text("NAME"))
            .Add("weight", Features.OtherChecks, Integer("WEIGHT", -int.MaxValue, int.MaxValue), Choice("reverse", ("reverse", Features.Done)) with { IsOptional = true })
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Ssl =
        new KeywordList(BlockContext.SslContext)
            .Add("password", Features.HttpSettings, Text("PASSWORD"))
            .Add("ca certificate key", Features.HttpSettings, Text("PATH"))
            .Entries;

    public static ImmutableArray<KeywordEntry> Entries { get; } =
    [
        .. Probing(BlockContext.TcpCheck, Features.Done).Entries, .. Http, .. Url, .. Smtp, .. Endpoint(new KeywordList(BlockContext.SmtpHost), Features.OtherChecks).Entries, .. Dns, .. Misc, .. Udp,
        .. Probing(BlockContext.PingCheck, Features.OtherChecks).Entries, .. Bfd, .. File, .. Ssl,
    ];

    /// <summary>What every checker has that repeats a probe.</summary>
    private static KeywordList Repeating(BlockContext context, Feature feature) =>
        new KeywordList(context)
            .Add("retry", feature, Integer("N", 0, uint.MaxValue))
            .Add("delay_before_retry warmup", feature, Time())
            .Add("delay_loop", feature, Period)
            .Add("alpha log_all_failures", feature, OptionalSwitch);

    /// <summary>What every checker has that also sends packets to an address.</summary>
    private static KeywordList Probing(BlockContext context, Feature feature) => Endpoint(Repeating(context, feature), feature);

    private static KeywordList Endpoint(KeywordList list, Feature feature) =>
        list.Add("connect_ip bindto", feature, Address)
            .Add("connect_port bind_port", feature, Port)
            .Add("bind_if", feature, Interface)
            .Add("connect_timeout", feature, PositiveTime())
            .Add("fwmark", feature, Integer("MARK", 0, uint.MaxValue));
}
