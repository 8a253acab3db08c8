/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layout shared by the decapsulating program of a real server and its loader (native/FastLb.Native/Bpf). A test compiles this header to prove that the
 * C# declarations are the same.
 */
#ifndef FASTLB_DECAPSULATE_H
#define FASTLB_DECAPSULATE_H

/* Addresses in each of the maps; the kernel sets aside what is used. */
#define DECAPSULATE_MAX_ADDRESSES 4096

/* Index into `counters`: what became of an IPIP packet. Only DECAPSULATE_DONE changes the packet, only DECAPSULATE_CONGESTED drops it. */
enum decapsulate_outcome {
	DECAPSULATE_DONE,                /* outer header removed */
	DECAPSULATE_NOT_OWN_ADDRESS,     /* to another host: on its way through a router */
	DECAPSULATE_FRAGMENT,            /* of the outer packet: headers are incomplete or not there at all */
	DECAPSULATE_MALFORMED,           /* headers or lengths that contradict themselves or each other */
	DECAPSULATE_NOT_VIRTUAL_ADDRESS, /* somebody else's tunnel */
	DECAPSULATE_OTHER_SENDER,        /* directors are named, and this is none of them */
	DECAPSULATE_CONGESTED,           /* marked by a router, but the sender doesn't know such marks (RFC 6040 section 4.2) */
	DECAPSULATE_FAILED,              /* the kernel couldn't remove the header */
	DECAPSULATE_OUTCOMES,
};

#endif
