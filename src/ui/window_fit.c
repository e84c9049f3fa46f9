/* SPDX-License-Identifier: MIT */
/* The arithmetic of scaling: the shape that a monitor gives a mode, whole multiples, and how a picture stays sharp. */
#include "ui/window.h"

#include "base/bits.h"

/* VGA modes without square pixels: a monitor of their time shows all of them over its whole 4:3
 * screen. */
static bool fills_4_to_3(uint32_t w, uint32_t h)
{
    return (w == 320 || w == 360 || w == 640 || w == 720) && (h == 200 || h == 240 || h == 350 || h == 400 || h == 480);
}

static struct window_rect centred(int w, int h, int rw, int rh)
{
    return (struct window_rect){(rw - w) / 2, (rh - h) / 2, w, h};
}

/* The largest rectangle of shape nw:nh in the room. */
static struct window_rect largest(int64_t nw, int64_t nh, int rw, int rh)
{
    if (rw * nh <= rh * nw)
        return centred(rw, (int)MAX(rw * nh / nw, (int64_t)1), rw, rh);
    return centred((int)MAX(rh * nw / nh, (int64_t)1), rh, rw, rh);
}

struct window_rect window_fit(uint32_t w, uint32_t h, int rw, int rh, enum window_scaling how)
{
    rw = MAX(rw, 1);
    rh = MAX(rh, 1);
    if (how == SCALING_AUTO && rw == (int)w && rh == (int)h)
        return centred(rw, rh, rw, rh);
    if (how != SCALING_WHOLE)
        return fills_4_to_3(w, h) ? largest(4, 3, rw, rh) : largest(w, h, rw, rh);
    int n = MIN(rw / (int)w, rh / (int)h);
    if (n < 1)
        return largest(w, h, rw, rh);
    return centred((int)w * n, (int)h * n, rw, rh);
}

void window_natural(uint32_t w, uint32_t h, enum window_scaling how, int *nw, int *nh)
{
    *nw = (int)w;
    *nh = (int)h;
    if (how != SCALING_MONITOR || !fills_4_to_3(w, h))
        return;
    if (w * 3 >= h * 4)
        *nh = (int)w * 3 / 4;
    else
        *nw = (int)h * 4 / 3;
}

unsigned window_sharpen(uint32_t from, int to)
{
    if (to <= (int)from)
        return 1;
    return ((unsigned)to + from - 1) / from;
}
