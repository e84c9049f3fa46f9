/* SPDX-License-Identifier: MIT */
/* Making devices from their classes, and their properties. */
#include "bus/dev.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bits.h"

static void set_uint(struct dev *d, const struct dev_prop *p, uint32_t v)
{
    if (p->kind == PROP_BOOL)
        *(bool *)((char *)d + p->offset) = v != 0;
    else
        *(uint32_t *)(void *)((char *)d + p->offset) = v;
}

static bool parse_bool(const char *text, uint32_t *v)
{
    static const char *const names[] = {"off", "on", "no", "yes", "false", "true"};
    for (uint32_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!strcmp(text, names[i])) {
            *v = i & 1;
            return true;
        }
    }
    return false;
}

static bool parse_uint(const char *text, uint32_t *v)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 0);
    *v = (uint32_t)n;
    return *text >= '0' && *text <= '9' && !*end && !errno && n <= UINT32_MAX;
}

/* The number that a text stands for; PROP_STRING: any text, and none. */
static bool parse_value(const struct dev_class *c, const struct dev_prop *p, const char *value, uint32_t *v,
                        struct error *err)
{
    *v = 0;
    if (p->kind == PROP_BOOL && !parse_bool(value, v))
        return error_set(err, "%s: property '%s' is on or off, not '%s'", c->name, p->name, value);
    if (p->kind == PROP_UINT && (!parse_uint(value, v) || *v < p->min || *v > p->max))
        return error_set(err, "%s: property '%s' is a number from %u to %u, not '%s'", c->name, p->name, p->min, p->max,
                         value);
    return true;
}

static const struct dev_prop *find_prop(const struct dev_class *c, const char *name, struct error *err)
{
    for (size_t i = 0; i < c->nprops; i++)
        if (!strcmp(c->props[i].name, name))
            return &c->props[i];
    error_set(err, "%s has no property '%s': see -device %s,help", c->name, name, c->name);
    return NULL;
}

bool dev_check_prop(const struct dev_class *cls, const char *name, const char *value, struct error *err)
{
    uint32_t v;
    const struct dev_prop *p = find_prop(cls, name, err);
    return p && parse_value(cls, p, value, &v, err);
}

bool dev_set_prop(struct dev *d, const char *name, const char *value, struct error *err)
{
    uint32_t v;
    const struct dev_prop *p = find_prop(d->cls, name, err);
    if (!p || !parse_value(d->cls, p, value, &v, err))
        return false;
    if (p->kind == PROP_STRING)
        *(const char **)(void *)((char *)d + p->offset) = value;
    else
        set_uint(d, p, v);
    return true;
}

static void apply_globals(struct dev *d)
{
    struct error ignored; /* they were checked when they were given */
    for (const struct dev_global *g = d->bus ? d->bus->globals : NULL; g && g->cls; g++)
        if (!strcmp(g->cls, d->cls->name))
            dev_set_prop(d, g->name, g->value, &ignored);
}

void dev_preset(struct dev *d, const char *name, const char *value)
{
    struct error err;
    if (!dev_set_prop(d, name, value, &err))
        bug("%s", err.text);
    apply_globals(d);
}

void *dev_new(const struct dev_class *cls, const char *id, struct bus *bus)
{
    struct dev *d = aligned_alloc(64, ALIGN_UP(cls->size, (size_t)64));
    if (!d)
        bug("out of memory for device %s (%zu bytes)", cls->name, cls->size);
    memset(d, 0, cls->size);
    d->cls = cls;
    d->id = id;
    d->bus = bus;
    for (size_t i = 0; i < cls->nprops; i++)
        if (cls->props[i].kind != PROP_STRING)
            set_uint(d, &cls->props[i], cls->props[i].preset);
    apply_globals(d);
    return d;
}

bool dev_realize(struct dev *d, struct error *err)
{
    if (d->cls->realize && !d->cls->realize(d, err))
        return error_prefix(err, "device %s", d->id);
    if (d->cls->reset)
        d->cls->reset(d);
    return true;
}

void dev_free(struct dev *d)
{
    if (!d)
        return;
    if (d->cls->unrealize)
        d->cls->unrealize(d);
    free(d);
}
