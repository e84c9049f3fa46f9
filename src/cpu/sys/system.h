/* SPDX-License-Identifier: MIT */
/* What the files of the protected-mode machinery share: page walks, descriptors, stack frames, task switches. */
#ifndef VITRINE_CPU_SYS_SYSTEM_H
#define VITRINE_CPU_SYS_SYSTEM_H

#include "cpu/exec.h"
#include "isa/cpuid.h"

/* --- Paging (cpu/sys/walk.c, cpu/sys/tlb.c) --- */

/* What a walk found. */
struct walk {
    uint64_t paddr;                      /* of the page, A20 gate not applied */
    bool readable, writable, executable; /* for the view that was asked about, CR0.WP considered */
    bool dirty;                          /* D is set (always without paging) */
    uint8_t ntables;
    uint32_t table[2]; /* backing pages of the tables walked: the uppermost and the one with the leaf; NO_PAGE */
    uint16_t slot[2];  /* byte offsets of the entries */
    bool cacheable;    /* the tables are memory, so that a change of them is noticed */
};

/*
 * Walks for an access from a view, setting A and D as the access does (SDM 3A 4.8). True: #PF raised and
 * nothing changed.
 */
bool walk(struct cpu *c, uint64_t lin, enum view view, enum access_kind kind, struct walk *w);
/* True where a change of a paging-structure entry can be left alone by cached translations. */
bool walk_entry_same(uint64_t was, uint64_t is);
unsigned walk_entry_size(const struct cpu *c); /* bytes */
/* Backing page of the directory for linear addresses of a quarter (1 GiB); NO_PAGE: none, or not memory. */
uint32_t walk_directory(const struct cpu *c, unsigned quarter);
/* PAE paging: the PDPTEs that a CR3 value names become the current ones. True: #GP(0) raised, nothing changed. */
bool walk_load_pdptes(struct cpu *c, uint64_t cr3);

bool write_cr3(struct cpu *c, uint32_t v); /* true: #GP(0) raised by a PDPTE, nothing changed */

void tlb_listen(struct cpu *c);
void tlb_new_cr3(struct cpu *c); /* CR3 has a new value: keeps the translations that it does not change */
/* Accesses with the rights of a view (enum view), any size and alignment. */
bool view_read(struct cpu *c, unsigned view, uint64_t lin, unsigned size, void *data);
bool view_write(struct cpu *c, unsigned view, uint64_t lin, unsigned size, const void *data);
bool view_probe_write(struct cpu *c, unsigned view, uint64_t lin, unsigned size);

/* --- Descriptors (cpu/sys/segment.c) --- */

struct desc {
    uint32_t lo, hi;
};
/* System descriptor types (SDM 3A table 3-2). */
enum {
    SYS_TSS16 = 1,
    SYS_LDT,
    SYS_TSS16_BUSY,
    SYS_CALL16,
    SYS_TASK_GATE,
    SYS_INT16,
    SYS_TRAP16,
    SYS_TSS32 = 9,
    SYS_TSS32_BUSY = 11,
    SYS_CALL32,
    SYS_INT32 = 14,
    SYS_TRAP32
};

static inline unsigned desc_type(const struct desc *d)
{
    return d->hi >> 8 & 15;
}
static inline unsigned desc_dpl(const struct desc *d)
{
    return d->hi >> 13 & 3;
}
static inline bool desc_is_code(const struct desc *d)
{
    return (d->hi & (DESC_S | DESC_CODE)) == (DESC_S | DESC_CODE);
}
static inline bool desc_is_writable_data(const struct desc *d)
{
    return (d->hi & (DESC_S | DESC_CODE | DESC_RW)) == (DESC_S | DESC_RW);
}
static inline uint32_t desc_base(const struct desc *d)
{
    return d->lo >> 16 | (d->hi & 0xff) << 16 | (d->hi & 0xff000000);
}
static inline uint32_t desc_limit(const struct desc *d)
{
    uint32_t l = (d->lo & 0xffff) | (d->hi & 0xf0000);
    return d->hi & DESC_G ? l << 12 | 0xfff : l;
}
static inline uint32_t gate_offset(const struct desc *d)
{
    return (d->lo & 0xffff) | (d->hi & 0xffff0000);
}
static inline uint16_t gate_selector(const struct desc *d)
{
    return (uint16_t)(d->lo >> 16);
}
static inline bool sel_null(uint16_t sel)
{
    return !(sel & 0xfffc);
}

/* The descriptor of a selector that is not null. Outside its table: `vector` with the selector. True: raised. */
bool desc_read(struct cpu *c, uint16_t sel, unsigned vector, struct desc *d);
/* As desc_read without raising anything but #PF: *found says whether it lies in its table (LAR, VERR ...). */
bool desc_look(struct cpu *c, uint16_t sel, struct desc *d, bool *found);
/* Sets the accessed bit, in memory and in *d. True: raised. */
bool desc_set_accessed(struct cpu *c, uint16_t sel, struct desc *d);
/* Makes sure that desc_set_busy of it cannot fault; beyond the GDT: #TS. True: raised. */
bool desc_probe(struct cpu *c, uint16_t sel);
/* Sets or clears the busy bit of a TSS descriptor. True: raised. */
bool desc_set_busy(struct cpu *c, uint16_t sel, struct desc *d, bool busy);
/* Whether an access to [off, off+size) is within limit and type. */
bool seg_allows(const struct seg *s, uint64_t off, unsigned size, enum access_kind kind);
void seg_from_desc(struct seg *s, uint16_t sel, const struct desc *d);
void seg_set_null(struct seg *s, uint16_t sel);
/* Stack segment for privilege level cpl, all checks, faults as `vector` (#GP for RETF, #TS for gates). True: raised. */
bool stack_desc(struct cpu *c, uint16_t sel, unsigned cpl, unsigned vector, struct desc *d);
/* DS, ES, FS, GS that an outer level must not see become null (SDM 3A 5.8.6). */
void null_inner_segs(struct cpu *c);

/* --- Frames that a transfer pushes as a whole (cpu/sys/stack_frame.c) --- */

enum { FRAME_MAX = 48 };
struct frame {
    struct seg ss;
    uint64_t sp;    /* before the first push; after frame_write, after the last */
    unsigned view;  /* rights of the pushes */
    unsigned size;  /* bytes of a push: 2 or 4 */
    uint32_t error; /* of #SS where the stack has no room */
    unsigned n;
    uint32_t v[FRAME_MAX];
};
uint64_t seg_stack_mask(const struct seg *ss);
void frame_here(struct cpu *c, struct frame *f, unsigned size); /* on the current stack */
/* On the stack that the TSS holds for `cpl`: #TS and #SS as SDM 3A 5.8.5 says. True: raised. */
bool frame_inner(struct cpu *c, struct frame *f, unsigned size, unsigned cpl);
void frame_push(struct frame *f, uint32_t v);
bool frame_probe(struct cpu *c, const struct frame *f); /* true: raised; else frame_write cannot fault */
void frame_write(struct cpu *c, struct frame *f);
/* Makes the frame's stack the current one. */
void frame_commit(struct cpu *c, const struct frame *f);

/* Loads CS from a code descriptor with the RPL replaced by cpl, and sets CPL. */
void set_cs(struct cpu *c, uint16_t sel, const struct desc *d, unsigned cpl);

/* --- Tasks (cpu/sys/task.c) --- */
enum task_cause { TASK_JMP, TASK_CALL, TASK_IRET, TASK_EVENT };
/*
 * Switches to the task of TSS descriptor d (checked to be a TSS of the right busyness and present); rip: where the old
 * task goes on. X_BRANCH, or X_FAULT where it faulted before the commit point.
 */
enum xstat task_switch(struct cpu *c, uint16_t sel, struct desc *d, enum task_cause cause, uint64_t rip);
/* The TSS that a task gate names. True: raised. */
bool task_gate(struct cpu *c, const struct desc *gate, uint16_t *sel, struct desc *d);
enum xstat task_return(struct cpu *c, uint64_t rip);

/* --- Virtual interrupts (cpu/sys/vme.c) --- */
bool vme_on(const struct cpu *c); /* virtual-8086 mode with extensions and IOPL below 3 */
/* True: done on VIF. False: CLI or STI as without the extensions. */
bool vme_cli(struct cpu *c);
bool vme_sti(struct cpu *c);
uint16_t vme_flags(const struct cpu *c);           /* what PUSHF pushes */
bool vme_forbids(const struct cpu *c, uint32_t v); /* POPF or IRET of these FLAGS is #GP(0) */
uint32_t vme_popped(uint32_t v);                   /* them as EFLAGS, IF in VIF's place */
/* INT n in virtual-8086 mode with the extensions: *taken, it went to the program's own handler. True: raised. */
bool vme_int(struct cpu *c, unsigned vector, uint64_t rip, bool *taken);

/* --- System-management mode (cpu/sys/smm.c) --- */
void smm_enter(struct cpu *c);       /* at a boundary */
enum xstat smm_leave(struct cpu *c); /* RSM */
void smm_reset(struct cpu *c);
void cpu_update_a20(struct cpu *c); /* a20_mask from the pin and the mode */

/* --- Control registers (cpu/sys/control_regs.c) --- */
uint32_t cr4_writable(const struct cpu *c); /* bits that the model has */
uint64_t cr0_value(uint32_t v);             /* CR0 as MOV sets it: reserved bits gone, ET set */

/* --- Debug registers (cpu/sys/debugreg.c) --- */
/* What DR6 and DR7 hold after a load of v: fixed bits stay (SDM 3B figure 17-1). */
uint64_t dr6_value(uint32_t v);
uint64_t dr7_value(uint32_t v);
/* IA32_DEBUGCTL of the P6 family. */
enum { DEBUGCTL_LBR = 1, DEBUGCTL_BTF = 2, DEBUGCTL_WRITABLE = 0x7f };
/* A branch, an interrupt or an exception went from there to c->rip. */
void debug_branch(struct cpu *c, uint64_t from, bool event);
enum { DR7_ENABLES = 0xff, DR7_GD = 0x2000 };
enum { DR6_HITS = 0xf, DR6_BD = 0x2000, DR6_BS = 0x4000, DR6_BT = 0x8000 };
/* Whether a data breakpoint lies in lin's page, so that every access to it must come to debug_data. */
bool debug_page_watched(const struct cpu *c, uint64_t lin);
/* Note accesses that hit a breakpoint; the trap is taken after the instruction. */
void debug_data(struct cpu *c, uint64_t lin, unsigned size, bool write);
void debug_io(struct cpu *c, uint16_t port, unsigned size);

/* Whether the model has a feature of CPUID.1:EDX (isa/cpuid.h). */
static inline bool has_feature(const struct cpu *c, uint32_t f)
{
    return (c->model->features & f) != 0;
}
/* Width of a physical address (CPUID.80000008h:EAX, SDM 3A 4.1.4). */
static inline unsigned cpu_phys_bits(const struct cpu *c)
{
    return has_feature(c, CPUID_PAE | CPUID_PSE36) ? 36 : 32;
}
/* The view of explicit accesses from a privilege level. */
static inline enum view view_of(const struct cpu *c, unsigned cpl)
{
    return cpl == 3 ? VIEW_USER : c->cr4 & CR4_SMAP && c->eflags & FL_AC ? VIEW_SUPER_AC : VIEW_SUPER;
}
/*
 * IA32_MISC_ENABLE (SDM 3C tables 35-2, 35-13): fast strings; no branch trace, no PEBS. Software sets fast strings,
 * TM1, EIST, MONITOR, the CPUID limit, xTPR and XD disable; performance monitoring, branch trace and PEBS are
 * read-only. */
#define MISC_ENABLE_RESET       UINT64_C(0x1801)
#define MISC_ENABLE_LIMIT_CPUID UINT64_C(0x400000)
#define MISC_ENABLE_XD_DISABLE  (UINT64_C(1) << 34)
#define MISC_ENABLE_WRITABLE    (UINT64_C(0x850009) | MISC_ENABLE_LIMIT_CPUID | MISC_ENABLE_XD_DISABLE)
#define MISC_ENABLE_READ_ONLY   UINT64_C(0x1880)
void msr_reset(struct cpu *c);

static inline unsigned cpu_family(const struct cpu *c)
{
    return c->model->signature >> 8 & 15;
}
/* SGDT, SIDT, SLDT, SMSW and STR are #GP(0) above level 0 (SDM 3A 2.5, UMIP). */
static inline bool umip_forbids(const struct cpu *c)
{
    return c->cr4 & CR4_UMIP && c->cpl != 0;
}
/* Pentium 4, and the sixth family from the Pentium M of 90 nm on. */
static inline bool cpu_has_misc_enable(const struct cpu *c)
{
    uint32_t model = (c->model->signature >> 4 & 15) | (c->model->signature >> 12 & 0xf0);
    return cpu_family(c) == 15 || (cpu_family(c) == 6 && model >= 13);
}
/*
 * Flags or NMI blocking have changed: the engine looks at the next boundary if that may matter. Pins that rise later
 * ask themselves.
 */
static inline void boundary_wanted(struct cpu *c)
{
    if ((c->eflags & FL_IF && c->intr_line) || c->eflags & (FL_TF | FL_RF) || (c->nmi_pending && !c->nmi_blocked))
        c->leave = true;
}
/*
 * Between two iterations of a REP instruction, at the boundary where an interrupt or a trap is delivered: what returns
 * there goes on in the middle, so RF is set in what is saved and instruction breakpoints do not hit (SDM 3B 17.3.1.1).
 */
static inline bool between_iterations(const struct cpu *c)
{
    return c->rep_paused_at == c->blk_pos;
}
static inline unsigned iopl(const struct cpu *c)
{
    return c->eflags >> 12 & 3;
}

#endif
