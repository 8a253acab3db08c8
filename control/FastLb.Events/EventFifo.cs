using System.Text;
using FastLb.Configuration.Model;
using FastLb.Native;
using FastLb.Native.Files;
using FastLb.Runtime.Scripts;
using Microsoft.Extensions.Logging;

namespace FastLb.Events;

/// <summary>
/// An event pipe with its reader. Writing never waits: what nobody reads stays in the pipe, and when that is full, lines are left out, which is told once. One
/// task at a time uses it.
/// </summary>
public sealed class EventFifo : IAsyncDisposable
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // keepalived's

    private readonly NamedPipe _pipe;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private PipeReader? _reader;
    private long _leftOut;

    private EventFifo(NamedPipe pipe, PipeReader? reader, TimeProvider time, ILogger log)
    {
        _pipe = pipe;
        _reader = reader;
        _time = time;
        _log = log;
    }

    /// <summary>Opens a pipe, which is made if it isn't there, and starts its reader.</summary>
    /// <returns>Null without a path, and when it can't be opened, which is told.</returns>
    public static EventFifo? Open(EventPipe definition, GlobalDefinitions global, ScriptIdentity identity, TimeProvider time, ILogger log)
    {
        if (definition.Path is not { } path)
            return null;
        ScriptUser owner = definition.Owner ?? identity.UserOfAll(global); // a reader that is run as the same may read it
        (uint user, uint group) = (0, 0);
        if (ScriptIdentity.NumbersOf(owner) is { } numbers)
            (user, group) = numbers;
        else
            log.LogError("the event pipe {Path} belongs to root: there is no user {User} or no group {Group}", path, owner.Name, owner.Group ?? "of that name");
        try
        {
            NamedPipe pipe = NamedPipe.Open(path, Mode, user, group);
            return new EventFifo(pipe, PipeReader.Start(definition, global, identity, time, log), time, log);
        }
        catch (SystemCallException fault)
        {
            log.LogError("events are not written to {Path}: {Fault}", path, fault.Message);
            return null;
        }
    }

    /// <summary>Has another program read the pipe, or none; the present one is ended before.</summary>
    public async Task ReadBy(EventPipe definition, GlobalDefinitions global, ScriptIdentity identity)
    {
        if (_reader is not null)
            await _reader.End(null);
        _reader = PipeReader.Start(definition, global, identity, _time, _log);
    }

    /// <summary>Writes a line, whole or not at all.</summary>
    public void Write(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
        if (bytes.Length > NamedPipe.LongestWrite)
        {
            _log.LogError("an event is lost: its line of {Length} bytes is too long for the event pipe {Path}", bytes.Length, _pipe.Path);
            return;
        }

        try
        {
            bool isWritten = _pipe.TryWrite(bytes);
            if (!isWritten && _leftOut++ == 0)
                _log.LogWarning("the event pipe {Path} is full, nobody reads it: events are left out, the first of them {Line}", _pipe.Path, line);
            if (!isWritten || _leftOut == 0)
                return;
            _log.LogWarning("the event pipe {Path} takes events again; {Count} have been left out", _pipe.Path, _leftOut);
            _leftOut = 0;
        }
        catch (SystemCallException fault)
        {
            _log.LogError("the event {Line} is lost: {Fault}", line, fault.Message);
        }
    }

    /// <summary>Ends the reader, and removes the pipe if it was made here.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_reader is not null)
            await _reader.End(_pipe);
        else
            _pipe.Dispose();
        if (!_pipe.IsMade)
            return;
        try
        {
            File.Delete(_pipe.Path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _log.LogWarning("the event pipe {Path} can't be removed: {Fault}", _pipe.Path, fault.Message);
        }
    }
}
