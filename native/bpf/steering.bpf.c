// SPDX-License-Identifier: Apache-2.0
/*
 * The steering program: runs on every frame an interface receives and takes for FastLb only what belongs to a virtual service: packets to it, what a NAT
 * real server answers, and ICMP errors about either. Everything else, whatever it is, goes on to the kernel as if the program weren't there.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <stddef.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "punt.h"
#include "steering.h"

#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_FRAGMENT_OFFSET 0x1fff
#define MAX_VLAN_TAGS 2

/* RFC 792; linux/icmp.h includes headers of the C library that aren't there for the bpf target. */
#define ICMP_DESTINATION_UNREACHABLE 3
#define ICMP_SOURCE_QUENCH 4
#define ICMP_TIME_EXCEEDED 11
#define ICMP_PARAMETER_PROBLEM 12

/* Address, port, protocol -> enum steering_role. Shared by all interfaces: the loader puts one map into every instance of the program. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEERING_MAX_ENDPOINTS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct steering_endpoint_key);
	__type(value, __u8);
} endpoints SEC(".maps");

/* Shared. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct steering_settings);
} settings SEC(".maps");

/* Real servers behind a tunnel. Shared, and a set: the values carry nothing. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEERING_MAX_ADDRESSES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct steering_address);
	__type(value, __u8);
} tunnel_servers SEC(".maps");

/* The host's addresses, of all its interfaces. Shared, and a set. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEERING_MAX_ADDRESSES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct steering_address);
	__type(value, __u8);
} own_addresses SEC(".maps");

/* The unicast addresses that this interface answers to. A set, too. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEERING_MAX_OWN_MACS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct steering_mac_key);
	__type(value, __u8);
} own_macs SEC(".maps");

/* Receive queue -> AF_XDP socket. */
struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} xsks SEC(".maps");

/* Frames per outcome since the program was loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, STEERING_OUTCOMES);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

/* IEEE 802.1Q: what follows the EtherType of a tag. */
struct vlan_tag {
	__be16 control;
	__be16 ethertype;
};

struct icmp_header {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be32 rest;
};

/* The first two octets of TCP and UDP alike are the source port, the next two the destination port (RFC 9293, RFC 768). */
struct transport_ports {
	__be16 source;
	__be16 destination;
};

static __always_inline int is_own_mac(const struct ethhdr *ethernet)
{
	struct steering_mac_key key = {};

	if (ethernet->h_dest[0] & 1) /* group address: spare the lookup */
		return 0;
	__builtin_memcpy(key.octets, ethernet->h_dest, ETH_ALEN);
	return bpf_map_lookup_elem(&own_macs, &key) != NULL;
}

static __always_inline int is_punted(const struct ethhdr *ethernet)
{
	const struct steering_mac_key punted = { .octets = PUNT_SOURCE_MAC };
	__u64 wanted, source = 0; /* as words: there is no memcmp here */

	_Static_assert(sizeof(wanted) == sizeof(punted), "a key is a word");
	__builtin_memcpy(&wanted, &punted, sizeof(wanted));
	__builtin_memcpy(&source, ethernet->h_source, ETH_ALEN);
	return source == wanted;
}

static __always_inline struct steering_address mapped(__be32 ipv4)
{
	struct steering_address address = { .octets = { [10] = 0xff, [11] = 0xff } };

	__builtin_memcpy(&address.octets[12], &ipv4, sizeof(ipv4));
	return address;
}

static __always_inline int is_own_address(__be32 address)
{
	struct steering_address key = mapped(address);

	return bpf_map_lookup_elem(&own_addresses, &key) != NULL;
}

static __always_inline int is_tunnel_server(__be32 address)
{
	struct steering_address key = mapped(address);

	return bpf_map_lookup_elem(&tunnel_servers, &key) != NULL;
}

static __always_inline int has_role(__be32 address, __u8 protocol, __be16 port, enum steering_role role)
{
	struct steering_endpoint_key key = { .address = mapped(address), .port = port, .protocol = protocol };
	const __u8 *roles = bpf_map_lookup_elem(&endpoints, &key);

	return roles != NULL && (*roles & role);
}

/* Whether the endpoint has a role, by itself or as one port of any. The kernel inlines the look-up in an array, so that it costs next to nothing where there are none. */
static __always_inline int has_role_at(__be32 address, __u8 protocol, __be16 port, enum steering_role role, enum steering_role any_port)
{
	__u32 first = 0;
	const struct steering_settings *set;

	if (has_role(address, protocol, port, role))
		return 1;
	set = bpf_map_lookup_elem(&settings, &first);
	return set != NULL && set->any_port && has_role(address, protocol, 0, any_port);
}

static __always_inline int is_service(__be32 address, __u8 protocol, __be16 port)
{
	return has_role_at(address, protocol, port, STEERING_SERVICE, STEERING_SERVICE_ANY_PORT);
}

static __always_inline int is_nat_server(__be32 address, __u8 protocol, __be16 port)
{
	return has_role_at(address, protocol, port, STEERING_NAT_SERVER, STEERING_NAT_SERVER_ANY_PORT);
}

/* Length in octets of the IPv4 header at `ip`; 0 when it isn't one or isn't wholly before `end`. */
static __always_inline __u32 ipv4_header_length(const struct iphdr *ip, const void *end)
{
	__u32 length;

	if ((const void *)(ip + 1) > end)
		return 0;
	length = ip->ihl * 4;
	return ip->version == 4 && length >= sizeof(*ip) ? length : 0;
}

static __always_inline int is_later_fragment(const struct iphdr *ip)
{
	return (ip->frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET)) != 0;
}

static __always_inline enum steering_outcome classify_later_fragment(const struct iphdr *ip)
{
	if (has_role(ip->daddr, ip->protocol, 0, STEERING_SERVICE_FRAGMENTS))
		return STEERING_STEERED_FRAGMENT;
	if (!has_role(ip->saddr, ip->protocol, 0, STEERING_NAT_SERVER_FRAGMENTS))
		return STEERING_FRAGMENT;
	return is_own_address(ip->daddr) ? STEERING_SERVER_TO_HOST : STEERING_STEERED_FRAGMENT;
}

/* Not fragmented, or the first fragment, which has the ports. `length`: octets after the IPv4 header. */
static __always_inline enum steering_outcome classify_transport(
	const struct iphdr *ip, const struct transport_ports *ports, __u32 length, const void *end)
{
	if (length < sizeof(*ports) || (const void *)(ports + 1) > end)
		return STEERING_MALFORMED;
	if (is_service(ip->daddr, ip->protocol, ports->destination))
		return STEERING_STEERED;
	if (!is_nat_server(ip->saddr, ip->protocol, ports->source))
		return STEERING_NO_SERVICE;
	return is_own_address(ip->daddr) ? STEERING_SERVER_TO_HOST : STEERING_STEERED_RETURN;
}

/* The types that IPVS takes to be about a connection: ip_vs_in_icmp and ip_vs_out_icmp of the kernel, and RFC 792's parameter problem. */
static __always_inline int is_icmp_error(__u8 type)
{
	return type == ICMP_DESTINATION_UNREACHABLE || type == ICMP_SOURCE_QUENCH || type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETER_PROBLEM;
}

/* `length`: octets after the outer IPv4 header. The quoted packet is cut after its first 8 octets at the shortest (RFC 792). */
static __always_inline enum steering_outcome classify_icmp(const struct icmp_header *icmp, __u32 length, const void *end)
{
	const struct iphdr *quoted = (const void *)(icmp + 1);
	const struct transport_ports *ports;
	__u32 header_length;

	if (length < sizeof(*icmp) || (const void *)(icmp + 1) > end)
		return STEERING_MALFORMED;
	if (!is_icmp_error(icmp->type))
		return STEERING_OTHER_PROTOCOL;
	if (length < sizeof(*icmp) + sizeof(*quoted))
		return STEERING_MALFORMED;
	header_length = ipv4_header_length(quoted, end);
	if (!header_length)
		return STEERING_MALFORMED;

	if (quoted->protocol == IPPROTO_IPIP) {
		if (is_tunnel_server(quoted->daddr) && is_own_address(quoted->saddr))
			return STEERING_STEERED_ICMP_ERROR;
		return STEERING_UNRELATED_ICMP_ERROR;
	}
	if ((quoted->protocol != IPPROTO_TCP && quoted->protocol != IPPROTO_UDP) || is_later_fragment(quoted))
		return STEERING_UNRELATED_ICMP_ERROR;
	ports = (const void *)quoted + header_length;
	if (length < sizeof(*icmp) + header_length + sizeof(*ports) || (const void *)(ports + 1) > end)
		return STEERING_MALFORMED;
	if (is_service(quoted->daddr, quoted->protocol, ports->destination) || is_service(quoted->saddr, quoted->protocol, ports->source))
		return STEERING_STEERED_ICMP_ERROR;
	if (!is_nat_server(quoted->daddr, quoted->protocol, ports->destination))
		return STEERING_UNRELATED_ICMP_ERROR;
	return is_own_address(quoted->saddr) ? STEERING_SERVER_TO_HOST : STEERING_STEERED_ICMP_ERROR;
}

/* What becomes of the frame. Looks at its first buffer only, which holds the headers; the lengths are checked against the whole frame. */
static __always_inline enum steering_outcome classify(struct xdp_md *ctx)
{
	const void *end = (const void *)(long)ctx->data_end;
	const struct ethhdr *ethernet = (const void *)(long)ctx->data;
	const void *network = ethernet + 1;
	const struct iphdr *ip;
	__u32 header_length, total_length;
	__u64 packet_end;
	__be16 ethertype;
	int tag;

	if (network > end)
		return STEERING_MALFORMED;
	if (!is_own_mac(ethernet))
		return STEERING_NOT_OWN_MAC;
	if (is_punted(ethernet))
		return STEERING_PUNTED;

	ethertype = ethernet->h_proto;
#pragma unroll
	for (tag = 0; tag < MAX_VLAN_TAGS; tag++) {
		const struct vlan_tag *vlan = network;

		if (ethertype != bpf_htons(ETH_P_8021Q) && ethertype != bpf_htons(ETH_P_8021AD))
			break;
		if ((const void *)(vlan + 1) > end)
			return STEERING_MALFORMED;
		ethertype = vlan->ethertype;
		network = vlan + 1;
	}
	if (ethertype != bpf_htons(ETH_P_IP))
		return STEERING_NOT_IPV4;

	ip = network;
	header_length = ipv4_header_length(ip, end);
	if (!header_length)
		return STEERING_MALFORMED;
	total_length = bpf_ntohs(ip->tot_len);
	/* A frame may be longer than its packet (Ethernet padding), never shorter. */
	packet_end = (network - (const void *)ethernet) + total_length;
	if (total_length < header_length || packet_end > bpf_xdp_get_buff_len(ctx))
		return STEERING_MALFORMED;

	switch (ip->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		if (is_later_fragment(ip))
			return classify_later_fragment(ip);
		return classify_transport(ip, (const void *)ip + header_length, total_length - header_length, end);
	case IPPROTO_ICMP:
		if (ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET))
			return STEERING_FRAGMENT;
		return classify_icmp((const void *)ip + header_length, total_length - header_length, end);
	default:
		return STEERING_OTHER_PROTOCOL;
	}
}

static __always_inline void count(enum steering_outcome outcome)
{
	__u32 index = outcome;
	__u64 *frames = bpf_map_lookup_elem(&counters, &index);

	if (frames)
		(*frames)++; /* per CPU, and XDP programs don't preempt each other: no atomic needed */
}

/* "frags": the program copes with frames in several buffers, so that drivers let it on interfaces with a large MTU (Linux 5.18). */
SEC("xdp.frags")
int steer(struct xdp_md *ctx)
{
	enum steering_outcome outcome = classify(ctx);
	int action = XDP_PASS;

	if (outcome <= STEERING_STEERED_ICMP_ERROR) {
		/* The low bits of the flags are the action for a queue without a socket. */
		action = bpf_redirect_map(&xsks, ctx->rx_queue_index, XDP_PASS);
		if (action != XDP_REDIRECT)
			outcome = STEERING_NO_SOCKET;
	}
	count(outcome);
	return action;
}

/* None of the helpers used is restricted to GPL-compatible programs. */
char _license[] SEC("license") = "Apache-2.0";
