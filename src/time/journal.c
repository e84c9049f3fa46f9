/* SPDX-License-Identifier: MIT */
/* The journal: input recorded at its position, and delivered again at the same one. */
#include "time/journal.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/bits.h"
#include "base/log.h"

static const char magic[8] = "VITRJNL3";
enum { AT_KIND = 8, AT_CHANNEL = 10, AT_LENGTH = 12, AT_CHECK = 16, ENTRY_HEAD = 20 };
enum { MAX_PAYLOAD = 1 << 20, SERIAL_PORTS = 4, DRIVES = JOURNAL_DRIVES, MAX_ERRNO = 4095 };
#define MAX_NS (UINT64_C(1) << 61) /* 73 years of virtual time */

static bool pressed_or_not(const uint8_t *p)
{
    return p[2] <= 1 || p[2] == 3; /* enum key_event */
}

static bool some_time(const uint8_t *p)
{
    return ld64(p) < MAX_NS;
}

static bool some_errno(const uint8_t *p)
{
    return ld32(p + 8) >= 1 && ld32(p + 8) <= MAX_ERRNO;
}

static bool port_access(const uint8_t *p)
{
    return (p[2] == 1 || p[2] == 2 || p[2] == 4) && p[3] <= 1;
}

/* What a recording holds, by kind: how long the payload may be, the channels, and whether its numbers make sense. */
static const struct {
    uint32_t min, max;
    uint16_t channels;
    bool (*good)(const uint8_t *payload);
} kinds[] = {
    [J_KEY] = {3, 3, 1, pressed_or_not},
    [J_SERIAL] = {1, MAX_PAYLOAD, SERIAL_PORTS, NULL},
    [J_POWER] = {1, 1, 1, NULL},
    [J_RATE] = {8, 8, 1, NULL},
    [J_SKIP] = {8, 8, 1, some_time},
    [J_RTC] = {8, 8, 1, NULL},
    [J_MEDIA] = {1, 4096, DRIVES, NULL},
    [J_POKE] = {9, MAX_PAYLOAD, 1, NULL},
    [J_MOUSE] = {6, 6, 1, NULL},
    [J_BREAK] = {0, 0, SERIAL_PORTS, NULL},
    [J_STOP] = {1, 1, 1, NULL},
    [J_TABLET] = {6, 6, 1, NULL},
    [J_CONFIG] = {1, MAX_PAYLOAD, 1, NULL},
    [J_HOST_ERROR] = {12, 12, DRIVES, some_errno},
    [J_PORT] = {8, 8, 1, port_access},
    [J_BOOT] = {0, 7, 1, NULL},
};

static uint32_t entry_check(uint32_t before, const uint8_t *head, const void *data, uint32_t len)
{
    uint8_t b[4];
    st32(b, before);
    uLong sum = crc32(crc32(0, b, sizeof b), head, AT_CHECK);
    return (uint32_t)(len ? crc32(sum, data, len) : sum);
}

void journal_init(struct journal *j, const uint64_t *pos)
{
    *j = (struct journal){.mode = JOURNAL_RECORD, .pos = pos};
    buf_add(&j->log, magic, sizeof magic);
}

void journal_free(struct journal *j)
{
    buf_free(&j->log);
    for (unsigned i = 0; i < DRIVES; i++)
        free(j->error[i].at);
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
    st16(head + AT_KIND, e.kind);
    st16(head + AT_CHANNEL, e.channel);
    st32(head + AT_LENGTH, e.len);
    j->check = entry_check(j->check, head, data, len);
    st32(head + AT_CHECK, j->check);
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
        .pos = ld64(p),
        .kind = ld16(p + AT_KIND),
        .channel = ld16(p + AT_CHANNEL),
        .len = ld32(p + AT_LENGTH),
        .data = p + ENTRY_HEAD,
    };
    return true;
}

uint64_t journal_next_pos(const struct journal *j)
{
    struct journal_entry e;
    return j->mode == JOURNAL_REPLAY && peek(j, &e) ? e.pos : UINT64_MAX;
}

bool journal_find(const struct journal *j, enum journal_kind kind, struct journal_entry *e)
{
    struct journal at = *j;
    while (at.mode == JOURNAL_REPLAY && peek(&at, e)) {
        if (e->kind == (uint16_t)kind)
            return true;
        at.next += ENTRY_HEAD + e->len;
    }
    return false;
}

void journal_deliver(struct journal *j)
{
    struct journal_entry e;
    while (j->mode == JOURNAL_REPLAY && peek(j, &e) && e.pos <= *j->pos && e.kind != J_SKIP) {
        j->next += ENTRY_HEAD + e.len;
        deliver(j, &e);
    }
}

bool journal_at_skip(const struct journal *j)
{
    struct journal_entry e;
    return j->mode == JOURNAL_REPLAY && peek(j, &e) && e.pos <= *j->pos && e.kind == J_SKIP;
}

uint64_t journal_take_skip(struct journal *j)
{
    struct journal_entry e;
    if (!journal_at_skip(j) || !peek(j, &e))
        bug("the journal has no skip here");
    j->next += ENTRY_HEAD + e.len;
    j->entries++;
    return ld64(e.data);
}

bool journal_host_error(const struct journal *j, unsigned drive, uint64_t request, int *error)
{
    if (j->mode != JOURNAL_REPLAY)
        return false;
    size_t low = 0, high = j->error[drive].n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (j->error[drive].at[mid].request < request)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == j->error[drive].n || j->error[drive].at[low].request != request)
        return false;
    *error = j->error[drive].at[low].error;
    return true;
}

void journal_seek(struct journal *j, uint64_t pos)
{
    struct journal_entry e;
    j->next = sizeof magic;
    while (peek(j, &e) && (e.pos < pos || (e.pos == pos && e.kind != J_SKIP)))
        j->next += ENTRY_HEAD + e.len;
}

/* Whether a recording holds an entry like that; p has its head and payload. */
static bool possible(const uint8_t *p)
{
    unsigned kind = ld16(p + AT_KIND);
    uint32_t len = ld32(p + AT_LENGTH);
    return kind < ARRAY_LEN(kinds) && kinds[kind].channels && len >= kinds[kind].min && len <= kinds[kind].max &&
           ld16(p + AT_CHANNEL) < kinds[kind].channels && (!kinds[kind].good || kinds[kind].good(p + ENTRY_HEAD));
}

/* Of a checked entry. False: its number is not behind the one before. */
static bool keep_error(struct journal *j, const uint8_t *p)
{
    unsigned drive = ld16(p + AT_CHANNEL);
    const uint8_t *payload = p + ENTRY_HEAD;
    size_t n = j->error[drive].n;
    if (n && j->error[drive].at[n - 1].request >= ld64(payload))
        return false;
    if (n == j->error[drive].cap) {
        size_t cap = n ? n * 2 : 16;
        struct journal_error *at = realloc(j->error[drive].at, cap * sizeof *at);
        if (!at)
            bug("out of memory for %zu host errors of a journal", cap);
        j->error[drive].at = at;
        j->error[drive].cap = cap;
    }
    j->error[drive].at[j->error[drive].n++] = (struct journal_error){ld64(payload), -(int)ld32(payload + 8)};
    return true;
}

/* The entries but host errors go to *log, those to j->error. */
static bool take_entries(struct journal *j, const void *data, size_t len, struct buf *log, struct error *err)
{
    if (len < sizeof magic || memcmp(data, magic, sizeof magic - 1))
        return error_set(err, "this is not a journal of Vitrine's (it must begin with %.8s)", magic);
    if (memcmp(data, magic, sizeof magic))
        return error_set(err, "this journal was recorded by another version of Vitrine (it must begin with %.8s)",
                         magic);
    uint64_t last = 0;
    uint32_t check = 0;
    for (size_t at = sizeof magic; at < len;) {
        const uint8_t *p = (const uint8_t *)data + at;
        if (len - at < ENTRY_HEAD || ld32(p + AT_LENGTH) > len - at - ENTRY_HEAD)
            return error_set(err, "the journal is cut short at byte %zu", at);
        check = entry_check(check, p, p + ENTRY_HEAD, ld32(p + AT_LENGTH));
        if (check != ld32(p + AT_CHECK))
            return error_set(err, "the journal is damaged at byte %zu", at);
        if (ld64(p) < last)
            return error_set(err, "the journal goes back in time at byte %zu", at);
        if (!possible(p))
            return error_set(err, "the journal has an entry at byte %zu that no recording makes (kind %u)", at,
                             ld16(p + AT_KIND));
        last = ld64(p);
        size_t size = ENTRY_HEAD + ld32(p + AT_LENGTH);
        if (ld16(p + AT_KIND) != J_HOST_ERROR)
            buf_add(log, p, size);
        else if (!keep_error(j, p))
            return error_set(err, "the journal fails a request twice at byte %zu", at);
        at += size;
    }
    return true;
}

bool journal_load(struct journal *j, const void *data, size_t len, struct error *err)
{
    struct buf log = {0};
    buf_add(&log, magic, sizeof magic);
    if (!take_entries(j, data, len, &log, err)) {
        buf_free(&log);
        return false;
    }
    buf_free(&j->log);
    j->log = log;
    j->next = sizeof magic;
    j->mode = JOURNAL_REPLAY;
    return true;
}
