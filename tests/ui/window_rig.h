/* SPDX-License-Identifier: MIT */
/*
 * A window of SDL's dummy driver in a room of 1024 x 768, with a clock and a mouse of the test's own. What the window
 * asks of its owner is written down as words.
 */
#ifndef VITRINE_TESTS_UI_WINDOW_RIG_H
#define VITRINE_TESTS_UI_WINDOW_RIG_H

#include <SDL.h>
#include <check.h>
#include <stdint.h>

#include "ui/window_priv.h"

struct rig {
    struct window *w;
    uint32_t now; /* SDL's ticks */
    int mouse_x, mouse_y;
    int waited;             /* ms of the last wait for an event; -2: there was none */
    bool waits;             /* a wait ends when there is an event, else at once */
    bool relative, grabbed; /* the mouse's mode, the keyboard's grab */
    int textures;           /* that there are */
    bool no_textures, no_renderer;
    const char *driver;   /* of the display, as SDL names it */
    const char *complete; /* what Tab makes of a line */
    const char *note;     /* ... and says */
    char said[4096];
};
extern struct rig rig;

void rig_open(void);
void rig_close(void);
/* What the window asked since the last time, as "key 1e 1; menu; ". */
void rig_says(const char *want);

void rig_send(SDL_Event e); /* one event, and the window's turn */
void rig_key(SDL_Scancode code, SDL_Keycode sym, unsigned mod, bool down, bool repeat);
void rig_button(unsigned button, bool down, int x, int y);
void rig_motion(int x, int y, int dx, int dy);
void rig_wheel(int y, bool flipped);
void rig_text(const char *text);
void rig_window(unsigned event);
void rig_pass(uint32_t ms); /* time passes, and the window's turn comes */

/* A picture of one colour. */
void rig_picture(uint32_t w, uint32_t h, uint32_t rgb);
/* RGB of a pixel of what the window shows. */
uint32_t rig_pixel(int x, int y);
void rig_shows(int x, int y, uint32_t rgb);
void rig_size(int w, int h);
void rig_title(const char *want);

TCase *window_input_case(void);
TCase *window_menu_case(void);
TCase *window_view_case(void);
TCase *window_lights_case(void);

#endif
