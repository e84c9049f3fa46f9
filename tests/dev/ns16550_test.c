/* SPDX-License-Identifier: MIT */
/* 16550A: character times, FIFOs, interrupt priorities, loopback. */
#include "devices/serial/ns16550.h"
#include "tests/dev/rig.h"

enum { BASE = 0x3f8, RBR = BASE, THR = BASE, IER, IIR, LCR, MCR, LSR, MSR, SCR };
enum { FCR = IIR };
#define CHAR_NS UINT64_C(86806) /* 10 bits at 115200 baud, rounded up */

struct setup {
    struct rig rig;
    struct ns16550 *uart;
    struct probe irq;
    struct buf out;
};
static struct setup s;

static void wrote(void *ctx, const uint8_t *data, size_t len)
{
    buf_add(ctx, data, len);
}

static void make(struct setup *t)
{
    memset(t, 0, sizeof *t);
    rig_init(&t->rig);
    t->uart = ns16550_new(&t->rig.bus, "serial0");
    t->uart->iobase = BASE;
    t->uart->irq = probe_line(&t->irq, &t->rig);
    t->uart->chr = (struct chr){.ctx = &t->out, .write = wrote};
    rig_realize(&t->uart->dev);
}

static void unmake(struct setup *t)
{
    dev_free(&t->uart->dev);
    buf_free(&t->out);
    rig_free(&t->rig);
}

static void out(uint16_t port, uint8_t v)
{
    rig_out(&s.rig, port, v);
}

static uint8_t in(uint16_t port)
{
    return rig_in(&s.rig, port);
}

static void setup(void)
{
    make(&s);
    out(LCR, 0x83), out(BASE, 1), out(BASE + 1, 0), out(LCR, 0x03);
    out(MCR, 0x0b);
}

static void teardown(void)
{
    unmake(&s);
}

static void receive(const char *text)
{
    ns16550_receive(s.uart, (const uint8_t *)text, strlen(text));
}

START_TEST(reset_values)
{
    s.uart->dev.cls->reset(&s.uart->dev);
    ck_assert_uint_eq(in(IER), 0);
    ck_assert_uint_eq(in(IIR), 0x01);
    ck_assert_uint_eq(in(LCR), 0);
    ck_assert_uint_eq(in(MCR), 0);
    ck_assert_uint_eq(in(LSR), 0x60);
    ck_assert_uint_eq(in(MSR), 0xb0);
}
END_TEST

START_TEST(dlab_selects_the_divisor_latch)
{
    out(LCR, 0x80), out(BASE, 0x34), out(BASE + 1, 0x12);
    ck_assert_uint_eq(in(BASE), 0x34);
    ck_assert_uint_eq(in(BASE + 1), 0x12);
    out(LCR, 0x03);
    ck_assert_uint_eq(in(IER), 0);
    ck_assert_uint_eq(s.out.len, 0);
    out(SCR, 0x5a);
    ck_assert_uint_eq(in(SCR), 0x5a);
}
END_TEST

START_TEST(character_takes_its_bits_at_the_divided_clock)
{
    out(THR, 'A');
    ck_assert_uint_eq(in(LSR)&0x60, 0x20); /* it moved to the shift register */
    rig_run(&s.rig, CHAR_NS - 10);
    ck_assert_uint_eq(s.out.len, 0);
    rig_run(&s.rig, 20);
    ck_assert_uint_eq(s.out.len, 1);
    ck_assert_uint_eq(s.out.data[0], 'A');
    ck_assert_uint_eq(in(LSR)&0x60, 0x60);
}
END_TEST

START_TEST(drain_sends_the_shift_register_and_the_fifo_at_once)
{
    out(FCR, 0x01);
    out(THR, 'a'), out(THR, 'b'), out(THR, 'c');
    ns16550_drain(s.uart);
    ck_assert_uint_eq(s.out.len, 3);
    ck_assert_int_eq(memcmp(s.out.data, "abc", 3), 0);
    ck_assert_uint_eq(in(LSR)&0x60, 0x60);
    rig_run(&s.rig, 100 * CHAR_NS);
    ck_assert_uint_eq(s.out.len, 3);
}
END_TEST

START_TEST(baud_and_format_lengthen_a_character)
{
    out(LCR, 0x9f), out(BASE, 12), out(LCR, 0x1f); /* 9600 baud, 8 bits, parity, 2 stop bits: 12 bits */
    out(THR, 'A');
    rig_run(&s.rig, 1249000);
    ck_assert_uint_eq(s.out.len, 0);
    rig_run(&s.rig, 2000);
    ck_assert_uint_eq(s.out.len, 1);
}
END_TEST

START_TEST(transmit_speedup_shortens_sent_characters_alone)
{
    struct error err;
    ck_assert(dev_set_prop(&s.uart->dev, "transmit_speedup", "16", &err));
    out(THR, 'A');
    rig_run(&s.rig, CHAR_NS / 16 + 10);
    ck_assert_uint_eq(s.out.len, 1);
    ns16550_receive(s.uart, (const uint8_t *)"x", 1);
    rig_run(&s.rig, CHAR_NS - 10);
    ck_assert_uint_eq(in(LSR)&1, 0);
    rig_run(&s.rig, 20);
    ck_assert_uint_eq(in(LSR)&1, 1);
}
END_TEST

START_TEST(speedup_shortens_a_character)
{
    struct error err = {0};
    ck_assert(dev_set_prop(&s.uart->dev, "speedup", "16", &err));
    out(THR, 'A');
    rig_run(&s.rig, CHAR_NS / 16);
    ck_assert_uint_eq(s.out.len, 1);
}
END_TEST

START_TEST(word_length_masks_the_character)
{
    out(LCR, 0x02); /* 7 bits */
    out(THR, 0xc1);
    rig_run(&s.rig, CHAR_NS);
    ck_assert_uint_eq(s.out.data[0], 0x41);
}
END_TEST

START_TEST(fifo_takes_16_and_thre_means_empty)
{
    out(FCR, 0x01);
    out(THR, 'x'); /* goes to the shift register */
    for (int i = 0; i < 16; i++)
        out(THR, (uint8_t)('a' + i));
    ck_assert_uint_eq(in(LSR)&0x20, 0);
    rig_run(&s.rig, 15 * CHAR_NS);
    ck_assert_uint_eq(in(LSR)&0x20, 0);
    rig_run(&s.rig, CHAR_NS);
    ck_assert_uint_eq(in(LSR)&0x60, 0x20);
    rig_run(&s.rig, CHAR_NS);
    ck_assert_uint_eq(in(LSR)&0x60, 0x60);
    ck_assert_str_eq((char *)s.out.data, "xabcdefghijklmnop");
}
END_TEST

START_TEST(thre_interrupt_until_iir_is_read_or_thr_written)
{
    out(IER, 0x02); /* the transmitter is empty: at once */
    ck_assert_int_eq(s.irq.level, 1);
    ck_assert_uint_eq(in(IIR), 0x02);
    ck_assert_int_eq(s.irq.level, 0);
    ck_assert_uint_eq(in(IIR), 0x01);
    out(THR, 'A');
    ck_assert_uint_eq(s.irq.rises, 2); /* the holding register is empty again */
    out(THR, 'B');
    ck_assert_int_eq(s.irq.level, 0);
    rig_run(&s.rig, CHAR_NS);
    ck_assert_int_eq(s.irq.level, 1);
}
END_TEST

/* Reading IIR clears the THRE interrupt where that is what it shows, and only there (table of interrupt controls). */
START_TEST(iir_read_that_shows_another_source_keeps_thre)
{
    out(IER, 0x07);
    ns16550_break(s.uart);
    ck_assert_uint_eq(in(IIR), 0x06);
    ck_assert_uint_eq(in(IIR), 0x06);
    in(LSR);
    ck_assert_uint_eq(in(IIR), 0x04);
    ck_assert_uint_eq(in(IIR), 0x04);
    in(RBR);
    ck_assert_uint_eq(in(IIR), 0x02); /* still there, for the first time */
    ck_assert_uint_eq(in(IIR), 0x01);
    ck_assert_int_eq(s.irq.level, 0);
}
END_TEST

START_TEST(received_data_interrupt_and_register)
{
    out(IER, 0x01);
    receive("Q");
    ck_assert_uint_eq(in(LSR)&1, 0);
    rig_run(&s.rig, CHAR_NS);
    ck_assert_int_eq(s.irq.level, 1);
    ck_assert_uint_eq(in(IIR), 0x04);
    ck_assert_uint_eq(in(LSR)&1, 1);
    ck_assert_uint_eq(in(RBR), 'Q');
    ck_assert_int_eq(s.irq.level, 0);
    ck_assert_uint_eq(in(LSR)&1, 0);
}
END_TEST

START_TEST(trigger_level_and_character_timeout)
{
    out(IER, 0x01);
    out(FCR, 0x81); /* 8 characters */
    receive("1234567");
    rig_run(&s.rig, 7 * CHAR_NS);
    ck_assert_int_eq(s.irq.level, 0);
    rig_run(&s.rig, 4 * CHAR_NS);
    ck_assert_int_eq(s.irq.level, 1);
    ck_assert_uint_eq(in(IIR), 0xcc);
    in(RBR);
    ck_assert_uint_eq(in(IIR), 0xc1);
    receive("89abc");
    rig_run(&s.rig, 2 * CHAR_NS);
    ck_assert_uint_eq(in(IIR), 0xc4); /* 8 again */
}
END_TEST

START_TEST(sender_waits_while_the_fifo_is_full)
{
    out(FCR, 0x01);
    receive("0123456789abcdefghij");
    rig_run(&s.rig, 40 * CHAR_NS);
    for (int i = 0; i < 20; i++) {
        ck_assert_uint_eq(in(LSR)&0x03, 1);
        ck_assert_uint_eq(in(RBR), (uint8_t) "0123456789abcdefghij"[i]);
        rig_run(&s.rig, 2 * CHAR_NS);
    }
}
END_TEST

START_TEST(input_beyond_its_room_is_lost_with_overrun)
{
    uint8_t many[NS16550_INPUT + 1] = {0};
    ck_assert_uint_eq(ns16550_room(s.uart), NS16550_INPUT);
    ns16550_receive(s.uart, many, sizeof many);
    ck_assert_uint_eq(ns16550_room(s.uart), 0);
    ck_assert_uint_eq(in(LSR)&2, 2);
    ck_assert_uint_eq(in(LSR)&2, 0);
}
END_TEST

START_TEST(line_status_comes_before_received_data)
{
    out(IER, 0x07);
    in(IIR); /* THRE */
    ns16550_break(s.uart);
    ck_assert_uint_eq(in(IIR), 0x06);
    ck_assert_uint_eq(in(LSR)&0x19, 0x19);
    ck_assert_uint_eq(in(IIR), 0x04);
    ck_assert_uint_eq(in(RBR), 0);
    ck_assert_uint_eq(in(IIR), 0x01);
}
END_TEST

START_TEST(fifo_error_bit_while_a_break_is_queued)
{
    out(FCR, 0x01);
    receive("a");
    rig_run(&s.rig, CHAR_NS);
    ns16550_break(s.uart);
    ck_assert_uint_eq(in(LSR)&0x9e, 0x80); /* not at the top yet */
    in(RBR);
    ck_assert_uint_eq(in(LSR)&0x98, 0x98);
    ck_assert_uint_eq(in(LSR)&0x98, 0);
}
END_TEST

START_TEST(loopback_ties_modem_outputs_to_inputs)
{
    in(MSR);
    out(MCR, 0x1a); /* LOOP, OUT2, RTS */
    ck_assert_uint_eq(in(MSR)&0xf0, 0x90);
    out(MCR, 0x15); /* LOOP, OUT1, DTR */
    ck_assert_uint_eq(in(MSR)&0xf0, 0x60);
    out(MCR, 0x10); /* RI falls: TERI */
    ck_assert_uint_eq(in(MSR), 0x06);
}
END_TEST

START_TEST(loopback_receives_what_it_sends_and_can_overrun)
{
    out(MCR, 0x1b);
    out(THR, 'L');
    rig_run(&s.rig, CHAR_NS);
    ck_assert_uint_eq(in(RBR), 'L');
    ck_assert_uint_eq(s.out.len, 0);
    out(THR, '1'), rig_run(&s.rig, CHAR_NS);
    out(THR, '2'), rig_run(&s.rig, CHAR_NS);
    ck_assert_uint_eq(in(LSR)&3, 3);
    ck_assert_uint_eq(in(RBR), '2'); /* without FIFOs the older one is lost */
    out(FCR, 0x01);
    for (int i = 0; i < 17; i++)
        out(THR, (uint8_t)i), rig_run(&s.rig, CHAR_NS);
    ck_assert_uint_eq(in(LSR)&3, 3);
    for (int i = 0; i < 16; i++)
        ck_assert_uint_eq(in(RBR), i); /* with FIFOs the newest */
}
END_TEST

START_TEST(out2_gates_the_interrupt)
{
    out(MCR, 0x03);
    out(IER, 0x02);
    ck_assert_int_eq(s.irq.level, 0);
    out(MCR, 0x0b);
    ck_assert_int_eq(s.irq.level, 1);
    out(MCR, 0x1b);
    ck_assert_int_eq(s.irq.level, 0);
}
END_TEST

START_TEST(modem_status_interrupt)
{
    out(IER, 0x08);
    out(MCR, 0x18); /* into loopback: DSR and CTS fall */
    ck_assert_uint_eq(in(IIR), 0x00);
    ck_assert_uint_eq(in(MSR)&0x0f, 0x03);
    ck_assert_uint_eq(in(IIR), 0x01);
}
END_TEST

START_TEST(fcr_resets_and_iir_shows_fifos)
{
    out(FCR, 0xc0); /* bit 0 clear: nothing is programmed */
    ck_assert_uint_eq(in(IIR), 0x01);
    out(FCR, 0x01);
    ck_assert_uint_eq(in(IIR), 0xc1);
    receive("abc");
    rig_run(&s.rig, 3 * CHAR_NS);
    out(FCR, 0x03);
    ck_assert_uint_eq(in(LSR)&1, 0);
}
END_TEST

START_TEST(state_round_trip_finishes_both_directions)
{
    struct setup t;
    out(FCR, 0x01);
    out(IER, 0x01);
    out(THR, 'a'), out(THR, 'b');
    receive("xyz");
    rig_run(&s.rig, CHAR_NS + CHAR_NS / 2);
    make(&t);
    rig_same_time(&s.rig, &t.rig);
    rig_copy_state(&s.uart->dev, &t.uart->dev);
    rig_run(&s.rig, 10 * CHAR_NS);
    rig_run(&t.rig, 10 * CHAR_NS);
    ck_assert_str_eq((char *)s.out.data, "ab");
    ck_assert_str_eq((char *)t.out.data, "b");
    ck_assert_int_eq(t.irq.level, 1);
    ck_assert_uint_eq(in(IIR), 0xc4);
    ck_assert_uint_eq(rig_in(&t.rig, IIR), 0xc4);
    for (const char *p = "xyz"; *p; p++)
        ck_assert_uint_eq(rig_in(&t.rig, RBR), (uint8_t)*p);
    unmake(&t);
}
END_TEST

TCase *ns16550_tests(void)
{
    TCase *t = tcase_create("ns16550");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, reset_values);
    tcase_add_test(t, dlab_selects_the_divisor_latch);
    tcase_add_test(t, character_takes_its_bits_at_the_divided_clock);
    tcase_add_test(t, drain_sends_the_shift_register_and_the_fifo_at_once);
    tcase_add_test(t, baud_and_format_lengthen_a_character);
    tcase_add_test(t, transmit_speedup_shortens_sent_characters_alone);
    tcase_add_test(t, speedup_shortens_a_character);
    tcase_add_test(t, word_length_masks_the_character);
    tcase_add_test(t, fifo_takes_16_and_thre_means_empty);
    tcase_add_test(t, thre_interrupt_until_iir_is_read_or_thr_written);
    tcase_add_test(t, iir_read_that_shows_another_source_keeps_thre);
    tcase_add_test(t, received_data_interrupt_and_register);
    tcase_add_test(t, trigger_level_and_character_timeout);
    tcase_add_test(t, sender_waits_while_the_fifo_is_full);
    tcase_add_test(t, input_beyond_its_room_is_lost_with_overrun);
    tcase_add_test(t, line_status_comes_before_received_data);
    tcase_add_test(t, fifo_error_bit_while_a_break_is_queued);
    tcase_add_test(t, loopback_ties_modem_outputs_to_inputs);
    tcase_add_test(t, loopback_receives_what_it_sends_and_can_overrun);
    tcase_add_test(t, out2_gates_the_interrupt);
    tcase_add_test(t, modem_status_interrupt);
    tcase_add_test(t, fcr_resets_and_iir_shows_fifos);
    tcase_add_test(t, state_round_trip_finishes_both_directions);
    return t;
}
