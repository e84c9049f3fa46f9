/* SPDX-License-Identifier: MIT */
/*
 * Line editing. libedit wants a terminal of its own, whose settings it changes, and waits for keys;
 * ours are many, come over sockets too, and must not wait. So each editor has a private
 * pseudo-terminal for the settings, gets its keys out of a queue, one whole key sequence at a time,
 * and writes through a callback.
 */
#include "ctl/hmp/line_edit_priv.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/bits.h"
#include "ctl/hmp/complete.h"

enum { LINE_BYTES = 4096, HISTORY = 200, CTRL_D = 0x04 };

void line_edit_show(struct line_edit *e, const char *text)
{
    e->ops->show(e->ctx, text, strlen(text));
}

/* Plain lines. */

static void plain_line(struct line_edit *e)
{
    char text[LINE_BYTES + 1];
    size_t n = MIN(e->line.len, sizeof text - 1);
    if (n)
        memcpy(text, e->line.data, n);
    text[n] = 0;
    buf_clear(&e->line);
    if (e->terminal)
        line_edit_show(e, "\n");
    e->ops->line(e->ctx, text);
}

static void plain_key(struct line_edit *e, uint8_t c)
{
    enum { CTRL_U = 0x15, RUBOUT = 0x7f };
    if (c == '\n' || (c == '\r' && e->terminal)) {
        plain_line(e);
    } else if ((c == '\b' || c == RUBOUT) && e->line.len) {
        e->line.len--;
        if (e->terminal)
            line_edit_show(e, "\b \b");
    } else if (c == CTRL_U) {
        for (; e->line.len; e->line.len--)
            if (e->terminal)
                line_edit_show(e, "\b \b");
    } else if (c >= ' ' && c != RUBOUT && e->line.len < LINE_BYTES) {
        char echo[2] = {(char)c, 0};
        buf_add8(&e->line, c);
        if (e->terminal)
            line_edit_show(e, echo);
    }
}

#ifdef HAVE_LIBEDIT

static ssize_t show_cookie(void *ctx, const char *data, size_t len)
{
    struct line_edit *e = ctx;
    e->ops->show(e->ctx, data, len);
    return (ssize_t)len;
}

static char *prompt_of(EditLine *el)
{
    void *e = NULL;
    el_get(el, EL_CLIENTDATA, &e);
    return (char *)(uintptr_t)((struct line_edit *)e)->prompt;
}

static int next_key(EditLine *el, wchar_t *to)
{
    void *ctx = NULL;
    el_get(el, EL_CLIENTDATA, &ctx);
    struct line_edit *e = ctx;
    if (e->taken == e->nkey)
        return 0;
    *to = e->key[e->taken++];
    return 1;
}

/* Tab. */

/* The word that ends at the cursor. */
struct at_cursor {
    char before[LINE_BYTES + 1], typed[LINE_BYTES + 1]; /* the line up to it; it, without quotes */
    size_t raw;                                         /* its length as it was typed */
    bool quoted;
};

static void find_word(const LineInfo *li, struct at_cursor *w)
{
    size_t have = MIN((size_t)(li->cursor - li->buffer), (size_t)LINE_BYTES), start = 0, n = 0;
    bool quoted = false;
    for (size_t i = 0; i < have; i++) {
        char c = li->buffer[i];
        if (quoted && c == '\\' && i + 1 < have)
            i++;
        else if (c == '"' && (quoted || i == start))
            quoted = !quoted;
        else if (c == ' ' && !quoted)
            start = i + 1;
    }
    memcpy(w->before, li->buffer, start);
    w->before[start] = 0;
    w->raw = have - start;
    w->quoted = w->raw && li->buffer[start] == '"';
    for (size_t i = start + w->quoted; i < have; i++) {
        if (w->quoted && li->buffer[i] == '\\' && i + 1 < have)
            i++;
        w->typed[n++] = li->buffer[i];
    }
    w->typed[n] = 0;
}

/* What cannot be typed, or would steer the terminal, is not offered. */
static void drop_strange(struct word_list *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        bool plain = true;
        for (const char *p = l->word[i]; *p; p++)
            plain &= *p >= ' ' && *p <= '~';
        if (plain)
            l->word[n++] = l->word[i];
        else
            free(l->word[i]);
    }
    l->n = n;
}

static size_t common_length(const struct word_list *l)
{
    size_t n = strlen(l->word[0]);
    for (size_t i = 1; i < l->n; i++)
        for (size_t k = 0; k < n; k++)
            if (l->word[i][k] != l->word[0][k])
                n = k;
    return n;
}

/* Puts the first `len` characters of a word in the place of what was typed, in quotes where it needs them. */
static unsigned char put_word(EditLine *el, const struct at_cursor *w, const char *word, size_t len, bool whole_word)
{
    struct buf b = {0};
    bool quotes = w->quoted || strcspn(word, " \"\\") < len;
    if (quotes)
        buf_add8(&b, '"');
    for (size_t i = 0; i < len; i++) {
        if (quotes && (word[i] == '"' || word[i] == '\\'))
            buf_add8(&b, '\\');
        buf_add8(&b, (uint8_t)word[i]);
    }
    bool folder = len && word[len - 1] == '/';
    if (whole_word && !folder)
        buf_printf(&b, quotes ? "\" " : " ");
    el_deletestr(el, (int)w->raw);
    int r = el_insertstr(el, (const char *)b.data);
    buf_free(&b);
    return r < 0 ? CC_ERROR : CC_REFRESH;
}

/* A list shows the last part of a path. */
static const char *shown(const char *word)
{
    size_t n = strlen(word);
    while (n > 1 && word[n - 2] != '/')
        n--;
    return n ? word + n - 1 : word;
}

static unsigned char complete(EditLine *el, int ch)
{
    void *ctx = NULL;
    el_get(el, EL_CLIENTDATA, &ctx);
    struct line_edit *e = ctx;
    struct word_list l = {0};
    struct at_cursor w;
    unsigned char answer = CC_ERROR;
    (void)ch;
    find_word(el_line(el), &w);
    if (e->ops->complete)
        e->ops->complete(e->ctx, w.before, w.typed, &l);
    drop_strange(&l);
    size_t common = l.n ? common_length(&l) : 0;
    if (l.n == 1 || common > strlen(w.typed)) {
        answer = put_word(el, &w, l.word[0], common, l.n == 1);
    } else if (l.n) {
        line_edit_show(e, "\n");
        for (size_t i = 0; i < l.n; i++) {
            line_edit_show(e, shown(l.word[i]));
            line_edit_show(e, "  ");
        }
        line_edit_show(e, "\n");
        answer = CC_REDISPLAY;
    }
    word_list_free(&l);
    return answer;
}

static bool open_terminal(struct line_edit *e)
{
    char name[128];
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    e->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (e->master < 0 || grantpt(e->master) < 0 || unlockpt(e->master) < 0 ||
        ptsname_r(e->master, name, sizeof name) != 0)
        return false;
    e->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    return e->slave >= 0 && ioctl(e->slave, TIOCSWINSZ, &size) == 0;
}

static bool open_files(struct line_edit *e)
{
    static const cookie_io_functions_t io = {.write = show_cookie};
    e->in = fopen("/dev/null", "re");
    e->out = fopencookie(e, "w", io);
    e->err = fopen("/dev/null", "we");
    return e->in && e->out && e->err;
}

static void bind_key(struct line_edit *e, const char *key, const char *command)
{
    el_set(e->el, EL_BIND, key, command, NULL);
}

static bool open_libedit(struct line_edit *e)
{
    HistEvent ev;
    if (!open_terminal(e) || !open_files(e))
        return false;
    e->el = el_init_fd("vitrine", e->in, e->out, e->err, e->slave, e->slave, e->slave);
    e->history = history_init();
    if (!e->el || !e->history)
        return false;
    history(e->history, &ev, H_SETSIZE, HISTORY);
    history(e->history, &ev, H_SETUNIQUE, 1);
    el_set(e->el, EL_CLIENTDATA, e);
    el_set(e->el, EL_PROMPT, prompt_of);
    el_set(e->el, EL_SIGNAL, 0);
    el_set(e->el, EL_EDITOR, "emacs");
    el_set(e->el, EL_HIST, history, e->history);
    el_set(e->el, EL_GETCFN, next_key);
    /* NOTE: by its wide names, which libedit keeps as they are: it copies and loses narrow ones. */
    el_wset(e->el, EL_ADDFN, L"complete", L"completes a command", complete);
    bind_key(e, "^I", "complete");
    bind_key(e, "\\e[H", "ed-move-to-beg");
    bind_key(e, "\\e[F", "ed-move-to-end");
    bind_key(e, "\\e[1~", "ed-move-to-beg");
    bind_key(e, "\\e[4~", "ed-move-to-end");
    bind_key(e, "\\e[3~", "ed-delete-next-char");
    return true;
}

static void close_libedit(struct line_edit *e)
{
    if (e->el)
        el_end(e->el);
    if (e->history)
        history_end(e->history);
    if (e->in)
        fclose(e->in);
    if (e->out)
        fclose(e->out);
    if (e->err)
        fclose(e->err);
    if (e->slave >= 0)
        close(e->slave);
    if (e->master >= 0)
        close(e->master);
    e->el = NULL;
    e->history = NULL;
    e->in = e->out = e->err = NULL;
    e->master = e->slave = -1;
}

/* A key's bytes are all there: libedit would wait for the rest of an escape sequence. */
static bool whole(const struct line_edit *e)
{
    enum { ESC = 0x1b };
    const uint8_t *k = e->key;
    if (k[0] != ESC || e->nkey == KEYS_MAX)
        return true;
    if (e->nkey == 1 || (e->nkey == 2 && (k[1] == '[' || k[1] == 'O' || k[1] == ESC)))
        return false;
    return k[1] != '[' || (k[e->nkey - 1] >= 0x40 && k[e->nkey - 1] <= 0x7e);
}

static void take_size(struct line_edit *e)
{
    struct winsize size;
    if (e->size_fd >= 0 && ioctl(e->size_fd, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row)
        ioctl(e->slave, TIOCSWINSZ, &size);
}

static void edit_key(struct line_edit *e, uint8_t byte)
{
    int n = 0;
    HistEvent ev;
    e->key[e->nkey++] = byte & 0x80 ? '?' : byte; /* commands are ASCII */
    if (!whole(e))
        return;
    if (line_search_key(e)) {
        e->nkey = e->taken = 0;
        return;
    }
    /* NOTE: the key left a search on an empty line; libedit would put it into the line. */
    const LineInfo *li = el_line(e->el);
    if (e->nkey == 1 && byte == CTRL_D && li->lastchar == li->buffer) {
        e->nkey = e->taken = 0;
        if (e->ops->end)
            e->ops->end(e->ctx);
        return;
    }
    const char *text = el_gets(e->el, &n);
    e->nkey = e->taken = 0;
    if (!text || n <= 0 || (text[n - 1] != '\n' && text[n - 1] != '\r'))
        return;
    char *line = strndup(text, (size_t)n - 1);
    el_set(e->el, EL_UNBUFFERED, 0);
    if (line && *line)
        history(e->history, &ev, H_ENTER, line);
    fflush(e->out);
    e->ops->line(e->ctx, line ? line : "");
    free(line);
}

#endif

struct line_edit *line_edit_new(bool terminal, int size_fd, const char *prompt, const struct line_edit_ops *ops,
                                void *ctx)
{
    struct line_edit *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->ops = ops;
    e->ctx = ctx;
    e->prompt = prompt;
    e->terminal = terminal;
    e->size_fd = size_fd;
#ifdef HAVE_LIBEDIT
    e->master = e->slave = -1;
    if (terminal && !open_libedit(e))
        close_libedit(e); /* plain lines do as well */
#endif
    return e;
}

void line_edit_free(struct line_edit *e)
{
    if (!e)
        return;
#ifdef HAVE_LIBEDIT
    close_libedit(e);
#endif
    buf_free(&e->line);
    free(e);
}

void line_edit_begin(struct line_edit *e)
{
    buf_clear(&e->line);
#ifdef HAVE_LIBEDIT
    if (e->el) {
        e->nkey = e->taken = 0;
        e->search.on = false;
        take_size(e);
        el_set(e->el, EL_UNBUFFERED, 0);
        el_set(e->el, EL_UNBUFFERED, 1);
        fflush(e->out);
        return;
    }
#endif
    line_edit_show(e, e->prompt);
}

static bool is_empty(struct line_edit *e)
{
#ifdef HAVE_LIBEDIT
    if (e->el) {
        const LineInfo *li = el_line(e->el);
        return li->lastchar == li->buffer && !e->nkey && !e->search.on;
    }
#endif
    return !e->line.len;
}

void line_edit_key(struct line_edit *e, uint8_t byte)
{
    if (byte == CTRL_D && e->terminal && e->ops->end && is_empty(e)) {
        e->ops->end(e->ctx);
        return;
    }
#ifdef HAVE_LIBEDIT
    if (e->el) {
        edit_key(e, byte);
        return;
    }
#endif
    plain_key(e, byte);
}
