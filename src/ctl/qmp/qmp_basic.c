/* SPDX-License-Identifier: MIT */
/* QMP: negotiation, running and stopping, pictures and memory into files, the console's commands, and
 * x-vitrine-text-screen, which returns the screen's lines of text. */
#include "config.h"

#ifdef HAVE_JANSSON

#include "ctl/qmp/qmp_commands.h"

#include <string.h>

#include "base/bits.h"
#include "machine/machine.h"

enum { TEXT_SCREEN_MAX = 1 << 20 };

static void replied(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    (void)len;
    if (kind != LINK_MORE)
        command_end(ctx, NULL, kind == LINK_LAST ? NULL : (const char *)data);
}

static void request(struct qmp *q, json_t *id, enum link_type type, const void *data, size_t len)
{
    struct command *c = command_begin(q, id, NULL);
    if (c)
        command_check(c, guest_request(q->control->guest, type, data, len, replied, c));
}

static void cmd_capabilities(struct qmp *q, json_t *id, json_t *args)
{
    if (json_array_size(json_object_get(args, "enable"))) {
        qmp_error(q, id, "GenericError", "no capability can be enabled");
        return;
    }
    q->negotiated = true;
    qmp_give(q, id, NULL);
}

static void cmd_stop(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    request(q, id, LINK_STOP, NULL, 0);
}

static void cmd_cont(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    request(q, id, LINK_CONT, NULL, 0);
}

static void power(struct qmp *q, json_t *id, uint8_t what)
{
    request(q, id, LINK_POWER, &what, sizeof what);
}

static void cmd_reset(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    power(q, id, POWER_RESET);
}

static void cmd_powerdown(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    power(q, id, POWER_BUTTON);
}

static void cmd_nmi(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    request(q, id, LINK_COMMAND, "nmi", 3);
}

static void cmd_quit(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    qmp_give(q, id, NULL);
    q->control->quit(q->control->ctx);
}

static void cmd_screendump(struct qmp *q, json_t *id, json_t *args)
{
    const char *format = qmp_string(args, "format", "ppm");
    if (strcmp(format, "ppm") && strcmp(format, "png")) {
        qmp_error(q, id, "GenericError", "Invalid parameter 'format': there are ppm and png");
        return;
    }
    struct command *c = command_begin(q, id, args);
    if (c)
        command_check(c, control_screendump(q->control, qmp_string(args, "filename", ""), !strcmp(format, "png"),
                                            command_done, c));
}

static void save_memory(struct qmp *q, json_t *id, json_t *args, bool physical)
{
    struct command *c = command_begin(q, id, args);
    if (c)
        command_check(c, control_save_memory(q->control, physical, (uint64_t)qmp_integer(args, "val", 0),
                                             (uint64_t)qmp_integer(args, "size", 0), qmp_string(args, "filename", ""),
                                             command_done, c));
}

static void cmd_pmemsave(struct qmp *q, json_t *id, json_t *args)
{
    save_memory(q, id, args, true);
}

static void cmd_memsave(struct qmp *q, json_t *id, json_t *args)
{
    save_memory(q, id, args, false);
}

/* NOTE: as in QEMU what is wrong with a console's line is its output, not an error of QMP's. Bytes that are no
 * UTF-8, as in a file's name, become '?'. */
static void line_done(void *ctx, bool good, const char *text)
{
    struct buf b = {0};
    json_t *s = json_string(text);
    (void)good;
    if (!s) {
        buf_printf(&b, "%s", text);
        for (size_t i = 0; i < b.len; i++)
            if (b.data[i] & 0x80)
                b.data[i] = '?';
        s = json_string((const char *)b.data);
        buf_free(&b);
    }
    command_end(ctx, s, NULL);
}

static void cmd_hmp(struct qmp *q, json_t *id, json_t *args)
{
    struct command *c = command_begin(q, id, args);
    if (c)
        command_check(c, control_line(q->control, qmp_string(args, "command-line", ""), line_done, c));
}

static void text_came(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    struct command *c = ctx;
    if (kind == LINK_FAILED) {
        command_end(c, NULL, (const char *)data);
        return;
    }
    if (c->reply.len + len <= TEXT_SCREEN_MAX)
        buf_add(&c->reply, data, len);
    if (kind == LINK_MORE)
        return;
    json_t *lines = json_array();
    for (size_t at = 0, n; at < c->reply.len; at += n + 1) {
        const uint8_t *nl = memchr(c->reply.data + at, '\n', c->reply.len - at);
        n = nl ? (size_t)(nl - c->reply.data) - at : c->reply.len - at;
        json_t *line = json_stringn((const char *)c->reply.data + at, n);
        json_array_append_new(lines, line ? line : json_string(""));
    }
    command_end(c, lines, NULL);
}

static void cmd_text_screen(struct qmp *q, json_t *id, json_t *args)
{
    struct command *c = command_begin(q, id, args);
    if (c)
        command_check(c, guest_request(q->control->guest, LINK_TEXT, NULL, 0, text_came, c));
}

const struct qmp_command qmp_basic[] = {
    {"qmp_capabilities", "enable:a?", cmd_capabilities},
    {"stop", "", cmd_stop},
    {"cont", "", cmd_cont},
    {"system_reset", "", cmd_reset},
    {"system_powerdown", "", cmd_powerdown},
    {"inject-nmi", "", cmd_nmi},
    {"quit", "", cmd_quit},
    {"screendump", "filename:s device:s? head:i? format:s?", cmd_screendump},
    {"pmemsave", "val:i size:i filename:s", cmd_pmemsave},
    {"memsave", "val:i size:i filename:s cpu-index:i?", cmd_memsave},
    {"human-monitor-command", "command-line:s cpu-index:i?", cmd_hmp},
    {"query-vnc", "", qmp_query_vnc},
    {"set_password", "protocol:s password:s connected:s? display:s?", qmp_set_password},
    {"change-vnc-password", "password:s", qmp_change_vnc_password},
    {"x-vitrine-text-screen", "", cmd_text_screen},
    {NULL, NULL, NULL},
};

#else
typedef int no_qmp_basic; /* an empty translation unit is no C */
#endif
