/* SPDX-License-Identifier: MIT */
/*
 * What checkpoints and state hashes cost: a boot of Linux from memory, on virtual time, with neither, with a checkpoint
 * every 100 ms, and with a state hash every 2^24 positions; interleaved, each figure printed, medians and the worst.
 *
 *     checkpoints VMLINUZ INITRD DISK [PAIRS]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/bits.h"
#include "block/block.h"
#include "machine/parts.h"
#include "snap/checkpoint.h"
#include "snap/snapshot.h"

#define END        (UINT64_C(1) << 30)
#define CHECKPOINT UINT64_C(25000000) /* 100 ms at 4 ns a position */
#define HASH       (UINT64_C(1) << 24)
enum { MOST_PAIRS = 50 };
enum mode { PLAIN, CHECKPOINTS, HASHES, MODES };
static const char *const mode_name[] = {"plain", "a checkpoint every 100 ms", "a hash every 2^24 positions"};

static struct buf kernel, initrd, disk;
static struct checkpoint_info kept;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static struct buf file(const char *path)
{
    struct buf b = {0};
    static uint8_t part[1 << 16];
    FILE *f = fopen(path, "rb");
    if (!f)
        die(path, strerror(errno));
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_add(&b, part, n);
    fclose(f);
    return b;
}

static struct machine *linux_machine(void)
{
    struct error err = {0};
    struct machine_backends be = {0};
    struct machine_config cfg = {.machine = "pc", .cpu = "max", .ram_mb = 128, .clock = CLOCK_VIRTUAL, .vga = true};
    cfg.rtc_seconds = 1709164800;
    cfg.serial[0] = cfg.acpi = cfg.hpet = true;
    cfg.kernel = (struct rom_config){kernel.data, kernel.len};
    cfg.initrd = (struct rom_config){initrd.data, initrd.len};
    strcpy(cfg.cmdline, "console=ttyS0,115200 console=tty0 quiet cryptomgr.notests");
    cfg.drive[0] = (struct drive_config){.present = true, .medium = true, .fd = -1, .name = "disk", .bytes = disk.len};
    be.drive[0] = blk_memory(disk.data, disk.len, "disk", &err);
    struct machine *m = be.drive[0] ? machine_create(&cfg, &be, &err) : NULL;
    if (!m)
        die("machine", err.text);
    return m;
}

static double seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Processor time of a boot; what is done at its positions counts. */
static double boot(enum mode mode, uint64_t *hash)
{
    struct error err;
    struct machine *m = linux_machine();
    struct checkpoints *k = mode == CHECKPOINTS ? checkpoints_create(m, (size_t)256 << 20, &err) : NULL;
    uint64_t step = mode == HASHES ? HASH : CHECKPOINT;
    double from = seconds();
    for (uint64_t pos = 0; pos < END; pos += step) {
        while (machine_pos(m) < pos && machine_run(m, pos) == RUN_BUDGET)
            ;
        if (mode == CHECKPOINTS)
            checkpoint_take(k);
        if (mode == HASHES)
            machine_hash_step(m);
    }
    double took = seconds() - from;
    if (k)
        checkpoint_info(k, &kept);
    while (machine_pos(m) < END && machine_run(m, END) == RUN_BUDGET)
        ;
    *hash = machine_state_hash(m);
    checkpoints_destroy(k);
    machine_destroy(m);
    return took;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    static double ratio[MODES][MOST_PAIRS];
    if (argc < 4)
        die("checkpoints", "VMLINUZ INITRD DISK [PAIRS]");
    int pairs = argc > 4 ? atoi(argv[4]) : 7;
    pairs = MAX(1, MIN(pairs, (int)MOST_PAIRS));
    kernel = file(argv[1]);
    initrd = file(argv[2]);
    disk = file(argv[3]);
    for (int n = 0; n < pairs; n++) {
        double took[MODES];
        uint64_t hash[MODES];
        for (enum mode mode = PLAIN; mode < MODES; mode++)
            took[mode] = boot(mode, &hash[mode]);
        printf("%2d  %.3f s", n + 1, took[PLAIN]);
        for (enum mode mode = CHECKPOINTS; mode < MODES; mode++) {
            ratio[mode][n] = took[mode] / took[PLAIN];
            printf("   %.3f s (%.3f)", took[mode], ratio[mode][n]);
            if (hash[mode] != hash[PLAIN])
                die(mode_name[mode], "the run went another way");
        }
        printf("\n");
        fflush(stdout);
    }
    for (enum mode mode = CHECKPOINTS; mode < MODES; mode++) {
        qsort(ratio[mode], (size_t)pairs, sizeof ratio[mode][0], ascending);
        printf("%s: median %.3f, worst %.3f\n", mode_name[mode], ratio[mode][pairs / 2], ratio[mode][pairs - 1]);
    }
    printf("%u checkpoints, %llu old pages, %llu KiB\n", kept.count, (unsigned long long)kept.pages,
           (unsigned long long)kept.bytes / 1024);
    return 0;
}
