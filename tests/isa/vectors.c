/* SPDX-License-Identifier: MIT */
/*
 * Runs hardware single-step captures (tests/isa/moo.h) on the CPU as a guest would run them, through cpu_run, from the
 * initial state up to and including the HLT, and compares registers, flags and every byte of the first 1088 KiB.
 *
 * The captures come from an 80286 in real mode; what a 386 and later does otherwise is skipped by the rules below, and
 * flags that the manual leaves undefined are masked by the table below: each row names its clause. SDM 3B 22 lists the
 * differences between the processors. Where Vitrine gives an undefined flag the value that the 80286 gives (src/cpu
 * says so at each family), captures of that processor are compared without the mask.
 *
 * Files in the format cpuvec-1 (tests/isa/iem.h), captures of single instructions, go to tests/isa/iem_run.c.
 *
 *     tests/vectors [-v] [-host | -against-host] FOLDER|FILE...
 *
 * ends with "N passed, M failed, K skipped"; exit status 1 where M is not 0. Folders are searched down to the last.
 * For cpuvec-1 files, -host runs the records on the host's processor instead of Vitrine, and -against-host compares
 * Vitrine with the host from the records' inputs.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/isa/iem_run.h"
#include "tests/isa/moo.h"
#include "tests/isa/rig.h"

enum { LOOKED_AT = 0x110000, BUDGET = 200000, SHOWN = 20 };

/* What a rule looks at: the instruction behind its prefixes. */
struct subject {
    const struct moo_test *t;
    const char *cpu;                        /* that the capture is from */
    unsigned nprefixes, opcode, modrm, len; /* len: without the HLT */
    bool lock, rep;
    unsigned not286; /* a prefix that the 80286 does not have */
};

/* --- Skip rules --- */

static bool skip_0f(const struct subject *s)
{
    return s->opcode == 0x0f;
}
static bool skip_prefix(const struct subject *s)
{
    return s->not286 != 0 || (s->opcode >= 0x64 && s->opcode <= 0x67);
}
static bool skip_length(const struct subject *s)
{
    return s->len > 10;
}
/* SDM 2A LOCK: the forms that take it, with a memory destination. */
static bool lockable(const struct subject *s)
{
    unsigned op = s->opcode, digit = s->modrm >> 3 & 7;
    if (s->modrm >= 0xc0)
        return false;
    if (op < 0x38)
        return (op & 6) == 0;
    if (op >= 0x80 && op <= 0x83)
        return digit != 7;
    if (op == 0xf6 || op == 0xf7)
        return digit == 2 || digit == 3;
    return op == 0x86 || op == 0x87 || ((op == 0xfe || op == 0xff) && digit <= 1);
}
static bool skip_lock(const struct subject *s)
{
    return s->lock && !lockable(s);
}
static bool skip_fs_gs(const struct subject *s)
{
    return (s->opcode == 0x8c || s->opcode == 0x8e) && (s->modrm >> 4 & 3) == 2;
}
static bool is_string(unsigned op)
{
    return (op >= 0x6c && op <= 0x6f) || (op >= 0xa4 && op <= 0xa7) || (op >= 0xaa && op <= 0xaf);
}
/* A word of the stack at offset FFFFh, read by what takes it from SP (LEAVE: BP). */
static bool skip_stack_end(const struct subject *s)
{
    static const uint8_t readers[] = {0x07, 0x17, 0x1f, 0x58, 0x59, 0x5a, 0x5b, 0x5c, 0x5d, 0x5e,
                                      0x5f, 0x61, 0x8f, 0x9d, 0xc2, 0xc3, 0xca, 0xcb, 0xcf};
    const uint16_t *v = s->t->init.regs.v;
    if (!s->t->faulted || s->t->vector != EXC_GP)
        return false;
    if (s->opcode == 0xc9)
        return v[MOO_BP] == 0xffff;
    return memchr(readers, (int)s->opcode, sizeof readers) && v[MOO_SP] == 0xffff;
}
static bool skip_restart(const struct subject *s)
{
    return s->t->faulted && s->t->vector == EXC_GP && (is_string(s->opcode) || s->opcode == 0x8f);
}

static struct skip_rule {
    const char *reason, *clause;
    bool (*applies)(const struct subject *s);
    unsigned count;
} skip_rules[] = {
    {"second opcode map: the 80286 lacks most of it", "SDM 3B 22.13, new instructions", skip_0f, 0},
    {"prefixes 64-67: undefined opcodes on the 80286", "SDM 3B 22.15, undefined opcodes", skip_prefix, 0},
    {"LOCK: a 386 and later raises #UD where it is not allowed", "SDM 2A LOCK; SDM 3B 22.29", skip_lock, 0},
    {"MOV with FS and GS: the 80286 lacks them", "SDM 3B 22.13; SDM 1 3.4.2", skip_fs_gs, 0},
    {"stack word at offset FFFFh: #GP on the 80286 in real mode, #SS on a 386 and later", "SDM 3A 6.15, interrupt 12",
     skip_stack_end, 0},
    {"fault in a string instruction or POP to memory: the 80286 leaves SI, DI, CX, SP moved on",
     "SDM 3A 6.6, program restart", skip_restart, 0},
    {"longer than 10 bytes: the 80286 faults there, a 386 above 15", "SDM 3B 22.25, instruction length", skip_length,
     0},
};

/* --- Undefined flags --- */

/* Opcodes first..last, ModRM.reg in the bits of `digits` (0: all). as286: flags that Vitrine sets as the 80286 does. */
static const struct undefined_row {
    uint8_t first, last, digits;
    uint16_t flags, as286;
    const char *clause;
} undefined_rows[] = {
    {0x27, 0x27, 0, FL_OF, FL_OF, "SDM 2A DAA"},
    {0x2f, 0x2f, 0, FL_OF, FL_OF, "SDM 2A DAS"},
    {0x37, 0x37, 0, FL_OF | FL_SF | FL_ZF | FL_PF, 0, "SDM 2A AAA"},
    {0x3f, 0x3f, 0, FL_OF | FL_SF | FL_ZF | FL_PF, 0, "SDM 2A AAS"},
    {0xd4, 0xd4, 0, FL_OF | FL_AF | FL_CF, FL_OF | FL_AF | FL_CF, "SDM 2A AAM"},
    {0xd5, 0xd5, 0, FL_OF | FL_AF | FL_CF, FL_AF | FL_CF, "SDM 2A AAD"},
    {0x69, 0x69, 0, FL_SF | FL_ZF | FL_AF | FL_PF, 0, "SDM 2A IMUL"},
    {0x6b, 0x6b, 0, FL_SF | FL_ZF | FL_AF | FL_PF, 0, "SDM 2A IMUL"},
    {0xf6, 0xf7, 0x30, FL_SF | FL_ZF | FL_AF | FL_PF, 0, "SDM 2A IMUL, 2B MUL"},
    {0xf6, 0xf7, 0xc0, FL_ARITH, 0, "SDM 2A DIV, IDIV"},
};

/*
 * Flags that depend on the count: SDM 2B RCL/RCR/ROL/ROR and SAL/SAR/SHL/SHR. Vitrine does as the 80286 but for AF of
 * left shifts.
 */
static uint16_t undefined_by_count(const struct subject *s, bool from286)
{
    unsigned op = s->opcode, digit = s->modrm >> 3 & 7, count = 1, size = op & 1 ? 16 : 8;
    uint16_t flags = 0;
    if (op == 0xc0 || op == 0xc1)
        count = s->t->bytes[s->len - 1] & 31;
    else if (op == 0xd2 || op == 0xd3)
        count = s->t->init.regs.v[MOO_CX] & 31;
    else if (op != 0xd0 && op != 0xd1)
        return 0;
    if (count == 0)
        return 0;
    if (from286)
        return digit == 4 || digit == 6 ? FL_AF : 0;
    if (count > 1)
        flags |= FL_OF;
    if (digit >= 4)
        flags |= FL_AF;
    if (digit >= 4 && digit != 7 && count >= size)
        flags |= FL_CF;
    return flags;
}

static uint16_t undefined_flags(const struct subject *s)
{
    bool from286 = strcmp(s->cpu, "C286") == 0;
    for (unsigned i = 0; i < ARRAY_LEN(undefined_rows); i++) {
        const struct undefined_row *u = &undefined_rows[i];
        if (s->opcode >= u->first && s->opcode <= u->last && (!u->digits || u->digits >> (s->modrm >> 3 & 7) & 1))
            return from286 ? u->flags & (uint16_t)~u->as286 : u->flags;
    }
    return undefined_by_count(s, from286);
}

/* --- One test --- */

static struct subject look_at(const struct moo_file *f, const struct moo_test *t)
{
    struct subject s = {.t = t, .cpu = f->cpu, .len = t->nbytes - (t->bytes[t->nbytes - 1] == 0xf4)};
    for (unsigned i = 0; i < t->nbytes; i++, s.nprefixes++) {
        unsigned b = t->bytes[i];
        bool segment = b == 0x26 || b == 0x2e || b == 0x36 || b == 0x3e;
        s.lock |= b == 0xf0;
        s.rep |= b == 0xf2 || b == 0xf3;
        if (b >= 0x64 && b <= 0x67)
            s.not286 = b;
        s.opcode = b;
        s.modrm = i + 1 < t->nbytes ? t->bytes[i + 1] : 0;
        if (!segment && b != 0xf0 && b != 0xf2 && b != 0xf3 && !(b >= 0x64 && b <= 0x67))
            break;
    }
    return s;
}

static const uint8_t reg_of[] = {RAX, RBX, RCX, RDX, 0, 0, 0, 0, RSP, RBP, RSI, RDI};
static const uint8_t seg_of[] = {SEG_CS, SEG_SS, SEG_DS, SEG_ES};

static void load(struct isa_rig *rig, const struct moo_test *t)
{
    struct cpu *c = rig->cpu;
    const uint16_t *v = t->init.regs.v;
    cpu_reset(c);
    for (unsigned r = MOO_AX; r <= MOO_DI; r++) {
        if (r >= MOO_CS && r <= MOO_ES)
            set_seg_real(c, seg_of[r - MOO_CS], v[r]);
        else
            c->regs[reg_of[r]] = v[r];
    }
    c->rip = v[MOO_IP];
    cpu_set_eflags(c, (v[MOO_FLAGS] & 0xfffu) | FL_1); /* an 80286 in real mode cannot set bits 12-15 */
    mode_update(c);
    for (uint32_t i = 0; i < t->init.nram; i++) {
        struct moo_byte b = moo_ram(&t->init, i);
        isa_rig_put(rig, b.addr, &b.value, 1);
    }
}

static uint16_t reg_now(const struct cpu *c, unsigned r)
{
    if (r == MOO_IP)
        return (uint16_t)c->rip;
    if (r == MOO_FLAGS)
        return (uint16_t)cpu_eflags(c);
    return r >= MOO_CS && r <= MOO_ES ? c->seg[seg_of[r - MOO_CS]].sel : (uint16_t)c->regs[reg_of[r]];
}

struct report {
    bool same;
    char text[600];
};

static void differs(struct report *rep, const char *what, unsigned want, unsigned got)
{
    size_t n = strlen(rep->text);
    rep->same = false;
    snprintf(rep->text + n, sizeof rep->text - n, " %s: %04x not %04x;", what, got, want);
}

static void compare_regs(const struct moo_file *f, const struct subject *s, const struct cpu *c, struct report *rep)
{
    const struct moo_test *t = s->t;
    for (unsigned r = 0; r < MOO_NREGS; r++) {
        bool changed = t->fina.regs.listed >> r & 1;
        uint16_t want = changed ? t->fina.regs.v[r] : t->init.regs.v[r], mask = 0xffff;
        if (r == MOO_FLAGS)
            mask = (uint16_t)(0x0fff & ~undefined_flags(s)); /* bits 12-15: SDM 3B 22.8 */
        if (f->mask.listed >> r & 1)
            mask &= f->mask.v[r];
        if (t->fina.mask.listed >> r & 1)
            mask &= t->fina.mask.v[r];
        if ((reg_now(c, r) ^ want) & mask)
            differs(rep, moo_reg_names[r], want & mask, reg_now(c, r) & mask);
    }
}

static uint16_t final_reg(const struct moo_test *t, unsigned r)
{
    return t->fina.regs.listed >> r & 1 ? t->fina.regs.v[r] : t->init.regs.v[r];
}

static uint8_t expected[LOOKED_AT]; /* all 0 between tests */

static void compare_ram(struct isa_rig *rig, const struct subject *s, struct report *rep)
{
    static uint8_t is[LOOKED_AT];
    const struct moo_test *t = s->t;
    const struct moo_state *states[] = {&t->init, &t->fina};
    for (unsigned k = 0; k < 2; k++)
        for (uint32_t i = 0; i < states[k]->nram; i++) {
            struct moo_byte b = moo_ram(states[k], i);
            if (b.addr < LOOKED_AT)
                expected[b.addr] = b.value;
        }
    isa_rig_get(rig, 0, is, sizeof is);
    /* The FLAGS that the exception pushed: EXCP has the even address of that bus cycle, SS:SP the exact one. */
    if (t->faulted) {
        uint16_t undefined = undefined_flags(s) | 0xf000;
        for (unsigned k = 0; k < 2; k++) {
            uint32_t at = ((uint32_t)final_reg(t, MOO_SS) << 4) + ((final_reg(t, MOO_SP) + 4 + k) & 0xffff);
            uint8_t m = (uint8_t)(undefined >> 8 * k);
            is[at] = (is[at] & ~m) | (expected[at] & m);
        }
    }
    if (memcmp(is, expected, sizeof is) != 0)
        for (unsigned a = 0, n = 0; a < LOOKED_AT && n < 6; a++)
            if (is[a] != expected[a]) {
                char what[32];
                snprintf(what, sizeof what, "[%05x]", a);
                differs(rep, what, expected[a], is[a]);
                n++;
            }
    /* Back to zeros, in both. */
    static const uint8_t zero[LOOKED_AT];
    if (!rep->same)
        isa_rig_put(rig, 0, zero, sizeof zero);
    for (unsigned k = 0; k < 2; k++)
        for (uint32_t i = 0; i < states[k]->nram; i++) {
            struct moo_byte b = moo_ram(states[k], i);
            if (b.addr < LOOKED_AT)
                expected[b.addr] = 0;
            isa_rig_put(rig, b.addr, zero, 1);
        }
}

static void run_test(struct isa_rig *rig, const struct moo_file *f, const struct subject *s, struct report *rep)
{
    struct cpu *c = rig->cpu;
    *rep = (struct report){.same = true};
    load(rig, s->t);
    enum cpu_stop stop = cpu_run(c, rig->clock.pos + BUDGET);
    if (stop != CPU_HALTED)
        differs(rep, "stop", CPU_HALTED, stop);
    compare_regs(f, s, c, rep);
    compare_ram(rig, s, rep);
}

/* --- Files --- */

static bool skip(const struct subject *s)
{
    for (unsigned i = 0; i < ARRAY_LEN(skip_rules); i++)
        if (skip_rules[i].applies(s)) {
            skip_rules[i].count++;
            return true;
        }
    return false;
}

static void run_file(struct isa_rig *rig, const char *path, struct iem_totals *sum)
{
    struct moo_file f;
    struct moo_test t;
    struct error err = {""};
    unsigned failed = 0;
    int more;
    if (!moo_open(&f, path, &err)) {
        fprintf(stderr, "%s\n", err.text);
        sum->broken = true;
        return;
    }
    while ((more = moo_next(&f, &t, &err)) > 0) {
        struct subject s = look_at(&f, &t);
        struct report rep;
        if (skip(&s)) {
            sum->skipped++;
            continue;
        }
        run_test(rig, &f, &s, &rep);
        if (rep.same) {
            sum->passed++;
            continue;
        }
        sum->failed++;
        if (failed++ < SHOWN && (sum->verbose || failed == 1))
            printf("%s: test %u, %s:%s\n", path, t.index, t.name, rep.text);
    }
    if (failed)
        printf("%s: %u failed\n", path, failed);
    if (more < 0) {
        fprintf(stderr, "%s: %s\n", path, err.text);
        sum->broken = true;
    }
    moo_close(&f);
}

static int is_capture(const struct dirent *d)
{
    return d->d_name[0] != '.' && (d->d_type == DT_DIR || strstr(d->d_name, ".MOO") || strstr(d->d_name, ".vec.gz"));
}

/* Runs a file, or all files in and below a folder. Returns how many files there were. */
static unsigned run_path(struct isa_rig *rig, const char *path, enum iem_mode mode, struct iem_totals *sum)
{
    struct stat st;
    struct dirent **list;
    unsigned files = 0;
    if (stat(path, &st) != 0) {
        fprintf(stderr, "%s cannot be opened\n", path);
        sum->broken = true;
        return 1;
    }
    if (!S_ISDIR(st.st_mode)) {
        if (strstr(path, ".vec.gz"))
            iem_run_file(rig, path, mode, sum);
        else if (mode == IEM_CAPTURE)
            run_file(rig, path, sum);
        return 1;
    }
    int n = scandir(path, &list, is_capture, alphasort);
    for (int i = 0; i < n; i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, list[i]->d_name);
        files += run_path(rig, file, mode, sum);
        free(list[i]);
    }
    if (n >= 0)
        free(list);
    return files;
}

int main(int argc, char **argv)
{
    static struct isa_rig rig;
    struct iem_totals sum = {0};
    enum iem_mode mode = IEM_CAPTURE;
    int first = 1;
    for (; first < argc && argv[first][0] == '-'; first++) {
        if (strcmp(argv[first], "-v") == 0)
            sum.verbose = true;
        else if (strcmp(argv[first], "-host") == 0)
            mode = IEM_HOST;
        else if (strcmp(argv[first], "-against-host") == 0)
            mode = IEM_VITRINE_HOST;
        else
            argc = 0;
    }
    if (argc <= first) {
        fprintf(stderr, "usage: %s [-v] [-host | -against-host] FOLDER|FILE...\n", argv[0]);
        return 2;
    }
    isa_rig_init(&rig);
    for (int i = first; i < argc; i++)
        if (run_path(&rig, argv[i], mode, &sum) == 0) {
            fprintf(stderr, "%s holds no .MOO, .MOO.gz or .vec.gz files\n", argv[i]);
            sum.broken = true;
        }
    isa_rig_free(&rig);
    for (unsigned i = 0; i < ARRAY_LEN(skip_rules); i++)
        if (skip_rules[i].count)
            printf("skipped %u: %s (%s)\n", skip_rules[i].count, skip_rules[i].reason, skip_rules[i].clause);
    iem_report_skips();
    printf("%u passed, %u failed, %u skipped\n", sum.passed, sum.failed, sum.skipped);
    return sum.failed || sum.broken;
}
