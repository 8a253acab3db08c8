using System.Net;
using System.Net.NetworkInformation;
using FastLb.Configuration.Model;
using FastLb.Control;
using FastLb.Dataplane;
using FastLb.Dataplane.Explanations;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.DataplaneChannel.Messages;
using FastLb.DataplaneHost;
using FastLb.HealthChecks.Pools;
using FastLb.Native.Bpf;
using FastLb.Native.Captures;
using FastLb.Native.Memory;
using FastLb.Wire;

namespace FastLb.Replay;

/// <summary>
/// A director without a kernel: the configuration compiled as control does it, the steering program's decision and the packet pipeline, over one interface of a
/// <see cref="SyntheticNetwork"/>. The same frames always lead to the same results. One thread.
/// </summary>
internal sealed class ReplayDirector : IDisposable
{
    /// <summary>Room before a frame, for outer headers, tags and ICMP errors.</summary>
    private const int Headroom = 256;

    // Nobody attacks a replay by hash collisions, and results are to be the same each time.
    private static readonly FlowHash Hash = new(0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5);

    private const ulong Seed = 1;

    private readonly AnonymousMemory _flowMemory;
    private readonly AnonymousMemory _frameMemory = AnonymousMemory.Allocate(Headroom + CaptureReader.LongestFrame);
    private readonly ServiceTableBuilder _tables;
    private readonly IReadOnlyList<DesiredService> _services;
    private readonly SteeringReplica _steering;
    private readonly FlowStore _store;
    private readonly FlowTable _flows;
    private readonly FrameMemory _frames;
    private readonly PacketPipeline _pipeline;
    private readonly FrameExplainer _explainer;
    private PacketSlot _slot;

    /// <param name="options">What to be.</param>
    /// <param name="macs">The director's Ethernet addresses; the first is its interface's.</param>
    /// <param name="now">When it begins.</param>
    public ReplayDirector(ReplayOptions options, IReadOnlyList<PhysicalAddress> macs, MonotonicTime now)
    {
        _flowMemory = AnonymousMemory.Allocate(FlowStore.RequiredBytes(options.FlowCapacity));
        _store = FlowStore.Open(_flowMemory.Address, _flowMemory.Length, now, out _);
        _store.MakeTables(1, options.FlowCapacity, Hash, now);
        _flows = _store.Tables[0];
        _frames = new FrameMemory(_frameMemory.Address, _frameMemory.Length);
        _pipeline = new PacketPipeline(_frames, _flows);
        _explainer = new FrameExplainer(_pipeline, _flows);
        _services = ServicesOf(options);
        _steering = SteeringOf(options, _services, macs);
        DesiredForwarding forwarding = DesiredStateCompiler.ForwardingOf(options.Configuration);
        _store.LimitHalfOpen(forwarding.Defence.HalfOpenLimit);
        _tables = new ServiceTableBuilder(_store.Servers) { Settings = new DefenceCompiler(Seed).Apply(MessageConversion.ToSettings(forwarding), forwarding.Defence) };
        ServiceDefinition[] definitions = [.. _services.Select(MessageConversion.ToDefinition)];
        _tables.Build(definitions, long.MaxValue, RulesOf(options));
        MacAddress own = SyntheticNetwork.ToMac(macs[0]);
        _tables.BuildWithAdjacencies(
            definitions.SelectMany(service => service.Servers).Select(server => server.Address).Distinct()
                .ToDictionary(server => server, server => SyntheticNetwork.WayTo(server, own, options)),
            [SyntheticNetwork.LinkOf(own, options)]);
    }

    /// <summary>Flows there are.</summary>
    public int Flows => _flows.Count;

    /// <summary>The frame played last, as it leaves, if it does.</summary>
    public Span<byte> Frame => _frames.Slice(_slot.Offset, _slot.Length);

    /// <summary>The verdict on the frame played last.</summary>
    public ref readonly PacketSlot Slot => ref _slot;

    /// <summary>Frames by verdict.</summary>
    public VerdictCounters Verdicts => _pipeline.Verdicts;

    /// <summary>The services of a configuration, with all virtual addresses held.</summary>
    /// <exception cref="ReplayException">A server that is to be down is not one of the configuration's.</exception>
    public static IReadOnlyList<DesiredService> ServicesOf(ReplayOptions options)
    {
        foreach (IPEndPoint down in options.Down)
        {
            if (!options.Configuration.VirtualServers.Any(service => service.RealServers.Any(server => IsNamed(server, down))))
                throw new ReplayException($"{(down.Port == 0 ? down.Address : down)} is to be down, but is no real server of the configuration");
        }

        ServicePool[] pools =
        [
            .. options.Configuration.VirtualServers.Select(service => ServicePool.Compute(
                service, [.. service.RealServers.Select(server => !options.Down.Any(down => IsNamed(server, down)))], hadQuorum: null)),
        ];
        return DesiredStateCompiler.Compile(options.Configuration, pools, _ => true);
    }

    /// <summary>What steering would do with the frames of a director with these Ethernet addresses, and those of its virtual routers.</summary>
    public static SteeringReplica SteeringOf(ReplayOptions options, IReadOnlyList<DesiredService> services, IEnumerable<PhysicalAddress> macs)
    {
        IEnumerable<IPAddress> own = options.Configuration.VrrpInstances.SelectMany(instance => instance.VirtualAddresses).Select(address => address.Address)
            .Append(options.LocalAddress).Where(SyntheticNetwork.IsIPv4);
        return new SteeringReplica(
            services.SelectMany(MessageConversion.ToSteered),
            services.SelectMany(MessageConversion.TranslatedServersOf),
            services.SelectMany(MessageConversion.TunnelServersOf),
            own,
            macs.Concat(VirtualLinkPlan.Of(options.Configuration.VrrpInstances).Links.Select(link => link.Mac)));
    }

    /// <summary>What steering does with a frame.</summary>
    public SteeringOutcome Steer(in CapturedFrame frame) => _steering.Classify(frame.Bytes, frame.Length);

    /// <summary>Has the pipeline decide about a steered frame.</summary>
    public void Play(in CapturedFrame frame, MonotonicTime now)
    {
        Take(frame, now);
        _pipeline.Process(new Span<PacketSlot>(ref _slot), _tables.Current, now);
    }

    /// <summary>The same, and tells why.</summary>
    public FrameExplanation Explain(in CapturedFrame frame, MonotonicTime now)
    {
        Take(frame, now);
        return _explainer.Process(ref _slot, _tables.Current, now);
    }

    /// <summary>The traffic of all services so far.</summary>
    public IReadOnlyList<ServiceStatus> ReadServices() => [.. _services.Select(service => ServiceReading.Of(service, _tables))];

    public void Dispose()
    {
        _flowMemory.Dispose();
        _frameMemory.Dispose();
    }

    private static bool IsNamed(Configuration.Model.RealServer server, IPEndPoint name) =>
        server.Address.Equals(name.Address) && (name.Port == 0 || name.Port == server.Port);

    // What a capture has cut off is to the pipeline as if it lay in further chunks, which it doesn't look at.
    private void Take(in CapturedFrame frame, MonotonicTime now)
    {
        _flows.Expire(now, int.MaxValue);
        frame.Bytes.CopyTo(_frames.Slice(Headroom, frame.Bytes.Length));
        _slot = new PacketSlot { Offset = Headroom, Length = frame.Bytes.Length, Rest = frame.Length - frame.Bytes.Length, Headroom = Headroom };
    }

    // All frames come in by the one interface that there is, whatever it is called.
    private static Dataplane.Services.MarkRule[] RulesOf(ReplayOptions options) =>
        [.. DesiredStateCompiler.MarksOf(options.Configuration).Select(rule => MessageConversion.ToRule(rule, _ => SyntheticNetwork.Interface)).OfType<Dataplane.Services.MarkRule>()];
}
