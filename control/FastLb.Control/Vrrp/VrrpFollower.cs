using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FastLb.Messaging;
using FastLb.Runtime;
using FastLb.VrrpChannel;
using Microsoft.Extensions.Logging;

namespace FastLb.Control.Vrrp;

/// <summary>
/// Follows the VRRP process: which instances are master, so that their addresses' services are steered here and no others. Stays connected to whichever process
/// runs; between two it goes by the last report, for the addresses stay where they are while the process is started again. Calls may come from any thread.
/// </summary>
public sealed class VrrpFollower(string socketPath, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _firstReport = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<long, TaskCompletionSource<VrrpStatusAnswer>> _waiting = new();
    private volatile VrrpReport _report = new(0, [], null);
    private readonly Lock _taking = new();
    private IReadOnlySet<string> _masters = new HashSet<string>(StringComparer.Ordinal);
    private MessageChannel<VrrpMessage>? _channel;
    private Task _following = Task.CompletedTask;
    private long _lastRequest;

    /// <summary>Called after each report. From any thread; set before <see cref="Start"/>.</summary>
    public Action<VrrpReport>? Reported { get; set; }

    /// <summary>Completes with the first report.</summary>
    public Task FirstReport => _firstReport.Task;

    /// <summary>The last report; without instances before the first.</summary>
    public VrrpReport Report => _report;

    /// <summary>
    /// The instances that hold their addresses here, after a report. One that has not begun in a process that has just been started (INIT) is what it was
    /// before: the addresses are where they were.
    /// </summary>
    /// <param name="report">What is reported now.</param>
    /// <param name="before">The instances that held theirs before.</param>
    public static IReadOnlySet<string> Masters(VrrpReport report, IReadOnlySet<string> before) => report.Instances
        .Where(instance => instance.State == VrrpState.Master || (instance.State == VrrpState.Init && before.Contains(instance.Name)))
        .Select(instance => instance.Name)
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>The addresses that are held here, and the report that says so.</summary>
    public (VrrpReport Report, IReadOnlySet<IPAddress> Addresses) ReadHeld()
    {
        lock (_taking)
        {
            return (_report, _report.Instances
                .Where(instance => _masters.Contains(instance.Name))
                .SelectMany(instance => instance.Addresses)
                .Select(address => address.Address)
                .ToHashSet());
        }
    }

    /// <summary>Begins to connect and to follow.</summary>
    public void Start() => _following = Follow();

    /// <summary>Tells the VRRP process that steering follows this report. Nothing happens when the process has gone meanwhile.</summary>
    public async Task Acknowledge(VrrpReport report, CancellationToken cancellation)
    {
        if (Volatile.Read(ref _channel) is { } channel)
            await TrySend(channel, new VrrpReportApplied(report.Sequence), cancellation);
    }

    /// <summary>The instances with their counters, and what is held in every state, at this moment.</summary>
    /// <exception cref="DirectorException">No VRRP process answers.</exception>
    public async Task<VrrpStatusAnswer> ReadStatus(CancellationToken cancellation)
    {
        MessageChannel<VrrpMessage> channel = Volatile.Read(ref _channel)
            ?? throw new DirectorException("no VRRP process is running at this moment; it is being started again");
        long request = Interlocked.Increment(ref _lastRequest);
        var answer = new TaskCompletionSource<VrrpStatusAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[request] = answer;
        try
        {
            await TrySend(channel, new VrrpStatusRequest(request), cancellation);
            return await answer.Task.WaitAsync(AnswerPatience, time, cancellation);
        }
        catch (TimeoutException fault)
        {
            throw new DirectorException($"the VRRP process does not answer within {AnswerPatience.TotalSeconds:0} s", fault);
        }
        finally
        {
            _waiting.TryRemove(request, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following;
        _stopping.Dispose();
    }

    private async Task Follow()
    {
        try
        {
            while (true)
            {
                await using MessageChannel<VrrpMessage> channel = new(await Connect(), VrrpJson.Default.VrrpMessage);
                Volatile.Write(ref _channel, channel);
                await Listen(channel);
                Volatile.Write(ref _channel, null);
                log.LogWarning("the VRRP process is gone; steering stays as it is until its successor reports");
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            log.LogDebug("the VRRP process is not followed any more");
        }
    }

    private async Task Listen(MessageChannel<VrrpMessage> channel)
    {
        try
        {
            while (await channel.Receive(_stopping.Token) is { } message)
                Take(message);
        }
        catch (Exception fault) when (fault is IOException or ChannelProtocolException)
        {
            log.LogError("the connection to the VRRP process is closed: {Fault}", fault.Message);
        }
    }

    private void Take(VrrpMessage message)
    {
        switch (message)
        {
            case VrrpReport report:
                lock (_taking)
                {
                    _report = report;
                    _masters = Masters(report, _masters);
                }

                _firstReport.TrySetResult();
                Reported?.Invoke(report);
                break;
            case VrrpStatusAnswer answer when _waiting.TryRemove(answer.Request, out TaskCompletionSource<VrrpStatusAnswer>? waiting):
                waiting.TrySetResult(answer);
                break;
            default:
                log.LogDebug("a message of kind {Kind} came too late", message.GetType().Name);
                break;
        }
    }

    private async Task<Stream> Connect()
    {
        while (true)
        {
            try
            {
                return await LocalSocket.Connect(socketPath, _stopping.Token);
            }
            catch (SocketException)
            {
                await Task.Delay(ConnectPause, time, _stopping.Token); // it is being started
            }
        }
    }

    private async Task TrySend(MessageChannel<VrrpMessage> channel, VrrpMessage message, CancellationToken cancellation)
    {
        try
        {
            await channel.Send(message, cancellation);
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException or ObjectDisposedException)
        {
            log.LogDebug("the VRRP process has gone meanwhile: {Fault}", fault.Message);
        }
    }
}
