/* SPDX-License-Identifier: MIT */
/* info pci: configuration space of each function (PCI Local Bus 2.1, 6.1 and appendix D). */
#include "dbg/dbg_priv.h"

#include <string.h>

#include "bus/pci.h"

enum { COMMAND_IO = 1, COMMAND_MEM = 2, CONFIG_BAR0 = 0x10, CONFIG_ROM = 0x30, CONFIG_LINE = 0x3c, CONFIG_PIN = 0x3d };

static const char *class_name(uint16_t cls)
{
    static const struct {
        uint16_t cls;
        const char *name;
    } names[] = {{0x0101, "IDE controller"},
                 {0x0300, "VGA controller"},
                 {0x0600, "Host bridge"},
                 {0x0601, "ISA bridge"},
                 {0x0680, "Bridge"},
                 {0x0c03, "USB controller"},
                 {0x0880, "System peripheral"},
                 {0x0200, "Ethernet controller"}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].cls == cls)
            return names[i].name;
    return NULL;
}

/* Where a BAR is, or all ones while the command register keeps it from being decoded. */
static uint64_t bar_address(const struct pci_func *f, unsigned n)
{
    bool io = f->bar[n].kind == PCI_BAR_IO;
    uint32_t v = ld32(f->config + (n == PCI_BAR_ROM ? CONFIG_ROM : CONFIG_BAR0 + 4 * n));
    bool on = f->config[4] & (io ? COMMAND_IO : COMMAND_MEM) && (n != PCI_BAR_ROM || v & 1);
    return on ? v & (io ? ~3u : n == PCI_BAR_ROM ? ~0x7ffu : ~15u) : UINT64_MAX;
}

static void print_bar(const struct pci_func *f, unsigned n, struct buf *out)
{
    const struct pci_bar *b = &f->bar[n];
    bool io = b->kind == PCI_BAR_IO;
    uint64_t at = bar_address(f, n);
    buf_printf(out, "      BAR%u: %s at 0x%0*llx [0x%0*llx].\n", n,
               io                                ? "I/O"
               : b->kind == PCI_BAR_MEM_PREFETCH ? "32 bit prefetchable memory"
                                                 : "32 bit memory",
               io ? 4 : 8, (unsigned long long)at, io ? 4 : 8, (unsigned long long)(at + b->size - 1));
}

static void print_function(const struct pci_func *f, struct buf *out)
{
    const uint8_t *c = f->config;
    const char *name = class_name(ld16(c + 0x0a));
    buf_printf(out, "  Bus  0, device %3d, function %d:\n    ", f->devfn >> 3, f->devfn & 7);
    if (name)
        buf_printf(out, "%s: ", name);
    else
        buf_printf(out, "Class %04x: ", ld16(c + 0x0a));
    buf_printf(out, "PCI device %04x:%04x\n", ld16(c), ld16(c + 2));
    if (ld16(c + 0x2c))
        buf_printf(out, "      PCI subsystem %04x:%04x\n", ld16(c + 0x2c), ld16(c + 0x2e));
    if (c[CONFIG_PIN])
        buf_printf(out, "      IRQ %u, pin %c\n", c[CONFIG_LINE], 'A' + (c[CONFIG_PIN] - 1) % 4);
    for (unsigned n = 0; n < PCI_BARS; n++)
        if (f->bar[n].kind != PCI_BAR_NONE)
            print_bar(f, n, out);
}

static void print_row(const struct pci_func *f, struct buf *out)
{
    const uint8_t *c = f->config;
    buf_printf(out, "%u %u %04x %04x %04x %04x %04x %u %u", f->devfn >> 3, f->devfn & 7, ld16(c + 0x0a), ld16(c),
               ld16(c + 2), ld16(c + 0x2c), ld16(c + 0x2e), c[CONFIG_LINE], c[CONFIG_PIN]);
    for (unsigned n = 0; n < PCI_BARS; n++) {
        enum pci_bar_kind k = f->bar[n].kind;
        if (k != PCI_BAR_NONE)
            buf_printf(out, " %u:%c:%x:%x", n,
                       k == PCI_BAR_IO    ? 'i'
                       : k == PCI_BAR_MEM ? 'm'
                                          : 'p',
                       (uint32_t)bar_address(f, n), f->bar[n].size);
    }
    buf_printf(out, "\n");
}

void info_pci(struct machine *m, const char *args, struct buf *out)
{
    bool rows = !strcmp(args, "-t");
    if (*args && !rows) {
        buf_printf(out, "info pci: there is -t, a line for each function\n");
        return;
    }
    for (unsigned devfn = 0; devfn < ARRAY_LEN(m->pci.func); devfn++)
        if (m->pci.func[devfn])
            (rows ? print_row : print_function)(m->pci.func[devfn], out);
}
