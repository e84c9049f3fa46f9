/* SPDX-License-Identifier: MIT */
/*
 * UHCI on both sides of its limits: each register by bytes, words and double words, ports, what interrupts, and the
 * schedule's paths. UHCI Design Guide 1.1, sections 2 and 3; a function of the test's own answers.
 */
#include "devices/usb/uhci.h"
#include "tests/dev/rig.h"

#define MS UINT64_C(1000000)
enum { DEVFN = 1 << 3 | 2, BASE = 0xc000, PAGES = 64 };
enum { CMD = 0, STS = 2, INTR = 4, FRNUM = 6, FLBASE = 8, SOFMOD = 12, PORT1 = 16, PORT2 = 18 };
enum { LIST = 0x1000, QH = 0x3000, TD = 0x4000, DATA = 0x8000, BEYOND = PAGES * 0x1000 };
#define ACTIVE  (UINT32_C(1) << 23)
#define STALLED (UINT32_C(1) << 22)
#define IOC     (UINT32_C(1) << 24)
#define SPD     (UINT32_C(1) << 29)
enum { T = 1, Q = 2, VF = 4, IN = 0x69, OUT = 0xe1, SETUP = 0x2d };

static struct rig rig;
static struct pci_bus pci;
static struct mapping ram;
static struct uhci *u;
static struct probe irq;

/* A function that answers what the test says, and notes what it was asked. */
static struct answering {
    int answer;
    uint8_t address;
    unsigned resets, packets, ep, len;
    enum usb_pid pid;
    uint8_t data[1280];
} f[2];

static int packet(void *ctx, enum usb_pid pid, unsigned ep, uint8_t *data, unsigned len)
{
    struct answering *a = ctx;
    a->packets++;
    a->pid = pid, a->ep = ep, a->len = len;
    if (pid == USB_PID_IN)
        memset(data, 0x5a, len);
    else
        memcpy(a->data, data, len);
    return pid != USB_PID_IN && a->answer >= 0 ? (int)len : a->answer;
}

static uint8_t address(void *ctx)
{
    return ((struct answering *)ctx)->address;
}

static void bus_reset(void *ctx)
{
    ((struct answering *)ctx)->resets++;
}

static void setup(void)
{
    struct error err;
    memset(&irq, 0, sizeof irq);
    memset(f, 0, sizeof f);
    rig_init(&rig);
    const struct mem_block *m = mem_add_block(rig.bus.mem, "ram", BLOCK_RAM, PAGES, &err);
    ram = (struct mapping){.name = "ram", .size = PAGES * PAGE_SIZE, .rd = {TO_PAGES, m->first, NULL, NULL}};
    ram.wr = ram.rd;
    mem_map(rig.bus.mem, &ram);
    pci_bus_init(&pci, &rig.bus);
    pci.pirq[3] = probe_line(&irq, &rig);
    u = uhci_new(&rig.bus, "usb");
    u->pbus = &pci;
    u->devfn = DEVFN;
    rig_realize(&u->dev);
    for (unsigned i = 0; i < 2; i++) {
        f[i].address = (uint8_t)(5 + i);
        ck_assert_int_eq(uhci_attach(u, (struct usb_plug){&f[i], packet, address, bus_reset}), i);
    }
    pci_config_write(&pci, DEVFN, 0x20, 4, BASE);
    pci_config_write(&pci, DEVFN, 4, 2, 5);
}

static void teardown(void)
{
    dev_free(&u->dev);
    rig_free(&rig);
}

static uint32_t in(unsigned reg, unsigned size)
{
    return (uint32_t)port_in(rig.bus.ports, (uint16_t)(BASE + reg), size, INIT_CPU0);
}

static void out(unsigned reg, unsigned size, uint32_t v)
{
    port_out(rig.bus.ports, (uint16_t)(BASE + reg), size, v, INIT_CPU0);
}

static void put32(uint32_t at, uint32_t v)
{
    uint8_t b[4];
    st32(b, v);
    ck_assert(phys_write(rig.bus.mem, at, b, 4, INIT_DEBUG));
}

static uint32_t word_at(uint32_t at)
{
    uint8_t b[4];
    ck_assert(phys_read(rig.bus.mem, at, b, 4, INIT_DEBUG));
    return ld32(b);
}

static void td(unsigned n, uint32_t link, uint32_t status, uint8_t pid, unsigned addr, unsigned len, uint32_t buffer)
{
    uint32_t at = TD + 16 * n;
    put32(at, link);
    put32(at + 4, status);
    put32(at + 8, pid | addr << 8 | 3u << 15 | ((len - 1U) & 0x7ff) << 21);
    put32(at + 12, buffer);
}

static uint32_t status(unsigned n)
{
    return word_at(TD + 16 * n + 4);
}

static void schedule(uint32_t link)
{
    for (uint32_t i = 0; i < 1024; i++)
        put32(LIST + 4 * i, link);
    out(FLBASE, 4, LIST);
}

static void queue(uint32_t at, uint32_t next, uint32_t first)
{
    put32(at, next);
    put32(at + 4, first);
}

static void frames(unsigned n)
{
    out(CMD, 2, 1);
    rig_run(&rig, n * MS);
}

static void enable(unsigned port)
{
    out(port, 2, 0x0200), out(port, 2, 0), out(port, 2, 0x000e);
}

/* ---- registers ---- */

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

/* ---- the schedule ---- */

START_TEST(each_frame_has_its_entry)
{
    schedule(T);
    for (unsigned n = 0; n < 4; n++) {
        static const uint32_t frame[] = {0, 1, 511, 1023};
        put32(LIST + 4 * frame[n], TD + 16 * n);
        td(n, T, ACTIVE | (uint32_t)1 << 25, IN, 99, 8, DATA);
    }
    static const uint32_t at[] = {1023, 1024, 1025, 1535, 2047};
    static const unsigned which[] = {3, 0, 1, 2, 3};
    for (unsigned i = 0; i < ARRAY_LEN(at); i++) {
        out(CMD, 2, 0);
        out(FRNUM, 2, at[i]);
        put32(TD + 16 * which[i] + 4, ACTIVE | (uint32_t)1 << 25);
        frames(1);
        ck_assert_msg(!(status(which[i]) & ACTIVE), "frame %u", at[i]);
    }
}
END_TEST

START_TEST(transactions_reach_the_function_at_the_address)
{
    uint8_t sent[1280];
    enable(PORT1), enable(PORT2);
    for (unsigned i = 0; i < sizeof sent; i++)
        sent[i] = (uint8_t)(i * 7 + i / 256);
    phys_write(rig.bus.mem, DATA, sent, sizeof sent, INIT_DEBUG);
    static const struct {
        uint8_t pid;
        unsigned len;
    } c[] = {{SETUP, 8}, {OUT, 1}, {OUT, 0}, {OUT, 1280}, {IN, 1}, {IN, 1280}, {IN, 0}};
    for (unsigned i = 0; i < ARRAY_LEN(c); i++)
        for (unsigned n = 0; n < 2; n++) {
            memset(f[n].data, 0, sizeof f[n].data);
            f[0].packets = f[1].packets = 0;
            f[n].answer = (int)c[i].len;
            put32(DATA + 0x1000, 0xeeeeeeee);
            td(0, T, ACTIVE, c[i].pid, 5 + n, c[i].len, c[i].pid == IN ? DATA + 0x1000 - (c[i].len & ~3u) : DATA);
            schedule(QH | Q);
            queue(QH, T, TD);
            frames(1);
            ck_assert_msg(f[n].packets == 1 && !f[1 - n].packets, "case %u, function %u", i, n);
            ck_assert_uint_eq(f[n].pid, c[i].pid);
            ck_assert_uint_eq(f[n].ep, 3);
            ck_assert_uint_eq(f[n].len, c[i].len);
            ck_assert_uint_eq(status(0), ((c[i].len - 1) & 0x7ff));
            if (c[i].pid != IN)
                ck_assert_mem_eq(f[n].data, sent, c[i].len);
            ck_assert_uint_eq(word_at(QH + 4), T);
            ck_assert_uint_eq(in(STS, 2), 0);
            phys_write(rig.bus.mem, DATA, sent, sizeof sent, INIT_DEBUG);
        }
    /* Not to a port that is off, suspended or in reset. */
    static const uint16_t states[] = {0x0081, 0x1085, 0x0285, 0x0085};
    for (unsigned i = 0; i < ARRAY_LEN(states); i++) {
        u->port[0].sc = states[i];
        f[0].packets = 0;
        td(0, T, ACTIVE, OUT, 5, 1, DATA);
        queue(QH, T, TD);
        frames(1);
        ck_assert_msg(f[0].packets == (states[i] == 0x0085), "port at %x", states[i]);
    }
    td(0, T, ACTIVE, OUT, 5, 1281, DATA); /* longer than any packet */
    queue(QH, T, TD);
    frames(1);
    ck_assert_uint_eq(in(STS, 2), 0x30);
}
END_TEST

/* A packet shorter than asked for, by the length and by the wish to know. */
START_TEST(short_packets)
{
    enable(PORT1);
    for (unsigned c = 0; c < 8; c++) {
        bool spd = c & 1, less = c & 2, is_in = c & 4;
        out(STS, 2, 0x1f);
        f[0].answer = less ? 7 : 8;
        td(0, TD + 16, ACTIVE | (spd ? SPD : 0), is_in ? IN : OUT, 5, 8, DATA);
        schedule(QH | Q);
        queue(QH, T, TD);
        frames(1);
        bool stays = spd && less && is_in;
        ck_assert_msg(word_at(QH + 4) == (stays ? TD : TD + 16), "case %u", c);
        ck_assert_msg((in(STS, 2) & 1) == stays, "case %u: status %x", c, in(STS, 2));
        ck_assert_uint_eq(u->cause, stays ? 2 : 0);
    }
}
END_TEST

/* An answer that is longer than asked for is babble; one that is as long is not. */
START_TEST(answers_by_kind)
{
    static const struct {
        int answer;
        uint32_t want;
        unsigned sts;
        bool moves;
    } c[] = {{USB_NAK, ACTIVE | 1u << 19, 0, false},
             {USB_STALL, STALLED, 2, false},
             {9, STALLED | 1u << 20, 2, false},
             {8, 7, 0, true},
             {7, 6, 0, true},
             {0, 0x7ff, 0, true}};
    enable(PORT1);
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        out(STS, 2, 0x1f);
        f[0].answer = c[i].answer;
        put32(DATA, 0), put32(DATA + 4, 0);
        td(0, TD + 16, ACTIVE | 0x007f0000, IN, 5, 8, DATA);
        td(1, T, 0, IN, 5, 8, DATA);
        schedule(QH | Q);
        queue(QH, T, TD);
        frames(1);
        ck_assert_msg(status(0) == c[i].want, "answer %d: %08x, not %08x", c[i].answer, status(0), c[i].want);
        ck_assert_msg(in(STS, 2) == c[i].sts, "answer %d: status %x", c[i].answer, in(STS, 2));
        ck_assert_uint_eq(word_at(QH + 4), c[i].moves ? TD + 16 : TD);
        uint32_t first = c[i].moves && c[i].answer ? 0x5a5a5a5a : 0;
        ck_assert_uint_eq(word_at(DATA), first);
        ck_assert_uint_eq(word_at(DATA + 4), c[i].answer == 8 ? 0x5a5a5a5a : c[i].answer == 7 && first ? 0x005a5a5a : 0);
    }
}
END_TEST

/* Breadth first: one descriptor of each queue; depth first: as many as say so. */
START_TEST(queues_go_across_or_down)
{
    enable(PORT1);
    f[0].answer = 8;
    for (unsigned depth = 0; depth < 2; depth++) {
        uint32_t vf = depth ? VF : 0;
        for (unsigned n = 0; n < 3; n++)
            td(n, n < 2 ? (TD + 16 * (n + 1)) | vf : T, ACTIVE, IN, 5, 8, DATA);
        td(3, T, ACTIVE, IN, 5, 8, DATA);
        queue(QH, (QH + 16) | Q, TD);
        queue(QH + 16, T, TD + 48);
        schedule(QH | Q);
        frames(1);
        ck_assert_msg(!!(status(1) & ACTIVE) == !depth && !!(status(2) & ACTIVE) == !depth, "depth %u", depth);
        ck_assert_uint_eq(status(0) & ACTIVE, 0);
        ck_assert_uint_eq(status(3) & ACTIVE, 0);
        ck_assert_uint_eq(word_at(QH + 4), depth ? T : TD + 16);
        if (!depth) {
            rig_run(&rig, MS);
            ck_assert_uint_eq(status(1) & ACTIVE, 0);
            ck_assert_uint_ne(status(2) & ACTIVE, 0);
        }
    }
    /* A queue in a queue's place; an empty one; a descriptor beside a queue. */
    td(0, T, ACTIVE, IN, 5, 8, DATA);
    td(1, T, ACTIVE | (uint32_t)1 << 25, IN, 5, 8, DATA);
    queue(QH, T, (QH + 16) | Q);
    queue(QH + 16, (QH + 32) | Q, T);
    queue(QH + 32, TD + 16, TD);
    rig_run(&rig, MS);
    ck_assert_uint_eq(status(0) & ACTIVE, 0);
    ck_assert_uint_eq(status(1) & ACTIVE, 0);
    ck_assert_uint_eq(word_at(QH + 4), (QH + 16) | Q);
}
END_TEST

/* A frame has 1500 bytes, 13 of them around each packet; a ring of queues uses them. */
START_TEST(a_frame_has_1500_bytes)
{
    static const struct {
        unsigned len, packets;
    } c[] = {{1280, 2}, {737, 2}, {736, 3}, {8, 72}, {0, 116}};
    enable(PORT1);
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        f[0].answer = (int)c[i].len;
        f[0].packets = 0;
        for (unsigned n = 0; n < 150; n++)
            td(n, (TD + 16 * (n + 1)) | VF, ACTIVE, IN, 5, c[i].len, DATA);
        td(150, T, 0, IN, 5, 8, DATA);
        queue(QH, QH | Q, TD);
        schedule(QH | Q);
        frames(1);
        ck_assert_msg(f[0].packets == c[i].packets, "%u bytes: %u packets, not %u", c[i].len, f[0].packets,
                      c[i].packets);
        out(CMD, 2, 0);
    }
}
END_TEST

/* Two queues in a ring: served in turn while something moves, and left in the round where nothing does. */
START_TEST(a_ring_ends_with_the_first_idle_round)
{
    enable(PORT1), enable(PORT2);
    f[0].answer = 8, f[1].answer = USB_NAK;
    for (unsigned n = 0; n < 3; n++)
        td(n, n < 2 ? TD + 16 * (n + 1) : T, ACTIVE, IN, 5, 8, DATA);
    td(3, T, ACTIVE, IN, 6, 8, DATA);
    queue(QH, (QH + 16) | Q, TD);
    queue(QH + 16, QH | Q, TD + 48);
    schedule(QH | Q);
    frames(1);
    ck_assert_uint_eq(f[0].packets, 3);
    ck_assert_uint_eq(f[1].packets, 3); /* twice while the other moves, once to see that nothing does */
    ck_assert_uint_eq(word_at(QH + 4), T);
}
END_TEST

/* Each place in memory that the controller wants and that is not there: a system error, and it stops. */
START_TEST(memory_that_is_not_there_stops_the_controller)
{
    for (unsigned c = 0; c < 6; c++) {
        out(CMD, 2, 2);
        enable(PORT1);
        f[0].answer = 8;
        f[0].packets = 0;
        td(0, T, ACTIVE | IOC, c == 3 ? OUT : IN, 5, 8, c >= 3 && c < 5 ? 0xfee00000 : DATA);
        td(1, T, ACTIVE, IN, 5, 8, DATA);
        queue(QH, TD + 16, c == 2 ? 0xfee00000 : TD);
        schedule(c == 1 ? 0xfee00000 | Q : c == 5 ? 0xfee00000 : QH | Q);
        if (c == 0)
            out(FLBASE, 4, 0xfee00000);
        frames(3);
        ck_assert_msg(in(STS, 2) == 0x28, "case %u: status %x", c, in(STS, 2));
        ck_assert_uint_eq(in(CMD, 2), 0);
        ck_assert_uint_eq(clock_next(&rig.clock), TIME_NEVER);
        ck_assert_uint_eq(in(FRNUM, 2), 1);
        ck_assert_int_eq(irq.level, 1);
        ck_assert_uint_eq(f[0].packets, c == 4);
        ck_assert_uint_ne(status(1) & ACTIVE, 0); /* nothing after it */
    }
}
END_TEST

START_TEST(no_answer_counts_down_from_each_count)
{
    for (unsigned count = 0; count < 4; count++) {
        out(STS, 2, 0x1f);
        td(0, T, ACTIVE | count << 27, IN, 77, 8, DATA);
        queue(QH, T, TD);
        schedule(QH | Q);
        frames(1);
        uint32_t want = count == 1 ? STALLED | 1u << 18 : ACTIVE | 1u << 18 | (count ? count - 1 : 0) << 27;
        ck_assert_msg(status(0) == want, "count %u: %08x, not %08x", count, status(0), want);
        ck_assert_uint_eq(in(STS, 2), count == 1 ? 2 : 0);
        out(CMD, 2, 0);
    }
}
END_TEST

START_TEST(interrupt_on_completion_only_where_it_completes)
{
    enable(PORT1);
    for (unsigned c = 0; c < 4; c++) {
        static const int answers[] = {8, USB_NAK, USB_STALL, 8};
        out(STS, 2, 0x1f);
        f[0].answer = answers[c];
        td(0, T, (c == 3 ? 0 : IOC) | ACTIVE, IN, 5, 8, DATA);
        queue(QH, T, TD);
        schedule(QH | Q);
        frames(1);
        ck_assert_msg((in(STS, 2) & 1) == (c == 0 || c == 2), "case %u: status %x", c, in(STS, 2));
        out(CMD, 2, 0);
    }
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
    tcase_add_test(c, each_frame_has_its_entry);
    tcase_add_test(c, transactions_reach_the_function_at_the_address);
    tcase_add_test(c, short_packets);
    tcase_add_test(c, answers_by_kind);
    tcase_add_test(c, queues_go_across_or_down);
    tcase_add_test(c, a_frame_has_1500_bytes);
    tcase_add_test(c, a_ring_ends_with_the_first_idle_round);
    tcase_add_test(c, memory_that_is_not_there_stops_the_controller);
    tcase_add_test(c, no_answer_counts_down_from_each_count);
    tcase_add_test(c, interrupt_on_completion_only_where_it_completes);
    tcase_add_test(c, loads_drive_timer_and_interrupt);
    tcase_add_test(c, info_has_the_registers);
    return c;
}
