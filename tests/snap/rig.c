/* SPDX-License-Identifier: MIT */
#include "tests/snap/rig.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block/block.h"
#include "firmware/blobs.h"
#include "machine/parts.h"

struct machine_config rig_demo_config(void)
{
    struct machine_config cfg = {.machine = "pc",
                                 .cpu = "max",
                                 .engine = ENGINE_INTERP,
                                 .ram_mb = 8,
                                 .clock = CLOCK_VIRTUAL,
                                 .rtc_seconds = 1709164800,
                                 .serial = {true},
                                 .vga = true,
                                 .acpi = true,
                                 .hpet = true,
                                 .debugcon = true,
                                 .debugcon_iobase = 0xe9,
                                 .boot = "c"};
    cfg.device[0] = (struct device_config){.cls = "isa-debug-exit", .props = {"iobase=0x501", "iosize=4"}, .nprops = 2};
    cfg.ndevices = 1;
    return cfg;
}

struct machine *rig_machine(const struct machine_config *cfg, struct blk *disk)
{
    struct error err = {0};
    struct machine_backends be = {0};
    struct machine_config own = *cfg;
    own.drive[0] = (struct drive_config){
        .present = true, .medium = true, .fd = -1, .name = "disk", .bytes = disk->sectors * BLOCK_SECTOR};
    be.drive[0] = disk;
    struct machine *m = machine_create(&own, &be, &err);
    ck_assert_msg(m != NULL, "%s", err.text);
    return m;
}

struct blk *rig_demo_disk(void)
{
    struct error err = {0};
    struct blk *b = blk_memory(demo_image, (size_t)(demo_image_end - demo_image), "disk", &err);
    ck_assert_msg(b != NULL, "%s", err.text);
    return b;
}

struct blk *rig_disk(struct machine *m)
{
    struct error err = {0};
    struct blk *from = m->be.drive[0];
    uint8_t *all = malloc(from->sectors * BLOCK_SECTOR);
    ck_assert(all && !from->ops->read(from, 0, (uint32_t)from->sectors, all));
    struct blk *b = blk_memory(all, from->sectors * BLOCK_SECTOR, "disk", &err);
    free(all);
    ck_assert_msg(b != NULL, "%s", err.text);
    return b;
}

struct buf rig_file(const char *path)
{
    struct buf b = {0};
    static uint8_t part[1 << 16];
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "%s cannot be read", path);
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_add(&b, part, n);
    fclose(f);
    return b;
}

void rig_run_to(struct machine *m, uint64_t pos)
{
    machine_set_time_limit(m, TIME_NEVER);
    while (machine_pos(m) < pos && machine_run(m, pos) == RUN_BUDGET)
        ;
}

void rig_run_ms(struct machine *m, unsigned ms)
{
    uint64_t until = machine_ns(m) + ms * UINT64_C(1000000);
    machine_set_time_limit(m, until);
    while (machine_ns(m) < until && machine_run(m, UINT64_MAX) == RUN_BUDGET)
        ;
}

void rig_key(struct machine *m, uint8_t key, bool down)
{
    uint8_t b[3] = {key, 0, down};
    journal_input(machine_journal(m), J_KEY, 0, b, sizeof b);
}
