/* SPDX-License-Identifier: MIT */
/* Drives as the console and QMP see them: their names, and what the machine says of them. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/hmp/hmp.h"
#include "ctl/options/options.h"

struct asking {
    drives_fn *fn;
    void *ctx;
    struct buf reply;
};

static void came(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    enum { REPLY_MAX = 1 << 16 };
    struct asking *a = ctx;
    struct guest_drive drive[MAX_DRIVES];
    if (kind != LINK_FAILED && a->reply.len + len <= REPLY_MAX)
        buf_add(&a->reply, data, len);
    if (kind == LINK_MORE)
        return;
    if (kind == LINK_FAILED)
        a->fn(a->ctx, NULL, (const char *)data);
    else if (!guest_drives(a->reply.data, a->reply.len, drive))
        a->fn(a->ctx, NULL, "the machine does not tell of its drives");
    else
        a->fn(a->ctx, drive, NULL);
    buf_free(&a->reply);
    free(a);
}

bool drives_ask(struct control *c, drives_fn *fn, void *ctx)
{
    struct asking *a = calloc(1, sizeof *a);
    if (!a)
        return false;
    a->fn = fn;
    a->ctx = ctx;
    if (guest_request(c->guest, LINK_DRIVES, NULL, 0, came, a))
        return true;
    free(a);
    return false;
}

int drive_by_name(const struct control *c, const char *name)
{
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        const struct drive_option *d = &c->o->drive[i];
        if (d->fitted &&
            (!strcmp(d->id, name) || (d->qdev[0] && !strcmp(d->qdev, name)) || !strcmp(drive_place(i), name)))
            return (int)i;
    }
    return -1;
}
