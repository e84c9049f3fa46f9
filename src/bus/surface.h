/* SPDX-License-Identifier: MIT */
/*
 * The picture as the front end shows it: double-buffered pixels in memory that both processes map, flipped at the
 * virtual retrace.
 */
#ifndef VITRINE_BUS_SURFACE_H
#define VITRINE_BUS_SURFACE_H

#include <stdint.h>

#define SURFACE_MAX_W 2560u
#define SURFACE_MAX_H 1600u

struct surface {
    void *ctx;
    /*
     * Begins a frame of w x h XRGB8888 pixels (1..SURFACE_MAX_*): gives where to draw and the stride in pixels. The
     * buffer holds the frame before the last one; call it only when something changed. NULL: nobody looks, do not draw.
     */
    uint32_t *(*begin)(void *ctx, uint32_t w, uint32_t h, uint32_t *stride);
    /* The frame is complete; lines [y0, y1) differ from the frame shown before. */
    void (*end)(void *ctx, uint32_t y0, uint32_t y1);
};

#endif
