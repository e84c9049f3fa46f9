/* SPDX-License-Identifier: MIT */
/*
 * What an instruction function works with: decoded instructions in a block, operands, guest memory
 * through the TLB, the stack, and raising exceptions.
 *
 * An instruction function has the name in the table's exec column with the suffix of its variant,
 * takes (cpu, insn) and returns an enum xstat. Every memory function here returns true when the
 * access FAULTED (exc is filled): `if (rd32(...)) return X_FAULT;`.
 */
#ifndef VITRINE_CPU_EXEC_H
#define VITRINE_CPU_EXEC_H

#include "base/bits.h"
#include "cpu/cpu.h"

typedef enum xstat insn_fn(struct cpu *c, const struct xinsn *i);

struct xinsn {
    insn_fn *fn;
    struct insn in;
};

/*
 * A straight run of decoded instructions, the last of which may branch. Known by where its bytes
 * live on the host, not by guest address, so it serves every linear address and RIP that shows
 * those bytes. Owned by cpu/engine/blocks.c.
 */
struct xblock {
    const uint8_t *host;  /* its first byte; NULL: not in the cache (code in device registers, or cut
                            by CS's limit) */
    const uint8_t *host2; /* where the page after it lives, if the last instruction straddles; else NULL */
    uint32_t bpn, bpn2;   /* backing pages of both; NO_PAGE */
    uint32_t mode;        /* DECODE_MODE_BITS of the mode it was decoded for */
    uint16_t bytes;
    uint16_t count; /* instructions */
    bool dead;      /* its bytes were written: leave after the current instruction; `host` is NULL then */
    struct xblock *hash_next;
    struct xblock *page_next, *page2_next; /* others of the same backing page */
    struct xinsn insn[];                   /* count of them, then one whose `off` is the block's length */
};
#define DECODE_MODE_BITS (MODE_CS32 | MODE_CS64)

/* --- Addresses --- */

static inline uint64_t ad_mask(unsigned adsize)
{
    static const uint64_t masks[] = {0, 0xffff, 0xffffffff, UINT64_MAX};
    return masks[adsize];
}

/* Offset (effective address) of the memory operand. */
static inline uint64_t ea(const struct cpu *c, const struct insn *i)
{
    uint64_t a = c->regs[i->base] + (c->regs[i->index] << i->scale) + (uint64_t)(int64_t)i->disp;
    return a & ad_mask(i->adsize);
}

/* RIP of the executing instruction, and of the one after it, not truncated. */
static inline uint64_t this_rip(const struct cpu *c, const struct xinsn *i)
{
    return c->blk_rip + i->in.off;
}
static inline uint64_t next_rip(const struct cpu *c, const struct xinsn *i)
{
    return c->blk_rip + i->in.off + i->in.len;
}

/* --- Raising. All return X_FAULT resp. true. --- */
enum xstat raise_exc(struct cpu *c, unsigned vector);                 /* without an error code */
enum xstat raise_code(struct cpu *c, unsigned vector, uint32_t code); /* with one */
enum xstat raise_ud(struct cpu *c);
enum xstat raise_gp(struct cpu *c, uint32_t code);
enum xstat raise_ss(struct cpu *c, uint32_t code);
enum xstat raise_nm(struct cpu *c);

/* --- Memory. Slow paths are in cpu/sys/tlb.c: segment checks, page crossing, walk, A/D, devices,
 * facts. --- */

enum access_kind { ACC_READ, ACC_WRITE, ACC_EXEC };

/* Segment check that the fast path could not settle: true and #GP(0)/#SS(0) raised where [off,
 * off+size) is not accessible. */
bool seg_check_slow(struct cpu *c, unsigned seg, uint64_t off, unsigned size, enum access_kind kind);
/* Linear accesses by the current view, any alignment; size 1..16. True: #PF raised. Data is
 * little-endian bytes. */
bool lin_read_slow(struct cpu *c, uint64_t lin, unsigned size, void *data);
bool lin_write_slow(struct cpu *c, uint64_t lin, unsigned size, const void *data);
/* Makes sure that a later lin_write of [lin, lin+size) cannot fault (walks, sets A and D). True:
 * raised. */
bool lin_probe_write(struct cpu *c, uint64_t lin, unsigned size);
/* The same for reads (pages present and readable). */
bool lin_probe_read(struct cpu *c, uint64_t lin, unsigned size);
/* Host address of a byte of RAM for reading (ACC_READ) or plain writing (ACC_WRITE) up to the end
 * of its page, filling the TLB; NULL with *fault set where it faults, NULL with *fault clear where
 * only single accesses will do (device, watched, code page). */
uint8_t *lin_span(struct cpu *c, uint64_t lin, enum access_kind kind, bool *fault);

static inline uint64_t lin_mask(const struct cpu *c)
{
    return c->lin_mask;
}

/* Linear address of seg:off. True: raised. */
static inline bool seg_lin(struct cpu *c, unsigned seg, uint64_t off, unsigned size, enum access_kind kind,
                           uint64_t *lin)
{
    const struct seg *s = &c->seg[seg];
    uint64_t end = kind == ACC_WRITE ? s->wr_end : s->rd_end;
    if (unlikely(off + size > end) && seg_check_slow(c, seg, off, size, kind))
        return true;
    *lin = (s->base + off) & lin_mask(c);
    return false;
}

static inline struct tlb_entry *tlb_rd(struct cpu *c, uint64_t lin)
{
    return &c->tlb->rd[(lin >> PAGE_BITS) & (TLB_SIZE - 1)];
}
static inline struct tlb_entry *tlb_wr(struct cpu *c, uint64_t lin)
{
    return &c->tlb->wr[(lin >> PAGE_BITS) & (TLB_SIZE - 1)];
}
/* Linear page of the last byte: equals the tag of the first byte's slot only if the access does not
 * cross. */
static inline uint64_t last_page(uint64_t lin, unsigned size)
{
    return (lin + size - 1) & ~(uint64_t)PAGE_OFFSET_MASK;
}

#define DEFINE_LIN_ACCESS(bits_, type)                                                                \
    static inline bool lin_rd##bits_(struct cpu *c, uint64_t lin, type *v)                            \
    {                                                                                                 \
        const struct tlb_entry *e = tlb_rd(c, lin);                                                   \
        if (likely(e->tag == last_page(lin, sizeof(type)))) {                                         \
            memcpy(v, (const void *)(uintptr_t)(lin + e->addend), sizeof(type));                      \
            return false;                                                                             \
        }                                                                                             \
        return lin_read_slow(c, lin, sizeof(type), v);                                                \
    }                                                                                                 \
    static inline bool lin_wr##bits_(struct cpu *c, uint64_t lin, type v)                             \
    {                                                                                                 \
        const struct tlb_entry *e = tlb_wr(c, lin);                                                   \
        if (likely(e->tag == last_page(lin, sizeof(type)))) {                                         \
            memcpy((void *)(uintptr_t)(lin + e->addend), &v, sizeof(type));                           \
            return false;                                                                             \
        }                                                                                             \
        return lin_write_slow(c, lin, sizeof(type), &v);                                              \
    }                                                                                                 \
    static inline bool seg_rd##bits_(struct cpu *c, unsigned seg, uint64_t off, type *v)              \
    {                                                                                                 \
        uint64_t lin;                                                                                 \
        return seg_lin(c, seg, off, sizeof(type), ACC_READ, &lin) || lin_rd##bits_(c, lin, v);        \
    }                                                                                                 \
    static inline bool seg_wr##bits_(struct cpu *c, unsigned seg, uint64_t off, type v)               \
    {                                                                                                 \
        uint64_t lin;                                                                                 \
        return seg_lin(c, seg, off, sizeof(type), ACC_WRITE, &lin) || lin_wr##bits_(c, lin, v);       \
    }                                                                                                 \
    /* The instruction's memory operand. */                                                           \
    static inline bool mem_rd##bits_(struct cpu *c, const struct insn *i, type *v)                    \
    {                                                                                                 \
        return seg_rd##bits_(c, i->seg, ea(c, i), v);                                                 \
    }                                                                                                 \
    static inline bool mem_wr##bits_(struct cpu *c, const struct insn *i, type v)                     \
    {                                                                                                 \
        return seg_wr##bits_(c, i->seg, ea(c, i), v);                                                 \
    }                                                                                                 \
    /* Read-modify-write: begin reads, with write permission settled; end stores and cannot fault. \
     */  \
    static inline bool rmw_begin##bits_(struct cpu *c, const struct insn *i, struct rmw *m, type *v)  \
    {                                                                                                 \
        if (seg_lin(c, i->seg, ea(c, i), sizeof(type), ACC_WRITE, &m->lin))                           \
            return true;                                                                              \
        const struct tlb_entry *e = tlb_wr(c, m->lin);                                                \
        if (likely(e->tag == last_page(m->lin, sizeof(type)))) {                                      \
            m->host = (void *)(uintptr_t)(m->lin + e->addend);                                        \
            memcpy(v, m->host, sizeof(type));                                                         \
            return false;                                                                             \
        }                                                                                             \
        m->host = NULL;                                                                               \
        return lin_probe_write(c, m->lin, sizeof(type)) || lin_read_slow(c, m->lin, sizeof(type), v); \
    }                                                                                                 \
    static inline void rmw_end##bits_(struct cpu *c, const struct rmw *m, type v)                     \
    {                                                                                                 \
        if (likely(m->host != NULL))                                                                  \
            memcpy(m->host, &v, sizeof(type));                                                        \
        else                                                                                          \
            lin_write_slow(c, m->lin, sizeof(type), &v);                                              \
    }

struct rmw {
    uint64_t lin;
    void *host; /* NULL: slow */
};
DEFINE_LIN_ACCESS(8, uint8_t)
DEFINE_LIN_ACCESS(16, uint16_t)
DEFINE_LIN_ACCESS(32, uint32_t)
DEFINE_LIN_ACCESS(64, uint64_t)

/* Memory operand of any size 1..16 (x87's m80, descriptors, BOUND): whole, or true and raised with
 * nothing read or written. */
bool mem_read(struct cpu *c, unsigned seg, uint64_t off, unsigned size, void *data);
bool mem_write(struct cpu *c, unsigned seg, uint64_t off, unsigned size, const void *data);
/*
 * The same of several fields, which #AC wants less aligned than the size says: far pointers, BOUND's pair (SDM 3A table
 * 6-7).
 */
bool mem_read_fields(struct cpu *c, unsigned seg, uint64_t off, unsigned size, unsigned align, void *data);

/* Accesses that the CPU makes itself with supervisor rights whatever the CPL: descriptor tables,
 * TSS (SDM 3A 4.6). */
bool sys_read(struct cpu *c, uint64_t lin, unsigned size, void *data);
bool sys_write(struct cpu *c, uint64_t lin, unsigned size, const void *data);

/* --- Registers --- */
static inline uint8_t *reg8p(struct cpu *c, unsigned byte_offset)
{
    return (uint8_t *)c->regs + byte_offset;
}
static inline uint16_t reg16(const struct cpu *c, unsigned r)
{
    return (uint16_t)c->regs[r];
}
static inline uint32_t reg32(const struct cpu *c, unsigned r)
{
    return (uint32_t)c->regs[r];
}
static inline void set16(struct cpu *c, unsigned r, uint16_t v)
{
    memcpy(&c->regs[r], &v, sizeof v);
}
static inline void set32(struct cpu *c, unsigned r,
                         uint32_t v) /* zero-extends, as in 64-bit mode; bits 63:32 are 0 outside it */
{
    c->regs[r] = v;
}
/* Sets as many low bits of a register as mask covers: SI, ECX by address or stack size. */
static inline void set_masked(struct cpu *c, unsigned r, uint64_t v, uint64_t mask)
{
    c->regs[r] = (c->regs[r] & ~mask) | (v & mask);
}

/* --- Stack. SP is changed only when the access succeeded. --- */
static inline bool push16(struct cpu *c, uint16_t v)
{
    uint64_t sp = (c->regs[RSP] - 2) & c->stack_mask;
    if (seg_wr16(c, SEG_SS, sp, v))
        return true;
    set_masked(c, RSP, sp, c->stack_mask);
    return false;
}
static inline bool push32(struct cpu *c, uint32_t v)
{
    uint64_t sp = (c->regs[RSP] - 4) & c->stack_mask;
    if (seg_wr32(c, SEG_SS, sp, v))
        return true;
    set_masked(c, RSP, sp, c->stack_mask);
    return false;
}
/* Reads the top; the caller adds the size to SP with pop_done when nothing can fault any more. */
static inline bool top16(struct cpu *c, uint16_t *v)
{
    return seg_rd16(c, SEG_SS, c->regs[RSP] & c->stack_mask, v);
}
static inline bool top32(struct cpu *c, uint32_t *v)
{
    return seg_rd32(c, SEG_SS, c->regs[RSP] & c->stack_mask, v);
}
static inline void pop_done(struct cpu *c, unsigned size)
{
    set_masked(c, RSP, c->regs[RSP] + size, c->stack_mask);
}

/* --- Control flow --- */

/* Near branch to an offset: truncates to the operand size, checks CS's limit (#GP(0)), sets
 * cpu->rip. X_BRANCH or X_FAULT. */
static inline enum xstat branch_to(struct cpu *c, uint64_t rip, unsigned opsize)
{
    rip &= opsize == SZ16 ? 0xffff : opsize == SZ32 ? 0xffffffff : UINT64_MAX;
    if (unlikely(rip > c->seg[SEG_CS].limit) && !(c->mode & MODE_CS64)) {
        raise_gp(c, 0);
        return X_FAULT; /* a constant, so that nothing is kept for afterwards */
    }
    c->rip = rip;
    return X_BRANCH;
}

/* --- Segments, modes, system (cpu/sys/segment.c, cpu/sys/far.c, cpu/sys/exception.c, cpu/sys/control_regs.c) --- */
void seg_update(struct seg *s);  /* derives rd_end, wr_end */
void mode_update(struct cpu *c); /* derives mode, stack_mask, tlb view from CR0, CS, SS, CPL, EFLAGS.VM */
bool load_seg(struct cpu *c, unsigned seg, uint16_t sel);     /* MOV/POP Sreg, LDS ...: all checks; true: raised */
void set_seg_real(struct cpu *c, unsigned seg, uint16_t sel); /* real and virtual-8086 mode: base only */
enum xstat far_jump(struct cpu *c, const struct xinsn *i, uint16_t sel, uint64_t off, unsigned opsize);
enum xstat far_call(struct cpu *c, const struct xinsn *i, uint16_t sel, uint64_t off, unsigned opsize);
enum xstat far_ret(struct cpu *c, const struct xinsn *i, unsigned opsize, unsigned drop);
enum xstat iret(struct cpu *c, const struct xinsn *i, unsigned opsize);
/* INT3, INTO (soft), INT n as an X_TRAP with exc filled. */
enum xstat raise_soft_int(struct cpu *c, unsigned vector);
enum xstat raise_int_n(struct cpu *c, unsigned vector);
/* POPF semantics: which bits may change by CPL, IOPL, VM and opsize. */
void popf_update(struct cpu *c, uint32_t v, unsigned opsize);
/* I/O permission for [port, port+size): CPL <= IOPL or the TSS bitmap. True: #GP(0) raised. */
bool io_check(struct cpu *c, uint16_t port, unsigned size);
/* Port access at the exact position. */
uint32_t cpu_in(struct cpu *c, uint16_t port, unsigned size);
void cpu_out(struct cpu *c, uint16_t port, unsigned size, uint32_t v);

/* Delivers c->exc (exception, soft interrupt) with all of SDM 3A 6: returns false only for shutdown
 * (triple fault). */
bool deliver_exception(struct cpu *c, uint64_t rip);
/* Delivers an external interrupt or NMI. */
bool deliver_interrupt(struct cpu *c, unsigned vector);

/* TLB */
void tlb_flush_all(struct cpu *c);
void tlb_flush_page(struct cpu *c, uint64_t lin);
/* Backing page and host address of the byte of code at lin (good to its page's end), for the block
 * builder. True: #PF raised. Device registers: *host NULL, *bpn NO_PAGE: the byte must be read one
 * at a time with lin_fetch_byte. */
bool lin_fetch(struct cpu *c, uint64_t lin, uint32_t *bpn, const uint8_t **host);
bool lin_fetch_byte(struct cpu *c, uint64_t lin, uint8_t *v);

/* Blocks (cpu/engine/blocks.c) */
bool blocks_create(struct cpu *c, struct error *err);
void blocks_destroy(struct cpu *c);
void blocks_flush(struct cpu *c); /* at a boundary only (c->blk == NULL) */
/* The block at CS:RIP. It is found sooner the next time that it follows the instruction c->cur
 * (which may be NULL). NULL: cpu->exc was raised. */
struct xblock *block_at(struct cpu *c);
enum { BLOCK_ALIGN = 64 }; /* insn.link counts these from block_arena; 0: none */
insn_fn x_block_end;       /* the entry after a block's last instruction: gives X_NEXT with c->cur there */
insn_fn *exec_function(const struct cpu *c, const struct insn *in); /* cpu/engine/dispatch.c */

/* Debug registers and TF (cpu/sys/debugreg.c): called by the engine when cpu_needs_stepping(). */
bool cpu_needs_stepping(const struct cpu *c);
enum xstat debug_before(struct cpu *c);  /* X_FAULT: instruction breakpoint, exc filled; else X_NEXT */
void debug_stepped(struct cpu *c);       /* an instruction under TF has retired: a trap is pending */
void debug_raise_pending(struct cpu *c); /* fills exc with the pending traps: single step, data and I/O breakpoints */

/* CPUID, MSR */
enum xstat cpuid(struct cpu *c);
bool rdmsr(struct cpu *c, uint32_t index, uint64_t *v); /* true: no such MSR (#GP) */
bool wrmsr(struct cpu *c, uint32_t index, uint64_t v);

#endif
