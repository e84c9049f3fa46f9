/* SPDX-License-Identifier: MIT */
/* MOO files: see tests/isa/moo.h. */
#include "tests/isa/moo.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/bits.h"

const char *const moo_reg_names[MOO_NREGS] = {"ax", "bx", "cx", "dx", "cs", "ss", "ds",
                                              "es", "sp", "bp", "si", "di", "ip", "flags"};
enum { MAX_FILE = 256 << 20 };

struct span {
    const uint8_t *p, *end;
};

/* Takes the next chunk off *s. 1, 0 at the end, -1 where it runs out. */
static int next_chunk(struct span *s, char id[5], struct span *body)
{
    size_t left = (size_t)(s->end - s->p);
    if (left == 0)
        return 0;
    if (left < 8 || ld32(s->p + 4) > left - 8)
        return -1;
    memcpy(id, s->p, 4);
    id[4] = 0;
    *body = (struct span){s->p + 8, s->p + 8 + ld32(s->p + 4)};
    s->p = body->end;
    return 1;
}

static size_t span_size(const struct span *s)
{
    return (size_t)(s->end - s->p);
}

static bool get_regs(struct moo_regs *r, struct span s)
{
    *r = (struct moo_regs){0};
    if (span_size(&s) < 2)
        return false;
    r->listed = ld16(s.p);
    s.p += 2;
    for (unsigned n = 0; n < 16; n++) {
        if (!(r->listed >> n & 1))
            continue;
        if (span_size(&s) < 2)
            return false;
        r->v[n] = ld16(s.p);
        s.p += 2;
    }
    return true;
}

static bool get_state(struct moo_state *st, struct span s)
{
    char id[5];
    struct span body;
    int more;
    *st = (struct moo_state){0};
    while ((more = next_chunk(&s, id, &body)) > 0) {
        if (!strcmp(id, "REGS") && !get_regs(&st->regs, body))
            return false;
        if (!strcmp(id, "RMSK") && !get_regs(&st->mask, body))
            return false;
        if (!strcmp(id, "RAM ")) {
            if (span_size(&body) < 4 || ld32(body.p) > MOO_MAX_RAM || span_size(&body) < 4 + 5 * (size_t)ld32(body.p))
                return false;
            st->nram = ld32(body.p);
            st->ram = body.p + 4;
        }
    }
    return more == 0;
}

static bool get_test(struct moo_test *t, struct span s)
{
    char id[5];
    struct span body;
    int more;
    *t = (struct moo_test){0};
    if (span_size(&s) < 4)
        return false;
    t->index = ld32(s.p);
    s.p += 4;
    while ((more = next_chunk(&s, id, &body)) > 0) {
        bool counted = !strcmp(id, "NAME") || !strcmp(id, "BYTS");
        if (counted && (span_size(&body) < 4 || ld32(body.p) > span_size(&body) - 4))
            return false;
        if (!strcmp(id, "NAME"))
            snprintf(t->name, sizeof t->name, "%.*s", (int)MIN(ld32(body.p), 79u), (const char *)body.p + 4);
        if (!strcmp(id, "BYTS")) {
            t->nbytes = ld32(body.p);
            t->bytes = body.p + 4;
        }
        if ((!strcmp(id, "INIT") && !get_state(&t->init, body)) || (!strcmp(id, "FINA") && !get_state(&t->fina, body)))
            return false;
        if (!strcmp(id, "EXCP")) {
            if (span_size(&body) < 5)
                return false;
            t->faulted = true;
            t->vector = body.p[0];
        }
    }
    return more == 0 && t->nbytes > 0;
}

bool moo_open(struct moo_file *f, const char *path, struct error *err)
{
    *f = (struct moo_file){0};
    gzFile z = gzopen(path, "rb");
    if (!z)
        return error_set(err, "%s cannot be opened", path);
    size_t room = 0;
    int n = 0;
    do {
        if (f->size == room) {
            room = room ? 2 * room : 1 << 20;
            uint8_t *bigger = room > MAX_FILE ? NULL : realloc(f->data, room);
            if (!bigger)
                break;
            f->data = bigger;
        }
        n = gzread(z, f->data + f->size, (unsigned)(room - f->size));
        f->size += n > 0 ? (size_t)n : 0;
    } while (n > 0);
    bool whole = n == 0 && gzeof(z);
    gzclose(z);
    if (!whole || f->size < 20 || memcmp(f->data, "MOO ", 4) != 0) {
        moo_close(f);
        return error_set(err, "%s is not a whole MOO file", path);
    }
    memcpy(f->cpu, f->data + 16, 4);
    return true;
}

void moo_close(struct moo_file *f)
{
    free(f->data);
    f->data = NULL;
}

int moo_next(struct moo_file *f, struct moo_test *t, struct error *err)
{
    char id[5];
    struct span s = {f->data + f->at, f->data + f->size}, body;
    int more;
    while ((more = next_chunk(&s, id, &body)) > 0) {
        f->at = (size_t)(s.p - f->data);
        if (!strcmp(id, "RMSK") && !get_regs(&f->mask, body))
            break;
        if (strcmp(id, "TEST") != 0)
            continue;
        if (!get_test(t, body))
            break;
        return 1;
    }
    if (more == 0)
        return 0;
    error_set(err, "damaged chunk before byte %zu", f->at);
    return -1;
}

struct moo_byte moo_ram(const struct moo_state *s, uint32_t i)
{
    const uint8_t *p = s->ram + 5 * (size_t)i;
    return (struct moo_byte){ld32(p), p[4]};
}
