/* SPDX-License-Identifier: MIT */
/*
 * Checks what a QMP server sent (standard input, a JSON text a line) against shapes. The file that is named has lines
 * of an id (a JSON string without quotes) and the shape of what is returned for it:
 *
 *   s i b any        a string, an integer, a boolean, anything
 *   [SHAPE]          a list of such
 *   {name:SHAPE name?:SHAPE ...}   an object with these members and no others; ? those that may be missing
 *
 * Errors, events and the greeting have their own shapes. A line is printed for each reply that does not fit and for
 * each id without a reply; the status is 1 then.
 */
#include "config.h"

#include <ctype.h>
#ifdef HAVE_JANSSON
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SHAPES = 128, LINE_BYTES = 1 << 16 };

struct check {
    const char *what; /* for messages */
    bool bad;
};

static void complain(struct check *c, const char *path, const char *why)
{
    printf("%s: %s: %s\n", c->what, *path ? path : "the reply", why);
    c->bad = true;
}

static const char *skip_shape(const char *s);
static const char *fit(struct check *c, const char *s, const json_t *v, const char *path);

static const char *blanks(const char *s)
{
    return s + strspn(s, " ");
}

static const char *fit_object(struct check *c, const char *s, const json_t *v, const char *path)
{
    const char *key, *start = s;
    const json_t *member;
    if (!json_is_object(v))
        complain(c, path, "is no object");
    for (s = blanks(s + 1); *s && *s != '}'; s = blanks(s)) {
        char name[64], below[256];
        size_t n = strcspn(s, ":?");
        snprintf(name, sizeof name, "%.*s", (int)n, s);
        bool optional = s[n] == '?';
        s += n + optional + 1;
        member = json_object_get(v, name);
        snprintf(below, sizeof below, "%s.%s", path, name);
        if (!member && !optional && json_is_object(v))
            complain(c, below, "is missing");
        s = member ? fit(c, s, member, below) : skip_shape(s);
    }
    json_object_foreach((json_t *)(size_t)v, key, member)
    {
        char want[80], below[256];
        const char *at = start;
        bool known = false;
        size_t n = strlen(key);
        snprintf(want, sizeof want, "%s", key);
        for (; at < s && !known; at++)
            known = !strncmp(at, want, n) && (at[-1] == '{' || at[-1] == ' ') && (at[n] == ':' || at[n] == '?');
        snprintf(below, sizeof below, "%s.%s", path, key);
        if (!known)
            complain(c, below, "is unexpected");
    }
    return s + 1;
}

static const char *fit(struct check *c, const char *s, const json_t *v, const char *path)
{
    if (*s == '{')
        return fit_object(c, s, v, path);
    if (*s == '[') {
        size_t i;
        const json_t *one;
        if (!json_is_array(v))
            complain(c, path, "is no list");
        json_array_foreach(v, i, one)
        {
            char below[256];
            snprintf(below, sizeof below, "%s[%zu]", path, i);
            fit(c, s + 1, one, below);
        }
        return skip_shape(s);
    }
    if (*s == 's' && !json_is_string(v))
        complain(c, path, "is no string");
    if (*s == 'i' && !json_is_integer(v))
        complain(c, path, "is no integer");
    if (*s == 'b' && !json_is_boolean(v))
        complain(c, path, "is no boolean");
    return skip_shape(s);
}

static const char *skip_shape(const char *s)
{
    int depth = 0;
    do {
        depth += *s == '{' || *s == '[';
        depth -= *s == '}' || *s == ']';
        s++;
    } while (*s && (depth > 0 || isalpha((unsigned char)*s)));
    return s;
}

struct shape {
    char *id, *shape;
    bool seen;
};

static size_t load(const char *path, struct shape *shapes)
{
    static char line[LINE_BYTES];
    size_t n = 0;
    FILE *f = fopen(path, "r");
    while (f && n < MAX_SHAPES && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        char *space = strchr(line, ' ');
        if (!space || *line == '#')
            continue;
        *space = 0;
        shapes[n].id = strdup(line);
        shapes[n++].shape = strdup(blanks(space + 1));
    }
    if (f)
        fclose(f);
    return n;
}

int main(int argc, char **argv)
{
    static struct shape shapes[MAX_SHAPES];
    static char line[LINE_BYTES * 16];
    static const char event[] = "{event:s data?:any timestamp:{seconds:i microseconds:i}}";
    static const char error[] = "{error:{class:s desc:s} id?:any}";
    static const char greeting[] = "{QMP:{version:{qemu:{major:i minor:i micro:i} package:s} capabilities:[s]}}";
    size_t n = argc == 2 ? load(argv[1], shapes) : 0;
    bool bad = n == 0;
    while (fgets(line, sizeof line, stdin)) {
        json_error_t e;
        json_t *v = json_loads(line, JSON_REJECT_DUPLICATES, &e);
        const char *id = json_string_value(json_object_get(v, "id"));
        struct check c = {.what = id ? id : "no id"};
        if (!v)
            complain(&c, "", e.text);
        else if (json_object_get(v, "QMP"))
            fit(&c, greeting, v, "");
        else if (json_object_get(v, "event"))
            fit(&c, event, v, "");
        else if (json_object_get(v, "error"))
            fit(&c, error, v, "");
        else if (!json_object_get(v, "return"))
            complain(&c, "", "is neither a return nor an error");
        for (size_t i = 0; i < n && id; i++)
            if (!strcmp(shapes[i].id, id)) {
                shapes[i].seen = true;
                if (json_object_get(v, "return"))
                    fit(&c, shapes[i].shape, json_object_get(v, "return"), "");
                else
                    complain(&c, "", json_string_value(json_object_get(json_object_get(v, "error"), "desc")));
            }
        bad |= c.bad;
        json_decref(v);
    }
    for (size_t i = 0; i < n; i++) {
        if (!shapes[i].seen)
            printf("%s: no reply\n", shapes[i].id);
        bad |= !shapes[i].seen;
        free(shapes[i].id);
        free(shapes[i].shape);
    }
    return bad;
}
#else
int main(void)
{
    return 77; /* a build without libjansson has no QMP to check */
}
#endif
