using System.Net;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;
using FastLb.Configuration.Sources;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>
/// Binds the root blocks of virtual routers: instances, what they track, their groups, and what is set beside them. Not thread-safe.
/// </summary>
internal sealed class VrrpObjectsBinder
{
    /// <summary>What keepalived takes for <c>default_interface</c> when it is not set.</summary>
    private const string UsualInterface = "eth0";

    private readonly DiagnosticBag _diagnostics;
    private readonly VirtualAddressBinder _addressBinder;
    private readonly VrrpTrackersBinder _trackersBinder;
    private readonly VrrpInstanceBinder _instanceBinder;
    private readonly TrackedScriptBinder _scriptBinder;
    private readonly TrackedFileBinder _fileBinder;
    private readonly TrackedProcessBinder _processBinder;
    private readonly BfdSessionBinder _bfdBinder;
    private readonly VrrpSyncGroupBinder _syncGroups;
    private readonly TrackGroupBinder _trackGroups;
    private readonly GratuitousArpGroupBinder _arpGroups;
    private readonly LinkWatchBinder _links;
    private readonly RouteReader _routeReader;
    private readonly RuleReader _ruleReader;
    private readonly VirtualRouterRegister _routers;
    private readonly List<TrackedScript> _scripts = [];
    private readonly List<TrackedFile> _files = [];
    private readonly List<TrackedProcess> _processes = [];
    private readonly List<BfdSession> _sessions = [];
    private readonly List<StaticAddress> _addresses = [];
    private readonly HashSet<(IPAddress Address, string Device)> _addressesSeen = [];
    private readonly List<RouteDefinition> _routes = [];
    private readonly List<RuleDefinition> _rules = [];
    private bool _pollsLinks;

    public VrrpObjectsBinder(DiagnosticBag diagnostics, FeatureReporter features, StatementReader reader)
    {
        _diagnostics = diagnostics;
        var groups = new RoutingTrackGroups(diagnostics, Names);
        _addressBinder = new VirtualAddressBinder(diagnostics, features, reader, groups);
        _trackersBinder = new VrrpTrackersBinder(diagnostics, Names);
        _instanceBinder = new VrrpInstanceBinder(diagnostics, reader, _addressBinder, groups, _trackersBinder);
        _scriptBinder = new TrackedScriptBinder(diagnostics, reader);
        _fileBinder = new TrackedFileBinder(diagnostics, reader);
        _processBinder = new TrackedProcessBinder(diagnostics, reader);
        _bfdBinder = new BfdSessionBinder(diagnostics, reader);
        _syncGroups = new VrrpSyncGroupBinder(diagnostics, reader, _trackersBinder);
        _trackGroups = new TrackGroupBinder(diagnostics, reader, Names);
        _arpGroups = new GratuitousArpGroupBinder(diagnostics, reader);
        _links = new LinkWatchBinder(diagnostics);
        _routeReader = new RouteReader(diagnostics, groups);
        _ruleReader = new RuleReader(diagnostics, groups);
        _routers = new VirtualRouterRegister(diagnostics);
    }

    /// <summary>The definitions that lines of instances and of checks name.</summary>
    public TrackedNames Names { get; } = new();

    /// <summary>Notes what the file holds, before any of it is bound.</summary>
    public void Announce(BlockSyntax root) => Names.Announce(root);

    /// <summary>Binds <paramref name="statement"/> if it is one of those.</summary>
    /// <returns>False when it is not.</returns>
    public bool Add(CheckedStatement statement, GlobalDefinitions global)
    {
        switch (statement.Name)
        {
            case "vrrp_instance":
                if (_instanceBinder.Bind(statement, global, DefaultInterface(global)) is { } instance) _routers.Add(instance);
                return true;
            case "vrrp_sync_group":
                _syncGroups.Add(statement);
                return true;
            case "vrrp_script":
                if (_scriptBinder.Bind(statement) is { } script && Define(TrackedKind.Script, script.Name, script.Origin, script.Weight)) _scripts.Add(script);
                return true;
            case "track_file" or "vrrp_track_file":
                if (_fileBinder.Bind(statement) is { } file && Define(TrackedKind.File, file.Name, file.Origin, file.Weight)) _files.Add(file);
                return true;
            case "vrrp_track_process":
                if (_processBinder.Bind(statement) is { } process && Define(TrackedKind.Process, process.Name, process.Origin, process.Weight)) _processes.Add(process);
                return true;
            case "bfd_instance":
                if (_bfdBinder.Bind(statement) is { } session && Define(TrackedKind.Bfd, session.Name, session.Origin, session.Weight)) Add(session);
                return true;
            default:
                return AddBeside(statement, global);
        }
    }

    /// <summary>Adds all of them to <paramref name="configuration"/>, with the checks that need the whole file.</summary>
    public DirectorConfiguration Complete(DirectorConfiguration configuration)
    {
        HashSet<string> names = [.. _routers.Instances.Select(instance => instance.Name)];
        ValueList<VrrpSyncGroup> syncGroups = _syncGroups.Resolve(names);
        Dictionary<string, VrrpSyncGroup> groupOf = syncGroups.SelectMany(group => group.Instances.Select(name => (name, group))).ToDictionary(pair => pair.name, pair => pair.group, StringComparer.Ordinal);
        ReportUnused(TrackedKind.Script, "script");
        ReportUnused(TrackedKind.Process, "process");
        _links.Check(_routers.Instances);
        VirtualLinkConflicts.Report(_routers.Instances, _diagnostics);
        return configuration with
        {
            VrrpInstances = [.. _routers.Instances.Select(instance => InStep(instance, groupOf))],
            SyncGroups = syncGroups,
            TrackedScripts = [.. _scripts],
            TrackedFiles = [.. _files],
            TrackedProcesses = [.. _processes],
            BfdSessions = [.. _sessions],
            TrackGroups = _trackGroups.Resolve(names),
            GratuitousArpGroups = [.. _arpGroups.Groups],
            StaticAddresses = [.. _addresses],
            StaticRoutes = [.. _routes],
            StaticRules = [.. _rules],
            LinkbeatInterfaces = [.. _links.Polled],
            PollsLinks = _pollsLinks,
            InterfaceDelays = [.. _links.Delays],
        };
    }

    private bool AddBeside(CheckedStatement statement, GlobalDefinitions global)
    {
        switch (statement.Name)
        {
            case "track_group":
                _trackGroups.Add(statement);
                return true;
            case "garp_group":
                _arpGroups.Add(statement);
                return true;
            case "linkbeat_interfaces":
                _links.AddPolled(statement);
                return true;
            case "linkbeat_use_polling":
                _pollsLinks = true;
                return true;
            case "interface_up_down_delays":
                _links.AddDelays(statement);
                return true;
            case "static_ipaddress":
                foreach (StatementSyntax line in statement.Block.Statements)
                {
                    if (_addressBinder.BindStatic(line, DefaultInterface(global)) is { } address) Add(address);
                }

                return true;
            case "static_routes":
                _routes.AddRange(_routeReader.Read(statement));
                return true;
            case "static_rules":
                _rules.AddRange(_ruleReader.Read(statement));
                return true;
            default:
                return false;
        }
    }

    private static string DefaultInterface(GlobalDefinitions global) => global.DefaultInterface ?? UsualInterface;

    private void Add(BfdSession session)
    {
        if (!session.Listeners.HasFlag(BfdListeners.Vrrp)) Names.Hide(TrackedKind.Bfd, session.Name);
        _sessions.Add(session);
    }

    private void Add(StaticAddress address)
    {
        SourceSpan span = address.Address.Origin.Span;
        if (!_addressesSeen.Add((address.Address.Address, address.Address.Device)))
        {
            _diagnostics.Add(DiagnosticCatalog.DuplicateAddress, span, $"'{address.Address.Address}' is listed before", "the second is left out");
            return;
        }

        _addresses.Add(address);
    }

    private bool Define(TrackedKind kind, string name, Origin origin, TrackerWeight weight)
    {
        if (Names.Find(kind, name) is not { } first)
        {
            Names.Define(kind, name, origin.Span, weight);
            return true;
        }

        _diagnostics.Add(DiagnosticCatalog.DuplicateDefinition, origin.Span, $"'{name}' is defined before, on {first.LineSeenFrom(origin.Span)}", "the second is left out", first);
        return false;
    }

    private void ReportUnused(TrackedKind kind, string noun)
    {
        foreach ((string name, SourceSpan span) in Names.UnusedOf(kind)) _diagnostics.Add(DiagnosticCatalog.UnusedDefinition, span, $"nothing tracks the {noun} '{name}'", $"it stands by idle; name it in 'track_{noun}'");
    }

    /// <summary>Members of a sync group have no weights of their own, which would part them, unless the group says so.</summary>
    private VrrpInstance InStep(VrrpInstance instance, Dictionary<string, VrrpSyncGroup> groupOf)
    {
        if (!groupOf.TryGetValue(instance.Name, out VrrpSyncGroup? group) || group.KeepsWeights || group.SharesTrackers) return instance;
        return instance with { Trackers = _trackersBinder.WithoutWeights(instance.Trackers, $"its sync group '{group.Name}' changes state as one") };
    }
}
