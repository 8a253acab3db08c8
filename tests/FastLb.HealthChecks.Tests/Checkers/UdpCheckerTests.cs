using System.Net;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Tests.Servers;

namespace FastLb.HealthChecks.Tests.Checkers;

/// <summary>UDP checks against real sockets on loopback.</summary>
public sealed class UdpCheckerTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(0.3);

    [Fact]
    public async Task The_payload_is_sent_and_any_reply_passes()
    {
        byte[] heard = [];
        await using LoopbackDatagrams server = new(datagram =>
        {
            heard = datagram;
            return [[1]];
        });
        Assert.Equal(ProbeResult.Passed, await Probe(Check(server) with { Payload = [1, 2, 0xFF] }));
        Assert.Equal([1, 2, 0xFF], heard);
    }

    [Fact]
    public async Task Without_payload_random_bytes_are_sent()
    {
        List<byte[]> heard = [];
        await using LoopbackDatagrams server = new(datagram =>
        {
            heard.Add(datagram);
            return [[1]];
        });
        await Probe(Check(server));
        await Probe(Check(server));
        Assert.Equal([64, 64], heard.Select(datagram => datagram.Length));
        Assert.NotEqual(heard[0], heard[1]);
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, "no answer within 0.3 s")]
    public async Task Silence_passes_unless_a_reply_is_required(bool isRequired, string? fault)
    {
        await using LoopbackDatagrams server = new(_ => []);
        UdpCheck check = Check(server) with { RequiresReply = isRequired };
        Assert.Equal(fault, (await Probe(check with { Endpoint = check.Endpoint with { ConnectTimeout = Short } })).Fault);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_closed_port_fails(bool isRequired)
    {
        LoopbackDatagrams server = new(_ => []);
        UdpCheck check = Check(server) with { RequiresReply = isRequired };
        await server.DisposeAsync();
        Assert.Equal("port unreachable", (await Probe(check)).Fault);
    }

    [Theory]
    [InlineData("a1b2", null)]
    [InlineData("a1f2", null)] // a digit that doesn't count
    [InlineData("a1", null)] // as far as it is that long
    [InlineData("a1b2ccdd", null)]
    [InlineData("a2b2", "byte 0 of its reply is a2, which is not what 'require_reply' says")]
    [InlineData("a1b3", "byte 1 of its reply is b3, which is not what 'require_reply' says")]
    [InlineData("", "its reply has 0 bytes, at least 1 expected")]
    [InlineData("a1b2ccddee", "its reply has more than 4 bytes")]
    public async Task The_reply_must_begin_as_is_said(string reply, string? fault)
    {
        await using LoopbackDatagrams server = new(_ => [Convert.FromHexString(reply)]);
        UdpCheck check = Check(server) with
        {
            RequiresReply = true,
            ReplyPattern = [new PatternByte(0xA1, 0xFF), new PatternByte(0x02, 0x0F)],
            MinimumReplyLength = 1,
            MaximumReplyLength = 4,
        };
        Assert.Equal(fault, (await Probe(check)).Fault);
    }

    [Fact]
    public async Task Without_a_pattern_a_reply_of_any_length_passes()
    {
        await using LoopbackDatagrams server = new(_ => [new byte[1000]]);
        Assert.Equal(ProbeResult.Passed, await Probe(Check(server) with { RequiresReply = true, MinimumReplyLength = 1, MaximumReplyLength = 4 }));
    }

    private static UdpCheck Check(LoopbackDatagrams server) => new()
    {
        Endpoint = new CheckEndpoint(IPAddress.Loopback, server.Port) { ConnectTimeout = TimeSpan.FromSeconds(30) },
        Timing = new ProbeTiming(TimeSpan.FromSeconds(10), 1, TimeSpan.FromSeconds(1), TimeSpan.Zero),
    };

    private static async Task<ProbeResult> Probe(UdpCheck check) => await new UdpChecker(check, TimeProvider.System).Probe(CancellationToken.None);
}
