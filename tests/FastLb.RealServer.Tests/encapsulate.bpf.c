// SPDX-License-Identifier: Apache-2.0
/*
 * What a director's kernel does in TUN mode, for the tests: at tc egress, puts an IPIP header around packets to the virtual address 198.51.100.100. An
 * aggregate that the network card would cut into segments (TSO) stays one.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ADDRESS(a, b, c, d) bpf_htonl((__u32)(a) << 24 | (b) << 16 | (c) << 8 | (d))

SEC("tc")
int encapsulate(struct __sk_buff *skb)
{
	struct iphdr inner, outer = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_IPIP };
	const __u16 *words = (const __u16 *)&outer;
	__u32 sum = 0;
	int i;

	if (skb->protocol != bpf_htons(ETH_P_IP) || bpf_skb_load_bytes(skb, ETH_HLEN, &inner, sizeof(inner)) < 0 ||
	    inner.daddr != ADDRESS(198, 51, 100, 100))
		return TC_ACT_OK;
	outer.saddr = ADDRESS(192, 0, 2, 1);
	outer.daddr = ADDRESS(192, 0, 2, 2);
	outer.tos = inner.tos;
	outer.frag_off = inner.frag_off;
	outer.tot_len = bpf_htons(bpf_ntohs(inner.tot_len) + sizeof(outer));
#pragma unroll
	for (i = 0; i < (int)sizeof(outer) / 2; i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	outer.check = ~((sum & 0xffff) + (sum >> 16));
	if (bpf_skb_adjust_room(skb, sizeof(outer), BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L3_IPV4) < 0 ||
	    bpf_skb_store_bytes(skb, ETH_HLEN, &outer, sizeof(outer), 0) < 0)
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

char _license[] SEC("license") = "Apache-2.0";
