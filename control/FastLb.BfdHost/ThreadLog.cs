using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace FastLb.Bfd.Hosting;

/// <summary>Takes messages from the sessions' thread and has another write them, in order, so that a slow log delays no packet.</summary>
internal sealed class ThreadLog : IDisposable
{
    private readonly Channel<(LogLevel Level, string Message)> _messages =
        Channel.CreateUnbounded<(LogLevel Level, string Message)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly ILogger _log;
    private readonly Task _writing;

    public ThreadLog(ILogger log)
    {
        _log = log;
        _writing = Task.Run(Write);
    }

    public void Information(string message) => Add(LogLevel.Information, message);

    public void Warning(string message) => Add(LogLevel.Warning, message);

    public void Error(string message) => Add(LogLevel.Error, message);

    public void Critical(string message) => Add(LogLevel.Critical, message);

    /// <summary>Returns when all has been written.</summary>
    public void Dispose()
    {
        _messages.Writer.Complete();
        ((IAsyncResult)_writing).AsyncWaitHandle.WaitOne();
    }

    private void Add(LogLevel level, string message) => _messages.Writer.TryWrite((level, message));

    private async Task Write()
    {
        await foreach ((LogLevel level, string message) in _messages.Reader.ReadAllAsync())
            _log.Log(level, "{Message}", message);
    }
}
