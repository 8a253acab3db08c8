using System.Net.NetworkInformation;
using System.Net.Sockets;
using FastLb.Configuration.Model;
using FastLb.Netlink;
using FastLb.Wire;

namespace FastLb.VrrpHost.Interfaces;

/// <summary>What VRRP needs to know of an interface.</summary>
/// <param name="Index">The kernel's index of the one that advertisements travel on; 0 when there is no such interface at present.</param>
/// <param name="IsRunning">Whether frames can pass.</param>
/// <param name="PrimaryAddress">
/// The address that advertisements come from: of IPv4 the interface's first one, of IPv6 a link-local one (RFC 9568 section 5.1.2.1), unless one is configured. Null when there is none.
/// </param>
internal readonly record struct InterfaceState(int Index, bool IsRunning, IpAddress? PrimaryAddress)
{
    /// <summary>Why it doesn't count as running, in words; null when it does.</summary>
    public string? Obstacle { get; init; }

    /// <summary>The interfaces that are to hold the instance's addresses, each once; null before the first reading.</summary>
    public ValueList<AddressInterface>? AddressInterfaces { get; init; }

    private IReadOnlyList<AddressInterface> Holders => (IReadOnlyList<AddressInterface>?)AddressInterfaces ?? [];

    /// <summary>Asks the kernel.</summary>
    /// <param name="kernel">Of the director's network namespace.</param>
    /// <param name="find">Gives an interface with the state that counts.</param>
    /// <param name="instance">Whose interface is meant. It counts as down while one that holds an address of the instance is, unless that is not tracked.</param>
    /// <param name="transport">The interface that its advertisements travel on: the same, or a link on top of it.</param>
    /// <param name="virtualAddresses">Addresses that are never primary, because they move.</param>
    public static InterfaceState Read(Rtnetlink kernel, Func<string, LinkInfo?> find, VrrpInstance instance, string transport, IReadOnlySet<IpAddress> virtualAddresses)
    {
        LinkInfo? link = instance.Interface.Length == 0 ? null : find(instance.Interface);
        LinkInfo? carrier = transport == instance.Interface ? link : find(transport);
        string? obstacle = ObstacleOf(kernel, find, instance, link);
        if (obstacle is null && transport.Length > 0 && !Runs(kernel, carrier))
            obstacle = carrier is null ? $"there is no interface {transport}" : $"{transport} is down";

        // Of IPv6 the link has the address that advertisements come from as well, of IPv4 none but those that move.
        LinkInfo? source = instance.AddressFamily == AddressFamily.InterNetworkV6 ? carrier : link;
        IEnumerable<string> devices = instance.VirtualAddresses.Select(address => address.Device).Distinct(StringComparer.Ordinal);
        return new InterfaceState(carrier?.Index ?? 0, obstacle is null, PrimaryAddressOf(kernel, source, instance, virtualAddresses))
        {
            Obstacle = obstacle,
            AddressInterfaces = [.. devices.Select(device => AddressInterface.Read(find, device))],
        };
    }

    /// <summary>Whether one that is to hold addresses has appeared, been made anew, or come up since.</summary>
    public bool HasRenewedSince(in InterfaceState before)
    {
        IReadOnlyList<AddressInterface> known = before.Holders;
        return Holders.Any(one => one.Index != 0 && !known.Any(other => other.Index == one.Index && (other.IsRunning || !one.IsRunning)));
    }

    /// <summary>Whether one that is to hold addresses has another Ethernet address since.</summary>
    public bool HasOtherMacSince(in InterfaceState before)
    {
        IReadOnlyList<AddressInterface> known = before.Holders;
        return Holders.Any(one => known.Any(other => other.Index == one.Index && !Equals(other.Mac, one.Mac)));
    }

    private static string? ObstacleOf(Rtnetlink kernel, Func<string, LinkInfo?> find, VrrpInstance instance, LinkInfo? link)
    {
        if (instance.Interface.Length > 0 && link is not { IsRunning: true })
            return link is null ? $"there is no interface {instance.Interface}" : $"{instance.Interface} is down";
        foreach (VirtualAddress address in instance.VirtualAddresses.Where(address => address.TracksDevice && address.Device != instance.Interface))
        {
            LinkInfo? device = find(address.Device);
            if (!Runs(kernel, device))
                return $"{(device is null ? $"there is no interface {address.Device}" : $"{address.Device} is down")}, where {address.Address} belongs";
        }

        return null;
    }

    // That a MACVLAN runs, as it does when the interface below does, the kernel notes a moment after it has been set up (net/core/link_watch.c).
    private static bool Runs(Rtnetlink kernel, LinkInfo? link) => link is { IsRunning: true }
        || (link is { IsMacvlan: true, IsUp: true, LowerIsElsewhere: false, LowerIndex: { } lower } && kernel.Links.Find(lower) is { IsRunning: true });

    private static IpAddress? PrimaryAddressOf(Rtnetlink kernel, LinkInfo? link, VrrpInstance instance, IReadOnlySet<IpAddress> virtualAddresses)
    {
        if (instance.SourceAddress is { } source)
            return !instance.TracksSourceAddress || kernel.Addresses.List().Any(address => address.Address.Equals(source)) ? IpAddress.From(source) : null;
        if (link is null)
            return null;
        AddressInfo? primary = kernel.Addresses.List().FirstOrDefault(address =>
            address.InterfaceIndex == link.Index && CanAdvertise(address, instance.AddressFamily) && !virtualAddresses.Contains(IpAddress.From(address.Address)));
        return primary is null ? null : IpAddress.From(primary.Address);
    }

    private static bool CanAdvertise(AddressInfo address, AddressFamily family)
    {
        if (address.Address.AddressFamily != family)
            return false;
        return family == AddressFamily.InterNetwork
            ? !address.Flags.HasFlag(AddressFlags.Secondary)
            : address.Address.IsIPv6LinkLocal && (address.Flags & (AddressFlags.Tentative | AddressFlags.DuplicateDetected)) == AddressFlags.None;
    }
}

/// <summary>An interface that is to hold addresses.</summary>
/// <param name="Index">The kernel's index; 0 when there is no such interface at present.</param>
/// <param name="IsRunning">Whether frames can pass.</param>
/// <param name="Mac">Its Ethernet address, if it has one.</param>
internal readonly record struct AddressInterface(int Index, bool IsRunning, PhysicalAddress? Mac)
{
    /// <summary>Asks the kernel.</summary>
    public static AddressInterface Read(Func<string, LinkInfo?> find, string name) => find(name) is { } link ? new AddressInterface(link.Index, link.IsRunning, link.Mac) : default;
}
