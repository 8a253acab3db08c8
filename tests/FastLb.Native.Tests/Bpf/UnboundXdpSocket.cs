using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Tests.Bpf;

/// <summary>An AF_XDP socket without rings: enough to be registered for a queue.</summary>
internal sealed class UnboundXdpSocket : SafeHandleMinusOneIsInvalid
{
    private const int AF_XDP = 44;

    public UnboundXdpSocket()
        : base(ownsHandle: true)
    {
        SetHandle(LibC.socket(AF_XDP, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0));
        if (IsInvalid)
            throw SystemCallException.FromLastErrno("socket", "AF_XDP");
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}
