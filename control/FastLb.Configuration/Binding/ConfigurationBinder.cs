using FastLb.Configuration.Binding.Servers;
using FastLb.Configuration.Binding.Vrrp;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.Configuration.Sources;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding;

/// <summary>
/// Makes the typed model of a syntax tree. <c>global_defs</c> comes first, wherever it stands, because instances take defaults from it, and groups before the virtual
/// servers that name them.
/// </summary>
internal sealed class ConfigurationBinder
{
    private const string GlobalDefinitionsKeyword = "global_defs";
    private const string GroupKeyword = "virtual_server_group";

    private readonly DiagnosticBag _diagnostics;
    private readonly FeatureReporter _features;
    private readonly StatementReader _reader;
    private readonly GlobalDefinitionsBinder _globalBinder;
    private readonly FastLbBinder _fastLbBinder;
    private readonly VrrpObjectsBinder _vrrpBinder;
    private readonly VirtualServerBinder _serverBinder;
    private readonly ServerGroupBinder _groupBinder;
    private readonly SslContextBinder _sslBinder;
    private readonly List<VirtualServer> _servers = [];
    private readonly Dictionary<VirtualEndpoint, VirtualServer> _services = [];
    private GlobalDefinitions _global = new();
    private ValueList<Setting> _settings = [];
    private SslContext? _ssl;

    private ConfigurationBinder(DiagnosticBag diagnostics)
    {
        _diagnostics = diagnostics;
        _features = new FeatureReporter(diagnostics);
        _reader = new StatementReader(diagnostics, _features);
        _globalBinder = new GlobalDefinitionsBinder(diagnostics, _reader);
        _fastLbBinder = new FastLbBinder(diagnostics, _features, _reader);
        _vrrpBinder = new VrrpObjectsBinder(diagnostics, _features, _reader);
        _groupBinder = new ServerGroupBinder(diagnostics, _features);
        _serverBinder = new VirtualServerBinder(diagnostics, _features, _reader, _groupBinder, _vrrpBinder.Names);
        _sslBinder = new SslContextBinder(diagnostics, _reader);
    }

    /// <summary>Binds a whole file; every fault of meaning goes to <paramref name="diagnostics"/>.</summary>
    public static DirectorConfiguration Bind(BlockSyntax root, DiagnosticBag diagnostics)
    {
        var binder = new ConfigurationBinder(diagnostics);
        binder._vrrpBinder.Announce(root);
        binder.BindWhere(root, keyword => keyword is GlobalDefinitionsKeyword);
        binder._global = binder._globalBinder.Resolve();
        binder.BindWhere(root, keyword => keyword is GroupKeyword);
        binder.BindWhere(root, keyword => keyword is not (GlobalDefinitionsKeyword or GroupKeyword));
        binder._fastLbBinder.Check();
        binder._fastLbBinder.CheckMarks(binder._servers);
        binder._fastLbBinder.CheckRecovery(binder._servers);
        var configuration = new DirectorConfiguration(binder._global, [], [.. binder._fastLbBinder.ApplyTimeouts(binder._servers, binder._global.Timeouts)])
        {
            Dataplane = binder._fastLbBinder.Settings,
            Settings = binder._settings,
            Ssl = binder._ssl,
        };
        return binder._vrrpBinder.Complete(configuration);
    }

    private void BindWhere(BlockSyntax root, Func<string, bool> isWanted)
    {
        foreach (StatementSyntax statement in root.Statements)
        {
            if (!isWanted(statement.Keyword.Text)) continue;
            if (_reader.Check(statement, BlockContext.Root) is { } passed) BindTopLevel(passed);
            _features.EndTopLevelBlock(Title(statement), statement.Span);
        }
    }

    private void BindTopLevel(CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case GlobalDefinitionsKeyword:
                _globalBinder.Add(statement);
                break;
            case GroupKeyword:
                _groupBinder.Add(statement);
                break;
            case "fastlb":
                _fastLbBinder.Add(statement);
                break;
            case "virtual_server":
                if (_serverBinder.Bind(statement, _global) is { } server) Add(server);
                break;
            case "SSL":
                _ssl = _sslBinder.Bind(statement, _ssl);
                break;
            default:
                if (!_vrrpBinder.Add(statement, _global)) _settings = SettingList.With(_settings, statement);
                break;
        }
    }

    private static string Title(StatementSyntax statement) => string.Join(' ', statement.Words.Take(3).Select(w => w.Text));

    private void Add(VirtualServer server)
    {
        foreach (VirtualEndpoint endpoint in server.Endpoints)
        {
            if (_services.TryAdd(endpoint, server)) continue;
            VirtualServer first = _services[endpoint];
            _diagnostics.Add(
                DiagnosticCatalog.DuplicateVirtualServer, server.Origin.Span, $"the service {NameOf(endpoint)} is defined before, on {first.Origin.Span.LineSeenFrom(server.Origin.Span)}",
                "keepalived would put both lists of real servers into one service; write them into one block", first.Origin.Span);
            return;
        }

        _servers.Add(server);
    }

    private static string NameOf(VirtualEndpoint endpoint) =>
        endpoint.Mark != 0 ? endpoint.ToString() : $"{endpoint.Address} {endpoint.Port} {KeywordNames.Of(endpoint.Protocol)}";
}
