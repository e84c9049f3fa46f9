/* SPDX-License-Identifier: MIT */
/* The bench that the VGA is tested on. */
#include "tests/dev/vga_rig.h"

#include <stdlib.h>

struct bench b;

static uint32_t *begin(void *ctx, uint32_t w, uint32_t h, uint32_t *stride)
{
    struct bench *t = ctx;
    t->w = w;
    t->h = h;
    *stride = SURFACE_MAX_W;
    return t->pixels[t->back];
}

static void end(void *ctx, uint32_t y0, uint32_t y1)
{
    struct bench *t = ctx;
    t->y0 = y0;
    t->y1 = y1;
    t->back ^= 1;
    t->frames++;
}

uint32_t pixel(uint32_t x, uint32_t y)
{
    return b.pixels[b.back ^ 1][y * SURFACE_MAX_W + x];
}

void setup(void)
{
    struct error err = {{0}};
    memset(&b, 0, sizeof b);
    clock_init(&b.clock);
    b.bus = (struct bus){.mem = mem_create(), .ports = port_space_create(), .clock = &b.clock, .log = &b.log};
    for (int i = 0; i < 2; i++)
        b.pixels[i] = calloc(SURFACE_MAX_W * SURFACE_MAX_H, 4);
    ck_assert_msg(mem_add_block(b.bus.mem, "ram", BLOCK_RAM, 3, &err), "%s", err.text); /* video memory is not first */
    b.vga = dev_new(&vga_class, "vga", &b.bus);
    b.vga->surface = (struct surface){.ctx = &b, .begin = begin, .end = end};
    ck_assert_msg(dev_realize(&b.vga->dev, &err), "%s", err.text);
}

void teardown(void)
{
    dev_free(&b.vga->dev);
    port_space_destroy(b.bus.ports);
    mem_destroy(b.bus.mem);
    clock_free(&b.clock);
    free(b.pixels[0]);
    free(b.pixels[1]);
}

void out8(uint16_t port, uint8_t v)
{
    port_out(b.bus.ports, port, 1, v, INIT_CPU0);
}
void out16(uint16_t port, uint16_t v)
{
    port_out(b.bus.ports, port, 2, v, INIT_CPU0);
}
uint8_t in8(uint16_t port)
{
    return (uint8_t)port_in(b.bus.ports, port, 1, INIT_CPU0);
}
uint16_t in16(uint16_t port)
{
    return (uint16_t)port_in(b.bus.ports, port, 2, INIT_CPU0);
}
void seq(uint8_t i, uint8_t v)
{
    out16(0x3c4, (uint16_t)(v << 8 | i));
}
void gfx(uint8_t i, uint8_t v)
{
    out16(0x3ce, (uint16_t)(v << 8 | i));
}
void crtc(uint8_t i, uint8_t v)
{
    out16(0x3d4, (uint16_t)(v << 8 | i));
}
void attr(uint8_t i, uint8_t v)
{
    in8(0x3da);
    out8(0x3c0, i);
    out8(0x3c0, v);
    out8(0x3c0, 0x20);
}
void dispi(uint16_t i, uint16_t v)
{
    out16(0x1ce, i);
    out16(0x1cf, v);
}
uint16_t dispi_get(uint16_t i)
{
    out16(0x1ce, i);
    return in16(0x1cf);
}
void poke(uint32_t a, uint8_t v)
{
    phys_store(b.bus.mem, a, 1, v, INIT_CPU0);
}
uint8_t peek(uint32_t a)
{
    return (uint8_t)phys_load(b.bus.mem, a, 1, INIT_CPU0);
}
uint8_t vram(uint32_t a)
{
    return ram_ptr(b.bus.mem, b.vga->vram_page + (a >> PAGE_BITS))[a & PAGE_OFFSET_MASK];
}
void lfb(uint32_t a, uint8_t v)
{
    mem_store(b.bus.mem, b.vga->vram_page + (a >> PAGE_BITS), a & PAGE_OFFSET_MASK, 1, &v);
}
void frame(void)
{
    vga_draw(b.vga);
}

const uint8_t crtc_3[25] = {0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0,    0x4f, 0x0d, 0x0e, 0,
                            0,    0,    0,    0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff};
const uint8_t crtc_12[25] = {0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0x0b, 0x3e, 0,    0x40, 0,    0,   0,
                             0,    0,    0,    0xea, 0x8c, 0xdf, 0x28, 0,    0xe7, 4,    0xe3, 0xff};
const uint8_t crtc_13[25] = {0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0xbf, 0x1f, 0,    0x41, 0,    0,   0,
                             0,    0,    0,    0x9c, 0x8e, 0x8f, 0x28, 0x40, 0x96, 0xb9, 0xa3, 0xff};

void set_mode(uint8_t misc, uint8_t s1, uint8_t s2, uint8_t s4, const uint8_t *c, uint8_t g5, uint8_t g6, uint8_t a10,
              uint8_t a13)
{
    out8(0x3c2, misc);
    seq(0, 3);
    seq(1, s1);
    seq(2, s2);
    seq(3, 0);
    seq(4, s4);
    crtc(0x11, 0);
    for (uint8_t i = 0; i < 25; i++)
        crtc(i, c[i]);
    for (uint8_t i = 0; i < 5; i++)
        gfx(i, 0);
    gfx(5, g5);
    gfx(6, g6);
    gfx(7, 15);
    gfx(8, 0xff);
    for (uint8_t i = 0; i < 16; i++)
        attr(i, i);
    attr(0x10, a10);
    attr(0x11, 0);
    attr(0x12, 15);
    attr(0x13, a13);
    attr(0x14, 0);
    out8(0x3c6, 0xff);
    out8(0x3c8, 0);
    for (int i = 0; i < 256; i++) { /* entry n: red n & 63, green 0, blue 63 - (n & 63) */
        out8(0x3c9, i & 63);
        out8(0x3c9, 0);
        out8(0x3c9, 63 - (i & 63));
    }
}
void text_mode(void)
{
    set_mode(0x67, 0, 3, 2, crtc_3, 0x10, 0x0e, 0x0c, 8);
}
void planar_mode(void)
{
    set_mode(0xe3, 1, 15, 6, crtc_12, 0, 5, 1, 0);
}
void mode_13h(void)
{
    set_mode(0x63, 1, 15, 0x0e, crtc_13, 0x40, 5, 0x41, 0);
}

uint32_t dac_rgb(unsigned n)
{
    unsigned r = n & 63, bl = 63 - (n & 63);
    return (r << 2 | r >> 4) << 16 | (bl << 2 | bl >> 4);
}
