using System.Net.NetworkInformation;
using FastLb.Dataplane.Services;
using FastLb.DataplaneChannel.Messages;
using FastLb.Native.Bpf;
using FastLb.Native.Interfaces;
using FastLb.PacketIO.AfXdp;

namespace FastLb.DataplaneHost;

/// <summary>The AF_XDP ports of a set of interfaces, every receive queue of each, and the steering programs that feed them.</summary>
internal sealed class OpenPorts : IDisposable
{
    private readonly List<(DesiredInterface Interface, SteeringProgram Program)> _steering = [];

    private OpenPorts(IReadOnlyList<DesiredInterface> interfaces, AfXdpPortSet ports)
    {
        Interfaces = interfaces;
        Ports = ports;
        for (int i = ports.Ports.Length - 1; i >= 0; i--)
            PortOfInterface[ports.Ports[i].Socket.Queue.InterfaceIndex] = (ushort)i;
    }

    /// <summary>What was asked for.</summary>
    public IReadOnlyList<DesiredInterface> Interfaces { get; }

    public AfXdpPortSet Ports { get; }

    /// <summary>The port that stands for an interface, named by its index, where frames leave: that of its first queue. A worker sends by its own if it has one.</summary>
    public Dictionary<int, ushort> PortOfInterface { get; } = [];

    /// <summary>What frames have in common that leave by a port, by the port's index.</summary>
    public IReadOnlyList<EgressLink> Links =>
        [.. Ports.Ports.ToArray().Select(port => MessageConversion.ToLink(Interfaces.First(wanted => wanted.Index == port.Socket.Queue.InterfaceIndex)))];

    /// <summary>The steering programs by interface name.</summary>
    public IEnumerable<(string Interface, SteeringProgram Program)> Steering => _steering.Select(entry => (entry.Interface.Name, entry.Program));

    /// <summary>All receive queues of these interfaces.</summary>
    public static IReadOnlyList<InterfaceQueue> QueuesOf(IReadOnlyList<DesiredInterface> interfaces)
    {
        var queues = new List<InterfaceQueue>();
        foreach (DesiredInterface wanted in interfaces)
        {
            int count = NetworkDevice.Read(wanted.Name).ReceiveQueues;
            queues.AddRange(Enumerable.Range(0, count).Select(queue => new InterfaceQueue(wanted.Name, wanted.Index, queue)));
        }

        return queues;
    }

    /// <summary>Opens sockets and loads programs; nothing is steered before <see cref="Attach"/>.</summary>
    /// <param name="interfaces">What was asked for.</param>
    /// <param name="queues">Their queues.</param>
    /// <param name="services">What is steered.</param>
    /// <param name="workers">Workers to share the queues out to.</param>
    public static OpenPorts Open(IReadOnlyList<DesiredInterface> interfaces, IReadOnlyList<InterfaceQueue> queues, ServiceSteering services, int workers)
    {
        var open = new OpenPorts(interfaces, AfXdpPortSet.Open(queues, new AfXdpOptions(), workers));
        try
        {
            open.LoadPrograms(services);
            return open;
        }
        catch
        {
            open.Dispose();
            throw;
        }
    }

    /// <summary>Begins to steer frames to the ports.</summary>
    public void Attach()
    {
        foreach ((DesiredInterface wanted, SteeringProgram program) in _steering)
            program.Attach(wanted.Index, wanted.Name);
    }

    /// <summary>Gives all frames back to the kernel.</summary>
    public void Detach()
    {
        foreach ((_, SteeringProgram program) in _steering)
            program.Detach();
    }

    public void Dispose()
    {
        foreach ((_, SteeringProgram program) in _steering)
            program.Dispose();
        Ports.Dispose();
    }

    private void LoadPrograms(ServiceSteering services)
    {
        foreach (DesiredInterface wanted in Interfaces)
        {
            AfXdpSocket[] sockets = SocketsOf(wanted.Index);
            SteeringProgram program = SteeringProgram.Load(services, sockets.Length);
            _steering.Add((wanted, program));
            program.SetOwnMacs([PhysicalAddress.Parse(wanted.Mac)]);
            foreach (AfXdpSocket socket in sockets)
                program.SetSocket(socket.Queue.Queue, socket.Handle);
        }
    }

    private AfXdpSocket[] SocketsOf(int interfaceIndex)
    {
        var sockets = new List<AfXdpSocket>();
        foreach (AfXdpPort port in Ports.Ports)
        {
            if (port.Socket.Queue.InterfaceIndex == interfaceIndex)
                sockets.Add(port.Socket);
        }

        return [.. sockets];
    }
}
