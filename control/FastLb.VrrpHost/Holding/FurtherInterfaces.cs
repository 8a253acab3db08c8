using FastLb.Configuration.Model;

namespace FastLb.VrrpHost.Holding;

/// <summary>
/// The interfaces that hold addresses of an instance and send no advertisements, so that switches forget where their MAC addresses are unless they are announced now and then
/// (<c>garp_extra_if</c>).
/// </summary>
internal static class FurtherInterfaces
{
    /// <summary>One address on each such interface, its first; none when they are not to be announced.</summary>
    /// <param name="instance">The instance, with its addresses where <see cref="VirtualLinkPlan.Place"/> has them.</param>
    public static IReadOnlyList<VirtualAddress> AddressesOf(VrrpInstance instance) => instance.ExtraGratuitousArp is not { } extra || extra.Period == TimeSpan.Zero
        ? []
        : [.. instance.VirtualAddresses.Where(address => IsMeant(instance, address, extra.OnAllInterfaces)).DistinctBy(address => address.Device)];

    private static bool IsMeant(VrrpInstance instance, VirtualAddress address, bool onAll)
    {
        if (address.Device == instance.VirtualMac?.Name)
            return instance.AdvertisesOnBase;
        return address.UsesVirtualMac || (onAll && (instance.VirtualMac is not null || address.Device != instance.Interface));
    }
}
