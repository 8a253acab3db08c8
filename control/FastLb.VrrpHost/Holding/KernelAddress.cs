using FastLb.Configuration.Model;
using FastLb.Netlink;

namespace FastLb.VrrpHost.Holding;

/// <summary>Addresses of the configuration, as the kernel is told them.</summary>
internal static class KernelAddress
{
    /// <summary>The address with the index that its interface has now; null while there is no such interface.</summary>
    public static AddressInfo? Find(VirtualAddress address, Rtnetlink kernel) => kernel.Links.Find(address.Device) is not { } link
        ? null
        : new AddressInfo(link.Index, address.Address, address.PrefixLength)
        {
            Peer = address.Peer,
            Broadcast = address.Broadcast,
            Label = address.Label,
            Scope = (AddressScope)address.Scope,
            Flags = FlagsOf(address.Flags),
            PreferredLifetime = address.PreferredLifetime == Timeout.InfiniteTimeSpan ? null : address.PreferredLifetime,
        }.ForVirtualRouter();

    private static AddressFlags FlagsOf(VirtualAddressFlags flags) =>
        (flags.HasFlag(VirtualAddressFlags.Home) ? AddressFlags.Home : AddressFlags.None)
        | (flags.HasFlag(VirtualAddressFlags.NoDuplicateDetection) ? AddressFlags.NoDuplicateDetection : AddressFlags.None)
        | (flags.HasFlag(VirtualAddressFlags.ManagesTemporaryAddresses) ? AddressFlags.ManagesTemporaryAddresses : AddressFlags.None)
        | (flags.HasFlag(VirtualAddressFlags.NoPrefixRoute) ? AddressFlags.NoPrefixRoute : AddressFlags.None)
        | (flags.HasFlag(VirtualAddressFlags.AutoJoin) ? AddressFlags.AutoJoin : AddressFlags.None);
}
