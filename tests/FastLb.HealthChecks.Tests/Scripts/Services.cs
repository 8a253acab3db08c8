using System.Net;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;

namespace FastLb.HealthChecks.Tests.Scripts;

/// <summary>Configurations for tests: service n is 10.0.0.n:80, server n is 192.0.2.n:80.</summary>
internal static class Services
{
    public static ProbeTiming Timing { get; } = new(
        Period: TimeSpan.FromSeconds(10), Retries: 2, DelayBeforeRetry: TimeSpan.FromSeconds(3), Warmup: TimeSpan.Zero);

    public static TcpCheck Check(int server, bool alpha = false, bool logAll = false, ushort port = 80, ProbeTiming? timing = null) => new()
    {
        Endpoint = new CheckEndpoint(AddressOf(server), port),
        Timing = timing ?? Timing,
        Alpha = alpha,
        LogAllFailures = logAll,
    };

    public static RealServer Server(int number, int weight = 1, bool inhibit = false, params HealthCheck[] checks) =>
        new(AddressOf(number), 80) { Weight = weight, InhibitOnFailure = inhibit, Method = ForwardingMethod.DirectRouting, Checks = [.. checks] };

    public static VirtualServer Service(params RealServer[] servers) => new()
    {
        Address = IPAddress.Parse("10.0.0.1"),
        Port = 80,
        Protocol = TransportProtocol.Tcp,
        RealServers = [.. servers],
    };

    public static SorryServer Sorry(int number = 99) => new(AddressOf(number), 80) { Method = ForwardingMethod.Nat };

    public static IPAddress AddressOf(int server) => IPAddress.Parse($"192.0.2.{server}");
}
