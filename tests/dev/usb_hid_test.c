/* SPDX-License-Identifier: MIT */
/*
 * The USB functions by themselves, transaction by transaction: standard and class requests on both sides of each limit,
 * reports, and what a saved state may not bring in. USB 1.1 9.4; HID 1.11 7.2, appendix B.
 */
#include "tests/dev/usb_rig.h"

#define MS UINT64_C(1000000)

/* ---- requests ---- */

START_TEST(standard_requests_name_what_there_is)
{
    make(USB_HID_KEYBOARD);
    configure();
    ck_assert_int_eq(ask(0x80, 0, 0, 0, 2), 2); /* device, interface, both directions of endpoint 0, endpoint 1 */
    ck_assert_int_eq(ask(0x81, 0, 0, 0, 2), 2);
    ck_assert_uint_eq(ld16(reply), 0);
    ck_assert_int_eq(ask(0x82, 0, 0, 0x00, 2), 2);
    ck_assert_int_eq(ask(0x82, 0, 0, 0x80, 2), 2);
    ck_assert_int_eq(ask(0x82, 0, 0, 0x81, 2), 2);
    static const uint16_t no_endpoint[] = {0x01, 0x02, 0x82, 0x8f, 0x91, 0x181, 0x8081};
    for (unsigned i = 0; i < ARRAY_LEN(no_endpoint); i++) {
        ck_assert_msg(ask(0x82, 0, 0, no_endpoint[i], 2) == -1, "endpoint %x has a status", no_endpoint[i]);
        ck_assert_msg(tell(2, 3, 0, no_endpoint[i], NULL, 0) == -1, "endpoint %x halts", no_endpoint[i]);
    }
    ck_assert_int_eq(ask(0x83, 0, 0, 0, 2), -1);
    ck_assert_int_eq(tell(2, 3, 0, 0x00, NULL, 0), 0); /* endpoint 0 never halts; to ask it is no error */
    ck_assert_int_eq(ask(0x82, 0, 0, 0x00, 2), 2);
    ck_assert_uint_eq(ld16(reply), 0);
    ck_assert_int_eq(tell(2, 3, 1, 0x81, NULL, 0), -1);
    ck_assert_int_eq(tell(0, 3, 0, 0, NULL, 0), -1);
    ck_assert_int_eq(tell(0, 3, 2, 0, NULL, 0), -1);
    ck_assert_int_eq(tell(1, 3, 1, 0, NULL, 0), -1);
    ck_assert_int_eq(tell(0, 3, 1, 0, NULL, 0), 0);
    ck_assert_int_eq(ask(0x80, 0, 0, 0, 2), 2);
    ck_assert_uint_eq(ld16(reply), 2);
    ck_assert_int_eq(ask(0x81, 0, 0, 0, 2), 2);
    ck_assert_uint_eq(ld16(reply), 0);
    ck_assert_int_eq(tell(0, 1, 1, 0, NULL, 0), 0);
    ck_assert_int_eq(ask(0x80, 0, 0, 0, 2), 2);
    ck_assert_uint_eq(ld16(reply), 0);
    for (unsigned r = 0; r < 16; r++) { /* those that are not there, in their direction */
        if (r != 0 && r != 6 && r != 8 && r != 10)
            ck_assert_msg(ask(0x80, (uint8_t)r, 0, 0, 1) == -1, "request %u to the host", r);
        if (r != 1 && r != 3 && r != 5 && r != 9 && r != 11)
            ck_assert_msg(tell(0, (uint8_t)r, 0, 0, NULL, 0) == -1, "request %u from the host", r);
    }
    unmake();
}
END_TEST

START_TEST(configuration_and_interface)
{
    make(USB_HID_KEYBOARD);
    reply[0] = 9;
    ck_assert_int_eq(ask(0x80, 8, 0, 0, 1), 1);
    ck_assert_uint_eq(reply[0], 0);
    ck_assert_int_eq(ask(0x81, 10, 0, 0, 1), -1); /* not configured */
    ck_assert_int_eq(tell(1, 11, 0, 0, NULL, 0), -1);
    ck_assert_int_eq(poll_report(8), USB_STALL);
    configure();
    ck_assert_int_eq(ask(0x80, 8, 0, 0, 1), 1);
    ck_assert_uint_eq(reply[0], 1);
    reply[0] = 9;
    ck_assert_int_eq(ask(0x81, 10, 0, 0, 1), 1);
    ck_assert_uint_eq(reply[0], 0);
    ck_assert_int_eq(ask(0x81, 10, 0, 1, 1), -1);
    ck_assert_int_eq(tell(1, 11, 0, 0, NULL, 0), 0);
    ck_assert_int_eq(tell(1, 11, 1, 0, NULL, 0), -1);
    ck_assert_int_eq(tell(1, 11, 0, 1, NULL, 0), -1);
    ck_assert_int_eq(tell(0, 9, 2, 0, NULL, 0), -1);
    ck_assert_int_eq(tell(0, 9, 0x101, 0, NULL, 0), -1);
    /* Setting it again ends a halt, and what was typed is forgotten. */
    ck_assert_int_eq(poll_report(8), USB_NAK);
    ck_assert(usb_hid_keys(h).wanted(h));
    usb_hid_keys(h).key(h, 0x1e, true);
    ck_assert_int_eq(tell(0x21, 11, 0, 0, NULL, 0), 0);
    ck_assert_int_eq(tell(0x21, 10, 7 << 8, 0, NULL, 0), 0);
    ck_assert_int_eq(tell(2, 3, 0, 0x81, NULL, 0), 0);
    ck_assert_int_eq(poll_report(8), USB_STALL);
    configure();
    ck_assert(!usb_hid_keys(h).wanted(h));
    ck_assert_int_eq(poll_report(8), USB_NAK);
    ck_assert_int_eq(ask(0xa1, 3, 0, 0, 1), 1);
    ck_assert_uint_eq(reply[0], 1);
    ck_assert_int_eq(ask(0xa1, 2, 0, 0, 1), 1);
    ck_assert_uint_eq(reply[0], 125);
    ck_assert_int_eq(tell(0, 9, 0, 0, NULL, 0), 0);
    ck_assert_int_eq(poll_report(8), USB_STALL);
    unmake();
}
END_TEST

START_TEST(control_transfers_by_their_stages)
{
    uint8_t b[8] = {0};
    make(USB_HID_TABLET);
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_IN, 0, b, 8), USB_STALL); /* without a setup */
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_OUT, 0, b, 0), USB_STALL);
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_SETUP, 0, b, 7), USB_STALL);
    setup_stage(0, 5, 0x1234 & 0x7f, 0, 0); /* the address counts after the status stage */
    ck_assert_uint_eq(plug.address(plug.ctx), 0);
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_OUT, 0, b, 0), USB_STALL);
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_IN, 0, b, 8), 0);
    ck_assert_uint_eq(plug.address(plug.ctx), 0x34);
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_IN, 0, b, 8), USB_STALL); /* once */
    setup_stage(0, 5, 0x56, 0, 0);
    setup_stage(0, 9, 1, 0, 0); /* another request: the address that was not taken is forgotten */
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_IN, 0, b, 8), 0);
    ck_assert_uint_eq(plug.address(plug.ctx), 0x34);
    setup_stage(0x80, 6, 0x0100, 0, 18); /* the status stage may come early */
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_IN, 0, b, 8), 8);
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_OUT, 0, b, 3), USB_STALL);
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_OUT, 0, b, 0), 0);
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_IN, 0, b, 8), USB_STALL);
    setup_stage(0x80, 6, 0x0100, 0, 16); /* all of it taken: a packet without bytes */
    for (unsigned i = 0; i < 2; i++)
        ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_IN, 0, b, 8), 8);
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_IN, 0, b, 8), 0);
    memset(b, 0x5a, 8); /* less room than bytes: the controller sees babble, nothing is written */
    setup_stage(0x80, 6, 0x0100, 0, 18);
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_IN, 0, b, 7), 8);
    ck_assert_uint_eq(b[0], 0x5a);
    setup_stage(0x21, 9, 0x200, 0, 257); /* more than the function holds */
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_OUT, 0, b, 8), USB_STALL);
    setup_stage(0x21, 9, 0x200, 0, 256);
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_OUT, 0, b, 8), 8);
    setup_stage(0x21, 9, 0x200, 0, 4);
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_OUT, 0, b, 5), USB_STALL); /* more than was announced */
    unmake();
}
END_TEST

/* Answers have their own length, however much the host has room for. */
START_TEST(answers_are_no_longer_than_they_are)
{
    make(USB_HID_MOUSE);
    configure();
    for (uint16_t len = 1; len <= 64; len = (uint16_t)(2 * len)) {
        ck_assert_int_eq(ask(0x80, 0, 0, 0, len), MIN(2, len));
        ck_assert_int_eq(ask(0x81, 0, 0, 0, len), MIN(2, len));
        ck_assert_int_eq(ask(0x82, 0, 0, 0x81, len), MIN(2, len));
        ck_assert_int_eq(ask(0x80, 8, 0, 0, len), 1);
        ck_assert_int_eq(ask(0x81, 10, 0, 0, len), 1);
        ck_assert_int_eq(ask(0xa1, 2, 0, 0, len), 1);
        ck_assert_int_eq(ask(0xa1, 3, 0, 0, len), 1);
        ck_assert_int_eq(ask(0xa1, 1, 0x0100, 0, len), MIN(4, len));
    }
    unmake();
}
END_TEST

START_TEST(bus_reset_forgets_everything)
{
    make(USB_HID_KEYBOARD);
    tell(0, 5, 9, 0, NULL, 0);
    configure();
    tell(0, 3, 1, 0, NULL, 0);
    tell(2, 3, 0, 0x81, NULL, 0);
    plug.reset(plug.ctx);
    ck_assert_uint_eq(plug.address(plug.ctx), 0);
    ck_assert_int_eq(ask(0x80, 8, 0, 0, 1), 1);
    ck_assert_uint_eq(reply[0], 0);
    ck_assert_int_eq(ask(0x80, 0, 0, 0, 2), 2);
    ck_assert_uint_eq(ld16(reply), 0);
    configure();
    ck_assert_int_eq(poll_report(8), USB_NAK);
    setup_stage(0x80, 6, 0x0100, 0, 18);
    plug.reset(plug.ctx);
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_IN, 0, reply, 8), USB_STALL);
    unmake();
}
END_TEST

START_TEST(class_requests_by_kind)
{
    uint8_t led = 0xff;
    for (unsigned i = 0; i < USB_HID_KINDS; i++) {
        bool tablet = i == USB_HID_TABLET, keyboard = i == USB_HID_KEYBOARD;
        make((enum usb_hid_kind)i);
        configure();
        int len = tablet ? 6 : keyboard ? 8 : 4;
        ck_assert_int_eq(ask(0xa1, 1, 0x0100, 0, 64), len);
        for (int k = 0; k < len; k++)
            ck_assert_uint_eq(reply[k], 0);
        ck_assert_int_eq(ask(0xa1, 1, 0x0200, 0, 64), -1);
        ck_assert_int_eq(ask(0xa1, 1, 0x0101, 0, 64), -1);
        ck_assert_int_eq(ask(0xa1, 1, 0x0100, 1, 64), -1);
        ck_assert_int_eq(ask(0xc1, 1, 0x0100, 0, 64), -1);
        ck_assert_int_eq(ask(0xa1, 3, 0, 0, 1), tablet ? -1 : 1);
        for (uint16_t p = 0; p < 3; p++) {
            ck_assert_int_eq(tell(0x21, 11, p, 0, NULL, 0), tablet || p > 1 ? -1 : 0);
            if (!tablet) {
                ck_assert_int_eq(ask(0xa1, 3, 0, 0, 1), 1);
                ck_assert_uint_eq(reply[0], MIN(p, 1));
            }
        }
        ck_assert_int_eq(tell(0x21, 9, 0x0200, 0, &led, 1), keyboard ? 0 : -1);
        ck_assert_uint_eq(h->leds, keyboard ? 0x1f : 0);
        ck_assert_int_eq(tell(0x21, 9, 0x0200, 0, (const uint8_t[]){0, 0}, 2), -1);
        ck_assert_int_eq(tell(0x21, 9, 0x0100, 0, &led, 1), -1);
        ck_assert_int_eq(ask(0xa1, 2, 0, 0, 1), 1);
        ck_assert_uint_eq(reply[0], keyboard ? 125 : 0);
        ck_assert_int_eq(tell(0x21, 10, 0x0300, 0, NULL, 0), 0);
        ck_assert_int_eq(ask(0xa1, 2, 0, 0, 1), 1);
        ck_assert_uint_eq(reply[0], 3);
        ck_assert_int_eq(tell(0x21, 12, 0, 0, NULL, 0), -1);
        ck_assert_int_eq(ask(0xa1, 4, 0, 0, 1), -1);
        unmake();
    }
}
END_TEST

/* SET_IDLE in 4 ms: a report without news at that time after the last one or the request, not a nanosecond before. */
START_TEST(idle_reports_come_at_their_time)
{
    make(USB_HID_MOUSE);
    configure();
    rig_run(&rig, 3 * MS);
    ck_assert_int_eq(tell(0x21, 10, 5 << 8, 0, NULL, 0), 0);
    for (unsigned i = 0; i < 3; i++) {
        rig_run(&rig, 20 * MS - 1);
        ck_assert_int_eq(poll_report(8), USB_NAK);
        rig_run(&rig, 1);
        ck_assert_int_eq(poll_report(8), 4);
        ck_assert_int_eq(poll_report(8), USB_NAK);
    }
    ck_assert_int_eq(tell(0x21, 10, 0, 0, NULL, 0), 0);
    rig_run(&rig, 10000 * MS);
    ck_assert_int_eq(poll_report(8), USB_NAK);
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_OUT, 1, reply, 4), USB_STALL);
    ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_IN, 2, reply, 8), USB_STALL);
    unmake();
}
END_TEST

/* ---- reports ---- */

static void point(bool absolute, int x, int y, int wheel, uint8_t buttons)
{
    struct pointer_event e = {.absolute = absolute, .wheel = wheel, .buttons = buttons};
    if (absolute)
        e.x = (uint16_t)x, e.y = (uint16_t)y;
    else
        e.dx = x, e.dy = y;
    usb_hid_pointer(h).event(h, &e);
}

static void reports(int n, const uint8_t *want)
{
    memset(reply, 0xee, 8);
    int got = poll_report(8);
    ck_assert_msg(got == n, "%d bytes, not %d", got, n);
    bytes("report", want, (unsigned)n);
}
#define REPORTS(...) reports(sizeof(const uint8_t[]){__VA_ARGS__}, (const uint8_t[]){__VA_ARGS__})

START_TEST(mouse_motion_is_told_in_parts_of_127)
{
    make(USB_HID_MOUSE);
    configure();
    point(false, 1, 1, 1, 1); /* nobody polls yet */
    ck_assert_int_eq(poll_report(8), USB_NAK);
    point(true, 1, 1, 0, 0); /* not its kind */
    ck_assert_int_eq(poll_report(8), USB_NAK);
    point(false, 127, -127, 0, 0x1f);
    REPORTS(0x1f, 127, 129, 0);
    ck_assert_int_eq(poll_report(8), USB_NAK);
    point(false, 128, -128, 127, 0xff);
    REPORTS(0x1f, 127, 129, 127);
    REPORTS(0x1f, 1, 255, 0);
    point(false, 0, 0, -128, 0x1f);
    REPORTS(0x1f, 0, 0, 129);
    REPORTS(0x1f, 0, 0, 255);
    point(false, 0, -200, 0, 0);
    REPORTS(0, 0, 129, 0);
    REPORTS(0, 0, 183, 0);
    point(false, 2, 3, 0, 0), point(false, 4, 5, 6, 0); /* the same buttons: one report */
    REPORTS(0, 6, 8, 6);
    ck_assert_int_eq(poll_report(8), USB_NAK);
    point(false, 1, 2, 3, 1), point(false, 4, 5, 6, 2), point(false, 7, 8, 9, 4);
    REPORTS(1, 1, 2, 3);
    REPORTS(2, 4, 5, 6);
    REPORTS(4, 7, 8, 9);
    ck_assert_int_eq(poll_report(3), USB_NAK);
    point(false, 0, 0, 0, 0);
    memset(reply, 0x5a, 8);
    ck_assert_int_eq(poll_report(3), 4); /* no room: babble */
    ck_assert_uint_eq(reply[0], 0x5a);
    /* at most 32767 wait */
    point(false, 40000, -40000, 40000, 0);
    ck_assert_int_eq(h->x[0], 32767);
    ck_assert_int_eq(h->y[0], -32767);
    ck_assert_int_eq(h->z[0], 32767);
    unmake();
}
END_TEST

START_TEST(tablet_keeps_its_place)
{
    make(USB_HID_TABLET);
    configure();
    ck_assert_int_eq(poll_report(8), USB_NAK);
    point(false, 1, 1, 0, 0);
    ck_assert_int_eq(poll_report(8), USB_NAK);
    point(true, 0x1234, 0x5678, 128, 0xff);
    REPORTS(0x1f, 0x34, 0x12, 0x78, 0x56, 127);
    REPORTS(0x1f, 0x34, 0x12, 0x78, 0x56, 1);
    ck_assert_int_eq(poll_report(8), USB_NAK);
    ck_assert_int_eq(ask(0xa1, 1, 0x0100, 0, 8), 6); /* nothing new: the place, no wheel */
    bytes("place", (const uint8_t[]){0x1f, 0x34, 0x12, 0x78, 0x56, 0}, 6);
    point(true, 1, 2, 0, 0), point(true, 3, 4, 1, 0); /* the last place counts */
    REPORTS(0, 3, 0, 4, 0, 1);
    point(true, 5, 6, 1, 1), point(true, 7, 8, 2, 2);
    REPORTS(1, 5, 0, 6, 0, 1);
    REPORTS(2, 7, 0, 8, 0, 2);
    unmake();
}
END_TEST

/* 16 changes of buttons wait; what comes then takes the last one's place. */
START_TEST(pointer_queue_is_16_long)
{
    make(USB_HID_MOUSE);
    configure();
    ck_assert_int_eq(poll_report(8), USB_NAK);
    for (unsigned i = 0; i < 20; i++)
        point(false, (int)i + 1, 1, 0, (uint8_t)(1 + i % 2));
    for (unsigned i = 0; i < 15; i++)
        REPORTS((uint8_t)(1 + i % 2), (uint8_t)(i + 1), 1, 0);
    REPORTS(2, 16 + 17 + 18 + 19 + 20, 5, 0);
    ck_assert_int_eq(poll_report(8), USB_NAK);
    unmake();
}
END_TEST

static void key(uint8_t qnum, bool down)
{
    usb_hid_keys(h).key(h, qnum, down);
}

START_TEST(keyboard_reports_each_change)
{
    make(USB_HID_KEYBOARD);
    configure();
    key(0x1e, true); /* nobody polls yet */
    ck_assert_int_eq(poll_report(8), USB_NAK);
    key(0x55, true); /* no usage */
    ck_assert_int_eq(poll_report(8), USB_NAK);
    static const uint8_t modifier[] = {0x1d, 0x2a, 0x38, 0xdb, 0x9d, 0x36, 0xb8, 0xdc};
    uint8_t held = 0;
    for (unsigned i = 0; i < 8; i++) {
        key(modifier[i], true);
        held = (uint8_t)(held | 1 << i);
        REPORTS(held, 0, 0, 0, 0, 0, 0, 0);
    }
    for (unsigned i = 0; i < 8; i++)
        key(modifier[i], false);
    for (unsigned i = 0; i < 8; i++) {
        held = (uint8_t)(held & ~(1 << i));
        REPORTS(held, 0, 0, 0, 0, 0, 0, 0);
    }
    for (uint8_t i = 0; i < 7; i++)
        key((uint8_t)(0x3b + i), true); /* F1 to F7 */
    for (uint8_t i = 0; i < 6; i++) {
        uint8_t want[8] = {0};
        for (uint8_t k = 0; k <= i; k++)
            want[2 + k] = (uint8_t)(0x3a + k);
        reports(8, want);
    }
    REPORTS(0, 0, 1, 1, 1, 1, 1, 1); /* a seventh: rolled over */
    key(0x3b, false), key(0x3c, false);
    REPORTS(0, 0, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x40);
    REPORTS(0, 0, 0x3c, 0x3d, 0x3e, 0x3f, 0x40, 0);
    unmake();
}
END_TEST

START_TEST(keyboard_queue_is_32_long_and_half_is_for_releases)
{
    struct key_sink k;
    make(USB_HID_KEYBOARD);
    configure();
    ck_assert_int_eq(poll_report(8), USB_NAK);
    k = usb_hid_keys(h);
    for (unsigned i = 0; i < 40; i++) {
        ck_assert_msg(k.room(k.ctx) == (i < 16), "room after %u", i);
        key(i & 1 ? 0x1e : 0x30, true);
    }
    ck_assert_uint_eq(h->keys, 32);
    for (unsigned i = 0; i < 32; i++)
        ck_assert_int_eq(poll_report(8), 8);
    ck_assert_int_eq(poll_report(8), USB_NAK);
    unmake();
}
END_TEST

START_TEST(wakes_the_host_only_where_that_was_allowed)
{
    for (unsigned i = 0; i < USB_HID_KINDS; i++)
        for (unsigned allowed = 0; allowed < 2; allowed++) {
            make((enum usb_hid_kind)i);
            configure();
            ck_assert_int_eq(poll_report(8), USB_NAK);
            if (allowed)
                tell(0, 3, 1, 0, NULL, 0);
            if (i == USB_HID_KEYBOARD)
                key(0x1e, true);
            else
                point(i == USB_HID_TABLET, 1, 1, 0, 0);
            ck_assert_msg(wake.rises == allowed, "kind %u, allowed %u: %u", i, allowed, wake.rises);
            unmake();
        }
}
END_TEST

START_TEST(info_says_who_listens)
{
    struct buf out = {0};
    make(USB_HID_KEYBOARD);
    h->dev.cls->print(&h->dev, &out);
    tell(0, 5, 9, 0, NULL, 0);
    configure();
    poll_report(8);
    key(0x1e, true), key(0x1e, false);
    h->dev.cls->print(&h->dev, &out);
    buf_add8(&out, 0);
    ck_assert_str_eq((char *)out.data, "hid: address 0, configuration 0, not polled, 0 reports waiting\n"
                                       "hid: address 9, configuration 1, polled, 2 reports waiting\n");
    buf_free(&out);
    unmake();
}
END_TEST

/* What a file says is no index and no size before it is looked at. */
START_TEST(loaded_state_is_bounded)
{
    static const struct {
        unsigned stage, len, at;
        bool good;
    } c[] = {{0, 0, 0, true},    {4, 256, 256, true}, {5, 0, 0, false},   {255, 0, 0, false},
             {1, 257, 0, false}, {1, 256, 0, true},   {1, 10, 11, false}, {1, 10, 10, true}};
    make(USB_HID_MOUSE);
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        h->fn.stage = (uint8_t)c[i].stage, h->fn.len = (uint16_t)c[i].len, h->fn.at = (uint16_t)c[i].at;
        h->dev.cls->post_load(&h->dev);
        ck_assert_msg((h->fn.len == c[i].len && h->fn.at == c[i].at && h->fn.stage == c[i].stage) == c[i].good,
                      "case %u", i);
        if (!c[i].good) {
            ck_assert_uint_eq(h->fn.len | h->fn.at, 0);
            ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_IN, 0, reply, 8), USB_STALL);
            ck_assert_int_eq(plug.packet(plug.ctx, USB_PID_OUT, 0, reply, 0), USB_STALL);
        }
    }
    for (unsigned i = 0; i < HID_MOVES; i++)
        h->x[i] = 32768, h->y[i] = -32768, h->z[i] = i & 1 ? 32768 : -32768;
    h->moves = 17, h->keys = 33;
    h->dev.cls->post_load(&h->dev);
    ck_assert_uint_eq(h->moves, 16);
    ck_assert_uint_eq(h->keys, 32);
    for (unsigned i = 0; i < HID_MOVES; i++)
        ck_assert_msg(h->x[i] == 32767 && h->y[i] == -32767 && h->z[i] == (i & 1 ? 32767 : -32767), "%u: %d %d %d", i,
                      h->x[i], h->y[i], h->z[i]);
    ck_assert_uint_eq(h->buttons[0], 0);
    h->moves = 16, h->keys = 32, h->x[3] = -5;
    h->dev.cls->post_load(&h->dev);
    ck_assert_uint_eq(h->moves, 16);
    ck_assert_uint_eq(h->keys, 32);
    ck_assert_int_eq(h->x[3], -5);
    unmake();
}
END_TEST

TCase *usb_hid_tests(void)
{
    TCase *c = tcase_create("usb-hid");
    tcase_add_test(c, standard_requests_name_what_there_is);
    tcase_add_test(c, configuration_and_interface);
    tcase_add_test(c, control_transfers_by_their_stages);
    tcase_add_test(c, answers_are_no_longer_than_they_are);
    tcase_add_test(c, bus_reset_forgets_everything);
    tcase_add_test(c, class_requests_by_kind);
    tcase_add_test(c, idle_reports_come_at_their_time);
    tcase_add_test(c, mouse_motion_is_told_in_parts_of_127);
    tcase_add_test(c, tablet_keeps_its_place);
    tcase_add_test(c, pointer_queue_is_16_long);
    tcase_add_test(c, keyboard_reports_each_change);
    tcase_add_test(c, keyboard_queue_is_32_long_and_half_is_for_releases);
    tcase_add_test(c, wakes_the_host_only_where_that_was_allowed);
    tcase_add_test(c, info_says_who_listens);
    tcase_add_test(c, loaded_state_is_bounded);
    return c;
}
