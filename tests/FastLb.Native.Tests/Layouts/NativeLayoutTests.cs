using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLb.Native.Bfd;
using FastLb.Native.Bpf;
using FastLb.Native.Firewall;
using FastLb.Native.Interfaces;
using FastLb.Native.Polling;
using FastLb.Native.Processes;
using FastLb.Native.Punt;
using FastLb.Native.Vrrp;
using static FastLb.Native.Bpf.BpfConstants;
using BfdAddress = FastLb.Native.Bfd.InternetAddress6;
using BfdControlHeader = FastLb.Native.Bfd.ControlHeader;
using VrrpAddress = FastLb.Native.Vrrp.InternetAddress6;
using VrrpControlHeader = FastLb.Native.Vrrp.ControlHeader;

namespace FastLb.Native.Tests.Layouts;

public sealed class NativeLayoutTests
{
    [Fact]
    public void Error_numbers_are_those_of_the_C_library()
    {
        HeaderChecker checker = new("<errno.h>");
        foreach (Errno errno in Enum.GetValues<Errno>())
        {
            if (errno is not (Errno.None or Errno.ENOTSUPP)) // ENOTSUPP has no public header
                checker.Equal(errno.ToString(), (long)errno);
        }

        checker.Verify();
    }

    [Fact]
    public void Steering_keys_and_outcomes_are_those_of_the_program()
    {
        HeaderChecker checker = new("\"steering.h\"");
        checker
            .Structure<SteeredEndpointKey>(
                "struct steering_endpoint_key", ("address", "Address"), ("port", "Port"), ("protocol", "Protocol"), ("zero", "Zero"))
            .Structure<SteeredAddress>("struct steering_address")
            .Structure<OwnMacKey>("struct steering_mac_key")
            .Equal("STEERING_MAX_ENDPOINTS", SteeringTable.EndpointCapacity)
            .Equal("STEERING_MAX_ADDRESSES", SteeringTable.AddressCapacity)
            .Equal("STEERING_SERVICE", (long)SteeringRoles.Service)
            .Equal("STEERING_SERVICE_FRAGMENTS", (long)SteeringRoles.ServiceFragments)
            .Equal("STEERING_NAT_SERVER", (long)SteeringRoles.NatServer)
            .Equal("STEERING_NAT_SERVER_FRAGMENTS", (long)SteeringRoles.NatServerFragments)
            .Equal("STEERING_SERVICE_ANY_PORT", (long)SteeringRoles.ServiceAnyPort)
            .Equal("STEERING_NAT_SERVER_ANY_PORT", (long)SteeringRoles.NatServerAnyPort)
            .Structure<SteeringSettings>("struct steering_settings", ("any_port", "AnyPort"))
            .Equal("STEERING_STEERED", (long)SteeringOutcome.Steered)
            .Equal("STEERING_STEERED_FRAGMENT", (long)SteeringOutcome.SteeredFragment)
            .Equal("STEERING_STEERED_RETURN", (long)SteeringOutcome.SteeredReturn)
            .Equal("STEERING_STEERED_ICMP_ERROR", (long)SteeringOutcome.SteeredIcmpError)
            .Equal("STEERING_NO_SOCKET", (long)SteeringOutcome.NoSocket)
            .Equal("STEERING_NOT_OWN_MAC", (long)SteeringOutcome.NotOwnMac)
            .Equal("STEERING_PUNTED", (long)SteeringOutcome.Punted)
            .Equal("STEERING_NOT_IPV4", (long)SteeringOutcome.NotIPv4)
            .Equal("STEERING_MALFORMED", (long)SteeringOutcome.Malformed)
            .Equal("STEERING_FRAGMENT", (long)SteeringOutcome.Fragment)
            .Equal("STEERING_OTHER_PROTOCOL", (long)SteeringOutcome.OtherProtocol)
            .Equal("STEERING_NO_SERVICE", (long)SteeringOutcome.NoService)
            .Equal("STEERING_SERVER_TO_HOST", (long)SteeringOutcome.ServerToHost)
            .Equal("STEERING_UNRELATED_ICMP_ERROR", (long)SteeringOutcome.UnrelatedIcmpError)
            .Equal("STEERING_OUTCOMES", Enum.GetValues<SteeringOutcome>().Length)
            .Verify();
    }

    [Fact]
    public void Punt_targets_and_source_are_those_of_the_program()
    {
        new HeaderChecker("\"punt.h\"")
            .Equal("PUNT_MAX_TARGETS", PuntDevice.Capacity)
            .Verify();
    }

    [Fact]
    public void Tap_requests_are_laid_out_as_in_the_kernel_headers() =>
        new HeaderChecker("<sys/socket.h>", "<sys/ioctl.h>", "<linux/if_tun.h>", "<linux/virtio_net.h>", "<linux/rtnetlink.h>", "<linux/if.h>")
            .Structure<VirtioNetHeader>(
                "struct virtio_net_hdr",
                ("flags", "Flags"), ("gso_type", "SegmentationType"), ("hdr_len", "HeaderLength"), ("gso_size", "SegmentSize"), ("csum_start", "ChecksumStart"),
                ("csum_offset", "ChecksumOffset"))
            .Members<LinkChange>(
                "struct nlmsghdr", ("nlmsg_len", "Length"), ("nlmsg_type", "Type"), ("nlmsg_flags", "RequestFlags"), ("nlmsg_seq", "Sequence"),
                ("nlmsg_pid", "Port"))
            .Equal("NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_family)", Marshal.OffsetOf<LinkChange>("Family"))
            .Equal("NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_index)", Marshal.OffsetOf<LinkChange>("InterfaceIndex"))
            .Equal("NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_flags)", Marshal.OffsetOf<LinkChange>("LinkFlags"))
            .Equal("NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_change)", Marshal.OffsetOf<LinkChange>("LinkFlagsChanged"))
            .Equal("NLMSG_LENGTH(sizeof(struct ifinfomsg))", LinkChange.BareLength)
            .Equal("NLMSG_LENGTH(sizeof(struct ifinfomsg))", Marshal.OffsetOf<LinkChange>("FamiliesLength"))
            .Equal("NLMSG_LENGTH(sizeof(struct ifinfomsg)) + 3 * RTA_LENGTH(0) + RTA_ALIGN(1)", Unsafe.SizeOf<LinkChange>())
            .Equal("NLMSG_HDRLEN + offsetof(struct nlmsgerr, error)", Marshal.OffsetOf<LinkChangeAnswer>("Error"))
            .Equal("TUNSETIFF", TapUapi.TUNSETIFF)
            .Equal("IFF_TAP", TapUapi.IFF_TAP)
            .Equal("IFF_MULTI_QUEUE", TapUapi.IFF_MULTI_QUEUE)
            .Equal("IFF_NO_PI", TapUapi.IFF_NO_PI)
            .Equal("IFF_VNET_HDR", TapUapi.IFF_VNET_HDR)
            .Equal("IFF_UP", TapUapi.IFF_UP)
            .Equal("IFF_NOARP", TapUapi.IFF_NOARP)
            .Equal("VIRTIO_NET_HDR_F_NEEDS_CSUM", TapUapi.VIRTIO_NET_HDR_F_NEEDS_CSUM)
            .Equal("VIRTIO_NET_HDR_GSO_TCPV4", TapUapi.VIRTIO_NET_HDR_GSO_TCPV4)
            .Equal("NETLINK_ROUTE", TapUapi.NETLINK_ROUTE)
            .Equal("RTM_NEWLINK", TapUapi.RTM_NEWLINK)
            .Equal("NLMSG_ERROR", TapUapi.NLMSG_ERROR)
            .Equal("NLM_F_REQUEST", TapUapi.NLM_F_REQUEST)
            .Equal("NLM_F_ACK", TapUapi.NLM_F_ACK)
            .Equal("IFLA_AF_SPEC", TapUapi.IFLA_AF_SPEC)
            .Equal("IFLA_INET6_ADDR_GEN_MODE", TapUapi.IFLA_INET6_ADDR_GEN_MODE)
            .Equal("IN6_ADDR_GEN_MODE_NONE", TapUapi.IN6_ADDR_GEN_MODE_NONE)
            .Verify();

    [Fact]
    public void Libbpf_structures_are_laid_out_as_in_its_headers() =>
        new HeaderChecker("<bpf/bpf.h>", "<bpf/libbpf.h>", "<linux/if_link.h>")
            .Members<MapCreateOptions>(
                "struct bpf_map_create_opts",
                ("sz", "Size"), ("btf_fd", "BtfDescriptor"), ("btf_key_type_id", "BtfKeyTypeId"), ("btf_value_type_id", "BtfValueTypeId"),
                ("btf_vmlinux_value_type_id", "BtfVmlinuxValueTypeId"), ("inner_map_fd", "InnerMapDescriptor"), ("map_flags", "MapFlags"))
            .Members<LinkCreateOptions>(
                "struct bpf_link_create_opts",
                ("sz", "Size"), ("flags", "Flags"), ("iter_info", "IteratorInfo"), ("iter_info_len", "IteratorInfoLength"),
                ("target_btf_id", "TargetBtfId"))
            .Structure<TcHook>(
                "struct bpf_tc_hook", ("sz", "Size"), ("ifindex", "InterfaceIndex"), ("attach_point", "AttachPoint"), ("parent", "Parent"))
            .Structure<TcOptions>(
                "struct bpf_tc_opts",
                ("sz", "Size"), ("prog_fd", "Program"), ("flags", "Flags"), ("prog_id", "ProgramId"), ("handle", "Handle"), ("priority", "Priority"))
            .Equal("BPF_TC_INGRESS", BPF_TC_INGRESS)
            .Structure<XdpQueryOptions>(
                "struct bpf_xdp_query_opts",
                ("sz", "Size"), ("prog_id", "ProgramId"), ("drv_prog_id", "DriverProgramId"), ("hw_prog_id", "HardwareProgramId"),
                ("skb_prog_id", "GenericProgramId"), ("attach_mode", "AttachMode"))
            .Members<XdpLinkInfo>(
                "struct bpf_link_info", ("type", "Type"), ("id", "Id"), ("prog_id", "ProgramId"), ("xdp.ifindex", "InterfaceIndex"))
            .Equal("BPF_MAP_TYPE_HASH", BPF_MAP_TYPE_HASH)
            .Equal("BPF_MAP_TYPE_ARRAY", BPF_MAP_TYPE_ARRAY)
            .Equal("BPF_F_NO_PREALLOC", BPF_F_NO_PREALLOC)
            .Equal("BPF_ANY", (long)BPF_ANY)
            .Equal("BPF_XDP", BPF_XDP)
            .Equal("BPF_LINK_TYPE_XDP", BPF_LINK_TYPE_XDP)
            .Equal("XDP_FLAGS_SKB_MODE", XDP_FLAGS_SKB_MODE)
            .Equal("XDP_FLAGS_DRV_MODE", XDP_FLAGS_DRV_MODE)
            .Verify();

    [Fact]
    public void Interface_requests_are_laid_out_as_in_the_kernel_headers() =>
        new HeaderChecker("<sys/socket.h>", "<linux/if.h>", "<linux/ethtool.h>", "<linux/sockios.h>", "<linux/mii.h>")
            .Structure<InterfaceRequest>(
                "struct ifreq",
                ("ifr_name", "Name"), ("ifr_ifindex", "Number"), ("ifr_mtu", "Number"), ("ifr_flags", "Flags"), ("ifr_hwaddr.sa_family", "HardwareType"),
                ("ifr_hwaddr.sa_data", "HardwareAddress"), ("ifr_data", "Data"))
            .Structure<EthtoolChannels>(
                "struct ethtool_channels",
                ("cmd", "Command"), ("max_rx", "MaxReceive"), ("max_tx", "MaxTransmit"), ("max_other", "MaxOther"), ("max_combined", "MaxCombined"),
                ("rx_count", "ReceiveCount"), ("tx_count", "TransmitCount"), ("other_count", "OtherCount"), ("combined_count", "CombinedCount"))
            .Equal("IFNAMSIZ", InterfaceRequest.NameSize)
            .Equal("offsetof(struct ifreq, ifr_ifru) + offsetof(struct mii_ioctl_data, reg_num)", Marshal.OffsetOf<InterfaceRequest>(nameof(InterfaceRequest.MiiRegister)))
            .Equal("offsetof(struct ifreq, ifr_ifru) + offsetof(struct mii_ioctl_data, val_out)", Marshal.OffsetOf<InterfaceRequest>(nameof(InterfaceRequest.MiiValue)))
            .Equal("SIOCGMIIPHY", LinkProbe.SIOCGMIIPHY)
            .Equal("SIOCGMIIREG", LinkProbe.SIOCGMIIREG)
            .Equal("MII_BMCR", LinkProbe.MII_BMCR)
            .Equal("MII_BMSR", LinkProbe.MII_BMSR)
            .Equal("BMSR_LSTATUS", LinkProbe.BMSR_LSTATUS)
            .Equal("SIOCETHTOOL", InterfaceRequest.SIOCETHTOOL)
            .Structure<EthtoolValue>("struct ethtool_value", ("cmd", "Command"), ("data", "Value"))
            .Equal("ETHTOOL_GLINK", EthtoolValue.ETHTOOL_GLINK)
            .Equal("ETHTOOL_GCHANNELS", EthtoolChannels.ETHTOOL_GCHANNELS)
            .Members<EthtoolStringSetSize>("struct ethtool_sset_info", ("cmd", "Command"), ("sset_mask", "Sets"), ("data", "Count"))
            .Structure<EthtoolStrings>("struct ethtool_gstrings", ("cmd", "Command"), ("string_set", "Set"), ("len", "Count"))
            .Structure<EthtoolFeatureHeader>("struct ethtool_gfeatures", ("cmd", "Command"), ("size", "Blocks"))
            .Structure<EthtoolFeatureHeader>("struct ethtool_sfeatures", ("cmd", "Command"), ("size", "Blocks"))
            .Structure<EthtoolFeatureState>(
                "struct ethtool_get_features_block",
                ("available", "Available"), ("requested", "Requested"), ("active", "Active"), ("never_changed", "NeverChanged"))
            .Structure<EthtoolFeatureChange>("struct ethtool_set_features_block", ("valid", "Valid"), ("requested", "Requested"))
            .Equal("ETHTOOL_GSSET_INFO", EthtoolStringSetSize.ETHTOOL_GSSET_INFO)
            .Equal("ETH_SS_FEATURES", EthtoolStringSetSize.ETH_SS_FEATURES)
            .Equal("ETHTOOL_GSTRINGS", EthtoolStrings.ETHTOOL_GSTRINGS)
            .Equal("ETH_GSTRING_LEN", EthtoolStrings.ETH_GSTRING_LEN)
            .Equal("ETHTOOL_GFEATURES", EthtoolFeatureHeader.ETHTOOL_GFEATURES)
            .Equal("ETHTOOL_SFEATURES", EthtoolFeatureHeader.ETHTOOL_SFEATURES)
            .Verify();

    [Fact]
    public void Outcomes_of_decapsulation_are_those_of_its_header() =>
        new HeaderChecker("\"decapsulate.h\"")
            .Equal("DECAPSULATE_DONE", (long)DecapsulationOutcome.Decapsulated)
            .Equal("DECAPSULATE_NOT_OWN_ADDRESS", (long)DecapsulationOutcome.NotOwnAddress)
            .Equal("DECAPSULATE_FRAGMENT", (long)DecapsulationOutcome.Fragment)
            .Equal("DECAPSULATE_MALFORMED", (long)DecapsulationOutcome.Malformed)
            .Equal("DECAPSULATE_NOT_VIRTUAL_ADDRESS", (long)DecapsulationOutcome.NotVirtualAddress)
            .Equal("DECAPSULATE_OTHER_SENDER", (long)DecapsulationOutcome.OtherSender)
            .Equal("DECAPSULATE_CONGESTED", (long)DecapsulationOutcome.Congested)
            .Equal("DECAPSULATE_FAILED", (long)DecapsulationOutcome.Failed)
            .Equal("DECAPSULATE_OUTCOMES", Enum.GetValues<DecapsulationOutcome>().Length)
            .Verify();

    [Fact]
    public void Descriptions_of_programs_and_maps_are_laid_out_as_in_the_headers() =>
        new HeaderChecker("<linux/bpf.h>")
            .Members<ProgramInfo>(
                "struct bpf_prog_info",
                ("type", "Type"), ("id", "Id"), ("tag", "Tag"), ("jited_prog_len", "CompiledLength"), ("xlated_prog_len", "TranslatedLength"),
                ("jited_prog_insns", "CompiledInstructions"), ("xlated_prog_insns", "TranslatedInstructions"), ("load_time", "LoadTime"),
                ("created_by_uid", "CreatorUserId"), ("nr_map_ids", "MapCount"), ("map_ids", "MapIds"))
            .Members<MapInfo>(
                "struct bpf_map_info",
                ("type", "Type"), ("id", "Id"), ("key_size", "KeySize"), ("value_size", "ValueSize"), ("max_entries", "MaxEntries"),
                ("map_flags", "Flags"), ("name", "Name"))
            .Equal("sizeof(((struct bpf_map_info *)0)->name)", Unsafe.SizeOf<MapInfo.ObjectName>())
            .Verify();

    [Fact]
    public void Vrrp_messages_are_laid_out_as_in_the_headers() =>
        new HeaderChecker("<netinet/in.h>", "<sys/socket.h>", "<linux/ip.h>", "<linux/pkt_sched.h>", "<asm-generic/socket.h>")
            .Structure<MulticastRequest>("struct ip_mreqn", ("imr_multiaddr", "Group"), ("imr_address", "Address"), ("imr_ifindex", "InterfaceIndex"))
            .Structure<InternetAddress>("struct sockaddr_in", ("sin_family", "Family"), ("sin_port", "Port"), ("sin_addr", "Address"))
            .Structure<MessagePart>("struct iovec", ("iov_base", "Start"), ("iov_len", "Length"))
            .Structure<MessageHeader>(
                "struct msghdr",
                ("msg_name", "Name"), ("msg_namelen", "NameLength"), ("msg_iov", "Parts"), ("msg_iovlen", "PartCount"), ("msg_control", "Control"),
                ("msg_controllen", "ControlLength"), ("msg_flags", "Flags"))
            .Members<PacketSource>("struct cmsghdr", ("cmsg_len", "MessageLength"), ("cmsg_level", "Level"), ("cmsg_type", "Type"))
            .Equal("CMSG_LEN(offsetof(struct in_pktinfo, ipi_ifindex))", Marshal.OffsetOf<PacketSource>("InterfaceIndex"))
            .Equal("CMSG_LEN(offsetof(struct in_pktinfo, ipi_spec_dst))", Marshal.OffsetOf<PacketSource>("Source"))
            .Equal("CMSG_LEN(offsetof(struct in_pktinfo, ipi_addr))", Marshal.OffsetOf<PacketSource>("Destination"))
            .Equal("CMSG_LEN(sizeof(struct in_pktinfo))", PacketSource.Length)
            .Equal("CMSG_SPACE(sizeof(struct in_pktinfo))", Unsafe.SizeOf<PacketSource>())
            .Structure<MulticastRequest6>("struct ipv6_mreq", ("ipv6mr_multiaddr", "Group"), ("ipv6mr_interface", "InterfaceIndex"))
            .Structure<VrrpAddress>("struct sockaddr_in6", ("sin6_family", "Family"), ("sin6_addr", "Address"), ("sin6_scope_id", "Scope"))
            .Structure<VrrpControlHeader>("struct cmsghdr", ("cmsg_len", "Length"), ("cmsg_level", "Level"), ("cmsg_type", "Type"))
            .Equal("CMSG_LEN(16)", Marshal.OffsetOf<PacketSource6>("InterfaceIndex")) // behind the address of in6_pktinfo, which glibc hides
            .Equal("CMSG_LEN(0)", Marshal.OffsetOf<PacketSource6>("Source"))
            .Equal("CMSG_LEN(20)", PacketSource6.Length)
            .Equal("CMSG_SPACE(20)", Unsafe.SizeOf<PacketSource6>())
            .Equal("IPPROTO_IPV6", VrrpSocketOptions.IPPROTO_IPV6)
            .Equal("IPV6_UNICAST_HOPS", VrrpSocketOptions.IPV6_UNICAST_HOPS)
            .Equal("IPV6_MULTICAST_IF", VrrpSocketOptions.IPV6_MULTICAST_IF)
            .Equal("IPV6_MULTICAST_HOPS", VrrpSocketOptions.IPV6_MULTICAST_HOPS)
            .Equal("IPV6_MULTICAST_LOOP", VrrpSocketOptions.IPV6_MULTICAST_LOOP)
            .Equal("IPV6_JOIN_GROUP", VrrpSocketOptions.IPV6_ADD_MEMBERSHIP)
            .Equal("IPV6_MULTICAST_ALL", VrrpSocketOptions.IPV6_MULTICAST_ALL)
            .Equal("IPV6_RECVPKTINFO", VrrpSocketOptions.IPV6_RECVPKTINFO)
            .Equal("IPV6_PKTINFO", VrrpSocketOptions.IPV6_PKTINFO)
            .Equal("IPV6_RECVHOPLIMIT", VrrpSocketOptions.IPV6_RECVHOPLIMIT)
            .Equal("IPV6_HOPLIMIT", VrrpSocketOptions.IPV6_HOPLIMIT)
            .Equal("IPV6_TCLASS", VrrpSocketOptions.IPV6_TCLASS)
            .Equal("TC_PRIO_CONTROL", VrrpSocketOptions.TC_PRIO_CONTROL)
            .Equal("IPTOS_PREC_INTERNETCONTROL", VrrpSocketOptions.InternetControl)
            .Equal("SO_BINDTOIFINDEX", VrrpSocketOptions.SO_BINDTOIFINDEX)
            .Verify();

    [Fact]
    public void Bfd_messages_are_laid_out_as_in_the_headers() =>
        new HeaderChecker("<sys/socket.h>", "<linux/in.h>", "<linux/ipv6.h>")
            .Structure<BfdAddress>(
                "struct sockaddr_in6",
                ("sin6_family", "Family"), ("sin6_port", "Port"), ("sin6_flowinfo", "FlowInfo"), ("sin6_addr", "Address"), ("sin6_scope_id", "ScopeId"))
            .Equal("offsetof(struct sockaddr_in, sin_addr)", Marshal.OffsetOf<BfdAddress>("FlowInfo"))
            .Equal("offsetof(struct sockaddr_in, sin_port)", Marshal.OffsetOf<BfdAddress>("Port"))
            .Structure<BfdControlHeader>("struct cmsghdr", ("cmsg_len", "Length"), ("cmsg_level", "Level"), ("cmsg_type", "Type"))
            .Equal("CMSG_LEN(0)", Unsafe.SizeOf<BfdControlHeader>())
            .Equal("CMSG_ALIGN(1)", 8)
            .Structure<PacketInfo>("struct in_pktinfo", ("ipi_ifindex", "InterfaceIndex"), ("ipi_spec_dst", "Local"), ("ipi_addr", "Destination"))
            .Structure<PacketInfo6>("struct in6_pktinfo", ("ipi6_addr", "Destination"), ("ipi6_ifindex", "InterfaceIndex"))
            .Equal("IPPROTO_IP", BfdUapi.IPPROTO_IP)
            .Equal("IPPROTO_IPV6", BfdUapi.IPPROTO_IPV6)
            .Equal("IP_PKTINFO", BfdUapi.IP_PKTINFO)
            .Equal("IP_TTL", BfdUapi.IP_TTL)
            .Equal("IP_RECVTTL", BfdUapi.IP_RECVTTL)
            .Equal("IPV6_UNICAST_HOPS", BfdUapi.IPV6_UNICAST_HOPS)
            .Equal("IPV6_V6ONLY", BfdUapi.IPV6_V6ONLY)
            .Equal("IPV6_RECVPKTINFO", BfdUapi.IPV6_RECVPKTINFO)
            .Equal("IPV6_PKTINFO", BfdUapi.IPV6_PKTINFO)
            .Equal("IPV6_RECVHOPLIMIT", BfdUapi.IPV6_RECVHOPLIMIT)
            .Equal("IPV6_HOPLIMIT", BfdUapi.IPV6_HOPLIMIT)
            .Equal("IPV6_TCLASS", BfdUapi.IPV6_TCLASS)
            .Verify();

    [Fact]
    public void Timers_and_scheduling_are_those_of_the_headers() =>
        new HeaderChecker("<time.h>", "<sys/timerfd.h>", "<sys/resource.h>", "<linux/sched.h>", "<linux/sched/types.h>", "<linux/netlink.h>", "<fcntl.h>")
            .Structure<TimerDescriptor.TimerSpecification>(
                "struct itimerspec",
                ("it_interval.tv_sec", "IntervalSeconds"), ("it_interval.tv_nsec", "IntervalNanoseconds"), ("it_value.tv_sec", "ValueSeconds"),
                ("it_value.tv_nsec", "ValueNanoseconds"))
            .Equal("CLOCK_MONOTONIC", TimerDescriptor.CLOCK_MONOTONIC)
            .Equal("TFD_TIMER_ABSTIME", TimerDescriptor.TFD_TIMER_ABSTIME)
            .Equal("TFD_NONBLOCK == O_NONBLOCK", 1)
            .Equal("TFD_CLOEXEC == O_CLOEXEC", 1)
            .Equal("SCHED_RR", ThreadScheduling.SCHED_RR)
            .Equal("SCHED_RESET_ON_FORK", ThreadScheduling.SCHED_RESET_ON_FORK)
            .Equal("PRIO_PROCESS", ThreadScheduling.PRIO_PROCESS)
            .Equal("NETLINK_NETFILTER", NftContext.NETLINK_NETFILTER)
            .Equal("sizeof(struct sched_param)", sizeof(int))
            .Verify();
}
