/* SPDX-License-Identifier: MIT */
/*
 * The PIIX3's USB host controller.
 *
 *     struct uhci *u = uhci_new(bus, "usb");
 *     u->pbus = &pci, u->devfn = 00:01.2;
 *     int n = uhci_attach(u, usb_hid_plug(t));
 *     t->wake = uhci_wake(u, n);
 */
#ifndef VITRINE_DEVICES_USB_UHCI_H
#define VITRINE_DEVICES_USB_UHCI_H

#include "bus/dev.h"
#include "bus/pci.h"
#include "bus/usb.h"

enum { UHCI_PORTS = 2 };

struct uhci {
    struct dev dev;
    /* Set before dev_realize. */
    struct pci_bus *pbus;
    uint8_t devfn;

    struct {
        struct usb_plug plug;
        uint16_t sc; /* PORTSC */
    } port[UHCI_PORTS];

    struct pci_func pci;
    uint16_t cmd, sts, intr, frnum;
    uint32_t flbase;
    uint8_t sofmod;
    uint8_t cause;      /* why USBSTS bit 0 is set: 1 IOC, 2 short packet */
    struct timer frame; /* the end of the current one */
};

extern const struct dev_class uhci_class;

struct uhci *uhci_new(struct bus *bus, const char *id);
/* Plugs a function in at the first free port; its number, -1 where there is none. */
int uhci_attach(struct uhci *u, struct usb_plug plug);
struct irq_line uhci_wake(struct uhci *u, int port); /* a function's remote wakeup */

/* uhci_schedule.c: all transactions of a frame. */
void uhci_run_frame(struct uhci *u);

/* Of USBCMD and USBSTS, for both files. */
enum {
    UHCI_CMD_RS = 0x01,
    UHCI_CMD_HCRESET = 0x02,
    UHCI_CMD_GRESET = 0x04,
    UHCI_CMD_EGSM = 0x08,
    UHCI_CMD_FGR = 0x10,
    UHCI_CMD_SWDBG = 0x20,
};
enum {
    UHCI_STS_USBINT = 0x01,
    UHCI_STS_ERROR = 0x02,
    UHCI_STS_RESUME = 0x04,
    UHCI_STS_HSE = 0x08,
    UHCI_STS_HCPE = 0x10,
    UHCI_STS_HALTED = 0x20,
};
enum { UHCI_CAUSE_IOC = 1, UHCI_CAUSE_SHORT = 2 };
enum { UHCI_PORT_ENABLED = 0x0004, UHCI_PORT_RESET = 0x0200, UHCI_PORT_SUSPEND = 0x1000 };

#endif
