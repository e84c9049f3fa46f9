/* SPDX-License-Identifier: MIT */
/*
 * Pixels, glyphs and scrolling in every graphics mode: CGA's 2 and 4 colours, planes, 256
 * colours, and the linear VBE modes through the 64 KiB window at A0000h.
 *
 * Glyphs come from the table at interrupt vector 43h (1Fh for the upper half in CGA modes).
 */
#include "vgabios.h"

/* Moves the window over a linear address; gives the offset in it. */
u16 vbe_window(u32 addr)
{
    u16 bank = addr >> 16;
    outw(DISPI_INDEX, DISPI_BANK);
    if (inw(DISPI_DATA) != bank)
        outw(DISPI_DATA, bank);
    return (u16)addr;
}

static u16 cga_offset(u16 x_byte, u16 y)
{
    return (y & 1 ? 0x2000 : 0) + (y >> 1) * 80 + x_byte;
}

/* Bits of one CGA pixel: shift in *shift, mask as the result. */
static u8 cga_shift(struct screen *s, u16 x, u8 *shift)
{
    if (s->kind == K_CGA2) {
        *shift = 7 - (x & 7);
        return 1;
    }
    *shift = 6 - (x & 3) * 2;
    return 3;
}

/* A colour number as a pixel of a direct-colour mode: the 16 CGA colours. */
static u32 direct_color(u8 bpp, u8 color)
{
    u32 add = color & 8 ? 0x55 : 0;
    u32 r = (color & 4 ? 0xAA : 0) + add, g = (color & 2 ? 0xAA : 0) + add;
    u32 b = (color & 1 ? 0xAA : 0) + add;
    if (color == 6)
        g = 0x55;
    if (bpp == 15)
        return (r >> 3) << 10 | (g >> 3) << 5 | b >> 3;
    if (bpp == 16)
        return (r >> 3) << 11 | (g >> 2) << 5 | b >> 3;
    return r << 16 | g << 8 | b;
}

static void vbe_pixel(struct screen *s, u16 x, u16 y, u8 color)
{
    u32 addr = s->start + (u32)y * s->pitch + (u32)x * s->bytes;
    u8 xor = s->bpp == 8 ? 0 : color & 0x80;
    u32 v = s->bpp == 8 ? color : direct_color(s->bpp, color & 15);
    for (u8 i = 0; i < s->bytes; i++, addr++, v >>= 8) {
        u16 off = vbe_window(addr);
        wr8(0xA000, off, xor? rd8(0xA000, off) ^ (u8)v : (u8)v);
    }
}

static void planar_pixel(struct screen *s, u16 x, u16 y, u8 color)
{
    u32 addr = s->start + (u32)y * s->pitch + (x >> 3);
    u16 off = s->bpp == 4 ? vbe_window(addr) : (u16)addr;
    idx_w(GFX, 8, 0x80 >> (x & 7));
    idx_w(GFX, 5, 2);
    if (color & 0x80)
        idx_w(GFX, 3, 0x18);
    rd8(0xA000, off);
    wr8(0xA000, off, color);
    idx_w(GFX, 3, 0);
    idx_w(GFX, 5, 0);
    idx_w(GFX, 8, 0xFF);
}

void pixel_put(struct screen *s, u16 x, u16 y, u8 color)
{
    u8 shift, mask;
    u16 off;
    switch (s->kind) {
    case K_TEXT: return;
    case K_CGA4:
    case K_CGA2:
        mask = cga_shift(s, x, &shift);
        off = cga_offset(s->kind == K_CGA2 ? x >> 3 : x >> 2, y);
        u8 old = rd8(s->seg, off);
        u8 bits = (color & mask) << shift;
        wr8(s->seg, off, color & 0x80 ? old ^ bits : (old & ~(mask << shift)) | bits);
        return;
    case K_PLANAR: planar_pixel(s, x, y, color); return;
    case K_LINEAR8: wr8(s->seg, y * 320 + x, color); return;
    default: vbe_pixel(s, x, y, color);
    }
}

static u8 planar_get(struct screen *s, u16 x, u16 y)
{
    u32 addr = s->start + (u32)y * s->pitch + (x >> 3);
    u16 off = s->bpp == 4 ? vbe_window(addr) : (u16)addr;
    u8 v = 0;
    for (u8 plane = 0; plane < 4; plane++) {
        idx_w(GFX, 4, plane);
        if (rd8(0xA000, off) & 0x80 >> (x & 7))
            v |= 1 << plane;
    }
    return v;
}

/* The colour number whose pixel value stands there; LIMIT: 0 for one outside the 16 colours. */
static u8 vbe_get(struct screen *s, u16 x, u16 y)
{
    u32 addr = s->start + (u32)y * s->pitch + (u32)x * s->bytes;
    u32 v = 0;
    for (u8 i = 0; i < s->bytes; i++, addr++)
        v |= (u32)rd8(0xA000, vbe_window(addr)) << (8 * i);
    if (s->bpp == 8)
        return (u8)v;
    v &= s->bpp == 15 ? 0x7FFF : 0xFFFFFF;
    for (u8 c = 0; c < 16; c++)
        if (direct_color(s->bpp, c) == v)
            return c;
    return 0;
}

u8 pixel_get(struct screen *s, u16 x, u16 y)
{
    u8 shift, mask;
    switch (s->kind) {
    case K_TEXT: return 0;
    case K_CGA4:
    case K_CGA2:
        mask = cga_shift(s, x, &shift);
        return rd8(s->seg, cga_offset(s->kind == K_CGA2 ? x >> 3 : x >> 2, y)) >> shift & mask;
    case K_PLANAR: return planar_get(s, x, y);
    case K_LINEAR8: return rd8(s->seg, y * 320 + x);
    default: return vbe_get(s, x, y);
    }
}

/* ---- glyphs ---- */

static void glyph_source(struct screen *s, u8 c, u16 *seg, u16 *off)
{
    u8 h = bda8(BDA_CHEIGHT);
    if (c >= 128 && (s->kind == K_CGA4 || s->kind == K_CGA2)) {
        *seg = rd16(0, 0x1F * 4 + 2);
        *off = rd16(0, 0x1F * 4) + (c - 128) * h;
        return;
    }
    *seg = rd16(0, 0x43 * 4 + 2);
    *off = rd16(0, 0x43 * 4) + c * h;
}

/* In planes a glyph's row is one byte: 8 pixels by the bit mask register. */
static void planar_glyph(struct screen *s, u16 seg, u16 src, u8 row, u8 col, u8 color)
{
    u8 h = bda8(BDA_CHEIGHT);
    u32 addr = s->start + (u32)row * h * s->pitch + col;
    idx_w(GFX, 5, 2);
    if (color & 0x80)
        idx_w(GFX, 3, 0x18);
    for (u8 y = 0; y < h; y++, addr += s->pitch) {
        u16 off = s->bpp == 4 ? vbe_window(addr) : (u16)addr;
        u8 bits = rd8(seg, src + y);
        if (!(color & 0x80)) {
            idx_w(GFX, 8, (u8)~bits);
            rd8(0xA000, off);
            wr8(0xA000, off, 0);
        }
        idx_w(GFX, 8, bits);
        rd8(0xA000, off);
        wr8(0xA000, off, color);
    }
    idx_w(GFX, 3, 0);
    idx_w(GFX, 5, 0);
    idx_w(GFX, 8, 0xFF);
}

void glyph_put(struct screen *s, u8 c, u8 row, u8 col, u8 color)
{
    u16 seg, src;
    u8 h = bda8(BDA_CHEIGHT);
    glyph_source(s, c, &seg, &src);
    if (s->kind == K_PLANAR) {
        planar_glyph(s, seg, src, row, col, color);
        return;
    }
    u8 xor = s->kind != K_LINEAR8 && s->bpp != 8 ? color & 0x80 : 0;
    for (u8 y = 0; y < h; y++) {
        u8 bits = rd8(seg, src + y);
        for (u8 x = 0; x < 8; x++) {
            u8 on = bits & 0x80 >> x;
            if (on || !xor)
                pixel_put(s, col * 8 + x, row * h + y, on ? color : 0);
        }
    }
}

/* AH=08h in graphics: the first character whose picture stands there, 0 if none. */
u8 glyph_get(struct screen *s, u8 row, u8 col)
{
    u8 picture[32];
    u8 h = bda8(BDA_CHEIGHT);
    if (h > 32)
        return 0;
    for (u8 y = 0; y < h; y++) {
        u8 bits = 0;
        for (u8 x = 0; x < 8; x++)
            bits = bits << 1 | (pixel_get(s, col * 8 + x, row * h + y) != 0);
        picture[y] = bits;
    }
    for (u16 c = 0; c < 256; c++) {
        u16 seg, src;
        u8 y = 0;
        glyph_source(s, (u8)c, &seg, &src);
        while (y < h && rd8(seg, src + y) == picture[y])
            y++;
        if (y == h)
            return (u8)c;
    }
    return 0;
}

/* ---- scrolling ---- */

static void vbe_copy(u32 to, u32 from, u16 n)
{
    u8 chunk[64];
    while (n) {
        u16 len = n < sizeof chunk ? n : sizeof chunk;
        for (u16 i = 0; i < len; i++)
            chunk[i] = rd8(0xA000, vbe_window(from + i));
        for (u16 i = 0; i < len; i++)
            wr8(0xA000, vbe_window(to + i), chunk[i]);
        to += len;
        from += len;
        n -= len;
    }
}

/* One scan line of the area: from < 0 means fill. Units of x and n are bytes of the line. */
static void line_move(struct screen *s, u16 x, u16 n, u16 to, int from, u8 fill)
{
    u32 dst = s->start + (u32)to * s->pitch + x;
    u32 src = s->start + (u32)from * s->pitch + x;
    if (s->kind == K_CGA4 || s->kind == K_CGA2) {
        dst = cga_offset(x, to);
        src = cga_offset(x, (u16)from);
    }
    if (s->kind == K_VBE && from >= 0) {
        vbe_copy(dst, src, n);
    } else if (s->kind == K_VBE || (s->bpp == 4 && s->kind == K_PLANAR)) {
        for (u16 i = 0; i < n; i++) {
            u16 soff = from >= 0 ? vbe_window(src + i) : 0;
            if (from >= 0)
                rd8(0xA000, soff);
            wr8(0xA000, vbe_window(dst + i), fill);
        }
    } else if (from >= 0) {
        copy8(s->seg, (u16)dst, s->seg, (u16)src, n);
    } else {
        for (u16 i = 0; i < n; i++)
            wr8(s->seg, (u16)(dst + i), fill);
    }
}

void gfx_scroll(struct screen *s, u8 up, u8 lines, u8 attr, u8 top, u8 left, u8 bottom, u8 right)
{
    u8 h = bda8(BDA_CHEIGHT);
    u16 unit = s->kind == K_VBE ? s->bytes * 8 : s->kind == K_LINEAR8 ? 8 : s->kind == K_CGA4 ? 2 : 1;
    u16 y0 = top * h, height = (bottom - top + 1) * h, by = lines * h;
    u8 fill = attr;
    if (by == 0 || by > height)
        by = height;
    if (s->kind == K_CGA4)
        fill = (attr & 3) * 0x55;
    else if (s->kind == K_CGA2)
        fill = attr & 1 ? 0xFF : 0;
    else if (s->kind == K_VBE && s->bpp != 8)
        fill = 0; /* LIMIT: direct-colour modes clear to black */
    for (u16 i = 0; i < height; i++) {
        u16 y = up ? y0 + i : y0 + height - 1 - i;
        u8 moved = i + by < height;
        if (s->kind == K_PLANAR)
            idx_w(GFX, 5, moved ? 1 : 2);
        line_move(s, left * unit, (right - left + 1) * unit, y, moved ? (up ? y + by : y - by) : -1, fill);
    }
    if (s->kind == K_PLANAR)
        idx_w(GFX, 5, 0);
}
