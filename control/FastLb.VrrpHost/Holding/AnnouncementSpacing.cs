using System.Net.Sockets;
using FastLb.Configuration.Model;

namespace FastLb.VrrpHost.Holding;

/// <summary>
/// When the next message about an address may leave: those on one interface, or on all of one <c>garp_group</c>, keep a pause between them, of whatever instances they are; gratuitous ARP
/// and neighbour advertisements each among themselves. Any thread.
/// </summary>
internal sealed class AnnouncementSpacing
{
    private readonly Lock _taking = new();
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Dictionary<(string Segment, AddressFamily Family), TimeSpan> _next = []; // since the start
    private Dictionary<string, GratuitousArpGroup> _groups = new(StringComparer.Ordinal); // by interface
    private GlobalDefinitions _global = new();

    /// <param name="configuration">Says how long the pauses are.</param>
    /// <param name="time">The clock that they are of.</param>
    public AnnouncementSpacing(DirectorConfiguration configuration, TimeProvider time)
    {
        _time = time;
        _start = time.GetTimestamp();
        Use(configuration);
    }

    /// <summary>From now on these are the pauses; what has been taken stays so.</summary>
    public void Use(DirectorConfiguration configuration)
    {
        lock (_taking)
        {
            _global = configuration.Global;
            _groups = configuration.GratuitousArpGroups.SelectMany(group => group.Interfaces.Select(name => (name, group))).ToDictionary(pair => pair.name, pair => pair.group, StringComparer.Ordinal);
        }
    }

    /// <summary>Takes this moment for a message, if it is far enough from the last one that was taken.</summary>
    /// <param name="device">The interface that it leaves by; below a virtual MAC or an IPVLAN, the interface that carries it.</param>
    /// <param name="family">InterNetwork for gratuitous ARP, InterNetworkV6 for neighbour advertisements.</param>
    /// <returns>Zero when it has been taken; else how long to wait before the next attempt.</returns>
    public TimeSpan Take(string device, AddressFamily family)
    {
        lock (_taking)
        {
            GratuitousArpGroup? group = _groups.GetValueOrDefault(device);
            TimeSpan pause = PauseOf(group, family);
            if (pause == TimeSpan.Zero)
                return TimeSpan.Zero;
            (string, AddressFamily) place = (group?.Interfaces[0] ?? device, family);
            TimeSpan now = _time.GetElapsedTime(_start);
            if (_next.TryGetValue(place, out TimeSpan next) && next > now)
                return next - now;
            _next[place] = now + pause;
            return TimeSpan.Zero;
        }
    }

    // As in keepalived, what a group doesn't say has no pause, whatever is said for all interfaces.
    private TimeSpan PauseOf(GratuitousArpGroup? group, AddressFamily family)
    {
        if (group is null)
            return family == AddressFamily.InterNetwork ? _global.GratuitousArpInterval : _global.NeighbourAdvertisementInterval;
        return (family == AddressFamily.InterNetwork ? group.ArpInterval : group.NeighbourAdvertisementInterval) ?? TimeSpan.Zero;
    }
}
