using System.Net.NetworkInformation;
using FastLb.Configuration.Model;

namespace FastLb.Mail;

/// <summary>How mail gets to its readers, as the configuration has it with its defaults filled in.</summary>
/// <param name="Server">The server that takes it.</param>
/// <param name="HeloName">Who the director says that it is (RFC 5321 section 4.1.1.1).</param>
/// <param name="Sender">An address, or a name with an address in angle brackets.</param>
/// <param name="Recipients">At least one, in the same forms.</param>
/// <param name="Patience">How long connecting, and then each answer, may take.</param>
public sealed record MailRoute(SmtpServer Server, string HeloName, string Sender, ValueList<string> Recipients, TimeSpan Patience)
{
    /// <summary>
    /// The route that settings describe; the sender is this user at this host if they name none, as in keepalived 2.2.7. Null when no mail is sent, because nobody is to get it or
    /// no server takes it.
    /// </summary>
    public static MailRoute? Of(MailSettings settings)
    {
        if (settings.Server is not { } server || settings.Recipients.Count == 0)
            return null;
        string host = HostName();
        return new MailRoute(server, settings.HeloName ?? host, settings.Sender ?? $"{Environment.UserName}@{host}", settings.Recipients, settings.ConnectTimeout);
    }

    /// <summary>The address alone, of a name with an address in angle brackets.</summary>
    internal static string AddressOf(string mailbox)
    {
        int open = mailbox.LastIndexOf('<'), close = mailbox.LastIndexOf('>');
        return open >= 0 && close > open ? mailbox[(open + 1)..close] : mailbox.Trim();
    }

    private static string HostName()
    {
        string domain = IPGlobalProperties.GetIPGlobalProperties().DomainName;
        return domain.Length == 0 || domain == "(none)" ? Environment.MachineName : $"{Environment.MachineName}.{domain}";
    }
}
