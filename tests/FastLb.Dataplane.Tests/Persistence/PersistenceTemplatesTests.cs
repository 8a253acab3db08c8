using System.Runtime.InteropServices;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Persistence;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Scheduling;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Persistence;

public sealed unsafe class PersistenceTemplatesTests : IDisposable
{
    private const int Capacity = 2000;
    private const int Workers = 2;
    private const uint Mask = 0xFFFFFF00;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private static readonly ServiceKey Key = new(IpAddress.Parse("192.0.2.100"), IpProtocol.Tcp, 80);
    private static readonly FlowHash Hash = new(0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5);

    private readonly long _length = FlowStore.RequiredBytes(Capacity);
    private readonly void* _memory;
    private FlowStore _store;
    private ServiceTableBuilder _tables;
    private MonotonicTime _now = MonotonicTime.FromSeconds(1000);

    public PersistenceTemplatesTests()
    {
        _memory = NativeMemory.AlignedAlloc((nuint)_length, 4096);
        NativeMemory.Clear(_memory, (nuint)_length);
        _store = FlowStore.Open((nint)_memory, _length, _now, out _);
        _store.MakeTables(Workers, Capacity, Hash, _now);
        _tables = new ServiceTableBuilder(_store.Servers, Workers);
        Serve(1, 2, 3);
    }

    private PersistenceTemplates Templates => _store.Templates!;

    private VirtualService Service => _tables.Current.TryFindService(Key, out VirtualService? service) ? service : throw new InvalidOperationException();

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Templates_do_what_a_plain_model_does(int seed)
    {
        var random = new Random(seed);
        var model = new Dictionary<uint, Modelled>();
        var flows = new List<(uint Client, ushort Server)>();
        int[] servers = [1, 2, 3];
        for (int step = 0; step < 20_000; step++)
        {
            switch (random.Next(20))
            {
                case 0:
                    servers = [.. new[] { 1, 2, 3 }.Where(_ => random.Next(4) != 0)];
                    Serve(servers);
                    break;
                case < 4:
                    _now += TimeSpan.FromMilliseconds(125 * random.Next(40));
                    Expire(model);
                    break;
                case < 12:
                    uint client = 0x0A000000u + ((uint)random.Next(50) << 8) + (uint)random.Next(256);
                    Take(client, model, flows, servers);
                    break;
                default:
                    if (flows.Count == 0)
                        break;
                    int place = random.Next(flows.Count);
                    (uint ended, ushort server) = flows[place];
                    flows.RemoveAt(place);
                    Templates.Release(server, ended);
                    if (model.TryGetValue(ended & Mask, out Modelled? template) && template.Server == server && template.Flows > 0)
                        template.Flows--;
                    break;
            }

            Assert.Equal(model.Count, Templates.Count);
            foreach ((uint network, Modelled expected) in step % 50 == 0 ? model.AsEnumerable() : [])
                Assert.Equal(expected.Flows, Templates.ControlledBy(TemplateKeys.Of(Key, Mask, network)));
        }

        Assert.NotEmpty(model);
    }

    [Fact]
    public void Two_workers_at_once_give_all_connections_of_a_client_to_one_server()
    {
        const int clients = 400;
        const int connections = 10;
        var given = new ushort[Workers, clients, connections];
        VirtualService service = Service;
        ServiceTable table = _tables.Current;
        using var start = new Barrier(Workers);
        Thread[] threads =
        [
            .. Enumerable.Range(0, Workers).Select(worker => new Thread(() =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                for (int client = 0; client < clients; client++)
                {
                    for (int connection = 0; connection < connections; connection++)
                        Templates.TryTake(service, table, NewFlow((uint)client << 8), TimingWheel.TickOf(_now), out given[worker, client, connection]);
                }
            })),
        ];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();

        Assert.Equal(clients, Templates.Count);
        Assert.Equal(clients, Service.Servers.Servers.ToArray().Sum(server => _store.Servers.Templates(server.Slot)));
        for (int client = 0; client < clients; client++)
        {
            ushort first = given[0, client, 0];
            Assert.All(Enumerable.Range(0, Workers * connections), number => Assert.Equal(first, given[number % Workers, client, number / Workers]));
            Assert.Equal(Workers * connections, Templates.ControlledBy(TemplateKeys.Of(Key, Mask, (uint)client << 8)));
        }
    }

    [Fact]
    public void Successor_finds_the_templates_and_counts_the_flows_under_them_anew()
    {
        var servers = new Dictionary<uint, ushort>();
        for (uint number = 0; number < 300; number++)
        {
            uint client = 0x0A000000 + (number % 100 << 8);
            FlowKey key = new(client, Key.Address.V4, (ushort)(1000 + number), 80, IpProtocol.Tcp);
            FlowTable flows = _store.Tables[Hash.Choose(client, key.ClientPort, Workers)];
            Assert.Equal(VerdictReason.None, flows.TryChoose(Service, _tables.Current, new NewFlow(key, _now), TimingWheel.TickOf(_now), out ushort server));
            uint index = flows.Insert(key, flows.HashOf(key), server, TimingWheel.TickOf(_now) + 8000);
            flows.SettleChoice(Service, server, key, index);
            servers[client] = server;
            if (number >= 250)
                flows.Remove(index);
        }

        _now += TimeSpan.FromSeconds(1);
        _store = FlowStore.Open((nint)_memory, _length, _now, out string refusal);
        Assert.Empty(refusal);
        _tables = new ServiceTableBuilder(_store.Servers, Workers);
        Serve(1, 2, 3);

        Assert.Equal((100, 250), (Templates.Count, _store.Count));
        for (uint number = 0; number < 100; number++)
            Assert.Equal(number < 50 ? 3 : 2, Templates.ControlledBy(TemplateKeys.Of(Key, Mask, 0x0A000000 + (number << 8))));
        foreach ((uint client, ushort server) in servers)
        {
            Templates.TryTake(Service, _tables.Current, NewFlow(client), TimingWheel.TickOf(_now), out ushort again);
            Assert.Equal(server, again);
        }
    }

    [Fact]
    public void Full_templates_refuse_a_new_client_and_keep_the_known_ones()
    {
        uint client = 0;
        while (Templates.TryTake(Service, _tables.Current, NewFlow(client), TimingWheel.TickOf(_now), out _) == VerdictReason.None)
            client += 256;

        Assert.Equal(Templates.Capacity, Templates.Count);
        Assert.Equal(VerdictReason.FlowTableFull, Templates.TryTake(Service, _tables.Current, NewFlow(client), TimingWheel.TickOf(_now), out _));
        Assert.Equal(VerdictReason.None, Templates.TryTake(Service, _tables.Current, NewFlow(0), TimingWheel.TickOf(_now), out _));
    }

    [Fact]
    public void Removed_server_keeps_its_slot_while_clients_would_come_back_to_it()
    {
        Templates.TryTake(Service, _tables.Current, NewFlow(1), TimingWheel.TickOf(_now), out ushort server);
        Templates.Release(server, 1);
        Serve();
        Serve();
        Assert.NotNull(_store.Servers.Find(server));

        _now += Timeout + TimeSpan.FromSeconds(1);
        Templates.Expire(_now, 100_000);
        Serve();
        Assert.Equal(0, Templates.Count);
        Assert.Null(_store.Servers.Find(server));
    }

    private static NewFlow NewFlow(uint client) => new(new FlowKey(client, Key.Address.V4, 1000, 80, IpProtocol.Tcp), MonotonicTime.Zero);

    private static ServerDefinition Server(int number) => new(IpAddress.FromV4(0xC0000200 + (uint)number), 80, 1);

    private void Serve(params int[] servers) => _tables.Build(
        [new ServiceDefinition(Key, "rr", [.. servers.Select(Server)]) { Persistence = new ServicePersistence(Timeout, Mask) }], long.MaxValue);

    private void Take(uint client, Dictionary<uint, Modelled> model, List<(uint Client, ushort Server)> flows, int[] servers)
    {
        uint tick = TimingWheel.TickOf(_now);
        VerdictReason reason = Templates.TryTake(Service, _tables.Current, NewFlow(client), tick, out ushort server);
        bool isKnown = model.TryGetValue(client & Mask, out Modelled? known) && _tables.Current.Server(known.Server).Service is not null;
        if (isKnown)
        {
            Assert.Equal(known!.Server, server);
            known.Flows++;
            known.Expires = tick + (known.IsKept ? 480u : 160u);
        }
        else if (servers.Length == 0)
        {
            Assert.Equal(VerdictReason.NoServer, reason);
            model.Remove(client & Mask);
            return;
        }
        else
        {
            Assert.NotNull(_tables.Current.Server(server).Service);
            model[client & Mask] = new Modelled { Server = server, Flows = 1, Expires = tick + 160 };
        }

        Assert.Equal(VerdictReason.None, reason);
        flows.Add((client, server));
    }

    private void Expire(Dictionary<uint, Modelled> model)
    {
        Templates.Expire(_now, 100_000);
        uint tick = TimingWheel.TickOf(_now);
        foreach ((uint network, Modelled template) in model.Where(entry => (int)(entry.Value.Expires - tick) <= 0).ToArray())
        {
            if (template.Flows == 0)
                model.Remove(network);
            else
                (template.IsKept, template.Expires) = (true, tick + 480);
        }
    }

    private sealed class Modelled
    {
        public ushort Server { get; init; }

        public int Flows { get; set; }

        public uint Expires { get; set; }

        public bool IsKept { get; set; }
    }
}
