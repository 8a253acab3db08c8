using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Binding.Checks;
using FastLb.Configuration.Binding.Vrrp;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Servers;

/// <summary>What a virtual server hands down to its servers.</summary>
/// <param name="Address">The service's address, for messages.</param>
/// <param name="Port">The service's port.</param>
/// <param name="Forwarding">How packets reach servers that do not say otherwise.</param>
internal sealed record RealServerDefaults(IPAddress Address, ushort Port, Forwarding Forwarding)
{
    /// <summary>The service's family, which all servers but those behind tunnels share.</summary>
    public required AddressFamily Family { get; init; }

    /// <summary>The weight of servers that set none.</summary>
    public required int Weight { get; init; }

    /// <summary>For servers that do not say otherwise.</summary>
    public required bool InhibitOnFailure { get; init; }

    /// <summary>What their checkers take from the virtual server.</summary>
    public required ProbeSettings Probes { get; init; }

    /// <summary>What their checkers take from the director.</summary>
    public required bool LogAllFailures { get; init; }

    /// <summary>For servers that do not say otherwise.</summary>
    public required string? VirtualHost { get; init; }
}

/// <summary>Binds <c>real_server</c>.</summary>
internal sealed class RealServerBinder(DiagnosticBag diagnostics, FeatureReporter features, StatementReader reader, TrackedNames names)
{
    private readonly ForwardingMethodReader _methods = new(diagnostics, features);
    private readonly NotifyScriptReader _scripts = new(diagnostics);
    private readonly HealthCheckBinder _checks = new(diagnostics, reader, names);

    /// <summary>Binds one block.</summary>
    /// <param name="block">The statement with its block.</param>
    /// <param name="defaults">Null when the virtual server itself is left out: then the block is only searched for faults.</param>
    /// <returns>Null when the server is left out; the reason has been reported.</returns>
    public RealServer? Bind(CheckedStatement block, RealServerDefaults? defaults)
    {
        List<CheckedStatement> statements = reader.Read(block.Block);
        CheckedStatement[] checks = [.. statements.Where(HealthCheckBinder.IsCheck)];
        var probes = new ProbeSettings();
        Forwarding? ownForwarding = null;
        NotifyScript? notifyUp = null, notifyDown = null;
        foreach (CheckedStatement statement in statements)
        {
            probes = probes.With(statement);
            if (statement.Name == "lvs_method") ownForwarding = _methods.Read(statement);
            if (statement.Name == "notify_up") notifyUp = _scripts.ReadFirst(notifyUp, statement);
            if (statement.Name == "notify_down") notifyDown = _scripts.ReadFirst(notifyDown, statement);
        }

        if (EndpointReader.Read(block, diagnostics) is not var (address, port) || defaults is null
            || !IsOfRightFamily(block, address, defaults, ownForwarding ?? defaults.Forwarding))
        {
            foreach (CheckedStatement check in checks) reader.ReadThrough(check);
            return null;
        }

        Forwarding forwarding = ownForwarding ?? defaults.Forwarding;
        ushort written = port;
        port = ResolvePort(block, port, defaults, forwarding.Method);
        uint upper = (uint)(statements.Last("uthreshold")?.Integer(0) ?? 0);
        string? host = statements.Last("virtualhost")?.Text(0) ?? defaults.VirtualHost;
        var surroundings = new CheckSurroundings(probes.Within(defaults.Probes), address, port == 0 ? written : port, defaults.LogAllFailures, host);
        return new RealServer(address, port)
        {
            Origin = new Origin(block.SpanOf(0)),
            Weight = (int)(statements.Last("weight")?.Integer(0) ?? defaults.Weight),
            Method = forwarding.Method,
            Tunnel = forwarding.Tunnel,
            UpperThreshold = (int)Math.Min(upper, int.MaxValue),
            LowerThreshold = ResolveLowerThreshold(statements.Last("lthreshold"), upper),
            InhibitOnFailure = statements.Last("inhibit_on_failure")?.Switch(0) ?? defaults.InhibitOnFailure,
            VirtualHost = host,
            SendsMail = statements.Last("smtp_alert")?.Switch(0),
            SnmpName = statements.Last("snmp_name")?.Text(0),
            NotifyUp = notifyUp,
            NotifyDown = notifyDown,
            Checks = [.. checks.SelectMany(check => _checks.Bind(check, surroundings))],
        };
    }

    private bool IsOfRightFamily(CheckedStatement block, IPAddress address, RealServerDefaults defaults, Forwarding forwarding)
    {
        if (address.AddressFamily == defaults.Family || forwarding.Method == ForwardingMethod.Tunnel) return true;
        diagnostics.Add(
            DiagnosticCatalog.AddressFamilyMismatch, block.SpanOf(0), $"'{block.Text(0)}' is not of the family of the virtual server {defaults.Address}",
            "the real server is left out");
        return false;
    }

    /// <summary>IPVS takes no server whose lower threshold is above its upper one.</summary>
    private int ResolveLowerThreshold(CheckedStatement? lower, uint upper)
    {
        if (lower?.Integer(0) is not long threshold) return 0;
        if (threshold > upper)
        {
            diagnostics.Add(
                DiagnosticCatalog.OutOfRange, lower.SpanOf(0), $"the lower threshold {threshold} exceeds the upper threshold {upper}", "IPVS takes no such server; it is ignored");
            return 0;
        }

        return (int)Math.Min(threshold, int.MaxValue);
    }

    /// <summary>Only NAT can change the port: elsewhere the packet keeps the service's.</summary>
    private ushort ResolvePort(CheckedStatement block, ushort port, RealServerDefaults defaults, ForwardingMethod method)
    {
        if (port == 0) return defaults.Port;
        if (method == ForwardingMethod.Nat || port == defaults.Port) return port;
        diagnostics.Add(
            DiagnosticCatalog.PortReset, block.SpanOf(1),
            defaults.Port == 0 ? $"port {port} of the real server has no effect" : $"port {port} of the real server is not the service's port {defaults.Port}",
            $"{KeywordNames.Of(method)} does not change ports; {(defaults.Port == 0 ? "the client's" : $"{defaults.Port}")} is used");
        return defaults.Port;
    }
}
