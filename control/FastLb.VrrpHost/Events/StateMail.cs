using FastLb.Configuration.Model;
using FastLb.Events;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Events;

/// <summary>
/// Tells by mail of the states of instances and sync groups that are to be told of, each state once until another has been. One task at a time uses it.
/// </summary>
internal sealed class StateMail(TimeProvider time, ILogger log) : IAsyncDisposable
{
    private readonly Dictionary<(bool IsGroup, string Name), VrrpEvent> _told = [];
    private readonly AlertMail _mail = new(time, log);
    private MailSettings _settings = new();

    /// <summary>From now on mail goes as these say.</summary>
    public void Use(GlobalDefinitions global)
    {
        _settings = global.Mail;
        _mail.Use(global);
    }

    /// <summary>Whether mail tells of an instance or group: as it says itself, else as VRRP as a whole, else as everything does; else not.</summary>
    public static bool IsWanted(bool? own, MailSettings settings) => own ?? settings.VrrpAlerts ?? settings.Alerts ?? false;

    public void TellInstance(VrrpInstance instance, VrrpEvent what) =>
        Tell((false, instance.Name), instance.SendsMail, what, StateMailText.OfInstance(_mail.RouterId, instance.Name, what));

    public void TellGroup(VrrpSyncGroup group, VrrpEvent what) => Tell((true, group.Name), group.SendsMail, what, StateMailText.OfGroup(_mail.RouterId, group.Name, what));

    /// <summary>Waits a little for what has not been sent yet.</summary>
    public ValueTask DisposeAsync() => _mail.DisposeAsync();

    private void Tell((bool, string) whom, bool? own, VrrpEvent what, (string Subject, string Body)? text)
    {
        if (text is not { } known || !_mail.IsPossible || !IsWanted(own, _settings))
            return;
        bool isFault = what is VrrpEvent.Fault or VrrpEvent.DeletedAsFault;
        if ((isFault && !_settings.TellsFaults) || (_told.TryGetValue(whom, out VrrpEvent last) && last == what))
            return;
        _told[whom] = what;
        if (what is VrrpEvent.Deleted or VrrpEvent.DeletedAsFault)
            _told.Remove(whom); // one that comes again begins anew
        _mail.Post(known.Subject, known.Body);
    }
}
