using FastLb.Configuration.Model;
using FastLb.Mail;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Events;

/// <summary>
/// Tells by mail of the states of instances and sync groups that are to be told of, each state once until another has been. One task at a time uses it.
/// </summary>
internal sealed class StateMail : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2); // the supervisor waits for 5 s

    private readonly Dictionary<(bool IsGroup, string Name), VrrpEvent> _told = [];
    private readonly MailSender _sender;
    private readonly TimeProvider _time;
    private GlobalDefinitions _global = new();
    private MailRoute? _route;

    public StateMail(TimeProvider time, ILogger log)
    {
        _time = time;
        _sender = new MailSender(StopPatience, time, log);
    }

    /// <summary>From now on mail goes as these say.</summary>
    public void Use(GlobalDefinitions global)
    {
        _global = global;
        _route = MailRoute.Of(global.Mail);
    }

    /// <summary>Whether mail tells of an instance or group: as it says itself, else as VRRP as a whole, else as everything does; else not.</summary>
    public static bool IsWanted(bool? own, MailSettings settings) => own ?? settings.VrrpAlerts ?? settings.Alerts ?? false;

    public void TellInstance(VrrpInstance instance, VrrpEvent what) =>
        Tell((false, instance.Name), instance.SendsMail, what, StateMailText.OfInstance(RouterId, instance.Name, what));

    public void TellGroup(VrrpSyncGroup group, VrrpEvent what) => Tell((true, group.Name), group.SendsMail, what, StateMailText.OfGroup(RouterId, group.Name, what));

    /// <summary>Waits a little for what has not been sent yet.</summary>
    public ValueTask DisposeAsync() => _sender.DisposeAsync();

    private string RouterId => _global.RouterId ?? Environment.MachineName;

    private void Tell((bool, string) whom, bool? own, VrrpEvent what, (string Subject, string Body)? text)
    {
        if (text is not { } known || _route is not { } route || !IsWanted(own, _global.Mail))
            return;
        bool isFault = what is VrrpEvent.Fault or VrrpEvent.DeletedAsFault;
        if ((isFault && !_global.Mail.TellsFaults) || (_told.TryGetValue(whom, out VrrpEvent last) && last == what))
            return;
        _told[whom] = what;
        if (what is VrrpEvent.Deleted or VrrpEvent.DeletedAsFault)
            _told.Remove(whom); // one that comes again begins anew
        _sender.Post(new MailMessage(known.Subject, known.Body, _time.GetLocalNow()), route);
    }
}
