using System.Net.Sockets;
using FastLb.Configuration.Model;
using FastLb.Netlink;
using FastLb.Wire;

namespace FastLb.VrrpHost;

/// <summary>What VRRP needs to know of an interface.</summary>
/// <param name="Index">The kernel's index; 0 when there is no such interface at present.</param>
/// <param name="IsRunning">Whether frames can pass.</param>
/// <param name="PrimaryAddress">The IPv4 address that advertisements come from; null when it has none.</param>
/// <param name="AddressMacs">The Ethernet addresses of the interfaces that the virtual addresses are on, to be compared; null when there is none.</param>
internal readonly record struct InterfaceState(int Index, bool IsRunning, IpAddress? PrimaryAddress, string? AddressMacs = null)
{
    /// <summary>Asks the kernel.</summary>
    /// <param name="kernel">Of the director's network namespace.</param>
    /// <param name="instance">Whose interface is meant. It counts as down while one that holds an address of the instance is, unless that is not tracked.</param>
    /// <param name="virtualAddresses">Addresses that are never primary, because they move.</param>
    public static InterfaceState Read(Rtnetlink kernel, VrrpInstance instance, IReadOnlySet<IpAddress> virtualAddresses)
    {
        if (kernel.Links.Find(instance.Interface) is not { } link)
            return default;
        bool othersRun = instance.VirtualAddresses
            .Where(address => address.TracksDevice && address.Device != instance.Interface)
            .All(address => kernel.Links.Find(address.Device) is { IsRunning: true });
        string macs = string.Join(' ', instance.VirtualAddresses.Select(address => address.Device).Distinct().Select(device => kernel.Links.Find(device)?.Mac));
        return new InterfaceState(link.Index, link.IsRunning && othersRun, PrimaryAddressOf(kernel, link, instance, virtualAddresses), macs);
    }

    private static IpAddress? PrimaryAddressOf(Rtnetlink kernel, LinkInfo link, VrrpInstance instance, IReadOnlySet<IpAddress> virtualAddresses)
    {
        if (instance.SourceAddress is { } source)
            return IpAddress.From(source);
        AddressInfo? primary = kernel.Addresses.List().FirstOrDefault(address =>
            address.InterfaceIndex == link.Index && address.Address.AddressFamily == AddressFamily.InterNetwork
            && !address.Flags.HasFlag(AddressFlags.Secondary) && !virtualAddresses.Contains(IpAddress.From(address.Address)));
        return primary is null ? null : IpAddress.From(primary.Address);
    }
}
