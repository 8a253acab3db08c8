namespace FastLb.VrrpChannel;

/// <summary>What is held whatever the state of virtual routers, at one moment.</summary>
/// <param name="Addresses">The addresses.</param>
/// <param name="Routing">The routes, and behind them the rules.</param>
public sealed record VrrpStaticStatus(IReadOnlyList<VrrpAddressStatus> Addresses, IReadOnlyList<VrrpRoutingStatus> Routing)
{
    /// <summary>Nothing is to be held.</summary>
    public static readonly VrrpStaticStatus Nothing = new([], []);
}
