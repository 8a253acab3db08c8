using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace FastLb.Mail;

/// <summary>
/// Sends mail one after another, in the order in which it was posted, on a task of its own. What can't be sent is logged with the server and the reason and
/// isn't tried again, as in keepalived; when more waits than there is room for, the newest is left out and told of. Any thread may post.
/// </summary>
public sealed class MailSender : IAsyncDisposable
{
    /// <summary>How many messages may wait: those of every state of some hundred instances.</summary>
    private const int Room = 256;

    private readonly Channel<(MailMessage Message, MailRoute Route)> _waiting = Channel.CreateBounded<(MailMessage, MailRoute)>(
        new BoundedChannelOptions(Room) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly CancellationTokenSource _abandoning = new();
    private readonly TimeSpan _stopPatience;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Task _working;
    private long _sent;

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

    /// <summary>Has a message sent; never waits.</summary>
    public void Post(MailMessage message, MailRoute route)
    {
        if (!_waiting.Writer.TryWrite((message, route)))
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
        await foreach ((MailMessage message, MailRoute route) in _waiting.Reader.ReadAllAsync(CancellationToken.None))
            await Send(message, route);
    }

    private async Task Send(MailMessage message, MailRoute route)
    {
        string server = $"{route.Server.Host} port {route.Server.Port}";
        try
        {
            string id = $"{message.Date.ToUnixTimeMilliseconds()}.{Environment.ProcessId}.{++_sent}";
            foreach (string refusal in await SmtpSession.Send(message, route, id, _time, _abandoning.Token))
                _log.LogWarning("the mail server {Server} refuses a recipient of \"{Subject}\": {Refusal}", server, message.Subject, refusal);
            _log.LogDebug("the mail \"{Subject}\" has been sent", message.Subject);
        }
        catch (SmtpException fault)
        {
            _log.LogError("the mail \"{Subject}\" can't be sent by {Server}: {Fault}", message.Subject, server, fault.Message);
        }
        catch (OperationCanceledException) when (_abandoning.IsCancellationRequested)
        {
            _log.LogError("the mail \"{Subject}\" is not sent by {Server}: the director stops", message.Subject, server);
        }
    }
}
