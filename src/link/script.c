/* SPDX-License-Identifier: MIT */
/* Input scripts: parsed as a whole first, then carried out a step at a time at fixed virtual times.
 */
#include "config.h"

#include "link/script.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "bus/input.h"
#include "bus/keys.h"

#define POLL_NS UINT64_C(10000000) /* the screen is looked at every 10 ms of virtual time */
enum { MAX_STEPS = 10000 };

struct line {
    const char *p, *end;
    unsigned number;
    struct error *err;
};

static bool wrong(const struct line *l, const char *what)
{
    return error_set(l->err, "input script, line %u: %s", l->number, what);
}

static void skip_space(struct line *l)
{
    while (l->p < l->end && (*l->p == ' ' || *l->p == '\t' || *l->p == '\r'))
        l->p++;
    if (l->p < l->end && *l->p == '#')
        l->p = l->end;
}

/* The next word; its length, 0 at the end. */
static size_t word(struct line *l, const char **start)
{
    skip_space(l);
    *start = l->p;
    while (l->p < l->end && !isspace((unsigned char)*l->p))
        l->p++;
    return (size_t)(l->p - *start);
}

static bool is(const char *w, size_t n, const char *text)
{
    return strlen(text) == n && !memcmp(w, text, n);
}

static bool get_time(struct line *l, uint64_t *ns)
{
    const char *w;
    size_t n = word(l, &w);
    char text[32];
    if (!n || n >= sizeof text)
        return wrong(l, "a time such as 2.5s or 300ms belongs here");
    memcpy(text, w, n);
    text[n] = 0;
    char *unit;
    errno = 0;
    double v = strtod(text, &unit);
    double scale = !strcmp(unit, "s") ? 1e9 : !strcmp(unit, "ms") ? 1e6 : !strcmp(unit, "us") ? 1e3 : 0;
    if (unit == text || scale == 0 || errno || !(v >= 0) || v * scale > 9e18)
        return wrong(l, "a time such as 2.5s or 300ms belongs here");
    *ns = (uint64_t)(v * scale + 0.5);
    return true;
}

static int escape(char c)
{
    static const char from[] = "nteb\\\"r", to[] = "\n\t\033\b\\\"\r";
    const char *p = c ? strchr(from, c) : NULL;
    return p ? to[p - from] : -1;
}

static bool get_text(struct line *l, char **text)
{
    skip_space(l);
    if (l->p == l->end || *l->p != '"')
        return wrong(l, "a text in double quotes belongs here");
    l->p++;
    char *out = malloc((size_t)(l->end - l->p) + 1);
    if (!out)
        return wrong(l, "out of memory");
    size_t n = 0;
    for (; l->p < l->end && *l->p != '"'; l->p++) {
        int c = (unsigned char)*l->p;
        if (c == '\\' && l->p + 1 < l->end)
            c = escape(*++l->p);
        if (c <= 0) {
            free(out);
            return wrong(l, "there are \\n \\t \\e \\b \\r \\\\ and \\\" in a text");
        }
        out[n++] = (char)c;
    }
    out[n] = 0;
    *text = out;
    if (l->p == l->end)
        return wrong(l, "the closing quote is missing");
    l->p++;
    return true;
}

static bool get_keys(struct line *l, struct script_step *s)
{
    const char *w;
    size_t n = word(l, &w);
    while (n) {
        const char *dash = memchr(w, '-', n);
        size_t k = dash ? (size_t)(dash - w) : n;
        uint8_t key = key_by_name(w, k);
        if (!key || s->nkeys == ARRAY_LEN(s->keys))
            return wrong(l, key ? "too many keys at once" : "there is no key of that name");
        s->keys[s->nkeys++] = key;
        w += k + (dash != NULL);
        n -= k + (dash != NULL);
    }
    return s->nkeys || wrong(l, "the name of a key belongs here");
}

/* Whole numbers, the last `optional` of which may be missing. */
static bool get_values(struct line *l, struct script_step *s, unsigned n, unsigned optional, int low, int high)
{
    for (unsigned i = 0; i < n; i++) {
        const char *w;
        char text[16], *end;
        size_t len = word(l, &w);
        if (!len && i >= n - optional)
            return true;
        if (!len || len >= sizeof text)
            return wrong(l, "a whole number belongs here");
        memcpy(text, w, len);
        text[len] = 0;
        long v = strtol(text, &end, 10);
        if (*end || v < (i < 2 ? low : -127) || v > (i < 2 ? high : 127))
            return wrong(l, "the number is out of range, or none");
        s->value[i] = (int)v;
    }
    return true;
}

/* False where it is none of these. */
static bool get_pointer(struct line *l, struct script_step *s, const char *w, size_t n, bool *good)
{
    if (is(w, n, "mouse_move")) {
        s->action = SCRIPT_MOUSE_MOVE;
        *good = get_values(l, s, 3, 1, INT16_MIN, INT16_MAX);
    } else if (is(w, n, "mouse_abs")) {
        s->action = SCRIPT_MOUSE_ABS;
        *good = get_values(l, s, 3, 1, 0, POINTER_ABS_MAX);
    } else if (is(w, n, "mouse_button")) {
        s->action = SCRIPT_MOUSE_BUTTON;
        *good = get_values(l, s, 1, 0, 0, POINTER_ALL);
    } else {
        return false;
    }
    return true;
}

static bool get_action(struct line *l, struct script *all, struct script_step *s, const char *w, size_t n)
{
    bool good = true;
    if (is(w, n, "type") || is(w, n, "serial")) {
        s->action = is(w, n, "type") ? SCRIPT_TYPE : SCRIPT_SERIAL;
        if (!get_text(l, &s->text))
            return false;
        bool shift;
        for (const char *p = s->text; s->action == SCRIPT_TYPE && *p; p++)
            if (!key_by_char(*p, &shift))
                return wrong(l, "a character in the text has no key");
    } else if (is(w, n, "key") || is(w, n, "keydown") || is(w, n, "keyup")) {
        s->action = is(w, n, "key") ? SCRIPT_KEY : is(w, n, "keydown") ? SCRIPT_KEY_DOWN : SCRIPT_KEY_UP;
        return get_keys(l, s);
    } else if (is(w, n, "screenshot")) {
        s->action = SCRIPT_SCREENSHOT;
        size_t len = word(l, &w);
        s->text = len ? strndup(w, len) : NULL;
        s->number = all->nshots++;
        return s->text || wrong(l, "the name of a file belongs here");
    } else if (is(w, n, "reset")) {
        s->action = SCRIPT_RESET;
    } else if (is(w, n, "quit")) {
        s->action = SCRIPT_QUIT;
    } else if (!get_pointer(l, s, w, n, &good)) {
        return wrong(l, "there are at, after, wait, wait-serial, type, key, keydown, keyup, "
                        "mouse_move, mouse_abs, mouse_button, serial, screenshot, reset and quit");
    }
    return good;
}

static bool get_condition(struct line *l, struct script_step *s, const char **w, size_t *n)
{
    if (is(*w, *n, "at") || is(*w, *n, "after")) {
        s->when = is(*w, *n, "at") ? SCRIPT_AT : SCRIPT_AFTER;
        if (!get_time(l, &s->time))
            return false;
        *n = word(l, w);
    } else if (is(*w, *n, "wait") || is(*w, *n, "wait-serial")) {
        s->when = is(*w, *n, "wait") ? SCRIPT_WAIT : SCRIPT_WAIT_SERIAL;
        if (!get_text(l, &s->wait))
            return false;
        *n = word(l, w);
        if (is(*w, *n, "within")) {
            if (!get_time(l, &s->within))
                return false;
            *n = word(l, w);
        }
    }
    return true;
}

static bool get_step(struct line *l, struct script *all)
{
    const char *w;
    size_t n = word(l, &w);
    if (!n)
        return true;
    if (all->nsteps == MAX_STEPS)
        return wrong(l, "the script is too long");
    struct script_step *more = realloc(all->step, (all->nsteps + 1) * sizeof *more);
    if (!more)
        return wrong(l, "out of memory");
    all->step = more;
    struct script_step *s = &more[all->nsteps++];
    memset(s, 0, sizeof *s);
    s->line = l->number;
    if (!get_condition(l, s, &w, &n) || (n && !get_action(l, all, s, w, n)))
        return false;
    return !word(l, &w) || wrong(l, "there is more on the line than belongs there");
}

bool script_parse(struct script *s, const char *text, size_t len, struct error *err)
{
    memset(s, 0, sizeof *s);
    struct line l = {.number = 1, .err = err};
    for (const char *p = text, *end = text + len; p < end; l.number++) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        l.p = p;
        l.end = nl ? nl : end;
        if (!get_step(&l, s)) {
            script_free(s);
            return false;
        }
        p = nl ? nl + 1 : end;
    }
    return true;
}

void script_free(struct script *s)
{
    for (unsigned i = 0; i < s->nsteps; i++) {
        free(s->step[i].wait);
        free(s->step[i].text);
    }
    free(s->step);
    memset(s, 0, sizeof *s);
}

const char *script_shot(const struct script *s, unsigned n)
{
    for (unsigned i = 0; i < s->nsteps; i++)
        if (s->step[i].action == SCRIPT_SCREENSHOT && s->step[i].number == n)
            return s->step[i].text;
    return NULL;
}

static bool ready(struct script *s, uint64_t ns, const struct script_ops *ops, void *ctx)
{
    const struct script_step *t = &s->step[s->at];
    switch (t->when) {
    case SCRIPT_AT: return ns >= t->time;
    case SCRIPT_AFTER: return ns - s->since >= t->time;
    case SCRIPT_WAIT: return ops->screen_has(ctx, t->wait);
    case SCRIPT_WAIT_SERIAL: return ops->serial_has(ctx, t->wait);
    case SCRIPT_NOW: break;
    }
    return true;
}

static void fail(const struct script_step *t, const struct script_ops *ops, void *ctx, const char *what)
{
    struct error e;
    error_set(&e, "input script, line %u: %s%s%.80s%s", t->line, what, t->wait ? " '" : "", t->wait ? t->wait : "",
              t->wait ? "'" : "");
    ops->fail(ctx, e.text);
}

/* The console's numbers have the middle button before the right one. */
static uint8_t buttons_of(int n)
{
    return (uint8_t)((n & (POINTER_LEFT | POINTER_SIDE | POINTER_EXTRA)) | (n & 2 ? POINTER_MIDDLE : 0) |
                     (n & 4 ? POINTER_RIGHT : 0));
}

static bool act(const struct script_step *t, const struct script_ops *ops, void *ctx)
{
    switch (t->action) {
    case SCRIPT_TYPE: return ops->type(ctx, t->text);
    case SCRIPT_KEY: return ops->chord(ctx, t->keys, t->nkeys);
    case SCRIPT_KEY_DOWN:
    case SCRIPT_KEY_UP:
        for (unsigned i = 0; i < t->nkeys; i++)
            ops->key(ctx, t->keys[i], t->action == SCRIPT_KEY_DOWN);
        break;
    case SCRIPT_MOUSE_MOVE:
    case SCRIPT_MOUSE_ABS: ops->mouse(ctx, t->action == SCRIPT_MOUSE_ABS, t->value[0], t->value[1], t->value[2]); break;
    case SCRIPT_MOUSE_BUTTON: ops->buttons(ctx, buttons_of(t->value[0])); break;
    case SCRIPT_SERIAL: ops->serial(ctx, t->text); break;
    case SCRIPT_SCREENSHOT: ops->screenshot(ctx, t->number); break;
    case SCRIPT_RESET: ops->reset(ctx); break;
    case SCRIPT_QUIT: ops->quit(ctx); break;
    case SCRIPT_NOTHING: break;
    }
    return true;
}

void script_poll(struct script *s, uint64_t ns, const struct script_ops *ops, void *ctx)
{
    while (s->at < s->nsteps && ops->idle(ctx)) {
        const struct script_step *t = &s->step[s->at];
        if (!ready(s, ns, ops, ctx)) {
            if (t->within && ns - s->since >= t->within) {
                fail(t, ops, ctx, "did not see in time");
                s->at = s->nsteps;
            }
            return;
        }
        s->at++;
        s->since = ns;
        if (!act(t, ops, ctx))
            fail(t, ops, ctx, "too much to type at once");
    }
}

uint64_t script_due(const struct script *s, uint64_t ns)
{
    if (s->at >= s->nsteps)
        return UINT64_MAX;
    const struct script_step *t = &s->step[s->at];
    uint64_t tick = (ns / POLL_NS + 1) * POLL_NS;
    uint64_t when = t->when == SCRIPT_AT ? t->time : t->when == SCRIPT_AFTER ? s->since + t->time : 0;
    return when > ns ? when : tick;
}
