/* SPDX-License-Identifier: MIT */
/* Attribute controller and DAC services (INT 10h AH=0Bh, 10h). Document: IBM PS/2 BIOS TR. */
#include "vgabios.h"

static void flip_flop(void)
{
    inb(crtc_port() + 6);
}

void attr_w(u8 i, u8 v)
{
    flip_flop();
    outb(ATTR, i);
    outb(ATTR, v);
    outb(ATTR, 0x20); /* the screen stays connected */
}

u8 attr_r(u8 i)
{
    flip_flop();
    outb(ATTR, i | (i < 16 ? 0 : 0x20));
    u8 v = inb(ATTR + 1);
    flip_flop();
    outb(ATTR, 0x20);
    return v;
}

/* DAC entries from and to memory, 3 bytes each. */
static void dac_block_w(struct regs *r)
{
    outb(DAC_WRITE, BL(r));
    for (u32 i = 0; i < CX(r) * 3u; i++)
        outb(DAC_DATA, rd8(r->es, DX(r) + i));
}

static void dac_block_r(struct regs *r)
{
    outb(DAC_READ, BL(r));
    for (u32 i = 0; i < CX(r) * 3u; i++)
        wr8(r->es, DX(r) + i, inb(DAC_DATA));
}

/* AL=13h: paging of the DAC by the attribute controller's mode bit 7 and colour select. */
static void dac_page_select(struct regs *r)
{
    u8 mode = attr_r(0x10);
    if (BL(r) == 0) {
        attr_w(0x10, BH(r) & 1 ? mode | 0x80 : mode & 0x7F);
    } else if (BL(r) == 1) {
        attr_w(0x14, mode & 0x80 ? BH(r) & 15 : (BH(r) & 3) << 2);
    }
}

static void dac_page_get(struct regs *r)
{
    u8 sixteen = attr_r(0x10) >> 7;
    BL(r) = sixteen;
    BH(r) = sixteen ? attr_r(0x14) & 15 : attr_r(0x14) >> 2 & 3;
}

static void dac_services(struct regs *r)
{
    switch (AL(r)) {
    case 0x10:
        outb(DAC_WRITE, BL(r));
        outb(DAC_DATA, DH(r));
        outb(DAC_DATA, CH(r));
        outb(DAC_DATA, CL(r));
        break;
    case 0x12: dac_block_w(r); break;
    case 0x13: dac_page_select(r); break;
    case 0x15:
        outb(DAC_READ, BL(r));
        DH(r) = inb(DAC_DATA);
        CH(r) = inb(DAC_DATA);
        CL(r) = inb(DAC_DATA);
        break;
    case 0x17: dac_block_r(r); break;
    case 0x18: outb(DAC_MASK, BL(r)); break;
    case 0x19: BL(r) = inb(DAC_MASK); break;
    case 0x1A: dac_page_get(r); break;
    case 0x1B: gray_sum(BX(r), CX(r)); break;
    }
}

void palette(struct regs *r)
{
    switch (AL(r)) {
    case 0x00:
        if (BL(r) < 0x15)
            attr_w(BL(r), BH(r));
        break;
    case 0x01: attr_w(0x11, BH(r)); break;
    case 0x02:
        for (u8 i = 0; i < 16; i++)
            attr_w(i, rd8(r->es, DX(r) + i));
        attr_w(0x11, rd8(r->es, DX(r) + 16));
        break;
    case 0x03: { /* attribute bit 7: 0 intensity, 1 blinking */
        u8 mode = attr_r(0x10);
        attr_w(0x10, BL(r) & 1 ? mode | 8 : mode & ~8);
        u8 msr = bda8(BDA_MSR);
        bda8_w(BDA_MSR, BL(r) & 1 ? msr | 0x20 : msr & ~0x20);
        break;
    }
    case 0x07:
        if (BL(r) < 0x15)
            BH(r) = attr_r(BL(r));
        break;
    case 0x08: BH(r) = attr_r(0x11); break;
    case 0x09:
        for (u8 i = 0; i < 16; i++)
            wr8(r->es, DX(r) + i, attr_r(i));
        wr8(r->es, DX(r) + 16, attr_r(0x11));
        break;
    default: dac_services(r);
    }
}
