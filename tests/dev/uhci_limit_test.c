/* SPDX-License-Identifier: MIT */
/*
 * UHCI's registers on both sides of their limits: by bytes, words and double words, ports, what interrupts, resets,
 * loads. UHCI Design Guide 1.1, section 2.
 */
#include "tests/dev/uhci_rig.h"

/* Every bit through every width; each byte of a word keeps the other one. */
START_TEST(registers_by_byte_word_and_double_word)
{
    static const struct {
        unsigned reg, size;
        uint32_t bits;
    } r[] = {{CMD, 2, 0xf8}, {INTR, 2, 0x0f}, {FRNUM, 2, 0x7ff}, {FLBASE, 4, 0xfffff000}, {SOFMOD, 2, 0x7f}};
    for (unsigned i = 0; i < ARRAY_LEN(r); i++)
        for (unsigned bit = 0; bit < 8 * r[i].size; bit++) {
            uint32_t v = 1u << bit, want = v & r[i].bits;
            if (r[i].reg == CMD && v & 7)
                continue; /* run, and the two resets */
            out(r[i].reg, r[i].size, 0);
            out(r[i].reg, r[i].size, v);
            ck_assert_msg(in(r[i].reg, r[i].size) == want, "%x: %x reads %x", r[i].reg, v, in(r[i].reg, r[i].size));
            for (unsigned k = 0; k < r[i].size; k++)
                ck_assert_msg(in(r[i].reg + k, 1) == (want >> 8 * k & 0xff), "%x, byte %u: %x", r[i].reg, k,
                              in(r[i].reg + k, 1));
            out(r[i].reg, r[i].size, 0);
            out(r[i].reg + bit / 8, 1, v >> (bit & ~7u));
            ck_assert_msg(in(r[i].reg, r[i].size) == want, "%x, byte %u: %x, not %x", r[i].reg, bit / 8,
                          in(r[i].reg, r[i].size), want);
        }
    out(FLBASE, 4, 0x12345000);
    out(FLBASE + 1, 1, 0xa0);
    ck_assert_uint_eq(in(FLBASE, 4), 0x1234a000);
    out(FLBASE, 1, 0xff);
    ck_assert_uint_eq(in(FLBASE, 4), 0x1234a000);
    out(FLBASE + 2, 2, 0xbeef);
    ck_assert_uint_eq(in(FLBASE, 4), 0xbeefa000);
    out(FLBASE + 2, 1, 0x11), out(FLBASE + 3, 1, 0x22);
    ck_assert_uint_eq(in(FLBASE, 4), 0x2211a000);
    out(FRNUM, 2, 0x5a5);
    out(FRNUM, 1, 0x11);
    ck_assert_uint_eq(in(FRNUM, 2), 0x511);
    out(INTR, 4, 0x0123000f); /* two words: 04h and 06h */
    ck_assert_uint_eq(in(INTR, 4), 0x0123000f);
    out(SOFMOD, 1, 0x3c);
    ck_assert_uint_eq(in(SOFMOD, 4), 0x3c);
    out(14, 2, 0xffff), out(20, 4, 0xffffffff);
    ck_assert_uint_eq(in(14, 2), 0);
    ck_assert_uint_eq(in(20, 4), 0);
    ck_assert_uint_eq(in(SOFMOD, 1), 0x3c);
}
END_TEST

START_TEST(status_bits_clear_by_ones_each_alone)
{
    u->sts = 0x3f;
    for (unsigned bit = 0; bit < 8; bit++) {
        u->sts = 0x3f;
        out(STS, 2, 1u << bit);
        ck_assert_uint_eq(in(STS, 2), bit < 5 ? 0x3fu & ~(1u << bit) : 0x3f);
        u->sts = 0x3f;
        out(STS, 1, 1u << bit);
        ck_assert_uint_eq(in(STS, 2), bit < 5 ? 0x3fu & ~(1u << bit) : 0x3f);
        u->sts = 0x3f;
        out(STS + 1, 1, 0xff);
        ck_assert_uint_eq(in(STS, 2), 0x3f);
    }
    u->cause = 3, u->sts = 0x3f;
    out(STS, 2, 0x1e);
    ck_assert_uint_eq(u->cause, 3);
    out(STS, 2, 1);
    ck_assert_uint_eq(u->cause, 0);
}
END_TEST

/* Each cause with each enable alone; host system and process errors cannot be masked. */
START_TEST(interrupt_is_cause_and_enable)
{
    for (unsigned cause = 0; cause < 6; cause++)
        for (unsigned enabled = 0; enabled < 5; enabled++) {
            static const unsigned enable_of[] = {2, 3, 0, 1}; /* IOC, short, error, resume */
            u->cause = cause < 2 ? (uint8_t)(1 << cause) : 0;
            u->sts = (uint16_t)(0x20 | (cause < 2 ? 1 : 1u << (cause - 1)));
            out(INTR, 2, enabled < 4 ? 1u << enabled : 0);
            int want = cause >= 4 || (enabled < 4 && enable_of[cause] == enabled);
            ck_assert_msg(irq.level == want, "cause %u, enable %u: %d", cause, enabled, irq.level);
        }
    pci_config_write(&pci, DEVFN, 0xc1, 1, 0);
    ck_assert_int_eq(irq.level, 0);
    pci_config_write(&pci, DEVFN, 0xc1, 1, 0x20);
    ck_assert_int_eq(irq.level, 1);
    ck_assert_uint_eq(pci_config_read(&pci, DEVFN, 0xc0, 2), 0x2000);
    pci_config_write(&pci, DEVFN, 0xc0, 2, 0xffff);
    ck_assert_uint_eq(pci_config_read(&pci, DEVFN, 0xc0, 2), 0x20bf);
    u->pci.config[0xc1] = 0xaf; /* traps happened: each clears by its one */
    u->pci.config[0xc0] = 0;
    pci_config_write(&pci, DEVFN, 0xc0, 2, 0x2900);
    ck_assert_uint_eq(pci_config_read(&pci, DEVFN, 0xc0, 2), 0xa600);
}
END_TEST

START_TEST(port_bits)
{
    static const unsigned ports[] = {PORT1, PORT2};
    for (unsigned i = 0; i < 2; i++) {
        unsigned p = ports[i];
        uint16_t *sc = &u->port[i].sc;
        ck_assert_uint_eq(in(p, 2), 0x0093);
        out(p + 1, 1, 0); /* the other byte's changes stay */
        ck_assert_uint_eq(in(p, 2), 0x0093);
        out(p + 1, 1, 0x10);
        ck_assert_uint_eq(in(p, 2), 0x1093);
        out(p, 1, 0x00);
        ck_assert_uint_eq(in(p, 2), 0x1093);
        out(p, 1, 0x02);
        ck_assert_uint_eq(in(p, 2), 0x1091);
        *sc |= 0x0a;
        out(p, 2, 0x02);
        ck_assert_uint_eq(in(p, 2), 0x0099);
        out(p, 2, 0x08);
        ck_assert_uint_eq(in(p, 2), 0x0091);
        *sc |= 0x0a;
        out(p + 1, 1, 0x00);
        ck_assert_uint_eq(in(p, 2), 0x009b);
        out(p, 2, 0xffff); /* all at once: reset, the rest is off */
        ck_assert_uint_eq(in(p, 2), 0x0281);
        ck_assert_uint_eq(f[i].resets, 1);
        out(p, 2, 0x0200); /* reset goes on: no second one */
        ck_assert_uint_eq(f[i].resets, 1);
        out(p, 2, 0);
        ck_assert_uint_eq(in(p, 2), 0x0091);
        out(p, 2, 0x0200);
        ck_assert_uint_eq(f[i].resets, 2);
        out(p, 2, 0x1044);
        ck_assert_uint_eq(in(p, 2), 0x10d5);
        out(p, 2, 0x1004); /* the end of resume signalling ends the suspension */
        ck_assert_uint_eq(in(p, 2), 0x0095);
        *sc &= (uint16_t)~1; /* unplugged */
        out(p, 2, 0x1044);
        ck_assert_uint_eq(in(p, 2), 0x0080);
        ck_assert_uint_eq(f[1 - i].resets, i ? 2 : 0);
        *sc |= 1;
    }
    ck_assert_int_eq(uhci_attach(u, (struct usb_plug){&f[0], packet, address, bus_reset}), -1);
}
END_TEST

/* A wakeup counts on a suspended port that is enabled, or a suspended bus; RESUME is told for the bus alone. */
START_TEST(wakeup_by_state)
{
    for (unsigned n = 0; n < 2; n++)
        for (unsigned c = 0; c < 16; c++) {
            bool enabled = c & 1, suspended = c & 2, all = c & 4, up = c & 8;
            struct irq_line w = uhci_wake(u, (int)n);
            u->port[n].sc = (uint16_t)(0x81 | (enabled ? 4 : 0) | (suspended ? 0x1000 : 0));
            u->sts = 0x20;
            out(INTR, 2, 2);
            out(CMD, 2, all ? 8 : 0);
            irq_set(&w, up);
            bool wakes = up && enabled && (suspended || all);
            ck_assert_msg(!!(u->port[n].sc & 0x40) == wakes, "port %u, case %x", n, c);
            ck_assert_msg(!!(u->sts & 4) == (wakes && all), "port %u, case %x: status %x", n, c, u->sts);
            ck_assert_int_eq(irq.level, wakes && all);
        }
}
END_TEST

START_TEST(controller_and_global_reset)
{
    enable(PORT1), enable(PORT2);
    f[0].resets = f[1].resets = 0;
    out(FLBASE, 4, LIST), out(SOFMOD, 1, 0x33), out(INTR, 2, 15), out(FRNUM, 2, 77);
    out(CMD, 2, 4); /* global reset */
    ck_assert_uint_eq(in(CMD, 2), 4);
    ck_assert_uint_eq(in(PORT1, 4), 0x00930093);
    ck_assert_uint_eq(f[0].resets * 10 + f[1].resets, 11);
    out(CMD, 2, 4);
    ck_assert_uint_eq(f[0].resets * 10 + f[1].resets, 11);
    ck_assert_uint_eq(in(SOFMOD, 1), 0x33);
    ck_assert_uint_eq(in(FRNUM, 2), 77);
    out(CMD, 2, 5); /* it does not run meanwhile */
    ck_assert_uint_eq(clock_next(&rig.clock), TIME_NEVER);
    ck_assert_uint_eq(in(STS, 2), 0);
    out(CMD, 2, 9);
    ck_assert_uint_eq(clock_next(&rig.clock), TIME_NEVER);
    enable(PORT1);
    out(CMD, 2, 1);
    ck_assert_uint_ne(clock_next(&rig.clock), TIME_NEVER);
    u->sts |= 8, u->cause = 3;
    out(INTR, 2, 15);
    ck_assert_int_eq(irq.level, 1);
    out(CMD, 2, 3); /* host controller reset */
    ck_assert_int_eq(irq.level, 0);
    ck_assert_uint_eq(clock_next(&rig.clock), TIME_NEVER);
    ck_assert_uint_eq(in(CMD, 4), 0x00200000);
    ck_assert_uint_eq(in(INTR, 4), 0);
    ck_assert_uint_eq(in(FLBASE, 4), 0);
    ck_assert_uint_eq(in(SOFMOD, 1), 0x40);
    ck_assert_uint_eq(in(PORT1, 4), 0x00930093);
    ck_assert_uint_eq(u->cause, 0);
}
END_TEST

START_TEST(frames_end_at_whole_milliseconds)
{
    schedule(T);
    rig_run(&rig, 1234567);
    out(CMD, 2, 1);
    ck_assert_uint_eq(clock_next(&rig.clock), 2 * MS);
    out(CMD, 2, 1);
    rig_run_to(&rig, 2 * MS - 1);
    ck_assert_uint_eq(in(FRNUM, 2), 0);
    rig_run_to(&rig, 2 * MS);
    ck_assert_uint_eq(in(FRNUM, 2), 1);
    ck_assert_uint_eq(clock_next(&rig.clock), 3 * MS);
    rig_run_to(&rig, 3 * MS);
    out(CMD, 2, 0);
    out(CMD, 2, 1); /* at the boundary itself a whole frame follows */
    ck_assert_uint_eq(clock_next(&rig.clock), 4 * MS);
}
END_TEST

START_TEST(loads_drive_timer_and_interrupt)
{
    u->frnum = 0xffff, u->flbase = 0x12345678;
    u->cmd = 1, u->sts = 0x28;
    u->pci.config[0x20] = 0x01, u->pci.config[0x21] = 0xd0;
    u->dev.cls->post_load(&u->dev);
    ck_assert_uint_eq(u->frnum, 0x7ff);
    ck_assert_uint_eq(u->flbase, 0x12345000);
    ck_assert_uint_eq(u->sts, 8);
    ck_assert_int_eq(irq.level, 1);
    ck_assert_uint_ne(clock_next(&rig.clock), TIME_NEVER);
    ck_assert_uint_eq(port_in(rig.bus.ports, 0xd006, 2, INIT_CPU0), 0x7ff); /* the BAR */
    u->cmd = 0;
    u->dev.cls->post_load(&u->dev);
    ck_assert_uint_eq(u->sts, 0x28);
    ck_assert_uint_eq(clock_next(&rig.clock), TIME_NEVER);
}
END_TEST

START_TEST(reset_lets_the_interrupt_go)
{
    u->sts |= 8;
    out(INTR, 2, 15);
    ck_assert_int_eq(irq.level, 1);
    u->dev.cls->reset(&u->dev);
    ck_assert_int_eq(irq.level, 0);
}
END_TEST

START_TEST(info_has_the_registers)
{
    struct buf text = {0};
    out(INTR, 2, 5), out(FRNUM, 2, 0x123), out(FLBASE, 4, 0xabcde000), out(CMD, 2, 0x40);
    u->dev.cls->print(&u->dev, &text);
    buf_add8(&text, 0);
    ck_assert_str_eq((char *)text.data,
                     "usb: command=0040 status=0020 interrupts=0005 frame=123 list=abcde000 ports=0093 0093\n");
    buf_free(&text);
}
END_TEST

TCase *uhci_limit_tests(void)
{
    TCase *c = tcase_create("uhci-limits");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, registers_by_byte_word_and_double_word);
    tcase_add_test(c, status_bits_clear_by_ones_each_alone);
    tcase_add_test(c, interrupt_is_cause_and_enable);
    tcase_add_test(c, port_bits);
    tcase_add_test(c, wakeup_by_state);
    tcase_add_test(c, controller_and_global_reset);
    tcase_add_test(c, frames_end_at_whole_milliseconds);
    tcase_add_test(c, loads_drive_timer_and_interrupt);
    tcase_add_test(c, reset_lets_the_interrupt_go);
    tcase_add_test(c, info_has_the_registers);
    return c;
}
