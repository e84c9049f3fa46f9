/* SPDX-License-Identifier: MIT */
/* The x87's environment and state in memory: FLDENV, FNSTENV, FRSTOR, FNSAVE. SDM 1 8.1.10, figures
 * 8-9 to 8-12. */
#include "cpu/fp/x87.h"

#include "cpu/engine/gen_dispatch.h"

enum { ENV16 = 14, ENV32 = 28, REGISTERS = 80, STATE_MAX = ENV32 + REGISTERS };

static unsigned env_size(const struct xinsn *i)
{
    return i->in.opsize == SZ16 ? ENV16 : ENV32;
}
/* Real and virtual-8086 mode have linear pointers instead of selectors. */
static bool linear_pointers(const struct cpu *c)
{
    return !(c->mode & MODE_PE) || c->mode & MODE_VM;
}

/* --- Whole or not at all, in pieces of the operand size: so #AC has it (SDM 3A table 6-7) --- */

static bool read_image(struct cpu *c, const struct xinsn *i, uint8_t *image, unsigned size)
{
    uint64_t off = ea(c, &i->in), lin;
    unsigned w = i->in.opsize == SZ16 ? 2 : 4;
    if (seg_lin(c, i->in.seg, off, size, ACC_READ, &lin))
        return true;
    for (unsigned k = 0; k < size; k += w)
        if (lin_read_slow(c, lin + k, w, image + k))
            return true;
    return false;
}
static bool write_image(struct cpu *c, const struct xinsn *i, const uint8_t *image, unsigned size)
{
    uint64_t off = ea(c, &i->in), lin;
    unsigned w = i->in.opsize == SZ16 ? 2 : 4;
    if (seg_lin(c, i->in.seg, off, size, ACC_WRITE, &lin) || lin_probe_write(c, lin, w) ||
        lin_probe_write(c, lin + size - w, w))
        return true;
    for (unsigned k = 0; k < size; k += w)
        if (lin_write_slow(c, lin + k, w, image + k))
            return true;
    return false;
}

/* --- The tag word: SDM 1 8.1.7. Only empty or not is state; the rest follows from the registers.
 * --- */

static unsigned tag_of(const struct f80 *v)
{
    if (f80_zero(v))
        return 1;
    return f80_exp(v) == 0 || f80_exp(v) == F80_MAX || f80_unsupported(v) ? 2 : 0;
}
static unsigned full_tags(const struct x87 *f)
{
    unsigned tags = 0;
    for (unsigned k = 0; k < 8; k++)
        tags |= (f->tag >> k & 1 ? 3 : tag_of(&f->st[k])) << 2 * k;
    return tags;
}
static void set_tags(struct x87 *f, unsigned tags)
{
    f->tag = 0;
    for (unsigned k = 0; k < 8; k++)
        if ((tags >> 2 * k & 3) == 3)
            f->tag |= (uint16_t)(1u << k);
}

/* --- Images. Fields are 16 or 32 bits wide, w bytes apart; the upper halves of 16-bit ones are
 * ones. --- */

static void put(uint8_t *image, unsigned w, unsigned n, uint32_t v)
{
    st_le(image + n * w, v, w);
}
static uint32_t get(const uint8_t *image, unsigned w, unsigned n)
{
    return (uint32_t)ld_le(image + n * w, w);
}

static void make_env(const struct cpu *c, uint8_t *image, unsigned size)
{
    const struct x87 *f = &c->x87;
    unsigned w = size == ENV16 ? 2 : 4;
    const uint32_t ones = 0xffff0000;
    put(image, w, 0, ones | f->cw);
    put(image, w, 1, ones | x87_sw(f));
    put(image, w, 2, ones | full_tags(f));
    if (linear_pointers(c)) {
        uint32_t ip = ((uint32_t)f->fcs << 4) + (uint32_t)f->fip, dp = ((uint32_t)f->fds << 4) + (uint32_t)f->fdp;
        put(image, w, 3, w == 2 ? ip : ones | (ip & 0xffff));
        put(image, w, 4, (w == 2 ? ip >> 16 & 15 : ip >> 16) << 12 | (f->fop & 0x7ff));
        put(image, w, 5, w == 2 ? dp : ones | (dp & 0xffff));
        put(image, w, 6, (w == 2 ? dp >> 16 & 15 : dp >> 16) << 12);
    } else {
        put(image, w, 3, (uint32_t)f->fip);
        put(image, w, 4, f->fcs | (w == 2 ? 0 : (uint32_t)(f->fop & 0x7ff) << 16));
        put(image, w, 5, (uint32_t)f->fdp);
        put(image, w, 6, w == 2 ? f->fds : ones | f->fds);
    }
}

/* NOTE: linear pointers come back as offsets with selector 0, so that they are stored again as they
 * were. */
static void take_env(struct cpu *c, const uint8_t *image, unsigned size)
{
    struct x87 *f = &c->x87;
    unsigned w = size == ENV16 ? 2 : 4;
    f->cw = (uint16_t)((get(image, w, 0) & 0x1f3f) | 0x40);
    f->sw = (uint16_t)(get(image, w, 1) & ~(unsigned)(SW_TOP | SW_B));
    f->top = (get(image, w, 1) & SW_TOP) >> 11;
    set_tags(f, get(image, w, 2));
    if (linear_pointers(c)) {
        f->fip = (get(image, w, 3) & 0xffff) | (get(image, w, 4) & 0x0ffff000) << 4;
        f->fop = get(image, w, 4) & 0x7ff;
        f->fdp = (get(image, w, 5) & 0xffff) | (get(image, w, 6) & 0x0ffff000) << 4;
        f->fcs = f->fds = 0;
    } else {
        f->fip = get(image, w, 3);
        f->fcs = (uint16_t)get(image, w, 4);
        if (w == 4)
            f->fop = get(image, w, 4) >> 16 & 0x7ff;
        f->fdp = get(image, w, 5);
        f->fds = (uint16_t)get(image, w, 6);
    }
    x87_update_es(c);
}

INSN(x_fnstenv_Menv)
{
    uint8_t image[ENV32];
    unsigned size = env_size(i);
    X87_NO_WAIT(c);
    make_env(c, image, size);
    if (write_image(c, i, image, size))
        return X_FAULT;
    c->x87.cw |= CW_MASKS;
    x87_update_es(c);
    return X_NEXT;
}

INSN(x_fldenv_Menv)
{
    uint8_t image[ENV32];
    unsigned size = env_size(i);
    X87_WAIT(c, i);
    if (read_image(c, i, image, size))
        return X_FAULT;
    take_env(c, image, size);
    return X_NEXT;
}

INSN(x_fnsave_Mstate)
{
    uint8_t image[STATE_MAX];
    unsigned size = env_size(i);
    X87_NO_WAIT(c);
    make_env(c, image, size);
    for (unsigned k = 0; k < 8; k++)
        memcpy(image + size + 10 * k, x87_st(c, k), 10);
    if (write_image(c, i, image, size + REGISTERS))
        return X_FAULT;
    x87_init(c);
    return X_NEXT;
}

INSN(x_frstor_Mstate)
{
    uint8_t image[STATE_MAX];
    unsigned size = env_size(i);
    X87_WAIT(c, i);
    if (read_image(c, i, image, size + REGISTERS))
        return X_FAULT;
    take_env(c, image, size);
    for (unsigned k = 0; k < 8; k++)
        memcpy(x87_st(c, k), image + size + 10 * k, 10);
    return X_NEXT;
}
