/* SPDX-License-Identifier: MIT */
/*
 * Every MMX and SSE form of the instruction table against the host's own processor. The forms are
 * found through the decoder, so a new row is tested without being named here. Both start from the
 * same FXSAVE image, registers and memory and execute the same bytes; then the images (x87, MMX,
 * XMM, MXCSR), registers, flags and memory must agree. Where an unmasked SIMD exception comes, it
 * must come on both, with the same MXCSR.
 *
 * Not compared: RCP and RSQRT (hosts differ), FXSAVE and FXRSTOR (rules), x87 pointers.
 * VITRINE_SIMD_TRIALS sets the trials per form. LIMIT: runs on x86-64 hosts with SSE3 only.
 */
#include <check.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "cpu/simd/simd.h"
#include "isa/cpuid.h"
#include "isa/forms.h"
#include "tests/isa/rig.h"

enum { BUF = 4096, MIDDLE = BUF / 2, GUEST_BUF = 0x200000, PATCH = 16 };
enum { FX_TAG = 4, FX_MXCSR = 24, FX_ST = 32, FX_XMM = 160 };

struct state {
    _Alignas(64) uint8_t fx[512];
    uint8_t own[512]; /* the host's, put back after the instruction */
    uint64_t r[8];
    uint64_t flags;
};

/* void host_thunk(struct state *): the bytes from host_patch on are replaced by the instruction. */
__asm__(".text\n"
        ".globl simd_thunk, simd_patch, simd_end\n"
        "simd_thunk:\n"
        "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
        "mov %rdi, %r15\n"
        "fxsave64 512(%r15)\n"
        "fxrstor64 (%r15)\n"
        "mov 1024(%r15), %rax; mov 1032(%r15), %rcx; mov 1040(%r15), %rdx; mov 1048(%r15), %rbx\n"
        "mov 1064(%r15), %rbp; mov 1072(%r15), %rsi; mov 1080(%r15), %rdi\n"
        "pushq 1088(%r15); popfq\n"
        "simd_patch: .fill 16, 1, 0x90\n"
        "mov %rax, 1024(%r15); mov %rcx, 1032(%r15); mov %rdx, 1040(%r15); mov %rbx, 1048(%r15)\n"
        "mov %rbp, 1064(%r15); mov %rsi, 1072(%r15); mov %rdi, 1080(%r15)\n"
        "pushfq; popq 1088(%r15)\n"
        "fxsave64 (%r15)\n"
        "fxrstor64 512(%r15)\n"
        "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret\n"
        "simd_end:\n");
extern const uint8_t simd_thunk[], simd_patch[], simd_end[];
_Static_assert(offsetof(struct state, r) == 1024 && offsetof(struct state, flags) == 1088, "thunk");

static struct isa_rig rig;
static uint8_t *code, *buf; /* executable copy of the thunk; the host's buffer, below 4 GiB */
static bool host_faulted;
static uint32_t fault_mxcsr;
static sigjmp_buf after_fault;

static void on_signal(int sig, siginfo_t *info, void *context)
{
    const ucontext_t *u = context;
    (void)sig;
    (void)info;
    fault_mxcsr = u->uc_mcontext.fpregs->mxcsr;
    siglongjmp(after_fault, 1);
}

static void setup(void)
{
    struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_NODEFER | SA_SIGINFO};
    sigaction(SIGFPE, &sa, NULL);
    code = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    buf = mmap(NULL, BUF, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    ck_assert(code != MAP_FAILED && buf != MAP_FAILED);
    memcpy(code, simd_thunk, (size_t)(simd_end - simd_thunk));
    isa_rig_init(&rig);
    isa_rig_flat(&rig);
    rig.cpu->cr4 |= CR4_OSFXSR | CR4_OSXMMEXCPT;
    rig.cpu->cr0 |= CR0_NE;
    for (unsigned s = 0; s < NSEGS; s++)
        if (s != SEG_CS)
            isa_rig_segment(&rig, s, GUEST_BUF - (uint32_t)(uintptr_t)buf, 0xffffffff);
}

static void teardown(void)
{
    isa_rig_free(&rig);
    munmap(code, PAGE_SIZE);
    munmap(buf, BUF);
}

static void host_run(const uint8_t *bytes, unsigned len, struct state *s)
{
    uint8_t *patch = code + (simd_patch - simd_thunk);
    memset(patch, 0x90, PATCH);
    memcpy(patch, bytes, len);
    host_faulted = sigsetjmp(after_fault, 0) != 0; /* a fault leaves *s as it was */
    if (!host_faulted)
        ((void (*)(struct state *))(uintptr_t)code)(s);
}

/* --- The forms --- */

struct row {
    uint8_t bytes[4]; /* prefix, opcode, ModRM's byte last */
    uint8_t len;
    bool imm, memory, fixed_reg, modrm;
    uint16_t form;
};
static struct row rows[1024];
static unsigned nrows;

static bool wanted(unsigned form)
{
    static const char *const left_out[] = {"FXSAVE",  "FXRSTOR", "RCPPS",   "RCPSS",
                                           "RSQRTPS", "RSQRTSS", "MONITOR", "MWAIT"};
    const uint64_t simd = CPUID_MMX | CPUID_FXSR | CPUID_SSE | CPUID_SSE2 | CPUID_CLFSH | (uint64_t)CPUID_SSE3 << 32 |
                          (uint64_t)CPUID_MONITOR << 32;
    if (!(form_info[form].features & simd))
        return false;
    for (unsigned k = 0; k < ARRAY_LEN(left_out); k++)
        if (strcmp(form_info[form].mnemonic, left_out[k]) == 0)
            return false;
    return form_available(form, rig.cpu->model->signature,
                          rig.cpu->model->features | (uint64_t)rig.cpu->model->features_ecx << 32);
}

static void find(const uint8_t *lead, unsigned n, unsigned digit, bool memory)
{
    uint8_t bytes[INSN_MAX] = {0};
    struct insn in;
    memcpy(bytes, lead, n);
    bytes[n] = (uint8_t)(memory ? 0x46 | digit << 3 : 0xc1 | digit << 3);
    if (isa_decode(bytes, sizeof bytes, (struct decode_mode){32}, &in) != DECODE_OK || in.form == FORM_UD ||
        !wanted(in.form) || memory != !!(in.flags & IF_MEM))
        return;
    for (unsigned k = 0; k < nrows; k++)
        if (rows[k].form == in.form && rows[k].memory == memory) {
            if ((rows[k].bytes[rows[k].len] >> 3 & 7) != digit)
                rows[k].fixed_reg = false; /* another reg field means the same form */
            return;
        }
    ck_assert_uint_lt(nrows, ARRAY_LEN(rows));
    struct row *r = &rows[nrows++];
    memcpy(r->bytes, lead, n);
    *r = (struct row){
        .len = (uint8_t)n, .memory = memory, .fixed_reg = true, .form = in.form, .modrm = in.flags & IF_MODRM};
    memcpy(r->bytes, bytes, n + 1);
    r->imm = in.len > n + 1 + memory;
}

static void find_rows(void)
{
    static const uint8_t prefixes[] = {0, 0x66, 0xf3, 0xf2};
    nrows = 0;
    for (unsigned p = 0; p < ARRAY_LEN(prefixes); p++)
        for (unsigned op = 0; op < 256 + 8; op++)
            for (unsigned digit = 0; digit < 8; digit++)
                for (unsigned memory = 0; memory < 2; memory++) {
                    uint8_t lead[3];
                    unsigned n = 0;
                    if (prefixes[p])
                        lead[n++] = prefixes[p];
                    if (op < 256)
                        lead[n++] = 0x0f;
                    lead[n++] = (uint8_t)(op < 256 ? op : 0xd8 + (op - 256)); /* FISTTP */
                    find(lead, n, digit, memory);
                }
}

/* --- Operands --- */

static uint32_t some_single(struct random *rnd)
{
    static const uint32_t special[] = {
        0,          0x3f800000, 0x3f800001, 0x00800000, 0x007fffff, 1,          0x00400000, 0x7f7fffff, 0x7f800000,
        0x7fc00000, 0x7fa00001, 0x7f800001, 0x4f000000, 0x4effffff, 0x3f000000, 0x3fc00000, 0x40200000, 0x3effffff,
        0x34000000, 0x33800000, 0x5f000000, 0x7f000000, 0x01000000, 0x00800001, 0x47000100, 0x7fffffff};
    uint32_t sign = (uint32_t)random_next(rnd) & 0x80000000;
    switch (random_below(rnd, 4)) {
    case 0: return sign | special[random_below(rnd, ARRAY_LEN(special))];
    case 1: /* near one another, few bits: sums cancel, products are exact */
        return sign | 0x3f000000 | (random_below(rnd, 4) << 23) | (random_below(rnd, 16) << 19);
    case 2: /* about the bounds of the exponent */
        return sign | (random_below(rnd, 2) ? random_below(rnd, 30) : 224 + random_below(rnd, 31)) << 23 |
               ((uint32_t)random_next(rnd) & 0x7fffff);
    default: return (uint32_t)random_next(rnd);
    }
}
static uint64_t some_double(struct random *rnd)
{
    static const uint64_t special[] = {
        0,
        0x3ff0000000000000,
        0x3ff0000000000001,
        0x0010000000000000,
        0x000fffffffffffff,
        1,
        0x0008000000000000,
        0x7fefffffffffffff,
        0x7ff0000000000000,
        0x7ff8000000000000,
        0x7ff4000000000001,
        0x7ff0000000000001,
        0x41e0000000000000,
        0x41dfffffffc00000,
        0xc1e0000000200000,
        0x3fe0000000000000,
        0x3ff8000000000000,
        0x4004000000000000,
        0x47efffffe0000000,
        0x47efffffefffffff,
        0x47f0000000000000,
        0x3810000000000000,
        0x380fffffffffffff,
        0x36a0000000000000,
        0x3690000000000000,
        0x47efffffe0000001,
        0x380fffffc0000000,
    };
    uint64_t sign = random_next(rnd) & 0x8000000000000000;
    switch (random_below(rnd, 5)) {
    case 0: return sign | special[random_below(rnd, ARRAY_LEN(special))];
    case 1:
        return sign | 0x3fe0000000000000 | (uint64_t)random_below(rnd, 4) << 52 | (uint64_t)random_below(rnd, 16) << 48;
    case 2:
        return sign | (uint64_t)(random_below(rnd, 2) ? random_below(rnd, 60) : 1987 + random_below(rnd, 60)) << 52 |
               (random_next(rnd) & 0xfffffffffffff);
    case 3: /* about a single's range */
        return sign |
               (uint64_t)(random_below(rnd, 2) ? 870 + random_below(rnd, 30) : 1148 + random_below(rnd, 4)) << 52 |
               (random_next(rnd) & (random_below(rnd, 2) ? 0xfffffffffffff : 0xfffffe0000000));
    default: return random_next(rnd);
    }
}
static void operand(struct random *rnd, uint8_t v[16])
{
    static const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0xff, 0xfe, 8, 16, 31, 0x20, 63, 0x40};
    unsigned shape = random_below(rnd, 6);
    for (unsigned k = 0; k < 4 && shape < 2; k++)
        st32(v + 4 * k, some_single(rnd));
    for (unsigned k = 0; k < 2 && shape >= 2 && shape < 4; k++)
        st64(v + 8 * k, some_double(rnd));
    for (unsigned k = 0; k < 16 && shape == 4; k++)
        v[k] = random_below(rnd, 2) ? edges[random_below(rnd, ARRAY_LEN(edges))] : (uint8_t)random_next(rnd);
    if (shape == 5) { /* a shift count, small integers */
        st64(v, random_below(rnd, 8) ? random_below(rnd, 80) : random_next(rnd));
        st64(v + 8, random_below(rnd, 3) ? 0 : random_next(rnd));
    }
}

/* Rounding, masks, DAZ, FTZ and flags; half of them as after reset. */
static uint32_t some_mxcsr(struct random *rnd)
{
    uint32_t v = (uint32_t)random_next(rnd);
    switch (random_below(rnd, 16)) {
    case 0: /* signals take their time: one in eight */ return v & 0xffff;
    case 1: /* one exception unmasked */
        return (MX_INIT | (v & (MX_RC | MX_DAZ | MX_FTZ))) & ~(1u << (MX_MASK_SHIFT + random_below(rnd, 6)));
    case 2:
    case 3:
    case 4:
    case 5: return MX_INIT;
    default: return MX_INIT | (v & (MX_FLAGS | MX_RC | MX_DAZ | MX_FTZ));
    }
}

static void some_state(struct random *rnd, struct state *s)
{
    memset(s, 0, sizeof *s);
    st16(s->fx, (uint16_t)(0x37f | random_below(rnd, 4) << 10)); /* FCW */
    st16(s->fx + 2, (uint16_t)(random_below(rnd, 8) << 11 | (random_next(rnd) & 0x4700)));
    s->fx[FX_TAG] = (uint8_t)random_next(rnd);
    for (unsigned k = 0; k < 8; k++) {
        operand(rnd, s->fx + FX_ST + 16 * k);
        st16(s->fx + FX_ST + 16 * k + 8,
             (uint16_t)(random_below(rnd, 2) ? random_next(rnd) : 0x3fff + random_below(rnd, 70)));
        memset(s->fx + FX_ST + 16 * k + 10, 0, 6);
        operand(rnd, s->fx + FX_XMM + 16 * k);
    }
    st32(s->fx + FX_MXCSR, some_mxcsr(rnd));
    for (unsigned k = 0; k < 8; k++)
        s->r[k] = random_operand(rnd);
    s->flags = (random_next(rnd) & FL_ARITH) | FL_1 | FL_IF;
}

/* --- The same state on both --- */

static void guest_load(const struct state *s)
{
    struct cpu *c = rig.cpu;
    struct x87 *f = &c->x87;
    f->cw = ld16(s->fx);
    f->sw = ld16(s->fx + 2) & 0x47ff;
    f->top = ld16(s->fx + 2) >> 11 & 7;
    f->tag = (uint8_t)~s->fx[FX_TAG];
    for (unsigned k = 0; k < 8; k++) {
        f->st[(f->top + k) & 7].mant = ld64(s->fx + FX_ST + 16 * k);
        f->st[(f->top + k) & 7].se = ld16(s->fx + FX_ST + 16 * k + 8);
        memcpy(&c->xmm[k], s->fx + FX_XMM + 16 * k, 16);
        if (k != RSP)
            c->regs[k] = (uint32_t)s->r[k];
    }
    c->mxcsr = ld32(s->fx + FX_MXCSR);
    set_arith(c, (uint32_t)s->flags);
}

static void guest_store(struct state *s)
{
    const struct cpu *c = rig.cpu;
    const struct x87 *f = &c->x87;
    st16(s->fx, f->cw);
    st16(s->fx + 2, x87_sw(f));
    s->fx[FX_TAG] = (uint8_t)~f->tag;
    for (unsigned k = 0; k < 8; k++) {
        st64(s->fx + FX_ST + 16 * k, f->st[(f->top + k) & 7].mant);
        st16(s->fx + FX_ST + 16 * k + 8, f->st[(f->top + k) & 7].se);
        memcpy(s->fx + FX_XMM + 16 * k, &c->xmm[k], 16);
        s->r[k] = c->regs[k];
    }
    st32(s->fx + FX_MXCSR, c->mxcsr);
    s->flags = (s->flags & ~(uint64_t)FL_ARITH) | arith_flags(c);
}

static const char *first_difference(const struct state *h, const struct state *g)
{
    static char text[32];
    if (ld32(h->fx + FX_MXCSR) != ld32(g->fx + FX_MXCSR))
        return "MXCSR";
    for (unsigned k = 0; k < 8; k++) {
        snprintf(text, sizeof text, "XMM%u", k);
        if (memcmp(h->fx + FX_XMM + 16 * k, g->fx + FX_XMM + 16 * k, 16) != 0)
            return text;
        snprintf(text, sizeof text, "ST%u", k);
        if (memcmp(h->fx + FX_ST + 16 * k, g->fx + FX_ST + 16 * k, 10) != 0)
            return text;
        snprintf(text, sizeof text, "register %u", k);
        if (k != RSP && (uint32_t)h->r[k] != (uint32_t)g->r[k])
            return text;
    }
    if (ld16(h->fx) != ld16(g->fx) || ld16(h->fx + 2) != ld16(g->fx + 2))
        return "FCW or FSW";
    if (h->fx[FX_TAG] != g->fx[FX_TAG])
        return "FTW";
    return (h->flags ^ g->flags) & FL_ARITH ? "flags" : NULL;
}

static void show(const char *what, const struct state *s)
{
    fprintf(stderr, "%s mxcsr %04x sw %04x tag %02x flags %03x eax %08x\n", what, ld32(s->fx + FX_MXCSR),
            ld16(s->fx + 2), s->fx[FX_TAG], (unsigned)s->flags & 0xfff, (unsigned)s->r[0]);
    for (unsigned k = 0; k < 8; k++)
        fprintf(stderr, "   xmm%u %016llx %016llx  st%u %04x %016llx\n", k,
                (unsigned long long)ld64(s->fx + FX_XMM + 16 * k + 8),
                (unsigned long long)ld64(s->fx + FX_XMM + 16 * k), k, ld16(s->fx + FX_ST + 16 * k + 8),
                (unsigned long long)ld64(s->fx + FX_ST + 16 * k));
}

/* --- Trials --- */

/* Whether the memory operand may lie anywhere. */
static bool any_alignment(const struct row *r)
{
    const char *m = form_info[r->form].mnemonic;
    return form_info[r->form].mem_size != 16 || strcmp(m, "MOVUPS") == 0 || strcmp(m, "MOVUPD") == 0 ||
           strcmp(m, "MOVDQU") == 0 || strcmp(m, "LDDQU") == 0;
}

static unsigned encode(const struct row *row, struct random *rnd, uint8_t bytes[INSN_MAX], uint32_t *disp)
{
    unsigned n = row->len;
    memset(bytes, 0, INSN_MAX);
    memcpy(bytes, row->bytes, row->len);
    bool gpr = strchr(form_info[row->form].operands, 'G') != NULL;
    bool e = strchr(form_info[row->form].operands, 'E') != NULL;
    unsigned reg = row->fixed_reg ? row->bytes[row->len] >> 3 & 7u : random_below(rnd, 8);
    unsigned rm = random_below(rnd, 8);
    if (gpr && reg == RSP)
        reg = RBP;
    if (e && rm == RSP)
        rm = RBX;
    if (row->modrm)
        bytes[n++] = (uint8_t)(row->memory ? 0x46 | reg << 3 : 0xc0 | reg << 3 | rm);
    *disp = any_alignment(row) ? (uint32_t)random_below(rnd, 128) : random_below(rnd, 8) * 16;
    if (row->memory)
        bytes[n++] = (uint8_t)*disp;
    if (row->imm)
        bytes[n++] = (uint8_t)(random_below(rnd, 3) ? random_below(rnd, 72) : random_next(rnd));
    return n;
}

static bool trial(const struct row *row, struct random *rnd)
{
    static uint8_t guest_buf[BUF];
    struct state before, host, guest;
    uint8_t bytes[INSN_MAX];
    uint32_t disp;
    some_state(rnd, &before);
    unsigned len = encode(row, rnd, bytes, &disp);
    before.r[RSI] = (uint32_t)(uintptr_t)buf + MIDDLE;
    before.r[RDI] = (uint32_t)(uintptr_t)buf + MIDDLE + random_below(rnd, 128);
    operand(rnd, buf + MIDDLE + disp);
    if (strcmp(form_info[row->form].mnemonic, "LDMXCSR") == 0)
        st32(buf + MIDDLE + disp, (uint32_t)random_next(rnd) & 0xffff);
    host = guest = before;
    isa_rig_put(&rig, GUEST_BUF, buf, BUF);
    guest_load(&before);
    host_run(bytes, len, &host);
    enum xstat st = isa_rig_exec(&rig, bytes, 0);
    guest_store(&guest);
    isa_rig_get(&rig, GUEST_BUF, guest_buf, BUF);
    if (host_faulted)
        st32(host.fx + FX_MXCSR, fault_mxcsr);
    const char *d = first_difference(&host, &guest);
    if (!d && memcmp(buf, guest_buf, BUF) != 0)
        d = "memory";
    if (!d && ((st == X_FAULT) != host_faulted || (st != X_FAULT && st != X_NEXT) ||
               (st == X_FAULT && (rig.cpu->exc.vector != EXC_XM || rig.cpu->exc.has_code))))
        d = "exception";
    if (!d)
        return true;
    fprintf(stderr, "%s %s, %s:", form_info[row->form].mnemonic, form_info[row->form].operands, d);
    for (unsigned k = 0; k < len; k++)
        fprintf(stderr, " %02x", bytes[k]);
    fprintf(stderr, "%s%s operand %016llx %016llx\n", host_faulted ? ", host faults" : "",
            st == X_FAULT ? ", guest faults" : "", (unsigned long long)ld64(buf + MIDDLE + disp + 8),
            (unsigned long long)ld64(buf + MIDDLE + disp));
    show("before", &before);
    show("host", &host);
    show("guest", &guest);
    return false;
}

static unsigned long trials(void)
{
    const char *s = getenv("VITRINE_SIMD_TRIALS");
    return s ? strtoul(s, NULL, 0) : 2000;
}

enum { SLICES = 16 };

START_TEST(registers_memory_flags_and_exceptions_equal_the_hosts)
{
    unsigned long per_row = trials(), failed = 0;
    const char *only = getenv("VITRINE_SIMD_ONLY");
    find_rows();
    ck_assert_uint_gt(nrows, 100);
    for (unsigned k = (unsigned)_i; k < nrows; k += SLICES) {
        struct random rnd = {0x9e3779b97f4a7c15u + k * 0x1234567u};
        if (only && strcmp(only, form_info[rows[k].form].mnemonic) != 0)
            continue;
        for (unsigned long n = 0; n < per_row; n++)
            if (!trial(&rows[k], &rnd)) {
                failed++;
                break;
            }
    }
    if (getenv("VITRINE_SIMD_TRIALS") && _i == 0)
        fprintf(stderr, "%u forms, %lu trials each\n", nrows, per_row);
    ck_assert_msg(failed == 0, "%lu forms differ from the host's", failed);
}
END_TEST

/* --- Approximations, which hosts differ in: the bound of SDM 2B RCPPS and RSQRTPS --- */

/* Executes `op` (0F 53 RCPPS, 0F 52 RSQRTPS) xmm0, xmm1 on four numbers. */
static void approximate(uint8_t op, const uint32_t x[4], uint32_t r[4])
{
    const uint8_t bytes[INSN_MAX] = {0x0f, op, 0xc1};
    memcpy(&rig.cpu->xmm[1], x, 16);
    isa_rig_exec(&rig, bytes, 0);
    memcpy(r, &rig.cpu->xmm[0], 16);
}
static double single(uint32_t v)
{
    float f;
    memcpy(&f, &v, sizeof f);
    return (double)f;
}
/* NOTE: no ck_assert in the loops: each is a message to the parent. */
static bool within(double error, double bound)
{
    return error <= bound && error >= -bound;
}

START_TEST(reciprocals_and_roots_are_right_to_one_and_a_half_times_2_to_the_minus_12)
{
    const double bound = 1.5 / 4096;
    uint32_t x[4], r[4], last = UINT32_MAX, wrong = 0;
    for (uint32_t m = 0; m < 1u << 23; m += 4) {
        for (unsigned k = 0; k < 4; k++)
            x[k] = 0x3f800000 | (m + k);
        approximate(0x53, x, r);
        for (unsigned k = 0; k < 4; k++) { /* falling, too */
            wrong += !within(single(x[k]) * single(r[k]) - 1, bound) || r[k] > last;
            last = r[k];
        }
        for (unsigned k = 0; k < 4; k++)
            x[k] = (m & 4 ? 0x3f800000 : 0x40000000) | (m + k);
        approximate(0x52, x, r);
        for (unsigned k = 0; k < 4; k++) /* the square has twice the relative error */
            wrong += !within(single(x[k]) * single(r[k]) * single(r[k]) - 1, 2 * bound);
    }
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(reciprocals_and_roots_of_what_is_no_normal_number)
{
    static const struct {
        uint32_t x, rcp, rsqrt;
    } t[] = {
        {0x00000000, 0x7f800000, 0x7f800000}, {0x80000000, 0xff800000, 0xff800000},
        {0x00400000, 0x7f800000, 0x7f800000}, {0x80000001, 0xff800000, 0xff800000},
        {0x7f800000, 0x00000000, 0x00000000}, {0xff800000, 0x80000000, 0xffc00000},
        {0x7f800001, 0x7fc00001, 0x7fc00001}, {0xffe00000, 0xffe00000, 0xffe00000},
        {0xbf800000, 0xbf7ff000, 0xffc00000}, {0x3f800000, 0x3f7ff000, 0x3f7ff000},
        {0x00800000, 0x7e7ff000, 0x5efff000}, {0x7e800000, 0x00000000, 0x1ffff000},
        {0xfe800000, 0x80000000, 0xffc00000}, {0x7e000000, 0x00fff000, 0x2034f800},
    };
    rig.cpu->mxcsr = 0x1f80;
    for (unsigned k = 0; k < ARRAY_LEN(t); k++) {
        uint32_t x[4] = {t[k].x, 0, 0, 0}, r[4];
        approximate(0x53, x, r);
        ck_assert_msg(r[0] == t[k].rcp, "rcp %08x %08x", x[0], r[0]);
        approximate(0x52, x, r);
        ck_assert_msg(r[0] == t[k].rsqrt, "rsqrt %08x %08x", x[0], r[0]);
    }
    ck_assert_uint_eq(rig.cpu->mxcsr, 0x1f80);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("MMX and SSE against the host");
    TCase *t = tcase_create("host"), *a = tcase_create("approximations");
    __builtin_cpu_init();
    tcase_set_timeout(t, 3600);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, registers_memory_flags_and_exceptions_equal_the_hosts, 0, SLICES);
    if (__builtin_cpu_supports("sse3"))
        suite_add_tcase(s, t);
    tcase_set_timeout(a, 300);
    tcase_add_checked_fixture(a, setup, teardown);
    tcase_add_test(a, reciprocals_and_roots_are_right_to_one_and_a_half_times_2_to_the_minus_12);
    tcase_add_test(a, reciprocals_and_roots_of_what_is_no_normal_number);
    suite_add_tcase(s, a);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
