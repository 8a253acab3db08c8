using System.Globalization;
using System.Net;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Persistence;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Persistence;

/// <summary>Plays what was recorded of kernel IPVS's persistence (<c>tests/conformance/ipvs/persistence</c>) through the pipeline: what came of it must be the same.</summary>
public sealed class RecordedPersistenceTests : IDisposable
{
    private const string Network = "198.51.100.";

    private readonly PipelineFixture _pipeline = new(capacity: 2000);
    private readonly List<Played> _services = [];
    private readonly List<string> _printed = [];
    private IReadOnlyList<MarkRule> _rules = [];

    public static TheoryData<string> Records { get; } =
    [
        .. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "conformance", "persistence"), "*.recorded")
            .Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Records))]
    public void Clients_stay_with_the_servers_that_they_stayed_with_in_ipvs(string record)
    {
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "conformance", "persistence", $"{record}.recorded"));
        foreach (string line in lines.Where(line => !line.StartsWith("template ", StringComparison.Ordinal) && !line.StartsWith("load ", StringComparison.Ordinal)))
            Play(line);

        Assert.Equal(lines, _printed);
        Assert.Contains(lines, line => line.Contains("->", StringComparison.Ordinal));
    }

    public void Dispose() => _pipeline.Dispose();

    private void Play(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case ["also", string protocol, string host, string port, string scheduler, .. string[] persistence]:
                _services.Add(new Played(KeyOf(protocol, host, port), scheduler, ToPersistence(persistence)));
                break;
            case ["real", string server, string port, string weight]:
                _services[^1].Servers.Add(new ServerDefinition(AddressOf(server), PortOf(port), Number(weight), ForwardingMethod.AddressTranslation));
                break;
            case ["weigh", string server, string port, string weight]:
                List<ServerDefinition> servers = _services[^1].Servers;
                int place = servers.FindIndex(known => known.Address == AddressOf(server) && known.Port == PortOf(port));
                servers[place] = servers[place] with { Weight = Number(weight) };
                break;
            case ["remove", string server, string port]:
                Assert.Equal(1, _services[^1].Servers.RemoveAll(known => known.Address == AddressOf(server) && known.Port == PortOf(port)));
                break;
            case ["quiescent", string on]:
                _pipeline.Tables.Settings = ForwardingSettings.Default with { ExpiresQuiescentTemplates = on == "1" };
                break;
            case ["mark", string mark]:
                _rules = [new MarkRule((uint)Number(mark), IpAddress.Parse($"{Network}1").V4, IpAddress.Parse($"{Network}2").V4)];
                break;
            case ["wait", string seconds]:
                Wait(Number(seconds));
                break;
            case ["templates"]:
                _printed.Add(line);
                _printed.AddRange(Templates());
                return;
            case ["loads"]:
                _printed.Add(line);
                _printed.AddRange(Loads());
                return;
            case ["tcp" or "udp" or "end" or "ack", string client, string to, ..]:
                _printed.Add(PlayPacket(words[0], client, to));
                return;
        }

        _printed.Add(line);
        Build();
    }

    private void Build() => _pipeline.Tables.Build(
        [
            .. _services.Select(service => new ServiceDefinition(service.Key, service.Scheduler, [.. service.Servers])
            {
                Persistence = service.Persistence,
            }),
        ],
        long.MaxValue,
        _rules);

    // Expiry is looked at as often as a worker does: a template that is kept begins its minute when its time is up.
    private void Wait(int seconds)
    {
        MonotonicTime end = _pipeline.Now + TimeSpan.FromSeconds(seconds);
        while (_pipeline.Now < end)
        {
            _pipeline.Now += TimeSpan.FromMilliseconds(125);
            _pipeline.Flows.Expire(_pipeline.Now, 1000);
        }
    }

    private string PlayPacket(string kind, string client, string to)
    {
        var from = IPEndPoint.Parse(client);
        string[] target = to.Split(':');
        bool isUdp = kind == "udp";
        var frame = new FrameBuilder
        {
            Client = IpAddress.From(from.Address),
            ClientPort = (ushort)from.Port,
            Service = IpAddress.Parse(Network + target[0]),
            ServicePort = PortOf(target[1]),
            Protocol = isUdp ? IpProtocol.Udp : IpProtocol.Tcp,
            Flags = kind switch { "end" => TcpFlags.Reset, "ack" => TcpFlags.Acknowledgment, _ => TcpFlags.Syn },
            Payload = 0,
        };
        PacketSlot slot = _pipeline.Process(frame);
        if (kind is "end" or "ack")
            return $"{kind} {client} {to}";
        var key = new FlowKey(frame.Client.V4, frame.Service.V4, frame.ClientPort, frame.ServicePort, frame.Protocol);
        uint index = _pipeline.Flows.Find(key, _pipeline.Flows.HashOf(key));
        if (index == 0)
        {
            Assert.Contains(slot.Reason, new[] { VerdictReason.NoServer, VerdictReason.NoService, VerdictReason.NotOurs });
            return $"{kind} {client} {to} -> none";
        }

        FlowEntry back = _pipeline.Flows.Entry(index + 1); // what the server's replies are found by
        return $"{kind} {client} {to} -> {back.PeerAddress & 0xFF}:{back.PeerPort}";
    }

    private IEnumerable<string> Templates()
    {
        var page = new FlowEntry[2000];
        Assert.Equal(0u, _pipeline.Store.Templates!.CopyPage(0, page, out int count));
        return page.Take(count).Select(Describe).Order(StringComparer.Ordinal);
    }

    private string Describe(FlowEntry template)
    {
        bool isMark = template.Protocol == TemplateKeys.Mark;
        ServerIdentity server = _pipeline.Flows.Servers.Find(template.Server)!.Value;
        int rest = ((int)template.Remaining(_pipeline.Now).TotalSeconds + 5) / 10;
        string state = template.State == FlowState.Established ? "ASSURED" : "NONE";
        return $"template {(isMark ? "IP" : template.Protocol.ToString().ToUpperInvariant())} {IpAddress.FromV4(template.ClientAddress)} "
            + $"{IpAddress.FromV4(template.PeerAddress)}:{template.PeerPort} -> {server.Address.V4 & 0xFF}:{(template.PeerPort == 0 ? 0 : server.Port)} {state} {rest}";
    }

    private IEnumerable<string> Loads()
    {
        ServiceKey key = _services[^1].Key;
        return _services[^1].Servers.OrderBy(server => server.Address.V4).ThenBy(server => server.Port).Select(server =>
        {
            var identity = new ServerIdentity(key, server.Address, server.Port);
            (int active, int inactive, _) = _pipeline.Tables.Usage(identity);
            return $"load {server.Address.V4 & 0xFF}:{server.Port} {_pipeline.Tables.TemplatesOf(identity)} {active} {inactive}";
        });
    }

    private static ServiceKey KeyOf(string protocol, string host, string port) => protocol == "mark"
        ? ServiceKey.ForMark((uint)Number(host))
        : new ServiceKey(IpAddress.Parse(Network + host), protocol == "udp" ? IpProtocol.Udp : IpProtocol.Tcp, PortOf(port));

    private static ServicePersistence? ToPersistence(string[] words) => words.Length == 0
        ? null
        : new ServicePersistence(TimeSpan.FromSeconds(Number(words[0])), words.Length == 1 ? uint.MaxValue : IpAddress.Parse(words[1]).V4);

    private static IpAddress AddressOf(string server) => IpAddress.Parse($"192.0.2.{server}");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static ushort PortOf(string text) => (ushort)Number(text);

    private sealed record Played(ServiceKey Key, string Scheduler, ServicePersistence? Persistence)
    {
        public List<ServerDefinition> Servers { get; } = [];
    }
}
