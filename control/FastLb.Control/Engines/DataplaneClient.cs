using System.Collections.Concurrent;
using System.Net.Sockets;
using FastLb.DataplaneChannel.Messages;
using FastLb.Messaging;
using FastLb.Runtime;

namespace FastLb.Control.Engines;

/// <summary>A connection to a dataplane process: requests, each with its answer. Calls may come from any thread.</summary>
public sealed class DataplaneClient : IForwardingEngine, IAsyncDisposable
{
    private readonly MessageChannel<ChannelMessage> _channel;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<ChannelMessage>> _waiting = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _receiving;
    private long _lastRequest;
    private volatile bool _lost;

    private DataplaneClient(MessageChannel<ChannelMessage> channel)
    {
        _channel = channel;
        _receiving = ReceiveAnswers();
    }

    /// <summary>Completes when the connection is of no more use.</summary>
    public Task Closed => _receiving;

    /// <summary>Connects to the socket of a dataplane.</summary>
    /// <exception cref="SocketException">Nothing listens there (yet).</exception>
    public static async Task<DataplaneClient> Connect(string socketPath, CancellationToken cancellation) =>
        new(new MessageChannel<ChannelMessage>(await LocalSocket.Connect(socketPath, cancellation), ChannelJson.Default.ChannelMessage));

    /// <inheritdoc/>
    public Task Apply(DesiredState state, CancellationToken cancellation) =>
        Ask(request => new ApplyDesiredState(request, state), cancellation);

    /// <inheritdoc/>
    public Task Apply(AdjacencyState adjacencies, CancellationToken cancellation) =>
        Ask(request => new ApplyAdjacencies(request, adjacencies), cancellation);

    /// <inheritdoc/>
    public Task Apply(NeighbourMove move, CancellationToken cancellation) =>
        Ask(request => new ApplyNeighbourMove(request, move), cancellation);

    /// <inheritdoc/>
    public async Task<DataplaneStatus> ReadStatus(CancellationToken cancellation) =>
        await Ask(request => new StatusRequest(request), cancellation) is StatusAnswer answer
            ? answer.Status
            : throw new DirectorException("the dataplane answered a request for its status with something else");

    /// <inheritdoc/>
    public async Task<ConnectionsAnswer> ReadConnections(long position, ConnectionFilter filter, CancellationToken cancellation) =>
        await Ask(request => new ConnectionsRequest(request, position, filter), cancellation) as ConnectionsAnswer
            ?? throw new DirectorException("the dataplane answered a request for its connections with something else");

    /// <inheritdoc/>
    public async Task<ExplainAnswer> Explain(PacketQuestion packet, CancellationToken cancellation) =>
        await Ask(request => new ExplainRequest(request, packet), cancellation) as ExplainAnswer
            ?? throw new DirectorException("the dataplane answered a question about a packet with something else");

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _receiving;
        await _channel.DisposeAsync();
        _closing.Dispose();
    }

    private async Task<ChannelMessage> Ask(Func<long, ChannelMessage> message, CancellationToken cancellation)
    {
        long request = Interlocked.Increment(ref _lastRequest);
        var answer = new TaskCompletionSource<ChannelMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[request] = answer;
        try
        {
            if (_lost)
                throw ConnectionLost();
            await _channel.Send(message(request), cancellation);
            ChannelMessage received = await answer.Task.WaitAsync(cancellation);
            return received is Refused refused ? throw new DirectorException(refused.Reason) : received;
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException)
        {
            throw ConnectionLost(fault); // the latter when the channel is closed at the same moment, because the dataplane has gone
        }
        finally
        {
            _waiting.TryRemove(request, out _);
        }
    }

    private async Task ReceiveAnswers()
    {
        Exception? fault = null;
        try
        {
            while (await _channel.Receive(_closing.Token) is { } message)
            {
                if (_waiting.TryRemove(message.Request, out TaskCompletionSource<ChannelMessage>? answer))
                    answer.TrySetResult(message);
            }
        }
        catch (Exception caught) when (caught is OperationCanceledException or IOException or ChannelProtocolException)
        {
            fault = caught;
        }

        _lost = true; // before: a request that is entered after this loop must notice
        foreach (TaskCompletionSource<ChannelMessage> answer in _waiting.Values)
            answer.TrySetException(ConnectionLost(fault));
    }

    private static DirectorException ConnectionLost(Exception? fault = null) =>
        new($"the connection to the dataplane is lost{(fault is null or OperationCanceledException ? string.Empty : $": {fault.Message}")}", fault);
}
