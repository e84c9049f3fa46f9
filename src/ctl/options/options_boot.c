/* SPDX-License-Identifier: MIT */
/* The command line: -boot, and where firmware is looked for (-L, -bios, -option-rom). */
#include "config.h"

#include "ctl/options/options_priv.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"

static bool boot_order(char *to, size_t room, const char *order, struct error *err)
{
    for (const char *p = order; *p; p++) {
        if (!strchr("acdn", *p) || strchr(p + 1, *p))
            return error_set(err,
                             "-boot %s: the order is made of the letters a (floppy), c (disk), d "
                             "(CD) and n (network), each once",
                             order);
    }
    return copy_word(to, room, order, "-boot", err);
}

static bool milliseconds(const struct keyval *kv, int32_t min, int32_t *to, struct error *err)
{
    enum { MOST = 65535 };
    char *end;
    long v = strtol(kv->value, &end, 10);
    if (!*kv->value || *end || v < min || v > MOST)
        return error_set(err, "-boot %s=%s: say a number of milliseconds, %d to %d", kv->key, kv->value, min, MOST);
    *to = (int32_t)v;
    return true;
}

static bool boot_key(struct machine_config *c, const struct keyval *kv, struct error *err)
{
    int32_t ms = 0;
    if (!kv->has_value || !strcmp(kv->key, "order"))
        return boot_order(c->boot, sizeof c->boot, kv->has_value ? kv->value : kv->key, err);
    if (!strcmp(kv->key, "once"))
        return boot_order(c->boot_once, sizeof c->boot_once, kv->value, err);
    if (!strcmp(kv->key, "menu"))
        return keyval_bool(kv, &c->boot_menu, err) || error_prefix(err, "-boot");
    if (!strcmp(kv->key, "strict"))
        return keyval_bool(kv, &c->boot_strict, err) || error_prefix(err, "-boot");
    if (!strcmp(kv->key, "reboot-timeout"))
        return milliseconds(kv, BOOT_NO_RETRY, &c->boot_retry_ms, err);
    if (!strcmp(kv->key, "splash-time")) {
        bool good = milliseconds(kv, 0, &ms, err);
        c->boot_splash_ms = (uint32_t)ms;
        return good;
    }
    if (!strcmp(kv->key, "splash"))
        return error_set(err, "-boot splash=%s: the firmware shows no picture; leave it out", kv->value);
    return error_set(err,
                     "-boot %s=: not supported; there are order=, once=, menu=, strict=, "
                     "splash-time= and reboot-timeout=",
                     kv->key);
}

bool take_boot(struct options *o, const char *arg, struct error *err)
{
    struct keyval kv;
    while (keyval_next(&arg, &kv))
        if (!boot_key(&o->cfg, &kv, err))
            return false;
    return true;
}

static const char *const usual_paths[] = {"/usr/share/vitrine", "/usr/share/seabios", "/usr/share/vgabios",
                                          "/usr/share/qemu"};

bool take_L(struct options *o, const char *arg, struct error *err)
{
    if (asks_help(arg)) {
        o->list = "paths";
        return true;
    }
    if (o->nbios_paths == MAX_BIOS_PATHS)
        return error_set(err, "-L: at most %d folders", MAX_BIOS_PATHS);
    o->bios_path[o->nbios_paths++] = arg;
    return true;
}

void list_bios_paths(const struct options *o, FILE *f)
{
    for (unsigned i = 0; i < o->nbios_paths; i++)
        fprintf(f, "%s\n", o->bios_path[i]);
    for (size_t i = 0; i < ARRAY_LEN(usual_paths); i++)
        fprintf(f, "%s\n", usual_paths[i]);
}

/* The file itself, or the first of its name in a folder of -L or a usual one. A name that is nowhere
 * stays, so that the error of its opening names it. */
const char *bios_file(struct options *o, const char *name)
{
    char path[4096];
    if (access(name, F_OK) == 0 || *name == '/' || o->nfound == ARRAY_LEN(o->found))
        return name;
    for (size_t i = 0; i < o->nbios_paths + ARRAY_LEN(usual_paths); i++) {
        const char *folder = i < o->nbios_paths ? o->bios_path[i] : usual_paths[i - o->nbios_paths];
        int n = snprintf(path, sizeof path, "%s/%s", folder, name);
        if (n < 0 || (size_t)n >= sizeof path || access(path, F_OK) != 0)
            continue;
        o->found[o->nfound] = strdup(path);
        return o->found[o->nfound] ? o->found[o->nfound++] : name;
    }
    return name;
}
