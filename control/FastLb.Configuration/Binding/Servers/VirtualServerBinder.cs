using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Binding.Vrrp;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Servers;

/// <summary>Binds <c>virtual_server</c>.</summary>
internal sealed class VirtualServerBinder(DiagnosticBag diagnostics, FeatureReporter features, StatementReader reader, ServerGroupBinder groups, TrackedNames names)
{
    private readonly VirtualServerStatements _statements = new(diagnostics, features);
    private readonly ServiceKeyReader _keys = new(diagnostics, features, groups);
    private readonly RealServerBinder _realServers = new(diagnostics, features, reader, names);
    private readonly SorryServerBinder _sorryServers = new(diagnostics);

    /// <summary>Binds one block.</summary>
    /// <returns>Null when the service is left out; the reason has been reported.</returns>
    public VirtualServer? Bind(CheckedStatement block, GlobalDefinitions global)
    {
        var draft = new VirtualServerDraft();
        foreach (CheckedStatement statement in reader.Read(block.Block)) _statements.Apply(draft, statement);

        if (_keys.Read(block, draft.Protocol ?? TransportProtocol.Udp) is not { } key)
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
        Forwarding forwarding = ResolveForwarding(draft, block);
        AddressFamily? markFamily = ResolveMarkFamily(draft, key);
        var defaults = new RealServerDefaults(key.Endpoints[0].Address, key.ServerPort, forwarding)
        {
            Family = key.AddressFamily ?? markFamily ?? AddressFamily.InterNetwork,
            Weight = draft.Weight,
            InhibitOnFailure = draft.InhibitOnFailure,
            Probes = draft.Probes,
            LogAllFailures = global.LogAllCheckFailures,
            VirtualHost = draft.VirtualHost,
        };
        ValueList<RealServer> servers = BindRealServers(draft, defaults);
        if (servers.Count == 0)
        {
            diagnostics.Add(DiagnosticCatalog.NoRealServer, block.SpanOf(0), $"the virtual server {key.Name} has no usable real server", "it is left out");
            return null;
        }

        (TimeSpan? persistence, IPAddress mask) = ResolvePersistence(draft, block, key, defaults.Family);
        (uint quorum, uint hysteresis) = ResolveQuorum(draft, servers);
        return new VirtualServer
        {
            Origin = new Origin(block.SpanOf(0)),
            Address = key.Endpoints[0].Address,
            Port = key.Endpoints[0].Port,
            Protocol = protocol,
            Group = key.Group,
            GroupMembers = key.Group is null ? [] : key.Endpoints,
            GroupMarkFamilies = key.Group is { } group ? groups.FindMarkFamilies(group) : [],
            Scheduler = scheduler,
            HashesPort = draft.HashesPort,
            FallsBack = draft.FallsBack,
            HasThirdFlag = draft.HasThirdFlag,
            IsHashed = draft.IsHashed && scheduler is Scheduler.SourceHashing or Scheduler.MaglevHashing,
            IsOnePacket = ResolveOnePacket(draft, protocol),
            Method = forwarding.Method,
            Tunnel = forwarding.Tunnel,
            MarkFamily = markFamily,
            PersistenceTimeout = persistence,
            PersistenceMask = mask,
            PersistenceEngine = draft.PersistenceEngine,
            SuspendsChecks = draft.SuspendsChecks,
            VirtualHost = draft.VirtualHost,
            SendsMail = draft.SendsMail,
            SnmpName = draft.SnmpName,
            QuorumUp = draft.QuorumUp,
            QuorumDown = draft.QuorumDown,
            Omega = draft.Omega,
            Quorum = quorum,
            Hysteresis = hysteresis,
            SorryServer = _sorryServers.Bind(draft, defaults),
            RealServers = servers,
        };
    }

    private TransportProtocol ResolveProtocol(VirtualServerDraft draft, CheckedStatement block)
    {
        if (draft.Protocol is { } protocol) return protocol;
        diagnostics.Add(DiagnosticCatalog.DefaultTaken, block.Syntax.Span, "no protocol is given", "keepalived's default is UDP, which is used; add 'protocol TCP' if TCP is meant");
        return TransportProtocol.Udp;
    }

    private Scheduler ResolveScheduler(VirtualServerDraft draft, CheckedStatement block)
    {
        if (draft.Scheduler is { } scheduler) return scheduler;
        diagnostics.Add(DiagnosticCatalog.DefaultTaken, block.Syntax.Span, "no scheduler is given", "keepalived's default is wlc; add 'lb_algo'");
        return Scheduler.WeightedLeastConnection;
    }

    private Forwarding ResolveForwarding(VirtualServerDraft draft, CheckedStatement block)
    {
        if (draft.Forwarding is { } forwarding) return forwarding;
        diagnostics.Add(DiagnosticCatalog.DefaultTaken, block.Syntax.Span, "no forwarding method is given", "keepalived's default is NAT; add 'lb_kind'");
        return new Forwarding(ForwardingMethod.Nat, TunnelEncapsulation.IpInIp);
    }

    /// <summary>The family that <c>ip_family</c> gives a firewall mark; addresses have their own.</summary>
    private AddressFamily? ResolveMarkFamily(VirtualServerDraft draft, ServiceKey key)
    {
        if (draft.Family is not { } statement) return null;
        AddressFamily family = statement.Text(0) == "inet6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        if (key.AddressFamily is not { } own) return family;
        if (own != family)
        {
            diagnostics.Add(
                DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, $"'{statement.Name} {statement.Text(0)}' contradicts the address of the service {key.Name}", "it is ignored");
        }

        return null;
    }

    private bool ResolveOnePacket(VirtualServerDraft draft, TransportProtocol protocol)
    {
        if (draft.OnePacket is not { } statement) return false;
        if (protocol == TransportProtocol.Udp) return true;
        diagnostics.Add(
            DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, $"'ops' is only for UDP, and this service has {KeywordNames.Of(protocol)}",
            "it is ignored: every packet of a connection goes to one server");
        return false;
    }

    /// <summary>The timeout and the mask; a mask turns persistence on, and so does a service without a port.</summary>
    private (TimeSpan? Timeout, IPAddress Mask) ResolvePersistence(VirtualServerDraft draft, CheckedStatement block, ServiceKey key, AddressFamily family)
    {
        IPAddress? mask = draft.Granularity is { } statement ? PersistenceMaskReader.Read(statement, family, diagnostics) : null;
        TimeSpan? timeout = draft.Persistence ?? (mask is null ? null : VirtualServerStatements.DefaultPersistence);
        if (timeout is null && key.Endpoints.Any(endpoint => endpoint is { Port: 0, Mark: 0 }))
        {
            diagnostics.Add(
                DiagnosticCatalog.ConflictingSetting, block.Syntax.Span, "a service without a port must be persistent", "keepalived sets persistence_timeout 360; add the port");
            timeout = VirtualServerStatements.DefaultPersistence;
        }

        return (timeout, mask ?? IPAddress.Broadcast);
    }

    private ValueList<RealServer> BindRealServers(VirtualServerDraft draft, RealServerDefaults defaults)
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
                    DiagnosticCatalog.DuplicateRealServer, statement.SpanOf(0), $"the real server {new IPEndPoint(server.Address, server.Port)} is listed before",
                    "the second is left out", servers.Find(s => s.Address.Equals(server.Address) && s.Port == server.Port)?.Origin.Span);
            }
        }

        return [.. servers];
    }

    private (uint Quorum, uint Hysteresis) ResolveQuorum(VirtualServerDraft draft, ValueList<RealServer> servers)
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
}
