/* SPDX-License-Identifier: MIT */
/*
 * PIIX4 function 3, power management. Intel 82371AB 290562-001, chapters 7 and 11.2-11.4; what ACPI 1.0b, 4.7 calls the
 * PM1, PM timer and general purpose event blocks.
 *
 * QUIRK: a board's firmware turns ACPI mode on in its SMI handler. Here the values F1h and F0h at APMC set and clear
 * SCI_EN by themselves and raise no SMI#: the firmware of emulated boards counts on it
 * (pm_acpi_enable_through_smi_cmd).
 * LIMIT: sleep states other than soft off, clock control (PLVL2, PLVL3, STPCLK#), device monitors, idle timers and
 * general purpose pins are registers without effect. EOS is not waited for before a further SMI#.
 */
#include "devices/southbridge/piix4_pm.h"

#include "base/bits.h"
#include "base/log.h"

/* Configuration registers. */
enum { PMBA = 0x40, DEVACTB = 0x58, PMREGMISC = 0x80, SMBBA = 0x90, SMBHSTCFG = 0xd2 };
enum { PMIOSE = 0x01, APMC_EN = 0x02 /* bit 25 of DEVACTB */, SMB_HST_EN = 0x01, SMB_IRQ9 = 0x08, SMB_INTRSEL = 0x0e };
/* Registers at PMBA. */
enum {
    PMSTS = 0x00,
    PMEN = 0x02,
    PMCNTRL = 0x04,
    PMTMR = 0x08,
    GPSTS = 0x0c,
    GPEN = 0x0e,
    PCNTRL = 0x10,
    GLBSTS = 0x18,
    DEVSTS = 0x1c,
    GLBEN = 0x20,
    GLBCTL = 0x28,
    DEVCTL = 0x2c,
    GPIREG = 0x30,
    GPOREG = 0x34
};
enum { TMROF = 0x0001, GBL = 0x0020, PWRBTN = 0x0100, RTC = 0x0400, PM1_EVENTS = TMROF | GBL | PWRBTN | RTC };
enum { SCI_EN = 0x01, GBL_RLS = 0x04, SUS_TYP = 0x1c, SUS_EN = 0x20 /* of the high byte */ };
enum { BIOS_STS = 0x01, APM_STS = 0x20, SMI_EN = 0x01, BIOS_RLS = 0x02 };
enum { ACPI_ENABLE = 0xf1, ACPI_DISABLE = 0xf0 };
#define TIMER_HALF (UINT64_C(1) << 23)

struct masks {
    uint8_t reg, size;
    uint32_t writable, w1c, reset;
};
static const struct masks pm_masks[] = {
    {PMSTS, 2, 0, 0x8d31, 0},
    {PMEN, 2, 0x0521, 0, 0},
    {PMCNTRL, 2, 0x1c03, 0, 0},
    {GPSTS, 2, 0, 0x0f81, 0},
    {GPEN, 2, 0x0f01, 0, 0},
    {PCNTRL, 4, 0x00023e1e, 0, 0},
    {GLBSTS, 2, 0, 0x0d61, 0},
    {DEVSTS, 4, 0, 0x3fff00ff, 0},
    {GLBEN, 2, 0x8d73, 0, 0},
    {GLBCTL, 4, 0x0701ff3d, 0, 0},
    {DEVCTL, 4, 0x1fffffff, 0, 0},
    {GPIREG, 3, 0, 0, 0x00ffffff},
    {GPOREG, 4, 0x7fffffff, 0, 0x7fffbfff},
};

static const struct masks *masks_of(unsigned reg)
{
    for (size_t i = 0; i < ARRAY_LEN(pm_masks); i++)
        if (reg - pm_masks[i].reg < pm_masks[i].size)
            return &pm_masks[i];
    return NULL;
}

static void pulse(const struct irq_line *l)
{
    irq_set(l, 1);
    irq_set(l, 0);
}

static bool sci_enabled(const struct piix4_pm *pm)
{
    return pm->io[PMCNTRL] & SCI_EN;
}

/* --- The timer: 24 bits at 3.579545 MHz (11.2.4) --- */

static uint64_t ticks(const struct piix4_pm *pm)
{
    return clock_ticks(clock_ns(pm->dev.bus->clock), PM_TIMER_HZ);
}

/* TMROF_STS is set whenever bit 23 has changed. */
static void sync_timer(struct piix4_pm *pm)
{
    uint64_t halves = ticks(pm) / TIMER_HALF;
    if (halves != pm->halves)
        pm->io[PMSTS] |= TMROF;
    pm->halves = halves;
}

/* --- SCI and SMI --- */

static bool event_pending(const struct piix4_pm *pm)
{
    return ld16(pm->io + PMSTS) & ld16(pm->io + PMEN) & PM1_EVENTS || ld16(pm->io + GPSTS) & ld16(pm->io + GPEN);
}

/* The timer has an event only while the guest waits for it. */
static void update(struct piix4_pm *pm)
{
    uint8_t intrsel = pm->pci.config[SMBHSTCFG] & SMB_INTRSEL;
    bool smbus = piix4_smbus_interrupt(&pm->smbus) && intrsel == SMB_IRQ9;
    irq_set(&pm->sci, (sci_enabled(pm) && event_pending(pm)) || smbus);
    if (pm->io[PMEN] & TMROF && !(pm->io[PMSTS] & TMROF))
        timer_set(&pm->overflow, clock_tick_ns((pm->halves + 1) * TIMER_HALF, PM_TIMER_HZ));
    else
        timer_cancel(&pm->overflow);
}

static void raise_smi(struct piix4_pm *pm)
{
    if (pm->io[GLBCTL] & SMI_EN)
        pulse(&pm->smi);
}

/* Sets bits of PMSTS. In legacy mode an enabled event is an SMI. */
static void raise_pm1(struct piix4_pm *pm, uint16_t bits)
{
    st16(pm->io + PMSTS, ld16(pm->io + PMSTS) | bits);
    if (!sci_enabled(pm) && ld16(pm->io + PMEN) & bits)
        raise_smi(pm);
    update(pm);
}

static void overflow_due(void *ctx)
{
    struct piix4_pm *pm = ctx;
    pm->halves = ticks(pm) / TIMER_HALF;
    raise_pm1(pm, TMROF);
}

void piix4_pm_button(struct piix4_pm *pm)
{
    raise_pm1(pm, PWRBTN);
}

/* IRQ8# sets RTC_STS, for whatever reason the clock asserts it (11.2.1). */
static void set_irq8(void *ctx, int n, int level)
{
    struct piix4_pm *pm = ctx;
    (void)n;
    bool rises = level && !pm->irq8_in;
    pm->irq8_in = level;
    if (rises)
        raise_pm1(pm, RTC);
    irq_set(&pm->irq8, level);
}

struct irq_line piix4_pm_irq8(struct piix4_pm *pm)
{
    return (struct irq_line){set_irq8, pm, 0};
}

static void smbus_changed(void *ctx)
{
    struct piix4_pm *pm = ctx;
    if (piix4_smbus_interrupt(&pm->smbus) && !(pm->pci.config[SMBHSTCFG] & SMB_INTRSEL))
        raise_smi(pm);
    update(pm);
}

/* --- Registers at PMBA --- */

static uint64_t read_pm(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct piix4_pm *pm = ctx;
    uint64_t v = 0;
    if (offset == PMSTS && who != INIT_DEBUG) {
        sync_timer(pm);
        update(pm);
    }
    if (offset >= PMTMR && offset < PMTMR + 4)
        return (ticks(pm) & 0xffffff) >> 8 * (offset & 3);
    for (unsigned i = 0; i < size && offset + i < PM_REGS; i++)
        v |= (uint64_t)pm->io[offset + i] << 8 * i;
    return v;
}

static void sleep_now(struct piix4_pm *pm)
{
    unsigned type = (pm->io[PMCNTRL + 1] & SUS_TYP) >> 2;
    if (type == 0)
        pulse(&pm->off);
    else
        guest_error(pm->dev.bus->log, pm->dev.id, "sleep type %u is not there", type);
}

/*
 * Bits that do something when they are written (11.2.3, 11.4.5): the other side of the global lock hears of a release.
 */
static void written(struct piix4_pm *pm, unsigned reg, uint8_t v)
{
    if (reg == PMCNTRL && v & GBL_RLS) {
        pm->io[GLBSTS] |= BIOS_STS;
        if (pm->io[GLBEN] & BIOS_STS)
            raise_smi(pm);
    }
    if (reg == GLBCTL && v & BIOS_RLS)
        raise_pm1(pm, GBL);
    if (reg == PMCNTRL + 1 && v & SUS_EN)
        sleep_now(pm);
}

static void write_pm(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct piix4_pm *pm = ctx;
    (void)who;
    sync_timer(pm);
    for (unsigned i = 0; i < size && offset + i < PM_REGS; i++) {
        unsigned reg = (unsigned)offset + i;
        const struct masks *m = masks_of(reg);
        if (!m)
            continue;
        unsigned shift = 8 * (reg - m->reg);
        uint8_t w = (uint8_t)(m->writable >> shift), c = (uint8_t)(m->w1c >> shift), v = (uint8_t)(value >> 8 * i);
        pm->io[reg] = (uint8_t)((pm->io[reg] & ~w) | (v & w));
        pm->io[reg] &= (uint8_t) ~(v & c);
        written(pm, reg, v);
    }
    update(pm);
}

/* --- APMC and APMS (11.1.1) --- */

static uint64_t read_apm(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    const struct piix4_pm *pm = ctx;
    (void)size, (void)who;
    return pm->apm[offset & 1];
}

static void write_apm(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct piix4_pm *pm = ctx;
    uint8_t v = (uint8_t)value;
    (void)size, (void)who;
    pm->apm[offset & 1] = v;
    if (offset & 1)
        return;
    if (v == ACPI_ENABLE || v == ACPI_DISABLE) {
        pm->io[PMCNTRL] = (uint8_t)((pm->io[PMCNTRL] & ~SCI_EN) | (v == ACPI_ENABLE ? SCI_EN : 0));
        update(pm);
    } else if (pm->pci.config[DEVACTB + 3] & APMC_EN) {
        pm->io[GLBSTS] |= APM_STS;
        raise_smi(pm);
    }
}

static const struct io_ops pm_ops = {read_pm, write_pm, 4};
static const struct io_ops apm_ops = {read_apm, write_apm, 1};

/* --- Configuration space --- */

static void place(struct piix4_pm *pm, struct port_range *r, bool on, uint16_t base)
{
    struct port_space *ports = pm->dev.bus->ports;
    if (r->claimed && on && r->live_base == base)
        return;
    if (r->claimed)
        port_release(ports, r);
    r->base = base;
    if (on && base)
        port_claim(ports, r);
}

static void update_ranges(struct piix4_pm *pm)
{
    const uint8_t *c = pm->pci.config;
    place(pm, &pm->pm_range, c[PMREGMISC] & PMIOSE, ld16(c + PMBA) & 0xffc0);
    place(pm, &pm->smb_range, c[SMBHSTCFG] & SMB_HST_EN && c[0x04] & 1, ld16(c + SMBBA) & 0xfff0);
}

static void config_written(void *ctx, unsigned off, unsigned size)
{
    (void)off, (void)size;
    update_ranges(ctx);
    update(ctx);
}

static void init_config(struct piix4_pm *pm)
{
    uint8_t *w = pm->pci.writable;
    pm->pci.config_written = config_written;
    pm->pci.ctx = pm;
    pci_add(pm->pbus, &pm->pci, pm->devfn, 0x8086, 0x7113, 0x068000, 3);
    st16(pm->pci.config + 0x06, 0x0280);
    pm->pci.config[0x3d] = 1; /* INTA# */
    st16(w + 0x04, 0x0001);   /* I/O space: the SMBus */
    st16(w + PMBA, 0xffc0);
    memset(w + 0x44, 0xff, 0x78 - 0x44); /* CNTA to DEVRESI */
    w[PMREGMISC] = 0x01;
    st16(w + SMBBA, 0xfff0);
    w[SMBHSTCFG] = 0x0f;
    memset(w + 0xd3, 0xff, 3); /* SMBSLVC, SMBSHDW1, SMBSHDW2 */
}

/* --- A chip's life --- */

static bool realize(struct dev *d, struct error *err)
{
    struct piix4_pm *pm = container_of(d, struct piix4_pm, dev);
    (void)err;
    init_config(pm);
    timer_init(&pm->overflow, d->bus->clock, overflow_due, pm);
    piix4_smbus_init(&pm->smbus, d->bus->clock);
    pm->smbus.changed = smbus_changed;
    pm->smbus.ctx = pm;
    pm->pm_range = (struct port_range){.name = "piix4-pm", .count = PM_REGS, .ops = &pm_ops, .ctx = pm};
    pm->smb_range =
        (struct port_range){.name = "piix4-smbus", .count = SMB_REGS, .ops = &piix4_smbus_ops, .ctx = &pm->smbus};
    pm->apm_range = (struct port_range){.name = "apm", .base = 0xb2, .count = 2, .ops = &apm_ops, .ctx = pm};
    port_claim(d->bus->ports, &pm->apm_range);
    return true;
}

static void reset(struct dev *d)
{
    struct piix4_pm *pm = container_of(d, struct piix4_pm, dev);
    uint8_t *c = pm->pci.config;
    pci_reset(&pm->pci);
    memset(c + 0x40, 0, sizeof pm->pci.config - 0x40);
    c[PMBA] = c[SMBBA] = 1;
    memset(pm->io, 0, sizeof pm->io);
    for (size_t i = 0; i < ARRAY_LEN(pm_masks); i++)
        st_le(pm->io + pm_masks[i].reg, pm_masks[i].reset, pm_masks[i].size);
    memset(pm->apm, 0, sizeof pm->apm);
    piix4_smbus_reset(&pm->smbus);
    pm->halves = ticks(pm) / TIMER_HALF;
    update_ranges(pm);
    update(pm);
}

static void post_load(struct dev *d)
{
    struct piix4_pm *pm = container_of(d, struct piix4_pm, dev);
    pm->smbus.index &= 31;
    pci_post_load(&pm->pci);
    update_ranges(pm);
}

static void unrealize(struct dev *d)
{
    struct piix4_pm *pm = container_of(d, struct piix4_pm, dev);
    timer_cancel(&pm->overflow);
    timer_cancel(&pm->smbus.done);
    port_release(d->bus->ports, &pm->pm_range);
    port_release(d->bus->ports, &pm->smb_range);
    port_release(d->bus->ports, &pm->apm_range);
}

static void print(struct dev *d, struct buf *out)
{
    const struct piix4_pm *pm = container_of(d, struct piix4_pm, dev);
    buf_printf(out, "%s: PMBA=%04x%s PMSTS=%04x PMEN=%04x PMCNTRL=%04x PMTMR=%06x GPSTS=%04x GPEN=%04x GLBCTL=%08x%s\n",
               d->id, ld16(pm->pci.config + PMBA) & 0xffc0, pm->pm_range.claimed ? "" : " (off)", ld16(pm->io + PMSTS),
               ld16(pm->io + PMEN), ld16(pm->io + PMCNTRL), (unsigned)(ticks(pm) & 0xffffff), ld16(pm->io + GPSTS),
               ld16(pm->io + GPEN), ld32(pm->io + GLBCTL), sci_enabled(pm) ? "" : " (legacy mode)");
}

static const struct state_field fields[] = {
    STATE_ARRAY(struct piix4_pm, pci.config), STATE_ARRAY(struct piix4_pm, io),
    STATE_ARRAY(struct piix4_pm, apm),        STATE_U(struct piix4_pm, irq8_in),
    STATE_U(struct piix4_pm, halves),         STATE_TIMER_FIELD(struct piix4_pm, overflow),
    STATE_ARRAY(struct piix4_pm, smbus.reg),  STATE_ARRAY(struct piix4_pm, smbus.block),
    STATE_U(struct piix4_pm, smbus.index),    STATE_TIMER_FIELD(struct piix4_pm, smbus.done),
};

static const struct dev_reg regs[] = {
    {"PMBA", REG_PCI, PMBA, 4, 1, 0xffc0},
    {"DEVACTB", REG_PCI, DEVACTB, 4, 0, 0xffffffff},
    {"PMREGMISC", REG_PCI, PMREGMISC, 1, 0, PMIOSE},
    {"SMBBA", REG_PCI, SMBBA, 4, 1, 0xfff0},
    {"SMBHSTCFG", REG_PCI, SMBHSTCFG, 1, 0, 0x0f},
    {"APMC", REG_PORT, 0xb2, 1, 0, 0xff},
    {"APMS", REG_PORT, 0xb3, 1, 0, 0xff},
    {"PMSTS", REG_PORT, PMSTS, 2, 0, 0},
    {"PMEN", REG_PORT, PMEN, 2, 0, 0x0521},
    {"PMCNTRL", REG_PORT, PMCNTRL, 2, 0, 0x1c03},
    {"PMTMR", REG_PORT, PMTMR, 4, 0, 0},
    {"GPSTS", REG_PORT, GPSTS, 2, 0, 0},
    {"GPEN", REG_PORT, GPEN, 2, 0, 0x0f01},
    {"PCNTRL", REG_PORT, PCNTRL, 4, 0, 0x00023e1e},
    {"GLBSTS", REG_PORT, GLBSTS, 2, 0, 0},
    {"GLBEN", REG_PORT, GLBEN, 2, 0, 0x8d73},
    {"GLBCTL", REG_PORT, GLBCTL, 4, 0, 0x0701ff3d},
    {"GPOREG", REG_PORT, GPOREG, 4, 0x7fffbfff, 0x7fffffff},
};

const struct dev_class piix4_pm_class = {
    .name = "piix4-pm",
    .summary = "PIIX4 power management and SMBus",
    .datasheet = "Intel 82371AB (PIIX4), 290562-001",
    .size = sizeof(struct piix4_pm),
    DEV_REGS(regs),
    .state = DEV_STATE("piix4-pm", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct piix4_pm *piix4_pm_new(struct bus *bus, const char *id)
{
    return dev_new(&piix4_pm_class, id, bus);
}
