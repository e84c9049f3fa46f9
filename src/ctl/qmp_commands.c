/* SPDX-License-Identifier: MIT */
/*
 * QMP's commands, as QEMU's QAPI schema describes them, and x-vitrine-text-screen, which returns
 * the screen's lines of text. A command that the machine has to answer makes the client wait for
 * its reply; the others answer at once.
 */
#include "config.h"

#ifdef HAVE_JANSSON

#include "ctl/qmp_commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "ctl/keys.h"
#include "ctl/qmp.h"
#include "machine/machine.h"

enum {
    MAX_KEYS = 16,
    HOLD_MS = 100,
    HOLD_MAX_MS = 600000,
    TEXT_SCREEN_MAX = 1 << 20
};

/* A command under way: whom to answer, and what is being collected. */
struct command {
    struct qmp *q;
    uint64_t client;
    json_t *id;
    struct buf reply;
};

void qmp_error(struct qmp *q, json_t *id, const char *cls, const char *fmt, ...)
{
    char text[600];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    json_t *m = json_object(), *e = json_object(), *desc = json_string(text);
    json_object_set_new(e, "class", json_string(cls));
    json_object_set_new(e, "desc", desc ? desc : json_string("the error's text is no UTF-8"));
    json_object_set_new(m, "error", e);
    if (id)
        json_object_set(m, "id", id);
    qmp_send(q, m);
}

static void give(struct qmp *q, json_t *id, json_t *result)
{
    json_t *m = json_object();
    json_object_set_new(m, "return", result);
    if (id)
        json_object_set(m, "id", id);
    qmp_send(q, m);
}

void qmp_give(struct qmp *q, json_t *id, json_t *result)
{
    give(q, id, result);
}

json_t *qmp_version(void)
{
    int major = 0, minor = 0, micro = 0;
    sscanf(PACKAGE_VERSION, "%d.%d.%d", &major, &minor, &micro);
    return json_pack("{s:{s:i,s:i,s:i},s:s}", "qemu", "major", major, "minor", minor, "micro",
                     micro, "package", "vitrine-" PACKAGE_VERSION);
}

/* Commands under way. */

static struct command *command_new(struct qmp *q, json_t *id)
{
    struct command *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->q = q;
    c->client = q->client;
    c->id = json_incref(id);
    return c;
}

static void command_free(struct command *c)
{
    json_decref(c->id);
    buf_free(&c->reply);
    free(c);
}

/* Answers (result NULL: with an error), unless the client has gone. */
static void command_end(struct command *c, json_t *result, const char *error)
{
    struct qmp *q = c->q;
    bool there = q->client == c->client;
    if (there && result)
        give(q, c->id, json_incref(result));
    else if (there)
        qmp_error(q, c->id, "GenericError", "%s", error);
    json_decref(result);
    command_free(c);
    if (there && q->busy)
        qmp_done(q);
}

static void done_plain(void *ctx, bool good, const char *text)
{
    command_end(ctx, good ? json_object() : NULL, text);
}

static void done_text(void *ctx, bool good, const char *text)
{
    json_t *s = good ? json_string(text) : NULL;
    command_end(ctx, s, good ? "the output is no UTF-8" : text);
}

static void replied(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    (void)len;
    if (kind != LINK_MORE)
        done_plain(ctx, kind == LINK_LAST, (const char *)data);
}

static void request(struct qmp *q, json_t *id, enum link_type type, const void *data, size_t len)
{
    struct command *c = command_new(q, id);
    q->busy = c && guest_request(q->control->guest, type, data, len, replied, c);
    if (!q->busy) {
        if (c)
            command_free(c);
        qmp_error(q, id, "GenericError", "the machine takes no more requests now");
    }
}

/* Arguments. */

static bool only(struct qmp *q, json_t *id, json_t *args, const char *const *known)
{
    const char *key;
    json_t *value;
    json_object_foreach(args, key, value)
    {
        unsigned i = 0;
        while (known[i] && strcmp(known[i], key))
            i++;
        if (!known[i]) {
            qmp_error(q, id, "GenericError", "Parameter '%.60s' is unexpected", key);
            return false;
        }
    }
    return true;
}

static const char *string_arg(struct qmp *q, json_t *id, json_t *args, const char *name)
{
    json_t *v = json_object_get(args, name);
    if (!v)
        qmp_error(q, id, "GenericError", "Parameter '%s' is missing", name);
    else if (!json_is_string(v))
        qmp_error(q, id, "GenericError", "Invalid parameter type for '%s', expected: string", name);
    else
        return json_string_value(v);
    return NULL;
}

static bool number_arg(struct qmp *q, json_t *id, json_t *args, const char *name, uint64_t *to)
{
    json_t *v = json_object_get(args, name);
    if (!v)
        qmp_error(q, id, "GenericError", "Parameter '%s' is missing", name);
    else if (!json_is_integer(v) || json_integer_value(v) < 0)
        qmp_error(q, id, "GenericError", "Invalid parameter type for '%s', expected: integer",
                  name);
    else {
        *to = (uint64_t)json_integer_value(v);
        return true;
    }
    return false;
}

/* Commands. */

static void cmd_capabilities(struct qmp *q, json_t *id, json_t *args)
{
    static const char *const known[] = {"enable", NULL};
    if (!only(q, id, args, known))
        return;
    json_t *enable = json_object_get(args, "enable");
    if (enable && json_array_size(enable)) {
        qmp_error(q, id, "GenericError", "no capability can be enabled");
        return;
    }
    q->negotiated = true;
    give(q, id, json_object());
}

static void cmd_status(struct qmp *q, json_t *id, json_t *args)
{
    static const char *const name[] = {[LINK_STATE_PRELAUNCH] = "prelaunch",
                                       [LINK_STATE_RUNNING] = "running",
                                       [LINK_STATE_PAUSED] = "paused",
                                       [LINK_STATE_SHUTDOWN] = "shutdown"};
    (void)args;
    enum link_state s = q->control->guest->state;
    give(q, id,
         json_pack("{s:b,s:b,s:s}", "running", s == LINK_STATE_RUNNING, "singlestep", 0, "status",
                   name[s]));
}

static void cmd_version(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    give(q, id, qmp_version());
}

static void cmd_name(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    json_t *r = json_object();
    if (q->control->name[0])
        json_object_set_new(r, "name", json_string(q->control->name));
    give(q, id, r);
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

static void cmd_reset(struct qmp *q, json_t *id, json_t *args)
{
    static const uint8_t reset = POWER_RESET;
    (void)args;
    request(q, id, LINK_POWER, &reset, sizeof reset);
}

static void cmd_powerdown(struct qmp *q, json_t *id, json_t *args)
{
    static const uint8_t button = POWER_BUTTON;
    (void)args;
    request(q, id, LINK_POWER, &button, sizeof button);
}

static void cmd_quit(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    give(q, id, json_object());
    q->control->quit(q->control->ctx);
}

static uint8_t key_value(const json_t *k)
{
    const char *type = json_string_value(json_object_get(k, "type"));
    const json_t *data = json_object_get(k, "data");
    if (type && !strcmp(type, "qcode") && json_is_string(data))
        return key_by_name(json_string_value(data), json_string_length(data));
    if (type && !strcmp(type, "number") && json_is_integer(data) && json_integer_value(data) > 0 &&
        json_integer_value(data) <= UINT8_MAX)
        return (uint8_t)json_integer_value(data);
    return 0;
}

static void cmd_send_key(struct qmp *q, json_t *id, json_t *args)
{
    static const char *const known[] = {"keys", "hold-time", NULL};
    uint8_t msg[4 + MAX_KEYS];
    uint64_t hold = HOLD_MS;
    if (!only(q, id, args, known))
        return;
    json_t *keys = json_object_get(args, "keys");
    if (json_object_get(args, "hold-time") && !number_arg(q, id, args, "hold-time", &hold))
        return;
    if (!json_is_array(keys) || !json_array_size(keys)) {
        qmp_error(q, id, "GenericError", "Parameter 'keys' is missing");
        return;
    }
    if (json_array_size(keys) > MAX_KEYS || hold > HOLD_MAX_MS) {
        qmp_error(q, id, "GenericError", "at most %d keys for %d ms", MAX_KEYS, HOLD_MAX_MS);
        return;
    }
    for (size_t i = 0; i < json_array_size(keys); i++) {
        msg[4 + i] = key_value(json_array_get(keys, i));
        if (!msg[4 + i]) {
            const char *name = json_string_value(json_object_get(json_array_get(keys, i), "data"));
            qmp_error(q, id, "GenericError", "Invalid parameter '%.40s': no such key",
                      name ? name : "keys");
            return;
        }
    }
    st32(msg, (uint32_t)hold);
    request(q, id, LINK_KEYS, msg, 4 + json_array_size(keys));
}

static void cmd_screendump(struct qmp *q, json_t *id, json_t *args)
{
    static const char *const known[] = {"filename", "format", "device", "head", NULL};
    if (!only(q, id, args, known))
        return;
    const char *path = string_arg(q, id, args, "filename");
    const char *format = json_string_value(json_object_get(args, "format"));
    if (!path)
        return;
    if (json_object_get(args, "format") &&
        (!format || (strcmp(format, "ppm") && strcmp(format, "png")))) {
        qmp_error(q, id, "GenericError", "Invalid parameter 'format': there are ppm and png");
        return;
    }
    struct command *c = command_new(q, id);
    q->busy = true;
    if (!c ||
        !control_screendump(q->control, path, format && !strcmp(format, "png"), done_plain, c)) {
        q->busy = false;
        if (c)
            command_free(c);
        qmp_error(q, id, "GenericError", "the machine takes no more requests now");
    }
}

static void save_memory(struct qmp *q, json_t *id, json_t *args, bool physical)
{
    static const char *const known[] = {"val", "size", "filename", "cpu-index", NULL};
    uint64_t at, size;
    if (!only(q, id, args, known) || !number_arg(q, id, args, "val", &at) ||
        !number_arg(q, id, args, "size", &size))
        return;
    const char *path = string_arg(q, id, args, "filename");
    struct command *c = path ? command_new(q, id) : NULL;
    if (!c)
        return;
    q->busy = true;
    if (!control_save_memory(q->control, physical, at, size, path, done_plain, c)) {
        q->busy = false;
        command_free(c);
        qmp_error(q, id, "GenericError", "the machine takes no more requests now");
    }
}

static void cmd_pmemsave(struct qmp *q, json_t *id, json_t *args)
{
    save_memory(q, id, args, true);
}

static void cmd_memsave(struct qmp *q, json_t *id, json_t *args)
{
    save_memory(q, id, args, false);
}

static void cmd_hmp(struct qmp *q, json_t *id, json_t *args)
{
    static const char *const known[] = {"command-line", "cpu-index", NULL};
    if (!only(q, id, args, known))
        return;
    const char *line = string_arg(q, id, args, "command-line");
    struct command *c = line ? command_new(q, id) : NULL;
    if (!c)
        return;
    q->busy = true;
    if (!control_line(q->control, line, done_text, c)) {
        q->busy = false;
        command_free(c);
        qmp_error(q, id, "GenericError", "the machine takes no more requests now");
    }
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
    command_end(c, lines, "");
}

static void cmd_text_screen(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    struct command *c = command_new(q, id);
    q->busy = c && guest_request(q->control->guest, LINK_TEXT, NULL, 0, text_came, c);
    if (!q->busy) {
        if (c)
            command_free(c);
        qmp_error(q, id, "GenericError", "the machine takes no more requests now");
    }
}

static void cmd_commands(struct qmp *q, json_t *id, json_t *args);

static const struct {
    const char *name;
    void (*run)(struct qmp *q, json_t *id, json_t *args);
} table[] = {
    {"qmp_capabilities", cmd_capabilities},
    {"query-status", cmd_status},
    {"query-version", cmd_version},
    {"query-commands", cmd_commands},
    {"query-name", cmd_name},
    {"stop", cmd_stop},
    {"cont", cmd_cont},
    {"system_reset", cmd_reset},
    {"system_powerdown", cmd_powerdown},
    {"quit", cmd_quit},
    {"send-key", cmd_send_key},
    {"screendump", cmd_screendump},
    {"pmemsave", cmd_pmemsave},
    {"memsave", cmd_memsave},
    {"human-monitor-command", cmd_hmp},
    {"query-vnc", qmp_query_vnc},
    {"set_password", qmp_set_password},
    {"change-vnc-password", qmp_change_vnc_password},
    {"x-vitrine-text-screen", cmd_text_screen},
};

static void cmd_commands(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    json_t *list = json_array();
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        json_array_append_new(list, json_pack("{s:s}", "name", table[i].name));
    give(q, id, list);
}

static void execute(struct qmp *q, json_t *id, const char *name, json_t *args)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (strcmp(table[i].name, name))
            continue;
        bool greeting = table[i].run == cmd_capabilities;
        if (greeting && q->negotiated)
            qmp_error(q, id, "CommandNotFound",
                      "Capabilities negotiation is already complete, command ignored");
        else if (!greeting && !q->negotiated)
            qmp_error(q, id, "CommandNotFound",
                      "Expecting capabilities negotiation with 'qmp_capabilities'");
        else
            table[i].run(q, id, args);
        return;
    }
    qmp_error(q, id, "CommandNotFound", "The command %.60s has not been found", name);
}

void qmp_message(struct qmp *q, const json_t *message)
{
    static const char *const known[] = {"execute", "arguments", "id", NULL};
    json_t *m = (json_t *)(uintptr_t)message;
    json_t *id = json_object_get(m, "id");
    if (!json_is_object(m)) {
        qmp_error(q, NULL, "GenericError", "QMP input must be a JSON object");
        return;
    }
    const char *key;
    json_t *value;
    json_object_foreach(m, key, value)
    {
        unsigned i = 0;
        while (known[i] && strcmp(known[i], key))
            i++;
        if (!known[i]) {
            qmp_error(q, id, "GenericError", "QMP input member '%.60s' is unexpected", key);
            return;
        }
    }
    const json_t *name = json_object_get(m, "execute");
    json_t *args = json_object_get(m, "arguments");
    if (!json_is_string(name)) {
        qmp_error(q, id, "GenericError",
                  name ? "QMP input member 'execute' must be a string"
                       : "QMP input lacks member 'execute'");
        return;
    }
    if (args && !json_is_object(args)) {
        qmp_error(q, id, "GenericError", "QMP input member 'arguments' must be an object");
        return;
    }
    json_t *none = args ? NULL : json_object();
    execute(q, id, json_string_value(name), args ? args : none);
    json_decref(none);
}

#else
typedef int no_qmp_commands; /* an empty translation unit is no C */
#endif
