/* SPDX-License-Identifier: MIT */
/* An input script's hands and eyes, and serial input as the UART has room for it. All on virtual
 * time. */
#include "config.h"

#include "inside/machine_process.h"

#include <string.h>

#include "base/bits.h"
#include "bus/input.h"

/* NOTE: a script's bytes stand among the front end's; only as many are reported as the front end sent. */
static void report_taken(struct machine_process *p, unsigned port, size_t n)
{
    uint8_t msg[5] = {(uint8_t)port};
    n = MIN(n, p->serial[port].owed);
    if (!n)
        return;
    p->serial[port].owed -= n;
    st32(msg + 1, (uint32_t)n);
    link_send(&p->link, LINK_SERIAL_TAKEN, msg, sizeof msg);
}

void serial_feed(struct machine_process *p)
{
    for (unsigned i = 0; i < MAX_SERIAL; i++) {
        struct serial_line *s = &p->serial[i];
        size_t n = MIN(s->in.len, s->room);
        if (!n)
            continue;
        if (!p->cfg.serial[i]) {
            n = s->in.len;
        } else {
            s->room -= n;
            journal_input(machine_journal(p->m), J_SERIAL, (uint16_t)i, s->in.data, (uint32_t)n);
        }
        buf_drop(&s->in, n);
        report_taken(p, i, n);
    }
}

static bool screen_has(void *ctx, const char *text)
{
    struct machine_process *p = ctx;
    struct buf screen = {0};
    machine_text_screen(p->m, &screen);
    bool has = screen.len && memmem(screen.data, screen.len, text, strlen(text));
    buf_free(&screen);
    return has;
}

static bool serial_has(void *ctx, const char *text)
{
    struct machine_process *p = ctx;
    size_t n = strlen(text);
    const uint8_t *at = p->heard.len ? memmem(p->heard.data, p->heard.len, text, n) : NULL;
    if (!at)
        return false;
    buf_drop(&p->heard, (size_t)(at - p->heard.data) + n);
    return true;
}

static bool idle(void *ctx)
{
    const struct machine_process *p = ctx;
    return !p->keyq.count && !p->serial[0].in.len && !p->ending;
}

static bool type(void *ctx, const char *text)
{
    struct machine_process *p = ctx;
    return keyq_type(&p->keyq, machine_ns(p->m), text);
}

static bool chord(void *ctx, const uint8_t *keys, unsigned n)
{
    struct machine_process *p = ctx;
    enum { HOLD_NS = 50000000 };
    return keyq_chord(&p->keyq, machine_ns(p->m), keys, n, HOLD_NS);
}

static void key(void *ctx, uint8_t key, bool down)
{
    struct machine_process *p = ctx;
    uint8_t b[3] = {key, 0, down};
    journal_input(machine_journal(p->m), J_KEY, 0, b, sizeof b);
}

static void mouse(void *ctx, bool absolute, int x, int y, int wheel)
{
    request_pointer(ctx, absolute ? LINK_AXES_ABSOLUTE : LINK_AXES_RELATIVE, x, y, (int8_t)wheel, 0, 0);
}

static void buttons(void *ctx, uint8_t down)
{
    struct machine_process *p = ctx;
    bool absolute = machine_takes_absolute(p->m);
    request_pointer(p, absolute ? LINK_AXES_ABSOLUTE : LINK_AXES_RELATIVE, absolute ? p->tablet[0] : 0,
                    absolute ? p->tablet[1] : 0, 0, POINTER_ALL, down);
}

static void serial(void *ctx, const char *text)
{
    struct machine_process *p = ctx;
    buf_add(&p->serial[0].in, text, strlen(text));
}

static void screenshot(void *ctx, unsigned number)
{
    struct machine_process *p = ctx;
    uint32_t w = 0, h = 0;
    struct buf pixels = {0}, out = {0};
    machine_screenshot(p->m, &pixels, &w, &h);
    if (!w) {
        run_end(p, 1, "input script: there is no picture to save");
        buf_free(&pixels);
        return;
    }
    buf_add32(&out, w);
    buf_add32(&out, h);
    buf_add(&out, pixels.data, pixels.len);
    link_picture(&p->link, number, out.data, out.len);
    buf_free(&pixels);
    buf_free(&out);
}

static void reset(void *ctx)
{
    struct machine_process *p = ctx;
    uint8_t what = POWER_RESET;
    p->user_reset = true;
    journal_input(machine_journal(p->m), J_POWER, 0, &what, sizeof what);
    run_settle(p); /* before what the script does next at this position, as a replay has it */
}

static void quit(void *ctx)
{
    run_end(ctx, 0, NULL);
}

static void fail(void *ctx, const char *why)
{
    run_end(ctx, 1, why);
}

void script_run(struct machine_process *p)
{
    static const struct script_ops ops = {
        .screen_has = screen_has,
        .serial_has = serial_has,
        .idle = idle,
        .type = type,
        .chord = chord,
        .key = key,
        .mouse = mouse,
        .buttons = buttons,
        .serial = serial,
        .screenshot = screenshot,
        .reset = reset,
        .quit = quit,
        .fail = fail,
    };
    script_poll(&p->script, machine_ns(p->m), &ops, p);
}
