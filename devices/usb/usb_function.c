/* SPDX-License-Identifier: MIT */
/*
 * Default pipe and standard requests of a USB function with one configuration and one interface.
 * USB Specification 1.1: 8.5.2 (control transfers), 9.4 (standard requests).
 *
 * LIMIT: data toggles are ignored: this bus loses no packet, so host and function always agree which one comes next.
 */
#include "devices/usb/usb_function.h"

enum { IDLE, DATA_IN, DATA_OUT, STATUS_IN, STALLED, STAGES };
enum { TYPE_IN = 0x80, TYPE_MASK = 0x60, TO_DEVICE = 0, TO_INTERFACE = 1, TO_ENDPOINT = 2 };
enum {
    GET_STATUS = 0,
    CLEAR_FEATURE = 1,
    SET_FEATURE = 3,
    SET_ADDRESS = 5,
    GET_DESCRIPTOR = 6,
    GET_CONFIGURATION = 8,
    SET_CONFIGURATION = 9,
    GET_INTERFACE = 10,
    SET_INTERFACE = 11
};
enum { ENDPOINT_HALT = 0, DEVICE_REMOTE_WAKEUP = 1 };
enum { STATUS_REMOTE_WAKEUP = 2, EP_IN = 0x80 };

void usb_function_reset(struct usb_function *f)
{
    f->address = f->new_address = f->configuration = 0;
    f->stage = IDLE;
    f->len = f->at = 0;
    f->remote_wakeup = false;
    memset(f->halted, 0, sizeof f->halted);
    f->ops->configured(f->ctx);
}

void usb_function_post_load(struct usb_function *f)
{
    if (f->stage >= STAGES || f->len > USB_CONTROL_MAX || f->at > f->len) { /* never trusted to a file */
        f->stage = STALLED;
        f->len = f->at = 0;
    }
}

static struct usb_setup parse(const uint8_t *b)
{
    return (struct usb_setup){b[0], b[1], ld16(b + 2), ld16(b + 4), ld16(b + 6)};
}

/* The endpoint that wIndex names; 0: none of ours. */
static unsigned endpoint(const struct usb_setup *s)
{
    unsigned n = s->index & 0x0f;
    return (s->index & 0xff70) == 0 && (s->index & EP_IN) && n < USB_FUNCTION_EPS ? n : 0;
}

static int get_status(const struct usb_function *f, const struct usb_setup *s, uint8_t *data)
{
    unsigned to = s->type & 0x1f;
    st16(data, 0);
    if (to == TO_DEVICE)
        data[0] = f->remote_wakeup ? STATUS_REMOTE_WAKEUP : 0;
    else if (to == TO_ENDPOINT && endpoint(s))
        data[0] = f->halted[endpoint(s)];
    else if (to > TO_ENDPOINT || (to == TO_ENDPOINT && s->index & 0x7f))
        return USB_STALL;
    return 2;
}

static int feature(struct usb_function *f, const struct usb_setup *s, bool on)
{
    unsigned to = s->type & 0x1f;
    if (to == TO_DEVICE && s->value == DEVICE_REMOTE_WAKEUP)
        f->remote_wakeup = on;
    else if (to == TO_ENDPOINT && s->value == ENDPOINT_HALT && endpoint(s))
        f->halted[endpoint(s)] = on;
    else if (to != TO_ENDPOINT || s->value != ENDPOINT_HALT || s->index & 0x7f)
        return USB_STALL;
    return 0;
}

static int get_descriptor(struct usb_function *f, const struct usb_setup *s, uint8_t *data)
{
    unsigned len = 0;
    const uint8_t *d = f->ops->descriptor(f->ctx, (uint8_t)(s->value >> 8), (uint8_t)s->value, s->index, &len);
    if (!d || len > USB_CONTROL_MAX)
        return USB_STALL;
    memcpy(data, d, len);
    return (int)len;
}

static int set_configuration(struct usb_function *f, uint16_t value)
{
    if (value > 1)
        return USB_STALL;
    f->configuration = (uint8_t)value;
    memset(f->halted, 0, sizeof f->halted);
    f->ops->configured(f->ctx);
    return 0;
}

static int to_host(struct usb_function *f, const struct usb_setup *s, uint8_t *data)
{
    switch (s->request) {
    case GET_STATUS: return get_status(f, s, data);
    case GET_DESCRIPTOR: return get_descriptor(f, s, data);
    case GET_CONFIGURATION: data[0] = f->configuration; return 1;
    case GET_INTERFACE: data[0] = 0; return f->configuration && !s->index ? 1 : USB_STALL;
    default: return USB_STALL;
    }
}

static int from_host(struct usb_function *f, const struct usb_setup *s)
{
    switch (s->request) {
    case CLEAR_FEATURE:
    case SET_FEATURE: return feature(f, s, s->request == SET_FEATURE);
    case SET_ADDRESS:
        f->new_address = s->value & 0x7f; /* after the status stage */
        return 0;
    case SET_CONFIGURATION: return set_configuration(f, s->value);
    case SET_INTERFACE: return f->configuration && !s->index && !s->value ? 0 : USB_STALL;
    default: return USB_STALL;
    }
}

static int carry_out(struct usb_function *f)
{
    struct usb_setup s = parse(f->setup);
    if (s.type & TYPE_MASK)
        return f->ops->request(f->ctx, &s, f->data);
    return s.type & TYPE_IN ? to_host(f, &s, f->data) : from_host(f, &s);
}

static void begin(struct usb_function *f, const uint8_t *setup)
{
    memcpy(f->setup, setup, sizeof f->setup);
    struct usb_setup s = parse(f->setup);
    f->at = 0;
    f->new_address = f->address;
    if (s.type & TYPE_IN) {
        int n = carry_out(f);
        f->len = (uint16_t)(n < 0 ? 0 : MIN(n, (int)s.length));
        f->stage = n < 0 ? STALLED : DATA_IN;
    } else if (s.length > USB_CONTROL_MAX) {
        f->stage = STALLED;
    } else if (s.length) {
        f->len = s.length;
        f->stage = DATA_OUT;
    } else {
        f->len = 0;
        f->stage = carry_out(f) < 0 ? STALLED : STATUS_IN;
    }
}

static int in(struct usb_function *f, uint8_t *data, unsigned room)
{
    unsigned n = MIN((unsigned)(f->len - f->at), (unsigned)USB_EP0_SIZE);
    if (f->stage == DATA_IN) {
        if (n <= room)
            memcpy(data, f->data + f->at, n);
        f->at = (uint16_t)(f->at + n);
        return (int)n;
    }
    if (f->stage != STATUS_IN)
        return USB_STALL;
    f->stage = IDLE;
    f->address = f->new_address;
    return 0;
}

static int out(struct usb_function *f, const uint8_t *data, unsigned len)
{
    if (f->stage == DATA_IN && !len) { /* the status stage; it may come before all data was taken */
        f->stage = IDLE;
        return 0;
    }
    if (f->stage != DATA_OUT || len > (unsigned)(f->len - f->at))
        return USB_STALL;
    memcpy(f->data + f->at, data, len);
    f->at = (uint16_t)(f->at + len);
    if (f->at == f->len)
        f->stage = carry_out(f) < 0 ? STALLED : STATUS_IN;
    return (int)len;
}

int usb_function_control(struct usb_function *f, enum usb_pid pid, uint8_t *data, unsigned len)
{
    if (pid == USB_PID_SETUP) {
        if (len != sizeof f->setup)
            return USB_STALL;
        begin(f, data);
        return (int)len;
    }
    return pid == USB_PID_IN ? in(f, data, len) : out(f, data, len);
}
