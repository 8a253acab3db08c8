using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace FastLb.Runtime.Tests;

/// <summary>Keeps what is logged, one line for each message: its level, a colon, its text.</summary>
public sealed class RecordingLog : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public bool Has(LogLevel level, string part) =>
        _lines.Any(line => line.StartsWith($"{level}: ", StringComparison.Ordinal) && line.Contains(part, StringComparison.Ordinal));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
}
