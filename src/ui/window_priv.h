/* SPDX-License-Identifier: MIT */
/* The window's own: what its files share. */
#ifndef VITRINE_UI_WINDOW_PRIV_H
#define VITRINE_UI_WINDOW_PRIV_H

#include <SDL.h>

#include "ui/panel.h"
#include "ui/window.h"

enum overlay { OVERLAY_NONE, OVERLAY_HELP, OVERLAY_MENU, OVERLAY_ASK };
enum { ASK_MAX = 1024 };

struct window_menu {
    char title[PANEL_COLS + 1], note[PANEL_COLS + 1];
    char item[WINDOW_MENU_MAX][PANEL_COLS + 1];
    unsigned items, selected;
    unsigned top, rows; /* those that are seen */
    unsigned first;     /* the panel's line with the first of them */
};

struct window_ask {
    char text[ASK_MAX];
    char title[PANEL_COLS + 1], note[PANEL_COLS + 1];
};

struct window {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture, *sharp; /* the picture; with its pixels repeated, or NULL */
    unsigned sharp_nx, sharp_ny;  /* that often */
    bool sharp_stale;             /* a frame came since */
    uint32_t w, h;                /* of the picture */
    enum window_scaling scaling;
    bool full_screen, grabbed;
    bool user_sized;     /* the user or the window manager chose the size: a new mode keeps it */
    uint32_t asked_at;   /* SDL's ticks at which a size was asked for, until it is settled; 0 */
    bool refit;          /* the full screen was left, and the size from before is not back yet */
    bool takes_absolute; /* the guest: the pointer needs no grab */
    bool keep_cursor;    /* the host's pointer is shown even then */
    bool hinted;         /* the first picture was shown, and where the help is */
    bool dirty;
    uint16_t raw_key[256]; /* SDL's scan code by X's key code; 0: not learned yet */
    uint8_t raw_code;      /* X's code of the press that SDL reports next; 0: none */
    bool raw_up[256];      /* by qnum: was released, of which SDL may not know */
    bool down[256];        /* keys that the guest believes pressed */
    uint8_t buttons;       /* the same of the pointer */
    char name[64], speed[48], state[32], message[160];
    uint32_t message_until;
    const struct window_ops *ops;
    void *ctx;
    struct waker *waker;

    enum overlay overlay;
    struct panel panel;
    SDL_Texture *panel_texture;
    SDL_Rect panel_at; /* in the renderer's pixels */
    struct window_menu menu;
    struct window_ask ask;
    struct {
        struct panel panel;
        SDL_Texture *texture;
        uint32_t until; /* SDL's ticks; 0: none */
    } toast;

    bool lights_off; /* the user does not want to see them */
    struct {
        uint32_t read_until, write_until; /* SDL's ticks */
    } light[WINDOW_LIGHTS];
    SDL_Texture *light_texture;
};

/* window.c */
void window_show_title(struct window *w);

/* window_picture.c */
struct window_rect window_picture(struct window *w); /* where it is, in the renderer's pixels */
void window_draw_picture(struct window *w);
void window_follow_picture(struct window *w); /* the window takes the picture's size, unless somebody chose one */
void window_free_picture(struct window *w);

/* window_input.c */
void window_input(struct window *w, const SDL_Event *e);
void window_key_up(struct window *w, unsigned scancode); /* reported by X itself */
void window_release_all(struct window *w);
void window_set_grab(struct window *w, bool on);
void window_show_cursor(struct window *w);
bool window_quit_key(const SDL_Keysym *k);

/* window_raw.c */
void window_raw_init(void);
unsigned window_raw_release(struct window *w, const SDL_SysWMEvent *e); /* SDL's scan code of the key; 0: it is none */
void window_raw_learn(struct window *w, unsigned scancode);             /* at each press */

/* window_menu.c */
/* A key, click or motion while something is asked. */
void window_overlay_event(struct window *w, const SDL_Event *e);
void window_layout_menu(struct window *w, unsigned rows); /* into the panel, in at most so many lines */

/* window_overlay.c */
void window_draw_overlay(struct window *w);
void window_panel_changed(struct window *w);
void window_toast(struct window *w, const char *text, uint32_t ms);
int window_toast_ms(struct window *w);      /* until it goes; -1: none */
bool window_lights_shine(struct window *w); /* some are still to go out */
void window_overlay_free(struct window *w);

#endif
