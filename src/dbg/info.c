/* SPDX-License-Identifier: MIT */
/* info: a table of what can be shown, and chips by their names. */
#include "dbg/dbg_priv.h"

#include <string.h>

#include "machine/machine.h"

static void one_chip(struct machine *m, const char *id, struct buf *out)
{
    struct dev *d = machine_find(m, id);
    if (d && d->cls->print)
        d->cls->print(d, out);
    else
        buf_printf(out, "%s\n", d ? "it has nothing to tell" : "there is none in this machine");
}

static void registers(struct machine *m, const char *args, struct buf *out)
{
    (void)args;
    buf_printf(out, "\nCPU#0\n");
    machine_info_registers(m, out);
}

static void pic(struct machine *m, const char *args, struct buf *out)
{
    (void)args;
    if (machine_find(m, "ioapic"))
        one_chip(m, "ioapic", out);
    one_chip(m, "pic1", out);
    one_chip(m, "pic0", out);
}

static void lapic(struct machine *m, const char *args, struct buf *out)
{
    (void)args;
    one_chip(m, "lapic", out);
}

static void ioapic(struct machine *m, const char *args, struct buf *out)
{
    (void)args;
    one_chip(m, "ioapic", out);
}

/* Every chip that prints and whose class is named so. */
static unsigned chips_of(struct machine *m, const char *const *classes, struct buf *out)
{
    unsigned n = 0;
    for (struct dev *d = m->devices; d; d = d->next)
        for (const char *const *c = classes; *c; c++)
            if (!strcmp(d->cls->name, *c) && d->cls->print) {
                d->cls->print(d, out);
                n++;
            }
    return n;
}

static void irq(struct machine *m, const char *args, struct buf *out)
{
    static const char *const classes[] = {"irq-lines", "i8259", NULL};
    (void)args;
    chips_of(m, classes, out);
}

static void usb(struct machine *m, const char *args, struct buf *out)
{
    static const char *const classes[] = {"piix3-usb-uhci", "usb-tablet", "usb-mouse", "usb-kbd", NULL};
    (void)args;
    if (!chips_of(m, classes, out))
        buf_printf(out, "Error: USB support not enabled\n");
}

static void mice(struct machine *m, const char *args, struct buf *out)
{
    static const struct {
        const char *cls, *name;
        bool absolute;
    } mouse[] = {{"ps2-mouse", "PS/2 Mouse", false},
                 {"vmmouse", "vmmouse", true},
                 {"usb-tablet", "USB Tablet", true},
                 {"usb-mouse", "USB Mouse", false}};
    unsigned n = 0;
    (void)args;
    for (struct dev *d = m->devices; d; d = d->next)
        for (size_t i = 0; i < ARRAY_LEN(mouse); i++)
            if (!strcmp(d->cls->name, mouse[i].cls))
                buf_printf(out, "%c Mouse #%u: %s%s\n", machine_points_with(m, d) ? '*' : ' ', n++, mouse[i].name,
                           mouse[i].absolute ? " (absolute)" : "");
    if (!n)
        buf_printf(out, "No mouse devices connected\n");
}

static void ioports(struct machine *m, const char *args, struct buf *out)
{
    (void)args;
    machine_info(m, "ioports", out);
}

static void devices(struct machine *m, const char *args, struct buf *out)
{
    (void)args;
    machine_info(m, "devices", out);
}

static void guest_errors(struct machine *m, const char *args, struct buf *out)
{
    (void)args;
    machine_info(m, "guest-errors", out);
}

static const struct {
    struct command_word word;
    dbg_fn *run;
} table[] = {
    {{"registers", NULL, "", "the CPU's registers"}, registers},
    {{"mem", NULL, "", "what the page tables map, as ranges"}, info_mem},
    {{"tlb", NULL, "", "what the page tables map, page by page"}, info_tlb},
    {{"mtree", NULL, "[-f]", "the memory map; -f: what each address reaches"}, info_mtree},
    {{"ioports", NULL, "", "who has which I/O ports"}, ioports},
    {{"pci", NULL, "[-t]", "PCI functions and where their registers are; -t: a line each"}, info_pci},
    {{"pic", NULL, "", "the interrupt controllers"}, pic},
    {{"irq", NULL, "", "interrupt lines"}, irq},
    {{"lapic", NULL, "", "the local APIC"}, lapic},
    {{"ioapic", NULL, "", "the I/O APIC"}, ioapic},
    {{"usb", NULL, "", "the USB controller and what is plugged into it"}, usb},
    {{"mice", NULL, "", "pointing devices; * marks those that a move goes to"}, mice},
    {{"roms", NULL, "", "ROMs and where they are"}, info_roms},
    {{"qtree", NULL, "", "devices with their properties"}, info_qtree},
    {{"devices", NULL, "", "chips; info NAME shows one of them"}, devices},
    {{"guest-errors", NULL, "", "what the guest did wrong last"}, guest_errors},
};

const struct command_word *dbg_info_at(unsigned i)
{
    return i < ARRAY_LEN(table) ? &table[i].word : NULL;
}

void dbg_info(struct machine *m, const char *what, struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        const char *args = command_args(&table[i].word, what);
        if (!args)
            continue;
        if (*args && !*table[i].word.args)
            buf_printf(out, "info %s: takes no arguments\n", table[i].word.name);
        else
            table[i].run(m, args, out);
        return;
    }
    struct dev *d = machine_find(m, what);
    if (d)
        one_chip(m, what, out);
    else
        buf_printf(out, "unknown command: 'info %s'\n", what);
}
