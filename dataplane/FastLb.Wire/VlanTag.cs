using System.Buffers.Binary;

namespace FastLb.Wire;

/// <summary>
/// A VLAN tag (IEEE 802.1Q §9.3): tag protocol identifier in the high half, priority and VLAN in the low one. The default value stands for no tag.
/// </summary>
public readonly record struct VlanTag(uint Value)
{
    /// <summary>Octets of a tag.</summary>
    public const int Size = 4;

    /// <summary>True when there is no tag.</summary>
    public bool IsNone => Value == 0;

    /// <summary>Number of the VLAN, 0 to 4095.</summary>
    public int Vlan => (int)(Value & 0x0FFF);

    /// <summary>A tag of the usual kind (0x8100) without priority; none for VLAN 0.</summary>
    public static VlanTag ForVlan(int vlan) => vlan == 0 ? default : new VlanTag(((uint)EtherType.Vlan << 16) | ((uint)vlan & 0x0FFF));

    /// <summary>True for the EtherType of a tag, a customer's or a provider's.</summary>
    public static bool IsTag(EtherType type) => type is EtherType.Vlan or EtherType.ProviderVlan;

    /// <summary>
    /// Takes the outermost tag out of a frame: the addresses move four octets up, and the frame now begins there.
    /// <paramref name="frame"/> must hold a whole Ethernet header with a tag.
    /// </summary>
    public static VlanTag Remove(Span<byte> frame)
    {
        uint value = BinaryPrimitives.ReadUInt32BigEndian(frame[Offset..]);
        frame[..Offset].CopyTo(frame[Size..]);
        return new VlanTag(value);
    }

    /// <summary>Puts the tag into a frame: <paramref name="frame"/> begins with four octets of room, to which the addresses move down.</summary>
    public void Insert(Span<byte> frame)
    {
        frame.Slice(Size, Offset).CopyTo(frame);
        BinaryPrimitives.WriteUInt32BigEndian(frame[Offset..], Value);
    }

    // Behind the two addresses.
    private const int Offset = 2 * MacAddress.Size;
}
