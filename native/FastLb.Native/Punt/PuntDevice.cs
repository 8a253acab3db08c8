using FastLb.Native.Bpf;
using FastLb.Native.Interfaces;
using static FastLb.Native.Punt.TapUapi;

namespace FastLb.Native.Punt;

/// <summary>
/// Gives frames that an AF_XDP socket has received back to the kernel, where they arrive anew on the interface that they came from: to the stack, packet
/// filters, captures and reverse path filters they are frames like any other.
/// </summary>
/// <remarks>
/// <para>
/// It is a TAP device with one queue for each interface, in the network namespace of the thread that opened it, and a BPF program at its ingress
/// (<c>native/bpf/punt.bpf.c</c>) that redirects a frame to the ingress of its queue's interface. The device has no address, is not persistent, and
/// goes with the process however that ends.
/// </para>
/// <para>
/// They get a source MAC address of their own, by which the guard tells them when they are forwarded, and the steering program in generic mode, which sees
/// them again, lets them pass.
/// </para>
/// <para>
/// Opening and disposing is for one thread; any threads may write meanwhile, also to the same interface. Writing handles the frame as far as it gets in the
/// kernel, a local socket or another interface's queue, before it returns: some microseconds.
/// </para>
/// </remarks>
public sealed class PuntDevice : IDisposable
{
    /// <summary>What the names of all these devices begin with; a number follows.</summary>
    public const string NamePrefix = "flbpunt";

    /// <summary>The source MAC address of all frames given back: PUNT_SOURCE_MAC of <c>native/bpf/punt.h</c>.</summary>
    public const string SourceAddress = "02:46:4c:42:50:54";

    private readonly int[] _interfaces;
    private readonly TapQueue[] _queues;
    private readonly BpfDescriptor _program;
    private readonly TcIngressAttachment _attachment;
    private volatile Errno _lastError;

    private PuntDevice(int[] interfaces, TapQueue[] queues, BpfDescriptor program, TcIngressAttachment attachment)
    {
        _interfaces = interfaces;
        _queues = queues;
        _program = program;
        _attachment = attachment;
    }

    /// <summary>Most interfaces of a device: PUNT_MAX_TARGETS of <c>native/bpf/punt.h</c>.</summary>
    public static int Capacity => 256;

    /// <summary>The device's name, for messages and status.</summary>
    public string Name => _queues[0].DeviceName;

    /// <summary>Why <see cref="TryWrite"/> last failed, in whatever thread; <see cref="Errno.None"/> when it never did.</summary>
    public Errno LastError => _lastError;

    /// <summary>Makes a device for a set of interfaces, ready to be written to.</summary>
    /// <param name="interfaces">Indexes of 1 to <see cref="Capacity"/> interfaces, each once, in the network namespace of the calling thread. One that vanishes later takes its frames with it.</param>
    /// <exception cref="SystemCallException">
    /// The kernel has no TAP devices or no BPF at their ingress, or the process may not (CAP_NET_ADMIN, CAP_BPF). Nothing stays.
    /// </exception>
    public static PuntDevice Open(IReadOnlyList<int> interfaces) => Open(interfaces, TcIngressAttachment.Attach);

    /// <summary>Makes a device whose program is put in place by <paramref name="attach"/>: program, interface index, name.</summary>
    internal static PuntDevice Open(IReadOnlyList<int> interfaces, Func<BpfDescriptor, int, string, TcIngressAttachment> attach)
    {
        if (interfaces.Count == 0 || interfaces.Count > Capacity)
            throw new ArgumentException($"{interfaces.Count} interfaces: a punt device has 1 to {Capacity}", nameof(interfaces));
        if (interfaces.Distinct().Count() != interfaces.Count)
            throw new ArgumentException("an interface is named twice", nameof(interfaces));

        TapQueue[] queues = OpenQueues(interfaces.Count);
        BpfDescriptor? program = null;
        TcIngressAttachment? attachment = null;
        try
        {
            string name = queues[0].DeviceName;
            int index = NetworkDevice.Read(name).Index;
            program = LoadProgram(interfaces);
            attachment = attach(program, index, name);
            TapLink.SetUpQuietly(index, name);
            return new PuntDevice([.. interfaces], queues, program, attachment);
        }
        catch
        {
            attachment?.Dispose();
            program?.Dispose();
            Close(queues);
            throw;
        }
    }

    /// <summary>Gives a frame back. Never blocks, never throws, doesn't allocate.</summary>
    /// <param name="frame">From the Ethernet header on, as it was received; VLAN tags included.</param>
    /// <param name="interfaceIndex">The interface that it came from.</param>
    /// <param name="checksumStart">
    /// If the layer-4 checksum is the pseudo-header's sum alone, as senders on the same host leave it: octets from the frame's start to the layer-4 header.
    /// 0 when the checksum is complete.
    /// </param>
    /// <param name="checksumOffset">Octets from there to the checksum field: 16 for TCP, 6 for UDP.</param>
    /// <param name="segmentSize">
    /// If the frame is an aggregate, TCP over IPv4 of up to 64 KB that is to leave in segments if it leaves again: octets of payload in each. Else 0.
    /// </param>
    /// <returns>
    /// False when the kernel didn't take it: no memory, the device was set down or deleted, no such interface; <see cref="LastError"/> tells. The caller
    /// counts. True doesn't say that it was delivered: what overflows behind the device (net.core.netdev_max_backlog) the kernel counts in
    /// <c>/proc/net/softnet_stat</c>.
    /// </returns>
    public bool TryWrite(ReadOnlySpan<byte> frame, int interfaceIndex, ushort checksumStart, ushort checksumOffset, ushort segmentSize = 0)
    {
        int queue = Array.IndexOf(_interfaces, interfaceIndex);
        VirtioNetHeader header = default;
        if (checksumStart != 0)
        {
            header.Flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
            header.ChecksumStart = checksumStart;
            header.ChecksumOffset = checksumOffset;
        }

        if (segmentSize != 0)
        {
            header.SegmentationType = VIRTIO_NET_HDR_GSO_TCPV4;
            header.SegmentSize = segmentSize;
        }

        Errno errno = queue >= 0 ? _queues[queue].Write(header, frame) : Errno.ENODEV;
        if (errno == Errno.None)
            return true;
        _lastError = errno;
        return false;
    }

    /// <summary>Removes the device.</summary>
    public void Dispose()
    {
        _attachment.Dispose();
        _program.Dispose();
        Close(_queues);
    }

    // The number of a queue is its interface's place in the list.
    private static TapQueue[] OpenQueues(int count)
    {
        List<TapQueue> queues = [];
        try
        {
            while (queues.Count < count)
                queues.Add(TapQueue.Open(queues.Count == 0 ? NamePrefix + "%d" : queues[0].DeviceName));

            return [.. queues];
        }
        catch
        {
            Close(queues);
            throw;
        }
    }

    private static BpfDescriptor LoadProgram(IReadOnlyList<int> interfaces)
    {
        using BpfObject loading = BpfObject.Open("punt.bpf.o", "the punt program");
        loading.Load();
        using BpfMap<uint, uint> map = new(loading.TakeMap("targets"), "targets");
        for (int i = 0; i < interfaces.Count; i++)
            map.Update((uint)i, (uint)interfaces[i]);

        return loading.TakeProgram("punt");
    }

    private static void Close(IEnumerable<TapQueue> queues)
    {
        foreach (TapQueue queue in queues)
            queue.Dispose();
    }
}
