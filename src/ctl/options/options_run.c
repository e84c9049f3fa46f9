/* SPDX-License-Identifier: MIT */
/* -name, -action, -d and -runas. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/options/options_priv.h"
#include "dbg/trace.h"

bool take_name(struct options *o, const char *arg, struct error *err)
{
    struct keyval kv;
    while (keyval_next(&arg, &kv)) {
        bool on;
        if (kv.has_value && !strcmp(kv.key, "debug-threads")) {
            if (!keyval_bool(&kv, &on, err)) /* there are no threads to name */
                return error_prefix(err, "-name");
        } else if (kv.has_value && strcmp(kv.key, "guest")) {
            return error_set(err, "-name %s=: not supported; there are guest= and debug-threads=", kv.key);
        } else if (!copy_word(o->cfg.name, sizeof o->cfg.name, kv.has_value ? kv.value : kv.key, "-name", err)) {
            return false;
        }
    }
    o->name = o->cfg.name;
    return true;
}

static bool action_key(struct options *o, const struct keyval *kv, struct error *err)
{
    const char *v = kv->value;
    bool known = false;
    if (!strcmp(kv->key, "reboot")) {
        known = !strcmp(v, "reset") || !strcmp(v, "shutdown");
        o->cfg.no_reboot = !strcmp(v, "shutdown");
    } else if (!strcmp(kv->key, "shutdown")) {
        known = !strcmp(v, "poweroff") || !strcmp(v, "pause");
        o->cfg.no_shutdown = !strcmp(v, "pause");
    } else if (!strcmp(kv->key, "panic")) {
        /* NOTE: there is no device by which a guest reports its panic, so no action is ever taken.
         */
        known = !strcmp(v, "none") || !strcmp(v, "pause") || !strcmp(v, "shutdown") || !strcmp(v, "exit-failure");
    } else if (!strcmp(kv->key, "watchdog")) {
        return error_set(err, "-action watchdog=%s: there is no watchdog", v);
    }
    return known || error_set(err,
                              "-action %s=%s: there are reboot=reset|shutdown, "
                              "shutdown=poweroff|pause and panic=none|pause|shutdown|exit-failure",
                              kv->key, v);
}

bool take_action(struct options *o, const char *arg, struct error *err)
{
    struct keyval kv;
    while (keyval_next(&arg, &kv))
        if (!action_key(o, &kv, err))
            return false;
    return true;
}

bool take_d(struct options *o, const char *arg, struct error *err)
{
    char *bad;
    uint32_t items;
    if (asks_help(arg)) {
        o->list = "d";
        return true;
    }
    if (!trace_items_parse(arg, &items, &bad)) {
        error_set(err, "-d %.60s: there is no such item; '-d help' lists them", bad ? bad : arg);
        free(bad);
        return false;
    }
    o->log |= items;
    return true;
}

bool take_runas(struct options *o, const char *arg, struct error *err)
{
    return jail_user_find(arg, &o->runas, err);
}
