/* SPDX-License-Identifier: MIT */
/*
 * INT 13h for fixed disks, with the Enhanced Disk Drive services.
 *
 * IBM PC/AT technical reference, section 5 "Fixed disk BIOS"; Phoenix EDD specification 3.0 (41h-48h).
 * LIMIT: no 64-bit flat buffer addresses in EDD packets (error 01h); no format, ECC or removable
 * media functions, which ATA-6 does not have (error 01h).
 */
#include "ata.h"
#include "bios.h"
#include "pci.h"

#define ST_OK          0x00
#define ST_BAD_COMMAND 0x01

/* Fixed disk parameter tables: INT 41h and 46h (EDD 3.0 clause 7, translated form). */
struct fdpt {
    uint16_t cylinders;
    uint8_t heads;
    uint8_t signature; /* A0h: translated */
    uint8_t phys_spt;
    uint16_t precomp;
    uint8_t rsvd;
    uint8_t control;
    uint16_t phys_cylinders;
    uint8_t phys_heads;
    uint16_t landing;
    uint8_t spt;
    uint8_t checksum;
} __attribute__((packed));

/* NOTE: in the F segment, since DOS may move the EBDA. */
static struct fdpt fdpt[2] __attribute__((section(".romtable")));

/* Device parameter table extension (EDD 3.0 clause 8.8). */
struct dpte {
    uint16_t base, control;
    uint8_t device, rsvd, irq, block, dma, pio;
    uint16_t options, rsvd2;
    uint8_t revision, checksum;
} __attribute__((packed));

static struct dpte dptes[ATA_MAX] __attribute__((section(".romtable")));

struct edd_packet {
    uint8_t size, rsvd;
    uint16_t count;
    uint16_t off, seg;
    uint64_t lba;
} __attribute__((packed));

struct edd_params {
    uint16_t size, info;
    uint32_t cylinders, heads, spt;
    uint64_t sectors;
    uint16_t sector_bytes;
    uint16_t dpte_off, dpte_seg;
    uint16_t path_key;
    uint8_t path_length, rsvd[3];
    char bus[4], type[8];
    uint8_t interface[8];
    uint8_t device[8];
    uint8_t rsvd2, checksum;
} __attribute__((packed));

_Static_assert(sizeof(struct fdpt) == 16, "IBM PC/AT fixed disk parameter table");
_Static_assert(sizeof(struct dpte) == 16, "EDD 3.0 8.8");
_Static_assert(sizeof(struct edd_params) == 66, "EDD 3.0 8.7");

static void make_tables(int i)
{
    const struct ata_drive *d = &ata_drives[i];
    struct dpte *e = &dptes[i];
    *e = (struct dpte){.base = d->base,
                       .control = d->base + 0x206,
                       .device = 0xe0 | d->slave,
                       .irq = d->base == 0x1f0 ? 14 : 15,
                       .revision = 0x11};
    e->options = (d->lba ? 0x10 : 0) | (d->lcyl != d->pcyl ? 0x08 : 0);
    e->checksum = checksum(e, sizeof *e);
    publish(e, sizeof *e);
    if (i > 1)
        return;
    fdpt[i] = (struct fdpt){.cylinders = d->lcyl,
                            .heads = d->lhead,
                            .signature = 0xa0,
                            .phys_spt = d->pspt,
                            .precomp = 0xffff,
                            .control = 0xc0 | (d->phead > 8 ? 8 : 0),
                            .phys_cylinders = d->pcyl,
                            .phys_heads = d->phead,
                            .landing = d->pcyl,
                            .spt = d->lspt};
    fdpt[i].checksum = checksum(&fdpt[i], sizeof fdpt[i]);
    publish(&fdpt[i], sizeof fdpt[i]);
    set_vector(i ? 0x46 : 0x41, BIOS_SEG, (uint16_t)(uintptr_t)&fdpt[i]);
}

void disk_init(void)
{
    bda_set(hd_count, ata_count);
    bda_set(hd_ctl, 0xc0);
    for (int i = 0; i < ata_count; i++)
        make_tables(i);
}

static uint32_t rank(const struct ata_drive *d, uint16_t base, uint8_t slave)
{
    if (d->base == base && d->slave == slave)
        return 0;
    return (d->base == 0x1f0 ? 1 : 0x100) + d->slave;
}

void disk_first(uint16_t base, uint8_t slave)
{
    for (int i = 1; i < ata_count; i++)
        for (int k = i; k > 0 && rank(&ata_drives[k], base, slave) < rank(&ata_drives[k - 1], base, slave); k--) {
            struct ata_drive d = ata_drives[k];
            ata_drives[k] = ata_drives[k - 1];
            ata_drives[k - 1] = d;
        }
    for (int i = 0; i < ata_count; i++)
        make_tables(i);
}

/* Normalises seg:off so that off is below 10h. */
void disk_normalise(uint16_t *seg, uint16_t *off)
{
    *seg += *off >> 4;
    *off &= 15;
}

static uint8_t chs_transfer(struct regs *r, const struct ata_drive *d, enum ata_op op)
{
    uint32_t cyl = r->ch | (r->cl & 0xc0) << 2, sector = r->cl & 0x3f, done;
    uint16_t seg = r->es, off = r->bx;
    uint8_t status;
    uint64_t lba;
    if (r->al == 0 || r->al > 128 || sector == 0 || sector > d->lspt || cyl >= d->lcyl || r->dh >= d->lhead) {
        r->al = 0;
        return ST_BAD_COMMAND;
    }
    lba = (cyl * d->lhead + r->dh) * d->lspt + sector - 1;
    if (lba + r->al > d->sectors) {
        r->al = 0;
        return 0x04;
    }
    disk_normalise(&seg, &off);
    status = ata_transfer(d, op, lba, r->al, seg, off, &done);
    r->al = done;
    return status;
}

static uint8_t edd_transfer(struct regs *r, const struct ata_drive *d, enum ata_op op)
{
    struct edd_packet p;
    uint32_t done = 0;
    uint16_t seg, off;
    uint8_t status;
    far_read(&p, r->ds, r->si, sizeof p);
    if (p.size < sizeof p || (p.off == 0xffff && p.seg == 0xffff && op != ATA_VERIFY))
        return ST_BAD_COMMAND;
    if (p.lba >= d->sectors || p.count > d->sectors - p.lba || p.count > 0x800) {
        status = ST_BAD_COMMAND;
    } else {
        seg = p.seg;
        off = p.off;
        disk_normalise(&seg, &off);
        status = ata_transfer(d, op, p.lba, p.count, seg, off, &done);
    }
    far_w16(r->ds, r->si + offsetof(struct edd_packet, count), done);
    return status;
}

static uint8_t edd_seek(struct regs *r, const struct ata_drive *d)
{
    struct edd_packet p;
    far_read(&p, r->ds, r->si, sizeof p);
    return p.size < sizeof p || p.lba >= d->sectors ? ST_BAD_COMMAND : ST_OK;
}

/* Where the drive is, in EDD 3.0's words: PCI bus, slot, function and channel; ATA device. */
static void device_path(struct edd_params *p, const struct ata_drive *d)
{
    uint16_t bdf;
    p->path_key = 0xbedd;
    p->path_length = 36;
    memcpy(p->bus, "ISA ", 4);
    memcpy(p->type, "ATA     ", 8);
    p->interface[0] = d->base;
    p->interface[1] = d->base >> 8;
    for (bdf = pci_next(PCI_NONE); bdf != PCI_NONE; bdf = pci_next(bdf))
        if (pci_read16(bdf, PCI_CLASS) == 0x0101) {
            memcpy(p->bus, "PCI ", 4);
            p->interface[0] = bdf >> 8;
            p->interface[1] = bdf >> 3 & 31;
            p->interface[2] = bdf & 7;
            p->interface[3] = d->base == 0x1f0 ? 0 : 1;
            break;
        }
    p->device[0] = d->slave != 0;
    p->checksum = checksum(&p->path_key, 36);
}

/*
 * EDD 3.0 8.7, information flag 1. A drive reports 16383 cylinders at most (ATA-6), so the geometry of one with more
 * sectors is not that of the whole drive.
 */
static int has_geometry(const struct ata_drive *d)
{
    uint32_t cylinders = d->pcyl > 16383 ? d->pcyl : 16383;
    return d->sectors <= cylinders * d->phead * d->pspt;
}

static uint8_t edd_parameters(struct regs *r, const struct ata_drive *d)
{
    struct edd_params p;
    uint16_t room = far_r16(r->ds, r->si), size;
    if (room < 26)
        return ST_BAD_COMMAND;
    size = room >= 66 ? 66 : room >= 30 ? 30 : 26;
    memset(&p, 0, sizeof p);
    p.size = size;
    p.info = has_geometry(d) ? 2 : 0;
    p.cylinders = d->pcyl;
    p.heads = d->phead;
    p.spt = d->pspt;
    p.sectors = d->sectors;
    p.sector_bytes = 512;
    p.dpte_off = (uint16_t)(uintptr_t)&dptes[d - ata_drives];
    p.dpte_seg = BIOS_SEG;
    if (size == 66)
        device_path(&p, d);
    far_write(r->ds, r->si, &p, size);
    return ST_OK;
}

/* NOTE: the AT's BIOS keeps a disk's last cylinder for diagnostics and leaves it out here. An image has data in it. */
static void get_parameters(struct regs *r, const struct ata_drive *d)
{
    uint16_t last = d->lcyl - 1;
    r->ch = last;
    r->cl = (last >> 2 & 0xc0) | d->lspt;
    r->dh = d->lhead - 1;
    r->dl = ata_count;
    r->al = 0;
}

static void get_type(struct regs *r, const struct ata_drive *d)
{
    uint32_t sectors = (uint32_t)d->lcyl * d->lhead * d->lspt;
    r->cx = sectors >> 16;
    r->dx = sectors;
}

static uint8_t serve(struct regs *r, const struct ata_drive *d)
{
    switch (r->ah) {
    case 0x00:
    case 0x0d: return ata_reset(d);
    case 0x02: return chs_transfer(r, d, ATA_READ);
    case 0x03: return chs_transfer(r, d, ATA_WRITE);
    case 0x04: return chs_transfer(r, d, ATA_VERIFY);
    case 0x08: get_parameters(r, d); return ST_OK;
    case 0x09:
    case 0x0c:
    case 0x11:
    case 0x14:
    case 0x47: return r->ah == 0x47 ? edd_seek(r, d) : ST_OK;
    case 0x10: return ata_ready(d);
    case 0x42: return edd_transfer(r, d, ATA_READ);
    case 0x43: return r->al > 2 ? ST_BAD_COMMAND : edd_transfer(r, d, ATA_WRITE);
    case 0x44: return edd_transfer(r, d, ATA_VERIFY);
    case 0x48: return edd_parameters(r, d);
    }
    return ST_BAD_COMMAND;
}

static void edd_check(struct regs *r)
{
    if (r->bx != 0x55aa) {
        fail(r, ST_BAD_COMMAND);
        return;
    }
    r->bx = 0xaa55;
    r->ah = 0x30; /* EDD 3.0 */
    r->cx = 0x05; /* device access, EDD (48h's tables) */
    set_cf(r, 0);
}

static void fixed_disk(struct regs *r)
{
    if (r->dl >= CD_FIRST && r->dl < CD_FIRST + cd_count) {
        cd_int13(r, &cd_drives[r->dl - CD_FIRST]);
        return;
    }
    uint8_t index = r->dl - 0x80, status;
    if (index >= ata_count) {
        if (r->ah == 0x15) { /* no such drive, which is no error */
            r->ax = r->cx = r->dx = 0;
            set_cf(r, 0);
            return;
        }
        bda_set(hd_status, ST_BAD_COMMAND);
        fail(r, ST_BAD_COMMAND);
        return;
    }
    switch (r->ah) {
    case 0x01:
        r->ah = bda_get(hd_status);
        bda_set(hd_status, 0);
        set_cf(r, r->ah != 0);
        return;
    case 0x15:
        get_type(r, &ata_drives[index]);
        r->ah = 3;
        set_cf(r, 0);
        return;
    case 0x41: edd_check(r); return;
    }
    status = serve(r, &ata_drives[index]);
    bda_set(hd_status, status);
    r->ah = status;
    set_cf(r, status != 0);
}

/* Drives as they are, without the shift that an emulated one brings. */
void disk_int13(struct regs *r)
{
    if (r->dl & 0x80)
        fixed_disk(r);
    else
        int40(r);
}

uint32_t int13(struct regs *r);
uint32_t int13(struct regs *r)
{
    if (!eltorito_int13(r))
        disk_int13(r);
    return 0;
}
