using System.Text.Json.Serialization;

namespace FastLb.Native.Interfaces;

/// <summary>
/// The receive offloads that join packets of one connection to a larger one before the network stack sees them. What has been joined is no packet that a sender sent:
/// it can be longer than any MTU on the way.
/// </summary>
[Flags]
[JsonConverter(typeof(JsonStringEnumConverter<ReceiveOffloads>))]
public enum ReceiveOffloads
{
    None = 0,

    /// <summary>Generic receive offload, by the kernel.</summary>
    [JsonStringEnumMemberName("rx-gro")]
    Generic = 1,

    /// <summary>Large receive offload, by the driver or the hardware; what it has joined can't be taken apart again as it was.</summary>
    [JsonStringEnumMemberName("rx-lro")]
    Large = 2,

    /// <summary>Generic receive offload, by the hardware.</summary>
    [JsonStringEnumMemberName("rx-gro-hw")]
    Hardware = 4,
}

/// <summary>The receive offloads of one interface at one moment.</summary>
/// <param name="On">Those that are at work.</param>
/// <param name="Fixed">Those that can't be switched, as <c>ethtool -k</c> says it.</param>
public readonly record struct ReceiveOffloadState(ReceiveOffloads On, ReceiveOffloads Fixed);

/// <summary>The offloads' names.</summary>
public static class ReceiveOffloadNames
{
    private static readonly (ReceiveOffloads Offload, string Feature)[] All =
    [
        (ReceiveOffloads.Generic, "rx-gro"), (ReceiveOffloads.Large, "rx-lro"), (ReceiveOffloads.Hardware, "rx-gro-hw"),
    ];

    /// <summary>The names of the kernel's features, as <c>ethtool -k</c> and <c>ethtool -K</c> take and show them, separated by commas.</summary>
    public static string Of(ReceiveOffloads offloads) => string.Join(", ", FeaturesOf(offloads));

    internal static IEnumerable<string> FeaturesOf(ReceiveOffloads offloads) => All.Where(entry => offloads.HasFlag(entry.Offload)).Select(entry => entry.Feature);

    internal static ReceiveOffloads Where(Func<string, bool> feature) =>
        All.Where(entry => feature(entry.Feature)).Aggregate(ReceiveOffloads.None, (offloads, entry) => offloads | entry.Offload);
}
