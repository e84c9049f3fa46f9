/* SPDX-License-Identifier: MIT */
/* A USB cable: what a host controller's port sees of the function at its end. USB 1.1 chapter 8. */
#ifndef VITRINE_BUS_USB_H
#define VITRINE_BUS_USB_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/irq.h"

enum usb_pid { USB_PID_OUT = 0xe1, USB_PID_IN = 0x69, USB_PID_SETUP = 0x2d };

/* What a function answers instead of data or ACK. */
enum { USB_NAK = -1, USB_STALL = -2 };

struct usb_plug {
    void *ctx; /* NULL: nothing is plugged in */
    /*
     * A transaction at endpoint `ep`: SETUP and OUT give `len` bytes, IN asks for at most `len`.
     * The bytes moved (an IN may have more than asked for, which is babble: they are not stored),
     * or USB_NAK, USB_STALL.
     */
    int (*packet)(void *ctx, enum usb_pid pid, unsigned ep, uint8_t *data, unsigned len);
    uint8_t (*address)(void *ctx); /* 0: the default one */
    void (*reset)(void *ctx);      /* reset signalling on the bus */
};

#endif
