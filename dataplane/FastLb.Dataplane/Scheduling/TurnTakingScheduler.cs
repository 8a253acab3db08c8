using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>
/// A scheduler that remembers something from one choice to the next. All workers share it, else each would begin its own rounds and together they would give the
/// first servers more than their share. So they take turns, for the length of one choice; IPVS does it by a spin lock as well. Each list is followed as soon as it is
/// arranged, so that of several changes between two choices none is passed over. Until all workers have taken it up they may come with the old and the new one by turns.
/// </summary>
public abstract class TurnTakingScheduler(ServerDirectory loads) : Scheduler(loads)
{
    private SpinLock _turn = new(enableThreadOwnerTracking: false);
    private ServerList _list = ServerList.Empty;

    public override ServerList Arrange(SchedulableServer[] servers)
    {
        ServerList list = base.Arrange(servers);
        bool taken = false;
        try
        {
            _turn.Enter(ref taken);
            Follow(list);
        }
        finally
        {
            if (taken)
                _turn.Exit(useMemoryBarrier: true);
        }

        return list;
    }

    public sealed override int Choose(ServerList list, in NewFlow flow)
    {
        bool taken = false;
        try
        {
            _turn.Enter(ref taken);
            if (!ReferenceEquals(list, _list))
                Follow(list);
            return list.Servers.IsEmpty ? -1 : ChooseInTurn(list, flow);
        }
        finally
        {
            if (taken)
                _turn.Exit(useMemoryBarrier: true);
        }
    }

    internal sealed override Scheduler Copy()
    {
        bool taken = false;
        try
        {
            _turn.Enter(ref taken);
            var copy = (TurnTakingScheduler)MemberwiseClone();
            copy._turn = new SpinLock(enableThreadOwnerTracking: false);
            copy.Separate();
            return copy;
        }
        finally
        {
            if (taken)
                _turn.Exit(useMemoryBarrier: true);
        }
    }

    /// <summary>Gives a fresh copy its own of what is remembered elsewhere than in its fields.</summary>
    protected virtual void Separate()
    {
    }

    /// <summary>As <see cref="Scheduler.Choose"/>, for a list that is not empty and that <see cref="OnListChanged"/> has seen; no other worker does the same meanwhile.</summary>
    protected abstract int ChooseInTurn(ServerList list, in NewFlow flow);

    /// <summary>Carries what is remembered over to a changed list.</summary>
    protected abstract void OnListChanged(ServerList previous, ServerList list);

    private void Follow(ServerList list)
    {
        ServerList previous = _list;
        _list = list;
        OnListChanged(previous, list);
    }
}
