/* SPDX-License-Identifier: Apache-2.0 */
/* Layout shared by the punt program, the steering program and the loader (native/FastLb.Native/Punt). A test compiles this header, too. */
#ifndef FASTLB_PUNT_H
#define FASTLB_PUNT_H

#include <linux/types.h>

/* A TAP device has no more queues (MAX_TAP_QUEUES of drivers/net/tun.c). */
#define PUNT_MAX_TARGETS 256

/*
 * Source of a punted frame that would meet the steering program again, and be punted again, and so on: in generic mode the kernel runs the program
 * where it takes up what was redirected. Locally administered, 'FLBPT'; such a frame never leaves the host, because what is forwarded gets a new header.
 */
#define PUNT_SOURCE_MAC { 0x02, 0x46, 0x4c, 0x42, 0x50, 0x54 }

/* Value of `targets`, by the TAP's queue: where a frame goes. */
struct punt_target {
	__u32 interface; /* index; 0: nowhere */
	__u32 mark_source; /* nonzero: the frame gets PUNT_SOURCE_MAC */
};

#endif
