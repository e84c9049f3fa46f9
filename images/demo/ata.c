/* SPDX-License-Identifier: MIT */
/* ata.c: the primary master by programmed I/O with 28-bit addresses.  ATA-6 8.12, 8.34, 8.62. */
#include "demo.h"

#define ATA_DATA     0x1f0
#define ATA_COUNT    0x1f2
#define ATA_LBA_LOW  0x1f3
#define ATA_LBA_MID  0x1f4
#define ATA_LBA_HIGH 0x1f5
#define ATA_DEVICE   0x1f6
#define ATA_STATUS   0x1f7
#define ATA_COMMAND  0x1f7
#define ATA_CONTROL  0x3f6
#define ST_BSY       0x80
#define ST_DF        0x20
#define ST_DRQ       0x08
#define ST_ERR       0x01
#define CTL_NIEN     0x02

#define CMD_READ_SECTORS  0x20
#define CMD_WRITE_SECTORS 0x30
#define CMD_FLUSH_CACHE   0xe7
#define CMD_IDENTIFY      0xec

static bool ata_wait(unsigned set)
{
    for (unsigned i = 0; i < 4; i++)
        inb(ATA_CONTROL); /* 400 ns */
    for (uint32_t until = ticks + 3 * TICKS_PER_SECOND; ticks < until;) {
        uint8_t status = inb(ATA_STATUS);
        /* FFh: no controller; 0: no drive, as a drive shows DRDY */
        if (status == 0xff || !status || (!(status & ST_BSY) && (status & (ST_ERR | ST_DF))))
            return false;
        if (!(status & ST_BSY) && (status & set) == set)
            return true;
    }
    return false;
}

static bool ata_command(unsigned command, uint32_t sector)
{
    outb(ATA_CONTROL, CTL_NIEN);
    outb(ATA_DEVICE, 0xe0 | (sector >> 24 & 15));
    if (!ata_wait(0))
        return false;
    outb(ATA_COUNT, 1);
    outb(ATA_LBA_LOW, sector & 0xff);
    outb(ATA_LBA_MID, sector >> 8 & 0xff);
    outb(ATA_LBA_HIGH, sector >> 16 & 0xff);
    outb(ATA_COMMAND, command);
    return true;
}

/* The BIOS may wait for the disk's interrupt: leave it as it was found. */
static bool ata_done(bool good)
{
    outb(ATA_CONTROL, 0);
    return good;
}

static bool ata_in(unsigned command, uint32_t sector, void *data)
{
    if (!ata_command(command, sector) || !ata_wait(ST_DRQ))
        return ata_done(false);
    unsigned count = 256;
    __asm__ volatile("rep insw" : "+D"(data), "+c"(count) : "d"(ATA_DATA) : "memory");
    return ata_done(ata_wait(0));
}

bool ata_identify(uint16_t data[256])
{
    return ata_in(CMD_IDENTIFY, 0, data);
}

bool ata_read(uint32_t sector, void *data)
{
    return ata_in(CMD_READ_SECTORS, sector, data);
}

bool ata_write(uint32_t sector, const void *data)
{
    if (!ata_command(CMD_WRITE_SECTORS, sector) || !ata_wait(ST_DRQ))
        return ata_done(false);
    unsigned count = 256;
    __asm__ volatile("rep outsw" : "+S"(data), "+c"(count) : "d"(ATA_DATA) : "memory");
    if (!ata_wait(0) || !ata_command(CMD_FLUSH_CACHE, 0))
        return ata_done(false);
    return ata_done(ata_wait(0));
}

/* The disk that the BIOS started from may be another one: the code of both must agree. */
bool ata_is_boot_disk(void)
{
    uint8_t by_bios[512], by_port[512];
    return boot_drive == 0x80 && disk_read(0, by_bios) && ata_read(0, by_port) && !memcmp(by_bios, by_port, 512);
}
