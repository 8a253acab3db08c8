using System.Net;

namespace FastLb.Native.Bpf;

/// <summary>Which IPIP packets a real server takes its director's header off. IPv4 addresses, 4096 of each kind at the most.</summary>
/// <param name="VirtualAddresses">What the packets inside are addressed to.</param>
/// <param name="OwnAddresses">What the tunnel's packets are addressed to: the host's own addresses.</param>
/// <param name="Directors">Who may send them; empty for anybody.</param>
public sealed record DecapsulationRules(
    IReadOnlySet<IPAddress> VirtualAddresses, IReadOnlySet<IPAddress> OwnAddresses, IReadOnlySet<IPAddress> Directors);
