namespace FastLb.Bfd;

/// <summary>The kinds of <see cref="BfdInput"/>.</summary>
public enum BfdInputKind : byte
{
    /// <summary>Leaves AdminDown.</summary>
    Start,

    /// <summary><see cref="BfdSessionState.NextDeadline"/> has come. If it has not, nothing happens.</summary>
    TimerDue,

    /// <summary>A packet for this session, which has passed <see cref="BfdPacketCheck"/>.</summary>
    PacketReceived,

    /// <summary>The machine has other settings than at the step before.</summary>
    Reconfigured,

    /// <summary>Goes AdminDown, and says so.</summary>
    Stop,
}

/// <summary>Something that happens to a session.</summary>
public readonly record struct BfdInput
{
    private BfdInput(BfdInputKind kind, double chance)
    {
        Kind = kind;
        Chance = chance;
    }

    /// <summary>What it is.</summary>
    public BfdInputKind Kind { get; }

    /// <summary>A random number from 0 up to, but not including, 1: by how much the next packet is early, if one is scheduled.</summary>
    public double Chance { get; }

    /// <summary>Of <see cref="BfdInputKind.PacketReceived"/>.</summary>
    public BfdControlPacket Packet { get; private init; }

    /// <summary>Leaves AdminDown.</summary>
    public static BfdInput Start(double chance) => new(BfdInputKind.Start, chance);

    /// <summary><see cref="BfdSessionState.NextDeadline"/> has come.</summary>
    public static BfdInput TimerDue(double chance) => new(BfdInputKind.TimerDue, chance);

    /// <summary>A packet for this session.</summary>
    public static BfdInput PacketReceived(in BfdControlPacket packet, double chance) => new(BfdInputKind.PacketReceived, chance) { Packet = packet };

    /// <summary>The machine has other settings.</summary>
    public static BfdInput Reconfigured(double chance) => new(BfdInputKind.Reconfigured, chance);

    /// <summary>Goes AdminDown, and says so.</summary>
    public static BfdInput Stop(double chance) => new(BfdInputKind.Stop, chance);
}
