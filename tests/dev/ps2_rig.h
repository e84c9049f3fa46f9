/* SPDX-License-Identifier: MIT */
/* The bench of a PS/2 device at its own connector, without a controller. Each file that includes it has its own. */
#ifndef VITRINE_TESTS_DEV_PS2_RIG_H
#define VITRINE_TESTS_DEV_PS2_RIG_H

#include "devices/input/ps2.h"
#include "tests/dev/rig.h"

#define MS UINT64_C(1000000)

static struct rig rig;
static struct ps2_device port;
static struct probe ready;

/* What the device has to say now, all of it. */
static inline void expect(const uint8_t *want, unsigned n)
{
    uint8_t byte = 0;
    for (unsigned i = 0; i < n; i++) {
        ck_assert_int_eq(ready.level, 1);
        ck_assert_msg(port.take(port.ctx, &byte), "byte %u of %u does not come", i, n);
        ck_assert_msg(byte == want[i], "byte %u is %02x, not %02x", i, byte, want[i]);
    }
    ck_assert_int_eq(ready.level, 0);
    ck_assert_msg(!port.take(port.ctx, &byte), "one more byte: %02x", byte);
}
#define EXPECT(...) expect((const uint8_t[]){__VA_ARGS__}, sizeof(const uint8_t[]){__VA_ARGS__})
#define NOTHING     expect(NULL, 0)

static inline void drain(void)
{
    uint8_t byte;
    while (port.take(port.ctx, &byte)) {
    }
}

static inline void send(uint8_t byte)
{
    port.send(port.ctx, byte);
}

static inline void ask(uint8_t byte)
{
    send(byte);
    EXPECT(0xfa);
}

#endif
