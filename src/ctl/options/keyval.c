/* SPDX-License-Identifier: MIT */
/* Words of the command line. QEMU's comma lists: key=value,word,... where ",," stands for a comma in a value. */
#include "ctl/options/options_priv.h"

#include <stdarg.h>
#include <string.h>

bool keyval_next(const char **list, struct keyval *kv)
{
    const char *p = *list;
    memset(kv, 0, sizeof *kv);
    if (!*p)
        return false;
    size_t n = 0;
    while (*p && *p != ',' && *p != '=') {
        if (n + 1 < sizeof kv->key)
            kv->key[n++] = *p;
        else
            kv->too_long = true;
        p++;
    }
    if (*p == '=') {
        kv->has_value = true;
        n = 0;
        for (p++; *p && (*p != ',' || p[1] == ','); p++) {
            if (*p == ',')
                p++;
            if (n + 1 < sizeof kv->value)
                kv->value[n++] = *p;
            else
                kv->too_long = true;
        }
    }
    if (*p == ',')
        p++;
    *list = p;
    return true;
}

bool keyval_bool(const struct keyval *kv, bool *to, struct error *err)
{
    static const char *const yes[] = {"on", "yes", "true", "y"};
    static const char *const no[] = {"off", "no", "false", "n"};
    if (!kv->has_value) {
        *to = true;
        return true;
    }
    for (unsigned i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (!strcmp(kv->value, yes[i]) || !strcmp(kv->value, no[i])) {
            *to = !strcmp(kv->value, yes[i]);
            return true;
        }
    }
    return error_set(err, "%s=%s: say on or off", kv->key, kv->value);
}

bool in_catalog(const char *const *pairs, const char *name)
{
    for (; *pairs; pairs += 2)
        if (!strcmp(*pairs, name))
            return true;
    return false;
}

bool asks_help(const char *arg)
{
    return !strcmp(arg, "help") || !strcmp(arg, "?");
}

bool copy_word(char *to, size_t room, const char *from, const char *what, struct error *err)
{
    if (strlen(from) >= room)
        return error_set(err, "%s: '%.40s...' is too long (at most %zu characters)", what, from, room - 1);
    strcpy(to, from);
    return true;
}

void add_note(struct options *o, const char *fmt, ...)
{
    va_list ap;
    if (o->nnotes == MAX_NOTES)
        return;
    va_start(ap, fmt);
    vsnprintf(o->note[o->nnotes++], sizeof o->note[0], fmt, ap);
    va_end(ap);
}
