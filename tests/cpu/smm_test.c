/* SPDX-License-Identifier: MIT */
/* System-management mode: SDM 3C chapter 34. The handler is put where SMBASE says; RSM is 0F AA. */
#include "tests/cpu/rig.h"

#include "isa/cpuid.h"

enum { SMBASE = 0x30000, SMBASE2 = 0x50000, HANDLER = SMBASE + 0x8000, MAP = SMBASE + 0xfe00 };
enum {
    MAP_CR0 = SMBASE + 0xfffc,
    MAP_EFLAGS = SMBASE + 0xfff4,
    MAP_EIP = SMBASE + 0xfff0,
    MAP_EAX = SMBASE + 0xffd0,
    MAP_CS = SMBASE + 0xffac,
    MAP_HALT = SMBASE + 0xff02,
    MAP_REVISION = SMBASE + 0xfefc,
    MAP_SMBASE = SMBASE + 0xfef8,
    MAP_DR7 = SMBASE + 0xffc8,
    MAP_TR = SMBASE + 0xffc4
};
#define RSM      0x0f, 0xaa
#define INT_DONE 0xcd, 32

static void handler(const uint8_t *code, unsigned len)
{
    put(HANDLER, code, len);
}
#define HANDLER_IS(...)                               \
    do {                                              \
        static const uint8_t code_[] = {__VA_ARGS__}; \
        handler(code_, sizeof code_);                 \
    } while (0)

static void raise_smi(void)
{
    struct cpu_pins pins = cpu_pins(rig.cpu);
    pins.smi(pins.ctx);
}

/* Records SMIACT#. */
static int smiact_level, smiact_edges;
static void smiact(void *ctx, int n, int level)
{
    (void)ctx;
    (void)n;
    smiact_edges += level != smiact_level;
    smiact_level = level;
}

START_TEST(smi_saves_the_state_and_enters_the_handler)
{
    struct cpu *c = rig.cpu;
    rig_protected();
    rig_user();
    cpu_set_eflags(c, FL_IF | FL_CF | FL_DF | FL_IOPL);
    c->regs[RAX] = 0x12345678;
    c->dr[7] = 0x401;
    c->cr4 = CR4_TSD;
    smiact_level = smiact_edges = 0;
    c->smiact = (struct irq_line){smiact, NULL, 0};
    HANDLER_IS(HLT);
    raise_smi();
    RUN(0x90);
    ck_assert(c->smm && c->halted);
    ck_assert_int_eq(smiact_level, 1);
    ck_assert_uint_eq(c->rip, 0x8001);
    ck_assert_uint_eq(c->seg[SEG_CS].sel, SMBASE >> 4);
    ck_assert_uint_eq(c->seg[SEG_CS].base, SMBASE);
    for (unsigned i = 0; i < NSEGS; i++) {
        ck_assert_uint_eq(c->seg[i].limit, UINT32_MAX);
        ck_assert(!(c->seg[i].attr & DESC_DB));
        if (i != SEG_CS)
            ck_assert(c->seg[i].sel == 0 && c->seg[i].base == 0);
    }
    ck_assert_uint_eq(c->cpl, 0);
    ck_assert_uint_eq(cpu_eflags(c), FL_1);
    ck_assert_uint_eq(c->cr0 & (CR0_PE | CR0_PG | CR0_EM | CR0_TS), 0);
    ck_assert_uint_eq(c->cr4, 0);
    ck_assert_uint_eq(c->dr[7], 0x400);
    ck_assert_uint_eq(c->regs[RAX], 0x12345678);
    ck_assert_uint_eq(peek32(MAP_EIP), CODE_AT);
    ck_assert_uint_eq(peek32(MAP_EFLAGS), FL_IF | FL_CF | FL_DF | FL_IOPL | FL_1);
    ck_assert_uint_eq(peek32(MAP_EAX), 0x12345678);
    ck_assert_uint_eq(peek32(MAP_CS), SEL_CODE3);
    ck_assert_uint_eq(peek32(MAP_TR), SEL_TSS);
    ck_assert_uint_eq(peek32(MAP_DR7), 0x401);
    ck_assert_uint_eq(peek32(MAP_REVISION), 0x20000);
    ck_assert_uint_eq(peek32(MAP_SMBASE), SMBASE);
    ck_assert_uint_eq(peek16(MAP_HALT), 0);
    c->smiact = (struct irq_line){0};
}
END_TEST

START_TEST(rsm_goes_back_to_where_the_smi_came)
{
    struct cpu *c = rig.cpu;
    rig_protected();
    rig_paging();
    rig_user();
    cpu_set_eflags(c, FL_IOPL | FL_CF);
    struct cpu was = *c;
    smiact_level = smiact_edges = 0;
    c->smiact = (struct irq_line){smiact, NULL, 0};
    HANDLER_IS(0x66, 0xb8, IMM32(0x777), 0x66, 0xbb, IMM32(0x888), RSM); /* what it does to registers is undone */
    raise_smi();
    RUN(0x41, INT_DONE);
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(frame_word(0), CODE_AT + 3);
    ck_assert_uint_eq(frame_word(1), SEL_CODE3);
    ck_assert_uint_eq(frame_word(2) & ~(uint32_t)FL_ARITH, FL_IOPL | FL_1);
    ck_assert_uint_eq(frame_word(2) & FL_CF, FL_CF);
    ck_assert_uint_eq(frame_word(3), was.regs[RSP]);
    ck_assert_uint_eq(c->regs[RAX], was.regs[RAX]);
    ck_assert_uint_eq(c->regs[RBX], was.regs[RBX]);
    ck_assert_uint_eq(c->cr0, was.cr0);
    ck_assert_uint_eq(c->cr3, was.cr3);
    ck_assert(!memcmp(&c->tr, &was.tr, sizeof c->tr));
    ck_assert(!memcmp(&c->ldtr, &was.ldtr, sizeof c->ldtr));
    ck_assert(!memcmp(&c->seg[SEG_DS], &was.seg[SEG_DS], sizeof c->seg[0]));
    ck_assert(!memcmp(&c->gdtr, &was.gdtr, sizeof c->gdtr));
    ck_assert(!c->smm);
    ck_assert_int_eq(smiact_edges, 2);
    ck_assert_int_eq(smiact_level, 0);
    c->smiact = (struct irq_line){0};
}
END_TEST

START_TEST(rsm_outside_smm_is_ud)
{
    rig_protected();
    RUN(RSM);
    ck_assert_int_eq(rig_vector(), EXC_UD);
}
END_TEST

START_TEST(handler_changes_what_rsm_loads)
{
    rig_protected();
    HANDLER_IS(0x66, 0x2e, 0xc7, 0x06, IMM16(0xffd0), IMM32(0xabcd1234), RSM); /* mov dword cs:[ffd0h],... */
    raise_smi();
    RUN(INT_DONE);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0xabcd1234);
}
END_TEST

START_TEST(smbase_is_relocated_by_rsm)
{
    rig_protected();
    HANDLER_IS(0x66, 0x2e, 0xc7, 0x06, IMM16(0xfef8), IMM32(SMBASE2), RSM);
    put8(SMBASE2 + 0x8000, HLT);
    raise_smi();
    RUN(INT_DONE);
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(rig.cpu->smbase, SMBASE2);
    raise_smi();
    RUN(0x90);
    ck_assert_uint_eq(rig.cpu->seg[SEG_CS].base, SMBASE2);
    ck_assert_uint_eq(peek32(SMBASE2 + 0xfff0), CODE_AT);
    cpu_init(rig.cpu);
    ck_assert_uint_eq(rig.cpu->smbase, SMBASE2);
    cpu_reset(rig.cpu);
    ck_assert_uint_eq(rig.cpu->smbase, SMBASE);
    ck_assert(!rig.cpu->smm);
}
END_TEST

START_TEST(auto_halt_restart_follows_its_bit)
{
    for (unsigned again = 0; again < 2; again++) {
        struct cpu *c = rig.cpu;
        rig_protected();
        c->regs[RBX] = 0;
        RUN(HLT, 0x43, INT_DONE);
        ck_assert(c->halted);
        if (again)
            HANDLER_IS(RSM);
        else
            HANDLER_IS(0x2e, 0xc6, 0x06, IMM16(0xff02), 0, RSM); /* mov byte cs:[ff02h],0 */
        raise_smi();
        c->halted = true;
        cpu_run(c, rig.clock.pos + 50);
        ck_assert_uint_eq(peek8(MAP_HALT), again);
        ck_assert_uint_eq(c->regs[RBX], again ? 0 : 1);
        ck_assert(c->halted);
        ck_assert_int_eq(rig_vector(), again ? -1 : 32);
    }
}
END_TEST

START_TEST(nmi_init_and_smi_wait_until_rsm)
{
    struct cpu *c = rig.cpu;
    rig_protected();
    struct cpu_pins pins = cpu_pins(c);
    HANDLER_IS(0x90, 0x90, HLT);
    raise_smi();
    RUN(0x90);
    ck_assert(c->smm && c->nmi_blocked);
    pins.nmi(pins.ctx);
    pins.smi(pins.ctx);
    pins.init(pins.ctx);
    cpu_run(c, rig.clock.pos + 10);
    ck_assert_uint_eq(c->seg[SEG_CS].base + c->rip, HANDLER + 3); /* still there */
    ck_assert(c->smi_pending && c->nmi_pending && c->init_pending);
    c->init_pending = c->smi_pending = false;
    HANDLER_IS(0x90, 0x90, 0x90, RSM);
    c->halted = false;
    cpu_run(c, rig.clock.pos + 10);
    ck_assert_int_eq(rig_vector(), EXC_NMI);
}
END_TEST

START_TEST(nmis_that_were_blocked_before_the_smi_are_after_rsm)
{
    rig_protected();
    rig.cpu->nmi_blocked = true;
    HANDLER_IS(RSM);
    raise_smi();
    RUN(0x90, HLT);
    ck_assert(rig.cpu->nmi_blocked && !rig.cpu->smm);
}
END_TEST

START_TEST(rsm_to_a_bad_state_is_shutdown)
{
    static const struct {
        uint32_t at, value;
    } t[] = {{MAP_CR0, 0x80000010}, {MAP_CR0, 0x20000011}, {MAP + 0x70, 0x80000000}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        rig_protected();
        HANDLER_IS(HLT);
        raise_smi();
        RUN(0x90);
        ck_assert(rig.cpu->smm);
        put32(t[i].at, t[i].value);
        HANDLER_IS(HLT, RSM);
        rig.cpu->halted = false;
        cpu_run(rig.cpu, rig.clock.pos + 10);
        ck_assert_msg(rig.cpu->shutdown, "case %u", i);
    }
}
END_TEST

START_TEST(a20_passes_in_smm)
{
    struct cpu *c = rig.cpu;
    rig_protected();
    struct cpu_pins pins = cpu_pins(c);
    pins.a20m(pins.ctx, 0);
    put32(0x100000, 0x1111);
    put32(0, 0x2222);
    HANDLER_IS(0x67, 0x66, 0xa1, IMM32(0x100000), 0x66, 0x67, 0xa3, IMM32(DATA_AT), RSM);
    raise_smi();
    RUN(0xa1, IMM32(0x100000), INT_DONE);
    ck_assert_uint_eq(peek32(DATA_AT), 0x1111);
    ck_assert_uint_eq(c->regs[RAX], 0x2222);
    pins.a20m(pins.ctx, 1);
}
END_TEST

TCase *smm_tests(void)
{
    TCase *t = tcase_create("system-management mode");
    tcase_add_test(t, smi_saves_the_state_and_enters_the_handler);
    tcase_add_test(t, rsm_goes_back_to_where_the_smi_came);
    tcase_add_test(t, rsm_outside_smm_is_ud);
    tcase_add_test(t, handler_changes_what_rsm_loads);
    tcase_add_test(t, smbase_is_relocated_by_rsm);
    tcase_add_test(t, auto_halt_restart_follows_its_bit);
    tcase_add_test(t, nmi_init_and_smi_wait_until_rsm);
    tcase_add_test(t, nmis_that_were_blocked_before_the_smi_are_after_rsm);
    tcase_add_test(t, rsm_to_a_bad_state_is_shutdown);
    tcase_add_test(t, a20_passes_in_smm);
    return t;
}
