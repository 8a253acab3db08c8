namespace FastLb.Mail;

/// <summary>A mail server can't be reached, or refuses a message; the text says what was said to it and what it answered.</summary>
public sealed class SmtpException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>True when the server has said that it will not take the message later either (RFC 5321 section 4.2.1: codes that begin with 5).</summary>
    public bool IsLasting { get; init; }
}
