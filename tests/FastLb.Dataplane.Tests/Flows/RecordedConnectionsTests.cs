using System.Globalization;
using System.Net;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Flows;

/// <summary>
/// Plays what was recorded of kernel IPVS's connections (<c>tests/conformance/ipvs/connections</c>) through the pipeline: each must be in the same state, for as long, at the same server.
/// </summary>
public sealed class RecordedConnectionsTests : IDisposable
{
    private const ushort ServicePort = 80;

    private readonly PipelineFixture _pipeline = new(capacity: 4000);
    private readonly List<ServerDefinition> _servers = [];
    private ServiceKey _service;
    private FlowTimeouts _timeouts = FlowTimeouts.Default;
    private int[] _times = [900, 120, 300];
    private ForwardingSettings _settings = new();

    public static TheoryData<string> Records { get; } =
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "conformance", "connections"), "*.recorded").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Records))]
    public void Every_connection_is_as_it_was_with_ipvs(string record)
    {
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "conformance", "connections", $"{record}.recorded"));
        List<string> played = [.. lines.Select(Play)];

        Assert.Equal(lines, played);
        Assert.Contains(lines, line => line.StartsWith("connection ", StringComparison.Ordinal) || line.StartsWith("walk ", StringComparison.Ordinal));
    }

    public void Dispose() => _pipeline.Dispose();

    private string Play(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case ["#", ..] or ["walks", ..]:
                return line;
            case ["walk", string port, string events, ..]:
                return $"walk {port} {events} -> {Walk(ushort.Parse(port, CultureInfo.InvariantCulture), events)}";
            case ["connection", string client, ..]:
                return $"connection {client} -> {StateOf(IPEndPoint.Parse(client))}";
            case ["syn", string client, ..]:
                Send(IPEndPoint.Parse(client), TcpFlags.Syn);
                return $"syn {client} -> {ServerOf(IPEndPoint.Parse(client))}";
            case ["fin" or "ack" or "rst", string client]:
                Send(IPEndPoint.Parse(client), FlagsOf(words[0][0]));
                return line;
            case ["service", _, string host]:
                _service = new ServiceKey(IpAddress.Parse($"198.51.100.{host}"), IpProtocol.Tcp, ServicePort);
                _servers.Clear();
                break;
            case ["add", string server, string weight]:
                _servers.Add(new ServerDefinition(AddressOf(server), ServicePort, Number(weight)));
                break;
            case ["real", string server, string port, string weight]:
                _servers.Add(new ServerDefinition(AddressOf(server), (ushort)Number(port), Number(weight), ForwardingMethod.AddressTranslation));
                break;
            case ["edit", string server, string weight]:
                int position = _servers.FindIndex(known => known.Address == AddressOf(server));
                _servers[position] = _servers[position] with { Weight = Number(weight) };
                break;
            case ["delete", string server]:
                _servers.RemoveAll(known => known.Address == AddressOf(server));
                break;
            case ["timeouts", .. string[] times]:
                _times = [.. times.Zip(_times, (time, before) => Number(time) == 0 ? before : Number(time))];
                _timeouts = new FlowTimeouts(TimeSpan.FromSeconds(_times[0]), TimeSpan.FromSeconds(_times[1]), TimeSpan.FromSeconds(_times[2]));
                break;
            case ["set", string name, string value]:
                _settings = Set(name, Number(value));
                break;
            default:
                throw new InvalidDataException($"'{line}' is not known");
        }

        Rebuild();
        return line;
    }

    private ForwardingSettings Set(string name, int value) => name switch
    {
        "secure_tcp" => _settings with { SecureTcp = value == 3 },
        "sloppy_tcp" => _settings with { SloppyTcp = value != 0 },
        "expire_nodest_conn" => _settings with { ExpiresFlowsOfRemovedServers = value != 0 },
        "conn_reuse_mode" => _settings with { ReuseMode = value },
        _ => throw new InvalidDataException($"setting '{name}' is not known"),
    };

    private void Rebuild()
    {
        _pipeline.Tables.Settings = _settings with { Timeouts = _timeouts };
        _pipeline.Tables.Build([new ServiceDefinition(_service, "rr", [.. _servers])], long.MaxValue);
        var way = new Adjacency(AdjacencyState.Resolved, 3, PipelineFixture.Web01Mac, PipelineFixture.DirectorMac, 1500, PipelineFixture.Director.V4);
        _pipeline.Tables.BuildWithAdjacencies(
            _servers.ToDictionary(server => server.Address, _ => way), [.. Enumerable.Range(0, 8).Select(port => PipelineFixture.Link with { Interface = (ushort)(100 + port) })]);
    }

    private string Walk(ushort port, string events)
    {
        var client = new IPEndPoint(IPAddress.Parse("203.0.113.1"), port);
        foreach (char segment in events)
        {
            if (char.IsLower(segment))
                Send(client, FlagsOf(segment));
            else
                Reply(client, FlagsOf(char.ToLowerInvariant(segment)) | TcpFlags.Acknowledgment);
        }

        return StateOf(client);
    }

    private void Send(IPEndPoint client, TcpFlags flags) => _pipeline.Process(
        new FrameBuilder { Client = IpAddress.From(client.Address), ClientPort = (ushort)client.Port, Service = _service.Address, Flags = flags, Payload = 0 });

    private void Reply(IPEndPoint client, TcpFlags flags) => _pipeline.Process(
        new FrameBuilder { Client = _servers[0].Address, ClientPort = _servers[0].Port, Service = IpAddress.From(client.Address), ServicePort = (ushort)client.Port, Flags = flags, Payload = 0 });

    private uint Find(IPEndPoint client)
    {
        var key = new FlowKey(IpAddress.From(client.Address).V4, _service.Address.V4, (ushort)client.Port, ServicePort, IpProtocol.Tcp);
        return _pipeline.Flows.Find(key, _pipeline.Flows.HashOf(key));
    }

    private string StateOf(IPEndPoint client)
    {
        uint index = Find(client);
        if (index == 0)
            return "none";
        ref FlowEntry flow = ref _pipeline.Flows.Entry(index);
        return string.Create(CultureInfo.InvariantCulture, $"{FlowStates.NameOf(flow.State)} {flow.Remaining(_pipeline.Now).TotalSeconds} {ServerOf(client)}");
    }

    private string ServerOf(IPEndPoint client)
    {
        uint index = Find(client);
        return index == 0
            ? "none"
            : (_pipeline.Flows.Servers.Find(_pipeline.Flows.Entry(index).Server)!.Value.Address.V4 & 0xFF).ToString(CultureInfo.InvariantCulture);
    }

    private static TcpFlags FlagsOf(char kind) => kind switch
    {
        's' => TcpFlags.Syn,
        'f' => TcpFlags.Fin | TcpFlags.Acknowledgment,
        'r' => TcpFlags.Reset,
        'a' => TcpFlags.Acknowledgment,
        _ => throw new InvalidDataException($"'{kind}' is no segment"),
    };

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static IpAddress AddressOf(string server) => IpAddress.Parse($"192.0.2.{server}");
}
