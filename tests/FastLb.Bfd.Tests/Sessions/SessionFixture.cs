namespace FastLb.Bfd.Tests.Sessions;

/// <summary>One session under simulated time, told what a test wants it to hear.</summary>
internal sealed class SessionFixture
{
    public const uint Own = 0x0A0A0A0A;
    public const uint Other = 0x0B0B0B0B;

    private readonly BfdEffectList _effects = new();
    private BfdSessionMachine _machine;

    public SessionFixture(BfdSessionSettings? settings = null)
    {
        _machine = new BfdSessionMachine(settings ?? Settings());
        State = BfdSessionState.Initial(_machine.Settings, Own);
    }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(100);

    public BfdSessionState State { get; private set; }

    /// <summary>What the random number is: 0 has packets leave as late as may be.</summary>
    public double Chance { get; set; }

    /// <summary>What the last step sent.</summary>
    public BfdControlPacket? Sent { get; private set; }

    /// <summary>Why the last step heeded no packet.</summary>
    public BfdDiscardReason Discarded { get; private set; }

    /// <summary>The change of state of the last step.</summary>
    public (BfdState From, BfdState To)? Change { get; private set; }

    /// <summary>100 ms each way, three times.</summary>
    public static BfdSessionSettings Settings() => new()
    {
        TransmitInterval = TimeSpan.FromMilliseconds(100),
        ReceiveInterval = TimeSpan.FromMilliseconds(100),
        Multiplier = 3,
    };

    /// <summary>What the neighbour says, with 50 ms each way, twice, when up.</summary>
    public static BfdControlPacket Packet(BfdState state, uint your = Own) => new(state, Other, your)
    {
        DetectMultiplier = 2,
        DesiredMinTransmit = state == BfdState.Up ? TimeSpan.FromMilliseconds(50) : TimeSpan.FromSeconds(1),
        RequiredMinReceive = TimeSpan.FromMilliseconds(50),
    };

    /// <summary>A session that is up, and whose poll has been answered and forgotten.</summary>
    public static SessionFixture Up(BfdSessionSettings? settings = null)
    {
        SessionFixture session = new(settings);
        session.Start();
        session.Hear(Packet(BfdState.Down, your: 0));
        session.Hear(Packet(BfdState.Init));
        session.Hear(Packet(BfdState.Up) with { IsFinal = true });
        session.Hear(Packet(BfdState.Up));
        Assert.Equal((BfdState.Up, BfdPoll.None), (session.State.State, session.State.Poll));
        return session;
    }

    public void Start() => Step(BfdInput.Start(Chance));

    public void Stop() => Step(BfdInput.Stop(Chance));

    public void Hear(in BfdControlPacket packet) => Step(BfdInput.PacketReceived(packet, Chance));

    public void Reconfigure(BfdSessionSettings settings)
    {
        _machine = new BfdSessionMachine(settings);
        Step(BfdInput.Reconfigured(Chance));
    }

    /// <summary>Lets the time pass until the session wants to act, and has it act.</summary>
    public void Act()
    {
        Assert.NotEqual(BfdSessionState.Never, State.NextDeadline);
        Now = State.NextDeadline > Now ? State.NextDeadline : Now;
        Step(BfdInput.TimerDue(Chance));
    }

    /// <summary>Lets so much time pass, with the session acting whenever it wants to.</summary>
    /// <returns>What it sent.</returns>
    public List<BfdControlPacket> Pass(TimeSpan time)
    {
        List<BfdControlPacket> sent = [];
        TimeSpan end = Now + time;
        while (State.NextDeadline <= end)
        {
            Act();
            if (Sent is { } packet)
                sent.Add(packet);
        }

        Now = end;
        return sent;
    }

    private void Step(in BfdInput input)
    {
        State = _machine.Step(State, input, Now, _effects);
        Sent = null;
        Discarded = BfdDiscardReason.None;
        Change = null;
        foreach (ref readonly BfdEffect effect in _effects.Effects)
        {
            if (effect.Kind == BfdEffectKind.SendPacket)
                Sent = Sent is null ? effect.Packet : throw new InvalidOperationException("two packets in one step");
            else if (effect.Kind == BfdEffectKind.StateChanged)
                Change = (effect.From, effect.To);
            else
                Discarded = effect.Reason;
        }
    }
}
