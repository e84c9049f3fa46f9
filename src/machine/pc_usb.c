/* SPDX-License-Identifier: MIT */
/* USB on the machine "pc": the PIIX3's host controller at 00:01.2, and what -device plugs into its two ports. */
#include "devices/usb/uhci.h"
#include "devices/usb/usb_hid.h"
#include "machine/parts.h"

enum { USB_DEVFN = 1 << 3 | 2 };

bool pc_usb(struct machine *m, struct error *err)
{
    if (!m->cfg.usb)
        return true;
    m->usb = uhci_new(&m->bus, "usb");
    m->usb->pbus = &m->pci;
    m->usb->devfn = USB_DEVFN;
    return machine_add(m, &m->usb->dev, err);
}

/* The first free of n places for sinks; the last ones are the board's own. */
static struct pointer_sink *free_pointer(struct pointer_sink *sinks)
{
    while (sinks->event)
        sinks++;
    return sinks;
}

struct dev *pc_make_usb(struct machine *m, const char *cls, struct error *err)
{
    static const char *const names[USB_HID_KINDS] = {"usb-tablet", "usb-mouse", "usb-keyboard"};
    static const char *const second[USB_HID_KINDS] = {"usb-tablet2", "usb-mouse2", "usb-keyboard2"};
    enum usb_hid_kind kind = cls[4] == 't' ? USB_HID_TABLET : cls[4] == 'm' ? USB_HID_MOUSE : USB_HID_KEYBOARD;
    struct usb_hid *h = usb_hid_new(&m->bus, machine_find(m, names[kind]) ? second[kind] : names[kind], kind);
    int port = m->usb ? uhci_attach(m->usb, usb_hid_plug(h)) : -1;
    if (port < 0) {
        error_set(err,
                  m->usb ? "-device %s: the USB controller's two ports are taken"
                         : "-device %s: there is no USB controller; say -usb too",
                  cls);
        dev_free(&h->dev);
        return NULL;
    }
    h->wake = uhci_wake(m->usb, port);
    if (kind == USB_HID_KEYBOARD)
        m->keys[m->keys[0].key ? 1 : 0] = usb_hid_keys(h);
    else
        *free_pointer(kind == USB_HID_TABLET ? m->absolute : m->relative) = usb_hid_pointer(h);
    return &h->dev;
}
