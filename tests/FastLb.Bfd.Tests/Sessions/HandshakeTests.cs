namespace FastLb.Bfd.Tests.Sessions;

/// <summary>The states of a session (RFC 5880 section 6.2) and what they are told by.</summary>
public sealed class HandshakeTests
{
    [Fact]
    public void Session_says_nothing_before_its_start_and_is_down_at_once_after_it()
    {
        SessionFixture session = new();
        Assert.Equal((BfdState.AdminDown, BfdSessionState.Never), (session.State.State, session.State.NextDeadline));

        session.Start();

        Assert.Equal((BfdState.AdminDown, BfdState.Down), session.Change);
        Assert.Equal(new BfdControlPacket(BfdState.Down, SessionFixture.Own, 0)
        {
            DetectMultiplier = 3,
            DesiredMinTransmit = TimeSpan.FromSeconds(1),
            RequiredMinReceive = TimeSpan.FromMilliseconds(100),
        }, session.Sent);
    }

    /// <summary>The whole table of RFC 5880 section 6.8.6, with what this end's state is before and after.</summary>
    [Theory]
    [InlineData(BfdState.Down, BfdState.AdminDown, BfdState.Down)]
    [InlineData(BfdState.Down, BfdState.Down, BfdState.Init)]
    [InlineData(BfdState.Down, BfdState.Init, BfdState.Up)]
    [InlineData(BfdState.Down, BfdState.Up, BfdState.Down)]
    [InlineData(BfdState.Init, BfdState.AdminDown, BfdState.Down)]
    [InlineData(BfdState.Init, BfdState.Down, BfdState.Init)]
    [InlineData(BfdState.Init, BfdState.Init, BfdState.Up)]
    [InlineData(BfdState.Init, BfdState.Up, BfdState.Up)]
    [InlineData(BfdState.Up, BfdState.AdminDown, BfdState.Down)]
    [InlineData(BfdState.Up, BfdState.Down, BfdState.Down)]
    [InlineData(BfdState.Up, BfdState.Init, BfdState.Up)]
    [InlineData(BfdState.Up, BfdState.Up, BfdState.Up)]
    public void Packet_moves_the_session(BfdState own, BfdState remote, BfdState expected)
    {
        SessionFixture session = own == BfdState.Up ? SessionFixture.Up() : new();
        if (own != BfdState.Up)
            session.Start();
        if (own == BfdState.Init)
            session.Hear(SessionFixture.Packet(BfdState.Down, your: 0));
        Assert.Equal(own, session.State.State);

        session.Hear(SessionFixture.Packet(remote));

        Assert.Equal((expected, remote), (session.State.State, session.State.RemoteState));
        Assert.Equal(expected == own ? null : (own, expected), session.Change);
        BfdDiagnostic diagnostic = expected == BfdState.Down && own != BfdState.Down ? BfdDiagnostic.NeighbourSignalledDown : BfdDiagnostic.None;
        Assert.Equal(diagnostic, session.State.Diagnostic);
        if (expected != own)
        {
            Assert.Equal((expected, diagnostic), (session.Sent!.Value.State, session.Sent!.Value.Diagnostic)); // told at once
        }
    }

    [Fact]
    public void Neighbour_that_falls_silent_is_given_up_after_its_own_detection_time()
    {
        SessionFixture session = SessionFixture.Up();
        TimeSpan detection = 2 * TimeSpan.FromMilliseconds(100); // its multiplier; this end's Required Min RX, which is longer than its Desired Min TX
        Assert.Equal(detection, session.State.DetectionTime);

        session.Pass(detection - TimeSpan.FromTicks(1));
        Assert.Equal(BfdState.Up, session.State.State);
        session.Pass(TimeSpan.FromTicks(1));

        Assert.Equal((BfdState.Down, BfdDiagnostic.DetectionTimeExpired), (session.State.State, session.State.Diagnostic));
        Assert.Equal((0u, BfdState.Down), (session.State.RemoteDiscriminator, session.State.RemoteState));
        Assert.Equal((BfdState.Down, BfdDiagnostic.DetectionTimeExpired, 0u), (session.Sent!.Value.State, session.Sent.Value.Diagnostic, session.Sent.Value.YourDiscriminator));
    }

    [Fact]
    public void Neighbour_that_is_heard_is_not_given_up()
    {
        SessionFixture session = SessionFixture.Up();
        for (int i = 0; i < 100; i++)
        {
            session.Pass(TimeSpan.FromMilliseconds(199));
            session.Hear(SessionFixture.Packet(BfdState.Up));
        }

        Assert.Equal(BfdState.Up, session.State.State);
    }

    [Fact]
    public void Handshake_that_comes_to_nothing_is_begun_anew()
    {
        SessionFixture session = new();
        session.Start();
        session.Hear(SessionFixture.Packet(BfdState.Down, your: 0));
        Assert.Equal(BfdState.Init, session.State.State);

        session.Pass(TimeSpan.FromSeconds(2)); // twice the second that the neighbour wants to take

        Assert.Equal((BfdState.Down, BfdDiagnostic.DetectionTimeExpired, 0u), (session.State.State, session.State.Diagnostic, session.State.RemoteDiscriminator));
    }

    [Fact]
    public void Neighbour_that_was_down_and_falls_silent_is_forgotten_without_a_change_of_state()
    {
        SessionFixture session = new();
        session.Start();
        session.Hear(SessionFixture.Packet(BfdState.AdminDown, your: 0));
        Assert.Equal((BfdState.Down, SessionFixture.Other), (session.State.State, session.State.RemoteDiscriminator));

        session.Pass(TimeSpan.FromSeconds(2));

        Assert.Equal((BfdState.Down, BfdDiagnostic.None, 0u), (session.State.State, session.State.Diagnostic, session.State.RemoteDiscriminator));
    }

    [Fact]
    public void Neighbour_that_was_restarted_takes_the_session_down_and_up_again_with_its_new_number()
    {
        SessionFixture session = SessionFixture.Up();

        session.Hear(SessionFixture.Packet(BfdState.Down, your: 0) with { MyDiscriminator = 77 });
        Assert.Equal((BfdState.Down, 77u), (session.State.State, session.Sent!.Value.YourDiscriminator));
        session.Hear(SessionFixture.Packet(BfdState.Init) with { MyDiscriminator = 77 });

        Assert.Equal((BfdState.Up, BfdDiagnostic.None), (session.State.State, session.State.Diagnostic));
    }

    [Fact]
    public void Stopped_session_says_so_and_heeds_nothing_but_notes_it()
    {
        SessionFixture session = SessionFixture.Up();

        session.Stop();

        Assert.Equal((BfdState.AdminDown, BfdDiagnostic.AdministrativelyDown), (session.Sent!.Value.State, session.Sent.Value.Diagnostic));
        Assert.Equal(BfdPoll.Sent, session.State.Poll); // of the slower interval
        session.Hear(SessionFixture.Packet(BfdState.Down) with { IsFinal = true, IsPoll = true });
        Assert.Equal(BfdDiscardReason.AdministrativelyDown, session.Discarded);
        Assert.Null(session.Sent);
        Assert.Equal((BfdState.AdminDown, BfdState.Down, BfdPoll.Answered), (session.State.State, session.State.RemoteState, session.State.Poll));
        Assert.NotEmpty(session.Pass(TimeSpan.FromSeconds(5)));

        session.Start();
        Assert.Equal((BfdState.Down, BfdDiagnostic.None), (session.State.State, session.State.Diagnostic));
    }

    [Fact]
    public void Authenticated_packet_is_not_heeded()
    {
        SessionFixture session = new();
        session.Start();
        BfdSessionState before = session.State;

        session.Hear(SessionFixture.Packet(BfdState.Down, your: 0) with { HasAuthentication = true, IsPoll = true });

        Assert.Equal(BfdDiscardReason.UnexpectedAuthentication, session.Discarded);
        Assert.Equal(before, session.State);
        Assert.Null(session.Sent);
    }

    [Fact]
    public void Passive_session_waits_until_it_is_spoken_to_and_falls_silent_with_its_neighbour()
    {
        SessionFixture session = new(SessionFixture.Settings() with { IsPassive = true });
        session.Start();
        Assert.Null(session.Sent);
        Assert.Empty(session.Pass(TimeSpan.FromHours(1)));

        session.Hear(SessionFixture.Packet(BfdState.Down, your: 0));
        Assert.Equal(BfdState.Init, session.Sent!.Value.State);
        Assert.NotEmpty(session.Pass(TimeSpan.FromSeconds(1.5)));

        session.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(BfdState.Down, session.State.State);
        Assert.Empty(session.Pass(TimeSpan.FromHours(1)));
    }

    [Theory]
    [InlineData(0, 1000, 10, 10)]
    [InlineData(1, 999, 10, 10)]
    [InlineData(1, 1000, 0, 10)]
    [InlineData(1, 1000, 10, 4_294_968)]
    public void Settings_that_no_packet_could_say_are_refused(byte multiplier, int idle, int transmit, int receive) =>
        Assert.Throws<ArgumentException>(() => new BfdSessionMachine(new BfdSessionSettings
        {
            Multiplier = multiplier,
            IdleTransmitInterval = TimeSpan.FromMilliseconds(idle),
            TransmitInterval = TimeSpan.FromMilliseconds(transmit),
            ReceiveInterval = TimeSpan.FromMilliseconds(receive),
        }));
}
