/* SPDX-License-Identifier: MIT */
/*
 * CD drives: packets by PIO, and INT 13h for drives E0h and up with blocks of 2048 bytes.
 *
 * ATA/ATAPI-6 (T13/1410D) 9.7-9.8 (PACKET by PIO); SFF-8020i 2.6, 10.8 (the packets); Phoenix EDD specification 3.0
 * (41h-49h, 4Eh).
 * LIMIT: no 64-bit flat buffer addresses in EDD packets (error 01h).
 */
#include "ata.h"
#include "bios.h"

#define R_DATA     0
#define R_ERROR    1
#define R_FEATURES 1
#define R_REASON   2
#define R_LOW      4
#define R_HIGH     5
#define R_COMMAND  7
#define R_CONTROL  0x206

#define ST_BSY     0x80
#define ST_DRQ     0x08
#define ST_ERR     0x01
#define CTL_NIEN   0x02
#define CMD_PACKET 0xa0

#define TIMEOUT_MS  10000
#define READY_TRIES 8
#define AT_ONCE     512 /* blocks in one READ (10) */

#define KEY_NOT_READY 0x2
#define KEY_ATTENTION 0x6

struct cd_drive cd_drives[ATA_MAX];
uint8_t cd_count;

void cd_found(uint16_t base, uint8_t slave)
{
    cd_drives[cd_count++] = (struct cd_drive){.base = base, .slave = slave};
}

static void drop(uint16_t port, uint32_t bytes)
{
    for (; bytes > 1; bytes -= 2)
        inw(port);
    if (bytes)
        inw(port);
}

/* Takes one DRQ block of n bytes. */
static void take_block(uint16_t base, uint32_t n, uint32_t *skip, uint32_t *want, uint16_t *seg, uint16_t off)
{
    uint32_t part = *skip < n ? *skip : n;
    drop(base + R_DATA, part);
    *skip -= part;
    n -= part;
    part = *want < n ? *want : n;
    insw_far(base + R_DATA, *seg, off, part / 2);
    *seg += part >> 4;
    *want -= part;
    drop(base + R_DATA, n - part);
}

static uint8_t error_status(uint16_t base, uint8_t st)
{
    uint8_t key;
    if (st & ST_BSY)
        return 0x80;
    key = inb(base + R_ERROR) >> 4;
    return key == KEY_NOT_READY ? 0x31 : key == KEY_ATTENTION ? 0x06 : key == 5 ? 0x01 : 0x10;
}

static uint8_t run_packet(uint16_t base, const uint8_t *packet, uint32_t skip, uint32_t want, uint16_t seg,
                          uint16_t off)
{
    uint8_t st;
    outb(base + R_FEATURES, 0);
    outb(base + R_LOW, CD_BLOCK & 0xff);
    outb(base + R_HIGH, CD_BLOCK >> 8);
    outb(base + R_COMMAND, CMD_PACKET);
    st = ata_wait(base, TIMEOUT_MS);
    if ((st & (ST_BSY | ST_DRQ)) != ST_DRQ)
        return error_status(base, st);
    for (int i = 0; i < 12; i += 2)
        outw(base + R_DATA, packet[i] | packet[i + 1] << 8);
    for (;;) {
        st = ata_wait(base, TIMEOUT_MS);
        if (st & (ST_BSY | ST_ERR))
            return error_status(base, st);
        if (!(st & ST_DRQ))
            return want ? 0x10 : 0;
        take_block(base, inb(base + R_LOW) | (uint32_t)inb(base + R_HIGH) << 8, &skip, &want, &seg, off);
    }
}

uint8_t cd_packet(const struct cd_drive *d, const uint8_t packet[12], uint32_t skip, uint32_t want, uint16_t seg,
                  uint16_t off)
{
    uint8_t status = 0x80;
    outb(d->base + R_CONTROL, 0x08 | CTL_NIEN);
    if (ata_select(d->base, 0xa0 | d->slave))
        status = run_packet(d->base, packet, skip, want, seg, off);
    inb(d->base + R_COMMAND); /* clears a pending interrupt */
    outb(d->base + R_CONTROL, 0x08);
    return status;
}

/* The drive reports a changed disc or a reset once, instead of doing what was asked: it is asked again. */
static uint8_t retried(const struct cd_drive *d, const uint8_t packet[12], uint32_t skip, uint32_t want, uint16_t seg,
                       uint16_t off)
{
    uint8_t status = 0;
    for (int i = 0; i < 4; i++) {
        status = cd_packet(d, packet, skip, want, seg, off);
        if (status != 0x06)
            break;
    }
    return status;
}

uint8_t cd_ready(const struct cd_drive *d)
{
    static const uint8_t test_unit_ready[12];
    return retried(d, test_unit_ready, 0, 0, 0, 0);
}

static void put_be32(uint8_t *p, uint32_t v)
{
    v = be32(v);
    memcpy(p, &v, 4);
}

static uint8_t read10(const struct cd_drive *d, uint32_t lba, uint32_t blocks, uint32_t skip, uint32_t want,
                      uint16_t seg, uint16_t off)
{
    uint8_t packet[12] = {0x28};
    put_be32(packet + 2, lba);
    packet[7] = blocks >> 8;
    packet[8] = blocks;
    return retried(d, packet, skip, want, seg, off);
}

uint8_t cd_read512(const struct cd_drive *d, uint32_t lba512, uint32_t count, uint16_t seg, uint16_t off)
{
    uint8_t status = 0;
    while (count && !status) {
        uint32_t skip = lba512 % 4, n = AT_ONCE * 4 - skip < count ? AT_ONCE * 4 - skip : count;
        status = read10(d, lba512 / 4, (skip + n + 3) / 4, skip * 512, n * 512, seg, off);
        lba512 += n;
        count -= n;
        seg += n * 0x20;
    }
    return status;
}

uint8_t cd_read(const struct cd_drive *d, uint32_t lba, uint32_t count, uint16_t seg, uint16_t off)
{
    uint8_t status = 0;
    while (count && !status) {
        uint32_t n = count > AT_ONCE ? AT_ONCE : count;
        status = read10(d, lba, n, 0, n * CD_BLOCK, seg, off);
        lba += n;
        count -= n;
        seg += n * (CD_BLOCK >> 4);
    }
    return status;
}

uint32_t cd_blocks(const struct cd_drive *d)
{
    static const uint8_t read_capacity[12] = {0x25};
    uint32_t reply[2];
    uint16_t seg = BIOS_DATA_SEG + ((uint32_t)(uintptr_t)reply >> 4);
    if (retried(d, read_capacity, 0, sizeof reply, seg, (uintptr_t)reply & 15))
        return 0;
    return be32(reply[0]) + 1;
}

/* ------------------------------------------------------------------ INT 13h */

struct edd_packet {
    uint8_t size, rsvd;
    uint16_t count;
    uint16_t off, seg;
    uint32_t lba, lba_high;
} __attribute__((packed));

struct edd_params {
    uint16_t size, info;
    uint32_t cylinders, heads, spt;
    uint32_t sectors, sectors_high;
    uint16_t sector_bytes;
    uint32_t dpte;
} __attribute__((packed));

_Static_assert(sizeof(struct edd_params) == 30, "EDD 3.0 8.7");

static uint8_t extended_read(struct regs *r, const struct cd_drive *d)
{
    struct edd_packet p;
    uint16_t seg, off;
    uint8_t status;
    far_read(&p, r->ds, r->si, sizeof p);
    if (p.size < sizeof p || p.lba_high || (p.off == 0xffff && p.seg == 0xffff && r->ah == 0x42))
        return 0x01;
    if (r->ah == 0x47)
        return 0;
    seg = p.seg;
    off = p.off;
    disk_normalise(&seg, &off);
    if (r->ah == 0x42)
        status = cd_read(d, p.lba, p.count, seg, off);
    else
        status = p.lba + p.count > cd_blocks(d) ? 0x04 : 0;
    if (status)
        far_w16(r->ds, r->si + offsetof(struct edd_packet, count), 0);
    return status;
}

static uint8_t parameters(struct regs *r, const struct cd_drive *d)
{
    struct edd_params p;
    uint16_t room = far_r16(r->ds, r->si);
    if (room < 26)
        return 0x01;
    memset(&p, 0, sizeof p);
    p.size = room >= 30 ? 30 : 26;
    p.info = 0x74; /* removable, change line, lockable, maximum values where there is no disc */
    p.cylinders = p.heads = p.spt = 0xffffffff;
    p.sectors = cd_blocks(d);
    if (p.sectors)
        p.info &= ~0x40;
    else
        p.sectors = p.sectors_high = 0xffffffff;
    p.sector_bytes = CD_BLOCK;
    p.dpte = 0xffffffff; /* none */
    far_write(r->ds, r->si, &p, p.size);
    return 0;
}

/* AH=45h: locks are counted (EDD 3.0 8.4). */
static uint8_t lock(struct regs *r, struct cd_drive *d)
{
    uint8_t packet[12] = {0x1e};
    if (r->al > 2)
        return 0x01;
    if (r->al == 1 && !d->locks) {
        return 0xb0; /* not locked */
    } else if (r->al == 0) {
        if (d->locks == 255)
            return 0xb4;
        d->locks++;
    } else if (r->al == 1) {
        d->locks--;
    }
    packet[4] = d->locks != 0;
    if (r->al < 2)
        retried(d, packet, 0, 0, 0, 0);
    r->al = d->locks != 0;
    return 0;
}

static uint8_t eject(const struct cd_drive *d)
{
    static const uint8_t start_stop[12] = {0x1b, 0, 0, 0, 2};
    if (d->locks)
        return 0xb1;
    return retried(d, start_stop, 0, 0, 0, 0) ? 0xb5 : 0;
}

/* AH=49h: CF = 1 with 06h when the disc was changed. The drive reports a change once. */
static uint8_t changed(const struct cd_drive *d)
{
    static const uint8_t test_unit_ready[12];
    return cd_packet(d, test_unit_ready, 0, 0, 0, 0) == 0x06 ? 0x06 : 0;
}

static uint8_t serve(struct regs *r, struct cd_drive *d)
{
    switch (r->ah) {
    case 0x00:
    case 0x09:
    case 0x0c:
    case 0x0d:
    case 0x11:
    case 0x14:
    case 0x4e: return 0;
    case 0x10: return cd_ready(d) ? 0xaa : 0;
    case 0x03:
    case 0x43: return 0x03;
    case 0x42:
    case 0x44:
    case 0x47: return extended_read(r, d);
    case 0x45: return lock(r, d);
    case 0x46: return eject(d);
    case 0x48: return parameters(r, d);
    case 0x49: return changed(d);
    }
    return 0x01;
}

void cd_int13(struct regs *r, struct cd_drive *d)
{
    uint8_t status = 0;
    switch (r->ah) {
    case 0x01: status = bda_get(hd_status); break;
    case 0x15:
        r->ah = 2; /* removable, with change line */
        set_cf(r, 0);
        return;
    case 0x41:
        if (r->bx != 0x55aa) {
            fail(r, 0x01);
            return;
        }
        r->bx = 0xaa55;
        r->ah = 0x30; /* EDD 3.0 */
        r->cx = 0x07; /* device access, locking and ejecting, EDD */
        set_cf(r, 0);
        return;
    default: status = serve(r, d);
    }
    bda_set(hd_status, r->ah == 0x01 ? 0 : status);
    r->ah = status;
    set_cf(r, status != 0);
}
