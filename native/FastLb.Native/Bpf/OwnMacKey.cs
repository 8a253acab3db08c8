using System.Net.NetworkInformation;
using System.Runtime.InteropServices;

namespace FastLb.Native.Bpf;

/// <summary><c>struct steering_mac_key</c>: six octets as on the wire and two of zero, here as one word so that it compares as one.</summary>
internal readonly record struct OwnMacKey(ulong Octets)
{
    public static OwnMacKey From(PhysicalAddress address)
    {
        byte[] octets = address.GetAddressBytes();
        if (octets.Length != 6 || (octets[0] & 1) != 0)
            throw new ArgumentException($"'{address}' is no unicast Ethernet address", nameof(address));
        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        padded.Clear();
        octets.CopyTo(padded);
        return new OwnMacKey(MemoryMarshal.Read<ulong>(padded));
    }
}
