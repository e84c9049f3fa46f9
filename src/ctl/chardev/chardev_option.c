/* SPDX-License-Identifier: MIT */
/* The two spellings of a character back end, QEMU's: a comma list behind -chardev, and the short
 * form with colons. Both end in a struct chardev_option. */
#include "config.h"

#include "ctl/chardev/chardev_option.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "ctl/options/options.h"

static const struct {
    const char *name;
    enum chardev_kind kind;
} backends[] = {
    {"null", CHARDEV_NULL}, {"vc", CHARDEV_VC},      {"stdio", CHARDEV_STDIO}, {"file", CHARDEV_FILE},
    {"pipe", CHARDEV_PIPE}, {"socket", CHARDEV_TCP}, {"pty", CHARDEV_PTY},
};
static const char backend_names[] = "null, vc, stdio, file, pipe, socket and pty";
static const char short_names[] =
    "null, none, vc, stdio, file:PATH, pipe:PATH, unix:PATH, tcp:HOST:PORT, telnet:HOST:PORT, pty "
    "and chardev:ID";

void chardev_option_free(struct chardev_option *o)
{
    free(o->path);
    free(o->host);
    free(o->port);
    free(o->logfile);
    memset(o, 0, sizeof *o);
}

void chardev_option_print(const struct chardev_option *o, char *to, unsigned room)
{
    static const char *const name[] = {
        [CHARDEV_NULL] = "null", [CHARDEV_VC] = "vc",     [CHARDEV_STDIO] = "stdio", [CHARDEV_PTY] = "pty",
        [CHARDEV_FILE] = "file", [CHARDEV_PIPE] = "pipe", [CHARDEV_UNIX] = "unix",   [CHARDEV_TCP] = "tcp"};
    const char *role = o->server ? ",server=on" : "";
    if (o->kind == CHARDEV_TCP)
        snprintf(to, room, strchr(o->host, ':') ? "%s:[%s]:%s%s" : "%s:%s:%s%s", o->telnet ? "telnet" : "tcp", o->host,
                 o->port, role);
    else if (o->path)
        snprintf(to, room, "%s:%s%s", name[o->kind], o->path, role);
    else
        snprintf(to, room, "%s", name[o->kind]);
}

bool host_port_split(const char *text, char **host, char **port)
{
    const char *end, *at;
    if (*text == '[') {
        text++;
        end = strchr(text, ']');
        if (!end || end[1] != ':')
            return false;
        at = end + 2;
    } else {
        end = strchr(text, ':');
        if (!end)
            return false;
        at = end + 1;
    }
    if (!*at || strpbrk(at, ":]["))
        return false;
    *host = strndup(text, (size_t)(end - text));
    *port = strdup(at);
    return *host && *port;
}

static bool check_port(const char *port, struct error *err)
{
    char *end;
    long v = strtol(port, &end, 10);
    if (!isdigit((unsigned char)*port))
        return true; /* a service's name: the resolver knows it or not */
    return (!*end && v >= 0 && v <= 65535) || error_set(err, "port %.40s: ports are 0 to 65535", port);
}

static bool set_string(char **to, const struct keyval *kv, struct error *err)
{
    if (!kv->has_value || kv->too_long || !kv->value[0])
        return error_set(err, "%s= needs a value of at most %zu bytes", kv->key, sizeof kv->value - 1);
    free(*to);
    *to = strdup(kv->value);
    return *to != NULL;
}

static bool set_reconnect(struct chardev_option *o, const struct keyval *kv, struct error *err)
{
    char *end;
    unsigned long v = strtoul(kv->value, &end, 10);
    if (!isdigit((unsigned char)kv->value[0]) || *end || v > 86400)
        return error_set(err, "reconnect=%.40s: say a number of seconds", kv->value);
    o->reconnect = (unsigned)v;
    return true;
}

/* What a back end takes beside id=, mux=, logfile= and logappend=. */
static bool belongs(enum chardev_kind kind, const char *key)
{
    static const char *const socket_keys[] = {"server",  "wait",   "nowait",    "delay",
                                              "nodelay", "telnet", "reconnect", NULL};
    static const char *const none[] = {NULL};
    static const char *const file_keys[] = {"path", "append", NULL};
    static const char *const pipe_keys[] = {"path", NULL};
    static const char *const stdio_keys[] = {"signal", NULL};
    static const char *const vc_keys[] = {"width", "height", "cols", "rows", NULL};
    const char *const *known = kind == CHARDEV_UNIX || kind == CHARDEV_TCP ? socket_keys
                               : kind == CHARDEV_FILE                      ? file_keys
                               : kind == CHARDEV_PIPE                      ? pipe_keys
                               : kind == CHARDEV_STDIO                     ? stdio_keys
                               : kind == CHARDEV_VC                        ? vc_keys
                                                                           : none;
    for (; *known; known++)
        if (!strcmp(*known, key))
            return true;
    return (kind == CHARDEV_UNIX && !strcmp(key, "path")) ||
           (kind == CHARDEV_TCP &&
            (!strcmp(key, "host") || !strcmp(key, "port") || !strcmp(key, "ipv4") || !strcmp(key, "ipv6")));
}

static bool set_flag(struct chardev_option *o, const struct keyval *kv, struct error *err)
{
    const struct {
        const char *key;
        bool *to;
        bool inverted;
    } flags[] = {
        {"server", &o->server, false},       {"wait", &o->wait, false},    {"nowait", &o->wait, true},
        {"nodelay", &o->nodelay, false},     {"delay", &o->nodelay, true}, {"telnet", &o->telnet, false},
        {"append", &o->append, false},       {"mux", &o->mux, false},      {"logappend", &o->logappend, false},
        {"signal", &o->keep_signals, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        bool on;
        if (strcmp(flags[i].key, kv->key))
            continue;
        if (!keyval_bool(kv, &on, err))
            return false;
        *flags[i].to = on != flags[i].inverted;
        return true;
    }
    return true; /* a size of vc's, or ipv4=, which the resolver does not need */
}

static bool set_key(struct chardev_option *o, const struct keyval *kv, struct error *err)
{
    bool common = !strcmp(kv->key, "id") || !strcmp(kv->key, "mux") || !strcmp(kv->key, "logfile") ||
                  !strcmp(kv->key, "logappend");
    if (!common && !belongs(o->kind, kv->key))
        return error_set(err, "'%s' does not belong to this kind of back end", kv->key);
    if (!strcmp(kv->key, "id")) {
        if (!kv->has_value || strlen(kv->value) >= sizeof o->id || !isalpha((unsigned char)kv->value[0]))
            return error_set(err, "id=%.70s: an id begins with a letter and has at most %zu bytes", kv->value,
                             sizeof o->id - 1);
        strcpy(o->id, kv->value);
        return true;
    }
    if (!strcmp(kv->key, "path"))
        return set_string(&o->path, kv, err);
    if (!strcmp(kv->key, "host"))
        return set_string(&o->host, kv, err);
    if (!strcmp(kv->key, "port"))
        return set_string(&o->port, kv, err);
    if (!strcmp(kv->key, "logfile"))
        return set_string(&o->logfile, kv, err);
    if (!strcmp(kv->key, "reconnect"))
        return set_reconnect(o, kv, err);
    return set_flag(o, kv, err);
}

static bool set_keys(struct chardev_option *o, const char *list, struct error *err)
{
    struct keyval kv;
    while (keyval_next(&list, &kv))
        if (!set_key(o, &kv, err))
            return false;
    return true;
}

/* What is missing or does not go together. */
static bool check(struct chardev_option *o, struct error *err)
{
    bool socket = o->kind == CHARDEV_UNIX || o->kind == CHARDEV_TCP;
    if ((o->kind == CHARDEV_FILE || o->kind == CHARDEV_PIPE || o->kind == CHARDEV_UNIX) && (!o->path || !*o->path))
        return error_set(err, "a path is missing");
    if (o->kind == CHARDEV_TCP && !o->host && !(o->host = strdup("")))
        return error_set(err, "out of memory");
    if (o->kind == CHARDEV_TCP && !o->port)
        return error_set(err, "say path=PATH, or host=HOST and port=PORT");
    if (o->kind == CHARDEV_TCP && !check_port(o->port, err))
        return false;
    if (socket && o->server && o->reconnect)
        return error_set(err, "reconnect= is for a client; a server=on waits by itself");
    return true;
}

bool chardev_option_parse(struct chardev_option *o, const char *arg, struct error *err)
{
    struct keyval kv;
    size_t i = 0;
    memset(o, 0, sizeof *o);
    strcpy(o->said, "-chardev");
    if (keyval_next(&arg, &kv) && kv.has_value && !strcmp(kv.key, "backend"))
        snprintf(kv.key, sizeof kv.key, "%.60s", kv.value);
    while (i < ARRAY_LEN(backends) && strcmp(backends[i].name, kv.key))
        i++;
    if (i == ARRAY_LEN(backends))
        return error_set(err, "'%s': the back ends are %s", kv.key, backend_names);
    o->kind = backends[i].kind;
    o->keep_signals = true;
    o->wait = true;
    /* A socket with a path is a UNIX one, wherever the path stands in the list. */
    const char *list = arg;
    if (o->kind == CHARDEV_TCP)
        while (keyval_next(&list, &kv))
            if (!strcmp(kv.key, "path"))
                o->kind = CHARDEV_UNIX;
    if (!set_keys(o, arg, err) || !check(o, err))
        return false;
    return o->id[0] || error_set(err, "an id=ID is missing");
}

static bool short_tcp(struct chardev_option *o, const char *arg, struct error *err)
{
    size_t n = strcspn(arg, ",");
    char *address = strndup(arg, n);
    bool good = address && host_port_split(address, &o->host, &o->port);
    if (!good)
        error_set(err, "'%.100s' is no HOST:PORT (an IPv6 address stands in brackets)", address ? address : "");
    free(address);
    o->kind = CHARDEV_TCP;
    return good && set_keys(o, arg + n + (arg[n] == ','), err);
}

static bool short_path(struct chardev_option *o, enum chardev_kind kind, const char *arg, struct error *err)
{
    size_t n = strcspn(arg, ",");
    /* A file's name is all that follows, commas too, as QEMU takes it. */
    if (kind == CHARDEV_FILE || kind == CHARDEV_PIPE)
        n = strlen(arg);
    o->kind = kind;
    o->path = strndup(arg, n);
    return o->path && set_keys(o, arg + n + (arg[n] == ','), err);
}

bool chardev_option_short(struct chardev_option *o, const char *arg, struct error *err)
{
    static const struct {
        const char *prefix;
        enum chardev_kind kind;
    } paths[] = {{"file:", CHARDEV_FILE}, {"pipe:", CHARDEV_PIPE}, {"unix:", CHARDEV_UNIX}};
    o->wait = o->keep_signals = true;
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        if (!strncmp(arg, paths[i].prefix, 5))
            return short_path(o, paths[i].kind, arg + 5, err) && check(o, err);
    if (!strncmp(arg, "tcp:", 4))
        return short_tcp(o, arg + 4, err) && check(o, err);
    if (!strncmp(arg, "telnet:", 7)) {
        o->telnet = true;
        return short_tcp(o, arg + 7, err) && check(o, err);
    }
    if (!strcmp(arg, "null"))
        o->kind = CHARDEV_NULL;
    else if (!strcmp(arg, "vc") || !strncmp(arg, "vc:", 3))
        o->kind = CHARDEV_VC;
    else if (!strcmp(arg, "stdio"))
        o->kind = CHARDEV_STDIO;
    else if (!strcmp(arg, "pty"))
        o->kind = CHARDEV_PTY;
    else
        return error_set(err, "there are %s", short_names);
    return true;
}
