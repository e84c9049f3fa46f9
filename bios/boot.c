/* SPDX-License-Identifier: MIT */
/*
 * INT 19h and INT 18h: which device boots, and starting it.
 *
 * IBM PC/AT technical reference, section 5 "Bootstrap"; BIOS Boot Specification 1.01, 4.6 and 6.
 * CMOS 3Dh bits 3:0 and 7:4 and 38h bits 7:4 hold the order (1 diskette, 2 fixed disk, 3 CD-ROM,
 * 4 bootstrap entry vectors); 38h bit 0 turns the signature check of diskettes off.
 * A boot image that the user handed in (a fw_cfg ROM with a BEV) goes before them all.
 */
#include "ata.h"
#include "bios.h"

#define DEV_NONE 0
#define DEV_FLOPPY 1
#define DEV_DISK 2
#define DEV_CDROM 3
#define DEV_BEV 4

#define MAX_BEV 8

struct bev {
    uint16_t seg, off;
    uint8_t first;
    uint8_t tried;
};

static struct bev bevs[MAX_BEV];
static uint8_t bev_count;
static uint8_t next_step;

void boot_add_bev(uint16_t seg, uint16_t off, int first)
{
    if (bev_count < MAX_BEV)
        bevs[bev_count++] = (struct bev){seg, off, first, 0};
}

static void start(struct call *c)
{
    c->flags = FLAG_IF;
    boot_jump(c);
}

/* Reads the first sector of a drive through INT 13h, so that whoever hooked it is asked. */
static int boot_drive(uint8_t drive, int check)
{
    struct call c;
    for (int tries = 0;; tries++) {
        memset(&c, 0, sizeof c);
        c.ax = 0x0201;
        c.cx = 0x0001;
        c.dx = drive;
        c.bx = 0x7c00;
        if (!call_int(0x13, &c))
            break;
        if (tries == 2 || c.ah == 0x01 || c.ah == 0x80) /* no such drive; no diskette */
            return 0;
        memset(&c, 0, sizeof c);
        c.dx = drive;
        call_int(0x13, &c);
    }
    if (check && far_r16(0, 0x7dfe) != 0xaa55)
        return 0;
    memset(&c, 0, sizeof c);
    c.dx = drive;
    c.ip = 0x7c00;
    c.ax = 0xaa55;
    start(&c);
    return 1;
}

static void boot_bev(int first)
{
    for (struct bev *b = bevs; b < bevs + bev_count; b++) {
        struct call c;
        if (b->tried || b->first < first)
            continue;
        b->tried = 1;
        memset(&c, 0, sizeof c);
        c.cs = b->seg;
        c.ip = b->off;
        start(&c);
    }
}

static void boot_cds(void)
{
    for (uint8_t i = 0; i < cd_count; i++) {
        const char *why = eltorito_boot(i);
        print("CD-ROM %u: %s\n", i + 1u, why);
    }
}

static void try_device(uint8_t device)
{
    switch (device) {
    case DEV_FLOPPY: boot_drive(0x00, !(cmos_read(0x38) & 1)); break;
    case DEV_DISK: boot_drive(0x80, 1); break;
    case DEV_CDROM: boot_cds(); break;
    case DEV_BEV: boot_bev(0); break;
    }
}

/* Tries one device after the other; comes back only to fail for good. */
void boot_next(void);
void boot_next(void)
{
    uint16_t order = cmos_read(0x3d) | (cmos_read(0x38) & 0xf0) << 4;
    if (order == 0)
        order = DEV_DISK | DEV_FLOPPY << 4 | DEV_BEV << 8;
    if (next_step == 0)
        boot_bev(1);
    while (next_step < 3) {
        uint8_t device = order >> next_step * 4 & 15;
        if (device != DEV_BEV)
            next_step++;
        try_device(device);
        if (device == DEV_BEV)
            next_step++;
    }
    print("No bootable device.\n");
    halt();
}

void boot_first(void);
void boot_first(void)
{
    next_step = 0;
    eltorito_end();
    for (int i = 0; i < bev_count; i++)
        bevs[i].tried = 0;
    boot_next();
}
