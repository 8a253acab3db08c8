using System.Net;
using System.Text;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Tests.Servers;

namespace FastLb.HealthChecks.Tests.Checkers;

/// <summary>DNS checks against real sockets on loopback.</summary>
public sealed class DnsCheckerTests
{
    [Theory]
    [InlineData(".", DnsRecordType.Soa, "00 0006 0001")]
    [InlineData("www.example", DnsRecordType.A, "03 777777 07 6578616d706c65 00 0001 0001")]
    [InlineData("www.example.", DnsRecordType.Aaaa, "03 777777 07 6578616d706c65 00 001c 0001")]
    [InlineData("ü", DnsRecordType.Txt, "02 c3bc 00 0010 0001")]
    public void A_query_is_written_as_RFC_1035_says(string name, DnsRecordType type, string question)
    {
        Span<byte> message = new byte[DnsQuery.Longest];
        int length = DnsQuery.Write(message, 0xABCD, name, type);
        Assert.Equal($"abcd01000001000000000000{question.Replace(" ", string.Empty, StringComparison.Ordinal)}", Convert.ToHexStringLower(message[..length]));
    }

    [Fact]
    public void The_longest_name_has_room()
    {
        string label = new('a', 63);
        string name = $"{label}.{label}.{label}.{label[..61]}";
        Assert.Equal(253, name.Length);
        Assert.Equal(DnsQuery.Longest, DnsQuery.Write(new byte[DnsQuery.Longest], 1, name, DnsRecordType.Soa));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(2, "answered the query for MX of 'www.example' with SERVFAIL (2): a failure of the server")]
    [InlineData(3, "answered the query for MX of 'www.example' with NXDOMAIN (3): there is no such name")]
    [InlineData(5, "answered the query for MX of 'www.example' with REFUSED (5)")]
    [InlineData(9, "answered the query for MX of 'www.example' with response code 9")]
    public async Task The_response_code_decides(int code, string? fault)
    {
        string? asked = null;
        await using LoopbackDatagrams server = new(query =>
        {
            asked = Encoding.ASCII.GetString(query[13..16]);
            return [Answer(query, code)];
        });
        Assert.Equal(fault, (await Probe(Check(server))).Fault);
        Assert.Equal("www", asked);
    }

    [Fact]
    public async Task Datagrams_that_answer_something_else_are_passed_over()
    {
        await using LoopbackDatagrams server = new(query =>
        {
            byte[] other = Answer(query, 2);
            other[1] ^= 1;
            return [[], query[..11], query, other, Answer(query, 0)];
        });
        Assert.Equal(ProbeResult.Passed, await Probe(Check(server)));
    }

    [Fact]
    public async Task Silence_is_a_timeout()
    {
        await using LoopbackDatagrams server = new(_ => []);
        DnsCheck check = Check(server);
        Assert.Equal("no answer within 0.3 s", (await Probe(check with { Endpoint = check.Endpoint with { ConnectTimeout = TimeSpan.FromSeconds(0.3) } })).Fault);
    }

    [Fact]
    public async Task A_closed_port_is_told_so()
    {
        LoopbackDatagrams server = new(_ => []);
        DnsCheck check = Check(server);
        await server.DisposeAsync();
        Assert.Equal("port unreachable", (await Probe(check)).Fault);
    }

    private static byte[] Answer(byte[] query, int code)
    {
        byte[] answer = [.. query, .. new byte[100]];
        answer[2] |= 0x80;
        answer[3] = (byte)(0x80 | code);
        return answer;
    }

    private static DnsCheck Check(LoopbackDatagrams server) => new()
    {
        Endpoint = new CheckEndpoint(IPAddress.Loopback, server.Port) { ConnectTimeout = TimeSpan.FromSeconds(30) },
        Timing = new ProbeTiming(TimeSpan.FromSeconds(10), 3, TimeSpan.FromSeconds(10), TimeSpan.Zero),
        Name = "www.example",
        RecordType = DnsRecordType.Mx,
    };

    private static async Task<ProbeResult> Probe(DnsCheck check) => await new DnsChecker(check, TimeProvider.System).Probe(CancellationToken.None);
}
