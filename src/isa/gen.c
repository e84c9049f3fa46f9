/* SPDX-License-Identifier: MIT */
/*
 * Turns the instruction table (table/README says what its columns mean) into what the rooms need.
 * The build runs it:
 *
 *   isagen forms     src/isa/gen_forms.h       FORM_... numbers
 *   isagen info      src/isa/gen_info.c        form_info[]
 *   isagen decode    src/isa/gen_decode.h      the decoder's tables
 *   isagen handlers  src/cpu/engine/gen_dispatch.h    prototypes of the instruction functions
 *   isagen dispatch  src/cpu/engine/gen_dispatch.c    exec_table[form][variant]
 *   isagen page      src/isa/instructions.txt  the table for reading
 *
 * It exits with status 1 and a line on stderr when two rows claim the same encoding or a row says
 * what it does not know. Long, since it is one program that the build runs before there is a library to share.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/cpuid.h"
#include "isa/decode_tables.h"

enum { C, H, S };

struct row {
    const char *file;
    int line;
    const char *opcode, *mnemonic, *operands, *modes, *cpu, *read, *written, *undefined, *memory, *faults, *attrs,
        *exec;
    int cls;
    const char *page;
    /* Parsed. */
    char form[64], func[48];
    int map, op, op_last, prefix; /* prefix: -1 any, else enum mandatory_prefix */
    int digit, mod, modrm;        /* -1 any; mod: 0 memory, 1 register */
    bool has_modrm, plus_r, plus_cc;
    bool generic, sized, rm_split;
    struct form_decode dec;
    unsigned attr_bits;
};

#define ROW(opcode_, mnemonic_, operands_, modes_, cpu_, read_, written_, undefined_, memory_, faults_, attrs_, exec_, \
            cls_, page_)                                                                                               \
    {.file = __FILE__,                                                                                                 \
     .line = __LINE__,                                                                                                 \
     .opcode = opcode_,                                                                                                \
     .mnemonic = mnemonic_,                                                                                            \
     .operands = operands_,                                                                                            \
     .modes = modes_,                                                                                                  \
     .cpu = cpu_,                                                                                                      \
     .read = read_,                                                                                                    \
     .written = written_,                                                                                              \
     .undefined = undefined_,                                                                                          \
     .memory = memory_,                                                                                                \
     .faults = faults_,                                                                                                \
     .attrs = attrs_,                                                                                                  \
     .exec = exec_,                                                                                                    \
     .cls = cls_,                                                                                                      \
     .page = page_},
static struct row rows[] = {
#include "isa/table/integer.def"
#include "isa/table/string.def"
#include "isa/table/control.def"
#include "isa/table/system.def"
#include "isa/table/x87.def"
#include "isa/table/mmx.def"
#include "isa/table/simd_state.def"
#include "isa/table/sse.def"
#include "isa/table/sse2.def"
#include "isa/table/sse3.def"
};
#undef ROW
enum { ROWS = sizeof rows / sizeof rows[0] };

static int __attribute__((format(printf, 2, 3), noreturn)) die(const struct row *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (r)
        fprintf(stderr, "%s:%d: ", r->file, r->line);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

/* Takes the next word (separated by spaces or commas) of *s into w; false at the end. */
static bool word(const char **s, char *w, size_t size)
{
    while (**s == ' ' || **s == ',')
        (*s)++;
    size_t n = strcspn(*s, " ,");
    if (n == 0)
        return false;
    if (n >= size)
        die(NULL, "word too long: %s", *s);
    memcpy(w, *s, n);
    w[n] = 0;
    *s += n;
    return true;
}
static bool has_word(const char *s, const char *what)
{
    char w[64];
    while (word(&s, w, sizeof w))
        if (strcmp(w, what) == 0)
            return true;
    return false;
}
struct name_bit {
    const char *name;
    unsigned bit;
};
static unsigned bits_of(const struct row *r, const char *s, const struct name_bit *names, const char *column)
{
    unsigned bits = 0;
    char w[64];
    while (word(&s, w, sizeof w)) {
        const struct name_bit *n = names;
        while (n->name && strcmp(n->name, w) != 0)
            n++;
        if (!n->name)
            die(r, "column %s: %s means nothing", column, w);
        bits |= n->bit;
    }
    return bits;
}

/* --- Columns --- */

static bool is_hex_byte(const char *w)
{
    return isxdigit((unsigned char)w[0]) && isxdigit((unsigned char)w[1]) && (!w[2] || strchr(" +-", w[2]));
}

static void parse_opcode_byte(struct row *r, const char *w)
{
    r->op = r->op_last = (int)strtol(w, NULL, 16);
    if (strcmp(w + 2, "+r") == 0) {
        r->plus_r = true;
        r->op_last = r->op + 7;
    } else if (strcmp(w + 2, "+cc") == 0) {
        r->plus_cc = true;
        r->op_last = r->op + 15;
    } else if (w[2] == '-') {
        r->plus_r = true;
        r->op_last = (int)strtol(w + 3, NULL, 16);
    } else if (w[2]) {
        die(r, "column opcode: %s", w);
    }
}

static void parse_opcode(struct row *r)
{
    const char *s = r->opcode;
    char w[16];
    bool opcode_seen = false;
    r->prefix = r->digit = r->mod = r->modrm = -1;
    while (word(&s, w, sizeof w)) {
        bool more = is_hex_byte(*s ? s + 1 : "");
        if (!opcode_seen && strcmp(w, "NP") == 0) {
            r->prefix = MP_NONE;
        } else if (!opcode_seen && r->prefix < 0 && more &&
                   (!strcmp(w, "66") || !strcmp(w, "F2") || !strcmp(w, "F3"))) {
            r->prefix = w[0] == '6' ? MP_66 : w[1] == '3' ? MP_F3 : MP_F2;
        } else if (!opcode_seen && r->map == MAP_LEGACY && more && strcmp(w, "0F") == 0) {
            r->map = MAP_0F;
        } else if (!opcode_seen && is_hex_byte(w)) {
            parse_opcode_byte(r, w);
            opcode_seen = true;
        } else if (is_hex_byte(w) && !w[2]) {
            r->modrm = (int)strtol(w, NULL, 16);
            r->has_modrm = true;
        } else if (w[0] == '/' && (w[1] == 'r' || (w[1] >= '0' && w[1] <= '7')) && !w[2]) {
            r->digit = w[1] == 'r' ? -1 : w[1] - '0';
            r->has_modrm = true;
        } else if (strcmp(w, "mem") == 0 || strcmp(w, "reg") == 0) {
            r->mod = w[0] == 'r';
        } else {
            die(r, "column opcode: %s means nothing", w);
        }
    }
    if (!opcode_seen)
        die(r, "no opcode");
    if (r->mod >= 0 && !r->has_modrm)
        die(r, "mem or reg without ModRM");
}

static int byte_word(const struct row *r, char c, int byte, int wide)
{
    if (c == 'b')
        return byte;
    if (c && strchr("wdqvzypas", c))
        return wide;
    die(r, "operand size %c", c);
}

static void set_once(const struct row *r, uint8_t *field, int v, const char *what)
{
    if (*field)
        die(r, "two operands want %s", what);
    *field = (uint8_t)v;
}

/* One operand: what the decoder must do for it. */
static void parse_operand(struct row *r, const char *w)
{
    static const char *const fixed[] = {"AL", "rAX", "DX", "CL", "1", "AX", "ST"};
    static const char *const segs[] = {"ES", "CS", "SS", "DS", "FS", "GS"};
    struct form_decode *d = &r->dec;
    for (size_t k = 0; k < sizeof fixed / sizeof fixed[0]; k++)
        if (strcmp(w, fixed[k]) == 0) {
            r->sized |= k == 1;
            return;
        }
    for (size_t k = 0; k < 6; k++)
        if (strcmp(w, segs[k]) == 0) {
            set_once(r, &d->reg, RK_SEG0 + (int)k, "reg");
            return;
        }
    if (strcmp(w, "STi") == 0)
        return;
    bool sign = w[0] == 's';
    if (sign)
        w++;
    char size = w[1];
    r->sized |= size == 'v' || size == 'z';
    switch (w[0]) {
    case 'E':
        if (!r->has_modrm)
            die(r, "E operand without ModRM");
        set_once(r, &d->rm, byte_word(r, size, MK_BYTE, MK_WORD), "rm");
        r->rm_split = r->mod < 0;
        break;
    case 'M':
        if (!r->has_modrm)
            die(r, "M operand without ModRM");
        if (r->mod == 1)
            die(r, "M operand with a register encoding");
        r->mod = 0;
        set_once(r, &d->rm, MK_MEM, "rm");
        break;
    case 'R': set_once(r, &d->rm, MK_REG, "rm"); break;
    case 'G': set_once(r, &d->reg, byte_word(r, size, RK_BYTE, RK_WORD), "reg"); break;
    case 'Z': set_once(r, &d->reg, byte_word(r, size, RK_OP_BYTE, RK_OP_WORD), "reg"); break;
    case 'P': set_once(r, &d->reg, RK_MMX, "reg"); break;
    case 'Q':
    case 'W':
        if (!r->has_modrm)
            die(r, "%c operand without ModRM", w[0]);
        set_once(r, &d->rm, w[0] == 'Q' ? MK_MMX : MK_WORD, "rm");
        r->rm_split = r->mod < 0;
        break;
    case 'N':
    case 'U':
        if (r->mod != 1)
            die(r, "%c operand with a memory encoding", w[0]);
        set_once(r, &d->rm, w[0] == 'N' ? MK_MMX : MK_WORD, "rm");
        break;
    case 'V': set_once(r, &d->reg, RK_WORD, "reg"); break;
    case 'S': set_once(r, &d->reg, RK_SEG, "reg"); break;
    case 'C': set_once(r, &d->reg, RK_CR, "reg"); break;
    case 'D': set_once(r, &d->reg, RK_DR, "reg"); break;
    case 'J':
        r->sized = true;
        set_once(r, &d->imm, size == 'b' ? IK_SB : IK_Z, "immediate");
        break;
    case 'A': set_once(r, &d->imm, IK_FAR, "immediate"); break;
    case 'O': set_once(r, &d->imm, IK_MOFFS, "immediate"); break;
    case 'X': d->flags |= DF_STRING; break;
    case 'Y': d->flags |= DF_STRING; break;
    case 'I':
        if (d->imm == IK_W && size == 'b')
            d->imm = IK_WB; /* ENTER */
        else
            set_once(r, &d->imm,
                     size == 'b'   ? (sign ? IK_SB : IK_UB)
                     : size == 'w' ? IK_W
                     : size == 'z' ? IK_Z
                                   : IK_V,
                     "immediate");
        break;
    default: die(r, "operand %s means nothing", w);
    }
}

static void parse_operands(struct row *r)
{
    const char *s = r->operands;
    char w[16];
    while (word(&s, w, sizeof w))
        parse_operand(r, w);
    if (r->plus_cc) {
        if (r->dec.reg)
            /* CMOVcc Gv,Ev and SETcc: the condition takes `reg` only where no operand does; see
             * insn.h. */
            r->dec.flags |= DF_CC_IN_IMM;
        else
            r->dec.reg = RK_CC;
    }
    if (has_word(r->attrs, "cc"))
        set_once(r, &r->dec.reg, RK_CC, "reg");
    if (r->has_modrm && !r->dec.rm)
        r->dec.rm = MK_NONE_REG;
    if (r->plus_r && !r->dec.reg)
        die(r, "+r without a Z operand");
}

static void parse_modes(struct row *r)
{
    static const struct name_bit names[] = {{"i64", DF_NOT64},   {"o64", DF_ONLY64}, {"d64", DF_DEFAULT64},
                                            {"f64", DF_FORCE64}, {"w0", DF_NO_REXW}, {NULL, 0}};
    r->dec.flags |= (uint16_t)bits_of(r, r->modes, names, "modes");
}

static void parse_attrs(struct row *r)
{
    static const struct name_bit names[] = {
        {"lock", DF_LOCK}, {"xlat", DF_STRING}, {"end", 0},  {"generic", 0}, {"sized", 0}, {"cpl0", 0}, {"prot", 0},
        {"io", 0},         {"rep", 0},          {"repe", 0}, {"varies", 0},  {"cc", 0},    {NULL, 0}};
    r->dec.flags |= (uint16_t)bits_of(r, r->attrs, names, "attributes");
    if (r->map == MAP_LEGACY && r->op >= 0xd8 && r->op <= 0xdf)
        r->dec.flags |= DF_FOP;
    r->generic = has_word(r->attrs, "generic");
    if (has_word(r->attrs, "sized"))
        r->sized = true;
    if (r->generic)
        r->sized = r->rm_split = false;
}

static void default_exec(const struct row *r, char *out, size_t size)
{
    int n = snprintf(out, size, "%s", r->mnemonic);
    const char *s = r->operands;
    char w[16];
    while (word(&s, w, sizeof w))
        n += snprintf(out + n, size - (size_t)n, "_%s", w + (w[0] == 's'));
    for (char *p = out; *p && *p != '_'; p++)
        *p = (char)tolower((unsigned char)*p);
}

static void name_rows(void)
{
    for (int k = 0; k < ROWS; k++) {
        struct row *r = &rows[k];
        char ops[40] = "";
        const char *s = r->operands;
        char w[16];
        while (word(&s, w, sizeof w))
            snprintf(ops + strlen(ops), sizeof ops - strlen(ops), "_%s", w);
        snprintf(r->form, sizeof r->form, "%s%s", r->mnemonic, ops);
        for (int j = 0; j < k; j++)
            if (strcmp(rows[j].form, r->form) == 0) {
                snprintf(r->form, sizeof r->form, "%s%s_%s%02X", r->mnemonic, ops, r->map ? "0F" : "", r->op);
                if (r->digit >= 0)
                    snprintf(r->form + strlen(r->form), sizeof r->form - strlen(r->form), "_%d", r->digit);
            }
        for (int j = 0; j < k; j++)
            if (strcmp(rows[j].form, r->form) == 0)
                die(r, "form %s twice", r->form);
        if (r->exec[0])
            snprintf(r->func, sizeof r->func, "%s", r->exec);
        else
            default_exec(r, r->func, sizeof r->func);
    }
}

/* --- Encodings: every row claims slots [code][prefix][ModRM slot] of its opcode --- */

static uint16_t slots[2][MAPS][256][MP_COUNT][DT_FULL];
static int8_t modrm_of[2][MAPS][256]; /* 0 not known, 1 yes, -1 no */

static bool slot_matches(const struct row *r, unsigned slot)
{
    unsigned reg = slot < 8 ? slot : (slot - 8) >> 3;
    if (r->modrm >= 0)
        return slot >= 8 && r->modrm == (int)(0xc0 | (slot - 8));
    return (r->digit < 0 || r->digit == (int)reg) && (r->mod < 0 || r->mod == (slot >= 8));
}

static void claim_op(const struct row *r, uint16_t form, unsigned code, unsigned op, bool exact_pass)
{
    int8_t *m = &modrm_of[code][r->map][op];
    if (*m && *m != (r->has_modrm ? 1 : -1))
        die(r, "%s: opcode with and without ModRM", r->opcode);
    *m = r->has_modrm ? 1 : -1;
    for (unsigned p = 0; p < MP_COUNT; p++) {
        if (r->prefix >= 0 && (unsigned)r->prefix != p)
            continue;
        for (unsigned s = 0; s < DT_FULL; s++) {
            uint16_t *slot = &slots[code][r->map][op][p][s];
            if (!slot_matches(r, s) || (*slot && !exact_pass))
                continue; /* a row with a prefix came first */
            if (*slot)
                die(r, "%s overlaps %s", r->opcode, rows[*slot - 1].opcode);
            *slot = form;
        }
    }
}

static void check_no_overlap(const struct row *r, uint16_t form, unsigned code)
{
    for (int j = 0; j < form - 1; j++) {
        const struct row *o = &rows[j];
        if (o->prefix != r->prefix || o->map != r->map || o->op > r->op_last || o->op_last < r->op)
            continue;
        if ((code ? o->dec.flags & DF_NOT64 : o->dec.flags & DF_ONLY64))
            continue;
        for (unsigned s = 0; s < DT_FULL; s++)
            if (slot_matches(r, s) && slot_matches(o, s) && !(o->plus_r && strcmp(r->opcode, "90") == 0))
                die(r, "%s overlaps %s (line %d of %s)", r->opcode, o->opcode, o->line, o->file);
    }
}

static void claim_all(void)
{
    for (unsigned code = 0; code < 2; code++)
        for (int pass = 0; pass < 2; pass++)
            for (int k = 0; k < ROWS; k++) {
                const struct row *r = &rows[k];
                if ((pass == 0) != (r->prefix >= 0) || (code ? r->dec.flags & DF_NOT64 : r->dec.flags & DF_ONLY64))
                    continue;
                check_no_overlap(r, (uint16_t)(k + 1), code);
                for (int op = r->op; op <= r->op_last; op++)
                    claim_op(r, (uint16_t)(k + 1), code, (unsigned)op, pass == 0);
            }
}

/* --- Output --- */

static const char *const banner = "/* Generated by src/isa/gen.c from src/isa/table/. */\n";

static void emit_forms(void)
{
    printf("%s#ifndef VITRINE_ISA_GEN_FORMS_H\n#define VITRINE_ISA_GEN_FORMS_H\n\nenum form {\n    "
           "FORM_UD,\n",
           banner);
    for (int k = 0; k < ROWS; k++)
        printf("    FORM_%s, /* %s */\n", rows[k].form, rows[k].opcode);
    printf("    FORM_COUNT\n};\n\n#endif\n");
}

/* CPUID.1's EDX, and ECX above it. */
static unsigned long long cpu_features(const struct row *r, unsigned *family)
{
    static const struct {
        const char *name;
        uint32_t edx, ecx;
        unsigned family;
    } names[] = {{"FPU", CPUID_FPU, 0, 0},
                 {"TSC", CPUID_TSC, 0, 0},
                 {"MSR", CPUID_MSR, 0, 0},
                 {"SEP", CPUID_SEP, 0, 0},
                 {"CX8", CPUID_CX8, 0, 0},
                 {"CMOV", CPUID_CMOV, 0, 0},
                 {"FPU+CMOV", CPUID_FPU | CPUID_CMOV, 0, 0},
                 {"MMX", CPUID_MMX, 0, 0},
                 {"FXSR", CPUID_FXSR, 0, 0},
                 {"SSE", CPUID_SSE, 0, 0},
                 {"SSE2", CPUID_SSE2, 0, 0},
                 {"CLFSH", CPUID_CLFSH, 0, 0},
                 {"SSE3", 0, CPUID_SSE3, 0},
                 {"FPU+SSE3", CPUID_FPU, CPUID_SSE3, 0},
                 {"MONITOR", 0, CPUID_MONITOR, 0},
                 {"486", 0, 0, 4},
                 {"586", 0, 0, 5},
                 {"686", 0, 0, 6}};
    *family = 0;
    if (!r->cpu[0])
        return 0;
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        if (strcmp(names[k].name, r->cpu) == 0) {
            *family = names[k].family;
            return names[k].edx | (unsigned long long)names[k].ecx << 32;
        }
    die(r, "column cpu: %s means nothing", r->cpu);
}

static unsigned flag_bits(const struct row *r, const char *s, bool with_values)
{
    static const char letters[] = "c p a zs  do"; /* by bit of EFLAGS */
    unsigned b = 0;
    for (; *s; s++) {
        if (*s == ' ')
            continue;
        const char *l = strchr(letters, *s);
        if (!l)
            die(r, "flag %c", *s);
        b |= 1u << (l - letters);
        if (with_values) {
            if (s[1] != '=' || !strchr("01uf", s[2]) || !s[2])
                die(r, "undefined flag without its value: %s", s);
            s += 2;
        }
    }
    return b;
}

/* The undefined flags to which the column gives that value. */
static unsigned undefined_with(const struct row *r, char value)
{
    unsigned b = 0;
    for (const char *s = r->undefined; *s; s++)
        if (s[0] == '=' && s[1] == value) {
            const char flag[2] = {s[-1], 0};
            b |= flag_bits(r, flag, false);
        }
    return b;
}

static unsigned memory_size(const struct row *r)
{
    static const struct {
        const char *operand;
        unsigned size;
    } sizes[] = {{"Qd", 4},  {"Qq", 8},   {"Mdq", 16}, {"Mps", 16}, {"Mpd", 16}, {"Mfxs", 512}, {"Wss", 4},
                 {"Wsd", 8}, {"Wq", 8},   {"Wps", 16}, {"Wpd", 16}, {"Wdq", 16}, {"Ey", 4},     {"My", 4},
                 {"Md", 4},  {"Mb", 1},   {"Eb", 1},   {"Ew", 2},   {"Ed", 4},   {"Mq", 8},     {"Mfs", 4},
                 {"Mfd", 8}, {"Mfx", 10}, {"Mis", 2},  {"Mid", 4},  {"Miq", 8},  {"Mbcd", 10},  {"Mw", 2},
                 {"Ob", 1},  {"Xb", 1},   {"Yb", 1},   {"Ms", 6},   {"Udq", 16}, {"Nq", 8}};
    if (has_word(r->memory, "w16"))
        return 2;
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++)
        if (has_word(r->operands, sizes[k].operand))
            return sizes[k].size;
    return strcmp(r->mnemonic, "XLAT") == 0;
}

static unsigned long attr_word(const struct row *r)
{
    static const char *const bit_names[] = {"lock", "end", "generic", "",     "",      "cpl0",
                                            "prot", "io",  "rep",     "repe", "varies"};
    unsigned long a = 0;
    for (unsigned k = 0; k < sizeof bit_names / sizeof bit_names[0]; k++)
        if (bit_names[k][0] && has_word(r->attrs, bit_names[k]))
            a |= 1ul << k;
    a |= (r->sized ? 8ul : 0) | (r->rm_split ? 16ul : 0);
    a |= (r->dec.flags & DF_NOT64 ? 2048ul : 0) | (r->dec.flags & DF_ONLY64 ? 4096ul : 0);
    a |= (has_word(r->memory, "push") ? 8192ul : 0) | (has_word(r->memory, "pop") ? 16384ul : 0);
    return a;
}

static bool executed(const struct row *r)
{
    return !(r->dec.flags & DF_ONLY64);
}

static void sdm_reference(const struct row *r, char *out, size_t size)
{
    const char *page = r->page[0] ? r->page : r->mnemonic;
    if (strncmp(page, "opcode ", 7) == 0)
        snprintf(out, size, "%s", page);
    else
        snprintf(out, size, "SDM 2%c %s", page[0] <= 'L' ? 'A' : page[0] <= 'U' ? 'B' : 'C', page);
}

static void emit_info_row(const struct row *r)
{
    static const struct name_bit mem_names[] = {{"r", 1}, {"w", 2},    {"w16", 2}, {"rw", 3},
                                                {"a", 4}, {"push", 0}, {"pop", 0}, {NULL, 0}};
    static const struct name_bit fault_names[] = {{"de", 1},    {"br", 2},     {"ctl", 4},  {"seg", 8},
                                                  {"iopl", 16}, {"io", 32},    {"x87", 64}, {"soft", 128},
                                                  {"ud", 256},  {"simd", 512}, {NULL, 0}};
    unsigned family;
    unsigned long long features = cpu_features(r, &family);
    char sdm[96];
    sdm_reference(r, sdm, sizeof sdm);
    printf("    [FORM_%s] = {\"%s\", \"%s\", %s%s%s, 0x%llx, %u, %d, %u, %u, 0x%x, 0x%x, 0x%x, 0x%x, "
           "0x%lx, 0x%x, 0x%x, 0x%x, %d, \"%s\"},\n",
           r->form, r->mnemonic, r->operands, executed(r) ? "\"" : "", executed(r) ? r->func : "NULL",
           executed(r) ? "\"" : "", features, family, r->cls, bits_of(r, r->memory, mem_names, "memory"),
           memory_size(r), flag_bits(r, r->read, false), flag_bits(r, r->written, false),
           flag_bits(r, r->undefined, true), bits_of(r, r->faults, fault_names, "faults"), attr_word(r),
           undefined_with(r, '0'), undefined_with(r, '1'), undefined_with(r, 'u'), has_word(r->attrs, "end"), sdm);
}

static void emit_info(void)
{
    printf("%s#include <stddef.h>\n#include \"isa/forms.h\"\n\nconst struct form_info "
           "form_info[FORM_COUNT] = {\n",
           banner);
    printf("    [FORM_UD] = {\"(UD)\", \"\", \"ud\", 0, 0, FC_SPECIAL, 0, 0, 0, 0, 0, FF_UD, "
           "FA_END | FA_GENERIC, 0, 0, 0, true, \"SDM 2D A\"},\n");
    for (int k = 0; k < ROWS; k++)
        emit_info_row(&rows[k]);
    printf("};\n");
}

/* The decoder's tables: an entry per opcode, and shared runs of form numbers for opcodes that ModRM
 * or a prefix splits. */
static uint16_t group[65536];
static unsigned group_used;

static unsigned add_group(const uint16_t *forms, unsigned n)
{
    for (unsigned at = 0; at + n <= group_used; at++)
        if (memcmp(group + at, forms, n * sizeof *forms) == 0)
            return at;
    if (group_used + n > 65535)
        die(NULL, "too many groups");
    memcpy(group + group_used, forms, n * sizeof *forms);
    group_used += n;
    return group_used - n;
}

/* Slot s of the small table: 0-7 memory by reg, 8-15 register by reg. */
static bool needs_full(uint16_t (*t)[DT_FULL])
{
    for (unsigned p = 0; p < MP_COUNT; p++)
        for (unsigned s = 8; s < DT_FULL; s++)
            if (t[p][s] != t[p][8 + ((s - 8) & ~7u)])
                return true;
    return false;
}
static bool needs_prefix(uint16_t (*t)[DT_FULL])
{
    for (unsigned p = 1; p < MP_COUNT; p++)
        if (memcmp(t[p], t[0], sizeof t[0]) != 0)
            return true;
    return false;
}
static bool needs_ext(uint16_t (*t)[DT_FULL])
{
    for (unsigned p = 0; p < MP_COUNT; p++)
        for (unsigned s = 1; s < DT_FULL; s++)
            if (t[p][s] != t[p][0])
                return true;
    return false;
}

static struct op_entry encode_entry(uint16_t (*t)[DT_FULL], int8_t modrm)
{
    struct op_entry e = {0, 0};
    uint16_t run[MP_COUNT * DT_FULL];
    unsigned n = 0;
    bool full = needs_full(t), ext = needs_ext(t), pfx = needs_prefix(t);
    unsigned per = full ? DT_FULL : ext ? DT_EXT : 1;
    for (unsigned p = 0; p < (pfx ? MP_COUNT : 1); p++)
        for (unsigned s = 0; s < per; s++)
            run[n++] = full || s < 8 ? t[p][s] : t[p][8 + (s - 8) * 8];
    e.kind = (uint8_t)((full ? OK_FULL : ext ? OK_EXT : 0) | (pfx ? OK_PREFIX : 0) | (modrm > 0 ? OK_MODRM : 0));
    e.first = (uint16_t)(n == 1 ? run[0] : add_group(run, n));
    return e;
}

static uint8_t prefix_kind(unsigned code, unsigned op)
{
    static const uint8_t legacy[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3};
    if (memchr(legacy, (int)op, sizeof legacy) || (code && op >= 0x40 && op < 0x50))
        return OK_IS_PREFIX;
    return op == 0x0f ? OK_IS_ESCAPE : 0;
}

static void emit_decode(void)
{
    printf("%s#include \"isa/decode_tables.h\"\n\nstatic const struct op_entry "
           "op_table[2][MAPS][256] = {\n",
           banner);
    for (unsigned code = 0; code < 2; code++)
        for (unsigned map = 0; map < MAPS; map++)
            for (unsigned op = 0; op < 256; op++) {
                struct op_entry e = encode_entry(slots[code][map][op], modrm_of[code][map][op]);
                if (map == MAP_LEGACY && prefix_kind(code, op)) {
                    if (modrm_of[code][map][op])
                        die(NULL, "opcode %02X is a prefix", op);
                    e.kind = prefix_kind(code, op);
                }
                printf("    [%u][%u][0x%02x] = {%u, %u},\n", code, map, op, e.first, e.kind);
            }
    printf("};\n\nstatic const uint16_t form_groups[] = {");
    for (unsigned k = 0; k < group_used; k++)
        printf("%s%u,", k % 16 ? " " : "\n    ", group[k]);
    printf("\n};\n\nstatic const struct form_decode form_decode[] = {\n    {0, 0, 0, 0},\n");
    for (int k = 0; k < ROWS; k++)
        printf("    {%u, %u, %u, 0x%x}, /* %s */\n", rows[k].dec.reg, rows[k].dec.rm, rows[k].dec.imm,
               rows[k].dec.flags, rows[k].form);
    printf("};\n");
}

/* The function of a row for an operand size (0: 16 bits) and place; empty where there is none yet
 * (64-bit code). */
static void function_name(const struct row *r, unsigned size, bool mem, char *out, size_t n)
{
    out[0] = 0;
    if (!executed(r) || size == 2)
        return;
    char suffix[8] = "";
    if (r->sized)
        snprintf(suffix, sizeof suffix, "%u", 16u << size);
    snprintf(out, n, "x_%s%s%s", r->func, r->rm_split ? mem ? "_m" : "_r" : "", suffix);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}
static char names[ROWS * 4 + 1][64];
static unsigned all_names(void)
{
    unsigned n = 0, unique = 1;
    strcpy(names[n++], "x_ud");
    for (int k = 0; k < ROWS; k++)
        for (unsigned v = 0; v < 4; v++) {
            function_name(&rows[k], v >> 1, v & 1, names[n], sizeof names[n]);
            n += names[n][0] != 0;
        }
    qsort(names, n, sizeof names[0], compare_names);
    for (unsigned k = 1; k < n; k++)
        if (strcmp(names[k], names[unique - 1]) != 0)
            memmove(names[unique++], names[k], sizeof names[k]);
    return unique;
}

static void emit_handlers(void)
{
    unsigned n = all_names();
    printf("%s#ifndef VITRINE_CPU_GEN_DISPATCH_H\n#define VITRINE_CPU_GEN_DISPATCH_H\n\n#include "
           "\"cpu/exec.h\"\n#include \"isa/forms.h\"\n\n",
           banner);
    printf("/* Functions of a form, by (opsize - SZ16) * 2 + (operand is memory); NULL: none. */\n");
    printf("extern insn_fn *const exec_table[FORM_COUNT][6];\n\n");
    for (unsigned k = 0; k < n; k++)
        printf("insn_fn %s;\n", names[k]);
    printf("\n#endif\n");
}

static void emit_dispatch(void)
{
    char name[64];
    printf("%s#include \"cpu/engine/gen_dispatch.h\"\n\n", banner);
    printf("insn_fn *const exec_table[FORM_COUNT][6] = {\n    [FORM_UD] = {x_ud, x_ud, x_ud, x_ud, "
           "x_ud, x_ud},\n");
    for (int k = 0; k < ROWS; k++) {
        printf("    [FORM_%s] = {", rows[k].form);
        for (unsigned v = 0; v < 6; v++) {
            function_name(&rows[k], v >> 1, v & 1, name, sizeof name);
            printf("%s%s", v ? ", " : "", name[0] ? name : "NULL");
        }
        printf("},\n");
    }
    printf("};\n");
}

static void emit_page(void)
{
    static const char *const classes[] = {"copy", "helper", "special"};
    printf("Instructions, generated from src/isa/table/ (its README explains the columns).\n\n");
    printf("%-16s %-10s %-12s %-5s %-8s %-7s %-7s %-22s %-8s %-9s %-16s %-20s %-8s %s\n", "opcode", "mnemonic",
           "operands", "modes", "cpu", "read", "written", "undefined", "memory", "faults", "attributes", "function",
           "class", "reference");
    for (int k = 0; k < ROWS; k++) {
        const struct row *r = &rows[k];
        char sdm[96];
        sdm_reference(r, sdm, sizeof sdm);
        printf("%-16s %-10s %-12s %-5s %-8s %-7s %-7s %-22s %-8s %-9s %-16s x_%-18s %-8s %s\n", r->opcode, r->mnemonic,
               r->operands, r->modes, r->cpu, r->read, r->written, r->undefined, r->memory, r->faults, r->attrs,
               r->func, classes[r->cls], sdm);
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *what;
        void (*emit)(void);
    } outputs[] = {{"forms", emit_forms},       {"info", emit_info},         {"decode", emit_decode},
                   {"handlers", emit_handlers}, {"dispatch", emit_dispatch}, {"page", emit_page}};
    for (int k = 0; k < ROWS; k++) {
        parse_opcode(&rows[k]);
        parse_modes(&rows[k]);
        parse_operands(&rows[k]);
        parse_attrs(&rows[k]);
    }
    name_rows();
    claim_all();
    for (size_t k = 0; argc == 2 && k < sizeof outputs / sizeof outputs[0]; k++)
        if (strcmp(argv[1], outputs[k].what) == 0) {
            outputs[k].emit();
            return fflush(stdout) || ferror(stdout);
        }
    fprintf(stderr, "usage: isagen forms|info|decode|handlers|dispatch|page\n");
    return 1;
}
