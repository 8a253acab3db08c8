namespace FastLb.Bfd;

/// <summary>The kinds of <see cref="BfdEffect"/>.</summary>
public enum BfdEffectKind : byte
{
    /// <summary>A packet is to be sent.</summary>
    SendPacket,

    /// <summary>The session is in another state.</summary>
    StateChanged,

    /// <summary>The packet received was not heeded.</summary>
    Discarded,
}

/// <summary>Something to be done after a step.</summary>
public readonly record struct BfdEffect
{
    private BfdEffect(BfdEffectKind kind) => Kind = kind;

    /// <summary>What is to be done.</summary>
    public BfdEffectKind Kind { get; }

    /// <summary>Of <see cref="BfdEffectKind.SendPacket"/>.</summary>
    public BfdControlPacket Packet { get; private init; }

    /// <summary>Of <see cref="BfdEffectKind.StateChanged"/>: the state before.</summary>
    public BfdState From { get; private init; }

    /// <summary>Of <see cref="BfdEffectKind.StateChanged"/>: the state now.</summary>
    public BfdState To { get; private init; }

    /// <summary>Of <see cref="BfdEffectKind.Discarded"/>.</summary>
    public BfdDiscardReason Reason { get; private init; }

    internal static BfdEffect SendPacket(in BfdControlPacket packet) => new(BfdEffectKind.SendPacket) { Packet = packet };

    internal static BfdEffect StateChanged(BfdState from, BfdState to) => new(BfdEffectKind.StateChanged) { From = from, To = to };

    internal static BfdEffect Discarded(BfdDiscardReason reason) => new(BfdEffectKind.Discarded) { Reason = reason };
}

/// <summary>The effects of one step, in the order in which they are to be carried out. Made once and used for every step; belongs to one thread.</summary>
public sealed class BfdEffectList
{
    // A step changes the state once and sends one packet, or discards one: two at the most.
    private readonly BfdEffect[] _effects = new BfdEffect[4];
    private int _count;

    /// <summary>The effects, valid until the next step.</summary>
    public ReadOnlySpan<BfdEffect> Effects => _effects.AsSpan(0, _count);

    internal void Clear() => _count = 0;

    internal void Add(in BfdEffect effect) => _effects[_count++] = effect;
}
