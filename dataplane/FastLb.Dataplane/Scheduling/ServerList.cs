namespace FastLb.Dataplane.Scheduling;

/// <summary>The servers of a service as its scheduler has arranged them. Immutable, and another object when anything of it changes.</summary>
/// <param name="servers">In the order of IPVS's list: the last one configured comes first.</param>
/// <param name="places">For schedulers that look servers up by a hash: the position in the list, <see cref="Nobody"/> for none; else empty.</param>
public sealed class ServerList(SchedulableServer[] servers, ushort[] places)
{
    /// <summary>Stands in a place that no server has.</summary>
    public const ushort Nobody = ushort.MaxValue;

    private readonly SchedulableServer[] _servers = servers;
    private readonly ushort[] _places = places;

    /// <summary>A list of no servers.</summary>
    public static ServerList Empty { get; } = new([], []);

    /// <summary>The servers.</summary>
    public ReadOnlySpan<SchedulableServer> Servers => _servers;

    /// <summary>Where servers are found by a hash.</summary>
    internal ReadOnlySpan<ushort> Places => _places;

    /// <summary>Position of the server in a slot, or -1.</summary>
    internal int PositionOf(int slot)
    {
        for (int position = 0; position < _servers.Length; position++)
        {
            if (_servers[position].Slot == slot)
                return position;
        }

        return -1;
    }
}
