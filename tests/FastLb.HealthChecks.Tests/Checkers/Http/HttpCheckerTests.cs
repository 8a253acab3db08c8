using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Checkers.Http;
using FastLb.HealthChecks.Tests.Servers;

namespace FastLb.HealthChecks.Tests.Checkers.Http;

/// <summary>HTTP checks against real sockets on loopback.</summary>
public sealed class HttpCheckerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<string> _requests = [];

    [Theory]
    [InlineData(HttpProtocol.Http10, "1.0", false)]
    [InlineData(HttpProtocol.Http10Close, "1.0", true)]
    [InlineData(HttpProtocol.Http11, "1.1", true)]
    public async Task Requests_are_keepaliveds(HttpProtocol protocol, string version, bool closes)
    {
        await using LoopbackServer server = Answer("HTTP/1.1 200 OK\r\n\r\nfine");
        Assert.Equal(ProbeResult.Passed, await Probe(Check(server, new HttpUrl("/a/../b?c=%41 d")) with { Protocol = protocol }));
        string[] lines = Assert.Single(_requests).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal($"GET /a/../b?c=%41 d HTTP/{version}", lines[0]);
        string[] expected = ["User-Agent: KeepAliveClient", $"Host: 127.0.0.1:{server.Port}", .. closes ? ["Connection: close"] : Array.Empty<string>()];
        Assert.Equal(expected.Order(), lines[1..].Order());
    }

    [Fact]
    public async Task The_host_of_the_page_counts_before_that_of_the_check()
    {
        await using LoopbackServer server = Answer("HTTP/1.0 200 OK\r\n\r\n");
        HttpChecker checker = Make(Check(server, new HttpUrl("/") { VirtualHost = "page.example" }, new HttpUrl("/")) with { VirtualHost = "my_check.example:81" });
        await checker.Probe(CancellationToken.None);
        await checker.Probe(CancellationToken.None);
        Assert.Contains("\r\nHost: page.example\r\n", _requests[0], StringComparison.Ordinal);
        Assert.Contains("\r\nHost: my_check.example:81\r\n", _requests[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/ü#x", "/%C3%BC#x")]
    [InlineData("index.html", "/index.html")]
    [InlineData("//a?b?c", "//a?b?c")]
    [InlineData("/%zz", "/%zz")]
    public async Task Whatever_the_path_it_is_asked_for(string path, string line)
    {
        await using LoopbackServer server = Answer("HTTP/1.0 200 OK\r\n\r\n");
        Assert.Null((await Probe(Check(server, new HttpUrl(path)))).Fault);
        Assert.StartsWith($"GET {line} HTTP/1.0\r\n", _requests[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a,b/c?")]
    [InlineData("[::1]:80")]
    [InlineData("1:2:3")]
    public async Task Whatever_the_host_it_is_asked_of(string host)
    {
        await using LoopbackServer server = Answer("HTTP/1.0 200 OK\r\n\r\n");
        Assert.Null((await Probe(Check(server, new HttpUrl("/") { VirtualHost = host }))).Fault);
        Assert.Contains($"\r\nHost: {host}\r\n", _requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_is_not_ASCII_is_sent_as_UTF8()
    {
        await using LoopbackServer server = Answer("HTTP/1.0 200 OK\r\n\r\n");
        Assert.Null((await Probe(Check(server, new HttpUrl("/") { VirtualHost = "ü.example" }))).Fault);
        Assert.Contains("\r\nHost: \u00c3\u00bc.example\r\n", _requests[0], StringComparison.Ordinal); // byte by byte
    }

    [Fact]
    public async Task Pages_are_asked_for_in_turn_each_over_a_connection_of_its_own_and_the_last_passes_the_check()
    {
        await using LoopbackServer server = Answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine");
        HttpChecker checker = Make(Check(server, new HttpUrl("/one"), new HttpUrl("/two")) with { Protocol = HttpProtocol.Http11 });
        Assert.Equal(ProbeOutcome.PassedInPart, (await checker.Probe(CancellationToken.None)).Outcome);
        Assert.Equal(ProbeOutcome.Passed, (await checker.Probe(CancellationToken.None)).Outcome);
        Assert.Equal(["GET /one HTTP/1.1", "GET /two HTTP/1.1"], _requests.Select(request => request.Split("\r\n")[0]));
        Assert.Equal(2, server.Connections);
    }

    [Theory]
    [InlineData(200, null)]
    [InlineData(204, null)]
    [InlineData(503, "answered with status 503, 200-299 expected")]
    [InlineData(302, "answered with status 302, 200-299 expected")] // nobody follows it
    public async Task Usually_codes_from_200_to_299_pass(int status, string? fault)
    {
        await using LoopbackServer server = Answer($"HTTP/1.0 {status} Whatever\r\nLocation: http://127.0.0.1:1/\r\n\r\n");
        Assert.Equal(fault, (await Probe(Check(server, new HttpUrl("/")))).Fault);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(404, null)]
    [InlineData(301, null)]
    [InlineData(399, null)]
    [InlineData(400, "answered with status 400, 404 300-399 expected")]
    [InlineData(200, "answered with status 200, 404 300-399 expected")]
    public async Task Codes_that_are_asked_for_pass_and_no_others(int status, string? fault)
    {
        await using LoopbackServer server = Answer($"HTTP/1.0 {status} Whatever\r\n\r\n");
        HttpUrl page = new("/") { StatusCodes = [new StatusCodeRange(404, 404), new StatusCodeRange(300, 399)] };
        Assert.Equal(fault, (await Probe(Check(server, page))).Fault);
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")]
    public async Task The_digest_is_that_of_the_body(string header)
    {
        string body = string.Concat(Enumerable.Range(0, 100_000).Select(i => (char)('a' + (i % 7))));
        string digest = DigestOf(body);
        await using LoopbackServer server = Answer(header + body);
        Assert.Null((await Probe(Check(server, new HttpUrl("/") { Digest = digest }))).Fault);
        string other = "00" + digest[2..];
        Assert.Equal($"the body's digest is {digest}, {other} expected", (await Probe(Check(server, new HttpUrl("/") { Digest = other }))).Fault);
    }

    [Fact]
    public async Task A_body_in_chunks_has_the_digest_of_what_they_hold()
    {
        await using LoopbackServer server = Answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nfi\r\n2\r\nne\r\n0\r\n\r\n");
        string digest = DigestOf("fine");
        Assert.Null((await Probe(Check(server, new HttpUrl("/") { Digest = digest }) with { Protocol = HttpProtocol.Http11 })).Fault);
    }

    [Theory]
    [InlineData("b+", PatternOptions.None, false, 0u, null, null)]
    [InlineData("B+", PatternOptions.None, false, 0u, null, "'B+' is not in the body")]
    [InlineData("B+", PatternOptions.Caseless, false, 0u, null, null)]
    [InlineData("b+", PatternOptions.None, true, 0u, null, "'b+' is in the body, and must not be")]
    [InlineData("x", PatternOptions.None, true, 0u, null, null)]
    [InlineData("a", PatternOptions.None, false, 3u, null, "'a' is not in the body")] // searched from after it
    [InlineData("(?<=a)b", PatternOptions.None, false, 3u, null, null)] // looks back to before the offset
    [InlineData("b", PatternOptions.None, false, 0u, 3u, null)]
    [InlineData("b", PatternOptions.None, false, 0u, 2u, "'b' is not in the body")]
    [InlineData("b", PatternOptions.None, false, 100u, null, "'b' is not in the body")]
    [InlineData("b++(?=c)\\K", PatternOptions.None, false, 0u, null, null)] // PCRE2's own
    public async Task The_body_is_searched(string text, PatternOptions options, bool mustNot, uint least, uint? last, string? fault)
    {
        await using LoopbackServer server = Answer("HTTP/1.0 200 OK\r\n\r\naaabbbccc");
        ContentPattern pattern = new(text) { Options = options, MustNotMatch = mustNot, MinimumOffset = least, MaximumOffset = last, Stack = new PatternStack(32768, 65536) };
        Assert.Equal(fault, (await Probe(Check(server, new HttpUrl("/") { Pattern = pattern }))).Fault);
    }

    [Fact]
    public async Task A_match_that_spans_many_reads_is_found()
    {
        await using LoopbackServer server = Answer("HTTP/1.0 200 OK\r\n\r\nbegin" + new string('x', 300_000) + "end");
        Assert.Null((await Probe(Check(server, new HttpUrl("/") { Pattern = new ContentPattern("beginx+end$") }))).Fault);
    }

    [Fact]
    public async Task An_expression_that_takes_too_long_fails_the_check_and_says_so()
    {
        await using LoopbackServer server = Answer("HTTP/1.0 200 OK\r\n\r\n" + new string('a', 60) + "b");
        ProbeResult result = await Probe(Check(server, new HttpUrl("/") { Pattern = new ContentPattern("^(?:(a+)+)+[cd]") { MustNotMatch = true } }));
        Assert.StartsWith("the body can't be searched for", result.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expression_that_PCRE2_refuses_takes_no_server_down()
    {
        await using LoopbackServer server = Answer("HTTP/1.0 200 OK\r\n\r\n");
        ProbeResult result = await Probe(Check(server, new HttpUrl("/") { Pattern = new ContentPattern("a(?<") }));
        Assert.Equal(ProbeOutcome.NotMade, result.Outcome);
        Assert.EndsWith("after 'a(?<'", result.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_source_address_is_used()
    {
        await using LoopbackServer server = Answer("HTTP/1.0 200 OK\r\n\r\n");
        HttpCheck check = Check(server, new HttpUrl("/"));
        Assert.Null((await Probe(check with { Endpoint = check.Endpoint with { SourceAddress = IPAddress.Parse("127.0.0.55") } })).Fault);
        Assert.Equal(IPAddress.Parse("127.0.0.55"), ((IPEndPoint)server.Client!).Address);
    }

    [Fact]
    public async Task A_source_port_serves_again_at_once()
    {
        await using LoopbackServer server = Answer("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n");
        HttpCheck check = Check(server, new HttpUrl("/"));
        ushort port;
        using (Socket free = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            port = (ushort)((IPEndPoint)free.LocalEndPoint!).Port;
        }

        HttpChecker checker = Make(check with { Endpoint = check.Endpoint with { SourcePort = port } });
        for (int i = 0; i < 3; i++)
        {
            Assert.Null((await checker.Probe(CancellationToken.None)).Fault);
            Assert.Equal(port, ((IPEndPoint)server.Client!).Port);
        }
    }

    [Fact]
    public async Task A_fault_names_the_page_where_there_are_several()
    {
        await using LoopbackServer server = Answer("HTTP/1.0 503 Busy\r\n\r\n");
        Assert.Equal("/one: answered with status 503, 200-299 expected", (await Probe(Check(server, new HttpUrl("/one"), new HttpUrl("/two")))).Fault);
    }

    internal static HttpCheck Check(LoopbackServer server, params HttpUrl[] pages) => new()
    {
        Endpoint = new CheckEndpoint(IPAddress.Loopback, server.Port) { ConnectTimeout = Patience },
        Timing = new ProbeTiming(Patience, 1, TimeSpan.FromSeconds(1), TimeSpan.Zero),
        Urls = [.. pages],
    };

    private static HttpChecker Make(HttpCheck check) => new(check, new TlsCredentials(null), TimeProvider.System);

    private static async Task<ProbeResult> Probe(HttpCheck check) => await Make(check).Probe(CancellationToken.None);

    private static string DigestOf(string text)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        digest.AppendData(Encoding.Latin1.GetBytes(text));
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    private LoopbackServer Answer(params string[] answers) => LoopbackServer.Answering(_requests, null, answers);
}
