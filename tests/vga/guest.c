/* SPDX-License-Identifier: MIT */
/*
 * The VGA test's guest: sets each mode through the BIOS, draws the scene by storing to video memory and programming
 * registers, says "ready NAME" on COM1, and waits for a key.
 */
#include "tests/bios/guest.h"
#include "tests/vga/scenes.h"

enum { COM1 = 0x3f8, SEQ = 0x3c4, GFX = 0x3ce, CRTC = 0x3d4, ATTR = 0x3c0, STATUS = 0x3da };

static const struct scene scenes[] = {
#define S(name, kind, mode, w, h, changes, bpp) {name, kind, mode, w, h, changes, bpp},
    SCENES(S)
#undef S
};

static void put(uint8_t c)
{
    while (!(inb(COM1 + 5) & 0x20))
        ;
    outb(COM1, c);
}

void say(const char *s)
{
    while (*s)
        put((uint8_t)*s++);
}

static void index_write(uint16_t port, uint8_t index, uint8_t v)
{
    outb(port, index);
    outb(port + 1, v);
}

static void attr_write(uint8_t index, uint8_t v)
{
    inb(STATUS);
    outb(ATTR, index | 0x20);
    outb(ATTR, v);
}

static uint16_t bios(uint16_t ax, uint16_t bx, uint16_t cx, uint16_t dx, uint16_t es, uint16_t bp)
{
    struct regs r = {0};
    r.eax = ax;
    r.ebx = bx;
    r.ecx = cx;
    r.edx = dx;
    r.ebp = bp;
    r.edi = bp;
    r.ds = SEG;
    r.es = es;
    r.flags = IF | 2;
    intr(0x10, &r);
    return r.ax;
}

/* --- Text --- */

static uint8_t font[256 * 16];

static void palette(void)
{
    static const uint8_t usual[16] = {0, 1, 2, 3, 4, 5, 0x14, 7, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f};
    for (unsigned i = 0; i < 16; i++) {
        inb(STATUS);
        outb(ATTR, (uint8_t)i);
        outb(ATTR, usual[(i + PALETTE_STEP) & 15]);
    }
    outb(ATTR, 0x20);
}

static void cursor(const struct scene *s)
{
    unsigned at = CURSOR_ROW * s->width + CURSOR_COL;
    index_write(CRTC, 0x0a, CURSOR_START);
    index_write(CRTC, 0x0b, CURSOR_END);
    index_write(CRTC, 0x0e, (uint8_t)(at >> 8));
    index_write(CRTC, 0x0f, (uint8_t)at);
}

static void text(const struct scene *s, uint16_t segment)
{
    unsigned rows = s->changes & SCROLLED ? 50 : s->height;
    if (s->changes & FONT_8X8)
        bios(0x1112, 0, 0, 0, SEG, 0);
    if (s->changes & FONT_8X14)
        bios(0x1111, 0, 0, 0, SEG, 0);
    if (s->changes & TWO_FONTS) {
        for (unsigned i = 0; i < sizeof font; i++)
            font[i] = second_font(i >> 4, i & 15);
        bios(0x1100, 0x1001, 256, 0, SEG, (uint16_t)(uintptr_t)font);
        bios(0x1103, 0x0004, 0, 0, SEG, 0); /* map A: block 1, map B: block 0 */
        attr_write(0x12, 7);                /* bit 3 is no colour any more */
    }
    bios(0x0100, 0, 0x2000, 0, SEG, 0); /* no cursor */
    if (s->changes & BRIGHT)
        bios(0x1003, 0, 0, 0, SEG, 0);
    if (s->changes & PALETTE)
        palette();
    if (s->changes & CURSOR)
        cursor(s);
    for (unsigned row = 0; row < rows; row++)
        for (unsigned col = 0; col < s->width; col++) {
            uint8_t attr = text_attr(row, col);
            if (!(s->changes & (BRIGHT | BLINK)))
                attr &= 0x7f;
            poke16(segment, (row * s->width + col) * 2, (uint16_t)(attr << 8 | text_char(row, col)));
        }
}

/* --- Graphics --- */

static void cga(const struct scene *s)
{
    unsigned per_byte = 8 / s->bpp;
    if (s->changes & PALETTE)
        bios(0x0b00, 0x0100, 0, 0, SEG, 0);
    for (unsigned y = 0; y < s->height; y++)
        for (unsigned b = 0; b < 80; b++) {
            uint8_t v = 0;
            for (unsigned i = 0; i < per_byte; i++)
                v = (uint8_t)(v << s->bpp | pixel_number(b * per_byte + i, y, s->bpp));
            poke8(0xb800, (y & 1) * 0x2000 + (y >> 1) * 80 + b, v);
        }
}

static uint8_t planar_number(const struct scene *s, unsigned x, unsigned y)
{
    return s->mode == 0x0f ? mono_number(x, y) : pixel_number(x, y, s->bpp);
}

static void planar(const struct scene *s)
{
    unsigned bytes = s->width / 8, base = 0, bank = 0,
             lines = s->height + (s->changes & SCROLLED ? SCROLL_LINES + 1 : 0);
    if (s->changes & PALETTE)
        palette();
    if (s->changes & PAGE_1) {
        bios(0x0501, 0, 0, 0, SEG, 0);
        base = s->height == 350 ? 0x8000 : 0x2000; /* the mode's page size in IBM's table */
    }
    for (unsigned plane = 0; plane < 4; plane++) {
        index_write(SEQ, 2, (uint8_t)(1 << plane));
        for (unsigned y = 0; y < lines; y++)
            for (unsigned b = 0; b < bytes; b++) {
                uint8_t v = 0;
                for (unsigned i = 0; i < 8; i++)
                    v = (uint8_t)(v << 1 | (planar_number(s, b * 8 + i, y) >> plane & 1));
                unsigned at = base + y * bytes + b;
                if (at >> 16 != bank) {
                    bank = at >> 16;
                    bios(0x4f05, 0, 0, (uint16_t)bank, SEG, 0);
                }
                poke8(0xa000, at & 0xffff, v);
            }
    }
    index_write(SEQ, 2, 15);
}

static void set_dac(void)
{
    outb(0x3c8, 0);
    for (unsigned i = 0; i < 256; i++) {
        uint8_t rgb[3];
        dac_entry(i, rgb);
        for (unsigned k = 0; k < 3; k++)
            outb(0x3c9, rgb[k]);
    }
}

static void linear8(const struct scene *s)
{
    for (unsigned i = 0; i < 65536; i++)
        poke8(0xa000, i, pixel_number(i % s->width, i / s->width, 8));
    if (s->changes & PALETTE)
        outb(0x3c6, DAC_MASK);
    if (s->changes & SCROLLED) {
        index_write(CRTC, 0x0c, FLAT_SKIPPED >> 8);
        index_write(CRTC, 0x0d, FLAT_SKIPPED & 255);
    }
}

/*
 * Mode 13h without chain 4: with its own timing and each line once, or with the 480-line timing, also at the 28 MHz
 * clock.
 */
static void mode_x_timing(const struct scene *s)
{
    static const uint8_t crtc[][2] = {{0x11, 0x2c}, {0x06, 0x0d}, {0x07, 0x3e}, {0x10, 0xea}, {0x11, 0x2c},
                                      {0x12, 0xdf}, {0x14, 0x00}, {0x15, 0xe7}, {0x16, 0x06}, {0x17, 0xe3}};
    static const uint8_t wide[][2] = {{0x00, 0x6b}, {0x01, 0x59}, {0x02, 0x5a}, {0x03, 0x8e},
                                      {0x04, 0x5e}, {0x05, 0x8a}, {0x13, 0x2d}};
    index_write(SEQ, 4, 6);
    if (s->height == 400) {
        index_write(CRTC, 0x09, 0x40);
        index_write(CRTC, 0x14, 0x00);
        index_write(CRTC, 0x17, 0xe3);
        return;
    }
    index_write(SEQ, 0, 1);
    outb(0x3c2, s->width == 360 ? 0xe7 : 0xe3);
    index_write(SEQ, 0, 3);
    for (unsigned i = 0; i < sizeof crtc / sizeof crtc[0]; i++)
        index_write(CRTC, crtc[i][0], crtc[i][1]);
    index_write(CRTC, 0x09, s->height == 240 ? 0x41 : 0x40);
    for (unsigned i = 0; s->width == 360 && i < sizeof wide / sizeof wide[0]; i++)
        index_write(CRTC, wide[i][0], wide[i][1]);
    index_write(CRTC, 0x11, 0xac);
}

static void mode_x(const struct scene *s)
{
    unsigned lines = s->height + (s->changes & SCROLLED ? SCROLL_LINES + 1 : 0);
    mode_x_timing(s);
    for (unsigned plane = 0; plane < 4; plane++) {
        index_write(SEQ, 2, (uint8_t)(1 << plane));
        for (unsigned y = 0; y < lines; y++)
            for (unsigned x = plane; x < s->width; x += 4)
                poke8(0xa000, y * (s->width / 4) + x / 4, pixel_number(x, y, 8));
    }
}

static void scroll(const struct scene *s)
{
    unsigned stride = s->kind == TEXT ? s->width : s->kind == MODE_X ? s->width / 4 : s->width / 8;
    unsigned start = stride * (s->kind == TEXT ? SCROLL_ROWS : SCROLL_LINES) + SCROLL_BYTES;
    uint8_t pan = s->kind == MODE_X ? PAN * 2 : s->kind == TEXT ? PAN - 1 : PAN; /* 9-dot text: 8 is no panning */
    inb(STATUS);
    outb(ATTR, 0x30);
    uint8_t mode = inb(ATTR + 1);
    index_write(CRTC, 0x0c, (uint8_t)(start >> 8));
    index_write(CRTC, 0x0d, (uint8_t)start);
    attr_write(0x10, mode | 0x20);
    attr_write(0x13, pan);
    outb(CRTC, 7);
    outb(CRTC + 1, (uint8_t)((inb(CRTC + 1) & ~0x10) | (SPLIT_AT >> 8 & 1) << 4));
    outb(CRTC, 9);
    outb(CRTC + 1, inb(CRTC + 1) & ~0x40);
    index_write(CRTC, 0x18, (uint8_t)SPLIT_AT);
}

/* --- VBE --- */

static uint8_t mode_info[256];

/* Through FS, which flat_on() lets reach all memory. */
static void flat8(uint32_t at, uint8_t v)
{
    __asm__ volatile("movb %0, %%fs:(%1)" : : "q"(v), "r"(at) : "memory");
}
static void flat16(uint32_t at, uint16_t v)
{
    __asm__ volatile("movw %0, %%fs:(%1)" : : "q"(v), "r"(at) : "memory");
}
static void flat32(uint32_t at, uint32_t v)
{
    __asm__ volatile("movl %0, %%fs:(%1)" : : "q"(v), "r"(at) : "memory");
}

static void store_pixel(uint32_t at, const struct scene *s, unsigned x, unsigned y)
{
    uint32_t c = pixel_rgb(x, y), r = c >> 16, g = c >> 8 & 255, b = c & 255;
    switch (s->bpp) {
    case 8: flat8(at, pixel_number(x, y, 8)); break;
    case 15: flat16(at, (uint16_t)(r >> 3 << 10 | g >> 3 << 5 | b >> 3)); break;
    case 16: flat16(at, (uint16_t)(r >> 3 << 11 | g >> 2 << 5 | b >> 3)); break;
    case 24:
        flat16(at, (uint16_t)c);
        flat8(at + 2, (uint8_t)r);
        break;
    default: flat32(at, c); break;
    }
}

static int vbe(const struct scene *s)
{
    if (bios(0x4f01, 0, s->mode, 0, SEG, (uint16_t)(uintptr_t)mode_info) != 0x4f ||
        bios(0x4f02, s->mode | 0x4000, 0, 0, SEG, 0) != 0x4f)
        return 0;
    uint32_t lfb = *(uint32_t *)(mode_info + 0x28), stride = *(uint16_t *)(mode_info + 0x10);
    unsigned bytes = (s->bpp + 7) / 8;
    flat_on();
    __asm__ volatile("movw %0, %%fs" : : "r"((uint16_t)0)); /* a selector that an interrupt may load again */
    for (unsigned y = 0; y < s->height; y++)
        for (unsigned x = s->changes & SPARSE ? y & 15 : 0; x < s->width; x += s->changes & SPARSE ? 16 : 1)
            store_pixel(lfb + y * stride + x * bytes, s, x, y);
    return 1;
}

/* --- What the VBE functions answer (VBE 3.0, chapter 4) --- */

static uint8_t block[4096];
static unsigned failures;

static void check_vbe(int good, const char *rule)
{
    if (good)
        return;
    failures++;
    say("FAIL: ");
    say(rule);
    say("\n");
}

/* 4Fxxh; ES:DI and ES:BX (where BX is not given) are the block. */
static struct regs vbe_call(uint16_t ax, uint16_t bx, uint16_t cx, uint16_t dx)
{
    struct regs r = {0};
    r.ax = ax;
    r.bx = bx;
    r.cx = cx;
    r.dx = dx;
    r.di = (uint16_t)(uintptr_t)block;
    r.ds = r.es = SEG;
    r.flags = IF | 2;
    intr(0x10, &r);
    return r;
}

static void vbe_lists_modes(void)
{
    block[0] = 'V', block[1] = 'B', block[2] = 'E', block[3] = '2';
    struct regs r = vbe_call(0x4f00, 0, 0, 0);
    check_vbe(r.ax == 0x4f && *(uint32_t *)block == 0x41534556 && *(uint16_t *)(block + 4) == 0x300,
              "4f00_signature_and_version");
    uint16_t memory = *(uint16_t *)(block + 18), list = *(uint16_t *)(block + 14), segment = *(uint16_t *)(block + 16);
    unsigned listed = 0, known = 0;
    for (; peek16(segment, list) != 0xffff && listed < 200; list += 2, listed++) {
        uint16_t number = peek16(segment, list);
        check_vbe(bios(0x4f01, 0, number, 0, SEG, (uint16_t)(uintptr_t)mode_info) == 0x4f && mode_info[0] & 1,
                  "4f01_knows_each_mode");
        check_vbe((uint32_t) * (uint16_t *)(mode_info + 0x10) * *(uint16_t *)(mode_info + 0x14) <= (uint32_t)memory
                                                                                                       << 16,
                  "4f01_modes_fit_the_memory");
        for (unsigned i = 0; i < sizeof scenes / sizeof scenes[0]; i++)
            if (scenes[i].mode == number) {
                known++;
                check_vbe(*(uint16_t *)(mode_info + 0x12) == scenes[i].width &&
                              *(uint16_t *)(mode_info + 0x14) == scenes[i].height && mode_info[0x19] == scenes[i].bpp,
                          "4f01_size_and_depth");
                break;
            }
    }
    check_vbe(listed && known == listed, "each_listed_mode_has_a_picture");
    check_vbe(listed < 47, "4f00_list_and_its_end_fit_47_words");
    check_vbe(segment == SEG && list + 2 <= (uint16_t)(uintptr_t)block + 512, "4f00_list_ends_in_the_block");
    for (unsigned i = 0; i < sizeof scenes / sizeof scenes[0]; i++)
        check_vbe(scenes[i].kind != VBE ||
                      bios(0x4f01, 0, scenes[i].mode, 0, SEG, (uint16_t)(uintptr_t)mode_info) == 0x4f,
                  "4f01_knows_the_modes_that_are_not_listed");
    check_vbe(vbe_call(0x4f01, 0, 0x1fd, 0).ax == 0x14f, "4f01_refuses_other_numbers");
    check_vbe(vbe_call(0x4f02, 0x1fd, 0, 0).ax == 0x14f, "4f02_refuses_other_numbers");
}

/* A program that does not say "VBE2" has room for 256 bytes (VBE 2.0, 4.3). */
static void vbe_short_block(void)
{
    for (unsigned i = 0; i < sizeof block; i++)
        block[i] = 0xa5;
    vbe_call(0x4f00, 0, 0, 0);
    unsigned end = (*(uint16_t *)(block + 14) - (uint16_t)(uintptr_t)block);
    while (end < 254 && *(uint16_t *)(block + end) != 0xffff)
        end += 2;
    check_vbe(end < 254, "4f00_list_ends_in_256_bytes");
    for (unsigned i = 256; i < sizeof block; i++)
        check_vbe(block[i] == 0xa5, "4f00_writes_256_bytes_only");
}

/* VBE/PM 1.0: a dark screen is bit 5 of the sequencer's clocking mode. */
static void vbe_saves_power(void)
{
    struct regs r = vbe_call(0x4f10, 0, 0, 0);
    check_vbe(r.ax == 0x4f && r.bx == 0x0710, "4f10_knows_three_states");
    for (unsigned state = 0; state < 6; state++) {
        int good = state <= 2 || state == 4;
        check_vbe(vbe_call(0x4f10, state << 8 | 1, 0, 0).ax == (good ? 0x4f : 0x14f), "4f10_sets_the_states_there_are");
        outb(0x3c4, 1);
        check_vbe(!good || !(inb(0x3c5) & 0x20) == (state == 0), "4f10_states_other_than_on_are_dark");
        check_vbe(!good || vbe_call(0x4f10, 2, 0, 0).bx >> 8 == state, "4f10_gives_the_state");
    }
    bios(0x0003, 0, 0, 0, 0, 0);
    outb(0x3c4, 1);
    check_vbe(!(inb(0x3c5) & 0x20) && vbe_call(0x4f10, 2, 0, 0).bx >> 8 == 0, "mode_set_turns_the_screen_on");
    check_vbe(vbe_call(0x4f10, 3, 0, 0).ax == 0x14f, "4f10_refuses_other_functions");
}

static void vbe_windows(void)
{
    check_vbe(vbe_call(0x4f02, 0x101, 0, 0).ax == 0x4f && vbe_call(0x4f03, 0, 0, 0).bx == 0x101, "4f03_gives_the_mode");
    check_vbe(vbe_call(0x4f05, 0, 0, 2).ax == 0x4f, "4f05_sets_the_window");
    poke8(0xa000, 0, 0x5a);
    check_vbe(vbe_call(0x4f05, 0x100, 0, 0).dx == 2, "4f05_gives_the_window");
    vbe_call(0x4f05, 0, 0, 0);
    check_vbe(peek8(0xa000, 0) == 0, "4f05_other_window_other_memory");
    bios(0x4f01, 0, 0x101, 0, SEG, (uint16_t)(uintptr_t)mode_info);
    __asm__ volatile("pushw %%ds\n\tpushal\n\tlcallw *%0\n\tpopal\n\tpopw %%ds"
                     :
                     : "m"(mode_info[12]), "b"(0), "d"(2)
                     : "memory");
    check_vbe(peek8(0xa000, 0) == 0x5a, "window_function_is_4f05_by_a_far_call");
    check_vbe(vbe_call(0x4f05, 1, 0, 0).ax == 0x14f && vbe_call(0x4f05, 0, 0, 0xfff0).ax == 0x14f,
              "4f05_refuses_window_b_and_beyond_memory");
    vbe_call(0x4f02, 0x4101, 0, 0);
    check_vbe(vbe_call(0x4f05, 0, 0, 1).ax == 0x34f, "4f05_is_invalid_in_a_linear_mode");
}

static void vbe_scrolls(void)
{
    vbe_call(0x4f02, 0x101, 0, 0);
    struct regs r = vbe_call(0x4f06, 1, 0, 0);
    check_vbe(r.ax == 0x4f && r.bx == 640 && r.cx == 640 && r.dx >= 480, "4f06_gives_the_line");
    r = vbe_call(0x4f06, 0, 1000, 0);
    check_vbe(r.ax == 0x4f && r.cx >= 1000 && r.bx == r.cx, "4f06_sets_pixels");
    r = vbe_call(0x4f06, 2, 800, 0);
    check_vbe(r.ax == 0x4f && r.bx == 800 && r.cx == 800, "4f06_sets_bytes");
    check_vbe(vbe_call(0x4f06, 0, 0xfff0, 0).ax == 0x24f, "4f06_refuses_what_the_display_cannot");
    check_vbe(vbe_call(0x4f06, 3, 0, 0).cx >= 800 && vbe_call(0x4f06, 1, 0, 0).cx == 800, "4f06_most_changes_nothing");
    check_vbe(vbe_call(0x4f07, 0, 16, 100).ax == 0x4f, "4f07_sets_the_start");
    r = vbe_call(0x4f07, 1, 0, 0);
    check_vbe(r.cx == 16 && r.dx == 100, "4f07_gives_the_start");
    check_vbe(vbe_call(0x4f07, 0x80, 8, 50).ax == 0x4f && vbe_call(0x4f07, 1, 0, 0).dx == 50, "4f07_in_the_retrace");
    check_vbe(vbe_call(0x4f07, 0, 0, 0xfff0).ax == 0x14f, "4f07_refuses_beyond_memory");
}

static void vbe_colours(void)
{
    check_vbe(vbe_call(0x4f08, 0x800, 0, 0).bx >> 8 == 8 && vbe_call(0x4f08, 1, 0, 0).bx >> 8 == 8, "4f08_8_bits");
    for (unsigned i = 0; i < 12; i++)
        block[i] = (i & 3) == 3 ? 0 : (uint8_t)(0xf3 - 7 * i);
    check_vbe(vbe_call(0x4f09, 0, 3, 10).ax == 0x4f, "4f09_sets_entries");
    for (unsigned i = 0; i < 16; i++)
        block[i] = 0xee;
    struct regs r = vbe_call(0x4f09, 1, 3, 10);
    int same = r.ax == 0x4f && block[12] == 0xee;
    for (unsigned i = 0; i < 12; i++)
        same &= block[i] == ((i & 3) == 3 ? 0 : (uint8_t)(0xf3 - 7 * i));
    check_vbe(same, "4f09_gives_entries_of_8_bits");
    check_vbe(vbe_call(0x4f09, 2, 1, 0).ax == 0x24f, "4f09_has_no_secondary_palette");
    outb(0x3c7, 10);
    check_vbe(inb(0x3c9) == (uint8_t)(0xf3 - 14), "4f09_order_is_blue_green_red");
}

/* Functions that restore: the mode, the line and the start come back, with the wide DAC. */
static void vbe_restores(void)
{
    struct regs r = vbe_call(0x4f04, 0, 15, 0);
    check_vbe(r.ax == 0x4f && r.bx && r.bx * 64 <= sizeof block, "4f04_gives_the_size");
    check_vbe(vbe_call(0x4f04, (uint16_t)(uintptr_t)block, 15, 1).ax == 0x4f, "4f04_saves");
    bios(3, 0, 0, 0, SEG, 0);
    check_vbe(vbe_call(0x4f03, 0, 0, 0).bx == 3, "4f03_gives_a_vga_mode");
    check_vbe(vbe_call(0x4f06, 1, 0, 0).ax != 0x4f, "4f06_needs_a_vbe_mode");
    check_vbe(vbe_call(0x4f04, (uint16_t)(uintptr_t)block, 15, 2).ax == 0x4f, "4f04_restores");
    check_vbe(vbe_call(0x4f03, 0, 0, 0).bx == 0x101 && vbe_call(0x4f06, 1, 0, 0).cx == 800 &&
                  vbe_call(0x4f07, 1, 0, 0).dx == 50,
              "4f04_restores_mode_line_and_start");
    outb(0x3c7, 10);
    check_vbe(vbe_call(0x4f08, 1, 0, 0).bx >> 8 == 8 && inb(0x3c9) == (uint8_t)(0xf3 - 14), "4f04_restores_the_dac");
    check_vbe(vbe_call(0x4f08, 0x600, 0, 0).bx >> 8 == 6, "4f08_6_bits");
    vbe_call(0x4f02, 0x111, 0, 0);
    check_vbe(vbe_call(0x4f08, 0x800, 0, 0).ax == 0x34f, "4f08_is_invalid_in_direct_colour");
    r = vbe_call(0x4f0a, 0, 0, 0);
    check_vbe(r.ax == 0x4f && r.cx > 8 && peek16(r.es, r.di) < r.cx && peek16(r.es, r.di + 2u) < r.cx &&
                  peek16(r.es, r.di + 4u) < r.cx,
              "4f0a_gives_a_table_of_routines");
}

static int draw(const struct scene *s)
{
    if (s->kind == VBE) {
        int good = vbe(s);
        set_dac();
        return good;
    }
    if (s->mode >= 0x100) {
        if (bios(0x4f02, s->mode, 0, 0, SEG, 0) != 0x4f)
            return 0;
    } else {
        bios(s->mode, 0, 0, 0, SEG, 0);
    }
    switch (s->kind) {
    case TEXT: text(s, 0xb800); break;
    case MONO_TEXT: text(s, 0xb000); break;
    case CGA4:
    case CGA2: cga(s); break;
    case PLANAR: planar(s); break;
    case LINEAR8:
        set_dac();
        linear8(s);
        break;
    default:
        set_dac();
        mode_x(s);
        break;
    }
    if (s->changes & SCROLLED && s->kind != LINEAR8)
        scroll(s);
    return 1;
}

void main(void);
void main(void)
{
    outb(COM1 + 3, 3); /* 8 bits, no parity */
    vbe_lists_modes();
    vbe_short_block();
    vbe_saves_power();
    vbe_windows();
    vbe_scrolls();
    vbe_colours();
    vbe_restores();
    for (unsigned i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
        struct regs r = {0};
        bios(3, 0, 0, 0, SEG, 0);
        say(draw(&scenes[i]) ? "ready " : "refused ");
        say(scenes[i].name);
        say("\n");
        r.flags = IF | 2;
        r.ds = r.es = SEG;
        intr(0x16, &r);
    }
    outb(0x501, failures ? 1 : 0);
}
