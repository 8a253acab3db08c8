using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers;

namespace FastLb.HealthChecks.Tests.Checkers;

/// <summary>TCP checks against real sockets on loopback.</summary>
public sealed class TcpCheckerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _limit = new(Patience);

    public TcpCheckerTests()
    {
        _server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _server.Listen();
    }

    private ushort Port => (ushort)((IPEndPoint)_server.LocalEndPoint!).Port;

    public void Dispose()
    {
        _server.Dispose();
        _limit.Dispose();
    }

    [Fact]
    public async Task A_listening_server_passes_and_sees_an_orderly_close_without_data()
    {
        Assert.Equal(ProbeResult.Passed, await Probe(Check(Port)));
        using Socket accepted = await _server.AcceptAsync(_limit.Token);
        Assert.Equal(0, await accepted.ReceiveAsync(new byte[16], _limit.Token)); // the end, not a reset
    }

    [Fact]
    public async Task A_server_that_resets_the_connection_at_once_has_answered()
    {
        Task<ProbeResult> probe = Probe(Check(Port));
        using (Socket accepted = await _server.AcceptAsync(_limit.Token))
            accepted.LingerState = new LingerOption(enable: true, seconds: 0);
        Assert.Equal(ProbeResult.Passed, await probe);
    }

    [Fact]
    public async Task A_closed_port_is_a_refused_connection()
    {
        // Bound, so that no other test listens there meanwhile, but not listening.
        using Socket bound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        ushort port = (ushort)((IPEndPoint)bound.LocalEndPoint!).Port;
        Assert.Equal(ProbeResult.Failed("connection refused"), await Probe(Check(port)));
    }

    [Fact]
    public async Task A_source_address_and_port_are_used_and_the_port_serves_again_at_once()
    {
        ushort source = FreePort();
        TcpCheck check = From(Check(Port), endpoint => endpoint with { SourceAddress = IPAddress.Parse("127.0.0.55"), SourcePort = source });
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(ProbeResult.Passed, await Probe(check));
            using Socket accepted = await _server.AcceptAsync(_limit.Token);
            Assert.Equal(new IPEndPoint(IPAddress.Parse("127.0.0.55"), source), accepted.RemoteEndPoint);
        }
    }

    [Fact]
    public async Task A_source_port_alone_is_used()
    {
        ushort source = FreePort();
        Assert.Equal(ProbeResult.Passed, await Probe(From(Check(Port), endpoint => endpoint with { SourcePort = source })));
        using Socket accepted = await _server.AcceptAsync(_limit.Token);
        Assert.Equal(source, ((IPEndPoint)accepted.RemoteEndPoint!).Port);
    }

    [Fact]
    public async Task A_source_address_that_is_not_here_fails_by_that_name() =>
        Assert.Equal(
            ProbeResult.Failed("can't use source 192.0.2.77:0: this host does not have that address"),
            await Probe(From(Check(Port), endpoint => endpoint with { SourceAddress = IPAddress.Parse("192.0.2.77") })));

    [Fact]
    public async Task An_interface_that_is_not_here_fails_by_that_name() =>
        Assert.Equal(
            ProbeResult.Failed("can't use interface nosuch0: there is no such interface"), await Probe(From(Check(Port), endpoint => endpoint with { SourceInterface = "nosuch0" })));

    [Fact]
    public async Task A_cancelled_probe_throws()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Probe(Check(Port), new CancellationToken(canceled: true)));
    }

    private static Task<ProbeResult> Probe(TcpCheck check, CancellationToken cancellation = default) =>
        new TcpChecker(check, TimeProvider.System).Probe(cancellation).AsTask();

    private static TcpCheck From(TcpCheck check, Func<CheckEndpoint, CheckEndpoint> change) => check with { Endpoint = change(check.Endpoint) };

    private static TcpCheck Check(ushort port) => new()
    {
        Endpoint = new CheckEndpoint(IPAddress.Loopback, port) { ConnectTimeout = Patience },
        Timing = new ProbeTiming(TimeSpan.FromSeconds(10), 1, TimeSpan.FromSeconds(1), TimeSpan.Zero),
    };

    private static ushort FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (ushort)((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
