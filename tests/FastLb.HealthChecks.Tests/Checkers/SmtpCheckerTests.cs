using System.Net;
using System.Text;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Tests.Servers;

namespace FastLb.HealthChecks.Tests.Checkers;

/// <summary>SMTP checks against real sockets on loopback.</summary>
public sealed class SmtpCheckerTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(0.3);

    private readonly List<string> _heard = [];

    [Theory]
    [InlineData("220 mail.example\r\n", "250 hello\r\n", "221 bye\r\n", null)]
    [InlineData("220-mail.example\r\n220-be kind\r\n220 now\r\n", "250-hello\r\n250 SIZE\r\n", "500 what?\r\n", null)]
    [InlineData("220\n", "250\n", "221\n", null)]
    [InlineData("554 no\r\n", "", "", "greeted with 554, 220 expected")]
    [InlineData("220 mail.example\r\n", "503 no\r\n", "", "answered HELO with 503, 250 expected")]
    [InlineData("SSH-2.0\r\n", "", "", "greeted with something else than SMTP")]
    [InlineData("", "", "", "the connection was closed before the server said anything")]
    [InlineData("220 mail.example\r\n", "250 hello\r\n", "", "the connection was closed without an answer to QUIT")]
    public async Task The_conversation_decides(string greeting, string hello, string goodbye, string? fault)
    {
        await using LoopbackServer server = Serve(greeting, hello, goodbye);
        Assert.Equal(fault, (await Probe(Check(server))).Fault);
    }

    [Fact]
    public async Task The_client_says_who_it_is_and_quits()
    {
        await using LoopbackServer server = Serve("220 mail.example\r\n", "250 hello\r\n", "221 bye\r\n");
        Assert.Equal(ProbeResult.Passed, await Probe(Check(server) with { HeloName = "director.example" }));
        Assert.Equal(["HELO director.example\r\n", "QUIT\r\n"], _heard);
    }

    [Fact]
    public async Task A_reply_in_pieces_is_put_together()
    {
        await using LoopbackServer server = new(async (stream, cancellation) =>
        {
            foreach (byte each in "220 mail.example\r\n"u8.ToArray())
            {
                await stream.WriteAsync(new[] { each }, cancellation);
                await Task.Delay(1, cancellation);
            }

            await Hear(stream, cancellation);
            await stream.WriteAsync("250 hello\r\n"u8.ToArray(), cancellation);
            await Hear(stream, cancellation);
            await stream.WriteAsync("221 bye\r\n"u8.ToArray(), cancellation);
        });
        Assert.Equal(ProbeResult.Passed, await Probe(Check(server)));
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_a_timeout()
    {
        await using LoopbackServer server = new((_, cancellation) => Task.Delay(Timeout.Infinite, cancellation));
        Assert.Equal("no answer within 0.3 s", (await Probe(Hurry(Check(server)))).Fault);
    }

    [Fact]
    public async Task A_server_that_says_a_byte_now_and_then_is_a_timeout()
    {
        await using LoopbackServer server = new(async (stream, cancellation) =>
        {
            while (true)
            {
                await stream.WriteAsync("2"u8.ToArray(), cancellation);
                await Task.Delay(20, cancellation);
            }
        });
        Assert.Equal("no answer within 0.3 s", (await Probe(Hurry(Check(server)))).Fault);
    }

    [Fact]
    public async Task A_reply_without_end_is_read_to_a_limit()
    {
        await using LoopbackServer server = new(async (stream, cancellation) =>
        {
            while (true)
                await stream.WriteAsync("554-no, and again\r\n"u8.ToArray(), cancellation);
        });
        Assert.Equal("greeted with 554, 220 expected", (await Probe(Check(server))).Fault);
    }

    [Fact]
    public async Task A_closed_port_is_a_refused_connection()
    {
        LoopbackServer server = new((_, _) => Task.CompletedTask);
        SmtpCheck check = Check(server);
        await server.DisposeAsync();
        Assert.Equal("connection refused", (await Probe(check)).Fault);
    }

    private LoopbackServer Serve(params string[] replies) => new(async (stream, cancellation) =>
    {
        foreach (string reply in replies)
        {
            if (reply.Length == 0)
                return;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(reply), cancellation);
            if (reply != replies[^1])
                _heard.Add(await Hear(stream, cancellation));
        }
    });

    private static async Task<string> Hear(Stream stream, CancellationToken cancellation)
    {
        byte[] command = new byte[1024];
        int length = await stream.ReadAsync(command, cancellation);
        return Encoding.ASCII.GetString(command, 0, length);
    }

    private static SmtpCheck Check(LoopbackServer server) => new()
    {
        Endpoint = new CheckEndpoint(IPAddress.Loopback, server.Port) { ConnectTimeout = TimeSpan.FromSeconds(30) },
        Timing = new ProbeTiming(TimeSpan.FromSeconds(10), 1, TimeSpan.FromSeconds(1), TimeSpan.Zero),
    };

    private static SmtpCheck Hurry(SmtpCheck check) => check with { Endpoint = check.Endpoint with { ConnectTimeout = Short } };

    private static async Task<ProbeResult> Probe(SmtpCheck check) => await new SmtpChecker(check, TimeProvider.System).Probe(CancellationToken.None);
}
