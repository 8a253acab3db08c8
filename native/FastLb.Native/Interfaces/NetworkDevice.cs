using System.Globalization;
using System.Net.NetworkInformation;
using Tmds.Linux;

namespace FastLb.Native.Interfaces;

/// <summary>
/// A network interface of the calling thread's network namespace as it was when read. Read by ioctl alone: sysfs shows the namespace it was mounted in.
/// </summary>
/// <param name="Name">1 to 15 bytes.</param>
/// <param name="Index">The kernel's interface index, above 0.</param>
/// <param name="Mac">Its Ethernet address; all zero on interfaces without one, such as the loopback.</param>
/// <param name="Mtu">Largest packet without the Ethernet header, bytes.</param>
/// <param name="IsUp">Set up by the administrator (IFF_UP).</param>
/// <param name="IsRunning">Able to pass frames (IFF_RUNNING).</param>
/// <param name="ReceiveQueues">Receive queues in use, at least 1: each needs an AF_XDP socket of its own.</param>
public sealed record NetworkDevice(string Name, int Index, PhysicalAddress Mac, int Mtu, bool IsUp, bool IsRunning, int ReceiveQueues)
{
    private const ushort IFF_UP = 1;
    private const ushort IFF_RUNNING = 0x40;
    private const ushort ARPHRD_ETHER = 1;
    private static readonly PhysicalAddress NoMac = new(new byte[6]);

    /// <summary>Reads the named interface.</summary>
    /// <exception cref="ArgumentException">No interface can have such a name.</exception>
    /// <exception cref="SystemCallException">There is no such interface (<see cref="Errno.ENODEV"/>).</exception>
    public static NetworkDevice Read(string name)
    {
        using InterfaceControl control = InterfaceControl.Open();
        InterfaceRequest index = control.Get(name, LibC.SIOCGIFINDEX);
        InterfaceRequest flags = control.Get(name, LibC.SIOCGIFFLAGS);
        InterfaceRequest hardware = control.Get(name, LibC.SIOCGIFHWADDR);
        InterfaceRequest mtu = control.Get(name, LibC.SIOCGIFMTU);
        return new NetworkDevice(
            name,
            index.Number,
            hardware.HardwareType == ARPHRD_ETHER ? new PhysicalAddress(((ReadOnlySpan<byte>)hardware.HardwareAddress).ToArray()) : NoMac,
            mtu.Number,
            (flags.Flags & IFF_UP) != 0,
            (flags.Flags & IFF_RUNNING) != 0,
            control.CountReceiveQueues(name));
    }

    /// <summary>The name of an interface.</summary>
    /// <exception cref="SystemCallException">There is no interface with this index (<see cref="Errno.ENODEV"/>).</exception>
    public static string NameOf(int index)
    {
        using InterfaceControl control = InterfaceControl.Open();
        return control.FindName(index) ?? throw new SystemCallException(
            "read settings of", $"interface {index.ToString(CultureInfo.InvariantCulture)}", Errno.ENODEV, InterfaceControl.NoSuchInterface);
    }

    /// <summary>True while there is an interface with this index.</summary>
    public static bool Exists(int index)
    {
        using InterfaceControl control = InterfaceControl.Open();
        return control.FindName(index) is not null;
    }
}
