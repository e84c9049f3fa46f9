/* SPDX-License-Identifier: MIT */
/*
 * INT 10h: the dispatcher, the small services (AH=0Bh, 0Fh, 12h, 1Ah, 1Bh) and POST's entry.
 *
 * Document: IBM PS/2 and PC BIOS Interface Technical Reference. LIMIT: no second display, no
 * light pen (AH=04h answers "not triggered"). A call needs up to 300 bytes of the caller's stack.
 */
#include "vgabios.h"

u16 rom_seg(void)
{
    u16 v;
    __asm__ volatile("movw %%cs, %0" : "=r"(v));
    return v;
}

u8 bda8(u16 off)
{
    return rd8(BDA, off);
}

u16 bda16(u16 off)
{
    return rd16(BDA, off);
}

void bda8_w(u16 off, u8 v)
{
    wr8(BDA, off, v);
}

void bda16_w(u16 off, u16 v)
{
    wr16(BDA, off, v);
}

/* AH=0Bh: BH=0 border (text) or background (graphics), BH=1 the CGA's colour set. */
static void cga_palette(struct regs *r)
{
    u8 pal = bda8(BDA_PAL), low = BL(r);
    if (BH(r) == 0) {
        u8 color = (low & 7) | (low & 8 ? 0x10 : 0);
        struct screen s;
        screen_get(&s);
        attr_w(0x11, color);
        if (s.kind != K_TEXT)
            attr_w(0, color);
        bda8_w(BDA_PAL, (pal & 0xE0) | (low & 0x1F));
        u8 intense = low & 0x10;
        if (s.kind == K_CGA4)
            for (u8 i = 1; i < 4; i++)
                attr_w(i, (attr_r(i) & ~0x10) | intense);
    } else if (BH(r) == 1) {
        for (u8 i = 1; i < 4; i++)
            attr_w(i, (attr_r(i) & ~1) | (low & 1));
        bda8_w(BDA_PAL, low & 1 ? pal | 0x20 : pal & ~0x20);
    }
}

static void video_state(struct regs *r)
{
    AL(r) = bda8(BDA_MODE) | (bda8(BDA_VIDEO_CTL) & 0x80);
    AH(r) = (u8)bda16(BDA_COLS);
    BH(r) = bda8(BDA_PAGE);
}

/* AH=12h */
void alternate_select(struct regs *r)
{
    u8 flags = bda8(BDA_MODESET), al = AL(r), ok = 1;
    switch (BL(r)) {
    case 0x10:
        BH(r) = bda16(BDA_CRTC) == 0x3B4;
        BL(r) = 3; /* 256 KiB */
        CX(r) = bda8(BDA_SWITCHES) & 0x0F;
        CH(r) = bda8(BDA_SWITCHES) >> 4;
        return;
    case 0x20: break; /* our print screen is the system BIOS's, which asks for the rows */
    case 0x30:
        if (al > 2)
            return;
        flags &= ~(MODESET_200 | MODESET_400);
        flags |= al == 0 ? MODESET_200 : al == 2 ? MODESET_400 : 0;
        bda8_w(BDA_SWITCHES, (bda8(BDA_SWITCHES) & 0xF0) | (al == 0 ? 8 : 9));
        bda8_w(BDA_MODESET, flags);
        break;
    case 0x31: bda8_w(BDA_MODESET, al & 1 ? flags | MODESET_NOPAL : flags & ~MODESET_NOPAL); break;
    case 0x32: /* decoding of memory: miscellaneous output bit 1 */
        outb(MISC_W, al & 1 ? inb(MISC_R) & ~2 : inb(MISC_R) | 2);
        break;
    case 0x33: bda8_w(BDA_MODESET, al & 1 ? flags & ~MODESET_GRAY : flags | MODESET_GRAY); break;
    case 0x34: {
        u8 ctl = bda8(BDA_VIDEO_CTL);
        bda8_w(BDA_VIDEO_CTL, al & 1 ? ctl | 1 : ctl & ~1);
        break;
    }
    case 0x36: screen_on(!(al & 1)); break;
    default: ok = 0;
    }
    if (ok)
        AL(r) = 0x12;
}

/* AH=1Ah */
void display_combination(struct regs *r)
{
    if (AL(r) == 0)
        BX(r) = bda8(BDA_DCC) ? 8 : 0; /* 08h: VGA with a colour display */
    else if (AL(r) == 1)
        bda8_w(BDA_DCC, 0x0B);
    else
        return;
    AL(r) = 0x1A;
}

/* AH=1Bh: the 64-byte dynamic table at ES:DI */
void functionality(struct regs *r)
{
    u16 seg = r->es, di = DI(r);
    if (BX(r) != 0)
        return;
    fill16(seg, di, 0, 32);
    wr16(seg, di, (u16)(u32)rom_functionality);
    wr16(seg, di + 2, rom_seg());
    copy8(seg, di + 4, BDA, BDA_MODE, 30);
    wr8(seg, di + 0x22, bda8(BDA_ROWS) + 1);
    wr16(seg, di + 0x23, bda16(BDA_CHEIGHT));
    wr8(seg, di + 0x25, 8);
    struct screen s;
    screen_get(&s);
    wr16(seg, di + 0x27, s.kind == K_LINEAR8 ? 256 : s.kind == K_CGA4 ? 4 : s.kind == K_CGA2 ? 2 : 16);
    u16 page_size = bda16(BDA_PAGE_SIZE);
    u16 pages = page_size ? (s.kind == K_TEXT ? 0x8000 : 0x10000) / page_size : 1;
    wr8(seg, di + 0x29, pages > 8 ? 8 : pages);
    u8 flags = bda8(BDA_MODESET);
    wr8(seg, di + 0x2A, flags & MODESET_200 ? 0 : flags & MODESET_400 ? 2 : 1);
    wr8(seg, di + 0x2D, (flags & MODESET_GRAY ? 2 : 0) | (flags & MODESET_NOPAL ? 8 : 0) | 1 | (bda8(BDA_MSR) & 0x20));
    wr8(seg, di + 0x31, 3);
    AL(r) = 0x1B;
}

static void pixel_service(struct regs *r)
{
    struct screen s;
    screen_get(&s);
    if (s.kind == K_PLANAR && s.bpp == 0)
        s.start = (BH(r) & 7) * bda16(BDA_PAGE_SIZE);
    else
        s.start = 0;
    if (AH(r) == 0x0C)
        pixel_put(&s, CX(r), DX(r), AL(r));
    else
        AL(r) = pixel_get(&s, CX(r), DX(r));
}

static void basic(struct regs *r)
{
    u8 page = BH(r) & 7;
    switch (AH(r)) {
    case 0x00: {
        u8 mode = AL(r) & 0x7F;
        mode_set(mode, AL(r) & 0x80);
        AL(r) = mode == 6 ? 0x3F : mode <= 7 ? 0x30 : 0x20;
        break;
    }
    case 0x01: cursor_set_type(CX(r)); break;
    case 0x02: cursor_set(BH(r), DH(r), DL(r)); break;
    case 0x03:
        CX(r) = bda16(BDA_CURSOR_TYPE);
        DX(r) = bda16(BDA_CURSOR_POS + page * 2);
        break;
    case 0x04: AH(r) = 0; break;
    case 0x05: page_set(AL(r)); break;
    case 0x06:
    case 0x07: scroll(AH(r) == 6, AL(r), BH(r), CH(r), CL(r), DH(r), DL(r)); break;
    case 0x08: read_char(r); break;
    case 0x09: write_chars(r, 1); break;
    case 0x0A: write_chars(r, 0); break;
    case 0x0B: cga_palette(r); break;
    case 0x0C:
    case 0x0D: pixel_service(r); break;
    /* NOTE: the active page, whatever BH says: loaders leave anything in it */
    case 0x0E: tty(bda8(BDA_PAGE) & 7, AL(r), BL(r), 0); break;
    case 0x0F: video_state(r); break;
    }
}

__attribute__((regparm(1))) void int10(struct regs *r)
{
    switch (AH(r)) {
    case 0x10: palette(r); break;
    case 0x11: chargen(r); break;
    case 0x12: alternate_select(r); break;
    case 0x13: write_string(r); break;
    case 0x1A: display_combination(r); break;
    case 0x1B: functionality(r); break;
    case 0x1C: save_restore(r); break;
    case 0x4F: vbe(r); break;
    default: basic(r);
    }
}

extern ROM u8 int10_entry[];

void vga_init(void)
{
    u16 seg = rom_seg();
    wr32(0, 0x42 * 4, rd32(0, 0x10 * 4));
    wr16(0, 0x10 * 4, (u16)(u32)int10_entry);
    wr16(0, 0x10 * 4 + 2, seg);
    outb(0x3C3, 1); /* the adapter answers */
    outb(MISC_W, inb(MISC_R) | 1);
    bda8_w(BDA_VIDEO_CTL, 0x60); /* 256 KiB, cursor emulation */
    bda8_w(BDA_SWITCHES, 0xF9);
    bda8_w(BDA_MODESET, 0x11); /* 400 lines, a VGA is active */
    bda8_w(BDA_DCC, 0x0B);     /* index of "VGA with colour display alone" */
    bda16_w(BDA_SAVEPTR, (u16)(u32)rom_save_table);
    bda16_w(BDA_SAVEPTR + 2, seg);
    mode_set(3, 0);
}
