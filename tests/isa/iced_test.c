/* SPDX-License-Identifier: MIT */
/*
 * The instruction table's columns against iced's public data (github.com/icedland/iced, MIT): flags read, written and
 * undefined, accesses of the memory operand and their width, modes, privilege, lockability, repetition, ports, stack.
 * Its entries are found in the table by decoding an encoding of each. What differs has to stand in the list of excuses,
 * with the reason; an excuse that nothing needs is a failure.
 *
 *     ICED=FOLDER tests/isa/icedtest       FOLDER: a checkout of iced; without it the test is skipped
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/cpu.h"
#include "isa/forms.h"
#include "isa/insn.h"

#define DEFS  "src/csharp/Intel/Generator/Tables/InstructionDefs.txt"
#define SIZES "src/csharp/Intel/Generator/Tables/MemorySizeDefs.txt"

enum { LINE = 400 };

/* One entry of theirs. */
struct theirs {
    char code[64], opcode[80], text[120], ops[160], implied[160], size[40];
    char flags[300];
    uint32_t read, written, undefined;
};

/* --- Excuses --- */

/* A column that differs for a reason: a form's mnemonic, "*" for all. */
static struct excuse {
    const char *mnemonic, *column, *reason;
    unsigned used;
} excuses[] = {
    {"INT", "pushes", "iced leaves out what the delivery of an interrupt pushes (SDM 3A 6.12)", 0},
    {"INT1", "pushes", "as INT", 0},
    {"INT3", "pushes", "as INT", 0},
    {"INTO", "pushes", "as INT", 0},
    {"CLAC", "privileged", "cpl0 in the table is #GP; CLAC raises #UD above CPL 0 (SDM 2A CLAC)", 0},
    {"CLAC", "not in virtual-8086 mode", "prot in the table is #UD in real mode too, where CLAC is allowed", 0},
    {"STAC", "privileged", "as CLAC", 0},
    {"STAC", "not in virtual-8086 mode", "as CLAC", 0},
};

static unsigned differences;

static bool excused(const char *mnemonic, const char *column)
{
    for (unsigned k = 0; k < ARRAY_LEN(excuses); k++)
        if (strcmp(excuses[k].column, column) == 0 &&
            (strcmp(excuses[k].mnemonic, mnemonic) == 0 || strcmp(excuses[k].mnemonic, "*") == 0)) {
            excuses[k].used++;
            return true;
        }
    return false;
}

static void differs(const struct form_info *f, const struct theirs *t, const char *column, unsigned ours,
                    unsigned theirs)
{
    if (ours == theirs || excused(f->mnemonic, column))
        return;
    printf("%s %s (%s): %s is %x, iced has %x\n", f->mnemonic, f->operands, t->code, column, ours, theirs);
    differences++;
}

/* --- Their text --- */

static bool has_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = list; (at = strstr(at, word)) != NULL; at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == 0 || at[n] == ' '))
            return true;
    return false;
}

static uint32_t flag_letters(const char *s)
{
    static const char letters[] = "c p a zs  do";
    uint32_t v = 0;
    for (; *s && *s != ' '; s++) {
        const char *at = strchr(letters, *s);
        if (at)
            v |= 1u << (at - letters);
    }
    return v;
}

static void get_flags(struct theirs *t, char *s)
{
    for (char *word = strtok(s, " "); word; word = strtok(NULL, " ")) {
        if (word[1] != '=')
            continue;
        uint32_t v = flag_letters(word + 2);
        *(word[0] == 'r' ? &t->read : word[0] == 'u' ? &t->undefined : &t->written) |= v;
    }
}

static void copy(char *out, size_t room, const char *from, size_t n)
{
    while (n && isspace((unsigned char)*from))
        from++, n--;
    while (n && isspace((unsigned char)from[n - 1]))
        n--;
    n = n < room - 1 ? n : room - 1;
    memcpy(out, from, n);
    out[n] = 0;
}

/* The next entry; false at the end. */
static bool next(FILE *in, struct theirs *t)
{
    char line[LINE];
    bool inside = false;
    memset(t, 0, sizeof *t);
    while (fgets(line, sizeof line, in)) {
        line[strcspn(line, "\r\n")] = 0;
        char *bar = strchr(line, '|'), *colon = strchr(line, ':');
        if (strncmp(line, "# Code: ", 8) == 0)
            copy(t->code, sizeof t->code, line + 8, strlen(line + 8));
        else if (strncmp(line, "INSTRUCTION:", 12) == 0 && bar) {
            char *second = strchr(bar + 1, '|');
            inside = true;
            copy(t->opcode, sizeof t->opcode, line + 12, (size_t)(bar - line) - 12);
            copy(t->text, sizeof t->text, bar + 1, second ? (size_t)(second - bar) - 1 : strlen(bar + 1));
        } else if (inside && strcmp(line, "END") == 0)
            return true;
        else if (strncmp(line, "\tops:", 5) == 0) {
            copy(t->ops, sizeof t->ops, colon + 1, bar ? (size_t)(bar - colon) - 1 : strlen(colon + 1));
            if (bar)
                copy(t->size, sizeof t->size, bar + 1, strcspn(bar + 1, "|"));
        } else if (strncmp(line, "\timplied:", 9) == 0)
            copy(t->implied, sizeof t->implied, colon + 1, strlen(colon + 1));
        else if (strncmp(line, "\tflags:", 7) == 0)
            copy(t->flags, sizeof t->flags, colon + 1, strlen(colon + 1));
        else if (strncmp(line, "\trflags:", 8) == 0)
            get_flags(t, colon + 1);
    }
    return false;
}

/* Bytes of the memory operand, from the file of sizes; 0: none given. */
static unsigned size_of(FILE *sizes, const char *name)
{
    char line[LINE], entry[64];
    unsigned n;
    rewind(sizes);
    while (*name && fgets(line, sizeof line, sizes))
        if (sscanf(line, "%u, %63[^,]", &n, entry) == 2 && strcmp(entry, name) == 0)
            return n;
    return 0;
}

/* --- An encoding --- */

enum { VIA_REGISTER = 1, VIA_MEMORY = 2 };

/* What the ModRM operand can be, from the operands as text: "r/m8", "xmm2/m128", "m32fp", "r32". */
static unsigned ways(const struct theirs *t)
{
    unsigned w = 0;
    if (!strstr(t->opcode, "/") && !strstr(t->opcode, ":rrr:"))
        return VIA_REGISTER;
    if (strstr(t->opcode, "!(11)"))
        return VIA_MEMORY;
    for (const char *at = strchr(t->text, ' '); at; at = strstr(at + 1, " ")) {
        const char *op = at + 1;
        size_t n = strcspn(op, " ,");
        bool slash = memchr(op, '/', n) != NULL;
        if (slash)
            return VIA_REGISTER | VIA_MEMORY;
        if (*op == 'm' && (n == 1 || isdigit((unsigned char)op[1])))
            w |= VIA_MEMORY;
    }
    return w ? w : VIA_REGISTER;
}

struct coded {
    uint8_t bytes[INSN_MAX + 16];
    unsigned bits, nprefixes;
};

/* An entry of 64-bit code alone. */
static bool only_64(const struct theirs *t)
{
    return has_word(t->flags, "64") && !has_word(t->flags, "16") && !has_word(t->flags, "32");
}

/* False where it is of another kind (VEX ...). */
static bool encode(const struct theirs *t, unsigned way, unsigned reg, struct coded *c)
{
    char copy_of[80];
    unsigned n = 0;
    bool o16 = has_word(t->opcode, "o16"), a16 = has_word(t->opcode, "a16"), a32 = has_word(t->opcode, "a32");
    *c = (struct coded){.bits = only_64(t) ? 64 : o16 ? 16 : 32};
    if (strpbrk(t->opcode, "<."))
        return false;
    if (c->bits == 64 ? a32 : (a16 && !o16) || (a32 && o16))
        c->bytes[n++] = 0x67;
    if (c->bits == 64 && o16)
        c->bytes[n++] = 0x66;
    c->nprefixes = n;
    snprintf(copy_of, sizeof copy_of, "%s", t->opcode);
    for (char *word = strtok(copy_of, " "); word && n < INSN_MAX; word = strtok(NULL, " ")) {
        char *end;
        unsigned long v = strtoul(word, &end, 16);
        bool byte = strlen(word) >= 2 && end == word + 2 && (*end == 0 || *end == '+');
        bool prefix = byte && n == c->nprefixes && (v == 0x66 || v == 0xf2 || v == 0xf3);
        if (byte && !prefix && n == c->nprefixes && c->bits == 64 && has_word(t->opcode, "o64"))
            c->bytes[n++] = 0x48; /* REX.W */
        c->nprefixes += prefix;
        if (byte)
            c->bytes[n++] = (uint8_t)(v + (*end == '+' ? reg : 0));
        else if (word[0] == '/' || strstr(word, ":rrr:")) {
            unsigned digit = isdigit((unsigned char)word[1]) ? (unsigned)(word[1] - '0') : reg;
            unsigned memory = c->bits == 16 ? 0x04 : 0x06; /* [SI], [ESI] */
            if (a16 != o16 || a32)
                memory = a16 ? 0x04 : 0x06;
            c->bytes[n++] = (uint8_t)((way == VIA_MEMORY ? memory : 0xc0) | digit << 3);
        }
    }
    return true;
}

/* --- The comparison --- */

/* enum form_mem of the memory operand. */
static unsigned memory_access(const struct theirs *t, unsigned way)
{
    static const char *const places[] = {"moffs", "seg-rsi", "es-rdi", "seg-rdi", "seg-rbx-al"};
    char list[160];
    unsigned m = 0;
    snprintf(list, sizeof list, "%s", t->ops);
    for (char *word = strtok(list, " "); word; word = strtok(NULL, " ")) {
        char *place = strchr(word, '=');
        bool memory = place && way == VIA_MEMORY && strncmp(place + 1, "rm", 2) == 0;
        for (unsigned k = 0; place && k < ARRAY_LEN(places); k++)
            memory |= strcmp(place + 1, places[k]) == 0;
        if (!memory)
            continue;
        *place = 0;
        if (word[0] == 'n')
            m |= FM_ADDRESS;
        else if (strncmp(word, "wm_", 3) == 0) /* memory is written, a register is merged */
            m |= FM_WRITE;
        else
            m |= (strchr(word, 'r') ? FM_READ : 0) | (strchr(word, 'w') ? FM_WRITE : 0);
    }
    return m;
}

static unsigned our_width(const struct form_info *f, const struct insn *in)
{
    unsigned size = 1u << in->opsize;
    const char *o = f->operands;
    if (f->mem_size)
        return f->mem_size;
    if (strncmp(o, "Menv", 4) == 0)
        return in->opsize == SZ16 ? 14 : 28;
    if (strncmp(o, "Mstate", 6) == 0)
        return in->opsize == SZ16 ? 94 : 108;
    if (strstr(o, "Mp"))
        return size + 2;
    if (strstr(o, "Ma"))
        return 2 * size;
    return size;
}

static bool has_attr(const struct form_info *f, unsigned attr)
{
    return f->attrs & attr;
}

static void compare(const struct theirs *t, const struct form_info *f, const struct insn *in, unsigned way,
                    unsigned width)
{
    unsigned mask = FL_ARITH | FL_DF, access = memory_access(t, way);
    if (strstr(f->mnemonic, "cc")) /* all sixteen in one row */
        differs(f, t, "flags read", 0, t->read & ~(uint32_t)f->flags_read);
    else
        differs(f, t, "flags read", f->flags_read & mask, t->read);
    differs(f, t, "flags written", f->flags_written & mask, t->written);
    differs(f, t, "flags undefined", f->flags_undefined & mask, t->undefined);
    if (access) {
        differs(f, t, "memory access", f->mem, access);
        if (width && access != FM_ADDRESS)
            differs(f, t, "memory width", our_width(f, in), width);
    }
    differs(f, t, "not in real mode", has_attr(f, FA_PROT), has_word(t->flags, "no-rm"));
    differs(f, t, "not in virtual-8086 mode", has_attr(f, FA_PROT), has_word(t->flags, "no-v86"));
    differs(f, t, "privileged", has_attr(f, FA_CPL0), has_word(t->flags, "cpl0"));
    if (way == VIA_MEMORY)
        differs(f, t, "lockable", has_attr(f, FA_LOCK), has_word(t->flags, "lock"));
    differs(f, t, "repeats", has_attr(f, FA_REP), has_word(t->flags, "rep") || has_word(t->flags, "repe"));
    differs(f, t, "repeats while", has_attr(f, FA_REPE), has_word(t->flags, "repne"));
    differs(f, t, "port", has_attr(f, FA_IO), has_word(t->flags, "io"));
    differs(f, t, "pushes", has_attr(f, FA_PUSH), strstr(t->implied, "push") || strstr(t->implied, "enter"));
    differs(f, t, "pops", has_attr(f, FA_POP), strstr(t->implied, "pop") || strstr(t->implied, "leave"));
}

static struct met {
    unsigned times;
    bool in_64; /* an entry allows it in 64-bit code, with some operand size */
    uint32_t read;
} met[FORM_COUNT];

/*
 * Whether both mean the same instruction. NOTE: iced also has what other processors had at an opcode (Cyrix's PADDSIW,
 * the 386's UMOV, MPX in the place of NOPs); names that begin alike are synonyms (JE and JZ, SAL and SHL).
 */
static bool same_name(const struct theirs *t, const struct form_info *f)
{
    return t->text[0] == f->mnemonic[0] ||
           (strncmp(t->text, "RESERVEDNOP", 11) == 0 && strcmp(f->mnemonic, "NOP") == 0);
}

/* reg: ModRM.reg where the opcode has "/r". */
static void meet(const struct theirs *t, unsigned way, unsigned reg, unsigned width)
{
    struct coded c;
    struct insn in;
    if (!encode(t, way, reg, &c) ||
        isa_decode(c.bytes, INSN_MAX, (struct decode_mode){(uint8_t)c.bits}, &in) != DECODE_OK || in.form == FORM_UD)
        return;
    const struct form_info *f = &form_info[in.form];
    if (!same_name(t, f))
        return;
    met[in.form].in_64 |= !has_word(t->flags, "16") && !has_word(t->flags, "32");
    met[in.form].read |= t->read;
    if (c.bits == 64)
        return;
    met[in.form].times++;
    compare(t, f, &in, way, width);
}

static FILE *open_in(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "r");
    if (!f) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(1);
    }
    return f;
}

int main(void)
{
    const char *folder = getenv("ICED");
    struct theirs t, all = {.code = "all of its entries"};
    unsigned forms = 0, missed = 0;
    if (!folder || !*folder) {
        printf("skipped: no iced; make check ICED=FOLDER compares the instruction table with the checkout in FOLDER\n");
        return 77;
    }
    FILE *defs = open_in(folder, DEFS), *sizes = open_in(folder, SIZES);
    while (next(defs, &t)) {
        unsigned width = size_of(sizes, t.size);
        for (unsigned way = VIA_REGISTER; way <= VIA_MEMORY; way++)
            for (unsigned reg = 0; reg < 8 && ways(&t) & way; reg++)
                meet(&t, way, reg, width);
    }
    for (unsigned form = 0; form < FORM_COUNT; form++) {
        const struct form_info *f = &form_info[form];
        if (form == FORM_UD || !f->exec)
            continue;
        forms++;
        if (met[form].times) {
            differs(f, &all, "not in 64-bit code", has_attr(f, FA_NOT64), !met[form].in_64);
            differs(f, &all, "flags read by all", f->flags_read & (FL_ARITH | FL_DF), met[form].read);
        } else if (!excused(f->mnemonic, "no such entry")) {
            missed++;
            printf("%s %s: iced has no such entry\n", f->mnemonic, f->operands);
        }
    }
    for (unsigned k = 0; k < ARRAY_LEN(excuses); k++)
        if (!excuses[k].used) {
            printf("excuse without use: %s, %s\n", excuses[k].mnemonic, excuses[k].column);
            differences++;
        }
    printf("%u forms, %u without an entry of iced's, %u differences\n", forms, missed, differences);
    fclose(defs);
    fclose(sizes);
    return differences || missed;
}
