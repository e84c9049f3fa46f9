/* SPDX-License-Identifier: MIT */
/*
 * Page facts and who depends on them: two CPUs that use one page, pages that become clean, pages that are watched
 * (mem/mem.h, mem/facts.c).
 */
#include <stdlib.h>

#include "tests/cpu/rig.h"

enum { ENOUGH = 40, RESULT_AT = DATA_AT };

static struct cpu *second_cpu(void)
{
    struct error err;
    struct cpu *c = cpu_create(cpu_model_find("max"), &rig.bus, &err);
    ck_assert_msg(c != NULL, "%s", err.text);
    return c;
}

/* The state of the rig's CPU goes to another: the same code runs on both. */
static void copy_state(struct cpu *to)
{
    struct buf b = {0};
    cpu_pre_save(rig.cpu);
    state_pack(&cpu_state_table, rig.cpu, NULL, &b);
    struct reader in = {b.data, b.data + b.len, false};
    ck_assert(state_unpack(&cpu_state_table, to, NULL, &in));
    cpu_post_load(to);
    buf_free(&b);
}

static void run_on(struct cpu *c)
{
    c->rip = CODE_AT;
    c->halted = false;
    cpu_run(c, rig.clock.pos + ENOUGH);
    ck_assert(c->halted);
}

/* mov al, N; hlt: each CPU has decoded it; a store by either changes what both run, in any order. */
START_TEST(a_code_page_of_two_cpus_is_told_to_both_until_both_have_let_go)
{
    static const uint8_t code[] = {0xb0, 1, HLT};
    rig_protected();
    struct cpu *second = second_cpu();
    copy_state(second);
    put(CODE_AT, code, sizeof code);
    struct cpu *const order[][2] = {{rig.cpu, second}, {second, rig.cpu}};
    for (unsigned round = 0; round < 8; round++) {
        for (unsigned i = 0; i < 2; i++) {
            run_on(order[round & 1][i]);
            ck_assert_msg((order[round & 1][i]->regs[RAX] & 0xff) == round + 1, "round %u, CPU %u: AL %02x", round, i,
                          (unsigned)(order[round & 1][i]->regs[RAX] & 0xff));
        }
        put8(CODE_AT + 1, (uint8_t)(round + 2));
        if (round & 2) /* one has let go, the other runs first */
            run_on(second);
    }
    cpu_destroy(second);
}
END_TEST

/* mov al, [linear]; hlt on both, through one page table: a change of its entry reaches both. */
START_TEST(a_page_table_of_two_cpus_is_told_to_both_until_both_have_let_go)
{
    enum { LIN = 0x50000, ONE = 0x60000, TWO = 0x61000 };
    static const uint8_t code[] = {0xa0, 0, 0, 5, 0, HLT};
    rig_protected();
    rig_paging();
    put(CODE_AT, code, sizeof code);
    put8(ONE, 0x11);
    put8(TWO, 0x22);
    struct cpu *second = second_cpu();
    copy_state(second);
    for (unsigned round = 0; round < 6; round++) {
        set_pte(LIN, (round & 1 ? TWO : ONE) | 7);
        for (unsigned i = 0; i < 2; i++) {
            struct cpu *c = (i ^ round >> 1) & 1 ? second : rig.cpu;
            run_on(c);
            ck_assert_msg((c->regs[RAX] & 0xff) == (round & 1 ? 0x22 : 0x11), "round %u, CPU %u", round, i);
        }
    }
    cpu_destroy(second);
}
END_TEST

static unsigned first_stores;
static uint32_t first_page;
static void on_clean(void *ctx, uint32_t bpn, uint32_t off, uint32_t len, const void *data)
{
    (void)ctx, (void)off, (void)len, (void)data;
    first_stores++;
    first_page = bpn;
}

/* Stores by a CPU that has the page in its TLB, by REP, and by a bus master: each page's first one is heard of once. */
START_TEST(the_first_store_to_a_clean_page_is_heard_of_and_no_other)
{
    static const uint8_t store[] = {0xa2, 0, 0, 4, 0, HLT}; /* mov [RESULT_AT], al */
    struct page_listener l = {.facts = PI_CLEAN, .store = on_clean};
    mem_add_listener(rig.bus.mem, &l);
    rig_protected();
    put(CODE_AT, store, sizeof store);
    run_on(rig.cpu);
    ck_assert_uint_gt(first_stores, 0); /* memory begins clean */
    for (unsigned round = 0; round < 3; round++) {
        mem_all_clean(rig.bus.mem);
        ck_assert_uint_eq(mem_dirty_count(rig.bus.mem), 0);
        first_stores = 0;
        run_on(rig.cpu);
        ck_assert_uint_eq(first_stores, 1);
        ck_assert_uint_eq(first_page, RESULT_AT / PAGE_SIZE);
        run_on(rig.cpu);
        put8(RESULT_AT + 5, 1);
        ck_assert_uint_eq(first_stores, 1);
        put8(RESULT_AT + PAGE_SIZE, 1);
        ck_assert_uint_eq(first_stores, 2);
        ck_assert_uint_eq(mem_dirty_count(rig.bus.mem), 2);
    }
}
END_TEST

/* The hash is one of the contents: the same whether pages are clean or not, and however they came about. */
START_TEST(memorys_hash_is_of_its_contents_alone)
{
    struct mem *m = rig.bus.mem;
    static uint8_t zero[PAGE_SIZE];
    uint64_t empty = mem_hash(m);
    put32(DATA_AT, 0x12345678);
    uint64_t one = mem_hash(m);
    ck_assert(one != empty);
    mem_all_clean(m);
    ck_assert_uint_eq(mem_hash(m), one);
    put32(DATA_AT + 3 * PAGE_SIZE, 0x12345678);
    uint64_t two = mem_hash(m);
    ck_assert(two != one && two != empty);
    mem_all_clean(m);
    ck_assert_uint_eq(mem_hash(m), two);
    put(DATA_AT + 3 * PAGE_SIZE, zero, 4);
    ck_assert_uint_eq(mem_hash(m), one);
    mem_all_clean(m);
    ck_assert_uint_eq(mem_hash(m), one);
    put(DATA_AT, zero, 4);
    put32(DATA_AT + PAGE_SIZE, 0x12345678); /* the same contents elsewhere are other contents */
    ck_assert(mem_hash(m) != one);
    put(DATA_AT + PAGE_SIZE, zero, 4);
    ck_assert_uint_eq(mem_hash(m), empty);
    mem_all_clean(m);
    ck_assert_uint_eq(mem_hash(m), empty);
}
END_TEST

static unsigned loads, stores;
static uint32_t load_off, load_len;
static void on_load(void *ctx, uint32_t bpn, uint32_t off, uint32_t len)
{
    (void)ctx, (void)bpn;
    loads++;
    load_off = off;
    load_len = len;
}
static void on_store(void *ctx, uint32_t bpn, uint32_t off, uint32_t len, const void *data)
{
    (void)ctx, (void)bpn, (void)off, (void)len, (void)data;
    stores++;
}

/* What reads and writes a watched page: instructions (which had it in the TLB), stacks, descriptors, bus masters. */
START_TEST(a_watched_page_tells_of_every_read_and_store_but_fetches)
{
    static const struct {
        const char *what;
        uint8_t code[8];
        uint32_t page;
        unsigned loads, stores;
    } t[] = {
        {"MOV from memory", {0xa1, 0x10, 0, 4, 0, HLT}, RESULT_AT, 1, 0},
        {"MOV to memory", {0xa3, 0x10, 0, 4, 0, HLT}, RESULT_AT, 0, 1},
        {"INC", {0xff, 0x05, 0x10, 0, 4, 0, HLT}, RESULT_AT, 1, 1},
        {"PUSH", {0x50, HLT}, STACK_TOP - PAGE_SIZE, 0, 1},
        {"POP", {0x58, HLT}, STACK_TOP, 1, 0},
        {"a descriptor", {0x66, 0xb8, SEL_DATA0, 0, 0x8e, 0xc0, HLT}, GDT_AT, 1, 0},
        {"code", {0x90, HLT}, CODE_AT, 0, 0},
    };
    struct page_listener l = {.facts = PI_WATCH, .store = on_store, .load = on_load};
    mem_add_listener(rig.bus.mem, &l);
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        uint32_t bpn = t[i].page / PAGE_SIZE;
        rig_protected();
        put(CODE_AT, t[i].code, sizeof t[i].code);
        run_on(rig.cpu); /* the TLB knows the page */
        loads = stores = 0;
        for (unsigned holders = 1; holders <= 2; holders++)
            mem_hold(rig.bus.mem, bpn, PI_WATCH);
        for (unsigned round = 0; round < 2; round++) {
            loads = stores = 0;
            rig.cpu->regs[RSP] = STACK_TOP;
            run_on(rig.cpu);
            ck_assert_msg(loads == t[i].loads && stores == t[i].stores, "%s, round %u: %u reads, %u stores", t[i].what,
                          round, loads, stores);
            mem_release(rig.bus.mem, bpn, PI_WATCH);
        }
        rig.cpu->regs[RSP] = STACK_TOP;
        loads = stores = 0;
        run_on(rig.cpu);
        ck_assert_msg(!loads && !stores, "%s: watched by nobody", t[i].what);
    }
    uint32_t word;
    mem_hold(rig.bus.mem, RESULT_AT / PAGE_SIZE, PI_WATCH);
    loads = 0;
    phys_read(rig.bus.mem, RESULT_AT + 8, &word, 4, INIT_DMA);
    ck_assert(loads == 1 && load_off == 8 && load_len == 4);
    phys_read(rig.bus.mem, RESULT_AT + 8, &word, 4, INIT_DEBUG); /* a look leaves no trace */
    ck_assert_uint_eq(loads, 1);
}
END_TEST

/* A page walk reads its tables and sets A and D in them. */
START_TEST(a_watched_page_table_tells_of_walks)
{
    static const uint8_t code[] = {0xa1, 0, 0, 5, 0, HLT};
    struct page_listener l = {.facts = PI_WATCH, .store = on_store, .load = on_load};
    mem_add_listener(rig.bus.mem, &l);
    rig_protected();
    rig_paging();
    put(CODE_AT, code, sizeof code);
    run_on(rig.cpu);
    set_pte(0x50000, 0x50000 | 7); /* A is clear again, so that it is walked anew */
    mem_hold(rig.bus.mem, PT_AT / PAGE_SIZE, PI_WATCH);
    loads = stores = 0;
    run_on(rig.cpu);
    ck_assert_uint_eq(loads, 1);
    ck_assert_uint_eq(stores, 1);
    ck_assert_uint_eq(pte(0x50000) & 0x20, 0x20);
}
END_TEST

TCase *facts_tests(void)
{
    TCase *t = tcase_create("page facts");
    tcase_add_test(t, a_code_page_of_two_cpus_is_told_to_both_until_both_have_let_go);
    tcase_add_test(t, a_page_table_of_two_cpus_is_told_to_both_until_both_have_let_go);
    tcase_add_test(t, the_first_store_to_a_clean_page_is_heard_of_and_no_other);
    tcase_add_test(t, memorys_hash_is_of_its_contents_alone);
    tcase_add_test(t, a_watched_page_tells_of_every_read_and_store_but_fetches);
    tcase_add_test(t, a_watched_page_table_tells_of_walks);
    return t;
}
