using System.Net;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>What a virtual server hands down to its real servers.</summary>
/// <param name="Address">The service's address, whose family the servers share.</param>
/// <param name="Port">The service's port.</param>
/// <param name="Method">How packets reach servers that do not say otherwise.</param>
/// <param name="Weight">The weight of servers that set none.</param>
/// <param name="InhibitOnFailure">For servers that do not say otherwise.</param>
/// <param name="Probes">What their checkers take from the virtual server.</param>
/// <param name="LogAllFailures">What their checkers take from the director.</param>
internal sealed record RealServerDefaults(
    IPAddress Address, ushort Port, ForwardingMethod Method, int Weight, bool InhibitOnFailure, ProbeSettings Probes, bool LogAllFailures);

/// <summary>Binds <c>real_server</c>.</summary>
internal sealed class RealServerBinder(DiagnosticBag diagnostics, FeatureReporter features, StatementReader reader)
{
    /// <summary>Binds one block.</summary>
    /// <param name="block">The statement with its block.</param>
    /// <param name="defaults">Null when the virtual server itself is left out: then the block is only searched for faults.</param>
    /// <returns>Null when the server is left out; the reason has been reported.</returns>
    public RealServer? Bind(CheckedStatement block, RealServerDefaults? defaults)
    {
        var probes = new ProbeSettings();
        int? weight = null;
        ForwardingMethod? ownMethod = null;
        bool? inhibit = null;
        uint upper = 0;
        CheckedStatement? lower = null;
        List<(CheckedStatement Block, List<CheckedStatement> Statements)> tcpChecks = [];
        foreach (CheckedStatement statement in reader.Read(block.Block))
        {
            probes = probes.With(statement);
            switch (statement.Name)
            {
                case "weight":
                    weight = (int)statement.Integer(0);
                    break;
                case "lvs_method":
                    ownMethod = ForwardingMethodReader.Read(statement, features);
                    break;
                case "inhibit_on_failure":
                    inhibit = statement.Switch(0);
                    break;
                case "uthreshold":
                    upper = (uint)statement.Integer(0);
                    break;
                case "lthreshold":
                    lower = statement;
                    break;
                case "TCP_CHECK":
                    tcpChecks.Add((statement, reader.Read(statement.Block)));
                    break;
                default:
                    reader.ReadThrough(statement);
                    break;
            }
        }

        if (EndpointReader.Read(block, diagnostics) is not var (address, port) || defaults is null) return null;
        ForwardingMethod method = ownMethod ?? defaults.Method;
        if (!IsOfRightFamily(block, address, defaults, method)) return null;

        ushort written = port;
        port = ResolvePort(block, port, defaults, method);
        ProbeSettings settings = probes.Within(defaults.Probes);
        return new RealServer(address, port)
        {
            Origin = new Origin(block.SpanOf(0)),
            Weight = weight ?? defaults.Weight,
            Method = method,
            UpperThreshold = (int)Math.Min(upper, int.MaxValue),
            LowerThreshold = ResolveLowerThreshold(lower, upper),
            InhibitOnFailure = inhibit ?? defaults.InhibitOnFailure,
            Checks = [.. tcpChecks.Select(c => BindCheck(c.Block, c.Statements, settings, address, port == 0 ? written : port, defaults.LogAllFailures))],
        };
    }

    private TcpCheck BindCheck(
        CheckedStatement block, IReadOnlyList<CheckedStatement> statements, ProbeSettings settings, IPAddress address, ushort port, bool logAllFailures)
    {
        TcpCheck check = TcpCheckBinder.Bind(block, statements, settings, address, port, logAllFailures);
        if (check.Port == 0)
        {
            diagnostics.Add(
                DiagnosticCatalog.NoPortToCheck, block.Syntax.Span, $"neither the service nor the real server {address} has a port that TCP_CHECK could connect to", "add 'connect_port'");
        }

        return check;
    }

    private bool IsOfRightFamily(CheckedStatement block, IPAddress address, RealServerDefaults defaults, ForwardingMethod method)
    {
        if (address.AddressFamily == defaults.Address.AddressFamily || method == ForwardingMethod.Tunnel) return true;
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
