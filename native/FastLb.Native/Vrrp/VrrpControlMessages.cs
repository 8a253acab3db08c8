using System.Runtime.InteropServices;

namespace FastLb.Native.Vrrp;

/// <summary>Reads what the kernel tells beside an IPv6 packet: destination and hop limit (RFC 3542 section 4).</summary>
internal static class VrrpControlMessages
{
    private const int HeaderLength = 16; // of struct cmsghdr
    private const int AddressLength = 16;

    /// <summary>Walks the control messages; ends at the first that doesn't fit.</summary>
    public static VrrpDatagram Describe(ReadOnlySpan<byte> control, ReadOnlySpan<byte> source, int length)
    {
        VrrpDatagram datagram = new() { Source = PacketAddress.Read(source), Length = length };
        while (MemoryMarshal.TryRead(control, out ControlHeader header) && header.Length >= HeaderLength && header.Length <= (nuint)control.Length)
        {
            ReadOnlySpan<byte> value = control[HeaderLength..(int)header.Length];
            if (header.Level == VrrpSocketOptions.IPPROTO_IPV6)
            {
                datagram = header.Type switch
                {
                    VrrpSocketOptions.IPV6_PKTINFO when value.Length >= AddressLength => datagram with { Destination = PacketAddress.Read(value[..AddressLength]) },
                    VrrpSocketOptions.IPV6_HOPLIMIT when MemoryMarshal.TryRead(value, out int hops) => datagram with { HopLimit = (byte)hops },
                    _ => datagram,
                };
            }

            control = control[Math.Min(((int)header.Length + 7) & ~7, control.Length)..];
        }

        return datagram;
    }
}
