/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/isa/x87_rig.h"

#include <sys/mman.h>

#include "base/log.h"

struct isa_rig x87_rig;

void x87_rig_setup(void)
{
    isa_rig_init(&x87_rig);
    isa_rig_flat(&x87_rig);
    x87_rig.cpu->cr0 |= CR0_NE;
}

void x87_rig_teardown(void)
{
    isa_rig_free(&x87_rig);
}

/* --- States --- */

void x87_load(struct cpu *c, const struct x87_state *s)
{
    memcpy(c->x87.st, s->r, sizeof s->r);
    c->x87.cw = s->cw;
    c->x87.sw = (uint16_t)(s->sw & ~(unsigned)SW_TOP);
    c->x87.top = s->sw >> 11 & 7;
    c->x87.tag = s->empty;
    set_arith(c, s->eflags);
    x87_update_es(c);
}

void x87_store(struct cpu *c, struct x87_state *s)
{
    memcpy(s->r, c->x87.st, sizeof s->r);
    s->cw = c->x87.cw;
    s->sw = x87_sw(&c->x87);
    s->empty = (uint8_t)c->x87.tag;
    s->eflags = cpu_eflags(c) & FL_ARITH;
}

enum xstat x87_guest(struct x87_state *s, const uint8_t *bytes)
{
    struct cpu *c = x87_rig.cpu;
    x87_load(c, s);
    c->regs[RSI] = X87_OPERAND_AT;
    isa_rig_put(&x87_rig, X87_OPERAND_AT, s->mem, sizeof s->mem);
    enum xstat st = isa_rig_exec(&x87_rig, bytes, 0x1000);
    x87_store(c, s);
    isa_rig_get(&x87_rig, X87_OPERAND_AT, s->mem, sizeof s->mem);
    return st;
}

/* --- The host --- */

#ifdef __x86_64__
/* FSAVE's image in 32-bit protected-mode format. */
struct image {
    uint32_t cw, sw, tw, pointers[4];
    uint8_t st[8][10];
};

static void to_image(const struct x87_state *s, struct image *m)
{
    memset(m, 0, sizeof *m);
    m->cw = s->cw;
    m->sw = s->sw;
    unsigned top = s->sw >> 11 & 7;
    for (unsigned n = 0; n < 8; n++) {
        m->tw |= (s->empty >> n & 1 ? 3u : 0u) << 2 * n;
        memcpy(m->st[n], &s->r[(top + n) & 7], 10);
    }
}
static void from_image(struct x87_state *s, const struct image *m)
{
    s->cw = (uint16_t)m->cw;
    s->sw = (uint16_t)m->sw;
    s->empty = 0;
    unsigned top = m->sw >> 11 & 7;
    for (unsigned n = 0; n < 8; n++) {
        s->empty |= (uint8_t)(((m->tw >> 2 * n & 3) == 3) << n);
        memcpy(&s->r[(top + n) & 7], m->st[n], 10);
    }
}

static uint8_t *add(uint8_t *at, const char *code, size_t n)
{
    memcpy(at, code, n);
    return at + n;
}

/* fn(in, mem, out, flags): FRSTOR, the instruction, FNSAVE, which also takes what is pending away.
 */
static uint8_t *compile(const uint8_t *bytes, unsigned len)
{
    static uint8_t *page;
    if (!page) {
        page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED)
            bug("no memory that can be executed");
    }
    uint8_t *at = page;
    at = add(at, "\xff\x31\x9d", 3); /* push [rcx]; popf */
    at = add(at, "\xdd\x27", 2);     /* frstor [rdi] */
    at = add(at, (const char *)bytes, len);
    at = add(at, "\x9c\x8f\x01", 3); /* pushf; pop [rcx] */
    at = add(at, "\xdd\x32\xc3", 3); /* fnsave [rdx]; ret */
    return page;
}

bool x87_have_host(void)
{
    return true;
}

void x87_host(struct x87_state *s, const uint8_t *bytes, unsigned len)
{
    struct image in, out;
    uint64_t flags = s->eflags | 0x202;
    void (*fn)(const struct image *, uint8_t *, struct image *, uint64_t *);
    uint8_t *code = compile(bytes, len);
    memcpy(&fn, &code, sizeof fn);
    to_image(s, &in);
    fn(&in, s->mem, &out, &flags);
    from_image(s, &out);
    s->eflags = flags & FL_ARITH;
}
#else
bool x87_have_host(void)
{
    return false;
}

void x87_host(struct x87_state *s, const uint8_t *bytes, unsigned len)
{
    (void)s;
    (void)bytes;
    (void)len;
}
#endif

/* --- Operands --- */

const struct f80 x87_special[] = {
    {0, 0},
    {0, 0x8000},
    {1, 0},
    {1, 0x8000},
    {0x4000000000000000, 0},
    {0x7fffffffffffffff, 0}, /* denormals */
    {0x8000000000000000, 0},
    {0xffffffffffffffff, 0x8000}, /* pseudo-denormals */
    {0x8000000000000000, 1},
    {0x8000000000000001, 1},
    {0xffffffffffffffff, 0x8001},
    {0x8000000000000000, 0x3fff},
    {0x8000000000000000, 0xbfff},
    {0x8000000000000001, 0x3fff},
    {0xffffffffffffffff, 0x3ffe},
    {0x8000000000000000, 0x3ffe},
    {0x8000000000000000, 0xbffe},
    {0xc000000000000000, 0x3fff},
    {0xa000000000000000, 0x4000},
    {0xe000000000000000, 0xc000},
    {0x8000000000000000, 0x4000},
    {0xc000000000000000, 0x4000},
    {0xc90fdaa22168c235, 0x4000},
    {0x8000000000000000, 0x3fbf},
    {0x8000000000000000, 0x3fbe},
    {0x8000000000000000, 0x3fc0}, /* near 2^-64 */
    {0xfffe000000000000, 0x400d},
    {0xffff000000000000, 0x400d},
    {0x8000000000000000, 0x400e}, /* 32767, 32767.5, 32768 */
    {0x8000800000000000, 0xc00e},
    {0x8000000000000000, 0xc00e},
    {0xfffffffe00000000, 0x401d},
    {0xffffffff00000000, 0x401d},
    {0x8000000000000000, 0x401e},
    {0x8000000000000000, 0xc01e},
    {0x8000000080000000, 0xc01e},
    {0xfffffffffffffffe, 0x403d},
    {0xffffffffffffffff, 0x403d},
    {0x8000000000000000, 0x403e}, /* near 2^63 */
    {0x8000000000000000, 0xc03e},
    {0x8000000000000001, 0xc03e},
    {0xffffffffffffffff, 0x403e},
    {0xde0b6b3a763fffff, 0x403a},
    {0xde0b6b3a76400000, 0x403a},
    {0xde0b6b3a763ffff0, 0xc03a}, /* near 10^18 */
    {0xffffff0000000000, 0x407e},
    {0xffffff8000000000, 0x407e},
    {0xffffff7fffffffff, 0x407e}, /* FLT_MAX and over */
    {0x8000000000000000, 0x3f81},
    {0xffffffffffffffff, 0x3f80},
    {0x8000000000000000, 0x3f6a}, /* FLT_MIN and under */
    {0x8000000000000000, 0x3f69},
    {0x8000000000000001, 0x3f69},
    {0xc000000000000000, 0xbf6a},
    {0xfffffffffffff800, 0x43fe},
    {0xfffffffffffffc00, 0x43fe},
    {0xfffffffffffffbff, 0xc3fe}, /* DBL_MAX and over */
    {0x8000000000000000, 0x3c01},
    {0xffffffffffffffff, 0x3c00},
    {0x8000000000000000, 0x3bcd}, /* DBL_MIN and under */
    {0x8000000000000000, 0x3bcc},
    {0x8000000000000001, 0x3bcc},
    {0xffffffffffffffff, 0x7ffe},
    {0xffffffffffffffff, 0xfffe},
    {0x8000000000000000, 0x7ffe},
    {0x8000000000000000, 0x7fff},
    {0x8000000000000000, 0xffff}, /* infinities */
    {0xc000000000000000, 0xffff},
    {0xc000000000000001, 0x7fff},
    {0xe123456789abcdef, 0x7fff}, /* quiet NaNs */
    {0xe123456789abcdef, 0xffff},
    {0xffffffffffffffff, 0x7fff},
    {0x8000000000000001, 0x7fff},
    {0xa123456789abcdef, 0x7fff},
    {0xbfffffffffffffff, 0xffff}, /* signalling NaNs */
    {0x0000000000000000, 0x7fff},
    {0x4000000000000001, 0xffff}, /* pseudo-infinity, pseudo-NaN */
    {0x0000000000000000, 0x3fff},
    {0x7fffffffffffffff, 0x4001},
    {0x0000000000000001, 0x0001}, /* unnormals */
};
const unsigned x87_nspecial = ARRAY_LEN(x87_special);

/* Few significant bits, so that sums and products are exact or halfway often. */
static uint64_t random_mant(struct random *r)
{
    uint64_t m = random_next(r);
    switch (random_below(r, 4)) {
    case 0: return m | F80_INTEGER_BIT;
    case 1: return (m & UINT64_C(0xff) << 55) | F80_INTEGER_BIT;
    case 2: return (m & UINT64_MAX << (m & 63)) | F80_INTEGER_BIT;
    default: return (~(m & UINT64_C(7) << (m >> 8 & 63))) | F80_INTEGER_BIT;
    }
}

struct f80 x87_random_f80(struct random *r)
{
    unsigned sign = random_below(r, 2) << 15;
    switch (random_below(r, 12)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4: {
        struct f80 v = x87_special[random_below(r, x87_nspecial)];
        if (random_below(r, 4) == 0)
            v.se ^= 0x8000;
        return v;
    }
    case 5: return (struct f80){random_next(r), (uint16_t)random_next(r)};
    case 6: return (struct f80){random_mant(r), (uint16_t)(sign | (1 + random_below(r, 70)))};
    case 7: return (struct f80){random_mant(r), (uint16_t)(sign | (0x7ffe - random_below(r, 70)))};
    case 8: return (struct f80){random_mant(r), (uint16_t)(sign | (0x3f50 + random_below(r, 0x140)))}; /* single */
    case 9: return (struct f80){random_mant(r), (uint16_t)(sign | (0x3bb0 + random_below(r, 0x860)))}; /* double */
    default: return (struct f80){random_mant(r), (uint16_t)(sign | (0x3fff - 70 + random_below(r, 140)))};
    }
}

void x87_random_mem(struct random *r, uint8_t mem[16])
{
    static const uint32_t f32[] = {0,          0x80000000, 1,          0x80000001, 0x7fffff,   0x800000,
                                   0x3f800000, 0xbf800000, 0x3f000000, 0x7f7fffff, 0x7f800000, 0xff800000,
                                   0x7fc00000, 0xffc00001, 0x7f800001, 0xffbfffff};
    static const uint64_t f64[] = {0,
                                   UINT64_C(1) << 63,
                                   1,
                                   0x000fffffffffffff,
                                   0x0010000000000000,
                                   0x3ff0000000000000,
                                   0xbff0000000000000,
                                   0x7fefffffffffffff,
                                   0x7ff0000000000000,
                                   0xfff0000000000000,
                                   0x7ff8000000000000,
                                   0xfff8000000000001,
                                   0x7ff0000000000001,
                                   0xfff7ffffffffffff};
    uint64_t v[2] = {random_next(r), random_next(r)};
    struct f80 e;
    switch (random_below(r, 8)) {
    case 0: v[0] = f32[random_below(r, ARRAY_LEN(f32))]; break;
    case 1: v[0] = f64[random_below(r, ARRAY_LEN(f64))]; break;
    case 2: v[0] = (uint64_t)(int64_t)(int32_t)random_operand(r); break;
    case 3: v[0] &= 0x800fffffffffffff; break;
    case 4: v[0] &= 0x807fffff; break;
    case 5: v[0] &= UINT64_C(0x7777777777777777), v[1] &= UINT64_C(0x8077); break; /* packed decimal */
    case 6:
        e = x87_random_f80(r);
        memcpy(mem, &e, 10);
        return;
    default: break;
    }
    memcpy(mem, v, 16);
}

uint16_t x87_random_cw(struct random *r)
{
    static const uint16_t precisions[] = {0, 0x200, 0x300, 0x300};
    unsigned masks = random_below(r, 2) ? CW_MASKS : random_below(r, 64);
    return (uint16_t)(0x40 | masks | precisions[random_below(r, 4)] | random_below(r, 4) << 10 |
                      random_below(r, 2) << 12);
}

void x87_random_state(struct random *r, struct x87_state *s)
{
    memset(s, 0, sizeof *s);
    for (unsigned n = 0; n < 8; n++)
        s->r[n] = x87_random_f80(r);
    s->cw = x87_random_cw(r);
    s->sw = (uint16_t)(random_next(r) & (SW_TOP | SW_CC | SW_C1 | SW_SF | (s->cw & SW_EXCEPTIONS)));
    s->empty = random_below(r, 4) ? 0 : (uint8_t)random_next(r);
    if (random_below(r, 2)) /* room for a push */
        s->empty |= (uint8_t)(1u << (((s->sw >> 11 & 7) + 7) & 7));
    s->eflags = (uint32_t)random_next(r) & FL_ARITH;
    x87_random_mem(r, s->mem);
}
