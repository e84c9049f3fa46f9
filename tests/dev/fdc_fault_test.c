/* SPDX-License-Identifier: MIT */
/*
 * Each host call of each diskette command fails once, by DMA and byte by byte: the guest sees the error that the
 * 82077's data sheet has, nothing hangs, and the next command works.
 */
#include <stdio.h>

#include "tests/dev/faulty.h"
#include "tests/dev/fdc_rig.h"

enum { COUNT = 4, SPT = 18 };
enum { ABNORMAL = 0x40, EC = 0x10, DE = 0x20, DD = 0x20, EN = 0x80 };

static struct faulty disk;

/* Serves the command until its result phase: bytes go and come in non-DMA mode. */
static void finish(const char *what)
{
    for (unsigned i = 0; i < 1000000 && (in(MSR)&0xf0) != 0xd0; i++) {
        uint8_t msr = in(MSR);
        if ((msr & 0xe0) == 0xe0)
            in(FIFO);
        else if ((msr & 0xe0) == 0xa0)
            out(FIFO, 0xd1);
        else
            rig_run(&s.rig, MS / 100);
    }
    ck_assert_msg((in(MSR)&0xd0) == 0xd0, "%s: no result phase", what);
    ck_assert_msg(s.irq.level, "%s: no interrupt", what);
    for (s.nresult = 0; (in(MSR)&0xd0) == 0xd0 && s.nresult < 10;)
        s.result[s.nresult++] = in(FIFO);
    ck_assert_msg(s.nresult == 7, "%s: %u bytes of results", what, s.nresult);
    ck_assert_msg(!s.irq.level, "%s: INT stays", what);
}

static void setup(void)
{
    fdc_make(&s);
    s.fdc->speedup = 100;
    faulty_init(&disk, 2880, false);
    s.fdc->drive[0].blk = &disk.blk;
    fdc_begin(&s);
    out(DOR, 0x1c);
    rig_run(&s.rig, MS);
    for (unsigned i = 0; i < 4; i++) {
        GIVE(0x08);
        in(FIFO), in(FIFO);
    }
    out(DIR, 0);
    rig_run(&s.rig, 500 * MS);
}

static void teardown(void)
{
    fdc_unmake(&s);
}

enum kind { READS, WRITES, SCANS, VERIFIES, FORMATS };
struct command {
    uint8_t code;
    enum kind kind;
    bool prepare_deleted; /* the sectors have deleted data marks */
    unsigned calls;
};

static void start(const struct command *c, bool dma)
{
    bool reads = c->kind == READS || c->kind == VERIFIES;
    uint8_t data[COUNT * 512];
    GIVE(0x03, 0xd0, dma ? 0x02 : 0x03);
    memset(data, c->kind == SCANS ? 0xfe : 0xd1, sizeof data); /* FEh equals no sector's first byte */
    for (unsigned i = 0; c->kind == FORMATS && i < SPT; i++)
        memcpy(data + 4 * i, (uint8_t[]){0, 0, (uint8_t)(i + 1), 2}, 4);
    dma_write(&s.rig.bus, BUFFER, data, sizeof data);
    if (dma)
        dma_setup(reads ? 0x46 : 0x4a, c->kind == FORMATS ? 4 * SPT : COUNT * 512);
    if (c->kind == FORMATS)
        GIVE(c->code, 0, 2, SPT, 0x6c, 0xe5);
    else if (c->kind == VERIFIES)
        GIVE(c->code, 0x80, 0, 0, 1, 2, SPT, 0x1b, COUNT);
    else
        GIVE(c->code, 0, 0, 0, 1, 2, dma ? SPT : COUNT, 0x1b, c->kind == SCANS ? 1 : 0xff);
}

/* Byte by byte the IDs of FORMAT would have to be given; that is DMA's alone here. */
static void faults_of(const struct command *c, bool dma)
{
    for (unsigned n = 1; n <= c->calls + 1; n++) {
        char what[80];
        snprintf(what, sizeof what, "command %02x %s with call %u failed", c->code, dma ? "by DMA" : "by bytes", n);
        setup();
        if (c->prepare_deleted)
            memset(s.fdc->drive[0].deleted, 0xff, 4);
        disk.fail_in = n;
        start(c, dma);
        finish(what);
        bool failed = n <= c->calls, writes = c->kind == WRITES || c->kind == FORMATS;
        ck_assert_msg(disk.failed == failed, "%s: %u calls failed", what, disk.failed);
        uint8_t st0 = !failed ? 0 : writes ? ABNORMAL | EC : ABNORMAL, st1 = 0, st2 = 0;
        if (!failed && !dma && (c->kind == READS || c->kind == WRITES) && c->code != 0x42)
            st0 = ABNORMAL, st1 = EN; /* without TC the end of the track ends it */
        if (failed && writes && !dma && n > COUNT)
            st1 = EN; /* the sectors were written, their flush failed */
        if (failed && !writes)
            st1 = DE, st2 = DD;
        ck_assert_msg(s.result[0] == st0, "%s: ST0 is %02x, not %02x", what, s.result[0], st0);
        ck_assert_msg((s.result[1] & ~0x04) == st1, "%s: ST1 is %02x, not %02x", what, s.result[1], st1);
        ck_assert_msg((s.result[2] & 0x20) == st2, "%s: ST2 is %02x, not %02x", what, s.result[2], st2);
        if (failed && c->kind != FORMATS && n <= COUNT)
            ck_assert_msg(s.result[5] == n, "%s: R is %u", what, s.result[5]);
        for (unsigned i = 0; c->kind == WRITES && i < COUNT; i++)
            ck_assert_msg((disk.data[i * 512 + 3] == 0xd1) == (i + 1 < n || n > COUNT), "%s: sector %u", what, i + 1);
        ck_assert_uint_eq(disk.flushes, writes && n > 1);
        /* A sector of the other side is read as if nothing had been. */
        disk.fail_in = 0;
        uint8_t got[4];
        GIVE(0x03, 0xd0, 0x02);
        dma_setup(0x46, 512);
        GIVE(0x46, 4, 0, 1, 3, 2, SPT, 0x1b, 0xff);
        finish("the command after it");
        ck_assert_msg(s.result[0] == 4 && !s.result[1], "%s: the next command has %02x, %02x", what, s.result[0],
                      s.result[1]);
        dma_read(&s.rig.bus, BUFFER, got, 4);
        ck_assert_uint_eq(ld32(got), SPT + 2);
        teardown();
    }
}

static const struct command commands[] = {
    {0x46, READS, false, COUNT},      {0x4c, READS, true, COUNT},       {0x42, READS, false, COUNT},
    {0x45, WRITES, false, COUNT + 1}, {0x49, WRITES, false, COUNT + 1}, {0x51, SCANS, false, COUNT},
    {0x56, VERIFIES, false, COUNT},   {0x4d, FORMATS, false, SPT + 1},
};

START_TEST(fdc_every_failing_host_call_by_dma)
{
    for (unsigned i = 0; i < ARRAY_LEN(commands); i++)
        faults_of(&commands[i], true);
}
END_TEST

START_TEST(fdc_every_failing_host_call_byte_by_byte)
{
    for (unsigned i = 0; i < ARRAY_LEN(commands); i++)
        if (commands[i].kind == READS || commands[i].kind == WRITES)
            faults_of(&commands[i], false);
}
END_TEST

TCase *fdc_fault_tests(void)
{
    TCase *c = tcase_create("i82077-faults");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, fdc_every_failing_host_call_by_dma);
    tcase_add_test(c, fdc_every_failing_host_call_byte_by_byte);
    return c;
}
