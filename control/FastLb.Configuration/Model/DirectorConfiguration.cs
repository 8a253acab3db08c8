using FastLb.Configuration.Model.Checks;

namespace FastLb.Configuration.Model;

/// <summary>
/// Everything that a configuration file says, resolved: defaults filled in, items that keepalived would leave out left out. Immutable; two
/// are equal when they mean the same. Lists keep the order of the file.
/// </summary>
public sealed record DirectorConfiguration(GlobalDefinitions Global, ValueList<VrrpInstance> VrrpInstances, ValueList<VirtualServer> VirtualServers)
{
    /// <summary>What the <c>fastlb</c> block says.</summary>
    public DataplaneSettings Dataplane { get; init; } = new();

    /// <summary>What stands outside all blocks and tunes keepalived's own processes and files, or is refused.</summary>
    public ValueList<Setting> Settings { get; init; } = [];

    /// <summary>The certificates of <c>SSL_GET</c> checks; null when none are set.</summary>
    public SslContext? Ssl { get; init; }

    /// <summary>Instances that change their states together.</summary>
    public ValueList<VrrpSyncGroup> SyncGroups { get; init; } = [];

    /// <summary>Scripts that instances and sync groups can track.</summary>
    public ValueList<TrackedScript> TrackedScripts { get; init; } = [];

    /// <summary>Files that instances, sync groups and checks can track.</summary>
    public ValueList<TrackedFile> TrackedFiles { get; init; } = [];

    /// <summary>Processes that instances and sync groups can track.</summary>
    public ValueList<TrackedProcess> TrackedProcesses { get; init; } = [];

    /// <summary>BFD sessions that instances, sync groups and checks can track.</summary>
    public ValueList<BfdSession> BfdSessions { get; init; } = [];

    /// <summary>Whether the VRRP process runs BFD sessions: then those of checks as well, because two processes can't have the same ports.</summary>
    public bool VrrpRunsSessions => VrrpInstances.Count > 0 && BfdSessions.Any(session => session.Listeners.HasFlag(BfdListeners.Vrrp));

    /// <summary>The sessions that the VRRP process runs.</summary>
    public ValueList<BfdSession> SessionsOfVrrp => VrrpRunsSessions
        ? [.. BfdSessions.Where(session => session.Listeners.HasFlag(BfdListeners.Vrrp) || SessionsOfChecks.Contains(session))]
        : [];

    /// <summary>The sessions that checks follow.</summary>
    public ValueList<BfdSession> SessionsOfChecks
    {
        get
        {
            HashSet<string> followed = [.. VirtualServers.SelectMany(service => service.RealServers).SelectMany(server => server.Checks).OfType<BfdCheck>().Select(check => check.Session)];
            return [.. BfdSessions.Where(session => followed.Contains(session.Name))];
        }
    }

    /// <summary>Who fails with the interfaces of static addresses, routes and rules.</summary>
    public ValueList<TrackGroup> TrackGroups { get; init; } = [];

    /// <summary>Interfaces whose gratuitous messages are spaced together.</summary>
    public ValueList<GratuitousArpGroup> GratuitousArpGroups { get; init; } = [];

    /// <summary>Addresses that are there in every state.</summary>
    public ValueList<StaticAddress> StaticAddresses { get; init; } = [];

    /// <summary>Routes that are there in every state.</summary>
    public ValueList<RouteDefinition> StaticRoutes { get; init; } = [];

    /// <summary>Rules that are there in every state.</summary>
    public ValueList<RuleDefinition> StaticRules { get; init; } = [];

    /// <summary>True when there is something to hold, whoever decides about it: then there is a VRRP process.</summary>
    public bool HoldsSomething => VrrpInstances.Count + StaticAddresses.Count + StaticRoutes.Count + StaticRules.Count > 0;

    /// <summary>Interfaces whose links are asked for.</summary>
    public ValueList<LinkbeatInterface> LinkbeatInterfaces { get; init; } = [];

    /// <summary>True when the links of all interfaces are asked for (<c>linkbeat_use_polling</c> outside of instances).</summary>
    public bool PollsLinks { get; init; }

    /// <summary>Interfaces whose links must have changed for a while.</summary>
    public ValueList<InterfaceDelay> InterfaceDelays { get; init; } = [];
}
