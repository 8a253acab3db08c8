using FastLb.Configuration.Model;
using FastLb.Mail;
using Microsoft.Extensions.Logging;

namespace FastLb.Events;

/// <summary>Mail about what happens to a director, sent as its configuration says; nothing waits for it. One task at a time uses it.</summary>
public sealed class AlertMail : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2); // the supervisor waits for 5 s

    private readonly MailSender _sender;
    private readonly TimeProvider _time;
    private MailRoute? _route;

    /// <summary>Sends nothing until <see cref="Use"/>.</summary>
    /// <param name="time">For dates and patience.</param>
    /// <param name="log">For what is sent and what isn't.</param>
    public AlertMail(TimeProvider time, ILogger log)
    {
        _time = time;
        _sender = new MailSender(StopPatience, time, log);
    }

    /// <summary>False when nobody gets mail, or no server takes it.</summary>
    public bool IsPossible => _route is not null;

    /// <summary>The name that subjects begin with.</summary>
    public string RouterId { get; private set; } = Environment.MachineName;

    /// <summary>From now on mail goes as these say.</summary>
    public void Use(GlobalDefinitions global)
    {
        RouterId = global.RouterId ?? Environment.MachineName;
        _route = MailRoute.Of(global.Mail);
    }

    /// <summary>Has a mail sent, if it is possible.</summary>
    public void Post(string subject, string body)
    {
        if (_route is { } route)
            _sender.Post(new MailMessage(subject, body, _time.GetLocalNow()), route);
    }

    /// <summary>Waits a little for what has not been sent yet.</summary>
    public ValueTask DisposeAsync() => _sender.DisposeAsync();
}
