using System.Runtime.InteropServices;
using System.Text;
using FastLb.Native.Interfaces;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static FastLb.Native.Punt.TapUapi;

namespace FastLb.Native.Punt;

/// <summary>
/// One queue of a TAP device that takes frames with a virtio header and never blocks. The device is made with its first queue, in the network namespace of
/// the calling thread, and goes with its last. Any thread may write.
/// </summary>
internal sealed unsafe partial class TapQueue : SafeHandleMinusOneIsInvalid
{
    private const string CloneDevice = "/dev/net/tun";

    private TapQueue(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>The device's name.</summary>
    public string DeviceName { get; private set; } = "";

    /// <summary>Opens a queue. Queues are numbered from 0 in the order that they are opened.</summary>
    /// <param name="deviceName">Of a device that there is, or one with <c>%d</c>, for which the kernel puts the lowest number that is free.</param>
    /// <exception cref="SystemCallException">The kernel has no TAP devices, or the process may not.</exception>
    public static TapQueue Open(string deviceName)
    {
        int descriptor;
        fixed (byte* path = Encoding.UTF8.GetBytes(CloneDevice + '\0'))
            descriptor = LibC.open(path, LibC.O_RDWR | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
        if (descriptor < 0)
        {
            throw SystemCallException.FromLastErrno("open", CloneDevice, errno => errno switch
            {
                Errno.ENOENT or Errno.ENODEV or Errno.ENXIO => "the kernel's TUN/TAP driver is missing: load the module tun, or give the container the device",
                Errno.EPERM or Errno.EACCES => "the process needs access to the device; in a container, allow character device 10:200",
                _ => null,
            });
        }

        TapQueue queue = new(descriptor);
        InterfaceRequest request = InterfaceRequest.For(deviceName);
        request.Flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE;
        if (LibC.ioctl(descriptor, TUNSETIFF, &request) < 0)
        {
            SystemCallException fault = SystemCallException.FromLastErrno(
                "make TAP device", deviceName, errno => errno == Errno.EPERM ? "needs CAP_NET_ADMIN, or root" : null);
            queue.Dispose();
            throw fault;
        }

        queue.DeviceName = request.ReadName();
        return queue;
    }

    /// <summary>Hands a frame to the device, as if it came off a wire there.</summary>
    /// <returns>
    /// <see cref="Errno.None"/>, or why the kernel didn't take it. EAGAIN, ENOMEM, ENOBUFS: no memory. EIO: the device was set down. EINVAL: no Ethernet
    /// frame, or the checksum is beyond it. EBADFD: somebody has deleted the device.
    /// </returns>
    public Errno Write(in VirtioNetHeader header, ReadOnlySpan<byte> frame)
    {
        fixed (VirtioNetHeader* headerBytes = &header)
        fixed (byte* frameBytes = frame)
        {
            iovec* parts = stackalloc iovec[2];
            parts[0] = new iovec { iov_base = headerBytes, iov_len = sizeof(VirtioNetHeader) };
            parts[1] = new iovec { iov_base = frameBytes, iov_len = frame.Length };
            return WriteParts((int)handle, parts, 2) >= 0 ? Errno.None : SystemCallException.LastImportErrno;
        }
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

    [LibraryImport("libc", EntryPoint = "writev", SetLastError = true)]
    private static partial nint WriteParts(int descriptor, iovec* parts, int count);
}
