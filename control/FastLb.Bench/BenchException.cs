namespace FastLb.Bench;

/// <summary>The comparison can't be made here; the message says why and what helps.</summary>
public sealed class BenchException(string message) : Exception(message);
