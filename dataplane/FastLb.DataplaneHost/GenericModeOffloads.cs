using FastLb.DataplaneChannel.Messages;
using FastLb.Native;
using FastLb.Native.Interfaces;
using Microsoft.Extensions.Logging;

namespace FastLb.DataplaneHost;

/// <summary>
/// Keeps receive offloads off on interfaces whose program runs in generic mode: it sits behind them, and would see joined packets. TCP's are cut again, which costs
/// more than not to join them; UDP's can't be. In native mode the program sits before the offloads. The kernel switches some of them off by itself when a program is
/// attached in generic mode, but never on again.
/// </summary>
internal sealed class GenericModeOffloads
{
    private readonly OffloadJournal _journal;
    private readonly ILogger _log;

    /// <summary>Goes on with what an earlier process has switched off.</summary>
    /// <param name="journalFile">Where that is written down.</param>
    /// <param name="log">Hears what is switched, and what can't be.</param>
    public GenericModeOffloads(string journalFile, ILogger log)
    {
        _log = log;
        _journal = OffloadJournal.Open(journalFile);
        if (_journal.Damage is { } damage)
            log.LogError("{File} can't be read ({Fault}); receive offloads may stay off that an earlier run has switched off", journalFile, damage);
    }

    /// <summary>Switches off what is on; before the program is attached. What can't be is told of and does no harm but to the packets that are joined.</summary>
    public void Suspend(DesiredInterface wanted)
    {
        try
        {
            Tell(_journal.Suspend(wanted.Index, wanted.Name));
        }
        catch (Exception fault) when (fault is SystemCallException or IOException)
        {
            _log.LogWarning("{Interface}: receive offloads are left as they are; TCP packets that they join are cut again, others are lost ({Fault})", wanted.Name, fault.Message);
        }
    }

    /// <summary>Switches on again what is off without need.</summary>
    /// <param name="genericInterfaces">Indexes of the interfaces whose program runs in generic mode now.</param>
    public void Restore(IReadOnlySet<int> genericInterfaces) => Restore(() => _journal.Restore(genericInterfaces));

    /// <summary>Switches all on again, at the end.</summary>
    public void RestoreAll() => Restore(_journal.RestoreAll);

    private void Restore(Func<IReadOnlyList<OffloadOutcome>> restore)
    {
        try
        {
            foreach (OffloadOutcome outcome in restore())
                TellRestored(outcome);
        }
        catch (IOException fault)
        {
            _log.LogError("not all receive offloads have been switched on again: {Fault}", fault.Message); // the supervisor will, in the end
        }
    }

    private void Tell(OffloadOutcome outcome)
    {
        if (outcome.Switched != ReceiveOffloads.None)
        {
            _log.LogWarning(
                "{Interface}: {Offloads} switched off, since they join packets before a program in generic mode sees them; switched on again at the stop",
                outcome.Interface, ReceiveOffloadNames.Of(outcome.Switched));
        }

        if (outcome.Refused != ReceiveOffloads.None)
        {
            _log.LogWarning("{Interface}: {Offloads} can't be switched off; TCP packets that it joins are cut again, others are lost",
                outcome.Interface, ReceiveOffloadNames.Of(outcome.Refused));
        }

        if (outcome.LeftAlone != ReceiveOffloads.None)
        {
            _log.LogWarning("{Interface}: {Offloads} has been switched on again by somebody else and is left on; TCP packets that it joins are cut again, others are lost",
                outcome.Interface, ReceiveOffloadNames.Of(outcome.LeftAlone));
        }
    }

    private void TellRestored(OffloadOutcome outcome)
    {
        if (outcome.Switched != ReceiveOffloads.None)
            _log.LogInformation("{Interface}: {Offloads} switched on again", outcome.Interface, ReceiveOffloadNames.Of(outcome.Switched));
        if (outcome.Refused != ReceiveOffloads.None)
        {
            _log.LogWarning("{Interface}: {Offloads} can't be switched on again: {Reason}",
                outcome.Interface, ReceiveOffloadNames.Of(outcome.Refused), outcome.Fault?.Message ?? "the driver refuses");
        }
    }
}
