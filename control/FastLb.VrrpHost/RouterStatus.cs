using System.Globalization;
using System.Net.Sockets;
using FastLb.Configuration.Model;
using FastLb.Vrrp;
using FastLb.VrrpChannel;
using FastLb.VrrpHost.Holding;
using FastLb.VrrpHost.Tracking;

namespace FastLb.VrrpHost;

/// <summary>How virtual routers stand, in the words that users see.</summary>
internal static class RouterStatus
{
    /// <summary>A router that has stopped in order is not there: <see cref="VrrpState.Init"/>, as before its start.</summary>
    public static VrrpState StateOf(VrrpRole role) => role switch
    {
        VrrpRole.Backup => VrrpState.Backup,
        VrrpRole.Master => VrrpState.Master,
        VrrpRole.Fault => VrrpState.Fault,
        _ => VrrpState.Init,
    };

    /// <summary>The role's name, as logs of VRRP have it.</summary>
    public static string Word(VrrpRole role) => role.ToString().ToUpperInvariant();

    /// <summary>Why a role was taken on.</summary>
    public static string CauseOf(Router router, TransitionReason reason)
    {
        VirtualRouterState state = router.Snapshot.State;
        return reason switch
        {
            TransitionReason.None => "not started yet",
            TransitionReason.Started => "started; waiting for advertisements of a master",
            TransitionReason.OwnerStarted => "started as the owner of the addresses (priority 255)",
            TransitionReason.Resumed => "its process was started again; goes on as master",
            TransitionReason.ResumedTooLate => "its process was started again too late to go on as master",
            TransitionReason.MasterDown => "no advertisement heard for the master-down interval",
            TransitionReason.MasterStopped => "the master has stopped",
            TransitionReason.Preempted => $"its priority {state.Priority} is higher than the master's",
            TransitionReason.HigherPriorityHeard => $"{state.MasterAddress} advertises the higher priority {state.MasterPriority}",
            TransitionReason.HigherAddressHeard => $"{state.MasterAddress} advertises the same priority from a higher address",
            TransitionReason.InterfaceDown => router.Snapshot.Obstacle ?? $"{router.Instance.Interface} is down",
            TransitionReason.NoAddress => $"{router.Instance.Interface} has no address to advertise from",
            TransitionReason.NoPeer => "there is no unicast peer",
            TransitionReason.TrackingFailed => router.Tracking.Fault ?? "something that it tracks is down",
            TransitionReason.SyncGroupFault => $"another instance of {router.Group?.Group.Name} is in fault",
            TransitionReason.SyncGroupReady => $"all instances of {router.Group?.Group.Name} could be master",
            TransitionReason.SyncGroupYielded => $"another instance of {router.Group?.Group.Name} has become backup",
            TransitionReason.TimerLate => "its advertisement was so late that another director has taken over",
            TransitionReason.FaultsCleared => $"{router.Instance.Interface} is up and has an address",
            TransitionReason.StopRequested => "stopped",
            _ => reason.ToString(),
        };
    }

    /// <summary>Why it is in its role now: faults come one after another, and what led into the role may have been put right.</summary>
    private static string CauseOf(Router router, in VirtualRouterState state)
    {
        if (state.Role != VrrpRole.Fault)
            return CauseOf(router, state.LastReason);
        return CauseOf(router, state.FaultReason);
    }

    private static string AdvertisesTo(VrrpInstance instance)
    {
        if (instance.Unicast.Peers.Count > 0)
            return $"unicast to {string.Join(", ", instance.Unicast.Peers.Select(peer => peer.Address))}";
        string group = instance.AddressFamily == AddressFamily.InterNetworkV6 ? "multicast over IPv6" : "multicast";
        return instance is { VirtualMac.Name: { } link, AdvertisesOnBase: false } ? $"{group} from {link}" : group;
    }

    /// <summary>Something that is tracked.</summary>
    public static string NameOf(TrackerKind kind, string name) => $"{kind.ToString().ToLowerInvariant()} {name}";

    /// <summary>How something that is tracked stands.</summary>
    public static string Word(TrackerKind kind, TrackedState state) => state.IsUp switch
    {
        null => "unknown",
        _ when kind == TrackerKind.File => state.Value.ToString(CultureInfo.InvariantCulture),
        true => "up",
        false => "down",
    };

    private static VrrpTrackerStatus Describe(TrackerReport tracker) => new(
        tracker.Kind.ToString().ToLowerInvariant(), tracker.Name, Word(tracker.Kind, tracker.State), tracker.Weight.Value, tracker.Weight.IsReversed, tracker.Effect.Contribution,
        tracker.Effect.IsFaulty, tracker.IsOfGroup);

    /// <summary>A router with all that is known of it. Any thread.</summary>
    public static VrrpInstanceStatus Of(Router router, HeldThings held)
    {
        RouterSnapshot snapshot = router.Snapshot;
        VirtualRouterState state = snapshot.State;
        bool knowsOther = state.Role == VrrpRole.Backup && state.MasterPriority != 0;
        return new VrrpInstanceStatus(
            router.Instance.Name,
            router.Instance.Interface,
            router.Instance.VirtualRouterId,
            StateOf(state.Role),
            snapshot.Since,
            CauseOf(router, state),
            state.Priority,
            router.Instance.Priority,
            router.Instance.AdvertisementInterval.TotalSeconds,
            knowsOther ? state.MasterAddress?.ToIPAddress() : null,
            knowsOther ? state.MasterPriority : null,
            held.Addresses.Report,
            router.Counters.Read())
        {
            Version = router.Instance.Version,
            Advertises = AdvertisesTo(router.Instance),
            Routing = held.Routing.Report,
            SyncGroup = router.Group?.Group.Name,
            Trackers = [.. router.Tracking.Trackers.Select(Describe)],
        };
    }
}
