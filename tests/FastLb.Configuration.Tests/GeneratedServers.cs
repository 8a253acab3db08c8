using CsCheck;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.Configuration.Printing;

namespace FastLb.Configuration.Tests;

/// <summary>Virtual servers, their checks and the <c>SSL</c> block, with every keyword of that side of the language, mostly in a form that means something.</summary>
internal static class GeneratedServers
{
    private const string Objects = "virtual_server_group G {\n fwmark 21 inet\n fwmark 22 inet6\n fwmark 23\n 192.0.2.1-2 80\n}\ntrack_file F {\n file /tmp/f\n}\nvrrp_track_file \"F 2\" {\n file /tmp/f\n}\nbfd_instance B {\n neighbor_ip 10.0.0.1\n}\n";

    private static readonly Gen<string> Address = Gen.Byte.Array[4].Select(b => string.Join('.', b));
    private static readonly Gen<string> Seconds = Gen.Int[0, 5_000_000].Select(n => $"{n / 1000}.{n % 1000:000}");
    private static readonly Gen<string> Number = Pick("0", "1", "7", "255", "65535", "65536", "2147483647", "4294967295", "x");
    private static readonly Gen<string> Word = Gen.Char["abcXYZ019_.:/@#!{}$~“-\\ "].Array[1, 10].Select(c => $"\"{new string(c)}\"");
    private static readonly Gen<string> Bool = Pick("", "on", "off", "yes", "no", "maybe");
    private static readonly Gen<string> Command = Gen.Select(Gen.Char["ab/. \\'\"x0713{}é"].Array[0, 12].Select(c => new string(c)), Pick("", " root", " root :adm", " a b c"))
        .Select((command, user) => $"\"{command}\"{user}");

    private static readonly Gen<string> Tunnel = Gen.Select(Pick("NAT", "DR", "TUN", "TUN", "TUN"), Pick("", "type ipip", "type gue", "type gre", "type gue port 6080", "type x", "port 9"), Pick("", "nocsum", "csum", "remcsum", "csum remcsum"))
        .Select((method, type, checksum) => $"{method} {type} {checksum}");

    private static readonly Gen<string> Repeating = Lines(
        With("retry", Number), With("delay_before_retry", Seconds), With("warmup", Seconds), With("delay_loop", Seconds), With("alpha", Bool), With("log_all_failures", Bool));

    private static readonly Gen<string> Endpoint = Lines(
        With("connect_ip", Address), With("connect_port", Number), With("connect_timeout", Seconds), With("bindto", Address), With("bind_if", Pick("eth0", "anInterfaceWithALongName")),
        With("bind_port", Number), With("fwmark", Number));

    private static readonly Gen<string> Hexadecimal = Gen.OneOf(Gen.Char["0123456789abcdefABCDEF "], Gen.Char["0123456789xX"], Gen.Char["0z"]).Array[0, 9].Select(c => new string(c));

    private static readonly Gen<string> Url = Lines(
        With("path", Pick("/", "/a?b=c", "x", "\"/a b\"")), With("path", Pick("/", "/x")), With("digest", Pick("0123456789abcdefABCDEF0123456789", "00112233445566778899aabbccddeeff", "12")),
        With("status_code", Pick("200", "200-299 404", "99 600", "300-200", "100-599 200", "2 2000")), With("virtualhost", Word), With("regex", Gen.OneOf(Word, Pick("a.c", "(a", "[a-z]+", "a++", "\"\"", "a b"))),
        With("regex_no_match", Pick("")), With("regex_options", Options), With("regex_stack", Gen.Select(Number, Number, (a, b) => $"{a} {b}")), With("regex_min_offset", Number),
        With("regex_max_offset", Number), With("tls_compliant", Bool)).Select(lines => $"url {{\n path /p\n{lines} }}\n");

    private static readonly Gen<string> Http = Gen.Select(
        Pick("HTTP_GET", "SSL_GET"), Url.Array[0, 3],
        Lines(With("virtualhost", Word), With("http_protocol", Pick("1.0", "1.0C", "1.0c", "1.1", "2")), With("fast_recovery", Bool), With("enable_sni", Bool), With("sni_name", Word), With("tls_compliant", Bool), With("nb_get_retry", Number)),
        Repeating, Endpoint, (name, urls, own, repeating, endpoint) => $"{name} {{\n{string.Concat(urls)}{own}{repeating}{endpoint} }}\n");

    private static readonly Gen<string> Check = Gen.OneOf(
        Http,
        Http,
        Block("TCP_CHECK", Repeating, Endpoint),
        Block("PING_CHECK", Repeating, Endpoint),
        Block("SMTP_CHECK", Lines(With("helo_name", Word), Endpoint.Select(lines => $"host {{\n{lines} }}")), Repeating, Endpoint),
        Block("DNS_CHECK", Lines(With("type", Pick("A", "ns", "CNAME", "soa", "MX", "TXT", "Aaaa", "PTR")), With("name", Pick("example.com", "example.com.", ".", "a..b", "\"a b\""))), Repeating, Endpoint),
        Block("MISC_CHECK", Lines(With("misc_path", Command), With("misc_path", Pick("/bin/true", "/bin/true a")), With("misc_timeout", Number), With("misc_dynamic", Pick("")), With("user", Pick("root", "root adm", "\"a b\" :c"))), Repeating),
        Block("UDP_CHECK", Lines(With("payload", Hexadecimal), With("require_reply", Hexadecimal), With("min_reply_length", Number), With("max_reply_length", Number)), Repeating, Endpoint),
        Block("BFD_CHECK", Lines(With("name", Pick("B", "C", "B B")), With("alpha", Bool))),
        Block("FILE_CHECK", Lines(With("track_file", Pick("F", "\"F 2\"", "G")), With("weight", Pick("0", "-5 reverse", "2147483647", "-2147483648", "1 x")))));

    private static readonly Gen<string> Probing = Lines(With("retry", Number), With("delay_before_retry", Seconds), With("warmup", Seconds), With("delay_loop", Seconds), With("connect_timeout", Seconds), With("alpha", Bool));

    private static readonly Gen<string> RealServer = Gen.Select(
        Address, Pick("", "80", "0", "443"), Probing,
        Lines(
            With("weight", Number), With("lvs_method", Tunnel), With("uthreshold", Number), With("lthreshold", Number), With("inhibit_on_failure", Bool), With("virtualhost", Word),
            With("smtp_alert", Bool), With("snmp_name", Word), With("notify_up", Command), With("notify_down", Command)),
        Check.Array[0, 3], (address, port, probing, own, checks) => $"real_server {address} {port} {{\n{probing}{own}{string.Concat(checks)} }}\n");

    private static readonly Gen<string> Service = Lines(
        With("lb_algo", Pick("rr", "sh", "mh")), With("lvs_sched", Pick("sh", "mh", "wlc")),
        Pick("sh-port", "sh-fallback", "mh-port", "mh-fallback", "flag-1", "flag-2", "flag-3"), With("hashed", Pick("")), With("ops", Pick("")),
        With("lvs_method", Tunnel), With("lb_kind", Tunnel), With("ip_family", Pick("inet", "inet6", "x")), With("persistence_timeout", Number), With("persistence_granularity", Pick("255.255.0.0", "24", "129")),
        With("persistence_engine", Word), With("inhibit_on_failure", Pick("")), With("omega", Pick("")), With("ha_suspend", Pick("")), With("quorum", Number), With("hysteresis", Number),
        With("sorry_server", Gen.Select(Address, Pick("", "81"), (a, p) => $"{a} {p}")), With("sorry_server_lvs_method", Tunnel), With("sorry_server_inhibit", Pick("")),
        With("virtualhost", Word), With("smtp_alert", Bool), With("snmp_name", Word), With("quorum_up", Command), With("quorum_down", Command), With("weight", Number));

    private static readonly Gen<string> Ssl = Lines(With("password", Word), With("ca", Word), With("certificate", Word), With("key", Word)).Select(lines => $"SSL {{\n{lines}}}\n");

    private static Gen<string> Options => Pick([.. PatternOptionNames.All.Select(known => known.Name), "caseles"]).Array[1, 4].Select(words => string.Join(' ', words));

    /// <summary>Whole blocks, which stand at the end of a configuration.</summary>
    public static Gen<string> Text { get; } = Gen.Select(
        Ssl.Array[0, 2],
        Gen.Select(
            Gen.OneOf(Address.Select(a => $"{a} 80"), Address, Pick("fwmark 9", "group G", "2001:db8::1 80")), Pick("TCP", "UDP", "SCTP"), Probing, Service, RealServer.Array[0, 3],
            (key, protocol, probing, own, servers) => $"virtual_server {key} {{\n protocol {protocol}\n{probing}{own}{string.Concat(servers)}}}\n").Array[0, 2],
        (ssl, servers) => Objects + string.Concat(ssl) + string.Concat(servers));

    /// <summary>A print with empty definitions of what its checks follow, of those that it lacks: a check of what isn't defined is left out when it is read.</summary>
    public static string WithTrackedObjects(DirectorConfiguration configuration, string printed)
    {
        HealthCheck[] checks = [.. configuration.VirtualServers.SelectMany(service => service.RealServers).SelectMany(server => server.Checks)];
        IEnumerable<string> definitions = checks.OfType<FileCheck>().Select(check => $"track_file {BlockWriter.Quoted(check.File)} {{\n")
            .Concat(checks.OfType<BfdCheck>().Select(check => $"bfd_instance {BlockWriter.Quoted(check.Session)} {{\n"));
        return printed + string.Concat(definitions.Distinct().Where(definition => !printed.Contains(definition, StringComparison.Ordinal)).Select(definition => $"{definition}}}\n"));
    }

    private static Gen<string> Pick(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static Gen<string> With(string keyword, Gen<string> parameters) => parameters.Select(text => $"{keyword} {text}");

    /// <summary>Some of these lines in any order.</summary>
    private static Gen<string> Lines(params Gen<string>[] lines) => Gen.OneOf(lines).Array[0, 6].Select(chosen => string.Concat(chosen.Select(line => $"  {line}\n")));

    private static Gen<string> Block(string name, params Gen<string>[] parts) => parts.Aggregate(Gen.Const(string.Empty), (before, part) => Gen.Select(before, part, (a, b) => a + b)).Select(body => $"{name} {{\n{body} }}\n");
}
