/* SPDX-License-Identifier: MIT */
/*
 * Real mode (SDM 3A 20.1): far calls and returns of both sizes, interrupts and what stops them, to the byte; what comes
 * of segment registers that were null in protected mode. And system instructions that other files leave out.
 */
#include "tests/cpu/rig.h"

enum { SP = 0xff00, FAR_SEG = 0x3000, FAR_OFF = 0x1234 };

static struct cpu *real(void)
{
    rig_real();
    rig.cpu->regs[RAX] = 0;
    put8((FAR_SEG << 4) + FAR_OFF, HLT);
    return rig.cpu;
}

/* --- Far CALL and RET: SDM 2A, 2B --- */

START_TEST(far_call_pushes_cs_and_the_next_ip)
{
    struct cpu *c = real();
    RUN(0x90, 0x9a, IMM16(FAR_OFF), IMM16(FAR_SEG));
    ck_assert(c->halted);
    ck_assert_uint_eq(c->seg[SEG_CS].sel, FAR_SEG);
    ck_assert_uint_eq(c->seg[SEG_CS].base, FAR_SEG << 4);
    ck_assert_uint_eq(c->rip, FAR_OFF + 1);
    ck_assert_uint_eq(c->regs[RSP], SP - 4);
    ck_assert_uint_eq(peek16(SP - 2), CODE_AT >> 4);
    ck_assert_uint_eq(peek16(SP - 4), 6);
    c = real();
    put32(SP - 4, 0xaaaaaaaa);
    RUN(0x66, 0x9a, IMM32(FAR_OFF), IMM16(FAR_SEG));
    ck_assert(c->halted);
    ck_assert_uint_eq(c->rip, FAR_OFF + 1);
    ck_assert_uint_eq(c->regs[RSP], SP - 8);
    ck_assert_uint_eq(peek16(SP - 4), CODE_AT >> 4);
    ck_assert_uint_eq(peek32(SP - 8), 8);
}
END_TEST

/* The frame of the handler in real mode: IP, CS, FLAGS. */
static void assert_real_fault(int vector, unsigned ip, unsigned sp)
{
    ck_assert_int_eq(rig_vector(), vector);
    ck_assert_uint_eq(rig.cpu->regs[RSP], sp - 6);
    ck_assert_uint_eq(peek16(sp - 6), ip);
    ck_assert_uint_eq(peek16(sp - 4), CODE_AT >> 4);
}

START_TEST(far_transfer_ends_at_the_limit_to_the_byte)
{
    for (unsigned beyond = 0; beyond < 2; beyond++) {
        uint32_t off = 0xffff + beyond;
        const uint8_t jump[] = {0x66, 0xea, IMM32(off), IMM16(FAR_SEG)},
                      call[] = {0x66, 0x9a, IMM32(off), IMM16(FAR_SEG)};
        const uint8_t ret[] = {0x66, 0xcb}, iret[] = {0x66, 0xcf};
        const struct {
            const uint8_t *code;
            unsigned len;
            int pops; /* bytes */
        } t[] = {{jump, sizeof jump, 0}, {call, sizeof call, -8}, {ret, sizeof ret, 8}, {iret, sizeof iret, 12}};
        for (unsigned k = 0; k < ARRAY_LEN(t); k++) {
            struct cpu *c = real();
            put8((FAR_SEG << 4) + 0xffff, HLT);
            put32(SP, off);
            put32(SP + 4, FAR_SEG);
            put32(SP + 8, FL_1);
            run_bytes(t[k].code, t[k].len, 20);
            if (beyond) {
                assert_real_fault(EXC_GP, 0, SP);
            } else {
                ck_assert(c->halted);
                ck_assert_uint_eq(c->seg[SEG_CS].base, FAR_SEG << 4);
                ck_assert_uint_eq(c->regs[RSP], (unsigned)(SP + t[k].pops));
            }
        }
    }
}
END_TEST

START_TEST(far_return_takes_ip_and_cs_and_drops_bytes)
{
    static const struct {
        uint8_t code[4];
        unsigned sp;
        bool wide;
    } t[] = {{{0xcb}, SP + 4, false},
             {{0xca, 6, 0}, SP + 10, false},
             {{0x66, 0xcb}, SP + 8, true},
             {{0x66, 0xca, 6, 0}, SP + 14, true}};
    for (unsigned k = 0; k < ARRAY_LEN(t); k++) {
        struct cpu *c = real();
        put32(SP, t[k].wide ? FAR_OFF : FAR_OFF | FAR_SEG << 16);
        put32(SP + 4, 0xdead0000 | FAR_SEG);
        run_bytes(t[k].code, sizeof t[k].code, 20);
        ck_assert(c->halted);
        ck_assert_uint_eq(c->seg[SEG_CS].sel, FAR_SEG);
        ck_assert_uint_eq(c->rip, FAR_OFF + 1);
        ck_assert_uint_eq(c->regs[RSP], t[k].sp);
    }
}
END_TEST

/* A word at SP 1 reaches beyond FFFFh: #SS, which cannot be pushed either. */
START_TEST(pushes_beyond_the_stack_segment_end_in_shutdown)
{
    static const uint8_t call[] = {0x9a, IMM16(FAR_OFF), IMM16(FAR_SEG), 0x40}, int_n[] = {0xcd, 32, 0x40};
    for (unsigned k = 0; k < 2; k++) {
        struct cpu *c = real();
        c->regs[RSP] = 1;
        put16(4 * 32, FAR_OFF);
        put16(4 * 32 + 2, FAR_SEG);
        uint64_t from = rig.clock.pos;
        run_bytes(k ? int_n : call, k ? sizeof int_n : sizeof call, 20);
        ck_assert(c->shutdown);
        ck_assert_uint_eq(c->regs[RAX], 0); /* nothing runs any more */
        ck_assert_uint_eq(rig.clock.pos, from + 1);
        ck_assert_uint_eq(c->regs[RSP], 1);
        ck_assert_uint_eq(c->seg[SEG_CS].sel, CODE_AT >> 4);
    }
}
END_TEST

/* --- Interrupts --- */

START_TEST(handler_beyond_the_limit_of_cs_is_gp)
{
    for (unsigned beyond = 0; beyond < 2; beyond++) {
        struct cpu *c = real();
        c->seg[SEG_CS].limit = 0x7fff; /* which real mode keeps */
        put16(4 * 32, (uint16_t)(0x7fff + beyond));
        put16(4 * 32 + 2, FAR_SEG);
        put8((FAR_SEG << 4) + 0x7fff, HLT);
        RUN(0x90, 0xcd, 32);
        if (beyond) {
            assert_real_fault(EXC_GP, 1, SP);
        } else {
            ck_assert_uint_eq(c->seg[SEG_CS].sel, FAR_SEG);
            ck_assert_uint_eq(peek16(SP - 6), 3);
        }
    }
}
END_TEST

START_TEST(vectors_lie_where_idtr_says)
{
    struct cpu *c = real();
    c->idtr.base = 0x9000;
    put16(0x9000 + 4 * 32, FAR_OFF);
    put16(0x9000 + 4 * 32 + 2, FAR_SEG);
    RUN(0xcd, 32);
    ck_assert(c->halted);
    ck_assert_uint_eq(c->rip, FAR_OFF + 1);
    ck_assert_uint_eq(c->seg[SEG_CS].sel, FAR_SEG);
}
END_TEST

/* SDM 3A 20.1.4: IF, TF, RF and AC are cleared, all else stays; IRET brings back what was pushed. */
START_TEST(interrupt_clears_if_tf_ac_and_iret_restores)
{
    struct cpu *c = real();
    uint32_t flags = FL_CF | FL_PF | FL_AF | FL_ZF | FL_SF | FL_OF | FL_DF | FL_IF | FL_IOPL | FL_NT;
    cpu_set_eflags(c, flags | FL_AC);
    put16(4 * 32, FAR_OFF);
    put16(4 * 32 + 2, FAR_SEG);
    RUN(0xcd, 32, HLT);
    ck_assert_uint_eq(cpu_eflags(c), (flags | FL_1) & ~(uint32_t)FL_IF);
    ck_assert_uint_eq(peek16(SP - 2), flags | FL_1);
    cpu_set_eflags(c, 0);
    put8((FAR_SEG << 4) + FAR_OFF + 1, 0xcf);
    c->halted = false;
    cpu_run(c, rig.clock.pos + 10);
    ck_assert_uint_eq(c->rip, 3);
    ck_assert_uint_eq(c->regs[RSP], SP);
    ck_assert_uint_eq(cpu_eflags(c), flags | FL_1);
}
END_TEST

/* --- From protected mode --- */

START_TEST(null_segment_becomes_usable_by_a_load_in_real_mode)
{
    rig_protected();
    struct cpu *c = rig.cpu;
    seg_set_null(&c->seg[SEG_ES], 0);
    c->cr0 &= ~(uint64_t)CR0_PE;
    mode_update(c);
    ck_assert(!load_seg(c, SEG_ES, 0x4000));
    ck_assert_uint_eq(c->seg[SEG_ES].base, 0x40000);
    ck_assert_uint_eq(c->seg[SEG_ES].limit, 0xffff);
    ck_assert(seg_allows(&c->seg[SEG_ES], 0xffff, 1, ACC_WRITE));
    ck_assert(!seg_allows(&c->seg[SEG_ES], 0xffff, 2, ACC_READ));
}
END_TEST

/* --- System instructions --- */

START_TEST(cli_clears_if_alone)
{
    for (unsigned cpl = 0; cpl < 4; cpl += 3)
        for (unsigned level = 0; level < 4; level++) {
            uint32_t flags = FL_1 | FL_CF | FL_DF | level << 12;
            rig_protected();
            if (cpl)
                rig_user();
            cpu_set_eflags(rig.cpu, flags | FL_IF);
            RUN(0xfa, 0xcd, 32);
            bool allowed = cpl <= level;
            ck_assert_int_eq(rig_vector(), allowed ? 32 : EXC_GP);
            if (allowed)
                ck_assert_uint_eq(frame_word(2), flags);
            else
                ck_assert_uint_eq(frame_word(3), flags | FL_IF | FL_RF);
        }
}
END_TEST

START_TEST(cr2_keeps_what_is_written)
{
    rig_protected();
    RUN(MOV_EAX(0x12345678), 0x0f, 0x22, 0xd0, 0x0f, 0x20, 0xd3, HLT);
    ck_assert_uint_eq(rig.cpu->cr2, 0x12345678);
    ck_assert_uint_eq(rig.cpu->regs[RBX], 0x12345678);
}
END_TEST

/* SDM 2B SLDT, STR, SMSW: a register of 32 bits is written whole, of 16 bits by half. */
START_TEST(selectors_are_stored_by_the_size_of_the_register)
{
    for (unsigned word = 0; word < 2; word++) {
        rig_protected();
        rig.cpu->ldtr.sel = 0x1234;
        for (unsigned r = RAX; r <= RDX; r++)
            rig.cpu->regs[r] = 0xffffffff;
        if (word)
            RUN(0x66, 0x0f, 0x00, 0xc0, 0x66, 0x0f, 0x00, 0xc9, 0x66, 0x0f, 0x01, 0xe2, HLT);
        else
            RUN(0x0f, 0x00, 0xc0, 0x0f, 0x00, 0xc9, 0x0f, 0x01, 0xe2, HLT);
        uint32_t high = word ? 0xffff0000 : 0, cr0 = (uint32_t)rig.cpu->cr0;
        ck_assert_uint_eq(rig.cpu->regs[RAX], high | 0x1234);
        ck_assert_uint_eq(rig.cpu->regs[RCX], high | SEL_TSS);
        ck_assert_uint_eq(rig.cpu->regs[RDX], word ? high | (cr0 & 0xffff) : cr0);
    }
}
END_TEST

/* SDM 2A CMPXCHG8B: ZF alone changes; the memory operand or EDX:EAX is loaded. */
START_TEST(cmpxchg8b_compares_all_64_bits)
{
    for (unsigned bit = 0; bit <= 64; bit++)
        for (unsigned f = 0; f < 2; f++) {
            uint64_t there = UINT64_C(0x8123456789abcdef) ^ (bit < 64 ? UINT64_C(1) << bit : 0);
            uint32_t flags = FL_1 | (f ? FL_ARITH : 0);
            rig_protected();
            struct cpu *c = rig.cpu;
            put32(DATA_AT, (uint32_t)there);
            put32(DATA_AT + 4, (uint32_t)(there >> 32));
            c->regs[RAX] = 0x89abcdef;
            c->regs[RDX] = 0x81234567;
            c->regs[RBX] = 0x11112222;
            c->regs[RCX] = 0x33334444;
            cpu_set_eflags(c, flags);
            RUN(0x0f, 0xc7, 0x0d, IMM32(DATA_AT), HLT);
            bool equal = bit == 64;
            ck_assert_uint_eq(cpu_eflags(c), (flags & ~(uint32_t)FL_ZF) | (equal ? FL_ZF : 0));
            ck_assert_uint_eq(peek32(DATA_AT), equal ? 0x11112222 : (uint32_t)there);
            ck_assert_uint_eq(peek32(DATA_AT + 4), equal ? 0x33334444 : (uint32_t)(there >> 32));
            ck_assert_uint_eq(c->regs[RAX], equal ? 0x89abcdef : (uint32_t)there);
            ck_assert_uint_eq(c->regs[RDX], equal ? 0x81234567 : (uint32_t)(there >> 32));
        }
}
END_TEST

TCase *real_tests(void)
{
    TCase *t = tcase_create("real mode");
    tcase_add_test(t, far_call_pushes_cs_and_the_next_ip);
    tcase_add_test(t, far_transfer_ends_at_the_limit_to_the_byte);
    tcase_add_test(t, far_return_takes_ip_and_cs_and_drops_bytes);
    tcase_add_test(t, pushes_beyond_the_stack_segment_end_in_shutdown);
    tcase_add_test(t, handler_beyond_the_limit_of_cs_is_gp);
    tcase_add_test(t, vectors_lie_where_idtr_says);
    tcase_add_test(t, interrupt_clears_if_tf_ac_and_iret_restores);
    tcase_add_test(t, null_segment_becomes_usable_by_a_load_in_real_mode);
    tcase_add_test(t, cli_clears_if_alone);
    tcase_add_test(t, cr2_keeps_what_is_written);
    tcase_add_test(t, selectors_are_stored_by_the_size_of_the_register);
    tcase_add_test(t, cmpxchg8b_compares_all_64_bits);
    return t;
}
