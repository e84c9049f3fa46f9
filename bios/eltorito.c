/* SPDX-License-Identifier: MIT */
/*
 * Booting from CD: "El Torito" Bootable CD-ROM Format Specification 1.0 (Phoenix, IBM, 1995), all boot media types.
 *
 * Without emulation the image is loaded and started with the CD drive's number in DL. With emulation the image is drive
 * 00h or 80h, write-protected, and the drives that were there move up by one until INT 13h AH=4Bh ends it. AH=4Ah
 * starts it again, 4Ch starts it and boots, 4Dh gives the boot catalog.
 * LIMIT: one catalog block (64 entries); AH=4Ah and 4Ch take images of the CD that their packet's controller index
 * names.
 */
#include "ata.h"
#include "bios.h"

#define CATALOG_SEG   0x07c0 /* scratch while booting */
#define RECORD_LBA    17
#define BOOTABLE      0x88
#define HEADER_MORE   0x90
#define HEADER_LAST   0x91
#define PLATFORM_X86  0x00
#define ENTRY         32
#define CATALOG_BYTES 2048

enum media { NO_EMULATION, FLOPPY_1200, FLOPPY_1440, FLOPPY_2880, HARD_DISK };

struct entry {
    uint8_t bootable, media;
    uint16_t segment;
    uint8_t system, rsvd;
    uint16_t count;
    uint32_t lba;
} __attribute__((packed));

/* The specification packet of INT 13h AH=4Ah-4Ch. */
struct spec_packet {
    uint8_t size, media, drive, controller;
    uint32_t lba;
    uint16_t device;
    uint16_t buffer_seg, load_seg;
    uint16_t count;
    uint8_t cyl, sector, heads;
} __attribute__((packed));

_Static_assert(sizeof(struct spec_packet) == 0x13, "El Torito 1.0, figure 6");

static struct {
    uint8_t active; /* an image is drive 00h or 80h */
    uint8_t known;  /* the packet is filled: something was booted */
    struct spec_packet packet;
    uint32_t catalog; /* block of the boot catalog */
    uint16_t cyls, heads, spt;
    uint8_t status;
} emulated;

static const struct cd_drive *the_cd(void)
{
    return &cd_drives[emulated.packet.controller];
}

/* ------------------------------------------------------------------ the boot catalog */

static uint16_t words_sum(uint16_t seg, uint32_t off, uint32_t bytes)
{
    uint16_t sum = 0;
    for (; bytes; bytes -= 2, off += 2)
        sum += far_r16(seg, off);
    return sum;
}

/* The validation entry (2.1): header ID, checksum, key bytes. */
static int valid_catalog(void)
{
    return far_r8(CATALOG_SEG, 0) == 1 && far_r16(CATALOG_SEG, 0x1e) == 0xaa55 && words_sum(CATALOG_SEG, 0, ENTRY) == 0;
}

/* The first bootable entry for this platform: the initial one, or one of a section's. */
static int find_entry(struct entry *e)
{
    uint32_t at = ENTRY;
    far_read(e, CATALOG_SEG, at, sizeof *e);
    if (far_r8(CATALOG_SEG, 1) == PLATFORM_X86 && e->bootable == BOOTABLE)
        return 1;
    for (at += ENTRY; at < CATALOG_BYTES;) {
        uint8_t head = far_r8(CATALOG_SEG, at), platform = far_r8(CATALOG_SEG, at + 1);
        uint16_t n = far_r16(CATALOG_SEG, at + 2);
        if (head != HEADER_MORE && head != HEADER_LAST)
            return 0;
        for (at += ENTRY; n && at < CATALOG_BYTES; at += ENTRY) {
            if (far_r8(CATALOG_SEG, at) == 0x44) /* an extension of the entry before it */
                continue;
            n--;
            far_read(e, CATALOG_SEG, at, sizeof *e);
            if (platform == PLATFORM_X86 && e->bootable == BOOTABLE)
                return 1;
        }
        if (head == HEADER_LAST)
            return 0;
    }
    return 0;
}

/* Reads the catalog into CATALOG_SEG. Gives the reason where it cannot. */
static const char *read_catalog(uint8_t cd)
{
    static const char id[] = "CD001\1EL TORITO SPECIFICATION";
    char got[sizeof id - 1];
    const struct cd_drive *d = &cd_drives[cd];
    uint8_t status = cd_ready(d);
    if (status)
        return status == 0x31 ? "no disc" : "not ready";
    if (cd_read(d, RECORD_LBA, 1, CATALOG_SEG, 0))
        return "read error";
    far_read(got, CATALOG_SEG, 1, sizeof got);
    if (far_r8(CATALOG_SEG, 0) != 0 || memcmp(got, id, sizeof got) != 0)
        return "not a bootable disc";
    emulated.catalog = far_r32(CATALOG_SEG, 0x47);
    if (cd_read(d, emulated.catalog, 1, CATALOG_SEG, 0))
        return "read error in the boot catalog";
    return valid_catalog() ? 0 : "the boot catalog is damaged";
}

/* ------------------------------------------------------------------ emulation */

static void count_drives(int by)
{
    uint16_t floppies;
    if (emulated.packet.media == HARD_DISK) {
        bda_set(hd_count, bda_get(hd_count) + (by));
        return;
    }
    floppies = bda_get(equipment) & 1 ? (bda_get(equipment) >> 6 & 3) + 1 : 0;
    floppies += by;
    bda_clear(equipment, 0xc1);
    if (floppies)
        bda_or(equipment, 1 | ((floppies - 1) & 3) << 6);
}

void eltorito_end(void)
{
    if (emulated.active)
        count_drives(-1);
    emulated.active = 0;
}

/* A hard disk's geometry is the end of its first partition (4.0, "geometry"). */
static int set_geometry(void)
{
    static const uint8_t spt[] = {[FLOPPY_1200] = 15, [FLOPPY_1440] = 18, [FLOPPY_2880] = 36};
    struct spec_packet *p = &emulated.packet;
    emulated.cyls = 80;
    emulated.heads = 2;
    if (p->media < HARD_DISK) {
        emulated.spt = spt[p->media];
    } else {
        if (cd_read512(the_cd(), p->lba * 4, 1, CATALOG_SEG, 0))
            return 0;
        emulated.heads = far_r8(CATALOG_SEG, 446 + 5) + 1;
        emulated.spt = far_r8(CATALOG_SEG, 446 + 6) & 0x3f;
        emulated.cyls = (far_r8(CATALOG_SEG, 446 + 7) | (far_r8(CATALOG_SEG, 446 + 6) & 0xc0) << 2) + 1;
    }
    p->cyl = emulated.cyls - 1;
    p->sector = emulated.spt | ((emulated.cyls - 1) >> 2 & 0xc0);
    p->heads = emulated.heads - 1;
    return emulated.spt != 0;
}

static int begin(void)
{
    struct spec_packet *p = &emulated.packet;
    p->size = sizeof *p;
    p->device = the_cd()->slave ? 1 : 0;
    emulated.known = 1;
    if ((p->media & 15) == NO_EMULATION) {
        p->drive = CD_FIRST + p->controller;
        return 1;
    }
    p->drive = p->media == HARD_DISK ? 0x80 : 0x00;
    if (!set_geometry())
        return 0;
    emulated.active = 1;
    count_drives(1);
    return 1;
}

/* Loads the image's first sectors and starts them. */
static const char *load(void)
{
    const struct spec_packet *p = &emulated.packet;
    uint16_t seg = p->load_seg ? p->load_seg : 0x07c0;
    uint32_t count = p->count ? p->count : 1;
    struct call c;
    if (cd_read512(the_cd(), p->lba * 4, count, seg, 0))
        return "read error in the boot image";
    memset(&c, 0, sizeof c);
    c.ax = 0xaa55;
    c.dx = p->drive;
    c.cs = seg & 0xf000; /* boot sectors expect 0000:7C00 rather than 07C0:0000 */
    c.ip = seg << 4;
    c.flags = FLAG_IF;
    boot_jump(&c);
}

const char *eltorito_boot(uint8_t cd)
{
    struct entry e;
    const char *why;
    eltorito_end();
    emulated.known = 0;
    why = read_catalog(cd);
    if (why)
        return why;
    if (!find_entry(&e))
        return "no boot image for this platform";
    if ((e.media & 15) > HARD_DISK)
        return "unknown boot media type";
    memset(&emulated.packet, 0, sizeof emulated.packet);
    emulated.packet.media = e.media & 15;
    emulated.packet.controller = cd;
    emulated.packet.lba = e.lba;
    emulated.packet.load_seg = e.segment;
    emulated.packet.count = e.media & 15 ? 1 : e.count; /* an emulated drive's boot sector */
    if (!begin())
        return "read error in the boot image";
    return load();
}

/* ------------------------------------------------------------------ INT 13h AH=4Ah-4Dh */

static uint8_t initiate(struct regs *r)
{
    struct spec_packet p;
    far_read(&p, r->ds, r->si, sizeof p);
    if (p.size < sizeof p || (p.media & 15) > HARD_DISK || p.controller >= cd_count)
        return 0x01;
    eltorito_end();
    emulated.packet = p;
    emulated.packet.media &= 15;
    return begin() ? 0 : 0x04;
}

static uint8_t terminate(struct regs *r)
{
    if (!emulated.known || (r->dl != 0x7f && r->dl != emulated.packet.drive))
        return 0x01;
    far_write(r->ds, r->si, &emulated.packet, sizeof emulated.packet);
    if (r->al == 0)
        eltorito_end();
    return 0;
}

static uint8_t give_catalog(struct regs *r)
{
    uint8_t count = far_r8(r->ds, r->si + 1);
    uint16_t off = far_r16(r->ds, r->si + 2), seg = far_r16(r->ds, r->si + 4), first = far_r16(r->ds, r->si + 6);
    if (far_r8(r->ds, r->si) < 8 || !emulated.known)
        return 0x01;
    disk_normalise(&seg, &off);
    return cd_read(the_cd(), emulated.catalog + first, count, seg, off);
}

static uint8_t bootable_cd(struct regs *r)
{
    uint8_t status;
    switch (r->ah) {
    case 0x4a: return initiate(r);
    case 0x4b: return r->al > 1 ? 0x01 : terminate(r);
    case 0x4c:
        status = initiate(r);
        if (!status) {
            load();
            status = 0x04;
        }
        return status;
    default: return give_catalog(r);
    }
}

/* ------------------------------------------------------------------ INT 13h for the emulated drive */

static uint8_t emulated_read(struct regs *r)
{
    uint32_t cyl = r->ch | (r->cl & 0xc0) << 2, sector = r->cl & 0x3f, lba, end;
    uint16_t seg = r->es, off = r->bx;
    uint8_t count = r->al, status = 0;
    lba = (cyl * emulated.heads + r->dh) * emulated.spt + sector - 1;
    end = (uint32_t)emulated.cyls * emulated.heads * emulated.spt;
    r->al = 0;
    if (!count || !sector || sector > emulated.spt || r->dh >= emulated.heads || cyl >= emulated.cyls)
        return 0x01;
    if (lba + count > end)
        return 0x04;
    disk_normalise(&seg, &off);
    if (r->ah == 0x02)
        status = cd_read512(the_cd(), emulated.packet.lba * 4 + lba, count, seg, off);
    if (!status)
        r->al = count;
    return status;
}

static uint8_t emulated_read_lba(struct regs *r)
{
    struct {
        uint8_t size, rsvd;
        uint16_t count, off, seg;
        uint32_t lba, lba_high;
    } p;
    uint32_t end = (uint32_t)emulated.cyls * emulated.heads * emulated.spt;
    uint8_t status = 0;
    far_read(&p, r->ds, r->si, sizeof p);
    if (p.size < sizeof p || p.lba_high || p.lba >= end || p.count > end - p.lba)
        return 0x01;
    disk_normalise(&p.seg, &p.off);
    if (r->ah == 0x42)
        status = cd_read512(the_cd(), emulated.packet.lba * 4 + p.lba, p.count, p.seg, p.off);
    if (status)
        far_w16(r->ds, r->si + 2, 0);
    return status;
}

static void emulated_parameters(struct regs *r)
{
    static const uint8_t types[] = {[FLOPPY_1200] = 2, [FLOPPY_1440] = 4, [FLOPPY_2880] = 6};
    int disk = emulated.packet.media == HARD_DISK;
    uint32_t table = get_vector(0x1e);
    r->ax = 0;
    r->ch = emulated.cyls - 1;
    r->cl = emulated.packet.sector;
    r->dh = emulated.heads - 1;
    r->dl = disk ? bda_get(hd_count) : (bda_get(equipment) >> 6 & 3) + 1;
    if (disk)
        return;
    r->bx = types[emulated.packet.media];
    r->es = table >> 16;
    r->di = table;
}

static uint8_t emulated_type(struct regs *r)
{
    uint32_t sectors = (uint32_t)emulated.cyls * emulated.heads * emulated.spt;
    if (emulated.packet.media != HARD_DISK)
        return 1; /* diskette without change line */
    r->cx = sectors >> 16;
    r->dx = sectors;
    return 3;
}

static uint8_t serve(struct regs *r)
{
    int disk = emulated.packet.media == HARD_DISK;
    switch (r->ah) {
    case 0x00:
    case 0x0c:
    case 0x0d:
    case 0x11: return 0;
    case 0x02:
    case 0x04: return emulated_read(r);
    case 0x03:
    case 0x05:
    case 0x43: return 0x03;
    case 0x08: emulated_parameters(r); return 0;
    case 0x10: return cd_ready(the_cd()) ? 0xaa : 0;
    case 0x42:
    case 0x44: return disk ? emulated_read_lba(r) : 0x01;
    case 0x47: return disk ? 0 : 0x01;
    }
    return 0x01;
}

static void emulated_drive(struct regs *r)
{
    uint8_t status = 0;
    if (r->ah == 0x01) {
        status = emulated.status;
    } else if (r->ah == 0x15) {
        r->ah = emulated_type(r);
        set_cf(r, 0);
        return;
    } else if (r->ah == 0x41 && emulated.packet.media == HARD_DISK && r->bx == 0x55aa) {
        r->bx = 0xaa55;
        r->ah = 0x21;
        r->cx = 0x01; /* device access */
        set_cf(r, 0);
        return;
    } else {
        status = serve(r);
    }
    emulated.status = r->ah == 0x01 ? 0 : status;
    r->ah = status;
    set_cf(r, status != 0);
}

/* A drive that the emulated one moved up, by the number that it had before. */
static void moved_drive(struct regs *r)
{
    uint8_t drive = r->dl, function = r->ah;
    r->dl--;
    disk_int13(r);
    if (function == 0x08)
        r->dl++;
    else if (function != 0x15 || drive < 0x80)
        r->dl = drive;
}

int eltorito_int13(struct regs *r)
{
    if (r->ah >= 0x4a && r->ah <= 0x4d && cd_count) {
        r->ah = bootable_cd(r);
        set_cf(r, r->ah != 0);
        return 1;
    }
    if (!emulated.active || (r->dl ^ emulated.packet.drive) & 0x80 || r->dl >= CD_FIRST)
        return 0;
    if (r->dl == emulated.packet.drive)
        emulated_drive(r);
    else
        moved_drive(r);
    return 1;
}
