using System.Net.Sockets;
using FastLb.Configuration.Model;

namespace FastLb.VrrpHost;

/// <summary>
/// The interfaces that hold addresses of an instance and send no advertisements, so that switches forget where their MAC addresses are unless they are announced now and then
/// (<c>garp_extra_if</c>).
/// </summary>
internal static class FurtherInterfaces
{
    /// <summary>One address on each such interface, its first; none when they are not to be announced.</summary>
    public static IReadOnlyList<VirtualAddress> AddressesOf(VrrpInstance instance)
    {
        if (instance.ExtraGratuitousArp is not { } extra || extra.Period == TimeSpan.Zero)
            return [];
        return
        [
            .. instance.VirtualAddresses.Select(address => (Address: address, Link: LinkOf(instance, address)))
                .Where(one => IsMeant(instance, one.Address, one.Link, extra.OnAllInterfaces))
                .DistinctBy(one => (one.Address.Device, one.Link == LinkKind.Plain ? AddressFamily.Unspecified : one.Address.Address.AddressFamily))
                .Select(one => one.Address),
        ];
    }

    private static bool IsMeant(VrrpInstance instance, VirtualAddress address, LinkKind link, bool onAll) => link switch
    {
        LinkKind.OfInstance => instance.AdvertisesOnBase,
        LinkKind.OfAddress => true,
        _ => onAll && (HasOwnLink(instance) || address.Device != instance.Interface),
    };

    /// <summary>What holds the address: a virtual MAC is for addresses of one family.</summary>
    private static LinkKind LinkOf(VrrpInstance instance, VirtualAddress address)
    {
        bool isWithInstance = address.Device == instance.Interface && address.Address.AddressFamily == instance.AddressFamily;
        if (isWithInstance && HasOwnLink(instance))
            return LinkKind.OfInstance;
        return address.UsesVirtualMac || (instance.UsesVirtualMacForAddresses && !isWithInstance) ? LinkKind.OfAddress : LinkKind.Plain;
    }

    private static bool HasOwnLink(VrrpInstance instance) => instance.VirtualMac is not null || instance.Ipvlan is not null;

    private enum LinkKind
    {
        /// <summary>The interface that is written.</summary>
        Plain,

        /// <summary>The instance's virtual MAC or IPVLAN.</summary>
        OfInstance,

        /// <summary>A virtual MAC of the address's own.</summary>
        OfAddress,
    }
}
