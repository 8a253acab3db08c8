using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Binds all <c>fastlb</c> blocks into one. Not thread-safe.</summary>
internal sealed class FastLbBinder(DiagnosticBag diagnostics, FeatureReporter features, StatementReader reader)
{
    private readonly MarkRuleBinder _marks = new(diagnostics, features, reader);
    private readonly ConnectionTimeoutsReader _timeouts = new(diagnostics);
    private readonly DefenceBinder _defence = new(diagnostics, reader);
    private readonly PortsBinder _ports = new(diagnostics);
    private readonly ListenersBinder _listeners = new(diagnostics);
    private readonly RecoveryBinder _recovery = new(diagnostics);
    private readonly List<CheckedStatement> _serviceTimeouts = [];

    /// <summary>What the blocks so far say.</summary>
    public DataplaneSettings Settings { get; private set; } = new();

    /// <summary>Adds what one block says to what earlier ones said.</summary>
    public void Add(CheckedStatement block)
    {
        foreach (CheckedStatement statement in reader.Read(block.Block)) Settings = Apply(Settings, statement);
    }

    /// <summary>Resolves and reports what only shows when all blocks have been read.</summary>
    public void Check()
    {
        _defence.CheckRules(Settings.Defence);
        _listeners.Check(Settings.Listeners);
        Settings = Settings with { Ports = _ports.Resolve(Settings.Ports) };
    }

    /// <summary>The services with the timeouts that are set for them here.</summary>
    public IReadOnlyList<VirtualServer> ApplyTimeouts(IReadOnlyList<VirtualServer> servers, ConnectionTimeouts defaults)
    {
        VirtualServer[] result = [.. servers];
        foreach (CheckedStatement statement in _serviceTimeouts)
        {
            if (EndpointReader.Read(statement, diagnostics) is not var (address, port)) continue;
            bool isKnown = false;
            for (int i = 0; i < result.Length; i++)
            {
                if (!result[i].Endpoints.Any(endpoint => endpoint.Address.Equals(address) && endpoint.Port == port)) continue;
                isKnown = true;
                result[i] = result[i] with { Timeouts = _timeouts.Apply(result[i].Timeouts ?? defaults, statement, first: 2) };
            }

            if (!isKnown)
            {
                diagnostics.Add(
                    DiagnosticCatalog.ConflictingSetting, statement.SpanOf(0), $"there is no virtual server {statement.Text(0)} {statement.Text(1)}",
                    "the line is ignored; write the address and port of a virtual_server");
            }
        }

        return result;
    }

    /// <summary>Says for which services a slow start comes to nothing.</summary>
    public void CheckRecovery(IEnumerable<VirtualServer> servers) => _recovery.Check(servers);

    /// <summary>Says which services of firewall marks nothing would come to.</summary>
    public void CheckMarks(IEnumerable<VirtualServer> servers)
    {
        foreach (VirtualServer server in servers)
        {
            foreach (VirtualEndpoint endpoint in server.Endpoints.Where(endpoint => endpoint.Mark != 0 && Settings.Marks.All(rule => rule.Mark != endpoint.Mark)))
            {
                diagnostics.Add(
                    DiagnosticCatalog.MarkWithoutRule, server.Origin.Span, $"no rule gives packets the firewall mark {endpoint.Mark}",
                    $"the kernel's packet filter does not see packets that FastLb takes: write 'mark {endpoint.Mark} {{' with 'destination ADDRESSES' and what else tells them into the block 'fastlb'");
            }
        }
    }

    private DataplaneSettings Apply(DataplaneSettings settings, CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "unknown_flows":
                return settings with { UnknownFlows = KeywordNames.ToUnknownFlowAnswer(statement.Text(0)) };
            case "sloppy_tcp":
                return settings with { SloppyTcp = statement.Switch(0) };
            case "expire_nodest_conn":
                return settings with { ExpiresConnectionsOfRemovedServers = statement.Switch(0) };
            case "expire_quiescent_template":
                return settings with { ExpiresQuiescentTemplates = statement.Switch(0) };
            case "mark":
                return _marks.Bind(statement) is { } rule ? settings with { Marks = [.. settings.Marks, rule] } : settings;
            case "conn_reuse_mode":
                return settings with { ConnectionReuseMode = (int)statement.Integer(0) };
            case "secure_tcp":
                return settings with { SecureTcp = statement.Switch(0) };
            case "mh_table_size":
                return settings with { MaglevTableSize = (int)statement.Integer(0) };
            case "flow_table_size":
                return settings with { FlowTableSize = (int)statement.Integer(0) };
            case "passive_checks":
                return settings with { PassiveChecks = new PassiveCheckSettings((int)statement.Integer(0), TimeSpan.FromSeconds(statement.Integer(1))) };
            case "defence":
                return settings with { Defence = _defence.Apply(settings.Defence, statement) };
            case "service_timeouts":
                _serviceTimeouts.Add(statement);
                return settings;
            default:
                if (_ports.Apply(settings.Ports, statement) is { } ports) return settings with { Ports = ports };
                if (_recovery.Apply(settings.Recovery, statement) is { } recovery) return settings with { Recovery = recovery };
                return _listeners.Apply(settings.Listeners, statement) is { } listeners ? settings with { Listeners = listeners } : settings;
        }
    }
}
