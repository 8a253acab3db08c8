using FastLb.Dataplane.Pipeline;

namespace FastLb.PacketIO;

/// <summary>
/// A place where frames come in and go out: one queue of one interface, owned by one worker. All ports share one frame memory, and all of a worker one
/// <see cref="FramePool"/>, so that a frame received by one may be sent by any other without a copy. Every member but those marked otherwise is for the worker's thread.
/// Implementations are structs, so that a worker generic over them calls them directly.
/// </summary>
/// <remarks>
/// A frame is owned by the port from <see cref="TryEnqueue"/> until its completion returns it to the pool, by the caller from <see cref="Receive"/> until
/// it's enqueued or returned to the pool by the caller. A worker's round: <see cref="Receive"/>, process, <see cref="TryEnqueue"/> each, then for every port
/// <see cref="Flush"/>, <see cref="Reclaim"/>, <see cref="Refill"/>.
/// </remarks>
public interface IPacketPort
{
    /// <summary>The port's number among those of all workers, as in <see cref="PacketSlot.IngressPort"/> and <see cref="PacketSlot.EgressPort"/>.</summary>
    ushort Index { get; }

    /// <summary>The interface that the port is a queue of, by a number that its other ports have too: a frame may leave by any of them.</summary>
    int InterfaceIndex { get; }

    /// <summary>What to poll for received frames; -1 when there is nothing to poll.</summary>
    int PollDescriptor { get; }

    /// <summary>Whether the port works. Any thread.</summary>
    PortCondition Condition { get; }

    /// <summary>True when enqueued frames have not been taken over by the kernel yet: call <see cref="Flush"/> again.</summary>
    bool HasWaitingTransmits { get; }

    /// <summary>Takes received frames, of one or several chunks (<see cref="FrameChains"/>). Fields of the slots that receiving doesn't set are cleared.</summary>
    /// <param name="slots">Room for frames.</param>
    /// <returns>How many of the slots, from the first, hold a frame now.</returns>
    int Receive(Span<PacketSlot> slots);

    /// <summary>
    /// Puts a frame into the transmit queue; it goes out with the next <see cref="Flush"/>. A partial checksum (<see cref="PacketSlot.ChecksumStart"/>) is
    /// completed on the way.
    /// </summary>
    /// <param name="slot">
    /// The frame, of at most <see cref="FrameChains.MostSentChunks"/> chunks and no aggregate: those are cut before. It must lie inside its chunk, or its parts inside theirs, and end where its chain does (<see cref="FrameChains.Trim"/>); a port that uses transmit metadata needs the bytes that it left out of <see cref="PacketSlot.Headroom"/> when
    /// it received the frame (24, <see cref="AfXdp.Umem.TransmitMetadataLength"/>) to be there still.
    /// </param>
    /// <returns>False when the queue is full or the port is gone: the frame stays the caller's.</returns>
    bool TryEnqueue(ref readonly PacketSlot slot);

    /// <summary>Hands what was enqueued to the kernel and has it sent, as far as the kernel takes it now. Never blocks.</summary>
    FlushOutcome Flush();

    /// <summary>Returns the chunks of sent frames to the pool.</summary>
    /// <returns>How many.</returns>
    int Reclaim();

    /// <summary>Gives free chunks to the kernel to receive into, up to the port's share.</summary>
    /// <returns>How many.</returns>
    int Refill();

    /// <summary>
    /// Asks the kernel whether the interface is still there; a system call, for once a second or so. A port that sends finds out by <see cref="Flush"/>; an
    /// idle one only by this, for poll doesn't tell.
    /// </summary>
    PortCondition Probe();
}

/// <summary>What became of the frames handed over by <see cref="IPacketPort.Flush"/>.</summary>
public enum FlushOutcome
{
    /// <summary>The kernel or the driver has them all.</summary>
    Drained,

    /// <summary>The kernel took some and wants to be asked again later, when frames on their way have been delivered.</summary>
    Waiting,

    /// <summary>The link is down; the frames stay in the queue.</summary>
    LinkDown,

    /// <summary>The interface is gone; the frames stay in the queue for good and are accounted for there.</summary>
    Gone,
}

/// <summary>Whether a port works.</summary>
public enum PortCondition
{
    /// <summary>As far as is known it does.</summary>
    Up,

    /// <summary>The link is down; the port works again when it comes up.</summary>
    LinkDown,

    /// <summary>The interface was removed, or moved to another namespace: the port must be opened anew.</summary>
    Gone,
}
