/* SPDX-License-Identifier: MIT */
/* I/O APIC (82093AA) in front of a local APIC, and the board's interrupt lines. */
#include "devices/intc/ioapic.h"

#include <signal.h>

#include "devices/intc/irq_lines.h"
#include "tests/dev/lapic_rig.h"

enum { IO_BASE = 0xfec00000 };

static struct ioapic *io;

static uint32_t io_rd(uint8_t reg)
{
    phys_store(rig.bus.mem, IO_BASE, 4, reg, INIT_CPU0);
    return (uint32_t)phys_load(rig.bus.mem, IO_BASE + 0x10, 4, INIT_CPU0);
}

static void io_wr(uint8_t reg, uint32_t v)
{
    phys_store(rig.bus.mem, IO_BASE, 4, reg, INIT_CPU0);
    phys_store(rig.bus.mem, IO_BASE + 0x10, 4, v, INIT_CPU0);
}

static void entry(int pin, uint32_t high, uint32_t low)
{
    io_wr((uint8_t)(0x11 + 2 * pin), high);
    io_wr((uint8_t)(0x10 + 2 * pin), low);
}

static void pin(int n, int level)
{
    struct irq_line l = ioapic_input(io, n);
    irq_set(&l, level);
}

static void setup(void)
{
    lapic_make();
    io = ioapic_new(&rig.bus, "ioapic");
    io->port = lapic_port(la);
    la->eoi = ioapic_eoi(io);
    lapic_begin();
    rig_realize(&io->dev);
}

static void teardown(void)
{
    dev_free(&io->dev);
    lapic_unmake();
}

/* --- 82093AA --- */

START_TEST(ioapic_identity_and_reset_values)
{
    ck_assert_uint_eq(io_rd(1), 0x00170011);
    for (uint8_t n = 0; n < 24; n++)
        ck_assert_uint_eq(io_rd((uint8_t)(0x10 + 2 * n)), MASKED);
    io_wr(0, 0xffffffff);
    ck_assert_uint_eq(io_rd(0), 0x0f000000);
    ck_assert_uint_eq(io_rd(2), 0x0f000000); /* the arbitration ID is loaded with it */
    entry(3, 0xffffffff, 0xffffffff);
    ck_assert_uint_eq(io_rd(0x16), 0x1afff); /* delivery status and remote IRR are read only */
    ck_assert_uint_eq(io_rd(0x17), 0xff000000);
    ck_assert_uint_eq(io_rd(0x40), 0);
}
END_TEST

START_TEST(ioapic_edge_delivers_once_per_rise)
{
    entry(4, 0, 0x34);
    pin(4, 1);
    ck_assert_int_eq(ack(), 0x34);
    wr(EOI, 0);
    ck_assert_int_eq(intr.level, 0);
    pin(4, 0), pin(4, 1);
    ck_assert_int_eq(intr.level, 1);
    ck_assert_uint_eq(rd(TMR + 0x10), 0);
}
END_TEST

START_TEST(ioapic_edge_at_a_masked_pin_is_lost)
{
    entry(4, 0, MASKED | 0x34);
    pin(4, 1);
    entry(4, 0, 0x34);
    ck_assert_int_eq(intr.level, 0);
}
END_TEST

START_TEST(ioapic_level_holds_remote_irr_until_eoi_and_asks_again)
{
    entry(10, 0, LEVEL | 0x3a);
    pin(10, 1);
    ck_assert_uint_eq(io_rd(0x24), LEVEL | REMOTE_IRR | 0x3a);
    ck_assert_int_eq(ack(), 0x3a);
    pin(10, 0), pin(10, 1); /* nothing new while remote IRR is set */
    ck_assert_int_eq(intr.level, 0);
    wr(EOI, 0);
    ck_assert_int_eq(ack(), 0x3a);
    pin(10, 0);
    wr(EOI, 0);
    ck_assert_uint_eq(io_rd(0x24), LEVEL | 0x3a);
    ck_assert_int_eq(intr.level, 0);
}
END_TEST

/* An EOI clears remote IRR of the pins with its vector, all of them and no others (82093AA 3.2.4). */
START_TEST(ioapic_eoi_is_for_its_vector)
{
    entry(10, 0, LEVEL | 0x3a);
    entry(11, 0, LEVEL | 0x4b);
    entry(12, 0, LEVEL | 0x4b);
    entry(13, 0, LEVEL | 0x4a);
    for (int n = 10; n <= 13; n++)
        pin(n, 1);
    for (int n = 10; n <= 13; n++) {
        ck_assert_uint_eq(io_rd((uint8_t)(0x10 + 2 * n)) & REMOTE_IRR, REMOTE_IRR);
        pin(n, 0);
    }
    ck_assert_int_eq(ack(), 0x4b);
    wr(EOI, 0);
    static const uint32_t after[] = {REMOTE_IRR, 0, 0, REMOTE_IRR};
    for (int n = 10; n <= 13; n++)
        ck_assert_msg((io_rd((uint8_t)(0x10 + 2 * n)) & REMOTE_IRR) == after[n - 10], "pin %d after EOI of 4Bh", n);
    ck_assert_int_eq(ack(), 0x4a);
    wr(EOI, 0);
    ck_assert_uint_eq(io_rd(0x10 + 2 * 10) & REMOTE_IRR, REMOTE_IRR);
    ck_assert_uint_eq(io_rd(0x10 + 2 * 13) & REMOTE_IRR, 0);
    ck_assert_int_eq(ack(), 0x3a);
    wr(EOI, 0);
    ck_assert_uint_eq(io_rd(0x10 + 2 * 10) & REMOTE_IRR, 0);
}
END_TEST

START_TEST(ioapic_level_waits_behind_the_mask)
{
    entry(10, 0, LEVEL | MASKED | 0x3a);
    pin(10, 1);
    ck_assert_int_eq(intr.level, 0);
    entry(10, 0, LEVEL | 0x3a);
    ck_assert_int_eq(intr.level, 1);
}
END_TEST

START_TEST(ioapic_active_low)
{
    pin(5, 1);
    entry(5, 0, LEVEL | LOW | 0x35);
    ck_assert_int_eq(intr.level, 0);
    pin(5, 0);
    ck_assert_int_eq(intr.level, 1);
}
END_TEST

START_TEST(ioapic_switch_to_edge_clears_remote_irr)
{
    entry(10, 0, LEVEL | 0x3a);
    pin(10, 1);
    entry(10, 0, MASKED | 0x3a);
    ck_assert_uint_eq(io_rd(0x24), MASKED | 0x3a);
}
END_TEST

START_TEST(ioapic_delivery_modes)
{
    entry(1, 0, 0x134), pin(1, 1); /* lowest priority */
    ck_assert_int_eq(ack(), 0x34);
    wr(EOI, 0);
    entry(2, 0, 0x200), pin(2, 1);
    ck_assert_uint_eq(smi.rises, 1);
    entry(3, 0, LEVEL | 0x400), pin(3, 1); /* NMI: always an edge */
    ck_assert_uint_eq(nmi.rises, 1);
    ck_assert_uint_eq(io_rd(0x16) & REMOTE_IRR, 0);
    entry(0, 0, 0x700), pin(0, 1);
    ck_assert_int_eq(intr.level, 1);
    ck_assert_int_eq(ack(), 0x77);
    ck_assert_int_eq(intr.level, 0);
    entry(4, 0, 0x500), pin(4, 1);
    ck_assert_uint_eq(init_pin.rises, 1);
}
END_TEST

START_TEST(ioapic_destinations)
{
    entry(4, 0x01000000, 0x34);
    pin(4, 1);
    ck_assert_int_eq(intr.level, 0); /* no CPU has this ID */
    wr(LDR, 0x01000000);
    pin(4, 0);
    entry(4, 0x01000000, 0x834);
    pin(4, 1);
    ck_assert_int_eq(ack(), 0x34);
}
END_TEST

START_TEST(ioapic_level_that_nobody_accepts_is_asked_again)
{
    wr(SVR, 0xff);
    entry(10, 0, LEVEL | 0x3a);
    pin(10, 1);
    ck_assert_uint_eq(io_rd(0x24), LEVEL | 0x3a);
    wr(SVR, 0x1ff);
    entry(10, 0, LEVEL | 0x3a);
    ck_assert_int_eq(intr.level, 1);
}
END_TEST

START_TEST(ioapic_wakes_a_masked_cpu_only_with_nmi_smi_init)
{
    entry(4, 0, 0x34);
    ck_assert(!ioapic_wakes_masked(io));
    entry(4, 0, 0x400);
    ck_assert(ioapic_wakes_masked(io));
    entry(4, 0, MASKED | 0x400);
    ck_assert(!ioapic_wakes_masked(io));
    wr(LVT_L0, 0x700);
    ck_assert(!lapic_wakes_masked(la));
    wr(LVT_L0, 0x400);
    ck_assert(lapic_wakes_masked(la));
}
END_TEST

START_TEST(ioapic_state_round_trip_keeps_remote_irr)
{
    struct rig other;
    entry(10, 0, LEVEL | 0x3a);
    pin(10, 1), pin(3, 1);
    rig_init(&other);
    struct ioapic *b = ioapic_new(&other.bus, "ioapic");
    rig_realize(&b->dev);
    rig_copy_state(&io->dev, &b->dev);
    ck_assert_uint_eq(b->entry[10], LEVEL | REMOTE_IRR | 0x3a);
    ck_assert_uint_eq(b->lines, 1 << 10 | 1 << 3);
    dev_free(&b->dev);
    rig_free(&other);
}
END_TEST

/* --- The lines --- */

START_TEST(irq_line_is_up_while_any_source_is)
{
    struct irq_lines *l = irq_lines_new(&rig.bus, "irqs");
    struct probe a = {0}, b = {0};
    l->out[10][0] = probe_line(&a, &rig);
    l->out[10][1] = probe_line(&b, &rig);
    rig_realize(&l->dev);
    struct irq_line isa = irq_lines_source(l, 10), pci = irq_lines_source(l, 10), other = irq_lines_source(l, 11);
    irq_set(&isa, 1);
    irq_set(&pci, 1);
    irq_set(&other, 1);
    irq_set(&isa, 0);
    ck_assert_int_eq(a.level, 1);
    irq_set(&pci, 0);
    ck_assert_int_eq(a.level, 0);
    ck_assert_uint_eq(a.rises, 1);
    ck_assert_uint_eq(b.rises, 1);
    irq_set(&pci, 1);
    struct irq_lines *copy = irq_lines_new(&rig.bus, "irqs");
    struct buf saved = {0};
    state_save(&l->dev.cls->state, l, &timer_state_ops, &saved);
    struct reader in = {saved.data, saved.data + saved.len, false};
    struct error err;
    ck_assert(state_load(&copy->dev.cls->state, copy, &timer_state_ops, &in, &err));
    ck_assert_uint_eq(copy->held[10], 2);
    buf_free(&saved);
    dev_free(&copy->dev);
    dev_free(&l->dev);
}
END_TEST

/* 3.1 and 3.2: every index, every width at every place. */
START_TEST(ioapic_register_map_and_widths)
{
    for (unsigned index = 0; index < 256; index++) {
        bool table = index >= 0x10 && index < 0x40;
        io_wr((uint8_t)index, 0);
        io_wr((uint8_t)index, 0xffffffff & ~(index % 2 ? 0u : 0x4000u));
        uint32_t want = index == 0   ? 0x0f000000
                        : index == 1 ? 0x00170011
                        : index == 2 ? 0x0f000000
                        : !table     ? 0
                        : index & 1  ? 0xff000000
                                     : 0x1afff;
        ck_assert_msg(io_rd((uint8_t)index) == want, "index %02x: %08x", index, io_rd((uint8_t)index));
    }
    io_rd(0x3f);
    for (unsigned at = 0; at < 0x40; at++)
        for (unsigned size = 1; size <= 4; size *= 2) {
            uint32_t got = (uint32_t)phys_load(rig.bus.mem, IO_BASE + at, size, INIT_CPU0);
            uint32_t mask = UINT32_MAX >> (32 - 8 * size), want = 0;
            if (at == 0)
                want = 0x3f;
            else if (at >= 0x10 && at + size <= 0x14)
                want = 0xff000000u >> 8 * (at - 0x10) & mask;
            ck_assert_msg(got == want, "%u bytes at %02xh: %x, not %x", size, at, got, want);
        }
    for (unsigned at = 1; at < 0x40; at++)
        for (unsigned size = 1; size <= 4; size *= 2)
            if (at != 0x10 || size != 4)
                phys_store(rig.bus.mem, IO_BASE + at, size, 0, INIT_CPU0);
    ck_assert_uint_eq(phys_load(rig.bus.mem, IO_BASE + 0x10, 4, INIT_CPU0), 0xff000000);
    phys_store(rig.bus.mem, IO_BASE, 1, 1, INIT_CPU0);
    ck_assert_uint_eq(phys_load(rig.bus.mem, IO_BASE + 0x10, 4, INIT_CPU0), 0x170011);
}
END_TEST

/* Each pin to its entry, vector and destination. */
START_TEST(ioapic_every_pin_has_its_entry)
{
    for (int n = 0; n < 24; n++) {
        entry(n, 0, 0x30 + (uint32_t)n);
        for (int m = 0; m < 24; m++)
            pin(m, 1);
        ck_assert_msg(ack() == 0x30 + n, "pin %d", n);
        wr(EOI, 0);
        ck_assert_int_eq(intr.level, 0);
        for (int m = 0; m < 24; m++)
            pin(m, 0);
        entry(n, 0, MASKED);
    }
}
END_TEST

/* Level is for fixed and lowest priority alone (3.2.4, bit 15). */
START_TEST(ioapic_level_by_delivery_mode)
{
    for (uint32_t d = 0; d < 8; d++) {
        pin(7, 0);
        entry(7, 0, LEVEL | d << 8 | 0x37);
        pin(7, 1);
        bool holds = d < 2;
        ck_assert_msg((io_rd(0x1e) & REMOTE_IRR) == (holds ? REMOTE_IRR : 0), "mode %u", d);
        entry(7, 0, LEVEL | MASKED | d << 8 | 0x37);
        ck_assert_uint_eq(io_rd(0x1e) & REMOTE_IRR, holds ? REMOTE_IRR : 0);
        entry(7, 0, MASKED);
        ck_assert_uint_eq(io_rd(0x1e) & REMOTE_IRR, 0);
        ck_assert_msg(ioapic_wakes_masked(io) == false, "masked");
        entry(23, 0, d << 8 | 0x37);
        ck_assert_msg(ioapic_wakes_masked(io) == (d == 2 || d == 4 || d == 5), "mode %u wakes", d);
        entry(23, 0, MASKED);
        wr(SVR, 0x1ff);
        while (intr.level)
            ack(), wr(EOI, 0);
    }
}
END_TEST

START_TEST(ioapic_loads_what_could_be)
{
    io->id = io->arb = io->lines = UINT32_MAX;
    for (int n = 0; n < 24; n++)
        io->entry[n] = UINT64_MAX;
    io->dev.cls->post_load(&io->dev);
    ck_assert_uint_eq(io->id, 0x0f000000);
    ck_assert_uint_eq(io->arb, 0x0f000000);
    ck_assert_uint_eq(io->lines, 0xffffff);
    for (int n = 0; n < 24; n++)
        ck_assert_uint_eq(io->entry[n], UINT64_C(0xff0000000001efff));
    io->lines = 0;
    for (int n = 0; n < 24; n++)
        io->entry[n] = MASKED;
}
END_TEST

START_TEST(ioapic_without_a_listener_keeps_asking)
{
    io->port.deliver = NULL;
    entry(10, 0, LEVEL | 0x3a);
    pin(10, 1);
    ck_assert_uint_eq(io_rd(0x24), LEVEL | 0x3a);
    io->port = lapic_port(la);
    pin(10, 1);
    ck_assert_uint_eq(io_rd(0x24), LEVEL | REMOTE_IRR | 0x3a);
}
END_TEST

START_TEST(ioapic_print_shows_every_pin)
{
    struct buf out = {0};
    entry(23, 0x05000000, 0x1a8ff & ~0x800u);
    entry(1, 0x02000000, LEVEL | 0x941), pin(1, 1);
    io->dev.cls->print(&io->dev, &out);
    const char *text = (const char *)out.data;
    unsigned lines = 0;
    for (const char *p = text; (p = strchr(p, '\n')); p++)
        lines++;
    ck_assert_uint_eq(lines, 25);
    ck_assert_ptr_nonnull(strstr(text, "ioapic: id=0 select=12 lines=000002\n"));
    ck_assert_ptr_nonnull(strstr(text, " pin  1: vector 41 lowest to logical 02, level, active high\n"));
    ck_assert_ptr_nonnull(strstr(text, " pin 23: vector ff fixed  to physical 05, level, active low, masked\n"));
    buf_free(&out);
}
END_TEST

/* Sixteen sources of each of sixteen lines, one by one; both outputs. */
START_TEST(irq_lines_every_source_of_every_line)
{
    struct irq_lines *l = irq_lines_new(&rig.bus, "irqs");
    struct probe p[16][2] = {{{0}}};
    struct buf out = {0};
    rig_realize(&l->dev);
    for (int n = 0; n < 16; n++) {
        l->out[n][0] = probe_line(&p[n][0], &rig), l->out[n][1] = probe_line(&p[n][1], &rig);
        for (unsigned k = 0; k < 16; k++) {
            struct irq_line in = irq_lines_source(l, n);
            irq_set(&in, 1), irq_set(&in, 1);
            ck_assert_uint_eq(l->held[n], 1u << k);
            for (int m = 0; m < 16; m++)
                for (int i = 0; i < 2; i++)
                    ck_assert_msg(p[m][i].level == (m == n), "source %u of line %d: line %d", k, n, m);
            irq_set(&in, 0);
            ck_assert_uint_eq(l->held[n], 0);
            ck_assert_uint_eq(p[n][1].rises, k + 1);
        }
    }
    l->dev.cls->print(&l->dev, &out);
    ck_assert(!strncmp((const char *)out.data, "irqs: IRQ0  low  sources=16 held=0000\n", 38));
    ck_assert_uint_eq(out.len, 16 * 38);
    buf_free(&out);
    dev_free(&l->dev);
}
END_TEST

START_TEST(irq_lines_have_no_seventeenth_source)
{
    struct irq_lines *l = irq_lines_new(&rig.bus, "irqs");
    for (int i = 0; i < 17; i++)
        irq_lines_source(l, 3);
}
END_TEST

TCase *ioapic_tests(void)
{
    TCase *t = tcase_create("ioapic");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, ioapic_identity_and_reset_values);
    tcase_add_test(t, ioapic_edge_delivers_once_per_rise);
    tcase_add_test(t, ioapic_edge_at_a_masked_pin_is_lost);
    tcase_add_test(t, ioapic_level_holds_remote_irr_until_eoi_and_asks_again);
    tcase_add_test(t, ioapic_eoi_is_for_its_vector);
    tcase_add_test(t, ioapic_level_waits_behind_the_mask);
    tcase_add_test(t, ioapic_active_low);
    tcase_add_test(t, ioapic_switch_to_edge_clears_remote_irr);
    tcase_add_test(t, ioapic_delivery_modes);
    tcase_add_test(t, ioapic_destinations);
    tcase_add_test(t, ioapic_level_that_nobody_accepts_is_asked_again);
    tcase_add_test(t, ioapic_wakes_a_masked_cpu_only_with_nmi_smi_init);
    tcase_add_test(t, ioapic_state_round_trip_keeps_remote_irr);
    tcase_add_test(t, irq_line_is_up_while_any_source_is);
    tcase_add_test(t, ioapic_register_map_and_widths);
    tcase_add_test(t, ioapic_every_pin_has_its_entry);
    tcase_add_test(t, ioapic_level_by_delivery_mode);
    tcase_add_test(t, ioapic_loads_what_could_be);
    tcase_add_test(t, ioapic_without_a_listener_keeps_asking);
    tcase_add_test(t, ioapic_print_shows_every_pin);
    tcase_add_test(t, irq_lines_every_source_of_every_line);
    tcase_add_test_raise_signal(t, irq_lines_have_no_seventeenth_source, SIGABRT);
    return t;
}
