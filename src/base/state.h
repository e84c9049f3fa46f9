/* SPDX-License-Identifier: MIT */
/*
 * State tables: every field that a snapshot, a clone, a diff and the state hash need, as data. A saved object is a list
 * of named fields, so that a later version loads what an earlier one saved: a field that is absent keeps its reset
 * value, an unknown one is an error.
 */
#ifndef VITRINE_BASE_STATE_H
#define VITRINE_BASE_STATE_H

#include "base/buf.h"
#include "base/error.h"

enum state_kind {
    STATE_UINT,  /* unsigned or signed integers and enums of 1, 2, 4 or 8 bytes; `count` of them */
    STATE_BYTES, /* `size` * `count` raw bytes; with `used`, the first so many of them */
    STATE_TIMER, /* a struct timer (time/event.h) */
    STATE_BOOL,  /* bools: whatever else a saved byte says is refused */
};

struct state_field {
    const char *name;
    uint32_t offset;
    uint32_t size; /* of one element, bytes */
    uint32_t count;
    enum state_kind kind;
    uint32_t (*used)(const void *field); /* STATE_BYTES: how many mean anything now, at most all. NULL: all */
};

/* Integer or bool, by the member's type. */
#define STATE_KIND_(x) _Generic((x), bool : STATE_BOOL, default : STATE_UINT)
#define STATE_FIELD_(type, member, label, k)                                                                          \
    {                                                                                                                 \
        .name = label, .offset = offsetof(type, member), .size = sizeof(((type *)0)->member), .count = 1, .kind = (k) \
    }
#define STATE_U(type, member)           STATE_FIELD_(type, member, #member, STATE_KIND_(((type *)0)->member))
#define STATE_TIMER_FIELD(type, member) STATE_FIELD_(type, member, #member, STATE_TIMER)
#define STATE_BLOB(type, member)        STATE_FIELD_(type, member, #member, STATE_BYTES)
/* A buffer of which only the first used(&member) bytes mean anything: the rest is neither saved nor hashed. */
#define STATE_BUFFER(type, member, how_many)                                                                \
    {                                                                                                       \
        .name = #member, .offset = offsetof(type, member), .size = sizeof(((type *)0)->member), .count = 1, \
        .kind = STATE_BYTES, .used = (how_many)                                                             \
    }
/* An array of integers. */
#define STATE_ARRAY(type, member)                                                                  \
    {                                                                                              \
        .name = #member, .offset = offsetof(type, member), .size = sizeof(((type *)0)->member[0]), \
        .count = sizeof(((type *)0)->member) / sizeof(((type *)0)->member[0]),                     \
        .kind = STATE_KIND_(((type *)0)->member[0])                                                \
    }

struct state_table {
    const char *name;
    const struct state_field *fields;
    uint32_t nfields;
};

/* How a field of kind STATE_TIMER is put and got: time/event.h supplies it, so that base need not know timers. */
struct state_timer_ops {
    void (*put)(const void *timer, struct buf *out);
    bool (*get)(void *timer, struct reader *in); /* arms or disarms it */
};

void state_save(const struct state_table *table, const void *obj, const struct state_timer_ops *timers,
                struct buf *out);
/* Loads what state_save wrote. On failure *obj is unspecified and *err says which field. */
bool state_load(const struct state_table *table, void *obj, const struct state_timer_ops *timers, struct reader *in,
                struct error *err);

/*
 * The same in the order of the table and without names: for this process alone, where it is done often. What unpack
 * takes must come from pack with the same table; false: it does not.
 */
void state_pack(const struct state_table *table, const void *obj, const struct state_timer_ops *timers,
                struct buf *out);
bool state_unpack(const struct state_table *table, void *obj, const struct state_timer_ops *timers, struct reader *in);

#endif
