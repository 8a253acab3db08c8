using System.Net;
using System.Threading.Channels;
using FastLb.Control.Adjacencies;
using FastLb.Control.Engines;
using FastLb.DataplaneChannel.Messages;
using FastLb.Native;
using FastLb.Netlink;
using Microsoft.Extensions.Logging;

namespace FastLb.Control;

/// <summary>
/// Keeps the engine in step with the kernel: when links, routes, addresses or neighbours change, the ways to the servers and the interfaces to serve are found
/// anew, and what differs is handed over.
/// </summary>
public sealed class NetworkFollower : IDisposable
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(3);

    private readonly AdjacencyResolver _resolver;
    private readonly DesiredStateCompiler _compiler;
    private readonly IForwardingEngine _engine;
    private readonly ILogger _log;
    private readonly RtnetlinkMonitor _monitor;
    private readonly IReadOnlyList<IPAddress> _servers;
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private DesiredState _state = new(0, [], []);
    private volatile AdjacencyState _adjacencies = new([]);

    /// <summary>Begins to watch; events are kept until <see cref="Follow"/> reads them.</summary>
    public NetworkFollower(AdjacencyResolver resolver, DesiredStateCompiler compiler, IForwardingEngine engine, ILogger log)
    {
        _resolver = resolver;
        _compiler = compiler;
        _engine = engine;
        _log = log;
        _servers = [.. compiler.Services.SelectMany(service => service.Servers).Select(server => server.Address).Distinct()];
        _monitor = RtnetlinkMonitor.Open();
    }

    /// <summary>The ways to the servers, as they were found last. Any thread.</summary>
    public AdjacencyState Adjacencies => _adjacencies;

    /// <summary>Finds everything and hands it to the engine.</summary>
    /// <exception cref="DirectorException">The engine refuses it.</exception>
    public async Task Synchronise(CancellationToken cancellation)
    {
        var adjacencies = new AdjacencyState([.. _servers.Select(_resolver.Resolve)]);
        IReadOnlyList<DesiredInterface> interfaces = _compiler.FindInterfaces(adjacencies);
        bool waysDiffer = !adjacencies.Servers.SequenceEqual(_adjacencies.Servers);
        if (_state.Generation == 0 || !interfaces.SequenceEqual(_state.Interfaces))
        {
            _state = new DesiredState(_state.Generation + 1, interfaces, _compiler.Services);
            await _engine.Apply(_state, cancellation);
        }

        if (!waysDiffer)
            return;
        Report(adjacencies);
        _adjacencies = adjacencies;
        await _engine.Apply(adjacencies, cancellation);
    }

    /// <summary>Follows the kernel's changes until cancelled.</summary>
    public async Task Follow(CancellationToken cancellation)
    {
        Task watching = Watch(cancellation);
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                await WaitForChange(cancellation);
                try
                {
                    await Synchronise(cancellation);
                }
                catch (Exception fault) when (fault is DirectorException or SystemCallException)
                {
                    _log.LogError("{Fault}", fault.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            _log.LogDebug("no longer following the network");
        }

        await watching;
    }

    public void Dispose() => _monitor.Dispose();

    // Kernels before 5.16 don't keep neighbours resolved by themselves, so that all is looked at again now and then.
    private async Task WaitForChange(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Refresh);
        try
        {
            await _changes.Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            _log.LogTrace("looking at the network again");
        }
    }

    private async Task Watch(CancellationToken cancellation)
    {
        try
        {
            await foreach (NetlinkEvent _ in _monitor.ReadAll(cancellation))
                _changes.Writer.TryWrite(true);
        }
        catch (OperationCanceledException)
        {
            _log.LogDebug("no longer watching the network");
        }
        catch (SystemCallException fault)
        {
            _log.LogError("changes of the network are noticed only every {Refresh} s now: {Fault}", Refresh.TotalSeconds, fault.Message);
        }
    }

    private void Report(AdjacencyState now)
    {
        Dictionary<IPAddress, ServerAdjacency> before = _adjacencies.Servers.ToDictionary(way => way.Server);
        foreach (ServerAdjacency way in now.Servers.Where(way => before.GetValueOrDefault(way.Server) != way))
        {
            if (way.State == DataplaneChannel.Messages.NeighbourState.Resolved)
                _log.LogInformation("real server {Server} is reached at {Mac}", way.Server, way.Mac);
            else
                _log.LogWarning("real server {Server} can't be reached: {Explanation}", way.Server, way.Explanation);
        }
    }
}
