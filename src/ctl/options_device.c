/* SPDX-License-Identifier: MIT */
/* The command line: -device and -global. */
#include "config.h"

#include "ctl/options_private.h"

#include <string.h>

#include "base/bits.h"

bool take_device(struct options *o, const char *arg, struct error *err)
{
    struct keyval kv;
    if (asks_help(arg)) {
        o->list = "device";
        return true;
    }
    if (!keyval_next(&arg, &kv) || kv.has_value || !in_catalog(catalog_devices(), kv.key))
        return error_set(err, "-device %s: no such device; '-device help' lists them", kv.key);
    if (o->cfg.ndevices == MAX_DEVICES)
        return error_set(err, "-device: at most %d devices can be added", MAX_DEVICES);
    struct device_config *d = &o->cfg.device[o->cfg.ndevices];
    memset(d, 0, sizeof *d);
    if (!copy_word(d->cls, sizeof d->cls, kv.key, "-device", err))
        return false;
    while (keyval_next(&arg, &kv)) {
        if (!kv.has_value && asks_help(kv.key)) {
            o->list = d->cls;
            return true;
        }
        if (d->nprops == ARRAY_LEN(d->props))
            return error_set(err, "-device %s: more than %zu properties", d->cls,
                             ARRAY_LEN(d->props));
        int n = snprintf(d->props[d->nprops++], sizeof d->props[0], "%s=%s", kv.key,
                         kv.has_value ? kv.value : "on");
        if (n < 0 || (size_t)n >= sizeof d->props[0] || kv.too_long)
            return error_set(err, "-device %s: the property '%.40s' is too long", d->cls, kv.key);
    }
    o->cfg.ndevices++;
    return true;
}
