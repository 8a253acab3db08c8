using FastLb.Control.Engines;
using FastLb.Control.Network;
using FastLb.Control.Vrrp;
using FastLb.HealthChecks;
using FastLb.Netlink;
using FastLb.Runtime;

namespace FastLb.Control;

/// <summary>What a director works with under one configuration.</summary>
/// <param name="Running">The configuration.</param>
/// <param name="Health">Its servers' health.</param>
/// <param name="Reconciler">Tells the engine what to do; null while there is none.</param>
/// <param name="Engine">What forwards; null while there has been no virtual server.</param>
/// <param name="Vrrp">The VRRP process; null while there has been no instance.</param>
public sealed record DirectorWork(RunningConfiguration Running, DirectorHealth Health, Reconciler? Reconciler, DataplaneEngine? Engine, VrrpFollower? Vrrp);

/// <summary>The host's network, which outlives configurations.</summary>
internal sealed record DirectorNetwork(Rtnetlink Kernel, AdjacencyResolver Resolver, NeighbourMoves Moves);
