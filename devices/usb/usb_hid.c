/* SPDX-License-Identifier: MIT */
/*
 * USB tablet (absolute coordinates), mouse and keyboard, full speed. Device Class Definition for
 * Human Interface Devices 1.11: section 7.2 (class requests), appendix B (boot protocols) and F
 * (keyboard).
 *
 * A report is made when the host asks for one and there is something new, or the idle time is over.
 * Motion adds up in between; buttons and keys are reported in the order in which they moved.
 */
#include "devices/usb/usb_hid.h"

enum { GET_REPORT = 1, GET_IDLE = 2, GET_PROTOCOL = 3, SET_REPORT = 9, SET_IDLE = 10, SET_PROTOCOL = 11 };
enum { REPORT_INPUT = 1, REPORT_OUTPUT = 2, TYPE_CLASS_IN = 0xa1, TYPE_CLASS_OUT = 0x21 };
enum { PROTOCOL_BOOT, PROTOCOL_REPORT };
enum { USAGE_MODIFIERS = 0xe0, ROLL_OVER = 1, KEYS_AT_ONCE = 6 };
enum { KEYBOARD_IDLE = 125, LEDS = 0x1f, IN_ENDPOINT = 1, MOTION_MAX = 32767 };
#define IDLE_UNIT_NS UINT64_C(4000000)

static enum usb_hid_kind kind(const struct usb_hid *h)
{
    return h->dev.cls == &usb_tablet_class  ? USB_HID_TABLET
           : h->dev.cls == &usb_mouse_class ? USB_HID_MOUSE
                                            : USB_HID_KEYBOARD;
}

/* --- Reports --- */

static int32_t clamp(int32_t v, int32_t max)
{
    return v < -max ? -max : v > max ? max : v;
}

static void forget_move(struct usb_hid *h)
{
    h->moves--;
    memmove(h->x, h->x + 1, h->moves * sizeof h->x[0]);
    memmove(h->y, h->y + 1, h->moves * sizeof h->y[0]);
    memmove(h->z, h->z + 1, h->moves * sizeof h->z[0]);
    memmove(h->buttons, h->buttons + 1, h->moves);
}

static unsigned tablet_report(struct usb_hid *h, uint8_t *r)
{
    int32_t z = 0;
    if (h->moves) {
        z = clamp(h->z[0], 127);
        h->z[0] -= z;
        h->last_x = h->x[0];
        h->last_y = h->y[0];
        h->last_buttons = h->buttons[0];
        if (!h->z[0])
            forget_move(h);
    }
    r[0] = h->last_buttons;
    st16(r + 1, (uint16_t)h->last_x);
    st16(r + 3, (uint16_t)h->last_y);
    r[5] = (uint8_t)z;
    return 6;
}

static unsigned mouse_report(struct usb_hid *h, uint8_t *r)
{
    int32_t x = 0, y = 0, z = 0;
    if (h->moves) {
        x = clamp(h->x[0], 127), y = clamp(h->y[0], 127), z = clamp(h->z[0], 127);
        h->x[0] -= x, h->y[0] -= y, h->z[0] -= z;
        h->last_buttons = h->buttons[0];
        if (!h->x[0] && !h->y[0] && !h->z[0])
            forget_move(h);
    }
    r[0] = h->protocol == PROTOCOL_BOOT ? h->last_buttons & 7 : h->last_buttons;
    r[1] = (uint8_t)x;
    r[2] = (uint8_t)y;
    r[3] = (uint8_t)z;
    return h->protocol == PROTOCOL_BOOT ? 3 : 4;
}

static unsigned keyboard_report(struct usb_hid *h, uint8_t *r)
{
    unsigned n = 0;
    if (h->keys) {
        uint8_t u = h->key[0], bit = (uint8_t)BIT(u % 8);
        h->down[u / 8] = (uint8_t)(h->level[0] ? h->down[u / 8] | bit : h->down[u / 8] & ~bit);
        h->keys--;
        memmove(h->key, h->key + 1, h->keys);
        memmove(h->level, h->level + 1, h->keys);
    }
    memset(r, 0, HID_REPORT);
    r[0] = h->down[USAGE_MODIFIERS / 8];
    for (unsigned u = 4; u < USAGE_MODIFIERS; u++) {
        if (!(h->down[u / 8] & BIT(u % 8)))
            continue;
        if (n < KEYS_AT_ONCE)
            r[2 + n] = (uint8_t)u;
        n++;
    }
    if (n > KEYS_AT_ONCE)
        memset(r + 2, ROLL_OVER, KEYS_AT_ONCE);
    return HID_REPORT;
}

static unsigned report(struct usb_hid *h, uint8_t *r)
{
    h->told = clock_ns(h->dev.bus->clock);
    switch (kind(h)) {
    case USB_HID_TABLET: return tablet_report(h, r);
    case USB_HID_MOUSE: return mouse_report(h, r);
    default: return keyboard_report(h, r);
    }
}

static bool news(const struct usb_hid *h)
{
    uint64_t now = clock_ns(h->dev.bus->clock);
    return h->moves || h->keys || (h->idle && now - h->told >= h->idle * IDLE_UNIT_NS);
}

/* --- The bus --- */

static int class_request(void *ctx, const struct usb_setup *s, uint8_t *data)
{
    struct usb_hid *h = ctx;
    if (s->index || (s->type != TYPE_CLASS_IN && s->type != TYPE_CLASS_OUT))
        return USB_STALL;
    switch (s->type << 8 | s->request) {
    case TYPE_CLASS_IN << 8 | GET_REPORT: return s->value == REPORT_INPUT << 8 ? (int)report(h, data) : USB_STALL;
    case TYPE_CLASS_IN << 8 | GET_IDLE: data[0] = h->idle; return 1;
    case TYPE_CLASS_IN << 8 | GET_PROTOCOL: data[0] = h->protocol; return kind(h) == USB_HID_TABLET ? USB_STALL : 1;
    case TYPE_CLASS_OUT << 8 | SET_REPORT:
        if (kind(h) != USB_HID_KEYBOARD || s->value != REPORT_OUTPUT << 8 || s->length != 1)
            return USB_STALL;
        h->leds = data[0] & LEDS;
        return 0;
    case TYPE_CLASS_OUT << 8 | SET_IDLE:
        h->idle = (uint8_t)(s->value >> 8);
        h->told = clock_ns(h->dev.bus->clock);
        return 0;
    case TYPE_CLASS_OUT << 8 | SET_PROTOCOL:
        if (kind(h) == USB_HID_TABLET || s->value > PROTOCOL_REPORT)
            return USB_STALL;
        h->protocol = (uint8_t)s->value;
        return 0;
    default: return USB_STALL;
    }
}

static const uint8_t *descriptor(void *ctx, uint8_t type, uint8_t which, uint16_t index, unsigned *len)
{
    return usb_hid_descriptor(kind(ctx), type, which, index, len);
}

static void forget(struct usb_hid *h)
{
    h->moves = h->keys = 0;
    h->last_buttons = 0;
    memset(h->down, 0, sizeof h->down);
}

static void configured(void *ctx)
{
    struct usb_hid *h = ctx;
    h->polled = false;
    h->protocol = PROTOCOL_REPORT;
    h->idle = kind(h) == USB_HID_KEYBOARD ? KEYBOARD_IDLE : 0;
    forget(h);
}

static int packet(void *ctx, enum usb_pid pid, unsigned ep, uint8_t *data, unsigned len)
{
    struct usb_hid *h = ctx;
    uint8_t r[HID_REPORT];
    if (ep == 0)
        return usb_function_control(&h->fn, pid, data, len);
    if (ep != IN_ENDPOINT || pid != USB_PID_IN || !h->fn.configuration || h->fn.halted[IN_ENDPOINT])
        return USB_STALL;
    h->polled = true;
    if (!news(h))
        return USB_NAK;
    unsigned n = report(h, r);
    if (n <= len)
        memcpy(data, r, n);
    return (int)n;
}

static uint8_t address(void *ctx)
{
    const struct usb_hid *h = ctx;
    return h->fn.address;
}

static void bus_reset(void *ctx)
{
    struct usb_hid *h = ctx;
    usb_function_reset(&h->fn);
}

struct usb_plug usb_hid_plug(struct usb_hid *h)
{
    return (struct usb_plug){h, packet, address, bus_reset};
}

/* --- What the user does --- */

static bool listened_to(void *ctx)
{
    const struct usb_hid *h = ctx;
    return h->polled;
}

static void wake(struct usb_hid *h)
{
    if (h->fn.remote_wakeup)
        irq_set(&h->wake, 1);
}

/* The place for an event: that of the last one where the buttons are the same or the queue is full, else a new one. */
static unsigned place(struct usb_hid *h, uint8_t buttons)
{
    if (!h->moves || (h->buttons[h->moves - 1] != buttons && h->moves < HID_MOVES)) {
        h->x[h->moves] = h->y[h->moves] = h->z[h->moves] = 0;
        h->moves++;
    }
    h->buttons[h->moves - 1] = buttons;
    return h->moves - 1U;
}

static void pointed(void *ctx, const struct pointer_event *e)
{
    struct usb_hid *h = ctx;
    if (!h->polled || e->absolute != (kind(h) == USB_HID_TABLET))
        return;
    unsigned at = place(h, e->buttons & POINTER_ALL);
    h->x[at] = e->absolute ? e->x : clamp(h->x[at] + e->dx, MOTION_MAX);
    h->y[at] = e->absolute ? e->y : clamp(h->y[at] + e->dy, MOTION_MAX);
    h->z[at] = clamp(h->z[at] + e->wheel, MOTION_MAX);
    wake(h);
}

static void key(void *ctx, uint8_t qnum, bool down)
{
    struct usb_hid *h = ctx;
    uint8_t u = usb_hid_usage(qnum);
    if (!h->polled || !u || h->keys == HID_KEYS)
        return;
    h->key[h->keys] = u;
    h->level[h->keys++] = down;
    wake(h);
}

/* A release must fit too where the guest polls slowly. */
static bool room(void *ctx)
{
    const struct usb_hid *h = ctx;
    return h->keys < HID_KEYS / 2;
}

struct pointer_sink usb_hid_pointer(struct usb_hid *h)
{
    return (struct pointer_sink){pointed, listened_to, h};
}

struct key_sink usb_hid_keys(struct usb_hid *h)
{
    return (struct key_sink){.key = key, .wanted = listened_to, .ctx = h, .room = room};
}

/* --- The device --- */

static bool realize(struct dev *d, struct error *err)
{
    static const struct usb_function_ops ops = {descriptor, class_request, configured};
    struct usb_hid *h = (struct usb_hid *)d;
    (void)err;
    h->fn.ops = &ops;
    h->fn.ctx = h;
    return true;
}

static void reset(struct dev *d)
{
    struct usb_hid *h = (struct usb_hid *)d;
    usb_function_reset(&h->fn);
    h->leds = 0;
    h->told = 0;
    h->last_x = h->last_y = 0;
}

/* Nothing that a file says is trusted as an index. */
static void post_load(struct dev *d)
{
    struct usb_hid *h = (struct usb_hid *)d;
    usb_function_post_load(&h->fn);
    h->moves = MIN(h->moves, HID_MOVES);
    h->keys = MIN(h->keys, HID_KEYS);
    for (unsigned i = 0; i < HID_MOVES; i++) {
        h->x[i] = clamp(h->x[i], MOTION_MAX);
        h->y[i] = clamp(h->y[i], MOTION_MAX);
        h->z[i] = clamp(h->z[i], MOTION_MAX);
    }
}

static void print(struct dev *d, struct buf *out)
{
    const struct usb_hid *h = (const struct usb_hid *)d;
    buf_printf(out, "%s: address %u, configuration %u, %s, %u reports waiting\n", d->id, h->fn.address,
               h->fn.configuration, h->polled ? "polled" : "not polled", h->moves + h->keys);
}

static const struct state_field fields[] = {
    USB_FUNCTION_STATE(struct usb_hid, fn), STATE_U(struct usb_hid, protocol), STATE_U(struct usb_hid, idle),
    STATE_U(struct usb_hid, polled),        STATE_U(struct usb_hid, told),     STATE_ARRAY(struct usb_hid, x),
    STATE_ARRAY(struct usb_hid, y),         STATE_ARRAY(struct usb_hid, z),    STATE_BLOB(struct usb_hid, buttons),
    STATE_U(struct usb_hid, moves),         STATE_U(struct usb_hid, last_x),   STATE_U(struct usb_hid, last_y),
    STATE_U(struct usb_hid, last_buttons),  STATE_BLOB(struct usb_hid, key),   STATE_BLOB(struct usb_hid, level),
    STATE_U(struct usb_hid, keys),          STATE_BLOB(struct usb_hid, down),  STATE_U(struct usb_hid, leds),
};

#define HID_CLASS(n, text)                                                                             \
    .name = (n), .summary = (text), .datasheet = "USB Device Class Definition for HID 1.11",           \
    .size = sizeof(struct usb_hid), .state = DEV_STATE(n, fields), .realize = realize, .reset = reset, \
    .post_load = post_load, .print = print

const struct dev_class usb_tablet_class = {HID_CLASS("usb-tablet", "USB tablet: a pointer with absolute coordinates")};
const struct dev_class usb_mouse_class = {HID_CLASS("usb-mouse", "USB mouse with wheel")};
const struct dev_class usb_kbd_class = {HID_CLASS("usb-kbd", "USB keyboard")};

struct usb_hid *usb_hid_new(struct bus *bus, const char *id, enum usb_hid_kind kind)
{
    static const struct dev_class *const classes[] = {&usb_tablet_class, &usb_mouse_class, &usb_kbd_class};
    return dev_new(classes[kind], id, bus);
}
