/* SPDX-License-Identifier: MIT */
/* Fixed disks as ata.c finds them and disk.c serves them. */
#ifndef BIOS_ATA_H
#define BIOS_ATA_H

#include <stdint.h>

#define ATA_MAX 4

struct ata_drive {
    uint16_t base;              /* command block; the control block is at base + 206h */
    uint8_t slave;              /* 0 or 10h: DEV */
    uint8_t lba;                /* LBA is there */
    uint8_t lba48;
    uint64_t sectors;
    uint16_t pcyl, phead, pspt; /* IDENTIFY words 1, 3, 6 */
    uint16_t lcyl, lhead, lspt; /* what INT 13h shows */
};

extern struct ata_drive ata_drives[ATA_MAX];
extern uint8_t ata_count;

enum ata_op { ATA_READ, ATA_WRITE, ATA_VERIFY };

/*
 * Transfers count sectors from lba to or from seg:off (off below 10h), or verifies them; *done counts
 * those that went well. Gives an INT 13h status.
 */
uint8_t ata_transfer(const struct ata_drive *d, enum ata_op op, uint64_t lba, uint32_t count,
                     uint16_t seg, uint16_t off, uint32_t *done);
uint8_t ata_ready(const struct ata_drive *d);
uint8_t ata_reset(const struct ata_drive *d);

#endif
