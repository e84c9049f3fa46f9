/* SPDX-License-Identifier: MIT */
/* The buses by rule: the port space, the space of MSRs, properties of devices, the event queue, memory's pages. */
#include "tests/base/bus_test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/bits.h"
#include "bus/dev.h"
#include "bus/input.h"

/* --- Ports --- */

static struct {
    uint64_t offset, value;
    unsigned size, from;
    bool write;
} seen[8];
static unsigned nseen;

static uint64_t note_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    ck_assert_uint_eq(who, INIT_CPU0);
    ck_assert_uint_lt(nseen, ARRAY_LEN(seen));
    seen[nseen].offset = offset, seen[nseen].size = size, seen[nseen].write = false;
    seen[nseen++].from = (unsigned)(uintptr_t)ctx;
    return UINT64_C(0xffffffff44332211); /* more than was asked for */
}

static void note_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    (void)who;
    ck_assert_uint_lt(nseen, ARRAY_LEN(seen));
    seen[nseen].offset = offset, seen[nseen].size = size, seen[nseen].write = true, seen[nseen].value = value;
    seen[nseen++].from = (unsigned)(uintptr_t)ctx;
}

/* Accesses of 1, 2 and 4 bytes at, before and at the end of a range, for each width that a chip takes. */
START_TEST(ports_accesses_are_split_as_the_chip_takes_them)
{
    static const uint8_t widths[] = {0, 1, 2, 4};
    for (unsigned i = 0; i < ARRAY_LEN(widths); i++) {
        struct port_space *s = port_space_create();
        struct io_ops ops = {note_read, note_write, widths[i]};
        struct port_range r = {.name = "r", .base = 0x100, .count = 5, .ops = &ops};
        unsigned most = widths[i] ? widths[i] : 4;
        port_claim(s, &r);
        for (unsigned port = 0xfd; port < 0x106; port++)
            for (unsigned size = 1; size <= 4; size *= 2)
                for (unsigned write = 0; write < 2; write++) {
                    uint32_t want = 0, got = 0;
                    unsigned n = 0, part;
                    nseen = 0;
                    if (write)
                        port_out(s, (uint16_t)port, size, 0x88776655, INIT_CPU0);
                    else
                        got = port_in(s, (uint16_t)port, size, INIT_CPU0);
                    for (unsigned at = 0; at < size; at += part) {
                        unsigned p = port + at, left = size - at;
                        bool in = p >= 0x100 && p < 0x105;
                        part = 1;
                        if (in)
                            for (unsigned wide = 2; wide <= MIN(left, most) && p + wide <= 0x105; wide *= 2)
                                part = wide;
                        uint32_t mask = UINT32_MAX >> (32 - 8 * part);
                        want |= (in ? 0x44332211 & mask : mask) << 8 * at;
                        if (!in)
                            continue;
                        ck_assert_msg(n < nseen, "%u bytes at %x, %u at most: too few parts", size, port, most);
                        ck_assert_msg(seen[n].offset == p - 0x100 && seen[n].size == part,
                                      "%u bytes at %x, %u at most: part %u is %u at %u", size, port, most, n,
                                      seen[n].size, (unsigned)seen[n].offset);
                        ck_assert(!write || seen[n].value == (0x88776655u >> 8 * at & mask));
                        n++;
                    }
                    ck_assert_uint_eq(nseen, n);
                    ck_assert_msg(write || got == want, "%u bytes at %x: %x, not %x", size, port, got, want);
                }
        port_space_destroy(s);
    }
}
END_TEST

/* Narrower, then lower, then by name; in whatever order they came. */
START_TEST(ports_order_of_claims_does_not_matter)
{
    static const struct io_ops ops = {note_read, note_write, 1};
    for (unsigned order = 0; order < 24; order++) {
        struct port_space *s = port_space_create();
        struct port_range r[4] = {{.name = "b", .base = 0x100, .count = 8},
                                  {.name = "a", .base = 0x100, .count = 8},
                                  {.name = "c", .base = 0x104, .count = 8},
                                  {.name = "d", .base = 0x106, .count = 2}};
        unsigned left[4] = {0, 1, 2, 3};
        for (unsigned n = 4, o = order; n; o /= n, n--) {
            unsigned k = o % n, i = left[k];
            r[i].ops = &ops;
            port_claim(s, &r[i]);
            left[k] = left[n - 1];
        }
        for (unsigned port = 0xff; port < 0x10d; port++) {
            const struct port_range *want = port == 0x106 || port == 0x107  ? &r[3]
                                            : port >= 0x100 && port < 0x108 ? &r[1]
                                            : port >= 0x108 && port < 0x10c ? &r[2]
                                                                            : NULL;
            ck_assert_msg(port_owner(s, (uint16_t)port) == want, "order %u: port %x", order, port);
        }
        port_release_all(s);
        for (unsigned i = 0; i < 4; i++)
            ck_assert(!r[i].claimed);
        for (unsigned port = 0xff; port < 0x10d; port++)
            ck_assert_ptr_null(port_owner(s, (uint16_t)port));
        port_release(s, &r[0]); /* nothing */
        port_space_destroy(s);
    }
}
END_TEST

static char lines[512];
static void add_line(void *ctx, const char *text)
{
    (void)ctx;
    strcat(strcat(lines, text), "\n");
}

START_TEST(ports_are_printed_by_range)
{
    static const struct io_ops ops = {NULL, NULL, 1};
    struct port_space *s = port_space_create();
    struct port_range a = {.name = "low", .base = 0, .count = 4, .ops = &ops},
                      b = {.name = "last", .base = 0xfffe, .count = 2, .ops = &ops},
                      c = {.name = "in it", .base = 1, .count = 1, .ops = &ops};
    port_claim(s, &a), port_claim(s, &b), port_claim(s, &c);
    lines[0] = 0;
    port_print(s, add_line, NULL);
    ck_assert_str_eq(lines, "0000-0000  low\n0001-0001  in it\n0002-0003  low\nfffe-ffff  last\n");
    ck_assert_uint_eq(port_in(s, 0, 4, INIT_CPU0), 0xffffffff); /* no function: ones */
    port_out(s, 0, 4, 0, INIT_CPU0);
    ck_assert_uint_eq(port_in(s, 0xffff, 2, INIT_CPU0), 0xffff); /* goes on at port 0 */
    port_space_destroy(s);
}
END_TEST

START_TEST(ports_beyond_ffffh_cannot_be_claimed)
{
    static const struct io_ops ops = {NULL, NULL, 1};
    struct port_range r = {.name = "r", .base = 0xffff, .count = 2, .ops = &ops};
    port_claim(port_space_create(), &r);
}
END_TEST

/* --- MSRs --- */

START_TEST(msrs_are_found_in_their_ranges)
{
    struct msr_space s = {NULL};
    struct msr_range a = {.first = 0x10, .count = 4}, b = {.first = 0x20, .count = 1}, c = {.first = 0x0c, .count = 4};
    ck_assert_ptr_null(msr_find(&s, 0x10));
    msr_release(&s, &a);
    msr_claim(&s, &a), msr_claim(&s, &b), msr_claim(&s, &c), msr_claim(&s, &a);
    for (uint32_t i = 0; i < 0x30; i++) {
        const struct msr_range *want = i >= 0x10 && i < 0x14 ? &a : i == 0x20 ? &b : i >= 0x0c && i < 0x10 ? &c : NULL;
        ck_assert_msg(msr_find(&s, i) == want, "%x", i);
    }
    msr_release(&s, &b);
    ck_assert_ptr_null(msr_find(&s, 0x20));
    ck_assert_ptr_eq(msr_find(&s, 0x13), &a);
    msr_release(&s, &a), msr_release(&s, &c);
    ck_assert_ptr_null(s.claims);
}
END_TEST

/* --- Properties --- */

struct gadget {
    struct dev dev;
    bool on;
    uint32_t number;
    const char *text;
};
static const struct dev_prop gadget_props[] = {
    {"on", PROP_BOOL, offsetof(struct gadget, on), 0, 1, 1, ""},
    {"number", PROP_UINT, offsetof(struct gadget, number), 5, 4000000000u, 7, ""},
    {"text", PROP_STRING, offsetof(struct gadget, text), 0, 0, 0, ""},
};
static unsigned made, reset_, freed;
static bool fails;

static bool gadget_realize(struct dev *d, struct error *err)
{
    (void)d;
    ck_assert_uint_eq(reset_, 0); /* realize, then reset */
    made++;
    return !fails || error_set(err, "no room");
}

static void gadget_reset(struct dev *d)
{
    (void)d;
    reset_++;
}

static void gadget_free(struct dev *d)
{
    (void)d;
    freed++;
}

static const struct dev_class gadget_class = {.name = "gadget",
                                              .size = sizeof(struct gadget),
                                              DEV_PROPS(gadget_props),
                                              .realize = gadget_realize,
                                              .reset = gadget_reset,
                                              .unrealize = gadget_free};
static const struct dev_class bare_class = {.name = "bare", .size = sizeof(struct dev)};

START_TEST(properties_are_taken_by_kind_and_bounds)
{
    static const struct {
        const char *name, *value;
        bool good;
        uint32_t is;
    } t[] = {
        {"on", "on", true, 1},
        {"on", "off", true, 0},
        {"on", "yes", true, 1},
        {"on", "no", true, 0},
        {"on", "true", true, 1},
        {"on", "false", true, 0},
        {"on", "", false, 0},
        {"on", "1", false, 0},
        {"on", "ON", false, 0},
        {"number", "5", true, 5},
        {"number", "4", false, 0},
        {"number", "4000000000", true, 4000000000u},
        {"number", "4000000001", false, 0},
        {"number", "0x10", true, 16},
        {"number", "010", true, 8},
        {"number", "9", true, 9},
        {"number", "", false, 0},
        {"number", "-7", false, 0},
        {"number", " 7", false, 0},
        {"number", "+7", false, 0},
        {"number", "7x", false, 0},
        {"number", ":", false, 0},
        {"number", "/", false, 0},
        {"number", "4294967303", false, 0},
        {"number", "99999999999999999999999", false, 0},
        {"none", "1", false, 0},
        {"", "1", false, 0},
        {"text", "anything", true, 0},
        {"text", "", true, 0},
    };
    struct gadget *g = dev_new(&gadget_class, "g", NULL);
    ck_assert(g->on && g->number == 7 && !g->text && g->dev.cls == &gadget_class && !strcmp(g->dev.id, "g"));
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        struct error err = {""};
        errno = ERANGE; /* of somebody else's */
        ck_assert_msg(dev_check_prop(&gadget_class, t[i].name, t[i].value, &err) == t[i].good, "row %u, checked", i);
        ck_assert_msg(!err.text[0] == t[i].good, "row %u: '%s'", i, err.text);
        g->on = true, g->number = 77, g->text = NULL;
        ck_assert_msg(dev_set_prop(&g->dev, t[i].name, t[i].value, &err) == t[i].good, "row %u", i);
        ck_assert_msg(g->on == (t[i].good && t[i].name[0] == 'o' ? t[i].is : 1), "row %u: on", i);
        ck_assert_msg(g->number == (t[i].good && t[i].name[0] == 'n' ? t[i].is : 77), "row %u: number", i);
        ck_assert_msg((g->text != NULL) == (t[i].name[0] == 't'), "row %u: text", i);
    }
    dev_free(&g->dev);
}
END_TEST

START_TEST(devices_are_made_and_freed_by_their_class)
{
    static const struct dev_global globals[] = {
        {"bare", "on", "off"}, {"gadget", "on", "off"}, {"gadget", "number", "6"}, {NULL, NULL, NULL}};
    struct bus bus = {.globals = globals};
    struct error err = {""};
    made = reset_ = freed = 0;
    struct gadget *g = dev_new(&gadget_class, "g0", &bus);
    ck_assert(!g->on && g->number == 6 && g->dev.bus == &bus);
    dev_preset(&g->dev, "number", "9"), dev_preset(&g->dev, "text", "t");
    ck_assert_uint_eq(g->number, 6); /* what the user says stays */
    ck_assert_str_eq(g->text, "t");
    ck_assert(dev_realize(&g->dev, &err));
    ck_assert(made == 1 && reset_ == 1);
    reset_ = 0, fails = true;
    ck_assert(!dev_realize(&g->dev, &err));
    ck_assert_str_eq(err.text, "device g0: no room");
    ck_assert_uint_eq(reset_, 0);
    fails = false;
    dev_free(&g->dev);
    ck_assert_uint_eq(freed, 1);
    dev_free(NULL);
    struct dev *d = dev_new(&bare_class, "b", NULL); /* a class without functions */
    ck_assert(dev_realize(d, &err));
    dev_free(d);
}
END_TEST

START_TEST(preset_of_no_property_is_a_bug)
{
    dev_preset(dev_new(&gadget_class, "g", NULL), "none", "1");
}
END_TEST

/* --- The event queue --- */

enum { TIMERS = 100 };
static struct clock clk;
static struct timer timers[TIMERS];
static unsigned ran[TIMERS], nran, kicks;

static void run_timer(void *ctx)
{
    ran[nran++] = (unsigned)(uintptr_t)ctx;
}

static void kick(void *ctx)
{
    ck_assert_ptr_eq(ctx, &kicks);
    kicks++;
}

/* The order by the rule alone: time, then when it was set. */
static bool earlier(const struct timer *a, const struct timer *b)
{
    return a->when < b->when || (a->when == b->when && a->seq < b->seq);
}

START_TEST(queue_of_many_timers_runs_in_order)
{
    uint32_t seed = 7;
    clock_init(&clk);
    clk.kick = kick, clk.kick_ctx = &kicks;
    for (unsigned i = 0; i < TIMERS; i++)
        timer_init(&timers[i], &clk, run_timer, (void *)(uintptr_t)i);
    for (unsigned round = 0; round < 4000; round++) {
        seed = seed * 1664525 + 1013904223;
        struct timer *t = &timers[(seed >> 8) % TIMERS];
        const struct timer *head = NULL;
        uint64_t before = clock_next(&clk);
        unsigned kicked = kicks;
        if (seed >> 28 < 4)
            timer_cancel(t);
        else
            timer_set(t, seed >> 28 == 4 ? TIME_NEVER : clock_ns(&clk) + (seed >> 20) % 50);
        for (unsigned i = 0; i < TIMERS; i++)
            if (timer_armed(&timers[i]) && (!head || earlier(&timers[i], head)))
                head = &timers[i];
        ck_assert_uint_eq(clock_next(&clk), head ? head->when : TIME_NEVER);
        ck_assert_msg(kicks > kicked || clock_next(&clk) >= before, "round %u: an earlier head without a kick", round);
        if (round % 16)
            continue;
        clk.pos += seed >> 24 & 7;
        struct timer copy[TIMERS];
        memcpy(copy, timers, sizeof copy);
        nran = 0;
        clock_run(&clk);
        unsigned due = 0;
        for (unsigned i = 0; i < TIMERS; i++)
            due += copy[i].when <= clock_ns(&clk);
        ck_assert_uint_eq(nran, due);
        for (unsigned i = 0; i < nran; i++) {
            ck_assert_uint_le(copy[ran[i]].when, clock_ns(&clk));
            ck_assert(!i || earlier(&copy[ran[i - 1]], &copy[ran[i]]));
            ck_assert(!timer_armed(&timers[ran[i]]));
        }
    }
    clock_free(&clk);
}
END_TEST

/*
 * From a rate or a jump on, time goes on from where it was; rates have bounds; a jump is a position without time of its
 * own, and one into the past adds none.
 */
START_TEST(clock_rates_and_jumps)
{
    clock_init(&clk);
    clk.kick = kick, clk.kick_ctx = &kicks, kicks = 0;
    clk.pos = 10;
    ck_assert_uint_eq(clock_ns(&clk), 40);
    clock_set_rate(&clk, UINT64_C(3) << 31);
    ck_assert_uint_eq(kicks, 1);
    ck_assert_uint_eq(clock_ns(&clk), 40);
    clk.pos = 15;
    ck_assert_uint_eq(clock_ns(&clk), 47);
    clock_skip_to(&clk, 47), clock_skip_to(&clk, 3);
    ck_assert_uint_eq(clk.pos, 17);
    ck_assert_uint_eq(clock_ns(&clk), 47);
    clock_skip_to(&clk, 100);
    ck_assert_uint_eq(clk.pos, 18);
    ck_assert_uint_eq(clock_ns(&clk), 100);
    clk.pos = 20;
    ck_assert_uint_eq(clock_ns(&clk), 103);
    static const uint64_t rates[][2] = {{0, 1 << 28},
                                        {(1 << 28) - 1, 1 << 28},
                                        {1 << 28, 1 << 28},
                                        {(1 << 28) + 1, (1 << 28) + 1},
                                        {UINT64_C(1) << 52, UINT64_C(1) << 52},
                                        {(UINT64_C(1) << 52) + 1, UINT64_C(1) << 52},
                                        {(UINT64_C(1) << 52) - 1, (UINT64_C(1) << 52) - 1}};
    for (unsigned i = 0; i < ARRAY_LEN(rates); i++) {
        clock_set_rate(&clk, rates[i][0]);
        ck_assert_uint_eq(clk.rate, rates[i][1]);
    }
    for (unsigned i = 0; i < 2; i++) { /* whole and fractional rates, at their ends */
        clock_set_rate(&clk, (UINT64_C(1) << 28) + (i ? 0 : 1));
        ck_assert_uint_eq(clock_pos_at(&clk, clock_ns(&clk)), clk.pos);
        ck_assert_uint_eq(clock_pos_at(&clk, 0), clk.pos);
        ck_assert_uint_eq(clock_pos_at(&clk, UINT64_MAX), UINT64_MAX);
    }
    clock_set_rate(&clk, UINT64_C(4) << 32);
    for (uint64_t ns = 1; ns < 13; ns++)
        ck_assert_uint_eq(clock_pos_at(&clk, clock_ns(&clk) + ns), clk.pos + (ns + 3) / 4);
}
END_TEST

/* --- Pages --- */

static unsigned told[3], protected_, remapped, order[8], norder;

static void on_store(void *ctx, uint32_t bpn, uint32_t off, uint32_t len, const void *data)
{
    (void)bpn, (void)off, (void)len, (void)data;
    told[(uintptr_t)ctx]++;
    order[norder++ % ARRAY_LEN(order)] = (unsigned)(uintptr_t)ctx;
}
static void on_protect(void *ctx, uint32_t bpn, bool reads)
{
    (void)ctx, (void)bpn, (void)reads;
    protected_++;
}
static void on_remap(void *ctx, uint64_t base, uint64_t size)
{
    (void)ctx, (void)base, (void)size;
    remapped++;
}

START_TEST(page_listeners_are_told_in_order_by_fact)
{
    struct error err;
    struct mem *m = mem_create();
    uint32_t page = mem_add_block(m, "ram", BLOCK_RAM, 2, &err)->first;
    struct page_listener l[3];
    memset(l, 0xee, sizeof l); /* whatever the list's link was before */
    for (uintptr_t i = 0; i < 3; i++) {
        l[i].ctx = (void *)i, l[i].store = i == 2 ? NULL : on_store, l[i].protect = i ? NULL : on_protect;
        l[i].remap = i == 1 ? on_remap : NULL, l[i].facts = i ? PI_CODE : PI_CODE | PI_PT;
        mem_add_listener(m, &l[i]);
    }
    uint8_t b = 1;
    mem_store(m, page, 0, 1, &b);
    ck_assert(!told[0] && !told[1]);
    mem_hold(m, page, PI_PT);
    mem_store(m, page, 0, 1, &b);
    ck_assert(told[0] == 1 && !told[1]);
    mem_hold(m, page, PI_CODE), mem_hold(m, page, PI_CODE), mem_hold(m, page, PI_PT);
    ck_assert_uint_eq(protected_, 1); /* the first fact makes stores slow; the others find it so */
    norder = 0;
    mem_store(m, page, PAGE_SIZE - 1, 1, &b);
    ck_assert(told[0] == 2 && told[1] == 1 && order[0] == 0 && order[1] == 1);
    mem_release(m, page, PI_CODE);
    ck_assert_uint_eq(mem_facts(m, page), PI_CODE | PI_PT); /* another holds it */
    mem_release(m, page, PI_CODE);
    ck_assert_uint_eq(mem_facts(m, page), PI_PT);
    mem_release(m, page, PI_PT);
    ck_assert_uint_eq(mem_facts(m, page), PI_PT);
    mem_release(m, page, PI_PT);
    ck_assert_uint_eq(mem_facts(m, page), 0);
    mem_hold(m, page, PI_WATCH);
    ck_assert_uint_eq(protected_, 2);
    struct target t = {.kind = TO_PAGES, .page = page};
    struct mapping map = {.name = "m", .size = PAGE_SIZE, .rd = t, .wr = t};
    mem_map(m, &map);
    ck_assert_uint_eq(remapped, 1);
    mem_unmap_all(m);
    ck_assert_uint_eq(remapped, 1); /* the listeners are forgotten first */
    ck_assert_ptr_null(mem_mapping(m, 0));
    mem_destroy(m);
    mem_destroy(NULL);
}
END_TEST

START_TEST(blocks_are_numbered_and_bounded)
{
    struct error err;
    char names[64][8];
    struct mem *m = mem_create();
    ck_assert_ptr_null(mem_add_block(m, "none", BLOCK_RAM, 0, &err));
    for (unsigned i = 0; i < 64; i++) {
        snprintf(names[i], sizeof names[i], "b%u", i);
        const struct mem_block *b = mem_add_block(m, names[i], i % 2 ? BLOCK_ROM : BLOCK_RAM, i + 1, &err);
        ck_assert_msg(b != NULL, "%s", err.text);
        ck_assert_uint_eq(b->first, i * (i + 1) / 2);
        ck_assert_uint_eq(mem_facts(m, b->first + i), (i % 2 ? PI_ROM : 0) + PI_CLEAN);
        ck_assert_ptr_eq(ram_ptr(m, b->first + i), ram_ptr(m, b->first) + i * PAGE_SIZE);
        ck_assert_ptr_eq(mem_block(m, i), b);
        ck_assert_ptr_null(mem_block(m, i + 1));
    }
    ck_assert_uint_eq(mem_page_count(m), 64 * 65 / 2);
    ck_assert_ptr_null(mem_add_block(m, "one more", BLOCK_RAM, 1, &err));
    ck_assert_str_eq(err.text, "one more: no room for 1 more pages of guest memory");
    mem_destroy(m);
    m = mem_create();
    ck_assert_ptr_null(mem_add_block(m, "too much", BLOCK_RAM, (1 << 24) + 1, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no room"));
    mem_destroy(m);
}
END_TEST

START_TEST(store_beyond_its_page_is_a_bug)
{
    static const struct {
        uint32_t page, off, len;
    } t[] = {{1, 0, 1}, {0, 4095, 2}, {0, 4096, 1}, {0, 4097, 0}};
    struct error err;
    struct mem *m = mem_create();
    mem_add_block(m, "ram", BLOCK_RAM, 1, &err);
    mem_poke(m, 0, 4096, 0, "");
    mem_poke(m, 0, 4095, 1, "");
    mem_poke(m, t[_i].page, t[_i].off, t[_i].len, "");
}
END_TEST

/* Bits that are or'ed together: each its own, and the word for all of them. */
START_TEST(flags_are_bits_of_their_own)
{
    static const unsigned facts[] = {PI_CODE, PI_PT, PI_ROM, PI_WATCH, PI_CLEAN, PI_NOTIFY};
    static const unsigned buttons[] = {POINTER_LEFT, POINTER_RIGHT, POINTER_MIDDLE, POINTER_SIDE, POINTER_EXTRA};
    unsigned all = 0;
    for (unsigned i = 0; i < ARRAY_LEN(facts); all |= facts[i++])
        ck_assert_msg(facts[i] && !(facts[i] & (facts[i] - 1)) && !(all & facts[i]), "fact %u: %x", i, facts[i]);
    ck_assert_uint_eq(all, PI_SLOW); /* each keeps a CPU's store from going straight to the page */
    for (unsigned i = 0; i < ARRAY_LEN(buttons); i++)
        ck_assert_msg(buttons[i] == 1u << i, "button %u: %x", i + 1, buttons[i]);
    ck_assert_uint_eq(POINTER_ALL, 31);
    ck_assert_uint_eq(POINTER_ABS_MAX, 32767);
}
END_TEST

/* Shift, Ctrl, Alt and the logo keys, left and right, by scan code; of the E0h codes 2Ah and 36h are none. */
START_TEST(modifiers_are_the_keys_that_change_others)
{
    static const uint8_t modifiers[] = {0x1d, 0x9d, 0x38, 0xb8, 0x2a, 0x36, 0xdb, 0xdc};
    for (unsigned key = 0; key < 256; key++)
        ck_assert_msg(key_is_modifier((uint8_t)key) == (memchr(modifiers, (int)key, sizeof modifiers) != NULL),
                      "key %02x", key);
}
END_TEST

START_TEST(bit_fields_are_cut_out)
{
    for (unsigned hi = 0; hi < 64; hi++)
        for (unsigned lo = 0; lo <= hi; lo++) {
            uint64_t want = 0, v = UINT64_C(0x9e3779b97f4a7c15);
            for (unsigned i = lo; i <= hi; i++)
                want |= (v >> i & 1) << (i - lo);
            ck_assert_msg(bits(v, hi, lo) == want, "bits %u..%u", hi, lo);
        }
}
END_TEST

#ifndef __SANITIZE_ADDRESS__
enum { MANY = 1 << 21 };

static uint64_t address_space(void) /* of this process, bytes */
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    ck_assert(f && fscanf(f, "%lu", &pages) == 1);
    fclose(f);
    return (uint64_t)pages * 4096;
}

/* The host gives no room for the pages, for their addresses or for their facts: an error, and all is as it was. */
START_TEST(blocks_that_the_host_has_no_memory_for)
{
    static const struct {
        uint32_t pages;
        uint64_t room;
    } t[] = {{1 << 18, UINT64_C(512) << 20},
             {MANY, ((uint64_t)MANY << 12) + (8 << 20)},
             {MANY, ((uint64_t)MANY << 12) + (17 << 20)}};
    struct error err = {""};
    struct mem *m = mem_create();
    uint8_t *first = ram_ptr(m, mem_add_block(m, "ram", BLOCK_ROM, 16, &err)->first);
    struct rlimit was, little;
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &was), 0);
    little = was;
    uint64_t before = address_space();
    little.rlim_cur = MIN(before + t[_i].room, was.rlim_max);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &little), 0);
    const struct mem_block *b = mem_add_block(m, "more", BLOCK_RAM, t[_i].pages, &err);
    uint64_t after = address_space();
    setrlimit(RLIMIT_AS, &was);
    ck_assert_ptr_null(b);
    char want[96];
    snprintf(want, sizeof want, "more: the host has no %llu KiB of memory for it", (unsigned long long)t[_i].pages * 4);
    ck_assert_str_eq(err.text, want);
    ck_assert_msg(after < before + (UINT64_C(64) << 20), "%llu MiB stay behind",
                  (unsigned long long)(after - before) >> 20);
    ck_assert_uint_eq(mem_page_count(m), 16);
    ck_assert_ptr_null(mem_block(m, 1));
    ck_assert_ptr_eq(ram_ptr(m, 0), first);
    ck_assert_uint_eq(mem_facts(m, 15), PI_ROM | PI_CLEAN);
    ck_assert_uint_eq(mem_add_block(m, "less", BLOCK_RAM, 4, &err)->first, 16);
    mem_destroy(m);
}
END_TEST
#endif

TCase *bus_tests(void)
{
    TCase *t = tcase_create("buses");
    tcase_add_test(t, ports_accesses_are_split_as_the_chip_takes_them);
    tcase_add_test(t, ports_order_of_claims_does_not_matter);
    tcase_add_test(t, ports_are_printed_by_range);
    tcase_add_test_raise_signal(t, ports_beyond_ffffh_cannot_be_claimed, SIGABRT);
    tcase_add_test(t, msrs_are_found_in_their_ranges);
    tcase_add_test(t, properties_are_taken_by_kind_and_bounds);
    tcase_add_test(t, devices_are_made_and_freed_by_their_class);
    tcase_add_test_raise_signal(t, preset_of_no_property_is_a_bug, SIGABRT);
    tcase_add_test(t, queue_of_many_timers_runs_in_order);
    tcase_add_test(t, clock_rates_and_jumps);
    tcase_add_test(t, page_listeners_are_told_in_order_by_fact);
    tcase_add_test(t, blocks_are_numbered_and_bounded);
    tcase_add_loop_test_raise_signal(t, store_beyond_its_page_is_a_bug, SIGABRT, 0, 4);
    tcase_add_test(t, flags_are_bits_of_their_own);
    tcase_add_test(t, modifiers_are_the_keys_that_change_others);
    tcase_add_test(t, bit_fields_are_cut_out);
#ifndef __SANITIZE_ADDRESS__ /* which takes the address space for itself */
    tcase_add_loop_test(t, blocks_that_the_host_has_no_memory_for, 0, 3);
#endif
    return t;
}
