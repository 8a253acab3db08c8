using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Binds what <c>global_defs</c> says of mail.</summary>
internal static class MailBinder
{
    private const ushort SmtpPort = 25;

    /// <summary>The settings after <paramref name="statement"/>; null when it is about something else.</summary>
    public static MailSettings? Apply(MailSettings mail, CheckedStatement statement) => statement.Name switch
    {
        "notification_email" => mail with
        {
            Recipients = [.. mail.Recipients, .. statement.Block.Statements.Where(s => !s.IsUnreadable).SelectMany(s => s.Words).Select(w => w.Text)],
        },
        "notification_email_from" => mail with { Sender = statement.Text(0) },
        "smtp_server" => mail with { Server = new SmtpServer(statement.Text(0), statement.Has(1) ? (ushort)statement.Integer(1) : SmtpPort) },
        "smtp_connect_timeout" => mail with { ConnectTimeout = statement.Seconds(0) },
        "smtp_helo_name" => mail with { HeloName = statement.Text(0) },
        "smtp_alert" => mail with { Alerts = statement.Switch(0) },
        "smtp_alert_vrrp" => mail with { VrrpAlerts = statement.Switch(0) },
        "smtp_alert_checker" => mail with { CheckerAlerts = statement.Switch(0) },
        "no_email_faults" => mail with { TellsFaults = false },
        "no_checker_emails" => mail with { TellsCheckers = false },
        _ => null,
    };
}
