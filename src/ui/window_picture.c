/* SPDX-License-Identifier: MIT */
/*
 * The guest's picture in the window: a texture, of which a frame uploads the lines that changed. Where it is shown
 * larger by no whole factor, its pixels are repeated into a second texture, which a linear filter then brings to
 * size.
 */
#include "config.h"

#include "base/bits.h"
#include "ui/window_priv.h"

static void drop_sharp(struct window *w)
{
    if (w->sharp)
        SDL_DestroyTexture(w->sharp);
    w->sharp = NULL;
}

void window_free_picture(struct window *w)
{
    drop_sharp(w);
    if (w->texture)
        SDL_DestroyTexture(w->texture);
    w->texture = NULL;
}

void window_follow_picture(struct window *w)
{
    int nw, nh, ww, wh;
    if (!w->texture || w->full_screen || w->user_sized)
        return;
    window_natural(w->w, w->h, w->scaling, &nw, &nh);
    SDL_GetWindowSize(w->window, &ww, &wh);
    if (ww == nw && wh == nh)
        return;
    w->asked_at = SDL_GetTicks() | 1;
    SDL_SetWindowSize(w->window, nw, nh);
}

static bool new_size(struct window *w, uint32_t width, uint32_t height, struct error *err)
{
    SDL_Texture *t =
        SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING, (int)width, (int)height);
    if (!t)
        return error_set(err, "the display cannot show %u x %u pixels: %s", width, height, SDL_GetError());
    window_free_picture(w);
    w->texture = t;
    w->w = width;
    w->h = height;
    window_follow_picture(w);
    return true;
}

bool window_frame(struct window *w, const uint32_t *pixels, uint32_t width, uint32_t height, uint32_t y0, uint32_t y1,
                  struct error *err)
{
    if (!w->texture || width != w->w || height != w->h) {
        if (!new_size(w, width, height, err))
            return false;
        y0 = 0;
        y1 = height;
    }
    SDL_Rect lines = {0, (int)y0, (int)width, (int)(y1 - y0)};
    SDL_UpdateTexture(w->texture, &lines, pixels + (size_t)y0 * width, (int)width * 4);
    w->sharp_stale = w->dirty = true;
    return true;
}

struct window_rect window_picture(struct window *w)
{
    int rw, rh;
    SDL_GetRendererOutputSize(w->renderer, &rw, &rh);
    return window_fit(w->w, w->h, rw, rh, w->scaling);
}

/* The picture with its pixels repeated nx and ny times. NULL: the display has no room for it. */
static SDL_Texture *repeated(struct window *w, unsigned nx, unsigned ny)
{
    if (w->sharp && (w->sharp_nx != nx || w->sharp_ny != ny))
        drop_sharp(w);
    if (!w->sharp) {
        w->sharp = SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_TARGET, (int)(w->w * nx),
                                     (int)(w->h * ny));
        if (!w->sharp)
            return NULL;
        SDL_SetTextureBlendMode(w->sharp, SDL_BLENDMODE_NONE);
        SDL_SetTextureScaleMode(w->sharp, SDL_ScaleModeLinear);
        w->sharp_nx = nx;
        w->sharp_ny = ny;
        w->sharp_stale = true;
    }
    if (w->sharp_stale) {
        SDL_SetTextureScaleMode(w->texture, SDL_ScaleModeNearest);
        if (SDL_SetRenderTarget(w->renderer, w->sharp) < 0)
            return NULL;
        SDL_RenderCopy(w->renderer, w->texture, NULL, NULL);
        SDL_SetRenderTarget(w->renderer, NULL);
        w->sharp_stale = false;
    }
    return w->sharp;
}

void window_draw_picture(struct window *w)
{
    if (!w->texture)
        return;
    struct window_rect f = window_picture(w);
    SDL_Rect to = {f.x, f.y, f.w, f.h};
    SDL_Texture *from = w->texture;
    bool whole = f.w % (int)w->w == 0 && f.h % (int)w->h == 0;
    unsigned nx = window_sharpen(w->w, f.w), ny = window_sharpen(w->h, f.h);
    if (!whole && (nx > 1 || ny > 1))
        from = repeated(w, nx, ny);
    if (!from || from == w->texture) {
        from = w->texture;
        SDL_SetTextureScaleMode(from, whole ? SDL_ScaleModeNearest : SDL_ScaleModeLinear);
    }
    SDL_RenderCopy(w->renderer, from, NULL, &to);
}
