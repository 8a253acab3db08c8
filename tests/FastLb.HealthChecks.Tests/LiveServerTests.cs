using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Events;
using FastLb.HealthChecks.Tests.Scripts;

namespace FastLb.HealthChecks.Tests;

/// <summary>The whole of it on real sockets and real time.</summary>
public sealed class LiveServerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_server_that_stops_listening_leaves_and_comes_back_when_it_listens_again()
    {
        using var limit = new CancellationTokenSource(Patience);
        using var stop = new CancellationTokenSource();
        Socket server = Listen(0);
        var address = (IPEndPoint)server.LocalEndPoint!;
        var timing = new ProbeTiming(
            Period: TimeSpan.FromMilliseconds(20), Retries: 1, DelayBeforeRetry: TimeSpan.FromMilliseconds(5), Warmup: TimeSpan.Zero);
        TcpCheck check = Services.Check(1, alpha: true, timing: timing) with { Endpoint = new CheckEndpoint(address.Address, (ushort)address.Port) { ConnectTimeout = Patience } };
        var health = new DirectorHealth(
            [Services.Service(Services.Server(1, checks: check))], new DirectorHealthOptions { Clock = TimeProvider.System, Random = new Random(1) });
        Task running = health.Run(stop.Token);
        Assert.Equal(HealthEventKind.QuorumLost, (await health.Events.ReadAsync(limit.Token)).Kind);
        Assert.Equal(HealthEventKind.ServerUp, (await health.Events.ReadAsync(limit.Token)).Kind);
        Assert.Equal(HealthEventKind.QuorumGained, (await health.Events.ReadAsync(limit.Token)).Kind);

        server.Dispose();
        HealthEvent down = await health.Events.ReadAsync(limit.Token);
        Assert.Equal((HealthEventKind.ServerDown, $"TCP_CHECK {address}: connection refused (2 attempts in a row failed)"), (down.Kind, down.Text));
        Assert.Equal(HealthEventKind.QuorumLost, (await health.Events.ReadAsync(limit.Token)).Kind);

        using Socket again = Listen(address.Port);
        Assert.Equal(HealthEventKind.ServerUp, (await health.Events.ReadAsync(limit.Token)).Kind);
        await stop.CancelAsync();
        await running.WaitAsync(limit.Token);
    }

    private static Socket Listen(int port)
    {
        Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, port));
        server.Listen(512);
        return server;
    }
}
