namespace FastLb.Mail;

/// <summary>A mail server can't be reached, or refuses a message; the text says what was said to it and what it answered.</summary>
public sealed class SmtpException(string message, Exception? innerException = null) : Exception(message, innerException);
