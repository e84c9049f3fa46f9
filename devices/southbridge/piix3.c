/* SPDX-License-Identifier: MIT */
/*
 * PIIX3 function 0, the PCI-to-ISA bridge. Intel 290550-002, chapters 2.2 and 2.5.
 *
 * The 8259s with their ELCR, the 8254, port 61h, the 8237s and the RTC's ports are chips of their own here.
 * LIMIT: the registers of ISA timing, chip selects, distributed DMA, MBIRQ and the SMI sources have no effect, and no
 * SMI# is raised. Where the PIIX4's power management function is fitted, it has APMC and APMS.
 */
#include "devices/southbridge/piix3.h"

#include "base/bits.h"

enum { PIRQRC = 0x60, PIRQ_OFF = 0x80 };
enum { P92_FAST_INIT = 1, P92_A20 = 2 };
enum { RCR_SRST = 2, RCR_RCPU = 4 };
/* IRQs that a PIRQ may be routed to (2.2.7). */
enum { ROUTABLE = 0xdef8 };

/* An IRQ is up while any PIRQ routed to it is. */
static void update_irqs(struct piix3 *sb)
{
    uint16_t want = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t route = sb->pci.config[PIRQRC + i];
        if (sb->pirq_level[i] && !(route & PIRQ_OFF))
            want |= (uint16_t)(1u << (route & 15)) & ROUTABLE;
    }
    uint16_t changed = want ^ sb->driven;
    sb->driven = want;
    for (int n = 0; n < 16; n++)
        if (changed >> n & 1)
            irq_set(&sb->irq[n], want >> n & 1);
}

static void pirq(void *ctx, int n, int level)
{
    struct piix3 *sb = ctx;
    sb->pirq_level[n] = level != 0;
    update_irqs(sb);
}

struct irq_line piix3_pirq(struct piix3 *sb, int n)
{
    return (struct irq_line){pirq, sb, n};
}

static void config_written(void *ctx, unsigned off, unsigned size)
{
    (void)off;
    (void)size;
    update_irqs(ctx);
}

static void pulse_reset(struct piix3 *sb)
{
    irq_set(&sb->reset, 1);
    irq_set(&sb->reset, 0);
}

static uint64_t read_port92(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    const struct piix3 *sb = ctx;
    (void)offset;
    (void)size;
    (void)who;
    return sb->port92;
}

static void write_port92(void *ctx, uint64_t offset, unsigned size, uint64_t v, enum initiator who)
{
    struct piix3 *sb = ctx;
    bool init = !(sb->port92 & P92_FAST_INIT) && v & P92_FAST_INIT;
    (void)offset;
    (void)size;
    (void)who;
    sb->port92 = (uint8_t)v & (P92_FAST_INIT | P92_A20);
    irq_set(&sb->a20, sb->port92 & P92_A20 ? 1 : 0);
    if (init)
        pulse_reset(sb);
}

static uint64_t read_rcr(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    const struct piix3 *sb = ctx;
    (void)offset;
    (void)size;
    (void)who;
    return sb->rcr;
}

/*
 * RCPU going from 0 to 1 resets: the processor alone (soft) or everything (SRST); here both reset everything (2.5.6.4).
 */
static void write_rcr(void *ctx, uint64_t offset, unsigned size, uint64_t v, enum initiator who)
{
    struct piix3 *sb = ctx;
    bool go = !(sb->rcr & RCR_RCPU) && v & RCR_RCPU;
    (void)offset;
    (void)size;
    (void)who;
    sb->rcr = (uint8_t)v & RCR_SRST;
    if (go)
        pulse_reset(sb);
}

static uint64_t read_apm(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    const struct piix3 *sb = ctx;
    (void)size;
    (void)who;
    return sb->apm[offset & 1];
}

static void write_apm(void *ctx, uint64_t offset, unsigned size, uint64_t v, enum initiator who)
{
    struct piix3 *sb = ctx;
    (void)size;
    (void)who;
    sb->apm[offset & 1] = (uint8_t)v;
}

/*
 * FERR# raises IRQ13, which stays up until a write to F0h; that also drives IGNNE# until FERR# goes away (2.5.5.3).
 * QUIRK: the real chip does so only with XBCS bit 5 set, which no firmware for emulated boards sets: it is taken as
 * set.
 */
static void ferr(void *ctx, int n, int level)
{
    struct piix3 *sb = ctx;
    (void)n;
    sb->ferr = level != 0;
    if (level) {
        sb->irq13 = true;
        irq_set(&sb->irq[13], 1);
    } else if (sb->ignne_on) {
        sb->ignne_on = false;
        irq_set(&sb->ignne, 0);
    }
}

struct irq_line piix3_ferr(struct piix3 *sb)
{
    return (struct irq_line){ferr, sb, 0};
}

static void write_coprocessor(void *ctx, uint64_t offset, unsigned size, uint64_t v, enum initiator who)
{
    struct piix3 *sb = ctx;
    (void)offset;
    (void)size;
    (void)v;
    (void)who;
    if (sb->irq13) {
        sb->irq13 = false;
        irq_set(&sb->irq[13], 0);
    }
    if (sb->ferr) {
        sb->ignne_on = true;
        irq_set(&sb->ignne, 1);
    }
}

static const struct io_ops coprocessor_ops = {NULL, write_coprocessor, 1};
static const struct io_ops port92_ops = {read_port92, write_port92, 1};
static const struct io_ops rcr_ops = {read_rcr, write_rcr, 1};
static const struct io_ops apm_ops = {read_apm, write_apm, 1};

static bool realize(struct dev *d, struct error *err)
{
    struct piix3 *sb = container_of(d, struct piix3, dev);
    (void)err;
    sb->pci.config_written = config_written;
    sb->pci.ctx = sb;
    pci_add(sb->pbus, &sb->pci, sb->devfn, 0x8086, 0x7000, 0x060100, 0);
    sb->pci.config[0x07] = 0x02;           /* DEVSEL# with medium timing (2.2.4) */
    sb->pci.config[0x0e] = 0x80;           /* multifunction */
    st16(sb->pci.writable + 0x04, 0x0108); /* SERRE and special cycles; the decodes and mastering are hardwired */
    sb->pci.writable[0x4c] = 0xff;
    memset(sb->pci.writable + 0x4e, 0xff, 2);
    memset(sb->pci.writable + PIRQRC, 0x8f, 4);
    memset(sb->pci.writable + 0x69, 0xff, 3);
    memset(sb->pci.writable + 0x70, 0xff, 2);
    memset(sb->pci.writable + 0x76, 0xff, 3);
    memset(sb->pci.writable + 0x80, 0xff, 3);
    memset(sb->pci.writable + 0xa0, 0xff, 15);
    sb->port92_range = (struct port_range){.name = "port92", .base = 0x92, .count = 1, .ops = &port92_ops, .ctx = sb};
    sb->rcr_range = (struct port_range){.name = "rcr", .base = 0xcf9, .count = 1, .ops = &rcr_ops, .ctx = sb};
    sb->apm_range = (struct port_range){.name = "apm", .base = 0xb2, .count = 2, .ops = &apm_ops, .ctx = sb};
    port_claim(d->bus->ports, &sb->port92_range);
    port_claim(d->bus->ports, &sb->rcr_range);
    sb->coprocessor_range =
        (struct port_range){.name = "coprocessor", .base = 0xf0, .count = 1, .ops = &coprocessor_ops, .ctx = sb};
    port_claim(d->bus->ports, &sb->apm_range);
    port_claim(d->bus->ports, &sb->coprocessor_range);
    return true;
}

static void reset(struct dev *d)
{
    struct piix3 *sb = container_of(d, struct piix3, dev);
    uint8_t *c = sb->pci.config;
    pci_reset(&sb->pci);
    c[0x04] = 0x07; /* I/O, memory and master are always on */
    c[0x4c] = 0x4d;
    c[0x4e] = 0x03;
    c[0x4f] = 0x00;
    memset(c + PIRQRC, PIRQ_OFF, 4);
    c[0x69] = 0x02;
    c[0x6a] = c[0x6b] = 0;
    c[0x70] = c[0x71] = PIRQ_OFF;
    c[0x76] = c[0x77] = 0x0c;
    c[0x78] = 0x02;
    memset(c + 0x80, 0, 3);
    memset(c + 0xa0, 0, 15);
    c[0xa0] = 0x08;
    c[0xa8] = 0x0f;
    sb->port92 = sb->rcr = 0;
    memset(sb->apm, 0, sizeof sb->apm);
    sb->ferr = sb->irq13 = sb->ignne_on = false;
    irq_set(&sb->irq[13], 0);
    irq_set(&sb->ignne, 0);
    irq_set(&sb->a20, 0);
    update_irqs(sb);
}

static void post_load(struct dev *d)
{
    struct piix3 *sb = container_of(d, struct piix3, dev);
    pci_post_load(&sb->pci);
    irq_set(&sb->a20, sb->port92 & P92_A20 ? 1 : 0);
    sb->driven = 0;
    for (int n = 0; n < 16; n++)
        if (ROUTABLE >> n & 1)
            for (int i = 0; i < 4; i++)
                if (sb->pirq_level[i] && sb->pci.config[PIRQRC + i] == n)
                    sb->driven |= (uint16_t)(1u << n); /* the 8259 saved its input's level */
}

static const struct state_field fields[] = {
    STATE_ARRAY(struct piix3, pci.config), STATE_ARRAY(struct piix3, pirq_level),
    STATE_U(struct piix3, port92),         STATE_U(struct piix3, rcr),
    STATE_ARRAY(struct piix3, apm),        STATE_U(struct piix3, ferr),
    STATE_U(struct piix3, irq13),          STATE_U(struct piix3, ignne_on)};

static const struct dev_reg regs[] = {
    {"IORT", REG_PCI, 0x4c, 1, 0x4d, 0xff},    {"XBCS", REG_PCI, 0x4e, 2, 0x03, 0xffff},
    {"PIRQRCA", REG_PCI, 0x60, 1, 0x80, 0x8f}, {"PIRQRCB", REG_PCI, 0x61, 1, 0x80, 0x8f},
    {"PIRQRCC", REG_PCI, 0x62, 1, 0x80, 0x8f}, {"PIRQRCD", REG_PCI, 0x63, 1, 0x80, 0x8f},
    {"TOM", REG_PCI, 0x69, 1, 0x02, 0xff},     {"MBIRQ0", REG_PCI, 0x70, 1, 0x80, 0xff},
    {"SMICNTL", REG_PCI, 0xa0, 1, 0x08, 0xff}, {"P92", REG_PORT, 0x92, 1, 0, 0x03},
    {"RCR", REG_PORT, 0xcf9, 1, 0, 0x02},      {"CERR", REG_PORT, 0xf0, 1, 0xff, 0},
    {"APMC", REG_PORT, 0xb2, 1, 0, 0xff},      {"APMS", REG_PORT, 0xb3, 1, 0, 0xff},
};

const struct dev_class piix3_class = {
    .name = "piix3",
    .summary = "PIIX3 PCI-to-ISA bridge: interrupt routing, port 92h, reset control",
    .datasheet = "Intel 82371SB (PIIX3), 290550-002",
    .size = sizeof(struct piix3),
    DEV_REGS(regs),
    .state = DEV_STATE("piix3", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
};

struct piix3 *piix3_new(struct bus *bus, const char *id)
{
    return dev_new(&piix3_class, id, bus);
}
