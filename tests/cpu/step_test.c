/* SPDX-License-Identifier: MIT */
/*
 * What counts a position (cpu/engine/boundary.c): an instruction, an iteration of REP, a delivery, RESET# and INIT#,
 * each one; a software interrupt one with its delivery. However a run is cut, each piece ends at exactly its position.
 */
#include "tests/cpu/rig.h"

enum { MANY = 64 };

static void pin_nmi(void)
{
    struct cpu_pins p = cpu_pins(rig.cpu);
    p.nmi(p.ctx);
}
static int vector_33(void *ctx)
{
    struct cpu_pins p = cpu_pins(ctx);
    p.intr(p.ctx, 0);
    return 33;
}
static void pin_intr(void)
{
    struct cpu_pins p = cpu_pins(rig.cpu);
    rig.cpu->intack = (struct intr_ack){vector_33, rig.cpu};
    cpu_set_eflags(rig.cpu, FL_1 | FL_IF);
    p.intr(p.ctx, 1);
}
static void pin_nmi_and_intr(void)
{
    pin_nmi();
    pin_intr();
    put8(HANDLERS_AT + EXC_NMI, 0xcf); /* IRET */
}
static void pin_smi(void)
{
    struct cpu_pins p = cpu_pins(rig.cpu);
    static const uint8_t rsm[] = {0x0f, 0xaa};
    put(0x38000, rsm, sizeof rsm);
    p.smi(p.ctx);
}
static void trap_flag(void)
{
    cpu_set_eflags(rig.cpu, FL_1 | FL_TF);
}
static void data_breakpoint(void)
{
    rig.cpu->dr[0] = DATA_AT;
    rig.cpu->dr[7] = 0x10401;
    rig.cpu->regs[RDI] = DATA_AT;
    tlb_flush_all(rig.cpu);
}
static void code_breakpoint(void)
{
    rig.cpu->dr[0] = CODE_AT + 1;
    rig.cpu->dr[7] = 0x401;
}
static void absent_gate(void)
{
    put_idt(40, 0x6e, SEL_CODE0, HANDLERS_AT + 40);
}
static void three_times(void)
{
    rig.cpu->regs[RCX] = 3;
    rig.cpu->regs[RSI] = DATA_AT;
    rig.cpu->regs[RDI] = DATA_AT + 64;
}
static void no_idt(void)
{
    rig.cpu->idtr.limit = 0;
}

static const struct {
    const char *what;
    void (*set_up)(void);
    uint8_t code[8];
    unsigned positions; /* to the HLT, itself included */
} courses[] = {
    {"two NOPs", NULL, {0x90, 0x90, HLT}, 3},
    {"INT n", NULL, {0xcd, 40}, 2},
    {"INT3", NULL, {0xcc}, 2},
    {"INT1", NULL, {0xf1}, 2},
    {"INT n whose gate is absent", absent_gate, {0xcd, 40}, 2},
    {"a fault", NULL, {0x90, 0x0f, 0x0b}, 3},
    {"a triple fault", no_idt, {0x90, 0x0f, 0x0b}, 2},
    {"a single step", trap_flag, {0x90, 0x90}, 3},
    {"a single step of HLT", trap_flag, {HLT}, 3},
    {"a single step of INT n", trap_flag, {0xcd, 40}, 2},
    {"a data breakpoint", data_breakpoint, {0xaa, 0x90}, 3},
    {"an instruction breakpoint", code_breakpoint, {0x90, 0x90}, 3},
    {"NMI", pin_nmi, {0x90}, 2},
    {"INTR", pin_intr, {0x90}, 2},
    {"NMI and INTR", pin_nmi_and_intr, {0x90}, 4}, /* NMI, IRET, INTR, HLT: IF is 1 again after IRET */
    {"SMI", pin_smi, {0x90, HLT}, 4},              /* SMI, RSM */
    {"REP MOVSB", three_times, {0xf3, 0xa4, HLT}, 4},
    {"REPE CMPSB", three_times, {0xf3, 0xa6, HLT}, 4},
    {"REP MOVSB, then more in its block", three_times, {0xf3, 0xa4, 0x40, 0x40, HLT}, 6},
    {"STI, then a shadow", NULL, {0xfb, 0x90, HLT}, 3},
};

static void set_up(unsigned i)
{
    rig_protected();
    put(CODE_AT, courses[i].code, sizeof courses[i].code);
    rig.cpu->rip = CODE_AT;
    rig.cpu->halted = false;
    if (courses[i].set_up)
        courses[i].set_up();
}

START_TEST(every_step_counts_one_and_a_run_ends_at_its_position)
{
    const struct cpu *c = rig.cpu;
    for (unsigned i = 0; i < ARRAY_LEN(courses); i++)
        for (unsigned slice = 1; slice <= 7; slice++) {
            set_up(i);
            uint64_t from = rig.clock.pos;
            for (unsigned n = 0; n < MANY && !cpu_rests(c); n++) {
                uint64_t to = rig.clock.pos + slice;
                cpu_run(rig.cpu, to);
                ck_assert_msg(rig.clock.pos == to || cpu_rests(c), "%s, %u at a time: a run of %u ended at %d",
                              courses[i].what, slice, slice, (int)(rig.clock.pos - to));
                ck_assert_msg(rig.clock.pos <= to, "%s, %u at a time: past the end", courses[i].what, slice);
            }
            ck_assert_msg(rig.clock.pos - from == courses[i].positions, "%s, %u at a time: %llu positions, not %u",
                          courses[i].what, slice, (unsigned long long)(rig.clock.pos - from), courses[i].positions);
        }
}
END_TEST

START_TEST(reset_and_init_count_one)
{
    struct cpu_pins p = cpu_pins(rig.cpu);
    for (unsigned i = 0; i < 2; i++) {
        set_up(0);
        uint64_t from = rig.clock.pos;
        (i ? p.init : p.reset)(p.ctx);
        cpu_run(rig.cpu, from + 1);
        ck_assert_uint_eq(rig.clock.pos, from + 1);
        ck_assert_uint_eq(rig.cpu->seg[SEG_CS].base + rig.cpu->rip, 0xfffffff0);
    }
}
END_TEST

static unsigned ran;
static uint64_t ran_at;
static void note(void *ctx)
{
    (void)ctx;
    ran++;
    ran_at = rig.clock.pos;
}

/* An event due at N belongs to state N; one that is set at N for a time that is past belongs to N + 1. */
START_TEST(events_run_when_their_position_is_reached_and_not_before)
{
    struct timer t;
    timer_init(&t, &rig.clock, note, NULL);
    for (unsigned at = 1; at <= 3; at++) {
        set_up(0);
        uint64_t from = rig.clock.pos;
        ran = 0;
        timer_set(&t, clock_ns_at(&rig.clock, from + at));
        cpu_run(rig.cpu, from + at - 1);
        ck_assert_uint_eq(ran, 0);
        cpu_run(rig.cpu, from + at);
        ck_assert_msg(ran == 1 && ran_at == from + at, "due at %u: ran at %d", at, (int)(ran_at - from));
    }
    set_up(0);
    ran = 0;
    timer_set(&t, 0);
    cpu_run(rig.cpu, rig.clock.pos);
    ck_assert_uint_eq(ran, 0);
    uint64_t next = rig.clock.pos + 1;
    cpu_run(rig.cpu, next + 1);
    ck_assert(ran == 1 && ran_at == next);
}
END_TEST

TCase *step_tests(void)
{
    TCase *t = tcase_create("steps");
    tcase_add_test(t, every_step_counts_one_and_a_run_ends_at_its_position);
    tcase_add_test(t, reset_and_init_count_one);
    tcase_add_test(t, events_run_when_their_position_is_reached_and_not_before);
    return t;
}
