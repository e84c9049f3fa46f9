/* SPDX-License-Identifier: MIT */
/*
 * The decoder: bytes to struct insn, for 16, 32 and 64-bit code (SDM 2A 2.1, 2.2; opcode maps SDM
 * 2D A). One look-up by opcode, one more where ModRM or a prefix splits it, and then what the
 * form's operands ask for. The tables are generated from the instruction table.
 *
 * What has no meaning decodes to FORM_UD with the bytes read so far: the processor raises #UD for
 * it without reading on. LIMIT: VEX, EVEX and XOP prefixes are LES, LDS, BOUND and POP with a
 * register operand here, that is FORM_UD.
 */
#include "isa/insn.h"

#include "base/bits.h"
#include "isa/forms.h"
#include "isa/gen_decode.h"

struct decoder {
    const uint8_t *p, *end;
    struct insn *out;
    uint8_t rex, bits;
    bool opsize_prefix, adsize_prefix, in64;
};

enum { REX_B = 1, REX_X = 2, REX_R = 4, REX_W = 8 };

static inline bool need(const struct decoder *d, size_t n)
{
    return likely((size_t)(d->end - d->p) >= n);
}

/* Legacy prefixes in any order and number, then REX; REX counts only right before the opcode.
 * False: out of bytes. */
static bool take_prefixes(struct decoder *d, const struct op_entry *ops)
{
    struct insn *out = d->out;
    for (; need(d, 1); d->p++) {
        uint8_t b = *d->p;
        if (likely(!(ops[b].kind & OK_IS_PREFIX)))
            return true;
        unsigned rex = 0;
        switch (b) {
        case 0x26:
        case 0x2e:
        case 0x36:
        case 0x3e: /* 64-bit mode ignores ES, CS, SS, DS (SDM 2A 2.1.1) */
            if (!d->in64) {
                out->seg = (b >> 3) & 3;
                out->flags |= IF_SEG_OVERRIDE;
            }
            break;
        case 0x64:
        case 0x65:
            out->seg = b & 7;
            out->flags |= IF_SEG_OVERRIDE;
            break;
        case 0x66: d->opsize_prefix = true; break;
        case 0x67: d->adsize_prefix = true; break;
        case 0xf0: out->flags |= IF_LOCK; break;
        case 0xf2: out->flags = (out->flags & ~IF_REP) | IF_REPNE; break; /* the last of F2 and F3 counts */
        case 0xf3: out->flags = (out->flags & ~IF_REPNE) | IF_REP; break;
        default: rex = b; break;
        }
        d->rex = (uint8_t)rex;
    }
    return false;
}

/* Effective segment: the override, or the default. */
static inline void default_seg(struct insn *out, unsigned seg)
{
    if (!(out->flags & IF_SEG_OVERRIDE))
        out->seg = (uint8_t)seg;
}

/* Displacement of 0, 1, 2 or 4 bytes. */
static bool take_disp(struct decoder *d, unsigned size)
{
    if (!need(d, size))
        return false;
    d->out->disp = size == 1 ? (int8_t)*d->p : size == 2 ? (int16_t)ld16(d->p) : size == 4 ? (int32_t)ld32(d->p) : 0;
    d->p += size;
    return true;
}

/* 16-bit addressing: SDM 2A table 2-1. */
static bool take_address16(struct decoder *d, unsigned modrm)
{
    static const struct {
        uint8_t base, index, seg;
    } forms[8] = {
        {RBX, RSI, SEG_DS},      {RBX, RDI, SEG_DS},      {RBP, RSI, SEG_SS},      {RBP, RDI, SEG_SS},
        {RSI, REG_ZERO, SEG_DS}, {RDI, REG_ZERO, SEG_DS}, {RBP, REG_ZERO, SEG_SS}, {RBX, REG_ZERO, SEG_DS},
    };
    struct insn *out = d->out;
    unsigned mod = modrm >> 6, rm = modrm & 7;
    if (mod == 0 && rm == 6) {
        default_seg(out, SEG_DS);
        return take_disp(d, 2);
    }
    out->base = forms[rm].base;
    out->index = forms[rm].index;
    default_seg(out, forms[rm].seg);
    return take_disp(d, mod);
}

/* 32 and 64-bit addressing: SDM 2A tables 2-2, 2-3 and 2.2.1.6 for RIP-relative. */
static bool take_address32(struct decoder *d, unsigned modrm)
{
    struct insn *out = d->out;
    unsigned mod = modrm >> 6, rm = modrm & 7, disp = mod == 2 ? 4 : mod;
    unsigned base = rm | (d->rex & REX_B) << 3;
    if (rm == 4) {
        if (!need(d, 1))
            return false;
        unsigned sib = *d->p++;
        unsigned index = ((sib >> 3) & 7) | (d->rex & REX_X) << 2;
        base = (sib & 7) | (d->rex & REX_B) << 3;
        if (index != 4) {
            out->index = (uint8_t)index;
            out->scale = (uint8_t)(sib >> 6);
        }
    }
    if (mod == 0 && (base & 7) == 5) {
        disp = 4;
        base = rm == 5 && d->in64 ? REG_RIP : REG_ZERO;
    }
    out->base = (uint8_t)base;
    default_seg(out, base == RBP || base == RSP ? SEG_SS : SEG_DS);
    return take_disp(d, disp);
}

/* Byte offset of a byte register in the register file: see insn.h. */
static inline uint8_t byte_reg(const struct decoder *d, unsigned n)
{
    return (uint8_t)(d->rex || n < 4 ? n * 8 : (n - 4) * 8 + 1);
}

/* The form of an opcode, by prefix and ModRM where these matter. */
static inline unsigned find_form(const struct decoder *d, struct op_entry e, unsigned modrm)
{
    unsigned at = e.first;
    if (likely(!(e.kind & (OK_EXT | OK_FULL | OK_PREFIX))))
        return at;
    unsigned slot = 0;
    if (e.kind & OK_FULL)
        slot = modrm >= 0xc0 ? 8 + (modrm & 63) : (modrm >> 3) & 7;
    else if (e.kind & OK_EXT)
        slot = (modrm >= 0xc0 ? 8 : 0) + ((modrm >> 3) & 7);
    if (e.kind & OK_PREFIX) {
        unsigned p = d->out->flags & IF_REP     ? MP_F3
                     : d->out->flags & IF_REPNE ? MP_F2
                     : d->opsize_prefix         ? MP_66
                                                : MP_NONE;
        slot += p * (e.kind & OK_FULL ? DT_FULL : e.kind & OK_EXT ? DT_EXT : 1);
    }
    return form_groups[at + slot];
}

/* SDM 2A 2.2.1.2, 3.1.1.1; SDM 1 table 3-4. */
static void set_sizes(struct decoder *d, unsigned form_flags)
{
    struct insn *out = d->out;
    if (d->bits == 64) {
        out->adsize = d->adsize_prefix ? SZ32 : SZ64;
        if (form_flags & DF_FORCE64 || d->rex & REX_W)
            out->opsize = SZ64;
        else if (d->opsize_prefix)
            out->opsize = SZ16;
        else
            out->opsize = form_flags & DF_DEFAULT64 ? SZ64 : SZ32;
    } else {
        out->opsize = (d->bits == 32) != d->opsize_prefix ? SZ32 : SZ16;
        out->adsize = (d->bits == 32) != d->adsize_prefix ? SZ32 : SZ16;
    }
}

/* `reg`, which some kinds refuse. */
static bool set_reg(struct decoder *d, unsigned kind, unsigned opcode, unsigned modrm)
{
    struct insn *out = d->out;
    unsigned r = ((modrm >> 3) & 7) | (d->rex & REX_R) << 1, z = (opcode & 7) | (d->rex & REX_B) << 3;
    switch (kind) {
    case RK_BYTE: out->reg = byte_reg(d, r); break;
    case RK_WORD: out->reg = (uint8_t)r; break;
    case RK_OP_BYTE: out->reg = byte_reg(d, z); break;
    case RK_OP_WORD: out->reg = (uint8_t)z; break;
    case RK_SEG: out->reg = r & 7; break;
    case RK_CR: out->reg = (uint8_t)r; return r <= 8; /* CR8 is REX.R with CR0's number */
    case RK_DR: out->reg = (uint8_t)r; return r < 8;
    case RK_MMX: /* REX does not reach MMX registers */ out->reg = r & 7; break;
    case RK_CC: out->reg = opcode & 15; break;
    case RK_NONE: break;
    default: out->reg = (uint8_t)(kind - RK_SEG0); break;
    }
    return true;
}

/* `rm` or the address. Gives DECODE_SHORT's condition: false when out of bytes. */
static bool take_rm(struct decoder *d, unsigned kind, unsigned modrm)
{
    struct insn *out = d->out;
    if (modrm < 0xc0 && kind != MK_REG) {
        out->flags |= IF_MEM;
        return out->adsize == SZ16 ? take_address16(d, modrm) : take_address32(d, modrm);
    }
    unsigned rm = (modrm & 7) | (d->rex & REX_B) << 3;
    out->rm = kind == MK_BYTE ? byte_reg(d, rm) : kind == MK_MMX ? modrm & 7 : (uint8_t)rm;
    return true;
}

/* Immediate of `size` bytes. */
static inline bool take_imm(struct decoder *d, unsigned size, bool sign)
{
    if (!need(d, size))
        return false;
    uint64_t v = ld_le(d->p, size);
    unsigned up = 64 - 8 * size;
    d->out->imm = sign ? (uint64_t)((int64_t)(v << up) >> up) : v;
    d->p += size;
    return true;
}

static bool take_moffs(struct decoder *d)
{
    struct insn *out = d->out;
    out->flags |= IF_MEM;
    default_seg(out, SEG_DS);
    if (!take_imm(d, 1u << out->adsize, false))
        return false;
    if (out->adsize != SZ64)
        out->disp = (int32_t)out->imm; /* so that ea() gives it, too */
    return true;
}

static bool take_immediate(struct decoder *d, unsigned kind)
{
    struct insn *out = d->out;
    unsigned z = out->opsize == SZ16 ? 2 : 4;
    switch (kind) {
    case IK_UB: return take_imm(d, 1, false);
    case IK_SB: return take_imm(d, 1, true);
    case IK_W: return take_imm(d, 2, false);
    case IK_Z: return take_imm(d, z, true);
    case IK_V: return take_imm(d, 1u << out->opsize, true);
    case IK_MOFFS: return take_moffs(d);
    default: break;
    }
    unsigned second = kind == IK_WB ? 1 : 2; /* ENTER's level or a far pointer's selector */
    if (!take_imm(d, kind == IK_WB ? 2 : z, false) || !need(d, second))
        return false;
    out->disp = (int32_t)ld_le(d->p, second);
    d->p += second;
    return true;
}

static enum decode_status undefined(struct decoder *d, const uint8_t *bytes)
{
    d->out->form = FORM_UD;
    d->out->flags &= ~IF_MEM;
    d->out->len = (uint8_t)(d->p - bytes);
    return DECODE_OK;
}

/* The 15-byte limit comes first: SDM 3A 6.15, interrupt 13. */
static enum decode_status out_of_bytes(size_t avail)
{
    return avail >= INSN_MAX ? DECODE_TOO_LONG : DECODE_SHORT;
}

enum decode_status isa_decode(const uint8_t *bytes, size_t avail, struct decode_mode mode, struct insn *out)
{
    *out = (struct insn){.seg = SEG_DS, .base = REG_ZERO, .index = REG_ZERO};
    struct decoder d = {.p = bytes,
                        .end = bytes + MIN(avail, (size_t)INSN_MAX),
                        .out = out,
                        .bits = mode.bits,
                        .in64 = mode.bits == 64};
    const struct op_entry(*maps)[256] = op_table[d.in64];
    if (!take_prefixes(&d, maps[MAP_LEGACY]))
        return out_of_bytes(avail);
    unsigned opcode = *d.p++, modrm = 0;
    struct op_entry e = maps[MAP_LEGACY][opcode];
    if (e.kind & OK_IS_ESCAPE) {
        if (!need(&d, 1))
            return out_of_bytes(avail);
        opcode = *d.p++;
        e = maps[MAP_0F][opcode];
    }
    if (e.kind & OK_MODRM) {
        if (!need(&d, 1))
            return out_of_bytes(avail);
        modrm = *d.p++;
        out->modrm = (uint8_t)modrm;
        out->flags |= IF_MODRM;
    }
    unsigned form = find_form(&d, e, modrm);
    /* 90 is XCHG with R8 under REX.B; SDM 2B NOP. */
    if (unlikely(opcode == 0x90 && (form == FORM_NOP || form == FORM_PAUSE)) && d.rex & REX_B)
        form = FORM_XCHG_Zv_rAX;
    if (d.rex)
        out->flags |= IF_REX;
    const struct form_decode *f = &form_decode[form];
    set_sizes(&d, f->flags);
    if (unlikely(form == FORM_UD) || (f->flags & DF_NO_REXW && d.rex & REX_W) || !set_reg(&d, f->reg, opcode, modrm))
        return undefined(&d, bytes);
    if (f->rm && !take_rm(&d, f->rm, modrm))
        return out_of_bytes(avail);
    if (f->flags & DF_STRING)
        default_seg(out, SEG_DS);
    if (f->imm && !take_immediate(&d, f->imm))
        return out_of_bytes(avail);
    if (f->flags & DF_FOP)
        out->imm = (opcode & 7) << 8 | modrm;
    if (f->flags & DF_CC_IN_IMM)
        out->imm = opcode & 15;
    if (unlikely(out->flags & IF_LOCK) && !(f->flags & DF_LOCK && out->flags & IF_MEM))
        return undefined(&d, bytes);
    out->form = (uint16_t)form;
    out->len = (uint8_t)(d.p - bytes);
    return DECODE_OK;
}
