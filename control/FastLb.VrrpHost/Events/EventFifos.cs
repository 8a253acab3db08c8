using FastLb.Configuration.Model;
using FastLb.Runtime.Scripts;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Events;

/// <summary>The event pipes of VRRP: that of all events and its own. One task at a time uses them.</summary>
internal sealed class EventFifos(ScriptIdentity identity, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private (EventPipe Definition, EventFifo? Fifo) _all = (new EventPipe(), null), _own = (new EventPipe(), null);
    private (ScriptUser? User, bool Security) _rules;

    /// <summary>From now on these are the pipes; one that is the same as before goes on, with its reader.</summary>
    public async Task Use(GlobalDefinitions global)
    {
        bool sameRules = _rules == (global.ScriptUser, global.ScriptSecurity);
        _rules = (global.ScriptUser, global.ScriptSecurity);
        _all = await Change(_all, global.EventPipes.All, global, sameRules);
        _own = await Change(_own, global.EventPipes.Vrrp, global, sameRules);
    }

    /// <summary>Writes a line into both.</summary>
    public void Write(string line)
    {
        _all.Fifo?.Write(line);
        _own.Fifo?.Write(line);
    }

    public async ValueTask DisposeAsync()
    {
        EventFifo?[] open = [_all.Fifo, _own.Fifo];
        await Task.WhenAll(open.OfType<EventFifo>().Select(fifo => fifo.DisposeAsync().AsTask()));
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
