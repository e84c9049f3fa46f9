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

/* SDM 3C table 34-1: where each register stands, below SMBASE + 10000h. */
static const struct {
    const char *name;
    uint16_t at;
    size_t field;
    uint8_t size;
    uint32_t value; /* another one that RSM may load */
} places[] = {
#define AT(m) offsetof(struct cpu, m), sizeof(((struct cpu *)0)->m)
    {"CR3", 0x08, AT(cr3), 0x00234000},        {"EDI", 0x14, AT(regs[RDI]), 0x10000001},
    {"ESI", 0x18, AT(regs[RSI]), 0x20000002},  {"EBP", 0x1c, AT(regs[RBP]), 0x30000003},
    {"ESP", 0x20, AT(regs[RSP]), 0x40000004},  {"EBX", 0x24, AT(regs[RBX]), 0x50000005},
    {"EDX", 0x28, AT(regs[RDX]), 0x60000006},  {"ECX", 0x2c, AT(regs[RCX]), 0x70000007},
    {"EAX", 0x30, AT(regs[RAX]), 0x80000008},  {"EIP", 0x10, AT(rip), 0x00012345},
    {"TR", 0x3c, AT(tr.sel), 0x1234},          {"LDTR", 0x40, AT(ldtr.sel), 0x2345},
    {"GS", 0x44, AT(seg[SEG_GS].sel), 0x3450}, {"FS", 0x48, AT(seg[SEG_FS].sel), 0x4560},
    {"DS", 0x4c, AT(seg[SEG_DS].sel), 0x5670}, {"SS", 0x50, AT(seg[SEG_SS].sel), 0x6780},
    {"CS", 0x54, AT(seg[SEG_CS].sel), 0x7890}, {"ES", 0x58, AT(seg[SEG_ES].sel), 0x8900},
#undef AT
};
static uint64_t field(unsigned k)
{
    uint64_t v = 0;
    memcpy(&v, (const uint8_t *)rig.cpu + places[k].field, places[k].size);
    return v;
}

START_TEST(each_register_stands_where_the_manual_says)
{
    for (unsigned k = 0; k < ARRAY_LEN(places); k++) {
        uint32_t at = SMBASE + 0x10000 - places[k].at;
        rig_protected();
        for (unsigned r = 0; r < 8; r++)
            rig.cpu->regs[r] = 0x01010101 * (r + 1);
        rig.cpu->cr3 = PD_AT;
        rig.cpu->rip = CODE_AT + 5;
        rig.cpu->ldtr.sel = 0x48;
        for (unsigned n = 0; n < NSEGS; n++)
            rig.cpu->seg[n].sel = (uint16_t)(0x100 + 8 * n);
        uint64_t was = field(k);
        smm_enter(rig.cpu);
        ck_assert_msg(peek32(at) == was, "%s: saved as %x, not %x", places[k].name, peek32(at), (uint32_t)was);
        put32(at, places[k].value);
        ck_assert_int_eq(smm_leave(rig.cpu), X_BRANCH);
        ck_assert_msg(field(k) == places[k].value, "%s: loaded as %x", places[k].name, (uint32_t)field(k));
        for (unsigned n = 0; n < ARRAY_LEN(places); n++)
            ck_assert_msg(n == k || field(n) != places[n].value, "%s came with %s", places[n].name, places[k].name);
    }
}
END_TEST

/* What the handler leaves in the processor is undone, field by field of the state table. */
START_TEST(rsm_undoes_everything_that_the_map_holds)
{
    struct cpu *c = rig.cpu;
    rig_protected();
    c->ldtr = (struct seg){.sel = 0x58, .base = LDT_AT, .limit = 0x1f, .attr = 0x8200};
    c->cr4 = CR4_DE | CR4_PSE;
    c->efer = 0x800;
    c->dr[6] = 0xffff4ff1;
    c->dr[7] = 0x30422;
    c->regs[RAX] = 0x89abcdef;
    cpu_set_eflags(c, FL_ARITH | FL_DF | FL_IOPL | FL_NT | FL_AC | FL_ID | FL_1);
    cpu_pre_save(c);
    struct cpu was = *c;
    smm_enter(c);
    ck_assert_uint_eq(c->efer, 0);
    for (unsigned n = 0; n < NSEGS; n++)
        c->seg[n] = (struct seg){.sel = 3, .base = 1, .limit = 2, .attr = 0x9300};
    c->ldtr = c->tr = c->seg[0];
    c->gdtr = c->idtr = (struct desc_table){5, 6};
    for (unsigned r = 0; r < 8; r++)
        c->regs[r] = 0x5a5a5a5a;
    c->cr0 ^= CR0_NE | CR0_MP;
    c->cr3 = 0x7000;
    c->cr4 = CR4_TSD;
    c->efer = 0;
    c->dr[6] = 0xffff0ff0;
    c->dr[7] = 0x400;
    cpu_set_eflags(c, FL_1 | FL_IF);
    ck_assert_int_eq(smm_leave(c), X_BRANCH);
    cpu_pre_save(c);
    for (uint32_t k = 0; k < cpu_state_table.nfields; k++) {
        const struct state_field *f = &cpu_state_table.fields[k];
        ck_assert_msg(!memcmp((const uint8_t *)c + f->offset, (const uint8_t *)&was + f->offset, f->size * f->count),
                      "%s is another", f->name);
    }
    for (unsigned n = 0; n < NSEGS; n++) {
        ck_assert_uint_eq(c->seg[n].rd_end, was.seg[n].rd_end);
        ck_assert_uint_eq(c->seg[n].wr_end, was.seg[n].wr_end);
    }
    ck_assert_uint_eq(c->mode, was.mode);
}
END_TEST

/* Bits that MOV cannot set, RSM does not either (SDM 3B figure 17-1); EFER has NXE alone. */
START_TEST(rsm_keeps_fixed_bits)
{
    enum { EFER_AT = SMBASE + 0xfe00 + 8 * 12 + 8 + 8 + 4 };
    rig_protected();
    smm_enter(rig.cpu);
    put32(SMBASE + 0xffcc, 0xffffffff);
    put32(SMBASE + 0xffc8, 0xffffffff);
    put32(MAP_CR0, CR0_PE | 0x1ff8ffc0);
    put32(EFER_AT, 0xffffffff);
    smm_leave(rig.cpu);
    ck_assert_uint_eq(rig.cpu->dr[6], 0xffffefff);
    ck_assert_uint_eq(rig.cpu->dr[7], 0xffff27ff);
    ck_assert_uint_eq(rig.cpu->cr0, CR0_PE | CR0_ET);
    ck_assert_uint_eq(rig.cpu->efer, 0x800);
    rig_protected();
    smm_enter(rig.cpu);
    put32(SMBASE + 0xffcc, 0);
    put32(SMBASE + 0xffc8, 0);
    smm_leave(rig.cpu);
    ck_assert_uint_eq(rig.cpu->dr[6], 0xffff0ff0);
    ck_assert_uint_eq(rig.cpu->dr[7], 0x400);
}
END_TEST

static int ack_32(void *ctx)
{
    (void)ctx;
    return 32;
}

/* SDM 3A table 6-2: RESET#, which forgets what was latched, and INIT#, then SMI, NMI, INTR. */
START_TEST(pins_are_served_by_priority)
{
    enum { RESET_PIN = 1, INIT_PIN = 2, SMI_PIN = 4, NMI_PIN = 8, INTR_PIN = 16 };
    for (unsigned set = 1; set < 32; set++) {
        struct cpu *c = rig.cpu;
        rig_protected();
        struct cpu_pins pins = cpu_pins(c);
        c->intack = (struct intr_ack){.ack = ack_32};
        cpu_set_eflags(c, FL_IF);
        c->nmi_blocked = false;
        put8(CODE_AT, HLT);
        c->rip = CODE_AT;
        c->halted = true;
        if (set & RESET_PIN)
            pins.reset(pins.ctx);
        if (set & INIT_PIN)
            pins.init(pins.ctx);
        if (set & SMI_PIN)
            pins.smi(pins.ctx);
        if (set & NMI_PIN)
            pins.nmi(pins.ctx);
        pins.intr(pins.ctx, (set & INTR_PIN) != 0);
        put16(HANDLER, 0xfeeb);
        bool both = set & INIT_PIN && set & SMI_PIN && !(set & RESET_PIN); /* each a step */
        cpu_run(c, rig.clock.pos + (both ? 2 : 1));
        bool reset = set & (RESET_PIN | INIT_PIN), smi = set & SMI_PIN && !(set & RESET_PIN);
        ck_assert_msg(reset == !(c->cr0 & CR0_PE) || smi, "pins %x: CR0 %x", set, (uint32_t)c->cr0);
        ck_assert_msg(c->smm == smi, "pins %x: SMM %d", set, c->smm);
        ck_assert_msg(!c->reset_pending && !c->init_pending, "pins %x: still to reset", set);
        if (reset || smi)
            continue;
        int first = set & NMI_PIN ? EXC_NMI : 32;
        ck_assert_msg(c->rip - HANDLERS_AT - (uint64_t)first <= 1 || c->halted, "pins %x: EIP %x", set,
                      (uint32_t)c->rip);
        ck_assert_msg(c->nmi_blocked == (first == EXC_NMI), "pins %x: NMI", set);
        pins.intr(pins.ctx, 0);
        c->intack = (struct intr_ack){0};
    }
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
    tcase_add_test(t, each_register_stands_where_the_manual_says);
    tcase_add_test(t, rsm_undoes_everything_that_the_map_holds);
    tcase_add_test(t, rsm_keeps_fixed_bits);
    tcase_add_test(t, pins_are_served_by_priority);
    return t;
}
