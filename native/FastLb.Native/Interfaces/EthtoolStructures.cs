using System.Runtime.InteropServices;

namespace FastLb.Native.Interfaces;

/// <summary><c>struct ethtool_channels</c> of <c>linux/ethtool.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolChannels
{
    public const uint ETHTOOL_GCHANNELS = 0x3c;

    public uint Command;
    public uint MaxReceive;
    public uint MaxTransmit;
    public uint MaxOther;
    public uint MaxCombined;
    public uint ReceiveCount;
    public uint TransmitCount;
    public uint OtherCount;
    public uint CombinedCount;
}

/// <summary><c>struct ethtool_value</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolValue
{
    public const uint ETHTOOL_GLINK = 0x0a;

    public uint Command;
    public uint Value;
}

/// <summary><c>struct ethtool_sset_info</c> with room for the answer about one set.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolStringSetSize
{
    public const uint ETHTOOL_GSSET_INFO = 0x37;
    public const int ETH_SS_FEATURES = 4;

    public uint Command;
    public uint Reserved;

    /// <summary>Bits by number of the set.</summary>
    public ulong Sets;

    /// <summary>Strings in the set.</summary>
    public uint Count;
}

/// <summary><c>struct ethtool_gstrings</c>; the strings follow, <see cref="ETH_GSTRING_LEN"/> bytes each.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolStrings
{
    public const uint ETHTOOL_GSTRINGS = 0x1b;
    public const int ETH_GSTRING_LEN = 32;

    public uint Command;
    public uint Set;
    public uint Count;
}

/// <summary><c>struct ethtool_gfeatures</c> and <c>struct ethtool_sfeatures</c>; blocks for 32 features each follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolFeatureHeader
{
    public const uint ETHTOOL_GFEATURES = 0x3a;
    public const uint ETHTOOL_SFEATURES = 0x3b;

    public uint Command;
    public uint Blocks;
}

/// <summary><c>struct ethtool_get_features_block</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolFeatureState
{
    /// <summary>Those that the driver lets change.</summary>
    public uint Available;

    public uint Requested;
    public uint Active;
    public uint NeverChanged;
}

/// <summary><c>struct ethtool_set_features_block</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolFeatureChange
{
    /// <summary>Those that are to be as <see cref="Requested"/> says.</summary>
    public uint Valid;

    public uint Requested;
}
