/* SPDX-License-Identifier: MIT */
/* Standard input and output: the guest's serial port, the console behind Ctrl-A c, and files that
 * streams go to. */
#include "config.h"

#include "app/front.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"

enum { PART = 4096, LINE_MAX_BYTES = 1024 };
static const char prompt[] = "(vitrine) ";

static void give_up(struct out_stream *s, int e)
{
    char line[256];
    snprintf(line, sizeof line, "%s: cannot be written: %s; what follows is lost",
             s->path ? s->path : "standard output", strerror(e));
    front_complain(line);
    if (s->is_file)
        close(s->fd);
    s->fd = -1;
    buf_free(&s->queue);
}

void stream_flush(struct front *f, struct out_stream *s)
{
    size_t at = 0;
    (void)f;
    while (s->fd >= 0 && at < s->queue.len) {
        struct pollfd p = {.fd = s->fd, .events = POLLOUT};
        if (!s->is_file && (poll(&p, 1, 0) <= 0 || !(p.revents & (POLLOUT | POLLERR | POLLHUP))))
            break;
        /* NOTE: a pipe that is ready takes PART bytes without blocking; the terminal cannot be made
         * non-blocking, since the shell that started us shares it. */
        ssize_t n = write(s->fd, s->queue.data + at, MIN(s->queue.len - at, (size_t)PART));
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            break;
        if (n <= 0) {
            give_up(s, n < 0 ? errno : EIO);
            return;
        }
        at += (size_t)n;
    }
    buf_drop(&s->queue, at);
}

void stream_write(struct front *f, struct out_stream *s, const uint8_t *data, size_t len)
{
    if (s->fd < 0)
        return;
    buf_add(&s->queue, data, len);
    stream_flush(f, s);
}

static void say(struct front *f, const char *text)
{
    stream_write(f, &f->serial[f->stdin_port], (const uint8_t *)text, strlen(text));
}

static void console_keys(struct front *f);

static void console_done(void *ctx, bool good, const char *text)
{
    struct front *f = ctx;
    f->console.busy = false;
    say(f, text);
    if (!good)
        say(f, "\n");
    if (f->console.on)
        say(f, prompt);
    console_keys(f);
}

static void console_line(struct front *f)
{
    char line[LINE_MAX_BYTES + 1];
    size_t n = MIN(f->console.line.len, sizeof line - 1);
    if (n)
        memcpy(line, f->console.line.data, n);
    line[n] = 0;
    buf_clear(&f->console.line);
    say(f, "\n");
    f->console.busy = true;
    if (!control_line(&f->control, line, console_done, f))
        console_done(f, false, "the machine takes no more requests now");
}

static void console_key(struct front *f, uint8_t c)
{
    enum { CTRL_U = 0x15, RUBOUT = 0x7f };
    struct buf *line = &f->console.line;
    if (c == '\r' || c == '\n') {
        console_line(f);
    } else if ((c == '\b' || c == RUBOUT) && line->len) {
        line->len--;
        say(f, "\b \b");
    } else if (c == CTRL_U) {
        for (; line->len; line->len--)
            say(f, "\b \b");
    } else if (c >= ' ' && c < RUBOUT && line->len < LINE_MAX_BYTES) {
        char echo[2] = {(char)c, 0};
        buf_add8(line, c);
        say(f, echo);
    }
}

/* Keys typed while a command is being carried out wait for its end. */
static void console_keys(struct front *f)
{
    if (f->console.taking)
        return; /* a command was done at once: the loop below goes on */
    f->console.taking = true;
    while (!f->console.busy && f->console.keys.len) {
        uint8_t c = f->console.keys.data[0];
        buf_drop(&f->console.keys, 1);
        console_key(f, c);
    }
    f->console.taking = false;
}

static void act(struct front *f, enum escape_wish wish)
{
    switch (wish) {
    case ESCAPE_QUIT:
        front_quit(f, LINK_CAUSE_HOST_SIGNAL);
        break;
    case ESCAPE_HELP:
        say(f, escape_help());
        break;
    case ESCAPE_CONSOLE:
        f->console.on = !f->console.on;
        say(f, f->console.on ? "\n" : "\r\n");
        if (f->console.on)
            say(f, prompt);
        break;
    case ESCAPE_NONE:
        break;
    }
}

void terminal_input(struct front *f)
{
    uint8_t in[PART], msg[1 + PART];
    size_t n = 0;
    ssize_t got = read(STDIN_FILENO, in, sizeof in);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got <= 0) {
        f->use_stdin = false;
        return;
    }
    msg[0] = (uint8_t)f->stdin_port;
    for (ssize_t i = 0; i < got; i++) {
        bool pass = true;
        if (f->monitor)
            act(f, escape_byte(&f->escape, in[i], &pass));
        if (pass && f->console.on)
            buf_add8(&f->console.keys, in[i]);
        else if (pass)
            msg[1 + n++] = in[i];
    }
    if (n)
        link_send(&f->guest.link, LINK_SERIAL, msg, 1 + n);
    console_keys(f);
}
