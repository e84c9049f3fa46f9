/* SPDX-License-Identifier: MIT */
/* The text screen by its cells, checked where it arrives. */
#include "link/cells.h"

#include "base/bits.h"
#include "base/buf.h"

bool cells_get(const uint8_t *data, size_t len, struct cells *to)
{
    struct reader r = {data, data + len, false};
    uint8_t flags = get8(&r);
    to->text = flags & 1;
    to->cursor = flags & 2;
    to->blink = flags & 4;
    to->w = get32(&r);
    to->h = get32(&r);
    to->x = get32(&r);
    to->y = get32(&r);
    to->cells = r.p;
    if (r.bad)
        return false;
    size_t left = (size_t)(r.end - r.p);
    if (!to->text)
        return left == 0;
    return to->w >= 1 && to->w <= CELLS_MAX_COLS && to->h >= 1 && to->h <= CELLS_MAX_ROWS &&
           left == (size_t)to->w * to->h * 2;
}
