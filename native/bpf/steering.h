/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layout shared by the steering program and its loader (native/FastLb.Native/Bpf). A test compiles this header to prove that the C# declarations
 * are the same.
 */
#ifndef FASTLB_STEERING_H
#define FASTLB_STEERING_H

#include <linux/types.h>

/* Size limits of the maps; the loader sizes `xsks` to the interface's receive queues. */
#define STEERING_MAX_ENDPOINTS 131072
/* Of tunnel servers, and of own addresses. */
#define STEERING_MAX_ADDRESSES 16384
/* The interface's own address and one VMAC per virtual router and family (RFC 5798 section 7.3). */
#define STEERING_MAX_OWN_MACS 512

/* An address in network order; IPv4 in its mapped form ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2). */
struct steering_address {
	__u8 octets[16];
};

/* Key of `endpoints`. No implicit padding: every byte is part of the hash. */
struct steering_endpoint_key {
	struct steering_address address;
	__be16 port; /* 0: what later fragments, which have no ports, are looked up by, and what is for any port */
	__u8 protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	__u8 zero;
};

/* Value of `endpoints`: what an endpoint is, as bits. The fragments' bits are those of keys with port 0, which no packet's ports can then match. */
enum steering_role {
	STEERING_SERVICE = 1,              /* a virtual service */
	STEERING_SERVICE_FRAGMENTS = 2,    /* some service has this address and protocol */
	STEERING_NAT_SERVER = 4,           /* a real server in NAT mode */
	STEERING_NAT_SERVER_FRAGMENTS = 8, /* some NAT real server has this address and protocol */
	STEERING_SERVICE_ANY_PORT = 16,    /* at port 0: a virtual service for all ports of this address and protocol, or for more than are worth listing */
	STEERING_NAT_SERVER_ANY_PORT = 32, /* at port 0: a real server of such a service in NAT mode */
};

/* Value of `settings`, which is one. */
struct steering_settings {
	__u32 any_port; /* 0 while no endpoint has a role for any port, so that nobody needs to look for one */
};

/* Key of `own_macs`: the six octets as on the wire. */
struct steering_mac_key {
	__u8 octets[6];
	__u8 zero[2];
};

/* Index into `counters`: what became of a frame. */
enum steering_outcome {
	/* To the AF_XDP socket of the frame's queue: */
	STEERING_STEERED,            /* for a service; the first fragment included */
	STEERING_STEERED_FRAGMENT,   /* a later fragment, to some service or from some NAT server */
	STEERING_STEERED_RETURN,     /* from a NAT server to another host; the first fragment included */
	STEERING_STEERED_ICMP_ERROR, /* an ICMP error about one of the former, or about a tunnel packet of this host's */
	/* To the kernel: */
	STEERING_NO_SOCKET,            /* one of the above, but no socket is registered for its queue */
	STEERING_NOT_OWN_MAC,          /* group address, or another host's frame that a bridge flooded */
	STEERING_PUNTED,               /* given back to the kernel by FastLb, and met again by a program in generic mode */
	STEERING_NOT_IPV4,             /* ARP, IPv6, more than two VLAN tags ... */
	STEERING_MALFORMED,            /* headers that contradict themselves or the frame, or aren't in its first buffer */
	STEERING_FRAGMENT,             /* a later fragment for no service and from no NAT server; any fragment of ICMP */
	STEERING_OTHER_PROTOCOL,       /* neither TCP nor UDP nor an ICMP error */
	STEERING_NO_SERVICE,           /* TCP or UDP, to no service and from no NAT server */
	STEERING_SERVER_TO_HOST,       /* from a NAT server, or an ICMP error about it, for this host itself: health checks */
	STEERING_UNRELATED_ICMP_ERROR, /* about a packet that isn't FastLb's */
	STEERING_OUTCOMES,
};

#endif
