/* SPDX-License-Identifier: MIT */
/* The table of the link's messages and the state machine that judges by it. */
#include "config.h"

#include "link/protocol.h"

#include "base/bits.h"
#include "bus/surface.h"
#include "link/cells.h"
#include "machine/catalog.h"

#define MINUTE INT64_C(60000000000) /* ns */
#define FAR    (INT64_C(1) << 61)   /* at the host's start, too, nothing was used up */

enum {
    S = 1 << LINK_STARTING,
    C = 1 << LINK_CONFIGURED,
    MADE = 1 << LINK_STANDING | 1 << LINK_RUNNING,
    DRIVES_BYTES = 41 * MAX_DRIVES, /* of LINK_DRIVES' reply */
    CELLS_BYTES = 17 + 2 * CELLS_MAX_COLS * CELLS_MAX_ROWS,
};

#define FRONT(name, ...)   [LINK_##name] = {#name, LINK_FRONT_END, __VA_ARGS__}
#define MACHINE(name, ...) [LINK_##name] = {#name, LINK_MACHINE, __VA_ARGS__}
#define SAME               LINK_PHASES
#define EMPTY              LINK_NO_FD, LINK_EMPTY_ANSWER, 0
#define GIVES(what, most)  LINK_NO_FD, LINK_##what##_ANSWER, most
#define PLAIN              LINK_NO_FD, LINK_NO_ANSWER, 0
#define ONE_FD(may)        LINK_##may##_FD, LINK_EMPTY_ANSWER, 0
#define AT_MOST(n, m)      LINK_NO_FD, LINK_NO_ANSWER, 0, n, m

/* NOTE: a burst lasts longer than what the machine sends while the front end stands still: a machine whose queue is
 * above LINK_QUEUE_HIGH stands still too. */
/* clang-format off */
static const struct link_rule rules[LINK_TYPES] = {
    /*    message        may come      then             bytes of payload         descriptor, reply */
    FRONT(FILE,          S,            SAME,            10, 10,                  LINK_HAS_FD, LINK_NO_ANSWER, 0),
    FRONT(CONFIG,        S,            LINK_CONFIGURED, 1, LINK_MAX,             PLAIN),
    FRONT(STOP,          MADE,         SAME,            4, 4,                    EMPTY),
    FRONT(CONT,          MADE,         SAME,            4, 4,                    EMPTY),
    FRONT(POWER,         MADE,         SAME,            5, 5,                    EMPTY),
    FRONT(QUIT,          MADE,         SAME,            0, 0,                    PLAIN),
    FRONT(KEY,           MADE,         SAME,            2, 2,                    PLAIN),
    FRONT(KEYS,          MADE,         SAME,            8, 8 + LINK_KEYS_MAX,    EMPTY),
    FRONT(SERIAL,        MADE,         SAME,            2, 1 + LINK_CHUNK,       PLAIN),
    FRONT(SCREENSHOT,    MADE,         SAME,            4, 4,                    GIVES(PICTURE, 0)),
    FRONT(TEXT,          MADE,         SAME,            4, 4,                    GIVES(TEXT, LINK_SCREEN_MAX)),
    FRONT(CELLS,         MADE,         SAME,            4, 4,                    GIVES(BYTES, CELLS_BYTES)),
    FRONT(PMEM,          MADE,         SAME,            20, 20,                  GIVES(MEMORY, 0)),
    FRONT(VMEM,          MADE,         SAME,            20, 20,                  GIVES(MEMORY, 0)),
    FRONT(COMMAND,       MADE,         SAME,            4, LINK_MAX,             GIVES(TEXT, LINK_OUTPUT_MAX)),
    FRONT(STATS,         MADE,         SAME,            0, 0,                    PLAIN),
    FRONT(FRAME_DONE,    MADE,         SAME,            1, 1,                    PLAIN),
    FRONT(SERIAL_BREAK,  MADE,         SAME,            1, 1,                    PLAIN),
    FRONT(LOG_ITEMS,     MADE,         SAME,            8, 8,                    EMPTY),
    FRONT(HOLD,          MADE,         SAME,            1, 1,                    PLAIN),
    FRONT(REDRAW,        MADE,         SAME,            0, 0,                    PLAIN),
    FRONT(MEDIUM,        MADE,         SAME,            7, LINK_MAX,             ONE_FD(MAY_HAVE)),
    FRONT(COMMIT,        MADE,         SAME,            13, 13,                  ONE_FD(HAS)),
    FRONT(DRIVES,        MADE,         SAME,            4, 4,                    GIVES(EXACT, DRIVES_BYTES)),
    FRONT(SPEED,         MADE,         SAME,            4, 4,                    PLAIN),
    FRONT(TYPE,          MADE,         SAME,            4, LINK_MAX,             EMPTY),
    FRONT(POINTER,       MADE,         SAME,            LINK_POINTER_SIZE, LINK_POINTER_SIZE, PLAIN),

    /*      message      may come      then             bytes of payload         how many */
    MACHINE(READY,       C,            LINK_STANDING,   4, 4,                    PLAIN),
    MACHINE(EVENT,       MADE,         SAME,            3, 3,                    AT_MOST(40000, 6000)),
    MACHINE(SERIAL_OUT,  MADE,         SAME,            2, 1 + LINK_CHUNK,       PLAIN),
    MACHINE(SERIAL_TAKEN, MADE,        SAME,            5, 5,                    PLAIN),
    MACHINE(DEBUGCON,    MADE,         SAME,            1, LINK_CHUNK,           PLAIN),
    MACHINE(FRAME,       MADE,         SAME,            17, 17,                  PLAIN),
    MACHINE(REPLY,       MADE,         SAME,            5, 5 + LINK_CHUNK,       PLAIN),
    MACHINE(STATS_ARE,   MADE,         SAME,            18, 18,                  PLAIN),
    MACHINE(LOG,         C | MADE,     SAME,            1, LINK_CHUNK,           PLAIN),
    MACHINE(GUEST_ERROR, C | MADE,     SAME,            1, LINK_LINE_MAX,        PLAIN),
    MACHINE(NOTE,        S | C | MADE, SAME,            1, LINK_LINE_MAX,        AT_MOST(256, 60)),
    MACHINE(PICTURE,     MADE,         SAME,            5, 5 + LINK_CHUNK,       GIVES(PICTURE, 0)),
    MACHINE(EXIT,        S | C | MADE, LINK_ENDED,      5, 5 + LINK_LINE_MAX,    PLAIN),
    MACHINE(LIGHTS,      MADE,         SAME,            2, 2,                    AT_MOST(80000, 6000)),
    MACHINE(TRAY,        MADE,         SAME,            2, 2,                    AT_MOST(4000, 1000)),
    MACHINE(AUDIO,       MADE,         SAME,            10, 8 + 2 * LINK_SAMPLES, PLAIN),
    MACHINE(POINTER_IS,  MADE,         SAME,            1, 1,                    AT_MOST(4000, 1000)),
};
/* clang-format on */

const struct link_rule *link_rule(uint32_t type)
{
    static const struct link_rule none = {NULL,       LINK_FRONT_END, 0, LINK_PHASES, 0, 0,
                                          LINK_NO_FD, LINK_NO_ANSWER, 0, 0,           0};
    return type < LINK_TYPES ? &rules[type] : &none;
}

/* Takes one of what `burst` and `per_minute` allow. */
static bool take(struct link_pace *p, uint32_t burst, uint32_t per_minute, uint64_t now)
{
    int64_t cost = MINUTE / per_minute, at = (int64_t)now + FAR;
    p->spent = MAX(p->spent, at - (int64_t)burst * cost);
    if (p->spent + cost > at)
        return false;
    p->spent += cost;
    return true;
}

void link_entitle(struct link_course *c, enum link_type type, unsigned n)
{
    c->pace[type].spent -= n * (MINUTE / rules[type].per_minute);
}

/* Going on and standing still take turns. */
static bool follow(struct link_course *c, const struct link_rule *r, uint32_t type, const uint8_t *data)
{
    bool resumes = type == LINK_EVENT && data[0] == LINK_EV_RESUME;
    bool stops = type == LINK_EVENT && data[0] == LINK_EV_STOP;
    if ((resumes && c->phase == LINK_RUNNING) || (stops && c->phase == LINK_STANDING))
        return false;
    c->phase = resumes ? LINK_RUNNING : stops ? LINK_STANDING : r->to != LINK_PHASES ? r->to : c->phase;
    return true;
}

bool link_take(struct link_course *c, enum link_end from, const struct link_msg *m, uint64_t now, struct error *err)
{
    static const char *const phase[LINK_PHASES] = {"before the configuration", "before it is ready",
                                                   "while it stands still", "while it runs", "after its end"};
    const struct link_rule *r = link_rule(m->type);
    if (!r->name || r->from != from)
        return error_set(err, "message %u, which there is not", m->type);
    if (!(r->phases >> c->phase & 1))
        return error_set(err, "%s %s", r->name, phase[c->phase]);
    if (m->len < r->min || m->len > r->max)
        return error_set(err, "%s of %zu bytes", r->name, m->len);
    if ((m->fd >= 0 && r->fd == LINK_NO_FD) || (m->fd < 0 && r->fd == LINK_HAS_FD))
        return error_set(err, "%s with%s a descriptor", r->name, m->fd < 0 ? "out" : "");
    if (r->burst && !take(&c->pace[m->type], r->burst, r->per_minute, now))
        return error_set(err, "too many of %s", r->name);
    return follow(c, r, m->type, m->data) || error_set(err, "%s, which changes nothing, %s", r->name, phase[c->phase]);
}

bool link_may_send(struct link_course *c, enum link_type type, const void *data, size_t len, uint64_t now)
{
    enum { SHARE = 4 };
    const struct link_rule *r = link_rule(type);
    if (!(r->phases >> c->phase & 1) || len < r->min || len > r->max)
        return false;
    const uint8_t *b = data;
    bool can_wait = type != LINK_EVENT || (b[0] == LINK_EV_RESET && b[1]); /* the others follow what was asked for */
    if (r->burst && can_wait && !take(&c->pace[type], r->burst / SHARE, r->per_minute / SHARE, now))
        return false;
    return follow(c, r, type, data);
}

void link_tally_begin(struct link_tally *t, const struct link_rule *r, const void *request, size_t len)
{
    *t = (struct link_tally){.kind = r->answer, .most = r->most};
    if (r->answer == LINK_MEMORY_ANSWER)
        t->most = MIN(ld64((const uint8_t *)request + len - 8), UINT64_C(1) << 32);
}

/* The picture's size stands in front of it; 0 x 0 where there is none. */
static bool begin_picture(struct link_tally *t, const uint8_t *data, size_t len)
{
    if (len < 8)
        return false;
    uint32_t w = ld32(data), h = ld32(data + 4);
    t->most = 8 + (uint64_t)w * h * 4;
    return w <= SURFACE_MAX_W && h <= SURFACE_MAX_H && !w == !h;
}

bool link_tally_add(struct link_tally *t, enum link_reply part, const uint8_t *data, size_t len)
{
    bool exact = t->kind == LINK_EXACT_ANSWER || t->kind == LINK_MEMORY_ANSWER || t->kind == LINK_PICTURE_ANSWER;
    if (part == LINK_FAILED)
        return true;
    if (part == LINK_MORE && !len) /* NOTE: or the parts would have no end */
        return false;
    if (t->kind == LINK_PICTURE_ANSWER && !t->got && !begin_picture(t, data, len))
        return false;
    if (len > t->most - t->got)
        return false;
    t->got += len;
    return part == LINK_MORE || !exact || t->got == t->most;
}
