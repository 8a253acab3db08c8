using System.Net.NetworkInformation;
using FastLb.Dataplane.Services;
using FastLb.DataplaneChannel.Messages;
using FastLb.Native;
using FastLb.Native.Bpf;
using FastLb.Native.Interfaces;
using FastLb.PacketIO;
using FastLb.PacketIO.AfXdp;
using Microsoft.Extensions.Logging;

namespace FastLb.DataplaneHost;

/// <summary>The AF_XDP ports of a set of interfaces, every receive queue of each, and the steering programs that feed them.</summary>
internal sealed class OpenPorts : IDisposable
{
    private readonly List<SteeredInterface> _steering;
    private readonly PuntPath _punt;

    private readonly DesiredPorts _settings;

    private OpenPorts(IReadOnlyList<DesiredInterface> interfaces, DesiredPorts settings, List<SteeredInterface> steering, AfXdpPortSet ports)
    {
        _settings = settings;
        Interfaces = interfaces;
        Ports = ports;
        _steering = steering;
        UnfitFrames = new UnfitFrames(ports, AttachModeOf);
        _punt = PuntPath.Open([.. ports.Ports.ToArray().Select(port => port.Socket.Queue.InterfaceIndex)]);
        for (int i = ports.Ports.Length - 1; i >= 0; i--)
            PortOfInterface[ports.Ports[i].Socket.Queue.InterfaceIndex] = (ushort)i;
    }

    /// <summary>What was asked for.</summary>
    public IReadOnlyList<DesiredInterface> Interfaces { get; private set; }

    public AfXdpPortSet Ports { get; }

    /// <summary>Watches for frames that the ports can't take.</summary>
    public UnfitFrames UnfitFrames { get; }

    /// <summary>The way back into the kernel.</summary>
    public IKernelPath Kernel => _punt;

    /// <summary>The port that stands for an interface, named by its index, where frames leave: that of its first queue. A worker sends by its own if it has one.</summary>
    public Dictionary<int, ushort> PortOfInterface { get; } = [];

    /// <summary>What frames have in common that leave by a port, by the port's index.</summary>
    public IReadOnlyList<EgressLink> ReadLinks(LinkIdentities identities) =>
    [
        .. Ports.Ports.ToArray().Select(port => Interfaces.First(wanted => wanted.Index == port.Socket.Queue.InterfaceIndex))
            .Select(wanted => MessageConversion.ToLink(wanted, identities.Of(wanted))),
    ];

    /// <summary>The name of a port's interface; null when there is no such port.</summary>
    public string? InterfaceOf(ushort port) => port < Ports.Ports.Length ? Ports.Ports[port].Socket.Queue.Interface : null;

    /// <summary>The steering programs by interface name.</summary>
    public IEnumerable<(string Interface, SteeringProgram Program)> Steering => _steering.Select(entry => (entry.Interface.Name, entry.Program));

    /// <summary>All receive queues of these interfaces.</summary>
    public static IReadOnlyList<InterfaceQueue> QueuesOf(IReadOnlyList<DesiredInterface> interfaces) =>
    [
        .. interfaces.SelectMany(wanted => Enumerable.Range(0, NetworkDevice.Read(wanted.Name).ReceiveQueues)
            .Select(queue => new InterfaceQueue(wanted.Name, wanted.Index, queue))),
    ];

    /// <summary>
    /// Attaches programs, in the first of the ways allowed that is possible, and opens sockets. Nothing is steered before <see cref="Start"/>: a program
    /// without sockets leaves all frames to the kernel.
    /// </summary>
    /// <param name="interfaces">What was asked for.</param>
    /// <param name="queues">Their queues.</param>
    /// <param name="settings">In which ways, and with how much memory.</param>
    /// <param name="table">What is steered.</param>
    /// <param name="workers">Workers to share the queues out to.</param>
    /// <param name="offloads">Switched off where a program runs in generic mode.</param>
    /// <param name="log">Hears where native XDP is refused.</param>
    public static OpenPorts Open(
        IReadOnlyList<DesiredInterface> interfaces, IReadOnlyList<InterfaceQueue> queues, DesiredPorts settings, SteeringTable table, int workers, GenericModeOffloads offloads, ILogger log)
    {
        var steering = new List<SteeredInterface>();
        try
        {
            foreach (DesiredInterface wanted in interfaces)
            {
                int count = queues.Count(queue => queue.InterfaceIndex == wanted.Index);
                steering.Add(Attach(wanted, settings.Backends, SteeringProgram.Load(table, count), offloads, log));
            }

            // Sockets that share memory share the mode, and those of an interface in generic mode copy.
            bool mustCopy = steering.Exists(entry => entry.Mode == XdpAttachMode.Generic);
            var options = new AfXdpOptions
            {
                Mode = mustCopy ? AfXdpMode.Copy : AfXdpMode.Automatic,
                RingSize = settings.RingSize,
                ReceiveChunksPerQueue = settings.RingSize,
                ChunksPerQueue = settings.FramesPerQueue,
            };
            AfXdpPortSet ports = AfXdpPortSet.Open(queues, options, workers);
            try
            {
                return new OpenPorts(interfaces, settings, steering, ports);
            }
            catch
            {
                ports.Dispose();
                throw;
            }
        }
        catch
        {
            foreach (SteeredInterface entry in steering)
                entry.Program.Dispose();
            throw;
        }
    }

    /// <summary>Takes up what has changed of the interfaces if the ports can stay as they are; false when they must be opened anew.</summary>
    public bool TryAdjust(IReadOnlyList<DesiredInterface> interfaces, DesiredPorts settings)
    {
        if (!_settings.IsSameAs(settings) || !Interfaces.Select(Identity).SequenceEqual(interfaces.Select(Identity)))
            return false;
        foreach ((DesiredInterface before, DesiredInterface now) in Interfaces.Zip(interfaces).Where(pair => !pair.First.Macs.SequenceEqual(pair.Second.Macs)))
            _steering.Find(entry => entry.Interface.Index == before.Index)!.Program.SetOwnMacs(MacsOf(now));
        Interfaces = interfaces;
        return true;

        static (string, int) Identity(DesiredInterface wanted) => (wanted.Name, wanted.Index);
    }

    /// <summary>Indexes of the interfaces whose program runs in generic mode.</summary>
    public IReadOnlySet<int> GenericInterfaces => _steering.Where(entry => entry.Mode == XdpAttachMode.Generic).Select(entry => entry.Interface.Index).ToHashSet();

    /// <summary>Where the program of an interface, named by its index, runs.</summary>
    public XdpAttachMode AttachModeOf(int interfaceIndex) => _steering.Find(entry => entry.Interface.Index == interfaceIndex)!.Mode;

    /// <summary>Begins to steer frames to the ports.</summary>
    public void Start()
    {
        foreach (AfXdpPort port in Ports.Ports)
        {
            InterfaceQueue queue = port.Socket.Queue;
            _steering.Find(entry => entry.Interface.Index == queue.InterfaceIndex)!.Program.SetSocket(queue.Queue, port.Socket.Handle);
        }
    }

    /// <summary>Gives all frames back to the kernel.</summary>
    public void Stop()
    {
        foreach (SteeredInterface entry in _steering)
            entry.Program.Detach();
    }

    public void Dispose()
    {
        foreach (SteeredInterface entry in _steering)
            entry.Program.Dispose();
        _punt.Dispose();
        Ports.Dispose();
    }

    private static PhysicalAddress[] MacsOf(DesiredInterface wanted) => [.. wanted.Macs.Select(mac => PhysicalAddress.Parse(mac))];

    // Takes ownership of the program.
    private static SteeredInterface Attach(DesiredInterface wanted, IReadOnlyList<PortBackend> backends, SteeringProgram program, GenericModeOffloads offloads, ILogger log)
    {
        try
        {
            program.SetOwnMacs(MacsOf(wanted));
            return new SteeredInterface(wanted, program, AttachBest(wanted, backends, program, offloads, log));
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    // The last of the ways has the last word: why it can't be is what the caller hears.
    private static XdpAttachMode AttachBest(
        DesiredInterface wanted, IReadOnlyList<PortBackend> backends, SteeringProgram program, GenericModeOffloads offloads, ILogger log)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                return AttachAs(backends[i], wanted, program, offloads);
            }
            catch (KernelFeatureException refusal) when (i + 1 < backends.Count)
            {
                log.LogWarning(
                    "{Interface}: {Reason}; {Next} XDP is used{Consequence}", wanted.Name, refusal.Message, StatusNames.Of(ModeOf(backends[i + 1])),
                    backends[i + 1] == PortBackend.XdpGeneric ? ", which is slower" : string.Empty);
            }
        }
    }

    private static XdpAttachMode AttachAs(PortBackend backend, DesiredInterface wanted, SteeringProgram program, GenericModeOffloads offloads)
    {
        XdpAttachMode mode = ModeOf(backend);
        if (mode == XdpAttachMode.Generic)
            offloads.Suspend(wanted);
        program.Attach(wanted.Index, wanted.Name, mode);
        return mode;
    }

    private static XdpAttachMode ModeOf(PortBackend backend) => backend == PortBackend.XdpNative ? XdpAttachMode.Native : XdpAttachMode.Generic;

    private sealed record SteeredInterface(DesiredInterface Interface, SteeringProgram Program, XdpAttachMode Mode);
}
