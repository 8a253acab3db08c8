using System.Buffers.Binary;
using System.Collections.Immutable;
using FastLb.Wire;
using static FastLb.Vrrp.VrrpAdvertisement;

namespace FastLb.Vrrp;

/// <summary>
/// The checks that a received packet must pass before it is an advertisement (RFC 3768 §7.1, RFC 9568 §7.1), in keepalived's order. Any bytes are fine: nothing
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
        bool isAuthenticated = settings.Authentication == AuthenticationType.AuthenticationHeader;
        if (ip.Protocol == IpProtocol.AuthenticationHeader && !isAuthenticated)
            return DiscardReason.UnexpectedAuthenticationHeader;
        if (ip.Protocol is not (IpProtocol.AuthenticationHeader or IpProtocol.Vrrp))
            return DiscardReason.NotVrrp;
        if (ip.Protocol == IpProtocol.Vrrp && isAuthenticated)
            return DiscardReason.MissingAuthenticationHeader;

        // The address count says how long the advertisement is; what the IP header says about that is compared later, as keepalived does.
        int before = ip.HeaderLength + (isAuthenticated ? AuthenticationHeader.Length : 0);
        if (packet.Length < before + HeaderLength)
            return DiscardReason.Truncated;
        ReadOnlySpan<byte> bytes = packet[before..];
        if (bytes[Offset.VirtualRouterId] != settings.VirtualRouterId)
            return DiscardReason.OtherVirtualRouter;
        int length = LengthWith(settings, bytes[Offset.AddressCount]);
        if (bytes.Length < length || (bytes.Length > length && packet.Length > EthernetMinimumPayload))
            return DiscardReason.WrongLength;
        uint sequence = 0;
        var envelope = new Envelope(IpAddress.FromV4(ip.Source), IpAddress.FromV4(ip.Destination), ip.TimeToLive, ip.TotalLength - before);
        DiscardReason reason = CheckHead(envelope, bytes[..length], settings);
        if (reason == DiscardReason.None && isAuthenticated)
            reason = AuthenticationHeader.Check(packet[..(before + length)], ip.HeaderLength, settings.Password, state.HeardSequence, out sequence);
        if (reason == DiscardReason.None)
            reason = CheckRest(envelope, bytes[..length], settings, state, out advertisement);
        advertisement = advertisement with { Sequence = sequence };
        return reason;
    }

    /// <summary>Checks a message of IPv6, which a raw socket delivers without its IP header.</summary>
    /// <param name="message">All bytes received, from the version on.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="destination">Where it was sent to.</param>
    /// <param name="hopLimit">With how many hops left it arrived.</param>
    /// <param name="settings">The virtual router's settings.</param>
    /// <param name="state">Its present state.</param>
    /// <param name="advertisement">What the message says, when the answer is <see cref="DiscardReason.None"/>.</param>
    public static DiscardReason CheckIPv6(
        ReadOnlySpan<byte> message,
        IpAddress source,
        IpAddress destination,
        byte hopLimit,
        VirtualRouterSettings settings,
        in VirtualRouterState state,
        out VrrpAdvertisement advertisement)
    {
        advertisement = default;
        if (message.Length < HeaderLength)
            return DiscardReason.Truncated;
        if (message[Offset.VirtualRouterId] != settings.VirtualRouterId)
            return DiscardReason.OtherVirtualRouter;
        if (message.Length != LengthWith(settings, message[Offset.AddressCount]))
            return DiscardReason.WrongLength;
        var envelope = new Envelope(source, destination, hopLimit, message.Length);
        DiscardReason reason = CheckHead(envelope, message, settings);
        return reason != DiscardReason.None ? reason : CheckRest(envelope, message, settings, state, out advertisement);
    }

    /// <summary>What comes before an authentication header is looked into.</summary>
    private static DiscardReason CheckHead(in Envelope envelope, ReadOnlySpan<byte> bytes, VirtualRouterSettings settings)
    {
        if (!HasGoodTimeToLive(envelope, settings))
            return DiscardReason.WrongTimeToLive;
        return bytes[Offset.VersionAndType] >> 4 == settings.Version ? DiscardReason.None : DiscardReason.WrongVersion;
    }

    private static DiscardReason CheckRest(
        in Envelope envelope, ReadOnlySpan<byte> bytes, VirtualRouterSettings settings, in VirtualRouterState state, out VrrpAdvertisement advertisement)
    {
        advertisement = default;
        DiscardReason reason = settings.Version == 2 ? CheckAuthentication(bytes, settings) : DiscardReason.None;
        if (reason != DiscardReason.None)
            return reason;
        TimeSpan interval = IntervalOf(bytes, settings);
        if (settings.Version == 2 && interval != settings.AdvertisementInterval)
            return DiscardReason.IntervalMismatch;
        if (interval == TimeSpan.Zero)
            return DiscardReason.ZeroInterval;
        if ((bytes[Offset.VersionAndType] & 0x0F) != AdvertisementType)
            return DiscardReason.UnknownType;
        if (envelope.MessageLength != bytes.Length)
            return DiscardReason.WrongTotalLength;
        if (!HasGoodChecksum(envelope, bytes, settings, out bool sumsUpGroup))
            return DiscardReason.WrongChecksum;
        if (settings.Peers.IsEmpty != envelope.IsMulticast)
            return envelope.IsMulticast ? DiscardReason.NotUnicast : DiscardReason.NotMulticast;
        if (settings.ChecksPeers && FindPeer(settings, envelope.Source) is null)
            return DiscardReason.UnknownPeer;

        ReadOnlySpan<byte> addresses = bytes.Slice(HeaderLength, bytes[Offset.AddressCount] * AddressLengthOf(settings));
        bool differ = ComparesAddresses(settings, state, envelope.Source) && !HoldsAddresses(addresses, settings);
        advertisement = new VrrpAdvertisement(bytes[Offset.VirtualRouterId], bytes[Offset.Priority], interval, envelope.Source, differ) { SumsUpGroup = sumsUpGroup };
        return DiscardReason.None;
    }

    private static DiscardReason CheckAuthentication(ReadOnlySpan<byte> bytes, VirtualRouterSettings settings)
    {
        byte type = bytes[Offset.AuthenticationType];
        if (type > (byte)AuthenticationType.AuthenticationHeader)
            return DiscardReason.UnknownAuthenticationType;
        if (type != (byte)settings.Authentication)
            return DiscardReason.AuthenticationTypeMismatch;
        return settings.Authentication != AuthenticationType.SimpleTextPassword || VrrpPassword.Read(bytes[^AuthenticationDataLength..]) == settings.Password
            ? DiscardReason.None
            : DiscardReason.AuthenticationFailed;
    }

    private static TimeSpan IntervalOf(ReadOnlySpan<byte> bytes, VirtualRouterSettings settings) => settings.Version == 2
        ? TimeSpan.FromSeconds((long)bytes[Offset.Interval])
        : new TimeSpan((BinaryPrimitives.ReadUInt16BigEndian(bytes[Offset.Interval3..]) & 0x0FFF) * VrrpTimers.TicksPerCentisecond);

    /// <summary>By multicast an advertisement can't have crossed a router; by unicast it may, within what is configured for the peer.</summary>
    private static bool HasGoodTimeToLive(in Envelope envelope, VirtualRouterSettings settings)
    {
        if (settings.Peers.IsEmpty)
            return envelope.TimeToLive == TimeToLive;
        return FindPeer(settings, envelope.Source) is not { } peer
            || (envelope.TimeToLive >= (peer.LeastTimeToLive ?? 0) && envelope.TimeToLive <= (peer.MostTimeToLive ?? byte.MaxValue));
    }

    private static bool HasGoodChecksum(in Envelope envelope, ReadOnlySpan<byte> bytes, VirtualRouterSettings settings, out bool sumsUpGroup)
    {
        sumsUpGroup = false;
        ulong sum = InternetChecksum.Sum(bytes);
        if (settings.Version == 2 || settings.PseudoHeader == PseudoHeaderRule.None)
            return sum == 0xFFFF;
        ushort own = PseudoHeaderSum(envelope.Source, envelope.Destination, bytes.Length);
        if (settings.PseudoHeader != PseudoHeaderRule.Group && InternetChecksum.Fold(sum + own) == 0xFFFF)
            return true;
        if (settings.PseudoHeader == PseudoHeaderRule.Own || (settings.PseudoHeader == PseudoHeaderRule.Detected && settings.Peers.IsEmpty) || settings.IsIPv6)
            return false;
        ushort group = PseudoHeaderSum(envelope.Source, settings.Group, bytes.Length);
        sumsUpGroup = InternetChecksum.Fold(sum + group) == 0xFFFF;
        return sumsUpGroup;
    }

    private static VrrpPeer? FindPeer(VirtualRouterSettings settings, IpAddress address)
    {
        foreach (VrrpPeer peer in settings.Peers)
        {
            if (peer.Address == address)
                return peer;
        }

        return null;
    }

    /// <summary>A master always compares; a backup that has been told to skip it does so for the master that it knows already.</summary>
    private static bool ComparesAddresses(VirtualRouterSettings settings, in VirtualRouterState state, IpAddress source) =>
        !settings.SkipCheckAdvertisementAddresses || state.Role == VrrpRole.Master || state.MasterAddress != source;

    /// <summary>
    /// Whether the lists are equally long and each of the own addresses is in the other one. The order is usually, but need not be, the same.
    /// </summary>
    private static bool HoldsAddresses(ReadOnlySpan<byte> received, VirtualRouterSettings settings)
    {
        ImmutableArray<IpAddress> own = settings.AdvertisedAddresses;
        int length = AddressLengthOf(settings);
        if (received.Length != own.Length * length)
            return false;
        for (int i = 0; i < own.Length; i++)
        {
            if (Read(received[(i * length)..], length) != own[i] && !Contains(received, length, own[i]))
                return false;
        }

        return true;
    }

    private static bool Contains(ReadOnlySpan<byte> received, int length, IpAddress address)
    {
        for (; !received.IsEmpty; received = received[length..])
        {
            if (Read(received, length) == address)
                return true;
        }

        return false;
    }

    private static IpAddress Read(ReadOnlySpan<byte> bytes, int length) =>
        length == 4 ? IpAddress.ReadV4(bytes) : new IpAddress(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>What the IP layer says of a message.</summary>
    /// <param name="Source">Where it came from.</param>
    /// <param name="Destination">Where it was sent to.</param>
    /// <param name="TimeToLive">Or hop limit, on arrival.</param>
    /// <param name="MessageLength">The bytes that it says there are.</param>
    private readonly record struct Envelope(IpAddress Source, IpAddress Destination, byte TimeToLive, int MessageLength)
    {
        public bool IsMulticast => Destination.IsIPv4 ? Destination.V4 >> 28 == 0xE : Destination.Value >> 120 == 0xFF;
    }
}
