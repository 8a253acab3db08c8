using FastLb.Wire;

namespace FastLb.Dataplane.Flows;

/// <summary>What becomes of the ways back to clients when an Ethernet address has gone to another: see <see cref="FlowTable.MoveHops"/>.</summary>
/// <param name="Interface">As <see cref="Services.EgressLink.Interface"/>.</param>
/// <param name="From">The former address.</param>
/// <param name="To">The present one.</param>
/// <param name="Client">The IPv4 address of the only client concerned, as a number; 0 for all.</param>
public readonly record struct HopMove(ushort Interface, MacAddress From, MacAddress To, uint Client);
