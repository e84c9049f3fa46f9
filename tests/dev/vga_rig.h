/* SPDX-License-Identifier: MIT */
/* The bench that the VGA's rules are tested on: a bus with nothing but the display on it, a surface that keeps the
 * picture, registers by their names. */
#ifndef VITRINE_TESTS_DEV_VGA_RIG_H
#define VITRINE_TESTS_DEV_VGA_RIG_H

#include <check.h>

#include "base/bits.h"
#include "devices/video/vga.h"

struct bench {
    struct bus bus;
    struct clock clock;
    struct guest_log log;
    struct vga *vga;
    uint32_t *pixels[2];
    unsigned back, frames;
    uint32_t w, h, y0, y1;
};
extern struct bench b;

/* The Bochs VBE interface's registers, and bits of VBE_ENABLE. */
enum {
    VBE_ID = 0,
    VBE_XRES = 1,
    VBE_YRES = 2,
    VBE_BPP = 3,
    VBE_ENABLE = 4,
    VBE_BANK = 5,
    VBE_VIRT_WIDTH = 6,
    VBE_VIRT_HEIGHT = 7,
    VBE_X_OFFSET = 8,
    VBE_Y_OFFSET = 9,
    VBE_MEMORY_64K = 10
};
enum { VBE_ENABLED = 0x01, VBE_GETCAPS = 0x02, VBE_8BIT_DAC = 0x20, VBE_LFB = 0x40, VBE_NOCLEAR = 0x80 };

uint32_t pixel(uint32_t x, uint32_t y);
void setup(void);
void teardown(void);
void out8(uint16_t port, uint8_t v);
void out16(uint16_t port, uint16_t v);
uint8_t in8(uint16_t port);
uint16_t in16(uint16_t port);
void seq(uint8_t i, uint8_t v);
void gfx(uint8_t i, uint8_t v);
void crtc(uint8_t i, uint8_t v);
void attr(uint8_t i, uint8_t v);
void dispi(uint16_t i, uint16_t v);
uint16_t dispi_get(uint16_t i);
void poke(uint32_t a, uint8_t v);
uint8_t peek(uint32_t a);
uint8_t vram(uint32_t a);
void lfb(uint32_t a, uint8_t v);
void frame(void);
void set_mode(uint8_t misc, uint8_t s1, uint8_t s2, uint8_t s4, const uint8_t *c, uint8_t g5, uint8_t g6, uint8_t a10,
              uint8_t a13);
void text_mode(void);
void planar_mode(void);
void mode_13h(void);
uint32_t dac_rgb(unsigned n);

/* Register values of IBM's modes 3, 12h and 13h. */
extern const uint8_t crtc_3[25], crtc_12[25], crtc_13[25];

TCase *vga_window_tests(void);
TCase *vga_blank_tests(void);
TCase *vga_memory_tests(void);
TCase *vga_picture_tests(void);
TCase *vga_register_tests(void);
TCase *vga_text_tests(void);
TCase *vga_beam_tests(void);
TCase *vga_vbe_tests(void);

#endif
