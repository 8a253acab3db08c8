using FastLb.Configuration.Model;
using FastLb.VrrpChannel;

namespace FastLb.VrrpHost.Holding;

/// <summary>All that is there in every state of the instances.</summary>
/// <param name="Addresses">The addresses.</param>
/// <param name="Routing">The routes and rules.</param>
internal sealed record StaticThings(StaticAddresses Addresses, HeldRouting Routing)
{
    /// <summary>What has become of it. Any thread.</summary>
    public VrrpStaticStatus Report => new(Addresses.Report, Routing.Report);

    /// <summary>Whether some of it could not be set so far, and may be when there is another address. Any thread.</summary>
    public bool LacksSome => Addresses.Report.Any(address => address.State is "waiting" or "failed") || Routing.Report.Any(line => line.State is "failed");

    /// <summary>Sets all of it, in keepalived's order.</summary>
    public void Begin(DirectorConfiguration configuration)
    {
        Addresses.Hold(configuration.StaticAddresses);
        Routing.Acquire();
    }

    /// <summary>Holds what another configuration says.</summary>
    public void Become(DirectorConfiguration configuration, RoutingLines lines)
    {
        Addresses.Hold(configuration.StaticAddresses);
        Routing.Become(lines.Static);
    }

    /// <summary>Sets that again which somebody has taken away.</summary>
    /// <returns>Whether the report is another one now.</returns>
    public bool Restore() => Addresses.Restore() | Routing.Restore();
}
