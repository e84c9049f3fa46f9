/* SPDX-License-Identifier: MIT */
/*
 * The decoder against Zydis 4.0: both must agree on what is an instruction, its length, mnemonic,
 * memory operand and immediates, for every opcode, ModRM, SIB and prefix combination tried below in
 * 16, 32 and 64-bit code. Where they may differ, and why, is the list of exceptions in `excused`;
 * everything that it does not name fails.
 */
#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <Zydis/Zydis.h>

#include "isa/forms.h"
#include "isa/insn.h"

enum { MAX_REPORTS = 40 };

struct oracle {
    ZydisDecoder decoder;
    uint8_t bits;
    unsigned long compared, valid, excused, failed;
    struct {
        const char *what;
        unsigned form, mnemonic;
    } seen[MAX_REPORTS]; /* each kind of difference is reported once */
    unsigned reports;
};
struct truth {
    ZydisDecodedInstruction in;
    ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];
    bool valid;
    ZyanStatus status;
};

static struct oracle oracle_for(unsigned bits)
{
    /* What a Pentium Pro does not have and takes as something else: TZCNT is BSF, LZCNT is BSR,
     * BNDxxx and ENDBR are hint NOPs ... */
    static const ZydisDecoderMode off[] = {ZYDIS_DECODER_MODE_MPX,         ZYDIS_DECODER_MODE_CET,
                                           ZYDIS_DECODER_MODE_LZCNT,       ZYDIS_DECODER_MODE_TZCNT,
                                           ZYDIS_DECODER_MODE_WBNOINVD,    ZYDIS_DECODER_MODE_CLDEMOTE,
                                           ZYDIS_DECODER_MODE_AMD_BRANCHES};
    struct oracle o = {.bits = (uint8_t)bits};
    ZyanStatus s = bits == 64   ? ZydisDecoderInit(&o.decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64)
                   : bits == 32 ? ZydisDecoderInit(&o.decoder, ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32)
                                : ZydisDecoderInit(&o.decoder, ZYDIS_MACHINE_MODE_LEGACY_16, ZYDIS_STACK_WIDTH_16);
    ck_assert(ZYAN_SUCCESS(s));
    for (size_t k = 0; k < sizeof off / sizeof off[0]; k++)
        ck_assert(ZYAN_SUCCESS(ZydisDecoderEnableMode(&o.decoder, off[k], ZYAN_FALSE)));
    return o;
}

/* Instruction sets that the table covers. Others are FORM_UD here. */
static bool covered(const ZydisDecodedInstruction *in)
{
    switch (in->meta.isa_set) {
    case ZYDIS_ISA_SET_I86:
    case ZYDIS_ISA_SET_I186:
    case ZYDIS_ISA_SET_I286REAL:
    case ZYDIS_ISA_SET_I286PROTECTED:
    case ZYDIS_ISA_SET_I386:
    case ZYDIS_ISA_SET_I486:
    case ZYDIS_ISA_SET_I486REAL:
    case ZYDIS_ISA_SET_PENTIUMREAL:
    case ZYDIS_ISA_SET_PPRO:
    case ZYDIS_ISA_SET_CMOV:
    case ZYDIS_ISA_SET_FCMOV:
    case ZYDIS_ISA_SET_X87:
    case ZYDIS_ISA_SET_LAHF:
    case ZYDIS_ISA_SET_FAT_NOP:
    case ZYDIS_ISA_SET_RDPMC:
    case ZYDIS_ISA_SET_PAUSE:
    case ZYDIS_ISA_SET_PENTIUMMMX:
    case ZYDIS_ISA_SET_SSEMXCSR:
    case ZYDIS_ISA_SET_SSE:
    case ZYDIS_ISA_SET_SSE2:
    case ZYDIS_ISA_SET_SSE2MMX:
    case ZYDIS_ISA_SET_SSE3:
    case ZYDIS_ISA_SET_SSE3X87:
    case ZYDIS_ISA_SET_SSE_PREFETCH:
    case ZYDIS_ISA_SET_FXSAVE:
    case ZYDIS_ISA_SET_FXSAVE64:
    case ZYDIS_ISA_SET_CLFSH:
    case ZYDIS_ISA_SET_MONITOR: return true;
    case ZYDIS_ISA_SET_LONGMODE:
        return in->mnemonic != ZYDIS_MNEMONIC_SYSCALL && in->mnemonic != ZYDIS_MNEMONIC_SYSRET &&
               in->mnemonic != ZYDIS_MNEMONIC_SWAPGS;
    default: return false;
    }
}

/* Differences that are meant, each with its reason; NULL: none. */
static const char *excused(const struct truth *t, const struct insn *in, const uint8_t *code)
{
    bool ours = in->form != FORM_UD;
    if (t->valid && !ours && !covered(&t->in))
        return "an extension after SSE3";
    if (t->valid && !ours && (t->in.mnemonic == ZYDIS_MNEMONIC_SYSENTER || t->in.mnemonic == ZYDIS_MNEMONIC_SYSEXIT))
        return "SYSENTER and SYSEXIT: no model shows SEP";
    if (t->in.address_width == 32 && t->in.machine_mode == ZYDIS_MACHINE_MODE_LONG_64 && t->in.raw.sib.offset &&
        t->in.raw.modrm.mod == 0 && t->in.raw.sib.base == 5 && code[t->in.raw.rex.offset] & 1)
        return "Zydis 4.0 takes REX.B into account where there is no base; SDM 2A table 2-5 and "
               "the hardware do not";
    if (in->form == FORM_XCHG_Zv_rAX && t->valid && t->in.mnemonic == ZYDIS_MNEMONIC_PAUSE)
        return "F3 REX.B 90: SDM 2B XCHG and the hardware exchange, Zydis takes F3 first";
    return NULL;
}

/* --- What both say, in one spelling --- */

static const char *const conditions[16] = {"o", "no", "b", "nb", "z", "nz", "be", "nbe",
                                           "s", "ns", "p", "np", "l", "nl", "le", "nle"};

/* Mnemonics that Zydis spells by size. */
static const struct {
    const char *table, *by_size[3];
    bool address;
} sized_names[] = {
    {"CBW", {"cbw", "cwde", "cdqe"}, false},
    {"CWD", {"cwd", "cdq", "cqo"}, false},
    {"PUSHA", {"pusha", "pushad", ""}, false},
    {"POPA", {"popa", "popad", ""}, false},
    {"PUSHF", {"pushf", "pushfd", "pushfq"}, false},
    {"POPF", {"popf", "popfd", "popfq"}, false},
    {"IRET", {"iret", "iretd", "iretq"}, false},
    {"JCXZ", {"jcxz", "jecxz", "jrcxz"}, true},
    {"MOVD", {"movd", "movd", "movq"}, false},
    {"FXSAVE", {"fxsave", "fxsave", "fxsave64"}, false},
    {"FXRSTOR", {"fxrstor", "fxrstor", "fxrstor64"}, false},
};
static const struct {
    const char *table, *zydis;
} names[] = {{"WAIT", "fwait"},
             {"RETF", "ret"},
             {"FENI", "feni8087_nop"},
             {"FDISI", "fdisi8087_nop"},
             {"FSETPM", "fsetpm287_nop"}};

static void our_mnemonic(const struct insn *in, char *out, size_t size)
{
    const struct form_info *f = &form_info[in->form];
    const char *m = f->mnemonic;
    static const char string_sizes[] = "wdq";
    size_t n = strlen(m);
    for (size_t k = 0; k < sizeof sized_names / sizeof sized_names[0]; k++)
        if (strcmp(m, sized_names[k].table) == 0) {
            snprintf(out, size, "%s",
                     sized_names[k].by_size[(sized_names[k].address ? in->adsize : in->opsize) - SZ16]);
            return;
        }
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        if (strcmp(m, names[k].table) == 0)
            m = names[k].zydis;
    if (n > 2 && strcmp(m + n - 2, "cc") == 0)
        snprintf(out, size, "%.*s%s", (int)n - 2, m, conditions[m[0] == 'S' ? in->reg : in->imm]);
    else if (f->attrs & FA_REP) {
        unsigned opsize =
            in->opsize == SZ64 && f->attrs & FA_IO ? SZ32 : in->opsize; /* INS, OUTS have no 64-bit form */
        snprintf(out, size, "%s%c", m, strchr(f->operands, 'b') ? 'b' : string_sizes[opsize - SZ16]);
    } else
        snprintf(out, size, "%s", m);
    for (; *out; out++)
        *out = (char)tolower((unsigned char)*out);
}

static unsigned zydis_reg(ZydisRegister r)
{
    if (r == ZYDIS_REGISTER_NONE)
        return REG_ZERO;
    if (r == ZYDIS_REGISTER_RIP || r == ZYDIS_REGISTER_EIP)
        return REG_RIP;
    return (unsigned)ZydisRegisterGetId(r);
}

static const char *memory_differs(const struct truth *t, const struct insn *in)
{
    const ZydisDecodedOperand *m = NULL;
    for (unsigned k = 0; k < t->in.operand_count && !m; k++)
        if (t->ops[k].type == ZYDIS_OPERAND_TYPE_MEMORY && t->ops[k].visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT)
            m = &t->ops[k];
    if (!m != !(in->flags & IF_MEM))
        return "memory operand";
    if (!m)
        return NULL;
    if (m->mem.type == ZYDIS_MEMOP_TYPE_MEM && zydis_reg(m->mem.segment) != in->seg)
        return "segment";
    uint64_t mask = in->adsize == SZ16 ? 0xffff : in->adsize == SZ32 ? 0xffffffff : UINT64_MAX;
    uint64_t disp = in->flags & IF_MODRM ? (uint64_t)(int64_t)in->disp : in->imm;
    if (((uint64_t)m->mem.disp.value & mask) != (disp & mask))
        return "displacement";
    bool moffs = !(in->flags & IF_MODRM);
    unsigned index = zydis_reg(m->mem.index);
    if (!moffs && (zydis_reg(m->mem.base) != in->base || index != in->index))
        return "base or index";
    if (!moffs && index != REG_ZERO && m->mem.scale != 1u << in->scale)
        return "scale";
    if (t->in.address_width != 8u << in->adsize)
        return "address size";
    return NULL;
}

/* Immediates as far as the form has any. */
static const char *immediates_differ(const struct truth *t, const struct insn *in)
{
    const ZydisDecodedOperand *op[2];
    unsigned n = 0;
    for (unsigned k = 0; k < t->in.operand_count && n < 2; k++)
        if (t->ops[k].visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT &&
            t->ops[k].type == ZYDIS_OPERAND_TYPE_IMMEDIATE && t->in.raw.imm[0].size)
            op[n++] = &t->ops[k];
    if (t->in.raw.imm[1].size && strcmp(form_info[in->form].operands, "Ap") != 0) /* ENTER */
        return in->imm != t->in.raw.imm[0].value.u || (uint32_t)in->disp != t->in.raw.imm[1].value.u ? "immediates"
                                                                                                     : NULL;
    if (strcmp(form_info[in->form].operands, "Ap") == 0)
        return in->imm != t->in.raw.imm[0].value.u || (uint16_t)in->disp != t->in.raw.imm[1].value.u ? "far pointer"
                                                                                                     : NULL;
    if (n != 1)
        return NULL;
    uint64_t mask = t->in.operand_width >= 64 || t->in.raw.imm[0].is_relative
                        ? UINT64_MAX
                        : (UINT64_C(1) << t->in.operand_width) - 1;
    return ((op[0]->imm.value.u ^ in->imm) & mask) != 0 ? "immediate" : NULL;
}

static const char *registers_differ(const struct truth *t, const struct insn *in)
{
    const struct form_info *f = &form_info[in->form];
    if (t->in.mnemonic == ZYDIS_MNEMONIC_NOP) /* Zydis shows `reg` of some hint NOPs as an operand */
        return NULL;
    for (const char *s = f->operands; s && *s; s = strchr(s, ','), s += s != NULL) {
        unsigned k = 0;
        for (const char *q = f->operands; q < s; q++)
            k += *q == ',';
        if (k >= t->in.operand_count || t->ops[k].type != ZYDIS_OPERAND_TYPE_REGISTER || !s[1] ||
            !strchr(s[0] == 'E' || s[0] == 'G' || s[0] == 'Z' ? "bwdvzy" : "dqps", s[1]) || !strchr("EGZPQNVWU", s[0]))
            continue;
        unsigned ours = strchr("EQNWU", s[0]) ? in->rm : in->reg,
                 theirs = (unsigned)ZydisRegisterGetId(t->ops[k].reg.value);
        ZydisRegister r = t->ops[k].reg.value;
        if (s[1] == 'b') /* Zydis numbers AH..BH 4-7 and then SPL..DIL 8-11 in this class */
            theirs = r >= ZYDIS_REGISTER_AH && r <= ZYDIS_REGISTER_BH ? (unsigned)(r - ZYDIS_REGISTER_AH) * 8 + 1
                     : r <= ZYDIS_REGISTER_BL                         ? (unsigned)(r - ZYDIS_REGISTER_AL) * 8
                                                                      : ((unsigned)(r - ZYDIS_REGISTER_SPL) + 4) * 8;
        if (ours != theirs)
            return "register";
    }
    return NULL;
}

static const char *differs(const struct truth *t, const struct insn *in)
{
    bool ours = in->form != FORM_UD;
    if (ours != t->valid)
        return ours ? "valid only here" : "valid only there";
    if (!ours)
        return NULL;
    if (in->len != t->in.length)
        return "length";
    char mnemonic[32];
    our_mnemonic(in, mnemonic, sizeof mnemonic);
    if (strcmp(mnemonic, ZydisMnemonicGetString(t->in.mnemonic)) != 0)
        return "mnemonic";
    const char *d = memory_differs(t, in);
    if (!d)
        d = immediates_differ(t, in);
    return d ? d : registers_differ(t, in);
}

static void report(struct oracle *o, const char *what, const struct truth *t, const struct insn *in,
                   const uint8_t *code)
{
    unsigned theirs = t->valid ? t->in.mnemonic : 0;
    for (unsigned k = 0; k < o->reports; k++)
        if (o->seen[k].what == what && o->seen[k].form == in->form && o->seen[k].mnemonic == theirs)
            return;
    if (o->reports == MAX_REPORTS)
        return;
    o->seen[o->reports].what = what;
    o->seen[o->reports].form = in->form;
    o->seen[o->reports++].mnemonic = theirs;
    char mnemonic[32];
    our_mnemonic(in, mnemonic, sizeof mnemonic);
    fprintf(stderr, "%2u-bit %s:", o->bits, what);
    for (unsigned k = 0; k < 15; k++)
        fprintf(stderr, " %02x", code[k]);
    fprintf(stderr, " | here %s (%s) length %u seg %u base %u index %u disp %x imm %llx reg %u rm %u | there ",
            mnemonic, form_info[in->form].operands, in->len, in->seg, in->base, in->index, (unsigned)in->disp,
            (unsigned long long)in->imm, in->reg, in->rm);
    if (t->valid)
        fprintf(stderr, "%s length %u isa set %s\n", ZydisMnemonicGetString(t->in.mnemonic), t->in.length,
                ZydisISASetGetString(t->in.meta.isa_set));
    else
        fprintf(stderr, "status %08x\n", (unsigned)t->status);
}

static void compare(struct oracle *o, const uint8_t code[16])
{
    struct truth t;
    struct insn in;
    t.status = ZydisDecoderDecodeFull(&o->decoder, code, 16, &t.in, t.ops);
    t.valid = ZYAN_SUCCESS(t.status);
    enum decode_status s = isa_decode(code, 16, (struct decode_mode){o->bits}, &in);
    o->compared++;
    o->valid += t.valid;
    if (s == DECODE_TOO_LONG && t.status == ZYDIS_STATUS_INSTRUCTION_TOO_LONG)
        return;
    if (s != DECODE_OK)
        in.form = FORM_UD;
    const char *d = differs(&t, &in);
    if (!d)
        return;
    if (excused(&t, &in, code)) {
        o->excused++;
        return;
    }
    o->failed++;
    report(o, d, &t, &in, code);
}

/* --- Inputs --- */

static uint64_t next_random(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    return *s ^= *s << 17;
}
static void fill_random(uint64_t *seed, uint8_t *p, size_t n)
{
    for (size_t k = 0; k < n; k++)
        p[k] = (uint8_t)(next_random(seed) >> 24);
}

/* Prefix strings, empty one first; in 64-bit mode REX is put behind each. */
static const struct {
    uint8_t n, b[3];
} prefixes[] = {
    {0, {0}},    {1, {0x66}},       {1, {0x67}},       {2, {0x66, 0x67}},       {1, {0xf0}},
    {1, {0xf2}}, {1, {0xf3}},       {2, {0xf3, 0x66}}, {2, {0xf2, 0xf3}},       {1, {0x2e}},
    {1, {0x64}}, {2, {0x36, 0x65}}, {2, {0x64, 0x26}}, {3, {0x67, 0x3e, 0xf0}}, {3, {0x66, 0x66, 0x67}},
};

/* Every opcode of both maps with every ModRM byte under each prefix string, with random bytes
 * behind. */
static void every_opcode(struct oracle *o, uint64_t seed)
{
    for (unsigned p = 0; p < sizeof prefixes / sizeof prefixes[0]; p++)
        for (unsigned op = 0; op < 512; op++)
            for (unsigned modrm = 0; modrm < 256; modrm++)
                for (unsigned rex = 0; rex < (o->bits == 64 ? 4u : 1u); rex++) {
                    uint8_t code[16];
                    unsigned n = prefixes[p].n;
                    fill_random(&seed, code, sizeof code);
                    memcpy(code, prefixes[p].b, n);
                    if (rex)
                        code[n++] = (uint8_t)(0x40 | (rex == 1 ? 0 : rex == 2 ? 8 : (seed & 15)));
                    if (op >= 256)
                        code[n++] = 0x0f;
                    code[n++] = (uint8_t)op;
                    code[n] = (uint8_t)modrm;
                    compare(o, code);
                }
}

static void random_bytes(struct oracle *o, uint64_t seed, unsigned long count)
{
    static const uint8_t lead[] = {0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x2e, 0x36, 0x3e,
                                   0x26, 0x64, 0x65, 0x40, 0x48, 0x41, 0x4f, 0x0f};
    for (unsigned long k = 0; k < count; k++) {
        uint8_t code[16];
        fill_random(&seed, code, sizeof code);
        unsigned n = next_random(&seed) & 7;
        for (unsigned j = 0; j < (n > 4 ? 0 : n); j++)
            code[j] = lead[next_random(&seed) % sizeof lead];
        compare(o, code);
    }
}

static unsigned long random_count(void)
{
    const char *s = getenv("VITRINE_DECODE_RANDOM");
    return s ? strtoul(s, NULL, 0) : 1000000;
}

static void run(unsigned bits)
{
    struct oracle o = oracle_for(bits);
    every_opcode(&o, 0x9e3779b97f4a7c15 + bits);
    random_bytes(&o, 0xd1b54a32d192ed03 + bits, random_count());
    fprintf(stderr, "%u-bit code: %lu compared, %lu valid, %lu excused, %lu failed\n", bits, o.compared, o.valid,
            o.excused, o.failed);
    ck_assert_uint_eq(o.failed, 0);
    ck_assert_uint_gt(o.valid, o.compared / 3);
}

START_TEST(decoder_agrees_with_zydis_in_16_bit_code)
{
    run(16);
}
END_TEST
START_TEST(decoder_agrees_with_zydis_in_32_bit_code)
{
    run(32);
}
END_TEST
START_TEST(decoder_agrees_with_zydis_in_64_bit_code)
{
    run(64);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("decoder against Zydis");
    TCase *t = tcase_create("zydis");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, decoder_agrees_with_zydis_in_16_bit_code);
    tcase_add_test(t, decoder_agrees_with_zydis_in_32_bit_code);
    tcase_add_test(t, decoder_agrees_with_zydis_in_64_bit_code);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
