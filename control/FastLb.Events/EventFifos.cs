using FastLb.Configuration.Model;
using FastLb.Runtime.Scripts;
using Microsoft.Extensions.Logging;

namespace FastLb.Events;

/// <summary>
/// The event pipes that one kind of events is written to: that of all events and one of its own. Each process with events writes to the former; its reader is the
/// supervisor's, which outlives them. One task at a time uses them.
/// </summary>
/// <param name="own">Which one is the own.</param>
/// <param name="identity">As whom its reader is run.</param>
/// <param name="time">For the patience with a reader that is to end.</param>
/// <param name="log">For what can't be told.</param>
public sealed class EventFifos(Func<EventPipes, EventPipe> own, ScriptIdentity identity, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private (EventPipe Definition, EventFifo? Fifo) _all = (new EventPipe(), null), _own = (new EventPipe(), null);
    private (ScriptUser? User, bool Security, bool AllGroups) _rules;

    /// <summary>From now on these are the pipes; one that is the same as before goes on, with its reader.</summary>
    public async Task Use(GlobalDefinitions global)
    {
        bool sameRules = _rules == (global.ScriptUser, global.ScriptSecurity, global.ScriptsHaveAllGroups);
        _rules = (global.ScriptUser, global.ScriptSecurity, global.ScriptsHaveAllGroups);
        _all = await Change(_all, global.EventPipes.All with { Reader = null }, global, sameRules);
        _own = await Change(_own, OwnOf(global.EventPipes), global, sameRules);
    }

    /// <summary>Writes a line into both.</summary>
    public void Write(string line)
    {
        _all.Fifo?.Write(line);
        _own.Fifo?.Write(line);
    }

    /// <summary>Ends the reader, and removes the pipes that were made here.</summary>
    public async ValueTask DisposeAsync()
    {
        EventFifo?[] open = [_all.Fifo, _own.Fifo];
        await Task.WhenAll(open.OfType<EventFifo>().Select(fifo => fifo.DisposeAsync().AsTask()));
    }

    /// <summary>The own pipe; none where it is that of all events, which gets each line once, as in keepalived.</summary>
    private EventPipe OwnOf(EventPipes pipes)
    {
        EventPipe wanted = own(pipes);
        if (wanted.Path is null || wanted.Path != pipes.All.Path)
            return wanted;
        log.LogWarning("the event pipe {Path} is that of all events too: it gets each line once", wanted.Path);
        return new EventPipe();
    }

    private async Task<(EventPipe, EventFifo?)> Change((EventPipe Definition, EventFifo? Fifo) before, EventPipe wanted, GlobalDefinitions global, bool sameRules)
    {
        bool isOpen = before.Fifo is not null || wanted.Path is null;
        if (isOpen && before.Definition == wanted && (sameRules || wanted.Reader is null))
            return before;
        if (before.Fifo is { } fifo)
            await fifo.DisposeAsync();
        return (wanted, EventFifo.Open(wanted, global, identity, time, log));
    }
}
