/* SPDX-License-Identifier: MIT */
/*
 * The address map by its rules: higher priority covers lower, the narrower of equals the wider, "below" is transparent,
 * registers are for the CPU, and the page table says for every page what its bytes say.
 */
#include "tests/base/map_test.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "mem/mem.h"

enum { PAGES = 64, MAPS = 8, AREA = PAGES * 4096 };

static struct mem *mem;
static uint32_t first;
static unsigned reads, writes;

static uint64_t io_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    (void)ctx, (void)offset, (void)size, (void)who;
    reads++;
    return 0x5a5a5a5a;
}

static void io_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    (void)ctx, (void)offset, (void)size, (void)value, (void)who;
    writes++;
}

static const struct io_ops io = {io_read, io_write, 4};

static void setup(void)
{
    struct error err;
    mem = mem_create();
    const struct mem_block *block = mem_add_block(mem, "ram", BLOCK_RAM, 4096, &err);
    ck_assert(block != NULL);
    first = block->first;
    reads = writes = 0;
}

static void teardown(void)
{
    mem_destroy(mem);
}

static struct target pages(uint32_t n)
{
    return (struct target){.kind = TO_PAGES, .page = first + n};
}

/* What a byte reaches, by the rules alone. */
static const struct mapping *winner(const struct mapping *m, unsigned n, uint64_t at, bool write)
{
    const struct mapping *best = NULL;
    for (unsigned i = 0; i < n; i++) {
        const struct target *t = write ? &m[i].wr : &m[i].rd;
        if (!m[i].enabled || t->kind == TO_BELOW || at < m[i].base || at >= m[i].base + m[i].size)
            continue;
        if (!best || m[i].prio > best->prio ||
            (m[i].prio == best->prio &&
             (m[i].size < best->size || (m[i].size == best->size && m[i].base < best->base))))
            best = &m[i];
    }
    return best;
}

/* The page that all bytes of a page reach; NO_PAGE where they differ or are none of memory. */
static uint32_t wanted(const struct mapping *m, unsigned n, uint64_t page, bool write)
{
    uint32_t found = NO_PAGE;
    for (uint64_t at = page * PAGE_SIZE; at < (page + 1) * PAGE_SIZE; at += 16) {
        const struct mapping *w = winner(m, n, at, write);
        const struct target *t = !w ? NULL : write ? &w->wr : &w->rd;
        if (!t || t->kind != TO_PAGES)
            return NO_PAGE;
        uint32_t here = t->page + (uint32_t)((at - w->base) >> PAGE_BITS);
        if (found != NO_PAGE && here != found)
            return NO_PAGE;
        found = here;
    }
    return found;
}

static void check_all(const struct mapping *m, unsigned n, unsigned round)
{
    for (uint64_t p = 0; p < PAGES; p++) {
        uint32_t rd = wanted(m, n, p, false), wr = wanted(m, n, p, true);
        ck_assert_msg(mem_read_page(mem, p << PAGE_BITS) == rd, "round %u: page %u reads %x, not %x", round,
                      (unsigned)p, mem_read_page(mem, p << PAGE_BITS), rd);
        ck_assert_msg(mem_write_page(mem, p << PAGE_BITS) == wr, "round %u: page %u writes %x, not %x", round,
                      (unsigned)p, mem_write_page(mem, p << PAGE_BITS), wr);
    }
}

static unsigned seed = 7;
static unsigned pick(unsigned n)
{
    seed = seed * 1103515245 + 12345;
    return (seed >> 16) % n;
}

/* A mapping of whole pages, or registers that share pages. */
static void choose(struct mapping *m, unsigned i)
{
    static const char *const names[MAPS] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    static const enum target_kind kinds[] = {TO_PAGES, TO_PAGES, TO_BELOW, TO_NOTHING};
    m->name = names[i];
    m->prio = (int)pick(3) * 10;
    if (pick(4) == 0) {
        m->base = pick(AREA / 16 - 0x800) * 16u;
        m->size = (pick(0x400) + 1) * 16u;
        m->rd = m->wr = (struct target){.kind = TO_IO, .ops = &io};
        return;
    }
    m->base = pick(PAGES - 1) * PAGE_SIZE;
    m->size = (pick(PAGES - (unsigned)(m->base >> PAGE_BITS)) + 1) * PAGE_SIZE;
    m->rd = pages(i * 100), m->rd.kind = kinds[pick(4)];
    m->wr = pages(i * 100 + 50), m->wr.kind = kinds[pick(4)];
}

START_TEST(map_tables_say_what_the_rules_say)
{
    struct mapping m[MAPS] = {0};
    for (unsigned round = 0; round < 3000; round++) {
        unsigned i = pick(MAPS);
        if (m[i].enabled && pick(3) == 0) {
            mem_unmap(mem, &m[i]);
        } else {
            choose(&m[i], i);
            mem_map(mem, &m[i]);
        }
        check_all(m, MAPS, round);
    }
}
END_TEST

/* Both orders of mapping, for pages and for registers. */
START_TEST(map_narrower_of_equals_wins_whatever_the_order)
{
    for (unsigned order = 0; order < 2; order++) {
        struct mapping wide = {.name = "wide", .size = 8 * PAGE_SIZE, .prio = PRIO_PCI, .rd = pages(0), .wr = pages(0)};
        struct mapping narrow = {.name = "narrow",
                                 .base = 2 * PAGE_SIZE,
                                 .size = PAGE_SIZE,
                                 .prio = PRIO_PCI,
                                 .rd = pages(9),
                                 .wr = pages(9)};
        mem_map(mem, order ? &wide : &narrow);
        mem_map(mem, order ? &narrow : &wide);
        ck_assert_uint_eq(mem_read_page(mem, PAGE_SIZE), first + 1);
        ck_assert_uint_eq(mem_read_page(mem, 2 * PAGE_SIZE), first + 9);
        ck_assert_uint_eq(mem_write_page(mem, 2 * PAGE_SIZE), first + 9);
        ck_assert_uint_eq(mem_read_page(mem, 3 * PAGE_SIZE), first + 3);
        wide.prio++;
        mem_map(mem, &wide);
        ck_assert_uint_eq(mem_read_page(mem, 2 * PAGE_SIZE), first + 2);
        mem_unmap(mem, &wide);
        mem_unmap(mem, &narrow);
    }
}
END_TEST

/* Each way for each initiator: the CPU reaches registers, a bus master none, the debugger reads those that allow it. */
START_TEST(map_registers_are_reached_by_whom_they_are_for)
{
    static const enum initiator who[] = {INIT_CPU0, INIT_DMA, INIT_DEBUG};
    for (unsigned i = 0; i < ARRAY_LEN(who); i++) {
        for (unsigned inspect = 0; inspect < 2; inspect++) {
            uint8_t data[8] = {0};
            struct mapping dev = {.name = "dev", .base = 0x100, .size = 0x10, .prio = PRIO_PCI, .inspect = inspect};
            dev.rd = dev.wr = (struct target){.kind = TO_IO, .ops = &io};
            mem_map(mem, &dev);
            bool can_read = who[i] == INIT_CPU0 || (who[i] == INIT_DEBUG && inspect), can_write = who[i] == INIT_CPU0;
            reads = writes = 0;
            ck_assert_int_eq(phys_read(mem, 0x100, data, 8, who[i]), can_read);
            ck_assert_uint_eq(reads, can_read ? 2 : 0);
            ck_assert_uint_eq(data[0], can_read ? 0x5a : 0xff);
            ck_assert_int_eq(phys_write(mem, 0x100, data, 8, who[i]), can_write);
            ck_assert_uint_eq(writes, can_write ? 2 : 0);
            phys_store(mem, 0x104, 4, 1, who[i]);
            ck_assert_uint_eq(writes, can_write ? 3 : 0);
            phys_load(mem, 0x104, 4, who[i]);
            ck_assert_uint_eq(reads, can_read ? 3 : 0);
            mem_unmap(mem, &dev);
        }
    }
}
END_TEST

/* Registers whose byte at offset n is n + 1, with something above what was asked; the accesses are kept. */
static struct access {
    uint64_t offset, value;
    unsigned size;
} seen[8];
static unsigned nseen;

static uint64_t bytes_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    (void)ctx, (void)who;
    uint64_t v = UINT64_MAX;
    if (nseen < ARRAY_LEN(seen))
        seen[nseen++] = (struct access){offset, 0, size};
    for (unsigned i = size; i-- > 0;)
        v = v << 8 | (offset + i + 1);
    return v;
}

static void bytes_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    (void)ctx, (void)who;
    if (nseen < ARRAY_LEN(seen))
        seen[nseen++] = (struct access){offset, value, size};
}

/* io_ops.max_size: what is wider comes in parts of that size, lowest first, each without what is above it. */
START_TEST(map_wide_accesses_come_in_parts_that_registers_take)
{
    static const uint8_t max_sizes[] = {0, 1, 2, 4, 8};
    for (unsigned k = 0; k < 2 * ARRAY_LEN(max_sizes); k++) {
        struct io_ops ops = {bytes_read, bytes_write, max_sizes[k / 2]};
        struct mapping dev = {.name = "dev", .base = 0x100, .size = 0x20, .prio = PRIO_PCI};
        dev.rd = dev.wr = (struct target){.kind = TO_IO, .ops = &ops};
        mem_map(mem, &dev);
        for (unsigned size = 1; size <= 8; size *= 2) {
            unsigned step = MIN(ops.max_size ? ops.max_size : 4u, size), parts = size / step;
            const uint64_t mask = UINT64_MAX >> (64 - 8 * size), all = UINT64_C(0x100f0e0d0c0b0a09) & mask;
            bool store = k % 2;
            nseen = 0;
            if (store)
                phys_store(mem, 0x108, size, all | ~mask, INIT_CPU0);
            else
                ck_assert_uint_eq(phys_load(mem, 0x108, size, INIT_CPU0), all);
            ck_assert_msg(nseen == parts, "%u bytes of %u at most: %u parts, not %u", size, ops.max_size, nseen, parts);
            for (unsigned i = 0; i < parts; i++) {
                ck_assert_uint_eq(seen[i].offset, 8 + i * step);
                ck_assert_uint_eq(seen[i].size, step);
                if (store)
                    ck_assert_uint_eq(seen[i].value, all >> (8 * i * step) & (UINT64_MAX >> (64 - 8 * step)));
            }
        }
        mem_unmap(mem, &dev);
    }
}
END_TEST

/* No function: reads give ones, stores go nowhere, at each size. */
START_TEST(map_registers_of_one_direction)
{
    static const struct io_ops read_only = {bytes_read, NULL, 8}, write_only = {NULL, bytes_write, 8};
    for (unsigned k = 0; k < 2; k++) {
        struct mapping dev = {.name = "dev", .base = 0x100, .size = 0x20, .prio = PRIO_PCI};
        dev.rd = dev.wr = (struct target){.kind = TO_IO, .ops = k ? &write_only : &read_only};
        mem_map(mem, &dev);
        for (unsigned size = 1; size <= 8; size *= 2) {
            const uint64_t ones = UINT64_MAX >> (64 - 8 * size);
            nseen = 0;
            ck_assert_uint_eq(phys_load(mem, 0x108, size, INIT_CPU0), k ? ones : 0x100f0e0d0c0b0a09 & ones);
            ck_assert_uint_eq(nseen, !k);
            phys_store(mem, 0x108, size, 0, INIT_CPU0);
            ck_assert_uint_eq(nseen, 1);
        }
        mem_unmap(mem, &dev);
    }
}
END_TEST

TCase *map_tests(void)
{
    TCase *c = tcase_create("map");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, map_tables_say_what_the_rules_say);
    tcase_add_test(c, map_narrower_of_equals_wins_whatever_the_order);
    tcase_add_test(c, map_wide_accesses_come_in_parts_that_registers_take);
    tcase_add_test(c, map_registers_of_one_direction);
    tcase_add_test(c, map_registers_are_reached_by_whom_they_are_for);
    return c;
}
