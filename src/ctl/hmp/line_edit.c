/* SPDX-License-Identifier: MIT */
/*
 * Line editing. libedit wants a terminal of its own, whose settings it changes, and waits for keys;
 * ours are many, come over sockets too, and must not wait. So each editor has a private
 * pseudo-terminal for the settings, gets its keys out of a queue, one whole key sequence at a time,
 * and writes through a callback.
 */
#include "config.h"

#include "ctl/hmp/line_edit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#ifdef HAVE_LIBEDIT
#include <histedit.h>
#endif

#include "base/bits.h"
#include "base/buf.h"

enum { LINE_BYTES = 4096, KEYS_MAX = 64, HISTORY = 200 };

struct line_edit {
    const struct line_edit_ops *ops;
    void *ctx;
    const char *prompt;
    bool terminal;
    int size_fd;
    struct buf line; /* without libedit */
#ifdef HAVE_LIBEDIT
    EditLine *el;
    History *history;
    FILE *in, *out, *err;
    int master, slave;
    uint8_t key[KEYS_MAX]; /* a sequence that is not whole yet */
    unsigned nkey, taken;
#endif
};

static void show(struct line_edit *e, const char *text)
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
        show(e, "\n");
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
            show(e, "\b \b");
    } else if (c == CTRL_U) {
        for (; e->line.len; e->line.len--)
            if (e->terminal)
                show(e, "\b \b");
    } else if (c >= ' ' && c != RUBOUT && e->line.len < LINE_BYTES) {
        char echo[2] = {(char)c, 0};
        buf_add8(&e->line, c);
        if (e->terminal)
            show(e, echo);
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

/* Tab: completes the first word as far as the commands agree, and lists them where they do not; the
 * word behind "info " likewise. */
static unsigned char complete(EditLine *el, int ch)
{
    void *ctx = NULL;
    el_get(el, EL_CLIENTDATA, &ctx);
    struct line_edit *e = ctx;
    const LineInfo *li = el_line(el);
    size_t have = (size_t)(li->cursor - li->buffer), common = 0;
    const char *first = NULL, *typed = li->buffer, *w;
    unsigned found = 0;
    bool info = have >= 5 && !strncmp(typed, "info ", 5);
    (void)ch;
    if (info) {
        typed += 5;
        have -= 5;
    }
    if (!e->ops->word || memchr(typed, ' ', have))
        return CC_ERROR;
    for (unsigned i = 0; (w = e->ops->word(e->ctx, info, i)); i++) {
        size_t n = 0;
        if (strncmp(w, typed, have) != 0)
            continue;
        while (first && w[n] && w[n] == first[n])
            n++;
        common = found++ ? MIN(common, n) : strlen(w);
        first = first ? first : w;
    }
    if (!found)
        return CC_ERROR;
    if (found == 1 || common > have) {
        char text[128];
        snprintf(text, sizeof text, "%.*s%s", (int)(common - have), first + have, found == 1 ? " " : "");
        return el_insertstr(el, text) < 0 ? CC_ERROR : CC_REFRESH;
    }
    char prefix[128];
    snprintf(prefix, sizeof prefix, "%.*s", (int)have, typed);
    show(e, "\n");
    for (unsigned i = 0; (w = e->ops->word(e->ctx, info, i)); i++)
        if (!strncmp(w, prefix, have)) {
            show(e, w);
            show(e, "  ");
        }
    show(e, "\n");
    return CC_REDISPLAY;
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
        take_size(e);
        el_set(e->el, EL_UNBUFFERED, 0);
        el_set(e->el, EL_UNBUFFERED, 1);
        fflush(e->out);
        return;
    }
#endif
    show(e, e->prompt);
}

void line_edit_key(struct line_edit *e, uint8_t byte)
{
#ifdef HAVE_LIBEDIT
    if (e->el) {
        edit_key(e, byte);
        return;
    }
#endif
    plain_key(e, byte);
}
