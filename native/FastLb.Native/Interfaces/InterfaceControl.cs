using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Interfaces;

/// <summary>A socket through which ioctls reach the interfaces of the network namespace it was opened in.</summary>
internal sealed unsafe class InterfaceControl : SafeHandleMinusOneIsInvalid
{
    /// <summary>What <see cref="Errno.ENODEV"/> means here.</summary>
    public const string NoSuchInterface = "there is no such interface in this network namespace";

    private InterfaceControl(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    public static InterfaceControl Open()
    {
        int descriptor = LibC.socket(LibC.AF_INET, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        return descriptor >= 0 ? new InterfaceControl(descriptor) : throw SystemCallException.FromLastErrno("socket", "AF_INET");
    }

    /// <summary>Makes one of the SIOCGIF requests about an interface.</summary>
    public InterfaceRequest Get(string name, int request)
    {
        InterfaceRequest answer = InterfaceRequest.For(name);
        return LibC.ioctl((int)handle, request, &answer) >= 0
            ? answer
            : throw SystemCallException.FromLastErrno("read settings of", name, DescribeError);
    }

    /// <summary>The name of the interface with this index, or null when there is none.</summary>
    public string? FindName(int index)
    {
        InterfaceRequest answer = new() { Number = index };
        if (LibC.ioctl((int)handle, LibC.SIOCGIFNAME, &answer) >= 0)
            return answer.ReadName();
        return SystemCallException.LastErrno == Errno.ENODEV
            ? null
            : throw SystemCallException.FromLastErrno("ioctl(SIOCGIFNAME)", "interface index", DescribeError);
    }

    /// <summary>Receive queues in use, as <c>ethtool -l</c> shows them; 1 when the driver doesn't tell.</summary>
    public int CountReceiveQueues(string name)
    {
        EthtoolChannels channels = new() { Command = EthtoolChannels.ETHTOOL_GCHANNELS };
        return TryEthtool(name, &channels) switch
        {
            // A combined channel receives and transmits; some drivers have both kinds.
            Errno.None => (int)Math.Max(1, channels.CombinedCount + channels.ReceiveCount),
            Errno.EOPNOTSUPP or Errno.ENOTSUPP => 1,
            Errno errno => throw new SystemCallException("ethtool(ETHTOOL_GCHANNELS)", name, errno, DescribeError(errno)),
        };
    }

    /// <summary>Makes an ethtool request about an interface.</summary>
    /// <param name="name">Which interface.</param>
    /// <param name="call">The request's name, for the message of a failure.</param>
    /// <param name="data">The request's structure, which begins with its number.</param>
    public void Ethtool(string name, string call, void* data)
    {
        Errno errno = TryEthtool(name, data);
        if (errno != Errno.None)
            throw new SystemCallException($"ethtool({call})", name, errno, DescribeError(errno));
    }

    /// <summary>Makes an ethtool request about an interface, and gives what the kernel says to it.</summary>
    /// <inheritdoc cref="Ethtool"/>
    public Errno TryEthtool(string name, void* data)
    {
        InterfaceRequest request = InterfaceRequest.For(name);
        request.Data = (nint)data;
        return TryAsk(InterfaceRequest.SIOCETHTOOL, ref request);
    }

    /// <summary>Makes a request, and gives what the kernel says to it.</summary>
    public Errno TryAsk(int number, ref InterfaceRequest request)
    {
        fixed (InterfaceRequest* data = &request)
            return LibC.ioctl((int)handle, number, data) < 0 ? SystemCallException.LastErrno : Errno.None;
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

    private static string? DescribeError(Errno errno) => errno switch
    {
        Errno.ENODEV => NoSuchInterface,
        Errno.EPERM => "needs CAP_NET_ADMIN, or root",
        _ => null,
    };
}
