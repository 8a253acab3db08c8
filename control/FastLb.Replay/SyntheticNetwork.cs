using System.Net;
using System.Net.NetworkInformation;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Replay;

/// <summary>
/// The network around a replayed director, in place of a kernel's: one interface, on whose segment every real server answers at an Ethernet address that is made of
/// its IPv4 address, 02:00:c0:00:02:84 for 192.0.2.132.
/// </summary>
internal static class SyntheticNetwork
{
    /// <summary>The one port, and what flows remember its interface by.</summary>
    public const ushort Interface = 1;

    private const ulong LocallyAdministered = 0x0200_0000_0000;

    /// <summary>The Ethernet address of a server.</summary>
    public static MacAddress MacOf(IpAddress server) => new(LocallyAdministered | server.V4);

    /// <summary>The way to a server.</summary>
    public static Adjacency WayTo(IpAddress server, MacAddress director, ReplayOptions options) =>
        new(AdjacencyState.Resolved, 0, MacOf(server), director, (ushort)options.Mtu, IpAddress.From(options.LocalAddress).V4);

    /// <summary>The interface.</summary>
    public static EgressLink LinkOf(MacAddress director, ReplayOptions options) => new(director, (ushort)options.Mtu, Interface);

    public static MacAddress ToMac(PhysicalAddress address) => MacAddress.Read(address.GetAddressBytes());

    public static PhysicalAddress ToPhysical(MacAddress address)
    {
        byte[] octets = new byte[MacAddress.Size];
        address.Write(octets);
        return new PhysicalAddress(octets);
    }

    /// <summary>Four numbers with dots, which are all that is forwarded so far.</summary>
    public static bool IsIPv4(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
}
