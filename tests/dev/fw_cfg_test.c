/* SPDX-License-Identifier: MIT */
/* fw_cfg by its specification: items by port and by DMA, which goes on in virtual time. */
#include "devices/misc/fw_cfg.h"

#include <signal.h>
#include <stdlib.h>

#include "tests/dev/rig.h"

enum { SELECTOR = 0x510, DATA = 0x511, DMA_HIGH = 0x514, DMA_LOW = 0x518 };
enum { ERROR_BIT = 1, READ = 2, SKIP = 4, SELECT = 8, WRITE = 16 };
enum { KEY = 0x11, LEN = 1000000, RAM = 4 << 20, CONTROL = 0x1000, TO = 0x100000, STEP = 65536 };

static struct setup {
    struct rig rig;
    struct fw_cfg *fw;
    struct mapping ram;
} s;

static uint8_t byte(uint32_t i)
{
    return (uint8_t)(i * 31 + (i >> 8) + 1);
}

static void make(struct setup *t)
{
    struct error err;
    memset(t, 0, sizeof *t);
    rig_init(&t->rig);
    const struct mem_block *b = mem_add_block(t->rig.bus.mem, "ram", BLOCK_RAM, RAM / PAGE_SIZE, &err);
    t->ram = (struct mapping){.name = "ram", .size = RAM, .rd = {TO_PAGES, b->first, NULL, NULL}};
    t->ram.wr = t->ram.rd;
    mem_map(t->rig.bus.mem, &t->ram);
    t->fw = fw_cfg_new(&t->rig.bus, "fw_cfg");
    rig_realize(&t->fw->dev);
    uint8_t *data = malloc(LEN);
    for (uint32_t i = 0; i < LEN; i++)
        data[i] = byte(i);
    fw_cfg_add(t->fw, KEY, data, LEN);
    free(data);
}

static void unmake(struct setup *t)
{
    dev_free(&t->fw->dev);
    rig_free(&t->rig);
}

static void setup(void)
{
    make(&s);
    uint8_t fill[PAGE_SIZE];
    memset(fill, 0xcc, sizeof fill);
    for (uint32_t a = TO; a < RAM; a += PAGE_SIZE)
        dma_write(&s.rig.bus, a, fill, sizeof fill);
}

static void teardown(void)
{
    unmake(&s);
}

static uint8_t at(uint32_t a)
{
    uint8_t v;
    dma_read(&s.rig.bus, a, &v, 1);
    return v;
}

static uint32_t control(uint32_t where)
{
    uint8_t d[4];
    dma_read(&s.rig.bus, where, d, 4);
    return __builtin_bswap32(ld32(d));
}

static void start(uint32_t where, uint32_t what, uint32_t len, uint64_t to)
{
    uint8_t d[16];
    st32(d, __builtin_bswap32(what));
    st32(d + 4, __builtin_bswap32(len));
    st64(d + 8, __builtin_bswap64(to));
    dma_write(&s.rig.bus, where, d, 16);
    port_out(s.rig.bus.ports, DMA_HIGH, 4, 0, INIT_CPU0);
    port_out(s.rig.bus.ports, DMA_LOW, 4, __builtin_bswap32(where), INIT_CPU0);
}

static uint32_t wait_for(uint32_t where)
{
    for (unsigned i = 0; i < 100000 && control(where) & ~(uint32_t)ERROR_BIT; i++)
        rig_run(&s.rig, 1000);
    return control(where);
}

static void holds(uint32_t from, uint32_t first, uint32_t n)
{
    uint8_t *got = malloc(n ? n : 1);
    dma_read(&s.rig.bus, from, got, n);
    for (uint32_t i = 0; i < n; i++) {
        uint8_t want = first + i < LEN ? byte(first + i) : 0;
        if (got[i] != want)
            ck_abort_msg("byte %u is %02x, not %02x", i, got[i], want);
    }
    free(got);
    ck_assert_msg(at(from + n) == 0xcc, "the byte after %u was written", n);
}

START_TEST(fw_cfg_port_reads_byte_by_byte_and_zeros_after_the_end)
{
    static const char want[] = {'Q', 'E', 'M', 'U', 0, 0};
    port_out(s.rig.bus.ports, SELECTOR, 2, 0x00, INIT_CPU0);
    for (unsigned i = 0; i < sizeof want; i++)
        ck_assert_uint_eq(rig_in(&s.rig, DATA), (uint8_t)want[i]);
    ck_assert_uint_eq(port_in(s.rig.bus.ports, DMA_HIGH, 4, INIT_CPU0), ld32("QEMU"));
    ck_assert_uint_eq(port_in(s.rig.bus.ports, DMA_LOW, 4, INIT_CPU0), ld32(" CFG"));
}
END_TEST

START_TEST(fw_cfg_dma_reads_as_many_bytes_as_asked)
{
    static const uint32_t len[] = {0, 1, STEP - 1, STEP, STEP + 1, 3 * STEP, LEN - 1, LEN, LEN + 1, LEN + 5000};
    for (unsigned i = 0; i < ARRAY_LEN(len); i++) {
        teardown();
        setup();
        start(CONTROL, KEY << 16 | SELECT | READ, len[i], TO);
        ck_assert_uint_eq(wait_for(CONTROL), 0);
        holds(TO, 0, len[i]);
    }
}
END_TEST

START_TEST(fw_cfg_dma_goes_on_where_the_last_one_ended)
{
    start(CONTROL, KEY << 16 | SELECT | SKIP, 100, 0);
    ck_assert_uint_eq(control(CONTROL), 0);
    start(CONTROL, READ, 200, TO);
    ck_assert_uint_eq(control(CONTROL), 0);
    start(CONTROL, READ, 300, TO + 200);
    ck_assert_uint_eq(control(CONTROL), 0);
    holds(TO, 100, 500);
}
END_TEST

/* One OUT makes a part's work; the rest comes in virtual time, part by part. */
START_TEST(fw_cfg_dma_of_any_length_costs_a_part_an_event)
{
    start(CONTROL, KEY << 16 | SELECT | READ, 0xfffffff0, TO);
    ck_assert_uint_eq(control(CONTROL), KEY << 16 | SELECT | READ);
    holds(TO, 0, STEP);
    for (unsigned parts = 2; parts < 10; parts++) {
        uint64_t next = clock_next(&s.rig.clock);
        ck_assert(next != TIME_NEVER && next > clock_ns(&s.rig.clock));
        rig_run_to(&s.rig, next);
        holds(TO, 0, parts * STEP);
    }
    ck_assert_uint_eq(wait_for(CONTROL), ERROR_BIT); /* where memory ends */
    ck_assert_uint_eq(clock_next(&s.rig.clock), TIME_NEVER);
    ck_assert_uint_eq(at(RAM - 1), 0);
}
END_TEST

START_TEST(fw_cfg_dma_that_is_not_waited_for_ends_with_an_error)
{
    start(CONTROL, KEY << 16 | SELECT | READ, LEN, TO);
    ck_assert_uint_ne(control(CONTROL), 0);
    start(CONTROL + 16, KEY << 16 | SELECT | READ, 2 * STEP, TO + 0x200000);
    ck_assert_uint_eq(control(CONTROL), ERROR_BIT);
    ck_assert_uint_eq(wait_for(CONTROL + 16), 0);
    holds(TO + 0x200000, 0, 2 * STEP);
    holds(TO, 0, STEP);
}
END_TEST

START_TEST(fw_cfg_dma_errors)
{
    start(CONTROL, KEY << 16 | SELECT | WRITE, 4, TO); /* items are read-only */
    ck_assert_uint_eq(control(CONTROL), ERROR_BIT);
    start(CONTROL, KEY << 16 | SELECT | READ, 16, RAM - 8); /* half of it beyond memory */
    ck_assert_uint_eq(control(CONTROL), ERROR_BIT);
    start(CONTROL, KEY << 16 | SELECT | READ, 16, TO); /* works after that */
    ck_assert_uint_eq(control(CONTROL), 0);
    holds(TO, 0, 16);
    start(CONTROL, KEY << 16 | SELECT | READ, LEN, TO);
    s.fw->dev.cls->reset(&s.fw->dev);
    ck_assert_uint_eq(clock_next(&s.rig.clock), TIME_NEVER);
}
END_TEST

START_TEST(fw_cfg_state_round_trip_in_the_middle_of_a_transfer)
{
    start(CONTROL, KEY << 16 | SELECT | READ, LEN, TO);
    struct setup *copy = calloc(1, sizeof *copy);
    make(copy);
    rig_same_time(&s.rig, &copy->rig);
    rig_copy_state(&s.fw->dev, &copy->fw->dev);
    rig_run(&copy->rig, 10000000);
    uint8_t v[2];
    dma_read(&copy->rig.bus, TO + STEP, v, 2);
    ck_assert_uint_eq(v[0], byte(STEP));
    dma_read(&copy->rig.bus, TO + LEN - 2, v, 2);
    ck_assert_uint_eq(v[1], byte(LEN - 1));
    unmake(copy);
    free(copy);
}
END_TEST

/* The selector: its width, bit 15 (no item), keys at the end and beyond; the directory by its layout. */
START_TEST(fw_cfg_selects_items_and_lists_files)
{
    struct port_space *p = s.rig.bus.ports;
    static const char *const names[] = {"a", "etc/second file with a name of fifty-five characters.."};
    ck_assert_uint_eq(strlen(names[1]), 54);
    fw_cfg_add_file(s.fw, names[0], "xyz", 3);
    fw_cfg_add_file(s.fw, names[1], "", 0);
    port_out(p, SELECTOR, 2, 0x19, INIT_CPU0);
    ck_assert_uint_eq(port_in(p, SELECTOR, 2, INIT_CPU0), 0x19);
    ck_assert_uint_eq(port_in(p, SELECTOR, 1, INIT_CPU0), 0xff);
    uint8_t want[4 + 2 * 64] = {0, 0, 0, 2, 0, 0, 0, 3, 0, 0x20, 0, 0};
    want[4 + 64 + 5] = 0x21;
    strcpy((char *)want + 4 + 8, names[0]), strcpy((char *)want + 4 + 64 + 8, names[1]);
    for (unsigned i = 0; i < sizeof want + 4; i++) {
        uint8_t got = rig_in(&s.rig, DATA);
        ck_assert_msg(got == (i < sizeof want ? want[i] : 0), "byte %u of the directory: %02x", i, got);
    }
    port_out(p, SELECTOR, 2, 0x20, INIT_CPU0);
    ck_assert_uint_eq(rig_in(&s.rig, DATA), 'x');
    port_out(p, SELECTOR, 1, 0x19, INIT_CPU0); /* half a selector is none */
    rig_out(&s.rig, DATA, 0);
    ck_assert_uint_eq(rig_in(&s.rig, DATA), 'y');
    ck_assert_uint_eq(port_in(p, DATA, 1, INIT_DEBUG), 'z');
    ck_assert_uint_eq(port_in(p, DATA, 2, INIT_CPU0), 0xff00 | 'z'); /* and the port after it */
    static const uint16_t nothing[] = {0x8020, 0x3f, 0x40, 0x3fff, 0x7fff, 0xffff, 0x02};
    for (unsigned i = 0; i < ARRAY_LEN(nothing); i++) {
        port_out(p, SELECTOR, 2, nothing[i], INIT_CPU0);
        ck_assert_msg(rig_in(&s.rig, DATA) == 0, "%04x", nothing[i]);
        start(CONTROL, (uint32_t)nothing[i] << 16 | SELECT | READ, 8, TO);
        ck_assert_uint_eq(control(CONTROL), 0);
        for (unsigned k = 0; k < 8; k++)
            ck_assert_msg(at(TO + k) == 0, "%04x by DMA", nothing[i]);
    }
    port_out(p, SELECTOR, 2, 0x4020, INIT_CPU0); /* bit 14: write mode of old, ignored */
    ck_assert_uint_eq(rig_in(&s.rig, DATA), 'x');
    port_out(p, SELECTOR, 2, 0x01, INIT_CPU0); /* the interface: by port and by DMA */
    ck_assert_uint_eq(rig_in(&s.rig, DATA), 3);
    for (unsigned i = 1; i < 4; i++)
        ck_assert_uint_eq(rig_in(&s.rig, DATA), 0);
}
END_TEST

START_TEST(fw_cfg_items_are_replaced)
{
    fw_cfg_add32(s.fw, 0x3f, 0x11223344);
    fw_cfg_add32(s.fw, 0x3f, 0x55667788);
    port_out(s.rig.bus.ports, SELECTOR, 2, 0x3f, INIT_CPU0);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(rig_in(&s.rig, DATA), 0x55667788 >> 8 * i & 0xff);
    ck_assert_uint_eq(rig_in(&s.rig, DATA), 0);
}
END_TEST

START_TEST(fw_cfg_key_beyond_the_last_is_a_bug)
{
    fw_cfg_add(s.fw, 0x40, "", 0);
}
END_TEST

START_TEST(fw_cfg_files_and_their_names_are_bounded)
{
    char name[57];
    memset(name, 'n', sizeof name);
    name[55] = 0;
    for (unsigned i = 0; i < 32; i++)
        fw_cfg_add_file(s.fw, name, "", 0); /* all fit */
    if (_i == 0)
        fw_cfg_add_file(s.fw, "f", "", 0);
    s.fw->nfiles = 0;
    name[55] = 'n', name[56] = 0;
    fw_cfg_add_file(s.fw, name, "", 0);
}
END_TEST

/* Which words start a transfer: the high half is kept, the low half starts; other widths and places do neither. */
START_TEST(fw_cfg_dma_address_register)
{
    struct port_space *p = s.rig.bus.ports;
    for (unsigned at_ = 0; at_ < 8; at_++)
        for (unsigned size = 1; size <= 4; size *= 2)
            ck_assert_uint_eq(port_in(p, (uint16_t)(DMA_HIGH + at_), size, INIT_CPU0),
                              at_ + size > 8 ? (UINT32_MAX >> (32 - 8 * size) << 8 * (8 - at_) |
                                                (uint32_t)(ld64("QEMU CFG") >> 8 * at_)) &
                                                   (UINT32_MAX >> (32 - 8 * size))
                                             : ld64("QEMU CFG") >> 8 * at_ & (UINT32_MAX >> (32 - 8 * size)));
    start(CONTROL, KEY << 16 | SELECT | SKIP, 5, 0);
    ck_assert_uint_eq(s.fw->offset, 5);
    port_out(p, DMA_LOW, 2, 0, INIT_CPU0), port_out(p, DMA_LOW + 2, 2, 0, INIT_CPU0);
    port_out(p, DMA_HIGH + 2, 4, UINT32_MAX, INIT_CPU0);
    ck_assert_uint_eq(s.fw->dma, 0);
    port_out(p, DMA_HIGH, 4, __builtin_bswap32(0x12), INIT_CPU0);
    ck_assert_uint_eq(s.fw->dma, UINT64_C(0x1200000000));
    port_out(p, DMA_LOW, 4, __builtin_bswap32(CONTROL), INIT_CPU0); /* beyond memory: nothing is read there */
    ck_assert_uint_eq(s.fw->offset, 5);
    ck_assert_uint_eq(s.fw->dma, 0);
    start(CONTROL, SKIP, 0xfffffff0, 0);
    ck_assert_uint_eq(s.fw->offset, 0xfffffff5);
    start(CONTROL, SKIP, 11, 0);
    ck_assert_uint_eq(s.fw->offset, UINT32_MAX);
    start(CONTROL, KEY << 16 | SELECT, 7, 0); /* a selection alone */
    ck_assert_uint_eq(control(CONTROL), 0);
    ck_assert_uint_eq(s.fw->offset, 0);
    start(CONTROL, SKIP | WRITE, 7, 0);
    ck_assert_uint_eq(control(CONTROL), ERROR_BIT);
    ck_assert_uint_eq(s.fw->offset, 0);
    start(CONTROL, SKIP | READ, 7, TO); /* a read goes before a skip */
    holds(TO, 0, 7);
    ck_assert_uint_eq(s.fw->offset, 7);
}
END_TEST

/* A part an event: 20 us apart. */
START_TEST(fw_cfg_parts_are_20_us_apart)
{
    start(CONTROL, KEY << 16 | SELECT | READ, 2 * STEP + 1, TO);
    rig_run(&s.rig, 19999);
    holds(TO, 0, STEP);
    rig_run(&s.rig, 1);
    holds(TO, 0, 2 * STEP);
    ck_assert_uint_ne(control(CONTROL), 0);
    rig_run(&s.rig, 20000);
    holds(TO, 0, 2 * STEP + 1);
    ck_assert_uint_eq(control(CONTROL), 0);
}
END_TEST

/* "Selector (Control) Register", "QEMU_FW_CFG" keys as guests know them. */
START_TEST(fw_cfg_keys_are_the_specifications)
{
    static const struct {
        unsigned key, number;
    } t[] = {{FW_CFG_SIGNATURE, 0x00},    {FW_CFG_ID, 0x01},           {FW_CFG_RAM_SIZE, 0x03},
             {FW_CFG_NB_CPUS, 0x05},      {FW_CFG_KERNEL_ADDR, 0x07},  {FW_CFG_KERNEL_SIZE, 0x08},
             {FW_CFG_INITRD_ADDR, 0x0a},  {FW_CFG_INITRD_SIZE, 0x0b},  {FW_CFG_BOOT_MENU, 0x0e},
             {FW_CFG_MAX_CPUS, 0x0f},     {FW_CFG_KERNEL_ENTRY, 0x10}, {FW_CFG_KERNEL_DATA, 0x11},
             {FW_CFG_INITRD_DATA, 0x12},  {FW_CFG_CMDLINE_ADDR, 0x13}, {FW_CFG_CMDLINE_SIZE, 0x14},
             {FW_CFG_CMDLINE_DATA, 0x15}, {FW_CFG_SETUP_ADDR, 0x16},   {FW_CFG_SETUP_SIZE, 0x17},
             {FW_CFG_SETUP_DATA, 0x18},   {FW_CFG_FILE_DIR, 0x19},     {FW_CFG_FILE_FIRST, 0x20},
             {FW_CFG_NAME, 56},           {FW_CFG_FILES, 32}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++)
        ck_assert_msg(t[i].key == t[i].number, "row %u: %x, not %x", i, t[i].key, t[i].number);
}
END_TEST

TCase *fw_cfg_tests(void)
{
    TCase *c = tcase_create("fw_cfg");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, fw_cfg_port_reads_byte_by_byte_and_zeros_after_the_end);
    tcase_add_test(c, fw_cfg_dma_reads_as_many_bytes_as_asked);
    tcase_add_test(c, fw_cfg_dma_goes_on_where_the_last_one_ended);
    tcase_add_test(c, fw_cfg_dma_of_any_length_costs_a_part_an_event);
    tcase_add_test(c, fw_cfg_dma_that_is_not_waited_for_ends_with_an_error);
    tcase_add_test(c, fw_cfg_dma_errors);
    tcase_add_test(c, fw_cfg_state_round_trip_in_the_middle_of_a_transfer);
    tcase_add_test(c, fw_cfg_selects_items_and_lists_files);
    tcase_add_test(c, fw_cfg_items_are_replaced);
    tcase_add_test_raise_signal(c, fw_cfg_key_beyond_the_last_is_a_bug, SIGABRT);
    tcase_add_loop_test_raise_signal(c, fw_cfg_files_and_their_names_are_bounded, SIGABRT, 0, 2);
    tcase_add_test(c, fw_cfg_dma_address_register);
    tcase_add_test(c, fw_cfg_parts_are_20_us_apart);
    tcase_add_test(c, fw_cfg_keys_are_the_specifications);
    return c;
}
