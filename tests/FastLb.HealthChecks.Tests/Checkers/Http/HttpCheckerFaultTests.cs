using System.Net.Sockets;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Checkers.Http;
using FastLb.HealthChecks.Tests.Servers;

namespace FastLb.HealthChecks.Tests.Checkers.Http;

/// <summary>HTTP checks of servers that do it wrong.</summary>
public sealed class HttpCheckerFaultTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(0.3);
    private static readonly byte[] Header = "HTTP/1.0 200 OK\r\n\r\n"u8.ToArray();

    [Fact]
    public async Task A_closed_port_is_a_refused_connection()
    {
        LoopbackServer server = new((_, _) => Task.CompletedTask);
        HttpCheck check = HttpCheckerTests.Check(server, new HttpUrl("/"));
        await server.DisposeAsync();
        Assert.Equal("connection refused", (await Probe(check)).Fault);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_waited_for_as_long_as_connecting_may_take()
    {
        await using LoopbackServer server = new((_, cancellation) => Task.Delay(Timeout.Infinite, cancellation));
        Assert.Equal("no answer within 0.3 s", (await Probe(Hurry(HttpCheckerTests.Check(server, new HttpUrl("/"))))).Fault);
    }

    [Fact]
    public async Task A_server_that_stops_within_the_body_is_too()
    {
        await using LoopbackServer server = Send(Header, wait: Timeout.InfiniteTimeSpan);
        Assert.Equal("no answer within 0.3 s", (await Probe(Hurry(HttpCheckerTests.Check(server, new HttpUrl("/"))))).Fault);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_says_a_byte_now_and_then_has_a_limit(bool inBody)
    {
        await using LoopbackServer server = new(async (stream, cancellation) =>
        {
            await stream.WriteAsync(inBody ? Header : "HTTP/1.0 200 OK\r\nX: "u8.ToArray(), cancellation);
            while (true)
            {
                await stream.WriteAsync("x"u8.ToArray(), cancellation);
                await Task.Delay(20, cancellation);
            }
        });
        string fault = inBody ? "not done within 1.2 s" : "no answer within 0.3 s";
        Assert.Equal(fault, (await Probe(Hurry(HttpCheckerTests.Check(server, new HttpUrl("/"))))).Fault);
    }

    [Fact]
    public async Task A_body_without_end_is_read_to_a_limit()
    {
        await using LoopbackServer server = new(async (stream, cancellation) =>
        {
            await stream.WriteAsync(Header, cancellation);
            while (true)
                await stream.WriteAsync(new byte[64 * 1024], cancellation);
        });
        Assert.Equal("the body is larger than 4 MiB, which is the most that is read", (await Probe(HttpCheckerTests.Check(server, new HttpUrl("/")))).Fault);
    }

    [Fact]
    public async Task A_header_without_end_is_read_to_a_limit()
    {
        await using LoopbackServer server = new(async (stream, cancellation) =>
        {
            await stream.WriteAsync("HTTP/1.0 200 OK\r\n"u8.ToArray(), cancellation);
            while (true)
                await stream.WriteAsync("X: something or other\r\n"u8.ToArray(), cancellation);
        });
        Assert.Equal("the header of the answer is larger than 64 KiB", (await Probe(HttpCheckerTests.Check(server, new HttpUrl("/")))).Fault);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n", "what it answered is not HTTP")]
    [InlineData("", "the connection was closed before the answer was complete")]
    [InlineData("HTTP/1.0 200 OK\r\nX", "the connection was closed before the answer was complete")]
    public async Task What_is_no_answer_is_told_so(string answer, string fault)
    {
        await using var server = LoopbackServer.Answering([], null, answer);
        Assert.Equal(fault, (await Probe(HttpCheckerTests.Check(server, new HttpUrl("/")))).Fault);
    }

    [Fact]
    public async Task A_body_shorter_than_announced_is_judged_as_it_is()
    {
        await using var server = LoopbackServer.Answering([], null, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfine");
        Assert.Null((await Probe(HttpCheckerTests.Check(server, new HttpUrl("/") { Pattern = new ContentPattern("^fine$") }))).Fault);
    }

    [Fact]
    public async Task A_connection_that_is_reset_is_told_so()
    {
        await using LoopbackServer server = new(async (stream, cancellation) =>
        {
            await LoopbackServer.ReadHeader(stream, cancellation);
            ((NetworkStream)stream).Socket.Close(0);
        });
        Assert.Equal("no answer: connection reset", (await Probe(HttpCheckerTests.Check(server, new HttpUrl("/")))).Fault);
    }

    [Fact]
    public async Task A_connection_that_is_reset_within_the_body_is_told_so()
    {
        await using LoopbackServer server = new(async (stream, cancellation) =>
        {
            await LoopbackServer.ReadHeader(stream, cancellation);
            await stream.WriteAsync(Header, cancellation);
            await Task.Delay(100, cancellation);
            ((NetworkStream)stream).Socket.Close(0);
        });
        Assert.Equal("the connection broke off: connection reset", (await Probe(HttpCheckerTests.Check(server, new HttpUrl("/")))).Fault);
    }

    [Fact]
    public async Task A_server_that_takes_its_time_for_each_step_passes()
    {
        await using LoopbackServer server = new(async (stream, cancellation) =>
        {
            await LoopbackServer.ReadHeader(stream, cancellation);
            await Task.Delay(1200, cancellation);
            await stream.WriteAsync("HTTP/1.0 200 OK\r\n\r\n"u8.ToArray(), cancellation);
            await Task.Delay(1200, cancellation);
            await stream.WriteAsync("fine"u8.ToArray(), cancellation);
            await Task.Delay(1200, cancellation);
        });
        HttpCheck check = HttpCheckerTests.Check(server, new HttpUrl("/"));
        check = check with { Endpoint = check.Endpoint with { ConnectTimeout = TimeSpan.FromSeconds(3) }, Timing = check.Timing with { Period = TimeSpan.FromSeconds(1) } };
        Assert.Null((await Probe(check)).Fault);
    }

    [Fact]
    public async Task A_server_that_keeps_the_connection_open_after_its_answer_passes_and_sees_it_closed()
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LoopbackServer server = new(async (stream, cancellation) =>
        {
            await LoopbackServer.ReadHeader(stream, cancellation);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"u8.ToArray(), cancellation);
            Assert.Equal(0, await stream.ReadAsync(new byte[1], cancellation));
            closed.SetResult();
        });
        Assert.Null((await Probe(HttpCheckerTests.Check(server, new HttpUrl("/")))).Fault);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_probe_that_is_cancelled_under_way_closes_its_connection()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LoopbackServer server = new(async (stream, cancellation) =>
        {
            await LoopbackServer.ReadHeader(stream, cancellation);
            asked.SetResult();
            await LoopbackServer.WaitForData(stream, cancellation);
            closed.SetResult();
        });
        using var stop = new CancellationTokenSource();
        Task<ProbeResult> probe = new HttpChecker(HttpCheckerTests.Check(server, new HttpUrl("/")), new TlsCredentials(null), TimeProvider.System).Probe(stop.Token).AsTask();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static LoopbackServer Send(byte[] answer, TimeSpan wait) => new(async (stream, cancellation) =>
    {
        await LoopbackServer.ReadHeader(stream, cancellation);
        await stream.WriteAsync(answer, cancellation);
        await Task.Delay(wait, cancellation);
    });

    private static HttpCheck Hurry(HttpCheck check) => check with
    {
        Endpoint = check.Endpoint with { ConnectTimeout = Short },
        Timing = check.Timing with { Period = 3 * Short },
    };

    private static async Task<ProbeResult> Probe(HttpCheck check) => await new HttpChecker(check, new TlsCredentials(null), TimeProvider.System).Probe(CancellationToken.None);
}
