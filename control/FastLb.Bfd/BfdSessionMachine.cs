namespace FastLb.Bfd;

/// <summary>
/// A session of bidirectional forwarding detection in asynchronous mode (RFC 5880 section 6.8): a function of state, input and time, which has no clock, socket, random number or
/// memory of its own. Whoever reloads the configuration makes another one and goes on with the state, by <see cref="BfdInput.Reconfigured"/>.
/// </summary>
public sealed class BfdSessionMachine
{
    /// <summary>
    /// Takes settings whose ranges the configuration has checked; throws <see cref="ArgumentException"/> for those that it would have refused.
    /// </summary>
    public BfdSessionMachine(BfdSessionSettings settings)
    {
        if (settings.FindFault() is { } fault)
            throw new ArgumentException(fault, nameof(settings));
        Settings = settings;
    }

    /// <summary>What the configuration says.</summary>
    public BfdSessionSettings Settings { get; }

    /// <summary>The state after an input. Allocates nothing.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="input">What happens.</param>
    /// <param name="now">The present moment on a monotonic clock.</param>
    /// <param name="effects">Gets what is to be done, in order; what it held is lost.</param>
    public BfdSessionState Step(in BfdSessionState state, in BfdInput input, TimeSpan now, BfdEffectList effects)
    {
        effects.Clear();
        bool isHeeded = true;
        BfdSessionState next = input.Kind switch
        {
            BfdInputKind.Start => OnStart(state, effects),
            BfdInputKind.TimerDue => OnTimer(state, now, effects),
            BfdInputKind.PacketReceived => OnPacket(state, input.Packet, now, effects, out isHeeded),
            BfdInputKind.Reconfigured => state,
            BfdInputKind.Stop => OnStop(state, effects),
            _ => throw new ArgumentOutOfRangeException(nameof(input), input.Kind, "There is no such input"),
        };
        bool isPolled = input.Kind == BfdInputKind.PacketReceived && isHeeded && input.Packet.IsPoll;
        return BfdTransmission.Speak(Settings, state, BfdNegotiation.Apply(Settings, next), isPolled, input.Chance, now, effects);
    }

    private static BfdSessionState OnStart(in BfdSessionState state, BfdEffectList effects) => state.State == BfdState.AdminDown
        ? Enter(state with { HasStarted = true }, BfdState.Down, BfdDiagnostic.None, effects).WithoutNeighbour()
        : state;

    private static BfdSessionState OnStop(in BfdSessionState state, BfdEffectList effects) =>
        state.State == BfdState.AdminDown ? state : Enter(state, BfdState.AdminDown, BfdDiagnostic.AdministrativelyDown, effects);

    private static BfdSessionState OnTimer(in BfdSessionState state, TimeSpan now, BfdEffectList effects)
    {
        if (now < state.DetectionDeadline)
            return state;
        return (state.State is BfdState.Init or BfdState.Up ? Enter(state, BfdState.Down, BfdDiagnostic.DetectionTimeExpired, effects) : state).WithoutNeighbour();
    }

    private static BfdSessionState OnPacket(in BfdSessionState state, in BfdControlPacket packet, TimeSpan now, BfdEffectList effects, out bool isHeeded)
    {
        isHeeded = false;
        if (packet.HasAuthentication)
        {
            effects.Add(BfdEffect.Discarded(BfdDiscardReason.UnexpectedAuthentication));
            return state;
        }

        BfdSessionState told = Note(state, packet);
        if (state.State == BfdState.AdminDown)
        {
            effects.Add(BfdEffect.Discarded(BfdDiscardReason.AdministrativelyDown));
            return told;
        }

        isHeeded = true;
        return Follow(told with { LastReceived = now }, packet.State, effects);
    }

    /// <summary>The variables that a packet sets, whatever comes of it.</summary>
    private static BfdSessionState Note(in BfdSessionState state, in BfdControlPacket packet) => state with
    {
        RemoteState = packet.State,
        RemoteDiagnostic = packet.Diagnostic,
        RemoteDiscriminator = packet.MyDiscriminator,
        RemoteIsDemanding = packet.IsDemand,
        RemoteMinReceive = packet.RequiredMinReceive,
        RemoteMinTransmit = packet.DesiredMinTransmit,
        RemoteDetectMultiplier = packet.DetectMultiplier,
        Poll = (state.Poll, packet.IsFinal) switch
        {
            (BfdPoll.Sent, true) => BfdPoll.Answered,
            (BfdPoll.Answered, false) => BfdPoll.None,
            _ => state.Poll,
        },
    };

    /// <summary>The three-way handshake, up and down (RFC 5880 section 6.2).</summary>
    private static BfdSessionState Follow(in BfdSessionState state, BfdState remote, BfdEffectList effects) => (state.State, remote) switch
    {
        (BfdState.Down, BfdState.Down) => Enter(state, BfdState.Init, BfdDiagnostic.None, effects),
        (BfdState.Down, BfdState.Init) or (BfdState.Init, BfdState.Init or BfdState.Up) => Enter(state, BfdState.Up, BfdDiagnostic.None, effects),
        (BfdState.Init or BfdState.Up, BfdState.AdminDown) or (BfdState.Up, BfdState.Down) => Enter(state, BfdState.Down, BfdDiagnostic.NeighbourSignalledDown, effects),
        _ => state,
    };

    private static BfdSessionState Enter(in BfdSessionState state, BfdState to, BfdDiagnostic diagnostic, BfdEffectList effects)
    {
        effects.Add(BfdEffect.StateChanged(state.State, to));
        return state with { State = to, Diagnostic = diagnostic };
    }
}
