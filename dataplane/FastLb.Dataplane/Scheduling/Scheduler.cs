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

    /// <summary>What <see cref="Choose"/> would give now, and why, without anything changing by the question. Off the packet path; any thread; allocates.</summary>
    public SchedulerChoice Explain(ServerList list, in NewFlow flow)
    {
        Scheduler before = Copy();
        int position = before.Copy().Choose(list, flow);
        return new SchedulerChoice(position, $"{Name}: {(position < 0 ? DescribeNobody(list, flow) : before.Describe(list, flow, position))}");
    }

    /// <summary>One that will choose as this one would from now on, and whose choices this one doesn't notice; itself if it remembers nothing. Any thread.</summary>
    internal virtual Scheduler Copy() => this;

    /// <summary>Why <see cref="Choose"/> gives this position. Called on a copy of the state before the choice, which may be changed.</summary>
    protected abstract string Describe(ServerList list, in NewFlow flow, int choice);

    /// <summary>Why <see cref="Choose"/> gives none.</summary>
    protected virtual string DescribeNobody(ServerList list, in NewFlow flow) => list.Servers.IsEmpty
        ? "the service has no server"
        : $"none of {Count(list.Servers.Length)} takes new connections: {string.Join(", ", list.Servers.ToArray().Select(server => $"{NameOf(server)} {WhyUnavailable(server)}"))}";

    /// <summary>A server, for people.</summary>
    protected static string NameOf(in SchedulableServer server) => $"{server.Address}:{server.Port}";

    /// <summary>Why a server gets no new flows, for people.</summary>
    protected string WhyUnavailable(in SchedulableServer server)
    {
        if (server.Weight <= 0)
            return "has weight 0";
        return loads.IsOverloaded(server.Slot) ? "has as many connections as it may" : "is passed over";
    }

    /// <summary>How many servers may get new flows, for people.</summary>
    protected string CountAvailable(ServerList list)
    {
        int available = 0;
        foreach (ref readonly SchedulableServer server in list.Servers)
            available += IsAvailable(server) ? 1 : 0;
        return Count(available);
    }

    private static string Count(int servers) => servers == 1 ? "1 server" : $"{servers} servers";

    /// <summary>Whether a server may get new flows: it has a weight, and fewer flows than it may have.</summary>
    protected bool IsAvailable(in SchedulableServer server) => server.Weight > 0 && !loads.IsOverloaded(server.Slot);
}
