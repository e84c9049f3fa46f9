/* SPDX-License-Identifier: MIT */
/*
 * Memory operands by rule, for every form of the instruction table and both operand sizes: what an absent page, a
 * read-only page and a segment limit do to them, and that an operand over two pages gives what one in a page gives.
 * How large an operand is and what is done to it are the table's columns, which icedtest compares.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "cpu/sys/system.h"
#include "tests/isa/form_rows.h"
#include "tests/isa/rig.h"

enum { PD_AT = 0x900000, PT_AT = 0x901000, CODE_RIP = 0x1000 };
enum { PLAIN = 0x700000, ABSENT = 0x702000, READ_ONLY = 0x704000, MAX_ROWS = 2000, STATE_MAX = 8192 };
enum { EVENLY = 64 }; /* an operand here is aligned, whatever its size */

static struct isa_rig rig;
static struct cpu *c;
static struct form_row rows[MAX_ROWS];
static unsigned nrows;

/* All pages present and writable but for two. */
static void make_tables(void)
{
    for (uint32_t at = 0; at < RIG_RAM_BYTES; at += PAGE_SIZE)
        isa_rig_put32(&rig, PT_AT + at / PAGE_SIZE * 4, at | (at == ABSENT ? 0x62 : at == READ_ONLY ? 0x61 : 0x63));
    for (uint32_t n = 0; n < 4; n++)
        isa_rig_put32(&rig, PD_AT + 4 * n, (PT_AT + n * PAGE_SIZE) | 0x63);
}

static void setup(void)
{
    isa_rig_init(&rig);
    c = rig.cpu;
    nrows = form_rows_find(rows, MAX_ROWS, 32);
    make_tables();
}
static void teardown(void)
{
    isa_rig_free(&rig);
}

/* One row with one operand size. */
struct sized_form {
    const struct form_row *row;
    const struct form_info *info;
    bool word; /* prefix 66 */
};

static const char *name_of(const struct sized_form *f)
{
    static char text[80];
    snprintf(text, sizeof text, "%s %s%s", f->info->mnemonic, f->info->operands, f->word ? ", 16 bits" : "");
    return text;
}

/* Flat, with paging. */
static void prepare(void)
{
    isa_rig_flat(&rig);
    c->cr3 = PD_AT;
    c->cr0 |= CR0_PG | CR0_WP | CR0_NE;
    c->cr4 |= CR4_OSFXSR | CR4_OSXMMEXCPT;
    c->x87.cw = 0x37f;
    c->x87.tag = 0xf0;
    c->mxcsr = 0x1f80;
    tlb_flush_all(c);
    mode_update(c);
}

static void fill_registers(void)
{
    for (unsigned r = 0; r < 8; r++)
        c->regs[r] = r == RSP ? 0x80000 : r + 1;
    for (unsigned r = 0; r < 8; r++) {
        c->x87.st[r] = (struct f80){UINT64_C(0x8000000000000000) + r, (uint16_t)(0x3fff + r)};
        for (unsigned k = 0; k < 4; k++)
            c->xmm[r].d[k] = 0x3f800000 + 0x10000 * r + k;
    }
    c->cpl = 0;
    cpu_set_eflags(c, FL_CF | FL_SF);
}

/* Executes the form with its operand at off of the segment. Prefix 0: DS. */
static enum xstat execute(const struct sized_form *f, uint8_t prefix, uint32_t off)
{
    const struct form_row *r = f->row;
    uint8_t b[16] = {0};
    unsigned n = 0;
    if (prefix)
        b[n++] = prefix;
    if (f->word)
        b[n++] = 0x66;
    for (unsigned k = 0; k < r->nlead; k++)
        b[n++] = r->lead[k];
    if (r->has_modrm) {
        b[n++] = r->modrm;
        b[n++] = 0; /* disp8 */
        b[n] = 1;   /* a count or a value */
        c->regs[RSI] = off;
    } else {
        st32(b + n, off);
    }
    return isa_rig_exec(&rig, b, CODE_RIP);
}

static bool decodes_as_word(const struct form_row *r)
{
    uint8_t b[16] = {0x66};
    struct insn in;
    memcpy(b + 1, r->lead, r->nlead);
    b[1 + r->nlead] = r->modrm;
    return isa_decode(b, INSN_MAX, (struct decode_mode){.bits = 32}, &in) == DECODE_OK && in.form == r->form &&
           in.opsize == SZ16;
}

/* Calls test for each form that has an explicit memory operand. */
static void each_form(void (*test)(const struct sized_form *f))
{
    unsigned n = 0;
    for (unsigned k = 0; k < nrows; k++) {
        const struct form_row *r = &rows[k];
        struct sized_form f = {r, &form_info[r->form], false};
        bool is_ud = !strncmp(f.info->mnemonic, "UD", 2), moffs = !r->has_modrm && r->imm == 4;
        if (!r->memory || (!r->has_modrm && !moffs) || !f.info->exec || is_ud)
            continue;
        test(&f);
        f.word = true;
        if (decodes_as_word(r))
            test(&f);
        n++;
    }
    ck_assert_uint_gt(n, 400);
}

/* --- State --- */

static void save(uint8_t *to)
{
    uint32_t at = 0;
    set_arith(c, arith_flags(c));
    for (uint32_t k = 0; k < cpu_state_table.nfields; k++) {
        const struct state_field *f = &cpu_state_table.fields[k];
        ck_assert_uint_le(at + f->size * f->count, STATE_MAX);
        memcpy(to + at, (const uint8_t *)c + f->offset, f->size * f->count);
        at += f->size * f->count;
    }
}

/* The name of the first field that differs, but for ESI; NULL: none does. */
static const char *difference(const uint8_t *a, const uint8_t *b)
{
    uint32_t at = 0;
    for (uint32_t k = 0; k < cpu_state_table.nfields; k++) {
        const struct state_field *f = &cpu_state_table.fields[k];
        for (uint32_t i = 0; i < f->count; i++, at += f->size)
            if (memcmp(a + at, b + at, f->size) && !(!strcmp(f->name, "regs") && i == RSI))
                return f->name;
    }
    return NULL;
}

static uint32_t sum_of(uint32_t page)
{
    uint32_t sum = 0;
    for (uint32_t at = page; at < page + PAGE_SIZE; at += 4)
        sum = sum * 31 + isa_rig_get32(&rig, at);
    return sum;
}

/* --- Pages --- */

static void faults_at(const struct sized_form *f, uint32_t at, uint32_t code)
{
    uint8_t before[STATE_MAX], after[STATE_MAX];
    prepare();
    fill_registers();
    c->regs[RSI] = at;
    save(before);
    uint32_t sum = sum_of(at & ~0xfffu);
    enum xstat st = execute(f, 0, at);
    save(after);
    ck_assert_msg(st == X_FAULT && c->exc.vector == EXC_PF, "%s at %x: no page fault", name_of(f), at);
    ck_assert_msg(c->exc.code == code, "%s at %x: error code %x, not %x", name_of(f), at, c->exc.code, code);
    ck_assert_msg(c->exc.cr2 == at, "%s at %x: CR2 %x", name_of(f), at, (unsigned)c->exc.cr2);
    const char *field = difference(before, after);
    ck_assert_msg(!field, "%s at %x: the fault changed %s", name_of(f), at, field);
    ck_assert_msg(sum_of(at & ~0xfffu) == sum, "%s at %x: the fault changed memory", name_of(f), at);
}

static void in_absent_page(const struct sized_form *f)
{
    if (f->info->mem & (FM_READ | FM_WRITE)) {
        /* ARPL writes where RPL changes, which it has to read before (SDM 2A ARPL). */
        bool writes = f->info->mem & FM_WRITE && strcmp(f->info->mnemonic, "ARPL") != 0;
        faults_at(f, ABSENT + EVENLY, writes ? 2 : 0);
        return;
    }
    prepare();
    fill_registers();
    enum xstat st = execute(f, 0, ABSENT + EVENLY);
    ck_assert_msg(st != X_FAULT, "%s: an address alone faults", name_of(f));
}

START_TEST(operand_in_an_absent_page_faults_and_changes_nothing)
{
    each_form(in_absent_page);
}
END_TEST

static void in_read_only_page(const struct sized_form *f)
{
    if (f->info->mem & FM_WRITE) {
        faults_at(f, READ_ONLY + EVENLY, 3);
        return;
    }
    prepare();
    fill_registers();
    enum xstat st = execute(f, 0, READ_ONLY + EVENLY);
    ck_assert_msg(st != X_FAULT || c->exc.vector != EXC_PF, "%s: reading faults", name_of(f));
}

START_TEST(operand_in_a_read_only_page_faults_where_it_is_written)
{
    each_form(in_read_only_page);
}
END_TEST

/* --- Sizes: SDM 2D A.2.2 --- */

static unsigned operand_size(const struct sized_form *f)
{
    static const struct {
        const char *letters;
        uint8_t size, size16;
    } sizes[] = {{"Menv", 28, 14}, {"Mstate", 108, 94}, {"Mbcd", 10, 10}, {"Mfs", 4, 4}, {"Mfd", 8, 8}, {"Mfx", 10, 10},
                 {"Mis", 2, 2},    {"Mid", 4, 4},       {"Miq", 8, 8},    {"Eb", 1, 1},  {"Ew", 2, 2},  {"Ev", 4, 2},
                 {"Mp", 6, 4},     {"Ma", 8, 4},        {"Ms", 6, 6},     {"Mq", 8, 8},  {"Mw", 2, 2},  {"My", 4, 4},
                 {"Ob", 1, 1},     {"Ov", 4, 2},        {"Ey", 4, 4}};
    if (f->info->mem_size)
        return f->info->mem_size;
    for (unsigned k = 0; k < ARRAY_LEN(sizes); k++)
        if (strstr(f->info->operands, sizes[k].letters))
            return f->word ? sizes[k].size16 : sizes[k].size;
    ck_abort_msg("%s: how large is it?", name_of(f));
}

/* The first exception, or -1: with the segment's limit at `limit` and the last byte of the operand at 0FFFh. */
static int with_limit(const struct sized_form *f, unsigned seg, uint8_t prefix, uint32_t limit, uint32_t *code)
{
    uint32_t off = 0x1000 - operand_size(f);
    fill_registers();
    isa_rig_segment(&rig, seg, PLAIN + 0x1000 - off, limit); /* aligned: PLAIN + 1000h */
    enum xstat st = execute(f, prefix, off);
    isa_rig_segment(&rig, seg, 0, 0xffffffff);
    *code = st == X_FAULT && c->exc.has_code ? c->exc.code : 0;
    return st == X_FAULT ? c->exc.vector : -1;
}

static void at_the_limit(const struct sized_form *f)
{
    static const struct {
        uint8_t seg, prefix, vector;
    } cases[] = {{SEG_DS, 0, EXC_GP}, {SEG_ES, 0x26, EXC_GP}, {SEG_FS, 0x64, EXC_GP}, {SEG_GS, 0x65, EXC_GP}};
    uint32_t code, free_code;
    if (!(f->info->mem & (FM_READ | FM_WRITE)))
        return;
    for (unsigned k = 0; k < ARRAY_LEN(cases); k++) {
        prepare();
        int unlimited = with_limit(f, cases[k].seg, cases[k].prefix, 0xffffffff, &free_code);
        prepare();
        int inside = with_limit(f, cases[k].seg, cases[k].prefix, 0xfff, &code);
        ck_assert_msg(inside == unlimited && code == free_code, "%s: %d within the limit, %d without", name_of(f),
                      inside, unlimited);
        prepare();
        int beyond = with_limit(f, cases[k].seg, cases[k].prefix, 0xffe, &code);
        ck_assert_msg(beyond == cases[k].vector && code == 0, "%s: %d with the last byte beyond the limit", name_of(f),
                      beyond);
        if (k == 0)
            ck_assert_msg(unlimited != EXC_SS, "%s: #SS through DS", name_of(f));
    }
}

START_TEST(operand_ends_at_the_limit_to_the_byte)
{
    each_form(at_the_limit);
}
END_TEST

/* --- Over two pages --- */

/* Puts a pattern around `at`, executes, and gives what came of it. */
static int at_place(const struct sized_form *f, uint32_t at, unsigned size, uint8_t *state, uint8_t *bytes)
{
    fill_registers();
    for (unsigned k = 0; k < size + 8; k++)
        bytes[k] = (uint8_t)(f->row->form * 7u + 13 * k + 1);
    if (!strcmp(f->info->mnemonic, "LDMXCSR") || !strcmp(f->info->mnemonic, "FXRSTOR"))
        memset(bytes, 0, size + 8);
    isa_rig_put(&rig, at - 4, bytes, size + 8);
    enum xstat st = execute(f, 0, at);
    c->x87.fdp = 0; /* where the operand was */
    save(state);
    isa_rig_get(&rig, at - 4, bytes, size + 8);
    return st == X_FAULT ? 0x100 + c->exc.vector : (int)st;
}

static void over_two_pages(const struct sized_form *f)
{
    uint8_t one[STATE_MAX], two[STATE_MAX], bytes_one[600], bytes_two[600];
    unsigned size = f->info->mem & (FM_READ | FM_WRITE) ? operand_size(f) : 0;
    if (size < 2)
        return;
    prepare();
    int inside = at_place(f, PLAIN + EVENLY, size, one, bytes_one);
    if (inside >= 0x100)
        return; /* what faults is for other tests */
    for (unsigned k = 0; k<size; k += size> 16 ? 13 : 1) {
        prepare();
        int st = at_place(f, PLAIN + 0x1000 - size + k, size, two, bytes_two);
        if (st == 0x100 + EXC_GP) /* an operand of 16 bytes that must be aligned */
            return;
        const char *field = difference(one, two);
        ck_assert_msg(st == inside, "%s, %u bytes in the second page: %x, not %x", name_of(f), k, st, inside);
        ck_assert_msg(!field, "%s, %u bytes in the second page: another %s", name_of(f), k, field);
        ck_assert_msg(!memcmp(bytes_one, bytes_two, size + 8), "%s, %u bytes in the second page: other memory",
                      name_of(f), k);
    }
}

START_TEST(operand_over_two_pages_gives_what_one_in_a_page_gives)
{
    each_form(over_two_pages);
}
END_TEST

/* --- The stack --- */

static bool uses_stack(const struct form_row *r)
{
    const struct form_info *i = &form_info[r->form];
    bool far = !strcmp(i->operands, "Ap") || !strcmp(i->operands, "Mp");
    return i->attrs & (FA_PUSH | FA_POP) && !(i->faults & (FF_SOFT | FF_X87)) && !far && i->exec;
}

/* How many words it pushes or pops. */
static unsigned words_of(const struct sized_form *f)
{
    static const struct {
        const char *mnemonic;
        unsigned words;
    } many[] = {{"PUSHA", 8}, {"POPA", 8}, {"RETF", 2}, {"IRET", 3}};
    for (unsigned k = 0; k < ARRAY_LEN(many); k++)
        if (!strcmp(f->info->mnemonic, many[k].mnemonic))
            return many[k].words;
    return 1;
}

/* Executes it with ESP (and EBP, for LEAVE) as said; ModRM operands are in plain memory. */
static int with_stack(const struct sized_form *f, uint32_t esp, uint32_t limit)
{
    static const uint8_t zeros[64];
    const struct form_row *r = f->row;
    uint8_t b[16] = {0};
    unsigned n = 0;
    prepare();
    fill_registers();
    isa_rig_put(&rig, PLAIN, zeros, sizeof zeros);
    isa_rig_segment(&rig, SEG_SS, 0, limit);
    c->regs[RSP] = c->regs[RBP] = esp;
    c->regs[RSI] = PLAIN;
    if (f->word)
        b[n++] = 0x66;
    for (unsigned k = 0; k < r->nlead; k++)
        b[n++] = r->lead[k];
    if (r->has_modrm)
        b[n++] = r->modrm;
    n += r->has_modrm && r->memory; /* disp8 */
    b[n] = 1;                       /* an immediate */
    enum xstat st = isa_rig_exec(&rig, b, CODE_RIP);
    return st == X_FAULT ? c->exc.vector : -1;
}

static void stack_pages(const struct sized_form *f)
{
    uint8_t before[STATE_MAX], after[STATE_MAX];
    bool push = f->info->attrs & FA_PUSH;
    uint32_t esp = ABSENT + 0x800;
    int vector = with_stack(f, esp, 0xffffffff);
    uint32_t page = (uint32_t)c->exc.cr2 & ~0xfffu;
    ck_assert_msg(vector == EXC_PF && page == ABSENT, "%s with its stack in an absent page: %d", name_of(f), vector);
    ck_assert_msg(c->exc.code == (push ? 2 : 0), "%s: error code %x", name_of(f), c->exc.code);
    save(after);
    prepare();
    fill_registers();
    c->regs[RSP] = c->regs[RBP] = esp;
    save(before);
    const char *field = difference(before, after);
    ck_assert_msg(!field, "%s: the fault changed %s", name_of(f), field);
}

static void stack_limits(const struct sized_form *f)
{
    uint32_t esp = PLAIN + 0x800, size = f->word ? 2 : 4, last;
    last = f->info->attrs & FA_PUSH ? esp - 1 : esp + size * words_of(f) - 1;
    isa_rig_put32(&rig, PLAIN + 0x800, 0);
    isa_rig_put32(&rig, PLAIN + 0x804, 0);
    isa_rig_put32(&rig, PLAIN + 0x808, 0);
    int unlimited = with_stack(f, esp, 0xffffffff), inside = with_stack(f, esp, last);
    ck_assert_msg(inside == unlimited, "%s: %d within the limit, %d without", name_of(f), inside, unlimited);
    ck_assert_msg(unlimited != EXC_SS, "%s: #SS without a limit", name_of(f));
    int beyond = with_stack(f, esp, last - 1);
    ck_assert_msg(beyond == EXC_SS && c->exc.code == 0, "%s: %d with a byte beyond the limit", name_of(f), beyond);
    ck_assert_msg(c->regs[RSP] == esp, "%s: ESP moved", name_of(f));
}

static void each_stack_form(void (*test)(const struct sized_form *f))
{
    unsigned n = 0;
    for (unsigned k = 0; k < nrows; k++) {
        struct sized_form f = {&rows[k], &form_info[rows[k].form], false};
        if (!uses_stack(&rows[k]))
            continue;
        test(&f);
        f.word = true;
        if (decodes_as_word(&rows[k]))
            test(&f);
        n++;
    }
    ck_assert_uint_gt(n, 25);
}

START_TEST(stack_in_an_absent_page_faults_and_changes_nothing)
{
    each_stack_form(stack_pages);
}
END_TEST

START_TEST(stack_ends_at_the_limit_to_the_byte)
{
    each_stack_form(stack_limits);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("operand");
    TCase *t = tcase_create("operand");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, operand_in_an_absent_page_faults_and_changes_nothing);
    tcase_add_test(t, operand_in_a_read_only_page_faults_where_it_is_written);
    tcase_add_test(t, operand_ends_at_the_limit_to_the_byte);
    tcase_add_test(t, operand_over_two_pages_gives_what_one_in_a_page_gives);
    tcase_add_test(t, stack_in_an_absent_page_faults_and_changes_nothing);
    tcase_add_test(t, stack_ends_at_the_limit_to_the_byte);
    suite_add_tcase(s, t);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
