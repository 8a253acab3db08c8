using System.Net.NetworkInformation;
using System.Runtime.InteropServices;

namespace FastLb.Native.Bpf;

/// <summary>
/// One interface's instance of the steering program (<c>native/bpf/steering.bpf.c</c>): gives frames that belong to a service to the AF_XDP socket of their
/// receive queue and leaves all else to the kernel. One thread at a time may change it; <see cref="ReadCounters"/> may be called from any.
/// </summary>
/// <remarks>
/// Order of use: <see cref="Load"/>, <see cref="SetOwnMacs"/> and <see cref="SetSocket"/>, then <see cref="Attach"/>, so that no frame meets a half-filled
/// program. Frames for queues without a socket go to the kernel.
/// </remarks>
public sealed class SteeringProgram : IDisposable
{
    private static readonly SteeringOutcome[] Outcomes = Enum.GetValues<SteeringOutcome>();

    private readonly BpfMap<OwnMacKey, byte> _ownMacs;
    private readonly BpfMap<uint, int> _sockets;
    private readonly BpfPerCpuCounters _counters;
    private XdpAttachment? _attachment;

    private SteeringProgram(BpfObject loaded)
    {
        Descriptor = loaded.TakeProgram("steer");
        _ownMacs = new BpfMap<OwnMacKey, byte>(loaded.TakeMap("own_macs"), "own_macs");
        _sockets = new BpfMap<uint, int>(loaded.TakeMap("xsks"), "xsks");
        _counters = new BpfPerCpuCounters(loaded.TakeMap("counters"), "counters");
    }

    /// <summary>True while frames pass through the program.</summary>
    public bool IsAttached => _attachment is not null;

    internal BpfDescriptor Descriptor { get; }

    /// <summary>Loads an instance that steers what <paramref name="table"/> says.</summary>
    /// <param name="table">Shared with the instances of other interfaces.</param>
    /// <param name="receiveQueues">Receive queues of the interface; at least 1.</param>
    /// <exception cref="SystemCallException">libbpf is missing, or the kernel refused the program; the message has the verifier's log.</exception>
    public static SteeringProgram Load(SteeringTable table, int receiveQueues)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(receiveQueues, 1);
        using BpfObject loading = BpfObject.Open("steering.bpf.o", "the steering program");
        loading.ShareMap(SteeringEndpointMap.Name, table.Endpoints.Map.Descriptor);
        loading.ShareMap(SteeringEndpointMap.SettingsName, table.Endpoints.Settings.Descriptor);
        loading.ShareMap("tunnel_servers", table.TunnelServerSet.Map.Descriptor);
        loading.ShareMap("own_addresses", table.OwnAddressSet.Map.Descriptor);
        loading.ResizeMap("xsks", receiveQueues);
        loading.Load();
        return new SteeringProgram(loading);
    }

    /// <summary>
    /// Makes <paramref name="addresses"/> the unicast addresses whose frames are looked at: the interface's own and its virtual MACs. New ones are added
    /// before old ones are removed.
    /// </summary>
    public void SetOwnMacs(IReadOnlyCollection<PhysicalAddress> addresses)
    {
        HashSet<OwnMacKey> wanted = [.. addresses.Select(OwnMacKey.From)];
        foreach (OwnMacKey address in wanted)
            _ownMacs.Update(address, 1);
        foreach (OwnMacKey address in _ownMacs.ReadKeys().Where(address => !wanted.Contains(address)))
            _ownMacs.Delete(address);
    }

    /// <summary>
    /// Registers a bound AF_XDP socket for a receive queue, in place of an earlier one. The kernel removes it by itself when the socket is closed.
    /// </summary>
    public void SetSocket(int queue, SafeHandle socket)
    {
        bool held = false;
        try
        {
            socket.DangerousAddRef(ref held);
            _sockets.Update((uint)queue, (int)socket.DangerousGetHandle());
        }
        finally
        {
            if (held)
                socket.DangerousRelease();
        }
    }

    /// <summary>Lets the frames of a receive queue go to the kernel. Does nothing when the queue has no socket.</summary>
    public void RemoveSocket(int queue) => _sockets.Delete((uint)queue);

    /// <summary>Puts the program on the interface; it stays until <see cref="Detach"/> or the end of the process.</summary>
    /// <param name="interfaceIndex">Interface index in this thread's network namespace.</param>
    /// <param name="interfaceName">For messages.</param>
    /// <param name="mode">Where the program runs.</param>
    /// <exception cref="KernelFeatureException">
    /// The driver has no native XDP, or not with the interface's settings; the message says which, and generic mode may do. Of generic mode: this kernel
    /// has none.
    /// </exception>
    /// <exception cref="SystemCallException">Another program is attached (the message names it), the interface is gone, or the process may not.</exception>
    public void Attach(int interfaceIndex, string interfaceName, XdpAttachMode mode)
    {
        if (_attachment is not null)
            throw new InvalidOperationException($"the steering program is attached already; {interfaceName} needs its own instance");
        _attachment = XdpAttachment.Attach(Descriptor, interfaceIndex, interfaceName, mode);
    }

    /// <summary>Takes the program off the interface. Does nothing when it isn't attached.</summary>
    public void Detach()
    {
        _attachment?.Dispose();
        _attachment = null;
    }

    /// <summary>Frames per outcome since <see cref="Load"/>, with an entry for every outcome.</summary>
    public IReadOnlyDictionary<SteeringOutcome, ulong> ReadCounters() =>
        Outcomes.ToDictionary(outcome => outcome, outcome => _counters.Read((uint)outcome));

    /// <summary>Detaches and unloads.</summary>
    public void Dispose()
    {
        Detach();
        Descriptor.Dispose();
        _ownMacs.Dispose();
        _sockets.Dispose();
        _counters.Dispose();
    }
}
