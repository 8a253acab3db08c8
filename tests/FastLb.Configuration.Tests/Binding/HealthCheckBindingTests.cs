using System.Net;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using Xunit;

namespace FastLb.Configuration.Tests.Binding;

public sealed class HealthCheckBindingTests
{
    private const string Objects = "track_file F {\n file /f\n}\nvrrp_track_file OLD {\n file /f\n}\nbfd_instance B {\n neighbor_ip 10.0.0.1\n}\n";

    [Theory]
    [InlineData("TCP_CHECK", "", 1, 1)]
    [InlineData("PING_CHECK", "", 1, 1)]
    [InlineData("SMTP_CHECK", "", 1, 1)]
    [InlineData("UDP_CHECK", "", 1, 1)]
    [InlineData("HTTP_GET", "url {\n path /\n }", 1, 3)]
    [InlineData("SSL_GET", "url {\n path /\n }", 1, 3)]
    [InlineData("DNS_CHECK", "", 3, 7)]
    [InlineData("MISC_CHECK", "misc_path /bin/true", 0, 1)]
    public void Defaults_of_each_check_are_keepalived_s(string keyword, string body, uint retries, int delayBeforeRetry)
    {
        ProbingCheck check = Assert.IsType<ProbingCheck>(Bind($"{keyword} {{\n {body}\n }}", "delay_loop 7"), exactMatch: false);
        Assert.Equal(new ProbeTiming(TimeSpan.FromSeconds(7), retries, TimeSpan.FromSeconds(delayBeforeRetry), TimeSpan.FromSeconds(7)), check.Timing);
        Assert.Equal((false, false), (check.Alpha, check.LogAllFailures));
        if (check is NetworkCheck network) Assert.Equal(new CheckEndpoint(IPAddress.Parse("192.0.2.21"), 80), network.Endpoint);
    }

    [Fact]
    public void What_is_said_above_a_check_takes_the_place_of_its_defaults()
    {
        DnsCheck dns = Assert.IsType<DnsCheck>(Bind("DNS_CHECK {\n warmup 0\n }", "retry 9\n delay_before_retry 8\n alpha"));
        Assert.Equal(new ProbeTiming(TimeSpan.FromSeconds(60), 9, TimeSpan.FromSeconds(8), TimeSpan.Zero), dns.Timing);
        Assert.True(dns.Alpha);
    }

    [Fact]
    public void Virtual_host_flows_from_virtual_server_to_url()
    {
        HttpCheck check = Assert.IsType<HttpCheck>(Bind("HTTP_GET {\n url {\n path /a\n virtualhost u\n }\n url {\n path /b\n }\n }", "virtualhost v"));
        Assert.Equal(("v", "u", "v"), (check.VirtualHost, check.Urls[0].VirtualHost, check.Urls[1].VirtualHost));
        HttpCheck own = Assert.IsType<HttpCheck>(Bind("virtualhost r\n HTTP_GET {\n url {\n path /\n }\n virtualhost c\n }", "virtualhost v"));
        Assert.Equal(("c", "c"), (own.VirtualHost, own.Urls[0].VirtualHost));
    }

    [Theory]
    [InlineData("nb_get_retry 4\n url {\n path /\n }", "FLB1108", "HTTP_GET")]
    [InlineData("", "FLB1340", null)]
    [InlineData("url {\n }", "FLB1340 FLB1341", null)]
    [InlineData("url {\n status_code 200\n }\n url {\n path /\n }", "FLB1341", "HTTP_GET")]
    [InlineData("url {\n path x\n }", "FLB1342", "HTTP_GET")]
    [InlineData("http_protocol 3\n url {\n path /\n }", "FLB1203", "HTTP_GET")]
    public void Http_check_needs_a_path(string body, string codes, string? kept)
    {
        (RealServer server, string found) = BindServer($"HTTP_GET {{\n {body}\n }}");
        Assert.Equal((codes, kept is null ? 0 : 1), (found, server.Checks.Count));
    }

    [Theory]
    [InlineData("digest 00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeeff", "")]
    [InlineData("digest 00112233445566778899aabbccddeef", null, "FLB1343")]
    [InlineData("digest 00112233445566778899aabbccddeefg", null, "FLB1343")]
    [InlineData("digest 12\n digest 00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff", "FLB1343")]
    [InlineData("digest 00112233445566778899aabbccddeeff\n digest ffeeddccbbaa99887766554433221100", "00112233445566778899aabbccddeeff", "FLB1358")]
    public void Digest_is_32_hexadecimal_digits_and_the_first_counts(string lines, string? digest, string codes)
    {
        (HttpUrl url, string found) = BindUrl(lines);
        Assert.Equal((digest, codes), (url.Digest, found));
    }

    [Theory]
    [InlineData("", "200-299", "")]
    [InlineData("status_code 200 204-206\n status_code 301", "200 204-206 301", "")]
    [InlineData("status_code 100-599", "100-599", "")]
    [InlineData("status_code 99 600 404", "404", "FLB1344 FLB1344")]
    [InlineData("status_code 300-200 200- -200 20x 0200", "200-299", "FLB1344 FLB1344 FLB1344 FLB1344 FLB1344")]
    public void Status_codes_add_up_and_faulty_ones_are_left_out(string lines, string codes, string faults)
    {
        (HttpUrl url, string found) = BindUrl(lines);
        Assert.Equal((codes, faults), (string.Join(' ', url.StatusCodes.Select(range => range.ToString())), found));
    }

    [Theory]
    [InlineData("regex \"a(b\"", "a closing parenthesis is missing at its end")]
    [InlineData("regex \"ab)c\"", "a closing parenthesis has no opening one after 'ab)'")]
    [InlineData("regex \"[a\"", "a closing bracket is missing at its end")]
    [InlineData("regex *a", "there is nothing to repeat after '*'")]
    [InlineData("regex \"[z-a]\"", "a range of characters is the wrong way round after '[z-a'")]
    [InlineData("regex \"a{3,1}\"", "the numbers of a repetition are the wrong way round at its end")]
    [InlineData("regex a\\", "it ends in a backslash at its end")]
    public void Regular_expression_that_cannot_be_compiled_is_left_out_and_told_where(string line, string reason)
    {
        ConfigurationResult result = Parse(Url(line));
        Diagnostic diagnostic = Assert.Single(result.Diagnostics, d => d.Code == "FLB1345");
        Assert.Equal($"the regular expression cannot be compiled: {reason}", diagnostic.Message);
        Assert.Null(Assert.IsType<HttpCheck>(Assert.Single(result.Configuration!.VirtualServers[0].RealServers[0].Checks)).Urls[0].Pattern);
    }

    [Theory]
    [InlineData("a++")]
    [InlineData("(?R)")]
    [InlineData("\\Qa\\E")]
    public void Regular_expression_that_only_pcre_knows_is_kept(string expression)
    {
        (HttpUrl url, string found) = BindUrl($"regex \"{expression}\"");
        Assert.Equal((expression, "FLB1346"), (url.Pattern?.Text, found));
    }

    [Theory]
    [InlineData("regex_options caseless", "FLB1347")]
    [InlineData("regex_no_match", "FLB1347")]
    [InlineData("regex_stack 1 2", "FLB1347")]
    [InlineData("regex a b", "FLB1345")]
    [InlineData("regex a b\n regex_options caseless", "FLB1345")]
    public void Settings_of_a_regular_expression_need_one(string lines, string codes)
    {
        (HttpUrl url, string found) = BindUrl(lines);
        Assert.Equal((null, codes), (url.Pattern, found));
    }

    [Theory]
    [InlineData("regex_stack 5", "FLB1348")]
    [InlineData("regex_stack 9 2", "FLB1348")]
    [InlineData("regex_stack 0 2", "FLB1348")]
    [InlineData("regex_stack a b", "FLB1348")]
    [InlineData("regex_min_offset 9\n regex_max_offset 3", "FLB1348")]
    [InlineData("regex_options caseles", "FLB1203")]
    public void Faulty_setting_of_a_regular_expression_is_left_out(string lines, string codes)
    {
        (HttpUrl url, string found) = BindUrl($"regex a\n {lines}");
        Assert.Equal((new ContentPattern("a"), codes), (url.Pattern, found));
    }

    [Theory]
    [InlineData("name example.com", "example.com", "")]
    [InlineData("name example.com.", "example.com.", "")]
    [InlineData("name .", ".", "")]
    [InlineData("name a..b", ".", "FLB1349")]
    [InlineData("name aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b", ".", "FLB1349")]
    [InlineData("name a\n name b", "a", "FLB1358")]
    public void Domain_name_has_no_empty_and_no_long_labels_and_the_first_counts(string lines, string name, string codes)
    {
        (RealServer server, string found) = BindServer($"DNS_CHECK {{\n {lines}\n }}");
        Assert.Equal((name, codes), (Assert.IsType<DnsCheck>(Assert.Single(server.Checks)).Name, found));
    }

    [Theory]
    [InlineData("type aaaa", DnsRecordType.Aaaa, "")]
    [InlineData("type MX", DnsRecordType.Mx, "")]
    [InlineData("type PTR", DnsRecordType.Soa, "FLB1203")]
    public void Record_type_is_one_of_seven_in_any_case(string line, DnsRecordType type, string codes)
    {
        (RealServer server, string found) = BindServer($"DNS_CHECK {{\n {line}\n }}");
        Assert.Equal((type, codes), (Assert.IsType<DnsCheck>(Assert.Single(server.Checks)).RecordType, found));
    }

    [Fact]
    public void Each_host_of_a_mail_check_is_a_check_of_its_own()
    {
        (RealServer server, string codes) = BindServer("SMTP_CHECK {\n connect_port 25\n fwmark 3\n host {\n connect_ip 10.0.0.1\n }\n host {\n connect_port 26\n }\n }");
        Assert.Equal("FLB1356 FLB1356", codes);
        Assert.Equal(["10.0.0.1:25", "192.0.2.21:26"], server.Checks.Cast<SmtpCheck>().Select(check => $"{check.Endpoint.Address}:{check.Endpoint.Port}"));
        Assert.All(server.Checks.Cast<SmtpCheck>(), check => Assert.Equal(3u, check.Endpoint.FirewallMark));
    }

    [Theory]
    [InlineData("", "FLB1350")]
    [InlineData("misc_path \"/bin/true 'x\"", "FLB1201")]
    public void Misc_check_needs_a_command(string lines, string codes)
    {
        (RealServer server, string found) = BindServer($"MISC_CHECK {{\n {lines}\n }}");
        Assert.Equal((0, codes), (server.Checks.Count, found));
    }

    [Theory]
    [InlineData("misc_path \"/bin/check 'a b' c\"\n user nobody :nogroup\n misc_timeout 4\n misc_dynamic", "/bin/check|a b|c", "nobody:nogroup", 4, true, "")]
    [InlineData("misc_path /bin/check a", "/bin/check", null, 60, false, "FLB1104")]
    [InlineData("misc_path /bin/check\n misc_timeout 0", "/bin/check", null, 60, false, "")]
    [InlineData("misc_path /bin/check\n misc_timeout 1.5", "/bin/check", null, 60, false, "FLB1201")]
    [InlineData("misc_path /bin/check\n misc_timeout 4295", "/bin/check", null, 60, false, "FLB1202")]
    public void Misc_check_is_read_like_a_script(string lines, string command, string? user, int timeout, bool setsWeight, string codes)
    {
        (RealServer server, string found) = BindServer($"MISC_CHECK {{\n {lines}\n }}");
        MiscCheck check = Assert.IsType<MiscCheck>(Assert.Single(server.Checks));
        Assert.Equal(codes, found);
        Assert.Equal((command, TimeSpan.FromSeconds(timeout), setsWeight), (string.Join('|', check.Command.Arguments), check.Timeout, check.SetsWeight));
        Assert.Equal(user, check.Command.User is { } identity ? $"{identity.Name}:{identity.Group}" : null);
    }

    [Theory]
    [InlineData("payload Ab12f 3 \"456 54\"", "AB120F03450654", "FLB1352 FLB1352 FLB1352")]
    [InlineData("payload 12zz", "", "FLB1351")]
    [InlineData("payload 1X", "", "FLB1351")]
    [InlineData("payload \"\"", "", "FLB1351")]
    public void Payload_is_read_as_keepalived_reads_it(string line, string bytes, string codes)
    {
        (UdpCheck check, string found) = BindUdp(line);
        Assert.Equal((bytes, codes), (Convert.ToHexString([.. check.Payload]), found));
    }

    [Theory]
    [InlineData("", false, "", "")]
    [InlineData("require_reply", true, "", "")]
    [InlineData("require_reply 1x Xf XX ab", true, "10/F0 0F/0F 00/00 AB/FF", "")]
    [InlineData("require_reply X", true, "00/F0", "FLB1352")]
    [InlineData("require_reply 1y", true, "", "FLB1351")]
    public void Required_reply_may_leave_digits_open(string line, bool isRequired, string pattern, string codes)
    {
        (UdpCheck check, string found) = BindUdp(line);
        Assert.Equal((isRequired, pattern, codes), (check.RequiresReply, string.Join(' ', check.ReplyPattern.Select(b => $"{b.Value:X2}/{b.Mask:X2}")), found));
    }

    [Theory]
    [InlineData("", 0, 255, "")]
    [InlineData("min_reply_length 50\n max_reply_length 30", 50, 30, "FLB1353")]
    [InlineData("min_reply_length 256", 256, 255, "FLB1353")]
    [InlineData("max_reply_length 65536", 0, 255, "FLB1202")]
    public void Reply_lengths_that_no_reply_has_are_told(string lines, int minimum, int maximum, string codes)
    {
        (UdpCheck check, string found) = BindUdp($"require_reply\n {lines}");
        Assert.Equal((minimum, maximum, codes), (check.MinimumReplyLength, check.MaximumReplyLength, found));
    }

    [Theory]
    [InlineData("name B", "B", "")]
    [InlineData("", null, "FLB1354")]
    [InlineData("name C", null, "FLB1355")]
    [InlineData("name B B", null, "FLB1201 FLB1354")]
    [InlineData("name B\n name C", "B", "FLB1358")]
    public void Bfd_check_names_one_session_that_there_is(string lines, string? session, string codes)
    {
        (RealServer server, string found) = BindServer($"BFD_CHECK {{\n {lines}\n }}");
        Assert.Equal((session, codes), (server.Checks.Cast<BfdCheck>().SingleOrDefault()?.Session, found));
    }

    [Theory]
    [InlineData("track_file F", "F", null, "")]
    [InlineData("track_file OLD\n weight -3 reverse", "OLD", "-3 True", "")]
    [InlineData("track_file G\n track_file F\n weight 2", "F", "2 False", "FLB1355")]
    [InlineData("weight 1", null, null, "FLB1354")]
    [InlineData("track_file G", null, null, "FLB1354 FLB1355")]
    [InlineData("track_file F\n weight 2147483648", "F", null, "FLB1202")]
    [InlineData("track_file F\n weight 2 backwards", "F", null, "FLB1203")]
    public void File_check_names_a_file_that_there_is(string lines, string? file, string? weight, string codes)
    {
        (RealServer server, string found) = BindServer($"FILE_CHECK {{\n {lines}\n }}");
        FileCheck? check = server.Checks.Cast<FileCheck>().SingleOrDefault();
        Assert.Equal((file, codes), (check?.File, found));
        Assert.Equal(weight, check?.Weight is { } given ? $"{given.Factor} {given.IsReversed}" : null);
    }

    [Fact]
    public void Word_that_is_not_understood_in_a_check_is_told_with_its_place()
    {
        ConfigurationResult result = Parse("UDP_CHECK {\n paylod 12\n }");
        Diagnostic diagnostic = Assert.Single(result.Diagnostics, d => d.Severity == DiagnosticSeverity.Error);
        Assert.Equal(("FLB1101", "did you mean 'payload'?", 6), (diagnostic.Code, diagnostic.Hint, diagnostic.Span.Length));
    }

    [Theory]
    [InlineData("HTTP_GET", "url {\n path /\n }", true)]
    [InlineData("UDP_CHECK", "", true)]
    [InlineData("SMTP_CHECK", "", true)]
    [InlineData("DNS_CHECK", "", true)]
    [InlineData("PING_CHECK", "", false)]
    [InlineData("MISC_CHECK", "misc_path /bin/true", false)]
    public void Checks_that_connect_need_a_port(string keyword, string body, bool needsPort)
    {
        string text = $"virtual_server fwmark 7 {{\n lb_algo rr\n lb_kind NAT\n real_server 192.0.2.21 {{\n {keyword} {{\n {body}\n }}\n }}\n}}\nfastlb {{\n mark 7 {{\n destination 192.0.2.1\n }}\n}}\n";
        Assert.Equal(needsPort, ConfigurationLoader.Parse(text, "f").Diagnostics.Any(d => d.Code == "FLB1317"));
    }

    private static string Url(string lines) => $"HTTP_GET {{\n url {{\n path /\n {lines}\n }}\n }}";

    private static (HttpUrl Url, string Codes) BindUrl(string lines)
    {
        (RealServer server, string codes) = BindServer(Url(lines));
        return (Assert.Single(Assert.IsType<HttpCheck>(Assert.Single(server.Checks)).Urls), codes);
    }

    private static (UdpCheck Check, string Codes) BindUdp(string lines)
    {
        (RealServer server, string codes) = BindServer($"UDP_CHECK {{\n {lines}\n }}");
        return (Assert.IsType<UdpCheck>(Assert.Single(server.Checks)), codes);
    }

    private static HealthCheck Bind(string check, string service) => Assert.Single(Parse(check, service).Configuration!.VirtualServers[0].RealServers[0].Checks);

    /// <summary>The server, and the codes of what was found but refusals of checks and notices of what isn't done yet.</summary>
    private static (RealServer Server, string Codes) BindServer(string check)
    {
        ConfigurationResult result = Parse(check);
        IEnumerable<string> codes = result.Diagnostics.Select(d => d.Code).Where(code => code is not "FLB1401" and not "FLB1402").Order(StringComparer.Ordinal);
        return (result.Configuration!.VirtualServers[0].RealServers[0], string.Join(' ', codes));
    }

    private static ConfigurationResult Parse(string check, string service = "") => ConfigurationLoader.Parse(
        $"{Objects}virtual_server 192.0.2.1 80 {{\n lb_algo rr\n lb_kind DR\n protocol TCP\n {service}\n real_server 192.0.2.21 80 {{\n {check}\n }}\n}}\n", "f");
}
