/* SPDX-License-Identifier: MIT */
/* No name that the table of refused commands has is a command, or stands there twice. A line is printed for each. */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ctl/hmp/hmp.h"
#include "ctl/refused_commands.h"
#ifdef HAVE_JANSSON
#include "ctl/qmp/qmp_commands.h"
#endif

typedef const struct command_word *word_at(unsigned i);

static bool is_word(word_at *at, const char *name)
{
    const struct command_word *w;
    for (unsigned i = 0; (w = at(i)) != NULL; i++)
        if (!strcmp(w->name, name) || (w->alias && !strcmp(w->alias, name)))
            return true;
    return false;
}

static bool is_command(enum refused_kind kind, const char *name)
{
    if (kind == REFUSED_HMP)
        return is_word(hmp_command_at, name) || is_word(dbg_command_at, name);
    if (kind == REFUSED_INFO)
        return is_word(hmp_info_at, name) || is_word(dbg_info_at, name);
#ifdef HAVE_JANSSON
    const struct qmp_command *c;
    for (unsigned i = 0; (c = qmp_command_at(i)) != NULL; i++)
        if (!strcmp(c->name, name))
            return true;
#endif
    return false;
}

static bool stands_before(enum refused_kind kind, unsigned end, const char *name, size_t len)
{
    const char *other;
    size_t n;
    for (unsigned i = 0; i < end && refused_command_at(kind, i, &other, &n); i++)
        if (n == len && !memcmp(other, name, n))
            return true;
    return false;
}

int main(void)
{
    static const char *const kinds[] = {"console", "info", "QMP"};
    unsigned bad = 0, seen = 0;
    for (unsigned k = REFUSED_HMP; k <= REFUSED_QMP; k++) {
        const char *at;
        size_t len;
        for (unsigned i = 0; refused_command_at((enum refused_kind)k, i, &at, &len); i++, seen++) {
            char name[80];
            snprintf(name, sizeof name, "%.*s", (int)len, at);
            bool both = is_command((enum refused_kind)k, name);
            if (!both && !stands_before((enum refused_kind)k, i, at, len))
                continue;
            printf("%s: %s %s\n", kinds[k], name, both ? "is a command too" : "stands there twice");
            bad++;
        }
    }
    return bad || seen < 100;
}
