/* SPDX-License-Identifier: MIT */
/*
 * What runs is what memory holds now, at every place of a decoded block: stores to any of its bytes, blocks over two
 * pages whose second page is mapped anew, other sizes of code and limits at the same address, code in pages that the
 * TLB does not hold. And how a kick ends a run.
 */
#include "cpu/engine/cpu_trace.h"
#include "tests/cpu/rig.h"

enum { INC_EAX = 0x40, DEC_EAX = 0x48, MOV_EBX = 0xbb, AWAY_AT = 0x60000 };

static void run_at(uint32_t at, unsigned n)
{
    struct cpu *c = rig.cpu;
    c->rip = at - c->seg[SEG_CS].base;
    c->halted = false;
    cpu_run(c, rig.clock.pos + n);
}

/* --- Stores to code --- */

/* n times INC EAX and HLT at `at`. */
static void put_incs(uint32_t at, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        put8(at + k, INC_EAX);
    put8(at + n, HLT);
}

/* NOTE: where 64 bytes begin is where the marks of code do (blocks.c); a page's end splits a block in two. */
START_TEST(store_to_any_byte_of_code_takes_effect)
{
    static const uint32_t places[] = {CODE_AT + 0x100, CODE_AT + 0x13f, CODE_AT + 0x0, CODE_AT + 0xff7,
                                      CODE_AT + 0xffc};
    enum { N = 8 };
    for (unsigned p = 0; p < ARRAY_LEN(places); p++)
        for (unsigned k = 0; k < N; k++)
            for (unsigned by_dma = 0; by_dma < 2; by_dma++) {
                uint8_t dec = DEC_EAX;
                rig_protected();
                put_incs(places[p], N);
                rig.cpu->regs[RAX] = 0;
                run_at(places[p], 100);
                ck_assert_uint_eq(rig.cpu->regs[RAX], N);
                if (by_dma)
                    put8(places[p] + k, DEC_EAX);
                else
                    ck_assert(!view_write(rig.cpu, VIEW_SUPER, places[p] + k, 1, &dec));
                rig.cpu->regs[RAX] = 0;
                run_at(places[p], 100);
                ck_assert_msg(rig.cpu->regs[RAX] == N - 2, "byte %u at %x: EAX %u", k, (unsigned)places[p],
                              (unsigned)rig.cpu->regs[RAX]);
            }
}
END_TEST

/* MOV EBX, imm32 with `first` bytes in the page that ends at `end`. */
START_TEST(store_to_any_byte_of_an_instruction_over_two_pages_takes_effect)
{
    uint32_t end = CODE_AT + PAGE_SIZE;
    for (unsigned first = 1; first < 5; first++)
        for (unsigned k = 0; k < 4; k++) {
            rig_protected();
            put8(end - first, MOV_EBX);
            put32(end - first + 1, 0x11111111);
            put8(end - first + 5, HLT);
            run_at(end - first, 100);
            ck_assert_uint_eq(rig.cpu->regs[RBX], 0x11111111);
            put8(end - first + 1 + k, 0xee);
            run_at(end - first, 100);
            uint32_t want = 0x11111111 ^ (0xffu << 8 * k);
            ck_assert_msg(rig.cpu->regs[RBX] == want, "%u bytes in the first page, byte %u: %x", first, k,
                          (unsigned)rig.cpu->regs[RBX]);
        }
}
END_TEST

/* --- Mappings --- */

static void over_two_pages(unsigned first)
{
    uint32_t end = CODE_AT + PAGE_SIZE;
    rig_protected();
    rig_paging();
    put8(end - first, MOV_EBX);
    put32(end - first + 1, 0x11111111);
    put8(end - first + 5, HLT);
    for (unsigned k = 0; k < 8; k++)
        put8(AWAY_AT + k, k < 5 - first ? 0x22 : HLT);
    run_at(end - first, 100);
    ck_assert_uint_eq(rig.cpu->regs[RBX], 0x11111111);
}

START_TEST(second_page_of_an_instruction_is_the_one_that_is_mapped)
{
    uint32_t end = CODE_AT + PAGE_SIZE;
    for (unsigned first = 1; first < 5; first++) {
        uint32_t mixed = first == 1 ? 0x22222222 : 0x22222222u << 8 * (first - 1) | 0x11111111 >> 8 * (5 - first);
        over_two_pages(first);
        set_pte(end, AWAY_AT | 7);
        run_at(end - first, 100);
        ck_assert_uint_eq(rig.cpu->regs[RBX], mixed);
        set_pte(end, end | 7);
        run_at(end - first, 100);
        ck_assert_uint_eq(rig.cpu->regs[RBX], 0x11111111);
        rig.cpu->regs[RBX] = 5;
        set_pte(end, 0);
        run_at(end - first, 100);
        ASSERT_FAULT(EXC_PF, 0);
        ck_assert_uint_eq(rig.cpu->cr2, end);
        ck_assert_uint_eq(frame_word(1), end - first);
        ck_assert_uint_eq(rig.cpu->regs[RBX], 5);
    }
}
END_TEST

START_TEST(page_of_code_is_the_one_that_is_mapped)
{
    rig_protected();
    rig_paging();
    put_incs(CODE_AT, 3);
    put_incs(AWAY_AT, 5);
    for (unsigned k = 0; k < 4; k++) {
        set_pte(CODE_AT, (k & 1 ? AWAY_AT : CODE_AT) | 7);
        rig.cpu->regs[RAX] = 0;
        run_at(CODE_AT, 100);
        ck_assert_uint_eq(rig.cpu->regs[RAX], k & 1 ? 5 : 3);
    }
}
END_TEST

/* --- Modes and limits at one address --- */

START_TEST(same_bytes_are_other_code_in_16_bits)
{
    static const uint8_t code[] = {0xb8, 0x34, 0x12, INC_EAX, INC_EAX, HLT};
    rig_protected();
    put(CODE_AT, code, sizeof code);
    for (unsigned k = 0; k < 4; k++) {
        struct seg *cs = &rig.cpu->seg[SEG_CS];
        cs->attr = k & 1 ? cs->attr & ~(uint32_t)DESC_DB : cs->attr | DESC_DB;
        mode_update(rig.cpu);
        rig.cpu->regs[RAX] = 0;
        run_at(CODE_AT, 100);
        ck_assert_uint_eq(rig.cpu->regs[RAX], k & 1 ? 0x1236 : 0x40401234);
    }
}
END_TEST

START_TEST(code_that_ran_whole_ends_at_a_later_limit)
{
    enum { N = 6 };
    for (unsigned fit = 1; fit <= N; fit++) {
        rig_protected();
        put_incs(CODE_AT, N);
        rig.cpu->regs[RAX] = 0;
        run_at(CODE_AT, 100);
        ck_assert_uint_eq(rig.cpu->regs[RAX], N);
        rig.cpu->regs[RAX] = 0;
        rig.cpu->regs[RSP] = STACK_TOP;
        rig.cpu->seg[SEG_CS].limit = CODE_AT + fit - 1;
        run_at(CODE_AT, 100);
        ASSERT_FAULT(EXC_GP, 0);
        ck_assert_uint_eq(frame_word(1), CODE_AT + fit);
        ck_assert_uint_eq(rig.cpu->regs[RAX], fit);
    }
}
END_TEST

/* --- Pages that the TLB does not hold --- */

/* The rig's device reads as 01h byte by byte: ADD [ECX], EAX. */
START_TEST(code_in_device_registers_is_read_byte_by_byte)
{
    rig_protected();
    rig.cpu->regs[RAX] = 7;
    rig.cpu->regs[RCX] = DATA_AT;
    put32(DATA_AT, 0);
    run_at((uint32_t)DEVICE_AT, 3);
    ck_assert_uint_eq(peek32(DATA_AT), 21);
    ck_assert_uint_eq(rig.cpu->rip, (uint32_t)DEVICE_AT + 6);
}
END_TEST

START_TEST(code_in_a_watched_page_follows_memory)
{
    rig_protected();
    rig.cpu->dr[0] = CODE_AT + 0x800;
    rig.cpu->dr[7] |= 0x000d0001; /* writes, 4 bytes */
    tlb_flush_all(rig.cpu);
    put_incs(CODE_AT, 4);
    rig.cpu->regs[RAX] = 0;
    run_at(CODE_AT, 100);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 4);
    put8(CODE_AT + 3, DEC_EAX);
    rig.cpu->regs[RAX] = 0;
    run_at(CODE_AT, 100);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 2);
}
END_TEST

/* Tables in device registers: the rig's device reads as entries that are not present. */
START_TEST(walk_through_device_registers_reads_them)
{
    uint32_t v;
    rig_protected();
    rig_paging();
    rig.cpu->cr3 = (uint32_t)DEVICE_AT;
    tlb_flush_all(rig.cpu);
    ck_assert(view_read(rig.cpu, VIEW_SUPER, DATA_AT, 4, &v));
    ck_assert_uint_eq(rig.cpu->exc.vector, EXC_PF);
    ck_assert_uint_eq(rig.cpu->exc.code, 0);
}
END_TEST

/* --- Kicks --- */

struct kicker {
    unsigned blocks, kick_at;
};
static void kick(void *ctx, struct cpu *c)
{
    struct kicker *k = ctx;
    if (++k->blocks == k->kick_at)
        cpu_kick(c);
}

START_TEST(kick_ends_the_run_at_the_next_boundary)
{
    for (unsigned at = 1; at < 6; at++) {
        struct kicker k = {0, at};
        struct cpu_trace trace = {.ctx = &k, .block = kick};
        rig_protected();
        put16(CODE_AT, 0xfeeb); /* JMP $ */
        rig.cpu->trace = &trace;
        rig.cpu->rip = CODE_AT;
        uint64_t from = rig.clock.pos;
        ck_assert_int_eq(cpu_run(rig.cpu, from + 1000), CPU_KICKED);
        ck_assert_uint_eq(rig.clock.pos, from + at);
        ck_assert_uint_eq(k.blocks, at);
        ck_assert_int_eq(cpu_run(rig.cpu, from + 100), CPU_BUDGET); /* one kick ends one run */
        rig.cpu->trace = NULL;
        ck_assert_uint_eq(rig.clock.pos, from + 100);
    }
}
END_TEST

/* --- Events --- */

static int ack_33(void *ctx)
{
    struct cpu_pins *p = ctx;
    p->intr(p->ctx, 0);
    return 33;
}
static void raise_intr(void *ctx)
{
    struct cpu_pins *p = ctx;
    p->intr(p->ctx, 1);
}
struct seen {
    uint64_t eax, pos;
};
static void see(void *ctx)
{
    *(struct seen *)ctx = (struct seen){rig.cpu->regs[RAX], rig.clock.pos};
}

/* A delivery takes a position; an event behind it comes before the handler's first instruction, stepped or not. */
START_TEST(event_comes_at_its_position_around_a_delivery)
{
    enum { N = 12, DELIVERY = 5 };
    for (unsigned stepped = 0; stepped < 2; stepped++)
        for (unsigned at = 1; at < N; at++) {
            struct cpu *c = rig.cpu;
            struct timer irq, event;
            struct seen seen = {0};
            rig_protected();
            struct cpu_pins p = cpu_pins(c);
            c->intack = (struct intr_ack){ack_33, &p};
            put_incs(CODE_AT, N);
            put_incs(CODE_AT + 0x200, N);
            put_idt(33, 0x8e, SEL_CODE0, CODE_AT + 0x200);
            if (stepped) { /* an instruction breakpoint elsewhere */
                c->dr[0] = CODE_AT + 0x800;
                c->dr[7] |= 1;
            }
            cpu_set_eflags(c, FL_IF);
            c->regs[RAX] = 0;
            uint64_t from = rig.clock.pos;
            timer_init(&irq, &rig.clock, raise_intr, &p);
            timer_init(&event, &rig.clock, see, &seen);
            timer_set(&irq, clock_ns_at(&rig.clock, from + DELIVERY));
            timer_set(&event, clock_ns_at(&rig.clock, from + at));
            run_at(CODE_AT, N);
            ck_assert_uint_eq(seen.pos, from + at);
            ck_assert_msg(seen.eax == at - (at > DELIVERY), "%s, event at %u: EAX %u", stepped ? "stepped" : "free", at,
                          (unsigned)seen.eax);
            ck_assert_uint_eq(c->regs[RAX], N - 1);
            timer_cancel(&irq);
            timer_cancel(&event);
        }
}
END_TEST

TCase *code_tests(void)
{
    TCase *t = tcase_create("code");
    tcase_add_test(t, store_to_any_byte_of_code_takes_effect);
    tcase_add_test(t, store_to_any_byte_of_an_instruction_over_two_pages_takes_effect);
    tcase_add_test(t, second_page_of_an_instruction_is_the_one_that_is_mapped);
    tcase_add_test(t, page_of_code_is_the_one_that_is_mapped);
    tcase_add_test(t, same_bytes_are_other_code_in_16_bits);
    tcase_add_test(t, code_that_ran_whole_ends_at_a_later_limit);
    tcase_add_test(t, code_in_device_registers_is_read_byte_by_byte);
    tcase_add_test(t, code_in_a_watched_page_follows_memory);
    tcase_add_test(t, walk_through_device_registers_reads_them);
    tcase_add_test(t, kick_ends_the_run_at_the_next_boundary);
    tcase_add_test(t, event_comes_at_its_position_around_a_delivery);
    return t;
}
