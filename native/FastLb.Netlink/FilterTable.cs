using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using FastLb.Native;
using FastLb.Netlink.Protocol;
using static FastLb.Netlink.Protocol.TrafficControlConstants;

namespace FastLb.Netlink;

/// <summary>
/// The filters of traffic control on the interfaces of a network namespace (tc-bpf(8)). They need a queueing discipline of kind <c>clsact</c> on their
/// interface, and stay there without a process. Any thread may use it.
/// </summary>
public sealed class FilterTable
{
    private const string Clsact = "clsact";
    private const string Bpf = "bpf";

    private readonly NetlinkSocket _socket;
    private readonly LinkTable _links;

    internal FilterTable(NetlinkSocket socket, LinkTable links)
    {
        _socket = socket;
        _links = links;
    }

    /// <summary>The filters on one side of an interface, in the order in which they see a packet; none where the interface has no <c>clsact</c>.</summary>
    /// <exception cref="SystemCallException">The kernel refused, or there is no such interface.</exception>
    public IReadOnlyList<FilterInfo> List(int interfaceIndex, FilterSide side) => _socket.Dump(
        NetlinkRequest.Dump(RTM_GETTFILTER, new TrafficControlMessageBody { Index = interfaceIndex, Parent = ParentOf(side) }),
        $"filters of {NameOf(interfaceIndex)}",
        Parse);

    /// <summary>Gives an interface the place that filters sit in. False when it has one.</summary>
    /// <exception cref="KernelFeatureException">The kernel has no such place.</exception>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public bool AddPlace(int interfaceIndex)
    {
        NetlinkResult result = _socket.Execute(NetlinkRequest.Do(
            RTM_NEWQDISC,
            new TrafficControlMessageBody { Index = interfaceIndex, Handle = TC_H_CLSACT & TC_H_MAJ_MASK, Parent = TC_H_CLSACT },
            NetlinkConstants.NLM_F_CREATE | NetlinkConstants.NLM_F_EXCL).Attribute(TCA_KIND, Clsact));
        return result.Errno switch
        {
            Errno.None => true,
            Errno.EEXIST => false,
            Errno.ENOENT => throw new KernelFeatureException(
                "the clsact queueing discipline (CONFIG_NET_SCH_INGRESS)", minimumKernel: null, result.Failure("add clsact to", NameOf(interfaceIndex))),
            _ => throw result.Failure("add clsact to", NameOf(interfaceIndex)),
        };
    }

    /// <summary>Takes the place away, with all filters in it. False when there is none.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public bool RemovePlace(int interfaceIndex)
    {
        NetlinkResult result = _socket.Execute(NetlinkRequest.Do(
            RTM_DELQDISC, new TrafficControlMessageBody { Index = interfaceIndex, Parent = TC_H_CLSACT }).Attribute(TCA_KIND, Clsact));
        return result.Errno switch
        {
            Errno.None => true,
            Errno.ENOENT or Errno.EINVAL or Errno.ENODEV => false, // an interface without one answers either, by kernel version
            _ => throw result.Failure("remove clsact from", NameOf(interfaceIndex)),
        };
    }

    /// <summary>Puts a BPF program on an interface, in one step in place of the one that has this priority and handle. What the program returns is done.</summary>
    /// <param name="filter">Of kind <c>bpf</c>, with a name.</param>
    /// <param name="side">Which packets it sees.</param>
    /// <param name="program">A loaded program of type sched_cls; the kernel keeps it from now on.</param>
    /// <exception cref="KernelFeatureException">The kernel knows no BPF filters.</exception>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public void Put(FilterInfo filter, FilterSide side, SafeHandle program)
    {
        bool held = false;
        try
        {
            program.DangerousAddRef(ref held);
            uint descriptor = (uint)program.DangerousGetHandle();
            NetlinkResult result = _socket.Execute(Build(RTM_NEWTFILTER, filter, side, NetlinkConstants.NLM_F_CREATE).Nested(
                TCA_OPTIONS,
                options => options
                    .Attribute(TCA_BPF_FD, descriptor)
                    .Attribute(TCA_BPF_NAME, filter.ProgramName ?? throw new ArgumentException("a BPF filter needs a name", nameof(filter)))
                    .Attribute(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT)));
            if (result.Errno == Errno.ENOENT)
                throw new KernelFeatureException("BPF filters (CONFIG_NET_CLS_BPF)", minimumKernel: null, result.Failure("add filter to", NameOf(filter.InterfaceIndex)));
            result.ThrowIfFailed($"add filter '{filter.ProgramName}' to", NameOf(filter.InterfaceIndex));
        }
        finally
        {
            if (held)
                program.DangerousRelease();
        }
    }

    /// <summary>Removes a filter, found by interface, priority, EtherType and handle. False when it wasn't there.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public bool Remove(FilterInfo filter, FilterSide side)
    {
        NetlinkResult result = _socket.Execute(Build(RTM_DELTFILTER, filter, side, 0));
        return result.Errno switch
        {
            Errno.None => true,
            Errno.ENOENT or Errno.EINVAL or Errno.ENODEV => false, // no such filter; no place for filters; no interface
            _ => throw result.Failure("remove filter from", NameOf(filter.InterfaceIndex)),
        };
    }

    /// <summary>Reads RTM_NEWTFILTER; null for others.</summary>
    internal static FilterInfo? Parse(NetlinkMessage message)
    {
        if (message.Type != RTM_NEWTFILTER || !message.TryReadBody(out TrafficControlMessageBody body, out NetlinkAttributeReader attributes))
            return null;

        FilterInfo filter = new(body.Index, (ushort)(body.Info >> 16), body.Handle, "")
        {
            EtherType = (ushort)IPAddress.NetworkToHostOrder((short)(ushort)body.Info),
        };
        while (attributes.Read())
        {
            filter = attributes.Type switch
            {
                TCA_KIND => filter with { Kind = attributes.ReadString() },
                TCA_OPTIONS when filter.Kind == Bpf => ReadProgram(filter, attributes.Nested()),
                _ => filter,
            };
        }

        return filter;
    }

    private static FilterInfo ReadProgram(FilterInfo filter, NetlinkAttributeReader options)
    {
        while (options.Read())
        {
            filter = options.Type switch
            {
                TCA_BPF_NAME => filter with { ProgramName = options.ReadString() },
                TCA_BPF_ID => filter with { ProgramId = options.ReadUInt32() },
                _ => filter,
            };
        }

        return filter;
    }

    private static NetlinkRequest Build(ushort type, FilterInfo filter, FilterSide side, ushort flags) => NetlinkRequest.Do(
        type,
        new TrafficControlMessageBody
        {
            Index = filter.InterfaceIndex,
            Handle = filter.Handle,
            Parent = ParentOf(side),
            Info = ((uint)filter.Priority << 16) | (ushort)IPAddress.HostToNetworkOrder((short)filter.EtherType),
        },
        flags).Attribute(TCA_KIND, filter.Kind);

    private static uint ParentOf(FilterSide side) =>
        (TC_H_CLSACT & TC_H_MAJ_MASK) | (side == FilterSide.Ingress ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS);

    private string NameOf(int index) => _links.Find(index)?.Name ?? $"interface {index.ToString(CultureInfo.InvariantCulture)}";
}
