/* SPDX-License-Identifier: MIT */
/*
 * Descriptors of every type, DPL, RPL and CPL, by the rules of SDM 3A 5.5-5.8 and the pseudocode of MOV, JMP, CALL, RET
 * and IRET in SDM 2A, 2B: loads of data and stack segments, direct far transfers, call gates, returns.
 */
#include "tests/cpu/rig.h"

enum {
    SEL_LEVEL = SEL_FREE, /* code and data of level n: SEL_LEVEL + 16n and 8 behind */
    SEL_X = SEL_FREE + 0x40,
    SEL_GATE = SEL_FREE + 0x48,
    TARGET = CODE_AT + 0x100,
    STACKS = 0x20000, /* level n: from + 1000h * n downwards, n > 0 */
    S = 0x10,
    PRESENT = 0x80,
    NONE = -1
};

struct outcome {
    int vector; /* NONE: it went well */
    uint32_t code;
    unsigned cpl;
};

static uint16_t code_sel(unsigned level)
{
    return (uint16_t)((SEL_LEVEL + 16 * level) | level);
}
static uint16_t data_sel(unsigned level)
{
    return (uint16_t)((SEL_LEVEL + 16 * level + 8) | level);
}

static void at_level(unsigned cpl)
{
    struct cpu *c = rig.cpu;
    struct desc d;
    for (unsigned n = 0; n < 4; n++) {
        put_desc(code_sel(n) & ~3, 0, 0xfffff, (uint8_t)(0x9b | n << 5), 0xc);
        put_desc(data_sel(n) & ~3, 0, 0xfffff, (uint8_t)(0x93 | n << 5), 0xc);
        if (n < 3) {
            put32(TSS_AT + 4 + 8 * n, STACKS + 0x1000 * (n + 1));
            put32(TSS_AT + 8 + 8 * n, data_sel(n));
        }
    }
    ck_assert(!desc_read(c, code_sel(cpl), EXC_GP, &d));
    set_cs(c, code_sel(cpl), &d, cpl);
    ck_assert(!load_seg(c, SEG_SS, data_sel(cpl)));
    for (unsigned seg = 0; seg < NSEGS; seg++)
        if (seg != SEG_CS && seg != SEG_SS)
            ck_assert(!load_seg(c, seg, SEL_DATA3));
    c->regs[RSP] = STACKS + 0x1000 * (cpl + 1) - 0x100;
}

/* One instruction, and what came of it. */
static struct outcome one(const uint8_t *code, unsigned len)
{
    struct cpu *c = rig.cpu;
    run_bytes(code, len, 1);
    uint64_t v = c->rip - HANDLERS_AT;
    if (c->seg[SEG_CS].sel == SEL_CODE0 && v < 32)
        return (struct outcome){(int)v, frame_word(0), 0};
    return (struct outcome){NONE, 0, c->cpl};
}

static void assert_same(struct outcome got, struct outcome want, const char *what, unsigned type, unsigned dpl,
                        unsigned rpl, unsigned cpl)
{
    bool same = got.vector == want.vector && (want.vector == NONE ? got.cpl == want.cpl : got.code == want.code);
    ck_assert_msg(same, "%s: type %x, DPL %u, RPL %u, CPL %u: %d(%x) level %u, not %d(%x) level %u", what, type, dpl,
                  rpl, cpl, got.vector, got.code, got.cpl, want.vector, want.code, want.cpl);
}

static struct outcome fault(int vector, uint32_t code)
{
    return (struct outcome){vector, code & 0xfffc, 0};
}
static struct outcome fine(unsigned cpl)
{
    return (struct outcome){NONE, 0, cpl};
}

/* Types with S, P, and without each; `type` has no DPL. */
#define EACH_CASE                                             \
    for (unsigned cpl = 0; cpl < 4; cpl++)                    \
        for (unsigned rpl = 0; rpl < 4; rpl++)                \
            for (unsigned dpl = 0; dpl < 4; dpl++)            \
                for (unsigned type = 0; type < 0x100; type++) \
                    if (!(type & 0x60))

static bool is_code(unsigned type)
{
    return (type & (S | 8)) == (S | 8);
}
static bool is_conforming(unsigned type)
{
    return is_code(type) && type & 4;
}

static struct outcome data_rule(unsigned type, unsigned dpl, unsigned rpl, unsigned cpl)
{
    bool readable = type & S && (!is_code(type) || type & 2);
    if (!readable || (!is_conforming(type) && (rpl > dpl || cpl > dpl)))
        return fault(EXC_GP, SEL_X);
    return type & PRESENT ? fine(cpl) : fault(EXC_NP, SEL_X);
}
static struct outcome stack_rule(unsigned type, unsigned dpl, unsigned rpl, unsigned cpl)
{
    if (rpl != cpl || dpl != cpl || !(type & S) || is_code(type) || !(type & 2))
        return fault(EXC_GP, SEL_X);
    return type & PRESENT ? fine(cpl) : fault(EXC_SS, SEL_X);
}

START_TEST(segment_loads_by_type_and_level)
{
    static const uint8_t mov[][2] = {{0x8e, 0xd8}, {0x8e, 0xc0}, {0x8e, 0xe0}, {0x8e, 0xe8}, {0x8e, 0xd0}};
    rig_protected();
    EACH_CASE
    {
        unsigned which = (type + rpl + cpl) % 4; /* one of DS, ES, FS, GS, and SS */
        for (unsigned stack = 0; stack < 2; stack++) {
            at_level(cpl);
            put_desc(SEL_X, 0, 0xfffff, (uint8_t)(type | dpl << 5), 0xc);
            rig.cpu->regs[RAX] = SEL_X | rpl;
            struct outcome got = one(mov[stack ? 4 : which], 2);
            struct outcome want = (stack ? stack_rule : data_rule)(type, dpl, rpl, cpl);
            assert_same(got, want, stack ? "SS" : "data", type, dpl, rpl, cpl);
            ck_assert_uint_eq(peek8(GDT_AT + SEL_X + 5), type | dpl << 5 | (want.vector == NONE)); /* accessed */
        }
    }
}
END_TEST

static struct outcome direct_rule(unsigned type, unsigned dpl, unsigned rpl, unsigned cpl)
{
    if (!is_code(type) || (is_conforming(type) ? dpl > cpl : rpl > cpl || dpl != cpl))
        return fault(EXC_GP, SEL_X);
    return type & PRESENT ? fine(cpl) : fault(EXC_NP, SEL_X);
}

static bool leads_on(unsigned type) /* gates and TSSs */
{
    return !(type & S) && (0x1a3a >> (type & 15) & 1);
}

START_TEST(far_jumps_and_calls_by_type_and_level)
{
    rig_protected();
    EACH_CASE
    {
        if (leads_on(type))
            continue;
        for (unsigned call = 0; call < 2; call++) {
            const uint8_t code[] = {call ? 0x9a : 0xea, IMM32(TARGET), IMM16(SEL_X | rpl)};
            at_level(cpl);
            put_desc(SEL_X, 0, 0xfffff, (uint8_t)(type | dpl << 5), 0xc);
            struct outcome got = one(code, sizeof code), want = direct_rule(type, dpl, rpl, cpl);
            assert_same(got, want, call ? "CALL" : "JMP", type, dpl, rpl, cpl);
            if (got.vector != NONE)
                continue;
            ck_assert_uint_eq(rig.cpu->rip, TARGET);
            ck_assert_uint_eq(rig.cpu->seg[SEG_CS].sel, SEL_X | cpl);
            ck_assert_uint_eq(peek8(GDT_AT + SEL_X + 5), type | dpl << 5 | 1);
        }
    }
}
END_TEST

/* Through a gate of DPL 3 to code of every type; RPL plays no part any more. */
static struct outcome gate_rule(unsigned type, unsigned dpl, unsigned cpl, bool call)
{
    bool conforming = is_conforming(type);
    if (!is_code(type) || dpl > cpl || (!call && !conforming && dpl != cpl))
        return fault(EXC_GP, SEL_X);
    if (!(type & PRESENT))
        return fault(EXC_NP, SEL_X);
    return fine(conforming ? cpl : dpl);
}

START_TEST(call_gates_by_target_type_and_level)
{
    static const uint8_t gates[] = {0xe4, 0xec};
    rig_protected();
    EACH_CASE
    {
        for (unsigned k = 0; k < 4; k++) {
            bool call = k & 1, wide = k & 2;
            const uint8_t code[] = {call ? 0x9a : 0xea, IMM32(0x12345678), IMM16(SEL_GATE | 3)};
            at_level(cpl);
            put_desc(SEL_X, wide ? 0 : TARGET & ~0xffff, 0xfffff, (uint8_t)(type | dpl << 5), 0xc);
            put_gate(SEL_GATE, gates[wide], (uint16_t)(SEL_X | rpl), wide ? TARGET : TARGET & 0xffff, 0);
            for (unsigned n = 0; n < cpl; n++)
                put_desc(data_sel(n) & ~3, 0, 0xfffff, (uint8_t)(0x92 | n << 5), 0xc);
            struct outcome got = one(code, sizeof code), want = gate_rule(type, dpl, cpl, call);
            assert_same(got, want, call ? "CALL by gate" : "JMP by gate", type, dpl, rpl, cpl);
            if (got.vector != NONE)
                continue;
            ck_assert_uint_eq(rig.cpu->rip, wide ? TARGET : TARGET & 0xffff);
            ck_assert_uint_eq(rig.cpu->seg[SEG_CS].sel, SEL_X | got.cpl);
            ck_assert_uint_eq(rig.cpu->seg[SEG_SS].sel, data_sel(got.cpl));
            ck_assert_uint_eq(peek8(GDT_AT + SEL_X + 5), type | dpl << 5 | 1); /* accessed */
            ck_assert_uint_eq(peek8(GDT_AT + (data_sel(got.cpl) & ~3u) + 5), 0x93 | got.cpl << 5);
            uint32_t top = STACKS + 0x1000 * (got.cpl + 1) - (got.cpl == cpl ? 0x100 : 0);
            unsigned words = !call ? 0 : got.cpl == cpl ? 2 : 4;
            ck_assert_uint_eq(rig.cpu->regs[RSP], top - words * (wide ? 4 : 2));
        }
    }
}
END_TEST

START_TEST(call_gate_by_its_own_level_and_presence)
{
    rig_protected();
    for (unsigned n = 0; n < 4 * 4 * 4 * 2 * 2; n++) {
        unsigned cpl = n & 3, rpl = n >> 2 & 3, dpl = n >> 4 & 3;
        bool present = n & 0x40, call = n & 0x80;
        const uint8_t code[] = {call ? 0x9a : 0xea, IMM32(0), IMM16(SEL_GATE | rpl)};
        at_level(cpl);
        put_gate(SEL_GATE, (uint8_t)(0x0c | dpl << 5 | (present ? PRESENT : 0)), code_sel(cpl), TARGET, 0);
        struct outcome want = dpl < cpl || dpl < rpl ? fault(EXC_GP, SEL_GATE)
                              : !present             ? fault(EXC_NP, SEL_GATE)
                                                     : fine(cpl);
        assert_same(one(code, sizeof code), want, call ? "CALL" : "JMP", present, dpl, rpl, cpl);
    }
}
END_TEST

/* Parameters: as many words of the gate's size as it says, 0 to 31, in their order. */
START_TEST(call_gate_copies_0_to_31_parameters)
{
    static const uint8_t gates[] = {0xe4, 0xec};
    rig_protected();
    for (unsigned wide = 0; wide < 2; wide++)
        for (unsigned n = 0; n < 32; n++) {
            static const uint8_t code[] = {0x9a, IMM32(0), IMM16(SEL_GATE | 3)};
            unsigned size = wide ? 4 : 2;
            at_level(3);
            put_desc(SEL_X, wide ? 0 : TARGET & ~0xffff, 0xfffff, 0x9b, 0xc);
            put_gate(SEL_GATE, gates[wide], SEL_X, wide ? TARGET : TARGET & 0xffff, n | 0xe0); /* 5 bits count */
            uint32_t from = (uint32_t)rig.cpu->regs[RSP];
            for (unsigned k = 0; k < 64; k++)
                put16(from + 2 * k, (uint16_t)(0x4000 + k));
            one(code, sizeof code);
            uint32_t sp = (uint32_t)rig.cpu->regs[RSP];
            ck_assert_uint_eq(sp, STACKS + 0x1000 - size * (n + 4));
            for (unsigned k = 0; k < n * size / 2; k++)
                ck_assert_uint_eq(peek16(sp + 2 * size + 2 * k), 0x4000 + k);
            ck_assert_uint_eq(peek16(sp + size * (n + 2)), from & 0xffff);
            ck_assert_uint_eq(peek16(sp + size * (n + 3)), data_sel(3));
        }
}
END_TEST

static struct outcome return_rule(unsigned type, unsigned dpl, unsigned rpl, unsigned cpl)
{
    if (!is_code(type) || rpl < cpl || (is_conforming(type) ? dpl > rpl : dpl != rpl))
        return fault(EXC_GP, SEL_X);
    return type & PRESENT ? fine(rpl) : fault(EXC_NP, SEL_X);
}

START_TEST(returns_by_type_and_level)
{
    rig_protected();
    EACH_CASE
    {
        for (unsigned k = 0; k < 3; k++) { /* RETF, RETF 8, IRET */
            static const uint8_t code[3][3] = {{0xcb}, {0xca, 8, 0}, {0xcf}};
            at_level(cpl);
            put_desc(SEL_X, 0, 0xfffff, (uint8_t)(type | dpl << 5), 0xc);
            put_desc(data_sel(rpl) & ~3, 0, 0xfffff, (uint8_t)(0x92 | rpl << 5), 0xc); /* not accessed yet */
            uint32_t sp = (uint32_t)rig.cpu->regs[RSP], w[7] = {TARGET, SEL_X | rpl}, n = 2;
            if (k == 2)
                w[n++] = FL_1;
            if (k == 1)
                n += 2;
            w[n++] = 0x2f000;
            w[n++] = data_sel(rpl);
            put(sp, w, sizeof w);
            cpu_set_eflags(rig.cpu, FL_1);
            struct outcome got = one(code[k], k == 1 ? 3 : 1), want = return_rule(type, dpl, rpl, cpl);
            assert_same(got, want, k == 2 ? "IRET" : "RETF", type, dpl, rpl, cpl);
            if (got.vector != NONE)
                continue;
            ck_assert_uint_eq(rig.cpu->rip, TARGET);
            ck_assert_uint_eq(rig.cpu->seg[SEG_CS].sel, SEL_X | rpl);
            ck_assert_uint_eq(peek8(GDT_AT + SEL_X + 5), type | dpl << 5 | 1);
            ck_assert_uint_eq(peek8(GDT_AT + (data_sel(rpl) & ~3u) + 5), 0x92 | rpl << 5 | (rpl > cpl));
            uint32_t dropped = k == 1 ? 8 : 0;
            ck_assert_uint_eq(rig.cpu->regs[RSP], rpl > cpl ? 0x2f000 + dropped : sp + (k == 2 ? 12 : 8) + dropped);
        }
    }
}
END_TEST

/* Offsets: the segment's last byte and the one behind, for each way in. */
START_TEST(target_offset_to_the_byte)
{
    rig_protected();
    for (unsigned way = 0; way < 6; way++)
        for (int d = 0; d < 2; d++) {
            at_level(0);
            put_desc(SEL_X, 0, TARGET - d, 0x9b, 0x4);
            put_gate(SEL_GATE, 0xec, SEL_X, TARGET, 0);
            uint32_t w[] = {TARGET, SEL_X, FL_1};
            put((uint32_t)rig.cpu->regs[RSP], w, sizeof w);
            const uint8_t code[6][7] = {{0xea, IMM32(TARGET), IMM16(SEL_X)},
                                        {0x9a, IMM32(TARGET), IMM16(SEL_X)},
                                        {0xea, IMM32(0), IMM16(SEL_GATE)},
                                        {0x9a, IMM32(0), IMM16(SEL_GATE)},
                                        {0xcb},
                                        {0xcf}};
            uint64_t sp = rig.cpu->regs[RSP];
            struct outcome got = one(code[way], 7);
            assert_same(got, d ? fault(EXC_GP, 0) : fine(0), "offset", way, 0, 0, 0);
            if (d)
                ck_assert_uint_eq(frame_word(1), CODE_AT);
            if (d)
                ck_assert_uint_eq(rig.cpu->regs[RSP], sp - 16);
        }
}
END_TEST

/* Selectors: the last descriptor of a table and what lies beyond; null in its four forms. */
START_TEST(selectors_to_the_byte)
{
    for (int d = -1; d <= 0; d++)
        for (unsigned local = 0; local < 2; local++)
            for (unsigned way = 0; way < 3; way++) {
                uint16_t sel = (uint16_t)(0x90 | (local ? 4 : 0));
                const uint8_t code[3][7] = {
                    {0x8e, 0xd8}, {0xea, IMM32(TARGET), IMM16(sel)}, {0x9a, IMM32(TARGET), IMM16(sel)}};
                struct cpu *c = rig.cpu;
                rig_protected();
                at_level(0);
                put_desc(sel, 0, 0xfffff, 0x9b, 0xc);
                c->ldtr = (struct seg){.base = LDT_AT, .limit = 0x7ff, .attr = DESC_P | SYS_LDT << 8};
                if (local)
                    c->ldtr.limit = (uint32_t)(0x97 + d);
                else
                    c->gdtr.limit = (uint16_t)(0x97 + d);
                c->regs[RAX] = sel;
                assert_same(one(code[way], 7), d ? fault(EXC_GP, sel) : fine(0), "selector", way, local, 0, 0);
            }
    for (unsigned rpl = 0; rpl < 4; rpl++)
        for (unsigned way = 0; way < 5; way++) {
            const uint8_t code[5][7] = {{0x8e, 0xd8},
                                        {0x8e, 0xd0},
                                        {0xea, IMM32(TARGET), IMM16(rpl)},
                                        {0x9a, IMM32(TARGET), IMM16(rpl)},
                                        {0xcb}};
            uint32_t w[] = {TARGET, rpl, 0, 0};
            rig_protected();
            at_level(0);
            put((uint32_t)rig.cpu->regs[RSP], w, sizeof w);
            rig.cpu->regs[RAX] = rpl;
            assert_same(one(code[way], 7), way ? fault(EXC_GP, 0) : fine(0), "null", way, 0, rpl, 0);
        }
}
END_TEST

TCase *transfer_tests(void)
{
    TCase *t = tcase_create("descriptors by type and level");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, segment_loads_by_type_and_level);
    tcase_add_test(t, far_jumps_and_calls_by_type_and_level);
    tcase_add_test(t, call_gates_by_target_type_and_level);
    tcase_add_test(t, call_gate_by_its_own_level_and_presence);
    tcase_add_test(t, call_gate_copies_0_to_31_parameters);
    tcase_add_test(t, returns_by_type_and_level);
    tcase_add_test(t, target_offset_to_the_byte);
    tcase_add_test(t, selectors_to_the_byte);
    return t;
}
