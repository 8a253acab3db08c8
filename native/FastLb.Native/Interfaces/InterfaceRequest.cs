using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace FastLb.Native.Interfaces;

/// <summary><c>struct ifreq</c> of <c>linux/if.h</c>: the interface's name and a union of what the requests take or give.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct InterfaceRequest
{
    /// <summary>IFNAMSIZ: longest name and its terminating zero.</summary>
    public const int NameSize = 16;

    /// <summary>SIOCETHTOOL of <c>linux/sockios.h</c>.</summary>
    public const int SIOCETHTOOL = 0x8946;

    [FieldOffset(0)]
    public NameOctets Name;

    /// <summary><c>ifr_ifindex</c> and <c>ifr_mtu</c>.</summary>
    [FieldOffset(16)]
    public int Number;

    /// <summary><c>ifr_flags</c>: IFF_ bits.</summary>
    [FieldOffset(16)]
    public ushort Flags;

    /// <summary><c>ifr_hwaddr.sa_family</c>: an ARPHRD_ value.</summary>
    [FieldOffset(16)]
    public ushort HardwareType;

    /// <summary><c>ifr_hwaddr.sa_data</c>.</summary>
    [FieldOffset(18)]
    public HardwareOctets HardwareAddress;

    /// <summary><c>ifr_data</c>: a pointer to what the ioctl works on.</summary>
    [FieldOffset(16)]
    public nint Data;

    /// <summary><c>reg_num</c> of <c>struct mii_ioctl_data</c> (<c>linux/mii.h</c>), which begins with the transceiver's number, <c>phy_id</c>.</summary>
    [FieldOffset(18)]
    public ushort MiiRegister;

    /// <summary><c>val_out</c> of <c>struct mii_ioctl_data</c>: what the register holds.</summary>
    [FieldOffset(22)]
    public ushort MiiValue;

    /// <summary>A request about the named interface.</summary>
    /// <exception cref="ArgumentException">No interface can have such a name.</exception>
    public static InterfaceRequest For(string name)
    {
        InterfaceRequest request = default;
        if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) >= NameSize)
            throw new ArgumentException($"'{name}' is no interface name: 1 to {NameSize - 1} bytes", nameof(name));
        Encoding.UTF8.GetBytes(name, request.Name);
        return request;
    }

    /// <summary>The name in the request.</summary>
    public readonly string ReadName()
    {
        ReadOnlySpan<byte> octets = Name;
        int end = octets.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? octets : octets[..end]);
    }

    [InlineArray(NameSize)]
    internal struct NameOctets
    {
        private byte _first;
    }

    [InlineArray(6)]
    internal struct HardwareOctets
    {
        private byte _first;
    }
}
