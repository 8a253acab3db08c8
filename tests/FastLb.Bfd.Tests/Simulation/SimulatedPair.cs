namespace FastLb.Bfd.Tests.Simulation;

/// <summary>
/// Two sessions under simulated time and a link between them that delays, loses and doubles packets as a seed says. Packets go over it as bytes. What is true of every step is
/// checked here.
/// </summary>
internal sealed class SimulatedPair(int seed)
{
    private readonly PriorityQueue<(int To, byte[] Payload), TimeSpan> _underWay = new();
    private readonly BfdEffectList _effects = new();
    private readonly SimulatedEnd[] _ends = new SimulatedEnd[2];
    private uint _lastDiscriminator;

    public Random Random { get; } = new(seed);

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1000);

    /// <summary>Of packets; 1 for a link that is cut.</summary>
    public double Loss { get; set; }

    /// <summary>The longest way of a packet.</summary>
    public TimeSpan MostDelay { get; set; } = TimeSpan.FromMilliseconds(0.5);

    public int Changes { get; private set; }

    public int Polls { get; private set; }

    public SimulatedEnd this[int index] => _ends[index];

    public bool AreUp => _ends.All(end => end.State.State == BfdState.Up);

    /// <summary>Begins a session, in place of one that vanishes without a word.</summary>
    public void Begin(int index, BfdSessionSettings settings)
    {
        var machine = new BfdSessionMachine(settings);
        _ends[index] = new SimulatedEnd(machine, BfdSessionState.Initial(settings, ++_lastDiscriminator));
        Step(index, BfdInput.Start(Random.NextDouble()));
    }

    public void Reconfigure(int index, BfdSessionSettings settings)
    {
        _ends[index].Machine = new BfdSessionMachine(settings);
        Step(index, BfdInput.Reconfigured(Random.NextDouble()));
    }

    /// <summary>Hands any bytes to an end, as if they had come over the link.</summary>
    public void Inject(int index, byte[] payload) => Arrive(index, payload);

    public void RunUntil(TimeSpan end)
    {
        while (true)
        {
            int next = _ends[0].State.NextDeadline <= _ends[1].State.NextDeadline ? 0 : 1;
            TimeSpan timer = _ends[next].State.NextDeadline;
            bool isPacket = _underWay.TryPeek(out (int To, byte[] Payload) packet, out TimeSpan arrival) && arrival <= timer;
            TimeSpan at = isPacket ? arrival : timer;
            if (at > end)
                break;
            Now = at > Now ? at : Now;
            if (isPacket)
                Arrive(packet.To, _underWay.Dequeue().Payload);
            else
                Step(next, BfdInput.TimerDue(Random.NextDouble()));
        }

        Now = end;
    }

    public void Fail(string what) => Assert.Fail($"seed {seed}, {Now.TotalSeconds:F6} s: {what}; {_ends[0].State}; {_ends[1].State}");

    private void Arrive(int index, byte[] payload)
    {
        if (BfdPacketCheck.Check(payload, out BfdControlPacket packet) != BfdDiscardReason.None)
            return;
        if (packet.YourDiscriminator == 0 || packet.YourDiscriminator == _ends[index].State.LocalDiscriminator)
            Step(index, BfdInput.PacketReceived(packet, Random.NextDouble()));
    }

    private void Step(int index, in BfdInput input)
    {
        SimulatedEnd end = _ends[index];
        BfdSessionState before = end.State;
        end.State = end.Machine.Step(before, input, Now, _effects);
        foreach (ref readonly BfdEffect effect in _effects.Effects)
        {
            if (effect.Kind == BfdEffectKind.SendPacket)
            {
                Send(index, effect.Packet);
            }
            else if (effect.Kind == BfdEffectKind.StateChanged)
            {
                Changes++;
                if ((effect.From, effect.To) is (BfdState.Up, BfdState.Init) or (BfdState.AdminDown, not BfdState.Down))
                    Fail($"end {index} went from {effect.From} to {effect.To}");
            }
        }

        if (before.State == BfdState.Up && end.State.State == BfdState.Down && end.State.Diagnostic == BfdDiagnostic.DetectionTimeExpired && Now != before.DetectionDeadline)
            Fail($"end {index} gave up at another time than {before.DetectionDeadline}");
        if (end.State.State != BfdState.Up && end.State.HasStarted && end.State.TransmitBasis < BfdSessionSettings.LeastIdleInterval)
            Fail($"end {index} is too fast for one that isn't up");
        if (end.State.NextTransmission != BfdSessionState.Never && end.State.NextTransmission > Now + end.State.TransmitInterval)
            Fail($"end {index} is too slow");
    }

    private void Send(int index, in BfdControlPacket packet)
    {
        if (packet.IsPoll && packet.IsFinal)
            Fail($"end {index} asks and answers in one packet");
        Polls += packet.IsPoll ? 1 : 0;
        for (int copies = Random.Next(20) == 0 ? 2 : 1; copies > 0; copies--)
        {
            if (Random.NextDouble() < Loss)
                continue;
            byte[] payload = new byte[BfdControlPacket.Length];
            packet.Write(payload);
            TimeSpan arrival = Now + (MostDelay * Random.NextDouble());
            _ends[index].LastArrival = arrival = arrival > _ends[index].LastArrival ? arrival : _ends[index].LastArrival; // a link keeps the order
            _underWay.Enqueue((1 - index, payload), arrival);
        }
    }
}

/// <summary>One end of a <see cref="SimulatedPair"/>.</summary>
internal sealed class SimulatedEnd(BfdSessionMachine machine, BfdSessionState state)
{
    public BfdSessionMachine Machine { get; set; } = machine;

    public BfdSessionState State { get; set; } = state;

    /// <summary>When the last packet that it sent arrives.</summary>
    public TimeSpan LastArrival { get; set; }
}
