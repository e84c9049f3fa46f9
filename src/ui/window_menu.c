/* SPDX-License-Identifier: MIT */
/* What is asked over the picture: help, menus that scroll, a line to fill in. Keys and the mouse. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "ui/window_priv.h"

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
    window_panel_changed(w);
}

bool window_asks(const struct window *w)
{
    return w->overlay == OVERLAY_MENU || w->overlay == OVERLAY_ASK;
}

void window_help(struct window *w)
{
    static const char *const lines[] = {
        "Keys, with Ctrl and the left Alt:",
        "",
        "M  menu: media, keys for the guest, reset, power, speed, scaling",
        "   (the right mouse button opens it too, while the mouse is not grabbed)",
        "G  grab or release the mouse and the keyboard (a click grabs too)",
        "F  full screen",
        "A  the shape that a monitor gives the mode, or whole pixels",
        "U  the window's size back to one pixel for each of the guest's",
        "L  disk lights on or off",
        "V  type the clipboard's text",
        "C  copy the text screen to the clipboard",
        "S  screenshot in the current folder",
        "P  pause, go on",
        "W  warp: as fast as it goes",
        "+  and -  the speed limit, in steps",
        "Q  end the machine",
        "",
        "A file that is dropped on the window goes into the drive that it fits.",
        "",
        "Esc or a click closes this.",
    };
    panel_clear(&w->panel);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        panel_add(&w->panel, lines[i]);
    show(w, OVERLAY_HELP);
}

/* --- Menus --- */

static bool is_gap(const struct window_menu *m, unsigned item)
{
    return !m->item[item][0];
}

/* The first `rows` items from m->top on, of which the selected one is always seen. */
void window_layout_menu(struct window *w, unsigned rows)
{
    struct window_menu *m = &w->menu;
    char hint[PANEL_COLS + 1];
    unsigned above = m->note[0] ? 3 : 2;
    rows = MIN(rows, (unsigned)PANEL_ROWS);
    rows = rows > above + 2 + 3 ? rows - above - 2 : 3;
    m->rows = MIN(rows, m->items);
    m->top = MIN(m->top, m->items - m->rows);
    if (m->selected < m->top)
        m->top = m->selected;
    if (m->selected >= m->top + m->rows)
        m->top = m->selected - m->rows + 1;
    panel_clear(&w->panel);
    panel_add(&w->panel, m->title);
    if (m->note[0])
        panel_add(&w->panel, m->note);
    panel_add(&w->panel, "");
    m->first = w->panel.lines;
    for (unsigned i = 0; i < m->rows; i++)
        panel_add(&w->panel, m->item[m->top + i]);
    panel_add(&w->panel, "");
    if (m->rows < m->items)
        snprintf(hint, sizeof hint, "%u to %u of %u; Up, Down, Enter or a click; Esc closes", m->top + 1,
                 m->top + m->rows, m->items);
    else
        snprintf(hint, sizeof hint, "Up, Down, Enter or a click; Esc closes");
    panel_add(&w->panel, hint);
    w->panel.selected = m->items ? (int)(m->first + m->selected - m->top) : -1;
}

void window_menu(struct window *w, const char *title, const char *note, const char *const *items, unsigned n,
                 unsigned selected)
{
    struct window_menu *m = &w->menu;
    snprintf(m->title, sizeof m->title, "%s", title);
    snprintf(m->note, sizeof m->note, "%s", note ? note : "");
    m->items = MIN(n, (unsigned)WINDOW_MENU_MAX);
    for (unsigned i = 0; i < m->items; i++)
        snprintf(m->item[i], sizeof m->item[i], "%s", items[i]);
    m->top = 0;
    m->selected = selected < m->items ? selected : 0;
    show(w, OVERLAY_MENU);
}

static void choose(struct window *w, unsigned item)
{
    if (item >= w->menu.items || is_gap(&w->menu, item))
        return;
    show(w, OVERLAY_NONE);
    w->ops->chosen(w->ctx, item);
}

/* `by` items down; gaps are passed over. */
static void move_selection(struct window *w, int by)
{
    struct window_menu *m = &w->menu;
    int at = (int)m->selected, last = (int)m->items - 1, step = by < 0 ? -1 : 1;
    for (; by && at + step >= 0 && at + step <= last; by -= step)
        at += step;
    while (at > 0 && at < last && is_gap(m, (unsigned)at))
        at += step;
    if (at < 0 || at > last || is_gap(m, (unsigned)at))
        return;
    m->selected = (unsigned)at;
    window_panel_changed(w);
}

static void menu_key(struct window *w, SDL_Keycode k)
{
    struct window_menu *m = &w->menu;
    switch (k) {
    case SDLK_UP: move_selection(w, -1); break;
    case SDLK_DOWN: move_selection(w, 1); break;
    case SDLK_PAGEUP: move_selection(w, -(int)m->rows); break;
    case SDLK_PAGEDOWN: move_selection(w, (int)m->rows); break;
    case SDLK_HOME: move_selection(w, -(int)m->items); break;
    case SDLK_END: move_selection(w, (int)m->items); break;
    case SDLK_RETURN:
    case SDLK_KP_ENTER: choose(w, m->selected); break;
    case SDLK_LEFT:
    case SDLK_BACKSPACE:
        show(w, OVERLAY_NONE);
        w->ops->chosen(w->ctx, WINDOW_MENU_BACK);
        break;
    default: break;
    }
}

/* --- A line to fill in --- */

/* The end of a line that does not fit is what is being typed. */
static void draw_ask(struct window *w)
{
    struct window_ask *a = &w->ask;
    size_t n = strlen(a->text), room = PANEL_COLS - 3;
    char line[PANEL_COLS + 1];
    const char *tail = a->text + (n > room ? n - room : 0);
    snprintf(line, sizeof line, "> %s_", tail);
    panel_clear(&w->panel);
    panel_add(&w->panel, a->title);
    panel_add(&w->panel, "");
    panel_add(&w->panel, line);
    panel_add(&w->panel, a->note);
    panel_add(&w->panel, "");
    panel_add(&w->panel, "Enter does it, Tab completes, Ctrl-V pastes the clipboard, Esc gives it up");
    window_panel_changed(w);
}

void window_ask(struct window *w, const char *title, const char *note, const char *initial)
{
    struct window_ask *a = &w->ask;
    snprintf(a->title, sizeof a->title, "%s", title);
    snprintf(a->note, sizeof a->note, "%s", note ? note : "");
    snprintf(a->text, sizeof a->text, "%s", initial);
    show(w, OVERLAY_ASK);
    draw_ask(w);
}

static void ask_add(struct window *w, const char *text)
{
    struct window_ask *a = &w->ask;
    size_t n = strlen(a->text);
    snprintf(a->text + n, sizeof a->text - n, "%s", text);
    a->text[strcspn(a->text, "\r\n")] = 0;
    a->note[0] = 0;
    draw_ask(w);
}

static void ask_rub_out(struct window *w)
{
    struct window_ask *a = &w->ask;
    size_t n = strlen(a->text);
    if (!n)
        return;
    do /* a whole character of UTF-8 */
        n--;
    while (n && (a->text[n] & 0xc0) == 0x80);
    a->text[n] = 0;
    a->note[0] = 0;
    draw_ask(w);
}

static void ask_key(struct window *w, const SDL_Keysym *k)
{
    struct window_ask *a = &w->ask;
    if (k->sym == SDLK_RETURN || k->sym == SDLK_KP_ENTER) {
        char text[sizeof a->text];
        memcpy(text, a->text, sizeof text);
        show(w, OVERLAY_NONE);
        w->ops->entered(w->ctx, text);
    } else if (k->sym == SDLK_BACKSPACE) {
        ask_rub_out(w);
    } else if (k->sym == SDLK_u && k->mod & KMOD_CTRL) {
        a->text[0] = 0;
        draw_ask(w);
    } else if (k->sym == SDLK_TAB) {
        const char *note = w->ops->complete(w->ctx, a->text, sizeof a->text);
        snprintf(a->note, sizeof a->note, "%s", note ? note : "");
        draw_ask(w);
    } else if ((k->sym == SDLK_v && k->mod & KMOD_CTRL) || (k->sym == SDLK_INSERT && k->mod & KMOD_SHIFT)) {
        char *text = SDL_GetClipboardText();
        ask_add(w, text ? text : "");
        SDL_free(text);
    }
}

/* --- Events --- */

/* The item under a point of the window; -1: none. *inside: it is in the panel. */
static int item_at(struct window *w, int x, int y, bool *inside)
{
    int ww, wh, rw, rh;
    SDL_GetWindowSize(w->window, &ww, &wh);
    SDL_GetRendererOutputSize(w->renderer, &rw, &rh);
    SDL_Point at = {x * rw / MAX(ww, 1), y * rh / MAX(wh, 1)};
    *inside = SDL_PointInRect(&at, &w->panel_at);
    if (!*inside || w->overlay != OVERLAY_MENU || !w->panel_at.h)
        return -1;
    unsigned pw, ph;
    panel_size(&w->panel, &pw, &ph);
    int row = (at.y - w->panel_at.y) * (int)ph / w->panel_at.h / PANEL_CELL_H - 1 - (int)w->menu.first;
    return row >= 0 && row < (int)w->menu.rows ? (int)w->menu.top + row : -1;
}

static void click(struct window *w, const SDL_MouseButtonEvent *e)
{
    bool inside;
    int item = item_at(w, e->x, e->y, &inside);
    if (w->overlay == OVERLAY_HELP || !inside)
        show(w, OVERLAY_NONE);
    else if (item >= 0)
        choose(w, (unsigned)item);
}

static void hover(struct window *w, const SDL_MouseMotionEvent *e)
{
    bool inside;
    int item = item_at(w, e->x, e->y, &inside);
    if (item < 0 || is_gap(&w->menu, (unsigned)item) || (unsigned)item == w->menu.selected)
        return;
    w->menu.selected = (unsigned)item;
    window_panel_changed(w);
}

void window_overlay_event(struct window *w, const SDL_Event *e)
{
    if (e->type == SDL_MOUSEBUTTONDOWN) {
        click(w, &e->button);
    } else if (e->type == SDL_MOUSEMOTION) {
        hover(w, &e->motion);
    } else if (e->type == SDL_MOUSEWHEEL && w->overlay == OVERLAY_MENU) {
        move_selection(w, e->wheel.y > 0 ? -1 : 1);
    } else if (e->type == SDL_TEXTINPUT && w->overlay == OVERLAY_ASK) {
        ask_add(w, e->text.text);
    } else if (e->type == SDL_KEYDOWN) {
        if (e->key.keysym.sym == SDLK_ESCAPE)
            show(w, OVERLAY_NONE);
        else if (!e->key.repeat && window_quit_key(&e->key.keysym))
            w->ops->close(w->ctx, false);
        else if (w->overlay == OVERLAY_MENU)
            menu_key(w, e->key.keysym.sym);
        else if (w->overlay == OVERLAY_ASK)
            ask_key(w, &e->key.keysym);
    }
}
