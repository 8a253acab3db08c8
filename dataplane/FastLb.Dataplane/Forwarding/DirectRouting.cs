using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Forwarding;

/// <summary>
/// Direct routing (IPVS "Route"): the packet goes to the real server's MAC address as it is, with one hop taken off its time to live.
/// </summary>
internal static class DirectRouting
{
    /// <summary>Rewrites a frame whose headers have been parsed.</summary>
    public static void Rewrite(Span<byte> frame, in Adjacency adjacency)
    {
        if (!EthernetView.TryParse(frame, out EthernetView ethernet) || !Ipv4View.TryParse(frame[EthernetView.HeaderLength..], out Ipv4View ip))
            return;
        ethernet.Destination = adjacency.Destination;
        ethernet.Source = adjacency.Source;
        ip.DecrementTimeToLive();
    }
}
