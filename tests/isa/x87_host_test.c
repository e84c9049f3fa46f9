/* SPDX-License-Identifier: MIT */
/*
 * x87 instructions against the host's own: the same register stack, control word, tags and memory
 * operand through both, on zeros, infinities, NaNs, denormals, the unsupported encodings and random
 * values, with exceptions masked and unmasked, every rounding and precision; registers, tags,
 * status word, memory and EFLAGS must agree. Not compared, because hosts differ (the table's
 * `varies`): the transcendentals, which tests/isa/x87_test.c checks, and what `left_out` names.
 *
 * LIMIT: runs on x86-64 hosts only.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "cpu/engine/gen_dispatch.h"
#include "cpu/fp/x87.h"
#include "tests/isa/rig.h"

enum { OPERAND_AT = 0x200000, TRIALS = 2500, MAX_REPORTS = 30 };

/* FNSAVE's image, 32-bit protected mode: SDM 1 figure 8-9. */
struct image {
    uint32_t cw, sw, tag, fip, fcs, fdp, fds;
    uint8_t st[8][10];
} __attribute__((packed));
struct state {
    struct image x87;
    uint8_t memory[16];
    uint64_t flags, rax;
};

/* void x87_thunk(struct state *): the bytes at x87_patch are replaced by the instruction, its
 * operand at (%rsi). */
__asm__(".text\n"
        ".globl x87_thunk, x87_patch, x87_end\n"
        "x87_thunk:\n"
        "lea 108(%rdi), %rsi\n"
        "frstor (%rdi)\n"
        "mov 136(%rdi), %rax\n"
        "pushq 128(%rdi); popfq\n"
        "x87_patch: .fill 4, 1, 0x90\n"
        "pushfq; popq 128(%rdi); cld\n"
        "mov %rax, 136(%rdi)\n"
        "fnsave (%rdi)\n"
        "fninit\n"
        "ret\n"
        "x87_end:\n");
extern const uint8_t x87_thunk[], x87_patch[], x87_end[];
_Static_assert(offsetof(struct state, memory) == 108 && offsetof(struct state, flags) == 128 &&
                   offsetof(struct state, rax) == 136,
               "the thunk's offsets");

static struct isa_rig rig;
static uint8_t *code;
static struct random rnd = {0x1d8af066b2c3f935};

static void setup(void)
{
    code = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert(code != MAP_FAILED);
    memcpy(code, x87_thunk, (size_t)(x87_end - x87_thunk));
    isa_rig_init(&rig);
    isa_rig_flat(&rig);
    rig.cpu->cr0 |= CR0_NE;
}
static void teardown(void)
{
    isa_rig_free(&rig);
    munmap(code, PAGE_SIZE);
}

/* --- Values --- */

static struct f80 random_f80(void)
{
    static const struct f80 specials[] = {
        {0, 0},
        {0, 0x8000},
        {F80_INTEGER_BIT, 0x3fff},
        {F80_INTEGER_BIT, 0xbfff},
        {F80_INTEGER_BIT, 0x7fff},
        {F80_INTEGER_BIT, 0xffff},
        {0xc000000000000000, 0x7fff},
        {0xc000000000000000, 0xffff},
        {0xffffffffffffffff, 0x7fff},
        {0x8000000000000001, 0x7fff},
        {0xa000000000000000, 0xffff},
        {1, 0},
        {0x7fffffffffffffff, 0x8000},
        {F80_INTEGER_BIT, 0},
        {0xffffffffffffffff, 0x8000},
        {0x4000000000000000, 0x3fff},
        {0, 0x3fff},
        {0, 0x7fff},
        {0x4000000000000000, 0xffff},
        {0xffffffffffffffff, 0x7ffe},
        {0xffffffffffffffff, 0xfffe},
        {F80_INTEGER_BIT, 1},
        {0xfffffffffffffffe, 0x8001},
        {F80_INTEGER_BIT, 0x3ffe},
        {0xc000000000000000, 0x3fff},
        {0xffffff0000000000, 0x407e},
        {0xfffffffffffffc00, 0x43fe},
        {F80_INTEGER_BIT, 0x3f6a},
        {0xde0b6b3a763fffff, 0x403a},
        {0xde0b6b3a76400000, 0x403a},
        {F80_INTEGER_BIT, 0x403e},
        {0xffffffffffffffff, 0x403d},
        {F80_INTEGER_BIT, 0xc01e},
        {0xffff000000000000, 0x400d},
        {0xc90fdaa22168c235, 0x4000},
    };
    struct f80 v = specials[random_below(&rnd, ARRAY_LEN(specials))];
    uint64_t r = random_next(&rnd);
    switch (random_below(&rnd, 6)) {
    case 0:
    case 1: break;
    case 2: v = (struct f80){r | F80_INTEGER_BIT, (uint16_t)random_next(&rnd)}; break;
    case 3: v = (struct f80){r | F80_INTEGER_BIT, (uint16_t)(0x3fbf + random_below(&rnd, 128))}; break;
    case 4:
        v = (struct f80){(r & UINT64_MAX << random_below(&rnd, 64)) | F80_INTEGER_BIT,
                         (uint16_t)(0x3ff0 + random_below(&rnd, 80))};
        break;
    default: v = (struct f80){r >> random_below(&rnd, 64), (uint16_t)(random_below(&rnd, 3) + (r & 0x8000))}; break;
    }
    if (random_below(&rnd, 4) == 0)
        v.se ^= F80_SIGN;
    return v;
}

/* The sixteen bytes that the instruction reads: a number of some format. */
static void random_memory(uint8_t m[16])
{
    static const uint32_t singles[] = {0,          0x80000000, 0x3f800000, 0x7f800000, 0xff800000, 0x7fc00000,
                                       0x7f800001, 0xffbfffff, 1,          0x807fffff, 0x00800000, 0x7f7fffff};
    static const uint64_t doubles[] = {0,
                                       UINT64_C(1) << 63,
                                       0x3ff0000000000000,
                                       0x7ff0000000000000,
                                       0xfff0000000000000,
                                       0x7ff8000000000000,
                                       0x7ff0000000000001,
                                       0xfff7ffffffffffff,
                                       1,
                                       0x800fffffffffffff,
                                       0x0010000000000000,
                                       0x7fefffffffffffff};
    uint64_t a = random_next(&rnd), b = random_next(&rnd);
    st64(m, a);
    st64(m + 8, b);
    struct f80 v;
    switch (random_below(&rnd, 5)) {
    case 0: st32(m, singles[random_below(&rnd, ARRAY_LEN(singles))]); break;
    case 1: st64(m, doubles[random_below(&rnd, ARRAY_LEN(doubles))]); break;
    case 2:
        v = random_f80();
        memcpy(m, &v, 10);
        break;
    case 3: /* packed decimal */
        for (unsigned k = 0; k < 9; k++)
            m[k] = (uint8_t)(random_below(&rnd, 10) << 4 | random_below(&rnd, 10));
        break;
    default: break;
    }
}

static void random_state(struct state *s)
{
    memset(s, 0, sizeof *s);
    bool masked = random_below(&rnd, 2);
    s->x87.cw = 0xffff0040u | (uint32_t)random_below(&rnd, 4) << 10 | (masked ? 0x3f : random_below(&rnd, 64));
    static const uint16_t precisions[] = {0x300, 0x300, 0x200, 0};
    s->x87.cw |= precisions[random_below(&rnd, 4)];
    /* No exception pending: flags of masked ones only. */
    uint32_t flags = random_below(&rnd, 64) & s->x87.cw & SW_EXCEPTIONS;
    s->x87.sw = 0xffff0000u | flags | (flags & SW_IE && random_below(&rnd, 2) ? SW_SF : 0) |
                (random_below(&rnd, 0x10000) & 0x7f00);
    s->x87.tag = 0xffff0000;
    for (unsigned k = 0; k < 8; k++) {
        struct f80 v = random_f80();
        memcpy(s->x87.st[k], &v, 10);
        if (random_below(&rnd, 12) == 0)
            s->x87.tag |= 3u << 2 * k;
    }
    if (random_below(&rnd, 3) == 0) /* room to push */
        s->x87.tag |= 3u << 2 * (((s->x87.sw >> 11) - 1) & 7);
    random_memory(s->memory);
    s->flags = 2 | (random_next(&rnd) & FL_ARITH);
    s->rax = random_next(&rnd) & 0xffffffff;
}

/* --- Both sides --- */

static void host_run(const uint8_t bytes[2], struct state *s)
{
    void (*thunk)(struct state *);
    uint8_t *patch = code + (x87_patch - x87_thunk);
    memset(patch, 0x90, 4);
    memcpy(patch, bytes, 2);
    memcpy(&thunk, &code, sizeof thunk);
    thunk(s);
}

static void guest_run(const uint8_t bytes[2], struct state *s)
{
    struct cpu *c = rig.cpu;
    uint8_t padded[16] = {bytes[0], bytes[1]};
    static const uint8_t frstor[16] = {0xdd, 0x26}, fnsave[16] = {0xdd, 0x36};
    c->regs[RSI] = 0x300000;
    isa_rig_put(&rig, 0x300000, &s->x87, sizeof s->x87);
    c->x87.sw = 0;
    ck_assert_int_eq(isa_rig_exec(&rig, frstor, 0x1000), X_NEXT);
    c->regs[RSI] = OPERAND_AT;
    c->regs[RAX] = s->rax;
    isa_rig_put(&rig, OPERAND_AT, s->memory, sizeof s->memory);
    set_arith(c, (uint32_t)s->flags);
    ck_assert_int_eq(isa_rig_exec(&rig, padded, 0x1000), X_NEXT);
    isa_rig_get(&rig, OPERAND_AT, s->memory, sizeof s->memory);
    s->flags = cpu_eflags(c);
    s->rax = c->regs[RAX];
    c->regs[RSI] = 0x300000;
    ck_assert_int_eq(isa_rig_exec(&rig, fnsave, 0x1000), X_NEXT);
    isa_rig_get(&rig, 0x300000, &s->x87, sizeof s->x87);
}

static struct f80 st_of(const struct state *s, unsigned n)
{
    struct f80 v = {0, 0};
    memcpy(&v, s->x87.st[n], 10);
    return v;
}

/* What need not agree, with the reason; NULL: everything must. */
static const char *left_out(const struct form_info *f, const struct state *before)
{
    if (f->attrs & FA_VARIES)
        return "own code";
    if (strcmp(f->mnemonic, "FSTPNCE") == 0)
        return "undocumented";
    for (unsigned k = 0; strcmp(f->mnemonic, "FBLD") == 0 && k < 9; k++)
        if (before->memory[k] > 0x99 || (before->memory[k] & 15) > 9)
            return "SDM 2A FBLD: digits above 9 are undefined";
    if (strncmp(f->mnemonic, "FPREM", 5) == 0) {
        struct f80 a = st_of(before, 0), b = st_of(before, 1);
        if ((int)f80_exp(&a) - (int)f80_exp(&b) >= 60)
            return "SDM 2A FPREM: how far a partial remainder goes is the implementation's choice";
    }
    return NULL;
}

/* Status word bits to compare after f. */
static unsigned status_mask(const struct form_info *f, const struct state *h)
{
    unsigned mask = 0xffff;
    bool remainder = strncmp(f->mnemonic, "FPREM", 5) == 0;
    struct f80 top = st_of(h, 0);
    /* The quotient bits where there is none. */
    if (remainder && (f80_nan(&top) || h->x87.sw & ~h->x87.cw & SW_DE))
        mask &= ~(unsigned)(SW_CC | SW_C1);
    /* SDM 2A FFREE: undefined; FCOMI: C1 is cleared, AMD's leave it. */
    if (strncmp(f->mnemonic, "FFREE", 5) == 0 || strstr(f->mnemonic, "COMI"))
        mask &= ~(unsigned)SW_C1;
    return mask;
}

static const char *differ(const struct form_info *f, const struct state *h, const struct state *g)
{
    /* SDM 1 8.5.2 leaves open whether an unmasked #D keeps a load from pushing. */
    if (strcmp(f->mnemonic, "FLD") == 0 && h->x87.sw & ~h->x87.cw & SW_DE)
        return NULL;
    if (h->x87.cw != g->x87.cw)
        return "control word";
    if ((h->x87.sw ^ g->x87.sw) & status_mask(f, h))
        return "status word";
    if (memcmp(h->x87.st, g->x87.st, sizeof h->x87.st) != 0)
        return "registers";
    if ((h->x87.tag ^ g->x87.tag) & 0xffff)
        return "tags";
    if (memcmp(h->memory, g->memory, sizeof h->memory) != 0)
        return "memory";
    if ((h->flags ^ g->flags) & FL_ARITH)
        return "flags";
    return (uint32_t)h->rax != (uint32_t)g->rax ? "AX" : NULL;
}

static void print_state(const char *who, const struct state *s)
{
    fprintf(stderr, "    %-6s cw %04x sw %04x tag %04x flags %03x memory ", who, s->x87.cw & 0xffff, s->x87.sw & 0xffff,
            s->x87.tag & 0xffff, (unsigned)s->flags & FL_ARITH);
    for (unsigned k = 10; k-- > 0;)
        fprintf(stderr, "%02x", s->memory[k]);
    for (unsigned k = 0; k < 2; k++) {
        struct f80 v = st_of(s, k);
        fprintf(stderr, " st%u %04x.%016llx", k, v.se, (unsigned long long)v.mant);
    }
    fprintf(stderr, "\n");
}

static unsigned long run_form(const uint8_t bytes[2], const struct form_info *f, unsigned *reports,
                              unsigned long *compared)
{
    unsigned long failed = 0;
    for (unsigned k = 0; k < TRIALS; k++) {
        struct state before, h, g;
        random_state(&before);
        if (left_out(f, &before))
            continue;
        h = g = before;
        host_run(bytes, &h);
        guest_run(bytes, &g);
        ++*compared;
        const char *what = differ(f, &h, &g);
        if (!what)
            continue;
        if (failed++ < 2 && (*reports)++ < MAX_REPORTS) {
            fprintf(stderr, "%02x %02x %s %s: %s\n", bytes[0], bytes[1], f->mnemonic, f->operands, what);
            print_state("before", &before);
            print_state("host", &h);
            print_state("guest", &g);
        }
    }
    return failed;
}

START_TEST(x87_agrees_with_the_host)
{
    unsigned long failed = 0, compared = 0;
    unsigned reports = 0, forms = 0;
    for (unsigned op = 0xd8; op <= 0xdf; op++)
        for (unsigned modrm = 0x06; modrm < 0x100;
             modrm = modrm < 0xc0 ? modrm + 8 < 0x40 ? modrm + 8 : 0xc0 : modrm + 1) {
            uint8_t bytes[16] = {(uint8_t)op, (uint8_t)modrm};
            struct insn in;
            ck_assert_int_eq(isa_decode(bytes, 16, (struct decode_mode){32}, &in), DECODE_OK);
            const struct form_info *f = &form_info[in.form];
            if (in.form == FORM_UD || strstr(f->operands, "Menv") || strstr(f->operands, "Mstate"))
                continue;
            forms++;
            failed += run_form(bytes, f, &reports, &compared);
        }
    fprintf(stderr, "x87: %u encodings, %lu compared, %lu failed\n", forms, compared, failed);
    ck_assert_uint_eq(failed, 0);
    ck_assert_uint_gt(compared, 1000000);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("x87 against the host");
    TCase *t = tcase_create("host");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 300);
    tcase_add_test(t, x87_agrees_with_the_host);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
