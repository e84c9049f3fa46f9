/* SPDX-License-Identifier: MIT */
/* The window's own: what window.c, window_input.c and window_overlay.c share. */
#ifndef VITRINE_UI_WINDOW_PRIV_H
#define VITRINE_UI_WINDOW_PRIV_H

#include <SDL.h>

#include "ui/panel.h"
#include "ui/window.h"

enum overlay { OVERLAY_NONE, OVERLAY_HELP, OVERLAY_MENU, OVERLAY_ASK };
enum { ASK_MAX = 1024 };

struct window {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    uint32_t w, h; /* of the picture */
    bool aspect_true, full_screen, grabbed;
    bool user_sized;     /* the user or the window manager chose the size: a new mode keeps it */
    bool takes_absolute; /* the guest: the pointer needs no grab */
    bool dirty;
    bool down[256];  /* keys that the guest believes pressed */
    uint8_t buttons; /* the same of the pointer */
    char name[64], speed[48], state[32], message[160];
    uint32_t message_until;
    const struct window_ops *ops;
    void *ctx;
    struct waker *waker;

    enum overlay overlay;
    struct panel panel;
    SDL_Texture *panel_texture;
    SDL_Rect panel_at;   /* in the renderer's pixels */
    unsigned menu_first; /* the panel's line with the first item */
    unsigned menu_items;
    char ask[ASK_MAX];
    char ask_title[PANEL_COLS + 1];

    bool lights_off; /* the user does not want to see them */
    struct {
        uint32_t read_until, write_until; /* SDL's ticks */
    } light[WINDOW_LIGHTS];
    SDL_Texture *light_texture;
};

/* window.c */
void window_show_title(struct window *w);
struct window_rect window_picture(struct window *w); /* where it is, in the renderer's pixels */
void window_toggle_full_screen(struct window *w);

/* window_input.c */
void window_input(struct window *w, const SDL_Event *e);
void window_release_all(struct window *w);
void window_set_grab(struct window *w, bool on);
void window_show_cursor(struct window *w);

/* window_overlay.c */
void window_help(struct window *w);
void window_draw_overlay(struct window *w);
/* A key or click while an overlay is shown. */
void window_overlay_event(struct window *w, const SDL_Event *e);
bool window_lights_shine(struct window *w); /* some are still to go out */
void window_overlay_free(struct window *w);

#endif
