/* SPDX-License-Identifier: MIT */
/*
 * Text output: cursor, pages, scrolling, characters, teletype, strings (INT 10h AH=01h-0Ah,
 * 0Eh, 13h). In graphics modes the same services draw glyphs through graphics.c.
 *
 * Document: IBM PS/2 and PC BIOS Interface Technical Reference, INT 10h.
 */
#include "vgabios.h"

/* CGA cursor lines stretched to the cell's height, unless emulation is off (40:87 bit 0). */
static u16 cursor_emulate(u8 start, u8 end)
{
    u8 h = bda8(BDA_CHEIGHT);
    if (bda8(BDA_VIDEO_CTL) & 1 || h <= 8 || start >= 8 || end >= 8)
        return (u16)(start << 8 | end);
    if (start == 0 && end == 7)
        return h - 1;
    start = start > 3 ? start + h - 9 : start * h / 8;
    end = end > 3 ? end + h - 9 : end * h / 8;
    return (u16)(start << 8 | end);
}

void cursor_set_type(u16 cx)
{
    u16 crtc = crtc_port();
    bda16_w(BDA_CURSOR_TYPE, cx);
    u16 v = cx & 0x2000 ? cx : cursor_emulate(cx >> 8 & 0x1F, cx & 0x1F);
    idx_w(crtc, 0x0A, v >> 8);
    idx_w(crtc, 0x0B, (u8)v);
}

void cursor_set(u8 page, u8 row, u8 col)
{
    if (page > 7)
        return;
    bda16_w(BDA_CURSOR_POS + page * 2, (u16)(row << 8 | col));
    if (page != bda8(BDA_PAGE))
        return;
    u16 crtc = crtc_port();
    u16 pos = (bda16(BDA_PAGE_START) >> 1) + row * bda16(BDA_COLS) + col;
    idx_w(crtc, 0x0E, pos >> 8);
    idx_w(crtc, 0x0F, (u8)pos);
}

/* AH=05h. A page's start counts in words of the CRTC: two bytes of text, one byte of planes. */
void page_set(u8 page)
{
    struct screen s;
    screen_get(&s);
    if (page > 7 || s.kind == K_VBE)
        return;
    u16 start = page * bda16(BDA_PAGE_SIZE);
    u16 crtc = crtc_port();
    u16 addr = s.kind == K_TEXT ? start >> 1 : start;
    bda16_w(BDA_PAGE_START, start);
    bda8_w(BDA_PAGE, page);
    idx_w(crtc, 0x0C, addr >> 8);
    idx_w(crtc, 0x0D, (u8)addr);
    u16 pos = bda16(BDA_CURSOR_POS + page * 2);
    cursor_set(page, pos >> 8, (u8)pos);
}

static u16 page_offset(u8 page)
{
    return page * bda16(BDA_PAGE_SIZE);
}

static void text_scroll(struct screen *s, u8 up, u8 lines, u8 attr, u8 top, u8 left, u8 bottom, u8 right)
{
    u16 width = right - left + 1, height = bottom - top + 1;
    u16 base = (u16)s->start + left * 2;
    if (lines == 0 || lines > height)
        lines = height;
    for (u16 i = 0; i < height; i++) {
        u16 row = up ? top + i : bottom - i;
        u16 to = base + row * s->pitch;
        if (i + lines < height) {
            u16 from = base + (up ? row + lines : row - lines) * s->pitch;
            copy8(s->seg, to, s->seg, from, width * 2);
        } else {
            fill16(s->seg, to, (u16)(attr << 8 | ' '), width);
        }
    }
}

void scroll(u8 up, u8 lines, u8 attr, u8 top, u8 left, u8 bottom, u8 right)
{
    struct screen s;
    u8 cols = (u8)bda16(BDA_COLS), rows1 = bda8(BDA_ROWS);
    if (bottom > rows1)
        bottom = rows1;
    if (right >= cols)
        right = cols - 1;
    if (top > bottom || left > right)
        return;
    screen_get(&s);
    if (s.kind == K_TEXT)
        text_scroll(&s, up, lines, attr, top, left, bottom, right);
    else
        gfx_scroll(&s, up, lines, attr, top, left, bottom, right);
}

static void put_at(u8 page, u8 row, u8 col, u8 c, u8 attr, u8 use_attr)
{
    struct screen s;
    screen_get(&s);
    s.start = page_offset(page);
    if (s.kind == K_TEXT) {
        u16 off = (u16)s.start + row * s.pitch + col * 2;
        wr8(s.seg, off, c);
        if (use_attr)
            wr8(s.seg, off + 1, attr);
    } else {
        if (s.kind != K_PLANAR)
            s.start = 0;
        glyph_put(&s, c, row, col, attr);
    }
}

/* About 60 ms of 896 Hz from the speaker: counter 2 and port 61h bit 4 (refresh toggle). */
static void beep(void)
{
    u8 old = inb(0x61);
    outb(0x43, 0xB6);
    outb(0x42, 0x33);
    outb(0x42, 0x05);
    outb(0x61, old | 3);
    u8 last = inb(0x61) & 0x10;
    u16 toggles = 0;
    for (u32 i = 0; i < 400000 && toggles < 4000; i++) {
        u8 now = inb(0x61) & 0x10;
        toggles += now != last;
        last = now;
    }
    outb(0x61, old);
}

void tty(u8 page, u8 c, u8 attr, u8 use_attr)
{
    u16 pos = bda16(BDA_CURSOR_POS + page * 2);
    u8 row = pos >> 8, col = (u8)pos;
    u8 cols = (u8)bda16(BDA_COLS), rows1 = bda8(BDA_ROWS);
    switch (c) {
    case 7: beep(); return;
    case 8: col -= col != 0; break;
    case 10: row++; break;
    case 13: col = 0; break;
    default:
        put_at(page, row, col, c, attr, use_attr);
        if (++col >= cols) {
            col = 0;
            row++;
        }
    }
    if (row > rows1) {
        struct screen s;
        screen_get(&s);
        row = rows1;
        u8 fill = 0;
        s.start = page_offset(page);
        if (s.kind == K_TEXT) {
            u16 off = (u16)s.start + rows1 * s.pitch + (col ? col - 1 : 0) * 2;
            fill = use_attr ? attr : rd8(s.seg, off + 1);
            text_scroll(&s, 1, 1, fill, 0, 0, rows1, cols - 1);
        } else if (page == bda8(BDA_PAGE)) {
            scroll(1, 1, 0, 0, 0, rows1, cols - 1);
        }
    }
    cursor_set(page, row, col);
}

/* AH=09h, 0Ah: CX copies from the cursor on, which stays. */
void write_chars(struct regs *r, u8 use_attr)
{
    u8 page = BH(r) & 7;
    u16 pos = bda16(BDA_CURSOR_POS + page * 2);
    u8 cols = (u8)bda16(BDA_COLS);
    struct screen s;
    screen_get(&s);
    if (s.kind == K_TEXT) {
        u16 off = page_offset(page) + (pos >> 8) * s.pitch + (u8)pos * 2;
        if (use_attr) {
            fill16(s.seg, off, (u16)(BL(r) << 8 | AL(r)), CX(r));
            return;
        }
        for (u16 n = CX(r); n; n--, off += 2)
            wr8(s.seg, off, AL(r));
        return;
    }
    u8 row = pos >> 8, col = (u8)pos;
    if (s.kind != K_PLANAR)
        s.start = 0;
    else
        s.start = page_offset(page);
    for (u16 n = CX(r); n && row <= bda8(BDA_ROWS); n--) {
        glyph_put(&s, AL(r), row, col, BL(r));
        if (++col >= cols) {
            col = 0;
            row++;
        }
    }
}

/* AH=08h */
void read_char(struct regs *r)
{
    u8 page = BH(r) & 7;
    u16 pos = bda16(BDA_CURSOR_POS + page * 2);
    struct screen s;
    screen_get(&s);
    if (s.kind == K_TEXT) {
        AX(r) = rd16(s.seg, page_offset(page) + (pos >> 8) * s.pitch + (u8)pos * 2);
        return;
    }
    s.start = s.kind == K_PLANAR ? page_offset(page) : 0;
    AX(r) = glyph_get(&s, pos >> 8, (u8)pos);
}

/* AH=13h: AL bit 0 = move the cursor, bit 1 = attributes stand in the string */
void write_string(struct regs *r)
{
    u8 page = BH(r) & 7, attr = BL(r);
    u16 old = bda16(BDA_CURSOR_POS + page * 2);
    u16 off = BP(r);
    if (AL(r) > 3)
        return;
    u16 pos = DX(r);
    cursor_set(page, pos >> 8, (u8)pos);
    for (u16 n = CX(r); n; n--) {
        u8 c = rd8(r->es, off++);
        if (AL(r) & 2)
            attr = rd8(r->es, off++);
        tty(page, c, attr, 1);
    }
    if (!(AL(r) & 1))
        cursor_set(page, old >> 8, (u8)old);
}
