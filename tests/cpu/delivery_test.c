/* SPDX-License-Identifier: MIT */
/*
 * What goes wrong while an event is delivered: which exception comes, with which code and from where (SDM 3A 6.13,
 * 6.14,
 * 6.15 with table 6-5; INT n in SDM 2A). Events of every source go to a gate that is wrong in every way.
 */
#include "tests/cpu/rig.h"

#include <stdio.h>

enum {
    SEL_CODE1 = SEL_FREE,
    SEL_DATA1 = SEL_FREE + 8,
    SEL_X = SEL_FREE + 16,
    STACK1_TOP = 0x24000,
    ABSENT = 0x60000,
    EIP = CODE_AT + 0x20,
    NEXT = EIP + 2,
    GONE = -2, /* shutdown */
};

/* --- Sources --- */

enum source { HARDWARE, SOFTWARE, INT1, PIN };
static const struct event_case {
    enum source source;
    uint8_t vector;
} events[] = {
    {HARDWARE, EXC_DE}, {HARDWARE, EXC_DB}, {HARDWARE, EXC_BR}, {HARDWARE, EXC_UD}, {HARDWARE, EXC_NM},
    {HARDWARE, EXC_DF}, {HARDWARE, EXC_TS}, {HARDWARE, EXC_NP}, {HARDWARE, EXC_SS}, {HARDWARE, EXC_GP},
    {HARDWARE, EXC_PF}, {HARDWARE, EXC_MF}, {HARDWARE, EXC_AC}, {HARDWARE, EXC_MC}, {HARDWARE, EXC_XM},
    {SOFTWARE, EXC_DE}, {SOFTWARE, EXC_BP}, {SOFTWARE, EXC_OF}, {SOFTWARE, EXC_DF}, {SOFTWARE, EXC_GP},
    {SOFTWARE, EXC_PF}, {SOFTWARE, 40},     {INT1, EXC_DB},     {PIN, EXC_NMI},     {PIN, EXC_GP},
    {PIN, EXC_PF},      {PIN, 33},          {PIN, 63},
};

/* Level 3, with a level 1 whose stack the cases spoil; level 0 is what the second event goes to. */
static void set_up(void)
{
    rig_protected();
    rig_paging();
    put_desc(SEL_CODE1, 0, 0xfffff, 0xbb, 0xc);
    put_desc(SEL_DATA1, 0, 0xfffff, 0xb3, 0xc);
    put32(TSS_AT + 12, STACK1_TOP);
    put32(TSS_AT + 16, SEL_DATA1 | 1);
    rig_user();
    rig.cpu->rip = EIP;
}

static void deliver(const struct event_case *e)
{
    static const uint8_t with_code[] = {EXC_DF, EXC_TS, EXC_NP, EXC_SS, EXC_GP, EXC_PF, EXC_AC};
    struct cpu *c = rig.cpu;
    c->blk_pos = rig.clock.pos;
    if (e->source == PIN) {
        c->rip = NEXT;
        c->shutdown = !deliver_interrupt(c, e->vector);
    } else {
        bool soft = e->source == SOFTWARE, fault = e->source == HARDWARE;
        c->exc = (struct exception){.vector = e->vector, .soft = soft, .int_n = soft, .start_rip = EIP};
        c->rip = fault ? EIP : NEXT;
        for (unsigned i = 0; fault && i < sizeof with_code; i++)
            if (with_code[i] == e->vector)
                c->exc.has_code = true;
        if (fault && e->vector == EXC_PF)
            c->exc.cr2 = 0x77777000;
        c->shutdown = !deliver_exception(c, c->rip);
    }
    if (!c->shutdown)
        cpu_run(c, rig.clock.pos + 4);
}

/* --- What is wrong with the gate of the first event --- */

static void bad_type(unsigned v)
{
    put_idt(v, 0xec, SEL_CODE0, HANDLERS_AT + v);
}
static void absent_gate(unsigned v)
{
    put_idt(v, 0x6e, SEL_CODE0, HANDLERS_AT + v);
}
static void null_handler(unsigned v)
{
    put_idt(v, 0xee, 3, HANDLERS_AT + v);
}
static void data_handler(unsigned v)
{
    put_idt(v, 0xee, SEL_DATA0, HANDLERS_AT + v);
}
static void absent_handler(unsigned v)
{
    put_desc(SEL_X, 0, 0xfffff, 0x1b, 0xc);
    put_idt(v, 0xee, SEL_X, HANDLERS_AT + v);
}
static void offset_beyond(unsigned v)
{
    put_desc(SEL_X, 0, 0xfff, 0x9b, 0x4);
    put_idt(v, 0xee, SEL_X, 0x1000);
}
static void to_level_1(unsigned v)
{
    put_idt(v, 0xee, SEL_CODE1, HANDLERS_AT + v);
}
static void wrong_stack_level(unsigned v)
{
    to_level_1(v);
    put32(TSS_AT + 16, SEL_DATA0 | 1);
}
static void null_stack(unsigned v)
{
    to_level_1(v);
    put32(TSS_AT + 16, 1);
}
static void absent_stack(unsigned v)
{
    to_level_1(v);
    put_desc(SEL_DATA1, 0, 0xfffff, 0x33, 0xc);
}
static void stack_without_room(unsigned v)
{
    to_level_1(v);
    put_desc(SEL_DATA1, 0, 0xfff, 0xb3, 0x4);
    put32(TSS_AT + 12, 8);
}
static void absent_stack_page(unsigned v)
{
    to_level_1(v);
    put32(TSS_AT + 12, ABSENT + PAGE_SIZE);
    set_pte(ABSENT, 0);
}
static void absent_idt_page(unsigned v)
{
    uint8_t gate[8];
    (void)v; /* the gates of the others lie in the page behind */
    for (unsigned i = 0; i < 64; i++) {
        phys_read(rig.bus.mem, IDT_AT + 8 * i, gate, 8, INIT_DMA);
        put(0x70000 + PAGE_SIZE - 8 * v - 8 + 8 * i, gate, 8);
    }
    rig.cpu->idtr.base = 0x70000 + PAGE_SIZE - 8 * v - 8;
    set_pte(0x70000, 0);
}

static const struct wrong {
    const char *name;
    void (*spoil)(unsigned vector);
    uint8_t vector;
    bool idt;      /* the code names the gate */
    uint16_t code; /* else this, without EXT */
} wrongs[] = {
    {"wrong type", bad_type, EXC_GP, true, 0},
    {"gate not present", absent_gate, EXC_NP, true, 0},
    {"null selector", null_handler, EXC_GP, false, 0},
    {"data segment", data_handler, EXC_GP, false, SEL_DATA0},
    {"segment not present", absent_handler, EXC_NP, false, SEL_X},
    {"offset beyond limit", offset_beyond, EXC_GP, false, 0},
    {"stack of another level", wrong_stack_level, EXC_TS, false, SEL_DATA0},
    {"null stack", null_stack, EXC_TS, false, 0},
    {"stack not present", absent_stack, EXC_SS, false, SEL_DATA1},
    {"stack without room", stack_without_room, EXC_SS, false, SEL_DATA1},
    {"stack page absent", absent_stack_page, EXC_PF, false, 2},
};

/* SDM 3A table 6-4. */
enum class { BENIGN, CONTRIBUTORY, PAGE_FAULT };
static enum class class_of(unsigned vector) {
    static const uint8_t contributory[] = {0, 10, 11, 12, 13};
    for (unsigned i = 0; i < sizeof contributory; i++) if (vector == contributory[i]) return CONTRIBUTORY;
    return vector == 14 ? PAGE_FAULT : BENIGN;
}
/* SDM 3A table 6-5, rows by the first one's class. */
static bool double_fault(enum class first, enum class second)
{
    static const bool table[3][3] = {{false, false, false}, {false, true, false}, {false, true, true}};
    return table[first][second];
}

static void check(const char *what, const struct event_case *e, const struct wrong *w)
{
    struct cpu *c = rig.cpu;
    bool exception = e->source == HARDWARE || e->source == INT1, ext = e->source != SOFTWARE;
    uint32_t eip = e->source == HARDWARE || e->source == SOFTWARE ? EIP : NEXT;
    if (e->source == HARDWARE && e->vector == EXC_DF) {
        ck_assert_msg(c->shutdown, "%s: no shutdown", what);
        return;
    }
    ck_assert_msg(!c->shutdown, "%s: shutdown", what);
    bool df = exception && double_fault(class_of(e->vector), class_of(w->vector));
    uint32_t code = df ? 0 : w->vector == EXC_PF ? w->code : (w->idt ? e->vector * 8u + 2 : w->code) | ext;
    int want = df ? EXC_DF : w->vector;
    ck_assert_msg(rig_vector() == want, "%s: vector %d, not %d", what, rig_vector(), want);
    ck_assert_msg(frame_word(0) == code, "%s: code %x, not %x", what, frame_word(0), code);
    ck_assert_msg(frame_word(1) == eip, "%s: eip %x, not %x", what, frame_word(1), eip);
    ck_assert_msg(frame_word(2) == SEL_CODE3 && frame_word(5) == SEL_DATA3, "%s: from elsewhere", what);
    if (w->vector == EXC_PF)
        ck_assert_msg(c->cr2 >= ABSENT && c->cr2 < ABSENT + PAGE_SIZE, "%s: cr2 %llx", what,
                      (unsigned long long)c->cr2);
}

START_TEST(table_6_5_of_every_pair_with_ext_by_source)
{
    char what[100];
    const struct wrong *w = &wrongs[_i];
    for (unsigned i = 0; i < ARRAY_LEN(events); i++) {
        const struct event_case *e = &events[i];
        if (w->vector == e->vector && (e->source != HARDWARE || class_of(e->vector) == BENIGN))
            continue; /* the second one's gate is the first one's, and as wrong */
        snprintf(what, sizeof what, "source %u, vector %u, %s", e->source, e->vector, w->name);
        set_up();
        w->spoil(e->vector);
        deliver(e);
        check(what, e, w);
    }
}
END_TEST

/* The gate itself on an absent page. */
START_TEST(page_fault_on_the_idt_has_no_ext)
{
    static const struct event_case t[] = {{HARDWARE, EXC_UD}, {PIN, 5}, {SOFTWARE, 5}, {HARDWARE, EXC_GP}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        set_up();
        absent_idt_page(t[i].vector);
        deliver(&t[i]);
        ck_assert_int_eq(rig_vector(), EXC_PF);
        ck_assert_uint_eq(frame_word(0), 0);
        ck_assert_uint_eq(rig.cpu->cr2, 0x70000 + PAGE_SIZE - 8);
    }
}
END_TEST

/* Three in a row: it is the last two that count. */
START_TEST(chains_of_three)
{
    static const struct {
        uint8_t first;
        void (*spoil_first)(unsigned);
        uint8_t second;
        void (*spoil_second)(unsigned);
        int vector;
        uint32_t code;
    } t[] = {
        {EXC_UD, bad_type, EXC_GP, absent_gate, EXC_DF, 0},
        {EXC_UD, absent_gate, EXC_NP, bad_type, EXC_DF, 0},
        {EXC_UD, absent_stack_page, EXC_PF, bad_type, EXC_DF, 0},
        {EXC_UD, absent_stack_page, EXC_PF, to_level_1, EXC_DF, 0}, /* another page fault */
        {EXC_GP, absent_stack_page, EXC_PF, bad_type, EXC_DF, 0},
        {EXC_GP, bad_type, EXC_DF, bad_type, GONE, 0},
        {EXC_DE, wrong_stack_level, EXC_DF, absent_gate, GONE, 0},
        {EXC_PF, absent_stack_page, EXC_DF, to_level_1, GONE, 0},
        {EXC_UD, wrong_stack_level, EXC_TS, absent_gate, EXC_DF, 0},
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        set_up();
        t[i].spoil_first(t[i].first);
        t[i].spoil_second(t[i].second);
        deliver(&(struct event_case){HARDWARE, t[i].first});
        ck_assert_msg(rig.cpu->shutdown == (t[i].vector == GONE), "case %u", i);
        if (t[i].vector != GONE)
            ck_assert_msg(rig_vector() == t[i].vector && frame_word(0) == t[i].code, "case %u: %d", i, rig_vector());
    }
}
END_TEST

/* --- Gates, both sides of each rule --- */

START_TEST(gate_types)
{
    for (unsigned type = 0; type < 256; type++) {
        bool s = type & 0x10, present = type & 0x80;
        unsigned low = type & 15, dpl = type >> 5 & 3;
        bool gate = !s && (low == 6 || low == 7 || low == 14 || low == 15);
        if (!s && low == 5)
            continue; /* task gates: task_test.c */
        for (enum source source = HARDWARE; source <= PIN; source += PIN) {
            for (unsigned soft = 0; soft < 2; soft++) {
                struct event_case e = {soft ? SOFTWARE : source, 40};
                set_up();
                put_idt(40, (uint8_t)type, SEL_CODE0, HANDLERS_AT + 40);
                deliver(&e);
                int want = !gate || (soft && dpl < 3) ? EXC_GP : !present ? EXC_NP : 40;
                ck_assert_msg(rig_vector() == want, "type %x, source %u: %d", type, e.source, rig_vector());
                if (want != 40)
                    ck_assert_uint_eq(frame_word(0), 40 * 8 + 2 + !soft);
            }
        }
    }
}
END_TEST

START_TEST(idt_limit_to_the_byte)
{
    for (unsigned soft = 0; soft < 2; soft++)
        for (int d = -8; d <= 1; d++) {
            set_up();
            put_idt(40, 0xee, SEL_CODE0, HANDLERS_AT + 40);
            rig.cpu->idtr.limit = (uint16_t)(40 * 8 + 7 + d);
            deliver(&(struct event_case){soft ? SOFTWARE : PIN, 40});
            ck_assert_int_eq(rig_vector(), d < 0 ? EXC_GP : 40);
            if (d < 0)
                ck_assert_uint_eq(frame_word(0), 40 * 8 + 2 + !soft);
        }
}
END_TEST

/* Real mode: four bytes a vector (SDM 3A 20.1.4). */
START_TEST(real_mode_idt_limit_to_the_byte)
{
    for (unsigned v = 20; v < 32; v += 11)
        for (int d = -4; d <= 1; d++)
            for (unsigned pin = 0; pin < 2; pin++) {
                rig_real();
                rig.cpu->idtr.limit = (uint16_t)(v * 4 + 3 + d);
                deliver(&(struct event_case){pin ? PIN : SOFTWARE, (uint8_t)v});
                ck_assert_int_eq(rig_vector(), d < 0 ? EXC_GP : (int)v);
            }
}
END_TEST

/* The handler's segment for a program at level 3, and for one in virtual-8086 mode, where it is level 0 or nothing. */
START_TEST(handler_segment_by_type_and_level)
{
    static const uint32_t vm = FL_VM | FL_IOPL;
    for (unsigned vm86 = 0; vm86 < 2; vm86++)
        for (unsigned type = 0x90; type <= 0xff; type++) {
            if (!(type & 0x10))
                continue;
            unsigned dpl = type >> 5 & 3;
            bool code = type & 8, conforming = type & 4;
            struct cpu *c = rig.cpu;
            set_up();
            put_desc(SEL_X, 0, 0xfffff, (uint8_t)(type | 1), 0xc);
            put32(TSS_AT + 20, 0x26000); /* level 2 */
            put32(TSS_AT + 24, (SEL_FREE + 24) | 2);
            put_desc(SEL_FREE + 24, 0, 0xfffff, 0xd3, 0xc);
            put_idt(40, 0xee, SEL_X, HANDLERS_AT + 40);
            put8(HANDLERS_AT + 40, 0xeb); /* jmp $: HLT is for level 0 */
            put8(HANDLERS_AT + 41, 0xfe);
            if (vm86) {
                cpu_set_eflags(c, FL_1 | vm);
                for (unsigned i = 0; i < NSEGS; i++)
                    set_seg_real(c, i, 0x100);
                mode_update(c);
            }
            deliver(&(struct event_case){PIN, 40});
            bool ok = code && (!vm86 || (!conforming && dpl == 0));
            if (!ok) {
                ck_assert_msg(rig_vector() == EXC_GP, "type %x, vm %u: %d", type, vm86, rig_vector());
                ck_assert_uint_eq(frame_word(0), SEL_X | 1);
                continue;
            }
            ck_assert_msg(c->rip == HANDLERS_AT + 40, "type %x, vm %u: %d", type, vm86, rig_vector());
            ck_assert_uint_eq(c->cpl, conforming ? 3 : dpl);
            ck_assert_uint_eq(c->seg[SEG_CS].sel, SEL_X | c->cpl);
            ck_assert(!(c->eflags & FL_VM));
        }
}
END_TEST

/* A handler of an outer level than the program's. */
START_TEST(handler_of_an_outer_level_is_gp)
{
    for (unsigned dpl = 0; dpl < 4; dpl++)
        for (unsigned cpl = 0; cpl < 2; cpl++)
            for (unsigned conforming = 0; conforming < 2; conforming++) {
                struct cpu *c = rig.cpu;
                struct desc d;
                rig_protected();
                put_desc(SEL_CODE1, 0, 0xfffff, 0xbb, 0xc);
                put_desc(SEL_DATA1, 0, 0xfffff, 0xb3, 0xc);
                if (cpl == 1) {
                    ck_assert(!desc_read(c, SEL_CODE1, EXC_GP, &d));
                    set_cs(c, SEL_CODE1, &d, 1);
                    ck_assert(!load_seg(c, SEG_SS, SEL_DATA1 | 1));
                }
                put_desc(SEL_X, 0, 0xfffff, (uint8_t)(0x9b | dpl << 5 | conforming << 2), 0xc);
                put_idt(40, 0xee, SEL_X, HANDLERS_AT + 40);
                put8(HANDLERS_AT + 40, 0xeb);
                put8(HANDLERS_AT + 41, 0xfe);
                c->rip = EIP;
                deliver(&(struct event_case){PIN, 40});
                if (dpl > cpl)
                    ASSERT_FAULT(EXC_GP, SEL_X | 1);
                else
                    ck_assert_uint_eq(c->rip, HANDLERS_AT + 40);
            }
}
END_TEST

START_TEST(handler_offset_and_inner_stack_to_the_byte)
{
    for (int d = -1; d <= 1; d++) { /* the offset is the last byte of the segment, or not */
        set_up();
        put_desc(SEL_X, 0, HANDLERS_AT + 40, 0x9b, 0x4);
        put_idt(40, 0xee, SEL_X, (uint32_t)(HANDLERS_AT + 40 + d));
        put8(HANDLERS_AT + 39, HLT);
        deliver(&(struct event_case){PIN, 40});
        ck_assert_int_eq(rig_vector(), d > 0 ? EXC_GP : 40 + d);
        if (d > 0)
            ck_assert_uint_eq(frame_word(0), 1);
    }
    for (int d = -1; d <= 1; d++) { /* five dwords for the frame, and one more where there is a code */
        for (unsigned code = 0; code < 2; code++) {
            set_up();
            put_desc(SEL_X, 0, 0xfffff, 0xb3, 0xc);
            put_desc(SEL_DATA1, 0, 0xfff, 0xb7, 0x4); /* expand-down: valid from 1000h on */
            to_level_1(EXC_GP);
            to_level_1(40);
            put32(TSS_AT + 12, (uint32_t)(0x1000 + (code ? 24 : 20) + d));
            put_idt(EXC_SS, 0x8e, SEL_CODE0, HANDLERS_AT + EXC_SS);
            deliver(&(struct event_case){code ? HARDWARE : PIN, code ? EXC_GP : 40});
            if (d >= 0)
                ck_assert_uint_eq(rig.cpu->seg[SEG_SS].sel, SEL_DATA1 | 1);
            else
                ck_assert_int_eq(rig_vector(), code ? EXC_DF : EXC_SS);
        }
    }
    static const struct {
        unsigned level;
        uint16_t last;
    } tss[] = {{0, 9}, {1, 17}}; /* SS of a level ends there */
    for (unsigned k = 0; k < 2; k++)
        for (int d = -1; d <= 1; d++) {
            set_up();
            put_idt(40, 0xee, k ? SEL_CODE1 : SEL_CODE0, HANDLERS_AT + 40);
            put8(HANDLERS_AT + 40, 0xeb); /* jmp $ */
            put8(HANDLERS_AT + 41, 0xfe);
            rig.cpu->tr.limit = (uint32_t)(tss[k].last + d);
            deliver(&(struct event_case){PIN, 40});
            if (d >= 0)
                ck_assert_uint_eq(rig.cpu->cpl, tss[k].level);
            else if (k)
                ASSERT_FAULT(EXC_TS, SEL_TSS | 1);
            else
                ck_assert(rig.cpu->shutdown);
        }
}
END_TEST

TCase *delivery_tests(void)
{
    TCase *t = tcase_create("delivery");
    tcase_add_loop_test(t, table_6_5_of_every_pair_with_ext_by_source, 0, ARRAY_LEN(wrongs));
    tcase_add_test(t, page_fault_on_the_idt_has_no_ext);
    tcase_add_test(t, chains_of_three);
    tcase_add_test(t, gate_types);
    tcase_add_test(t, idt_limit_to_the_byte);
    tcase_add_test(t, real_mode_idt_limit_to_the_byte);
    tcase_add_test(t, handler_segment_by_type_and_level);
    tcase_add_test(t, handler_of_an_outer_level_is_gp);
    tcase_add_test(t, handler_offset_and_inner_stack_to_the_byte);
    return t;
}
