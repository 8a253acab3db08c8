using System.Buffers.Binary;
using FastLb.Wire;

namespace FastLb.Vrrp;

/// <summary>
/// An advertisement of version 2 (RFC 3768 §5), as received. <see cref="AdvertisementCheck"/> makes one out of a packet;
/// <see cref="Format"/> and <see cref="FormatPacket"/> make the bytes to send.
/// </summary>
/// <param name="VirtualRouterId">1 to 255.</param>
/// <param name="Priority">1 to 255; 0 when the master stops.</param>
/// <param name="Interval">The sender's advertisement interval.</param>
/// <param name="Source">The sender's primary address.</param>
/// <param name="AddressesDiffer">Whether its addresses were compared with the own ones and are others: the directors' configurations differ.</param>
public readonly record struct VrrpAdvertisement(byte VirtualRouterId, byte Priority, TimeSpan Interval, IpAddress Source, bool AddressesDiffer)
{
    /// <summary>Bytes before the addresses.</summary>
    public const int HeaderLength = 8;

    /// <summary>Bytes behind the addresses, which are there, count and are summed up with any authentication type (RFC 3768 §5.3.10).</summary>
    public const int AuthenticationDataLength = VrrpPassword.Length;

    /// <summary>The priority with which a master says that it stops (RFC 3768 §5.3.4).</summary>
    public const byte StopPriority = 0;

    /// <summary>224.0.0.18, where advertisements go (RFC 3768 §5.2.2), as a number.</summary>
    public const uint MulticastGroup = 0xE000_0012;

    /// <summary>The time to live that proves that an advertisement has crossed no router (RFC 3768 §5.2.3).</summary>
    public const byte TimeToLive = 255;

    /// <summary>Internetwork control, the type of service of advertisements.</summary>
    public const byte TypeOfService = 0xC0;

    internal const byte ProtocolVersion = 2;
    internal const byte AdvertisementType = 1;
    internal const int AddressLength = 4;

    /// <summary>Bytes of an advertisement with so many addresses, without the IP header.</summary>
    public static int LengthWith(int addresses) => HeaderLength + (addresses * AddressLength) + AuthenticationDataLength;

    /// <summary>
    /// Writes an advertisement without its IP header, checksum included, and returns its length, which is that of <see cref="LengthWith"/>.
    /// </summary>
    public static int Format(Span<byte> destination, VirtualRouterSettings settings, byte priority)
    {
        int count = settings.AdvertisedAddresses.Length;
        Span<byte> bytes = destination[..LengthWith(count)];
        bytes[Offset.VersionAndType] = (ProtocolVersion << 4) | AdvertisementType;
        bytes[Offset.VirtualRouterId] = settings.VirtualRouterId;
        bytes[Offset.Priority] = priority;
        bytes[Offset.AddressCount] = (byte)count;
        bytes[Offset.AuthenticationType] = (byte)(settings.Password is null ? AuthenticationType.None : AuthenticationType.SimpleTextPassword);
        bytes[Offset.Interval] = (byte)(settings.AdvertisementInterval.Ticks / TimeSpan.TicksPerSecond);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[Offset.Checksum..], 0);
        for (int i = 0; i < count; i++)
            BinaryPrimitives.WriteUInt32BigEndian(bytes[(HeaderLength + (i * AddressLength))..], settings.AdvertisedAddresses[i].V4);
        settings.Password.GetValueOrDefault().Write(bytes[^AuthenticationDataLength..]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[Offset.Checksum..], (ushort)~InternetChecksum.Sum(bytes));
        return bytes.Length;
    }

    /// <summary>
    /// Writes a whole packet, as keepalived sends it, and returns its length: the IP header's and that of <see cref="LengthWith"/>. Its
    /// identification is zero, which a raw socket with IP_HDRINCL fills in (raw(7)).
    /// </summary>
    public static int FormatPacket(Span<byte> destination, VirtualRouterSettings settings, byte priority, IpAddress source)
    {
        int length = Ipv4View.MinimumHeaderLength + Format(destination[Ipv4View.MinimumHeaderLength..], settings, priority);
        Span<byte> packet = destination[..length];
        Ipv4View.Write(packet, TypeOfService, identification: 0, dontFragment: false, TimeToLive, IpProtocol.Vrrp, source.V4, MulticastGroup);
        return length;
    }

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

    internal static class Offset
    {
        public const int VersionAndType = 0, VirtualRouterId = 1, Priority = 2, AddressCount = 3, AuthenticationType = 4, Interval = 5, Checksum = 6;
    }
}
