/* SPDX-License-Identifier: MIT */
/* What is done to the VGA between modes: registers, video memory by its windows, reading, looking at the picture. */
#include "fuzz.h"

enum { WINDOW = 0xa0000, TEXT = 0xb8000, MONO_TEXT = 0xb0000 };
#define MILLISECOND UINT64_C(1000000)

/* Ports 3Bxh or 3Dxh, as miscellaneous output has it. */
static uint16_t base(struct side *s)
{
    return rd(s, 0x3cc, 1) & 1 ? 0x3d0 : 0x3b0;
}

void vga_set(struct side *s, unsigned block, unsigned index, uint8_t v)
{
    uint16_t crtc = base(s);
    switch (block) {
    case VGA_SEQ:
        wr(s, 0x3c4, 1, index);
        wr(s, 0x3c5, 1, v);
        break;
    case VGA_GFX: wr(s, 0x3ce, 2, (index & 0xff) | (uint32_t)v << 8); break;
    case VGA_CRTC:
        wr(s, crtc + 4, 1, index);
        wr(s, crtc + 5, 1, v);
        break;
    default:
        rd(s, crtc + 10, 1); /* the flip-flop */
        wr(s, 0x3c0, 1, index & 0x1f);
        wr(s, 0x3c0, 1, v);
        wr(s, 0x3c0, 1, 0x20);
        break;
    }
}

static const struct {
    uint8_t block, index;
} knobs[] = {
    {VGA_CRTC, 0x08}, {VGA_CRTC, 0x09}, {VGA_CRTC, 0x0a}, {VGA_CRTC, 0x0b}, {VGA_CRTC, 0x0c}, {VGA_CRTC, 0x0d},
    {VGA_CRTC, 0x0e}, {VGA_CRTC, 0x0f}, {VGA_CRTC, 0x13}, {VGA_CRTC, 0x14}, {VGA_CRTC, 0x17}, {VGA_CRTC, 0x18},
    {VGA_CRTC, 0x07}, {VGA_CRTC, 0x01}, {VGA_CRTC, 0x12}, {VGA_SEQ, 0x01},  {VGA_SEQ, 0x02},  {VGA_SEQ, 0x03},
    {VGA_SEQ, 0x04},  {VGA_GFX, 0x00},  {VGA_GFX, 0x01},  {VGA_GFX, 0x02},  {VGA_GFX, 0x03},  {VGA_GFX, 0x04},
    {VGA_GFX, 0x05},  {VGA_GFX, 0x06},  {VGA_GFX, 0x07},  {VGA_GFX, 0x08},  {VGA_ATTR, 0x10}, {VGA_ATTR, 0x12},
    {VGA_ATTR, 0x13}, {VGA_ATTR, 0x14}, {VGA_ATTR, 0x01}, {VGA_CRTC, 0x02}, {VGA_CRTC, 0x15}, {VGA_CRTC, 0x16},
};

/* p: up to four of: a register that scrolls, splits, blinks, chooses planes; or a colour, or any. */
void op_vga_register(struct side *s, const uint8_t *p)
{
    for (unsigned i = 0; i < 1 + (p[0] & 3u); i++) {
        const uint8_t *q = p + 1 + 3 * i;
        if (p[0] & 0x0c) {
            unsigned k = q[0] % ARRAY_LEN(knobs);
            uint8_t v = q[2] & 1 ? q[1] : q[1] & 15;
            if (knobs[k].block == VGA_CRTC && knobs[k].index == 7)
                vga_set(s, VGA_CRTC, 0x11, 0x0e);
            vga_set(s, knobs[k].block, knobs[k].index, v);
        } else if (p[0] & 0x10) {
            wr(s, 0x3c7 + (q[0] & 1u), 1, q[1]);
            for (unsigned n = 0; n < 5; n++)
                if (q[0] & 1)
                    wr(s, 0x3c9, 1, q[2]);
                else
                    rd(s, 0x3c9, 1);
            wr(s, 0x3c6, 1, q[0] & 2 ? 0xff : q[2]);
        } else if (p[0] & 0x20) {
            vga_set(s, q[0] % 4, q[1], q[2]);
        } else {
            wr(s, 0x3c2, 1, q[1] | 2);
        }
    }
}

static uint64_t window_address(struct side *s, const uint8_t *p)
{
    uint32_t at = p[4] & 2 ? p[2] : ld16(p + 2);
    switch (s->m->vga ? rd(s, 0x3ce, 1), p[0] & 7 : 0) {
    case 0: return WINDOW + at + (p[4] & 1 ? 0x10000u : 0);
    case 1:
    case 2: return MONO_TEXT + at % 0x8000;
    case 3: return WINDOW + at;
    default: return TEXT + at % 0x1000; /* the page that is shown */
    }
}

/* p: 0 where; 1 how (width, write mode, font, step); 2-4 address; 5 count; 6 data. */
void op_vga_draw(struct side *s, const uint8_t *p)
{
    uint64_t at = window_address(s, p);
    unsigned width = 1u << p[1] % 3;
    struct rng r = {ld32(p + 6) + UINT64_C(1)};
    uint32_t character = rnd(&r) & 0xffff;
    if (p[1] & 0x80 && p[1] & 0x40) { /* a font goes to plane 2 */
        vga_set(s, VGA_SEQ, 2, 4);
        vga_set(s, VGA_SEQ, 4, 6);
        vga_set(s, VGA_GFX, 5, 0);
        vga_set(s, VGA_GFX, 6, 4);
        at = WINDOW + (ld16(p + 2) & 0x7fff);
    }
    for (unsigned i = 0; i < p[5] * 2u; i++, at += p[1] & 0x20 ? 85 : width) {
        if (p[1] & 4)
            mmio_rd(s, at, width); /* the latches */
        mmio_wr(s, at, width, p[1] & 8 ? rnd(&r) : character * 0x10001);
    }
    if (p[1] & 0x80 && p[1] & 0x40) {
        vga_set(s, VGA_SEQ, 2, 3);
        vga_set(s, VGA_SEQ, 4, 2);
        vga_set(s, VGA_GFX, 5, 0x10);
        vga_set(s, VGA_GFX, 6, 0x0e);
    }
}

/* The linear frame buffer (not while text is shown: a LIMIT of the display) and the registers' second home. */
void op_vga_linear(struct side *s, const uint8_t *p)
{
    uint32_t bar = mem_bar(s, VGA_FN, p[0] & 1 ? 0 : 2);
    unsigned width = 1u << p[1] % 3;
    struct rng r = {ld32(p + 8) + UINT64_C(1)};
    if (!bar || !(cfg_rd(s, VGA_FN, 4, 2) & 2))
        return;
    for (unsigned i = 0; i < 1 + p[2] % 64u; i++) {
        uint32_t at = p[0] & 1 ? (ld32(p + 3) & 0xfffff) + i * (p[7] * 16u) : 0x400 + (rnd(&r) & 0x1ff);
        if (p[0] & 1)
            s->pure_video = false;
        if (p[1] & 0x80)
            mmio_rd(s, bar + at, width);
        else
            mmio_wr(s, bar + at, width, rnd(&r));
    }
}

void op_vga_read(struct side *s, const uint8_t *p)
{
    uint16_t crtc = base(s);
    struct buf text = {0};
    switch (p[0] % 4) {
    case 0:
        for (uint16_t port = 0x3b4; port < 0x3e0; port++)
            rd(s, port, 1);
        for (unsigned i = 0; i < 5; i++)
            rd(s, crtc + 10, 1), pass(s, p[1] * UINT64_C(10000));
        break;
    case 1:
        for (unsigned i = 0; i < 0x40; i++) {
            wr(s, crtc + 4, 1, i);
            rd(s, crtc + 5, 1);
            wr(s, 0x3c4, 1, i);
            rd(s, 0x3c5, 1);
            wr(s, 0x3ce, 1, i);
            rd(s, 0x3cf, 1);
        }
        break;
    case 2:
        for (unsigned i = 0; i < 64; i++)
            mmio_rd(s, window_address(s, p + 1) + i * 4u, 1u << p[8] % 3);
        break;
    default: break;
    }
    machine_text_screen(s->m, &text);
    machine_text_cells(s->m, &text);
    for (size_t i = 0; i < text.len; i++)
        note(s, "the text screen's byte", i, text.data[i]);
    note(s, "text mode", 0, machine_in_text_mode(s->m));
    buf_free(&text);
}

/* A frame later both machines show the same; in text modes drawn anew, unless only the display was touched. */
void op_picture(struct side *s, const uint8_t *p)
{
    if (machine_in_text_mode(s->m) && !s->pure_video) {
        machine_redraw(s->m);
        s->pure_video = true;
    }
    s->picture = pass(s, 120 * MILLISECOND);
    if (p[0] % 8 == 0) {
        struct buf pixels = {0};
        uint32_t w, h;
        machine_screenshot(s->m, &pixels, &w, &h);
        note(s, "the width", 0, w);
        note(s, "the height", 0, h);
        buf_free(&pixels);
    }
}
