using System.Buffers.Binary;
using System.Collections.Immutable;
using FastLb.Wire;
using static FastLb.Vrrp.VrrpAdvertisement;

namespace FastLb.Vrrp;

/// <summary>What an advertisement to one destination is made with, beside the settings.</summary>
/// <param name="Priority">1 to 255, or <see cref="VrrpAdvertisement.StopPriority"/>.</param>
/// <param name="Source">The address that it leaves from, which version 3 sums up.</param>
/// <param name="Destination">The group or a peer.</param>
public readonly record struct AdvertisementRoute(byte Priority, IpAddress Source, IpAddress Destination)
{
    /// <summary>See <see cref="VirtualRouterState.SumsUpGroup"/>.</summary>
    public bool SumsUpGroup { get; init; }

    /// <summary>Of the authentication header, if there is one.</summary>
    public uint Sequence { get; init; }

    /// <summary>The packet's time to live; 1 to 255.</summary>
    public byte TimeToLive { get; init; } = VrrpAdvertisement.TimeToLive;
}

/// <summary>The bytes of advertisements to send. Writing them allocates nothing.</summary>
public static class AdvertisementFormat
{
    /// <summary>Bytes of a message, without the IP header and what may stand between.</summary>
    public static int LengthOf(VirtualRouterSettings settings) => LengthWith(settings, settings.AdvertisedAddresses.Length);

    /// <summary>Bytes of a packet over IPv4, the IP header and an authentication header included.</summary>
    public static int PacketLengthOf(VirtualRouterSettings settings) => Ipv4View.MinimumHeaderLength + AuthenticationLengthOf(settings) + LengthOf(settings);

    /// <summary>Writes a message, checksum included, and returns its length, which is that of <see cref="LengthOf"/>.</summary>
    public static int Write(Span<byte> destination, VirtualRouterSettings settings, in AdvertisementRoute route)
    {
        Span<byte> bytes = destination[..LengthOf(settings)];
        bytes[Offset.VersionAndType] = (byte)((settings.Version << 4) | AdvertisementType);
        bytes[Offset.VirtualRouterId] = settings.VirtualRouterId;
        bytes[Offset.Priority] = route.Priority;
        bytes[Offset.AddressCount] = (byte)settings.AdvertisedAddresses.Length;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[Offset.Checksum..], 0);
        WriteAddresses(bytes[HeaderLength..], settings.AdvertisedAddresses);
        uint sum = 0;
        if (settings.Version == 2)
        {
            bytes[Offset.AuthenticationType] = (byte)settings.Authentication;
            bytes[Offset.Interval] = (byte)(settings.AdvertisementInterval.Ticks / TimeSpan.TicksPerSecond);
            WritePassword(bytes[^AuthenticationDataLength..], settings);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes[Offset.Interval3..], (ushort)(settings.AdvertisementInterval.Ticks / VrrpTimers.TicksPerCentisecond));
            sum = PseudoHeaderSumOf(settings, route, bytes.Length);
        }

        BinaryPrimitives.WriteUInt16BigEndian(bytes[Offset.Checksum..], (ushort)~InternetChecksum.Fold((ulong)sum + InternetChecksum.Sum(bytes)));
        return bytes.Length;
    }

    /// <summary>
    /// Writes a whole packet over IPv4, as keepalived sends it, and returns its length, which is that of <see cref="PacketLengthOf"/>. Without an authentication header its
    /// identification is zero, which a raw socket with IP_HDRINCL fills in (raw(7)); with one, which covers it, it follows the sequence number and is never zero.
    /// </summary>
    public static int WritePacket(Span<byte> destination, VirtualRouterSettings settings, in AdvertisementRoute route)
    {
        bool isAuthenticated = settings.Authentication == AuthenticationType.AuthenticationHeader;
        int before = Ipv4View.MinimumHeaderLength + AuthenticationLengthOf(settings);
        int length = before + Write(destination[before..], settings, route);
        Span<byte> packet = destination[..length];
        ushort identification = isAuthenticated ? (ushort)((route.Sequence % ushort.MaxValue) + 1) : (ushort)0;
        IpProtocol protocol = isAuthenticated ? IpProtocol.AuthenticationHeader : IpProtocol.Vrrp;
        Ipv4View.Write(
            packet, TypeOfService, identification, dontFragment: false, route.TimeToLive, protocol, route.Source.V4, route.Destination.V4);
        if (isAuthenticated)
            AuthenticationHeader.Write(packet, settings.Password, route.Sequence);
        return length;
    }

    private static int AuthenticationLengthOf(VirtualRouterSettings settings) =>
        settings.Authentication == AuthenticationType.AuthenticationHeader ? AuthenticationHeader.Length : 0;

    private static ushort PseudoHeaderSumOf(VirtualRouterSettings settings, in AdvertisementRoute route, int length)
    {
        if (settings.PseudoHeader == PseudoHeaderRule.None)
            return 0;
        bool sumsUpGroup = settings.PseudoHeader == PseudoHeaderRule.Group || (settings.PseudoHeader == PseudoHeaderRule.Detected && route.SumsUpGroup);
        return PseudoHeaderSum(route.Source, sumsUpGroup ? settings.Group : route.Destination, length);
    }

    /// <summary>The key of an authentication header is a secret, and not sent.</summary>
    private static void WritePassword(Span<byte> bytes, VirtualRouterSettings settings)
    {
        if (settings.Authentication == AuthenticationType.SimpleTextPassword)
            settings.Password.Write(bytes);
        else
            bytes.Clear();
    }

    private static void WriteAddresses(Span<byte> bytes, ImmutableArray<IpAddress> addresses)
    {
        foreach (IpAddress address in addresses)
        {
            if (address.IsIPv4)
            {
                BinaryPrimitives.WriteUInt32BigEndian(bytes, address.V4);
                bytes = bytes[4..];
            }
            else
            {
                address.WriteMapped(bytes);
                bytes = bytes[16..];
            }
        }
    }
}
