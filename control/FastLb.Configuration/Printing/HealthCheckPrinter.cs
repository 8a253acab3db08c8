using System.Globalization;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.Configuration.Scripts;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes the checks of a real server.</summary>
internal static class HealthCheckPrinter
{
    /// <summary>The block of one check, with nothing left to defaults.</summary>
    public static void Print(BlockWriter writer, HealthCheck check)
    {
        writer.Open(KeywordOf(check));
        if (check is NetworkCheck network) PrintEndpoint(writer, network);
        if (check is ProbingCheck probing) PrintProbing(writer, probing);
        switch (check)
        {
            case HttpCheck http:
                HttpCheckPrinter.Print(writer, http);
                break;
            case SmtpCheck smtp:
                writer.Line("helo_name", smtp.HeloName);
                break;
            case DnsCheck dns:
                writer.Line("type", KeywordNames.Of(dns.RecordType));
                writer.Line("name", dns.Name);
                break;
            case MiscCheck misc:
                PrintMisc(writer, misc);
                break;
            case UdpCheck udp:
                PrintUdp(writer, udp);
                break;
            case BfdCheck bfd:
                writer.Line("name", bfd.Session);
                writer.Line("alpha", Switch(bfd.Alpha));
                break;
            case FileCheck file:
                writer.Line("track_file", file.File);
                if (file.Weight is { } weight) writer.Line("weight", [Number(weight.Factor), .. weight.IsReversed ? (string[])["reverse"] : []]);
                break;
            default:
                break;
        }

        writer.Close();
    }

    private static string KeywordOf(HealthCheck check) => check switch
    {
        TcpCheck => "TCP_CHECK",
        HttpCheck { UsesTls: true } => "SSL_GET",
        HttpCheck => "HTTP_GET",
        SmtpCheck => "SMTP_CHECK",
        DnsCheck => "DNS_CHECK",
        MiscCheck => "MISC_CHECK",
        UdpCheck => "UDP_CHECK",
        PingCheck => "PING_CHECK",
        BfdCheck => "BFD_CHECK",
        FileCheck => "FILE_CHECK",
        _ => throw new ArgumentException($"There is no keyword for {check.GetType().Name}.", nameof(check)),
    };

    private static void PrintEndpoint(BlockWriter writer, NetworkCheck check)
    {
        CheckEndpoint endpoint = check.Endpoint;
        writer.Line("connect_ip", endpoint.Address.ToString());
        if (endpoint.Port != 0) writer.Line("connect_port", Number(endpoint.Port));
        if (endpoint.SourceAddress is { } source) writer.Line("bindto", source.ToString());
        if (endpoint.SourceInterface is { } device) writer.Line("bind_if", device);
        if (endpoint.SourcePort is { } port) writer.Line("bind_port", Number(port));
        writer.Line("fwmark", Number(endpoint.FirewallMark));
        writer.Line("connect_timeout", Seconds(endpoint.ConnectTimeout));
    }

    private static void PrintProbing(BlockWriter writer, ProbingCheck check)
    {
        writer.Line("retry", Number(check.Timing.Retries));
        writer.Line("delay_before_retry", Seconds(check.Timing.DelayBeforeRetry));
        writer.Line("delay_loop", Seconds(check.Timing.Period));
        writer.Line("warmup", Seconds(check.Timing.Warmup));
        writer.Line("alpha", Switch(check.Alpha));
        writer.Line("log_all_failures", Switch(check.LogAllFailures));
    }

    private static void PrintMisc(BlockWriter writer, MiscCheck check)
    {
        writer.QuotedLine("misc_path", CommandPrinter.Print(check.Command with { User = null }));

        // A timeout with decimals can only be the period, which it is when none is written.
        if (check.Timeout != check.Timing.Period) writer.Line("misc_timeout", Seconds(check.Timeout));
        if (check.SetsWeight) writer.Line("misc_dynamic");
        if (check.Command.User is { } user) writer.Line("user", [user.Name, .. user.Group is { } group ? (string[])[group] : []]);
    }

    private static void PrintUdp(BlockWriter writer, UdpCheck check)
    {
        if (check.Payload.Count > 0) writer.Line("payload", string.Concat(check.Payload.Select(b => b.ToString("X2", CultureInfo.InvariantCulture))));
        if (check.RequiresReply) writer.Line("require_reply", check.ReplyPattern.Count > 0 ? (string[])[string.Concat(check.ReplyPattern.Select(Digits))] : []);
        writer.Line("min_reply_length", Number(check.MinimumReplyLength));
        writer.Line("max_reply_length", Number(check.MaximumReplyLength));
    }

    private static string Digits(PatternByte pattern) => string.Create(2, pattern, static (digits, from) =>
    {
        digits[0] = (from.Mask & 0xF0) == 0 ? 'X' : char.ToUpperInvariant("0123456789abcdef"[from.Value >> 4]);
        digits[1] = (from.Mask & 0x0F) == 0 ? 'X' : char.ToUpperInvariant("0123456789abcdef"[from.Value & 0xF]);
    });
}
