/* SPDX-License-Identifier: MIT */
/*
 * Each member of each chip's struct is in its state table or in state_lists.h. The compiler says how large the struct
 * is without padding (state_sizes.c): the sizes of all that is named must add up to that. tests/lint/state.sh holds
 * that every class is in the list.
 */
#include <stdlib.h>

#include "tests/dev/rig.h"
#include "tests/dev/state_lists.h"
#include "tests/dev/state_sizes.h"

struct span {
    const char *name;
    size_t offset, size;
};
#define NOT(type, member)                                                                \
    {                                                                                    \
#member, offsetof(struct type, member), sizeof(((const struct type *)0)->member) \
    }
#define CLASS(name, type, list) static const struct span spans_##name[] = {WIRING_##list(NOT)};
CHIPS(CLASS)
#undef CLASS

static const struct chip {
    const struct dev_class *cls;
    size_t size;
    const struct span *wiring;
} chips[] = {
#define CLASS(name, type, list) {&name##_class, sizeof(struct type), spans_##name},
    CHIPS(CLASS)
#undef CLASS
};

static void mark(const struct chip *c, uint8_t *map, const char *name, size_t offset, size_t size)
{
    for (size_t i = offset; i < offset + size; i++) {
        if (map[i])
            ck_abort_msg("%s: '%s' is named twice", c->cls->name, name);
        map[i] = 1;
    }
}

/* The named member that ends last before this byte. */
static const char *before(const struct chip *c, size_t nwiring, size_t at)
{
    const struct state_table *t = &c->cls->state;
    const char *name = "dev";
    size_t best = 0;
    for (size_t i = 0; i < t->nfields + nwiring; i++) {
        const struct state_field *f = &t->fields[i];
        const struct span *w = i < t->nfields ? NULL : &c->wiring[i - t->nfields];
        size_t end = w ? w->offset + w->size : f->offset + (size_t)f->size * f->count;
        if (end > at || end < best)
            continue;
        best = end;
        name = w ? w->name : f->name;
    }
    return name;
}

/* Padding, or what is missing: one of these places. */
static void print_gaps(const struct chip *c, size_t nwiring, const uint8_t *map, struct buf *out)
{
    for (size_t i = 0; i < c->size; i++)
        if (!map[i] && (i == 0 || map[i - 1]))
            buf_printf(out, " '%s'", before(c, nwiring, i));
    buf_add8(out, 0);
}

START_TEST(every_member_is_state_or_wiring)
{
    const struct chip *c = &chips[_i];
    const struct state_size *s = &state_sizes[_i];
    const struct state_table *t = &c->cls->state;
    struct buf gaps = {0};
    uint8_t *map = calloc(1, c->size);
    size_t named = state_dev_size;
    ck_assert_uint_eq(c->size, c->cls->size);
    mark(c, map, "dev", 0, sizeof(struct dev));
    for (uint32_t i = 0; i < t->nfields; i++) {
        const struct state_field *f = &t->fields[i];
        mark(c, map, f->name, f->offset, (size_t)f->size * f->count);
        named += f->kind == STATE_TIMER ? state_timer_size : (size_t)f->size * f->count;
    }
    for (size_t i = 0; i < s->nwiring; i++) {
        mark(c, map, c->wiring[i].name, c->wiring[i].offset, c->wiring[i].size);
        named += s->wiring[i];
    }
    print_gaps(c, s->nwiring, map, &gaps);
    ck_assert_msg(named == s->bytes,
                  "%s: %zd bytes are neither in the state table nor in tests/dev/state_lists.h; gaps are after%s",
                  c->cls->name, (ssize_t)(s->bytes - named), (const char *)gaps.data);
    buf_free(&gaps);
    free(map);
}
END_TEST

TCase *state_tests(void)
{
    TCase *c = tcase_create("state");
    tcase_add_loop_test(c, every_member_is_state_or_wiring, 0, ARRAY_LEN(chips));
    return c;
}
