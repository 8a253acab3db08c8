using FastLb.Wire;

namespace FastLb.Vrrp;

/// <summary>
/// An advertisement of version 2 (RFC 3768 §5) or 3 (RFC 9568 §5), as received. <see cref="AdvertisementCheck"/> makes one out of a packet;
/// <see cref="AdvertisementFormat"/> makes the bytes to send.
/// </summary>
/// <param name="VirtualRouterId">1 to 255.</param>
/// <param name="Priority">1 to 255; 0 when the master stops.</param>
/// <param name="Interval">The sender's advertisement interval.</param>
/// <param name="Source">The sender's primary address.</param>
/// <param name="AddressesDiffer">Whether its addresses were compared with the own ones and are others: the directors' configurations differ.</param>
public readonly record struct VrrpAdvertisement(byte VirtualRouterId, byte Priority, TimeSpan Interval, IpAddress Source, bool AddressesDiffer)
{
    /// <summary>Bytes before the addresses, in both versions.</summary>
    public const int HeaderLength = 8;

    /// <summary>Bytes behind the addresses of version 2, which are there, count and are summed up with any authentication type (RFC 3768 §5.3.10).</summary>
    public const int AuthenticationDataLength = VrrpPassword.Length;

    /// <summary>The priority with which a master says that it stops (RFC 3768 §5.3.4).</summary>
    public const byte StopPriority = 0;

    /// <summary>224.0.0.18, where advertisements go (RFC 9568 §5.1.1.2).</summary>
    public static readonly IpAddress Group4 = IpAddress.FromV4(0xE000_0012);

    /// <summary>ff02::12, where those of IPv6 go (RFC 9568 §5.1.2.2).</summary>
    public static readonly IpAddress Group6 = new(new UInt128(0xFF02_0000_0000_0000, 0x12));

    /// <summary>The time to live, or hop limit, that proves that an advertisement has crossed no router (RFC 9568 §5.1.1.3).</summary>
    public const byte TimeToLive = 255;

    /// <summary>Internetwork control, the type of service of advertisements.</summary>
    public const byte TypeOfService = 0xC0;

    internal const byte AdvertisementType = 1;

    /// <summary>The sequence number of its authentication header; 0 without one.</summary>
    public uint Sequence { get; init; }

    /// <summary>Whether it was sent by unicast and its checksum is right only with the multicast group as destination.</summary>
    public bool SumsUpGroup { get; init; }

    /// <summary>Bytes of an address in an advertisement.</summary>
    internal static int AddressLengthOf(VirtualRouterSettings settings) => settings.IsIPv6 ? 16 : 4;

    /// <summary>Bytes of an advertisement with so many addresses, without the IP header.</summary>
    internal static int LengthWith(VirtualRouterSettings settings, int addresses) =>
        HeaderLength + (addresses * AddressLengthOf(settings)) + (settings.Version == 2 ? AuthenticationDataLength : 0);

    /// <summary>
    /// The virtual router that a received packet, IP header included, is for; false when it is no VRRP packet. Nothing else is checked.
    /// </summary>
    public static bool TryReadVirtualRouterId(Span<byte> packet, out byte virtualRouterId)
    {
        virtualRouterId = 0;
        if (!Ipv4View.TryParse(packet, out Ipv4View ip) || ip.Protocol != IpProtocol.Vrrp || ip.Payload.Length < HeaderLength)
            return false;
        virtualRouterId = ip.Payload[Offset.VirtualRouterId];
        return true;
    }

    /// <summary>The sum of the pseudo header that version 3 puts before a message (RFC 9568 §5.2.8), folded and not complemented.</summary>
    internal static ushort PseudoHeaderSum(IpAddress source, IpAddress destination, int length)
    {
        if (source.IsIPv4)
            return InternetChecksum.PseudoHeaderSum(source.V4, destination.V4, IpProtocol.Vrrp, length);
        Span<byte> addresses = stackalloc byte[32];
        source.WriteMapped(addresses);
        destination.WriteMapped(addresses[16..]);
        return InternetChecksum.Fold((ulong)InternetChecksum.Sum(addresses) + (byte)IpProtocol.Vrrp + (uint)length);
    }

    internal static class Offset
    {
        public const int VersionAndType = 0, VirtualRouterId = 1, Priority = 2, AddressCount = 3, AuthenticationType = 4, Interval = 5, Checksum = 6;

        /// <summary>Of version 3: four reserved bits, and centiseconds in twelve.</summary>
        public const int Interval3 = 4;
    }
}
