namespace FastLb.Runtime;

/// <summary>The director cannot start or go on; the message tells its operator why and what helps.</summary>
public sealed class DirectorException(string message, Exception? inner = null) : Exception(message, inner);
