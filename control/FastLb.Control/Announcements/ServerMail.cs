using FastLb.Configuration.Model;
using FastLb.Events;
using Microsoft.Extensions.Logging;

namespace FastLb.Control.Announcements;

/// <summary>Tells by mail of the servers and quorums that are to be told of. One task at a time uses it.</summary>
internal sealed class ServerMail(TimeProvider time, ILogger log) : IAsyncDisposable
{
    private readonly AlertMail _mail = new(time, log);
    private MailSettings _settings = new();

    /// <summary>From now on mail goes as these say.</summary>
    public void Use(GlobalDefinitions global)
    {
        _settings = global.Mail;
        _mail.Use(global);
    }

    /// <summary>
    /// Whether mail tells of something: as server or service says itself, else as servers as a whole, else as everything does; else of servers, and not of services.
    /// </summary>
    public static bool IsWanted(ServerNews news, MailSettings settings)
    {
        if (news.Cause == NewsCause.CheckAlone && !settings.TellsCheckers)
            return false;
        bool? own = news.Server is { } server ? server.SendsMail : news.Service.SendsMail;
        return own ?? settings.CheckerAlerts ?? settings.Alerts ?? news.Server is not null;
    }

    /// <summary>Has the mail sent, if it is wanted.</summary>
    public void Tell(ServerNews news)
    {
        if (_mail.IsPossible && IsWanted(news, _settings) && ServerMailText.Of(_mail.RouterId, news) is { } text)
            _mail.Post(text.Subject, text.Body);
    }

    /// <summary>Waits a little for what has not been sent yet.</summary>
    public ValueTask DisposeAsync() => _mail.DisposeAsync();
}
