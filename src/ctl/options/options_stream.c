/* SPDX-License-Identifier: MIT */
/* The command line's streams: who uses which character back end. Each user names a back end by its
 * id; the short forms make one of their own. */
#include "config.h"

#include "ctl/options/options_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/bits.h"

/* A new back end; NULL with *err. */
static struct chardev_option *add_chardev(struct options *o, struct error *err)
{
    if (o->nchardevs == MAX_CHARDEVS) {
        error_set(err, "at most %d character back ends are possible", MAX_CHARDEVS);
        return NULL;
    }
    return &o->chardev[o->nchardevs];
}

static struct chardev_option *find_chardev(struct options *o, const char *id)
{
    for (unsigned i = 0; i < o->nchardevs; i++)
        if (!strcmp(o->chardev[i].id, id))
            return &o->chardev[i];
    return NULL;
}

static bool add_monitor(struct options *o, const char *id, bool control, const char *said, struct error *err)
{
    if (o->nmonitors == MAX_MONITORS)
        return error_set(err, "%s: at most %d monitors are possible", said, MAX_MONITORS);
    struct monitor_option *m = &o->monitor[o->nmonitors++];
    snprintf(m->chr, sizeof m->chr, "%s", id);
    snprintf(m->said, sizeof m->said, "%s", said);
    m->control = control;
    return true;
}

/* A user's argument: "chardev:ID", or a short form that makes the back end `id`. The id of what it
 * uses goes to `chr`. *mon: "mon:" stood in front. */
static bool take_stream(struct options *o, const char *said, const char *id, const char *arg, bool *mon, char *chr,
                        struct error *err)
{
    const char *what = arg;
    if (!strncmp(arg, "chardev:", 8)) {
        if (!copy_word(chr, CHARDEV_ID_MAX, arg + 8, said, err))
            return false;
        return *chr || error_set(err, "%s chardev: an id is missing", said);
    }
    *mon = !strncmp(arg, "mon:", 4);
    arg += *mon ? 4 : 0;
    struct chardev_option *c = add_chardev(o, err);
    if (!c)
        return error_prefix(err, "%s", said);
    memset(c, 0, sizeof *c);
    snprintf(c->said, sizeof c->said, "%s", said);
    snprintf(c->id, sizeof c->id, "%s", id);
    strcpy(chr, id);
    if (!chardev_option_short(c, arg, err)) {
        chardev_option_free(c);
        return error_prefix(err, "%s %s", said, what);
    }
    if (*mon) {
        c->mux = true;
        c->keep_signals = false;
    }
    o->nchardevs++;
    return true;
}

static bool take_port(struct options *o, const char *option, unsigned port, const char *id, const char *said,
                      const char *arg, struct error *err)
{
    bool mon = false;
    (void)option;
    if (!strcmp(arg, "none"))
        return true;
    if (!take_stream(o, said, id, arg, &mon, o->port_chr[port], err))
        return false;
    return !mon || add_monitor(o, id, false, said, err);
}

bool take_serial(struct options *o, const char *arg, struct error *err)
{
    char id[16], said[32];
    if (o->nserial == MAX_SERIAL)
        return error_set(err, "-serial: at most %d ports", MAX_SERIAL);
    unsigned port = o->nserial++;
    snprintf(id, sizeof id, "serial%u", port);
    snprintf(said, sizeof said, "-serial (COM%u)", port + 1);
    o->cfg.serial[port] = strcmp(arg, "none") != 0;
    return take_port(o, "-serial", port, id, said, arg, err);
}

bool take_parallel(struct options *o, const char *arg, struct error *err)
{
    char id[16], said[32];
    if (o->nparallel == MAX_PARALLEL)
        return error_set(err, "-parallel: at most %d ports", MAX_PARALLEL);
    unsigned port = o->nparallel++;
    snprintf(id, sizeof id, "parallel%u", port);
    snprintf(said, sizeof said, "-parallel (LPT%u)", port + 1);
    o->cfg.parallel[port] = strcmp(arg, "none") != 0;
    return take_port(o, "-parallel", FIRST_PARALLEL + port, id, said, arg, err);
}

bool take_debugcon(struct options *o, const char *arg, struct error *err)
{
    bool mon = false;
    if (o->cfg.debugcon)
        return error_set(err, "-debugcon: can be given once");
    o->cfg.debugcon = true;
    if (!strcmp(arg, "none"))
        return true;
    if (!strncmp(arg, "mon:", 4))
        return error_set(err, "-debugcon %s: port E9h takes no input; leave mon: out", arg);
    return take_stream(o, "-debugcon", "debugcon", arg, &mon, o->debugcon_chr, err);
}

static bool take_monitor_of(struct options *o, const char *said, const char *arg, bool control, struct error *err)
{
    char id[32], chr[CHARDEV_ID_MAX];
    bool mon = false;
    o->monitor_said = true;
    if (!strcmp(arg, "none"))
        return true;
    unsigned n = 0;
    do
        snprintf(id, sizeof id, "compat_monitor%u", n++);
    while (find_chardev(o, id));
    if (!strncmp(arg, "mon:", 4))
        return error_set(err, "%s %s: it is a monitor already; leave mon: out", said, arg);
    return take_stream(o, said, id, arg, &mon, chr, err) && add_monitor(o, chr, control, said, err);
}

bool take_monitor(struct options *o, const char *arg, struct error *err)
{
    return take_monitor_of(o, "-monitor", arg, false, err);
}

bool take_qmp(struct options *o, const char *arg, struct error *err)
{
#ifndef HAVE_JANSSON
    (void)o;
    return error_set(err, "-qmp %s: this build has no QMP; build it with libjansson", arg);
#else
    return take_monitor_of(o, "-qmp", arg, true, err);
#endif
}

bool take_mon(struct options *o, const char *arg, struct error *err)
{
    struct keyval kv;
    char chr[CHARDEV_ID_MAX] = "";
    bool control = false, pretty;
    const char *all = arg;
    while (keyval_next(&arg, &kv)) {
        if (!kv.has_value && !chr[0])
            kv.has_value = true, strcpy(kv.value, kv.key), strcpy(kv.key, "chardev");
        if (!strcmp(kv.key, "chardev")) {
            if (!copy_word(chr, sizeof chr, kv.value, "-mon", err))
                return false;
        } else if (!strcmp(kv.key, "mode")) {
            if (strcmp(kv.value, "readline") && strcmp(kv.value, "control"))
                return error_set(err, "-mon mode=%.40s: there are readline and control", kv.value);
            control = !strcmp(kv.value, "control");
        } else if (strcmp(kv.key, "pretty") != 0) {
            return error_set(err, "-mon %s: there are chardev=ID and mode=readline|control", kv.key);
        } else if (!keyval_bool(&kv, &pretty, err)) {
            return error_prefix(err, "-mon");
        }
    }
    o->monitor_said = true;
    if (!chr[0])
        return error_set(err, "-mon %s: say chardev=ID", all);
#ifndef HAVE_JANSSON
    if (control)
        return error_set(err, "-mon mode=control: this build has no QMP; build it with libjansson");
#endif
    return add_monitor(o, chr, control, "-mon", err);
}

bool take_chardev(struct options *o, const char *arg, struct error *err)
{
    if (asks_help(arg)) {
        o->list = "chardev";
        return true;
    }
    struct chardev_option *c = add_chardev(o, err);
    if (!c)
        return error_prefix(err, "-chardev %s", arg);
    if (!chardev_option_parse(c, arg, err)) {
        chardev_option_free(c);
        return error_prefix(err, "-chardev %s", arg);
    }
    if (find_chardev(o, c->id)) {
        error_set(err, "-chardev %s: there is a back end of that id already", arg);
        chardev_option_free(c);
        return false;
    }
    o->nchardevs++;
    return true;
}

static bool stdio_taken(const struct options *o)
{
    for (unsigned i = 0; i < o->nchardevs; i++)
        if (o->chardev[i].kind == CHARDEV_STDIO)
            return true;
    return false;
}

/* QEMU's defaults of -nographic: serial port and monitor share the terminal where neither was
 * placed elsewhere. */
static bool nographic_streams(struct options *o, struct error *err)
{
    bool serial = !o->nserial, monitor = !o->monitor_said && !o->nmonitors;
    if (stdio_taken(o))
        return true;
    if (serial)
        return take_serial(o, monitor ? "mon:stdio" : "stdio", err);
    return !monitor || o->cfg.nodefaults || take_monitor(o, "stdio", err);
}

static bool check_id(struct options *o, const char *said, const char *id, struct error *err)
{
    return !*id || find_chardev(o, id) || error_set(err, "%s chardev:%s: there is no -chardev of that id", said, id);
}

bool streams_complete(struct options *o, struct error *err)
{
    const char *owner = NULL;
    if (o->nographic && !nographic_streams(o, err))
        return false;
    if (!o->nserial && !o->cfg.nodefaults)
        o->cfg.serial[0] = true;
    if (!o->nparallel && !o->cfg.nodefaults && !o->nographic)
        o->cfg.parallel[0] = true;
    for (unsigned i = 0; i < o->nchardevs; i++) {
        if (o->chardev[i].kind != CHARDEV_STDIO)
            continue;
        if (owner)
            return error_set(err, "%s and %s cannot both use the terminal; send one to a file", owner,
                             o->chardev[i].said);
        owner = o->chardev[i].said;
        if (o->display == DISPLAY_CURSES)
            return error_set(err, "-display curses and %s cannot both use the terminal", owner);
        if (o->daemonize)
            return error_set(err, "-daemonize has no terminal: %s needs a socket or a file", owner);
        if (o->nographic)
            o->chardev[i].keep_signals = false;
    }
    for (unsigned i = 0; i < MAX_PORTS; i++)
        if (!check_id(o, i < MAX_SERIAL ? "-serial" : "-parallel", o->port_chr[i], err))
            return false;
    for (unsigned i = 0; i < o->nmonitors; i++)
        if (!check_id(o, o->monitor[i].said, o->monitor[i].chr, err))
            return false;
    return check_id(o, "-debugcon", o->debugcon_chr, err);
}
