/* SPDX-License-Identifier: MIT */
/* 8237A: programming, transfers, terminal count, page registers. */
#include "devices/dma/i8237.h"
#include "tests/dev/rig.h"

struct setup {
    struct rig rig;
    struct dma_pages *pages;
    struct i8237 *dma0, *dma1;
    struct probe ready;
    struct mapping ram;
};
static struct setup s;

static void make(struct setup *t)
{
    memset(t, 0, sizeof *t);
    struct error err = {0};
    rig_init(&t->rig);
    const struct mem_block *b = mem_add_block(t->rig.bus.mem, "ram", BLOCK_RAM, 1024, &err);
    ck_assert_msg(b != NULL, "%s", err.text);
    struct target to = {.kind = TO_PAGES, .page = b->first};
    t->ram = (struct mapping){.name = "ram", .size = 4 << 20, .prio = PRIO_RAM, .rd = to, .wr = to};
    mem_map(t->rig.bus.mem, &t->ram);
    t->pages = dma_pages_new(&t->rig.bus, "dma-pages");
    t->dma0 = i8237_new(&t->rig.bus, "dma0");
    t->dma1 = i8237_new(&t->rig.bus, "dma1");
    t->dma0->base = 0, t->dma0->pages = t->pages;
    t->dma1->base = 0xc0, t->dma1->wide = true, t->dma1->pages = t->pages;
    t->dma0->ready[2] = probe_line(&t->ready, &t->rig);
    rig_realize(&t->pages->dev);
    rig_realize(&t->dma0->dev);
    rig_realize(&t->dma1->dev);
}

static void unmake(struct setup *t)
{
    dev_free(&t->dma0->dev);
    dev_free(&t->dma1->dev);
    dev_free(&t->pages->dev);
    rig_free(&t->rig);
}

static void setup(void)
{
    make(&s);
}

static void teardown(void)
{
    unmake(&s);
}

static void out(uint16_t port, uint8_t v)
{
    rig_out(&s.rig, port, v);
}

static uint8_t in(uint16_t port)
{
    return rig_in(&s.rig, port);
}

/* Channel 2 as a floppy driver programs it. */
static void program(uint8_t mode, uint32_t address, uint16_t count)
{
    struct irq_line dreq = i8237_dreq(s.dma0, 2);
    irq_set(&dreq, 1);
    out(0x0c, 0);
    out(0x04, (uint8_t)address), out(0x04, (uint8_t)(address >> 8));
    out(0x05, (uint8_t)count), out(0x05, (uint8_t)(count >> 8));
    out(0x81, (uint8_t)(address >> 16));
    out(0x0b, mode | 2);
    out(0x0a, 0x02);
}

static uint8_t peek(uint64_t paddr)
{
    uint8_t v = 0;
    phys_read(s.rig.bus.mem, paddr, &v, 1, INIT_DEBUG);
    return v;
}

START_TEST(address_and_count_go_through_the_flip_flop)
{
    out(0x0c, 0);
    out(0x04, 0x34), out(0x04, 0x12);
    out(0x05, 0xff), out(0x05, 0x01);
    ck_assert_uint_eq(in(0x04), 0x34);
    ck_assert_uint_eq(in(0x04), 0x12);
    ck_assert_uint_eq(in(0x05), 0xff);
    out(0x0c, 0); /* in the middle: the low byte is next again */
    ck_assert_uint_eq(in(0x05), 0xff);
    ck_assert_uint_eq(in(0x05), 0x01);
}
END_TEST

START_TEST(write_transfer_to_page_and_address_until_terminal_count)
{
    uint8_t data[512];
    bool tc;
    memset(data, 0xa5, sizeof data);
    program(0x44, 0x21ff0, 0x0f);
    ck_assert_uint_eq(i8237_transfer(s.dma0, 2, data, sizeof data, true, &tc), 16);
    ck_assert(tc);
    ck_assert_uint_eq(peek(0x21fef), 0);
    ck_assert_uint_eq(peek(0x21ff0), 0xa5);
    ck_assert_uint_eq(peek(0x21fff), 0xa5);
    ck_assert_uint_eq(peek(0x22000), 0);
    ck_assert_uint_eq(in(0x08), 0x44); /* TC and request of channel 2 */
    ck_assert_uint_eq(in(0x08), 0x40); /* reading clears TC */
    ck_assert_uint_eq(in(0x05), 0xff);
    ck_assert(!i8237_ready(s.dma0, 2)); /* masked by TC */
}
END_TEST

START_TEST(address_wraps_within_64_kib)
{
    uint8_t data[4] = {1, 2, 3, 4};
    program(0x44, 0x1fffe, 3);
    i8237_transfer(s.dma0, 2, data, 4, true, NULL);
    ck_assert_uint_eq(peek(0x1ffff), 2);
    ck_assert_uint_eq(peek(0x10000), 3);
    ck_assert_uint_eq(peek(0x20000), 0);
}
END_TEST

START_TEST(read_transfer_and_decrement)
{
    uint8_t data[4] = {0};
    const uint8_t mem[] = {1, 2, 3, 4};
    phys_write(s.rig.bus.mem, 0x5000, mem, 4, INIT_DMA);
    program(0x68, 0x5003, 3);
    ck_assert_uint_eq(i8237_transfer(s.dma0, 2, data, 4, false, NULL), 4);
    ck_assert_uint_eq(ld32(data), 0x01020304);
}
END_TEST

START_TEST(direction_must_fit_and_verify_touches_no_memory)
{
    uint8_t data[4] = {1, 2, 3, 4};
    program(0x48, 0x5000, 3);
    ck_assert_uint_eq(i8237_transfer(s.dma0, 2, data, 4, true, NULL), 0);
    program(0x40, 0x5000, 3);
    ck_assert_uint_eq(i8237_transfer(s.dma0, 2, data, 4, true, NULL), 4);
    ck_assert_uint_eq(peek(0x5000), 0);
}
END_TEST

START_TEST(autoinit_reloads_and_stays_unmasked)
{
    uint8_t data[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    program(0x54, 0x5000, 3);
    ck_assert_uint_eq(i8237_transfer(s.dma0, 2, data, 8, true, NULL), 4);
    ck_assert_uint_eq(i8237_transfer(s.dma0, 2, data + 4, 4, true, NULL), 4);
    ck_assert_uint_eq(peek(0x5000), 5);
}
END_TEST

START_TEST(ready_follows_dreq_mask_and_command)
{
    program(0x44, 0x5000, 3);
    ck_assert_int_eq(s.ready.level, 1);
    out(0x0a, 0x06);
    ck_assert_int_eq(s.ready.level, 0);
    out(0x0e, 0);
    ck_assert_int_eq(s.ready.level, 1);
    out(0x08, 0x04); /* controller disable */
    ck_assert_int_eq(s.ready.level, 0);
    out(0x08, 0x00);
    out(0x0f, 0x0f);
    ck_assert_uint_eq(in(0x0f) & 0x0f, 0x0f);
    ck_assert_int_eq(s.ready.level, 0);
}
END_TEST

START_TEST(master_clear_masks_all_and_clears_the_flip_flop)
{
    program(0x44, 0x5000, 3);
    out(0x04, 0x11);
    out(0x0d, 0);
    ck_assert_uint_eq(in(0x0f) & 0x0f, 0x0f);
    out(0x04, 0x22), out(0x04, 0x33);
    ck_assert_uint_eq(in(0x04), 0x22);
}
END_TEST

START_TEST(wide_channel_counts_words_in_128_kib)
{
    uint8_t data[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct irq_line dreq = i8237_dreq(s.dma1, 1);
    irq_set(&dreq, 1);
    out(0xd8, 0);
    out(0xc4, 0x00), out(0xc4, 0x80); /* word 8000h: 10000h */
    out(0xc6, 0x01), out(0xc6, 0x00);
    out(0x8b, 0x03); /* bit 0 is not used */
    out(0xd6, 0x45);
    out(0xd4, 0x01);
    ck_assert_uint_eq(i8237_transfer(s.dma1, 1, data, 8, true, NULL), 4);
    ck_assert_uint_eq(peek(0x30000), 1);
    ck_assert_uint_eq(peek(0x30003), 4);
    ck_assert_uint_eq(peek(0x30004), 0);
}
END_TEST

/* A 16-bit channel's address bits 16-1 are the chip's, the page gives 23-17: its bit 0 never counts. */
START_TEST(wide_channel_ignores_bit_0_of_its_page)
{
    static const struct {
        uint16_t word;
        uint8_t page;
        uint32_t at;
    } want[] = {{0x0000, 0x02, 0x20000}, {0x0000, 0x03, 0x20000}, {0x7fff, 0x03, 0x2fffe},
                {0x8000, 0x02, 0x30000}, {0x8000, 0x03, 0x30000}, {0xffff, 0x02, 0x3fffe},
                {0xffff, 0x03, 0x3fffe}, {0x0001, 0x01, 0x00002}, {0x0000, 0x05, 0x40000}};
    struct irq_line dreq = i8237_dreq(s.dma1, 1);
    irq_set(&dreq, 1);
    for (unsigned i = 0; i < ARRAY_LEN(want); i++) {
        uint8_t data[2] = {(uint8_t)(0x81 + i), 0x7e};
        out(0xd8, 0);
        out(0xc4, (uint8_t)want[i].word), out(0xc4, (uint8_t)(want[i].word >> 8));
        out(0xc6, 0), out(0xc6, 0);
        out(0x8b, want[i].page);
        out(0xd6, 0x45);
        out(0xd4, 0x01);
        ck_assert_uint_eq(i8237_transfer(s.dma1, 1, data, 2, true, NULL), 2);
        ck_assert_msg(peek(want[i].at) == 0x81 + i && peek(want[i].at + 1) == 0x7e,
                      "page %02x, word %04x does not reach %05x", want[i].page, want[i].word, want[i].at);
    }
}
END_TEST

START_TEST(page_registers_keep_every_byte)
{
    for (unsigned i = 0; i < 16; i++)
        out((uint16_t)(0x80 + i), (uint8_t)(i * 17));
    for (unsigned i = 0; i < 16; i++)
        ck_assert_uint_eq(in((uint16_t)(0x80 + i)), i * 17);
}
END_TEST

START_TEST(state_round_trip_keeps_the_transfer)
{
    struct setup t;
    uint8_t data[2] = {1, 2};
    bool tc;
    program(0x44, 0x25000, 3);
    i8237_transfer(s.dma0, 2, data, 2, true, &tc);
    make(&t);
    rig_copy_state(&s.pages->dev, &t.pages->dev);
    rig_copy_state(&s.dma0->dev, &t.dma0->dev);
    rig_copy_state(&s.dma1->dev, &t.dma1->dev);
    ck_assert_int_eq(t.ready.level, 1);
    ck_assert_uint_eq(i8237_transfer(t.dma0, 2, data, 2, true, &tc), 2);
    ck_assert(tc);
    uint8_t v[4];
    phys_read(t.rig.bus.mem, 0x25000, v, 4, INIT_DEBUG);
    ck_assert_uint_eq(ld32(v), 0x02010000);
    unmake(&t);
}
END_TEST

TCase *i8237_tests(void)
{
    TCase *t = tcase_create("i8237");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, address_and_count_go_through_the_flip_flop);
    tcase_add_test(t, write_transfer_to_page_and_address_until_terminal_count);
    tcase_add_test(t, address_wraps_within_64_kib);
    tcase_add_test(t, read_transfer_and_decrement);
    tcase_add_test(t, direction_must_fit_and_verify_touches_no_memory);
    tcase_add_test(t, autoinit_reloads_and_stays_unmasked);
    tcase_add_test(t, ready_follows_dreq_mask_and_command);
    tcase_add_test(t, master_clear_masks_all_and_clears_the_flip_flop);
    tcase_add_test(t, wide_channel_counts_words_in_128_kib);
    tcase_add_test(t, wide_channel_ignores_bit_0_of_its_page);
    tcase_add_test(t, page_registers_keep_every_byte);
    tcase_add_test(t, state_round_trip_keeps_the_transfer);
    return t;
}
