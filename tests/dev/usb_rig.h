/* SPDX-License-Identifier: MIT */
/* The bench of a USB function without a controller: transactions and control transfers as a host makes them. Each file
 * that includes it has its own. */
#ifndef VITRINE_TESTS_DEV_USB_RIG_H
#define VITRINE_TESTS_DEV_USB_RIG_H

#include "devices/usb/usb_hid.h"
#include "tests/dev/rig.h"

static struct rig rig;
static struct usb_hid *h;
static struct usb_plug plug;
static struct probe wake;

static inline void make(enum usb_hid_kind kind)
{
    memset(&wake, 0, sizeof wake);
    rig_init(&rig);
    h = usb_hid_new(&rig.bus, "hid", kind);
    h->wake = probe_line(&wake, &rig);
    rig_realize(&h->dev);
    plug = usb_hid_plug(h);
}

static inline void unmake(void)
{
    dev_free(&h->dev);
    rig_free(&rig);
}

static uint8_t reply[256];

static inline int setup_stage(uint8_t type, uint8_t request, uint16_t value, uint16_t index, uint16_t len)
{
    uint8_t b[8] = {type, request};
    st16(b + 2, value), st16(b + 4, index), st16(b + 6, len);
    return plug.packet(plug.ctx, USB_PID_SETUP, 0, b, 8);
}

/* A request to the host: its bytes in `reply`, their number; -1: stalled. */
static inline int ask(uint8_t type, uint8_t request, uint16_t value, uint16_t index, uint16_t len)
{
    ck_assert_int_eq(setup_stage(type, request, value, index, len), 8);
    unsigned got = 0;
    for (;;) {
        int n = plug.packet(plug.ctx, USB_PID_IN, 0, reply + got, 8);
        if (n < 0)
            return -1;
        ck_assert_int_le(n, 8);
        got += (unsigned)n;
        if (n < 8 || got >= len)
            break;
    }
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_OUT, 0, reply, 0), 0);
    return (int)got;
}

/* A request from the host; 0, or -1: stalled. */
static inline int tell(uint8_t type, uint8_t request, uint16_t value, uint16_t index, const uint8_t *data, uint16_t len)
{
    ck_assert_int_eq(setup_stage(type, request, value, index, len), 8);
    for (uint16_t at = 0; at < len; at += 8) {
        uint8_t b[8];
        unsigned n = MIN(8u, (unsigned)len - at);
        memcpy(b, data + at, n);
        int took = plug.packet(plug.ctx, USB_PID_OUT, 0, b, n);
        if (took < 0)
            return -1;
        ck_assert_uint_eq((unsigned)took, n);
    }
    uint8_t none[8];
    int n = plug.packet(plug.ctx, USB_PID_IN, 0, none, 8);
    ck_assert_msg(n <= 0, "the status stage has %d bytes", n);
    return n < 0 ? -1 : 0;
}

static inline int poll_report(unsigned room)
{
    return plug.packet(plug.ctx, USB_PID_IN, 1, reply, room);
}

static inline void configure(void)
{
    ck_assert_int_eq(tell(0, 9, 1, 0, NULL, 0), 0);
}

static inline void bytes(const char *what, const uint8_t *want, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        ck_assert_msg(reply[i] == want[i], "%s: byte %u is %02x, not %02x", what, i, reply[i], want[i]);
}

#endif
