/* SPDX-License-Identifier: MIT */
/* The ground floors: buffers, state tables, memory, ports, virtual time, journal. */
#include <check.h>
#include <stdlib.h>

#include "tests/base/bus_test.h"
#include "tests/base/keys_test.h"
#include "tests/base/map_test.h"
#include "tests/base/text_test.h"
#include "base/bits.h"
#include "base/state.h"
#include "base/text_clean.h"
#include "bus/bus.h"
#include "time/journal.h"

/* --- Buffers --- */

START_TEST(buf_behaves_as_a_queue_of_bytes)
{
    static uint8_t model[1 << 16];
    struct buf b = {0};
    size_t n = 0;
    uint32_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 1664525 + 1013904223;
        size_t k = seed >> 24;
        if (seed >> 16 & 1 && n + k <= sizeof model) {
            memset(model + n, (int)i, k);
            buf_add(&b, model + n, k);
            n += k;
        } else {
            buf_drop(&b, k);
            k = MIN(k, n);
            memmove(model, model + k, n - k);
            n -= k;
        }
        ck_assert_uint_eq(b.len, n);
        ck_assert(!n || !memcmp(b.data, model, n));
        ck_assert(!b.data || b.data[b.len] == 0);
    }
    buf_free(&b);
}
END_TEST

START_TEST(reader_that_runs_short_stays_bad)
{
    static const uint8_t bytes[5] = {1, 2, 3, 4, 5};
    struct reader r = {bytes, bytes + sizeof bytes, false};
    ck_assert_uint_eq(get32(&r), 0x04030201);
    ck_assert_uint_eq(get32(&r), 0);
    ck_assert(r.bad);
    ck_assert_uint_eq(get8(&r), 0);
}
END_TEST

/* --- State tables --- */

struct thing {
    uint32_t number;
    uint16_t list[3];
    struct timer alarm;
    bool flag, flags[2];
};
static const struct state_field thing_fields[] = {STATE_U(struct thing, number), STATE_ARRAY(struct thing, list),
                                                  STATE_TIMER_FIELD(struct thing, alarm), STATE_U(struct thing, flag),
                                                  STATE_ARRAY(struct thing, flags)};
static const struct state_table thing_state = {"thing", thing_fields, ARRAY_LEN(thing_fields)};
static const struct state_table older_state = {"thing", thing_fields, 1};

static void nothing(void *ctx)
{
    (void)ctx;
}

START_TEST(state_comes_back_field_by_field)
{
    struct clock c;
    struct error err;
    clock_init(&c);
    struct thing a = {.number = 7, .list = {1, 2, 3}}, b = {0};
    timer_init(&a.alarm, &c, nothing, NULL);
    timer_init(&b.alarm, &c, nothing, NULL);
    timer_set(&a.alarm, 1234);
    struct buf saved = {0};
    state_save(&thing_state, &a, &timer_state_ops, &saved);
    struct reader r = {saved.data, saved.data + saved.len, false};
    ck_assert(state_load(&thing_state, &b, &timer_state_ops, &r, &err));
    ck_assert_uint_eq(b.number, 7);
    ck_assert_uint_eq(b.list[2], 3);
    ck_assert_uint_eq(b.alarm.when, 1234);
    for (size_t cut = 0; cut < saved.len; cut++) {
        r = (struct reader){saved.data, saved.data + cut, false};
        ck_assert(!state_load(&thing_state, &b, &timer_state_ops, &r, &err));
    }
    buf_free(&saved);
    clock_free(&c);
}
END_TEST

START_TEST(state_of_a_bool_is_zero_or_one)
{
    static const size_t from_end[] = {1, 2, 14}; /* flags[1], flags[0], flag */
    struct clock c;
    struct error err;
    clock_init(&c);
    struct thing a = {.flag = true, .flags = {false, true}}, b = {0};
    timer_init(&a.alarm, &c, nothing, NULL);
    timer_init(&b.alarm, &c, nothing, NULL);
    struct buf saved = {0};
    state_save(&thing_state, &a, &timer_state_ops, &saved);
    struct reader r = {saved.data, saved.data + saved.len, false};
    ck_assert(state_load(&thing_state, &b, &timer_state_ops, &r, &err));
    ck_assert(b.flag && !b.flags[0] && b.flags[1]);
    for (unsigned i = 0; i < ARRAY_LEN(from_end); i++) {
        uint8_t *byte = saved.data + saved.len - from_end[i], was = *byte;
        ck_assert_uint_le(was, 1);
        *byte = 2;
        r = (struct reader){saved.data, saved.data + saved.len, false};
        ck_assert(!state_load(&thing_state, &b, &timer_state_ops, &r, &err));
        ck_assert(strstr(err.text, i < 2 ? "'flags'" : "'flag'"));
        *byte = was;
    }
    buf_free(&saved);
    clock_free(&c);
}
END_TEST

struct holder {
    uint32_t used;
    uint8_t data[16];
    uint16_t after;
};
static uint32_t holder_used(const void *data)
{
    return ((const struct holder *)(const void *)((const uint8_t *)data - offsetof(struct holder, data)))->used;
}
static const struct state_field holder_fields[] = {
    STATE_U(struct holder, used), STATE_BUFFER(struct holder, data, holder_used), STATE_U(struct holder, after)};
static const struct state_table holder_state = {"holder", holder_fields, ARRAY_LEN(holder_fields)};

/* What is behind the used bytes is neither saved nor packed, and is zero in what is loaded. */
START_TEST(state_of_a_buffer_is_its_used_bytes)
{
    struct error err;
    for (uint32_t used = 0; used <= 20; used++) {
        uint32_t n = MIN(used, 16u);
        struct holder a = {used, {0}, 0x1234}, b, c;
        memset(a.data, 0xaa, sizeof a.data);
        memset(&b, 0x55, sizeof b);
        c = b;
        struct buf saved = {0}, packed = {0};
        state_save(&holder_state, &a, NULL, &saved);
        state_pack(&holder_state, &a, NULL, &packed);
        ck_assert_uint_eq(packed.len, 4 + 4 + n + 2);
        struct reader r = {saved.data, saved.data + saved.len, false},
                      q = {packed.data, packed.data + packed.len, false};
        ck_assert_msg(state_load(&holder_state, &b, NULL, &r, &err), "%s", err.text);
        ck_assert(state_unpack(&holder_state, &c, NULL, &q) && q.p == q.end);
        for (unsigned i = 0; i < 16; i++) {
            ck_assert_msg(b.data[i] == (i < n ? 0xaa : 0), "saved, %u used: byte %u is %02x", used, i, b.data[i]);
            ck_assert_msg(c.data[i] == (i < n ? 0xaa : 0), "packed, %u used: byte %u is %02x", used, i, c.data[i]);
        }
        ck_assert(b.after == 0x1234 && c.after == 0x1234 && c.used == used);
        buf_free(&saved);
        buf_free(&packed);
    }
}
END_TEST

START_TEST(packed_state_comes_back_and_cut_short_does_not)
{
    struct clock c;
    clock_init(&c);
    struct thing a = {.number = 7, .list = {1, 2, 3}, .flags = {false, true}}, b = {.number = 1, .flag = true};
    timer_init(&a.alarm, &c, nothing, NULL);
    timer_init(&b.alarm, &c, nothing, NULL);
    timer_set(&a.alarm, 1234);
    timer_set(&b.alarm, 99);
    struct buf packed = {0};
    state_pack(&thing_state, &a, &timer_state_ops, &packed);
    struct reader r = {packed.data, packed.data + packed.len, false};
    ck_assert(state_unpack(&thing_state, &b, &timer_state_ops, &r) && r.p == r.end);
    ck_assert(b.number == 7 && b.list[0] == 1 && b.list[2] == 3 && !b.flag && b.flags[1] && b.alarm.when == 1234);
    for (size_t cut = 0; cut < packed.len; cut++) {
        r = (struct reader){packed.data, packed.data + cut, false};
        ck_assert_msg(!state_unpack(&thing_state, &b, &timer_state_ops, &r), "cut at %zu", cut);
    }
    buf_free(&packed);
    clock_free(&c);
}
END_TEST

START_TEST(state_of_an_older_version_loads_an_unknown_field_does_not)
{
    struct clock c;
    struct error err;
    clock_init(&c);
    struct thing a = {.number = 7, .list = {1, 2, 3}}, b = {.list = {9, 9, 9}};
    timer_init(&a.alarm, &c, nothing, NULL);
    timer_init(&b.alarm, &c, nothing, NULL);
    struct buf old = {0}, new = {0};
    state_save(&older_state, &a, &timer_state_ops, &old);
    state_save(&thing_state, &a, &timer_state_ops, &new);
    struct reader r = {old.data, old.data + old.len, false};
    ck_assert(state_load(&thing_state, &b, &timer_state_ops, &r, &err));
    ck_assert_uint_eq(b.number, 7);
    ck_assert_uint_eq(b.list[0], 9);
    r = (struct reader){new.data, new.data + new.len, false};
    ck_assert(!state_load(&older_state, &b, &timer_state_ops, &r, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "'list'"));
    buf_free(&old);
    buf_free(&new);
    clock_free(&c);
}
END_TEST

/* --- Virtual time --- */

static int order[8], fired;
static struct timer *to_set;
static void note(void *ctx)
{
    order[fired++ & 7] = (int)(intptr_t)ctx;
    if (to_set) {
        struct timer *t = to_set;
        to_set = NULL;
        timer_set(t, clock_ns(t->clock));
    }
}

START_TEST(events_run_by_time_and_ties_by_order_of_setting)
{
    struct clock c;
    struct timer t[4];
    clock_init(&c);
    fired = 0;
    for (intptr_t i = 0; i < 4; i++)
        timer_init(&t[i], &c, note, (void *)i);
    timer_set(&t[2], 100);
    timer_set(&t[0], 200);
    timer_set(&t[1], 100);
    to_set = &t[3];
    c.pos = clock_pos_at(&c, 100);
    clock_run(&c);
    ck_assert_int_eq(fired, 3); /* what an event sets for now runs too */
    ck_assert_int_eq(order[0], 2);
    ck_assert_int_eq(order[1], 1);
    ck_assert_int_eq(order[2], 3);
    ck_assert_uint_eq(clock_next(&c), 200);
    timer_cancel(&t[0]);
    ck_assert_uint_eq(clock_next(&c), TIME_NEVER);
    clock_free(&c);
}
END_TEST

START_TEST(clock_pos_at_is_the_first_position_of_a_time)
{
    struct clock c;
    clock_init(&c);
    for (uint64_t rate = UINT64_C(1) << 29; rate < UINT64_C(1) << 40; rate = rate * 7 / 3) {
        clock_set_rate(&c, rate);
        for (uint64_t ns = clock_ns(&c) + 1; ns < clock_ns(&c) + 5000; ns += 37) {
            uint64_t pos = clock_pos_at(&c, ns);
            ck_assert_uint_ge(clock_ns_at(&c, pos), ns);
            ck_assert(pos == c.pos || clock_ns_at(&c, pos - 1) < ns);
        }
        c.pos += 1000;
    }
}
END_TEST

START_TEST(clock_is_monotonic_over_rate_changes_and_skips)
{
    struct clock c;
    clock_init(&c);
    uint64_t last = 0;
    for (int i = 1; i < 1000; i++) {
        c.pos += 1 + (unsigned)i % 13;
        if (i % 3 == 0)
            clock_set_rate(&c, (UINT64_C(1) << 32) * (unsigned)(1 + i % 50) / 7);
        if (i % 5 == 0)
            clock_skip_to(&c, last + 11);
        ck_assert_uint_ge(clock_ns(&c), last);
        last = clock_ns(&c);
    }
}
END_TEST

START_TEST(ticks_and_their_times_are_inverse)
{
    static const uint64_t hz[] = {32768, 1193182, 3579545, 14318180, 1000000000};
    for (size_t i = 0; i < ARRAY_LEN(hz); i++) {
        for (uint64_t tick = 1; tick < UINT64_C(1) << 40; tick = tick * 3 + 1) {
            uint64_t ns = clock_tick_ns(tick, hz[i]);
            ck_assert_uint_eq(clock_ticks(ns, hz[i]), tick);
            ck_assert_uint_lt(clock_ticks(ns - 1, hz[i]), tick);
        }
    }
}
END_TEST

/* --- Memory --- */

static struct mem *mem;
static const struct mem_block *ram, *rom;
static struct mapping map_ram, map_rom, map_pam, map_dev;
static uint64_t dev_value, dev_offset;
static unsigned dev_size;

static uint64_t dev_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    (void)ctx;
    (void)who;
    dev_offset = offset;
    dev_size = size;
    return 0x1122334455667788;
}

static void dev_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    (void)ctx;
    (void)who;
    dev_offset = offset;
    dev_size = size;
    dev_value = value;
}

static const struct io_ops dev_ops = {dev_read, dev_write, 4};

static void mem_setup(void)
{
    struct error err;
    mem = mem_create();
    ram = mem_add_block(mem, "ram", BLOCK_RAM, 16, &err);
    rom = mem_add_block(mem, "rom", BLOCK_ROM, 1, &err);
    struct target to_ram = {TO_PAGES, ram->first, NULL, NULL}, to_rom = {TO_PAGES, rom->first, NULL, NULL};
    struct target dev = {TO_IO, 0, &dev_ops, NULL};
    map_ram = (struct mapping){.name = "ram", .size = 0x10000, .prio = PRIO_RAM, .rd = to_ram, .wr = to_ram};
    map_rom = (struct mapping){
        .name = "rom", .base = 0x4000, .size = 0x1000, .prio = PRIO_ROM, .rd = to_rom, .wr = {.kind = TO_NOTHING}};
    map_dev = (struct mapping){.name = "dev", .base = 0x8100, .size = 0x10, .prio = PRIO_PCI, .rd = dev, .wr = dev};
    mem_map(mem, &map_ram);
    mem_map(mem, &map_rom);
    mem_poke(mem, rom->first, 0, 4, "ROM!");
}

static void mem_teardown(void)
{
    mem_destroy(mem);
}

START_TEST(map_read_and_write_sides_differ_as_pam_has_them)
{
    struct target to_ram = {TO_PAGES, ram->first + 4, NULL, NULL};
    map_pam = (struct mapping){
        .name = "pam", .base = 0x4000, .size = 0x1000, .prio = PRIO_CHIPSET, .rd = {.kind = TO_BELOW}, .wr = to_ram};
    mem_map(mem, &map_pam); /* write to RAM, read the ROM */
    phys_store(mem, 0x4000, 4, 0x12345678, INIT_CPU0);
    ck_assert_uint_eq(phys_load(mem, 0x4000, 4, INIT_CPU0), ld32("ROM!"));
    map_pam.rd = to_ram;
    mem_map(mem, &map_pam);
    ck_assert_uint_eq(phys_load(mem, 0x4000, 4, INIT_CPU0), 0x12345678);
    mem_unmap(mem, &map_pam);
    ck_assert_uint_eq(phys_load(mem, 0x4000, 4, INIT_CPU0), ld32("ROM!"));
}
END_TEST

START_TEST(map_moved_by_its_owner_leaves_nothing_behind)
{
    map_rom.base = 0x6000; /* changed while mapped, as a BAR is */
    mem_map(mem, &map_rom);
    ck_assert_uint_eq(phys_load(mem, 0x4000, 4, INIT_CPU0), 0);
    ck_assert_uint_eq(phys_load(mem, 0x6000, 4, INIT_CPU0), ld32("ROM!"));
    ck_assert_uint_eq(mem_page_address(mem, rom->first), 0x6000);
}
END_TEST

START_TEST(rom_drops_stores_unmapped_reads_ones)
{
    phys_store(mem, 0x4000, 4, 0, INIT_CPU0);
    ck_assert_uint_eq(phys_load(mem, 0x4000, 4, INIT_CPU0), ld32("ROM!"));
    ck_assert_uint_eq(phys_load(mem, 0x20000, 2, INIT_CPU0), 0xffff);
    uint8_t b;
    ck_assert(!phys_read(mem, 0x20000, &b, 1, INIT_CPU0));
}
END_TEST

START_TEST(registers_may_share_a_page_with_memory)
{
    mem_map(mem, &map_dev);
    phys_store(mem, 0x8000, 4, 0xabcd, INIT_CPU0);
    ck_assert_uint_eq(phys_load(mem, 0x8000, 4, INIT_CPU0), 0xabcd);
    ck_assert_uint_eq(phys_load(mem, 0x8104, 4, INIT_CPU0), 0x55667788);
    ck_assert_uint_eq(dev_offset, 4);
    phys_store(mem, 0x8102, 2, 0xffff1234, INIT_CPU0);
    ck_assert_uint_eq(dev_offset, 2);
    ck_assert_uint_eq(dev_value, 0x1234);
    ck_assert_uint_eq(mem_read_page(mem, 0x8000), NO_PAGE);
}
END_TEST

START_TEST(bus_masters_and_the_debugger_reach_no_registers)
{
    uint8_t data[16];
    mem_map(mem, &map_dev);
    dev_size = 0;
    ck_assert(!phys_read(mem, 0x8100, data, sizeof data, INIT_DMA));
    ck_assert(!phys_write(mem, 0x8100, data, sizeof data, INIT_DEBUG));
    ck_assert_uint_eq(dev_size, 0);
    ck_assert_uint_eq(data[0], 0xff);
}
END_TEST

static unsigned told, told_len;
static void on_store(void *ctx, uint32_t bpn, uint32_t off, uint32_t len, const void *data)
{
    (void)off;
    (void)data;
    told++;
    told_len = len;
    mem_clear_notify(ctx, bpn);
}
static unsigned protects;
static void on_protect(void *ctx, uint32_t bpn, bool reads)
{
    (void)ctx;
    (void)bpn;
    (void)reads;
    protects++;
}

START_TEST(listeners_hear_of_stores_to_pages_with_their_facts)
{
    struct page_listener l = {.ctx = mem, .facts = PI_NOTIFY, .store = on_store, .protect = on_protect};
    mem_add_listener(mem, &l);
    phys_write(mem, 0x1000, "x", 1, INIT_DMA); /* a page that is not clean: stores are fast */
    mem_set_notify(mem, ram->first + 1);
    ck_assert_uint_eq(protects, 1);
    uint8_t data[PAGE_SIZE] = {0};
    phys_write(mem, 0x0ff0, data, 0x20, INIT_DMA); /* the second half lies in page 1 */
    ck_assert_uint_eq(told, 1);
    ck_assert_uint_eq(told_len, 0x10);
    phys_write(mem, 0x1000, data, 4, INIT_DMA);
    ck_assert_uint_eq(told, 1);
}
END_TEST

/* --- Ports --- */

static uint64_t port_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    (void)who;
    return *(const uint8_t *)ctx + offset + (size << 4);
}
static const struct io_ops byte_ops = {port_read, NULL, 1}, word_ops = {port_read, NULL, 4};

START_TEST(ports_narrower_claim_wins_whatever_the_order_until_released)
{
    uint8_t a = 1, b = 2;
    struct port_space *s = port_space_create();
    struct port_range first = {.name = "a", .base = 0x100, .count = 8, .ops = &byte_ops, .ctx = &a};
    struct port_range second = {.name = "b", .base = 0x104, .count = 4, .ops = &byte_ops, .ctx = &b};
    port_claim(s, &first);
    port_claim(s, &second);
    ck_assert_uint_eq(port_in(s, 0x104, 1, INIT_CPU0), 0x12);
    port_claim(s, &first);
    ck_assert_uint_eq(port_in(s, 0x104, 1, INIT_CPU0), 0x12);
    port_release(s, &second);
    ck_assert_uint_eq(port_in(s, 0x104, 1, INIT_CPU0), 0x15);
    ck_assert_uint_eq(port_in(s, 0x10b, 1, INIT_CPU0), 0xff);
    second.base = 0x100;
    port_claim(s, &second);
    second.base = 0x200; /* moved while claimed */
    port_claim(s, &second);
    ck_assert_uint_eq(port_in(s, 0x100, 1, INIT_CPU0), 0x11);
    ck_assert_uint_eq(port_in(s, 0x200, 1, INIT_CPU0), 0x12);
    port_space_destroy(s);
}
END_TEST

START_TEST(ports_wide_accesses_split_to_what_each_claimant_takes)
{
    uint8_t a = 1, b = 2;
    struct port_space *s = port_space_create();
    struct port_range first = {.name = "a", .base = 0x100, .count = 2, .ops = &byte_ops, .ctx = &a};
    struct port_range second = {.name = "b", .base = 0x104, .count = 8, .ops = &word_ops, .ctx = &b};
    port_claim(s, &first);
    port_claim(s, &second);
    ck_assert_uint_eq(port_in(s, 0x100, 4, INIT_CPU0), 0xffff1211);
    ck_assert_uint_eq(port_in(s, 0x104, 4, INIT_CPU0), 0x42);
    ck_assert_uint_eq(port_in(s, 0xffff, 2, INIT_CPU0), 0xffff);
    port_space_destroy(s);
}
END_TEST

/* --- Text that is fit to be shown --- */

START_TEST(text_clean_replaces_what_steers)
{
    static const struct {
        const char *from, *to;
    } t[] = {
        {"plain ~", "plain ~"},
        {"\x1f \x7f", "? ?"},
        {"\033[2J\r\b\a", "?[2J???"},
        {"a\nb\tc", "a\nb\tc"},                              /* kept */
        {"\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", "???\xc2\xa0"}, /* C1, as characters */
        {"\x80\x9b\x9f\xbf", "????"},                        /* and as bytes */
        {"\xd8\x9b\xd8\x9c\xd8\x9d", "\xd8\x9b?\xd8\x9d"},   /* 61Ch */
        {"\xe2\x80\x8a\xe2\x80\x8b\xe2\x80\x8f\xe2\x80\x90", "\xe2\x80\x8a??\xe2\x80\x90"},
        {"\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xae\xe2\x80\xaf", "\xe2\x80\xa7??\xe2\x80\xaf"},
        {"\xe2\x81\x9f\xe2\x81\xa0\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaf\xe2\x81\xb0", "\xe2\x81\x9f????\xe2\x81\xb0"},
        {"\xef\xbb\xbf|\xf3\xa0\x81\x81", "?|?"}, /* byte order mark, a tag */
        {"\xc3\xa9\xe2\x98\xba\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x98\xba\xf0\x9f\x98\x80"},
        {"\xc0\x8a\xc1\xbf", "????"}, /* not the shortest form */
        {"\xe0\x9f\xbf\xe0\xa0\x80", "???\xe0\xa0\x80"},
        {"\xed\x9f\xbf\xed\xa0\x80", "\xed\x9f\xbf???"}, /* a surrogate */
        {"\xf0\x8f\xbf\xbf\xf0\x90\x80\x80", "????\xf0\x90\x80\x80"},
        {"\xf4\x8f\xbf\xbf\xf4\x90\x80\x80\xf5", "\xf4\x8f\xbf\xbf?????"}, /* beyond Unicode */
        {"\xe2\x98", "??"},                                                /* cut short */
        {"\xe2\x98"
         "a",
         "??a"},
        {"\xf1\xa0(", "?"
                      "?("}, /* what is there so far would show something */
        {"", ""},
    };
    char to[64];
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        size_t n = text_clean(to, sizeof to, t[i].from, strlen(t[i].from), "\n\t");
        ck_assert_msg(!strcmp(to, t[i].to), "row %zu: '%s'", i, to);
        ck_assert_uint_eq(n, strlen(t[i].to));
    }
    ck_assert_uint_eq(text_clean(to, sizeof to, "a\nb\0c", 5, ""), 5);
    ck_assert_str_eq(to, "a?b?c");
}
END_TEST

START_TEST(text_clean_keeps_to_the_room)
{
    char to[8];
    for (size_t room = 1; room <= 7; room++) {
        memset(to, '#', sizeof to);
        /* Whole characters only: 1, 1, 3 bytes. */
        size_t n = text_clean(to, room, "ab\xe2\x98\xba", 5, ""), want = room >= 6 ? 5 : MIN(room - 1, (size_t)2);
        ck_assert_uint_eq(n, want);
        ck_assert_int_eq(to[n], 0);
        ck_assert_int_eq(to[room], '#');
    }
    char same[] = "\033\xe2\x98\xba\x9b";
    ck_assert_uint_eq(text_clean(same, sizeof same, same, 5, ""), 5);
    ck_assert_str_eq(same, "?\xe2\x98\xba?");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ground floors");
    TCase *t = tcase_create("base, time");
    tcase_add_test(t, buf_behaves_as_a_queue_of_bytes);
    tcase_add_test(t, reader_that_runs_short_stays_bad);
    tcase_add_test(t, state_comes_back_field_by_field);
    tcase_add_test(t, state_of_a_bool_is_zero_or_one);
    tcase_add_test(t, state_of_a_buffer_is_its_used_bytes);
    tcase_add_test(t, packed_state_comes_back_and_cut_short_does_not);
    tcase_add_test(t, state_of_an_older_version_loads_an_unknown_field_does_not);
    tcase_add_test(t, events_run_by_time_and_ties_by_order_of_setting);
    tcase_add_test(t, clock_pos_at_is_the_first_position_of_a_time);
    tcase_add_test(t, clock_is_monotonic_over_rate_changes_and_skips);
    tcase_add_test(t, ticks_and_their_times_are_inverse);
    tcase_add_test(t, text_clean_replaces_what_steers);
    tcase_add_test(t, text_clean_keeps_to_the_room);
    suite_add_tcase(s, t);
    TCase *m = tcase_create("mem, bus");
    tcase_add_checked_fixture(m, mem_setup, mem_teardown);
    tcase_add_test(m, map_read_and_write_sides_differ_as_pam_has_them);
    tcase_add_test(m, map_moved_by_its_owner_leaves_nothing_behind);
    tcase_add_test(m, rom_drops_stores_unmapped_reads_ones);
    tcase_add_test(m, registers_may_share_a_page_with_memory);
    tcase_add_test(m, bus_masters_and_the_debugger_reach_no_registers);
    tcase_add_test(m, listeners_hear_of_stores_to_pages_with_their_facts);
    tcase_add_test(m, ports_narrower_claim_wins_whatever_the_order_until_released);
    tcase_add_test(m, ports_wide_accesses_split_to_what_each_claimant_takes);
    suite_add_tcase(s, m);
    suite_add_tcase(s, map_tests());
    suite_add_tcase(s, bus_tests());
    suite_add_tcase(s, keys_tests());
    suite_add_tcase(s, text_tests());
    suite_add_tcase(s, key_queue_tests());
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
