using System.Net;

namespace FastLb.Control.Network;

/// <summary>A neighbour as the kernel tells them apart.</summary>
/// <param name="Interface">Index of the interface it is on.</param>
/// <param name="Address">Its IP address.</param>
public readonly record struct NeighbourKey(int Interface, IPAddress Address);
