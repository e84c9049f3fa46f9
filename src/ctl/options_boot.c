/* SPDX-License-Identifier: MIT */
/* The command line: -boot. */
#include "config.h"

#include "ctl/options_private.h"

#include <string.h>

static bool boot_order(struct options *o, const char *order, struct error *err)
{
    for (const char *p = order; *p; p++) {
        if (!strchr("acdn", *p) || strchr(p + 1, *p))
            return error_set(
                err, "-boot %s: the order is made of the letters a (floppy), c (disk), d (CD) and n (network), each once",
                order);
    }
    return copy_word(o->cfg.boot, sizeof o->cfg.boot, order, "-boot", err);
}

bool take_boot(struct options *o, const char *arg, struct error *err)
{
    struct keyval kv;
    while (keyval_next(&arg, &kv)) {
        if (!kv.has_value || !strcmp(kv.key, "order")) {
            if (!boot_order(o, kv.has_value ? kv.value : kv.key, err))
                return false;
        } else if (!strcmp(kv.key, "menu")) {
            if (!keyval_bool(&kv, &o->cfg.boot_menu, err))
                return error_prefix(err, "-boot");
        } else {
            return error_set(err, "-boot %s=: not supported; there are order= and menu=", kv.key);
        }
    }
    return true;
}
