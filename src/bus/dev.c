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
    return d;
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

static bool set_value(struct dev *d, const struct dev_prop *p, const char *value, struct error *err)
{
    uint32_t v = 0;
    if (p->kind == PROP_STRING) {
        *(const char **)(void *)((char *)d + p->offset) = value;
        return true;
    }
    if (p->kind == PROP_BOOL && !parse_bool(value, &v))
        return error_set(err, "%s: property '%s' is on or off, not '%s'", d->cls->name, p->name, value);
    if (p->kind == PROP_UINT && (!parse_uint(value, &v) || v < p->min || v > p->max))
        return error_set(err, "%s: property '%s' is a number from %u to %u, not '%s'", d->cls->name, p->name, p->min,
                         p->max, value);
    set_uint(d, p, v);
    return true;
}

bool dev_set_prop(struct dev *d, const char *name, const char *value, struct error *err)
{
    for (size_t i = 0; i < d->cls->nprops; i++)
        if (!strcmp(d->cls->props[i].name, name))
            return set_value(d, &d->cls->props[i], value, err);
    return error_set(err, "%s has no property '%s': see -device %s,help", d->cls->name, name, d->cls->name);
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
