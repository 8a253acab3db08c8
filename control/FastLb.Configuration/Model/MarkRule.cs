using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace FastLb.Configuration.Model;

/// <summary>
/// Which packets have a firewall mark. The kernel's packet filter never meets the packets of services, so that marks are given by FastLb; of several rules that fit, the
/// first counts.
/// </summary>
/// <param name="Mark">The mark; not 0.</param>
/// <param name="Destination">The addresses that they are sent to.</param>
public sealed record MarkRule(uint Mark, AddressRange Destination)
{
    private const int MostPorts = 16;

    /// <summary>Where it is written.</summary>
    public Origin Origin { get; init; }

    /// <summary>Their transport protocol; <see cref="TransportProtocol.Any"/> for TCP and UDP alike.</summary>
    public TransportProtocol Protocol { get; init; }

    /// <summary>The network that they come from.</summary>
    public IPAddress Source { get; init; } = IPAddress.Any;

    /// <summary>How many bits of <see cref="Source"/> count; 0 for any client.</summary>
    public int SourcePrefixLength { get; init; }

    /// <summary>The ports that they are sent to.</summary>
    public PortRange DestinationPorts { get; init; } = PortRange.All;

    /// <summary>The ports that they come from.</summary>
    public PortRange SourcePorts { get; init; } = PortRange.All;

    /// <summary>The interface that they come in by; null for any.</summary>
    public string? Interface { get; init; }

    /// <summary>
    /// Where packets must be taken from the kernel so that those with the mark are among them: addresses and ports, port 0 for all when there are more than are worth
    /// listing.
    /// </summary>
    public IEnumerable<VirtualEndpoint> Endpoints()
    {
        TransportProtocol[] protocols = Protocol == TransportProtocol.Any ? [TransportProtocol.Tcp, TransportProtocol.Udp] : [Protocol];
        bool listsPorts = DestinationPorts.First != 0 && DestinationPorts.Count <= MostPorts;
        IEnumerable<int> ports = listsPorts ? Enumerable.Range(DestinationPorts.First, DestinationPorts.Count) : [0];
        return Destination.Addresses().SelectMany(address => protocols.SelectMany(protocol => ports.Select(port => new VirtualEndpoint(address, (ushort)port, protocol))));
    }
}

/// <summary>IPv4 addresses from one to another, both included.</summary>
/// <param name="First">The lowest.</param>
/// <param name="Last">The highest.</param>
public sealed record AddressRange(IPAddress First, IPAddress Last)
{
    /// <summary>How many there may be: each becomes an entry of the steering table.</summary>
    public const int MostAddresses = 1024;

    /// <summary>How many there are.</summary>
    public long Count => (long)ToNumber(Last) - ToNumber(First) + 1;

    /// <summary>Each of them.</summary>
    public IEnumerable<IPAddress> Addresses()
    {
        for (long number = ToNumber(First); number <= ToNumber(Last); number++)
            yield return VirtualEndpoint.ToAddress((uint)number);
    }

    /// <inheritdoc/>
    public override string ToString() => First.Equals(Last) ? First.ToString() : $"{First}-{Last}";

    private static uint ToNumber(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
}

/// <summary>Ports from one to another, both included.</summary>
public sealed record PortRange(ushort First, ushort Last)
{
    /// <summary>Every port.</summary>
    public static PortRange All { get; } = new(0, ushort.MaxValue);

    /// <summary>How many there are.</summary>
    public int Count => Last - First + 1;

    /// <inheritdoc/>
    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
