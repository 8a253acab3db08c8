using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>
/// Chooses the real server of a new flow, as the IPVS scheduler of the same name does. One object serves one virtual service for as long as it lives. Called by the
/// workers, for new flows only, by several at a time; does not allocate then.
/// </summary>
/// <param name="loads">What the servers have to do already.</param>
public abstract class Scheduler(ServerDirectory loads)
{
    /// <summary>Its name in keepalived.conf and ipvsadm.</summary>
    public abstract string Name { get; }

    /// <summary>What the servers have to do already.</summary>
    protected ServerDirectory Loads => loads;

    /// <summary>Makes the list that <see cref="Choose"/> takes; what takes long is done here, off the packet path.</summary>
    /// <param name="servers">In the order of IPVS's list.</param>
    public virtual ServerList Arrange(SchedulableServer[] servers) => new(servers, []);

    /// <summary>Position in <paramref name="list"/> of the server for a new flow, or -1 when none may take it.</summary>
    /// <param name="list">What <see cref="Arrange"/> made of the service's servers; the same object until they change.</param>
    /// <param name="flow">The flow.</param>
    public abstract int Choose(ServerList list, in NewFlow flow);

    /// <summary>Whether a server may get new flows: it has a weight, and fewer flows than it may have.</summary>
    protected bool IsAvailable(in SchedulableServer server) => server.Weight > 0 && !loads.IsOverloaded(server.Slot);
}
