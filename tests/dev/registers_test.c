/* SPDX-License-Identifier: MIT */
/*
 * The register tables, which `-device NAME,help` prints, by the data sheets that each class names: every register with
 * its place, its width in bytes, its value after a reset and the bits that a guest can change.
 */
#include "devices/intc/i8259.h"
#include "devices/intc/ioapic.h"
#include "devices/intc/irq_lines.h"
#include "devices/intc/lapic.h"
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
#include "devices/timer/hpet.h"
#include "devices/timer/i8254.h"
#include "tests/dev/rig.h"

/* A line for each register: P(ort), M(emory), C(onfiguration space) or I(ndex), place.width, reset, writable, name. */
static const struct {
    const struct dev_class *cls;
    const char *rows;
} tables[] = {
    {&i8259_class, "P0.1 0 ff ICW1/OCW2/OCW3\n"
                   "P1.1 0 ff ICW2-4/OCW1 (IMR)\n"
                   "P4d0.1 0 f8 ELCR\n"},
    {&lapic_class, "M20.4 0 ff000000 Local APIC ID\n"
                   "M30.4 50014 0 Local APIC Version\n"
                   "M80.4 0 ff TPR\n"
                   "M90.4 0 0 APR\n"
                   "Ma0.4 0 0 PPR\n"
                   "Mb0.4 0 0 EOI\n"
                   "Mc0.4 0 0 RRD\n"
                   "Md0.4 0 ff000000 LDR\n"
                   "Me0.4 ffffffff f0000000 DFR\n"
                   "Mf0.4 ff 3ff SVR\n"
                   "M100.4 0 0 ISR 31:0\n"
                   "M180.4 0 0 TMR 31:0\n"
                   "M200.4 0 0 IRR 31:0\n"
                   "M280.4 0 0 ESR\n"
                   "M300.4 0 ccfff ICR 31:0\n"
                   "M310.4 0 ff000000 ICR 63:32\n"
                   "M320.4 10000 300ff LVT Timer\n"
                   "M330.4 10000 107ff LVT Thermal Sensor\n"
                   "M340.4 10000 107ff LVT Performance Counters\n"
                   "M350.4 10000 1a7ff LVT LINT0\n"
                   "M360.4 10000 1a7ff LVT LINT1\n"
                   "M370.4 10000 100ff LVT Error\n"
                   "M380.4 0 ffffffff Initial Count\n"
                   "M390.4 0 0 Current Count\n"
                   "M3e0.4 0 b Divide Configuration\n"},
    {&ioapic_class, "M0.4 0 ff IOREGSEL\n"
                    "M10.4 0 f000000 IOWIN\n"
                    "I0.4 0 f000000 IOAPICID\n"
                    "I1.4 170011 0 IOAPICVER\n"
                    "I2.4 0 0 IOAPICARB\n"
                    "I10.4 10000 1afff IOREDTBL0 low\n"
                    "I11.4 0 ff000000 IOREDTBL0 high\n"
                    "I3e.4 10000 1afff IOREDTBL23 low\n"
                    "I3f.4 0 ff000000 IOREDTBL23 high\n"},
    {&irq_lines_class, ""},
    {&i8254_class, "P40.1 0 ff Counter 0\n"
                   "P41.1 0 ff Counter 1\n"
                   "P42.1 0 ff Counter 2\n"
                   "P43.1 ff ff Control Word\n"},
    {&hpet_class, "M0.8 8086a201 0 GCAP_ID\n"
                  "M10.8 0 3 GEN_CONF\n"
                  "M20.8 0 7 GINTR_STA\n"
                  "Mf0.8 0 ffffffff MAIN_CNT\n"
                  "M100.8 30 3f4e T0_CONF\n"
                  "M108.8 ffffffff ffffffff T0_COMP\n"
                  "M120.8 30 3f4e T1_CONF\n"
                  "M128.8 ffffffff ffffffff T1_COMP\n"
                  "M140.8 30 3f4e T2_CONF\n"
                  "M148.8 ffffffff ffffffff T2_COMP\n"},
    {&mc146818_class, "P70.1 ff ff Index\n"
                      "P71.1 0 ff Data\n"
                      "I0.1 0 ff Seconds\n"
                      "I1.1 0 ff Seconds Alarm\n"
                      "I2.1 0 ff Minutes\n"
                      "I3.1 0 ff Minutes Alarm\n"
                      "I4.1 0 ff Hours\n"
                      "I5.1 0 ff Hours Alarm\n"
                      "I6.1 0 ff Day of the Week\n"
                      "I7.1 0 ff Date of the Month\n"
                      "I8.1 0 ff Month\n"
                      "I9.1 0 ff Year\n"
                      "Ia.1 26 7f Register A\n"
                      "Ib.1 2 ff Register B\n"
                      "Ic.1 0 0 Register C\n"
                      "Id.1 80 0 Register D\n"},
    {&ns16550_class, "P0.1 0 ff RBR/THR/DLL\n"
                     "P1.1 0 ff IER/DLM\n"
                     "P2.1 1 c9 IIR/FCR\n"
                     "P3.1 0 ff LCR\n"
                     "P4.1 0 1f MCR\n"
                     "P5.1 60 0 LSR\n"
                     "P6.1 b0 0 MSR\n"
                     "P7.1 0 ff SCR\n"},
    {&lpt_class, "P0.1 0 ff DATA\n"
                 "P1.1 5f 0 STATUS\n"
                 "P2.1 c0 3f CONTROL\n"},
    {&i440fx_class, "Pcf8.4 0 80fffffc CONFADD\n"
                    "Pcfc.4 0 ffffffff CONFDATA\n"
                    "C50.2 100 ffff PCON\n"
                    "C57.1 0 ff DRAMC\n"
                    "C58.1 10 ff DRAMT\n"
                    "C59.1 0 30 PAM0\n"
                    "C5a.1 0 33 PAM1\n"
                    "C5b.1 0 33 PAM2\n"
                    "C5c.1 0 33 PAM3\n"
                    "C5d.1 0 33 PAM4\n"
                    "C5e.1 0 33 PAM5\n"
                    "C5f.1 0 33 PAM6\n"
                    "C60.4 2020202 ffffffff DRB\n"
                    "C72.1 2 78 SMRAM\n"},
    {&debugcon_class, "Pe9.1 e9 ff Data\n"},
    {&fw_cfg_class, "P510.2 0 ffff SELECTOR\n"
                    "P511.1 0 0 DATA\n"
                    "P514.4 554d4551 ffffffff DMA ADDRESS HIGH\n"
                    "P518.4 47464320 ffffffff DMA ADDRESS LOW\n"},
    {&isa_debug_exit_class, "P501.4 0 ffffffff Exit\n"},
    {&pc_testdev_class, "Pe0.4 0 ffffffff IO\n"
                        "Pe4.4 0 0 FLUSH\n"
                        "Pe8.1 0 ff IO8\n"
                        "P2000.1 0 1 IRQ0\n"
                        "P2017.1 0 1 IRQ23\n"
                        "M0.4 0 ffffffff MEMORY\n"},
    {&pci_testdev_class, "M0.1 0 ff test\n"
                         "M1.1 0 0 width_type\n"
                         "M4.4 0 0 offset\n"
                         "M8.4 0 0 data\n"
                         "Mc.4 0 0 count\n"
                         "M10.1 0 0 name\n"},
    {&port61_class, "P61.1 0 f NMISC\n"},
};

static void line_of(const struct dev_reg *r, struct buf *out)
{
    static const char spaces[] = {[REG_PORT] = 'P', [REG_MMIO] = 'M', [REG_PCI] = 'C', [REG_INDEXED] = 'I'};
    buf_printf(out, "%c%x.%u %x %x %s\n", spaces[r->space], r->offset, r->width, r->reset, r->writable, r->name);
}

START_TEST(register_table_is_the_data_sheets)
{
    const struct dev_class *c = tables[_i].cls;
    const char *want = tables[_i].rows;
    for (size_t i = 0; i < c->nregs; i++) {
        struct buf got = {0};
        line_of(&c->regs[i], &got);
        ck_assert_msg(!strncmp(want, (const char *)got.data, got.len), "%s: the table has '%s', which should be '%.*s'",
                      c->name, (const char *)got.data, (int)strcspn(want, "\n"), want);
        want += got.len;
        buf_free(&got);
    }
    ck_assert_msg(!*want, "%s: the table lacks '%s'", c->name, want);
}
END_TEST

/* --- What a made chip has --- */

static struct rig rig;

static void setup(void)
{
    rig_init(&rig);
}

static void teardown(void)
{
    rig_free(&rig);
}

/* Each byte of the 82441FX's configuration space (3.2): what a guest can change, and its value after a reset. */
static const struct {
    unsigned from, to;
    uint8_t writable, reset;
} nb_bytes[] = {
    {0x00, 0x00, 0, 0x86},    {0x01, 0x01, 0, 0x80},    {0x02, 0x02, 0, 0x37},    {0x03, 0x03, 0, 0x12},
    {0x04, 0x04, 0x40, 0x06}, {0x05, 0x05, 0x01, 0},    {0x08, 0x08, 0, 0x02},    {0x0b, 0x0b, 0, 0x06},
    {0x0c, 0x0d, 0xff, 0},    {0x3c, 0x3c, 0xff, 0},    {0x50, 0x50, 0xff, 0},    {0x51, 0x51, 0xff, 0x01},
    {0x57, 0x57, 0xff, 0},    {0x58, 0x58, 0xff, 0x10}, {0x59, 0x59, 0x30, 0},    {0x5a, 0x5f, 0x33, 0},
    {0x60, 0x67, 0xff, 0x02}, {0x68, 0x68, 0xff, 0},    {0x72, 0x72, 0x68, 0x02},
};

START_TEST(i440fx_configuration_bytes_have_their_bits_and_reset_values)
{
    struct pci_bus pci;
    pci_bus_init(&pci, &rig.bus);
    struct i440fx *nb = i440fx_new(&rig.bus, "i440fx");
    nb->pbus = &pci;
    rig_realize(&nb->dev);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned off = 0; off < 256; off++) {
            uint8_t writable = 0, reset = 0, got = (uint8_t)pci_config_read(&pci, 0, off, 1);
            for (unsigned i = 0; i < ARRAY_LEN(nb_bytes); i++)
                if (off >= nb_bytes[i].from && off <= nb_bytes[i].to)
                    writable = nb_bytes[i].writable, reset = nb_bytes[i].reset;
            ck_assert_msg(got == reset, "byte %02xh after reset %u: %02x, not %02x", off, round, got, reset);
            pci_config_write(&pci, 0, off, 1, 0xff & ~(off == 0x72 ? 0x10u : 0)); /* D_LCK has a test of its own */
            got = (uint8_t)pci_config_read(&pci, 0, off, 1);
            ck_assert_msg(got == (reset | writable), "byte %02xh after ones: %02x", off, got);
            pci_config_write(&pci, 0, off, 1, 0);
            got = (uint8_t)pci_config_read(&pci, 0, off, 1);
            ck_assert_msg(got == (reset & ~writable), "byte %02xh after zeros: %02x", off, got);
            pci_config_write(&pci, 0, off, 1, 0xff & ~(off == 0x72 ? 0x10u : 0));
        }
        nb->dev.cls->reset(&nb->dev);
    }
    dev_free(&nb->dev);
}
END_TEST

/* CONFADD has a mask; parts of it and parts beyond a dword are no accesses to it (3.1.1). */
START_TEST(i440fx_confadd_and_confdata_widths)
{
    struct port_space *s = rig.bus.ports;
    struct pci_bus pci;
    pci_bus_init(&pci, &rig.bus);
    struct i440fx *nb = i440fx_new(&rig.bus, "i440fx");
    nb->pbus = &pci;
    rig_realize(&nb->dev);
    port_out(s, 0xcf8, 4, 0xffffffff, INIT_CPU0);
    ck_assert_uint_eq(port_in(s, 0xcf8, 4, INIT_CPU0), 0x80fffffc);
    for (unsigned offset = 0; offset < 4; offset++)
        for (unsigned size = 1; size <= 4 && offset + size <= 4; size *= 2) {
            if (size == 4)
                continue;
            port_out(s, (uint16_t)(0xcf8 + offset), size, 0, INIT_CPU0);
            ck_assert_uint_eq(port_in(s, (uint16_t)(0xcf8 + offset), size, INIT_CPU0), size == 1 ? 0xff : 0xffff);
            ck_assert_uint_eq(port_in(s, 0xcf8, 4, INIT_CPU0), 0x80fffffc);
        }
    for (unsigned offset = 0; offset < 4; offset++)
        for (unsigned size = 1; size <= 4 && offset + size <= 4; size *= 2) {
            port_out(s, 0xcf8, 4, 0x80000000, INIT_CPU0);
            uint32_t id = UINT32_C(0x12378086) >> 8 * offset & (UINT32_MAX >> (32 - 8 * size));
            ck_assert_uint_eq(port_in(s, (uint16_t)(0xcfc + offset), size, INIT_CPU0), id);
            port_out(s, 0xcf8, 4, 0x80000060, INIT_CPU0); /* DRB0-3 */
            port_out(s, 0xcfc, 4, 0, INIT_CPU0);
            port_out(s, (uint16_t)(0xcfc + offset), size, 0xa4a3a2a1, INIT_CPU0);
            uint32_t want = (UINT32_C(0xa4a3a2a1) & (UINT32_MAX >> (32 - 8 * size))) << 8 * offset;
            ck_assert_uint_eq(port_in(s, 0xcfc, 4, INIT_CPU0), want);
        }
    port_out(s, 0xcf8, 4, 0x80000060, INIT_CPU0);
    port_out(s, 0xcfc, 4, 0x11223344, INIT_CPU0);
    port_out(s, 0xcfe, 4, 0, INIT_CPU0); /* over its end: the two bytes that lie within, each alone */
    ck_assert_uint_eq(port_in(s, 0xcfc, 4, INIT_CPU0), 0x3344);
    port_out(s, 0xcf8, 4, 0x60, INIT_CPU0); /* without CONE, and on another bus: nobody */
    port_out(s, 0xcfc, 4, 0xffffffff, INIT_CPU0);
    port_out(s, 0xcf8, 4, 0x80010060, INIT_CPU0);
    port_out(s, 0xcfc, 4, 0xffffffff, INIT_CPU0);
    port_out(s, 0xcf8, 4, 0x80800060, INIT_CPU0);
    port_out(s, 0xcfc, 4, 0xffffffff, INIT_CPU0);
    port_out(s, 0xcf8, 4, 0x80000060, INIT_CPU0);
    ck_assert_uint_eq(port_in(s, 0xcfc, 4, INIT_CPU0), 0x3344);
    dev_free(&nb->dev);
}
END_TEST

TCase *register_tests(void)
{
    TCase *t = tcase_create("registers");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, register_table_is_the_data_sheets, 0, ARRAY_LEN(tables));
    tcase_add_test(t, i440fx_configuration_bytes_have_their_bits_and_reset_values);
    tcase_add_test(t, i440fx_confadd_and_confdata_widths);
    return t;
}
