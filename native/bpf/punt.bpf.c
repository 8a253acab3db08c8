// SPDX-License-Identifier: Apache-2.0
/*
 * The punt program: sits at the ingress of FastLb's TAP device and has every frame arrive anew on the interface it once came from. The queue that
 * a frame was written to tells which interface that is.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

#include "punt.h"

/* Queue of the TAP device -> index of the interface that its frames belong to; 0: none. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PUNT_MAX_TARGETS);
	__type(key, __u32);
	__type(value, __u32);
} targets SEC(".maps");

SEC("tc")
int punt(struct __sk_buff *skb)
{
	const __u8 source[ETH_ALEN] = PUNT_SOURCE_MAC;
	__u32 queue = skb->queue_mapping - 1; /* skb_record_rx_queue: 0 means that none was recorded */
	const __u32 *target = bpf_map_lookup_elem(&targets, &queue);

	if (target == NULL || *target == 0)
		return TC_ACT_SHOT;
	if (bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_source), source, sizeof(source), 0))
		return TC_ACT_SHOT;
	skb->queue_mapping = 0; /* it is the TAP's queue, and the interface may not have so many */
	return bpf_redirect(*target, BPF_F_INGRESS);
}

/* None of the helpers used is restricted to GPL-compatible programs. */
char _license[] SEC("license") = "Apache-2.0";
