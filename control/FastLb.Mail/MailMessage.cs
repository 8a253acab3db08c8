namespace FastLb.Mail;

/// <summary>What is to be told.</summary>
/// <param name="Subject">One line of any characters; a line break in it becomes a space.</param>
/// <param name="Body">Any text; its lines end with LF or CRLF.</param>
/// <param name="Date">When it happened, with the zone that is told.</param>
public sealed record MailMessage(string Subject, string Body, DateTimeOffset Date);
