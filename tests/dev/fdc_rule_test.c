/* SPDX-License-Identifier: MIT */
/*
 * 82077AA and its drives, table by table (290166-007): each opcode's length, the pins' registers in each interface,
 * what resets leave, rates and times, drives against diskettes, FORMAT's IDs, and how far the FIFO reaches. Long, since
 * the tables share what reads a track at its time.
 */
#include "tests/dev/fdc_rig.h"

#define REV (200 * MS)

static struct disk {
    struct blk blk;
    uint8_t data[7680 * 512];
} disk;

static int disk_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    ck_assert_uint_lt(sector, b->sectors);
    memcpy(data, disk.data + sector * 512, count * 512);
    return 0;
}

static int disk_write(struct blk *b, uint64_t sector, uint32_t count, const void *data)
{
    ck_assert_uint_lt(sector, b->sectors);
    memcpy(disk.data + sector * 512, data, count * 512);
    return 0;
}

static int disk_flush(struct blk *b)
{
    (void)b;
    return 0;
}

static const struct blk_ops disk_ops = {disk_read, disk_write, disk_flush, NULL};

static void make(uint32_t sectors, uint32_t type, uint32_t interface)
{
    fdc_make(&s);
    s.fdc->type[0] = type;
    s.fdc->interface = interface;
    disk.blk = (struct blk){.ops = &disk_ops, .sectors = sectors, .sector_size = 512, .name = "a.img"};
    for (uint32_t i = 0; i < 7680; i++)
        memset(disk.data + i * 512, (int)(i % 251 + 1), 512);
    s.fdc->drive[0].blk = sectors ? &disk.blk : NULL;
    fdc_begin(&s);
}

static void setup(void)
{
    make(2880, 0, 0);
}

static void teardown(void)
{
    fdc_unmake(&s);
}

static void again(uint32_t sectors, uint32_t type, uint32_t interface)
{
    teardown();
    make(sectors, type, interface);
}

static uint64_t now(void)
{
    return clock_ns(&s.rig.clock);
}

static bool wait_int(unsigned ms)
{
    uint64_t end = now() + ms * MS;
    while (!s.irq.level && now() < end)
        rig_run_to(&s.rig, MIN(end, MAX(clock_next(&s.rig.clock), now() + 1)));
    return s.irq.level;
}

static void results(uint8_t st0, uint8_t st1, uint8_t st2, uint8_t c, uint8_t h, uint8_t r)
{
    ck_assert_msg(wait_int(3000), "no INT");
    take_results();
    uint8_t want[] = {st0, st1, st2, c, h, r, 2};
    ck_assert_uint_eq(s.nresult, 7);
    for (unsigned i = 0; i < 7; i++)
        ck_assert_msg(s.result[i] == want[i], "result %u is %02x, not %02x", i, s.result[i], want[i]);
}

static void sense_all(void)
{
    do {
        GIVE(0x08);
        take_results();
    } while (s.nresult == 2);
}

/* Motor 0 turns, 500 kbit/s, SRT 1 ms. */
static void start(void)
{
    out(DOR, 0x1c);
    rig_run(&s.rig, MS);
    sense_all();
    out(DIR, 0);
    GIVE(0x03, 0xf0, 0x02);
    rig_run(&s.rig, 500 * MS);
}

static void seek(uint8_t unit, uint8_t track)
{
    GIVE(0x0f, unit, track);
    ck_assert(wait_int(2000));
    sense_all();
}

static unsigned dma_moved(uint16_t bytes)
{
    out(0x0c, 0);
    unsigned low = in(0x05);
    return bytes - 1u - (low | (unsigned)in(0x05) << 8);
}

/* --- Commands --- */

/* Table 5-1: bytes of a command, by its first; 0: invalid. */
static unsigned bytes_of(unsigned code)
{
    switch (code & 0x1f) {
    case 0x06:
    case 0x0c:
    case 0x16:
    case 0x11:
    case 0x19:
    case 0x1d: return 9;
    case 0x05:
    case 0x09: return code & 0x20 ? 0 : 9;
    case 0x02: return code & 0x80 ? 0 : 9;
    case 0x0d: return code & 0xa0 ? 0 : 6;
    case 0x0a: return code & 0xa0 ? 0 : 2;
    }
    switch (code) {
    case 0x10:
    case 0x08:
    case 0x0e:
    case 0x14:
    case 0x94: return 1;
    case 0x07:
    case 0x04:
    case 0x12: return 2;
    case 0x03:
    case 0x0f:
    case 0x8f:
    case 0xcf: return 3;
    case 0x13: return 4;
    default: return 0;
    }
}

START_TEST(fdc_every_opcode_has_its_length)
{
    for (unsigned code = 0; code < 256; code++) {
        again(2880, 0, 0);
        start();
        unsigned want = bytes_of(code), n = 0;
        do
            out(FIFO, n++ ? 0 : (uint8_t)code);
        while (n < 12 && in(MSR) == 0x90); /* RQM and CB: more is asked for */
        ck_assert_msg(n == (want ? want : 1), "command %02xh has %u bytes", code, n);
        if (want)
            continue;
        take_results();
        ck_assert_msg(s.nresult == 1 && s.result[0] == 0x80, "command %02xh is not invalid", code);
    }
}
END_TEST

START_TEST(fdc_dumpreg_shows_each_parameter)
{
    start();
    seek(0, 7), seek(1, 9), seek(2, 1), seek(3, 30);
    s.fdc->drive[0].cylinder = 7; /* DOR selects it for all of them */
    GIVE(0x03, 0xa5, 0x34);       /* SPECIFY */
    GIVE(0x13, 0x00, 0x57, 0x42);
    GIVE(0x12, 0xa2);
    GIVE(0x94), take_results();
    dma_setup(0x46, 512);
    GIVE(0x46, 0, 7, 0, 1, 2, 13, 0x1b, 0xff);
    results(0, 0, 0, 7, 0, 2);
    for (unsigned format = 0; format < 2; format++) {
        static const uint8_t want[2][10] = {{7, 9, 1, 30, 0xa5, 0x34, 13, 0xa2, 0x57, 0x42},
                                            {7, 9, 1, 30, 0xa5, 0x34, 11, 0xa2, 0x57, 0x42}};
        GIVE(0x0e), take_results();
        ck_assert_uint_eq(s.nresult, 10);
        for (unsigned i = 0; i < 10; i++)
            ck_assert_msg(s.result[i] == want[format][i], "DUMPREG byte %u is %02x", i, s.result[i]);
        dma_setup(0x4a, 512);
        GIVE(0x4d, 0, 2, 11, 0x1b, 0xf6);
        ck_assert(wait_int(1000));
        take_results();
        ck_assert_uint_eq(dma_moved(512), 44); /* four bytes a sector */
    }
}
END_TEST

/* --- Resets --- */

START_TEST(fdc_reset_polls_after_30_us)
{
    for (unsigned by = 0; by < 2; by++) {
        again(2880, 0, 0);
        start();
        if (by)
            out(MSR, 0x80);
        else
            out(DOR, 0x18), out(DOR, 0x1c);
        ck_assert_uint_eq(in(MSR), 0);
        ck_assert_uint_eq(in(FIFO), 0xff);
        rig_run(&s.rig, 29999);
        ck_assert(!s.irq.level && in(MSR) == 0);
        rig_run(&s.rig, 1);
        ck_assert(s.irq.level);
        ck_assert_uint_eq(in(MSR), 0x80);
        for (uint8_t i = 0; i < 4; i++) {
            ck_assert_int_eq(s.irq.level, i == 0);
            GIVE(0x08);
            ck_assert_int_eq(s.irq.level, 0); /* with the command, before its results */
            take_results();
            ck_assert_uint_eq(s.result[0], 0xc0 | i);
            ck_assert_uint_eq(s.result[1], 0);
        }
    }
    /* Into reset again before that: nothing is polled. */
    out(MSR, 0x80), out(DOR, 0x18);
    rig_run(&s.rig, MS);
    ck_assert(!s.irq.level);
    /* DSR without its reset bit resets nothing, nor does one that DOR holds in reset begin to poll. */
    out(MSR, 0x80);
    rig_run(&s.rig, MS);
    ck_assert(!s.irq.level && in(MSR) == 0);
    out(DOR, 0x1c), rig_run(&s.rig, MS), sense_all();
    out(MSR, 0x02);
    rig_run(&s.rig, MS);
    ck_assert(!s.irq.level && in(MSR) == 0x80);
}
END_TEST

START_TEST(fdc_reset_ends_every_phase)
{
    for (unsigned phase = 0; phase < 4; phase++) {
        again(2880, 0, 0);
        start();
        GIVE(0x13, 0, 0x30, 0); /* no polling */
        GIVE(0x94), take_results();
        dma_setup(0x46, 512);
        if (phase == 0)
            GIVE(0x46, 0, 0);
        else if (phase == 1)
            GIVE(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
        else if (phase == 2)
            GIVE(0x10);
        else
            GIVE(0x0f, 0, 50);
        out(MSR, 0x80);
        rig_run(&s.rig, 2000 * MS);
        ck_assert_msg(!s.irq.rises || s.irq.rises == 1, "phase %u goes on after a reset", phase);
        ck_assert(!s.irq.level);
        ck_assert_uint_eq(in(MSR), 0x80);
        ck_assert_uint_lt(s.fdc->drive[0].cylinder, 2);
        GIVE(0x10), take_results();
        ck_assert_uint_eq(s.result[0], 0x90);
        GIVE(0x08), take_results();
        ck_assert_uint_eq(s.result[0], 0x80);
    }
}
END_TEST

START_TEST(fdc_hardware_reset_presets_all_and_keeps_the_head)
{
    start();
    seek(0, 5);
    GIVE(0x13, 0, 0x57, 0x42);
    GIVE(0x12, 0xbf);
    GIVE(0x94), take_results();
    out(TDR, 2), out(DIR, 1);
    s.fdc->last_eot = 9;
    s.fdc->dev.cls->reset(&s.fdc->dev);
    ck_assert_uint_eq(in(DOR), 0);
    ck_assert_uint_eq(in(TDR), 0xfc);
    ck_assert_uint_eq(s.fdc->rate, 2); /* 250 kbit/s */
    ck_assert_uint_eq(s.fdc->dsr, 2);
    ck_assert(!s.fdc->drive[0].motor);
    ck_assert_uint_eq(s.fdc->drive[0].cylinder, 5);
    out(DOR, 0x0c), rig_run(&s.rig, MS), sense_all();
    GIVE(0x0e), take_results();
    static const uint8_t want[10] = {0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0};
    ck_assert_mem_eq(s.result, want, 10);
}
END_TEST

/* Any access to MSR or the FIFO wakes it; what it had of seeks is lost (5.2.3). */
START_TEST(fdc_powerdown_by_dsr_loses_the_cylinders)
{
    for (unsigned by = 0; by < 2; by++) {
        again(2880, 0, 0);
        start();
        seek(0, 5);
        out(MSR, 0x5c);
        ck_assert_uint_eq(s.fdc->dsr, 0x5c);
        if (by)
            out(FIFO, 0x0e);
        else
            ck_assert_uint_eq(port_in(s.rig.bus.ports, MSR, 1, INIT_DEBUG), 0x80); /* a debugger wakes nothing */
        if (!by) {
            ck_assert_uint_eq(s.fdc->dsr, 0x5c);
            GIVE(0x0e);
        }
        take_results();
        ck_assert_uint_eq(s.fdc->dsr, 0x1c);
        ck_assert_uint_eq(s.result[0], 0);
        s.fdc->dsr = 0x40, s.fdc->polls = s.fdc->seek_end = 0x0f;
        GIVE(0x08), take_results();
        ck_assert_uint_eq(s.result[0], 0x80); /* nothing is left to sense */
    }
}
END_TEST

/* --- Registers --- */

static const char *const interfaces[] = {"AT", "PS/2", "Model 30"};

/* 2.1.1, 2.1.2, 2.1.8: the pins in each interface, in each state of the drive. */
START_TEST(fdc_pins_in_each_interface)
{
    for (unsigned n = 0; n < 3 * 4 * 2 * 2 * 3 * 2; n++) {
        unsigned iface = n % 3, unit = n / 3 % 4, second = n / 12 % 2, wp = n / 24 % 2, move = n / 48 % 3,
                 index = n / 144;
        again(2880, 0, iface);
        s.fdc->drive[1].fitted = second;
        start();
        if (index == 0 && move)
            seek(0, 20);
        disk.blk.readonly = wp;
        out(DOR, (uint8_t)(0x3c | unit));
        rig_run_to(&s.rig, (now() / REV + 1) * REV - 1);
        if (move)
            GIVE(0x0f, (uint8_t)unit, move == 1 ? 60 : 2);
        rig_run(&s.rig, index ? 1 : 0);
        s.fdc->head = (uint8_t)(n / 3 & 1);
        const struct i82077_seek *seeking = &s.fdc->seek[unit];
        bool there = unit == 0, t0 = (unit == 0 && s.fdc->drive[0].cylinder == 0) || (unit == 1 && second);
        bool step = move, dir = move && !seeking->out, hd = s.fdc->head,
             changed = (there && s.fdc->drive[0].changed) || (unit == 1 && second);
        bool ix = there && index, w = there && wp;
        uint8_t a = 0xff, b = 0xff;
        if (iface == 1) {
            a = (uint8_t)(!second << 6 | step << 5 | !t0 << 4 | hd << 3 | !ix << 2 | !w << 1 | dir);
            b = (uint8_t)(0xc0 | (unit & 1) << 5 | 3);
        } else if (iface == 2) {
            a = (uint8_t)(step << 5 | t0 << 4 | !hd << 3 | ix << 2 | w << 1 | !dir);
            b = (uint8_t)(!second << 7 | (unit != 1) << 6 | (unit != 0) << 5 | (unit != 3) << 1 | (unit != 2));
        }
        ck_assert_msg(in(SRA) == a, "%s, case %u: SRA is %02x, not %02x", interfaces[iface], n, in(SRA), a);
        ck_assert_msg(in(SRB) == b, "%s, case %u: SRB is %02x, not %02x", interfaces[iface], n, in(SRB), b);
        for (unsigned rate = 0; rate < 4; rate++)
            for (unsigned gate = 0; gate < 2; gate++) {
                out(DOR, (uint8_t)(0x34 | gate << 3 | unit));
                out(DIR, (uint8_t)rate);
                uint8_t d = iface == 0   ? (uint8_t)(changed << 7 | 0x7f)
                            : iface == 1 ? (uint8_t)(changed << 7 | 0x78 | rate << 1 | (rate == 1 || rate == 2))
                                         : (uint8_t)(!changed << 7 | !gate << 3 | rate);
                ck_assert_msg(in(DIR) == d, "%s, case %u: DIR is %02x, not %02x", interfaces[iface], n, in(DIR), d);
            }
    }
}
END_TEST

/* The index pulse is 3 ms long; INT is seen in SRA, which DMAGATE holds back in AT and Model 30 only. */
START_TEST(fdc_index_pulse_and_int_in_sra)
{
    for (unsigned iface = 1; iface < 3; iface++) {
        again(2880, 0, iface);
        start();
        rig_run_to(&s.rig, 10 * REV + 3 * MS - 1);
        uint8_t with = in(SRA);
        rig_run(&s.rig, 1);
        ck_assert_uint_eq(with ^ in(SRA), 0x04);
        out(DOR, 0x14);
        GIVE(0x07, 0);
        rig_run(&s.rig, 1000 * MS);
        ck_assert_int_eq(s.irq.level, iface == 1);
        ck_assert_uint_eq(in(SRA)&0x80, 0x80);
        out(DOR, 0x1c);
        ck_assert_int_eq(s.irq.level, 1);
        sense_all();
        ck_assert_uint_eq(in(SRA)&0x80, 0);
    }
}
END_TEST

START_TEST(fdc_registers_take_their_bits)
{
    start();
    for (unsigned v = 0; v < 256; v++) {
        out(TDR, (uint8_t)v);
        ck_assert_uint_eq(in(TDR), (v & 3) | 0xfc);
        out(SRA, (uint8_t)v), out(SRB, (uint8_t)v);
        out(DIR, (uint8_t)v);
        ck_assert_uint_eq(s.fdc->rate, v & 3);
        if (v & 0x80)
            continue;
        out(MSR, (uint8_t)v);
        ck_assert_uint_eq(s.fdc->rate, v & 3);
        ck_assert_uint_eq(s.fdc->dsr, v & 0x5f);
        in(MSR);
    }
    ck_assert_uint_eq(port_in(s.rig.bus.ports, FIFO, 1, INIT_DEBUG), 0xff);
    GIVE(0x10);
    ck_assert_uint_eq(port_in(s.rig.bus.ports, FIFO, 1, INIT_DEBUG), 0xff); /* takes no result */
    take_results();
    ck_assert_uint_eq(s.result[0], 0x90);
    ck_assert_uint_eq(in(FIFO), 0xff);
    GIVE(0x0f, 3, 9); /* each unit has its busy bit */
    GIVE(0x0f, 1, 9);
    ck_assert_uint_eq(in(MSR), 0x8a);
}
END_TEST

/* --- Times --- */

/* SRT: (16 - SRT) half milliseconds at 1 Mbit/s, twice that at 500 kbit/s, and so on (table 5-9). */
START_TEST(fdc_step_rate_by_data_rate)
{
    static const uint16_t kbps[] = {500, 300, 250, 1000};
    start();
    for (unsigned rate = 0; rate < 4; rate++)
        for (unsigned srt = 0; srt < 16; srt++) {
            out(DIR, (uint8_t)rate);
            GIVE(0x03, (uint8_t)(srt << 4 | 7), 2);
            uint64_t t = now();
            GIVE(0x0f, 0, (uint8_t)(s.fdc->pcn[0] ^ 1));
            ck_assert(wait_int(100));
            uint64_t want = (16 - srt) * 500 * MS / kbps[rate];
            ck_assert_msg(now() - t == want, "SRT %u at %u kbit/s: %u ns", srt, kbps[rate], (unsigned)(now() - t));
            sense_all();
        }
}
END_TEST

/* The ID of sector n begins 146 bytes and n even parts of the rest after the index: 12500 bytes a turn. */
static uint64_t id_time(unsigned n)
{
    return REV * (146 * 18 + (12500 - 146) * n) / (12500 * 18);
}

START_TEST(fdc_ids_pass_at_their_times_once_the_motor_is_at_speed)
{
    start();
    for (unsigned n = 0; n < 18; n++) {
        rig_run_to(&s.rig, (now() / REV + 1) * REV + id_time(n) - 1);
        GIVE(0x4a, 0);
        ck_assert(wait_int(200));
        ck_assert_uint_eq(now() % REV, id_time(n));
        results(0, 0, 0, 0, 0, (uint8_t)(n + 1));
        rig_run_to(&s.rig, (now() / REV + 1) * REV + id_time(n)); /* it begins just now */
        GIVE(0x4a, 0);
        rig_run(&s.rig, 0);
        ck_assert_int_eq(s.irq.level, 1);
        results(0, 0, 0, 0, 0, (uint8_t)(n + 1));
    }
    for (unsigned k = 0; k < 3; k++) {
        out(DOR, 0x0c);
        rig_run_to(&s.rig, (now() / REV + 1) * REV + id_time(3) + 100 * MS - k); /* 300 ms on: one and a half turns */
        out(DOR, 0x1c);
        GIVE(0x4a, 0);
        results(0, 0, 0, 0, 0, 4);
        ck_assert_uint_eq(s.irq.last_rise % REV, id_time(3));
        out(DOR, 0x0c);
        rig_run_to(&s.rig, (now() / REV + 1) * REV + id_time(3) + 100 * MS + 1 + k);
        out(DOR, 0x1c);
        GIVE(0x4a, 0);
        results(0, 0, 0, 0, 0, 5);
    }
    dma_setup(0x46, 512); /* a sector is there when its 574 bytes have passed */
    GIVE(0x46, 0, 0, 0, 7, 2, 18, 0x1b, 0xff);
    results(0, 0, 0, 0, 0, 8);
    ck_assert_uint_eq(s.irq.last_rise % REV, id_time(6) + REV * 574 / 12500);
}
END_TEST

/* A 1.2 MB drive turns 360 times a minute, whatever is in it; others 300 times. */
START_TEST(fdc_revolution_by_drive_and_diskette)
{
    static const struct {
        uint32_t sectors, type;
        uint8_t rate, spt;
        uint32_t per_minute;
    } t[] = {{2400, 0, 0, 15, 360}, {2400, 2, 0, 15, 360}, {720, 2, 1, 9, 360},
             {720, 1, 2, 9, 300},   {1440, 4, 2, 9, 300},  {5760, 5, 3, 36, 300}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        uint64_t first = 0;
        again(t[i].sectors, t[i].type, 0);
        start();
        out(DIR, t[i].rate);
        for (unsigned k = 0; k < 2; k++) {
            dma_setup(0x46, 512);
            GIVE(0x46, 0, 0, 0, 2, 2, t[i].spt, 0x1b, 0xff);
            results(0, 0, 0, 0, 0, 3);
            if (k)
                ck_assert_uint_eq((s.irq.last_rise - first + 2) / 10, 60 * 1000 * MS / t[i].per_minute / 10);
            first = s.irq.last_rise;
        }
    }
}
END_TEST

/* --- Drives and diskettes --- */

enum { A, S360, L12, S720, L144, L288, NO = 9 };

START_TEST(fdc_each_drive_takes_its_diskettes)
{
    static const struct {
        uint32_t sectors;
        uint8_t made_for;
    } formats[] = {{320, S360},  {360, S360},  {640, S360},  {720, S360},  {820, S360},  {840, S360},
                   {1280, S720}, {1440, S720}, {1600, S720}, {1640, S720}, {1660, S720}, {2080, L144},
                   {2240, L144}, {2400, L12},  {2880, L144}, {2952, L144}, {2988, L144}, {3200, L144},
                   {3360, L144}, {3444, L144}, {3486, L144}, {3520, L144}, {3680, L144}, {3840, L144},
                   {5760, L288}, {6240, L288}, {6400, L288}, {7040, L288}, {7680, L288}};
    /* Which of 360K, 1.2M, 720K, 1.44M, 2.88M a drive of each type reads. */
    static const uint8_t reads[6][6] = {{0, 1, 1, 1, 1, 1}, {0, 1, 0, 0, 0, 0}, {0, 1, 1, 0, 0, 0},
                                        {0, 0, 0, 1, 0, 0}, {0, 0, 0, 1, 1, 0}, {0, 0, 0, 1, 1, 1}};
    for (uint32_t type = 0; type < 6; type++)
        for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
            again(formats[i].sectors, type, 0);
            const struct floppy_drive *d = &s.fdc->drive[0];
            ck_assert_msg((d->format != NULL) == reads[type][formats[i].made_for], "drive %u, %u sectors", type,
                          formats[i].sectors);
            uint8_t cmos = type ? (uint8_t)type : formats[i].made_for == S720 ? L144 : formats[i].made_for;
            ck_assert_uint_eq(fdc_cmos_type(s.fdc, 0), cmos);
            ck_assert_uint_eq(fdc_cmos_type(s.fdc, 1), 0);
            if (d->format)
                ck_assert_uint_eq(d->format->sectors, formats[i].sectors);
            /* A sector more is another size: what an image lacks of it, up to 2.88 MB, reads as zeros. */
            const struct floppy_format *next = floppy_format_of(formats[i].sectors + 1);
            uint32_t n = formats[i].sectors + 1;
            ck_assert_uint_eq(next ? next->sectors : 0, n <= 2880 ? 2880 : n <= 5760 ? 5760 : 0);
        }
    again(0, 4, 0);
    ck_assert_uint_eq(fdc_cmos_type(s.fdc, 0), 4);
    again(0, 0, 0);
    ck_assert_uint_eq(fdc_cmos_type(s.fdc, 0), 4); /* empty: 1.44M */
}
END_TEST

START_TEST(fdc_heads_stop_at_their_last_cylinder)
{
    static const uint8_t last[] = {83, 41, 83, 83, 83, 83};
    for (uint32_t type = 0; type < 6; type++) {
        again(0, type, 0);
        out(DOR, 0x1c), rig_run(&s.rig, MS), sense_all();
        GIVE(0x03, 0xf0, 2);
        seek(0, 200);
        ck_assert_uint_eq(s.fdc->drive[0].cylinder, last[type]);
        ck_assert_uint_eq(in(DIR)&0x80, type == 1 ? 0 : 0x80); /* a 360K drive has no change line */
    }
}
END_TEST

/* An image shorter than its format: zeros, and no write. */
START_TEST(fdc_image_that_ends_early)
{
    again(100, 0, 0);
    start();
    uint8_t data[1024];
    memset(data, 0x99, sizeof data);
    dma_write(&s.rig.bus, BUFFER, data, sizeof data);
    seek(0, 2);
    dma_setup(0x46, 1024); /* sectors 99 and 100 */
    GIVE(0x46, 4, 2, 1, 10, 2, 18, 0x1b, 0xff);
    results(4, 0, 0, 2, 1, 12);
    dma_read(&s.rig.bus, BUFFER, data, sizeof data);
    ck_assert_uint_eq(data[511], 100);
    for (unsigned i = 512; i < 1024; i++)
        ck_assert_uint_eq(data[i], 0);
    dma_setup(0x4a, 512);
    GIVE(0x45, 4, 2, 1, 11, 2, 18, 0x1b, 0xff);
    results(0x54, 0, 0, 2, 1, 11);
    dma_setup(0x4a, 512);
    GIVE(0x45, 4, 2, 1, 10, 2, 18, 0x1b, 0xff);
    results(4, 0, 0, 2, 1, 11);
}
END_TEST

/* With two steps a track, READ ID shows the diskette's cylinder. */
START_TEST(fdc_read_id_shows_the_track_not_the_counter)
{
    again(720, 2, 0);
    start();
    out(DIR, 1);
    for (uint8_t n = 0; n < 8; n++) {
        seek(0, n);
        GIVE(0x4a, 4);
        ck_assert(wait_int(400));
        take_results();
        ck_assert_uint_eq(s.result[3], n / 2);
        ck_assert_uint_eq(s.result[4], 1);
        ck_assert_uint_eq(s.result[6], 2);
    }
    seek(0, 82); /* beyond its 40 tracks nothing is legible */
    GIVE(0x4a, 0);
    ck_assert(wait_int(1000));
    take_results();
    ck_assert_uint_eq(s.result[1], 0x01);
    ck_assert_uint_eq(s.result[3], 82); /* no ID: the counter */
}
END_TEST

/* SENSE DRIVE STATUS: write protect, track 0, head and unit; bits 5 and 3 are ones (table 5-12). */
START_TEST(fdc_sense_drive_by_drive_and_diskette)
{
    for (unsigned n = 0; n < 64; n++) {
        unsigned unit = n & 3, head = n >> 2 & 1, away = n >> 3 & 1,
                 kind = n >> 4; /* empty, writable, protected, none */
        again(kind == 0 ? 0 : 2880, 0, 0);
        s.fdc->drive[0].fitted = kind != 3;
        start();
        s.fdc->drive[0].cylinder = (uint8_t)away;
        disk.blk.readonly = kind == 2;
        GIVE(0x04, (uint8_t)(head << 2 | unit));
        take_results();
        unsigned want = 0x28 | head << 2 | unit | (kind != 3 && !away ? 0x10 : 0) | (kind == 2 ? 0x40 : 0);
        ck_assert_msg(s.nresult == 1 && s.result[0] == want, "case %u: ST3 is %02x, not %02x", n, s.result[0], want);
    }
}
END_TEST

/* --- Transfers --- */

START_TEST(fdc_transfer_releases_the_dma_request)
{
    start();
    dma_setup(0x46, 512);
    GIVE(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    results(0, 0, 0, 0, 0, 2);
    ck_assert_uint_eq(in(0x08) & 0xf0, 0);
}
END_TEST

/* SCAN: a deleted mark sets CM, and with SK its sector is passed over (8272A). */
START_TEST(fdc_scan_tells_of_deleted_sectors)
{
    uint8_t data[1024];
    start();
    memset(data, 2, sizeof data);
    dma_write(&s.rig.bus, BUFFER, data, sizeof data);
    dma_setup(0x4a, 512);
    GIVE(0x49, 0, 0, 0, 2, 2, 18, 0x1b, 0xff); /* sector 2 is deleted, and filled with 2 */
    results(0, 0, 0, 0, 0, 3);
    dma_setup(0x4a, 512);
    GIVE(0x51, 0, 0, 0, 2, 2, 18, 0x1b, 1);
    results(0, 0, 0x48, 0, 0, 3);
    memset(data, 3, sizeof data);
    dma_write(&s.rig.bus, BUFFER, data, sizeof data);
    dma_setup(0x4a, 512);
    GIVE(0x71, 0, 0, 0, 2, 2, 18, 0x1b, 1);
    results(0, 0, 0x48, 0, 0, 4); /* sector 3 is equal */
    dma_setup(0x4a, 512);
    GIVE(0x71, 0, 0, 0, 2, 2, 2, 0x1b, 1);
    results(0, 0, 0x44, 1, 0, 1); /* none is left to compare */
}
END_TEST

START_TEST(fdc_short_write_leaves_nothing_of_the_last)
{
    uint8_t data[512];
    start();
    memset(data, 0x77, sizeof data);
    for (uint16_t n = 512; n; n = n == 512 ? 10 : n == 10 ? 1 : 0) {
        dma_write(&s.rig.bus, BUFFER, data, 512);
        dma_setup(0x4a, n);
        GIVE(0x45, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
        results(0, 0, 0, 0, 0, 2);
        for (unsigned i = 0; i < 512; i++)
            ck_assert_msg(disk.data[i] == (i < n ? 0x77 : 0), "byte %u of %u is %02x", i, n, disk.data[i]);
    }
}
END_TEST

START_TEST(fdc_command_waits_while_the_motor_stands)
{
    for (unsigned drive = 0; drive < 2; drive++) { /* another drive is selected, or the motor is off */
        again(2880, 0, 0);
        start();
        dma_setup(0x46, 512);
        GIVE(0x46, 0, 0, 0, 3, 2, 18, 0x1b, 0xff);
        out(DOR, drive ? 0x1d : 0x0c);
        ck_assert(!wait_int(1000));
        ck_assert_uint_eq(in(MSR), 0x10);
        out(DOR, 0x1c);
        results(0, 0, 0, 0, 0, 4);
    }
    /* Another diskette, of another format: it is looked for anew. */
    dma_setup(0x46, 512);
    GIVE(0x46, 0, 0, 0, 18, 2, 18, 0x1b, 0xff);
    disk.blk.sectors = 1440;
    fdc_set_medium(&s.fdc->dev, 0, &disk.blk);
    results(0x40, 0x01, 0, 0, 0, 18);
}
END_TEST

/* Each ID of FORMAT has its place, or none. */
START_TEST(fdc_format_leaves_out_what_has_no_place)
{
    static const uint8_t ids[][5] = {{1, 0, 1, 2, 1}, {1, 0, 18, 2, 1}, {1, 0, 19, 2, 0}, {1, 0, 0, 2, 0},
                                     {2, 0, 2, 2, 0}, {0, 0, 3, 2, 0},  {1, 1, 4, 2, 0},  {1, 0, 5, 1, 0},
                                     {1, 0, 6, 3, 0}, {1, 0, 7, 2, 1}};
    start();
    seek(0, 1);
    for (unsigned i = 0; i < ARRAY_LEN(ids); i++)
        dma_write(&s.rig.bus, BUFFER + 4 * i, ids[i], 4);
    dma_setup(0x4a, 512);
    GIVE(0x4d, 0, 2, ARRAY_LEN(ids), 0x1b, 0xf7);
    ck_assert(wait_int(1000));
    take_results();
    ck_assert_uint_eq(s.result[0], 0);
    ck_assert_uint_eq(s.result[3], 1);
    ck_assert_uint_eq(dma_moved(512), 4 * ARRAY_LEN(ids));
    for (unsigned n = 0; n < 2880; n++) {
        bool filled = n == 36 || n == 36 + 17 || n == 36 + 6;
        ck_assert_msg((disk.data[n * 512 + 511] == 0xf7) == (filled || n % 251 + 1 == 0xf7), "sector %u", n);
    }
    GIVE(0x4d, 0, 2, 0, 0x1b, 0xf7); /* no sectors */
    ck_assert(wait_int(1000));
    take_results();
    ck_assert_uint_eq(s.result[0], 0);
    out(0x0a, 0x06);
    GIVE(0x4d, 0, 2, 3, 0x1b, 0xf8); /* a masked channel */
    ck_assert(wait_int(1000));
    take_results();
    ck_assert_uint_eq(s.result[0], 0x40);
    ck_assert_uint_eq(s.result[1], 0x10);
    ck_assert_uint_ne(disk.data[36 * 512], 0xf8);
}
END_TEST

/* Non-DMA: the FIFO holds 16 bytes, or 1 without it (EFIFO); one more that nobody took is an overrun. 16 us a byte. */
START_TEST(fdc_fifo_holds_so_many_bytes)
{
    for (unsigned fifo = 0; fifo < 2; fifo++)
        for (unsigned taken = 0; taken < 2; taken++) {
            unsigned depth = fifo ? 16 : 1;
            again(2880, 0, 0);
            start();
            GIVE(0x03, 0xf0, 0x03);
            GIVE(0x13, 0, fifo ? 0x0f : 0x2f, 0); /* a request for each byte */
            GIVE(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
            ck_assert(wait_int(400));
            rig_run(&s.rig, 16000 * depth - 1);
            ck_assert_uint_eq(in(MSR), 0xf0);
            if (taken)
                ck_assert_uint_eq(in(FIFO), 1);
            rig_run(&s.rig, 1);
            ck_assert_uint_eq(in(MSR), taken ? 0xf0 : 0xd0);
            rig_run(&s.rig, 16000);
            results(0x40, 0x10, 0, 0, 0, 1);
        }
    for (unsigned threshold = 0; threshold < 16; threshold++) {
        again(2880, 0, 0);
        start();
        GIVE(0x03, 0xf0, 0x03);
        GIVE(0x13, 0, (uint8_t)threshold, 0);
        GIVE(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
        ck_assert(wait_int(400));
        unsigned n = 0;
        while ((in(MSR)&0xc0) == 0xc0)
            in(FIFO), n++;
        ck_assert_msg(n == MAX(1u, 16 - (threshold + 1)), "threshold %u: %u bytes", threshold, n);
    }
}
END_TEST

START_TEST(fdc_written_bytes_must_come_in_time)
{
    for (unsigned given = 0; given <= 16; given += 4) {
        again(2880, 0, 0);
        start();
        GIVE(0x03, 0xf0, 0x03);
        GIVE(0x13, 0, 0, 0);
        rig_run_to(&s.rig, (now() / REV + 1) * REV);
        GIVE(0x45, 0, 0, 0, 3, 2, 18, 0x1b, 0xff);
        ck_assert(s.irq.level);
        for (unsigned i = 0; i < given; i++) {
            ck_assert_msg((in(MSR)&0xe0) == 0xa0, "byte %u is not asked for", i);
            out(FIFO, 0x66);
        }
        ck_assert_uint_eq(in(MSR), given < 16 ? 0xb0 : 0x30);
        ck_assert_int_eq(s.irq.level, given < 16);
        rig_run_to(&s.rig, now() / REV * REV + id_time(2) + 16000 * (given + 1) - 1);
        ck_assert_uint_eq(in(MSR)&0x20, 0x20);
        rig_run(&s.rig, 1);
        ck_assert_uint_eq(in(MSR), 0xd0);
        results(0x40, 0x10, 0, 0, 0, 3);
        ck_assert_uint_eq(disk.data[2 * 512], 3);
    }
}
END_TEST

/* --- State and info --- */

START_TEST(fdc_state_from_elsewhere_is_brought_into_range)
{
    struct i82077 *c = s.fdc;
    c->rate = c->head = c->seek_end = c->polls = 0xff;
    c->phase = 0, c->ncommand = 200;
    c->nresult = 200, c->nread = 3;
    c->pio_len = c->pio_host = c->pio_disk = 0xffff, c->pio_request = 1;
    c->drive[0].format = NULL;
    c->dev.cls->post_load(&c->dev);
    ck_assert_uint_eq(c->rate, 3);
    ck_assert_uint_eq(c->head, 1);
    ck_assert_uint_eq(c->seek_end, 15);
    ck_assert_uint_eq(c->polls, 15);
    ck_assert_uint_eq(c->ncommand, 8);
    ck_assert_uint_eq(c->nresult, 10);
    ck_assert_uint_eq(c->pio_len, 1024);
    ck_assert_uint_eq(c->pio_host, 1024);
    ck_assert_uint_eq(c->pio_disk, 1024);
    ck_assert_uint_eq(c->pio_request, 0);
    ck_assert_ptr_nonnull(c->drive[0].format);
    c->phase = 2, c->nresult = 7, c->nread = 7, c->pio_len = 100, c->pio_host = 101, c->pio_disk = 102;
    c->dor = 0x0c, c->intr = 1;
    c->dev.cls->post_load(&c->dev);
    ck_assert_uint_eq(c->phase, 0);
    ck_assert_uint_eq(c->pio_host, 100);
    ck_assert_uint_eq(c->pio_disk, 100);
    ck_assert_int_eq(s.irq.level, 1);
    c->phase = 2, c->nresult = 7, c->nread = 6, c->pio_len = 9, c->pio_host = 8, c->pio_request = 2;
    c->dev.cls->post_load(&c->dev);
    ck_assert_uint_eq(c->phase, 2);
    ck_assert_uint_eq(c->pio_request, 2);
    c->phase = 1, c->ncommand = 9;
    c->dev.cls->post_load(&c->dev);
    ck_assert_uint_eq(c->ncommand, 9);
}
END_TEST

static void prints(const char *want)
{
    struct buf text = {0};
    s.fdc->dev.cls->print(&s.fdc->dev, &text);
    buf_add(&text, "", 1);
    ck_assert_str_eq((const char *)text.data, want);
    buf_free(&text);
}

START_TEST(fdc_info_text)
{
    prints("fdc: dor=00 msr=00 rate=250 kbit/s phase=command\n  drive 0: head at 0, changed, a.img (80 x 2 x 18)\n");
    s.fdc->drive[1].fitted = true;
    start();
    seek(0, 7);
    GIVE(0x10);
    prints("fdc: dor=1c msr=d0 rate=500 kbit/s phase=result\n  drive 0: head at 7, motor on, a.img (80 x 2 x 18)\n"
           "  drive 1: head at 0, changed, empty\n");
    take_results();
    GIVE(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    out(DIR, 1);
    s.fdc->drive[0].fitted = s.fdc->drive[1].fitted = false;
    prints("fdc: dor=1c msr=10 rate=300 kbit/s phase=execution\n");
}
END_TEST

TCase *fdc_rule_tests(void)
{
    TCase *c = tcase_create("fdc-rules");
    tcase_set_timeout(c, 60);
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, fdc_every_opcode_has_its_length);
    tcase_add_test(c, fdc_dumpreg_shows_each_parameter);
    tcase_add_test(c, fdc_reset_polls_after_30_us);
    tcase_add_test(c, fdc_reset_ends_every_phase);
    tcase_add_test(c, fdc_hardware_reset_presets_all_and_keeps_the_head);
    tcase_add_test(c, fdc_powerdown_by_dsr_loses_the_cylinders);
    tcase_add_test(c, fdc_pins_in_each_interface);
    tcase_add_test(c, fdc_index_pulse_and_int_in_sra);
    tcase_add_test(c, fdc_registers_take_their_bits);
    tcase_add_test(c, fdc_step_rate_by_data_rate);
    tcase_add_test(c, fdc_ids_pass_at_their_times_once_the_motor_is_at_speed);
    tcase_add_test(c, fdc_revolution_by_drive_and_diskette);
    tcase_add_test(c, fdc_each_drive_takes_its_diskettes);
    tcase_add_test(c, fdc_heads_stop_at_their_last_cylinder);
    tcase_add_test(c, fdc_image_that_ends_early);
    tcase_add_test(c, fdc_read_id_shows_the_track_not_the_counter);
    tcase_add_test(c, fdc_sense_drive_by_drive_and_diskette);
    tcase_add_test(c, fdc_transfer_releases_the_dma_request);
    tcase_add_test(c, fdc_scan_tells_of_deleted_sectors);
    tcase_add_test(c, fdc_short_write_leaves_nothing_of_the_last);
    tcase_add_test(c, fdc_command_waits_while_the_motor_stands);
    tcase_add_test(c, fdc_format_leaves_out_what_has_no_place);
    tcase_add_test(c, fdc_fifo_holds_so_many_bytes);
    tcase_add_test(c, fdc_written_bytes_must_come_in_time);
    tcase_add_test(c, fdc_state_from_elsewhere_is_brought_into_range);
    tcase_add_test(c, fdc_info_text);
    return c;
}
