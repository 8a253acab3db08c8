/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layout shared by the steering program and its loader (native/FastLb.Native/Bpf). A test compiles this header to prove that the C# declarations
 * are the same.
 */
#ifndef FASTLB_STEERING_H
#define FASTLB_STEERING_H

#include <linux/types.h>

/* Size limits of the maps; the loader sizes `xsks` to the interface's receive queues. */
#define STEERING_MAX_SERVICES 65536
/* The interface's own address and one VMAC per virtual router and family (RFC 5798 section 7.3). */
#define STEERING_MAX_OWN_MACS 512

/* Key of `services`: what a frame must be addressed to. No implicit padding: every byte is part of the hash. */
struct steering_service_key {
	__u8 address[16]; /* network order; IPv4 in its mapped form ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2) */
	__be16 port;
	__u8 protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	__u8 zero;
};

/* Key of `own_macs`: the six octets as on the wire. */
struct steering_mac_key {
	__u8 octets[6];
	__u8 zero[2];
};

/* Index into `counters`: what became of a frame. All but STEERING_STEERED went to the kernel. */
enum steering_outcome {
	STEERING_STEERED,        /* to the AF_XDP socket of its queue */
	STEERING_NO_SOCKET,      /* for a service, but no socket is registered for its queue */
	STEERING_NOT_OWN_MAC,    /* group address, or another host's frame that a bridge flooded */
	STEERING_NOT_IPV4,       /* ARP, IPv6, VLAN-tagged ... */
	STEERING_MALFORMED,      /* IPv4 header or lengths that contradict themselves or the frame */
	STEERING_FRAGMENT,       /* any fragment, the first one included */
	STEERING_OTHER_PROTOCOL, /* neither TCP nor UDP */
	STEERING_NO_SERVICE,     /* address, protocol and port of no service */
	STEERING_OUTCOMES,
};

#endif
