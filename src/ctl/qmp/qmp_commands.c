/* SPDX-License-Identifier: MIT */
/*
 * QMP's commands: found by name, their arguments checked against what their row of a table says, carried
 * out, answered. A command that the machine has to answer makes the client wait for its reply; the others
 * answer at once. The commands themselves are in qmp_basic.c, qmp_query.c, qmp_block.c and qmp_input.c.
 */
#include "config.h"

#ifdef HAVE_JANSSON

#include "ctl/qmp/qmp_commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "ctl/refused_commands.h"

void qmp_error(struct qmp *q, json_t *id, const char *cls, const char *fmt, ...)
{
    char text[600];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    size_t n = strlen(text);
    while (n && text[n - 1] == '\n')
        text[--n] = 0;
    json_t *m = json_object(), *e = json_object(), *desc = json_string(text);
    json_object_set_new(e, "class", json_string(cls));
    json_object_set_new(e, "desc", desc ? desc : json_string("the error's text is no UTF-8"));
    json_object_set_new(m, "error", e);
    if (id)
        json_object_set(m, "id", id);
    qmp_send(q, m);
}

void qmp_give(struct qmp *q, json_t *id, json_t *result)
{
    json_t *m = json_object();
    json_object_set_new(m, "return", result ? result : json_object());
    if (id)
        json_object_set(m, "id", id);
    qmp_send(q, m);
}

json_t *qmp_version(void)
{
    int major = 0, minor = 0, micro = 0;
    sscanf(PACKAGE_VERSION, "%d.%d.%d", &major, &minor, &micro);
    return json_pack("{s:{s:i,s:i,s:i},s:s}", "qemu", "major", major, "minor", minor, "micro", micro, "package",
                     "vitrine-" PACKAGE_VERSION);
}

/* Commands under way. */

struct command *command_begin(struct qmp *q, json_t *id, json_t *args)
{
    struct command *c = calloc(1, sizeof *c);
    if (!c) {
        qmp_error(q, id, "GenericError", "out of memory");
        return NULL;
    }
    c->q = q;
    c->client = q->client;
    c->id = json_incref(id);
    c->args = json_incref(args);
    q->busy = true;
    return c;
}

/* Unless the client has gone. */
void command_end(struct command *c, json_t *result, const char *error)
{
    struct qmp *q = c->q;
    bool there = q->client == c->client;
    if (there && !error)
        qmp_give(q, c->id, json_incref(result));
    else if (there)
        qmp_error(q, c->id, "GenericError", "%s", error);
    json_decref(result);
    json_decref(c->id);
    json_decref(c->args);
    buf_free(&c->reply);
    free(c);
    if (there && q->busy)
        qmp_done(q);
}

void command_done(void *ctx, bool good, const char *text)
{
    command_end(ctx, NULL, good ? NULL : text);
}

void command_check(struct command *c, bool taken)
{
    if (!taken)
        command_end(c, NULL, "the machine takes no more requests now");
}

/* Arguments. */

const char *qmp_string(const json_t *args, const char *name, const char *other)
{
    const char *s = json_string_value(json_object_get(args, name));
    return s ? s : other;
}

int64_t qmp_integer(const json_t *args, const char *name, int64_t other)
{
    const json_t *v = json_object_get(args, name);
    return v ? json_integer_value(v) : other;
}

bool qmp_flag(const json_t *args, const char *name, bool other)
{
    const json_t *v = json_object_get(args, name);
    return v ? json_is_true(v) : other;
}

/* One "name:t?" of a list; false at its end. */
struct parameter {
    char name[32];
    char type;
    bool optional;
};
static bool next_parameter(const char **spec, struct parameter *p)
{
    *spec += strspn(*spec, " ");
    size_t n = strcspn(*spec, ":");
    if (!**spec || n >= sizeof p->name)
        return false;
    memcpy(p->name, *spec, n);
    p->name[n] = 0;
    *spec += n + 1;
    p->type = *(*spec)++;
    p->optional = **spec == '?';
    *spec += p->optional;
    return true;
}

static bool type_fits(char type, const json_t *v)
{
    switch (type) {
    case 's': return json_is_string(v);
    case 'i': return json_is_integer(v) && json_integer_value(v) >= 0;
    case 'n': return json_is_integer(v);
    case 'b': return json_is_boolean(v);
    case 'a': return json_is_array(v);
    case 'o': return json_is_object(v);
    default: return true;
    }
}

static const char *type_name(char type)
{
    return type == 's'                  ? "string"
           : type == 'i' || type == 'n' ? "integer"
           : type == 'b'                ? "boolean"
           : type == 'a'                ? "array"
                                        : "object";
}

static bool is_parameter(const char *spec, const char *name)
{
    struct parameter p;
    while (next_parameter(&spec, &p))
        if (!strcmp(p.name, name))
            return true;
    return false;
}

static bool check_args(struct qmp *q, json_t *id, json_t *args, const char *spec)
{
    struct parameter p;
    const char *key, *rest = spec;
    json_t *value;
    json_object_foreach(args, key, value)
    {
        if (strcmp(spec, "*") != 0 && !is_parameter(spec, key)) {
            qmp_error(q, id, "GenericError", "Parameter '%.60s' is unexpected", key);
            return false;
        }
    }
    while (next_parameter(&rest, &p)) {
        value = json_object_get(args, p.name);
        if (!value && p.optional)
            continue;
        if (!value)
            qmp_error(q, id, "GenericError", "Parameter '%s' is missing", p.name);
        else if (!type_fits(p.type, value))
            qmp_error(q, id, "GenericError", "Invalid parameter type for '%s', expected: %s", p.name,
                      type_name(p.type));
        else
            continue;
        return false;
    }
    return true;
}

/* Commands. */

const struct qmp_command *qmp_command_at(unsigned i)
{
    static const struct qmp_command *const lists[] = {qmp_basic, qmp_queries, qmp_block, qmp_input};
    for (size_t l = 0; l < ARRAY_LEN(lists); l++)
        for (const struct qmp_command *c = lists[l]; c->name; c++)
            if (i-- == 0)
                return c;
    return NULL;
}

static void execute(struct qmp *q, json_t *id, const char *name, json_t *args)
{
    const struct qmp_command *c;
    for (unsigned i = 0; (c = qmp_command_at(i)) != NULL; i++)
        if (!strcmp(c->name, name))
            break;
    bool greeting = !strcmp(name, "qmp_capabilities");
    if (!q->negotiated && !greeting) {
        qmp_error(q, id, "CommandNotFound", "Expecting capabilities negotiation with 'qmp_capabilities'");
    } else if (q->negotiated && greeting) {
        qmp_error(q, id, "CommandNotFound", "Capabilities negotiation is already complete, command ignored");
    } else if (c) {
        if (check_args(q, id, args, c->args))
            c->run(q, id, args);
    } else {
        const char *reason = refused_command(REFUSED_QMP, name, strlen(name));
        if (reason)
            qmp_error(q, id, "CommandNotFound", "The command %s is not supported: %s", name, reason);
        else
            qmp_error(q, id, "CommandNotFound", "The command %.60s has not been found", name);
    }
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
                  name ? "QMP input member 'execute' must be a string" : "QMP input lacks member 'execute'");
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
