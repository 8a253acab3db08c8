using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers;
using FastLb.Native.Tests.Namespaces;

namespace FastLb.HealthChecks.Tests.Checkers;

/// <summary>TCP checks where the network fails them, in a network namespace of their own.</summary>
public sealed class TcpCheckerNetworkTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly NetworkNamespace _namespace = new();
    private readonly Socket _server;

    public TcpCheckerNetworkTests()
    {
        _server = _namespace.Invoke(() =>
        {
            Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            server.Bind(new IPEndPoint(IPAddress.Loopback, 80));
            server.Listen();
            return server;
        });
    }

    public void Dispose()
    {
        _server.Dispose();
        _namespace.Dispose();
    }

    [Fact]
    public async Task Packets_that_vanish_are_a_timeout_and_leave_no_socket()
    {
        Filter("tcp dport 80 drop");
        Assert.Equal(ProbeResult.Failed("no answer within 0.25 s"), await Probe(Check("127.0.0.1", Short)));
        Assert.Empty(Connections());
    }

    [Fact]
    public async Task A_probe_that_is_cancelled_under_way_leaves_no_socket()
    {
        Filter("tcp dport 80 drop");
        using var stop = new CancellationTokenSource();
        Task<ProbeResult> probe = Probe(Check("127.0.0.1", Long), stop.Token);
        Assert.Single(Connections());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
        Assert.Empty(Connections());
    }

    [Fact]
    public async Task Without_route_the_network_is_unreachable() =>
        Assert.Equal(ProbeResult.Failed("network unreachable: there is no route"), await Probe(Check("10.8.0.1", Long)));

    [Fact]
    public async Task An_unreachable_host_is_told_from_an_unreachable_network()
    {
        _namespace.Run("ip", "route add unreachable 10.8.0.0/24");
        Assert.Equal(ProbeResult.Failed("host unreachable"), await Probe(Check("10.8.0.1", Long)));
    }

    [Fact]
    public async Task A_connection_that_the_network_rejects_is_refused()
    {
        Filter("tcp dport 80 reject with tcp reset");
        Assert.Equal(ProbeResult.Failed("connection refused"), await Probe(Check("127.0.0.1", Long)));
    }

    [Fact]
    public async Task The_firewall_mark_is_on_the_packets()
    {
        Filter("tcp dport 80 meta mark != 0x80000007 drop");
        Assert.Equal(ProbeResult.Passed, await Probe(From(Check("127.0.0.1", Long), endpoint => endpoint with { FirewallMark = 0x8000_0007 })));
        Assert.Equal(ProbeResult.Failed("no answer within 0.25 s"), await Probe(Check("127.0.0.1", Short)));
    }

    [Fact]
    public async Task The_interface_is_where_the_packets_leave()
    {
        foreach (string name in new[] { "near", "far" })
        {
            _namespace.Run("ip", $"link add {name} type veth peer name {name}-peer");
            _namespace.Run("ip", $"link set {name}-peer up");
            _namespace.Run("ip", $"link set {name} up");
        }

        _namespace.Run("ip", "address add 10.7.0.1/32 dev lo");
        _namespace.Run("ip", "route add 10.8.0.0/24 dev near src 10.7.0.1");
        _namespace.Run("ip", "route add 10.8.0.0/24 dev far src 10.7.0.1 metric 10");
        Filter("oifname far tcp dport 80 counter");
        await Probe(Check("10.8.0.1", Short));
        Assert.Contains("packets 0 ", _namespace.Run("nft", "list ruleset"), StringComparison.Ordinal);
        await Probe(From(Check("10.8.0.1", Short), endpoint => endpoint with { SourceInterface = "far" }));
        Assert.DoesNotContain("packets 0 ", _namespace.Run("nft", "list ruleset"), StringComparison.Ordinal);
    }

    private void Filter(string rule)
    {
        _namespace.Run("nft", "add table inet probe");
        _namespace.Run("nft", "add chain inet probe out { type filter hook output priority 0; }");
        _namespace.Run("nft", $"add rule inet probe out {rule}");
    }

    /// <summary>Sockets in the namespace other than the server's.</summary>
    private string[] Connections() =>
    [
        .. _namespace.Run("cat", "/proc/self/net/tcp").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Where(line => !line.Contains(" 0A ", StringComparison.Ordinal)), // LISTEN
    ];

    /// <summary>The socket is made before the first wait, and so on the namespace's thread.</summary>
    private Task<ProbeResult> Probe(TcpCheck check, CancellationToken cancellation = default) =>
        _namespace.Invoke(() => new TcpChecker(check, TimeProvider.System).Probe(cancellation).AsTask());

    private static TcpCheck From(TcpCheck check, Func<CheckEndpoint, CheckEndpoint> change) => check with { Endpoint = change(check.Endpoint) };

    private static TcpCheck Check(string address, TimeSpan timeout) => new()
    {
        Endpoint = new CheckEndpoint(IPAddress.Parse(address), 80) { ConnectTimeout = timeout },
        Timing = new ProbeTiming(TimeSpan.FromSeconds(10), 1, TimeSpan.FromSeconds(1), TimeSpan.Zero),
    };
}
