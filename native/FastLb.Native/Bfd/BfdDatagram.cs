namespace FastLb.Native.Bfd;

/// <summary>How a received datagram came. Addresses are big-endian numbers, IPv4 in its mapped form ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).</summary>
/// <param name="Length">Octets received.</param>
/// <param name="Source">Who sent it.</param>
/// <param name="Destination">The address that it was sent to.</param>
/// <param name="InterfaceIndex">The interface that it came in by.</param>
/// <param name="TimeToLive">Its time to live or hop limit when it arrived.</param>
public readonly record struct BfdDatagram(int Length, UInt128 Source, UInt128 Destination, int InterfaceIndex, byte TimeToLive);
