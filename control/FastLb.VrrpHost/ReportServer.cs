using System.Net.Sockets;
using FastLb.Messaging;
using FastLb.VrrpChannel;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost;

/// <summary>
/// Tells control how the virtual routers stand, over <c>vrrp.sock</c>. VRRP goes on whether anyone listens or not. <see cref="Publish"/> is called by one thread.
/// </summary>
internal sealed class ReportServer : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly string _path;
    private readonly Func<IReadOnlyList<VrrpInstanceStatus>> _read;
    private readonly Func<VrrpStaticStatus> _readStatic;
    private readonly Func<IReadOnlyList<VrrpBfdStatus>> _readSessions;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _publishing = new();
    private readonly Dictionary<MessageChannel<VrrpMessage>, Task> _connections = []; // under the lock
    private readonly Task _accepting;
    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _applied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sequence;

    /// <summary>Opens the socket and begins to serve.</summary>
    /// <param name="path">Where the socket is made.</param>
    /// <param name="read">Gives the instances with their counters; from any thread.</param>
    /// <param name="readStatic">Gives what is held in every state; from any thread.</param>
    /// <param name="readSessions">Gives the BFD sessions; from any thread.</param>
    /// <param name="log">For connections that go wrong.</param>
    public ReportServer(
        string path, Func<IReadOnlyList<VrrpInstanceStatus>> read, Func<VrrpStaticStatus> readStatic, Func<IReadOnlyList<VrrpBfdStatus>> readSessions, ILogger log)
    {
        _path = path;
        _read = read;
        _readStatic = readStatic;
        _readSessions = readSessions;
        _log = log;
        _listener = LocalSocket.Listen(path, backlog: 4);
        _accepting = Accept();
    }

    /// <summary>Tells all who listen how the virtual routers stand now.</summary>
    /// <param name="transition">What has just changed; null when it is no state.</param>
    /// <param name="news">What else has just happened; null for nothing.</param>
    /// <returns>Completes when one of them has acted on it; at once when nobody listens, or as soon as nobody does any more.</returns>
    public Task Publish(VrrpTransition? transition, VrrpNews? news = null)
    {
        lock (_publishing)
        {
            _sequence++;
            Volatile.Write(ref _applied, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            var report = new VrrpReport(_sequence, _read(), transition) { Static = _readStatic(), BfdSessions = _readSessions(), News = news };
            foreach (MessageChannel<VrrpMessage> connection in _connections.Keys)
                _ = Send(connection, report);
            return _connections.Count == 0 ? Task.CompletedTask : _applied.Task;
        }
    }

    /// <summary>Completes when a listener has acted on a report for the first time.</summary>
    public Task FirstApplied => _heard.Task;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        Task[] serving;
        lock (_publishing)
            serving = [.. _connections.Values];
        await Task.WhenAll(serving);
        _listener.Dispose();
        _stopping.Dispose();
        File.Delete(_path);
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_stopping.Token);
                var channel = new MessageChannel<VrrpMessage>(new NetworkStream(socket, ownsSocket: true), VrrpJson.Default.VrrpMessage);
                lock (_publishing)
                    _connections.Add(channel, Serve(channel));
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _log.LogDebug("closing {Path}", _path);
        }
    }

    /// <summary>Serves one connection; begun under the lock, so that no later report overtakes the first.</summary>
    private async Task Serve(MessageChannel<VrrpMessage> channel)
    {
        Task first = Send(channel, new VrrpReport(_sequence, _read(), null) { Static = _readStatic(), BfdSessions = _readSessions() });
        await Task.Yield(); // so that it is among the connections before it can be taken out
        try
        {
            await first;
            while (await channel.Receive(_stopping.Token) is { } message)
            {
                if (message is VrrpStatusRequest request)
                    await Send(channel, new VrrpStatusAnswer(request.Request, _read()) { Static = _readStatic(), BfdSessions = _readSessions() });
                else if (message is VrrpReportApplied applied)
                    Heed(applied);
            }
        }
        catch (Exception fault) when (fault is IOException or ChannelProtocolException)
        {
            _log.LogError("the connection to control is closed: {Fault}", fault.Message);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _log.LogDebug("closing a connection");
        }
        finally
        {
            Remove(channel);
            await channel.DisposeAsync();
        }
    }

    private void Remove(MessageChannel<VrrpMessage> channel)
    {
        lock (_publishing)
        {
            _connections.Remove(channel);
            if (_connections.Count == 0)
                _applied.TrySetResult(); // nobody is left who could say so
        }
    }

    private void Heed(VrrpReportApplied applied)
    {
        _heard.TrySetResult();
        lock (_publishing)
        {
            if (applied.Sequence >= _sequence)
                _applied.TrySetResult();
        }
    }

    private async Task Send(MessageChannel<VrrpMessage> channel, VrrpMessage message)
    {
        try
        {
            await channel.Send(message, _stopping.Token);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            _log.LogDebug("a report could not be sent: {Fault}", fault.Message);
        }
    }
}
