/* SPDX-License-Identifier: MIT */
/*
 * Every integer family against the host's own processor: the same bytes run on both, on boundary and random operands
 * and flags, in registers and in memory, 8, 16 and 32 bits; results, memory and the flags that the SDM defines must
 * agree. 32-bit operands behave in 64-bit mode as in 32-bit mode, and with ESI and EDI pointing into a buffer below 4
 * GiB so do addresses: the guest's DS and ES have a base that turns them into addresses of its RAM. Flags are compared
 * while the guest's are still lazy, so that each instruction also finds what every other one leaves.
 *
 * LIMIT: runs on x86-64 hosts only.
 */
#include <check.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "tests/isa/rig.h"

enum { BUF = 16384, MIDDLE = BUF / 2, GUEST_BUF = 0x200000, PATCH = 16 };

struct host_regs {
    uint64_t r[8];
    uint64_t flags;
};

/* void host_thunk(struct host_regs *): the bytes between host_patch and host_after are replaced by the instruction. */
__asm__(".text\n"
        ".globl host_thunk, host_patch, host_after, host_end\n"
        "host_thunk:\n"
        "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
        "mov %rdi, %r15\n"
        "pushq 64(%r15); popfq\n"
        "mov (%r15), %rax; mov 8(%r15), %rcx; mov 16(%r15), %rdx; mov 24(%r15), %rbx\n"
        "mov 40(%r15), %rbp; mov 48(%r15), %rsi; mov 56(%r15), %rdi\n"
        "host_patch: .fill 16, 1, 0x90\n"
        "host_after:\n"
        "mov %rax, (%r15); mov %rcx, 8(%r15); mov %rdx, 16(%r15); mov %rbx, 24(%r15)\n"
        "mov %rbp, 40(%r15); mov %rsi, 48(%r15); mov %rdi, 56(%r15)\n"
        "pushfq; popq 64(%r15); cld\n"
        "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret\n"
        "host_end:\n");
extern const uint8_t host_thunk[], host_patch[], host_after[], host_end[];

static struct isa_rig rig;
static uint8_t *code, *buf; /* executable copy of the thunk; the host's buffer, below 4 GiB */
static bool host_faulted;
static sigjmp_buf after_fault;

static void on_sigfpe(int sig)
{
    (void)sig;
    siglongjmp(after_fault, 1);
}

static void setup(void)
{
    struct sigaction sa = {.sa_handler = on_sigfpe, .sa_flags = SA_NODEFER};
    sigaction(SIGFPE, &sa, NULL);
    code = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    buf = mmap(NULL, BUF, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    ck_assert(code != MAP_FAILED && buf != MAP_FAILED);
    memcpy(code, host_thunk, (size_t)(host_end - host_thunk));
    isa_rig_init(&rig);
    isa_rig_flat(&rig);
    uint32_t base = GUEST_BUF - (uint32_t)(uintptr_t)buf;
    for (unsigned s = 0; s < NSEGS; s++)
        if (s != SEG_CS)
            isa_rig_segment(&rig, s, base, 0xffffffff);
}

static void teardown(void)
{
    isa_rig_free(&rig);
    munmap(code, PAGE_SIZE);
    munmap(buf, BUF);
}

static void host_run(const uint8_t *bytes, unsigned len, struct host_regs *regs)
{
    uint8_t *patch = code + (host_patch - host_thunk);
    memset(patch, 0x90, PATCH);
    memcpy(patch, bytes, len);
    host_faulted = sigsetjmp(after_fault, 0) != 0; /* a fault leaves *regs as it was */
    if (!host_faulted)
        ((void (*)(struct host_regs *))(uintptr_t)code)(regs);
}

/* What an instruction's row asks for. */
enum row_flags {
    R_BYTE = 1, /* no 16 and 32-bit variants */
    R_MODRM = 2,
    R_IB = 4,
    R_IZ = 8,
    R_SHIFT = 16,     /* the count decides which flags are defined */
    R_STRING = 32,    /* also with REP, REPE, REPNE and DF */
    R_BITSTRING = 64, /* Gv addresses memory */
    R_MEM = 128,      /* memory operand only */
    R_REG = 256,      /* register operand only */
    R_DIVIDE = 512,
    R_GB = 1024, /* byte register in reg */
    R_EB = 2048, /* byte register in rm */
    R_NO16 = 4096,
    R_XLAT = 8192,
    R_DOUBLE = 16384, /* SHLD, SHRD: undefined altogether beyond the operand's size */
    R_COMPARES = 32768,
};
struct row {
    const char *name;
    uint8_t op[2]; /* op[1] only where op[0] is 0F */
    int8_t digit;  /* ModRM.reg, -1: any */
    uint16_t flags;
    uint32_t undefined; /* flags */
};
#define SZAP (FL_SF | FL_ZF | FL_AF | FL_PF)
#define SAPO (FL_SF | FL_AF | FL_PF | FL_OF)
#define ALU_ROWS(name, op, n)                                                                                         \
    {name " Eb,Gb", {op}, -1, R_BYTE | R_MODRM | R_GB | R_EB, 0}, {name " Ev,Gv", {op + 1}, -1, R_MODRM, 0},          \
        {name " Gb,Eb", {op + 2}, -1, R_BYTE | R_MODRM | R_GB | R_EB, 0}, {name " Gv,Ev", {op + 3}, -1, R_MODRM, 0},  \
        {name " AL,Ib", {op + 4}, -1, R_BYTE | R_IB, 0}, {name " rAX,Iz", {op + 5}, -1, R_IZ, 0},                     \
        {name " Eb,Ib", {0x80}, n, R_BYTE | R_MODRM | R_IB | R_EB, 0}, {name " Ev,Iz", {0x81}, n, R_MODRM | R_IZ, 0}, \
    {                                                                                                                 \
        name " Ev,Ib", {0x83}, n, R_MODRM | R_IB, 0                                                                   \
    }
#define SHIFT_ROWS(name, n, undef)                                                                        \
    {name " Eb,1", {0xd0}, n, R_BYTE | R_MODRM | R_EB, undef}, {name " Ev,1", {0xd1}, n, R_MODRM, undef}, \
        {name " Eb,Ib", {0xc0}, n, R_BYTE | R_MODRM | R_IB | R_EB | R_SHIFT, undef},                      \
        {name " Ev,Ib", {0xc1}, n, R_MODRM | R_IB | R_SHIFT, undef},                                      \
        {name " Eb,CL", {0xd2}, n, R_BYTE | R_MODRM | R_EB | R_SHIFT, undef},                             \
    {                                                                                                     \
        name " Ev,CL", {0xd3}, n, R_MODRM | R_SHIFT, undef                                                \
    }

/* NOTE: AF after logic operations is undefined in the SDM, and 0 on every host. */
static const struct row rows[] = {
    ALU_ROWS("ADD", 0x00, 0),
    ALU_ROWS("OR", 0x08, 1),
    ALU_ROWS("ADC", 0x10, 2),
    ALU_ROWS("SBB", 0x18, 3),
    ALU_ROWS("AND", 0x20, 4),
    ALU_ROWS("SUB", 0x28, 5),
    ALU_ROWS("XOR", 0x30, 6),
    ALU_ROWS("CMP", 0x38, 7),
    {"TEST Eb,Gb", {0x84}, -1, R_BYTE | R_MODRM | R_GB | R_EB, 0},
    {"TEST Ev,Gv", {0x85}, -1, R_MODRM, 0},
    {"TEST AL,Ib", {0xa8}, -1, R_BYTE | R_IB, 0},
    {"TEST rAX,Iz", {0xa9}, -1, R_IZ, 0},
    {"TEST Eb,Ib", {0xf6}, 0, R_BYTE | R_MODRM | R_IB | R_EB, 0},
    {"TEST Ev,Iz", {0xf7}, 0, R_MODRM | R_IZ, 0},
    {"INC Eb", {0xfe}, 0, R_BYTE | R_MODRM | R_EB, 0},
    {"INC Ev", {0xff}, 0, R_MODRM, 0},
    {"DEC Eb", {0xfe}, 1, R_BYTE | R_MODRM | R_EB, 0},
    {"DEC Ev", {0xff}, 1, R_MODRM, 0},
    {"NOT Eb", {0xf6}, 2, R_BYTE | R_MODRM | R_EB, 0},
    {"NOT Ev", {0xf7}, 2, R_MODRM, 0},
    {"NEG Eb", {0xf6}, 3, R_BYTE | R_MODRM | R_EB, 0},
    {"NEG Ev", {0xf7}, 3, R_MODRM, 0},
    {"MUL Eb", {0xf6}, 4, R_BYTE | R_MODRM | R_EB, SZAP},
    {"MUL Ev", {0xf7}, 4, R_MODRM, SZAP},
    {"IMUL Eb", {0xf6}, 5, R_BYTE | R_MODRM | R_EB, SZAP},
    {"IMUL Ev", {0xf7}, 5, R_MODRM, SZAP},
    {"IMUL Gv,Ev", {0x0f, 0xaf}, -1, R_MODRM, SZAP},
    {"IMUL Gv,Ev,Iz", {0x69}, -1, R_MODRM | R_IZ, SZAP},
    {"IMUL Gv,Ev,Ib", {0x6b}, -1, R_MODRM | R_IB, SZAP},
    {"DIV Eb", {0xf6}, 6, R_BYTE | R_MODRM | R_EB | R_DIVIDE, FL_ARITH},
    {"DIV Ev", {0xf7}, 6, R_MODRM | R_DIVIDE, FL_ARITH},
    {"IDIV Eb", {0xf6}, 7, R_BYTE | R_MODRM | R_EB | R_DIVIDE, FL_ARITH},
    {"IDIV Ev", {0xf7}, 7, R_MODRM | R_DIVIDE, FL_ARITH},
    SHIFT_ROWS("ROL", 0, 0),
    SHIFT_ROWS("ROR", 1, 0),
    SHIFT_ROWS("RCL", 2, 0),
    SHIFT_ROWS("RCR", 3, 0),
    SHIFT_ROWS("SHL", 4, FL_AF),
    SHIFT_ROWS("SHR", 5, FL_AF),
    SHIFT_ROWS("SAR", 7, FL_AF),
    {"SHLD Ev,Gv,Ib", {0x0f, 0xa4}, -1, R_MODRM | R_IB | R_SHIFT | R_DOUBLE, FL_AF},
    {"SHLD Ev,Gv,CL", {0x0f, 0xa5}, -1, R_MODRM | R_SHIFT | R_DOUBLE, FL_AF},
    {"SHRD Ev,Gv,Ib", {0x0f, 0xac}, -1, R_MODRM | R_IB | R_SHIFT | R_DOUBLE, FL_AF},
    {"SHRD Ev,Gv,CL", {0x0f, 0xad}, -1, R_MODRM | R_SHIFT | R_DOUBLE, FL_AF},
    {"BT Ev,Gv", {0x0f, 0xa3}, -1, R_MODRM | R_BITSTRING, SAPO},
    {"BT Ev,Ib", {0x0f, 0xba}, 4, R_MODRM | R_IB, SAPO},
    {"BTS Ev,Gv", {0x0f, 0xab}, -1, R_MODRM | R_BITSTRING, SAPO},
    {"BTS Ev,Ib", {0x0f, 0xba}, 5, R_MODRM | R_IB, SAPO},
    {"BTR Ev,Gv", {0x0f, 0xb3}, -1, R_MODRM | R_BITSTRING, SAPO},
    {"BTR Ev,Ib", {0x0f, 0xba}, 6, R_MODRM | R_IB, SAPO},
    {"BTC Ev,Gv", {0x0f, 0xbb}, -1, R_MODRM | R_BITSTRING, SAPO},
    {"BTC Ev,Ib", {0x0f, 0xba}, 7, R_MODRM | R_IB, SAPO},
    {"BSF Gv,Ev", {0x0f, 0xbc}, -1, R_MODRM, SAPO | FL_CF},
    {"BSR Gv,Ev", {0x0f, 0xbd}, -1, R_MODRM, SAPO | FL_CF},
    {"MOV Eb,Gb", {0x88}, -1, R_BYTE | R_MODRM | R_GB | R_EB, 0},
    {"MOV Ev,Gv", {0x89}, -1, R_MODRM, 0},
    {"MOV Gb,Eb", {0x8a}, -1, R_BYTE | R_MODRM | R_GB | R_EB, 0},
    {"MOV Gv,Ev", {0x8b}, -1, R_MODRM, 0},
    {"MOV Eb,Ib", {0xc6}, 0, R_BYTE | R_MODRM | R_IB | R_EB, 0},
    {"MOV Ev,Iz", {0xc7}, 0, R_MODRM | R_IZ, 0},
    {"MOV CL,Ib", {0xb1}, -1, R_BYTE | R_IB, 0},
    {"MOV CH,Ib", {0xb5}, -1, R_BYTE | R_IB, 0},
    {"MOV EBX,Iz", {0xbb}, -1, R_IZ, 0},
    {"MOVZX Gv,Eb", {0x0f, 0xb6}, -1, R_MODRM | R_EB, 0},
    {"MOVZX Gv,Ew", {0x0f, 0xb7}, -1, R_MODRM, 0},
    {"MOVSX Gv,Eb", {0x0f, 0xbe}, -1, R_MODRM | R_EB, 0},
    {"MOVSX Gv,Ew", {0x0f, 0xbf}, -1, R_MODRM, 0},
    {"LEA Gv,M", {0x8d}, -1, R_MODRM | R_MEM, 0},
    {"XCHG Eb,Gb", {0x86}, -1, R_BYTE | R_MODRM | R_GB | R_EB, 0},
    {"XCHG Ev,Gv", {0x87}, -1, R_MODRM, 0},
    {"XCHG EDX,EAX", {0x92}, -1, 0, 0},
    {"XCHG EBP,EAX", {0x95}, -1, 0, 0},
    {"XADD Eb,Gb", {0x0f, 0xc0}, -1, R_BYTE | R_MODRM | R_GB | R_EB, 0},
    {"XADD Ev,Gv", {0x0f, 0xc1}, -1, R_MODRM, 0},
    {"CMPXCHG Eb,Gb", {0x0f, 0xb0}, -1, R_BYTE | R_MODRM | R_GB | R_EB, 0},
    {"CMPXCHG Ev,Gv", {0x0f, 0xb1}, -1, R_MODRM, 0},
    {"CMPXCHG8B", {0x0f, 0xc7}, 1, R_MODRM | R_MEM, 0},
    {"BSWAP ECX", {0x0f, 0xc9}, -1, R_NO16, 0},
    {"BSWAP EBP", {0x0f, 0xcd}, -1, R_NO16, 0},
    {"CBW", {0x98}, -1, 0, 0},
    {"CWD", {0x99}, -1, 0, 0},
    {"SAHF", {0x9e}, -1, R_BYTE, 0},
    {"LAHF", {0x9f}, -1, R_BYTE, 0},
    {"CLC", {0xf8}, -1, R_BYTE, 0},
    {"STC", {0xf9}, -1, R_BYTE, 0},
    {"CMC", {0xf5}, -1, R_BYTE, 0},
    {"XLAT", {0xd7}, -1, R_BYTE | R_XLAT, 0},
    {"MOVSB", {0xa4}, -1, R_BYTE | R_STRING, 0},
    {"MOVS", {0xa5}, -1, R_STRING, 0},
    {"CMPSB", {0xa6}, -1, R_BYTE | R_STRING | R_COMPARES, 0},
    {"CMPS", {0xa7}, -1, R_STRING | R_COMPARES, 0},
    {"STOSB", {0xaa}, -1, R_BYTE | R_STRING, 0},
    {"STOS", {0xab}, -1, R_STRING, 0},
    {"LODSB", {0xac}, -1, R_BYTE | R_STRING, 0},
    {"LODS", {0xad}, -1, R_STRING, 0},
    {"SCASB", {0xae}, -1, R_BYTE | R_STRING | R_COMPARES, 0},
    {"SCAS", {0xaf}, -1, R_STRING | R_COMPARES, 0},
};

struct trial {
    uint8_t bytes[16];
    unsigned len, bits;
    bool memory, skip_result;
    uint32_t undefined;
};

/* A register number that is not ESP, which belongs to the host. */
static unsigned some_reg(struct random *rnd)
{
    unsigned r = random_below(rnd, 7);
    return r == RSP ? RDI : r;
}

static void put_imm(struct trial *t, struct random *rnd, unsigned size)
{
    uint32_t v = random_operand(rnd);
    st_le(t->bytes + t->len, v, size);
    t->len += size;
}

/* Opcode, ModRM ([ESI+disp8] or a register) and immediate of a row. */
static void encode(struct trial *t, const struct row *row, struct random *rnd, unsigned bits)
{
    unsigned reg = row->digit >= 0 ? (unsigned)row->digit : row->flags & R_GB ? random_below(rnd, 8) : some_reg(rnd);
    if (row->flags & R_BITSTRING && reg == RSI)
        reg = RDX; /* an address is too far a bit offset */
    *t = (struct trial){.bits = bits, .undefined = row->undefined};
    if (bits == 16)
        t->bytes[t->len++] = 0x66;
    if (row->flags & R_STRING && random_below(rnd, 3))
        t->bytes[t->len++] = random_below(rnd, 2) ? 0xf2 : 0xf3;
    t->bytes[t->len++] = row->op[0];
    if (row->op[0] == 0x0f)
        t->bytes[t->len++] = row->op[1];
    if (row->flags & R_MODRM) {
        t->memory = row->flags & R_MEM || (!(row->flags & R_REG) && random_below(rnd, 2));
        unsigned rm = row->flags & R_EB ? random_below(rnd, 8) : some_reg(rnd);
        t->bytes[t->len++] = (uint8_t)(t->memory ? 0x46 | reg << 3 : 0xc0 | reg << 3 | rm);
        if (t->memory)
            t->bytes[t->len++] = (uint8_t)random_next(rnd);
    }
    if (row->flags & R_IB)
        put_imm(t, rnd, 1);
    if (row->flags & R_IZ)
        put_imm(t, rnd, bits / 8);
}

/* Count-dependent definedness: SDM 2B RCL/RCR/ROL/ROR, SAL/SAR/SHL/SHR, SHLD, SHRD. */
static void shift_definedness(struct trial *t, const struct row *row, uint32_t ecx)
{
    unsigned n = (row->flags & R_IB ? t->bytes[t->len - 1] : ecx) & 31;
    if (n == 0) {
        t->undefined = 0;
        return;
    }
    if (n != 1)
        t->undefined |= FL_OF;
    bool shl_shr = row->digit == 4 || row->digit == 5;
    if (n >= t->bits && shl_shr && !(row->flags & R_DOUBLE))
        t->undefined |= FL_CF;
    if (n > t->bits && row->flags & R_DOUBLE) {
        t->undefined = FL_ARITH;
        t->skip_result = true;
    }
}

static void operands(struct host_regs *h, struct random *rnd, const struct row *row, const struct trial *t)
{
    uint32_t middle = (uint32_t)(uintptr_t)buf + MIDDLE;
    for (unsigned r = 0; r < 8; r++)
        h->r[r] = random_operand(rnd);
    h->r[RSP] = rig.cpu->regs[RSP];
    if (row->flags & R_DIVIDE && random_below(rnd, 2)) /* so that the quotient fits now and then */
        h->r[RDX] = random_below(rnd, 2) ? random_below(rnd, 4) : UINT32_MAX - random_below(rnd, 4);
    if (row->flags & R_DIVIDE && random_below(rnd, 4) == 0)
        h->r[RAX] = random_below(rnd, 2) ? 0x80000000 : random_below(rnd, 0x8080);
    if (row->op[1] == 0xb0 || row->op[1] == 0xb1) /* CMPXCHG: equal now and then */
        h->r[RAX] = random_below(rnd, 2) ? ld32(buf + MIDDLE) : h->r[RAX];
    if (t->memory || row->flags & (R_STRING | R_XLAT))
        h->r[RSI] = middle + random_below(rnd, 64);
    if (row->flags & R_XLAT)
        h->r[RBX] = middle;
    if (row->flags & R_BITSTRING && t->memory) {
        unsigned reg = t->bytes[t->bits == 16 ? 3 : 2] >> 3 & 7;
        h->r[reg] = (uint32_t)(int32_t)((int)random_below(rnd, 40000) - 20000);
    }
    if (row->flags & R_STRING) {
        h->r[RCX] = random_below(rnd, 4) ? random_below(rnd, 40) : 600 + random_below(rnd, 400);
        h->r[RDI] = random_below(rnd, 2) ? middle - 32 + random_below(rnd, 64) : h->r[RSI] + random_below(rnd, 5);
    }
    h->flags =
        (random_next(rnd) & FL_ARITH) | FL_1 | FL_IF | (row->flags & R_STRING && random_below(rnd, 2) ? FL_DF : 0);
}

static void show(const char *what, const uint64_t *r, uint32_t flags)
{
    fprintf(stderr, "%s eax %08x ecx %08x edx %08x ebx %08x ebp %08x esi %08x edi %08x flags %03x\n", what,
            (unsigned)r[0], (unsigned)r[1], (unsigned)r[2], (unsigned)r[3], (unsigned)r[5], (unsigned)r[6],
            (unsigned)r[7], flags);
}

static bool regs_equal(const struct host_regs *h, const struct cpu *c)
{
    for (unsigned r = 0; r < 8; r++)
        if (r != RSP && (uint32_t)h->r[r] != c->regs[r])
            return false;
    return true;
}

/* Runs the trial on both. `keep_flags`: the guest keeps its lazy flags, and the host starts from them. */
static bool run_trial(const struct row *row, struct trial *t, struct host_regs *h, bool keep_flags)
{
    struct cpu *c = rig.cpu;
    static uint8_t guest_buf[BUF];
    struct host_regs before;
    uint32_t direction = h->flags & FL_DF;
    if (keep_flags)
        h->flags = (h->flags & ~(uint64_t)FL_ARITH) | arith_flags(c);
    else
        set_arith(c, (uint32_t)h->flags);
    c->eflags = (c->eflags & ~(uint32_t)FL_DF) | direction;
    before = *h;
    for (unsigned r = 0; r < 8; r++)
        c->regs[r] = (uint32_t)h->r[r];
    isa_rig_put(&rig, GUEST_BUF, buf, BUF);
    host_run(t->bytes, t->len, h);
    enum xstat st = isa_rig_exec(&rig, t->bytes, 0);
    isa_rig_get(&rig, GUEST_BUF, guest_buf, BUF);
    if (t->skip_result) {
        memcpy(buf, guest_buf, BUF);
        return st == X_NEXT;
    }
    uint32_t differ = (host_faulted ? 0 : ((uint32_t)h->flags ^ arith_flags(c))) & FL_ARITH & ~t->undefined;
    bool same = (st == X_FAULT) == host_faulted && regs_equal(h, c) && !differ && !memcmp(buf, guest_buf, BUF);
    if (st == X_FAULT && (c->exc.vector != EXC_DE || c->exc.has_code))
        same = false;
    if (!same) {
        fprintf(stderr, "%s, %u bits:", row->name, t->bits);
        for (unsigned k = 0; k < t->len; k++)
            fprintf(stderr, " %02x", t->bytes[k]);
        fprintf(stderr, "%s%s, flags differ %03x, memory %s\n", host_faulted ? ", host faults" : "",
                st == X_FAULT ? ", guest faults" : "", differ, memcmp(buf, guest_buf, BUF) ? "differs" : "same");
        show("before", before.r, (uint32_t)before.flags & 0xfff);
        show("host  ", h->r, (uint32_t)h->flags & 0xfff);
        show("guest ", c->regs, arith_flags(c));
    }
    return same;
}

static void run_row(const struct row *row, struct random *rnd, unsigned bits, unsigned trials)
{
    for (unsigned n = 0; n < trials; n++) {
        struct trial t;
        struct host_regs h;
        encode(&t, row, rnd, bits);
        operands(&h, rnd, row, &t);
        if (row->flags & R_SHIFT)
            shift_definedness(&t, row, (uint32_t)h.r[RCX]);
        ck_assert_msg(run_trial(row, &t, &h, random_below(rnd, 2)), "%s with %u bits: trial %u", row->name, bits, n);
    }
}

static void fill_buffer(struct random *rnd)
{
    for (unsigned k = 0; k < BUF; k += 4)
        st32(buf + k, k & 256 ? 0 : random_operand(rnd)); /* runs of 0, so that comparisons go on for a while */
}

/* Tests take a slice of the rows each: a process a row would spend its time in starting up. */
enum { SLICE = 16, SLICES = (ARRAY_LEN(rows) + SLICE - 1) / SLICE };

START_TEST(result_memory_and_defined_flags_equal_the_hosts)
{
    for (unsigned k = (unsigned)_i * SLICE; k < MIN(ARRAY_LEN(rows), ((unsigned)_i + 1) * SLICE); k++) {
        struct random rnd = {0x9e3779b97f4a7c15u + k};
        fill_buffer(&rnd);
        run_row(&rows[k], &rnd, rows[k].flags & R_BYTE ? 8 : 32, 600);
        if (!(rows[k].flags & (R_BYTE | R_NO16)))
            run_row(&rows[k], &rnd, 16, 600);
    }
}
END_TEST

/* A walk through all rows in random order, the guest's flags staying lazy from one to the next. */
START_TEST(lazy_flags_survive_any_sequence)
{
    struct random rnd = {12345 + (unsigned)_i};
    fill_buffer(&rnd);
    for (unsigned n = 0; n < 20000; n++) {
        const struct row *row = &rows[random_below(&rnd, ARRAY_LEN(rows))];
        unsigned bits = row->flags & R_BYTE ? 8 : row->flags & R_NO16 || random_below(&rnd, 2) ? 32 : 16;
        struct trial t;
        struct host_regs h;
        encode(&t, row, &rnd, bits);
        operands(&h, &rnd, row, &t);
        if (row->flags & R_SHIFT)
            shift_definedness(&t, row, (uint32_t)h.r[RCX]);
        ck_assert_msg(run_trial(row, &t, &h, true), "step %u: %s", n, row->name);
    }
}
END_TEST

/* SDM 2A B.1.4.7, from EFLAGS alone. */
static bool condition_of(unsigned cc, uint32_t f)
{
    bool cf = f & FL_CF, zf = f & FL_ZF, sf = f & FL_SF, of = f & FL_OF, pf = f & FL_PF;
    bool base[8] = {of, cf, zf, cf || zf, sf, pf, sf != of, zf || sf != of};
    return base[cc >> 1] != (cc & 1);
}

static void check_conditions(void)
{
    struct cpu *c = rig.cpu;
    for (unsigned cc = 0; cc < 16; cc++) {
        const uint8_t jcc[INSN_MAX] = {(uint8_t)(0x70 + cc), 0x10},
                      setcc[INSN_MAX] = {0x0f, (uint8_t)(0x90 + cc), 0xc1};
        const uint8_t cmov[INSN_MAX] = {0x0f, (uint8_t)(0x40 + cc), 0xd3};
        bool want = condition_of(cc, arith_flags(c));
        c->regs[RDX] = 1;
        c->regs[RBX] = 2;
        ck_assert_int_eq(isa_rig_exec(&rig, jcc, 0x1000), want ? X_BRANCH : X_NEXT);
        if (want)
            ck_assert_uint_eq(c->rip, 0x1012);
        ck_assert_int_eq(isa_rig_exec(&rig, setcc, 0), X_NEXT);
        ck_assert_uint_eq(c->regs[RCX] & 0xff, want);
        ck_assert_int_eq(isa_rig_exec(&rig, cmov, 0), X_NEXT);
        ck_assert_uint_eq(c->regs[RDX], want ? 2 : 1);
    }
}

/*
 * Jcc, SETcc and CMOVcc look at lazy flags in ways of their own: after each kind of instruction, all sixteen must agree
 * with EFLAGS.
 */
START_TEST(conditions_agree_with_flags_after_every_instruction)
{
    struct random rnd = {777};
    fill_buffer(&rnd);
    for (unsigned k = 0; k < ARRAY_LEN(rows); k++)
        for (unsigned n = 0; n < 200; n++) {
            const struct row *row = &rows[k];
            struct trial t;
            struct host_regs h;
            encode(&t, row, &rnd, row->flags & R_BYTE ? 8 : row->flags & R_NO16 || n & 1 ? 32 : 16);
            operands(&h, &rnd, row, &t);
            t.skip_result = true;
            run_trial(row, &t, &h, false);
            check_conditions();
        }
}
END_TEST

/*
 * Every ModRM and SIB byte with 32-bit addressing, but those that mean something else in 64-bit mode (RIP-relative) or
 * name ESP.
 */
START_TEST(lea_computes_every_address_form_as_the_host)
{
    struct random rnd = {4242};
    struct row row = {.name = "LEA"};
    for (unsigned modrm = 0; modrm < 0xc0; modrm++) {
        if ((modrm & 0xc7) == 5 || (modrm >> 3 & 7) == RSP)
            continue;
        for (unsigned sib = 0; sib < ((modrm & 7) == 4 ? 256 : 1); sib++) {
            if ((modrm & 7) == 4 && (sib & 7) == RSP)
                continue;
            struct trial t = {.bits = 32, .len = 2, .bytes = {0x8d, (uint8_t)modrm}};
            struct host_regs h;
            if ((modrm & 7) == 4)
                t.bytes[t.len++] = (uint8_t)sib;
            unsigned disp = modrm >= 0x80 || ((modrm & 0xc7) == 4 && (sib & 7) == 5) ? 4 : modrm >= 0x40 ? 1 : 0;
            put_imm(&t, &rnd, disp);
            operands(&h, &rnd, &row, &t);
            ck_assert(run_trial(&row, &t, &h, false));
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("host_diff");
    TCase *t = tcase_create("host_diff");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, result_memory_and_defined_flags_equal_the_hosts, 0, SLICES);
    tcase_add_loop_test(t, lazy_flags_survive_any_sequence, 0, 4);
    tcase_add_test(t, conditions_agree_with_flags_after_every_instruction);
    tcase_add_test(t, lea_computes_every_address_form_as_the_host);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
