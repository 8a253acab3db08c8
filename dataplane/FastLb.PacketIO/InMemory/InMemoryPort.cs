using FastLb.Dataplane.Pipeline;

namespace FastLb.PacketIO.InMemory;

/// <summary>A port without a kernel, for tests and benchmarks: its frames come from and go to an <see cref="InMemoryLink"/>.</summary>
/// <param name="link">The far end.</param>
public readonly struct InMemoryPort(InMemoryLink link) : IPacketPort
{
    public ushort Index => link.Index;

    public int InterfaceIndex => link.InterfaceIndex;

    public int PollDescriptor => -1;

    public PortCondition Condition => link.Condition;

    public bool HasWaitingTransmits => link.EnqueuedCount != 0;

    public int Receive(Span<PacketSlot> slots) => link.Receive(slots);

    public bool TryEnqueue(ref readonly PacketSlot slot) => link.TryEnqueue(in slot);

    public FlushOutcome Flush() => link.Flush();

    public int Reclaim() => link.Reclaim();

    /// <inheritdoc/>
    /// <remarks>Nothing to do: the link takes a chunk when a frame arrives.</remarks>
    public int Refill() => 0;

    public PortCondition Probe() => link.Condition;
}
