/* SPDX-License-Identifier: MIT */
#include "tests/isa/iem_run.h"

#include <stdio.h>
#include <unistd.h>

#include "cpu/fp/x87.h"
#include "tests/isa/form_rows.h"
#include "tests/isa/iem.h"
#include "tests/isa/iem_state.h"

enum { SHOWN = 20, MAX_ROWS = 2048, REG = RDX, RM = RBX };

/* --- The instruction --- */

/* Operands as the captures write them, and as the table does. Longer ones first. */
static const struct {
    const char *theirs, *ours;
} operand_names[] = {
    {"r/m8, r8", "Eb,Gb"},
    {"r/m16, r16, CL", "Ev,Gv,CL"},
    {"r/m32, r32, CL", "Ev,Gv,CL"},
    {"r/m16, r16", "Ev,Gv"},
    {"r/m32, r32", "Ev,Gv"},
    {"r16, r/m16", "Gv,Ev"},
    {"r32, r/m32", "Gv,Ev"},
    {"r/m8, CL", "Eb,CL"},
    {"r/m16, CL", "Ev,CL"},
    {"r/m32, CL", "Ev,CL"},
    {"r/m8", "Eb"},
    {"r/m16", "Ev"},
    {"r/m32", "Ev"},
    {"m32fp", "Mfs"},
    {"m64fp", "Mfd"},
    {"m80fp", "Mfx"},
    {"m16int", "Mis"},
    {"m32int", "Mid"},
    {"m64int", "Miq"},
    {"m80bcd", "Mbcd"},
    {"", ""},
    {"ST0, ST1", "ST,STi STi"}, /* either */
};

static bool is_sse(const struct iem_file *f)
{
    return strncmp(f->family, "sse", 3) == 0;
}
static bool is_x87(const struct iem_file *f)
{
    return strncmp(f->family, "x87", 3) == 0;
}

/* Whether a form's operands are those of the capture. NOTE: an SSE mnemonic has one form with registers. */
static bool same_operands(const struct iem_file *f, const char *ours)
{
    const char *theirs = strstr(f->form, f->mnemonic) + strlen(f->mnemonic);
    theirs += *theirs == ' ';
    if (is_sse(f))
        return true;
    for (unsigned k = 0; k < ARRAY_LEN(operand_names); k++) {
        const char *at = strstr(operand_names[k].ours, ours);
        if (strcmp(theirs, operand_names[k].theirs) == 0)
            return strcmp(operand_names[k].ours, ours) == 0 || (*ours && strchr(operand_names[k].ours, ' ') && at);
    }
    return false;
}

static const struct form_row *find_row(const struct iem_file *f, bool *known)
{
    static struct form_row rows[MAX_ROWS];
    static unsigned nrows;
    bool memory = f->lock || iem_get(f, 0, "mem", NULL) || iem_get(f, 0, "mem_in", NULL);
    if (!nrows)
        nrows = form_rows_find(rows, MAX_ROWS, 32);
    *known = false;
    for (unsigned k = 0; k < nrows; k++)
        if (strcmp(form_info[rows[k].form].mnemonic, f->mnemonic) == 0) {
            *known = true;
            if (rows[k].memory == memory && same_operands(f, form_info[rows[k].form].operands))
                return &rows[k];
        }
    return NULL;
}

struct coded {
    uint8_t bytes[INSN_MAX + 1];
    unsigned len;
};

static struct coded encode(const struct iem_file *f, const struct form_row *row, unsigned n)
{
    struct coded c = {0};
    unsigned digit = row->modrm >> 3 & 7;
    if (f->lock)
        c.bytes[c.len++] = 0xf0;
    if (f->opsize == 16 && strncmp(f->family, "int", 3) == 0)
        c.bytes[c.len++] = 0x66;
    memcpy(c.bytes + c.len, row->lead, row->nlead);
    c.len += row->nlead;
    if (is_sse(f)) /* operands 0 and 1 */
        c.bytes[c.len++] = 0xc1;
    else if (is_x87(f)) /* [ESI], or ST(1) where there is a choice */
        c.bytes[c.len++] =
            (uint8_t)(row->memory ? 0x06 | digit << 3 : row->modrm | !!strstr(form_info[row->form].operands, "STi"));
    else
        c.bytes[c.len++] = (uint8_t)((row->memory ? 0x06 : 0xc0 | RM) | (row->digits == 0xff ? REG : digit) << 3);
    if (iem_get(f, n, "imm", NULL))
        c.bytes[c.len++] = (uint8_t)iem_number(f, n, "imm");
    return c;
}

/* --- From a record, and to it --- */

/* Where an operand of that name is kept. NOTE: the destination is Gv where the form begins with it. */
static uint8_t *place(const struct iem_file *f, struct iem_state *s, const char *operands, const char *name)
{
    bool reg_first = operands[0] == 'G';
    static const struct {
        const char *name;
        unsigned at;
    } in_fx[] = {{"fcw", FX_CW},         {"fsw_in", FX_SW},        {"fsw_out", FX_SW},      {"st0", FX_ST},
                 {"st0_out", FX_ST},     {"st1", FX_ST + 16},      {"st1_out", FX_ST + 16}, {"xmm1", FX_XMM},
                 {"a", FX_XMM},          {"xmm1_out", FX_XMM},     {"xmm_out", FX_XMM},     {"xmm_lo_out", FX_XMM},
                 {"xmm2", FX_XMM + 16},  {"xmm2_lo", FX_XMM + 16}, {"xmm", FX_XMM + 16},    {"xmm_lo", FX_XMM + 16},
                 {"b", FX_XMM + 16},     {"mm", FX_ST + 16},       {"mm_out", FX_ST},       {"mxcsr_in", FX_MXCSR},
                 {"mxcsr_out", FX_MXCSR}};
    for (unsigned k = 0; k < ARRAY_LEN(in_fx); k++)
        if (strcmp(in_fx[k].name, name) == 0)
            return s->fx + in_fx[k].at;
    if (!strcmp(name, "mem") || !strcmp(name, "mem_in") || !strcmp(name, "mem_out"))
        return s->mem;
    if (!strcmp(name, "efl_in") || !strcmp(name, "efl_out"))
        return (uint8_t *)&s->flags;
    if (!strcmp(name, "dst_in") || !strcmp(name, "dst_out"))
        return f->lock ? s->mem : (uint8_t *)&s->r[reg_first ? REG : RM];
    if (!strcmp(name, "src"))
        return (uint8_t *)&s->r[!strcmp(f->family, "int-muldiv") || reg_first ? RM : REG];
    if (!strcmp(name, "count") || !strcmp(name, "reg"))
        return (uint8_t *)&s->r[RCX];
    name += *name == 'e'; /* EAX, EDX */
    if (!strcmp(name, "ax_in") || !strcmp(name, "ax_out") || !strcmp(name, "reg_out"))
        return (uint8_t *)&s->r[RAX];
    if (!strcmp(name, "dx_in") || !strcmp(name, "dx_out"))
        return (uint8_t *)&s->r[RDX];
    return strcmp(name, "fault") == 0 ? (uint8_t *)&s->faulted : NULL;
}

static bool is_output(const char *name)
{
    size_t n = strlen(name);
    return strcmp(name, "fault") == 0 || (n > 4 && strcmp(name + n - 4, "_out") == 0);
}

static void load(const struct iem_file *f, unsigned n, const char *operands, struct iem_state *s)
{
    memset(s, 0, sizeof *s);
    st16(s->fx + FX_CW, 0x37f);
    st32(s->fx + FX_MXCSR, 0x1f80);
    for (unsigned k = 0; k < 8; k++)
        s->r[k] = 0x5a5a5a5a + k;
    for (unsigned k = 0; k < f->nfields; k++) {
        uint8_t *at = place(f, s, operands, f->fields[k].name);
        if (at && !is_output(f->fields[k].name))
            memcpy(at, iem_get(f, n, f->fields[k].name, NULL), f->fields[k].width);
    }
    if (is_x87(f)) {
        unsigned top = iem_number(f, n, "fsw_in") >> 11 & 7;
        if (iem_get(f, n, "st0", NULL) && !iem_number(f, n, "empty"))
            s->fx[FX_TAG] |= (uint8_t)(1u << top);
        if (iem_get(f, n, "st1", NULL))
            s->fx[FX_TAG] |= (uint8_t)(1u << ((top + 1) & 7));
    }
}

/* What was not pushed is not compared: the captures hold a filler there. */
static bool not_pushed(const struct iem_file *f, unsigned n, const char *name)
{
    bool same_top = ((iem_number(f, n, "fsw_in") ^ iem_number(f, n, "fsw_out")) & SW_TOP) == 0;
    if (strcmp(name, "st1_out") == 0)
        return same_top;
    return strcmp(name, "st0_out") == 0 && same_top &&
           (strcmp(f->family, "x87-load") == 0 || strcmp(f->family, "x87-const") == 0);
}

static void hex(char out[2 * IEM_WIDEST + 1], const uint8_t *v, unsigned width)
{
    for (unsigned k = 0; k < width; k++)
        sprintf(out + 2 * k, "%02x", v[width - 1 - k]);
}

/*
 * SDM 1 8.3.10: a transcendental's error is below one unit in the last place. Processors stay within it each in a way
 * of its own, so of these a result one unit beside the capture, with C1 as it may be, is taken, and counted.
 */
static bool transcendental(const struct iem_file *f)
{
    static const char *const names[] = {"F2XM1", "FCOS", "FPATAN", "FPTAN", "FSINCOS", "FSIN", "FYL2X", "FYL2XP1"};
    for (unsigned k = 0; k < ARRAY_LEN(names); k++)
        if (strcmp(f->mnemonic, names[k]) == 0)
            return true;
    return false;
}
static bool in_last_place(const char *name, const uint8_t *a, const uint8_t *b)
{
    if (strcmp(name, "fsw_out") == 0)
        return ((ld16(a) ^ ld16(b)) & ~(unsigned)SW_C1) == 0;
    uint64_t apart = ld64(a) - ld64(b);
    return ld16(a + 8) == ld16(b + 8) && (apart == 1 || apart == UINT64_MAX);
}

static bool same_outputs(const struct iem_file *f, unsigned n, const char *operands, struct iem_state *got,
                         struct iem_state *host, bool *beside, char *text, size_t room)
{
    *text = 0;
    *beside = false;
    for (unsigned k = 0; k < f->nfields; k++) {
        const char *name = f->fields[k].name;
        unsigned width = f->fields[k].width;
        uint8_t want[IEM_WIDEST];
        char a[2 * IEM_WIDEST + 1], b[2 * IEM_WIDEST + 1];
        if (!is_output(name) || not_pushed(f, n, name))
            continue;
        memcpy(want, host ? place(f, host, operands, name) : iem_get(f, n, name, NULL), width);
        if (!host && strncmp(name, "efl", 3) == 0) /* bit 1 is no arithmetic flag */
            st32(want, ld32(want) & FL_ARITH);
        const uint8_t *have = place(f, got, operands, name);
        if (memcmp(have, want, width) == 0)
            continue;
        if (transcendental(f) && in_last_place(name, have, want)) {
            *beside = true;
            continue;
        }
        hex(a, have, width);
        hex(b, want, width);
        size_t used = strlen(text);
        snprintf(text + used, room - used, " %s: %s not %s;", name, a, b);
    }
    return *text == 0;
}

/* --- Files --- */

static struct {
    const char *reason;
    unsigned count;
} skips[] = {
    {"64-bit operand: needs 64-bit code", 0},
    {"an instruction that the table does not have", 0},
    {"Intel's result where AMD's is captured too: Vitrine has AMD's (HACKING, Whose undefined results)", 0},
    {"no x86-64 host to compare with", 0},
    {"FSCALE of a denormal by 2^0, FPREM and FPREM1 of one by infinity, with underflow unmasked: captured once, of no "
     "named vendor; AMD's raise #U (SDM 1 8.5.5)",
     0},
};
enum skip { SKIP_64, SKIP_UNKNOWN, SKIP_VENDOR, SKIP_HOST, SKIP_DENORMAL, NO_SKIP };

/* Whether a file of AMD's stands beside this one of Intel's. */
static bool other_vendors(const struct iem_file *f, const char *path)
{
    char twin[4096];
    const char *at = strstr(path, ".intel.");
    if (strcmp(f->vendor, "Intel") != 0 || !at)
        return false;
    snprintf(twin, sizeof twin, "%.*s.amd.%s", (int)(at - path), path, at + strlen(".intel."));
    return access(twin, R_OK) == 0;
}

static enum skip skip_of(const struct iem_file *f, const char *path, enum iem_mode mode, bool known)
{
    if (mode != IEM_CAPTURE && !iem_have_host())
        return SKIP_HOST;
    if ((f->opsize == 64 && strncmp(f->family, "int", 3) == 0) || strstr(f->form, "r64") || strstr(f->form, "r/m64"))
        return SKIP_64;
    if (!known)
        return SKIP_UNKNOWN;
    return mode != IEM_VITRINE_HOST && other_vendors(f, path) ? SKIP_VENDOR : NO_SKIP;
}

static bool skip_record(const struct iem_file *f, unsigned n, enum iem_mode mode)
{
    bool scale = strcmp(f->mnemonic, "FSCALE") == 0;
    if (mode == IEM_VITRINE_HOST || (!scale && strncmp(f->mnemonic, "FPREM", 5) != 0))
        return false;
    struct f80 a = {iem_number(f, n, "st0"), ld16(iem_get(f, n, "st0", NULL) + 8)};
    struct f80 b = {iem_number(f, n, "st1"), ld16(iem_get(f, n, "st1", NULL) + 8)};
    bool skip = f80_denormal(&a) && (scale ? f80_zero(&b) : f80_inf(&b)) && !(iem_number(f, n, "fcw") & SW_UE);
    skips[SKIP_DENORMAL].count += skip;
    return skip;
}

static unsigned run_records(struct isa_rig *rig, const struct iem_file *f, const struct form_row *row, const char *path,
                            enum iem_mode mode, struct iem_totals *sum)
{
    static struct iem_state vitrine, host;
    const char *operands = form_info[row->form].operands;
    unsigned failed = 0, near = 0;
    for (unsigned n = 0; n < f->count; n++) {
        char text[400];
        bool beside;
        if (skip_record(f, n, mode)) {
            sum->skipped++;
            continue;
        }
        struct coded c = encode(f, row, n);
        load(f, n, operands, &vitrine);
        load(f, n, operands, &host);
        if (mode != IEM_CAPTURE)
            iem_host(c.bytes, c.len, &host);
        if (mode != IEM_HOST)
            iem_guest(rig, c.bytes, &vitrine);
        if (same_outputs(f, n, operands, mode == IEM_HOST ? &host : &vitrine, mode == IEM_VITRINE_HOST ? &host : NULL,
                         &beside, text, sizeof text)) {
            sum->passed++;
            near += beside;
            continue;
        }
        sum->failed++;
        if (failed++ < SHOWN && (sum->verbose || failed == 1)) {
            printf("%s: record %u, %s (", path, n, f->form);
            for (unsigned k = 0; k < c.len; k++)
                printf("%s%02x", k ? " " : "", c.bytes[k]);
            printf("):%s\n", text);
        }
    }
    if (near)
        printf("%s: %u of %u differ in the last place, within one unit (SDM 1 8.3.10)\n", path, near, f->count);
    return failed;
}

void iem_run_file(struct isa_rig *rig, const char *path, enum iem_mode mode, struct iem_totals *sum)
{
    struct iem_file f;
    struct error err = {""};
    bool known;
    if (!iem_open(&f, path, &err)) {
        fprintf(stderr, "%s\n", err.text);
        sum->broken = true;
        return;
    }
    isa_rig_flat(rig);
    const struct form_row *row = find_row(&f, &known);
    enum skip skip = skip_of(&f, path, mode, known);
    if (skip != NO_SKIP) {
        skips[skip].count += f.count;
        sum->skipped += f.count;
    } else if (!row) {
        fprintf(stderr, "%s: the table has %s, but no form of it is %s\n", path, f.mnemonic, f.form);
        sum->broken = true;
    } else {
        unsigned failed = run_records(rig, &f, row, path, mode, sum);
        if (failed)
            printf("%s: %u of %u failed\n", path, failed, f.count);
    }
    iem_close(&f);
}

void iem_report_skips(void)
{
    for (unsigned k = 0; k < ARRAY_LEN(skips); k++)
        if (skips[k].count)
            printf("skipped %u: %s\n", skips[k].count, skips[k].reason);
}
