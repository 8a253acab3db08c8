using FastLb.Configuration.Model;
using FastLb.Native;
using FastLb.Native.Bfd;
using FastLb.Wire;

namespace FastLb.Bfd.Hosting;

/// <summary>What other threads may know of a session; replaced as a whole when something in it changes.</summary>
/// <param name="State">The state after the last step that changed what is shown.</param>
/// <param name="Since">When it got into its present state.</param>
/// <param name="Local">The address that the neighbour's last packet was sent to; null before the first.</param>
/// <param name="Obstacle">What keeps it from speaking; null when nothing does.</param>
internal sealed record SessionSnapshot(BfdSessionState State, DateTimeOffset Since, IpAddress? Local, string? Obstacle);

/// <summary>
/// A session with its sender: feeds the state machine and sends its packets. All members but <see cref="Status"/> belong to the thread of <see cref="SessionThread"/>. A step that
/// only sends or heeds a packet allocates nothing.
/// </summary>
internal sealed class RunningSession : IDisposable
{
    private readonly BfdEffectList _effects = new();
    private readonly byte[] _packet = new byte[BfdControlPacket.Length];
    private readonly SessionCounters _counters = new();
    private readonly SessionSurroundings _surroundings;
    private BfdSessionMachine _machine;
    private BfdSessionState _state;
    private BfdSender? _sender;
    private volatile BfdSession _configuration;
    private volatile SessionSnapshot _snapshot;

    /// <param name="configuration">What it is to be.</param>
    /// <param name="discriminator">Its number, unique among sessions.</param>
    /// <param name="surroundings">What all sessions share.</param>
    public RunningSession(BfdSession configuration, uint discriminator, SessionSurroundings surroundings)
    {
        _configuration = configuration;
        _surroundings = surroundings;
        _machine = new BfdSessionMachine(SettingsOf(configuration));
        _state = BfdSessionState.Initial(_machine.Settings, discriminator);
        _snapshot = new SessionSnapshot(_state, surroundings.Time.GetUtcNow(), null, null);
        Path = SessionPath.Of(configuration);
    }

    /// <summary>What the configuration says.</summary>
    public BfdSession Configuration => _configuration;

    /// <summary>Where its packets go and come from.</summary>
    public SessionPath Path { get; private set; }

    /// <summary>Its number.</summary>
    public uint Discriminator => _state.LocalDiscriminator;

    /// <summary>When <see cref="ActIfDue"/> is wanted.</summary>
    public TimeSpan NextDeadline => _state.NextDeadline;

    /// <summary>How it stands. Any thread.</summary>
    public BfdStatus Status
    {
        get
        {
            BfdSession configuration = _configuration;
            SessionSnapshot shown = _snapshot;
            BfdSessionState state = shown.State;
            return new BfdStatus(
                configuration.Name,
                configuration.SourceAddress ?? shown.Local?.ToIPAddress(),
                configuration.Neighbour,
                state.State,
                state.RemoteState,
                state.Diagnostic,
                state.RemoteDiagnostic,
                shown.Since,
                state.TransmitInterval == BfdSessionState.Never ? null : state.TransmitInterval,
                state.ReceiveInterval,
                state.DetectionTime,
                shown.Obstacle,
                _counters.Read());
        }
    }

    /// <summary>Whether a session of another configuration is this one, changed: the same ends on the same port.</summary>
    public bool IsSameAs(BfdSession other) =>
        _configuration.Name == other.Name && _configuration.Neighbour.Equals(other.Neighbour) && Equals(_configuration.SourceAddress, other.SourceAddress)
        && _configuration.IsMultihop == other.IsMultihop;

    /// <summary>Begins to speak, or to wait for the neighbour.</summary>
    public void Start(TimeSpan now) => Step(BfdInput.Start(Chance()), now);

    /// <summary>Tells the neighbour that it ends on purpose.</summary>
    public void Stop(TimeSpan now) => Step(BfdInput.Stop(Chance()), now);

    /// <summary>Goes on in its state by another configuration of the same ends.</summary>
    public void Reconfigure(BfdSession configuration, TimeSpan now)
    {
        if (SessionPath.TimeToLiveOf(configuration) != SessionPath.TimeToLiveOf(_configuration))
            _sender?.SetTimeToLive(SessionPath.TimeToLiveOf(configuration));
        _configuration = configuration;
        _machine = new BfdSessionMachine(SettingsOf(configuration));
        Path = SessionPath.Of(configuration);
        Step(BfdInput.Reconfigured(Chance()), now);
    }

    /// <summary>Shows what keeps it from speaking, which its receiver's socket decides.</summary>
    public void ShowObstacle()
    {
        if (_surroundings.Receivers.ObstacleOf(Path.Link) is { } obstacle && obstacle != _snapshot.Obstacle)
            _snapshot = _snapshot with { Obstacle = obstacle };
    }

    /// <summary>Lets the state machine act if its time has come.</summary>
    public void ActIfDue(TimeSpan now)
    {
        if (now >= _state.NextDeadline)
            Step(BfdInput.TimerDue(Chance()), now);
    }

    /// <summary>Takes a packet that has been found to be this session's.</summary>
    public void Take(in BfdControlPacket packet, in BfdDatagram datagram, TimeSpan now)
    {
        if (datagram.TimeToLive < Path.LeastTimeToLive)
        {
            _counters.CountDiscarded(BfdDiscardReason.TooManyHops);
            return;
        }

        if (_snapshot.Local is not { } local || local.Value != datagram.Destination)
            _snapshot = _snapshot with { Local = new IpAddress(datagram.Destination) };
        Step(BfdInput.PacketReceived(packet, Chance()), now);
    }

    /// <summary>Counts as held down from now on, without a word to the neighbour: the thread can't go on.</summary>
    public void GiveUp()
    {
        BfdSessionState before = _state;
        _state = before with { State = BfdState.AdminDown, Diagnostic = BfdDiagnostic.AdministrativelyDown };
        Show(before);
    }

    public void Dispose() => _sender?.Dispose();

    private static BfdSessionSettings SettingsOf(BfdSession configuration) => new()
    {
        TransmitInterval = configuration.TransmitInterval,
        IdleTransmitInterval = configuration.IdleTransmitInterval,
        ReceiveInterval = configuration.ReceiveInterval,
        Multiplier = configuration.Multiplier,
        IsPassive = configuration.IsPassive,
    };

    private double Chance() => _surroundings.Random.NextDouble();

    private void Step(in BfdInput input, TimeSpan now)
    {
        BfdSessionState before = _state;
        _state = _machine.Step(before, input, now, _effects);
        bool isHeeded = input.Kind == BfdInputKind.PacketReceived;
        foreach (ref readonly BfdEffect effect in _effects.Effects)
        {
            if (effect.Kind == BfdEffectKind.SendPacket)
            {
                Send(effect.Packet);
            }
            else if (effect.Kind == BfdEffectKind.Discarded)
            {
                _counters.CountDiscarded(effect.Reason);
                isHeeded = false;
            }
        }

        if (isHeeded)
            _counters.CountReceived();
        if (IsShownOtherwise(before, _state))
            Show(before);
    }

    /// <summary>Without its receiver it keeps quiet: the neighbour may hear another program of this host, whose session it would disturb.</summary>
    private void Send(in BfdControlPacket packet)
    {
        string? obstacle = _surroundings.Receivers.ObstacleOf(Path.Link);
        if (obstacle is null && _sender is null)
            obstacle = OpenSender();
        if (obstacle != _snapshot.Obstacle)
            _snapshot = _snapshot with { Obstacle = obstacle };
        if (obstacle is not null)
        {
            _counters.CountSendFailure();
            return;
        }

        packet.Write(_packet);
        if (_sender!.Send(_packet) == Errno.None)
            _counters.CountSent();
        else
            _counters.CountSendFailure();
    }

    /// <summary>Tried at every packet, once a second: an address may come later than the session that is configured to have it.</summary>
    private string? OpenSender()
    {
        try
        {
            _sender = BfdSender.Open(SessionPath.SenderOf(_configuration, Discriminator));
            return null;
        }
        catch (SystemCallException failure)
        {
            if (failure.Message != _snapshot.Obstacle)
                _surroundings.Log.Error($"BFD session {_configuration.Name} waits: {failure.Message}");
            return failure.Message;
        }
    }

    private static bool IsShownOtherwise(in BfdSessionState one, in BfdSessionState other) =>
        one.State != other.State || one.RemoteState != other.RemoteState || one.Diagnostic != other.Diagnostic || one.RemoteDiagnostic != other.RemoteDiagnostic
        || one.TransmitInterval != other.TransmitInterval || one.ReceiveInterval != other.ReceiveInterval || one.DetectionTime != other.DetectionTime;

    private void Show(in BfdSessionState before)
    {
        bool hasMoved = _state.State != before.State;
        DateTimeOffset now = _surroundings.Time.GetUtcNow();
        _snapshot = _snapshot with { State = _state, Since = hasMoved ? now : _snapshot.Since };
        bool isUp = _state.State == BfdState.Up;
        if (isUp == (before.State == BfdState.Up))
            return;
        if (isUp)
            _counters.CountBecameUp();
        _surroundings.Changed(new BfdEvent(_configuration.Name, isUp, now));
        if (isUp)
            _surroundings.Log.Information($"BFD session {_configuration.Name} with {_configuration.Neighbour} is up");
        else
            _surroundings.Log.Warning($"BFD session {_configuration.Name} with {_configuration.Neighbour} is {_state.State}: {_state.Diagnostic}");
    }
}
