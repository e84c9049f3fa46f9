/* SPDX-License-Identifier: MIT */
/* Ctrl-R of the line editor. libedit has a search of its own, which waits for keys; ours must not wait. */
#include "ctl/hmp/line_edit_priv.h"

#ifdef HAVE_LIBEDIT

#include <string.h>
#include <sys/ioctl.h>

#include "base/bits.h"

enum { CTRL_C = 0x03, CTRL_G = 0x07, CTRL_H = 0x08, CTRL_R = 0x12, RUBOUT = 0x7f };

/* The newest line that holds the pattern behind those that are passed over; NULL: there is none. */
static const char *find(struct line_edit *e)
{
    HistEvent ev;
    unsigned passed = e->search.passed;
    for (int r = history(e->history, &ev, H_FIRST); r >= 0; r = history(e->history, &ev, H_NEXT))
        if (strstr(ev.str, e->search.pattern) && passed-- == 0)
            return ev.str;
    return NULL;
}

/* In one row of the terminal, since only that can be cleared. */
static void show_search(struct line_edit *e)
{
    const char *found = e->search.pattern[0] ? find(e) : "";
    struct winsize size;
    char text[512];
    size_t columns = ioctl(e->slave, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80u;
    snprintf(text, sizeof text, "(%sreverse-i-search)`%s': %s", found ? "" : "failed ", e->search.pattern,
             found ? found : "");
    text[MIN(columns - 1, sizeof text - 1)] = 0;
    line_edit_show(e, "\r\033[K");
    line_edit_show(e, text);
}

/* Back to the line, which becomes `text` unless that is NULL. */
static void leave(struct line_edit *e, const char *text)
{
    e->search.on = false;
    line_edit_show(e, "\r\033[K");
    if (text) {
        const LineInfo *li = el_line(e->el);
        int length = (int)(li->lastchar - li->buffer);
        el_cursor(e->el, length);
        el_deletestr(e->el, length);
        el_insertstr(e->el, text);
    }
    el_set(e->el, EL_REFRESH);
    fflush(e->out);
}

static void older(struct line_edit *e)
{
    e->search.passed++;
    if (!find(e))
        e->search.passed--;
}

bool line_search_key(struct line_edit *e)
{
    struct line_search *s = &e->search;
    uint8_t c = e->key[0];
    size_t n = strlen(s->pattern);
    if (!s->on && (e->nkey != 1 || c != CTRL_R))
        return false;
    if (!s->on) {
        *s = (struct line_search){.on = true};
    } else if (c == CTRL_R) {
        older(e);
    } else if (c == CTRL_G || c == CTRL_C) {
        leave(e, NULL);
        return true;
    } else if (c == CTRL_H || c == RUBOUT) {
        s->passed = 0;
        s->pattern[n ? n - 1 : 0] = 0;
    } else if (e->nkey == 1 && c >= ' ') {
        s->passed = 0;
        if (n < SEARCH_MAX)
            s->pattern[n] = (char)c, s->pattern[n + 1] = 0;
    } else {
        leave(e, s->pattern[0] ? find(e) : NULL);
        return false;
    }
    show_search(e);
    return true;
}

#else
typedef int no_line_search; /* an empty translation unit is no C */
#endif
