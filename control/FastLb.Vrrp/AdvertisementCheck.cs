using System.Buffers.Binary;
using System.Collections.Immutable;
using FastLb.Wire;
using static FastLb.Vrrp.VrrpAdvertisement;

namespace FastLb.Vrrp;

/// <summary>
/// The checks that a received packet must pass before it is an advertisement (RFC 3768 §7.1), in keepalived's order. Any bytes are fine: nothing
/// throws and nothing is allocated.
/// </summary>
public static class AdvertisementCheck
{
    /// <summary>The least payload of an Ethernet frame: shorter packets are padded to it (IEEE 802.3 §4.2.3.3).</summary>
    private const int EthernetMinimumPayload = 46;

    /// <summary>Checks a packet that begins with its IPv4 header, as a raw socket delivers it.</summary>
    /// <param name="packet">All bytes received, which are left as they are.</param>
    /// <param name="settings">The virtual router's settings.</param>
    /// <param name="state">Its present state, which says whether the addresses are to be compared.</param>
    /// <param name="advertisement">What the packet says, when the answer is <see cref="DiscardReason.None"/>.</param>
    public static DiscardReason Check(
        Span<byte> packet, VirtualRouterSettings settings, in VirtualRouterState state, out VrrpAdvertisement advertisement)
    {
        advertisement = default;
        if (!Ipv4View.TryParse(packet, out Ipv4View ip))
            return DiscardReason.MalformedIp;
        if (ip.Protocol == IpProtocol.AuthenticationHeader)
            return DiscardReason.UnexpectedAuthenticationHeader;
        if (ip.Protocol != IpProtocol.Vrrp)
            return DiscardReason.NotVrrp;

        // The address count says how long the advertisement is; what the IP header says about that is compared later, as keepalived does.
        ReadOnlySpan<byte> bytes = packet[ip.HeaderLength..];
        if (bytes.Length < HeaderLength)
            return DiscardReason.Truncated;
        if (bytes[Offset.VirtualRouterId] != settings.VirtualRouterId)
            return DiscardReason.OtherVirtualRouter;
        int length = LengthWith(bytes[Offset.AddressCount]);
        if (bytes.Length < length || (bytes.Length > length && packet.Length > EthernetMinimumPayload))
            return DiscardReason.WrongLength;
        bytes = bytes[..length];

        DiscardReason reason = CheckFields(ip, bytes, settings);
        if (reason != DiscardReason.None)
            return reason;

        IpAddress source = IpAddress.FromV4(ip.Source);
        ReadOnlySpan<byte> addresses = bytes[HeaderLength..^AuthenticationDataLength];
        bool differ = ComparesAddresses(settings, state, source) && !HoldsAddresses(addresses, settings.AdvertisedAddresses);
        var interval = TimeSpan.FromSeconds((long)bytes[Offset.Interval]);
        advertisement = new VrrpAdvertisement(bytes[Offset.VirtualRouterId], bytes[Offset.Priority], interval, source, differ);
        return DiscardReason.None;
    }

    private static DiscardReason CheckFields(Ipv4View ip, ReadOnlySpan<byte> bytes, VirtualRouterSettings settings)
    {
        if (ip.TimeToLive != TimeToLive)
            return DiscardReason.WrongTimeToLive;
        if (bytes[Offset.VersionAndType] >> 4 != ProtocolVersion)
            return DiscardReason.WrongVersion;
        if (bytes[Offset.AuthenticationType] > (byte)AuthenticationType.AuthenticationHeader)
            return DiscardReason.UnknownAuthenticationType;
        AuthenticationType expected = settings.Password is null ? AuthenticationType.None : AuthenticationType.SimpleTextPassword;
        if (bytes[Offset.AuthenticationType] != (byte)expected)
            return DiscardReason.AuthenticationTypeMismatch;
        if (settings.Password is { } password && VrrpPassword.Read(bytes[^AuthenticationDataLength..]) != password)
            return DiscardReason.AuthenticationFailed;
        if (bytes[Offset.Interval] * TimeSpan.TicksPerSecond != settings.AdvertisementInterval.Ticks)
            return DiscardReason.IntervalMismatch;
        if ((bytes[Offset.VersionAndType] & 0x0F) != AdvertisementType)
            return DiscardReason.UnknownType;
        if (ip.TotalLength != ip.HeaderLength + bytes.Length)
            return DiscardReason.WrongTotalLength;
        if (InternetChecksum.Sum(bytes) != 0xFFFF)
            return DiscardReason.WrongChecksum;
        return ip.Destination >> 28 == 0xE ? DiscardReason.None : DiscardReason.NotMulticast;
    }

    /// <summary>A master always compares; a backup that has been told to skip it does so for the master that it knows already.</summary>
    private static bool ComparesAddresses(VirtualRouterSettings settings, in VirtualRouterState state, IpAddress source) =>
        !settings.SkipCheckAdvertisementAddresses || state.Role == VrrpRole.Master || state.MasterAddress != source;

    /// <summary>
    /// Whether the lists are equally long and each of the own addresses is in the other one. The order is usually, but need not be, the same.
    /// </summary>
    private static bool HoldsAddresses(ReadOnlySpan<byte> received, ImmutableArray<IpAddress> own)
    {
        if (received.Length != own.Length * AddressLength)
            return false;
        for (int i = 0; i < own.Length; i++)
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(received[(i * AddressLength)..]) != own[i].V4 && !Contains(received, own[i].V4))
                return false;
        }

        return true;
    }

    private static bool Contains(ReadOnlySpan<byte> received, uint address)
    {
        for (; !received.IsEmpty; received = received[AddressLength..])
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(received) == address)
                return true;
        }

        return false;
    }
}
