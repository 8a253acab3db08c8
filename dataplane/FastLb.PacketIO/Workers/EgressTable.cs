namespace FastLb.PacketIO.Workers;

/// <summary>
/// By which port a worker sends a frame that is to leave by a given one: that port if it is the worker's own, else one of its own on the same interface, else by way of
/// the worker that owns it. Thus frames change hands only where a worker has no queue of the interface.
/// </summary>
internal readonly struct EgressTable
{
    // By port index: the place among the worker's own ports, or the complement of the worker to send it by.
    private readonly int[] _places;

    private EgressTable(int[] places) => _places = places;

    /// <summary>The table of one worker.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="ports">The ports of all workers, by worker; their indexes are the numbers from 0 on, each once.</param>
    public static EgressTable For<TPort>(int worker, IReadOnlyList<TPort[]> ports)
        where TPort : struct, IPacketPort
    {
        TPort[] own = ports[worker];
        int[] places = new int[ports.Sum(list => list.Length)];
        for (int owner = 0; owner < ports.Count; owner++)
        {
            foreach (TPort port in ports[owner])
                places[port.Index] = owner == worker ? Array.FindIndex(own, candidate => candidate.Index == port.Index) : PlaceFor(port, own, owner);
        }

        return new EgressTable(places);
    }

    /// <summary>The place of the port among the worker's own; negative when it has none, and then the complement of the worker that owns the port.</summary>
    /// <param name="port">A port's index.</param>
    public int this[ushort port] => _places[port];

    // The worker's ports on an interface take turns in standing in for the others', so that no queue carries it all.
    private static int PlaceFor<TPort>(TPort port, TPort[] own, int owner)
        where TPort : struct, IPacketPort
    {
        int[] candidates = [.. Enumerable.Range(0, own.Length).Where(place => own[place].InterfaceIndex == port.InterfaceIndex)];
        return candidates.Length == 0 ? ~owner : candidates[port.Index % candidates.Length];
    }
}
