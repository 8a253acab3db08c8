using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Vrrp;
using FastLb.VrrpHost.Interfaces;
using FastLb.VrrpHost.Tracking;

namespace FastLb.VrrpHost;

/// <summary>What other threads may know of a virtual router; replaced as a whole when something in it changes.</summary>
/// <param name="State">The state after the last step that changed what is shown.</param>
/// <param name="Since">When it got into its role.</param>
/// <param name="Obstacle">Why its interface doesn't count as running, in words; null when it does.</param>
internal sealed record RouterSnapshot(VirtualRouterState State, DateTimeOffset Since, string? Obstacle);

/// <summary>The effects of one step, other than advertisements, which have been sent already.</summary>
/// <param name="Router">Whose they are.</param>
/// <param name="Effects">In their order; none when what is shown of the router has changed and nothing else.</param>
/// <param name="PriorityChanged">Whether its trackers have changed its priority.</param>
internal sealed record RouterEffects(Router Router, IReadOnlyList<VrrpEffect> Effects, bool PriorityChanged = false);

/// <summary>
/// A virtual router with its socket: feeds the state machine, sends its advertisements at once and hands its other effects on. All members but <see cref="Snapshot"/>
/// and <see cref="Counters"/> belong to the thread of <see cref="RouterThread"/>. A step that only sends or heeds an advertisement allocates nothing.
/// </summary>
internal sealed class Router : IDisposable
{
    private VirtualRouter _machine;
    private readonly EffectList _effects = new();
    private readonly AdvertisementLink _link;
    private readonly Action<RouterEffects> _perform;
    private readonly Action<Router, VrrpAdvertisement> _compared;
    private readonly TimeProvider _time;
    private volatile VrrpInstance _instance;
    private volatile bool _isRemoved;
    private bool _addressesDiffer;
    private bool _isUp; // as the state machine was told
    private bool _awaitsTracking; // started, but scripts that it tracks have yet to run
    private volatile InstanceTracking _tracking = InstanceTracking.Nothing;
    private VirtualRouterState _state;
    private volatile RouterSnapshot _snapshot;

    /// <param name="definition">Its configuration.</param>
    /// <param name="nic">Its interface at this moment.</param>
    /// <param name="time">For the time of day that is shown.</param>
    /// <param name="perform">Takes effects; must not block.</param>
    /// <param name="compared">Told when the addresses of another director's advertisements begin or cease to be others than the own ones; must not block.</param>
    public Router(
        RouterDefinition definition, InterfaceState nic, TimeProvider time, Action<RouterEffects> perform, Action<Router, VrrpAdvertisement> compared)
    {
        _compared = compared;
        _instance = definition.Instance;
        _machine = new VirtualRouter(definition.Settings);
        _link = new AdvertisementLink(definition.Settings, definition.Instance);
        _perform = perform;
        _time = time;
        OwnInterface = nic;
        _isUp = IsUp(nic);
        _state = VirtualRouterState.Initial(_machine.Settings, _isUp, nic.PrimaryAddress, Now());
        if (LacksPeer)
            _state = _state with { Faults = _state.Faults | VrrpFaults.NoPeer };
        _snapshot = new RouterSnapshot(_state, time.GetUtcNow(), nic.Obstacle);
        Open();
    }

    /// <summary>Its configuration. Any thread.</summary>
    public VrrpInstance Instance => _instance;

    /// <summary>True once it is not configured any more. Any thread.</summary>
    public bool IsRemoved => _isRemoved;

    /// <summary>What its trackers do to it. Any thread.</summary>
    public InstanceTracking Tracking => _tracking;

    /// <summary>What it counts. Any thread.</summary>
    public RouterCounters Counters { get; } = new();

    /// <summary>How it stands. Any thread.</summary>
    public RouterSnapshot Snapshot => _snapshot;

    /// <summary>Its interface as it was told last.</summary>
    public InterfaceState OwnInterface { get; private set; }

    /// <summary>For poll; -1 while there is no socket because the interface is gone.</summary>
    public int Descriptor => _link.Descriptor;

    /// <summary>The sync group that it is in; null for none.</summary>
    public RouterGroup? Group { get; set; }

    /// <summary>Its state.</summary>
    public ref readonly VirtualRouterState State => ref _state;

    /// <summary>When the state machine wants to be called, on the clock of <see cref="Now"/>.</summary>
    public TimeSpan NextDeadline => _state.NextDeadline;

    /// <summary>CLOCK_MONOTONIC.</summary>
    public static TimeSpan Now() => Stopwatch.GetElapsedTime(0);

    /// <summary>Lets the state machine act if its time has come.</summary>
    public void ActIfDue()
    {
        TimeSpan now = Now();
        if (now < _state.NextDeadline)
            return;
        if (_state.Role == VrrpRole.Master && now >= _state.RoleTimer)
            Counters.NoteDelay(now - _state.RoleTimer);
        Step(VrrpInput.TimerDue, now);
    }

    /// <summary>Heeds the packets that have arrived, so many at the most.</summary>
    /// <param name="buffer">Room for one packet.</param>
    /// <param name="most">A flood must not keep the advertisements from being sent.</param>
    public void ReceiveArrived(Span<byte> buffer, int most)
    {
        for (int i = 0; i < most && _link.TryReceive(buffer, _state, out DiscardReason reason, out VrrpAdvertisement advertisement); i++)
        {
            if (reason == DiscardReason.None)
                Heed(advertisement);
            else if (reason != DiscardReason.OtherVirtualRouter) // that is for another one on the same interface
                Counters.CountDiscarded(reason);
        }
    }

    /// <summary>Something else has happened to it.</summary>
    public void Tell(in VrrpInput input) => Step(input, Now());

    /// <summary>Takes part from now on, or from when all scripts have run once whose failure would be a fault.</summary>
    public void Start()
    {
        _awaitsTracking = _tracking.IsAwaited;
        if (!_awaitsTracking)
            Step(VrrpInput.Start, Now());
    }

    /// <summary>Its trackers do something else to it from now on.</summary>
    public void Track(InstanceTracking tracking)
    {
        InstanceTracking before = _tracking;
        _tracking = tracking;
        ApplyTracking(before);
        if (_awaitsTracking && !tracking.IsAwaited)
            Start();
        if (_state.Role is not VrrpRole.Fault)
            return;
        _perform(new RouterEffects(this, [])); // the fault may be another one now
    }

    /// <summary>Goes on as the master that a process before this one was until it died.</summary>
    /// <param name="ended">When that was, on the clock of <see cref="Now"/>.</param>
    public void Resume(TimeSpan ended)
    {
        TimeSpan now = Now();
        Step(VrrpInput.Resume(now - ended), now);
    }

    /// <summary>Leaves in order.</summary>
    public void Stop()
    {
        _awaitsTracking = false;
        Step(VrrpInput.Stop, Now());
    }

    /// <summary>Leaves in order, because it is not configured any more.</summary>
    public void Remove()
    {
        _isRemoved = true;
        Stop();
    }

    /// <summary>
    /// Goes on in its role by another configuration, for the same virtual router on the same interface. What has changed of the interfaces is told separately.
    /// </summary>
    public void Reconfigure(RouterDefinition definition)
    {
        _instance = definition.Instance;
        _machine = new VirtualRouter(definition.Settings);
        _link.Use(definition.Settings, definition.Instance);
        Open();
        Step(VrrpInput.PriorityChanged(TrackedPriority.Of(definition.Instance.Priority, _tracking.PriorityChange)), Now());
        Step(LacksPeer ? VrrpInput.Raised(VrrpFaults.NoPeer) : VrrpInput.Cleared(VrrpFaults.NoPeer), Now());
    }

    /// <summary>The interface has changed.</summary>
    public void Take(InterfaceState nic)
    {
        InterfaceState before = OwnInterface;
        VrrpRole role = _state.Role;
        OwnInterface = nic;
        _snapshot = _snapshot with { Obstacle = nic.Obstacle };
        if (nic.Index != before.Index)
            Open();
        if (nic.Index == before.Index && nic.PrimaryAddress is not null && nic.PrimaryAddress != before.PrimaryAddress && _link.NamesSource)
            Open();
        if (nic.PrimaryAddress is { } address && before.PrimaryAddress != address)
            Step(VrrpInput.OwnAddressChanged(address), Now());
        if (IsUp(nic) != _isUp)
        {
            _isUp = !_isUp;
            Step(_isUp ? VrrpInput.InterfaceUp : VrrpInput.InterfaceDown, Now());
        }

        if (nic.PrimaryAddress is null && before.PrimaryAddress is not null)
            Step(VrrpInput.OwnAddressChanged(null), Now());
        if (role == VrrpRole.Master && nic.HasRenewedSince(before))
            Step(VrrpInput.AddressInterfaceRenewed, Now());
        else if (nic.HasOtherMacSince(before))
            Step(VrrpInput.MacChanged, Now());
        if (role == VrrpRole.Fault && _state.Role == role)
            _perform(new RouterEffects(this, [])); // the fault may be another one now
    }

    public void Dispose() => _link.Dispose();

    // One that has lost its claim to own the addresses keeps what it has been left with until something tracked changes.
    private void ApplyTracking(InstanceTracking before)
    {
        if (_tracking.PriorityChange != before.PriorityChange)
        {
            byte priority = TrackedPriority.Of(Instance.Priority, _tracking.PriorityChange);
            bool changes = priority != _state.Priority;
            Step(VrrpInput.PriorityChanged(priority), Now());
            if (changes && _state.Role is VrrpRole.Master or VrrpRole.Backup)
                _perform(new RouterEffects(this, [], PriorityChanged: true));
        }

        if (_tracking.IsFaulty != before.IsFaulty)
            Step(_tracking.IsFaulty ? VrrpInput.Raised(VrrpFaults.Tracking) : VrrpInput.Cleared(VrrpFaults.Tracking), Now());
    }

    private bool LacksPeer => Instance.Unicast is { FailsWithoutPeer: true, Peers.Count: 0 };

    private bool IsUp(InterfaceState nic) => nic.IsRunning || (!Instance.TracksInterface && (nic.Index != 0 || Instance.Interface.Length == 0));

    /// <summary>Has a socket on the interface of the present index.</summary>
    private void Open()
    {
        if (!_link.Open(Instance, OwnInterface.Index, OwnInterface.PrimaryAddress))
            OwnInterface = OwnInterface with { Index = 0 };
    }

    private void Heed(in VrrpAdvertisement advertisement)
    {
        Counters.CountReceived();
        if (advertisement.AddressesDiffer != _addressesDiffer)
        {
            _addressesDiffer = advertisement.AddressesDiffer;
            _compared(this, advertisement);
        }

        Step(VrrpInput.AdvertReceived(advertisement), Now());
    }

    private void Step(in VrrpInput input, TimeSpan now)
    {
        VirtualRouterState before = _state;
        _state = _machine.Step(before, input, now, _effects);
        int others = 0;
        bool heardLowerPriority = false;
        foreach (ref readonly VrrpEffect effect in _effects.Effects)
        {
            if (effect.Kind == VrrpEffectKind.SendAdvertisement)
                Send(effect, before);
            else
                others++;
            heardLowerPriority |= effect.Kind == VrrpEffectKind.LowerPriorityHeard;
        }

        if (_state.Role != before.Role || _state.Priority != before.Priority || _state.MasterAddress != before.MasterAddress
            || _state.MasterPriority != before.MasterPriority || _state.Faults != before.Faults)
            Show(before);
        if (others > 0)
            HandOn(others);
        Group?.Follow(this, before, heardLowerPriority);
    }

    // One that has just lost its address says goodbye from the one that it had.
    private void Send(in VrrpEffect effect, in VirtualRouterState before)
    {
        int sent = _link.Send(effect, _state.OwnAddress is null ? before : _state);
        for (int i = 0; i < _link.Destinations; i++)
        {
            if (i < sent)
                Counters.CountSent();
            else
                Counters.CountSendFailure();
        }
    }

    private void Show(in VirtualRouterState before)
    {
        if (_state.Role == VrrpRole.Master && before.Role != VrrpRole.Master)
            Counters.CountBecameMaster();
        _snapshot = _snapshot with { State = _state, Since = _state.Role == before.Role ? _snapshot.Since : _time.GetUtcNow() };
    }

    private void HandOn(int count)
    {
        var effects = new List<VrrpEffect>(count);
        foreach (ref readonly VrrpEffect effect in _effects.Effects)
        {
            if (effect.Kind != VrrpEffectKind.SendAdvertisement)
                effects.Add(effect);
        }

        _perform(new RouterEffects(this, effects));
    }
}
