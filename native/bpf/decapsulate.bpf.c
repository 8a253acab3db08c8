// SPDX-License-Identifier: Apache-2.0
/*
 * The decapsulating program of a real server in TUN mode (fastlb realserver), for kernels without the ipip device: at tc ingress, removes the outer header
 * of IPIP packets (RFC 2003) that are addressed to this host and carry a packet for a virtual address. What is left goes on into the kernel as if it had
 * arrived so. All other packets, and fragments of outer packets, are left as they are.
 *
 * Runs on Linux 6.1 and later. It stays on the interface without a process.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <stddef.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "decapsulate.h"

#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_FRAGMENT_OFFSET 0x1fff
#define ECN_MASK 0x03
#define ECN_NOT_CAPABLE 0x00
#define ECN_CONGESTION 0x03

/* Sets of IPv4 addresses in network order; the values carry nothing. */
struct address_set {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, DECAPSULATE_MAX_ADDRESSES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __be32);
	__type(value, __u8);
};

/* Where the packets inside are addressed to. */
struct address_set virtual_addrs SEC(".maps");

/* What the tunnel's packets are addressed to: this host. */
struct address_set own_addresses SEC(".maps");

/* Who may send them. 0.0.0.0 stands for anybody. */
struct address_set directors SEC(".maps");

/* IPIP packets per outcome since the program was loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DECAPSULATE_OUTCOMES);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

static __always_inline int contains(void *set, __be32 address)
{
	return bpf_map_lookup_elem(set, &address) != NULL;
}

static __always_inline void count(enum decapsulate_outcome outcome)
{
	__u32 index = outcome;
	__u64 *packets = bpf_map_lookup_elem(&counters, &index);

	if (packets)
		__sync_fetch_and_add(packets, 1); /* unlike XDP, tc programs of one CPU may interrupt each other */
}

/* DECAPSULATE_DONE when the outer header is to be removed, else the reason why not. */
static __always_inline enum decapsulate_outcome classify(struct __sk_buff *skb, const struct iphdr *outer, struct iphdr *inner)
{
	__u32 outer_length = outer->ihl * 4, inner_length, total_length = bpf_ntohs(outer->tot_len);

	if (skb->pkt_type != PACKET_HOST || !contains(&own_addresses, outer->daddr))
		return DECAPSULATE_NOT_OWN_ADDRESS;
	if (outer->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET))
		return DECAPSULATE_FRAGMENT;
	if (outer->version != 4 || outer_length < sizeof(*outer) || total_length < outer_length + sizeof(*inner) ||
	    ETH_HLEN + total_length > skb->len || bpf_skb_load_bytes(skb, ETH_HLEN + outer_length, inner, sizeof(*inner)) < 0)
		return DECAPSULATE_MALFORMED;

	inner_length = inner->ihl * 4;
	if (inner->version != 4 || inner_length < sizeof(*inner) || bpf_ntohs(inner->tot_len) < inner_length ||
	    outer_length + bpf_ntohs(inner->tot_len) > total_length)
		return DECAPSULATE_MALFORMED;
	if (!contains(&virtual_addrs, inner->daddr))
		return DECAPSULATE_NOT_VIRTUAL_ADDRESS;
	if (!contains(&directors, 0) && !contains(&directors, outer->saddr))
		return DECAPSULATE_OTHER_SENDER;
	if ((outer->tos & ECN_MASK) == ECN_CONGESTION && (inner->tos & ECN_MASK) == ECN_NOT_CAPABLE)
		return DECAPSULATE_CONGESTED;
	return DECAPSULATE_DONE;
}

/* Hands a router's congestion mark on to the packet inside (RFC 6040). The word changes as its checksum does, so that no other sum is affected. */
static __always_inline int mark_congestion(struct __sk_buff *skb, struct iphdr *inner)
{
	__be16 before, after;

	__builtin_memcpy(&before, inner, sizeof(before)); /* version, header length, type of service */
	inner->tos |= ECN_CONGESTION;
	__builtin_memcpy(&after, inner, sizeof(after));
	if (before == after)
		return 0;
	if (bpf_l3_csum_replace(skb, ETH_HLEN + offsetof(struct iphdr, check), before, after, sizeof(after)) < 0)
		return -1;
	return bpf_skb_store_bytes(skb, ETH_HLEN, &after, sizeof(after), 0);
}

SEC("tc")
int fastlb_decap(struct __sk_buff *skb)
{
	enum decapsulate_outcome outcome;
	struct iphdr outer, inner;

	/* Loaded, not accessed in place: headers may lie in the part of the packet that isn't mapped. */
	if (skb->protocol != bpf_htons(ETH_P_IP) || bpf_skb_load_bytes(skb, ETH_HLEN, &outer, sizeof(outer)) < 0 || outer.protocol != IPPROTO_IPIP)
		return TC_ACT_UNSPEC;

	outcome = classify(skb, &outer, &inner);
	if (outcome == DECAPSULATE_DONE) {
		/*
		 * The segment size of an aggregate (GRO, or TSO of a sender on the same machine) is that of the packet inside and must not grow by what is removed.
		 * A checksum that the sender left to hardware counts from a place in the buffer, which stays where it is.
		 */
		if (bpf_skb_adjust_room(skb, -(__s32)(outer.ihl * 4), BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO) < 0 ||
		    ((outer.tos & ECN_MASK) == ECN_CONGESTION && mark_congestion(skb, &inner) < 0))
			outcome = DECAPSULATE_FAILED;
	}
	count(outcome);
	return outcome == DECAPSULATE_CONGESTED ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

/* None of the helpers used is restricted to GPL-compatible programs. */
char _license[] SEC("license") = "Apache-2.0";
