using System.Net.Sockets;
using FastLb.DataplaneChannel.Messages;
using FastLb.Runtime;
using Microsoft.Extensions.Logging;

namespace FastLb.Control.Engines;

/// <summary>
/// The userspace dataplane as a forwarding engine. Its process is the supervisor's affair; this stays connected to whichever runs, and gives a new one all
/// that the one before had been told. Calls may come from any thread.
/// </summary>
public sealed class DataplaneEngine(string socketPath, TimeProvider time, ILogger log) : IForwardingEngine, IAsyncDisposable
{
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private DataplaneClient? _client;
    private DesiredState? _state;
    private AdjacencyState? _adjacencies;
    private Task _connecting = Task.CompletedTask;

    /// <summary>Called when the connection has been lost (false) or come about again (true). From any thread.</summary>
    public Action<bool>? ConnectionChanged { get; init; }

    /// <summary>Connects to the dataplane, and from then on again whenever the connection is lost.</summary>
    /// <returns>What the dataplane is doing already: a control process that is started again goes on from there.</returns>
    public async Task<DataplaneStatus> Start(CancellationToken cancellation)
    {
        DataplaneClient client = await Connect(cancellation);
        Volatile.Write(ref _client, client);
        _connecting = StayConnected(client);
        return await client.ReadStatus(cancellation);
    }

    /// <inheritdoc/>
    public Task Apply(DesiredState state, CancellationToken cancellation) => Change(
        client =>
        {
            _state = state;
            return client?.Apply(state, cancellation) ?? Task.CompletedTask;
        },
        cancellation);

    /// <inheritdoc/>
    public Task Apply(AdjacencyState adjacencies, CancellationToken cancellation) => Change(
        client =>
        {
            _adjacencies = adjacencies;
            return client?.Apply(adjacencies, cancellation) ?? Task.CompletedTask;
        },
        cancellation);

    /// <inheritdoc/>
    public Task Apply(NeighbourMove move, CancellationToken cancellation) => Present().Apply(move, cancellation);

    /// <inheritdoc/>
    public Task<DataplaneStatus> ReadStatus(CancellationToken cancellation) => Present().ReadStatus(cancellation);

    /// <inheritdoc/>
    public Task<ConnectionsAnswer> ReadConnections(long position, ConnectionFilter filter, CancellationToken cancellation) =>
        Present().ReadConnections(position, filter, cancellation);

    /// <inheritdoc/>
    public Task<ExplainAnswer> Explain(PacketQuestion packet, CancellationToken cancellation) => Present().Explain(packet, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _connecting;
        await Disconnect();
        _changing.Dispose();
        _stopping.Dispose();
    }

    private DataplaneClient Present() =>
        Volatile.Read(ref _client) ?? throw new DirectorException("no dataplane is running at this moment; it is being started again");

    private async Task Change(Func<DataplaneClient?, Task> change, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            await change(_client);
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task<DataplaneClient> Connect(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await DataplaneClient.Connect(socketPath, cancellation);
            }
            catch (SocketException)
            {
                await Task.Delay(ConnectPause, time, cancellation); // it is being started
            }
        }
    }

    private async Task StayConnected(DataplaneClient client)
    {
        try
        {
            while (true)
            {
                await client.Closed.WaitAsync(_stopping.Token);
                await Disconnect();
                log.LogWarning("the dataplane is gone; waiting for its successor");
                ConnectionChanged?.Invoke(false);
                client = await Connect(_stopping.Token);
                await TakeUp(client);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            log.LogDebug("the connection to the dataplane is given up");
        }
    }

    private async Task TakeUp(DataplaneClient client)
    {
        await _changing.WaitAsync(_stopping.Token);
        try
        {
            Volatile.Write(ref _client, client);
            if (_state is { } state)
                await client.Apply(state, _stopping.Token);
            if (_adjacencies is { } adjacencies)
                await client.Apply(adjacencies, _stopping.Token);
            log.LogInformation("the dataplane is back, with generation {Generation}", _state?.Generation ?? 0);
            ConnectionChanged?.Invoke(true);
        }
        catch (DirectorException fault)
        {
            // Tried again from the beginning, for nobody else would: the state is as it was.
            log.LogError("the dataplane does not take up its work: {Fault}", fault.Message);
            await Task.Delay(RefusalPause, time, _stopping.Token);
            await Disconnect();
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task Disconnect()
    {
        if (Interlocked.Exchange(ref _client, null) is { } client)
            await client.DisposeAsync();
    }
}
