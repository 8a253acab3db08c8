namespace FastLb.Configuration.Model;

/// <summary>How the director sends mail, and about what.</summary>
public sealed record MailSettings
{
    /// <summary>Who gets mail.</summary>
    public ValueList<string> Recipients { get; init; } = [];

    /// <summary>The sender of mail; null for the user that the director runs as, at its host.</summary>
    public string? Sender { get; init; }

    /// <summary>The mail server; null when none was given, and then no mail is sent.</summary>
    public SmtpServer? Server { get; init; }

    /// <summary>How long connecting to the mail server and each of its answers may take; whole seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The name that the director says HELO with; null for the host's name.</summary>
    public string? HeloName { get; init; }

    /// <summary>Whether mail is sent for objects that don't say, nor the two below; null for keepalived's rule: for real servers alone.</summary>
    public bool? Alerts { get; init; }

    /// <summary>Whether mail is sent for VRRP instances and sync groups that don't say; null for <see cref="Alerts"/>.</summary>
    public bool? VrrpAlerts { get; init; }

    /// <summary>Whether mail is sent for virtual and real servers that don't say; null for <see cref="Alerts"/>.</summary>
    public bool? CheckerAlerts { get; init; }

    /// <summary>False when no mail tells of instances in fault (<c>no_email_faults</c>).</summary>
    public bool TellsFaults { get; init; } = true;

    /// <summary>False when mail tells only of servers that are added or removed, not of each checker (<c>no_checker_emails</c>).</summary>
    public bool TellsCheckers { get; init; } = true;
}

/// <summary>A mail server.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">Its TCP port.</param>
public sealed record SmtpServer(string Host, ushort Port);
