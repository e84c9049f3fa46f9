/* SPDX-License-Identifier: MIT */
/* Parallel port: strobe, BUSY and ACKNLG# timing, interrupt, directions. */
#include "devices/parallel/lpt.h"
#include "tests/dev/rig.h"

enum { DATA = 0x378, STATUS, CONTROL };

struct setup {
    struct rig rig;
    struct lpt *lpt;
    struct probe irq;
    struct buf out;
};
static struct setup s;

static void printed(void *ctx, const uint8_t *data, size_t len)
{
    buf_add(&((struct setup *)ctx)->out, data, len);
}

static void make(struct setup *t)
{
    memset(t, 0, sizeof *t);
    rig_init(&t->rig);
    t->lpt = lpt_new(&t->rig.bus, "parallel0");
    t->lpt->iobase = DATA;
    t->lpt->irq = probe_line(&t->irq, &t->rig);
    t->lpt->chr = (struct chr){.ctx = t, .write = printed};
    rig_realize(&t->lpt->dev);
}

static void unmake(struct setup *t)
{
    dev_free(&t->lpt->dev);
    buf_free(&t->out);
    rig_free(&t->rig);
}

static uint8_t in(uint16_t port)
{
    return rig_in(&s.rig, port);
}

static void out(uint16_t port, uint8_t v)
{
    rig_out(&s.rig, port, v);
}

static void setup(void)
{
    make(&s);
    out(CONTROL, 0x0c);
}

static void teardown(void)
{
    unmake(&s);
}

START_TEST(lpt_byte_is_taken_where_strobe_rises)
{
    out(DATA, 'A');
    ck_assert_uint_eq(s.out.len, 0);
    out(CONTROL, 0x0d);
    ck_assert_uint_eq(s.out.len, 1);
    ck_assert_uint_eq(s.out.data[0], 'A');
    rig_run(&s.rig, 20000);
    out(CONTROL, 0x0d);
    ck_assert_uint_eq(s.out.len, 1);
    out(CONTROL, 0x0c);
    out(CONTROL, 0x0d);
    ck_assert_uint_eq(s.out.len, 2);
}
END_TEST

START_TEST(lpt_busy_then_acknowledge_then_ready)
{
    ck_assert_uint_eq(in(STATUS), 0xdf);
    out(CONTROL, 0x0d);
    out(CONTROL, 0x0c);
    ck_assert_uint_eq(in(STATUS), 0x5f);
    rig_run(&s.rig, 10000);
    ck_assert_uint_eq(in(STATUS), 0x1f);
    rig_run(&s.rig, 5000);
    ck_assert_uint_eq(in(STATUS), 0xdf);
    ck_assert_uint_eq(s.irq.rises, 0);
}
END_TEST

START_TEST(lpt_interrupt_at_the_end_of_acknowledge_until_status_is_read)
{
    out(CONTROL, 0x1d);
    out(CONTROL, 0x1c);
    rig_run(&s.rig, 14999);
    ck_assert(!s.irq.level);
    rig_run(&s.rig, 1);
    ck_assert(s.irq.level);
    ck_assert_uint_eq(in(STATUS), 0xdb);
    ck_assert(!s.irq.level);
    ck_assert_uint_eq(in(STATUS), 0xdf);
}
END_TEST

START_TEST(lpt_reset_or_deselected_printer_takes_nothing)
{
    out(CONTROL, 0x08);
    ck_assert_uint_eq(in(STATUS)&0x80, 0);
    out(CONTROL, 0x09);
    out(CONTROL, 0x04);
    ck_assert_uint_eq(in(STATUS)&0x80, 0x80);
    out(CONTROL, 0x05);
    ck_assert_uint_eq(s.out.len, 0);
}
END_TEST

START_TEST(lpt_byte_strobed_while_busy_is_lost)
{
    out(DATA, 'a');
    out(CONTROL, 0x0d), out(CONTROL, 0x0c);
    out(DATA, 'b');
    out(CONTROL, 0x0d), out(CONTROL, 0x0c);
    ck_assert_uint_eq(s.out.len, 1);
}
END_TEST

START_TEST(lpt_data_reads_back_unless_the_direction_is_in)
{
    out(DATA, 0x5a);
    ck_assert_uint_eq(in(DATA), 0x5a);
    out(CONTROL, 0x2c);
    ck_assert_uint_eq(in(DATA), 0xff);
    ck_assert_uint_eq(in(CONTROL), 0xec);
}
END_TEST

START_TEST(lpt_state_round_trip_finishes_the_byte)
{
    struct setup t;
    out(CONTROL, 0x1d);
    rig_run(&s.rig, 12000);
    make(&t);
    rig_same_time(&s.rig, &t.rig);
    rig_copy_state(&s.lpt->dev, &t.lpt->dev);
    ck_assert_uint_eq(rig_in(&t.rig, STATUS), 0x1f);
    rig_run(&t.rig, 3000);
    ck_assert(t.irq.level);
    unmake(&t);
}
END_TEST

START_TEST(lpt_strobe_needs_init_and_select_and_an_edge)
{
    for (unsigned before = 0; before < 16; before++)
        for (unsigned after = 0; after < 16; after++) {
            teardown();
            setup();
            out(DATA, 'x');
            out(CONTROL, (uint8_t)before);
            rig_run(&s.rig, 100000);
            size_t had = s.out.len;
            ck_assert_uint_eq(had, (before & 0x0d) == 0x0d); /* AUTO FEED is the printer's own matter */
            out(CONTROL, (uint8_t)after);
            bool takes = (after & 0x0d) == 0x0d && !(before & 1);
            ck_assert_msg(s.out.len == had + takes, "control %x, then %x", before, after);
            bool ready = (after & 4) && !takes;
            ck_assert_msg((in(STATUS)&0x80) == (ready ? 0x80 : 0), "control %x, then %x: BUSY", before, after);
        }
}
END_TEST

START_TEST(lpt_control_bits_one_by_one)
{
    for (unsigned bit = 0; bit < 8; bit++) {
        out(CONTROL, (uint8_t)BIT(bit));
        ck_assert_msg(in(CONTROL) == (0xc0 | (BIT(bit) & 0x3f)), "bit %u", bit);
        out(DATA, 0x12);
        ck_assert_msg(in(DATA) == (bit == 5 ? 0xff : 0x12), "bit %u: data", bit);
    }
    out(CONTROL, 0x0c);
    out(STATUS, 0); /* read-only */
    ck_assert_uint_eq(in(STATUS), 0xdf);
    ck_assert_uint_eq(in(CONTROL), 0xcc);
}
END_TEST

/* Each moment of a byte: taken after 10 us, ACKNLG# for 5 us. */
START_TEST(lpt_times_at_their_edges)
{
    out(CONTROL, 0x1d), out(CONTROL, 0x1c);
    rig_run(&s.rig, 9999);
    ck_assert_uint_eq(in(STATUS), 0x5f);
    rig_run(&s.rig, 1);
    ck_assert_uint_eq(in(STATUS), 0x1f);
    rig_run(&s.rig, 4999);
    ck_assert_uint_eq(in(STATUS), 0x1f);
    rig_run(&s.rig, 1);
    ck_assert_uint_eq(in(STATUS), 0xdb);
    ck_assert_uint_eq(clock_next(&s.rig.clock), TIME_NEVER);
}
END_TEST

START_TEST(lpt_interrupt_goes_with_its_reasons)
{
    out(CONTROL, 0x1d), out(CONTROL, 0x1c), rig_run(&s.rig, 20000);
    ck_assert_int_eq(s.irq.level, 1);
    ck_assert_uint_eq(port_in(s.rig.bus.ports, STATUS, 1, INIT_DEBUG), 0xdb); /* which clears nothing */
    ck_assert_int_eq(s.irq.level, 1);
    out(CONTROL, 0x0c); /* the enable */
    ck_assert_int_eq(s.irq.level, 0);
    out(CONTROL, 0x1c);
    ck_assert_int_eq(s.irq.level, 0);
    out(CONTROL, 0x1d), out(CONTROL, 0x1c), rig_run(&s.rig, 20000);
    ck_assert_int_eq(s.irq.level, 1);
    out(CONTROL, 0x1d); /* the next byte */
    ck_assert_int_eq(s.irq.level, 0);
    rig_run(&s.rig, 12000);
    ck_assert_uint_eq(in(STATUS), 0x1f);
    out(CONTROL, 0x18); /* INIT# in the middle of ACKNLG#: there is none any more */
    ck_assert_uint_eq(in(STATUS), 0x5f);
    rig_run(&s.rig, 100000);
    ck_assert_int_eq(s.irq.level, 0);
    ck_assert_uint_eq(in(STATUS), 0x5f);
    out(CONTROL, 0x1c);
    ck_assert_uint_eq(in(STATUS), 0xdf);
}
END_TEST

START_TEST(lpt_without_a_back_end_takes_bytes)
{
    s.lpt->chr.write = NULL;
    out(CONTROL, 0x0d);
    ck_assert_uint_eq(in(STATUS), 0x5f);
    out(CONTROL, 0x0c), out(CONTROL, 0x0d);
    ck_assert_uint_eq(s.rig.log.head, 1); /* strobed while busy */
}
END_TEST

TCase *lpt_tests(void)
{
    TCase *t = tcase_create("lpt");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, lpt_byte_is_taken_where_strobe_rises);
    tcase_add_test(t, lpt_busy_then_acknowledge_then_ready);
    tcase_add_test(t, lpt_interrupt_at_the_end_of_acknowledge_until_status_is_read);
    tcase_add_test(t, lpt_reset_or_deselected_printer_takes_nothing);
    tcase_add_test(t, lpt_byte_strobed_while_busy_is_lost);
    tcase_add_test(t, lpt_data_reads_back_unless_the_direction_is_in);
    tcase_add_test(t, lpt_state_round_trip_finishes_the_byte);
    tcase_add_test(t, lpt_strobe_needs_init_and_select_and_an_edge);
    tcase_add_test(t, lpt_control_bits_one_by_one);
    tcase_add_test(t, lpt_times_at_their_edges);
    tcase_add_test(t, lpt_interrupt_goes_with_its_reasons);
    tcase_add_test(t, lpt_without_a_back_end_takes_bytes);
    return t;
}
