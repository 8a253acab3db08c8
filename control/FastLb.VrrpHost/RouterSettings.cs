using FastLb.Configuration.Model;
using FastLb.Vrrp;
using FastLb.Wire;

namespace FastLb.VrrpHost;

/// <summary>What the configuration says of an instance, in the words of the protocol.</summary>
internal static class RouterSettings
{
    /// <summary>The settings of a virtual router; a configuration that may run has no other kinds than these.</summary>
    public static VirtualRouterSettings Of(VrrpInstance instance, GlobalDefinitions global) => new()
    {
        Name = instance.Name,
        VirtualRouterId = instance.VirtualRouterId,
        Priority = instance.Priority,
        AdvertisementInterval = instance.AdvertisementInterval,
        Password = instance.Authentication is { } authentication ? VrrpPassword.FromText(authentication.Password.Reveal()) : null,
        AdvertisedAddresses = [.. instance.VirtualAddresses.Where(address => address.IsAdvertised).Select(address => IpAddress.From(address.Address))],
        WishesToBeMaster = instance.InitialState == VrrpInitialState.Master,
        Preempts = instance.Preempts,
        PreemptDelay = instance.PreemptDelay,
        DownTimerAdverts = instance.DownTimerAdvertisements,
        LowerPriorityNoAdvert = !instance.AnswersLowerPriority,
        HigherPrioritySendAdvert = instance.AdvertisesBeforeYielding,
        SkipCheckAdvertisementAddresses = instance.SkipCheckAdvertisementAddresses,
        GratuitousArp = BurstsOf(instance.GratuitousArp),
        StartDelay = global.StartupDelay,
    };

    private static GratuitousArpBursts BurstsOf(GratuitousArpTiming timing) => new()
    {
        MasterDelay = timing.MasterDelay,
        MasterRepeat = timing.MasterRepeat,
        MasterRefresh = timing.MasterRefresh,
        MasterRefreshRepeat = timing.MasterRefreshRepeat,
        LowerPriorityDelay = timing.LowerPriorityDelay ?? timing.MasterDelay,
        LowerPriorityRepeat = timing.LowerPriorityRepeat ?? timing.MasterRepeat,
    };
}
