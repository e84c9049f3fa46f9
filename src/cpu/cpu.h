/* SPDX-License-Identifier: MIT */
/*
 * The state of one x86 CPU, hot fields first, and what the rest of the machine can ask of it.
 *
 * Fault contract, shared by all engines: an instruction function commits nothing until the last
 * access that can fault has succeeded; it returns X_FAULT with cpu->exc filled, and the engine
 * delivers it with RIP at the instruction (for traps: after).
 */
#ifndef VITRINE_CPU_CPU_H
#define VITRINE_CPU_CPU_H

#include "base/buf.h"
#include "base/state.h"
#include "bus/bus.h"
#include "bus/irq.h"
#include "cpu/engine/cpu_trace.h"
#include "isa/insn.h"

/* EFLAGS (SDM 1 3.4.3). */
enum {
    FL_CF = 1,
    FL_1 = 2,
    FL_PF = 4,
    FL_AF = 0x10,
    FL_ZF = 0x40,
    FL_SF = 0x80,
    FL_TF = 0x100,
    FL_IF = 0x200,
    FL_DF = 0x400,
    FL_OF = 0x800,
    FL_IOPL = 0x3000,
    FL_NT = 0x4000,
    FL_RF = 0x10000,
    FL_VM = 0x20000,
    FL_AC = 0x40000,
    FL_VIF = 0x80000,
    FL_VIP = 0x100000,
    FL_ID = 0x200000,
    FL_ARITH = FL_CF | FL_PF | FL_AF | FL_ZF | FL_SF | FL_OF,
};
enum {
    CR0_PE = 1,
    CR0_MP = 2,
    CR0_EM = 4,
    CR0_TS = 8,
    CR0_ET = 0x10,
    CR0_NE = 0x20,
    CR0_WP = 0x10000,
    CR0_AM = 0x40000,
    CR0_NW = 0x20000000,
    CR0_CD = 0x40000000
};
#define CR0_PG 0x80000000u
enum {
    CR4_VME = 1,
    CR4_PVI = 2,
    CR4_TSD = 4,
    CR4_DE = 8,
    CR4_PSE = 0x10,
    CR4_PAE = 0x20,
    CR4_MCE = 0x40,
    CR4_PGE = 0x80,
    CR4_PCE = 0x100,
    CR4_OSFXSR = 0x200,
    CR4_OSXMMEXCPT = 0x400,
    CR4_UMIP = 0x800,
    CR4_SMEP = 0x100000,
    CR4_SMAP = 0x200000
};
enum { EFER_NXE = 0x800 };
enum { MC_BANKS = 5 }; /* machine-check banks */

/* Vectors (SDM 3A table 6-1). */
enum {
    EXC_DE,
    EXC_DB,
    EXC_NMI,
    EXC_BP,
    EXC_OF,
    EXC_BR,
    EXC_UD,
    EXC_NM,
    EXC_DF,
    EXC_TS = 10,
    EXC_NP,
    EXC_SS,
    EXC_GP,
    EXC_PF,
    EXC_MF = 16,
    EXC_AC,
    EXC_MC,
    EXC_XM
};

/* A segment register with its descriptor cache. Attributes are bits 8-23 of the descriptor's second
 * dword, in place. */
enum {
    DESC_A = 0x100,
    DESC_RW = 0x200,
    DESC_CE = 0x400 /* conforming / expand-down */,
    DESC_CODE = 0x800,
    DESC_S = 0x1000,
    DESC_DPL = 0x6000,
    DESC_P = 0x8000,
    DESC_AVL = 0x100000,
    DESC_L = 0x200000,
    DESC_DB = 0x400000,
    DESC_G = 0x800000
};
struct seg {
    uint64_t base;
    /* Fast checks: an access to [off, off + size) is fine where off + size <= rd_end / wr_end, as
     * 64-bit numbers. 0 sends every access to the slow check (expand-down, null, not writable ...).
     * Derived by seg_update(), not saved. */
    uint64_t rd_end, wr_end;
    uint32_t limit; /* in bytes, expanded by G */
    uint32_t attr;  /* 0 with P clear: null selector loaded, unusable */
    uint16_t sel;
};
struct desc_table {
    uint64_t base;
    uint16_t limit;
};

/*
 * Lazy flags. The last flag-setting instruction left its result (sign-extended from its size to 64
 * bits) and what CF, OF, AF need; ZF, SF and PF follow from `res` alone. With op CC_EAGER all six
 * are in `eflags`. See cpu/int/flags.h.
 */
enum cc_op { CC_EAGER, CC_LOGIC, CC_ADD, CC_ADC, CC_SUB, CC_SBB, CC_INC, CC_DEC, CC_SHL, CC_SHR, CC_SAR, CC_KEPT };
struct lazy_flags {
    int64_t res;
    uint64_t src1, src2; /* operands as zero-extended */
    uint8_t op;          /* enum cc_op */
    uint8_t size;        /* SZ8.. */
    /* CC_INC, CC_DEC: carry kept from before; CC_ADC, CC_SBB: carry in; shifts: the carry out; CC_KEPT: the carry. */
    uint8_t cf;
    uint8_t of, kept; /* CC_KEPT: OF, and the operation before, whose AF, ZF, SF, PF still stand */
};

/* TLB: direct-mapped; a tag that matches the page of an access's LAST byte means: present, allowed,
 * RAM, not crossing. */
enum { TLB_SIZE = 1024 };
/*
 * With whose rights an access is made: SMAP lets explicit supervisor accesses pass while EFLAGS.AC is set (SDM 3A 4.6).
 */
enum view { VIEW_SUPER, VIEW_USER, VIEW_SUPER_AC, TLB_VIEWS };
#define TLB_NO_TAG 1u /* never equal to a page address */
struct tlb_entry {
    uint64_t tag;     /* linear page address, or TLB_NO_TAG */
    uintptr_t addend; /* host address = linear + addend */
};
struct tlb_view {
    struct tlb_entry rd[TLB_SIZE], wr[TLB_SIZE], ex[TLB_SIZE];
};
/* One per linear page that is in any of the above: what coherence needs. See cpu/sys/tlb.c. */
struct tlb_origin {
    uint64_t lin;      /* linear page address, or TLB_NO_TAG where unused */
    uint32_t bpn;      /* backing page it maps to */
    uint32_t table[2]; /* backing pages of the directory and the table that were walked, NO_PAGE */
    uint16_t slot[2];  /* byte offsets of the entries in them */
    bool listed;       /* in cpu.tlb_used */
};
/* How many origins derive from a backing page as a directory and as a table. */
struct table_refs {
    uint16_t upper, leaf;
    bool held; /* this CPU is an owner of the page's PI_PT */
};

/* Why an exception is raised; delivered by the engine. */
struct exception {
    uint8_t vector;
    bool has_code;
    bool soft;  /* INT n, INT3, INTO: gate DPL is checked, RIP pushed is the next instruction's */
    bool int_n; /* INT n itself: subject to the redirection of virtual-8086 mode */
    bool ext;   /* EXT bit: external or while delivering another */
    uint32_t code;
    uint64_t cr2;       /* #PF */
    uint32_t dr6;       /* #DB: bits to set */
    bool in_new_task;   /* a task switch faulted after its commit point: RIP is the new task's */
    uint64_t start_rip; /* soft: of the instruction itself, where a fault of its delivery returns to */
};

enum xstat {
    X_NEXT,   /* retired; go on with the next instruction */
    X_FAULT,  /* cpu->exc is to be delivered; nothing was committed */
    X_BRANCH, /* retired; cpu->rip was set */
    X_REPEAT, /* a REP instruction did some iterations, counted in cpu->extra, and goes on at the
                 same RIP */
    X_LEAVE,  /* retired; the block must end here (mode, mapping or interrupt state changed); RIP is
                 the next instruction */
    X_TRAP,   /* retires with the delivery of cpu->exc, whose RIP is the one that follows: INT n, INT1 */
};

struct cpu;
struct xinsn; /* an instruction in a decoded block, cpu/exec.h */

/* Why cpu_run returned. */
enum cpu_stop { CPU_BUDGET, CPU_HALTED, CPU_SHUTDOWN /* triple fault */, CPU_KICKED };

/* An 80-bit floating point number; its first ten bytes are the memory format. */
struct f80 {
    uint64_t mant; /* with the explicit integer bit */
    uint16_t se;   /* sign and exponent */
};
struct x87 {
    struct f80 st[8];     /* physical registers R0-R7 */
    uint16_t cw, sw, tag; /* sw without TOP (kept in top) is composed by x87_sw(); tag: 1 bit per
                             register, set = empty */
    uint8_t top;
    uint16_t fop;
    uint16_t fcs, fds;
    uint64_t fip, fdp;
};

/* An XMM register; little-endian parts. */
union xmm {
    _Alignas(16) uint8_t b[16];
    uint16_t w[8];
    uint32_t d[4];
    uint64_t q[2];
};

struct cpu {
    /* --- hot --- */
    uint64_t regs[NREGS]; /* regs[REG_ZERO] is always 0 */
    struct lazy_flags cc;
    uint64_t rip;    /* of the next instruction at block boundaries; inside a block: see cpu_rip() */
    uint32_t eflags; /* arithmetic flags valid only with cc.op == CC_EAGER; DF, IF ... always */
    uint32_t mode;   /* enum mode_bits, derived: what blocks are keyed by */
    bool leave;      /* the engine must stop at the next instruction boundary */
    uint8_t cpl;
    const struct xinsn *cur;  /* executing now; between blocks the last that was, or NULL */
    const struct xblock *blk; /* its block; NULL between blocks */
    uint64_t blk_rip;         /* RIP (EIP, IP) of the block's first instruction */
    uint64_t blk_pos;         /* position at the block's first instruction, less what `extra` counts */
    uint64_t stop_pos;        /* the engine must be at a boundary at this position */
    uint64_t stack_mask;      /* ffff, ffffffff or all: by SS.B */
    uint64_t lin_mask;        /* ffffffff, or all in 64-bit code */
    struct seg seg[NSEGS];
    struct tlb_view *tlb; /* of the current view unless overridden */

    struct exception exc;
    bool shadow_sti, shadow_ss; /* interrupt shadows; cleared by the engine after the following instruction */
    uint64_t rep_paused_at;     /* position where a REP instruction goes on; UINT64_MAX: none does */
    uint32_t rep_eflags;        /* CMPS, SCAS: arithmetic flags from before it; see cpu/int/rep.h */
    bool halted, shutdown;
    bool intr_line, nmi_pending, nmi_blocked, smi_pending, init_pending, reset_pending, ignne, ferr;
    uint64_t a20_mask;         /* physical addresses are and-ed with it */
    bool a20_pin;              /* A20M#: false masks bit 20, but not in SMM */
    bool smm, smm_nmi_blocked; /* NMIs were blocked when SMM was entered */
    uint32_t smbase;

    struct desc_table gdtr, idtr;
    struct seg ldtr, tr;
    uint64_t cr0, cr2, cr3, cr4, efer;
    uint64_t pdpte[4];       /* PAE paging: loaded with CR3 (SDM 3A 4.4.1) */
    uint64_t dr[8];          /* DR4, DR5 unused */
    uint64_t tsc_adjust;     /* added to the virtual TSC */
    uint64_t msr_tsc_adjust; /* IA32_TSC_ADJUST: what WRMSR moved it by since RESET# */
    uint64_t msr_sysenter_cs, msr_sysenter_esp, msr_sysenter_eip, msr_pat;
    uint64_t mtrr_fixed[11], mtrr_variable[16], mtrr_def_type; /* variable: base, mask, base ... */
    uint64_t mcg_status, mcg_ctl, mc_ctl[MC_BANKS];
    uint64_t misc_enable, bios_sign_id;
    uint64_t debugctl, last_branch[2], last_int[2]; /* from, to */
    struct x87 x87;
    union xmm xmm[8];
    uint32_t mxcsr;

    /* --- not state: derived or wiring --- */
    struct mem *mem;
    struct port_space *ports;
    const struct msr_space *msrs; /* of the chips in the package */
    struct clock *clock;
    struct guest_log *log;
    struct intr_ack intack;
    struct irq_line ferr_line; /* FERR# */
    struct irq_line smiact;    /* SMIACT#: 1 in SMM */
    const struct cpu_model *model;
    struct block_cache *blocks;
    uint8_t *block_arena;          /* where they are */
    struct tlb_origin *origins;    /* cpu/sys/tlb.c: TLB_SIZE * TLB_VIEWS */
    uint8_t *coverage;             /* cpu/engine/coverage.c; NULL: nobody asks */
    const struct cpu_trace *trace; /* cpu/engine/cpu_trace.h; NULL: nobody asks */
    struct page_listener listener;
    struct tlb_view views[TLB_VIEWS];
    uint8_t view;                            /* enum view: of what the program itself accesses */
    struct tlb_view checked;                 /* always empty: the current view while alignment is checked (#AC) */
    uint16_t tlb_used[TLB_SIZE * TLB_VIEWS]; /* which origins may be in use, so that a flush touches
                                                only those */
    uint32_t tlb_nused;
    struct table_refs *table_refs; /* by backing page */
    uint32_t ntable_refs;
    uint32_t db_pending; /* DR6 bits of the trap that follows the instruction before: single step, data, I/O, task */
    uint8_t delivering;  /* nesting of exception delivery: 0, 1 (a fault here may be #DF), 2 (triple) */
    bool kicked;         /* set asynchronously */
    uint64_t stat_blocks, stat_insns;
};

/* Mode bits: everything that decoding or a specialised handler depends on. */
enum mode_bits { MODE_CS32 = 1, MODE_CS64 = 2, MODE_SS32 = 4, MODE_PE = 8, MODE_VM = 16, MODE_CPL3 = 32, MODE_PG = 64 };

enum { CACHE_DATA = 1, CACHE_CODE, CACHE_UNIFIED };
/* A cache as CPUID leaf 4 describes it. */
struct cpu_cache {
    uint8_t type, level; /* type 0: ends the list */
    uint16_t size_kb, ways, line;
};
struct cpu_model {
    const char *name, *help;
    uint32_t signature;              /* CPUID.1:EAX: family, model, stepping; what EDX holds after RESET */
    uint32_t features, features_ecx; /* CPUID.1:EDX, ECX */
    uint32_t features7, features7_ecx, features7_edx; /* CPUID.7:EBX, ECX, EDX, where max_leaf is 7 */
    uint32_t features_ext;                            /* CPUID.80000001h:EDX */
    uint32_t features_power;                          /* CPUID.80000007h:EDX */
    uint32_t max_leaf;                                /* 0: no CPUID instruction (EFLAGS.ID fixed) */
    uint32_t max_extended;                            /* highest leaf from 80000000h on; 0: there are none */
    uint32_t leaf2[4];                                /* cache and TLB descriptors: EAX, EBX, ECX, EDX */
    const struct cpu_cache *caches;                   /* leaf 4; may be NULL */
    char vendor[12 + 1], brand[47 + 1]; /* leaves 0 and 80000002h-80000004h; an empty brand: there is none */
};
const struct cpu_model *cpu_model_find(const char *name); /* NULL if unknown */
const struct cpu_model *cpu_model_at(unsigned i);         /* NULL past the last */
enum { CPU_SPEC_SIZE = 512 };
/* "NAME,+feature,-feature,feature=on|off,vendor=TEXT" (cpu/sys/features.c). False with a clear error. */
bool cpu_model_parse(const char *spec, struct cpu_model *out, struct error *err);
const char *cpu_flag_at(unsigned i); /* names of the features that may be switched on; NULL past the last */

struct cpu *cpu_create(const struct cpu_model *model, struct bus *bus, struct error *err);
void cpu_destroy(struct cpu *c);
/* From now on the forms that are decoded are noted; print gives a line for each: "ADD Ev,Gv 32 mem". */
bool cpu_coverage_start(struct cpu *c); /* false: no memory */
void cpu_coverage_print(const struct cpu *c, struct buf *out);
void cpu_reset(struct cpu *c); /* RESET#: SDM 3A table 9-1 */
void cpu_init(struct cpu *c);  /* INIT#: x87, XMM and CR0.CD/NW kept */
struct cpu_pins cpu_pins(struct cpu *c);
extern const struct state_table cpu_state_table;
void cpu_pre_save(struct cpu *c); /* before cpu_state_table is saved or hashed: lazy flags go to eflags */
void cpu_post_load(struct cpu *c);
void cpu_print(struct cpu *c, struct buf *out); /* `info registers` */

/*
 * Runs to c->clock position `until`, never past it; CPU_KICKED after cpu_kick or where a pin or event wants the
 * machine. Begins and ends at a complete state: events due at the position have run (cpu/engine/boundary.c). */
enum cpu_stop cpu_run(struct cpu *c, uint64_t until);
bool cpu_rests(const struct cpu *c); /* halted or shut down, and nothing is there to be delivered */
void cpu_kick(struct cpu *c);        /* async-signal-safe: cpu_run returns at the next block boundary */

/* Flags as PUSHF has them (computes lazy ones), and setting all of them. */
uint32_t cpu_eflags(const struct cpu *c);
void cpu_set_eflags(struct cpu *c, uint32_t v);
/* RIP of the instruction that is executing (or next, between blocks). */
uint64_t cpu_rip(const struct cpu *c);
/* Exact position of the executing instruction; also stores it in the clock. Call before anything a
 * device or RDTSC may see. */
uint64_t cpu_sync_pos(struct cpu *c);

/* Linear to physical without side effects (debugger). False where not mapped. */
bool cpu_translate(struct cpu *c, uint64_t lin, uint64_t *paddr);

#endif
