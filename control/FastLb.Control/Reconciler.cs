using System.Net;
using System.Threading.Channels;
using FastLb.Control.Engines;
using FastLb.Control.Network;
using FastLb.Control.Vrrp;
using FastLb.DataplaneChannel.Messages;
using FastLb.HealthChecks;
using FastLb.Native;
using FastLb.Runtime;
using FastLb.VrrpChannel;
using Microsoft.Extensions.Logging;

namespace FastLb.Control;

/// <summary>
/// Keeps the engine in step with what the network, the checkers and VRRP say: when one of them changes, the desired state and the ways to the servers are found anew,
/// and what differs is handed over. One loop does it all, one thing after another; <see cref="Wake"/> may be called from any thread.
/// </summary>
public sealed class Reconciler(
    IForwardingEngine engine, DesiredStateCompiler compiler, AdjacencyResolver resolver, NeighbourMoves moves, DirectorHealth health, VrrpFollower? vrrp, ILogger log)
{
    /// <summary>Kernels before 5.16 don't keep neighbours resolved by themselves, so that all is looked at again now and then.</summary>
    internal static readonly TimeSpan Refresh = TimeSpan.FromSeconds(3);

    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private DesiredState _state = new(0, [], [], []);
    private volatile AdjacencyState _adjacencies = new([]);
    private bool _engineIsBehind;

    /// <summary>Called when a server's way has changed. From the loop's thread.</summary>
    public Action<ServerAdjacency>? AdjacencyChanged { get; init; }

    /// <summary>The ways to the servers, as they were found last. Any thread.</summary>
    public AdjacencyState Adjacencies => _adjacencies;

    /// <summary>Goes on from what the engine is doing already.</summary>
    public void Adopt(long generation) => _state = _state with { Generation = generation };

    /// <summary>Goes on from where one under an earlier configuration has stopped.</summary>
    public void Continue(Reconciler predecessor)
    {
        _state = predecessor._state;
        _adjacencies = predecessor._adjacencies;
        _engineIsBehind = predecessor._engineIsBehind;
    }

    /// <summary>Something has changed: all is looked at again soon.</summary>
    public void Wake() => _changes.Writer.TryWrite(true);

    /// <summary>Finds everything and hands what differs to the engine.</summary>
    /// <exception cref="DirectorException">
    /// The engine refuses it. It may have stopped half way, with its ports closed: the next time it is told all, even if that is what it had accepted last.
    /// </exception>
    public async Task Synchronise(CancellationToken cancellation)
    {
        if (health.FollowsAddresses)
            health.FollowAddresses(compiler.ListAddresses().Contains);
        (VrrpReport Report, IReadOnlySet<IPAddress> Addresses)? held = vrrp?.ReadHeld();
        IReadOnlyList<DesiredService> services = compiler.Compile(health.Pools.Services, held?.Addresses);
        IReadOnlyCollection<NeighbourKey>? gateways = compiler.FindClientGateways(services);
        AdjacencyState adjacencies = resolver.Resolve(AddressesOf(services), gateways ?? []);
        IReadOnlyList<DesiredInterface> interfaces = compiler.FindInterfaces(adjacencies);
        var state = new DesiredState(_state.Generation + 1, interfaces, services, compiler.FindOwnAddresses(services))
        {
            Forwarding = compiler.Forwarding,
            Marks = compiler.Marks,
            Ports = compiler.Ports,
        };
        bool stateDiffers = _engineIsBehind || !SameAsBefore(state);
        bool adjacenciesDiffer = _engineIsBehind || !adjacencies.Servers.SequenceEqual(_adjacencies.Servers);
        _engineIsBehind = stateDiffers || adjacenciesDiffer; // until it has taken both
        if (stateDiffers)
        {
            await engine.Apply(state, cancellation);
            ReportInterfaces(state.Interfaces);
            _state = state;
        }

        if (adjacenciesDiffer)
        {
            await engine.Apply(adjacencies, cancellation);
            Report(adjacencies);
            _adjacencies = adjacencies;
        }

        _engineIsBehind = false;
        if (vrrp is not null && held is { } followed)
            await vrrp.Acknowledge(followed.Report, cancellation);
        if (gateways is not null)
            await FollowClients(gateways, cancellation);
    }

    /// <summary>Synchronises at each change until cancelled.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await WaitForChange(cancellation);
                try
                {
                    await Synchronise(cancellation);
                }
                catch (Exception fault) when (fault is DirectorException or SystemCallException)
                {
                    log.LogError("{Fault}", fault.Message);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            log.LogDebug("nothing is reconciled any more");
        }
    }

    private async Task FollowClients(IReadOnlyCollection<NeighbourKey> gateways, CancellationToken cancellation)
    {
        foreach ((NeighbourKey neighbour, NeighbourMove move) in moves.Find(gateways))
        {
            await engine.Apply(move, cancellation);
            moves.Settle(neighbour, move);
            log.LogInformation("{Neighbour} is at {To} now, no longer at {From}: replies to clients that went there follow", neighbour.Address, move.To, move.From);
        }
    }

    // A failed server's way is kept known, so that it is there when the server comes back.
    private IEnumerable<IPAddress> AddressesOf(IReadOnlyList<DesiredService> services) =>
        compiler.ConfiguredServers.Concat(services.SelectMany(service => service.Servers).Select(server => server.Address)).Distinct();

    // What holds for all services and the marks are made once for each configuration: the same objects are the same.
    private bool SameAsBefore(DesiredState state) =>
        ReferenceEquals(_state.Forwarding, state.Forwarding) && ReferenceEquals(_state.Marks, state.Marks) && _state.Ports.IsSameAs(state.Ports) && _state.Services.Count == state.Services.Count && _state.Interfaces.SequenceEqual(state.Interfaces)
        && _state.OwnAddresses.SequenceEqual(state.OwnAddresses)
        && _state.Services.Zip(state.Services).All(pair =>
            pair.First with { Servers = pair.Second.Servers, Endpoints = pair.Second.Endpoints } == pair.Second
            && pair.First.Servers.SequenceEqual(pair.Second.Servers) && pair.First.Endpoints.SequenceEqual(pair.Second.Endpoints));

    private async Task WaitForChange(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(resolver.UntilRetry ?? Refresh);
        try
        {
            await _changes.Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            log.LogTrace("looking at everything again");
        }
    }

    private void ReportInterfaces(IReadOnlyList<DesiredInterface> now)
    {
        foreach (DesiredInterface gone in _state.Interfaces.ExceptBy(now.Select(wanted => wanted.Index), wanted => wanted.Index))
            log.LogWarning("{Interface} is gone: frames are neither taken nor sent there", gone.Name);
        foreach (DesiredInterface come in now.ExceptBy(_state.Interfaces.Select(wanted => wanted.Index), wanted => wanted.Index))
            log.LogInformation("{Interface} is served", come.Name);
    }

    private void Report(AdjacencyState now)
    {
        Dictionary<IPAddress, ServerAdjacency> before = _adjacencies.Servers.ToDictionary(way => way.Server);
        foreach (ServerAdjacency way in now.Servers.Where(way => before.GetValueOrDefault(way.Server) != way))
        {
            if (way.State == NeighbourState.Resolved)
                log.LogInformation("real server {Server} is reached at {Mac}", way.Server, way.Mac);
            else
                log.LogWarning("real server {Server} can't be reached: {Explanation}", way.Server, way.Explanation);
            AdjacencyChanged?.Invoke(way);
        }
    }
}
