/* SPDX-License-Identifier: MIT */
/* What can be asked of a machine: lists made from the classes and models themselves. */
#include "machine/catalog.h"

#include "base/bits.h"
#include "base/buf.h"
#include "cpu/cpu.h"
#include "devices/audio/pcspk.h"
#include "devices/disk/i82077.h"
#include "devices/disk/piix3_ide.h"
#include "devices/dma/i8237.h"
#include "devices/input/i8042.h"
#include "devices/input/ps2_keyboard.h"
#include "devices/input/ps2_mouse.h"
#include "devices/input/vmmouse.h"
#include "devices/intc/i8259.h"
#include "devices/misc/debugcon.h"
#include "devices/misc/fw_cfg.h"
#include "devices/misc/isa_debug_exit.h"
#include "devices/misc/pc_testdev.h"
#include "devices/misc/pci_testdev.h"
#include "devices/misc/port61.h"
#include "devices/northbridge/i440fx.h"
#include "devices/parallel/lpt.h"
#include "devices/rtc/mc146818.h"
#include "devices/serial/ns16550.h"
#include "devices/southbridge/piix3.h"
#include "devices/timer/i8254.h"
#include "devices/usb/uhci.h"
#include "devices/usb/usb_hid.h"
#include "devices/video/vga.h"

const char *drive_place(unsigned index)
{
    static const char *const place[MAX_DRIVES] = {"hda", "hdb", "hdc", "hdd", "fda", "fdb"};
    return index < MAX_DRIVES ? place[index] : "?";
}

const char *const *catalog_machines(void)
{
    static const char *const list[] = {"pc", "PC with i440FX and PIIX3 (the default)", NULL};
    return list;
}

const char *const *catalog_cpus(void)
{
    static const char *list[2 * 16 + 1]; /* filled from the models on first use; the same every time */
    unsigned n = 0;
    for (const struct cpu_model *m; n < 16 && (m = cpu_model_at(n)) != NULL; n++) {
        list[2 * n] = m->name;
        list[2 * n + 1] = m->help;
    }
    list[2 * n] = NULL;
    return list;
}

const char *const *catalog_cpu_flags(void)
{
    static const char *list[64 + 1]; /* as above */
    unsigned n = 0;
    while (n < 64 && (list[n] = cpu_flag_at(n)) != NULL)
        n++;
    return list;
}

bool catalog_cpu_check(const char *spec, struct error *err)
{
    struct cpu_model m;
    return cpu_model_parse(spec, &m, err);
}

/* Classes that -device takes. */
static const struct dev_class *const optional[] = {&isa_debug_exit_class, &pc_testdev_class, &pci_testdev_class,
                                                   &usb_tablet_class,     &usb_mouse_class,  &usb_kbd_class};

/* The board's own chips: their help can be asked for too. */
static const struct dev_class *const fitted[] = {
    &debugcon_class, &fw_cfg_class,       &i440fx_class,    &i8042_class,     &i8237_class,  &i8254_class, &i8259_class,
    &mc146818_class, &ns16550_class,      &piix3_class,     &piix3_ide_class, &i82077_class, &pcspk_class, &lpt_class,
    &port61_class,   &ps2_keyboard_class, &ps2_mouse_class, &vmmouse_class,   &uhci_class,   &vga_class,
};

const char *const *catalog_devices(void)
{
    static const char *list[2 * ARRAY_LEN(optional) + 1];
    unsigned n = 0;
    for (size_t i = 0; i < ARRAY_LEN(optional); i++) {
        list[n++] = optional[i]->name;
        list[n++] = optional[i]->summary;
    }
    list[n] = NULL;
    return list;
}

static const struct dev_class *find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(optional); i++)
        if (!strcmp(optional[i]->name, name))
            return optional[i];
    for (size_t i = 0; i < ARRAY_LEN(fitted); i++)
        if (!strcmp(fitted[i]->name, name))
            return fitted[i];
    return NULL;
}

static void describe_props(const struct dev_class *c, struct buf *out)
{
    for (size_t i = 0; i < c->nprops; i++) {
        const struct dev_prop *p = &c->props[i];
        if (p->kind == PROP_BOOL)
            buf_printf(out, "  %s=on|off  %s (default %s)\n", p->name, p->help, p->preset ? "on" : "off");
        else if (p->kind == PROP_UINT)
            buf_printf(out, "  %s=%#x..%#x  %s (default %#x)\n", p->name, p->min, p->max, p->help, p->preset);
        else
            buf_printf(out, "  %s=TEXT  %s\n", p->name, p->help);
    }
}

bool catalog_device_check(const char *cls, const char *name, const char *value, struct error *err)
{
    const struct dev_class *c = find(cls);
    return c ? dev_check_prop(c, name, value, err) : error_set(err, "there is no device '%s'; see -device help", cls);
}

char *catalog_device_help(const char *name)
{
    static const char *const spaces[] = {"port", "memory", "PCI", "index"};
    const struct dev_class *c = find(name);
    struct buf out = {0};
    if (!c)
        return NULL;
    buf_printf(&out, "%s: %s\n  after: %s\nproperties:\n", c->name, c->summary, c->datasheet);
    describe_props(c, &out);
    if (!c->nprops)
        buf_printf(&out, "  none\n");
    if (c->nregs)
        buf_printf(&out, "registers:\n");
    for (size_t i = 0; i < c->nregs; i++)
        buf_printf(&out, "  %-20s %-6s %4xh  %u byte%s  reset %xh  writable %xh\n", c->regs[i].name,
                   spaces[c->regs[i].space], c->regs[i].offset, c->regs[i].width, c->regs[i].width == 1 ? " " : "s",
                   c->regs[i].reset, c->regs[i].writable);
    return (char *)out.data;
}
