/* SPDX-License-Identifier: MIT */
/* Local APIC, SDM 3A chapter 10: registers by place and width, priorities, messages, the timer's arithmetic. */
#include "tests/dev/lapic_rig.h"

static unsigned eois, last_eoi;

static void on_eoi(void *ctx, uint8_t vector)
{
    (void)ctx;
    eois++;
    last_eoi = vector;
}

static bool message(uint8_t dest, bool logical, uint8_t delivery, uint8_t vector, bool level)
{
    struct apic_port p = lapic_port(la);
    struct apic_msg m = {.dest = dest, .logical = logical, .delivery = delivery, .vector = vector, .level = level};
    return p.deliver(p.ctx, &m);
}

static void setup(void)
{
    eois = last_eoi = 0;
    lapic_make();
    la->eoi = (struct apic_eoi){on_eoi, NULL};
    lapic_begin();
}

static void teardown(void)
{
    lapic_unmake();
}

/* --- Registers --- */

/* Table 10-1: offset / 10h of what exists; "r" can be read, "w" written, an access to the others is an error. */
static const char by_number[65] = "--++----+rr+r+++rrrrrrrrrrrrrrrrrrrrrrrr+-------+++++++++r----+-";

/*
 * 10.5.3: "Illegal Register Address" is for a reserved one. The manual says of a write to a read-only register neither
 * that it is an error nor that it is none: nothing happens.
 */
START_TEST(lapic_reserved_registers_are_errors_and_read_0)
{
    for (uint32_t n = 0; n < 0x40; n++) {
        bool there = by_number[n] != '-';
        wr(ESR, 0), wr(ESR, 0);
        uint32_t v = rd(n << 4);
        ck_assert_msg(there || v == 0, "register %02x0h reads %08x", n, v);
        wr(ESR, 0);
        ck_assert_msg(rd(ESR) == (there ? 0 : 0x80), "a read of %02x0h: ESR %02x", n, rd(ESR));
        if (n << 4 == EOI || n << 4 == ESR || n << 4 == SVR)
            continue;
        wr(ESR, 0), wr(ESR, 0);
        wr(n << 4, n << 4 == ICR ? 0x4020 : n << 4 >= LVT_T && n << 4 <= LVT_E ? MASKED : 0);
        wr(ESR, 0);
        ck_assert_msg(rd(ESR) == (there ? 0 : 0x80), "a write of %02x0h: ESR %02x", n, rd(ESR));
    }
    for (uint32_t n = 0x40; n < 0x100; n++) {
        rd(n << 4);
        wr(ESR, 0);
        ck_assert_uint_eq(rd(ESR), 0x80);
        wr(ESR, 0), wr(n << 4, 1), wr(ESR, 0);
        ck_assert_uint_eq(rd(ESR), 0x80);
    }
}
END_TEST

/* 10.4.1: parts within the first four bytes of each 16; the bytes after them read 0, and so does what reaches over. */
START_TEST(lapic_parts_of_a_register_read_its_bytes)
{
    wr(LDR, 0xa5000000), wr(ICR_HIGH, 0x5a000000), wr(LVT_T, 0x2003c);
    for (uint32_t reg = LDR; reg <= LVT_T; reg = reg == LDR ? ICR_HIGH : reg == ICR_HIGH ? LVT_T : 0x1000) {
        uint32_t whole = rd(reg);
        for (unsigned at = 0; at < 16; at++)
            for (unsigned size = 1; size <= 4; size *= 2) {
                uint32_t got = (uint32_t)phys_load(rig.bus.mem, BASE + reg + at, size, INIT_CPU0);
                uint32_t want = at + size <= 4 ? whole >> 8 * at & (UINT32_MAX >> (32 - 8 * size)) : 0;
                ck_assert_msg(got == want, "%u bytes at %03xh: %x, not %x", size, reg + at, got, want);
            }
    }
    for (unsigned at = 0; at < 16; at++)
        for (unsigned size = 1; size <= 4; size *= 2)
            if (at || size != 4)
                phys_store(rig.bus.mem, BASE + LDR + at, size, 0, INIT_CPU0);
    ck_assert_uint_eq(rd(LDR), 0xa5000000); /* only whole registers are written */
}
END_TEST

START_TEST(lapic_masks_of_written_bits)
{
    static const struct {
        uint32_t reg, ones, zeros;
    } t[] = {
        {ID, 0xff000000, 0},
        {TPR, 0xff, 0},
        {LDR, 0xff000000, 0},
        {DFR, 0xffffffff, 0x0fffffff},
        {0x330, 0x107ff, 0},
        {0x340, 0x107ff, 0},
        {LVT_L0, 0x1a7ff, 0},
        {LVT_L1, 0x1a7ff, 0},
        {LVT_E, 0x100ff, 0},
        {LVT_T, 0x300ff, 0},
        {ICR_HIGH, 0xff000000, 0},
        {INITIAL, 0xffffffff, 0},
        {DIVIDE, 0xb, 0},
        {0x30, 0x50014, 0x50014},
        {0xc0, 0, 0},
        {EOI, 0, 0},
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        wr(t[i].reg, 0xffffffff);
        ck_assert_msg(rd(t[i].reg) == t[i].ones, "%03xh: %08x after ones", t[i].reg, rd(t[i].reg));
        wr(t[i].reg, 0);
        ck_assert_msg(rd(t[i].reg) == t[i].zeros, "%03xh: %08x after zeros", t[i].reg, rd(t[i].reg));
    }
    wr(SVR, 0xffffffff);
    ck_assert_uint_eq(rd(SVR), 0x3ff);
    wr(ICR_HIGH, 0);
    for (unsigned bit = 0; bit < 32; bit++) { /* to no destination, a legal vector */
        wr(ICR_HIGH, 0x7f000000);
        wr(ICR, 1u << bit | 0x20);
        uint32_t kept = 1u << bit & 0xccfff;
        ck_assert_msg(rd(ICR) == (kept | 0x20), "ICR bit %u", bit);
    }
}
END_TEST

/* --- Priorities (10.8.3.1; the APR by the formula of the Pentium's manuals) --- */

START_TEST(lapic_priority_registers)
{
    static const struct {
        uint8_t tpr, irr, isr; /* one vector each, 0: none */
        uint8_t ppr, apr;
        bool interrupts;
    } t[] = {
        {0x00, 0, 0, 0x00, 0x00, false},       {0x25, 0, 0, 0x25, 0x25, false},
        {0x25, 0x31, 0, 0x25, 0x30, true},     {0x35, 0x3f, 0, 0x35, 0x35, false},
        {0x35, 0x40, 0, 0x35, 0x40, true},     {0x4f, 0x31, 0, 0x4f, 0x4f, false},
        {0x00, 0, 0x61, 0x60, 0x00, false},    {0x65, 0, 0x61, 0x65, 0x60, false},
        {0x75, 0, 0x61, 0x75, 0x75, false},    {0x55, 0, 0x61, 0x60, 0x40, false},
        {0x75, 0x71, 0x61, 0x75, 0x75, false}, {0x75, 0x81, 0x61, 0x75, 0x80, true},
        {0x20, 0x6f, 0x61, 0x60, 0x60, false}, {0x20, 0x70, 0x61, 0x60, 0x70, true},
        {0x5f, 0x51, 0x62, 0x60, 0x50, false}, {0x71, 0x31, 0x72, 0x71, 0x70, false},
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        memset(la->irr, 0, sizeof la->irr), memset(la->isr, 0, sizeof la->isr);
        wr(TPR, 0);
        if (t[i].isr) {
            wr(ICR, SELF | t[i].isr);
            ck_assert_int_eq(ack(), t[i].isr);
        }
        wr(TPR, t[i].tpr);
        if (t[i].irr)
            wr(ICR, SELF | t[i].irr);
        ck_assert_msg(rd(PPR) == t[i].ppr, "row %u: PPR %02x", i, rd(PPR));
        ck_assert_msg(rd(APR) == t[i].apr, "row %u: APR %02x", i, rd(APR));
        ck_assert_msg(intr.level == t[i].interrupts, "row %u: INTR", i);
    }
}
END_TEST

/* Each vector has its bit in IRR and ISR, by self-IPI; those below 16 are errors (10.5.2). */
START_TEST(lapic_every_vector_has_its_bit_and_below_16_is_an_error)
{
    for (unsigned v = 0; v < 256; v++) {
        bool legal = v >= 16;
        wr(ESR, 0), wr(ESR, 0);
        wr(ICR, SELF | v);
        for (unsigned n = 0; n < 8; n++) {
            uint32_t want = legal && n == v / 32 ? 1u << v % 32 : 0;
            ck_assert_msg(rd(IRR + 16 * n) == want, "vector %02x: IRR %u is %08x", v, n, rd(IRR + 16 * n));
        }
        wr(ESR, 0);
        ck_assert_msg(rd(ESR) == (legal ? 0 : 0x20), "sent vector %02x: ESR %02x", v, rd(ESR));
        if (legal) {
            ck_assert_msg(ack() == (int)v, "vector %02x", v);
            for (unsigned n = 0; n < 8; n++)
                ck_assert_uint_eq(rd(ISR + 16 * n), n == v / 32 ? 1u << v % 32 : 0);
            wr(EOI, 0);
        }
        for (unsigned level = 0; level < 2; level++) { /* and what arrives; level or edge shows in TMR */
            ck_assert(message(0, false, APIC_FIXED, (uint8_t)v, level == 0));
            ck_assert_uint_eq(rd(TMR + 16 * (v / 32)), legal && level == 0 ? 1u << v % 32 : 0);
            wr(ESR, 0);
            ck_assert_msg(rd(ESR) == (legal ? 0 : 0x40), "received vector %02x: ESR %02x", v, rd(ESR));
            eois = 0;
            if (!legal)
                continue;
            ck_assert_int_eq(ack(), (int)v);
            wr(EOI, 0);
            ck_assert_uint_eq(eois, level == 0);
            ck_assert(level || last_eoi == v);
        }
    }
    wr(EOI, 0); /* nothing is in service */
    ck_assert_uint_eq(eois, 0);
}
END_TEST

/* --- Messages (10.6) --- */

START_TEST(lapic_message_goes_to_its_destination)
{
    static const struct {
        uint8_t dest;
        bool logical, taken;
    } t[] = {{5, false, true},   {4, false, false},  {0xff, false, true}, {0x05, true, false}, {0x08, true, true},
             {0x0c, true, true}, {0xff, true, true}, {0, false, false},   {0xf7, true, false}};
    wr(ID, 0x05000000), wr(LDR, 0x08000000);
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        ck_assert_msg(message(t[i].dest, t[i].logical, APIC_FIXED, 0x41, false) == t[i].taken, "row %u", i);
        ck_assert_int_eq(intr.level, t[i].taken);
        if (t[i].taken)
            ack(), wr(EOI, 0);
        wr(ICR_HIGH, (uint32_t)t[i].dest << 24);
        wr(ICR, (t[i].logical ? 0x800u : 0) | 0x42);
        ck_assert_msg(intr.level == t[i].taken, "row %u, sent", i);
        if (t[i].taken)
            ack(), wr(EOI, 0);
    }
    /* cluster F is every cluster, member bits still count */
    wr(DFR, 0), wr(LDR, 0x38000000);
    ck_assert(message(0xf8, true, APIC_FIXED, 0x41, false));
    ck_assert(!message(0xf7, true, APIC_FIXED, 0x41, false));
    ck_assert(!message(0x28, true, APIC_FIXED, 0x41, false));
    ck_assert(message(0x3f, true, APIC_FIXED, 0x41, false));
}
END_TEST

START_TEST(lapic_message_while_disabled)
{
    wr(SVR, 0xff); /* by software: INIT, NMI, SMI (10.4.7.2), and the 8259's */
    ck_assert(!message(0, false, APIC_FIXED, 0x41, false));
    ck_assert(!message(0, false, APIC_LOWEST_PRIORITY, 0x41, false));
    ck_assert(message(0, false, APIC_NMI, 0, false));
    ck_assert(message(0, false, APIC_SMI, 0, false));
    ck_assert(message(0, false, APIC_INIT, 0, false));
    ck_assert(!message(0, false, APIC_STARTUP, 8, false));
    ck_assert(message(0, false, APIC_EXTINT, 0, false));
    ck_assert_int_eq(intr.level, 1);
    message(0, false, APIC_INIT, 0, false);
    ck_assert_int_eq(intr.level, 0); /* gone with an INIT */
    ck_assert_uint_eq(nmi.rises, 1);
    ck_assert_uint_eq(smi.rises, 1);
    ck_assert_uint_eq(init_pin.rises, 2);
    ck_assert(lapic_set_base(la, BASE | 0x100)); /* by the MSR: nothing */
    for (uint8_t d = 0; d < 8; d++)
        ck_assert_msg(!message(0, false, d, 0x41, false), "delivery mode %u", d);
    ck_assert_uint_eq(nmi.rises, 1);
}
END_TEST

START_TEST(lapic_ipi_modes_triggers_and_shorthands)
{
    static const struct {
        uint32_t icr;
        unsigned inits, nmis, smis, intrs;
        bool self_alone; /* not with a shorthand's "others" */
    } t[] = {
        {0x500, 1, 0, 0, 0, 0},         {0x500 | ASSERT, 1, 0, 0, 0, 0}, {0x500 | LEVEL | ASSERT, 1, 0, 0, 0, 0},
        {0x500 | LEVEL, 0, 0, 0, 0, 0}, {0x400, 0, 1, 0, 0, 0},          {0x400 | LEVEL, 0, 1, 0, 0, 0},
        {0x200, 0, 0, 1, 0, 0},         {0x200 | LEVEL, 0, 0, 1, 0, 0},  {0x600 | 0x21, 0, 0, 0, 0, 0},
        {0x700 | 0x21, 0, 0, 0, 0, 0},  {0x300 | 0x21, 0, 0, 0, 0, 0},   {0x100 | 0x21, 0, 0, 0, 1, 0},
        {0x021, 0, 0, 0, 1, 0},         {0x021 | LEVEL, 0, 0, 0, 1, 0},  {0x010, 0, 0, 0, 1, 0},
        {0x10f, 0, 0, 0, 0, 0},
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++)
        for (unsigned shorthand = 0; shorthand < 4; shorthand++) {
            bool me = shorthand != 3;
            intr.rises = nmi.rises = smi.rises = init_pin.rises = 0;
            wr(ICR, t[i].icr | shorthand << 18);
            ck_assert_msg(init_pin.rises == (me ? t[i].inits : 0), "ICR %05x: INIT", t[i].icr | shorthand << 18);
            ck_assert_msg(nmi.rises == (me ? t[i].nmis : 0), "ICR %05x: NMI", t[i].icr | shorthand << 18);
            ck_assert_msg(smi.rises == (me ? t[i].smis : 0), "ICR %05x: SMI", t[i].icr | shorthand << 18);
            ck_assert_msg(intr.rises == (me ? t[i].intrs : 0), "ICR %05x: INTR", t[i].icr | shorthand << 18);
            wr(SVR, 0x1ff);
            if (intr.level) {
                unsigned v = t[i].icr & 0xff;
                ck_assert_uint_eq(rd(TMR + 16 * (v / 32)), 0); /* IPIs are edges */
                ck_assert_int_eq(ack(), (int)v);
                wr(EOI, 0);
            }
        }
}
END_TEST

/* --- LINT pins --- */

START_TEST(lapic_lint_pins_by_mode_on_either_pin)
{
    for (int n = 0; n < 2; n++) {
        uint32_t lvt = n ? LVT_L1 : LVT_L0;
        wr(lvt, 0x41); /* an edge */
        lint(n, 1);
        ck_assert_int_eq(ack(), 0x41);
        wr(EOI, 0);
        lint(n, 1);
        ck_assert_int_eq(intr.level, 0);
        lint(n, 0);
        wr(lvt, MASKED | 0x41), lint(n, 1), wr(lvt, 0x41);
        ck_assert_int_eq(intr.level, 0); /* the edge was masked */
        lint(n, 0);
        wr(lvt, 0x200), lint(n, 1), lint(n, 0);
        ck_assert_uint_eq(smi.rises, (unsigned)n + 1);
        wr(lvt, 0x500), lint(n, 1), lint(n, 0);
        ck_assert_uint_eq(init_pin.rises, (unsigned)n + 1);
        wr(SVR, 0x1ff);
        wr(lvt, LEVEL | 0x51), lint(n, 1);
        ck_assert_uint_eq(rd(lvt), LEVEL | REMOTE_IRR | 0x51);
        wr(lvt, LEVEL | 0x51);
        ck_assert_uint_eq(rd(lvt), LEVEL | REMOTE_IRR | 0x51); /* a write keeps it */
        ck_assert_int_eq(ack(), 0x51);
        eois = 0;
        wr(EOI, 0);
        ck_assert_uint_eq(eois, 1);
        ck_assert_int_eq(intr.level, 1);
        ck_assert_int_eq(ack(), 0x51);
        lint(n, 0), wr(EOI, 0);
        ck_assert_uint_eq(rd(lvt), LEVEL | 0x51);
        ck_assert_int_eq(intr.level, 0);
        lint(n, 1), ack();
        wr(lvt, 0x51);
        ck_assert_uint_eq(rd(lvt), 0x51); /* an edge has none */
        wr(lvt, LEVEL | 0x451);
        ck_assert_uint_eq(rd(lvt), LEVEL | 0x451); /* nor has an NMI */
        wr(EOI, 0), lint(n, 0), lint(n, 1);
        ck_assert_uint_eq(nmi.rises, (unsigned)n + 1); /* which is an edge whatever bit 15 says */
        lint(n, 0);
        wr(lvt, 0x700), lint(n, 1);
        ck_assert_int_eq(intr.level, 1);
        ck_assert_int_eq(ack(), 0x77);
        wr(lvt, LOW | 0x700);
        ck_assert_int_eq(intr.level, 0);
        wr(lvt, MASKED), lint(n, 0);
    }
}
END_TEST

/* An EOI clears remote IRR of the pin with its vector, and of no other. */
START_TEST(lapic_eoi_is_for_the_pin_of_its_vector)
{
    wr(LVT_L0, LEVEL | 0x51), wr(LVT_L1, LEVEL | 0x61);
    lint(0, 1), lint(1, 1), lint(0, 0), lint(1, 0);
    ck_assert_int_eq(ack(), 0x61);
    wr(EOI, 0);
    ck_assert_uint_eq(rd(LVT_L0), LEVEL | REMOTE_IRR | 0x51);
    ck_assert_uint_eq(rd(LVT_L1), LEVEL | 0x61);
    ck_assert_int_eq(ack(), 0x51);
    wr(EOI, 0);
    ck_assert_uint_eq(rd(LVT_L0), LEVEL | 0x51);
}
END_TEST

START_TEST(lapic_pins_while_disabled_by_msr)
{
    ck_assert(lapic_set_base(la, BASE | 0x100));
    lint(1, 1), lint(1, 1), lint(1, 0), lint(1, 1);
    ck_assert_uint_eq(nmi.rises, 2);
    ck_assert_int_eq(intr.level, 0);
    lint(0, 1);
    ck_assert_uint_eq(nmi.rises, 2);
    ck_assert_int_eq(intr.level, 1);
    ck_assert(!lapic_wakes_masked(la));
    la->extint.ack = NULL; /* no 8259: nobody drives the bus */
    ck_assert_int_eq(ack(), 0xff);
    lint(0, 0);
    ck_assert_int_eq(intr.level, 0);
    ck_assert_uint_eq(rig.bus.msrs.claims->count, 1);
    uint64_t v = 0;
    const struct msr_range *r = msr_find(&rig.bus.msrs, 0x1b);
    ck_assert(r && r->ops->read(r->ctx, 0x1b, &v));
    ck_assert_uint_eq(v, BASE | 0x100);
    ck_assert(r->ops->write(r->ctx, 0x1b, BASE | 0x800));
    ck_assert(!r->ops->write(r->ctx, 0x1b, BASE | 0x801));
    ck_assert(r->ops->read(r->ctx, 0x1b, &v));
    ck_assert_uint_eq(v, BASE | 0x800);
    for (unsigned bit = 0; bit < 64; bit++) {
        bool may = bit == 8 || bit == 11 || (bit >= 12 && bit < 40);
        ck_assert_msg(lapic_set_base(la, BASE | UINT64_C(1) << bit) == may, "IA32_APIC_BASE bit %u", bit);
    }
}
END_TEST

START_TEST(lapic_wakes_with_what_cannot_be_masked)
{
    for (unsigned d = 0; d < 8; d++) {
        bool wakes = d != APIC_FIXED && d != APIC_EXTINT;
        wr(LVT_L0, d << 8 | 0x41);
        ck_assert_msg(lapic_wakes_masked(la) == wakes, "delivery mode %u", d);
        wr(LVT_L0, MASKED | d << 8 | 0x41);
        ck_assert_msg(!lapic_wakes_masked(la), "delivery mode %u, masked", d);
    }
}
END_TEST

/* --- The timer (10.5.4) --- */

/* At every moment of some periods, for every divisor: the count, and the interrupts so far. */
START_TEST(lapic_timer_count_and_interrupts_at_any_moment)
{
    static const struct {
        uint32_t value, by;
    } d[] = {{0, 2}, {1, 4}, {2, 8}, {3, 16}, {8, 32}, {9, 64}, {10, 128}, {11, 1}};
    for (unsigned i = 0; i < 2 * ARRAY_LEN(d); i++) {
        bool periodic = i % 2;
        uint32_t by = d[i / 2].by, start = 7;
        wr(LVT_T, (periodic ? 0x20000 : 0) | 0x41);
        wr(DIVIDE, d[i / 2].value);
        ck_assert_uint_eq(rd(DIVIDE), d[i / 2].value);
        wr(INITIAL, start);
        uint64_t t0 = clock_ns(&rig.clock);
        intr.rises = 0;
        for (uint64_t ns = 0; ns<4 * start * by; ns += by> 4 ? by / 2 - 1 : 1) {
            rig_run_to(&rig, t0 + ns);
            uint64_t ticks = ns / by;
            uint32_t want = periodic ? start - (uint32_t)(ticks % start) : ticks < start ? start - (uint32_t)ticks : 0;
            ck_assert_msg(rd(CURRENT) == want, "by %u, %u ns, periodic %d: %u, not %u", by, (unsigned)ns, periodic,
                          rd(CURRENT), want);
            unsigned fired = periodic ? (unsigned)(ticks / start) : ticks >= start;
            ck_assert_msg(intr.rises == fired, "by %u, %u ns, periodic %d: %u interrupts, not %u", by, (unsigned)ns,
                          periodic, intr.rises, fired);
            if (intr.level)
                ack(), wr(EOI, 0);
        }
        wr(INITIAL, 0);
    }
}
END_TEST

/* Nobody looks for several periods: the count is the same as if somebody had. */
START_TEST(lapic_timer_masked_for_several_periods_keeps_its_phase)
{
    wr(LVT_T, MASKED | 0x20041), wr(DIVIDE, 1), wr(INITIAL, 10); /* 40 ns a period */
    rig_run(&rig, 4 * (5 * 10 + 3) + 1);
    ck_assert_uint_eq(rd(CURRENT), 7);
    wr(LVT_T, MASKED | 0x41); /* one-shot from here on */
    rig_run(&rig, 4 * 6 - 1);
    ck_assert_uint_eq(rd(CURRENT), 1);
    rig_run(&rig, 3);
    ck_assert_uint_eq(rd(CURRENT), 1);
    rig_run(&rig, 1);
    ck_assert_uint_eq(rd(CURRENT), 0); /* the divided clock's ticks are where they were */
    rig_run(&rig, 1000);
    ck_assert_uint_eq(rd(CURRENT), 0);
    wr(LVT_T, MASKED | 0x20041); /* periodic again: what has ended does not start */
    rig_run(&rig, 1000);
    ck_assert_uint_eq(rd(CURRENT), 0);
}
END_TEST

START_TEST(lapic_timer_stops_with_svr_and_init)
{
    wr(LVT_T, 0x41), wr(DIVIDE, 0xb), wr(INITIAL, 100);
    rig_run(&rig, 30);
    wr(SVR, 0xff); /* masked: no event, and it counts */
    ck_assert_uint_eq(clock_next(&rig.clock), TIME_NEVER);
    rig_run(&rig, 30);
    ck_assert_uint_eq(rd(CURRENT), 40);
    wr(SVR, 0x1ff), wr(LVT_T, 0x41);
    message(0, false, APIC_INIT, 0, false);
    ck_assert_uint_eq(clock_next(&rig.clock), TIME_NEVER);
    ck_assert_uint_eq(rd(INITIAL), 0);
    ck_assert_uint_eq(rd(CURRENT), 0);
}
END_TEST

/* --- A saved state --- */

START_TEST(lapic_load_maps_it_where_the_state_says)
{
    static const uint64_t bases[] = {BASE | 0x900, 0xd0000900, BASE | 0x100};
    for (unsigned i = 0; i < ARRAY_LEN(bases); i++) {
        la->base = bases[i];
        la->dev.cls->post_load(&la->dev);
        const struct mapping *m = mem_mapping(rig.bus.mem, 0);
        if (bases[i] & 0x800)
            ck_assert_uint_eq(m->live_base, bases[i] & ~UINT64_C(0xfff));
        else
            ck_assert_ptr_null(m);
    }
}
END_TEST

START_TEST(lapic_print_shows_vectors_and_the_timer)
{
    static const char want[] =
        "lapic: base=0fee00000 id=5 tpr=10 ppr=60 ldr=02000000 dfr=ffffffff svr=1ff esr=00 icr=0000000000040071\n"
        " LVT timer    20041\n LVT thermal  10000 masked\n LVT perf     10000 masked\n LVT LINT0    08051\n"
        " LVT LINT1    10000 masked\n LVT error    10000 masked\n"
        " timer: initial=100 current=70 divided by 1\n IRR: 71\n ISR: 20 61\n TMR: 61\n";
    struct buf out = {0};
    wr(ID, 0x05000000), wr(LDR, 0x02000000);
    wr(LVT_T, 0x20041), wr(DIVIDE, 0xb), wr(INITIAL, 100), rig_run(&rig, 30);
    wr(ICR, SELF | 0x20), ack();
    message(5, false, APIC_FIXED, 0x61, true), ack();
    wr(TPR, 0x10), wr(LVT_L0, LEVEL | 0x51), wr(ICR, SELF | 0x71);
    la->dev.cls->print(&la->dev, &out);
    ck_assert_str_eq((const char *)out.data, want);
    ck_assert_uint_eq(la->count, 100); /* looking changes nothing */
    buf_free(&out);
}
END_TEST

TCase *lapic_tests(void)
{
    TCase *t = tcase_create("lapic");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, lapic_reserved_registers_are_errors_and_read_0);
    tcase_add_test(t, lapic_parts_of_a_register_read_its_bytes);
    tcase_add_test(t, lapic_masks_of_written_bits);
    tcase_add_test(t, lapic_priority_registers);
    tcase_add_test(t, lapic_every_vector_has_its_bit_and_below_16_is_an_error);
    tcase_add_test(t, lapic_message_goes_to_its_destination);
    tcase_add_test(t, lapic_message_while_disabled);
    tcase_add_test(t, lapic_ipi_modes_triggers_and_shorthands);
    tcase_add_test(t, lapic_lint_pins_by_mode_on_either_pin);
    tcase_add_test(t, lapic_eoi_is_for_the_pin_of_its_vector);
    tcase_add_test(t, lapic_pins_while_disabled_by_msr);
    tcase_add_test(t, lapic_wakes_with_what_cannot_be_masked);
    tcase_add_test(t, lapic_timer_count_and_interrupts_at_any_moment);
    tcase_add_test(t, lapic_timer_masked_for_several_periods_keeps_its_phase);
    tcase_add_test(t, lapic_timer_stops_with_svr_and_init);
    tcase_add_test(t, lapic_load_maps_it_where_the_state_says);
    tcase_add_test(t, lapic_print_shows_vectors_and_the_timer);
    return t;
}
