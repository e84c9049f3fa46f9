/* SPDX-License-Identifier: MIT */
/* Character generator services (INT 10h AH=11h). Document: IBM PS/2 and PC BIOS TR. */
#include "vgabios.h"

void font_builtin(u8 height, u16 *seg, u16 *off)
{
    *seg = rom_seg();
    *off = (u16)(u32)(height == 8 ? font8x8 : height == 14 ? font8x14 : font8x16);
}

/* Plane 2 opened as 64 KiB at A0000h, and back to what text modes use. */
static void font_access(u8 on)
{
    if (on) {
        idx_w(SEQ, 0, 1);
        idx_w(SEQ, 2, 4);
        idx_w(SEQ, 4, 7);
        idx_w(SEQ, 0, 3);
        idx_w(GFX, 4, 2);
        idx_w(GFX, 5, 0);
        idx_w(GFX, 6, 4);
        return;
    }
    idx_w(SEQ, 0, 1);
    idx_w(SEQ, 2, 3);
    idx_w(SEQ, 4, 2);
    idx_w(SEQ, 0, 3);
    idx_w(GFX, 4, 0);
    idx_w(GFX, 5, 0x10);
    idx_w(GFX, 6, inb(MISC_R) & 1 ? 0x0E : 0x0A);
}

/* Blocks 0-3 lie 16 KiB apart, 4-7 between them; each glyph has 32 bytes. */
void font_load(u8 block, u16 seg, u16 off, u16 first, u16 count, u8 height)
{
    u16 dst = (block & 3) * 0x4000 + (block & 4 ? 0x2000 : 0) + first * 32;
    font_access(1);
    for (; count; count--, dst += 32, off += height)
        copy8(0xA000, dst, seg, off, height);
    font_access(0);
}

/* The text screen has as many rows as cells of the new height fit (AL=1xh). */
static void resize_text(u8 height)
{
    u16 crtc = crtc_port();
    u8 over = idx_r(crtc, 7);
    u16 lines = (idx_r(crtc, 0x12) | (over & 2) << 7 | (over & 0x40) << 3) + 1;
    if (idx_r(crtc, 9) & 0x80)
        lines >>= 1;
    u8 rows = lines / height;
    idx_w(crtc, 9, (idx_r(crtc, 9) & 0xE0) | (height - 1));
    if (bda8(BDA_MODE) == 7)
        idx_w(crtc, 0x14, height - 1);
    u16 end = rows * height * (idx_r(crtc, 9) & 0x80 ? 2 : 1) - 1;
    idx_w(crtc, 0x12, (u8)end);
    idx_w(crtc, 7, (over & ~0x42) | (end >> 7 & 2) | (end >> 3 & 0x40));
    bda8_w(BDA_ROWS, rows - 1);
    bda16_w(BDA_CHEIGHT, height);
    bda16_w(BDA_PAGE_SIZE, (u16)(rows * bda16(BDA_COLS) * 2 + 0x100));
    cursor_set_type(bda16(BDA_CURSOR_TYPE));
}

static void graphics_font(struct regs *r, u16 seg, u16 off, u8 height)
{
    u8 rows = BL(r) == 1 ? 14 : BL(r) == 2 ? 25 : BL(r) == 3 ? 43 : DL(r);
    wr16(0, 0x43 * 4, off);
    wr16(0, 0x43 * 4 + 2, seg);
    bda16_w(BDA_CHEIGHT, height);
    if (rows)
        bda8_w(BDA_ROWS, rows - 1);
}

static void information(struct regs *r)
{
    CX(r) = bda16(BDA_CHEIGHT);
    DL(r) = bda8(BDA_ROWS);
    r->es = rom_seg();
    switch (BH(r)) {
    case 0:
        r->es = rd16(0, 0x1F * 4 + 2);
        BP(r) = rd16(0, 0x1F * 4);
        break;
    case 1:
        r->es = rd16(0, 0x43 * 4 + 2);
        BP(r) = rd16(0, 0x43 * 4);
        break;
    case 2:
    case 5: BP(r) = (u16)(u32)font8x14; break;
    case 3: BP(r) = (u16)(u32)font8x8; break;
    case 4: BP(r) = (u16)(u32)(font8x8 + 128 * 8); break;
    case 6:
    case 7: BP(r) = (u16)(u32)font8x16; break;
    }
}

ROMDATA u8 heights[5] = {0, 14, 8, 0, 16};

void chargen(struct regs *r)
{
    u16 seg = r->es, off = BP(r);
    u8 f = AL(r), n = f & 0x0F, height = BH(r);
    if (f == 0x30) {
        information(r);
    } else if (f < 0x20 && n == 3) {
        idx_w(SEQ, 0, 1);
        idx_w(SEQ, 3, BL(r));
        idx_w(SEQ, 0, 3);
    } else if (f < 0x20 && (n == 0 || n == 1 || n == 2 || n == 4)) {
        u16 first = n ? 0 : DX(r), count = n ? 256 : CX(r);
        if (n) {
            height = heights[n];
            font_builtin(height, &seg, &off);
        }
        if (height == 0 || height > 32)
            return;
        font_load(BL(r), seg, off, first, count, height);
        if (f & 0x10)
            resize_text(height);
    } else if (f == 0x20) {
        wr16(0, 0x1F * 4, off);
        wr16(0, 0x1F * 4 + 2, seg);
    } else if (f == 0x21) {
        graphics_font(r, seg, off, CL(r));
    } else if (f >= 0x22 && f <= 0x24) {
        height = f == 0x22 ? 14 : f == 0x23 ? 8 : 16;
        font_builtin(height, &seg, &off);
        graphics_font(r, seg, off, height);
    }
}
