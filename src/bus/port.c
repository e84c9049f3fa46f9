/* SPDX-License-Identifier: MIT */
/* The 64 KiB port space: who answers which port. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/log.h"
#include "bus/bus.h"

enum { PORTS = 65536 };

struct port_space {
    struct port_range *owner[PORTS]; /* derived from the list */
    struct port_range *claims;       /* in the order of precedes() */
};

struct port_space *port_space_create(void)
{
    return calloc(1, sizeof(struct port_space));
}

void port_space_destroy(struct port_space *s)
{
    free(s);
}

/*
 * Where ranges overlap, as only a guest's mistake makes them, the narrower one answers. NOTE: nothing of history
 * decides: a machine that was loaded claims its ports in an order of its own.
 */
static bool precedes(const struct port_range *a, const struct port_range *b)
{
    if (a->live_count != b->live_count)
        return a->live_count < b->live_count;
    return a->live_base != b->live_base ? a->live_base < b->live_base : strcmp(a->name, b->name) < 0;
}

/* Who answers each port of a range: the first claim that has it. */
static void refresh(struct port_space *s, uint32_t base, uint32_t count)
{
    for (uint32_t port = base; port < base + count; port++) {
        struct port_range *r = s->claims;
        while (r && port - r->live_base >= r->live_count)
            r = r->next;
        s->owner[port] = r;
    }
}

static void unlink_range(struct port_space *s, struct port_range *r)
{
    struct port_range **p = &s->claims;
    while (*p && *p != r)
        p = &(*p)->next;
    if (*p)
        *p = r->next;
    r->claimed = false;
    refresh(s, r->live_base, r->live_count);
}

void port_release(struct port_space *s, struct port_range *r)
{
    if (r->claimed)
        unlink_range(s, r);
}

void port_release_all(struct port_space *s)
{
    while (s->claims)
        unlink_range(s, s->claims);
}

void port_claim(struct port_space *s, struct port_range *r)
{
    if (r->base + r->count > PORTS)
        bug("ports %#x+%u of '%s' end beyond FFFFh", r->base, r->count, r->name);
    port_release(s, r);
    r->live_base = r->base;
    r->live_count = r->count;
    struct port_range **p = &s->claims;
    while (*p && precedes(*p, r))
        p = &(*p)->next;
    r->next = *p;
    *p = r;
    r->claimed = true;
    refresh(s, r->base, r->count);
}

/* The widest part of an access of `size` at `port` that one claimant takes in one cycle. */
static unsigned step(const struct port_range *r, uint16_t port, unsigned size)
{
    if (!r)
        return 1;
    unsigned n = MIN(size, r->ops->max_size ? r->ops->max_size : 4u);
    while (n > 1 && port - r->base + n > r->count)
        n /= 2;
    return n;
}

uint32_t port_in(struct port_space *s, uint16_t port, unsigned size, enum initiator who)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < size;) {
        uint16_t at = (uint16_t)(port + i);
        const struct port_range *r = s->owner[at];
        unsigned n = step(r, at, size - i == 3 ? 2 : size - i);
        uint32_t mask = UINT32_MAX >> (32 - 8 * n);
        uint32_t part = r && r->ops->read ? (uint32_t)r->ops->read(r->ctx, at - r->base, n, who) & mask : mask;
        v |= part << (8 * i);
        i += n;
    }
    return v;
}

void port_out(struct port_space *s, uint16_t port, unsigned size, uint32_t value, enum initiator who)
{
    for (unsigned i = 0; i < size;) {
        uint16_t at = (uint16_t)(port + i);
        const struct port_range *r = s->owner[at];
        unsigned n = step(r, at, size - i == 3 ? 2 : size - i);
        if (r && r->ops->write)
            r->ops->write(r->ctx, at - r->base, n, (value >> (8 * i)) & (UINT32_MAX >> (32 - 8 * n)), who);
        i += n;
    }
}

const struct port_range *port_owner(const struct port_space *s, uint16_t port)
{
    return s->owner[port];
}

void port_print(const struct port_space *s, void (*line)(void *ctx, const char *text), void *ctx)
{
    for (uint32_t port = 0; port < PORTS;) {
        const struct port_range *r = s->owner[port];
        uint32_t end = port + 1;
        while (end < PORTS && s->owner[end] == r)
            end++;
        if (r) {
            char text[96];
            snprintf(text, sizeof text, "%04x-%04x  %s", port, end - 1, r->name);
            line(ctx, text);
        }
        port = end;
    }
}

bool dma_read(struct bus *b, uint64_t paddr, void *data, uint32_t len)
{
    return phys_read(b->mem, paddr, data, len, INIT_DMA);
}

bool dma_write(struct bus *b, uint64_t paddr, const void *data, uint32_t len)
{
    return phys_write(b->mem, paddr, data, len, INIT_DMA);
}
