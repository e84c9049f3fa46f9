/* SPDX-License-Identifier: MIT */
/*
 * USB tablet, mouse and keyboard.
 *
 *     struct usb_hid *t = usb_hid_new(bus, "tablet", USB_HID_TABLET);
 *     t->wake = uhci_wake(uhci, uhci_attach(uhci, usb_hid_plug(t)));
 *     struct pointer_sink s = usb_hid_pointer(t);
 */
#ifndef VITRINE_DEVICES_USB_HID_H
#define VITRINE_DEVICES_USB_HID_H

#include "bus/dev.h"
#include "bus/input.h"
#include "devices/usb/usb_function.h"

enum usb_hid_kind { USB_HID_TABLET, USB_HID_MOUSE, USB_HID_KEYBOARD, USB_HID_KINDS };
enum { HID_MOVES = 16, HID_KEYS = 32, HID_REPORT = 8 };

struct usb_hid {
    struct dev dev;
    /* Set before dev_realize. */
    struct irq_line wake; /* remote wakeup */

    struct usb_function fn;
    uint8_t protocol; /* 0: boot, 1: report */
    uint8_t idle;     /* in 4 ms; 0: only what changed is reported */
    bool polled;      /* a driver listens */
    uint64_t told;    /* ns of the last report */

    /* Pointers: what was not reported yet, and the last state reported. */
    int32_t x[HID_MOVES], y[HID_MOVES], z[HID_MOVES];
    uint8_t buttons[HID_MOVES];
    uint8_t moves;
    int32_t last_x, last_y;
    uint8_t last_buttons;
    /* Keyboard: keys by usage, in the order in which they moved, and those that are down. */
    uint8_t key[HID_KEYS], level[HID_KEYS];
    uint8_t keys;
    uint8_t down[256 / 8];
    uint8_t leds;
};

extern const struct dev_class usb_tablet_class, usb_mouse_class, usb_kbd_class;

struct usb_hid *usb_hid_new(struct bus *bus, const char *id, enum usb_hid_kind kind);
struct usb_plug usb_hid_plug(struct usb_hid *h);
struct pointer_sink usb_hid_pointer(struct usb_hid *h);
struct key_sink usb_hid_keys(struct usb_hid *h);

/* usb_hid_tables.c */
const uint8_t *usb_hid_descriptor(enum usb_hid_kind kind, uint8_t type, uint8_t which, uint16_t index, unsigned *len);
uint8_t usb_hid_usage(uint8_t qnum); /* 0: none */

#endif
