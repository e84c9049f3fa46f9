/* SPDX-License-Identifier: MIT */
/*
 * How much memory there is, shadow RAM, and the INT 15h functions about memory.
 *
 * 82441FX 3.2.15 (PAM registers); ACPI 6 chapter 15.1 (E820h); Phoenix BIOS 4.0 (E801h, 88h, 87h);
 * CMOS 30h/31h (KB above 1 MB), 34h/35h (64 KB units above 16 MB), 5Bh-5Dh (64 KB units above 4 GB)
 * as the machine sets them.
 */
#include "bios.h"

#define HOST_BRIDGE   0
#define PAM0          0x59
#define PAM1          0x5a
#define PAM6          0x5f
#define SHADOW_FIRST  0xc000 /* segments */
#define SHADOW_END    BIOS_DATA_SEG
#define SHADOW_BLOCK  0x400 /* 16 KiB, one nibble of a PAM register */
#define SHADOW_BLOCKS 11
#define PAM_READ      1
#define PAM_WRITE     2

static uint32_t ram_below_4g;   /* bytes */
static uint32_t ram_usable;     /* of these, below what the tables took */
static uint32_t ram_above_4g;   /* 64 KB units */
static uint16_t isa_rom_blocks; /* bit n: block n of C0000h-EBFFFh holds a ROM on the bus */

uint32_t memory_below_4g(void)
{
    return ram_below_4g;
}

uint32_t memory_above_4g(void)
{
    return ram_above_4g;
}

void memory_init(void)
{
    uint32_t above_16m = cmos_read(0x34) | cmos_read(0x35) << 8;
    uint32_t above_1m = cmos_read(0x30) | cmos_read(0x31) << 8;
    ram_below_4g = above_16m ? (above_16m << 16) + 0x1000000 : (above_1m << 10) + 0x100000;
    ram_usable = ram_below_4g;
    ram_above_4g = cmos_read(0x5b) | cmos_read(0x5c) << 8 | (uint32_t)cmos_read(0x5d) << 16;
}

uint32_t memory_reserve(uint32_t bytes, uint32_t align)
{
    uint32_t at = (ram_usable - bytes) & -align;
    if (bytes > ram_usable || at < 0x200000)
        return 0;
    ram_usable = at;
    return at;
}

void memory_release(void)
{
    ram_usable = ram_below_4g;
}

static void set_block(int block, uint8_t bits)
{
    uint8_t reg = PAM1 + block / 2, shift = block & 1 ? 4 : 0;
    uint8_t v = pci_read8(HOST_BRIDGE, reg);
    pci_write8(HOST_BRIDGE, reg, (v & ~(3 << shift)) | bits << shift);
}

/* Notes which 16 KiB blocks hold ROMs on the bus. */
static void find_bus_roms(void)
{
    for (uint32_t seg = SHADOW_FIRST; seg < SHADOW_END;) {
        uint32_t end = seg + 0x80;
        if (far_r16(seg, 0) == 0xaa55) {
            end = seg + far_r8(seg, 2) * 0x20u;
            end = end == seg ? seg + 0x80 : end > SHADOW_END ? SHADOW_END : (end + 0x7f) & ~0x7fu;
            for (uint32_t s = seg; s < end; s += 0x80)
                isa_rom_blocks |= 1 << (s - SHADOW_FIRST) / SHADOW_BLOCK;
        }
        seg = end;
    }
}

/*
 * Turns C0000h-EBFFFh into RAM, except for blocks with ROMs on the bus.
 * QUIRK: a machine with fw_cfg passes its ROMs by it, so the bus is not searched there: after a reset QEMU's virtual
 * APIC helper still shows the old shadow RAM where its own ROM was.
 */
void shadow_open(int search)
{
    for (int i = 0; i < 5; i++)
        pci_write8(HOST_BRIDGE, PAM1 + i, 0);
    pci_write8(HOST_BRIDGE, PAM6, (PAM_READ | PAM_WRITE) << 4); /* the BIOS's data stay */
    if (search)
        find_bus_roms();
    for (int b = 0; b < SHADOW_BLOCKS; b++)
        if (!(isa_rom_blocks >> b & 1))
            set_block(b, PAM_READ | PAM_WRITE);
}

/* 1 when seg lies in a block that is a ROM on the bus, not shadow RAM. */
int rom_on_bus(uint16_t seg)
{
    return isa_rom_blocks >> (seg - SHADOW_FIRST) / SHADOW_BLOCK & 1;
}

/* Write protects what holds option ROMs (segments below rom_end) and the BIOS, gives back the rest. */
void shadow_close(uint32_t rom_end)
{
    for (uint32_t b = 0; b < SHADOW_BLOCKS; b++)
        if (!(isa_rom_blocks >> b & 1))
            set_block(b, SHADOW_FIRST + b * SHADOW_BLOCK < rom_end ? PAM_READ : 0);
    pci_write8(HOST_BRIDGE, PAM0, PAM_READ << 4);
}

/* ------------------------------------------------------------------ INT 15h */

enum e820_type { E820_RAM = 1, E820_RESERVED = 2, E820_NVS = 4 };

struct e820_entry {
    uint32_t base, base_high, length, length_high;
    uint32_t type;
};

/* In 64 KB units, so that E801h says the same as E820h. */
static uint32_t usable_end(void)
{
    return ram_usable & ~0xffffu;
}

static int e820_get(uint32_t index, struct e820_entry *e)
{
    uint32_t ebda = (uint32_t)bda_get(ebda_seg) << 4;
    memset(e, 0, sizeof *e);
    e->type = E820_RESERVED;
    if (index >= 4 && ram_usable == ram_below_4g)
        index++; /* nothing was taken */
    switch (index) {
    case 0:
        e->length = bda_get(base_kb) * 1024u;
        e->type = E820_RAM;
        return 1;
    case 1:
        e->base = bda_get(base_kb) * 1024u < ebda ? bda_get(base_kb) * 1024u : ebda;
        e->length = 0xa0000 - e->base;
        return 1;
    case 2:
        e->base = (uint32_t)BIOS_DATA_SEG << 4;
        e->length = 0x100000 - e->base;
        return 1;
    case 3:
        e->base = 0x100000;
        e->length = usable_end() - 0x100000;
        e->type = E820_RAM;
        return 1;
    case 4: /* ACPI tables; the FACS among them stays in use */
        e->base = usable_end();
        e->length = ram_below_4g - e->base;
        e->type = E820_NVS;
        return 1;
    case 5:
        e->base = 0xffff0000;
        e->length = 0x10000;
        return 1;
    case 6:
        e->base_high = 1;
        e->length = ram_above_4g << 16;
        e->length_high = ram_above_4g >> 16;
        e->type = E820_RAM;
        return ram_above_4g != 0;
    }
    return 0;
}

static void e820(struct regs *r)
{
    struct e820_entry e;
    if (r->edx != 0x534d4150 || r->ecx < sizeof e || r->ebx > 6 || !e820_get(r->ebx, &e)) {
        fail(r, 0x86);
        return;
    }
    far_write(r->es, r->di, &e, sizeof e);
    r->ebx = e820_get(r->ebx + 1, &e) ? r->ebx + 1 : 0;
    r->eax = 0x534d4150;
    r->ecx = sizeof e;
    set_cf(r, 0);
}

/* KB from 1 MB to 16 MB, and 64 KB units above 16 MB. */
static void e801(struct regs *r)
{
    uint32_t kb = (usable_end() >> 10) - 1024;
    uint32_t low = kb > 15 * 1024 ? 15 * 1024 : kb;
    uint32_t high = usable_end() > 0x1000000 ? (usable_end() - 0x1000000) >> 16 : 0;
    r->ax = r->cx = low;
    r->bx = r->dx = high;
    set_cf(r, 0);
}

void int15_memory(struct regs *r)
{
    uint32_t kb = (usable_end() >> 10) - 1024;
    if (r->ax == 0xe820) {
        e820(r);
    } else if (r->ax == 0xe801) {
        e801(r);
    } else if (r->ax == 0xe881) {
        r->eax = r->ebx = r->ecx = r->edx = 0;
        e801(r);
    } else if (r->ah == 0x88) {
        r->ax = kb > 63 * 1024 ? 63 * 1024 : kb;
        set_cf(r, 0);
    } else {
        fail(r, 0x86);
    }
}

struct descriptor {
    uint16_t limit, base;
    uint8_t base_mid, access, flags, base_high;
};

struct gdt6 {
    uint16_t limit;
    uint32_t base;
    uint16_t pad;
    struct descriptor d[5]; /* selectors 08h (unused), 10h, 18h, 20h, 28h */
} __attribute__((packed));

/*
 * 87h: CX words between the bases of the caller's descriptors at ES:SI+10h and +18h. The limits are not read but
 * taken as 64 KB, the most that CX can ask for.
 */
void int15_block_move(struct regs *r)
{
    struct gdt6 g;
    uint8_t a20 = inb(0x92);
    if (r->cx > 0x8000) {
        fail(r, 0x02);
        return;
    }
    far_read(&g.d[1], r->es, (uint16_t)(r->si + 0x10), 2 * sizeof g.d[0]);
    g.d[0] = (struct descriptor){0};
    for (int i = 1; i <= 2; i++) {
        g.d[i].limit = 0xffff;
        g.d[i].access = 0x93;
        g.d[i].flags = 0;
    }
    g.d[3] = (struct descriptor){0xffff, 0, 0, 0x93, 0xcf, 0};
    g.d[4] = (struct descriptor){0xffff, 0, 0, 0x93, 0, 0};
    g.limit = sizeof g - 1;
    g.base = linear(&g);
    outb(0x92, (a20 | 2) & ~1);
    block_move(&g, r->cx);
    outb(0x92, a20 & ~1);
    r->ah = 0;
    set_cf(r, 0);
    set_zf(r, 1);
}
