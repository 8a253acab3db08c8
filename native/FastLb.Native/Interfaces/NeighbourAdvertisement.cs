using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace FastLb.Native.Interfaces;

/// <summary>
/// The frame that tells all nodes of a link who has an IPv6 address now: an unsolicited neighbour advertisement that overrides what they know (RFC 4861
/// sections 4.4 and 7.2.6).
/// </summary>
internal static class NeighbourAdvertisement
{
    /// <summary>Octets of the frame: Ethernet, IPv6, the advertisement, and the option with the link-layer address.</summary>
    public const int FrameSize = 14 + 40 + MessageLength;

    private const int MessageLength = 24 + 8;
    private const ushort EtherTypeIPv6 = 0x86DD;
    private const byte ProtocolIcmpv6 = 58;
    private const byte HopLimit = 255; // a receiver drops any other (RFC 4861 section 7.1.2)
    private const byte TypeNeighbourAdvertisement = 136;
    private const byte FlagRouter = 0x80;
    private const byte FlagOverride = 0x20;
    private const byte OptionTargetLinkLayerAddress = 2;

    private static class Offset
    {
        public const int Destination = 0, Source = 6, EtherType = 12, Version = 14, PayloadLength = 18, NextHeader = 20, HopLimit = 21, SourceAddress = 22,
            DestinationAddress = 38, Type = 54, Checksum = 56, Flags = 58, Target = 62, Option = 78, OptionLength = 79, LinkLayerAddress = 80;
    }

    /// <summary>33:33:00:00:00:01, where ff02::1 goes on Ethernet (RFC 2464 section 7).</summary>
    private static ReadOnlySpan<byte> AllNodesMac => [0x33, 0x33, 0, 0, 0, 1];

    /// <summary>ff02::1.</summary>
    private static ReadOnlySpan<byte> AllNodes => [0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

    /// <summary>Writes the announcement that <paramref name="owner"/> has <paramref name="address"/>.</summary>
    public static void Write(Span<byte> frame, PhysicalAddress owner, IPAddress address, bool isRouter)
    {
        ReadOnlySpan<byte> mac = owner.GetAddressBytes();
        if (mac.Length != 6)
            throw new ArgumentException($"'{owner}' is no Ethernet address", nameof(owner));
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            throw new ArgumentException($"{address} is no IPv6 address", nameof(address));

        frame[..FrameSize].Clear();
        AllNodesMac.CopyTo(frame[Offset.Destination..]);
        mac.CopyTo(frame[Offset.Source..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[Offset.EtherType..], EtherTypeIPv6);
        frame[Offset.Version] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(frame[Offset.PayloadLength..], MessageLength);
        frame[Offset.NextHeader] = ProtocolIcmpv6;
        frame[Offset.HopLimit] = HopLimit;
        address.TryWriteBytes(frame[Offset.SourceAddress..], out _);
        AllNodes.CopyTo(frame[Offset.DestinationAddress..]);
        frame[Offset.Type] = TypeNeighbourAdvertisement;
        frame[Offset.Flags] = (byte)(FlagOverride | (isRouter ? FlagRouter : 0));
        address.TryWriteBytes(frame[Offset.Target..], out _);
        frame[Offset.Option] = OptionTargetLinkLayerAddress;
        frame[Offset.OptionLength] = 1; // times eight octets
        mac.CopyTo(frame[Offset.LinkLayerAddress..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[Offset.Checksum..], Checksum(frame));
    }

    // Over both addresses, length and protocol (RFC 8200 section 8.1), and the message, which all lie one after the other but for the last two.
    private static ushort Checksum(ReadOnlySpan<byte> frame)
    {
        uint sum = MessageLength + ProtocolIcmpv6;
        for (int at = Offset.SourceAddress; at < FrameSize; at += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(frame[at..]);
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~((sum & 0xFFFF) + (sum >> 16));
    }
}
