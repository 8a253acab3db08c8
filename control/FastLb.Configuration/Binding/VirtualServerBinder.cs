using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Binds <c>virtual_server</c>.</summary>
internal sealed class VirtualServerBinder(DiagnosticBag diagnostics, FeatureReporter features, StatementReader reader, ServerGroupBinder groups)
{
    /// <summary>What <c>persistence_timeout</c> without a parameter means, and what a service without port is given.</summary>
    private static readonly TimeSpan DefaultPersistence = TimeSpan.FromSeconds(360);

    private readonly RealServerBinder _realServers = new(diagnostics, features, reader);

    /// <summary>Binds one block.</summary>
    /// <returns>Null when the service is left out; the reason has been reported.</returns>
    public VirtualServer? Bind(CheckedStatement block, GlobalDefinitions global)
    {
        var draft = new Draft();
        foreach (CheckedStatement statement in reader.Read(block.Block)) Apply(draft, statement);

        if (ReadKey(block, draft.Protocol ?? TransportProtocol.Udp) is not { } key)
        {
            foreach (CheckedStatement server in draft.RealServers) _realServers.Bind(server, null);
            return null;
        }

        // What a service without servers lacks besides does not matter: keepalived does not complain of it either.
        if (draft.RealServers.Count == 0)
        {
            diagnostics.Add(DiagnosticCatalog.NoRealServer, block.SpanOf(0), $"the virtual server {key.Name} has no real server", "it is left out");
            return null;
        }

        TransportProtocol protocol = key.Endpoints.All(endpoint => endpoint.Mark != 0) ? TransportProtocol.Any : ResolveProtocol(draft, block);
        Scheduler scheduler = ResolveScheduler(draft, block);
        ForwardingMethod method = ResolveMethod(draft, block);
        var defaults = new RealServerDefaults(key.Endpoints[0].Address, key.ServerPort, method, draft.Weight, draft.InhibitOnFailure, draft.Probes, global.LogAllCheckFailures);
        ValueList<RealServer> servers = BindRealServers(draft, defaults);
        if (servers.Count == 0)
        {
            diagnostics.Add(DiagnosticCatalog.NoRealServer, block.SpanOf(0), $"the virtual server {key.Name} has no usable real server", "it is left out");
            return null;
        }

        (uint quorum, uint hysteresis) = ResolveQuorum(draft, servers);
        return new VirtualServer
        {
            Origin = new Origin(block.SpanOf(0)),
            Address = key.Endpoints[0].Address,
            Port = key.Endpoints[0].Port,
            Protocol = protocol,
            Group = key.Group,
            GroupMembers = key.Group is null ? [] : key.Endpoints,
            Scheduler = scheduler,
            HashesPort = draft.HashesPort,
            FallsBack = draft.FallsBack,
            IsOnePacket = ResolveOnePacket(draft, protocol),
            Method = method,
            PersistenceTimeout = ResolvePersistence(draft, block, key),
            PersistenceMask = draft.PersistenceMask,
            Omega = draft.Omega,
            Quorum = quorum,
            Hysteresis = hysteresis,
            SorryServer = ResolveSorryServer(draft, defaults),
            RealServers = servers,
        };
    }

    /// <summary>What the statements said, before defaults and contradictions are resolved.</summary>
    private sealed class Draft
    {
        public TransportProtocol? Protocol { get; set; }

        public Scheduler? Scheduler { get; set; }

        public bool HashesPort { get; set; }

        public bool FallsBack { get; set; }

        public CheckedStatement? OnePacket { get; set; }

        public ForwardingMethod? Method { get; set; }

        public TimeSpan? Persistence { get; set; }

        public IPAddress PersistenceMask { get; set; } = IPAddress.Broadcast;

        public int Weight { get; set; } = 1;

        public bool InhibitOnFailure { get; set; }

        public bool Omega { get; set; }

        public CheckedStatement? Quorum { get; set; }

        public CheckedStatement? Hysteresis { get; set; }

        public CheckedStatement? SorryServer { get; set; }

        public ForwardingMethod? SorryMethod { get; set; }

        public bool SorryInhibit { get; set; }

        public ProbeSettings Probes { get; set; } = new();

        public List<CheckedStatement> RealServers { get; } = [];
    }

    private void Apply(Draft draft, CheckedStatement statement)
    {
        draft.Probes = draft.Probes.With(statement);
        switch (statement.Name)
        {
            case "protocol":
                draft.Protocol = KeywordNames.ToProtocol(statement.Text(0));
                break;
            case "lb_algo" or "lvs_sched":
                draft.Scheduler = KeywordNames.ToScheduler(statement.Text(0));
                break;
            case "sh-port" or "mh-port" or "flag-2":
                draft.HashesPort |= HasSchedulerOf(draft, statement);
                break;
            case "sh-fallback" or "mh-fallback" or "flag-1":
                draft.FallsBack |= HasSchedulerOf(draft, statement);
                break;
            case "ops":
                draft.OnePacket = statement;
                break;
            case "lb_kind" or "lvs_method":
                draft.Method = ForwardingMethodReader.Read(statement, features);
                break;
            case "persistence_timeout":
                draft.Persistence = statement.Has(0) ? statement.Seconds(0) : DefaultPersistence;
                break;
            case "persistence_granularity":
                if (ReadMask(statement) is { } mask) (draft.Persistence, draft.PersistenceMask) = (draft.Persistence ?? DefaultPersistence, mask);
                break;
            case "weight":
                draft.Weight = (int)statement.Integer(0);
                break;
            case "inhibit_on_failure":
                draft.InhibitOnFailure = true;
                break;
            case "omega":
                draft.Omega = true;
                break;
            case "quorum":
                draft.Quorum = statement;
                break;
            case "hysteresis":
                draft.Hysteresis = statement;
                break;
            case "sorry_server":
                (draft.SorryServer, draft.SorryMethod, draft.SorryInhibit) = (statement, null, false);
                break;
            case "sorry_server_lvs_method" or "sorry_server_inhibit" when draft.SorryServer is null:
                diagnostics.Add(
                    DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, $"'{statement.Name}' stands before or without 'sorry_server'", "it is ignored; put it after");
                break;
            case "sorry_server_inhibit":
                draft.SorryInhibit = true;
                break;
            case "sorry_server_lvs_method":
                draft.SorryMethod = ForwardingMethodReader.Read(statement, features);
                break;
            case "real_server":
                draft.RealServers.Add(statement);
                break;
            default:
                break;
        }
    }

    /// <summary>Whether the scheduler of an option is set already, which keepalived wants; <c>flag-N</c> belongs to whichever there is, and others heed none.</summary>
    private bool HasSchedulerOf(Draft draft, CheckedStatement option)
    {
        Scheduler? wanted = option.Name[..2] switch
        {
            "sh" => Scheduler.SourceHashing,
            "mh" => Scheduler.MaglevHashing,
            _ => null,
        };
        if (wanted is not { } scheduler || draft.Scheduler == scheduler) return true;
        string name = KeywordNames.Of(scheduler);
        diagnostics.Add(
            DiagnosticCatalog.ConflictingSetting, option.Syntax.Span, $"'{option.Name}' is only for the scheduler {name}, which is not set before it",
            $"it is ignored; put it after 'lb_algo {name}'");
        return false;
    }

    private static string Name(IPAddress address, ushort port) => new IPEndPoint(address, port).ToString();

    /// <summary>What clients connect to.</summary>
    /// <param name="Name">For messages.</param>
    /// <param name="Group">The group's name; null without a group.</param>
    /// <param name="Endpoints">At least one.</param>
    private sealed record ServiceKey(string Name, string? Group, ValueList<VirtualEndpoint> Endpoints)
    {
        /// <summary>The port of servers that name none: the service's, or 0 for that of whichever endpoint there is.</summary>
        public ushort ServerPort { get; } = Endpoints.All(endpoint => endpoint.Port == Endpoints[0].Port) ? Endpoints[0].Port : (ushort)0;
    }

    private ServiceKey? ReadKey(CheckedStatement block, TransportProtocol protocol)
    {
        if (block.Text(0) is "fwmark" or "group")
        {
            if (block.Has(1)) return block.Text(0) == "group" ? ReadGroup(block, protocol) : ReadMark(block);
            diagnostics.Add(DiagnosticCatalog.MissingParameter, block.Syntax.Span, $"'virtual_server {block.Text(0)}' lacks its parameter");
            return null;
        }

        if (EndpointReader.Read(block, diagnostics) is not var (address, port)) return null;
        if (address.AddressFamily == AddressFamily.InterNetworkV6) features.Report(Features.Ipv6, $"virtual_server {block.Text(0)}", block.SpanOf(0));
        return new ServiceKey(Name(address, port), null, [new VirtualEndpoint(address, port, protocol)]);
    }

    private ServiceKey? ReadMark(CheckedStatement block)
    {
        if (MarkReader.TryRead(block.Text(1), out uint mark)) return new ServiceKey($"fwmark {mark}", null, [VirtualEndpoint.ForMark(mark)]);
        diagnostics.Add(
            DiagnosticCatalog.InvalidValue, block.SpanOf(1), $"'{block.Text(1)}' is no firewall mark", $"expected {MarkReader.Expected}; the virtual_server is left out");
        return null;
    }

    private ServiceKey? ReadGroup(CheckedStatement block, TransportProtocol protocol)
    {
        string name = block.Text(1);
        if (groups.Find(name, protocol) is { Count: > 0 } members) return new ServiceKey($"group {name}", name, members);
        string fault = groups.Find(name, protocol) is null ? $"there is no virtual_server_group '{name}'" : $"the virtual_server_group '{name}' has no usable address";
        diagnostics.Add(DiagnosticCatalog.UnknownGroup, block.SpanOf(1), fault, "the virtual_server is left out");
        return null;
    }

    private IPAddress? ReadMask(CheckedStatement statement)
    {
        if (NumericAddress.TryParse(statement.Text(0), out IPAddress? mask) && mask.AddressFamily == AddressFamily.InterNetwork) return mask;
        diagnostics.Add(
            DiagnosticCatalog.InvalidValue, statement.SpanOf(0), $"'{statement.Text(0)}' is no netmask", "expected such as 255.255.255.0; the line is ignored");
        return null;
    }

    private TransportProtocol ResolveProtocol(Draft draft, CheckedStatement block)
    {
        if (draft.Protocol is { } protocol) return protocol;
        diagnostics.Add(DiagnosticCatalog.DefaultTaken, block.Syntax.Span, "no protocol is given", "keepalived's default is UDP, which is used; add 'protocol TCP' if TCP is meant");
        return TransportProtocol.Udp;
    }

    private Scheduler ResolveScheduler(Draft draft, CheckedStatement block)
    {
        if (draft.Scheduler is { } scheduler) return scheduler;
        diagnostics.Add(DiagnosticCatalog.DefaultTaken, block.Syntax.Span, "no scheduler is given", "keepalived's default is wlc; add 'lb_algo'");
        return Scheduler.WeightedLeastConnection;
    }

    private ForwardingMethod ResolveMethod(Draft draft, CheckedStatement block)
    {
        if (draft.Method is { } method) return method;
        diagnostics.Add(DiagnosticCatalog.DefaultTaken, block.Syntax.Span, "no forwarding method is given", "keepalived's default is NAT; add 'lb_kind'");
        return ForwardingMethod.Nat;
    }

    private bool ResolveOnePacket(Draft draft, TransportProtocol protocol)
    {
        if (draft.OnePacket is not { } statement) return false;
        if (protocol == TransportProtocol.Udp) return true;
        diagnostics.Add(
            DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, $"'ops' is only for UDP, and this service has {KeywordNames.Of(protocol)}",
            "it is ignored: every packet of a connection goes to one server");
        return false;
    }

    private TimeSpan? ResolvePersistence(Draft draft, CheckedStatement block, ServiceKey key)
    {
        bool isForAllPorts = key.Endpoints.Any(endpoint => endpoint is { Port: 0, Mark: 0 });
        if (!isForAllPorts || draft.Persistence is not null) return draft.Persistence;
        diagnostics.Add(
            DiagnosticCatalog.ConflictingSetting, block.Syntax.Span, "a service without a port must be persistent", "keepalived sets persistence_timeout 360; add the port");
        return DefaultPersistence;
    }

    private ValueList<RealServer> BindRealServers(Draft draft, RealServerDefaults defaults)
    {
        List<RealServer> servers = [];
        HashSet<(IPAddress Address, ushort Port)> seen = [];
        foreach (CheckedStatement statement in draft.RealServers)
        {
            if (_realServers.Bind(statement, defaults) is not { } server) continue;
            if (seen.Add((server.Address, server.Port)))
            {
                servers.Add(server);
            }
            else
            {
                diagnostics.Add(
                    DiagnosticCatalog.DuplicateRealServer, statement.SpanOf(0), $"the real server {Name(server.Address, server.Port)} is listed before",
                    "the second is left out", servers.Find(s => s.Address.Equals(server.Address) && s.Port == server.Port)?.Origin.Span);
            }
        }

        return [.. servers];
    }

    private (uint Quorum, uint Hysteresis) ResolveQuorum(Draft draft, ValueList<RealServer> servers)
    {
        uint quorum = draft.Quorum is { } quorumStatement ? (uint)quorumStatement.Integer(0) : 1;
        long totalWeight = servers.Sum(s => (long)s.Weight);
        if (draft.Quorum is { } given && totalWeight > 0 && quorum > totalWeight)
        {
            diagnostics.Add(
                DiagnosticCatalog.QuorumReduced, given.SpanOf(0), $"the quorum {quorum} exceeds the total weight {totalWeight} of the real servers", $"{totalWeight} is used");
            quorum = (uint)totalWeight;
        }

        uint hysteresis = draft.Hysteresis is { } hysteresisStatement ? (uint)hysteresisStatement.Integer(0) : 0;
        if (draft.Hysteresis is { } statement && hysteresis >= quorum)
        {
            diagnostics.Add(
                DiagnosticCatalog.OutOfRange, statement.SpanOf(0), $"the hysteresis {hysteresis} is not less than the quorum {quorum}", $"{quorum - 1} is used");
            hysteresis = quorum - 1;
        }

        return (quorum, hysteresis);
    }

    private SorryServer? ResolveSorryServer(Draft draft, RealServerDefaults defaults)
    {
        if (draft.SorryServer is not { } statement || EndpointReader.Read(statement, diagnostics) is not var (address, port)) return null;
        ForwardingMethod method = draft.SorryMethod ?? defaults.Method;
        if (address.AddressFamily != defaults.Address.AddressFamily && method != ForwardingMethod.Tunnel)
        {
            diagnostics.Add(
                DiagnosticCatalog.AddressFamilyMismatch, statement.SpanOf(0), $"'{statement.Text(0)}' is not of the family of the virtual server {defaults.Address}",
                "the sorry server is left out");
            return null;
        }

        if (port != 0 && port != defaults.Port && method != ForwardingMethod.Nat)
        {
            diagnostics.Add(
                DiagnosticCatalog.PortReset, statement.SpanOf(1), $"port {port} of the sorry server is not the service's port {defaults.Port}",
                $"{KeywordNames.Of(method)} does not change ports; {defaults.Port} is used");
        }

        ushort actualPort = port == 0 || method != ForwardingMethod.Nat ? defaults.Port : port;
        return new SorryServer(address, actualPort) { Origin = new Origin(statement.SpanOf(0)), Method = method, InhibitOnQuorum = draft.SorryInhibit };
    }
}
