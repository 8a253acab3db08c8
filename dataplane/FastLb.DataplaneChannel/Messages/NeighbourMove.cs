using System.Net;

namespace FastLb.DataplaneChannel.Messages;

/// <summary>
/// A client, or a router before clients, has another Ethernet address: replies that would go to the former one go to the new one from now on. Told once, when it happens.
/// </summary>
/// <param name="InterfaceIndex">Where it is.</param>
/// <param name="From">The former Ethernet address, six octets as hex digits with colons.</param>
/// <param name="To">The present one.</param>
/// <param name="Client">The only client concerned; null when all are whose frames came from the former address.</param>
public sealed record NeighbourMove(int InterfaceIndex, string From, string To, IPAddress? Client);
