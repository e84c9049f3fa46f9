/* SPDX-License-Identifier: MIT */
/* The journal: input recorded at its position, and delivered again at the same one. */
#include "time/journal.h"

#include <string.h>

#include "base/bits.h"
#include "base/log.h"

static const char magic[8] = "VITRJNL1";
enum { ENTRY_HEAD = 8 + 2 + 2 + 4 };

void journal_init(struct journal *j, const uint64_t *pos)
{
    *j = (struct journal){.mode = JOURNAL_RECORD, .pos = pos};
    buf_add(&j->log, magic, sizeof magic);
}

void journal_free(struct journal *j)
{
    buf_free(&j->log);
}

void journal_set_sink(struct journal *j, enum journal_kind kind, journal_sink *fn, void *ctx)
{
    if ((unsigned)kind >= ARRAY_LEN(j->sink))
        bug("journal kind %d", kind);
    j->sink[kind].fn = fn;
    j->sink[kind].ctx = ctx;
}

static void deliver(struct journal *j, const struct journal_entry *e)
{
    j->entries++;
    if (e->kind < ARRAY_LEN(j->sink) && j->sink[e->kind].fn)
        j->sink[e->kind].fn(j->sink[e->kind].ctx, e);
}

void journal_input(struct journal *j, enum journal_kind kind, uint16_t channel, const void *data, uint32_t len)
{
    if (j->mode == JOURNAL_REPLAY)
        return;
    struct journal_entry e = {.pos = *j->pos, .kind = (uint16_t)kind, .channel = channel, .len = len, .data = data};
    uint8_t head[ENTRY_HEAD];
    st64(head, e.pos);
    st16(head + 8, e.kind);
    st16(head + 10, e.channel);
    st32(head + 12, e.len);
    buf_add(&j->log, head, sizeof head);
    buf_add(&j->log, data, len);
    deliver(j, &e);
}

/* The entry at j->next; false at the end. journal_load has checked the lengths. */
static bool peek(const struct journal *j, struct journal_entry *e)
{
    if (j->next >= j->log.len)
        return false;
    const uint8_t *p = j->log.data + j->next;
    *e = (struct journal_entry){
        .pos = ld64(p), .kind = ld16(p + 8), .channel = ld16(p + 10), .len = ld32(p + 12), .data = p + ENTRY_HEAD};
    return true;
}

uint64_t journal_next_pos(const struct journal *j)
{
    struct journal_entry e;
    return j->mode == JOURNAL_REPLAY && peek(j, &e) ? e.pos : UINT64_MAX;
}

void journal_deliver(struct journal *j)
{
    struct journal_entry e;
    while (j->mode == JOURNAL_REPLAY && peek(j, &e) && e.pos <= *j->pos) {
        j->next += ENTRY_HEAD + e.len;
        deliver(j, &e);
        if (e.kind == J_POWER)
            return;
    }
}

bool journal_load(struct journal *j, const void *data, size_t len, struct error *err)
{
    if (len < sizeof magic || memcmp(data, magic, sizeof magic))
        return error_set(err, "this is not a journal of Vitrine's (it must begin with VITRJNL1)");
    uint64_t last = 0;
    for (size_t at = sizeof magic; at < len;) {
        const uint8_t *p = (const uint8_t *)data + at;
        if (len - at < ENTRY_HEAD || ld32(p + 12) > len - at - ENTRY_HEAD)
            return error_set(err, "the journal is cut short at byte %zu", at);
        if (ld64(p) < last)
            return error_set(err, "the journal goes back in time at byte %zu", at);
        last = ld64(p);
        at += ENTRY_HEAD + ld32(p + 12);
    }
    buf_clear(&j->log);
    buf_add(&j->log, data, len);
    j->next = sizeof magic;
    j->mode = JOURNAL_REPLAY;
    return true;
}
