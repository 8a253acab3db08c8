using System.Net;

namespace FastLb.Native.Bfd;

/// <summary>What a <see cref="BfdSender"/> sends from, and where to.</summary>
/// <param name="Neighbour">IPv4 or IPv6; a link-local address with its scope.</param>
/// <param name="Port"><see cref="BfdPorts.SingleHop"/> or <see cref="BfdPorts.Multihop"/>.</param>
/// <param name="Source">One of this host's addresses, of the same family; null leaves the choice to the kernel.</param>
/// <param name="TimeToLive">Time to live or hop limit of what is sent, 1 to 255.</param>
/// <param name="PortHint">Any number: which source port is tried first.</param>
public sealed record BfdSenderSettings(IPAddress Neighbour, ushort Port, IPAddress? Source = null, byte TimeToLive = 255, uint PortHint = 0);
