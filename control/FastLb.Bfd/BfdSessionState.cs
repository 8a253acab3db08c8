namespace FastLb.Bfd;

/// <summary>How far a poll sequence is (RFC 5880 section 6.5).</summary>
public enum BfdPoll : byte
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>Packets ask for an answer, which hasn't come.</summary>
    Sent,

    /// <summary>The answer has come. Another sequence could take a late answer for its own until a packet without F arrives (RFC 5880 section 6.8.3).</summary>
    Answered,
}

/// <summary>
/// All that a session remembers (RFC 5880 section 6.8.1); immutable. Moments are on the monotonic clock that <see cref="BfdSessionMachine.Step"/> is given, whose origin is the
/// caller's choice; <see cref="Never"/> stands for one that doesn't come or hasn't been.
/// </summary>
public readonly record struct BfdSessionState
{
    /// <summary>The moment that doesn't come, and the interval without end.</summary>
    public static readonly TimeSpan Never = TimeSpan.MaxValue;

    /// <summary>bfd.SessionState.</summary>
    public BfdState State { get; init; }

    /// <summary>bfd.LocalDiag: why it changed last; <see cref="BfdDiagnostic.None"/> again once it is Init or Up.</summary>
    public BfdDiagnostic Diagnostic { get; init; }

    /// <summary>bfd.LocalDiscr: this end's number of the session, unique on this host and not 0.</summary>
    public uint LocalDiscriminator { get; init; }

    /// <summary>True from the first start on: a session that has never been started says nothing.</summary>
    public bool HasStarted { get; init; }

    /// <summary>Desired Min TX Interval as packets say.</summary>
    public TimeSpan DesiredMinTransmit { get; init; }

    /// <summary>Required Min RX Interval as packets say.</summary>
    public TimeSpan RequiredMinReceive { get; init; }

    /// <summary>Detect Mult as packets say.</summary>
    public byte DetectMultiplier { get; init; }

    /// <summary><see cref="DesiredMinTransmit"/> as it is acted on: an increase waits for the answer to the poll while up.</summary>
    public TimeSpan TransmitBasis { get; init; }

    /// <summary><see cref="RequiredMinReceive"/> as the detection time goes by it: a decrease waits for the answer to the poll while up.</summary>
    public TimeSpan DetectionBasis { get; init; }

    /// <summary>The poll sequence that tells the neighbour of changed intervals.</summary>
    public BfdPoll Poll { get; init; }

    /// <summary>bfd.RemoteSessionState.</summary>
    public BfdState RemoteState { get; init; }

    /// <summary>The neighbour's Diag; any of 0 to 31.</summary>
    public BfdDiagnostic RemoteDiagnostic { get; init; }

    /// <summary>bfd.RemoteDiscr: the neighbour's number of the session; 0 while nothing is heard of it.</summary>
    public uint RemoteDiscriminator { get; init; }

    /// <summary>bfd.RemoteDemandMode.</summary>
    public bool RemoteIsDemanding { get; init; }

    /// <summary>bfd.RemoteMinRxInterval.</summary>
    public TimeSpan RemoteMinReceive { get; init; }

    /// <summary>The neighbour's Desired Min TX Interval.</summary>
    public TimeSpan RemoteMinTransmit { get; init; }

    /// <summary>The neighbour's Detect Mult; 0 while nothing is heard of it.</summary>
    public byte RemoteDetectMultiplier { get; init; }

    /// <summary>When a packet was heeded last.</summary>
    public TimeSpan LastReceived { get; init; }

    /// <summary>When a packet was sent last, answers to polls aside.</summary>
    public TimeSpan LastTransmission { get; init; }

    /// <summary>When the next periodic packet is due.</summary>
    public TimeSpan NextTransmission { get; init; }

    /// <summary>
    /// From one packet to the next, before jitter (RFC 5880 section 6.8.7): the slower of what this end wants and what the neighbour can take. <see cref="Never"/> when the
    /// neighbour wants none.
    /// </summary>
    public TimeSpan TransmitInterval => RemoteMinReceive == TimeSpan.Zero ? Never : Longer(TransmitBasis, RemoteMinReceive);

    /// <summary>From one packet of the neighbour to the next, at the most; zero while nothing is heard of it.</summary>
    public TimeSpan ReceiveInterval => RemoteDetectMultiplier == 0 ? TimeSpan.Zero : Longer(DetectionBasis, RemoteMinTransmit);

    /// <summary>How long the neighbour may be silent (RFC 5880 section 6.8.4); zero while nothing is heard of it.</summary>
    public TimeSpan DetectionTime => RemoteDetectMultiplier * ReceiveInterval;

    /// <summary>When the neighbour's silence will have been too long.</summary>
    public TimeSpan DetectionDeadline => LastReceived == Never ? Never : LastReceived + DetectionTime;

    /// <summary>
    /// When <see cref="BfdInput.TimerDue"/> is wanted. Whoever comes late, because the process was held up, hands over the packets that have arrived meanwhile first:
    /// otherwise a neighbour that is alive would count as silent.
    /// </summary>
    public TimeSpan NextDeadline => NextTransmission < DetectionDeadline ? NextTransmission : DetectionDeadline;

    /// <summary>Demand mode is active at the neighbour, which wants no periodic packets (RFC 5880 section 6.8.6).</summary>
    internal bool NeighbourDemands => RemoteIsDemanding && State == BfdState.Up && RemoteState == BfdState.Up;

    /// <summary>A session before its start.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="discriminator">Unique on this host, not 0, and hard to guess: it is all that a stranger needs to know (RFC 5880 section 6.3).</param>
    public static BfdSessionState Initial(BfdSessionSettings settings, uint discriminator)
    {
        ArgumentOutOfRangeException.ThrowIfZero(discriminator);
        return new BfdSessionState
        {
            State = BfdState.AdminDown,
            LocalDiscriminator = discriminator,
            DesiredMinTransmit = settings.IdleTransmitInterval,
            TransmitBasis = settings.IdleTransmitInterval,
            RequiredMinReceive = settings.ReceiveInterval,
            DetectionBasis = settings.ReceiveInterval,
            DetectMultiplier = settings.Multiplier,
            LastTransmission = Never,
            NextTransmission = Never,
        }.WithoutNeighbour();
    }

    /// <summary>
    /// Nothing heard of the neighbour. The RFC has only bfd.RemoteDiscr forgotten after a detection time of silence; the rest goes with it, since a neighbour that comes back may
    /// be another process, which wants packets where the former had wanted none.
    /// </summary>
    internal BfdSessionState WithoutNeighbour() => this with
    {
        RemoteState = BfdState.Down,
        RemoteDiagnostic = BfdDiagnostic.None,
        RemoteDiscriminator = 0,
        RemoteIsDemanding = false,
        RemoteMinReceive = TimeSpan.FromMicroseconds(1), // its initial value (RFC 5880 section 6.8.1)
        RemoteMinTransmit = TimeSpan.Zero,
        RemoteDetectMultiplier = 0,
        LastReceived = Never,
    };

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
