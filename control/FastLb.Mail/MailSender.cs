using System.Threading.Channels;
using FastLb.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace FastLb.Mail;

/// <summary>
/// Sends mail one after another, in the order in which it was posted, on a task of its own. What a server that isn't there or doesn't take it now keeps from being sent is
/// tried again, with pauses that grow, until it is too old; keepalived tries once. When more waits than there is room for, the newest is left out. What isn't sent is logged
/// with the server and the reason. Any thread may post.
/// </summary>
public sealed class MailSender : IAsyncDisposable
{
    /// <summary>How many messages may wait: those of every state of some hundred instances.</summary>
    private const int Room = 256;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(30);

    private readonly Channel<(MailMessage Message, MailRoute Route, long Posted)> _waiting = Channel.CreateBounded<(MailMessage, MailRoute, long)>(
        new BoundedChannelOptions(Room) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly CancellationTokenSource _abandoning = new();
    private readonly TimeSpan _stopPatience;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Task _working;
    private long _sent;

    /// <summary>Begins with an empty queue.</summary>
    /// <param name="stopPatience">How long the end may wait for what still waits to be sent.</param>
    /// <param name="time">For the patience with servers.</param>
    /// <param name="log">For what is sent and what isn't.</param>
    public MailSender(TimeSpan stopPatience, TimeProvider time, ILogger log)
    {
        _stopPatience = stopPatience;
        _time = time;
        _log = log;
        _working = Work();
    }

    /// <summary>How long after it was posted a message is tried again; zero to try each once.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Has a message sent; never waits.</summary>
    public void Post(MailMessage message, MailRoute route)
    {
        if (!_waiting.Writer.TryWrite((message, route, _time.GetTimestamp())))
            _log.LogError("the mail \"{Subject}\" is not sent: {Count} others wait for {Server}", message.Subject, Room, route.Server.Host);
    }

    /// <summary>Takes nothing more, and waits for what was posted, within bounds; what isn't sent then is told of.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        try
        {
            await _working.WaitAsync(_stopPatience, _time);
        }
        catch (TimeoutException)
        {
            await _abandoning.CancelAsync();
            await _working;
        }

        _abandoning.Dispose();
    }

    private async Task Work()
    {
        await foreach ((MailMessage message, MailRoute route, long posted) in _waiting.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                await Send(message, route, posted);
            }
            catch (OperationCanceledException) when (_abandoning.IsCancellationRequested)
            {
                _log.LogError("the mail \"{Subject}\" is not sent by {Server}: the director stops", message.Subject, Name(route.Server));
            }
        }
    }

    private async Task Send(MailMessage message, MailRoute route, long posted)
    {
        for (TimeSpan pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await SendOnce(message, route);
                return;
            }
            catch (SmtpException fault) when (!fault.IsLasting && _time.GetElapsedTime(posted) + pause <= LongestWait)
            {
                _log.LogWarning(
                    "the mail \"{Subject}\" can't be sent by {Server}: {Fault}; trying again in {Pause:0} s", message.Subject, Name(route.Server), fault.Message, pause.TotalSeconds);
            }
            catch (SmtpException fault)
            {
                _log.LogError("the mail \"{Subject}\" can't be sent by {Server}: {Fault}", message.Subject, Name(route.Server), fault.Message);
                return;
            }

            await Task.Delay(pause, _time, _abandoning.Token);
        }
    }

    private async Task SendOnce(MailMessage message, MailRoute route)
    {
        string id = $"{message.Date.ToUnixTimeMilliseconds()}.{Environment.ProcessId}.{++_sent}";
        foreach (string refusal in await SmtpSession.Send(message, route, id, _time, _abandoning.Token))
            _log.LogWarning("the mail server {Server} refuses a recipient of \"{Subject}\": {Refusal}", Name(route.Server), message.Subject, refusal);
        _log.LogDebug("the mail \"{Subject}\" has been sent", message.Subject);
    }

    private static string Name(SmtpServer server) => $"{server.Host} port {server.Port}";
}
