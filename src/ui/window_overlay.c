/* SPDX-License-Identifier: MIT */
/* What the window draws over the guest's picture: help, menus, a line to fill in, the drives'
 * lights. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "ui/window_priv.h"

enum { SHINE_MS = 150, LIGHT_COLS = 3, LIGHT_GAP = 4 };
#define READ_PAPER  UINT32_C(0xff20a040)
#define WRITE_PAPER UINT32_C(0xffc03020)
#define LIGHT_INK   UINT32_C(0xffffffff)

/* --- Panels --- */

static void changed(struct window *w)
{
    if (w->panel_texture)
        SDL_DestroyTexture(w->panel_texture);
    w->panel_texture = NULL;
    w->dirty = true;
}

static void show(struct window *w, enum overlay what)
{
    if (w->overlay == OVERLAY_NONE && what != OVERLAY_NONE) {
        window_set_grab(w, false);
        window_release_all(w);
    }
    if (what == OVERLAY_ASK)
        SDL_StartTextInput();
    else if (w->overlay == OVERLAY_ASK)
        SDL_StopTextInput();
    w->overlay = what;
    window_show_cursor(w);
    changed(w);
}

void window_help(struct window *w)
{
    static const char *const lines[] = {
        "Keys, with Ctrl and the left Alt:",
        "",
        "G  grab or release the mouse and the keyboard (a click grabs too)",
        "F  full screen",
        "A  whole pixels, or the shape that a monitor gives the mode",
        "U  the window's size back to one pixel for each of the guest's",
        "L  disk lights on or off",
        "M  menu of media: CDs and diskettes (or drop a file on the window)",
        "V  type the clipboard's text",
        "C  copy the text screen to the clipboard",
        "S  screenshot in the current folder",
        "P  pause, go on",
        "W  warp: as fast as it goes",
        "+  and -  the speed limit, in steps",
        "Q  end the machine",
        "",
        "Esc or a click closes this.",
    };
    panel_clear(&w->panel);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        panel_add(&w->panel, lines[i]);
    show(w, OVERLAY_HELP);
}

void window_menu(struct window *w, const char *title, const char *const *items, unsigned n)
{
    panel_clear(&w->panel);
    panel_add(&w->panel, title);
    panel_add(&w->panel, "");
    w->menu_first = w->panel.lines;
    for (unsigned i = 0; i < n; i++)
        panel_add(&w->panel, items[i]);
    w->menu_items = w->panel.lines - w->menu_first;
    panel_add(&w->panel, "");
    panel_add(&w->panel, "Up, Down, Enter; Esc closes");
    w->panel.selected = w->menu_items ? (int)w->menu_first : -1;
    show(w, OVERLAY_MENU);
}

/* The end of a line that does not fit is what is being typed. */
static void draw_ask(struct window *w)
{
    size_t n = strlen(w->ask), room = PANEL_COLS - 3;
    char line[PANEL_COLS + 1];
    snprintf(line, sizeof line, "> %s_", w->ask + (n > room ? n - room : 0));
    panel_clear(&w->panel);
    panel_add(&w->panel, w->ask_title);
    panel_add(&w->panel, "");
    panel_add(&w->panel, line);
    panel_add(&w->panel, "");
    panel_add(&w->panel, "Enter does it, Tab pastes the clipboard, Esc gives it up");
    changed(w);
}

void window_ask(struct window *w, const char *title, const char *initial)
{
    snprintf(w->ask_title, sizeof w->ask_title, "%s", title);
    snprintf(w->ask, sizeof w->ask, "%s", initial);
    show(w, OVERLAY_ASK);
    draw_ask(w);
}

static void choose(struct window *w, int line)
{
    int item = line - (int)w->menu_first;
    if (item < 0 || item >= (int)w->menu_items)
        return;
    show(w, OVERLAY_NONE);
    w->ops->chosen(w->ctx, (unsigned)item);
}

static void menu_key(struct window *w, SDL_Keycode k)
{
    int last = (int)(w->menu_first + w->menu_items) - 1;
    if (k == SDLK_UP && w->panel.selected > (int)w->menu_first)
        w->panel.selected--;
    else if (k == SDLK_DOWN && w->panel.selected < last)
        w->panel.selected++;
    else if (k == SDLK_RETURN || k == SDLK_KP_ENTER) {
        choose(w, w->panel.selected);
        return;
    }
    changed(w);
}

static void ask_add(struct window *w, const char *text)
{
    size_t n = strlen(w->ask);
    snprintf(w->ask + n, sizeof w->ask - n, "%s", text);
    w->ask[strcspn(w->ask, "\r\n")] = 0;
    draw_ask(w);
}

static void ask_key(struct window *w, SDL_Keycode k)
{
    size_t n = strlen(w->ask);
    if (k == SDLK_RETURN || k == SDLK_KP_ENTER) {
        show(w, OVERLAY_NONE);
        w->ops->entered(w->ctx, w->ask);
    } else if (k == SDLK_BACKSPACE && n) {
        do /* a whole character of UTF-8 */
            n--;
        while (n && (w->ask[n] & 0xc0) == 0x80);
        w->ask[n] = 0;
        draw_ask(w);
    } else if (k == SDLK_TAB) {
        char *text = SDL_GetClipboardText();
        ask_add(w, text ? text : "");
        SDL_free(text);
    }
}

static void click(struct window *w, const SDL_MouseButtonEvent *e)
{
    int ww, wh, rw, rh;
    SDL_GetWindowSize(w->window, &ww, &wh);
    SDL_GetRendererOutputSize(w->renderer, &rw, &rh);
    SDL_Point at = {e->x * rw / MAX(ww, 1), e->y * rh / MAX(wh, 1)};
    if (w->overlay == OVERLAY_HELP || !SDL_PointInRect(&at, &w->panel_at))
        show(w, OVERLAY_NONE);
    else if (w->overlay == OVERLAY_MENU)
        choose(w, (at.y - w->panel_at.y) / PANEL_CELL_H - 1);
}

void window_overlay_event(struct window *w, const SDL_Event *e)
{
    if (e->type == SDL_MOUSEBUTTONDOWN) {
        click(w, &e->button);
    } else if (e->type == SDL_TEXTINPUT && w->overlay == OVERLAY_ASK) {
        ask_add(w, e->text.text);
    } else if (e->type == SDL_KEYDOWN) {
        SDL_Keycode k = e->key.keysym.sym;
        if (k == SDLK_ESCAPE)
            show(w, OVERLAY_NONE);
        else if (w->overlay == OVERLAY_MENU)
            menu_key(w, k);
        else if (w->overlay == OVERLAY_ASK)
            ask_key(w, k);
    }
}

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

static void draw_panel(struct window *w, int rw, int rh)
{
    unsigned pw, ph;
    panel_size(&w->panel, &pw, &ph);
    if (!w->panel_texture) {
        uint32_t *pixels = malloc((size_t)pw * ph * 4);
        if (!pixels)
            return;
        panel_draw(&w->panel, pixels);
        w->panel_texture = texture_of(w, pixels, pw, ph);
        free(pixels);
    }
    w->panel_at = (SDL_Rect){(rw - (int)pw) / 2, MAX((rh - (int)ph) / 2, 0), (int)pw, (int)ph};
    if (w->panel_texture)
        SDL_RenderCopy(w->renderer, w->panel_texture, NULL, &w->panel_at);
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
    w->panel_texture = w->light_texture = NULL;
}
