/* SPDX-License-Identifier: MIT */
/*
 * What the window draws over the guest's picture: the panel of what is asked, a text for a moment, the drives'
 * lights.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "ui/window_priv.h"

enum { SHINE_MS = 150, LIGHT_COLS = 3, LIGHT_GAP = 4 };
enum { SCREEN_W = 720, SCREEN_H = 400 /* a room in which a panel has its own size */ };
#define READ_PAPER  UINT32_C(0xff20a040)
#define WRITE_PAPER UINT32_C(0xffc03020)
#define LIGHT_INK   UINT32_C(0xffffffff)

/* --- Drawing --- */

static SDL_Texture *texture_of(struct window *w, const uint32_t *pixels, unsigned width, unsigned height)
{
    SDL_Texture *t =
        SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STATIC, (int)width, (int)height);
    if (!t)
        return NULL;
    SDL_UpdateTexture(t, NULL, pixels, (int)width * 4);
    SDL_SetTextureBlendMode(t, SDL_BLENDMODE_BLEND);
    SDL_SetTextureScaleMode(t, SDL_ScaleModeNearest);
    return t;
}

/* Twice as large where the room is, and so on. */
static int panel_scale(int rw, int rh)
{
    return MAX(MIN(rw / SCREEN_W, rh / SCREEN_H), 1);
}

void window_panel_changed(struct window *w)
{
    if (w->panel_texture)
        SDL_DestroyTexture(w->panel_texture);
    w->panel_texture = NULL;
    w->dirty = true;
}

static SDL_Texture *panel_texture(struct window *w, const struct panel *p)
{
    unsigned pw, ph;
    panel_size(p, &pw, &ph);
    uint32_t *pixels = malloc((size_t)pw * ph * 4);
    if (!pixels)
        return NULL;
    panel_draw(p, pixels);
    SDL_Texture *t = texture_of(w, pixels, pw, ph);
    free(pixels);
    return t;
}

/* In the middle, its lower edge at `bottom`; the whole of it, smaller if need be. */
static SDL_Rect place_panel(const struct panel *p, SDL_Texture *t, int rw, int bottom, int scale)
{
    unsigned pw, ph;
    panel_size(p, &pw, &ph);
    int w = (int)pw * scale, h = (int)ph * scale;
    bool small = w > rw || h > bottom;
    if (w > rw) {
        h = h * rw / w;
        w = rw;
    }
    if (h > bottom) {
        w = w * bottom / h;
        h = bottom;
    }
    if (t)
        SDL_SetTextureScaleMode(t, small ? SDL_ScaleModeLinear : SDL_ScaleModeNearest);
    return (SDL_Rect){(rw - w) / 2, bottom - h, w, h};
}

static void draw_panel(struct window *w, int rw, int rh)
{
    int scale = panel_scale(rw, rh);
    unsigned pw, ph;
    if (w->overlay == OVERLAY_MENU && !w->panel_texture)
        window_layout_menu(w, (unsigned)(rh / (PANEL_CELL_H * scale)) - 2);
    panel_size(&w->panel, &pw, &ph);
    if (!w->panel_texture)
        w->panel_texture = panel_texture(w, &w->panel);
    w->panel_at = place_panel(&w->panel, w->panel_texture, rw, rh - MAX(rh - (int)ph * scale, 0) / 2, scale);
    if (w->panel_texture)
        SDL_RenderCopy(w->renderer, w->panel_texture, NULL, &w->panel_at);
}

/* --- A text for a moment --- */

static bool toast_stands(const struct window *w)
{
    return w->toast.until && !SDL_TICKS_PASSED(SDL_GetTicks(), w->toast.until);
}

static void drop_toast(struct window *w)
{
    if (w->toast.texture)
        SDL_DestroyTexture(w->toast.texture);
    w->toast.texture = NULL;
}

void window_toast(struct window *w, const char *text, uint32_t ms)
{
    drop_toast(w);
    panel_clear(&w->toast.panel);
    panel_add(&w->toast.panel, text);
    w->toast.until = SDL_GetTicks() + ms;
    w->toast.until += !w->toast.until;
    w->dirty = true;
}

int window_toast_ms(struct window *w)
{
    if (!w->toast.until)
        return -1;
    if (toast_stands(w))
        return (int)(w->toast.until - SDL_GetTicks());
    w->toast.until = 0;
    drop_toast(w);
    w->dirty = true;
    return -1;
}

static void draw_toast(struct window *w, int rw, int rh)
{
    int scale = panel_scale(rw, rh);
    if (!w->toast.texture)
        w->toast.texture = panel_texture(w, &w->toast.panel);
    SDL_Rect to = place_panel(&w->toast.panel, w->toast.texture, rw, rh - PANEL_CELL_H * scale, scale);
    if (w->toast.texture)
        SDL_RenderCopy(w->renderer, w->toast.texture, NULL, &to);
}

static const char *const light_names[WINDOW_LIGHTS] = {"hda", "hdb", "hdc", "hdd", "fda", "fdb"};

/* All lights in one texture: a row for reading, a row for writing. */
static void make_lights(struct window *w)
{
    enum { W = LIGHT_COLS * PANEL_CELL_W };
    unsigned width = W * WINDOW_LIGHTS;
    uint32_t *pixels = malloc((size_t)width * 2 * PANEL_CELL_H * 4);
    if (!pixels)
        return;
    for (unsigned i = 0; i < WINDOW_LIGHTS; i++) {
        panel_draw_text(light_names[i], LIGHT_INK, READ_PAPER, pixels + i * W, width);
        panel_draw_text(light_names[i], LIGHT_INK, WRITE_PAPER, pixels + (size_t)width * PANEL_CELL_H + i * W, width);
    }
    w->light_texture = texture_of(w, pixels, width, 2 * PANEL_CELL_H);
    free(pixels);
}

static bool shines(uint32_t until)
{
    return until && !SDL_TICKS_PASSED(SDL_GetTicks(), until);
}

static void draw_lights(struct window *w, int rw, int rh)
{
    enum { W = LIGHT_COLS * PANEL_CELL_W };
    if (!w->light_texture)
        make_lights(w);
    int x = rw - LIGHT_GAP;
    for (unsigned i = WINDOW_LIGHTS; i-- > 0;) {
        bool writes = shines(w->light[i].write_until);
        if (!writes && !shines(w->light[i].read_until))
            continue;
        x -= W + LIGHT_GAP;
        SDL_Rect from = {(int)i * W, writes ? PANEL_CELL_H : 0, W, PANEL_CELL_H};
        SDL_Rect to = {x, rh - PANEL_CELL_H - LIGHT_GAP, W, PANEL_CELL_H};
        if (w->light_texture)
            SDL_RenderCopy(w->renderer, w->light_texture, &from, &to);
    }
}

void window_draw_overlay(struct window *w)
{
    int rw, rh;
    SDL_GetRendererOutputSize(w->renderer, &rw, &rh);
    if (!w->lights_off)
        draw_lights(w, rw, rh);
    if (w->overlay)
        draw_panel(w, rw, rh);
    else if (toast_stands(w))
        draw_toast(w, rw, rh);
}

void window_lights(struct window *w, uint8_t reads, uint8_t writes)
{
    uint32_t until = SDL_GetTicks() + SHINE_MS;
    until += !until;
    for (unsigned i = 0; i < WINDOW_LIGHTS; i++) {
        if (reads & BIT(i))
            w->light[i].read_until = until;
        if (writes & BIT(i))
            w->light[i].write_until = until;
    }
    w->dirty |= !w->lights_off && (reads | writes);
}

bool window_lights_shine(struct window *w)
{
    bool any = false;
    for (unsigned i = 0; i < WINDOW_LIGHTS; i++) {
        uint32_t *until[2] = {&w->light[i].read_until, &w->light[i].write_until};
        for (unsigned k = 0; k < 2; k++) {
            if (*until[k] && !shines(*until[k])) {
                *until[k] = 0;
                w->dirty |= !w->lights_off;
            }
            any |= *until[k] != 0;
        }
    }
    return any;
}

void window_overlay_free(struct window *w)
{
    if (w->panel_texture)
        SDL_DestroyTexture(w->panel_texture);
    if (w->light_texture)
        SDL_DestroyTexture(w->light_texture);
    drop_toast(w);
    w->panel_texture = w->light_texture = NULL;
}
