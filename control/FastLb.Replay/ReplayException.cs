namespace FastLb.Replay;

/// <summary>A replay can't be done as it was asked for; the message says what to ask for instead.</summary>
public sealed class ReplayException(string message) : Exception(message);
