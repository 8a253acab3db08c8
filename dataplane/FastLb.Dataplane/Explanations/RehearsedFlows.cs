using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Explanations;

/// <summary>What a flow table knows that matters for one packet, copied so that the packet can be played without the table.</summary>
public sealed class RehearsedFlows
{
    private readonly List<(FlowEntry Flow, FlowEntry Half)> _flows = [];
    private FlowEntry? _template;
    private bool _hasRoom;
    private bool _hasRoomForPair;

    private RehearsedFlows()
    {
    }

    /// <summary>Entries of a table that holds them and has as much room left as the original, whether none, one or more.</summary>
    internal int Capacity => Math.Max(1, _flows.Sum(flow => flow.Flow.HasReturnHalf ? 2 : 1) + (_hasRoomForPair ? 3 : _hasRoom ? 1 : 0));

    /// <summary>Copies the flow of this key if there is one, and those whose replies would be taken for the new flow's. The thread that owns the table.</summary>
    /// <param name="flows">The table.</param>
    /// <param name="table">The services.</param>
    /// <param name="key">The packet's.</param>
    /// <param name="ingressPort">Where it comes in.</param>
    public static RehearsedFlows Copy(FlowTable flows, ServiceTable table, in FlowKey key, int ingressPort = 0)
    {
        bool hasEvictable = flows.HalfOpen != 0; // one of which gives way, mostly of two entries in a line if those are wanted
        var copy = new RehearsedFlows { _hasRoom = hasEvictable || flows.HasRoom(pair: false), _hasRoomForPair = hasEvictable || flows.HasRoom(pair: true) };
        uint found = flows.Find(key, flows.HashOf(key));
        if (found != 0)
            copy.Add(flows, key.IsReturn ? FlowTable.FlowOfReturnHalf(found) : found);
        if (key.IsReturn || !table.TryFindService(key, ingressPort, out VirtualService? service))
            return copy;
        if (service.Persistence is not null && flows.Templates is { } templates && templates.TryFind(service, key.ClientAddress, out FlowEntry template))
            copy._template = template;
        foreach (Scheduling.SchedulableServer candidate in service.Servers.Servers)
        {
            RealServer server = table.Server(candidate.Slot);
            if (server.Method != ForwardingMethod.AddressTranslation)
                continue;
            FlowKey back = key with { PeerAddress = server.Address, PeerPort = server.PortFor(key.PeerPort), IsReturn = true };
            uint half = flows.Find(back, flows.HashOf(back));
            if (half != 0 && FlowTable.FlowOfReturnHalf(half) != found)
                copy.Add(flows, FlowTable.FlowOfReturnHalf(half));
        }

        return copy;
    }

    /// <summary>Puts the flows into an empty table of <see cref="Capacity"/>.</summary>
    internal void FillInto(FlowTable empty)
    {
        foreach ((FlowEntry flow, FlowEntry half) in _flows.OrderByDescending(entry => entry.Flow.HasReturnHalf)) // pairs first: no place is lost between them
        {
            FlowKey key = flow.Key;
            uint index;
            if (flow.HasReturnHalf)
            {
                index = empty.InsertPair(key, empty.HashOf(key), half.Key, empty.HashOf(half.Key), flow.Server, flow.Expires);
                ref FlowEntry back = ref empty.ReturnHalf(index);
                back.Hop = half.Hop;
                back.HopTag = half.HopTag;
            }
            else
            {
                index = empty.Insert(key, empty.HashOf(key), flow.Server, flow.Expires);
            }

            empty.Advance(index, ref empty.Entry(index), flow.State, flow.Expires);
        }

        if (_template is { } kept)
            empty.Templates!.Restore(kept);
        if (_flows.Count == 0 && !_hasRoom)
        {
            FlowKey other = default(FlowKey) with { Protocol = IpProtocol.Tcp };
            empty.Insert(other, empty.HashOf(other), 0, 0);
        }
    }

    private void Add(FlowTable flows, uint index)
    {
        ref FlowEntry flow = ref flows.Entry(index);
        _flows.Add((flow, flow.HasReturnHalf ? flows.ReturnHalf(index) : default));
    }
}
