/* SPDX-License-Identifier: MIT */
/*
 * ATA disks on the two compatibility-mode channels: detection and PIO transfers.
 *
 * ATA/ATAPI-6 (T13/1410D): 8.15 IDENTIFY DEVICE, 8.34/8.35 READ SECTOR(S) (EXT), 8.62/8.63 WRITE SECTOR(S) (EXT), 8.53
 * READ VERIFY, 9.5/9.6 PIO protocols. Phoenix EDD 3.0 for the translation. A running command's interrupt is off (nIEN),
 * so that the status can be polled. cdrom.c has the packet devices.
 */
#include "ata.h"
#include "bios.h"

#define R_DATA    0
#define R_ERROR   1
#define R_COUNT   2
#define R_LBA0    3
#define R_LBA1    4
#define R_LBA2    5
#define R_DEVICE  6
#define R_STATUS  7
#define R_COMMAND 7
#define R_CONTROL 0x206

#define ST_BSY  0x80
#define ST_DRDY 0x40
#define ST_DF   0x20
#define ST_DRQ  0x08
#define ST_ERR  0x01

#define CTL_NIEN 0x02
#define CTL_SRST 0x04

#define ERR_UNC  0x40
#define ERR_IDNF 0x10
#define ERR_ABRT 0x04

#define CMD_READ       0x20
#define CMD_READ_EXT   0x24
#define CMD_WRITE      0x30
#define CMD_WRITE_EXT  0x34
#define CMD_VERIFY     0x40
#define CMD_VERIFY_EXT 0x42
#define CMD_IDENTIFY   0xec

#define LBA28_END  0x10000000
#define TIMEOUT_MS 5000

struct ata_drive ata_drives[ATA_MAX];
uint8_t ata_count;

/* Waits until BSY is clear; gives the status, or BSY when the time was up. */
uint8_t ata_wait(uint16_t base, uint32_t ms)
{
    struct timeout t;
    uint8_t st;
    inb(base + R_CONTROL); /* 400 ns after a command before the status counts */
    for (int i = 0; i < 16; i++) {
        st = inb(base + R_STATUS);
        if (!(st & ST_BSY))
            return st;
    }
    timeout_start(&t, ms);
    for (;;) {
        st = inb(base + R_STATUS);
        if (!(st & ST_BSY))
            return st;
        if (timeout_over(&t))
            return ST_BSY;
        irq_window();
    }
}

static uint8_t error_status(uint16_t base, uint8_t st)
{
    uint8_t err;
    if (st & ST_BSY)
        return 0x80;
    if (st & ST_DF)
        return 0x20;
    err = inb(base + R_ERROR);
    return err & ERR_UNC ? 0x10 : err & ERR_IDNF ? 0x04 : err & ERR_ABRT ? 0x01 : 0xbb;
}

int ata_select(uint16_t base, uint8_t device)
{
    if (ata_wait(base, TIMEOUT_MS) & ST_BSY)
        return 0;
    outb(base + R_DEVICE, device);
    return !(ata_wait(base, TIMEOUT_MS) & ST_BSY);
}

/* Puts address and count into the task file; gives the command's form: 0 CHS/LBA28, 1 LBA48. */
static int load_address(const struct ata_drive *d, uint64_t lba, uint32_t count)
{
    uint16_t base = d->base;
    uint32_t low = lba, high = lba >> 32, per_cyl = d->phead * d->pspt;
    if (d->lba48 && lba + count > LBA28_END) {
        outb(base + R_DEVICE, 0x40 | d->slave);
        outb(base + R_COUNT, 0);
        outb(base + R_LBA0, low >> 24);
        outb(base + R_LBA1, high);
        outb(base + R_LBA2, high >> 8);
        outb(base + R_COUNT, count);
        outb(base + R_LBA0, low);
        outb(base + R_LBA1, low >> 8);
        outb(base + R_LBA2, low >> 16);
        return 1;
    }
    outb(base + R_COUNT, count);
    if (d->lba) {
        outb(base + R_LBA0, low);
        outb(base + R_LBA1, low >> 8);
        outb(base + R_LBA2, low >> 16);
        outb(base + R_DEVICE, 0xe0 | d->slave | low >> 24);
    } else {
        outb(base + R_LBA0, low % d->pspt + 1);
        outb(base + R_LBA1, low / per_cyl);
        outb(base + R_LBA2, low / per_cyl >> 8);
        outb(base + R_DEVICE, 0xa0 | d->slave | low % per_cyl / d->pspt);
    }
    return 0;
}

static uint8_t start(const struct ata_drive *d, enum ata_op op, uint64_t lba, uint32_t count)
{
    static const uint8_t commands[3][2] = {
        [ATA_READ] = {CMD_READ, CMD_READ_EXT},
        [ATA_WRITE] = {CMD_WRITE, CMD_WRITE_EXT},
        [ATA_VERIFY] = {CMD_VERIFY, CMD_VERIFY_EXT},
    };
    outb(d->base + R_CONTROL, 0x08 | CTL_NIEN);
    if (!ata_select(d->base, 0xa0 | d->slave))
        return 0x80;
    outb(d->base + R_COMMAND, commands[op][load_address(d, lba, count)]);
    return 0;
}

/* One command, at most 256 sectors. */
static uint8_t transfer(const struct ata_drive *d, enum ata_op op, uint64_t lba, uint32_t count, uint16_t seg,
                        uint16_t off, uint32_t *done)
{
    uint8_t st, error = start(d, op, lba, count);
    if (error)
        return error;
    if (op == ATA_VERIFY) {
        st = ata_wait(d->base, TIMEOUT_MS);
        if (st & (ST_BSY | ST_DF | ST_ERR))
            return error_status(d->base, st);
        *done += count;
        return 0;
    }
    for (; count; count--, seg += 0x20) {
        st = ata_wait(d->base, TIMEOUT_MS);
        if (st & (ST_BSY | ST_DF | ST_ERR) || !(st & ST_DRQ))
            return error_status(d->base, st);
        if (op == ATA_READ)
            insw_far(d->base + R_DATA, seg, off, 256);
        else
            outsw_far(d->base + R_DATA, seg, off, 256);
        if (op == ATA_READ)
            ++*done;
        else if ((st = ata_wait(d->base, TIMEOUT_MS)) & (ST_BSY | ST_DF | ST_ERR))
            return error_status(d->base, st);
        else
            ++*done;
    }
    return 0;
}

uint8_t ata_transfer(const struct ata_drive *d, enum ata_op op, uint64_t lba, uint32_t count, uint16_t seg,
                     uint16_t off, uint32_t *done)
{
    uint8_t error = 0;
    *done = 0;
    while (count && !error) {
        uint32_t n = count > 256 ? 256 : count;
        error = transfer(d, op, lba, n, seg, off, done);
        lba += n;
        seg += n * 0x20;
        count -= n;
    }
    inb(d->base + R_STATUS); /* clears a pending interrupt */
    outb(d->base + R_CONTROL, 0x08);
    return error;
}

uint8_t ata_ready(const struct ata_drive *d)
{
    if (!ata_select(d->base, 0xa0 | d->slave))
        return 0x80;
    return inb(d->base + R_STATUS) & ST_DRDY ? 0 : 0xaa;
}

uint8_t ata_reset(const struct ata_drive *d)
{
    outb(d->base + R_CONTROL, 0x08 | CTL_NIEN | CTL_SRST);
    for (int i = 0; i < 8; i++) /* 5 us: a port access takes 1 us on ISA */
        inb(d->base + R_CONTROL);
    outb(d->base + R_CONTROL, 0x08);
    return ata_wait(d->base, TIMEOUT_MS) & ST_BSY ? 0x80 : ata_ready(d) == 0 ? 0 : 0x05;
}

/* ------------------------------------------------------------------ detection */

/*
 * CMOS 39h names the translation in two bits a drive, as the machine sets it: EDD 3.0 annex B and "BIOS Types, CHS
 * Translation" (H. Landis).
 */
enum translation { TRANS_NONE, TRANS_LBA, TRANS_LARGE, TRANS_RECHS };

/* INT 13h's geometry as fw_cfg's "bios-geometry" has it; cyl 0: not there. */
static struct {
    uint16_t cyl, head, spt;
} given[ATA_MAX];

static uint8_t ata_place(uint16_t base, uint8_t slave)
{
    return (base == 0x1f0 ? 0 : 2) + (slave ? 1 : 0);
}

static uint32_t number(const char **s)
{
    uint32_t n = 0;
    while (**s == ' ')
        ++*s;
    for (; **s >= '0' && **s <= '9'; ++*s)
        n = n * 10 + **s - '0';
    return n;
}

/* ".../drive@C/disk@U cylinders heads sectors" */
static void take_geometry(const char *line)
{
    const char *channel = find_after(line, "/drive@"), *unit = channel ? find_after(channel, "/disk@") : 0;
    uint32_t cyl, head, spt, place;
    if (!unit || (*channel & 0xfe) != '0' || (*unit & 0xfe) != '0')
        return;
    place = (*channel & 1) * 2 + (*unit & 1);
    unit++;
    cyl = number(&unit);
    head = number(&unit);
    spt = number(&unit);
    if (!cyl || !head || head > 255 || !spt || spt > 63)
        return;
    given[place].cyl = cyl > 1024 ? 1024 : cyl;
    given[place].head = head;
    given[place].spt = spt;
}

static void read_geometry(void)
{
    struct fwcfg_file f;
    char line[96];
    uint32_t n = 0;
    if (!fwcfg_find("bios-geometry", &f))
        return;
    fwcfg_select(f.select);
    for (uint32_t i = 0; i < f.size; i++) { /* QEMU ends the last line with 0 */
        char c = fwcfg_byte();
        if (c == '\n' || c == 0) {
            line[n] = 0;
            take_geometry(line);
            n = 0;
        } else if (n < sizeof line - 1) {
            line[n++] = c;
        }
    }
}

static enum translation translation_of(const struct ata_drive *d)
{
    if (fwcfg_there())
        return cmos_read(0x39) >> 2 * ata_place(d->base, d->slave) & 3;
    return d->pcyl <= 1024 && d->sectors <= 1024 * 16 * 63 ? TRANS_NONE : d->lba ? TRANS_LBA : TRANS_LARGE;
}

static void translate_lba(struct ata_drive *d)
{
    uint32_t tracks = d->sectors > 255 * 63 * 1024 ? 255 * 1024 : (uint32_t)d->sectors / 63, heads = 16;
    while (heads < 128 && tracks / 1024 > heads)
        heads *= 2;
    if (heads == 128 && tracks / 1024 > 128)
        heads = 255;
    d->lspt = 63;
    d->lhead = heads;
    d->lcyl = tracks / heads > 1024 ? 1024 : tracks / heads;
}

static void translate(struct ata_drive *d)
{
    uint8_t place = ata_place(d->base, d->slave);
    uint32_t cyl = d->pcyl, head = d->phead;
    enum translation how = translation_of(d);
    d->lspt = d->pspt > 63 ? 63 : d->pspt;
    if (given[place].cyl) {
        cyl = given[place].cyl;
        head = given[place].head;
        d->lspt = given[place].spt;
    } else if (how == TRANS_LBA) {
        translate_lba(d);
        return;
    } else if (how != TRANS_NONE) {
        if (how == TRANS_RECHS && head == 16) {
            cyl = cyl * 16 / 15;
            head = 15;
        }
        while (cyl > 1024 && head < 128) {
            cyl >>= 1;
            head <<= 1;
        }
    }
    d->lcyl = cyl > 1024 ? 1024 : cyl;
    d->lhead = head > 255 ? 255 : head;
    /* A disk this small (a diskette's image) also counts the part after its whole cylinder: programs read it by CHS. */
    if (d->lcyl == 1 && d->sectors > (uint32_t)d->lhead * d->lspt && !given[place].cyl)
        d->lcyl = 2;
}

static void identify(uint16_t base, uint8_t slave)
{
    struct ata_drive *d = &ata_drives[ata_count];
    uint16_t id[256];
    uint8_t st;
    if (!ata_select(base, 0xa0 | slave))
        return;
    outb(base + R_COUNT, 0x55);
    outb(base + R_LBA0, 0xaa);
    if (inb(base + R_COUNT) != 0x55 || inb(base + R_LBA0) != 0xaa)
        return; /* nothing there */
    outb(base + R_COMMAND, CMD_IDENTIFY);
    st = ata_wait(base, TIMEOUT_MS);
    if ((st & (ST_BSY | ST_ERR | ST_DRQ)) != ST_DRQ) {
        /* A packet device aborts this command and shows its signature (ATA-6 8.15.5.2). */
        if (inb(base + R_LBA1) == 0x14 && inb(base + R_LBA2) == 0xeb)
            cd_found(base, slave);
        return;
    }
    insw(base + R_DATA, id, 256);
    if (id[0] & 0x8000)
        return;
    *d = (struct ata_drive){.base = base, .slave = slave, .pcyl = id[1], .phead = id[3], .pspt = id[6]};
    d->lba = id[49] >> 9 & 1;
    d->lba48 = (id[83] & 0xc400) == 0x4400;
    d->sectors = d->lba ? id[60] | (uint32_t)id[61] << 16 : (uint32_t)d->pcyl * d->phead * d->pspt;
    if (d->lba48)
        d->sectors = id[100] | (uint32_t)id[101] << 16 | (uint64_t)id[102] << 32 | (uint64_t)id[103] << 48;
    if (d->sectors == 0 || d->phead == 0 || d->pspt == 0)
        return;
    translate(d);
    ata_count++;
}

void ata_init(void)
{
    static const uint16_t bases[2] = {0x1f0, 0x170};
    read_geometry();
    for (int i = 0; i < 2; i++) {
        uint8_t st = inb(bases[i] + R_STATUS);
        if (st == 0xff || st == 0x7f) /* a floating bus; DD7 is pulled down where a cable is */
            continue;
        outb(bases[i] + R_CONTROL, 0x08 | CTL_NIEN);
        identify(bases[i], 0x00);
        identify(bases[i], 0x10);
        outb(bases[i] + R_DEVICE, 0xa0);
        inb(bases[i] + R_STATUS);
        outb(bases[i] + R_CONTROL, 0x08);
    }
}
