/* SPDX-License-Identifier: MIT */
/* A person's keys on their way to the guest: a ring in which each press keeps a place for its release. */
#include "inside/live_keys.h"

#include <string.h>

static void put(struct live_keys *l, uint8_t key, enum key_event event)
{
    unsigned at = (l->head + l->count++) % LIVE_ROOM;
    l->waiting[at].key = key;
    l->waiting[at].event = (uint8_t)event;
}

bool live_add(struct live_keys *l, uint8_t key, enum key_event event)
{
    if (event == KEY_UP) {
        if (l->wanted[key]) {
            l->wanted[key] = false;
            l->held--;
            put(l, key, KEY_UP);
        }
        return true;
    }
    if (l->wanted[key]) {
        if (event == KEY_HOST && !l->count)
            put(l, key, KEY_HOST);
        return true;
    }
    if (l->count + l->held + 2 > LIVE_ROOM)
        return false;
    l->wanted[key] = true;
    l->held++;
    put(l, key, event);
    return true;
}

/* Releases of keys that are up and repetitions that the guest does itself are nothing. */
static bool says_nothing(const struct live_keys *l, const struct live_guest *g)
{
    uint8_t key = l->waiting[l->head].key;
    if (l->waiting[l->head].event == KEY_UP)
        return !l->down[key];
    return l->down[key] && g->repeats;
}

static void drop(struct live_keys *l)
{
    l->head = (l->head + 1) % LIVE_ROOM;
    l->count--;
}

bool live_take(struct live_keys *l, const struct live_guest *g, uint8_t *key, enum key_event *event)
{
    if (live_due(l, g) > g->now)
        return false;
    if (l->tapped) {
        *key = l->tapped;
        *event = KEY_UP;
        l->down[*key] = false;
        l->tapped = 0;
        l->next = g->now + LIVE_PACE;
        return true;
    }
    while (l->count && says_nothing(l, g))
        drop(l);
    if (live_due(l, g) > g->now)
        return false;
    *key = l->waiting[l->head].key;
    *event = (enum key_event)l->waiting[l->head].event;
    drop(l);
    l->down[*key] = *event != KEY_UP;
    if (*event == KEY_UP)
        return true;
    l->next = g->now + LIVE_PACE;
    if (*event == KEY_HOST && g->repeats && g->fast && !key_is_modifier(*key)) {
        l->tapped = *key;
        l->next = g->now + LIVE_TAP;
    }
    return true;
}

uint64_t live_due(const struct live_keys *l, const struct live_guest *g)
{
    if (!g->room || (!l->count && !l->tapped))
        return UINT64_MAX;
    if (!l->tapped && l->waiting[l->head].event == KEY_UP)
        return g->now;
    return l->next > g->now ? l->next : g->now;
}

void live_forget(struct live_keys *l)
{
    l->head = l->count = 0;
    for (unsigned k = 0; k < 256; k++) {
        l->held -= l->wanted[k] && !l->down[k] && k != l->tapped;
        l->wanted[k] = l->wanted[k] && (l->down[k] || k == l->tapped);
        if (l->down[k] && !l->wanted[k] && k != l->tapped)
            put(l, (uint8_t)k, KEY_UP);
    }
}
