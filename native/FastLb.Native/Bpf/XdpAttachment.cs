using System.Globalization;
using System.Runtime.CompilerServices;
using FastLb.Native.Interfaces;

namespace FastLb.Native.Bpf;

/// <summary>
/// A BPF link that holds an XDP program on an interface. Disposing of it, or the end of the process however it comes, detaches the program.
/// </summary>
internal sealed unsafe class XdpAttachment : IDisposable
{
    private readonly BpfDescriptor _link;

    private XdpAttachment(BpfDescriptor link) => _link = link;

    /// <summary>Attaches <paramref name="program"/>.</summary>
    /// <exception cref="KernelFeatureException">The interface can't have a program in this mode, whose message says why.</exception>
    /// <exception cref="SystemCallException">Another program is attached, the interface is gone, or the process may not.</exception>
    public static XdpAttachment Attach(BpfDescriptor program, int interfaceIndex, string interfaceName, XdpAttachMode mode)
    {
        LinkCreateOptions options = new()
        {
            Size = (nuint)Unsafe.SizeOf<LinkCreateOptions>(),
            Flags = mode == XdpAttachMode.Native ? BpfConstants.XDP_FLAGS_DRV_MODE : BpfConstants.XDP_FLAGS_SKB_MODE,
        };
        int result = LibBpf.bpf_link_create(program, interfaceIndex, BpfConstants.BPF_XDP, options);
        if (result >= 0)
            return new XdpAttachment(new BpfDescriptor(result));

        Errno errno = (Errno)(-result);
        if (errno == Errno.EINVAL && !NetworkDevice.Exists(interfaceIndex))
            errno = Errno.ENODEV; // which the kernel calls an invalid argument here
        SystemCallException fault = new("attach XDP program to", interfaceName, errno, errno switch
        {
            Errno.EBUSY or Errno.EEXIST => DescribeHolder(interfaceIndex, interfaceName),
            Errno.EPERM => "needs CAP_NET_ADMIN, or root",
            Errno.ENODEV => "there is no such interface in this network namespace",
            _ => null,
        });
        throw errno is Errno.EBUSY or Errno.EEXIST or Errno.EPERM or Errno.ENODEV
            ? fault
            : new KernelFeatureException(DescribeRefusal(interfaceName, mode, errno), minimumKernel: null, fault);
    }

    public void Dispose()
    {
        // Closing alone would leave it attached while a child process, between fork and exec, has the descriptor too. A failure means that the interface
        // is gone, and the program with it.
        if (!_link.IsClosed)
            _ = LibBpf.bpf_link_detach(_link);
        _link.Dispose();
    }

    /// <summary>What an interface lacks that can't have a program, in the order of a sentence that ends "is not supported here".</summary>
    private static string DescribeRefusal(string interfaceName, XdpAttachMode mode, Errno errno)
    {
        string subject = mode == XdpAttachMode.Native ? "native XDP by the driver of" : "generic XDP on";
        string? condition = errno switch
        {
            Errno.EOPNOTSUPP or Errno.ENOTSUPP => null,
            Errno.ENOSPC => "with so few queues (on veth, it needs as many receive queues as its peer has transmit queues)",
            Errno.ERANGE or Errno.EINVAL or Errno.EMSGSIZE =>
                "with its present settings (most often the MTU of the interface or its peer is too large, or large receive offload is on; the kernel log says "
                + "which)",
            _ => $"(error {errno})",
        };
        return condition is null ? $"{subject} {interfaceName}" : $"{subject} {interfaceName} {condition}";
    }

    private static string DescribeHolder(int interfaceIndex, string interfaceName)
    {
        XdpQueryOptions query = new() { Size = (nuint)Unsafe.SizeOf<XdpQueryOptions>() };
        if (LibBpf.bpf_xdp_query(interfaceIndex, flags: 0, ref query) < 0)
            return "another XDP program is attached";

        uint program = FirstNonZero(query.ProgramId, query.DriverProgramId, query.GenericProgramId, query.HardwareProgramId);
        string id = program.ToString(CultureInfo.InvariantCulture);
        return FindLink(interfaceIndex, program) is { } link
            ? $"XDP program {id} is attached by BPF link {link}: stop the process that holds it ('bpftool link show id {link}' tells), "
                + $"or 'bpftool link detach id {link}'"
            : $"XDP program {id} is attached: 'ip link set dev {interfaceName} xdp off' removes it ('bpftool prog show id {id}' tells what it is)";
    }

    private static uint FirstNonZero(params ReadOnlySpan<uint> ids)
    {
        foreach (uint id in ids)
        {
            if (id != 0)
                return id;
        }

        return 0;
    }

    /// <summary>The link that holds the program on the interface; null when none does, or when this process may not list links.</summary>
    private static uint? FindLink(int interfaceIndex, uint program)
    {
        uint id = 0;
        while (LibBpf.bpf_link_get_next_id(id, out id) == 0)
        {
            int descriptor = LibBpf.bpf_link_get_fd_by_id(id);
            if (descriptor < 0)
                continue; // gone meanwhile
            using BpfDescriptor link = new(descriptor);
            XdpLinkInfo info = default;
            uint length = (uint)Unsafe.SizeOf<XdpLinkInfo>();
            if (LibBpf.bpf_obj_get_info_by_fd(link, &info, ref length) == 0
                && info.Type == BpfConstants.BPF_LINK_TYPE_XDP && info.ProgramId == program && info.InterfaceIndex == interfaceIndex)
                return id;
        }

        return null;
    }
}
