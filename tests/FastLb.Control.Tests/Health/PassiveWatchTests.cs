using System.Net;
using FastLb.Configuration;
using FastLb.Configuration.Model;
using FastLb.Control.Engines;
using FastLb.Control.Health;
using FastLb.DataplaneChannel.Messages;
using FastLb.HealthChecks;
using FastLb.HealthChecks.Events;
using FastLb.HealthChecks.Pools;
using FastLb.Runtime;
using Microsoft.Extensions.Time.Testing;
using ForwardingMethod = FastLb.DataplaneChannel.Messages.ForwardingMethod;
using TransportProtocol = FastLb.DataplaneChannel.Messages.TransportProtocol;

namespace FastLb.Control.Tests.Health;

/// <summary>From what the dataplane counts to pools, by "passive_checks 5 2" and a group with one server behind address translation and one in direct routing.</summary>
public sealed class PassiveWatchTests
{
    private const string Text = """
        fastlb {
            passive_checks 5 2
        }
        virtual_server_group web {
            192.0.2.100 80
            192.0.2.101 81
        }
        virtual_server group web {
            lb_algo rr
            lb_kind DR
            protocol TCP
            real_server 10.0.0.1 8080 {
                lvs_method NAT
            }
            real_server 10.0.0.2 8080 {
            }
        }
        """;

    private readonly FakeTimeProvider _time = new();
    private readonly CountingEngine _engine = new();
    private readonly DirectorHealth _health;
    private readonly PassiveWatch _watch;

    public PassiveWatchTests()
    {
        DirectorConfiguration configuration = ConfigurationLoader.Parse(Text, "test.conf").Configuration!;
        _health = new DirectorHealth(configuration.VirtualServers, new DirectorHealthOptions { Clock = _time, Random = new Random(1) });
        _watch = new PassiveWatch(configuration.Dataplane.PassiveChecks!, configuration.VirtualServers, _engine, _health, _time);
    }

    [Theory]
    [InlineData(1, 250)]
    [InlineData(2, 500)]
    [InlineData(4, 1000)]
    [InlineData(3600, 1000)]
    public void Readings_come_four_to_a_window_but_not_more_than_four_a_second_or_less_than_one(int window, int pause) => Assert.Equal(
        TimeSpan.FromMilliseconds(pause), new PassiveWatch(new PassiveCheckSettings(1, TimeSpan.FromSeconds(window)), [], _engine, _health, _time).Pause);

    [Fact]
    public async Task Connections_to_all_addresses_of_a_service_count_together()
    {
        await Read();
        _engine.Count(translated: true, address: 0, new OpeningCounts(0, 0, 3));
        _engine.Count(translated: true, address: 1, new OpeningCounts(0, 1, 1));
        _engine.Count(translated: false, address: 1, new OpeningCounts(1, 0, 0));
        await Read();

        Assert.Equal("1:0 2:1", Members());
        Assert.Equal(["suspected: 4 connections refused and 1 unanswered within 2 s, 0 answered; no check can ask it, so for 10 s"], Events());
    }

    [Fact]
    public async Task Server_in_direct_routing_is_told_by_the_port_of_the_service_and_acquitted_by_an_answer()
    {
        await Read();
        _engine.Count(translated: false, address: 0, new OpeningCounts(0, 7, 0));
        _engine.Count(translated: true, address: 0, new OpeningCounts(2, 0, 0));
        await Read();
        Assert.Equal("1:1 2:0", Members());
        Assert.Equal("7 connections unanswered within 2 s, 0 answered", _health.ReadStatus()[0].Servers[1].Suspicion);
        _engine.Count(translated: false, address: 0, new OpeningCounts(1, 0, 0));
        await Read();

        Assert.Equal("1:1 2:1", Members());
        Assert.Equal(
            ["suspected: 7 connections unanswered within 2 s, 0 answered; no check can ask it, so for 10 s", "no longer suspected: 1 connection answered"], Events());
    }

    [Fact]
    public async Task Time_ends_a_suspicion_while_there_is_no_dataplane_too()
    {
        await Read();
        _engine.Count(translated: true, address: 0, new OpeningCounts(0, 0, 5));
        await Read();
        _engine.IsAway = true;
        for (TimeSpan passed = TimeSpan.Zero; passed < TimeSpan.FromSeconds(9.5); passed += _watch.Pause)
        {
            await Read();
            Assert.Equal("1:0 2:1", Members());
        }

        await Read();

        Assert.Equal("1:1 2:1", Members());
    }

    [Fact]
    public async Task Dataplane_that_is_started_again_counts_anew()
    {
        _engine.Count(translated: true, address: 0, new OpeningCounts(9, 9, 9));
        await Read();
        _engine.IsAway = true;
        await Read();
        _engine.IsAway = false;
        _engine.Clear();
        _engine.Count(translated: true, address: 0, new OpeningCounts(0, 0, 8));
        await Read();
        Assert.Equal("1:1 2:1", Members());
        _engine.Count(translated: true, address: 0, new OpeningCounts(0, 0, 5));
        await Read();

        Assert.Equal("1:0 2:1", Members());
        Assert.Equal("suspected: 5 connections refused within 2 s, 0 answered; no check can ask it, so for 10 s", Events()[0]);
    }

    [Fact]
    public async Task Address_that_the_dataplane_does_not_have_yet_makes_no_connections_appear_when_it_comes()
    {
        _engine.Count(translated: true, address: 1, new OpeningCounts(0, 0, 500));
        _engine.HasSecondAddress = false;
        await Read();
        _engine.HasSecondAddress = true;
        await Read();

        Assert.Equal("1:1 2:1", Members());
    }

    [Fact]
    public async Task It_reads_each_pause_until_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        Task running = _watch.Run(stop.Token);
        for (int reading = 1; reading <= 3; reading++)
        {
            _time.Advance(_watch.Pause);
            await Eventually.Reached(() => _engine.Readings == reading);
        }

        _engine.Count(translated: true, address: 0, new OpeningCounts(0, 0, 5));
        _time.Advance(_watch.Pause);
        await Eventually.Reached(() => Members() == "1:0 2:1");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    /// <summary>Lets the pause go by, and has the counts of that moment judged.</summary>
    private Task Read()
    {
        _time.Advance(_watch.Pause);
        return _watch.Look(TestContext.Current.CancellationToken);
    }

    private string Members() => string.Join(' ', _health.Pools.Services[0].Members.Select(member => $"{member.Address.GetAddressBytes()[3]}:{member.Weight}"));

    private List<string> Events()
    {
        List<string> words = [];
        while (_health.Events.TryRead(out HealthEvent? happened))
            words.Add(HealthWords.Of(happened));
        return words;
    }

    /// <summary>A dataplane that counts what it is told.</summary>
    private sealed class CountingEngine : IForwardingEngine
    {
        private static readonly (string Address, ushort Port)[] Addresses = [("192.0.2.100", 80), ("192.0.2.101", 81)];

        private readonly OpeningCounts[] _translated = new OpeningCounts[2];
        private readonly OpeningCounts[] _routed = new OpeningCounts[2];

        public bool IsAway { get; set; }

        public bool HasSecondAddress { get; set; } = true;

        public int Readings { get; private set; }

        public void Count(bool translated, int address, OpeningCounts more)
        {
            ref OpeningCounts counts = ref (translated ? _translated : _routed)[address];
            counts = new OpeningCounts(counts.Answered + more.Answered, counts.Unanswered + more.Unanswered, counts.Refused + more.Refused);
        }

        public void Clear()
        {
            Array.Clear(_translated);
            Array.Clear(_routed);
        }

        public Task<DataplaneStatus> ReadStatus(CancellationToken cancellation)
        {
            Readings++;
            if (IsAway)
                throw new DirectorException("no dataplane is running at this moment");
            ServiceStatus[] services = [.. Addresses.Take(HasSecondAddress ? 2 : 1).Select((endpoint, place) => new ServiceStatus(
                IPAddress.Parse(endpoint.Address), endpoint.Port, TransportProtocol.Tcp, "rr", ForwardingMethod.DirectRouting, IsSteered: true, 0, 0, 0, 0, 0,
                [
                    ServerOf("10.0.0.1", 8080, ForwardingMethod.AddressTranslation, _translated[place]),
                    ServerOf("10.0.0.2", endpoint.Port, ForwardingMethod.DirectRouting, _routed[place]),
                ]))];
            return Task.FromResult(new DataplaneStatus(1, services, new Dictionary<string, long>(), [], [], new FrameStatus(0, 0, 0, 0, 0, 0, 0, 0), new FlowTableStatus(0, 0)));
        }

        public Task Apply(DesiredState state, CancellationToken cancellation) => throw new NotSupportedException("nobody tells");

        public Task Apply(AdjacencyState adjacencies, CancellationToken cancellation) => throw new NotSupportedException("nobody tells");

        public Task Apply(NeighbourMove move, CancellationToken cancellation) => throw new NotSupportedException("nobody tells");

        public Task<ExplainAnswer> Explain(PacketQuestion packet, CancellationToken cancellation) => throw new NotSupportedException("nobody asks");

        public Task<ConnectionsAnswer> ReadConnections(long position, ConnectionFilter filter, CancellationToken cancellation) =>
            throw new NotSupportedException("nobody asks");

        private static ServerStatus ServerOf(string address, ushort port, ForwardingMethod method, OpeningCounts openings) =>
            new(IPAddress.Parse(address), port, 1, method, 0, 0, 0, 0, 0, 0, 0) { Openings = openings };
    }
}
