/* SPDX-License-Identifier: MIT */
/*
 * The address map by its rules: higher priority covers lower, the narrower of equals the wider, "below" is transparent,
 * registers are for the CPU, and the page table says for every page what its bytes say.
 */
#include "tests/base/map_test.h"

#include <signal.h>
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

static char printed[1024];
static void add_line(void *ctx, const char *text)
{
    (void)ctx;
    strcat(strcat(printed, text), "\n");
}

START_TEST(map_is_printed_by_priority)
{
    struct mapping low = {.name = "ram", .size = 0x10000, .prio = PRIO_RAM, .rd = pages(0), .wr = pages(0)};
    struct mapping high = {.name = "regs", .base = 0xfee00000, .size = 0x10, .prio = PRIO_APIC};
    struct mapping mid = {.name = "pam", .base = 0x4000, .size = 0x1000, .prio = PRIO_CHIPSET, .rd = pages(9)};
    high.rd = high.wr = (struct target){.kind = TO_IO, .ops = &io};
    mid.wr.kind = TO_NOTHING;
    struct mapping below = {.name = "b", .base = 0x8000, .size = 0x1000, .prio = PRIO_PCI};
    mem_map(mem, &low), mem_map(mem, &high), mem_map(mem, &mid), mem_map(mem, &below);
    printed[0] = 0;
    mem_print_map(mem, add_line, NULL);
    ck_assert_str_eq(printed, "00fee00000-00fee0000f prio 40  read i/o     write i/o     regs\n"
                              "0000004000-0000004fff prio 30  read memory  write nothing pam\n"
                              "0000008000-0000008fff prio 10  read -       write -       b\n"
                              "0000000000-000000ffff prio  0  read memory  write memory  ram\n");
    const struct mapping *order[] = {&high, &mid, &below, &low, NULL, NULL};
    for (unsigned i = 0; i < ARRAY_LEN(order); i++)
        ck_assert_ptr_eq(mem_mapping(mem, i), order[i]);
    ck_assert(phys_is_io(mem, 0xfee0000f, false) && phys_is_io(mem, 0xfee00000, true));
    ck_assert(!phys_is_io(mem, 0xfee00010, false) && !phys_is_io(mem, 0x4000, true) &&
              !phys_is_io(mem, 0x20000, false));
    ck_assert(phys_is_io(mem, UINT64_C(1) << 40 | 0xfee00000, false)); /* addresses are taken modulo 2^40 */
}
END_TEST

/* The lowest address that shows a page now: hidden ones are none. */
START_TEST(map_address_of_a_page)
{
    struct mapping low = {.name = "low", .size = 0x8000, .prio = PRIO_RAM, .rd = pages(0), .wr = pages(0)};
    struct mapping again = {.name = "again", .base = 0x10000, .size = 0x4000, .prio = PRIO_RAM, .rd = pages(2)};
    struct mapping over = {.name = "over", .base = 0x2000, .size = 0x1000, .prio = PRIO_ROM, .rd = pages(99)};
    struct mapping only_wr = {.name = "wr", .base = 0x30000, .size = 0x1000, .prio = PRIO_ROM, .wr = pages(50)};
    mem_map(mem, &low), mem_map(mem, &again), mem_map(mem, &over), mem_map(mem, &only_wr);
    for (uint32_t n = 0; n < 100; n++) {
        uint64_t want = n == 99 ? 0x2000 : n == 2 ? 0x10000 : n < 8 ? n * 0x1000 : UINT64_MAX;
        ck_assert_msg(mem_page_address(mem, first + n) == want, "page %u at %llx", n,
                      (unsigned long long)mem_page_address(mem, first + n));
    }
    mem_unmap(mem, &over);
    ck_assert_uint_eq(mem_page_address(mem, first + 2), 0x2000);
    mem_unmap(mem, &low);
    ck_assert_uint_eq(mem_page_address(mem, first + 2), 0x10000);
    ck_assert_uint_eq(mem_page_address(mem, first + 5), 0x13000);
    ck_assert_uint_eq(mem_page_address(mem, first + 6), UINT64_MAX);
    mem_unmap(mem, &low); /* nothing */
}
END_TEST

/* Transfers of any length at any place: over pages, registers (in natural pieces) and holes, around the end. */
START_TEST(map_transfers_cross_everything)
{
    static const struct io_ops ops = {bytes_read, bytes_write, 8};
    struct mapping ram = {.name = "ram", .size = 0x2000, .prio = PRIO_RAM, .rd = pages(0), .wr = pages(0)};
    struct mapping dev = {.name = "dev", .base = 0x1ff0, .size = 0x10, .prio = PRIO_PCI};
    struct mapping end = {
        .name = "end", .base = PHYS_MASK - 0xfff, .size = 0x1000, .prio = PRIO_RAM, .rd = pages(5), .wr = pages(5)};
    dev.rd = dev.wr = (struct target){.kind = TO_IO, .ops = &ops};
    mem_map(mem, &ram), mem_map(mem, &dev), mem_map(mem, &end);
    static uint8_t model[0x3000], got[0x3000];
    for (unsigned i = 0; i < 0x1ff0; i++)
        model[i] = (uint8_t)(i * 7 + 3);
    for (unsigned i = 0; i < 16; i++)
        model[0x1ff0 + i] = (uint8_t)(i + 1);
    memset(model + 0x2000, 0xff, 0x1000);
    ck_assert(phys_write(mem, 0, model, 0x1ff0, INIT_CPU0));
    static const unsigned starts[] = {0,      1,      0xffc,  0xfff,  0x1000, 0x1fe0,
                                      0x1fe9, 0x1ff0, 0x1ff1, 0x1ff3, 0x1ffc, 0x1fff};
    for (unsigned i = 0; i < ARRAY_LEN(starts); i++)
        for (unsigned len = 0; len <= 0x28; len++) {
            nseen = 0;
            memset(got, 0xee, sizeof got);
            bool whole = phys_read(mem, starts[i], got, len, INIT_CPU0);
            ck_assert_msg(!memcmp(got, model + starts[i], len), "%u bytes at %x", len, starts[i]);
            ck_assert_uint_eq(got[len], 0xee);
            ck_assert_msg(whole == (starts[i] + len <= 0x2000), "%u bytes at %x: %d", len, starts[i], whole);
            for (unsigned k = 0; k < MIN(nseen, ARRAY_LEN(seen)); k++)
                ck_assert_msg(seen[k].offset % seen[k].size == 0, "%u bytes at %x: %u at offset %u", len, starts[i],
                              seen[k].size, (unsigned)seen[k].offset);
            nseen = 0;
            ck_assert_int_eq(phys_write(mem, starts[i], model + starts[i], len, INIT_CPU0), starts[i] + len <= 0x2000);
            for (unsigned k = 0; k < MIN(nseen, ARRAY_LEN(seen)); k++)
                ck_assert_uint_eq(seen[k].value, ld_le(model + 0x1ff0 + seen[k].offset, seen[k].size));
        }
    ck_assert(phys_write(mem, PHYS_MASK - 1, "abcd", 4, INIT_DMA)); /* around the end of what there is */
    ck_assert(phys_read(mem, 0, got, 2, INIT_CPU0));
    ck_assert(!memcmp(got, "cd", 2));
    ck_assert_uint_eq(phys_load(mem, PHYS_MASK - 1, 2, INIT_CPU0), 'a' | 'b' << 8);
    phys_store(mem, (PHYS_MASK + 1) * 3 + 0x10, 8, UINT64_C(0x1122334455667788), INIT_CPU0);
    for (unsigned size = 1; size <= 8; size *= 2)
        ck_assert_uint_eq(phys_load(mem, 0x10, size, INIT_CPU0),
                          UINT64_C(0x1122334455667788) & (UINT64_MAX >> (64 - 8 * size)));
}
END_TEST

START_TEST(map_of_nothing_or_beyond_the_end_is_a_bug)
{
    static const struct {
        uint64_t base, size;
    } t[] = {{0, 0}, {PHYS_MASK + 1, 0x1000}, {PHYS_MASK - 0xfff, 0x2000}, {0, PHYS_MASK + 2}};
    struct mapping last = {.name = "m", .base = PHYS_MASK - 0xfff, .size = 0x1000, .rd = pages(0), .wr = pages(0)};
    mem_map(mem, &last);
    struct mapping m = {.name = "m", .base = t[_i].base, .size = t[_i].size, .rd = pages(0), .wr = pages(0)};
    mem_map(mem, &m);
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
    tcase_add_test(c, map_is_printed_by_priority);
    tcase_add_test(c, map_address_of_a_page);
    tcase_add_test(c, map_transfers_cross_everything);
    tcase_add_loop_test_raise_signal(c, map_of_nothing_or_beyond_the_end_is_a_bug, SIGABRT, 0, 4);
    return c;
}
