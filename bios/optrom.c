/* SPDX-License-Identifier: MIT */
/*
 * Option ROMs: from PCI expansion ROM registers, from fw_cfg ("vgaroms/", "genroms/"), and on the bus.
 *
 * BIOS Boot Specification 1.01 chapter 3 (PnP expansion header, BEV, BCV); PCI Local Bus 2.1, 6.3.
 */
#include "bios.h"
#include "pci.h"

#define ROM_FIRST 0xc000 /* segments */
#define ROM_SCAN  0xc800
#define ROM_END   BIOS_DATA_SEG
#define ROM_STEP  0x80
#define CLASS_VGA 0x0300

static uint32_t rom_next = ROM_FIRST; /* where the next one is loaded */

static int rom_valid(uint16_t seg)
{
    uint32_t size, even = 0, odd = 0, part[128];
    if (far_r16(seg, 0) != 0xaa55)
        return 0;
    size = far_r8(seg, 2) * 512u;
    if (size == 0 || seg + (size >> 4) > ROM_END)
        return 0;
    for (; size; size -= 512, seg += 0x20) {
        far_read(part, seg, 0, sizeof part);
        for (uint32_t i = 0; i < sizeof part / sizeof part[0]; i++) {
            uint32_t v = part[i];
            even += v & 0xff00ff;
            odd += v >> 8 & 0xff00ff;
        }
        even = (even & 0xff00ff) + (odd & 0xff00ff);
        odd = 0;
    }
    return ((even + (even >> 16)) & 0xff) == 0;
}

static uint32_t rom_segments(uint16_t seg)
{
    return (far_r8(seg, 2) * 0x20u + ROM_STEP - 1) & ~(ROM_STEP - 1u);
}

static void far_call(uint16_t seg, uint16_t off, uint16_t ax)
{
    struct call c;
    memset(&c, 0, sizeof c);
    c.ax = ax;
    c.bx = 0xffff; /* no card select number, no read port */
    c.dx = 0xffff;
    c.es = BIOS_SEG; /* ES:DI: the $PnP structure, which says that this BIOS knows BEVs (BBS 1.01, 3.2) */
    c.edi = pnp_offset();
    c.cs = seg;
    c.ip = off;
    c.flags = FLAG_IF;
    call16(&c);
}

/* Bootstrap entry and connection vectors, in the list of PnP expansion headers that begins at 1Ah. */
static void rom_pnp(uint16_t seg, const char *file)
{
    uint16_t h = far_r16(seg, 0x1a);
    for (int i = 0; h && i < 8; i++, h = far_r16(seg, h + 6)) {
        uint16_t bcv, bev;
        if (far_r32(seg, h) != 0x506e5024) /* "$PnP" */
            return;
        bcv = far_r16(seg, h + 0x16);
        bev = far_r16(seg, h + 0x1a);
        if (bev)
            boot_add_bev(seg, bev, far_r16(seg, h + 0x10), file);
        else if (bcv)
            far_call(seg, bcv, 0);
    }
}

/* `file`: its name in fw_cfg; 0: it was found on a bus. */
static uint32_t rom_run(uint16_t seg, uint16_t pfa, const char *file)
{
    if (!rom_valid(seg))
        return 0;
    far_call(seg, 3, pfa);
    if (far_r16(seg, 0) != 0xaa55)
        return 0;
    rom_pnp(seg, file);
    return rom_segments(seg);
}

/* Copies the x86 image out of a function's expansion ROM to rom_next; gives 1 when there is one. */
static int load_pci_rom(uint16_t bdf)
{
    uint32_t base = pci_read32(bdf, PCI_ROM), image, bytes = 0;
    uint8_t buf[32];
    if (!(base & 0xfffff800) || pci_read8(bdf, PCI_HEADER) & 0x7f)
        return 0;
    base &= 0xfffff800;
    pci_write32(bdf, PCI_ROM, base | PCI_ROM_ENABLE);
    for (image = base;;) {
        uint16_t data;
        uint32_t length;
        flat_copy(linear(buf), image, 8);
        if (buf[0] != 0x55 || buf[1] != 0xaa)
            break;
        bytes = buf[2] * 512u;
        data = buf[0x18] | buf[0x19] << 8;
        flat_copy(linear(buf), image + data, 6);
        if (data < 0x1a || memcmp(buf, "PCIR", 4) != 0 || buf[0x14] == 0)
            break; /* an old ROM without the structure, or code type 0: PC-AT */
        length = (buf[0x10] | buf[0x11] << 8) * 512u;
        bytes = 0;
        if (length == 0 || buf[0x15] & 0x80)
            break;
        image += length;
    }
    if (bytes && rom_next + (bytes >> 4) <= ROM_END)
        flat_copy(rom_next << 4, image, bytes / 4);
    else
        bytes = 0;
    pci_write32(bdf, PCI_ROM, base);
    return bytes != 0;
}

static void load_fwcfg_roms(const char *prefix)
{
    struct fwcfg_file f;
    uint32_t pos = 0, length = strlen(prefix);
    while (fwcfg_next_file(&pos, &f)) {
        if (memcmp(f.name, prefix, length) != 0 || f.size == 0 || f.size > 0x30000 ||
            rom_next + (f.size >> 4) > ROM_END)
            continue;
        fwcfg_load(&f, rom_next);
        rom_next += rom_run(rom_next, 0, f.name);
    }
}

/* The video BIOS comes first, so that the others have a screen. */
void optrom_video(void)
{
    uint16_t bdf;
    uint32_t taken = rom_on_bus(ROM_FIRST) ? rom_run(ROM_FIRST, 0, 0) : 0;
    for (bdf = pci_next(PCI_NONE); bdf != PCI_NONE && !taken; bdf = pci_next(bdf))
        if (pci_read16(bdf, PCI_CLASS) == CLASS_VGA && load_pci_rom(bdf))
            taken = rom_run(ROM_FIRST, bdf, 0);
    rom_next += taken;
    if (!taken)
        load_fwcfg_roms("vgaroms/");
}

void optrom_init(void)
{
    uint32_t seg;
    uint16_t bdf;
    for (seg = rom_next > ROM_SCAN ? rom_next : ROM_SCAN; seg < ROM_END;) {
        uint32_t taken = rom_on_bus(seg) ? rom_run(seg, 0, 0) : 0;
        seg += taken ? taken : ROM_STEP;
        if (taken)
            rom_next = seg;
    }
    for (bdf = pci_next(PCI_NONE); bdf != PCI_NONE; bdf = pci_next(bdf))
        if (pci_read16(bdf, PCI_CLASS) != CLASS_VGA && load_pci_rom(bdf))
            rom_next += rom_run(rom_next, bdf, 0);
    load_fwcfg_roms("genroms/");
    shadow_close(rom_next);
}
