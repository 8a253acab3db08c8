using System.Runtime.CompilerServices;

namespace FastLb.Native.Bpf;

/// <summary>A BPF program at the ingress of an interface of this process's own, where it sees every frame before the kernel's stack does.</summary>
internal sealed class TcIngressAttachment : IDisposable
{
    private readonly BpfDescriptor? _link;

    private TcIngressAttachment(BpfDescriptor? link) => _link = link;

    /// <summary>True when a BPF link holds the program; else it is a classifier, which stays until the interface goes.</summary>
    public bool IsLink => _link is not null;

    /// <summary>Attaches by a BPF link (tcx, Linux 6.6), else as a classifier.</summary>
    /// <exception cref="SystemCallException">The kernel can do neither, or the process may not.</exception>
    public static TcIngressAttachment Attach(BpfDescriptor program, int interfaceIndex, string interfaceName)
    {
        LinkCreateOptions options = new() { Size = (nuint)Unsafe.SizeOf<LinkCreateOptions>() };
        int result = LibBpf.bpf_link_create(program, interfaceIndex, BpfConstants.BPF_TCX_INGRESS, options);
        if (result >= 0)
            return new TcIngressAttachment(new BpfDescriptor(result));
        return result == -(int)Errno.EINVAL // an attach type that the kernel doesn't know
            ? AttachClassifier(program, interfaceIndex, interfaceName)
            : throw Failure(interfaceName, result);
    }

    /// <summary>Attaches as the only classifier of a clsact queueing discipline, in every kernel since 4.5.</summary>
    /// <exception cref="SystemCallException">The kernel has no clsact or no BPF classifier, or the process may not.</exception>
    public static TcIngressAttachment AttachClassifier(BpfDescriptor program, int interfaceIndex, string interfaceName)
    {
        using LibBpfLog log = BpfObject.OpenLibrary();
        TcHook hook = new() { Size = (nuint)Unsafe.SizeOf<TcHook>(), InterfaceIndex = interfaceIndex, AttachPoint = BpfConstants.BPF_TC_INGRESS };
        int result = LibBpf.bpf_tc_hook_create(ref hook);
        if (result < 0)
            throw Failure(interfaceName, result);

        bool held = false;
        try
        {
            program.DangerousAddRef(ref held);
            TcOptions options = new() { Size = (nuint)Unsafe.SizeOf<TcOptions>(), Program = (int)program.DangerousGetHandle() };
            result = LibBpf.bpf_tc_attach(hook, ref options);
        }
        finally
        {
            if (held)
                program.DangerousRelease();
        }

        return result >= 0 ? new TcIngressAttachment(link: null) : throw Failure(interfaceName, result);
    }

    public void Dispose() => _link?.Dispose();

    private static SystemCallException Failure(string interfaceName, int result)
    {
        var errno = (Errno)(-result);
        return new SystemCallException("attach BPF program to ingress of", interfaceName, errno, errno switch
        {
            Errno.EPERM => "needs CAP_BPF and CAP_NET_ADMIN, or root",
            Errno.ENOENT or Errno.EOPNOTSUPP => "the kernel needs CONFIG_NET_SCH_INGRESS and CONFIG_NET_CLS_BPF before Linux 6.6",
            _ => null,
        });
    }
}
