using FastLb.Dataplane.Pipeline;
using FastLb.DataplaneChannel.Messages;
using FastLb.Native.Bpf;
using FastLb.Native.Xdp;
using FastLb.PacketIO;
using FastLb.PacketIO.AfXdp;

namespace FastLb.DataplaneHost;

/// <summary>What the dataplane reports of its ports, programs and frames, under the names that users see.</summary>
internal static class StatusNames
{
    /// <summary>The reason's name with a small first letter, as in JSON.</summary>
    public static string Of(VerdictReason reason) => CamelCase(reason.ToString());

    /// <summary>The verdict's name, in the same way.</summary>
    public static string Of(VerdictKind kind) => CamelCase(kind.ToString());

    /// <summary>The steering outcome's name, in the same way.</summary>
    public static string Of(SteeringOutcome outcome) => CamelCase(outcome.ToString());

    /// <summary>Where an interface's XDP program runs: <c>native</c> or <c>generic</c>.</summary>
    public static string Of(XdpAttachMode mode) => CamelCase(mode.ToString());

    public static IReadOnlyList<PortStatus> PortsOf(OpenPorts open)
    {
        var ports = new List<PortStatus>();
        foreach (AfXdpPort port in open.Ports.Ports)
        {
            PortCounters counters = port.Socket.ReadCounters();
            xdp_statistics kernel = port.Socket.GetStatistics();
            ports.Add(new PortStatus(
                port.Socket.Queue.Interface,
                port.Socket.Queue.Queue,
                "af_xdp",
                Of(open.AttachModeOf(port.Socket.Queue.InterfaceIndex)),
                port.Socket.IsZeroCopy ? "zero-copy" : "copy",
                counters.Received,
                counters.Enqueued,
                (long)(kernel.rx_dropped + kernel.rx_ring_full),
                counters.ChainsRefused));
        }

        return ports;
    }

    public static SteeringStatus SteeringOf((string Interface, SteeringProgram Program) steering) => new(
        steering.Interface, steering.Program.ReadCounters().ToDictionary(entry => Of(entry.Key), entry => (long)entry.Value));

    public static FrameStatus FramesOf(FrameAccount? account) => account is not { } frames
        ? new FrameStatus(0, 0, 0, 0, 0, 0, 0, 0)
        : new FrameStatus(
            (int)frames.Total,
            (int)frames.Free,
            (int)frames.InFillRings,
            (int)frames.InReceiveRings,
            (int)frames.InTransmitRings,
            (int)(frames.InCompletionRings + frames.InFlight),
            (int)(frames.Held + frames.BetweenWorkers),
            (int)frames.Lost);

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
