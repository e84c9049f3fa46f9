/* SPDX-License-Identifier: MIT */
/*
 * Every integer form against the host's own processor: the same bytes run on both, on boundary and random operands
 * and flags, in registers and in memory, 8, 16 and 32 bits; results, memory and the flags that the SDM defines must
 * agree. The forms are found in the instruction table, whose column says which flags are undefined; the guest's
 * undefined flags must be as that column says. 32-bit operands behave in 64-bit mode as in 32-bit mode, and with ESI
 * and EDI pointing into a buffer below 4 GiB so do addresses: the guest's DS and ES have a base that turns them into
 * addresses of its RAM. Flags are compared while the guest's are still lazy, so that each instruction also finds what
 * every other one leaves.
 *
 * LIMIT: runs on x86-64 hosts only.
 */
#include <check.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "isa/cpuid.h"
#include "tests/isa/form_rows.h"
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

/* --- The rows: forms of the instruction table, found through the decoder --- */

static struct form_row rows[1024];
static unsigned nrows;

static const struct form_info *info(const struct form_row *row)
{
    return &form_info[row->form];
}
static bool named(const struct form_row *row, const char *const *names, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        if (strcmp(info(row)->mnemonic, names[k]) == 0)
            return true;
    return false;
}
static bool is_string(const struct form_row *row)
{
    return info(row)->attrs & FA_REP;
}
static bool is_bit_string(const struct form_row *row)
{
    return strncmp(info(row)->mnemonic, "BT", 2) == 0 && strcmp(info(row)->operands, "Ev,Gv") == 0;
}
static bool is_shift(const struct form_row *row)
{
    static const char *const names[] = {"ROL", "ROR", "RCL", "RCR", "SHL", "SHR", "SAR", "SHLD", "SHRD"};
    return named(row, names, ARRAY_LEN(names));
}
static bool is_double_shift(const struct form_row *row)
{
    return is_shift(row) && row->nlead == 2;
}
static bool divides(const struct form_row *row)
{
    return info(row)->faults & FF_DE;
}
static bool is_xlat(const struct form_row *row)
{
    return info(row)->mem && !row->has_modrm && !is_string(row);
}
/* Whether the form has a variant per operand size, and not for bytes alone. */
static bool has_16(const struct form_row *row)
{
    return strcmp(info(row)->mnemonic, "BSWAP") != 0 /* undefined there: SDM 2A BSWAP */ &&
           (strpbrk(info(row)->operands, "vz") || info(row)->operands[0] == 0);
}

/* Whether an operand is memory alone, a segment, moffs, far pointer, branch or system register: M, Sw, Ob, Ap ... */
static bool special_operand(const char *o)
{
    for (; *o; o++) {
        if (strchr("SOAJCDRM", *o) && !(o[1] >= 'A' && o[1] <= 'Z'))
            return true;
        while (o[1] && *o != ',')
            o++;
    }
    return false;
}

/*
 * Integer forms that mean the same in 64-bit code and reach nothing but registers, flags and their memory operand:
 * no stack, segment, system register, port or branch. Strings are class S, but compared.
 */
static bool wanted(unsigned form)
{
    const struct form_info *f = &form_info[form];
    const unsigned elsewhere = FA_END | FA_IO | FA_CPL0 | FA_PROT | FA_NOT64 | FA_ONLY64 | FA_PUSH | FA_POP | FA_VARIES;
    return f->exec && !(f->attrs & elsewhere) && !(f->faults & ~(unsigned)FF_DE) && !special_operand(f->operands) &&
           (f->cls != FC_SPECIAL || f->attrs & FA_REP) &&
           !(f->features & ~(uint64_t)(CPUID_CMOV | CPUID_CX8)) /* MMX, SSE, x87: other tests */;
}
/* Forms with a memory operand by name: addresses alone (LEA), and CMPXCHG8B. */
static bool wanted_memory(unsigned form)
{
    const char *o = form_info[form].operands;
    return strcmp(o, "Gv,M") == 0 || (strcmp(o, "Mq") == 0 && form_info[form].features == CPUID_CX8);
}

static void find_rows(void)
{
    static struct form_row all[2048];
    unsigned n = form_rows_find(all, ARRAY_LEN(all), 32);
    nrows = 0;
    for (unsigned k = 0; k < n && nrows < ARRAY_LEN(rows); k++)
        if (wanted(all[k].form) || wanted_memory(all[k].form))
            rows[nrows++] = all[k];
}

struct trial {
    uint8_t bytes[INSN_MAX + 1];
    unsigned len, bits; /* bits: 16 or 32, of operands that are not bytes */
    bool memory, skip_result;
    uint32_t undefined;
};

/* A register number that is not ESP, which belongs to the host. */
static unsigned some_reg(struct random *rnd)
{
    unsigned r = random_below(rnd, 7);
    return r == RSP ? RDI : r;
}
/* A register for the operand with that letter, which may be a byte's. */
static unsigned reg_for(struct random *rnd, const char *operands, char letter)
{
    const char *o = strchr(operands, letter);
    return o && o[1] == 'b' ? random_below(rnd, 8) : some_reg(rnd);
}

static struct insn decoded(const struct trial *t)
{
    struct insn in;
    ck_assert_int_eq(isa_decode(t->bytes, INSN_MAX, (struct decode_mode){32}, &in), DECODE_OK);
    return in;
}

/* Another register or condition in the opcode's low bits, where that is the same form. */
static void vary_opcode(struct trial *t, const struct form_row *row, struct random *rnd)
{
    uint8_t *op = &t->bytes[t->len - 1], was = *op;
    if (strstr(info(row)->mnemonic, "cc"))
        *op = (uint8_t)((was & 0xf0) | random_below(rnd, 16));
    else if (strchr(info(row)->operands, 'Z'))
        *op = (uint8_t)((was & 0xf8) | reg_for(rnd, info(row)->operands, 'Z'));
    if (decoded(t).form != row->form)
        *op = was;
}

static void encode_modrm(struct trial *t, const struct form_row *row, struct random *rnd)
{
    const char *o = info(row)->operands;
    unsigned reg = row->digits == 0xff ? reg_for(rnd, o, 'G') : row->modrm >> 3 & 7, rm = reg_for(rnd, o, 'E');
    if (is_bit_string(row) && reg == RSI)
        reg = RDX; /* an address is too far a bit offset */
    t->bytes[t->len++] = (uint8_t)(row->memory ? 0x46 | reg << 3 : 0xc0 | reg << 3 | rm);
    if (row->memory)
        t->bytes[t->len++] = (uint8_t)random_next(rnd);
}

/* Prefixes, opcode, ModRM ([ESI+disp8] or a register) and immediates of a row. */
static void encode(struct trial *t, const struct form_row *row, struct random *rnd, unsigned bits)
{
    *t = (struct trial){.bits = bits, .memory = row->memory && row->has_modrm, .undefined = info(row)->flags_undefined};
    if (bits == 16)
        t->bytes[t->len++] = 0x66;
    if (is_string(row) && random_below(rnd, 3))
        t->bytes[t->len++] = random_below(rnd, 2) ? 0xf2 : 0xf3;
    memcpy(t->bytes + t->len, row->lead, row->nlead);
    t->len += row->nlead;
    vary_opcode(t, row, rnd);
    if (row->has_modrm)
        encode_modrm(t, row, rnd);
    ck_assert_uint_eq(decoded(t).form, row->form);
    st32(t->bytes + t->len, random_operand(rnd)); /* the decoder says how much of it is the immediate */
    t->len = decoded(t).len;
}

/*
 * SDM 2B: a shift by 0 changes no flag. SHLD and SHRD beyond the operand's size are undefined altogether, and hosts
 * differ; captures tell what is right (tests/vectors).
 */
static void count_shift(struct trial *t, const struct form_row *row, uint32_t ecx)
{
    const char *o = info(row)->operands, *last = o + strlen(o);
    unsigned n = (last[-1] == '1' ? 1 : last[-1] == 'b' ? t->bytes[t->len - 1] : ecx) & 31;
    if (n == 0)
        t->undefined = 0;
    if (is_double_shift(row) && n >= t->bits) {
        t->undefined = FL_ARITH;
        t->skip_result = true;
    }
}

/* The undefined flags have the values that the table's column gives them. */
static bool undefined_as_stated(const struct form_row *row, const struct trial *t, uint32_t before, uint32_t after)
{
    const struct form_info *f = info(row);
    if (t->undefined == 0 || t->skip_result)
        return true;
    return !(after & f->undefined_0) && !(~after & f->undefined_1) && !((before ^ after) & f->undefined_kept);
}

static void operands(struct host_regs *h, struct random *rnd, const struct form_row *row, const struct trial *t)
{
    uint32_t middle = (uint32_t)(uintptr_t)buf + MIDDLE;
    for (unsigned r = 0; r < 8; r++)
        h->r[r] = random_operand(rnd);
    h->r[RSP] = rig.cpu->regs[RSP];
    if (divides(row) && random_below(rnd, 2)) /* so that the quotient fits now and then */
        h->r[RDX] = random_below(rnd, 2) ? random_below(rnd, 4) : UINT32_MAX - random_below(rnd, 4);
    if (divides(row) && random_below(rnd, 4) == 0)
        h->r[RAX] = random_below(rnd, 2) ? 0x80000000 : random_below(rnd, 0x8080);
    if (strcmp(info(row)->mnemonic, "CMPXCHG") == 0) /* equal now and then */
        h->r[RAX] = random_below(rnd, 2) ? ld32(buf + MIDDLE) : h->r[RAX];
    if (t->memory || is_string(row) || is_xlat(row))
        h->r[RSI] = middle + random_below(rnd, 64);
    if (is_xlat(row))
        h->r[RBX] = middle;
    if (is_bit_string(row) && t->memory) {
        unsigned reg = t->bytes[t->bits == 16 ? 3 : 2] >> 3 & 7;
        h->r[reg] = (uint32_t)(int32_t)((int)random_below(rnd, 40000) - 20000);
    }
    if (is_string(row)) {
        h->r[RCX] = random_below(rnd, 4) ? random_below(rnd, 40) : 600 + random_below(rnd, 400);
        h->r[RDI] = random_below(rnd, 2) ? middle - 32 + random_below(rnd, 64) : h->r[RSI] + random_below(rnd, 5);
    }
    h->flags = (random_next(rnd) & FL_ARITH) | FL_1 | FL_IF | (is_string(row) && random_below(rnd, 2) ? FL_DF : 0);
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
static bool run_trial(const struct form_row *row, struct trial *t, struct host_regs *h, bool keep_flags)
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
    if (t->skip_result) { /* NOTE: the host goes on from what the guest has */
        memcpy(buf, guest_buf, BUF);
        return st == X_NEXT;
    }
    uint32_t differ = (host_faulted ? 0 : ((uint32_t)h->flags ^ arith_flags(c))) & FL_ARITH & ~t->undefined;
    bool same = (st == X_FAULT) == host_faulted && regs_equal(h, c) && !differ && !memcmp(buf, guest_buf, BUF);
    if (st == X_NEXT && !undefined_as_stated(row, t, (uint32_t)before.flags, arith_flags(c))) {
        fprintf(stderr, "undefined flags are not as the table says\n");
        same = false;
    }
    if (st == X_FAULT && (c->exc.vector != EXC_DE || c->exc.has_code))
        same = false;
    if (!same) {
        fprintf(stderr, "%s %s, %u bits:", info(row)->mnemonic, info(row)->operands, t->bits);
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

static void run_row(const struct form_row *row, struct random *rnd, unsigned bits, unsigned trials)
{
    for (unsigned n = 0; n < trials; n++) {
        struct trial t;
        struct host_regs h;
        encode(&t, row, rnd, bits);
        operands(&h, rnd, row, &t);
        if (is_shift(row))
            count_shift(&t, row, (uint32_t)h.r[RCX]);
        ck_assert_msg(run_trial(row, &t, &h, random_below(rnd, 2)), "%s with %u bits: trial %u", info(row)->mnemonic,
                      bits, n);
    }
}

static void fill_buffer(struct random *rnd)
{
    for (unsigned k = 0; k < BUF; k += 4)
        st32(buf + k, k & 256 ? 0 : random_operand(rnd)); /* runs of 0, so that comparisons go on for a while */
}

/* Tests take a slice of the rows each: a process a row would spend its time in starting up. */
enum { SLICES = 16 };

/* No form that is wanted is missed by the finder. */
START_TEST(every_integer_form_of_the_table_is_compared)
{
    find_rows();
    for (unsigned form = 0; form < FORM_COUNT; form++) {
        bool found = !wanted(form) && !wanted_memory(form);
        for (unsigned k = 0; k < nrows && !found; k++)
            found = rows[k].form == form;
        ck_assert_msg(found, "%s %s is not compared", form_info[form].mnemonic, form_info[form].operands);
    }
}
END_TEST

START_TEST(result_memory_and_defined_flags_equal_the_hosts)
{
    find_rows();
    for (unsigned k = (unsigned)_i; k < nrows; k += SLICES) {
        struct random rnd = {0x9e3779b97f4a7c15u + k};
        fill_buffer(&rnd);
        run_row(&rows[k], &rnd, 32, 600);
        if (has_16(&rows[k]))
            run_row(&rows[k], &rnd, 16, 600);
    }
}
END_TEST

/* A walk through all rows in random order, the guest's flags staying lazy from one to the next. */
START_TEST(lazy_flags_survive_any_sequence)
{
    struct random rnd = {12345 + (unsigned)_i};
    find_rows();
    fill_buffer(&rnd);
    for (unsigned n = 0; n < 20000; n++) {
        const struct form_row *row = &rows[random_below(&rnd, nrows)];
        unsigned bits = !has_16(row) || random_below(&rnd, 2) ? 32 : 16;
        struct trial t;
        struct host_regs h;
        encode(&t, row, &rnd, bits);
        operands(&h, &rnd, row, &t);
        if (is_shift(row))
            count_shift(&t, row, (uint32_t)h.r[RCX]);
        ck_assert_msg(run_trial(row, &t, &h, true), "step %u: %s", n, info(row)->mnemonic);
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
    find_rows();
    fill_buffer(&rnd);
    for (unsigned k = 0; k < nrows; k++)
        for (unsigned n = 0; n < 200; n++) {
            const struct form_row *row = &rows[k];
            struct trial t;
            struct host_regs h;
            encode(&t, row, &rnd, !has_16(row) || n & 1 ? 32 : 16);
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
    find_rows();
    const struct form_row *row = rows;
    while (strcmp(info(row)->mnemonic, "LEA") != 0)
        row++;
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
            st32(t.bytes + t.len, random_operand(&rnd));
            t.len += disp;
            operands(&h, &rnd, row, &t);
            ck_assert(run_trial(row, &t, &h, false));
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
    tcase_add_test(t, every_integer_form_of_the_table_is_compared);
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
