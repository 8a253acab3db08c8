namespace FastLb.Bfd.Tests.Sessions;

/// <summary>When packets are sent (RFC 5880 section 6.8.7) and how intervals are agreed on (section 6.8.3).</summary>
public sealed class TransmissionTests
{
    private static readonly BfdSessionSettings Settings = SessionFixture.Settings();

    [Fact]
    public void Packets_leave_up_to_a_quarter_early()
    {
        SessionFixture session = SessionFixture.Up();
        session.Chance = 0;
        Assert.Equal(TimeSpan.FromMilliseconds(100), Gap(session));
        session.Chance = 0.5;
        Gap(session); // was scheduled before
        Assert.Equal(TimeSpan.FromMilliseconds(87.5), Gap(session));
        session.Chance = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(1) - 1);
        Gap(session);
        Assert.InRange(Gap(session), TimeSpan.FromMilliseconds(75), TimeSpan.FromMilliseconds(75.001));
    }

    [Fact]
    public void With_a_multiplier_of_one_packets_leave_at_least_a_tenth_early()
    {
        SessionFixture session = SessionFixture.Up(Settings with { Multiplier = 1 });
        session.Chance = 0;
        Gap(session);
        Assert.Equal(TimeSpan.FromMilliseconds(90), Gap(session));
        session.Chance = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(1) - 1);
        Gap(session);
        Assert.InRange(Gap(session), TimeSpan.FromMilliseconds(75), TimeSpan.FromMilliseconds(75.001));
    }

    [Fact]
    public void Session_that_is_not_up_sends_once_a_second_or_as_configured()
    {
        SessionFixture session = new(Settings with { IdleTransmitInterval = TimeSpan.FromSeconds(3) });
        session.Start();

        List<BfdControlPacket> sent = session.Pass(TimeSpan.FromSeconds(30));

        Assert.Equal(10, sent.Count);
        Assert.All(sent, packet => Assert.Equal(TimeSpan.FromSeconds(3), packet.DesiredMinTransmit));
    }

    [Fact]
    public void The_slower_of_both_ends_says_how_fast_packets_come()
    {
        SessionFixture session = SessionFixture.Up();
        Assert.Equal(TimeSpan.FromMilliseconds(100), session.State.TransmitInterval);

        session.Hear(SessionFixture.Packet(BfdState.Up) with { RequiredMinReceive = TimeSpan.FromMilliseconds(400) });
        Assert.Equal(TimeSpan.FromMilliseconds(400), session.State.TransmitInterval);
        Assert.Equal(session.State.LastTransmission + TimeSpan.FromMilliseconds(400), session.State.NextTransmission);

        session.Hear(SessionFixture.Packet(BfdState.Up) with { RequiredMinReceive = TimeSpan.FromMilliseconds(10) });
        Assert.Equal(session.State.LastTransmission + TimeSpan.FromMilliseconds(100), session.State.NextTransmission); // not a moment later than it was
    }

    [Fact]
    public void Neighbour_that_wants_packets_faster_gets_one_at_once_when_it_has_waited_long_enough()
    {
        SessionFixture session = SessionFixture.Up();
        session.Hear(SessionFixture.Packet(BfdState.Up) with { RequiredMinReceive = TimeSpan.FromSeconds(10), DesiredMinTransmit = TimeSpan.FromSeconds(10) });
        Assert.Empty(session.Pass(TimeSpan.FromSeconds(5)));

        session.Hear(SessionFixture.Packet(BfdState.Up) with { DesiredMinTransmit = TimeSpan.FromSeconds(10) });
        Assert.True(session.State.NextTransmission <= session.Now);
        session.Act();

        Assert.NotNull(session.Sent);
    }

    [Fact]
    public void Neighbour_that_wants_no_packets_gets_none_but_answers_and_news()
    {
        SessionFixture session = SessionFixture.Up();
        BfdControlPacket silence = SessionFixture.Packet(BfdState.Up) with { RequiredMinReceive = TimeSpan.Zero, DesiredMinTransmit = TimeSpan.FromHours(1) };
        session.Hear(silence);
        Assert.Equal(BfdSessionState.Never, session.State.TransmitInterval);
        Assert.Empty(session.Pass(TimeSpan.FromMinutes(10)));

        session.Hear(silence with { IsPoll = true });
        Assert.True(session.Sent!.Value.IsFinal);
        session.Hear(silence with { State = BfdState.Down });
        Assert.Equal(BfdState.Down, session.Sent!.Value.State);
        Assert.Empty(session.Pass(TimeSpan.FromMinutes(10)));

        session.Pass(TimeSpan.FromHours(2)); // silent for a detection time: it may be another one when it is heard again
        Assert.NotEmpty(session.Pass(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void Poll_is_answered_at_once_and_leaves_the_timer_alone()
    {
        SessionFixture session = SessionFixture.Up();
        session.Pass(TimeSpan.FromMilliseconds(30));
        TimeSpan next = session.State.NextTransmission;

        session.Hear(SessionFixture.Packet(BfdState.Up) with { IsPoll = true });

        Assert.Equal((true, false), (session.Sent!.Value.IsFinal, session.Sent.Value.IsPoll));
        Assert.Equal(next, session.State.NextTransmission);
    }

    [Fact]
    public void Answer_to_a_poll_never_asks_itself()
    {
        SessionFixture session = SessionFixture.Up();
        session.Reconfigure(Settings with { TransmitInterval = TimeSpan.FromMilliseconds(200) });
        Assert.True(session.Sent!.Value.IsPoll);

        session.Hear(SessionFixture.Packet(BfdState.Up) with { IsPoll = true });

        Assert.Equal((true, false, BfdPoll.Sent), (session.Sent!.Value.IsFinal, session.Sent.Value.IsPoll, session.State.Poll));
    }

    [Fact]
    public void Demanding_neighbour_gets_no_packets_but_answers_and_polls()
    {
        SessionFixture session = SessionFixture.Up();
        BfdControlPacket demand = SessionFixture.Packet(BfdState.Up) with { IsDemand = true, DesiredMinTransmit = TimeSpan.FromMinutes(1) };
        session.Hear(demand);
        Assert.Empty(session.Pass(TimeSpan.FromMinutes(1)));

        session.Hear(demand with { IsPoll = true });
        Assert.True(session.Sent!.Value.IsFinal);

        // News must be answered for; until then they are repeated.
        session.Reconfigure(Settings with { Multiplier = 9 });
        Assert.Equal((true, (byte)9), (session.Sent!.Value.IsPoll, session.Sent.Value.DetectMultiplier));
        Assert.All(session.Pass(TimeSpan.FromSeconds(1)), packet => Assert.True(packet.IsPoll));
        session.Hear(demand with { IsFinal = true });
        Assert.Empty(session.Pass(TimeSpan.FromSeconds(10)));

        session.Hear(demand with { IsDemand = false });
        Assert.NotEmpty(session.Pass(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Demand_of_a_neighbour_that_is_not_up_means_nothing()
    {
        SessionFixture session = new();
        session.Start();
        session.Hear(SessionFixture.Packet(BfdState.Down, your: 0) with { IsDemand = true, DesiredMinTransmit = TimeSpan.FromHours(1) });

        Assert.NotEmpty(session.Pass(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void Session_that_has_come_up_polls_until_its_faster_interval_is_known()
    {
        SessionFixture session = new();
        session.Start();
        session.Hear(SessionFixture.Packet(BfdState.Init));
        Assert.Equal((BfdState.Up, true, TimeSpan.FromMilliseconds(100)), (session.Sent!.Value.State, session.Sent.Value.IsPoll, session.Sent.Value.DesiredMinTransmit));
        Assert.All(session.Pass(TimeSpan.FromMilliseconds(350)), packet => Assert.True(packet.IsPoll));

        session.Hear(SessionFixture.Packet(BfdState.Up) with { IsFinal = true });

        List<BfdControlPacket> sent = session.Pass(TimeSpan.FromMilliseconds(150));
        Assert.NotEmpty(sent);
        Assert.All(sent, packet => Assert.False(packet.IsPoll));
    }

    [Fact]
    public void Slower_sending_waits_until_the_neighbour_knows()
    {
        SessionFixture session = SessionFixture.Up();

        session.Reconfigure(Settings with { TransmitInterval = TimeSpan.FromMilliseconds(500) });

        Assert.Equal((true, TimeSpan.FromMilliseconds(500)), (session.Sent!.Value.IsPoll, session.Sent.Value.DesiredMinTransmit));
        Assert.Equal(TimeSpan.FromMilliseconds(100), session.State.TransmitInterval);
        session.Hear(SessionFixture.Packet(BfdState.Up) with { IsFinal = true });
        Assert.Equal(TimeSpan.FromMilliseconds(500), session.State.TransmitInterval);
    }

    [Fact]
    public void Faster_sending_does_not_wait()
    {
        SessionFixture session = SessionFixture.Up();

        session.Reconfigure(Settings with { TransmitInterval = TimeSpan.FromMilliseconds(60) });

        Assert.True(session.Sent!.Value.IsPoll);
        Assert.Equal(TimeSpan.FromMilliseconds(60), session.State.TransmitInterval);
    }

    [Fact]
    public void Shorter_detection_waits_until_the_neighbour_knows_and_longer_does_not()
    {
        SessionFixture session = SessionFixture.Up();

        session.Reconfigure(Settings with { ReceiveInterval = TimeSpan.FromMilliseconds(70) });
        Assert.Equal(TimeSpan.FromMilliseconds(200), session.State.DetectionTime);
        session.Hear(SessionFixture.Packet(BfdState.Up) with { IsFinal = true });
        Assert.Equal(TimeSpan.FromMilliseconds(140), session.State.DetectionTime);
        session.Hear(SessionFixture.Packet(BfdState.Up));

        session.Reconfigure(Settings with { ReceiveInterval = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(TimeSpan.FromMilliseconds(600), session.State.DetectionTime);
    }

    [Fact]
    public void Change_that_needs_an_answer_of_its_own_waits_for_the_one_before_it()
    {
        SessionFixture session = SessionFixture.Up();
        session.Reconfigure(Settings with { TransmitInterval = TimeSpan.FromMilliseconds(500) });
        session.Reconfigure(Settings with { TransmitInterval = TimeSpan.FromMilliseconds(900) });
        Assert.Equal(TimeSpan.FromMilliseconds(500), session.State.DesiredMinTransmit);

        session.Hear(SessionFixture.Packet(BfdState.Up) with { IsFinal = true });
        Assert.Equal(TimeSpan.FromMilliseconds(500), session.State.DesiredMinTransmit); // a second answer to the same poll may be under way
        session.Hear(SessionFixture.Packet(BfdState.Up) with { IsFinal = true });
        Assert.Equal(TimeSpan.FromMilliseconds(500), session.State.DesiredMinTransmit);
        session.Hear(SessionFixture.Packet(BfdState.Up));

        Assert.Equal((TimeSpan.FromMilliseconds(900), BfdPoll.Sent), (session.State.DesiredMinTransmit, session.State.Poll));
        Assert.Equal(TimeSpan.FromMilliseconds(500), session.State.TransmitInterval);
        session.Hear(SessionFixture.Packet(BfdState.Up) with { IsFinal = true });
        Assert.Equal(TimeSpan.FromMilliseconds(900), session.State.TransmitInterval);
    }

    [Fact]
    public void Changed_multiplier_is_told_at_once_without_a_poll()
    {
        SessionFixture session = SessionFixture.Up();

        session.Reconfigure(Settings with { Multiplier = 7 });

        Assert.Equal(((byte)7, false), (session.Sent!.Value.DetectMultiplier, session.Sent.Value.IsPoll));
    }

    [Fact]
    public void Same_settings_again_change_nothing()
    {
        SessionFixture session = SessionFixture.Up();
        BfdSessionState before = session.State;

        session.Reconfigure(Settings with { });

        Assert.Null(session.Sent);
        Assert.Equal(before, session.State);
    }

    [Fact]
    public void Steady_session_allocates_nothing()
    {
        var machine = new BfdSessionMachine(Settings);
        BfdSessionState state = SessionFixture.Up().State;
        var effects = new BfdEffectList();
        BfdControlPacket heard = SessionFixture.Packet(BfdState.Up);
        byte[] bytes = new byte[BfdControlPacket.Length];
        TimeSpan now = TimeSpan.FromSeconds(100);
        int sent = 0;

        Run();
        Assert.Equal(0, FastLb.Testing.Allocations.Of(Run));
        Assert.True(sent > 1000);
        Assert.Equal(BfdState.Up, state.State);

        void Run()
        {
            for (int i = 0; i < 2000; i++)
            {
                now += TimeSpan.FromMilliseconds(50);
                heard.Write(bytes);
                if (BfdPacketCheck.Check(bytes, out BfdControlPacket packet) != BfdDiscardReason.None)
                    throw new InvalidOperationException("not read");
                state = machine.Step(state, BfdInput.PacketReceived(packet, 0.5), now, effects);
                sent += effects.Effects.Length;
                state = machine.Step(state, BfdInput.TimerDue(0.5), now, effects);
                sent += effects.Effects.Length;
            }
        }
    }

    /// <summary>From one periodic packet to the next, while the neighbour goes on.</summary>
    private static TimeSpan Gap(SessionFixture session)
    {
        session.Hear(SessionFixture.Packet(BfdState.Up));
        TimeSpan last = session.State.LastTransmission;
        session.Act();
        Assert.NotNull(session.Sent);
        return session.Now - last;
    }
}
