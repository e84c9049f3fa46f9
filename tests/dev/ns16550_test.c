/* SPDX-License-Identifier: MIT */
/*
 * 16550A: character times, FIFOs, interrupt priorities, loopback. Long, since every rule goes through the same line and
 * its times.
 */
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

/* A transmitter FIFO becomes empty where something was in it, by a reset too; one that was empty does not. */
START_TEST(fcr_empties_a_transmitter_that_holds_something)
{
    for (unsigned held = 0; held < 2; held++) {
        out(IER, 0), out(FCR, 0), out(FCR, 0x01);
        out(IER, 0x02);
        ck_assert_uint_eq(in(IIR), 0xc2);
        ck_assert_uint_eq(in(IIR), 0xc1); /* the read has taken it */
        if (held)
            out(THR, 'a'), out(THR, 'b');
        ck_assert_uint_eq(in(IIR), 0xc1);
        out(FCR, 0x05);
        ck_assert_msg(in(IIR) == (held ? 0xc2 : 0xc1), "%u held", held);
        rig_run(&s.rig, 2 * CHAR_NS);
    }
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

/* Table II: a character's bits by LCR, in halves of a bit, at divisor 12 (9600 baud). */
START_TEST(character_time_by_format)
{
    for (uint8_t lcr = 0; lcr < 64; lcr++) {
        unsigned data = 5 + (lcr & 3), halves = 2 + 2 * data + (lcr & 8 ? 2 : 0);
        halves += !(lcr & 4) ? 2 : data == 5 ? 3 : 4;
        uint64_t ns = halves * UINT64_C(1000000000) / 2 / 9600;
        out(LCR, 0x80), out(BASE, 12), out(BASE + 1, 0), out(LCR, lcr);
        out(THR, 0xff);
        buf_clear(&s.out);
        rig_run(&s.rig, ns - 2);
        ck_assert_msg(s.out.len == 0, "LCR %02x: too early", lcr);
        rig_run(&s.rig, 4);
        ck_assert_msg(s.out.len == 1, "LCR %02x: too late", lcr);
        ck_assert_uint_eq(s.out.data[0], 0xff >> (8 - data));
    }
}
END_TEST

/* Divisors at their edges: 0 counts as 65536; both halves. */
START_TEST(character_time_by_divisor)
{
    static const uint32_t divisors[] = {1, 2, 0xff, 0x100, 0x101, 0xffff, 0};
    for (unsigned i = 0; i < ARRAY_LEN(divisors); i++) {
        uint32_t d = divisors[i];
        out(LCR, 0x83), out(BASE, (uint8_t)d), out(BASE + 1, (uint8_t)(d >> 8)), out(LCR, 0x03);
        uint64_t ns = (d ? d : 65536) * UINT64_C(160000000000) / 1843200;
        buf_clear(&s.out);
        out(THR, 'd');
        rig_run(&s.rig, ns - 2);
        ck_assert_uint_eq(s.out.len, 0);
        rig_run(&s.rig, 4);
        ck_assert_msg(s.out.len == 1, "divisor %u", d);
    }
}
END_TEST

/* Every register keeps what can be kept, and a write changes no other. */
START_TEST(registers_keep_their_bits)
{
    static const struct {
        uint16_t port;
        uint8_t bits;
    } t[] = {{IER, 0x0f}, {LCR, 0xff}, {MCR, 0x1f}, {SCR, 0xff}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            if (t[i].port == LCR && bit == 7)
                continue;
            out(t[i].port, (uint8_t)BIT(bit));
            ck_assert_msg(in(t[i].port) == (BIT(bit) & t[i].bits), "port %xh, bit %u", t[i].port, bit);
            out(t[i].port, 0);
            ck_assert_uint_eq(in(t[i].port), 0);
        }
    in(MSR);
    out(LSR, 0xff), out(MSR, 0xff); /* for factory testing: nothing */
    ck_assert_uint_eq(in(LSR), 0x60);
    ck_assert_uint_eq(in(MSR), 0xb0);
    out(LCR, 0x80), out(BASE, 0xa5), out(BASE + 1, 0x5a), out(BASE, 0x12);
    ck_assert_uint_eq(in(BASE), 0x12);
    ck_assert_uint_eq(in(BASE + 1), 0x5a);
    out(BASE + 1, 0x34);
    ck_assert_uint_eq(in(BASE), 0x12);
    out(LCR, 0x03), out(IER, 0x05);
    ck_assert_uint_eq(in(IER), 0x05);
    ck_assert_uint_eq(port_in(s.rig.bus.ports, IER, 1, INIT_DEBUG), 0xff);
}
END_TEST

/* Loopback ties DTR, RTS, OUT1, OUT2 to DSR, CTS, RI, DCD; each change shows in its delta bit, RI's by its end. */
START_TEST(modem_lines_one_by_one_in_loopback)
{
    static const uint8_t input_of[4] = {0x20, 0x10, 0x40, 0x80}, delta_of[4] = {0x02, 0x01, 0, 0x08};
    out(MCR, 0x10);
    in(MSR);
    for (unsigned n = 0; n < 4; n++) {
        out(MCR, (uint8_t)(0x10 | BIT(n)));
        ck_assert_msg(in(MSR) == (input_of[n] | delta_of[n]), "MCR bit %u up", n);
        ck_assert_uint_eq(in(MSR), input_of[n]);
        out(MCR, 0x10);
        ck_assert_msg(in(MSR) == (n == 2 ? 0x04 : delta_of[n]), "MCR bit %u down", n);
        ck_assert_uint_eq(in(MSR), 0);
    }
    out(MCR, 0); /* out of loopback: the null modem's lines */
    ck_assert_uint_eq(in(MSR), 0xb0 | 0x0b);
    out(MCR, 0x0f);
    ck_assert_uint_eq(in(MSR), 0xb0);
}
END_TEST

/* The four trigger levels, from both sides, by what IIR shows. */
START_TEST(trigger_levels_at_their_edges)
{
    static const uint8_t levels[] = {1, 4, 8, 14};
    out(IER, 0x01);
    for (unsigned i = 0; i < 4; i++) {
        out(FCR, (uint8_t)(i << 6 | 0x03));
        for (unsigned n = 1; n <= 16; n++) {
            receive("x");
            rig_run(&s.rig, CHAR_NS);
            ck_assert_msg(in(IIR) == (n >= levels[i] ? 0xc4 : 0xc1), "level %u: IIR %02x after %u", levels[i], in(IIR),
                          n);
        }
        for (unsigned n = 16; n-- > 0;) {
            in(RBR);
            ck_assert_msg((in(IIR) == 0xc4) == (n >= levels[i]), "level %u: %u left", levels[i], n);
        }
    }
    out(FCR, 0); /* without FIFOs: one */
    receive("x");
    rig_run(&s.rig, CHAR_NS);
    ck_assert_uint_eq(in(IIR), 0x04);
}
END_TEST

/* The timeout: four characters after the last one came or was read, while one is there, with FIFOs only. */
START_TEST(character_timeout_is_four_characters)
{
    out(IER, 0x01), out(FCR, 0xc1);
    receive("ab");
    rig_run(&s.rig, 2 * CHAR_NS);
    rig_run(&s.rig, 4 * CHAR_NS - 20);
    ck_assert_uint_eq(in(IIR), 0xc1);
    rig_run(&s.rig, 40);
    ck_assert_uint_eq(in(IIR), 0xcc);
    ck_assert_uint_eq(in(IIR), 0xcc);
    in(RBR);
    ck_assert_uint_eq(in(IIR), 0xc1); /* starts anew by a read */
    rig_run(&s.rig, 4 * CHAR_NS - 40);
    ck_assert_uint_eq(in(IIR), 0xc1);
    rig_run(&s.rig, 60);
    ck_assert_uint_eq(in(IIR), 0xcc);
    out(FCR, 0xc3); /* nothing is there */
    ck_assert_uint_eq(in(IIR), 0xc1);
    rig_run(&s.rig, 10 * CHAR_NS);
    ck_assert_uint_eq(in(IIR), 0xc1);
    out(FCR, 0x00);
    receive("c");
    rig_run(&s.rig, 10 * CHAR_NS);
    ck_assert_uint_eq(in(IIR), 0x04);
    ck_assert_uint_eq(s.uart->timeout_pending, 0);
}
END_TEST

/* Table IV: every pending source with every set of enables; IIR shows the highest. */
START_TEST(interrupt_priorities)
{
    for (unsigned ier = 0; ier < 16; ier++) {
        teardown();
        setup();
        ns16550_break(s.uart);          /* line status, and a character */
        out(MCR, 0x1b), out(MCR, 0x0b); /* modem status: DCD, which followed OUT2, does not change */
        out(MCR, 0x18), out(MCR, 0x0b), in(IIR);
        out(IER, (uint8_t)ier);
        static const uint8_t order[] = {0x06, 0x04, 0x02, 0x00}, by[] = {0x04, 0x01, 0x02, 0x08};
        for (unsigned n = 0; n < 4; n++) {
            if (!(ier & by[n]))
                continue;
            ck_assert_msg(in(IIR) == order[n], "IER %x: IIR %02x, not %02x", ier, in(IIR), order[n]);
            ck_assert_int_eq(s.irq.level, (order[n] != 0x02 || ier & 8)); /* a read that shows THRE ends it */
            if (n == 0)
                in(LSR);
            else if (n == 1)
                in(RBR);
            else if (n == 3)
                in(MSR);
        }
        ck_assert_msg(in(IIR) == 0x01, "IER %x: IIR %02x at the end", ier, in(IIR));
        ck_assert_int_eq(s.irq.level, 0);
    }
}
END_TEST

/* FCR: each reset bit clears its side alone, a change of bit 0 both; without bit 0 the others are not programmed. */
START_TEST(fcr_bits)
{
    for (unsigned v = 0; v < 8; v++)
        for (unsigned was = 0; was < 2; was++) {
            out(FCR, 0), out(FCR, (uint8_t)was);
            rig_run(&s.rig, 40 * CHAR_NS);
            in(RBR);
            receive("r");
            rig_run(&s.rig, CHAR_NS);
            out(THR, '1'), out(THR, '2');
            in(IIR);
            out(FCR, (uint8_t)v);
            bool toggled = (v ^ was) & 1, rx = toggled || v & 2, tx = toggled || v & 4;
            uint8_t want = (uint8_t)((rx ? 0 : 0x01) | (tx ? 0x20 : 0));
            ck_assert_msg((in(LSR)&0x21) == want, "FCR %x after %u: LSR %02x", v, was, in(LSR));
            ck_assert_uint_eq(in(IIR), v & 1 ? 0xc1 : 0x01);
        }
    out(FCR, 0xff);
    ck_assert_uint_eq(s.uart->fcr, 0xc9);
    out(FCR, 0xfe);
    ck_assert_uint_eq(s.uart->fcr, 0);
}
END_TEST

/* A full transmitter: the newest is overwritten, with FIFOs and without. */
START_TEST(thr_written_while_full)
{
    out(THR, 'a'), out(THR, 'b'), out(THR, 'c');
    rig_run(&s.rig, 4 * CHAR_NS);
    ck_assert_str_eq((char *)s.out.data, "ac");
    buf_clear(&s.out);
    out(FCR, 0x01);
    for (char c = 'a'; c <= 'r'; c++)
        out(THR, (uint8_t)c);
    rig_run(&s.rig, 20 * CHAR_NS);
    ck_assert_str_eq((char *)s.out.data, "abcdefghijklmnopr");
}
END_TEST

static size_t offered[64];
static unsigned noffered;

static void can_receive(void *ctx, size_t room)
{
    (void)ctx;
    ck_assert_uint_lt(noffered, ARRAY_LEN(offered));
    offered[noffered++] = room;
}

/* The back end is asked for more where half of the input, and all of it, has gone. */
START_TEST(input_room_is_announced)
{
    uint8_t many[NS16550_INPUT] = {0};
    s.uart->chr.can_receive = can_receive;
    noffered = 0;
    ns16550_receive(s.uart, many, sizeof many);
    ck_assert_uint_eq(in(LSR)&2, 0);
    ck_assert_uint_eq(ns16550_room(s.uart), 0);
    for (unsigned n = 1; n <= NS16550_INPUT; n++) {
        rig_run(&s.rig, CHAR_NS + 1);
        ck_assert_uint_eq(ns16550_room(s.uart), n);
        in(RBR);
        ck_assert_msg(noffered == (unsigned)(n >= NS16550_INPUT / 2) + (n == NS16550_INPUT), "after %u", n);
    }
    ck_assert_uint_eq(offered[0], NS16550_INPUT / 2);
    ck_assert_uint_eq(offered[1], NS16550_INPUT);
}
END_TEST

/* The line does not hear its other side in loopback; what is sent meanwhile comes after it. */
START_TEST(receiver_waits_out_a_loopback)
{
    out(MCR, 0x1b);
    receive("q");
    rig_run(&s.rig, 10 * CHAR_NS);
    ck_assert_uint_eq(in(LSR)&1, 0);
    out(MCR, 0x0b);
    rig_run(&s.rig, CHAR_NS);
    ck_assert_uint_eq(in(RBR), 'q');
    receive("w");
    out(MCR, 0x1b); /* while it is on the line */
    rig_run(&s.rig, 10 * CHAR_NS);
    ck_assert_uint_eq(in(LSR)&1, 0);
    out(MCR, 0x0b);
    rig_run(&s.rig, CHAR_NS);
    ck_assert_uint_eq(in(RBR), 'w');
    out(LCR, 0x00);
    receive("\xff");
    rig_run(&s.rig, CHAR_NS);
    ck_assert_uint_eq(in(RBR), 0x1f); /* five bits */
}
END_TEST

/* A break sent in loopback arrives, where its bit rises. */
START_TEST(break_in_loopback)
{
    out(LCR, 0x43);
    ck_assert_uint_eq(in(LSR), 0x60);
    out(LCR, 0x03), out(MCR, 0x1b), out(LCR, 0x43);
    ck_assert_uint_eq(in(LSR), 0x60 | 0x19);
    ck_assert_uint_eq(in(RBR), 0);
    out(LCR, 0x43);
    ck_assert_uint_eq(in(LSR), 0x60);
    out(LCR, 0x03);
    ck_assert_uint_eq(in(LSR), 0x60);
    out(THR, 'x'), ns16550_drain(s.uart); /* nothing is drained into the receiver */
    ck_assert_uint_eq(in(LSR)&1, 0);
}
END_TEST

/* Errors stay with their characters on their way up the FIFO; bit 7 is there while any is. */
START_TEST(errors_move_with_their_characters)
{
    out(FCR, 0x01);
    receive("a"), rig_run(&s.rig, CHAR_NS);
    ns16550_break(s.uart);
    receive("b"), rig_run(&s.rig, CHAR_NS);
    ns16550_break(s.uart);
    static const uint8_t want[] = {0xe1, 0xf9, 0xe1, 0xf9};
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_msg(in(LSR) == want[i], "character %u", i);
        ck_assert_uint_eq(in(RBR), (uint8_t) "a\0b\0"[i]);
    }
    ck_assert_uint_eq(in(LSR), 0x60);
    out(FCR, 0);
    ns16550_break(s.uart);
    ck_assert_uint_eq(in(LSR), 0x79); /* no bit 7 without FIFOs */
}
END_TEST

/* IER's bit makes THRE pending where the holding register is empty, and only as it rises. */
START_TEST(enabling_thre_asks_once)
{
    out(THR, '1'), out(THR, '2');
    in(IIR);
    out(IER, 0x02);
    ck_assert_int_eq(s.irq.level, 0); /* it is full */
    rig_run(&s.rig, 4 * CHAR_NS);
    ck_assert_uint_eq(in(IIR), 0x02);
    out(IER, 0x02);
    ck_assert_int_eq(s.irq.level, 0);
    out(IER, 0x00), out(IER, 0x02);
    ck_assert_int_eq(s.irq.level, 1);
}
END_TEST

START_TEST(load_bounds_its_counts)
{
    for (unsigned f = 0; f < 2; f++) {
        s.uart->fcr = (uint8_t)f;
        s.uart->nrx = s.uart->ntx = 255, s.uart->ninput = 65535;
        s.uart->dev.cls->post_load(&s.uart->dev);
        ck_assert_uint_eq(s.uart->nrx, f ? 16 : 1);
        ck_assert_uint_eq(s.uart->ntx, f ? 16 : 1);
        ck_assert_uint_eq(s.uart->ninput, NS16550_INPUT);
    }
    s.uart->nrx = s.uart->ntx = 0;
}
END_TEST

START_TEST(reset_hears_on)
{
    receive("zz");
    rig_run(&s.rig, CHAR_NS / 2);
    s.uart->dev.cls->reset(&s.uart->dev);
    rig_run(&s.rig, 100 * CHAR_NS);
    ck_assert_uint_eq(in(RBR), 'z' & 0x1f); /* five bits at the reset divisor */
}
END_TEST

START_TEST(properties_have_bounds)
{
    static const char *const names[] = {"speedup", "transmit_speedup"};
    struct error err;
    for (unsigned i = 0; i < 2; i++) {
        ck_assert(!dev_set_prop(&s.uart->dev, names[i], "0", &err));
        ck_assert(dev_set_prop(&s.uart->dev, names[i], "65536", &err));
        ck_assert(!dev_set_prop(&s.uart->dev, names[i], "65537", &err));
        ck_assert(dev_set_prop(&s.uart->dev, names[i], "1", &err));
    }
    struct ns16550 *u = ns16550_new(&s.rig.bus, "serial1");
    ck_assert_uint_eq(u->speedup, 1);
    ck_assert_uint_eq(u->transmit_speedup, 1);
    u->iobase = 0x2f8;
    rig_realize(&u->dev);
    dev_free(&u->dev);
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
    tcase_add_test(t, fcr_empties_a_transmitter_that_holds_something);
    tcase_add_test(t, state_round_trip_finishes_both_directions);
    tcase_add_test(t, character_time_by_format);
    tcase_add_test(t, character_time_by_divisor);
    tcase_add_test(t, registers_keep_their_bits);
    tcase_add_test(t, modem_lines_one_by_one_in_loopback);
    tcase_add_test(t, trigger_levels_at_their_edges);
    tcase_add_test(t, character_timeout_is_four_characters);
    tcase_add_test(t, interrupt_priorities);
    tcase_add_test(t, fcr_bits);
    tcase_add_test(t, thr_written_while_full);
    tcase_add_test(t, input_room_is_announced);
    tcase_add_test(t, receiver_waits_out_a_loopback);
    tcase_add_test(t, break_in_loopback);
    tcase_add_test(t, errors_move_with_their_characters);
    tcase_add_test(t, enabling_thre_asks_once);
    tcase_add_test(t, load_bounds_its_counts);
    tcase_add_test(t, reset_hears_on);
    tcase_add_test(t, properties_have_bounds);
    return t;
}
