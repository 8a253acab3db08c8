using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace FastLb.Native.Interfaces;

/// <summary>
/// The frame that tells a network segment who has an address now: a broadcast ARP request that asks for the sender's own address (ARP announcement,
/// RFC 5227 §2.3; RFC 826 for the layout).
/// </summary>
internal static class GratuitousArp
{
    /// <summary>Octets of the frame, without padding to Ethernet's least length, which the driver adds.</summary>
    public const int FrameSize = 42;

    private const ushort EtherTypeArp = 0x0806;
    private const ushort HardwareTypeEthernet = 1;
    private const ushort ProtocolTypeIPv4 = 0x0800;
    private const ushort OperationRequest = 1;

    private static class Offset
    {
        public const int Destination = 0, Source = 6, EtherType = 12, HardwareType = 14, ProtocolType = 16, HardwareLength = 18, ProtocolLength = 19,
            Operation = 20, SenderHardware = 22, SenderProtocol = 28, TargetHardware = 32, TargetProtocol = 38;
    }

    /// <summary>Writes the announcement that <paramref name="owner"/> has <paramref name="address"/>.</summary>
    public static void Write(Span<byte> frame, PhysicalAddress owner, IPAddress address)
    {
        ReadOnlySpan<byte> mac = owner.GetAddressBytes();
        if (mac.Length != 6)
            throw new ArgumentException($"'{owner}' is no Ethernet address", nameof(owner));
        if (address.AddressFamily != AddressFamily.InterNetwork)
            throw new ArgumentException($"{address} is no IPv4 address", nameof(address));

        frame.Slice(Offset.Destination, 6).Fill(0xFF);
        mac.CopyTo(frame[Offset.Source..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[Offset.EtherType..], EtherTypeArp);
        BinaryPrimitives.WriteUInt16BigEndian(frame[Offset.HardwareType..], HardwareTypeEthernet);
        BinaryPrimitives.WriteUInt16BigEndian(frame[Offset.ProtocolType..], ProtocolTypeIPv4);
        frame[Offset.HardwareLength] = 6;
        frame[Offset.ProtocolLength] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(frame[Offset.Operation..], OperationRequest);
        mac.CopyTo(frame[Offset.SenderHardware..]);
        address.TryWriteBytes(frame[Offset.SenderProtocol..], out _);
        frame.Slice(Offset.TargetHardware, 6).Clear(); // ignored in an announcement (RFC 5227 §1.1)
        address.TryWriteBytes(frame[Offset.TargetProtocol..], out _);
    }
}
