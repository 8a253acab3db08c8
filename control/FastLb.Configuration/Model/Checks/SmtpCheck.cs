namespace FastLb.Configuration.Model.Checks;

/// <summary>Passes when a mail server greets with 220 and answers <c>HELO</c> with 250 (<c>SMTP_CHECK</c>, RFC 5321 section 4.3.2).</summary>
public sealed record SmtpCheck : NetworkCheck
{
    /// <summary>The name that keepalived gives when none is set.</summary>
    public const string UsualHeloName = "smtpchecker.keepalived.org";

    /// <summary>What it calls itself.</summary>
    public string HeloName { get; init; } = UsualHeloName;
}
