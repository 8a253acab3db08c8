using System.Net.Sockets;
using System.Net;
using FastLb.Configuration.Model;
using FastLb.Vrrp;
using FastLb.VrrpHost.Holding;
using FastLb.Wire;

namespace FastLb.VrrpHost;

/// <summary>An instance with what the protocol is told of it.</summary>
internal sealed record RouterDefinition(VrrpInstance Instance, VirtualRouterSettings Settings)
{
    /// <summary>An instance of a configuration.</summary>
    public static RouterDefinition Of(VrrpInstance instance, DirectorConfiguration configuration) =>
        new(instance, RouterSettings.Of(instance, configuration.Global, configuration.SyncGroups.Any(group => group.Instances.Contains(instance.Name))));
}

/// <summary>What the configuration says of an instance, in the words of the protocol.</summary>
internal static class RouterSettings
{
    /// <summary>The settings of a virtual router; a configuration that may run has no other kinds than these.</summary>
    public static VirtualRouterSettings Of(VrrpInstance instance, GlobalDefinitions global, bool isInSyncGroup) => new()
    {
        Name = instance.Name,
        VirtualRouterId = instance.VirtualRouterId,
        Priority = instance.Priority,
        AdvertisementInterval = instance.AdvertisementInterval,
        Version = instance.Version,
        IsIPv6 = instance.AddressFamily == AddressFamily.InterNetworkV6,
        Authentication = instance.Authentication is { } authentication ? (AuthenticationType)authentication.Type : AuthenticationType.None,
        Password = instance.Authentication is { } secret ? VrrpPassword.FromText(secret.Password.Reveal()) : default,
        Group = IpAddress.From(GroupOf(instance, global)),
        Peers = [.. instance.Unicast.Peers.Select(peer => new VrrpPeer(IpAddress.From(peer.Address), peer.LeastTimeToLive, peer.MostTimeToLive))],
        ChecksPeers = instance.Unicast.ChecksSource || global.ChecksUnicastSource,
        PseudoHeader = PseudoHeaderOf(instance, global),
        AdvertisedAddresses = [.. instance.VirtualAddresses.Where(address => address.IsAdvertised).Select(address => IpAddress.From(address.Address))],
        WishesToBeMaster = instance.InitialState == VrrpInitialState.Master,
        Preempts = instance.Preempts,
        PreemptDelay = instance.PreemptDelay,
        DownTimerAdverts = instance.DownTimerAdvertisements,
        LowerPriorityNoAdvert = !instance.AnswersLowerPriority,
        HigherPrioritySendAdvert = instance.AdvertisesBeforeYielding,
        SkipCheckAdvertisementAddresses = instance.SkipCheckAdvertisementAddresses,
        GratuitousArp = BurstsOf(instance),
        OwnerIgnoresAdvertisements = instance.OwnerIgnoresAdvertisements ?? global.OwnerIgnoresAdvertisements,
        YieldsWhenLateTo = instance.YieldsWhenLateTo,
        IsInSyncGroup = isInSyncGroup,
        StartDelay = StartDelayOf(global),
    };

    /// <summary>The longer of the two delays, of which one is counted from the machine's start.</summary>
    private static TimeSpan StartDelayOf(GlobalDefinitions global)
    {
        TimeSpan rest = global.DelayAfterBoot - TimeSpan.FromMilliseconds(Environment.TickCount64);
        return rest > global.StartupDelay ? rest : global.StartupDelay;
    }

    private static IPAddress GroupOf(VrrpInstance instance, GlobalDefinitions global) =>
        instance.MulticastGroup ?? (instance.AddressFamily == AddressFamily.InterNetworkV6 ? global.MulticastGroup6 : global.MulticastGroup);

    private static PseudoHeaderRule PseudoHeaderOf(VrrpInstance instance, GlobalDefinitions global)
    {
        if (instance.LeavesOutPseudoHeader ?? global.ChecksumAsVersion2)
            return PseudoHeaderRule.None;
        return instance.Unicast.Checksum switch
        {
            UnicastChecksum.MulticastGroup => PseudoHeaderRule.Group,
            UnicastChecksum.Destination => PseudoHeaderRule.Own,
            _ => PseudoHeaderRule.Detected,
        };
    }

    private static GratuitousArpBursts BurstsOf(VrrpInstance instance) => new()
    {
        MasterDelay = instance.GratuitousArp.MasterDelay,
        MasterRepeat = instance.GratuitousArp.MasterRepeat,
        MasterRefresh = instance.GratuitousArp.MasterRefresh,
        MasterRefreshRepeat = instance.GratuitousArp.MasterRefreshRepeat,
        LowerPriorityDelay = instance.GratuitousArp.LowerPriorityDelay ?? instance.GratuitousArp.MasterDelay,
        LowerPriorityRepeat = instance.GratuitousArp.LowerPriorityRepeat ?? instance.GratuitousArp.MasterRepeat,
        FurtherInterfaces = FurtherInterfaces.AddressesOf(instance).Count > 0 ? instance.ExtraGratuitousArp!.Period : TimeSpan.Zero,
    };
}
