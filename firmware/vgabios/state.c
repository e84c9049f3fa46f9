/* SPDX-License-Identifier: MIT */
/*
 * Save and restore of the video state (INT 10h AH=1Ch, VBE 4F04h).
 *
 * The parts lie one after another: 1 hardware, 2 BIOS data, 4 DAC, 8 VBE (4F04h only).
 */
#include "vgabios.h"

enum { HARDWARE_SIZE = 128, BDA_SIZE = 96, DAC_SIZE = 772, VBE_SIZE = 32 };
enum { W_HARDWARE = 1, W_BDA = 2, W_DAC = 4, W_VBE = 8 };
enum { VIDEO_BDA1 = 0x49, VIDEO_LEN1 = 30, VIDEO_BDA2 = 0x84, VIDEO_LEN2 = 7 };

/* Bytes, for the parts in `what`. */
u16 state_size(u8 what)
{
    return (what & W_HARDWARE ? HARDWARE_SIZE : 0) + (what & W_BDA ? BDA_SIZE : 0) + (what & W_DAC ? DAC_SIZE : 0) +
           (what & W_VBE ? VBE_SIZE : 0);
}

/* Index registers first, since reading the rest moves them; latches cannot be read. */
static void hardware_save(u16 seg, u16 o)
{
    u16 crtc = crtc_port();
    wr8(seg, o++, inb(SEQ));
    wr8(seg, o++, inb(crtc));
    wr8(seg, o++, inb(GFX));
    wr8(seg, o++, inb(MISC_R));
    for (u8 i = 0; i < 5; i++)
        wr8(seg, o++, idx_r(SEQ, i));
    for (u8 i = 0; i < 25; i++)
        wr8(seg, o++, idx_r(crtc, i));
    for (u8 i = 0; i < 21; i++)
        wr8(seg, o++, attr_r(i));
    for (u8 i = 0; i < 9; i++)
        wr8(seg, o++, idx_r(GFX, i));
    wr16(seg, o, crtc);
}

static void hardware_restore(u16 seg, u16 o)
{
    u8 seq = rd8(seg, o), crtc_index = rd8(seg, o + 1), gfx = rd8(seg, o + 2);
    u8 misc = rd8(seg, o + 3);
    u16 crtc = misc & 1 ? 0x3D4 : 0x3B4;
    o += 4;
    idx_w(SEQ, 0, 1);
    outb(MISC_W, misc);
    o++; /* the reset register follows at the end */
    for (u8 i = 1; i < 5; i++)
        idx_w(SEQ, i, rd8(seg, o++));
    idx_w(SEQ, 0, 3);
    idx_w(crtc, 0x11, 0);
    for (u8 i = 0; i < 25; i++)
        if (i != 0x11)
            idx_w(crtc, i, rd8(seg, o + i));
    idx_w(crtc, 0x11, rd8(seg, o + 0x11));
    o += 25;
    for (u8 i = 0; i < 21; i++)
        attr_w(i, rd8(seg, o++));
    for (u8 i = 0; i < 9; i++)
        idx_w(GFX, i, rd8(seg, o++));
    outb(SEQ, seq);
    outb(crtc, crtc_index);
    outb(GFX, gfx);
}

static void bda_save(u16 seg, u16 o)
{
    copy8(seg, o, BDA, VIDEO_BDA1, VIDEO_LEN1);
    copy8(seg, o + 32, BDA, VIDEO_BDA2, VIDEO_LEN2);
    wr32(seg, o + 40, rd32(BDA, BDA_SAVEPTR));
    wr32(seg, o + 44, rd32(0, 0x1F * 4));
    wr32(seg, o + 48, rd32(0, 0x43 * 4));
    wr16(seg, o + 52, bda16(BDA_VBE_MODE));
}

static void bda_restore(u16 seg, u16 o)
{
    copy8(BDA, VIDEO_BDA1, seg, o, VIDEO_LEN1);
    copy8(BDA, VIDEO_BDA2, seg, o + 32, VIDEO_LEN2);
    wr32(BDA, BDA_SAVEPTR, rd32(seg, o + 40));
    wr32(0, 0x1F * 4, rd32(seg, o + 44));
    wr32(0, 0x43 * 4, rd32(seg, o + 48));
    bda16_w(BDA_VBE_MODE, rd16(seg, o + 52));
}

static void dac_save(u16 seg, u16 o)
{
    wr8(seg, o++, inb(DAC_READ));
    wr8(seg, o++, inb(DAC_WRITE));
    wr8(seg, o++, inb(DAC_MASK));
    wr8(seg, o++, attr_r(0x14));
    outb(DAC_READ, 0);
    for (u16 i = 0; i < 768; i++)
        wr8(seg, o + i, inb(DAC_DATA));
}

static void dac_restore(u16 seg, u16 o)
{
    outb(DAC_MASK, rd8(seg, o + 2));
    attr_w(0x14, rd8(seg, o + 3));
    outb(DAC_WRITE, 0);
    for (u16 i = 0; i < 768; i++)
        outb(DAC_DATA, rd8(seg, o + 4 + i));
    outb(DAC_WRITE, rd8(seg, o + 1));
}

static void vbe_save(u16 seg, u16 o)
{
    for (u16 i = DISPI_XRES; i <= DISPI_Y_OFFSET; i++, o += 2)
        wr16(seg, o, dispi_r(i));
}

static void vbe_restore(u16 seg, u16 o)
{
    u16 enable = rd16(seg, o + (DISPI_ENABLE - 1) * 2);
    dispi_w(DISPI_ENABLE, 0);
    for (u16 i = DISPI_XRES; i <= DISPI_BPP; i++)
        dispi_w(i, rd16(seg, o + (i - 1) * 2));
    if (!(enable & DISPI_ENABLED))
        return;
    dispi_w(DISPI_ENABLE, enable | DISPI_NOCLEAR);
    for (u16 i = DISPI_BANK; i <= DISPI_Y_OFFSET; i++)
        if (i != DISPI_VIRT_HEIGHT)
            dispi_w(i, rd16(seg, o + (i - 1) * 2));
}

u16 state_save(u8 what, u16 seg, u16 o)
{
    u16 next = o;
    if (what & W_HARDWARE) {
        hardware_save(seg, next);
        next += HARDWARE_SIZE;
    }
    if (what & W_BDA) {
        bda_save(seg, next);
        next += BDA_SIZE;
    }
    if (what & W_DAC) {
        dac_save(seg, next);
        next += DAC_SIZE;
    }
    if (what & W_VBE)
        vbe_save(seg, next);
    return next;
}

/* The VBE part first in effect: enabling it programs VGA registers, which the rest corrects. */
u16 state_restore(u8 what, u16 seg, u16 o)
{
    if (what & W_VBE)
        vbe_restore(seg, o + state_size(what & 7));
    if (what & W_HARDWARE) {
        hardware_restore(seg, o);
        o += HARDWARE_SIZE;
    }
    if (what & W_BDA) {
        bda_restore(seg, o);
        o += BDA_SIZE;
    }
    if (what & W_DAC)
        dac_restore(seg, o);
    return o;
}

void save_restore(struct regs *r)
{
    u8 what = CL(r) & 7;
    if (!what || AL(r) > 2)
        return;
    if (AL(r) == 0)
        BX(r) = (state_size(what) + 63) / 64;
    else if (AL(r) == 1)
        state_save(what, r->es, BX(r));
    else
        state_restore(what, r->es, BX(r));
    AL(r) = 0x1C;
}
