using System.Globalization;
using System.Net;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Scheduling;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Scheduling;

/// <summary>
/// Plays what was recorded of kernel IPVS (<c>tests/conformance/ipvs</c>) through the pipeline: every client must get the server that it got there.
/// </summary>
public sealed class RecordedChoicesTests : IDisposable
{
    private readonly PipelineFixture _pipeline = new(capacity: 2000);
    private readonly List<ServerDefinition> _servers = [];
    private ServiceKey _service;
    private string _scheduler = "";
    private SchedulerOptions _options;

    public static TheoryData<string> Records { get; } =
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "conformance"), "*.recorded").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Records))]
    public void Every_client_gets_the_server_that_ipvs_gave_it(string record)
    {
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "conformance", $"{record}.recorded"));
        List<string> played = [.. lines.Select(Play)];

        Assert.Equal(lines, played);
        Assert.Contains(lines, line => line.StartsWith("syn ", StringComparison.Ordinal));
    }

    public void Dispose() => _pipeline.Dispose();

    private string Play(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case ["#", ..]:
                return line;
            case ["service", string scheduler, string host, .. string[] flags]:
                _service = new ServiceKey(IpAddress.Parse($"198.51.100.{host}"), IpProtocol.Tcp, 80);
                _scheduler = scheduler;
                _options = new SchedulerOptions(Contains(flags, "-port"), Contains(flags, "-fallback"));
                _servers.Clear();
                break;
            case ["add", string server, .. string[] numbers]:
                _servers.Add(ToServer(server, numbers));
                break;
            case ["edit", string server, .. string[] numbers]:
                _servers[_servers.FindIndex(known => known.Address == AddressOf(server))] = ToServer(server, numbers);
                break;
            case ["delete", string server]:
                _servers.RemoveAll(known => known.Address == AddressOf(server));
                break;
            case [string kind, string client, ..]:
                return PlaySegment(line, kind, IPEndPoint.Parse(client));
        }

        _pipeline.Tables.Build([new ServiceDefinition(_service, _scheduler, [.. _servers], _options)], long.MaxValue);
        return line;
    }

    private string PlaySegment(string line, string kind, IPEndPoint client)
    {
        var address = IpAddress.From(client.Address);
        _pipeline.Process(new FrameBuilder { Client = address, ClientPort = (ushort)client.Port, Service = _service.Address, Flags = FlagsOf(kind), Payload = 0 });
        if (kind != "syn")
            return line;
        var key = new FlowKey(address.V4, _service.Address.V4, (ushort)client.Port, _service.Port, IpProtocol.Tcp);
        uint index = _pipeline.Flows.Find(key, _pipeline.Flows.HashOf(key));
        string server = index == 0
            ? "none"
            : (_pipeline.Flows.Servers.Find(_pipeline.Flows.Entry(index).Server)!.Value.Address.V4 & 0xFF).ToString(CultureInfo.InvariantCulture);
        return $"syn {client} -> {server}";
    }

    private static bool Contains(string[] flags, string flag) => flags.Any(word => word.Contains(flag, StringComparison.Ordinal));

    private static TcpFlags FlagsOf(string kind) => kind switch
    {
        "syn" => TcpFlags.Syn,
        "fin" => TcpFlags.Fin | TcpFlags.Acknowledgment,
        "rst" => TcpFlags.Reset,
        "ack" => TcpFlags.Acknowledgment,
        _ => throw new InvalidDataException($"'{kind}' is no segment"),
    };

    private static IpAddress AddressOf(string server) => IpAddress.Parse($"192.0.2.{server}");

    private static ServerDefinition ToServer(string server, string[] numbers)
    {
        int[] values = [.. numbers.Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
        return new ServerDefinition(AddressOf(server), 80, values[0])
        {
            UpperThreshold = values.ElementAtOrDefault(1),
            LowerThreshold = values.ElementAtOrDefault(2),
        };
    }
}
