using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;
using FastLb.Configuration.Sources;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding;

/// <summary>Makes the typed model of a syntax tree. <c>global_defs</c> comes first, wherever it stands, because instances take defaults from it.</summary>
internal sealed class ConfigurationBinder
{
    private const string GlobalDefinitionsKeyword = "global_defs";

    private readonly DiagnosticBag _diagnostics;
    private readonly FeatureReporter _features;
    private readonly StatementReader _reader;
    private readonly GlobalDefinitionsBinder _globalBinder;
    private readonly FastLbBinder _fastLbBinder;
    private readonly VrrpInstanceBinder _instanceBinder;
    private readonly VirtualServerBinder _serverBinder;
    private readonly List<VrrpInstance> _instances = [];
    private readonly List<VirtualServer> _servers = [];
    private readonly Dictionary<string, VrrpInstance> _instanceNames = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Interface, AddressFamily Family, byte VirtualRouterId), VrrpInstance> _virtualRouters = [];
    private readonly Dictionary<(IPAddress Address, ushort Port, TransportProtocol Protocol), VirtualServer> _services = [];
    private GlobalDefinitions _global = new();

    private ConfigurationBinder(DiagnosticBag diagnostics)
    {
        _diagnostics = diagnostics;
        _features = new FeatureReporter(diagnostics);
        _reader = new StatementReader(diagnostics, _features);
        _globalBinder = new GlobalDefinitionsBinder(diagnostics, _reader);
        _fastLbBinder = new FastLbBinder(diagnostics, _reader);
        _instanceBinder = new VrrpInstanceBinder(diagnostics, _features, _reader);
        _serverBinder = new VirtualServerBinder(diagnostics, _features, _reader);
    }

    /// <summary>Binds a whole file; every fault of meaning goes to <paramref name="diagnostics"/>.</summary>
    public static DirectorConfiguration Bind(BlockSyntax root, DiagnosticBag diagnostics)
    {
        var binder = new ConfigurationBinder(diagnostics);
        binder.BindWhere(root, isGlobal: true);
        binder._global = binder._globalBinder.Resolve();
        binder.BindWhere(root, isGlobal: false);
        binder._fastLbBinder.Check();
        return new DirectorConfiguration(binder._global, [.. binder._instances], [.. binder._fastLbBinder.ApplyTimeouts(binder._servers, binder._global.Timeouts)])
        {
            Dataplane = binder._fastLbBinder.Settings,
        };
    }

    private void BindWhere(BlockSyntax root, bool isGlobal)
    {
        foreach (StatementSyntax statement in root.Statements)
        {
            if (statement.Keyword.Text == GlobalDefinitionsKeyword != isGlobal) continue;
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
            case "fastlb":
                _fastLbBinder.Add(statement);
                break;
            case "vrrp_instance":
                if (_instanceBinder.Bind(statement, _global) is { } instance) Add(instance);
                break;
            case "virtual_server":
                if (_serverBinder.Bind(statement, _global) is { } server) Add(server);
                break;
            default:
                _reader.ReadThrough(statement);
                break;
        }
    }

    private static string Title(StatementSyntax statement) => string.Join(' ', statement.Words.Take(3).Select(w => w.Text));

    private void Add(VrrpInstance instance)
    {
        SourceSpan span = instance.Origin.Span;
        if (_instanceNames.TryGetValue(instance.Name, out VrrpInstance? namesake))
        {
            _diagnostics.Add(
                DiagnosticCatalog.DuplicateInstance, span, $"the instance '{instance.Name}' is defined before, on line {namesake.Origin.Span.Line}",
                "the second is left out", namesake.Origin.Span);
            return;
        }

        if (!_virtualRouters.TryAdd((instance.Interface, instance.AddressFamily, instance.VirtualRouterId), instance))
        {
            VrrpInstance other = _virtualRouters[(instance.Interface, instance.AddressFamily, instance.VirtualRouterId)];
            _diagnostics.Add(
                DiagnosticCatalog.DuplicateVirtualRouterId, span,
                $"'{other.Name}' and '{instance.Name}' both use virtual router id {instance.VirtualRouterId} on {instance.Interface}",
                "each instance on an interface needs its own", other.Origin.Span);
        }

        _instanceNames.Add(instance.Name, instance);
        _instances.Add(instance);
    }

    private void Add(VirtualServer server)
    {
        if (!_services.TryAdd((server.Address, server.Port, server.Protocol), server))
        {
            VirtualServer first = _services[(server.Address, server.Port, server.Protocol)];
            _diagnostics.Add(
                DiagnosticCatalog.DuplicateVirtualServer, server.Origin.Span,
                $"the service {server.Address} {server.Port} {KeywordNames.Of(server.Protocol)} is defined before, on line {first.Origin.Span.Line}",
                "keepalived would put both lists of real servers into one service; write them into one block", first.Origin.Span);
            return;
        }

        _servers.Add(server);
    }
}
