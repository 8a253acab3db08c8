using System.Globalization;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;
using static FastLb.Dataplane.Tests.Model.ReferenceDirector;

namespace FastLb.Dataplane.Tests.Model;

/// <summary>
/// Random traffic, replies, changes of servers and settings, and time, through the pipeline and through <see cref="ReferenceDirector"/>: both must do the same with every packet.
/// </summary>
public sealed class ReferenceDirectorTests : IDisposable
{
    private const int Clients = 6, PortsEach = 6;

    private static readonly string[] Schedulers = ["rr", "lc", "wlc", "sed", "nq", "fo", "ovf"];
    private static readonly TcpFlags[] Segments =
    [
        TcpFlags.Syn, TcpFlags.Syn, TcpFlags.Syn, TcpFlags.Acknowledgment, TcpFlags.Acknowledgment, TcpFlags.Acknowledgment | TcpFlags.Push,
        TcpFlags.Fin | TcpFlags.Acknowledgment, TcpFlags.Reset, TcpFlags.Reset | TcpFlags.Acknowledgment, TcpFlags.Syn | TcpFlags.Reset, TcpFlags.None, TcpFlags.Syn | TcpFlags.Fin,
    ];

    private readonly PipelineFixture _pipeline = new(capacity: 4000);
    private readonly ReferenceDirector _model = new();
    private readonly Dictionary<Server, Service> _removed = [];
    private double _seconds = 1000;

    public void Dispose() => _pipeline.Dispose();

    // More of them by FASTLB_MODEL_STEPS, for a run of millions.
    private static int Steps => int.TryParse(Environment.GetEnvironmentVariable("FASTLB_MODEL_STEPS"), CultureInfo.InvariantCulture, out int steps) ? steps : 50_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Pipeline_does_with_every_packet_what_the_reference_does(int seed)
    {
        int steps = Steps;
        var random = new Random(seed);
        for (int number = 0; number < Schedulers.Length; number++)
            AddService(number, Schedulers[number], number % 2 == 0 ? IpProtocol.Tcp : IpProtocol.Udp, onePacket: number == 5);
        AddService(Schedulers.Length, "wlc", IpProtocol.Tcp, onePacket: false);
        foreach (Service service in _model.Services)
        {
            for (int host = 0; host < 3; host++)
                AddServer(service, host, random);
        }

        Rebuild();
        int forwarded = 0;
        for (int step = 0; step < steps; step++)
        {
            if (random.Next(100) == 0)
                Change(random);
            if (random.Next(20) == 0)
                Advance(random.Next(30) == 0 ? random.Next(1000) : random.Next(30) / 8.0);
            forwarded += random.Next(4) == 0 ? ServerSends(random) : ClientSends(random, step);
            if (step % 500 == 0)
                AssertSameCounts();
        }

        AssertSameCounts();
        Assert.InRange(forwarded, steps / 4, steps);
    }

    private void AddService(int number, string scheduler, IpProtocol protocol, bool onePacket) =>
        _model.Services.Add(new Service
        {
            Address = IpAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"198.51.100.{number + 1}")).V4,
            Port = 80,
            Protocol = protocol,
            Scheduler = scheduler,
            OnePacket = onePacket,
        });

    // Servers of different services have different ports, so that replies can be told apart.
    private void AddServer(Service service, int host, Random random)
    {
        bool isNat = random.Next(2) == 0;
        service.Servers.Insert(0, new Server
        {
            Address = IpAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"192.0.2.{host + 1}")).V4,
            Port = isNat ? (ushort)(8000 + _model.Services.IndexOf(service)) : service.Port,
            IsNat = isNat,
            Weight = random.Next(1, 5),
        });
    }

    private void Change(Random random)
    {
        Service service = _model.Services[random.Next(_model.Services.Count)];
        switch (random.Next(8))
        {
            case 0 when service.Servers.Count > 0:
                Server removed = service.Servers[random.Next(service.Servers.Count)];
                service.Remove(removed);
                _removed.Add(removed, service);
                break;
            case 1 when _removed.Count > 0:
                (Server back, Service former) = _removed.ElementAt(random.Next(_removed.Count));
                Return(back, former);
                break;
            case 2 when service.Servers.Count > 0:
                Limit(service.Servers[random.Next(service.Servers.Count)], random);
                break;
            case 3:
                _model.SloppyTcp = random.Next(4) == 0;
                _model.ExpireNodestConn = random.Next(3) == 0;
                _model.ConnReuseMode = random.Next(4);
                break;
            case 4:
                _model.SetTimeouts["ES"] = random.Next(1, 1200);
                _model.SetTimeouts["FW"] = random.Next(1, 200);
                _model.SetTimeouts["UDP"] = random.Next(1, 400);
                break;
            default:
                if (service.Servers.Count > 0)
                    service.Servers[random.Next(service.Servers.Count)].Weight = random.Next(5);
                break;
        }

        Rebuild();
    }

    // One that still has connections is the same server as before, with its state; else it is a new one.
    private void Return(Server back, Service former)
    {
        _removed.Remove(back);
        Server server = _model.HasConnections(back)
            ? back
            : new Server { Address = back.Address, Port = back.Port, IsNat = back.IsNat, Weight = back.Weight, Upper = back.Upper, Lower = back.Lower };
        server.IsThere = true;
        former.Servers.Insert(0, server);
    }

    private static void Limit(Server server, Random random)
    {
        int before = server.Upper;
        server.Upper = random.Next(3) == 0 ? 0 : random.Next(1, 12);
        server.Lower = random.Next(2) == 0 ? 0 : random.Next(server.Upper + 1);
        if (server.Upper == 0 || server.Upper > before)
            server.Overloaded = false;
    }

    private void Rebuild()
    {
        var timeouts = new FlowTimeouts(Set("ES", 900), Set("FW", 120), Set("UDP", 300));
        _pipeline.Tables.Settings = new ForwardingSettings
        {
            SloppyTcp = _model.SloppyTcp,
            ExpiresFlowsOfRemovedServers = _model.ExpireNodestConn,
            ReuseMode = _model.ConnReuseMode,
            Timeouts = timeouts,
        };
        _pipeline.Tables.Build([.. _model.Services.Select(ToDefinition)], acknowledged: long.MaxValue);
        Dictionary<IpAddress, Adjacency> ways = Enumerable.Range(1, 3).ToDictionary(
            host => IpAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"192.0.2.{host}")),
            host => new Adjacency(AdjacencyState.Resolved, 3, new MacAddress((ulong)(0x02_00_00_00_00_00 + host)), PipelineFixture.DirectorMac, 1500, PipelineFixture.Director.V4));
        _pipeline.Tables.BuildWithAdjacencies(ways, [.. Enumerable.Range(0, 8).Select(port => PipelineFixture.Link with { Interface = (ushort)(100 + port) })]);
    }

    private TimeSpan Set(string state, double usual) => TimeSpan.FromSeconds(_model.SetTimeouts.GetValueOrDefault(state, usual));

    private static ServiceDefinition ToDefinition(Service service) => new(
        new ServiceKey(IpAddress.FromV4(service.Address), service.Protocol, service.Port), service.Scheduler, [.. service.Servers.AsEnumerable().Reverse().Select(ToDefinition)])
    {
        IsOnePacket = service.OnePacket,
    };

    private static ServerDefinition ToDefinition(Server server) =>
        new(IpAddress.FromV4(server.Address), server.Port, server.Weight, server.IsNat ? ForwardingMethod.AddressTranslation : ForwardingMethod.DirectRouting)
        {
            UpperThreshold = server.Upper,
            LowerThreshold = server.Lower,
        };

    // Only at whole ticks do both end connections at the same packet.
    private void Advance(double seconds)
    {
        _seconds += seconds;
        _pipeline.Now = new MonotonicTime((long)(_seconds * 8) * TimingWheel.TickNanoseconds);
        _pipeline.Flows.Expire(_pipeline.Now, int.MaxValue);
        _model.Expire(_seconds);
    }

    private int ClientSends(Random random, int step)
    {
        Service service = _model.Services[random.Next(_model.Services.Count)];
        Endpoints packet = RandomEndpoints(random, service);
        TcpFlags flags = service.Protocol == IpProtocol.Tcp ? Segments[random.Next(Segments.Length)] : TcpFlags.None;

        (Server? server, string outcome) = _model.FromClient(packet, flags, _seconds);
        PacketSlot slot = _pipeline.Process(FrameOf(packet, flags));

        string what = $"step {step}: {flags} of {packet} at {_seconds} s, {service.Scheduler}";
        switch (outcome)
        {
            case "forwarded":
                Assert.True(slot.Kind == VerdictKind.Forward && slot.Reason == (server!.IsNat ? VerdictReason.ForwardedTranslated : VerdictReason.ForwardedDirect), $"{what}: {slot.Reason}");
                Assert.True(ServerOf(_pipeline.Frame, server.IsNat) == (server.Address, server.IsNat ? server.Port : packet.VirtualPort), $"{what}: wrong server");
                break;
            case "unknown":
                Assert.True(slot.Reason == VerdictReason.UnknownFlow, $"{what}: {slot.Reason}");
                break;
            case "no server":
                Assert.True(slot.Reason is VerdictReason.NoServer or VerdictReason.IcmpRateLimited, $"{what}: {slot.Reason}");
                break;
            default:
                Assert.True((slot.Kind, slot.Reason) == (VerdictKind.Drop, VerdictReason.ServerRemoved), $"{what}: {slot.Reason}");
                break;
        }

        AssertSameState(packet, what);
        return outcome == "forwarded" ? 1 : 0;
    }

    private int ServerSends(Random random)
    {
        Service service = _model.Services[random.Next(_model.Services.Count)];
        Server[] translated = [.. service.Servers.Where(server => server.IsNat)];
        if (translated.Length == 0)
            return 0;
        Server server = translated[random.Next(translated.Length)];
        Endpoints packet = RandomEndpoints(random, service);
        TcpFlags flags = service.Protocol == IpProtocol.Tcp ? Segments[random.Next(Segments.Length)] | TcpFlags.Acknowledgment : TcpFlags.None;

        Endpoints? connection = _model.FromServer(server, packet, flags, _seconds);
        PacketSlot slot = _pipeline.Process(new FrameBuilder
        {
            Client = IpAddress.FromV4(server.Address),
            ClientPort = server.Port,
            Service = IpAddress.FromV4(packet.Client),
            ServicePort = packet.ClientPort,
            Protocol = packet.Protocol,
            Flags = flags,
        });

        string what = $"{flags} of {packet} from {IpAddress.FromV4(server.Address)} at {_seconds} s";
        if (connection is null)
        {
            Assert.True((slot.Kind, slot.Reason) == (VerdictKind.Punt, VerdictReason.NotOurs), $"{what}: {slot.Reason}");
            return 0;
        }

        Assert.True((slot.Kind, slot.Reason) == (VerdictKind.Forward, VerdictReason.ForwardedReply), $"{what}: {slot.Reason}");
        Assert.True(Ipv4View.TryParse(_pipeline.Frame.AsSpan(14), out Ipv4View ip));
        Assert.Equal((packet.Virtual, packet.Client), (ip.Source, ip.Destination));
        AssertSameState(packet, what);
        return 1;
    }

    private void AssertSameState(Endpoints packet, string what)
    {
        var key = new FlowKey(packet.Client, packet.Virtual, packet.ClientPort, packet.VirtualPort, packet.Protocol);
        uint index = _pipeline.Flows.Find(key, _pipeline.Flows.HashOf(key));
        string? state = index == 0 ? null : AbbreviationOf(_pipeline.Flows.Entry(index).State);
        Assert.True(state == _model.StateOf(packet), $"{what}: in state {state}, not {_model.StateOf(packet)}");
    }

    private void AssertSameCounts()
    {
        Assert.Equal(_model.Count, _pipeline.Flows.Count);
        foreach (Service service in _model.Services)
        {
            foreach (Server server in service.Servers)
            {
                (int active, int inactive, TrafficCounters counters) = _pipeline.Tables.Usage(new ServerIdentity(
                    new ServiceKey(IpAddress.FromV4(service.Address), service.Protocol, service.Port), IpAddress.FromV4(server.Address), server.Port));
                Assert.Equal((_model.Active(server), _model.Inactive(server)), (active, inactive));
                Assert.True(counters.Connections >= server.Connections);
            }
        }
    }

    private static Endpoints RandomEndpoints(Random random, Service service) =>
        new(IpAddress.Parse("203.0.113.1").V4 + (uint)random.Next(Clients), (ushort)(5000 + random.Next(PortsEach)), service.Address, service.Port, service.Protocol);

    private static FrameBuilder FrameOf(Endpoints packet, TcpFlags flags) => new()
    {
        Client = IpAddress.FromV4(packet.Client),
        ClientPort = packet.ClientPort,
        Service = IpAddress.FromV4(packet.Virtual),
        ServicePort = packet.VirtualPort,
        Protocol = packet.Protocol,
        Flags = flags,
    };

    private static (uint Address, ushort Port) ServerOf(byte[] frame, bool isNat)
    {
        Assert.True(EthernetView.TryParse(frame, out EthernetView ethernet));
        Assert.True(Ipv4View.TryParse(frame.AsSpan(14), out Ipv4View ip));
        uint byMac = IpAddress.Parse("192.0.2.0").V4 + (uint)(ethernet.Destination.Value & 0xFF);
        ushort port = (ushort)((ip.Payload[2] << 8) | ip.Payload[3]);
        return (isNat && ip.Destination != byMac ? 0 : byMac, port);
    }

    private static string AbbreviationOf(FlowState state) => state switch
    {
        FlowState.None => "NO",
        FlowState.Established => "ES",
        FlowState.SynSent => "SS",
        FlowState.SynReceived => "SR",
        FlowState.FinWait => "FW",
        FlowState.TimeWait => "TW",
        FlowState.Close => "CL",
        FlowState.CloseWait => "CW",
        FlowState.LastAck => "LA",
        FlowState.Listen => "LI",
        FlowState.SynAck => "SA",
        FlowState.Udp => "UDP",
        _ => state.ToString(),
    };
}
