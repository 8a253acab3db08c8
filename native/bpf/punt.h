/* SPDX-License-Identifier: Apache-2.0 */
/* Layout shared by the punt program, the steering program and the loader (native/FastLb.Native/Punt). A test compiles this header, too. */
#ifndef FASTLB_PUNT_H
#define FASTLB_PUNT_H

#include <linux/types.h>

/* A TAP device has no more queues (MAX_TAP_QUEUES of drivers/net/tun.c). */
#define PUNT_MAX_TARGETS 256

/*
 * Source of a punted frame: the guard tells by it, when it is to be forwarded, and the steering program in generic mode, which the kernel runs where it takes up
 * what was redirected: it would punt the frame again, and so on. Locally administered, 'FLBPT'; such a frame never leaves the host, because what is
 * forwarded gets a new header.
 */
#define PUNT_SOURCE_MAC { 0x02, 0x46, 0x4c, 0x42, 0x50, 0x54 }

#endif
