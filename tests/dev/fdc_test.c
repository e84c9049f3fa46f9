/* SPDX-License-Identifier: MIT */
/* 82077AA and its drives: registers, phases, results, rotation and the change line. Long, since every rule goes through
 * the same three phases and shares what gives commands and takes results. */
#include <stdlib.h>

#include "tests/dev/fdc_rig.h"

struct disk {
    struct blk blk;
    uint8_t data[5760 * 512];
    unsigned flushes;
    int error;
};

static struct disk disk, other;

static int disk_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    struct disk *d = container_of(b, struct disk, blk);
    memcpy(data, d->data + sector * 512, count * 512);
    return d->error;
}

static int disk_write(struct blk *b, uint64_t sector, uint32_t count, const void *data)
{
    struct disk *d = container_of(b, struct disk, blk);
    memcpy(d->data + sector * 512, data, count * 512);
    return d->error;
}

static int disk_flush(struct blk *b)
{
    container_of(b, struct disk, blk)->flushes++;
    return 0;
}

static const struct blk_ops disk_ops = {disk_read, disk_write, disk_flush, NULL};

static struct blk *make_disk(struct disk *d, uint32_t sectors)
{
    memset(d, 0, sizeof *d);
    d->blk = (struct blk){.ops = &disk_ops, .sectors = sectors, .sector_size = 512};
    for (uint32_t i = 0; i < sectors; i++)
        st32(d->data + i * 512, i);
    return &d->blk;
}

static void make(struct fdc_rig *t, uint32_t sectors)
{
    fdc_make(t);
    t->fdc->drive[1].fitted = true;
    t->fdc->drive[0].blk = sectors ? make_disk(&disk, sectors) : NULL;
    fdc_begin(t);
}

/* Runs until INT rises, at most so many ms. */
static bool wait_int(unsigned ms)
{
    for (unsigned i = 0; i < ms * 10 && !s.irq.level; i++)
        rig_run(&s.rig, MS / 10);
    return s.irq.level;
}

static void sense(uint8_t st0, uint8_t pcn)
{
    GIVE(0x08);
    take_results();
    ck_assert_uint_eq(s.nresult, 2);
    ck_assert_uint_eq(s.result[0], st0);
    ck_assert_uint_eq(s.result[1], pcn);
}

/* Out of reset, polled, 500 kbit/s, motor 0 at its speed, SRT 3 ms. */
static void start(void)
{
    out(DOR, 0x1c);
    ck_assert(wait_int(1));
    for (unsigned i = 0; i < 4; i++)
        sense((uint8_t)(0xc0 | i), 0);
    out(DIR, 0);
    GIVE(0x03, 0xd0, 0x02);
    rig_run(&s.rig, 500 * MS);
}

static uint32_t memory(uint32_t at)
{
    uint8_t b[4];
    dma_read(&s.rig.bus, BUFFER + at, b, 4);
    return ld32(b);
}

static void results(uint8_t st0, uint8_t st1, uint8_t st2, uint8_t c, uint8_t h, uint8_t r)
{
    ck_assert_msg(wait_int(3000), "no INT");
    take_results();
    ck_assert_uint_eq(s.nresult, 7);
    uint8_t want[] = {st0, st1, st2, c, h, r, 2};
    for (unsigned i = 0; i < 7; i++)
        ck_assert_msg(s.result[i] == want[i], "result %u is %02x, not %02x", i, s.result[i], want[i]);
    ck_assert(!s.irq.level);
    ck_assert_uint_eq(in(MSR), 0x80);
}

static void seek(uint8_t track)
{
    GIVE(0x0f, 0, track);
    ck_assert(wait_int(2000));
    sense(0x20, track);
}

static void setup(void)
{
    make(&s, 2880);
}

static void teardown(void)
{
    fdc_unmake(&s);
}

/* --- Reset, phases, control commands --- */

START_TEST(fdc_reset_holds_until_dor_lets_go_and_polls_four_drives)
{
    ck_assert_uint_eq(in(MSR), 0);
    out(DOR, 0x0c);
    ck_assert(wait_int(1));
    ck_assert_uint_eq(in(MSR), 0x80);
    sense(0xc0, 0);
    ck_assert(!s.irq.level);
    sense(0xc1, 0), sense(0xc2, 0), sense(0xc3, 0);
    GIVE(0x08);
    take_results();
    ck_assert_uint_eq(s.nresult, 1);
    ck_assert_uint_eq(s.result[0], 0x80);
}
END_TEST

START_TEST(fdc_polling_can_be_configured_away_and_lock_keeps_it)
{
    start();
    GIVE(0x13, 0, 0x18, 0x07);
    GIVE(0x94);
    take_results();
    ck_assert_uint_eq(s.result[0], 0x10);
    out(MSR, 0x80); /* DSR: software reset */
    ck_assert(!wait_int(10));
    GIVE(0x0e);
    take_results();
    ck_assert_uint_eq(s.nresult, 10);
    ck_assert_uint_eq(s.result[7] & 0x80, 0x80);
    ck_assert_uint_eq(s.result[8], 0x18);
    ck_assert_uint_eq(s.result[9], 0x07);
    ck_assert_uint_eq(s.result[4], 0xd0); /* SPECIFY stays in any case */
    GIVE(0x14);
    take_results();
    out(MSR, 0x80);
    ck_assert(wait_int(1));
}
END_TEST

START_TEST(fdc_int_needs_dmagate_in_at_mode)
{
    out(DOR, 0x04);
    rig_run(&s.rig, MS);
    ck_assert(!s.irq.level);
    out(DOR, 0x0c);
    ck_assert(s.irq.level);
}
END_TEST

START_TEST(fdc_invalid_commands_answer_80_without_int)
{
    start();
    static const uint8_t bad[] = {0x00, 0x01, 0x0b, 0x17, 0x18, 0x1f, 0x47, 0xff};
    for (unsigned i = 0; i < sizeof bad; i++) {
        GIVE(bad[i]);
        take_results();
        ck_assert_uint_eq(s.nresult, 1);
        ck_assert_uint_eq(s.result[0], 0x80);
    }
    ck_assert(!s.irq.level);
    GIVE(0x10);
    take_results();
    ck_assert_uint_eq(s.result[0], 0x90);
}
END_TEST

START_TEST(fdc_perpendicular_drive_bits_need_overwrite_and_survive_reset)
{
    start();
    GIVE(0x12, 0x87);
    GIVE(0x12, 0x38);
    GIVE(0x0e);
    take_results();
    ck_assert_uint_eq(s.result[7], 0x04);
    GIVE(0x12, 0x03);
    out(MSR, 0x80);
    rig_run(&s.rig, MS);
    GIVE(0x0e);
    take_results();
    ck_assert_uint_eq(s.result[7], 0x04);
}
END_TEST

START_TEST(fdc_sense_drive_gives_track0_and_write_protect)
{
    start();
    GIVE(0x04, 0x04);
    take_results();
    ck_assert_uint_eq(s.nresult, 1);
    ck_assert_uint_eq(s.result[0], 0x3c);
    seek(1);
    disk.blk.readonly = true;
    GIVE(0x04, 0x00);
    take_results();
    ck_assert_uint_eq(s.result[0], 0x68);
}
END_TEST

/* --- Seeks --- */

START_TEST(fdc_seek_takes_a_step_time_a_track)
{
    start();
    uint64_t t = clock_ns(&s.rig.clock);
    GIVE(0x0f, 0x04, 10);
    ck_assert_uint_eq(in(MSR), 0x81);
    ck_assert(wait_int(100));
    ck_assert_uint_eq((s.irq.last_rise - t) / MS, 30); /* SRT D: 3 ms at 500 kbit/s */
    sense(0x20, 10);                                   /* H is 0 */
    ck_assert_uint_eq(s.fdc->drive[0].cylinder, 10);
}
END_TEST

START_TEST(fdc_seek_past_the_end_stops_the_head_not_the_counter)
{
    start();
    seek(200);
    ck_assert_uint_eq(s.fdc->drive[0].cylinder, 83);
    GIVE(0x07, 0);
    ck_assert(wait_int(1000));
    sense(0x70, 0); /* 79 steps are not enough: equipment check */
    GIVE(0x07, 0);
    ck_assert(wait_int(1000));
    sense(0x20, 0);
    ck_assert_uint_eq(s.fdc->drive[0].cylinder, 0);
}
END_TEST

START_TEST(fdc_recalibrate_without_a_drive_is_an_equipment_check)
{
    start();
    out(DOR, 0x4e);
    GIVE(0x07, 2);
    ck_assert(wait_int(1000));
    sense(0x72, 0);
}
END_TEST

START_TEST(fdc_relative_seek_counts_from_where_it_is)
{
    start();
    seek(20);
    GIVE(0xcf, 0, 5);
    ck_assert(wait_int(100));
    sense(0x20, 25);
    GIVE(0x8f, 0, 7);
    ck_assert(wait_int(100));
    sense(0x20, 18);
    ck_assert_uint_eq(s.fdc->drive[0].cylinder, 18);
}
END_TEST

/* --- Change line --- */

START_TEST(fdc_change_line_falls_by_a_step_with_a_diskette_in)
{
    start();
    ck_assert_uint_eq(in(DIR)&0x80, 0x80);
    seek(1);
    ck_assert_uint_eq(in(DIR)&0x80, 0);
    fdc_set_medium(&s.fdc->dev, 0, NULL);
    ck_assert_uint_eq(in(DIR)&0x80, 0x80);
    seek(0);
    ck_assert_uint_eq(in(DIR)&0x80, 0x80);
    fdc_set_medium(&s.fdc->dev, 0, make_disk(&other, 1440));
    ck_assert_uint_eq(in(DIR)&0x80, 0x80);
    seek(1);
    ck_assert_uint_eq(in(DIR)&0x80, 0);
}
END_TEST

/* --- Reading --- */

START_TEST(fdc_read_by_dma_ends_at_tc_with_the_next_id)
{
    start();
    seek(3);
    dma_setup(0x46, 1024);
    GIVE(0xe6, 0, 3, 0, 5, 2, 18, 0x1b, 0xff);
    results(0x00, 0, 0, 3, 0, 7);
    ck_assert_uint_eq(memory(0), 3 * 36 + 4);
    ck_assert_uint_eq(memory(512), 3 * 36 + 5);
    ck_assert_uint_eq(memory(1024), 0);
}
END_TEST

START_TEST(fdc_multi_track_goes_on_at_head_1_and_ends_on_the_next_cylinder)
{
    start();
    dma_setup(0x46, 1024);
    GIVE(0xe6, 0, 0, 0, 18, 2, 18, 0x1b, 0xff);
    results(0x04, 0, 0, 0, 1, 2);
    ck_assert_uint_eq(memory(0), 17);
    ck_assert_uint_eq(memory(512), 18);
    dma_setup(0x46, 512);
    GIVE(0xe6, 4, 0, 1, 18, 2, 18, 0x1b, 0xff);
    results(0x00, 0, 0, 1, 0, 1);
}
END_TEST

START_TEST(fdc_end_of_cylinder_without_tc_sets_en)
{
    start();
    dma_setup(0x46, 2048);
    GIVE(0x46, 0, 0, 0, 17, 2, 18, 0x1b, 0xff);
    results(0x40, 0x80, 0, 1, 0, 1);
    ck_assert_uint_eq(memory(512), 17);
}
END_TEST

/* The data sheet's table of IDs in the result phase: MT, head, R against EOT, and TC or not. */
START_TEST(fdc_multi_track_goes_from_side_0_to_side_1_and_ends_there)
{
    static const struct {
        uint8_t mt, head, r;
        uint16_t sectors;
        uint8_t st0, st1, c, h, next;
    } want[] = {
        {0, 0, 16, 2, 0x00, 0x00, 0, 0, 18},                                     /* below EOT: R + 1 */
        {0, 0, 16, 3, 0x00, 0x00, 1, 0, 1},                                      /* EOT: C + 1, R 1 */
        {0, 1, 16, 3, 0x00, 0x00, 1, 1, 1},  {0, 0, 16, 4, 0x40, 0x80, 1, 0, 1}, /* without TC: EN */
        {1, 0, 16, 2, 0x00, 0x00, 0, 0, 18}, {1, 0, 16, 3, 0x04, 0x00, 0, 1, 1}, /* H is inverted, C stays */
        {1, 0, 16, 4, 0x04, 0x00, 0, 1, 2},  {1, 0, 1, 36, 0x00, 0x00, 1, 0, 1}, /* the whole cylinder */
        {1, 0, 1, 37, 0x40, 0x80, 1, 0, 1},                                      /* one more: EN after 36 sectors */
        {1, 1, 17, 2, 0x00, 0x00, 1, 0, 1},  {1, 1, 17, 3, 0x40, 0x80, 1, 0, 1}, /* side 1 is the last */
    };
    start();
    for (unsigned i = 0; i < ARRAY_LEN(want); i++) {
        uint8_t h = want[i].head, st0 = want[i].st0;
        unsigned first = h * 18u + want[i].r - 1, end = want[i].mt ? 36 : h * 18u + 18;
        if (!want[i].mt)
            st0 |= h ? 4 : 0;
        dma_setup(0x46, (uint16_t)(want[i].sectors * 512));
        GIVE((uint8_t)(want[i].mt << 7 | 0x46), (uint8_t)(h << 2), 0, h, want[i].r, 2, 18, 0x1b, 0xff);
        results(st0, want[i].st1, 0, want[i].c, want[i].h, want[i].next);
        unsigned got = MIN(want[i].sectors, end - first);
        ck_assert_uint_eq(memory(0), first);
        ck_assert_uint_eq(memory((got - 1) * 512), first + got - 1);
    }
}
END_TEST

/* R is compared with EOT when a sector has ended (8272A: it counts on until no ID matches). */
START_TEST(fdc_first_sector_beyond_eot_reads_to_the_end_of_the_track)
{
    start();
    for (uint8_t eot = 15; eot <= 18; eot++) {
        dma_setup(0x46, 8 * 512);
        GIVE(0x46, 0, 0, 0, 17, 2, eot, 0x1b, 0xff);
        if (eot < 17)
            results(0x40, 0x04, 0, 0, 0, 19); /* no sector 19 */
        else
            results(0x40, 0x80, 0, 1, 0, 1);
        ck_assert_uint_eq(memory(0), 16);
    }
}
END_TEST

/* STP 2 takes every other sector (8272A, SCAN): the cylinder ends where the next one is beyond EOT. */
START_TEST(fdc_scan_with_step_2_ends_by_eot)
{
    static const struct {
        uint8_t r, eot, c, next, st1, st0;
    } want[] = {
        {15, 18, 1, 1, 0, 0},       /* 15, 17; 19 is beyond */
        {16, 18, 1, 1, 0, 0},       /* 16, 18 */
        {18, 18, 1, 1, 0, 0},       /* EOT itself */
        {17, 16, 0, 19, 0x04, 0x40} /* from beyond EOT on: no sector 19 */
    };
    uint8_t host[2048];
    memset(host, 0xfe, sizeof host); /* equals nothing */
    start();
    for (unsigned i = 0; i < ARRAY_LEN(want); i++) {
        dma_write(&s.rig.bus, BUFFER, host, sizeof host);
        dma_setup(0x4a, 2048);
        GIVE(0x51, 0, 0, 0, want[i].r, 2, want[i].eot, 0x1b, 2);
        results(want[i].st0, want[i].st1, 0x04, want[i].c, 0, want[i].next);
    }
    /* 16, then 18, which is EOT and equal. */
    memset(host, 0xff, sizeof host);
    st32(host, 0xfe), st32(host + 512, 17);
    dma_write(&s.rig.bus, BUFFER, host, sizeof host);
    dma_setup(0x4a, 2048);
    GIVE(0x51, 0, 0, 0, 16, 2, 18, 0x1b, 2);
    results(0, 0, 0x08, 1, 0, 1);
}
END_TEST

START_TEST(fdc_sector_passes_once_a_revolution)
{
    start();
    dma_setup(0x46, 512);
    GIVE(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    results(0, 0, 0, 0, 0, 2);
    uint64_t first = s.irq.last_rise;
    dma_setup(0x46, 512);
    GIVE(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    results(0, 0, 0, 0, 0, 2);
    ck_assert_uint_eq(s.irq.last_rise - first, 200 * MS);
    dma_setup(0x46, 512);
    GIVE(0x46, 0, 0, 0, 2, 2, 18, 0x1b, 0xff);
    results(0, 0, 0, 0, 0, 3);
    uint64_t next = s.irq.last_rise - first - 200 * MS;
    ck_assert(next > 10 * MS && next < 12 * MS); /* 686 bytes of 16 us */
}
END_TEST

/* speedup=1 is a drive of 300 rpm; the same sector again takes a revolution, a step SRT. */
START_TEST(fdc_every_mechanical_time_is_divided_by_speedup)
{
    static const uint32_t speedups[] = {1, 2, 16, 1000};
    start();
    for (unsigned i = 0; i < ARRAY_LEN(speedups); i++) {
        uint64_t first = 0;
        s.fdc->speedup = speedups[i];
        for (unsigned k = 0; k < 2; k++) {
            dma_setup(0x46, 512);
            GIVE(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
            ck_assert(wait_int(1000));
            if (k)
                ck_assert_uint_eq((s.irq.last_rise - first) % (200 * MS / speedups[i]), 0);
            first = s.irq.last_rise;
            results(0, 0, 0, 0, 0, 2);
        }
        uint64_t t = clock_ns(&s.rig.clock);
        GIVE(0x0f, 0, 5);
        ck_assert(wait_int(100));
        ck_assert_uint_eq(s.irq.last_rise - t, 5 * 3 * MS / speedups[i]);
        sense(0x20, 5);
        seek(0);
    }
}
END_TEST

START_TEST(fdc_missing_sector_is_no_data_after_two_index_pulses)
{
    start();
    uint64_t t = clock_ns(&s.rig.clock);
    dma_setup(0x46, 512);
    GIVE(0x46, 0, 0, 0, 19, 2, 19, 0x1b, 0xff);
    results(0x40, 0x04, 0, 0, 0, 19);
    ck_assert(s.irq.last_rise - t > 200 * MS && s.irq.last_rise - t <= 400 * MS);
    ck_assert_uint_eq(s.irq.last_rise % (200 * MS), 0);
}
END_TEST

START_TEST(fdc_wrong_cylinder_in_the_id_is_told)
{
    start();
    dma_setup(0x46, 512);
    GIVE(0x46, 0, 7, 0, 1, 2, 18, 0x1b, 0xff);
    results(0x40, 0x04, 0x10, 7, 0, 1);
}
END_TEST

START_TEST(fdc_wrong_rate_or_fm_finds_no_address_mark)
{
    start();
    out(DIR, 2);
    dma_setup(0x46, 512);
    GIVE(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    results(0x40, 0x01, 0, 0, 0, 1);
    out(DIR, 0);
    GIVE(0x06, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    results(0x40, 0x01, 0, 0, 0, 1);
}
END_TEST

START_TEST(fdc_masked_dma_channel_is_an_overrun)
{
    start();
    out(0x0a, 0x06);
    GIVE(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    results(0x40, 0x10, 0, 0, 0, 1);
}
END_TEST

START_TEST(fdc_waits_for_a_diskette_and_a_motor)
{
    start();
    fdc_set_medium(&s.fdc->dev, 0, NULL);
    dma_setup(0x46, 512);
    GIVE(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    ck_assert(!wait_int(3000));
    ck_assert_uint_eq(in(MSR), 0x10);
    out(DOR, 0x0c);
    fdc_set_medium(&s.fdc->dev, 0, &disk.blk);
    ck_assert(!wait_int(1000));
    out(DOR, 0x1c);
    results(0, 0, 0, 0, 0, 2);
    ck_assert(!s.irq.level);
}
END_TEST

START_TEST(fdc_read_error_is_a_data_error)
{
    start();
    disk.error = -5;
    dma_setup(0x46, 512);
    GIVE(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    results(0x40, 0x20, 0x20, 0, 0, 1);
}
END_TEST

START_TEST(fdc_implied_seek_sets_seek_end)
{
    start();
    GIVE(0x13, 0, 0x60, 0);
    dma_setup(0x46, 512);
    GIVE(0x46, 0, 12, 0, 1, 2, 18, 0x1b, 0xff);
    results(0x20, 0, 0, 12, 0, 2);
    ck_assert_uint_eq(memory(0), 12 * 36);
}
END_TEST

START_TEST(fdc_read_track_takes_sectors_as_they_come_from_the_index)
{
    start();
    dma_setup(0x46, 4 * 512);
    GIVE(0x42, 0, 0, 0, 9, 2, 4, 0x1b, 0xff); /* R=9: no ID matches, and the data comes all the same */
    results(0x00, 0x04, 0, 0, 0, 13);
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_uint_eq(memory(i * 512), i);
}
END_TEST

START_TEST(fdc_read_id_gives_the_next_id)
{
    start();
    seek(5);
    GIVE(0x4a, 0x04);
    ck_assert(wait_int(100));
    take_results();
    uint8_t first = s.result[5], want[] = {0x04, 0, 0, 5, 1, first, 2};
    ck_assert_mem_eq(s.result, want, 7);
    ck_assert(first >= 1 && first <= 18);
    rig_run(&s.rig, 23 * MS); /* two sectors and a bit */
    GIVE(0x4a, 0x04);
    ck_assert(wait_int(100));
    take_results();
    ck_assert_uint_eq((s.result[5] + 18u - first) % 18, 3);
}
END_TEST

START_TEST(fdc_verify_counts_sectors_with_ec)
{
    start();
    GIVE(0x56, 0x80, 0, 0, 1, 2, 18, 0x1b, 3);
    results(0, 0, 0, 0, 0, 4);
    GIVE(0x56, 0x80, 0, 0, 17, 2, 18, 0x1b, 3);
    results(0x40, 0x04, 0, 1, 0, 1);
    GIVE(0x56, 0, 0, 0, 17, 2, 18, 0x1b, 0xff);
    results(0, 0, 0, 1, 0, 1);
}
END_TEST

START_TEST(fdc_scan_compares_with_the_hosts_bytes)
{
    uint8_t host[512] = {2};
    start();
    memset(host + 4, 0xff, 508); /* FFh matches all */
    dma_write(&s.rig.bus, BUFFER, host, 512);
    dma_write(&s.rig.bus, BUFFER + 512, host, 512);
    dma_setup(0x4a, 1024);
    GIVE(0x51, 0, 0, 0, 2, 2, 18, 0x1b, 1); /* sector 2 holds 1, sector 3 holds 2 */
    results(0, 0, 0x08, 0, 0, 4);
    dma_setup(0x4a, 1024);
    GIVE(0x59, 0, 0, 0, 2, 2, 18, 0x1b, 1);
    results(0, 0, 0x00, 0, 0, 3); /* 1 is low */
    dma_setup(0x4a, 1024);
    GIVE(0x51, 0, 0, 0, 5, 2, 18, 0x1b, 1);
    results(0, 0, 0x04, 0, 0, 7); /* TC, not satisfied */
}
END_TEST

/* --- Writing --- */

START_TEST(fdc_write_reaches_the_image_and_is_flushed)
{
    start();
    uint8_t data[512] = {0xaa, 0x55};
    dma_write(&s.rig.bus, BUFFER, data, 512);
    dma_setup(0x4a, 512);
    GIVE(0xc5, 4, 0, 1, 2, 2, 18, 0x1b, 0xff);
    results(0x04, 0, 0, 0, 1, 3);
    ck_assert_uint_eq(ld16(disk.data + 19 * 512), 0x55aa);
    ck_assert_uint_eq(disk.flushes, 1);
}
END_TEST

/* Two sectors are written; after the first one DOR selects drive 1, which turns. */
static void write_two_and_select_drive_1(void)
{
    uint8_t data[1024];
    memset(data, 0xc3, sizeof data);
    start();
    out(DOR, 0x3c);
    rig_run(&s.rig, 500 * MS);
    dma_write(&s.rig.bus, BUFFER, data, sizeof data);
    dma_setup(0x4a, sizeof data);
    GIVE(0x45, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    for (unsigned i = 0; i < 4000 && disk.data[0] != 0xc3; i++)
        rig_run(&s.rig, MS / 10);
    ck_assert_uint_eq(disk.data[0], 0xc3);
    ck_assert_uint_eq(disk.flushes, 0);
    out(DOR, 0x3d);
}

START_TEST(fdc_flushes_the_drives_that_were_written_not_the_selected_one)
{
    fdc_set_medium(&s.fdc->dev, 1, make_disk(&other, 2880));
    write_two_and_select_drive_1();
    results(0, 0, 0, 0, 0, 3);
    ck_assert_uint_eq(other.data[512], 0xc3);
    ck_assert_uint_eq(disk.flushes, 1);
    ck_assert_uint_eq(other.flushes, 1);
    dma_setup(0x46, 512); /* a read has nothing to flush */
    GIVE(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    results(0, 0, 0, 0, 0, 2);
    ck_assert_uint_eq(disk.flushes + other.flushes, 2);
}
END_TEST

START_TEST(fdc_a_reset_flushes_what_a_write_left)
{
    write_two_and_select_drive_1(); /* drive 1 is empty: the command waits for ever */
    ck_assert(!wait_int(3000));
    ck_assert_uint_eq(disk.flushes, 0);
    out(DOR, 0x39);
    ck_assert_uint_eq(disk.flushes, 1);
}
END_TEST

START_TEST(fdc_short_write_fills_the_sector_with_zeros)
{
    start();
    uint8_t data[512];
    memset(data, 0x77, sizeof data);
    dma_write(&s.rig.bus, BUFFER, data, 512);
    dma_setup(0x4a, 100);
    memset(disk.data, 0x11, 512);
    GIVE(0x45, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    results(0, 0, 0, 0, 0, 2);
    ck_assert_uint_eq(disk.data[99], 0x77);
    ck_assert_uint_eq(disk.data[100], 0);
    ck_assert_uint_eq(disk.data[511], 0);
}
END_TEST

START_TEST(fdc_write_protect_ends_writes_and_formats)
{
    start();
    disk.blk.readonly = true;
    dma_setup(0x4a, 512);
    GIVE(0x45, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    results(0x40, 0x02, 0, 0, 0, 1);
    GIVE(0x4d, 0, 2, 18, 0x6c, 0xf6);
    ck_assert(wait_int(1000));
    take_results();
    ck_assert_uint_eq(s.result[0], 0x40);
    ck_assert_uint_eq(s.result[1], 0x02);
    ck_assert_uint_eq(disk.flushes, 0);
}
END_TEST

START_TEST(fdc_write_fault_is_an_equipment_check)
{
    start();
    disk.error = -28;
    dma_setup(0x4a, 512);
    GIVE(0x45, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    results(0x50, 0, 0, 0, 0, 1);
}
END_TEST

START_TEST(fdc_deleted_mark_sets_cm_or_is_skipped)
{
    start();
    dma_setup(0x4a, 512);
    GIVE(0x49, 0, 0, 0, 2, 2, 18, 0x1b, 0xff);
    results(0, 0, 0, 0, 0, 3);
    dma_setup(0x46, 1536);
    GIVE(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    results(0, 0, 0x40, 0, 0, 2); /* read, and the last */
    dma_setup(0x46, 1024);
    GIVE(0x66, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    results(0, 0, 0x40, 0, 0, 4);
    ck_assert_uint_eq(memory(512), 2); /* sector 2 was passed over */
    dma_setup(0x46, 512);
    GIVE(0x4c, 0, 0, 0, 2, 2, 18, 0x1b, 0xff);
    results(0, 0, 0, 0, 0, 3);
    dma_setup(0x4a, 512);
    GIVE(0x45, 0, 0, 0, 2, 2, 18, 0x1b, 0xff);
    results(0, 0, 0, 0, 0, 3);
    dma_setup(0x46, 512);
    GIVE(0x46, 0, 0, 0, 2, 2, 18, 0x1b, 0xff);
    results(0, 0, 0, 0, 0, 3);
}
END_TEST

START_TEST(fdc_format_fills_the_sectors_that_are_named)
{
    start();
    seek(2);
    uint8_t ids[72];
    for (uint8_t i = 0; i < 18; i++)
        memcpy(ids + i * 4, (uint8_t[]){2, 1, (uint8_t)(i + 1), 2}, 4);
    dma_write(&s.rig.bus, BUFFER, ids, sizeof ids);
    dma_setup(0x4a, sizeof ids);
    GIVE(0x4d, 4, 2, 18, 0x6c, 0xe5);
    ck_assert(wait_int(1000));
    ck_assert_uint_eq(s.irq.last_rise % (200 * MS), 0); /* at an index pulse */
    take_results();
    ck_assert_uint_eq(s.result[0], 0x04);
    for (uint32_t i = 0; i < 18 * 512; i++)
        ck_assert_uint_eq(disk.data[(2 * 36 + 18) * 512 + i], 0xe5);
    ck_assert_uint_eq(ld32(disk.data + (2 * 36 + 17) * 512), 2 * 36 + 17);
    ck_assert_uint_eq(ld32(disk.data + 3 * 36 * 512), 3 * 36);
}
END_TEST

/* --- Non-DMA mode --- */

static unsigned pio_read(uint8_t *data, unsigned n)
{
    unsigned got = 0;
    for (unsigned i = 0; i < 500000 && got < n; i++) {
        rig_run(&s.rig, 4000);
        uint8_t msr = in(MSR);
        if ((msr & 0xe0) == 0xe0)
            data[got++] = in(FIFO);
        else if (!(msr & 0x20))
            break;
    }
    return got;
}

START_TEST(fdc_non_dma_read_asks_byte_by_byte_and_ends_at_eot)
{
    uint8_t data[1024];
    start();
    GIVE(0x03, 0xd0, 0x03);
    GIVE(0x46, 0, 0, 0, 17, 2, 18, 0x1b, 0xff);
    ck_assert_uint_eq(in(MSR), 0x30);
    ck_assert_uint_eq(pio_read(data, 1), 1);
    ck_assert(!s.irq.level);
    ck_assert_uint_eq(pio_read(data + 1, 1023), 1023);
    ck_assert(s.irq.rises > 1024);
    ck_assert_uint_eq(ld32(data), 16);
    ck_assert_uint_eq(ld32(data + 512), 17);
    results(0x40, 0x80, 0, 1, 0, 1);
}
END_TEST

START_TEST(fdc_non_dma_overrun_without_the_fifo_after_one_byte)
{
    start();
    GIVE(0x03, 0xd0, 0x03);
    GIVE(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    ck_assert(wait_int(400));
    rig_run(&s.rig, 33 * UINT64_C(1000));
    ck_assert_uint_eq(in(MSR), 0xd0);
    results(0x40, 0x10, 0, 0, 0, 1);
}
END_TEST

START_TEST(fdc_fifo_threshold_delays_the_request)
{
    start();
    GIVE(0x03, 0xd0, 0x03);
    GIVE(0x13, 0, 0x07, 0); /* FIFO on, threshold 8 */
    GIVE(0x46, 0, 0, 0, 1, 2, 1, 0x1b, 0xff);
    ck_assert(wait_int(400));
    unsigned burst = 0;
    while ((in(MSR)&0xc0) == 0xc0 && burst < 100) {
        in(FIFO);
        burst++;
    }
    ck_assert(burst >= 8 && burst <= 16);
    uint8_t data[512];
    ck_assert_uint_eq(pio_read(data, 512 - burst), 512 - burst);
    results(0x40, 0x80, 0, 1, 0, 1);
}
END_TEST

START_TEST(fdc_non_dma_write)
{
    start();
    GIVE(0x03, 0xd0, 0x03);
    GIVE(0x13, 0, 0x00, 0);
    GIVE(0x45, 0, 0, 0, 4, 2, 4, 0x1b, 0xff);
    unsigned n = 0;
    for (unsigned i = 0; i < 500000 && n < 512; i++) {
        if ((in(MSR)&0xe0) == 0xa0)
            out(FIFO, (uint8_t)(n++ ^ 0x5a));
        else
            rig_run(&s.rig, 4000);
    }
    results(0x40, 0x80, 0, 1, 0, 1);
    for (unsigned i = 0; i < 512; i++)
        ck_assert_uint_eq(disk.data[3 * 512 + i], (uint8_t)(i ^ 0x5a));
}
END_TEST

/* --- Formats --- */

START_TEST(fdc_every_size_has_its_geometry)
{
    static const struct {
        uint32_t kb;
        uint8_t c, h, s;
        uint16_t kbps;
        uint8_t cmos;
    } want[] = {
        {160, 40, 1, 8, 250, 1},    {180, 40, 1, 9, 250, 1},    {320, 40, 2, 8, 250, 1},   {360, 40, 2, 9, 250, 1},
        {720, 80, 2, 9, 250, 4},    {1200, 80, 2, 15, 500, 2},  {1440, 80, 2, 18, 500, 4}, {1680, 80, 2, 21, 500, 4},
        {1722, 82, 2, 21, 500, 4},  {2880, 80, 2, 36, 1000, 5}, {410, 41, 2, 10, 250, 1},  {420, 42, 2, 10, 250, 1},
        {800, 80, 2, 10, 250, 4},   {820, 82, 2, 10, 250, 4},   {830, 83, 2, 10, 250, 4},  {1040, 80, 2, 13, 500, 4},
        {1120, 80, 2, 14, 500, 4},  {1476, 82, 2, 18, 500, 4},  {1494, 83, 2, 18, 500, 4}, {1743, 83, 2, 21, 500, 4},
        {1760, 80, 2, 22, 500, 4},  {1840, 80, 2, 23, 500, 4},  {1920, 80, 2, 24, 500, 4}, {3120, 80, 2, 39, 1000, 5},
        {3200, 80, 2, 40, 1000, 5}, {3520, 80, 2, 44, 1000, 5}, {3840, 80, 2, 48, 1000, 5}};
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        const struct floppy_format *f = floppy_format_of(want[i].kb * 2);
        ck_assert(f != NULL);
        ck_assert_uint_eq(f->cylinders, want[i].c);
        ck_assert_uint_eq(f->heads, want[i].h);
        ck_assert_uint_eq(f->spt, want[i].s);
        ck_assert_uint_eq(f->kbps, want[i].kbps);
        fdc_set_medium(&s.fdc->dev, 0, make_disk(&other, want[i].kb * 2));
        ck_assert_uint_eq(fdc_cmos_type(s.fdc, 0), want[i].cmos);
    }
    ck_assert(floppy_format_of(5761) == NULL);
    ck_assert_uint_eq(floppy_format_of(1)->sectors, 2880);
}
END_TEST

START_TEST(fdc_1m2_drive_reads_360k_at_300_kbit_with_double_steps)
{
    s.fdc->drive[0].type = 2;
    fdc_set_medium(&s.fdc->dev, 0, make_disk(&other, 720));
    start();
    out(DIR, 1);
    seek(20);
    dma_setup(0x46, 512);
    GIVE(0x46, 0, 10, 0, 1, 2, 9, 0x2a, 0xff);
    results(0, 0, 0, 10, 0, 2);
    ck_assert_uint_eq(memory(0), 10 * 18);
    out(DIR, 2);
    GIVE(0x46, 0, 10, 0, 1, 2, 9, 0x2a, 0xff);
    results(0x40, 0x01, 0, 10, 0, 1);
}
END_TEST

/* --- State --- */

START_TEST(fdc_state_round_trip_in_the_middle_of_a_read)
{
    static struct fdc_rig t;
    static struct disk kept;
    start();
    seek(3);
    dma_setup(0x46, 512);
    GIVE(0xe6, 0, 3, 0, 9, 2, 18, 0x1b, 0xff);
    rig_run(&s.rig, 1000);
    kept = disk;
    make(&t, 2880);
    disk = kept;
    rig_same_time(&s.rig, &t.rig);
    rig_copy_state(&s.pages->dev, &t.pages->dev);
    rig_copy_state(&s.dma->dev, &t.dma->dev);
    rig_copy_state(&s.fdc->dev, &t.fdc->dev);
    rig_run(&s.rig, 400 * MS);
    rig_run(&t.rig, 400 * MS);
    ck_assert(s.irq.level && t.irq.level);
    ck_assert_uint_eq(s.irq.last_rise, t.irq.last_rise);
    uint8_t b[4];
    dma_read(&t.rig.bus, BUFFER, b, 4);
    ck_assert_uint_eq(ld32(b), 3 * 36 + 8);
    for (unsigned i = 0; i < 7; i++)
        ck_assert_uint_eq(in(FIFO), rig_in(&t.rig, FIFO));
    fdc_unmake(&t);
}
END_TEST

TCase *fdc_tests(void)
{
    TCase *t = tcase_create("i82077");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, fdc_reset_holds_until_dor_lets_go_and_polls_four_drives);
    tcase_add_test(t, fdc_polling_can_be_configured_away_and_lock_keeps_it);
    tcase_add_test(t, fdc_int_needs_dmagate_in_at_mode);
    tcase_add_test(t, fdc_invalid_commands_answer_80_without_int);
    tcase_add_test(t, fdc_perpendicular_drive_bits_need_overwrite_and_survive_reset);
    tcase_add_test(t, fdc_sense_drive_gives_track0_and_write_protect);
    tcase_add_test(t, fdc_seek_takes_a_step_time_a_track);
    tcase_add_test(t, fdc_seek_past_the_end_stops_the_head_not_the_counter);
    tcase_add_test(t, fdc_recalibrate_without_a_drive_is_an_equipment_check);
    tcase_add_test(t, fdc_relative_seek_counts_from_where_it_is);
    tcase_add_test(t, fdc_change_line_falls_by_a_step_with_a_diskette_in);
    tcase_add_test(t, fdc_read_by_dma_ends_at_tc_with_the_next_id);
    tcase_add_test(t, fdc_multi_track_goes_on_at_head_1_and_ends_on_the_next_cylinder);
    tcase_add_test(t, fdc_end_of_cylinder_without_tc_sets_en);
    tcase_add_test(t, fdc_multi_track_goes_from_side_0_to_side_1_and_ends_there);
    tcase_add_test(t, fdc_first_sector_beyond_eot_reads_to_the_end_of_the_track);
    tcase_add_test(t, fdc_scan_with_step_2_ends_by_eot);
    tcase_add_test(t, fdc_flushes_the_drives_that_were_written_not_the_selected_one);
    tcase_add_test(t, fdc_a_reset_flushes_what_a_write_left);
    tcase_add_test(t, fdc_every_mechanical_time_is_divided_by_speedup);
    tcase_add_test(t, fdc_sector_passes_once_a_revolution);
    tcase_add_test(t, fdc_missing_sector_is_no_data_after_two_index_pulses);
    tcase_add_test(t, fdc_wrong_cylinder_in_the_id_is_told);
    tcase_add_test(t, fdc_wrong_rate_or_fm_finds_no_address_mark);
    tcase_add_test(t, fdc_masked_dma_channel_is_an_overrun);
    tcase_add_test(t, fdc_waits_for_a_diskette_and_a_motor);
    tcase_add_test(t, fdc_read_error_is_a_data_error);
    tcase_add_test(t, fdc_implied_seek_sets_seek_end);
    tcase_add_test(t, fdc_read_track_takes_sectors_as_they_come_from_the_index);
    tcase_add_test(t, fdc_read_id_gives_the_next_id);
    tcase_add_test(t, fdc_verify_counts_sectors_with_ec);
    tcase_add_test(t, fdc_scan_compares_with_the_hosts_bytes);
    tcase_add_test(t, fdc_write_reaches_the_image_and_is_flushed);
    tcase_add_test(t, fdc_short_write_fills_the_sector_with_zeros);
    tcase_add_test(t, fdc_write_protect_ends_writes_and_formats);
    tcase_add_test(t, fdc_write_fault_is_an_equipment_check);
    tcase_add_test(t, fdc_deleted_mark_sets_cm_or_is_skipped);
    tcase_add_test(t, fdc_format_fills_the_sectors_that_are_named);
    tcase_add_test(t, fdc_non_dma_read_asks_byte_by_byte_and_ends_at_eot);
    tcase_add_test(t, fdc_non_dma_overrun_without_the_fifo_after_one_byte);
    tcase_add_test(t, fdc_fifo_threshold_delays_the_request);
    tcase_add_test(t, fdc_non_dma_write);
    tcase_add_test(t, fdc_every_size_has_its_geometry);
    tcase_add_test(t, fdc_1m2_drive_reads_360k_at_300_kbit_with_double_steps);
    tcase_add_test(t, fdc_state_round_trip_in_the_middle_of_a_read);
    return t;
}
