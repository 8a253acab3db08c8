using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Firewall;

/// <summary>
/// A context of libnftables with its netlink socket, which lives in the network namespace of the thread that opened it. The tables made through it with
/// <c>flags owner</c> end with it. Calls wait for each other, those of other contexts too: the library has state that all of them share.
/// </summary>
internal sealed unsafe class NftContext : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>The nfnetlink protocol of <c>linux/netlink.h</c>.</summary>
    public const int NETLINK_NETFILTER = 12;

    private static readonly Lock Library = new();

    private NftContext(nint context)
        : base(ownsHandle: true) => SetHandle(context);

    /// <summary>Opens a context that keeps what it has to say in buffers.</summary>
    /// <exception cref="SystemCallException">libnftables isn't installed, or no socket could be had.</exception>
    /// <exception cref="KernelFeatureException">The kernel is built without nfnetlink.</exception>
    public static NftContext Open()
    {
        ProbeNetfilter();
        try
        {
            lock (Library)
                return OpenLocked();
        }
        catch (DllNotFoundException fault)
        {
            throw new SystemCallException("load", LibNftables.Library, Errno.ENOENT, "install libnftables (Debian: apt install libnftables1)", fault);
        }
    }

    /// <summary>Executes commands in the language of nft(8) as one transaction: all of them or none.</summary>
    public NftResult Run(string commands)
    {
        lock (Library)
        {
            bool succeeded = LibNftables.nft_run_cmd_from_buffer(handle, commands) == 0;
            string output = Marshal.PtrToStringUTF8((nint)LibNftables.nft_ctx_get_output_buffer(handle)) ?? "";
            string messages = Marshal.PtrToStringUTF8((nint)LibNftables.nft_ctx_get_error_buffer(handle)) ?? "";
            return new NftResult(succeeded, output, messages.Trim());
        }
    }

    protected override bool ReleaseHandle()
    {
        lock (Library)
            LibNftables.nft_ctx_free(handle);
        return true;
    }

    private static NftContext OpenLocked()
    {
        NftContext context = new(LibNftables.nft_ctx_new(LibNftables.NFT_CTX_DEFAULT));
        try
        {
            if (context.IsInvalid || LibNftables.nft_ctx_buffer_output(context.handle) != 0 || LibNftables.nft_ctx_buffer_error(context.handle) != 0)
                throw new SystemCallException("nft_ctx_new", string.Empty, Errno.ENOMEM);
            KeepSocketFromChildren();
            return context;
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>Asks the kernel before the library does: the library calls <c>exit</c> when it gets no socket.</summary>
    private static void ProbeNetfilter()
    {
        int descriptor = LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, NETLINK_NETFILTER);
        if (descriptor >= 0)
        {
            _ = LibC.close(descriptor);
            return;
        }

        SystemCallException fault = SystemCallException.FromLastErrno("socket", "NETLINK_NETFILTER");
        throw fault.Errno == Errno.EPROTONOSUPPORT ? new KernelFeatureException("nfnetlink (CONFIG_NETFILTER_NETLINK)", minimumKernel: null, fault) : fault;
    }

    /// <summary>
    /// Marks this process's nfnetlink sockets close-on-exec. The library doesn't and gives no access to its socket; a child that inherited it would keep the
    /// table when this process has ended. No other such socket of this process is meant for a child either.
    /// </summary>
    private static void KeepSocketFromChildren()
    {
        foreach (string path in Directory.EnumerateFiles("/proc/self/fd"))
        {
            int descriptor = int.Parse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture);
            if (ReadOption(descriptor, LibC.SO_DOMAIN) == LibC.AF_NETLINK
                && ReadOption(descriptor, LibC.SO_PROTOCOL) == NETLINK_NETFILTER
                && LibC.fcntl(descriptor, LibC.F_SETFD, LibC.FD_CLOEXEC) != 0)
            {
                throw SystemCallException.FromLastErrno("fcntl F_SETFD", "nfnetlink socket");
            }
        }
    }

    /// <summary>A number among a socket's options; -1 when the descriptor is no socket or not open any more.</summary>
    private static int ReadOption(int descriptor, int option)
    {
        int value;
        socklen_t length = sizeof(int);
        return LibC.getsockopt(descriptor, LibC.SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
    }
}
