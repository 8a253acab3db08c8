using System.Net;
using System.Net.Sockets;

namespace FastLb.Netlink.Protocol;

/// <summary>.NET's address families in the kernel's numbers, which differ for IPv6.</summary>
internal static class AddressFamilies
{
    public static byte Of(IPAddress address) => ToKernel(address.AddressFamily);

    public static byte ToKernel(AddressFamily family) => family switch
    {
        AddressFamily.InterNetwork => RtnetlinkConstants.AF_INET,
        AddressFamily.InterNetworkV6 => RtnetlinkConstants.AF_INET6,
        AddressFamily.Unspecified => RtnetlinkConstants.AF_UNSPEC,
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "IPv4, IPv6 or both"),
    };

    public static bool IsInternet(byte family) => family is RtnetlinkConstants.AF_INET or RtnetlinkConstants.AF_INET6;

    /// <summary>The address of all zeros, for attributes that the kernel leaves out when they are zero.</summary>
    public static IPAddress AnyAddress(byte family) => family == RtnetlinkConstants.AF_INET6 ? IPAddress.IPv6Any : IPAddress.Any;

    /// <summary>Bits of an address.</summary>
    public static byte AddressBits(IPAddress address) => (byte)(address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
}
