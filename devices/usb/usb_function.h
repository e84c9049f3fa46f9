/* SPDX-License-Identifier: MIT */
/* The part that all USB functions share: the default pipe and the standard requests. */
#ifndef VITRINE_DEVICES_USB_FUNCTION_H
#define VITRINE_DEVICES_USB_FUNCTION_H

#include "base/bits.h"
#include "base/state.h"
#include "bus/usb.h"

enum { USB_EP0_SIZE = 8, USB_CONTROL_MAX = 256, USB_FUNCTION_EPS = 2 };

/* A request's eight bytes, USB 1.1 9.3. */
struct usb_setup {
    uint8_t type, request;
    uint16_t value, index, length;
};

struct usb_function_ops {
    /* A descriptor's bytes; NULL: there is none. `index`: wIndex (a language, or an interface). */
    const uint8_t *(*descriptor)(void *ctx, uint8_t type, uint8_t which, uint16_t index, unsigned *len);
    /* A class request: bytes put into `data` for one to the host (at most USB_CONTROL_MAX), 0 for
     * one from it, whose `data` is there; USB_STALL: refused. */
    int (*request)(void *ctx, const struct usb_setup *s, uint8_t *data);
    void (*configured)(void *ctx); /* SET_CONFIGURATION, or a bus reset */
};

struct usb_function {
    const struct usb_function_ops *ops;
    void *ctx;

    uint8_t address, new_address, configuration;
    uint8_t stage; /* of the control transfer */
    uint8_t setup[8];
    uint8_t data[USB_CONTROL_MAX];
    uint16_t len, at;
    bool remote_wakeup;
    bool halted[USB_FUNCTION_EPS]; /* by endpoint number; [0] is not used */
};

void usb_function_reset(struct usb_function *f); /* reset signalling, and power-on */
void usb_function_post_load(struct usb_function *f);
/* A transaction at endpoint 0. */
int usb_function_control(struct usb_function *f, enum usb_pid pid, uint8_t *data, unsigned len);

#define USB_FUNCTION_STATE(type, m)                                                                                 \
    STATE_U(type, m.address), STATE_U(type, m.new_address), STATE_U(type, m.configuration), STATE_U(type, m.stage), \
        STATE_BLOB(type, m.setup), STATE_BLOB(type, m.data), STATE_U(type, m.len), STATE_U(type, m.at),             \
        STATE_U(type, m.remote_wakeup), STATE_ARRAY(type, m.halted)

#endif
