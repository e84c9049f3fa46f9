/* SPDX-License-Identifier: MIT */
/* The text screen by its cells, as LINK_CELLS's reply carries it. */
#ifndef VITRINE_LINK_CELLS_H
#define VITRINE_LINK_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CELLS_MAX_COLS = 512, CELLS_MAX_ROWS = 512 };

struct cells {
    bool text;            /* else a graphics mode of w x h pixels, or nothing (0 x 0) */
    uint32_t w, h;        /* columns and rows, or pixels */
    uint32_t x, y;        /* the cursor's cell; may lie outside */
    bool cursor;          /* shown */
    bool blink;           /* attribute bit 7 blinks; else it is the background's intensity */
    const uint8_t *cells; /* code (CP437) and attribute of each, row by row */
};

/* Decodes a reply; false where the machine's numbers do not fit. */
bool cells_get(const uint8_t *data, size_t len, struct cells *to);

#endif
