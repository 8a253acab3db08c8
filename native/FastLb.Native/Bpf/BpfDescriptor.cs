using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Bpf;

/// <summary>A file descriptor that keeps a BPF program, map or link alive.</summary>
internal sealed class BpfDescriptor : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes ownership of <paramref name="descriptor"/>.</summary>
    public BpfDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>A descriptor of its own for what <paramref name="descriptor"/> refers to, so that it outlives libbpf's object.</summary>
    public static BpfDescriptor Duplicate(int descriptor, string target)
    {
        int copy = LibC.fcntl(descriptor, LibC.F_DUPFD_CLOEXEC, 0);
        return copy >= 0 ? new BpfDescriptor(copy) : throw SystemCallException.FromLastErrno("fcntl(F_DUPFD_CLOEXEC)", target);
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}
