// SPDX-License-Identifier: Apache-2.0
/*
 * The steering program: runs on every frame an interface receives and takes for FastLb only what is addressed to a virtual service. Everything
 * else, whatever it is, goes on to the kernel as if the program weren't there.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <stddef.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "steering.h"

#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_FRAGMENT_OFFSET 0x1fff

/* Shared by all interfaces: the loader puts one map into every instance of the program. The values carry nothing: it is a set. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEERING_MAX_SERVICES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct steering_service_key);
	__type(value, __u8);
} services SEC(".maps");

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

/* The first two octets of TCP and UDP alike are the source port, the next two the destination port (RFC 9293, RFC 768). */
struct transport_ports {
	__be16 source;
	__be16 destination;
};

static __always_inline int is_own(const struct ethhdr *ethernet)
{
	struct steering_mac_key key = {};

	if (ethernet->h_dest[0] & 1) /* group address: spare the lookup */
		return 0;
	__builtin_memcpy(key.octets, ethernet->h_dest, ETH_ALEN);
	return bpf_map_lookup_elem(&own_macs, &key) != NULL;
}

static __always_inline int is_service(const struct iphdr *ip, const struct transport_ports *ports)
{
	struct steering_service_key key = { .address = { [10] = 0xff, [11] = 0xff } };

	__builtin_memcpy(&key.address[12], &ip->daddr, sizeof(ip->daddr));
	key.port = ports->destination;
	key.protocol = ip->protocol;
	return bpf_map_lookup_elem(&services, &key) != NULL;
}

/* STEERING_STEERED when the frame is for a service, else the reason why the kernel gets it. */
static __always_inline enum steering_outcome classify(const struct xdp_md *ctx)
{
	const void *end = (const void *)(long)ctx->data_end;
	const struct ethhdr *ethernet = (const void *)(long)ctx->data;
	const struct iphdr *ip = (const void *)(ethernet + 1);
	const struct transport_ports *ports;
	__u32 header_length, total_length;

	if ((const void *)ip > end)
		return STEERING_MALFORMED;
	if (!is_own(ethernet))
		return STEERING_NOT_OWN_MAC;
	if (ethernet->h_proto != bpf_htons(ETH_P_IP))
		return STEERING_NOT_IPV4;

	if ((const void *)(ip + 1) > end)
		return STEERING_MALFORMED;
	header_length = ip->ihl * 4;
	total_length = bpf_ntohs(ip->tot_len);
	/* A frame may be longer than its packet (Ethernet padding), never shorter. */
	if (ip->version != 4 || header_length < sizeof(*ip) || total_length < header_length || (const void *)ip + total_length > end)
		return STEERING_MALFORMED;
	/* Before the protocol: later fragments have no ports to look at. */
	if (ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET))
		return STEERING_FRAGMENT;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return STEERING_OTHER_PROTOCOL;

	ports = (const void *)ip + header_length;
	if (total_length < header_length + sizeof(*ports) || (const void *)(ports + 1) > end)
		return STEERING_MALFORMED;
	return is_service(ip, ports) ? STEERING_STEERED : STEERING_NO_SERVICE;
}

static __always_inline void count(enum steering_outcome outcome)
{
	__u32 index = outcome;
	__u64 *frames = bpf_map_lookup_elem(&counters, &index);

	if (frames)
		(*frames)++; /* per CPU, and XDP programs don't preempt each other: no atomic needed */
}

SEC("xdp")
int steer(struct xdp_md *ctx)
{
	enum steering_outcome outcome = classify(ctx);
	int action = XDP_PASS;

	if (outcome == STEERING_STEERED) {
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
