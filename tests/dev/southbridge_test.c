/* SPDX-License-Identifier: MIT */
/*
 * Registers of the south bridge's functions and of the DMA controllers, byte by byte as their data sheets have them:
 * value after a reset, bits that can be written, bits that a 1 clears; the tables that -device NAME,help prints; what
 * `info` prints. Long, since the tables share the rig.
 */
#include "devices/disk/i82077.h"
#include "devices/disk/piix3_ide.h"
#include "devices/dma/i8237.h"
#include "devices/southbridge/piix3.h"
#include "devices/southbridge/piix4_pm.h"
#include "tests/dev/rig.h"

enum { SB = 0x08, IDE = 0x09, PM = 0x0b };

static struct setup {
    struct rig rig;
    struct pci_bus pci;
    struct piix3 *sb;
    struct piix3_ide *ide;
    struct piix4_pm *pm;
    struct dma_pages *pages;
    struct i8237 *dma[2];
    struct i82077 *fdc;
    struct probe irq[16], a20, reset, ignne, sci, smi, off, ready[2][4];
    struct mapping ram;
} s;

/* 16 MiB of RAM, all that a page register reaches. */
static void setup(void)
{
    struct error err;
    memset(&s, 0, sizeof s);
    rig_init(&s.rig);
    const struct mem_block *b = mem_add_block(s.rig.bus.mem, "ram", BLOCK_RAM, 4096, &err);
    struct target to = {.kind = TO_PAGES, .page = b->first};
    s.ram = (struct mapping){.name = "ram", .size = 16 << 20, .prio = PRIO_RAM, .rd = to, .wr = to};
    mem_map(s.rig.bus.mem, &s.ram);
    pci_bus_init(&s.pci, &s.rig.bus);
    s.sb = piix3_new(&s.rig.bus, "piix3");
    s.sb->pbus = &s.pci, s.sb->devfn = SB;
    for (int n = 0; n < 16; n++)
        s.sb->irq[n] = probe_line(&s.irq[n], &s.rig);
    s.sb->a20 = probe_line(&s.a20, &s.rig);
    s.sb->reset = probe_line(&s.reset, &s.rig);
    s.sb->ignne = probe_line(&s.ignne, &s.rig);
    s.ide = piix3_ide_new(&s.rig.bus, "ide");
    s.ide->pbus = &s.pci, s.ide->devfn = IDE;
    s.pm = piix4_pm_new(&s.rig.bus, "pm");
    s.pm->pbus = &s.pci, s.pm->devfn = PM;
    s.pm->sci = probe_line(&s.sci, &s.rig);
    s.pm->smi = probe_line(&s.smi, &s.rig);
    s.pm->off = probe_line(&s.off, &s.rig);
    s.pages = dma_pages_new(&s.rig.bus, "dma-pages");
    for (int i = 0; i < 2; i++) {
        s.dma[i] = i8237_new(&s.rig.bus, i ? "dma1" : "dma0");
        s.dma[i]->base = i ? 0xc0 : 0, s.dma[i]->wide = i, s.dma[i]->pages = s.pages;
        for (int n = 0; n < 4; n++)
            s.dma[i]->ready[n] = probe_line(&s.ready[i][n], &s.rig);
    }
    s.fdc = i82077_new(&s.rig.bus, "fdc");
    s.fdc->dma = s.dma[0];
    rig_realize(&s.sb->dev);
    rig_realize(&s.ide->dev);
    rig_realize(&s.pages->dev);
    rig_realize(&s.dma[0]->dev);
    rig_realize(&s.dma[1]->dev);
    rig_realize(&s.fdc->dev);
    ck_assert(port_owner(s.rig.bus.ports, 0xb2) == &s.sb->apm_range && port_owner(s.rig.bus.ports, 0xb3));
    port_release(s.rig.bus.ports, &s.sb->apm_range); /* the PIIX4 takes it over */
    rig_realize(&s.pm->dev);
}

static void teardown(void)
{
    dev_free(&s.pm->dev);
    dev_free(&s.fdc->dev);
    dev_free(&s.dma[0]->dev);
    dev_free(&s.dma[1]->dev);
    dev_free(&s.pages->dev);
    dev_free(&s.ide->dev);
    dev_free(&s.sb->dev);
    rig_free(&s.rig);
}

static uint8_t in(uint16_t port)
{
    return rig_in(&s.rig, port);
}
static void out(uint16_t port, uint8_t v)
{
    rig_out(&s.rig, port, v);
}
static uint8_t conf(uint8_t devfn, unsigned reg)
{
    return (uint8_t)pci_config_read(&s.pci, devfn, reg, 1);
}
static void set_conf(uint8_t devfn, unsigned reg, unsigned size, uint32_t v)
{
    pci_config_write(&s.pci, devfn, reg, size, v);
}

/* --- The tables of -device NAME,help --- */

struct row {
    const char *name;
    enum reg_space space;
    uint32_t offset, width, reset, writable;
};
#define P REG_PORT
#define C REG_PCI
static const struct row rows_of_piix3[] = {
    {"IORT", C, 0x4c, 1, 0x4d, 0xff},    {"XBCS", C, 0x4e, 2, 0x0003, 0xffff}, {"PIRQRCA", C, 0x60, 1, 0x80, 0x8f},
    {"PIRQRCB", C, 0x61, 1, 0x80, 0x8f}, {"PIRQRCC", C, 0x62, 1, 0x80, 0x8f},  {"PIRQRCD", C, 0x63, 1, 0x80, 0x8f},
    {"TOM", C, 0x69, 1, 0x02, 0xff},     {"MBIRQ0", C, 0x70, 1, 0x80, 0xff},   {"SMICNTL", C, 0xa0, 1, 0x08, 0xff},
    {"P92", P, 0x92, 1, 0, 0x03},        {"RCR", P, 0xcf9, 1, 0, 0x02},        {"CERR", P, 0xf0, 1, 0xff, 0},
    {"APMC", P, 0xb2, 1, 0, 0xff},       {"APMS", P, 0xb3, 1, 0, 0xff},
};
static const struct row rows_of_ide[] = {
    {"IDETIM0", C, 0x40, 2, 0, 0xf3ff},
    {"IDETIM1", C, 0x42, 2, 0, 0xf3ff},
    {"SIDETIM", C, 0x44, 1, 0, 0xff},
    {"DATA", P, 0x1f0, 2, 0, 0xffff},
    {"ERROR/FEATURES", P, 0x1f1, 1, 1, 0xff},
    {"COUNT", P, 0x1f2, 1, 1, 0xff},
    {"LBA LOW", P, 0x1f3, 1, 1, 0xff},
    {"LBA MID", P, 0x1f4, 1, 0, 0xff},
    {"LBA HIGH", P, 0x1f5, 1, 0, 0xff},
    {"DEVICE", P, 0x1f6, 1, 0, 0xff},
    {"STATUS/COMMAND", P, 0x1f7, 1, 0x50, 0xff},
    {"ALT STATUS/CONTROL", P, 0x3f6, 1, 0x50, 0xff},
    {"BMICX", REG_INDEXED, 0, 1, 0, 0x09},
    {"BMISX", REG_INDEXED, 2, 1, 0, 0x66},
    {"BMIDTPX", REG_INDEXED, 4, 4, 0, 0xfffffffc},
};
static const struct row rows_of_pm[] = {
    {"PMBA", C, 0x40, 4, 1, 0xffc0},       {"DEVACTB", C, 0x58, 4, 0, 0xffffffff},
    {"PMREGMISC", C, 0x80, 1, 0, 0x01},    {"SMBBA", C, 0x90, 4, 1, 0xfff0},
    {"SMBHSTCFG", C, 0xd2, 1, 0, 0x0f},    {"APMC", P, 0xb2, 1, 0, 0xff},
    {"APMS", P, 0xb3, 1, 0, 0xff},         {"PMSTS", P, 0x00, 2, 0, 0},
    {"PMEN", P, 0x02, 2, 0, 0x0521},       {"PMCNTRL", P, 0x04, 2, 0, 0x1c03},
    {"PMTMR", P, 0x08, 4, 0, 0},           {"GPSTS", P, 0x0c, 2, 0, 0},
    {"GPEN", P, 0x0e, 2, 0, 0x0f01},       {"PCNTRL", P, 0x10, 4, 0, 0x23e1e},
    {"GLBSTS", P, 0x18, 2, 0, 0},          {"GLBEN", P, 0x20, 2, 0, 0x8d73},
    {"GLBCTL", P, 0x28, 4, 0, 0x0701ff3d}, {"GPOREG", P, 0x34, 4, 0x7fffbfff, 0x7fffffff},
};
static const struct row rows_of_dma[] = {
    {"Channel 0 Address", P, 0, 1, 0, 0xff}, {"Channel 0 Count", P, 1, 1, 0, 0xff},
    {"Channel 1 Address", P, 2, 1, 0, 0xff}, {"Channel 1 Count", P, 3, 1, 0, 0xff},
    {"Channel 2 Address", P, 4, 1, 0, 0xff}, {"Channel 2 Count", P, 5, 1, 0, 0xff},
    {"Channel 3 Address", P, 6, 1, 0, 0xff}, {"Channel 3 Count", P, 7, 1, 0, 0xff},
    {"Status/Command", P, 8, 1, 0, 0xff},    {"Request", P, 9, 1, 0xff, 0x07},
    {"Single Mask", P, 10, 1, 0xff, 0x07},   {"Mode", P, 11, 1, 0xff, 0xff},
    {"Clear First/Last", P, 12, 1, 0xff, 0}, {"Temporary/Master Clear", P, 13, 1, 0, 0},
    {"Clear Mask", P, 14, 1, 0xff, 0},       {"All Mask", P, 15, 1, 0xff, 0x0f},
};
static const struct row rows_of_pages[] = {
    {"POST code", P, 0x80, 1, 0, 0xff}, {"Page 2", P, 0x81, 1, 0, 0xff}, {"Page 3", P, 0x82, 1, 0, 0xff},
    {"Page 1", P, 0x83, 1, 0, 0xff},    {"Page 0", P, 0x87, 1, 0, 0xff}, {"Page 6", P, 0x89, 1, 0, 0xff},
    {"Page 7", P, 0x8a, 1, 0, 0xff},    {"Page 5", P, 0x8b, 1, 0, 0xff}, {"Refresh", P, 0x8f, 1, 0, 0xff},
};
static const struct row rows_of_fdc[] = {
    {"SRA", P, 0x3f0, 1, 0xff, 0},     {"SRB", P, 0x3f1, 1, 0xff, 0},     {"DOR", P, 0x3f2, 1, 0, 0xff},
    {"TDR", P, 0x3f3, 1, 0xfc, 0x03},  {"MSR/DSR", P, 0x3f4, 1, 0, 0xff}, {"FIFO", P, 0x3f5, 1, 0xff, 0xff},
    {"DIR/CCR", P, 0x3f7, 1, 0xff, 3},
};
#undef P
#undef C

static void table_is(const struct dev_class *c, const struct row *want, size_t n)
{
    ck_assert_msg(c->nregs == n, "%s has %zu registers, not %zu", c->name, c->nregs, n);
    for (size_t i = 0; i < n; i++) {
        const struct dev_reg *r = &c->regs[i];
        ck_assert_msg(!strcmp(r->name, want[i].name) && r->space == want[i].space && r->offset == want[i].offset &&
                          r->width == want[i].width && r->reset == want[i].reset && r->writable == want[i].writable,
                      "%s: register %s is told wrong", c->name, want[i].name);
    }
}

START_TEST(register_tables_are_the_data_sheets)
{
    table_is(&piix3_class, rows_of_piix3, ARRAY_LEN(rows_of_piix3));
    table_is(&piix3_ide_class, rows_of_ide, ARRAY_LEN(rows_of_ide));
    table_is(&piix4_pm_class, rows_of_pm, ARRAY_LEN(rows_of_pm));
    table_is(&i8237_class, rows_of_dma, ARRAY_LEN(rows_of_dma));
    table_is(&dma_pages_class, rows_of_pages, ARRAY_LEN(rows_of_pages));
    table_is(&i82077_class, rows_of_fdc, ARRAY_LEN(rows_of_fdc));
}
END_TEST

/* --- Configuration space --- */

/*
 * Bytes from..to: the value after a reset, and the bits that can be written. What is not named is 0 and fixed, but for
 * cache line size, latency timer and interrupt line, which any function has (PCI 2.1 6.2).
 */
struct span {
    uint8_t from, to, reset, writable;
};
static const struct span sb_config[] = {
    {0x00, 0x00, 0x86, 0},    {0x01, 0x01, 0x80, 0},    {0x03, 0x03, 0x70, 0},    {0x04, 0x04, 0x07, 0x08},
    {0x05, 0x05, 0, 0x01},    {0x07, 0x07, 0x02, 0},    {0x0a, 0x0a, 0x01, 0},    {0x0b, 0x0b, 0x06, 0},
    {0x0e, 0x0e, 0x80, 0},    {0x4c, 0x4c, 0x4d, 0xff}, {0x4e, 0x4e, 0x03, 0xff}, {0x4f, 0x4f, 0, 0xff},
    {0x60, 0x63, 0x80, 0x8f}, {0x69, 0x69, 0x02, 0xff}, {0x6a, 0x6b, 0, 0xff},    {0x70, 0x71, 0x80, 0xff},
    {0x76, 0x77, 0x0c, 0xff}, {0x78, 0x78, 0x02, 0xff}, {0x80, 0x82, 0, 0xff},    {0xa0, 0xa0, 0x08, 0xff},
    {0xa1, 0xa7, 0, 0xff},    {0xa8, 0xa8, 0x0f, 0xff}, {0xa9, 0xae, 0, 0xff},
};
static const struct span ide_config[] = {
    {0x00, 0x00, 0x86, 0}, {0x01, 0x01, 0x80, 0}, {0x02, 0x02, 0x10, 0},    {0x03, 0x03, 0x70, 0},
    {0x04, 0x04, 0, 0x05}, {0x06, 0x06, 0x80, 0}, {0x07, 0x07, 0x02, 0},    {0x09, 0x09, 0x80, 0},
    {0x0a, 0x0a, 0x01, 0}, {0x0b, 0x0b, 0x01, 0}, {0x20, 0x20, 0x01, 0xf0}, {0x21, 0x23, 0, 0xff},
    {0x40, 0x40, 0, 0xff}, {0x41, 0x41, 0, 0xf3}, {0x42, 0x42, 0, 0xff},    {0x43, 0x43, 0, 0xf3},
    {0x44, 0x44, 0, 0xff},
};
static const struct span pm_config[] = {
    {0x00, 0x00, 0x86, 0}, {0x01, 0x01, 0x80, 0}, {0x02, 0x02, 0x13, 0}, {0x03, 0x03, 0x71, 0},
    {0x04, 0x04, 0, 0x01}, {0x06, 0x06, 0x80, 0}, {0x07, 0x07, 0x02, 0}, {0x08, 0x08, 0x03, 0},
    {0x0a, 0x0a, 0x80, 0}, {0x0b, 0x0b, 0x06, 0}, {0x3d, 0x3d, 0x01, 0}, {0x40, 0x40, 0x01, 0xc0},
    {0x41, 0x41, 0, 0xff}, {0x44, 0x77, 0, 0xff}, {0x80, 0x80, 0, 0x01}, {0x90, 0x90, 0x01, 0xf0},
    {0x91, 0x91, 0, 0xff}, {0xd2, 0xd2, 0, 0x0f}, {0xd3, 0xd5, 0, 0xff},
};

static struct span span_of(const struct span *list, size_t n, unsigned reg)
{
    if (reg == 0x0c || reg == 0x0d || reg == 0x3c)
        return (struct span){.writable = 0xff};
    for (size_t i = 0; i < n; i++)
        if (reg >= list[i].from && reg <= list[i].to)
            return list[i];
    return (struct span){0};
}

static void config_is(struct dev *d, uint8_t devfn, const struct span *list, size_t n)
{
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned reg = 0; reg < 256; reg++) {
            struct span want = span_of(list, n, reg);
            uint8_t got = conf(devfn, reg);
            ck_assert_msg(got == want.reset, "%s, reset %u: register %02x is %02x, not %02x", d->cls->name, round, reg,
                          got, want.reset);
        }
        for (unsigned reg = 0; reg < 256; reg++)
            for (unsigned k = 0; k < 2; k++) {
                struct span want = span_of(list, n, reg);
                if (reg >> 1 == 3) /* the status' bits are cleared by ones: pci_test.c */
                    continue;
                set_conf(devfn, reg, 1, k ? 0 : 0xff);
                uint8_t is = conf(devfn, reg),
                        expect = (uint8_t)((want.reset & ~want.writable) | (k ? 0 : want.writable));
                ck_assert_msg(is == expect, "%s: register %02x takes %02x, not %02x", d->cls->name, reg, is, expect);
            }
        for (unsigned reg = 4; reg < 256; reg++)
            if (reg >> 1 != 3)
                set_conf(devfn, reg, 1, 0xff);
        d->cls->reset(d);
    }
}

START_TEST(register_configuration_spaces_byte_by_byte)
{
    config_is(&s.sb->dev, SB, sb_config, ARRAY_LEN(sb_config));
    config_is(&s.ide->dev, IDE, ide_config, ARRAY_LEN(ide_config));
    config_is(&s.pm->dev, PM, pm_config, ARRAY_LEN(pm_config));
}
END_TEST

/* --- PIIX3 --- */

START_TEST(register_each_pirq_goes_where_its_route_says)
{
    for (int pin = 0; pin < 4; pin++)
        for (unsigned route = 0; route < 256; route++) {
            struct irq_line pirq = piix3_pirq(s.sb, pin);
            unsigned n = route & 15;
            bool to = !(route & 0x80) && n >= 3 && n != 8 && n != 13;
            unsigned rises[16];
            for (int i = 0; i < 16; i++)
                rises[i] = s.irq[i].rises;
            set_conf(SB, 0x60 + (unsigned)pin, 1, route);
            irq_set(&pirq, 1);
            for (unsigned i = 0; i < 16; i++)
                ck_assert_msg(s.irq[i].level == (to && i == n) && s.irq[i].rises - rises[i] == (to && i == n),
                              "PIRQ %d by %02x: IRQ %u", pin, route, i);
            irq_set(&pirq, 0);
            ck_assert_int_eq(s.irq[n].level, 0);
            set_conf(SB, 0x60 + (unsigned)pin, 1, 0x80);
        }
    /* A line that another PIRQ holds up is not driven again. */
    struct irq_line a = piix3_pirq(s.sb, 0), d = piix3_pirq(s.sb, 3);
    set_conf(SB, 0x60, 1, 5), set_conf(SB, 0x63, 1, 7);
    s.irq[5].rises = s.irq[7].rises = 0;
    irq_set(&a, 1), irq_set(&d, 1);
    ck_assert(s.irq[5].rises == 1 && s.irq[7].rises == 1);
    s.irq[4].level = 1; /* somebody else's */
    irq_set(&d, 0);
    ck_assert(s.irq[5].level && !s.irq[7].level && s.irq[4].level);
    s.irq[4].level = 0;
    s.sb->dev.cls->reset(&s.sb->dev);
    ck_assert_int_eq(s.irq[5].level, 0); /* no route */
}
END_TEST

START_TEST(register_port_92_and_rcr_pulse_the_reset)
{
    for (unsigned old = 0; old < 4; old++)
        for (unsigned v = 0; v < 256; v++) {
            out(0x92, (uint8_t)old);
            unsigned rises = s.reset.rises;
            out(0x92, (uint8_t)v);
            ck_assert_uint_eq(in(0x92), v & 3);
            ck_assert_int_eq(s.a20.level, v >> 1 & 1);
            ck_assert_msg(s.reset.rises - rises == (!(old & 1) && v & 1), "port 92h: %02x after %02x", v, old);
            ck_assert_int_eq(s.reset.level, 0);
        }
    for (unsigned v = 0; v < 256; v++) {
        unsigned rises = s.reset.rises;
        out(0xcf9, (uint8_t)v);
        ck_assert_uint_eq(in(0xcf9), v & 2);
        ck_assert_msg(s.reset.rises - rises == (v >> 2 & 1), "RCR %02x", v);
        ck_assert_int_eq(s.reset.level, 0);
    }
    out(0x92, 2), out(0xcf9, 2);
    struct irq_line ferr = piix3_ferr(s.sb);
    irq_set(&ferr, 1);
    out(0xf0, 0);
    ck_assert_int_eq(s.ignne.level, 1);
    irq_set(&ferr, 0), irq_set(&ferr, 1);
    ck_assert(s.irq[13].level);
    s.sb->dev.cls->reset(&s.sb->dev);
    ck_assert(!s.a20.level && !s.irq[13].level && !s.ignne.level);
    ck_assert_uint_eq(in(0x92), 0);
    ck_assert_uint_eq(in(0xcf9), 0);
    out(0xf0, 0); /* without FERR# nothing is ignored */
    ck_assert_int_eq(s.ignne.level, 0);
}
END_TEST

START_TEST(register_piix3_has_apmc_and_apms_where_no_piix4_is)
{
    port_release(s.rig.bus.ports, &s.pm->apm_range);
    port_claim(s.rig.bus.ports, &s.sb->apm_range);
    out(0xb2, 0x5a), out(0xb3, 0xa5);
    ck_assert_uint_eq(in(0xb2), 0x5a);
    ck_assert_uint_eq(in(0xb3), 0xa5);
    s.sb->dev.cls->reset(&s.sb->dev);
    ck_assert_uint_eq(in(0xb2), 0);
    ck_assert_uint_eq(in(0xb3), 0);
}
END_TEST

/* The 8259 saved its inputs' levels: a load drives no line, and what then falls reaches it. */
START_TEST(register_piix3_load_knows_what_it_drives)
{
    for (int pin = 0; pin < 4; pin++)
        for (unsigned route = 0; route < 16; route++) {
            bool to = route >= 3 && route != 8 && route != 13;
            struct irq_line pirq = piix3_pirq(s.sb, pin);
            set_conf(SB, 0x60 + (unsigned)pin, 1, route);
            irq_set(&pirq, 1);
            s.sb->driven = 0x1234;
            unsigned rises = s.irq[route].rises;
            out(0x92, 2);
            s.a20.level = 0;
            s.sb->dev.cls->post_load(&s.sb->dev);
            ck_assert_int_eq(s.a20.level, 1);
            ck_assert_uint_eq(s.sb->driven, to ? 1u << route : 0);
            ck_assert_uint_eq(s.irq[route].rises, rises);
            irq_set(&pirq, 0);
            ck_assert_int_eq(s.irq[route].level, 0);
            set_conf(SB, 0x60 + (unsigned)pin, 1, 0x80);
        }
}
END_TEST

/* --- PIIX4 power management --- */

enum { PMBA = 0x600, SMBBA = 0x700 };

static void enable_pm(void)
{
    set_conf(PM, 0x40, 4, PMBA);
    set_conf(PM, 0x80, 1, 1);
    set_conf(PM, 0x90, 4, SMBBA);
    set_conf(PM, 0xd2, 1, 1);
    set_conf(PM, 4, 2, 1);
}

/* 11.2: bytes of the registers at PMBA: writable, cleared by a 1, after a reset. */
static const struct {
    uint8_t at, size;
    uint32_t writable, w1c, reset;
} pm_regs[] = {
    {0x00, 2, 0, 0x8d31, 0},
    {0x02, 2, 0x0521, 0, 0},
    {0x04, 2, 0x1c03, 0, 0},
    {0x0c, 2, 0, 0x0f81, 0},
    {0x0e, 2, 0x0f01, 0, 0},
    {0x10, 4, 0x23e1e, 0, 0},
    {0x18, 2, 0, 0x0d61, 0},
    {0x1c, 4, 0, 0x3fff00ff, 0},
    {0x20, 2, 0x8d73, 0, 0},
    {0x28, 4, 0x0701ff3d, 0, 0},
    {0x2c, 4, 0x1fffffff, 0, 0},
    {0x30, 3, 0, 0, 0xffffff},
    {0x34, 4, 0x7fffffff, 0, 0x7fffbfff},
};

START_TEST(register_pm_block_byte_by_byte)
{
    for (unsigned round = 0; round < 2; round++) {
        enable_pm();
        for (unsigned reg = 0; reg < 64; reg++) {
            unsigned i = 0, shift = 0;
            while (i < ARRAY_LEN(pm_regs) && reg - pm_regs[i].at >= pm_regs[i].size)
                i++;
            uint8_t w = 0, c = 0, r = 0;
            if (i < ARRAY_LEN(pm_regs)) {
                shift = 8 * (reg - pm_regs[i].at);
                w = (uint8_t)(pm_regs[i].writable >> shift), c = (uint8_t)(pm_regs[i].w1c >> shift);
                r = (uint8_t)(pm_regs[i].reset >> shift);
            }
            if (reg >= 8 && reg < 12)
                continue; /* the timer */
            ck_assert_msg(in((uint16_t)(PMBA + reg)) == r, "register %02x after a reset is %02x", reg,
                          in((uint16_t)(PMBA + reg)));
            for (unsigned bit = 0; bit < 8; bit++) {
                if ((reg == 4 && bit == 2) || (reg == 5 && bit == 5) || (reg == 0x28 && bit == 1))
                    continue; /* these do something */
                s.pm->io[reg] = (uint8_t)((s.pm->io[reg] & w) | (c ? 0xff : r & ~w));
                uint8_t before = s.pm->io[reg];
                out((uint16_t)(PMBA + reg), (uint8_t)BIT(bit));
                uint8_t want = (uint8_t)((before & ~w & ~(c & BIT(bit))) | (w & BIT(bit)));
                ck_assert_msg(s.pm->io[reg] == want, "register %02x, bit %u: %02x, not %02x", reg, bit, s.pm->io[reg],
                              want);
            }
            s.pm->io[reg] = 0xff;
        }
        memset(s.pm->apm, 0xff, 2), memset(s.pm->smbus.reg, 0xff, sizeof s.pm->smbus.reg);
        memset(s.pm->smbus.block, 0xff, sizeof s.pm->smbus.block), s.pm->smbus.index = 9;
        s.pm->dev.cls->reset(&s.pm->dev);
        ck_assert_uint_eq(in(PMBA + 2), 0xff); /* decoded no more */
        ck_assert_uint_eq(in(0xb2) | in(0xb3), 0);
        for (unsigned i = 0; i < sizeof s.pm->smbus.reg; i++)
            ck_assert_uint_eq(s.pm->smbus.reg[i], 0);
        for (unsigned i = 0; i < sizeof s.pm->smbus.block; i++)
            ck_assert_uint_eq(s.pm->smbus.block[i], 0);
        ck_assert_uint_eq(s.pm->smbus.index, 0);
    }
}
END_TEST

/* Each event with each enable bit: PM1 (TMROF, GBL, PWRBTN, RTC), GP; in ACPI mode SCI, in legacy mode SMI. */
START_TEST(register_pm_events_and_their_enables)
{
    static const uint16_t events[] = {0x0001, 0x0020, 0x0100, 0x0400};
    enable_pm();
    for (unsigned acpi = 0; acpi < 2; acpi++)
        for (unsigned sts = 0; sts < 16; sts++)
            for (unsigned en = 0; en < 16; en++) {
                port_out(s.rig.bus.ports, PMBA + 2, 2, 0, INIT_CPU0);
                st16(s.pm->io, (uint16_t)BIT(sts));
                out(PMBA + 4, (uint8_t)acpi);
                port_out(s.rig.bus.ports, PMBA + 2, 2, BIT(en), INIT_CPU0);
                bool one = false;
                for (unsigned i = 0; i < 4; i++)
                    one |= events[i] == BIT(sts);
                ck_assert_msg(s.sci.level == (acpi && sts == en && one), "status bit %u, enable bit %u", sts, en);
            }
    st16(s.pm->io, 0);
    port_out(s.rig.bus.ports, PMBA + 2, 2, 0, INIT_CPU0);
    out(PMBA + 4, 1);
    for (unsigned sts = 0; sts < 16; sts++)
        for (unsigned en = 0; en < 16; en++) {
            st16(s.pm->io + 0x0c, (uint16_t)BIT(sts));
            port_out(s.rig.bus.ports, PMBA + 0x0e, 2, BIT(en), INIT_CPU0);
            ck_assert_msg(s.sci.level == (sts == en && BIT(en) & 0x0f01), "GP status bit %u, enable bit %u", sts, en);
        }
    st16(s.pm->io + 0x0c, 0);
    /* The global lock: GBL_RLS sets BIOS_STS and, with BIOS_EN and SMI_EN, raises SMI#; BIOS_RLS sets GBL_STS. */
    for (unsigned k = 0; k < 4; k++) {
        unsigned rises = s.smi.rises;
        out(PMBA + 0x18, 0xff);
        out(PMBA + 0x20, k & 1), out(PMBA + 0x28, (uint8_t)(k >> 1));
        out(PMBA + 4, 1);
        ck_assert_uint_eq(in(PMBA + 0x18), 0);
        out(PMBA + 4, 5);
        ck_assert_uint_eq(in(PMBA + 4), 1); /* GBL_RLS reads 0 */
        ck_assert_uint_eq(in(PMBA + 0x18), 1);
        ck_assert_uint_eq(s.smi.rises - rises, k == 3);
        ck_assert_int_eq(s.smi.level, 0);
    }
    out(PMBA + 2, 0x20);
    out(PMBA + 0x28, 0);
    ck_assert_int_eq(s.sci.level, 0);
    out(PMBA + 0x28, 2);
    ck_assert_int_eq(s.sci.level, 1);
    ck_assert_uint_eq(in(PMBA)&0x20, 0x20);
    ck_assert_uint_eq(in(PMBA + 0x28), 0);
}
END_TEST

START_TEST(register_pm_timer_reads_at_each_byte)
{
    enable_pm();
    rig_run(&s.rig, UINT64_C(3000000000)); /* 10738635 ticks: A3DBCBh */
    ck_assert_uint_eq(port_in(s.rig.bus.ports, PMBA + 8, 4, INIT_CPU0), 0xa3dbcb);
    ck_assert_uint_eq(in(PMBA + 8), 0xcb);
    ck_assert_uint_eq(in(PMBA + 9), 0xdb);
    ck_assert_uint_eq(in(PMBA + 10), 0xa3);
    ck_assert_uint_eq(in(PMBA + 11), 0);
    ck_assert_uint_eq(port_in(s.rig.bus.ports, PMBA + 9, 2, INIT_CPU0) & 0xffff, 0xa3db);
    port_out(s.rig.bus.ports, PMBA + 8, 4, 0, INIT_CPU0); /* read-only */
    ck_assert_uint_eq(in(PMBA + 8), 0xcb);
    /* A debugger's read of PMSTS sets nothing. */
    s.pm->io[0] = 0, s.pm->halves = 0;
    ck_assert_uint_eq(port_in(s.rig.bus.ports, PMBA, 2, INIT_DEBUG) & 1, 0);
    ck_assert_uint_eq(port_in(s.rig.bus.ports, PMBA, 2, INIT_CPU0) & 1, 1);
}
END_TEST

START_TEST(register_pm_soft_off_is_type_0_only)
{
    enable_pm();
    for (unsigned v = 0; v < 256; v++) {
        unsigned rises = s.off.rises;
        out(PMBA + 5, (uint8_t)v);
        ck_assert_msg(s.off.rises - rises == (v & 0x20 && !(v & 0x1c)), "PMCNTRL's high byte %02x", v);
        ck_assert_int_eq(s.off.level, 0);
        ck_assert_uint_eq(in(PMBA + 5), v & 0x1c);
    }
}
END_TEST

/* APMC: F1h and F0h are ACPI on and off; others raise SMI# by APMC_EN (bit 25 of DEVACTB) and SMI_EN. */
START_TEST(register_apmc_values_and_enables)
{
    enable_pm();
    for (unsigned bit = 24; bit < 27; bit++)
        for (unsigned smi_en = 0; smi_en < 2; smi_en++)
            for (unsigned v = 0; v < 256; v++) {
                set_conf(PM, 0x58, 4, 1u << bit);
                out(PMBA + 0x28, (uint8_t)smi_en);
                out(PMBA + 0x18, 0xff);
                out(PMBA + 4, 2);
                unsigned rises = s.smi.rises;
                out(0xb2, (uint8_t)v);
                bool acpi = v == 0xf0 || v == 0xf1, told = !acpi && bit == 25;
                ck_assert_uint_eq(in(0xb2), v);
                ck_assert_uint_eq(in(PMBA + 0x18), told ? 0x20 : 0);
                ck_assert_uint_eq(s.smi.rises - rises, told && smi_en);
                ck_assert_uint_eq(in(PMBA + 4), v == 0xf1 ? 3 : 2);
            }
    ck_assert_uint_eq(in(0xb3), 0);
}
END_TEST

START_TEST(register_pm_ranges_follow_their_bases_and_enables)
{
    enable_pm();
    out(PMBA + 2, 0x21);
    out(SMBBA + 3, 0x77);
    for (unsigned k = 0; k < 8; k++) {
        set_conf(PM, 0x80, 1, k & 1);
        set_conf(PM, 0xd2, 1, k >> 1 & 1);
        set_conf(PM, 4, 2, k >> 2);
        ck_assert_uint_eq(in(PMBA + 2), k & 1 ? 0x21 : 0xff);
        ck_assert_uint_eq(in(SMBBA + 3), k >> 1 == 3 ? 0x77 : 0xff);
    }
    for (unsigned bit = 6; bit < 16; bit++) {
        uint16_t base = (uint16_t)(0x1000 | 1u << bit);
        set_conf(PM, 0x40, 2, base);
        ck_assert_uint_eq(in((uint16_t)(base + 2)), 0x21);
        ck_assert_uint_eq(in((uint16_t)(base + 0x40)), 0xff); /* 64 ports */
    }
    set_conf(PM, 0x40, 2, PMBA);
    for (unsigned bit = 8; bit < 16; bit++) {
        set_conf(PM, 0x90, 2, 1u << bit);
        ck_assert_uint_eq(in((uint16_t)((1u << bit) + 3)), 0x77);
    }
    set_conf(PM, 0x40, 2, 0), set_conf(PM, 0x90, 2, 0); /* base 0 is nowhere */
    ck_assert(!s.pm->pm_range.claimed && !s.pm->smb_range.claimed);
}
END_TEST

/* --- SMBus --- */

START_TEST(register_smbus_bytes)
{
    /* HSTCNT's START and KILL act and read 0; BLKDAT, the status registers and the slave's are tried apart. */
    static const struct {
        uint8_t at, writable;
    } regs[] = {{2, 0x1d}, {3, 0xff},  {4, 0xff},  {5, 0xff}, {6, 0xff}, {8, 0x0f},
                {9, 0},    {10, 0xff}, {11, 0xff}, {12, 0},   {13, 0},   {1, 0}};
    enable_pm();
    for (unsigned i = 0; i < ARRAY_LEN(regs); i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            if (regs[i].at == 2 && (bit == 1 || bit == 6))
                continue;
            uint16_t port = (uint16_t)(SMBBA + regs[i].at);
            out(port, (uint8_t)BIT(bit));
            ck_assert_msg(in(port) == (BIT(bit) & regs[i].writable), "SMBus register %u, bit %u", regs[i].at, bit);
        }
    for (unsigned bit = 0; bit < 8; bit++) { /* bits 4-1 are cleared by ones, the rest stays */
        s.pm->smbus.reg[0] = 0xff;
        out(SMBBA, (uint8_t)BIT(bit));
        ck_assert_uint_eq(in(SMBBA), bit >= 1 && bit <= 4 ? 0xff & ~BIT(bit) : 0xff);
        out(SMBBA + 3, 0x1e); /* no other register clears them */
        ck_assert_uint_eq(in(SMBBA), bit >= 1 && bit <= 4 ? 0xff & ~BIT(bit) : 0xff);
    }
    s.pm->smbus.reg[0] = 0;
    for (unsigned i = 0; i < 40; i++) /* the block has 32 bytes and begins anew */
        out(SMBBA + 7, (uint8_t)i);
    in(SMBBA + 2);
    for (unsigned i = 0; i < 33; i++)
        ck_assert_uint_eq(in(SMBBA + 7), i % 32 < 8 ? i % 32 + 32 : i);
    in(SMBBA + 3); /* leaves the pointer */
    ck_assert_uint_eq(in(SMBBA + 7), 33);
    ck_assert_uint_eq(port_in(s.rig.bus.ports, SMBBA + 7, 1, INIT_DEBUG), 0); /* a debugger moves nothing */
    ck_assert_uint_eq(port_in(s.rig.bus.ports, SMBBA + 2, 1, INIT_DEBUG), in(SMBBA + 2));
    ck_assert_uint_eq(in(SMBBA + 7), 32);
}
END_TEST

/* A transaction ends after 100 us; its interrupt is IRQ9 or SMI# by SMB_INTRSEL, with INTEREN. */
START_TEST(register_smbus_interrupts)
{
    for (unsigned sel = 0; sel < 8; sel++)
        for (unsigned en = 0; en < 2; en++) {
            enable_pm();
            set_conf(PM, 0xd2, 1, sel << 1 | 1);
            out(PMBA + 0x28, 1);
            unsigned rises = s.smi.rises;
            out(SMBBA + 2, (uint8_t)(0x40 | en));
            ck_assert_uint_eq(in(SMBBA), 1);
            rig_run(&s.rig, 50000);
            out(SMBBA + 2, (uint8_t)(0x40 | en)); /* a START while it is busy begins nothing */
            rig_run(&s.rig, 49999);
            ck_assert_uint_eq(in(SMBBA), 1);
            rig_run(&s.rig, 1);
            ck_assert_uint_eq(in(SMBBA), 4);
            ck_assert_msg(s.sci.level == (en && sel == 4), "INTRSEL %u: IRQ9", sel);
            ck_assert_msg(s.smi.rises - rises == (en && sel == 0), "INTRSEL %u: SMI#", sel);
            out(SMBBA, 0x1e);
            ck_assert_int_eq(s.sci.level, 0);
            out(SMBBA + 2, 2); /* KILL of nothing */
            ck_assert_uint_eq(in(SMBBA), 0);
        }
}
END_TEST

/* --- DMA --- */

static void dma_out(unsigned chip, unsigned reg, uint8_t v)
{
    out((uint16_t)(chip ? 0xc0 + 2 * reg : reg), v);
}
static uint8_t dma_in(unsigned chip, unsigned reg)
{
    return in((uint16_t)(chip ? 0xc0 + 2 * reg : reg));
}
static uint16_t dma_word(unsigned chip, unsigned reg)
{
    uint8_t low = dma_in(chip, reg);
    return (uint16_t)(low | dma_in(chip, reg) << 8);
}

static const uint8_t page_port[2][4] = {{0x87, 0x83, 0x81, 0x82}, {0x8f, 0x8b, 0x89, 0x8a}};

/* Each channel: its own registers, page, mask, request and status bits, and every bit of the address. */
START_TEST(register_dma_channels_are_apart)
{
    for (unsigned chip = 0; chip < 2; chip++)
        for (unsigned n = 0; n < 4; n++) {
            struct irq_line dreq = i8237_dreq(s.dma[chip], (int)n);
            uint8_t data[16] = {0};
            bool tc;
            dma_out(chip, 13, 0);
            for (unsigned reg = 0; reg < 8; reg++)
                dma_out(chip, reg, (uint8_t)(0x10 + reg)), dma_out(chip, reg, (uint8_t)(0x80 + reg));
            for (unsigned reg = 0; reg < 8; reg++)
                ck_assert_uint_eq(dma_word(chip, reg), 0x8010 + 0x101 * reg);
            irq_set(&dreq, 1);
            ck_assert_uint_eq(dma_in(chip, 8), 0x10 << n);
            dma_out(chip, 11, (uint8_t)(0x44 | n));
            for (unsigned m = 0; m < 4; m++) {
                dma_out(chip, 10, (uint8_t)m);
                ck_assert_uint_eq(dma_in(chip, 15), 0xf0 | (0x0f & ~BIT(m)));
                ck_assert_int_eq(s.ready[chip][n].level, m == n);
                dma_out(chip, 10, (uint8_t)(4 | m));
                ck_assert_uint_eq(dma_in(chip, 15), 0xff);
            }
            for (unsigned bit = 0; bit < 24; bit++) {
                uint32_t at = 1u << bit, unit = chip ? 2 : 1;
                uint16_t word = (uint16_t)(chip ? at >> 1 : at);
                uint8_t one = 0xa7, seen = 0;
                if (at < unit)
                    continue;
                dma_out(chip, 12, 0);
                dma_out(chip, 2 * n, (uint8_t)word), dma_out(chip, 2 * n, (uint8_t)(word >> 8));
                dma_out(chip, 2 * n + 1, 3), dma_out(chip, 2 * n + 1, 0);
                for (unsigned p = 0x80; p < 0x90; p++)
                    out((uint16_t)p, 0x3c);
                out(page_port[chip][n], (uint8_t)(at >> 16));
                dma_out(chip, 10, (uint8_t)n);
                memset(data, one, sizeof data);
                ck_assert_uint_eq(i8237_transfer(s.dma[chip], (int)n, data, 3 * unit, true, &tc), 3 * unit);
                ck_assert(!tc);
                dma_read(&s.rig.bus, at, &seen, 1);
                ck_assert_msg(seen == one, "DMA %u, channel %u: address bit %u", chip, n, bit);
                ck_assert_uint_eq(dma_word(chip, 2 * n), (uint16_t)(word + 3));
                ck_assert_uint_eq(dma_word(chip, 2 * n + 1), 0);
                uint8_t zero[16] = {0};
                dma_write(&s.rig.bus, at, zero, sizeof zero);
            }
            dma_out(chip, 9, (uint8_t)(4 | n)); /* a request by software */
            irq_set(&dreq, 0);
            ck_assert_uint_eq(dma_in(chip, 8), 0x10 << n);
            irq_set(&dreq, 1);
            ck_assert_uint_eq(i8237_transfer(s.dma[chip], (int)n, data, 16, true, &tc), chip ? 2 : 1);
            ck_assert(tc);
            ck_assert_uint_eq(dma_word(chip, 2 * n + 1), 0xffff);
            irq_set(&dreq, 0);
            ck_assert_uint_eq(dma_in(chip, 8), BIT(n)); /* TC, and the request is gone */
            ck_assert_uint_eq(dma_in(chip, 8), 0);
            ck_assert_uint_eq(dma_in(chip, 15), 0xff);
        }
}
END_TEST

START_TEST(register_dma_autoinit_reloads_address_and_count)
{
    uint8_t data[16];
    bool tc;
    for (unsigned mode = 0; mode < 2; mode++) {
        struct irq_line dreq = i8237_dreq(s.dma[0], 1);
        irq_set(&dreq, 1);
        dma_out(0, 13, 0);
        dma_out(0, 2, 0x34), dma_out(0, 2, 0x12), dma_out(0, 3, 4), dma_out(0, 3, 0);
        dma_out(0, 11, (uint8_t)(0x41 | 0x04 | (mode ? 0x10 : 0)));
        dma_out(0, 10, 1);
        ck_assert_uint_eq(i8237_transfer(s.dma[0], 1, data, 16, true, &tc), 5);
        ck_assert(tc);
        ck_assert_uint_eq(dma_word(0, 2), mode ? 0x1234 : 0x1239);
        ck_assert_uint_eq(dma_word(0, 3), mode ? 4 : 0xffff);
        ck_assert_int_eq(s.ready[0][1].level, mode);
        ck_assert_uint_eq(i8237_transfer(s.dma[0], 1, data, 5, true, NULL), mode ? 5 : 0);
        ck_assert_uint_eq(dma_word(0, 3), mode ? 4 : 0xffff);
    }
}
END_TEST

START_TEST(register_dma_write_only_registers_and_resets)
{
    for (unsigned chip = 0; chip < 2; chip++) {
        struct irq_line dreq = i8237_dreq(s.dma[chip], 2);
        static const uint8_t reads[8] = {0x40, 0xff, 0xff, 0xff, 0xff, 0x00, 0xff, 0xf0};
        irq_set(&dreq, 1);
        dma_out(chip, 11, 0xc2); /* cascade moves nothing */
        dma_out(chip, 14, 0);
        ck_assert_int_eq(s.ready[chip][2].level, 0);
        dma_out(chip, 11, 0x82);
        ck_assert_int_eq(s.ready[chip][2].level, 1);
        for (unsigned reg = 8; reg < 16; reg++)
            ck_assert_msg(dma_in(chip, reg) == reads[reg - 8], "register %u reads %02x", reg, dma_in(chip, reg));
        irq_set(&dreq, 0); /* the device's wire is followed at once */
        ck_assert_int_eq(s.ready[chip][2].level, 0);
        ck_assert_uint_eq(dma_in(chip, 8), 0);
        irq_set(&dreq, 1);
        ck_assert_int_eq(s.ready[chip][2].level, 1);
        dma_out(chip, 4, 1); /* the flip-flop is at the high byte; a debugger's read leaves it there */
        ck_assert_uint_eq(port_in(s.rig.bus.ports, chip ? 0xc8 : 4, 1, INIT_DEBUG), 0xff);
        dma_out(chip, 4, 2);
        ck_assert_uint_eq(dma_word(chip, 4), 0x0201);
        for (unsigned bit = 0; bit < 8; bit++) {
            dma_out(chip, 8, (uint8_t)BIT(bit));
            ck_assert_int_eq(s.ready[chip][2].level, bit != 2); /* controller disable alone */
        }
        dma_out(chip, 8, 0);
        for (unsigned clear = 0; clear < 2; clear++) {
            dma_out(chip, 14, 0), dma_out(chip, 8, 4), dma_out(chip, 9, 5), dma_out(chip, 4, 0x77);
            s.dma[chip]->tc = 0xf, s.dma[chip]->temporary = 0x55;
            if (clear)
                dma_out(chip, 13, 0);
            else
                s.dma[chip]->dev.cls->reset(&s.dma[chip]->dev);
            ck_assert_uint_eq(dma_in(chip, 15), 0xff);
            ck_assert_uint_eq(dma_in(chip, 13), 0);
            ck_assert_uint_eq(dma_in(chip, 8), 0x40);
            ck_assert_int_eq(s.ready[chip][2].level, 0);
            dma_out(chip, 11, 0x42), dma_out(chip, 10, 2);
            ck_assert_int_eq(s.ready[chip][2].level, 1); /* enabled again */
            dma_out(chip, 4, 0x88), dma_out(chip, 4, 0x99);
            ck_assert_uint_eq(dma_word(chip, 4), 0x9988);
            s.dma[chip]->dev.cls->reset(&s.dma[chip]->dev);
            ck_assert_uint_eq(dma_word(chip, 4), 0);
            ck_assert_uint_eq(s.dma[chip]->channel[2].mode, 0);
        }
    }
    for (unsigned i = 0; i < 16; i++)
        out((uint16_t)(0x80 + i), 0x11);
    s.pages->dev.cls->reset(&s.pages->dev);
    for (unsigned i = 0; i < 16; i++)
        ck_assert_uint_eq(in((uint16_t)(0x80 + i)), 0);
}
END_TEST

static uint32_t wide_in(uint16_t port, unsigned size)
{
    return port_in(s.rig.bus.ports, port, size, INIT_CPU0);
}
static void wide_out(uint16_t port, unsigned size, uint32_t v)
{
    port_out(s.rig.bus.ports, port, size, v, INIT_CPU0);
}

/* Byte-wide chips see a wider access as its bytes, in order. */
START_TEST(register_wide_accesses_are_bytes)
{
    enable_pm();
    wide_out(0x84, 4, 0x44332211);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(in((uint16_t)(0x84 + i)), 0x11 * (i + 1));
    ck_assert_uint_eq(wide_in(0x84, 4), 0x44332211);
    dma_out(0, 15, 0x05);
    ck_assert_uint_eq(wide_in(0x0e, 2), 0xf5ff);
    wide_out(0x0e, 2, 0x0a00);
    ck_assert_uint_eq(in(0x0f), 0xfa);
    wide_out(0xb2, 2, 0x6655);
    ck_assert(in(0xb2) == 0x55 && in(0xb3) == 0x66);
    ck_assert_uint_eq(wide_in(0xb2, 2), 0x6655);
    wide_out(SMBBA + 5, 2, 0xbbaa);
    ck_assert(in(SMBBA + 5) == 0xaa && in(SMBBA + 6) == 0xbb);
    ck_assert_uint_eq(wide_in(SMBBA + 5, 2), 0xbbaa);
    wide_out(0x3f2, 2, 0x020c);
    ck_assert(in(0x3f2) == 0x0c && in(0x3f3) == 0xfe);
    ck_assert_uint_eq(wide_in(0x3f2, 2), 0xfe0c);
    wide_out(PMBA + 0x2c, 4, 0x12345678); /* the PIIX4's are wide */
    ck_assert(in(PMBA + 0x2c) == 0x78 && in(PMBA + 0x2f) == 0x12);
    ck_assert_uint_eq(wide_in(PMBA + 0x2d, 2), 0x3456);
    port_release(s.rig.bus.ports, &s.pm->apm_range);
    port_claim(s.rig.bus.ports, &s.sb->apm_range);
    wide_out(0xb2, 2, 0x7788);
    ck_assert_uint_eq(wide_in(0xb2, 2), 0x7788);
    ck_assert_uint_eq(in(0xb3), 0x77);
}
END_TEST

/* The bus master's registers of both channels, bit by bit and at each width (PIIX3 2.7). */
START_TEST(register_bus_master_bits)
{
    enum { BM = 0xc000 };
    set_conf(IDE, 0x20, 4, BM), set_conf(IDE, 4, 2, 5);
    for (uint16_t base = BM; base <= BM + 8; base += 8) {
        struct bmide *b = &s.ide->bm[base == BM ? 0 : 1];
        for (unsigned v = 0; v < 256; v++) {
            b->command = 0, b->status = 0xff & 0x67;
            out((uint16_t)(base + 2), (uint8_t)v); /* 1: active stays; 2, 4 are cleared by ones; 5, 6 are kept */
            ck_assert_uint_eq(in((uint16_t)(base + 2)), 1u | (v & 0x60) | (0x06 & ~v));
            out(base, (uint8_t)(v & ~1u));
            ck_assert_uint_eq(in(base), v & 8);
            ck_assert_uint_eq(in((uint16_t)(base + 2)) & 1, 0); /* no start: it stops */
        }
        for (unsigned bit = 0; bit < 32; bit++) {
            wide_out((uint16_t)(base + 4), 4, 1u << bit);
            ck_assert_uint_eq(wide_in((uint16_t)(base + 4), 4), bit < 2 ? 0 : 1u << bit);
            for (unsigned i = 0; i < 4; i++)
                ck_assert_uint_eq(in((uint16_t)(base + 4 + i)), bit < 2 || bit / 8 != i ? 0 : 1u << bit % 8);
        }
        for (unsigned i = 0; i < 4; i++)
            out((uint16_t)(base + 4 + i), (uint8_t)(0x18 + 0x21 * i));
        ck_assert_uint_eq(wide_in((uint16_t)(base + 4), 4), 0x7b5a3918);
        ck_assert_uint_eq(wide_in((uint16_t)(base + 6), 2), 0x7b5a);
        out(base, 8), out((uint16_t)(base + 2), 0x60);
        ck_assert_uint_eq(wide_in(base, 4), 0x00600008);
        out(base, 9);
        ck_assert_uint_eq(in((uint16_t)(base + 2)), 0x61);
        out(base, 1); /* the direction is fixed while it runs */
        ck_assert_uint_eq(in(base), 9);
        out(base, 0);
        ck_assert_uint_eq(in(base), 0);
        ck_assert_uint_eq(in((uint16_t)(base + 1)) | in((uint16_t)(base + 3)), 0);
        out((uint16_t)(base + 1), 0xff), out((uint16_t)(base + 3), 0xff);
        ck_assert_uint_eq(wide_in(base, 4), 0x00600000);
    }
    ck_assert_uint_eq(wide_in(BM + 4, 4), 0x7b5a3918); /* the other channel's stayed */
    set_conf(IDE, 0x40, 4, 0x80008000);
    ck_assert(port_owner(s.rig.bus.ports, 0x1f0) && port_owner(s.rig.bus.ports, 0x376));
    s.ide->bm[1].prd = s.ide->bm[1].address = s.ide->bm[1].bytes = 5, s.ide->bm[1].last = true;
    s.ide->dev.cls->reset(&s.ide->dev);
    for (unsigned i = 0; i < 2; i++) {
        const struct bmide *b = &s.ide->bm[i];
        ck_assert(!port_owner(s.rig.bus.ports, i ? 0x170 : 0x1f0) && !port_owner(s.rig.bus.ports, i ? 0x376 : 0x3f6));
        ck_assert(!b->command && !b->status && !b->table && !b->prd && !b->address && !b->bytes && !b->last);
    }
}
END_TEST

/* A port's neighbours are nobody's. */
START_TEST(register_ranges_of_ports)
{
    static const struct {
        uint16_t first, last;
    } ranges[] = {{0x00, 0x0f}, {0xc0, 0xdf},   {0xcf9, 0xcf9}, {0xf0, 0xf0},
                  {0xb2, 0xb3}, {0x3f0, 0x3f5}, {0x3f7, 0x3f7}};
    for (unsigned i = 0; i < ARRAY_LEN(ranges); i++)
        for (uint32_t p = ranges[i].first ? ranges[i].first - 1u : 0; p <= ranges[i].last + 1u; p++) {
            bool ours = p >= ranges[i].first && p <= ranges[i].last;
            ck_assert_msg((port_owner(s.rig.bus.ports, (uint16_t)p) != NULL) == ours, "port %x", p);
        }
}
END_TEST

/* --- info --- */

static void prints(struct dev *d, const char *want)
{
    struct buf text = {0};
    d->cls->print(d, &text);
    buf_add(&text, "", 1);
    ck_assert_str_eq((const char *)text.data, want);
    buf_free(&text);
}

START_TEST(register_info_texts)
{
    struct irq_line dreq = i8237_dreq(s.dma[1], 1);
    for (unsigned i = 0; i < 16; i++)
        out((uint16_t)(0x80 + i), (uint8_t)(0xa0 + i));
    prints(&s.pages->dev, "dma-pages: POST code a0, pages 0:a7 1:a3 2:a1 3:a2 4:af 5:ab 6:a9 7:aa\n");
    dma_out(1, 2, 0x34), dma_out(1, 2, 0x12), dma_out(1, 3, 2), dma_out(1, 3, 1);
    dma_out(1, 11, 0x45), dma_out(1, 8, 0x10), dma_out(1, 10, 1), dma_out(1, 9, 6);
    irq_set(&dreq, 1);
    s.dma[1]->channel[1].address++, s.dma[1]->channel[1].count--, s.dma[1]->tc = 8;
    prints(&s.dma[1]->dev, "dma1: command=10 mask=d request=4 dreq=2 tc=8\n"
                           "  channel 4: mode=00 address=ae0000 count=0000 base=0000/0000\n"
                           "  channel 5: mode=44 address=aa246a count=0101 base=1234/0102\n"
                           "  channel 6: mode=00 address=a80000 count=0000 base=0000/0000\n"
                           "  channel 7: mode=00 address=aa0000 count=0000 base=0000/0000\n");
    dma_out(0, 6, 0x34), dma_out(0, 6, 0x12);
    prints(&s.dma[0]->dev, "dma0: command=00 mask=f request=0 dreq=0 tc=0\n"
                           "  channel 0: mode=00 address=a70000 count=0000 base=0000/0000\n"
                           "  channel 1: mode=00 address=a30000 count=0000 base=0000/0000\n"
                           "  channel 2: mode=00 address=a10000 count=0000 base=0000/0000\n"
                           "  channel 3: mode=00 address=a21234 count=0000 base=1234/0000\n");
    prints(&s.pm->dev, "pm: PMBA=0000 (off) PMSTS=0000 PMEN=0000 PMCNTRL=0000 PMTMR=000000 GPSTS=0000 GPEN=0000 "
                       "GLBCTL=00000000 (legacy mode)\n");
    enable_pm();
    rig_run(&s.rig, 1000000000);
    st16(s.pm->io, 0x0100), st16(s.pm->io + 0x0c, 0x0200);
    port_out(s.rig.bus.ports, PMBA + 2, 2, 0x0420, INIT_CPU0);
    port_out(s.rig.bus.ports, PMBA + 4, 2, 0x0401, INIT_CPU0);
    port_out(s.rig.bus.ports, PMBA + 0x0e, 2, 0x0301, INIT_CPU0);
    port_out(s.rig.bus.ports, PMBA + 0x28, 4, 0x01008004, INIT_CPU0);
    prints(&s.pm->dev, "pm: PMBA=0600 PMSTS=0100 PMEN=0420 PMCNTRL=0401 PMTMR=369e99 GPSTS=0200 GPEN=0301 "
                       "GLBCTL=01008004\n");
}
END_TEST

TCase *southbridge_tests(void)
{
    TCase *c = tcase_create("registers");
    tcase_set_timeout(c, 60);
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, register_tables_are_the_data_sheets);
    tcase_add_test(c, register_configuration_spaces_byte_by_byte);
    tcase_add_test(c, register_each_pirq_goes_where_its_route_says);
    tcase_add_test(c, register_port_92_and_rcr_pulse_the_reset);
    tcase_add_test(c, register_piix3_load_knows_what_it_drives);
    tcase_add_test(c, register_piix3_has_apmc_and_apms_where_no_piix4_is);
    tcase_add_test(c, register_pm_block_byte_by_byte);
    tcase_add_test(c, register_pm_events_and_their_enables);
    tcase_add_test(c, register_pm_timer_reads_at_each_byte);
    tcase_add_test(c, register_pm_soft_off_is_type_0_only);
    tcase_add_test(c, register_apmc_values_and_enables);
    tcase_add_test(c, register_pm_ranges_follow_their_bases_and_enables);
    tcase_add_test(c, register_smbus_bytes);
    tcase_add_test(c, register_smbus_interrupts);
    tcase_add_test(c, register_dma_channels_are_apart);
    tcase_add_test(c, register_dma_autoinit_reloads_address_and_count);
    tcase_add_test(c, register_dma_write_only_registers_and_resets);
    tcase_add_test(c, register_wide_accesses_are_bytes);
    tcase_add_test(c, register_bus_master_bits);
    tcase_add_test(c, register_ranges_of_ports);
    tcase_add_test(c, register_info_texts);
    return c;
}
