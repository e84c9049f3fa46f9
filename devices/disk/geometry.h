/* SPDX-License-Identifier: MIT */
/* Cylinders, heads and sectors of a disk: what its drive says, and what INT 13h makes of it. */
#ifndef VITRINE_DEVICES_DISK_GEOMETRY_H
#define VITRINE_DEVICES_DISK_GEOMETRY_H

#include <stdint.h>

/* How a BIOS translates; CMOS 39h has two bits a drive: the value less one. */
enum chs_trans { CHS_AUTO, CHS_NONE, CHS_LBA, CHS_LARGE, CHS_RECHS };

struct disk_geometry {
    uint32_t cyls, heads, secs; /* the drive's: to 65535, 16, 255; cyls 0: not known yet */
    enum chs_trans trans;       /* CHS_AUTO: not known yet */
    /* INT 13h's where the disk says it and no translation leads there: to 1024, 255, 63; lcyls 0: by `trans` */
    uint32_t lcyls, lheads, lsecs;
};

/* Fills in what is not known. mbr: the disk's first sector, or NULL. */
void disk_geometry_settle(struct disk_geometry *g, const uint8_t mbr[512], uint64_t sectors);

#endif
