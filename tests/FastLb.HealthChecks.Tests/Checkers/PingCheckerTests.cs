using System.Net;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers;
using FastLb.Native.Tests.Namespaces;

namespace FastLb.HealthChecks.Tests.Checkers;

/// <summary>Pings in a network namespace of their own, whose kernel answers; over ping sockets, where everybody may open them, and over raw ones, where nobody may.</summary>
public sealed class PingCheckerTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(0.3);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly NetworkNamespace _namespace = new();

    public PingCheckerTests()
    {
        Set("net/ipv6/conf/lo/disable_ipv6", "0");
        _namespace.Run("ip", "address add 10.7.0.1/32 dev lo");
    }

    public void Dispose() => _namespace.Dispose();

    [Theory]
    [InlineData("10.7.0.1", true)]
    [InlineData("10.7.0.1", false)]
    [InlineData("::1", true)]
    [InlineData("::1", false)]
    public async Task A_host_that_answers_passes_again_and_again(string address, bool hasPingSockets)
    {
        AllowPingSockets(hasPingSockets);
        PingChecker checker = _namespace.Invoke(() => new PingChecker(Check(address, Long), TimeProvider.System));
        for (int i = 0; i < 3; i++)
            Assert.Equal(ProbeResult.Passed, await _namespace.Invoke(() => checker.Probe(CancellationToken.None).AsTask()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_host_that_does_not_answer_is_a_timeout(bool hasPingSockets)
    {
        AllowPingSockets(hasPingSockets);
        Set("net/ipv4/icmp_echo_ignore_all", "1");
        Assert.Equal(ProbeResult.Failed("no answer within 0.3 s"), await Probe(Check("10.7.0.1", Short)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answers_to_others_do_not_count(bool hasPingSockets)
    {
        AllowPingSockets(hasPingSockets);
        _namespace.Run("nft", "add table ip probe");
        _namespace.Run("nft", "add chain ip probe in { type filter hook input priority 0; }");
        _namespace.Run("nft", "add rule ip probe in icmp type echo-request ip length 156 drop"); // the checker's: 20 bytes of IP, 8 of ICMP and 128 of data
        Task<ProbeResult> probe = Probe(Check("10.7.0.1", TimeSpan.FromSeconds(1)));
        _namespace.Run("ping", "-c 3 -i 0.05 10.7.0.1");
        Assert.Equal(ProbeResult.Failed("no answer within 1 s"), await probe);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_route_the_network_is_unreachable(bool hasPingSockets)
    {
        AllowPingSockets(hasPingSockets);
        Assert.Equal(ProbeResult.Failed("network unreachable: there is no route"), await Probe(Check("10.8.0.1", Long)));
    }

    [Fact]
    public async Task The_source_address_is_used()
    {
        _namespace.Run("ip", "address add 10.7.0.2/32 dev lo");
        _namespace.Run("nft", "add table ip probe");
        _namespace.Run("nft", "add chain ip probe in { type filter hook input priority 0; }");
        _namespace.Run("nft", "add rule ip probe in icmp type echo-request ip saddr != 10.7.0.2 drop");
        PingCheck check = Check("10.7.0.1", Long);
        Assert.Equal(ProbeResult.Passed, await Probe(check with { Endpoint = check.Endpoint with { SourceAddress = IPAddress.Parse("10.7.0.2") } }));
    }

    private void AllowPingSockets(bool allow) => Set("net/ipv4/ping_group_range", allow ? "0 2147483647" : "1 0");

    private void Set(string setting, string value) => _namespace.Invoke(() => File.WriteAllText($"/proc/sys/{setting}", value));

    /// <summary>The sockets are made before the first wait, and so on the namespace's thread.</summary>
    private Task<ProbeResult> Probe(PingCheck check) => _namespace.Invoke(() => new PingChecker(check, TimeProvider.System).Probe(CancellationToken.None).AsTask());

    private static PingCheck Check(string address, TimeSpan timeout) => new()
    {
        Endpoint = new CheckEndpoint(IPAddress.Parse(address), 0) { ConnectTimeout = timeout },
        Timing = new ProbeTiming(TimeSpan.FromSeconds(10), 1, TimeSpan.FromSeconds(1), TimeSpan.Zero),
    };
}
