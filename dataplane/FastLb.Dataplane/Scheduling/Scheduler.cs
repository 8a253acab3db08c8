namespace FastLb.Dataplane.Scheduling;

/// <summary>What a scheduler knows of a real server.</summary>
/// <param name="Slot">Its slot.</param>
/// <param name="Weight">0 takes no new flows.</param>
public readonly record struct SchedulableServer(ushort Slot, int Weight);

/// <summary>
/// Chooses the real server of a new flow, as the IPVS scheduler of the same name does. One object serves one virtual service for as long as it lives
/// and keeps its position when the list of servers changes. Called by the workers, for new flows only; does not allocate.
/// </summary>
/// <remarks>
/// All workers share the position, else each would begin its own rounds and together they would give the first servers more than their share. So they take turns, for the
/// length of one choice; IPVS does it by a spin lock as well. While a new list is being taken up, workers may come with the old and the new one by turns.
/// </remarks>
public abstract class Scheduler
{
    private SpinLock _turn = new(enableThreadOwnerTracking: false);
    private SchedulableServer[] _servers = [];

    /// <summary>Its name in keepalived.conf and ipvsadm.</summary>
    public abstract string Name { get; }

    /// <summary>Index into <paramref name="servers"/> of the server for a new flow, or -1 when none may take it.</summary>
    /// <param name="servers">The service's servers in list order; the same array until they change.</param>
    public int Choose(SchedulableServer[] servers)
    {
        bool taken = false;
        try
        {
            _turn.Enter(ref taken);
            if (!ReferenceEquals(servers, _servers))
            {
                SchedulableServer[] previous = _servers;
                _servers = servers;
                OnServersChanged(previous, servers);
            }

            return servers.Length == 0 ? -1 : ChooseFrom(servers);
        }
        finally
        {
            if (taken)
                _turn.Exit(useMemoryBarrier: true);
        }
    }

    /// <summary>As <see cref="Choose"/>, for a list that is not empty and that <see cref="OnServersChanged"/> has seen.</summary>
    protected abstract int ChooseFrom(SchedulableServer[] servers);

    /// <summary>Carries the position over to a changed list.</summary>
    protected abstract void OnServersChanged(SchedulableServer[] previous, SchedulableServer[] servers);

    /// <summary>Index of a slot in a list, or -1.</summary>
    protected static int IndexOf(SchedulableServer[] servers, int slot)
    {
        for (int index = 0; index < servers.Length; index++)
        {
            if (servers[index].Slot == slot)
                return index;
        }

        return -1;
    }
}
