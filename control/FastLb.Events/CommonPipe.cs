using FastLb.Configuration.Model;
using FastLb.Runtime.Scripts;
using Microsoft.Extensions.Logging;

namespace FastLb.Events;

/// <summary>
/// The pipe of all events and its reader, held by the supervisor so that they outlive the processes that write to it, see <see cref="EventFifos"/>: there is one reader
/// for both, and it gets what they tell at the stop. One task at a time uses it.
/// </summary>
/// <param name="identity">As whom the reader is run.</param>
/// <param name="time">For the patience with a reader that is to end.</param>
/// <param name="log">For what can't be done.</param>
public sealed class CommonPipe(ScriptIdentity identity, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private EventPipe _definition = new();
    private (ScriptUser? User, bool Security, bool AllGroups) _rules;
    private EventFifo? _fifo, _former;

    /// <summary>
    /// From now on this is the pipe. One at the same path stays, with its reader if that is the same; one at another path stays too until <see cref="EndFormer"/>, because
    /// others may still write to it.
    /// </summary>
    public async Task Use(GlobalDefinitions global)
    {
        await EndFormer();
        EventPipe wanted = global.EventPipes.All;
        bool sameReader = _definition.Reader == wanted.Reader && _rules == (global.ScriptUser, global.ScriptSecurity, global.ScriptsHaveAllGroups);
        if (_fifo is { } open && _definition.Path == wanted.Path)
        {
            if (!sameReader)
                await open.ReadBy(wanted, global, identity);
        }
        else
        {
            _former = _fifo;
            _fifo = EventFifo.Open(wanted, global, identity, time, log);
        }

        _definition = wanted;
        _rules = (global.ScriptUser, global.ScriptSecurity, global.ScriptsHaveAllGroups);
    }

    /// <summary>Ends the reader of a pipe that another has taken the place of, and removes it if it was made here.</summary>
    public async Task EndFormer()
    {
        if (_former is { } former)
            await former.DisposeAsync();
        _former = null;
    }

    /// <summary>Ends the reader, and removes the pipe if it was made here.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndFormer();
        if (_fifo is { } fifo)
            await fifo.DisposeAsync();
        _fifo = null;
    }
}
