/* SPDX-License-Identifier: MIT */
/*
 * String instructions by rule (SDM 2B REP, INS, OUTS): wrapping, faults in the middle, positions, ports. What they move
 * and compare is held against the host in host_diff_test.c.
 */
#include <check.h>

#include "tests/isa/rig.h"

static struct isa_rig rig;
static struct cpu *c;

static void setup(void)
{
    isa_rig_init(&rig);
    c = rig.cpu;
}
static void flat(void)
{
    isa_rig_flat(&rig);
}
static void teardown(void)
{
    isa_rig_free(&rig);
}

#define EXEC(...) isa_rig_exec(&rig, (const uint8_t[16]){__VA_ARGS__}, 0x1000)
#define CODE(at, ...)                                 \
    do {                                              \
        static const uint8_t code_[] = {__VA_ARGS__}; \
        isa_rig_put(&rig, at, code_, sizeof code_);   \
    } while (0)

static uint16_t get16(uint32_t at)
{
    return (uint16_t)isa_rig_get32(&rig, at);
}

START_TEST(rep_movs_that_faults_half_way_has_exact_registers_and_position)
{
    flat();
    for (unsigned k = 0; k < 8192; k += 4)
        isa_rig_put32(&rig, 0x300000 + k, k * 0x01010101u);
    isa_rig_segment(&rig, SEG_ES, 0, 0x401803); /* room for 1000h + 804h bytes from 400000h on */
    c->regs[RSI] = 0x300000;
    c->regs[RDI] = 0x400000;
    c->regs[RCX] = 2048;
    c->blk_pos = 100;
    ck_assert_int_eq(EXEC(0xf3, 0xa5), X_FAULT);
    ck_assert_uint_eq(c->exc.vector, EXC_GP);
    ck_assert_uint_eq(c->regs[RDI], 0x401804);
    ck_assert_uint_eq(c->regs[RSI], 0x301804);
    ck_assert_uint_eq(c->regs[RCX], 2048 - 0x1804 / 4);
    ck_assert_uint_eq(c->blk_pos, 100 + 0x1804 / 4);
    ck_assert_uint_eq(isa_rig_get32(&rig, 0x401800), 0x1800 * 0x01010101u);
}
END_TEST

START_TEST(rep_stops_where_the_engine_wants_a_boundary)
{
    flat();
    c->regs[RDI] = 0x400000;
    c->regs[RCX] = 5000;
    c->blk_pos = 10;
    c->stop_pos = 1010;
    ck_assert_int_eq(EXEC(0xf3, 0xaa), X_REPEAT);
    ck_assert_uint_eq(c->regs[RCX], 4000);
    ck_assert_uint_eq(c->regs[RDI], 0x400000 + 1000);
    ck_assert_uint_eq(c->blk_pos, 1010);
    c->stop_pos = 100000;
    ck_assert_int_eq(EXEC(0xf3, 0xaa), X_NEXT);
    ck_assert_uint_eq(c->regs[RCX], 0);
    ck_assert_uint_eq(c->blk_pos, 1010 + 4000 - 1); /* the instruction itself counts one */
}
END_TEST

START_TEST(rep_with_count_0_does_nothing_and_counts_one)
{
    flat();
    c->blk_pos = 10;
    c->regs[RCX] = 0x10000;
    ck_assert_int_eq(EXEC(0x67, 0xf3, 0xaa), X_NEXT); /* CX is 0 */
    ck_assert_uint_eq(c->blk_pos, 10);
    ck_assert_uint_eq(c->regs[RCX], 0x10000);
}
END_TEST

START_TEST(positions_are_the_same_however_a_run_is_cut)
{
    for (unsigned cut = 1; cut < 40; cut += 7) {
        flat();
        CODE(0x5000, 0xf3, 0xa4,              /* rep movsb */
             0xf3, 0xaa,                      /* rep stosb, ECX 0 */
             0xb9, 0x21, 0, 0, 0, 0xf3, 0xab, /* mov ecx,33; rep stosd */
             0xf2, 0xae,                      /* repne scasb, ECX 0 */
             0xf4);
        c->rip = 0x5000;
        c->regs[RCX] = 100;
        c->regs[RSI] = 0x300000;
        c->regs[RDI] = 0x400ff0;
        rig.clock.pos = 0;
        unsigned runs = 0;
        enum cpu_stop stop;
        do {
            stop = cpu_run(c, rig.clock.pos + cut);
        } while (stop == CPU_BUDGET && ++runs < 1000);
        ck_assert_int_eq(stop, CPU_HALTED);
        ck_assert_uint_eq(rig.clock.pos, 100 + 1 + 1 + 33 + 1 + 1);
        ck_assert_uint_eq(c->regs[RDI], 0x400ff0 + 100 + 33 * 4);
    }
}
END_TEST

START_TEST(downward_string_wraps_at_offset_0)
{
    isa_rig_real(&rig);
    isa_rig_segment(&rig, SEG_ES, 0x20100, 0xffff); /* not at a page's start */
    c->regs[RDI] = 3;
    c->regs[RCX] = 8;
    c->regs[RAX] = 0x5a;
    c->eflags |= FL_DF;
    ck_assert_int_eq(EXEC(0xf3, 0xaa), X_NEXT);
    ck_assert_uint_eq(c->regs[RDI], 0xfffb);
    for (unsigned k = 0; k < 4; k++) {
        ck_assert_uint_eq(get16(0x20100 + k) & 0xff, 0x5a);
        ck_assert_uint_eq(get16(0x20100 + 0xfffc + k) & 0xff, 0x5a);
        ck_assert_uint_eq(get16(0x200fc + k) & 0xff, 0);
    }
    isa_rig_put32(&rig, 0x20100, 0);
}
END_TEST

START_TEST(upward_string_wraps_at_64k)
{
    isa_rig_real(&rig);
    isa_rig_segment(&rig, SEG_ES, 0x40000, 0xffff);
    c->regs[RDI] = 0xfffc;
    c->regs[RCX] = 8;
    c->regs[RAX] = 0x77;
    ck_assert_int_eq(EXEC(0xf3, 0xaa), X_NEXT);
    ck_assert_uint_eq(c->regs[RDI], 4);
    ck_assert_uint_eq(isa_rig_get32(&rig, 0x4fffc), 0x77777777);
    ck_assert_uint_eq(isa_rig_get32(&rig, 0x40000), 0x77777777);
}
END_TEST

START_TEST(segment_override_moves_the_source_and_never_the_destination)
{
    isa_rig_real(&rig);
    isa_rig_segment(&rig, SEG_FS, 0x50000, 0xffff);
    isa_rig_segment(&rig, SEG_ES, 0x60000, 0xffff);
    isa_rig_put32(&rig, 0x50010, 0xabcd);
    c->regs[RSI] = c->regs[RDI] = 0x10;
    EXEC(0x64, 0xa5);
    ck_assert_uint_eq(get16(0x60010), 0xabcd);
}
END_TEST

/* Wherever a run is cut, then, the same happens: an instruction that was paused is fetched anew, too. */
START_TEST(rep_that_overwrites_itself_is_fetched_anew_after_that_iteration)
{
    for (unsigned cut = 1; cut < 12; cut++) {
        flat();
        CODE(0x6000, 0xb8, 0x43, 0x43, 0x43, 0x43,                  /* mov eax,43434343h: inc ebx, four times */
             0xbf, 0x10, 0x60, 0, 0, 0xb9, 2, 0, 0, 0,              /* mov edi,6010h; mov ecx,2 */
             0x90, 0xf3, 0xab, 0x90, 0x90, 0x90, 0x90, 0x90, 0xf4); /* nop; 6010h: rep stosd */
        c->rip = 0x6000;
        rig.clock.pos = 0;
        enum cpu_stop stop;
        do {
            stop = cpu_run(c, rig.clock.pos + cut);
        } while (stop == CPU_BUDGET && rig.clock.pos < 1000);
        ck_assert_int_eq(stop, CPU_HALTED);
        ck_assert_uint_eq(c->regs[RBX], 4);
        ck_assert_uint_eq(c->regs[RCX], 1);
        ck_assert_uint_eq(rig.clock.pos, 4 + 1 + 4 + 3 + 1);
    }
}
END_TEST

struct port_log {
    uint64_t pos[64];
    unsigned n;
};
static uint64_t logged_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct port_log *l = ctx;
    (void)offset;
    (void)size;
    (void)who;
    l->pos[l->n & 63] = rig.clock.pos;
    return 0x1100 + l->n++;
}
static void logged_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    (void)value;
    logged_read(ctx, offset, size, who);
}

START_TEST(rep_ins_and_outs_reach_the_port_at_the_position_of_each_iteration)
{
    static const struct io_ops ops = {logged_read, logged_write, 2};
    struct port_log log = {{0}, 0};
    struct port_range range = {.name = "log", .base = 0x1f0, .count = 4, .ops = &ops, .ctx = &log};
    flat();
    port_claim(rig.bus.ports, &range);
    CODE(0x5000, 0x90, 0x90, 0x66, 0xf3, 0x6d, 0x90, 0xb9, 3, 0, 0, 0, 0x66, 0xf3, 0x6f, 0xf4);
    c->rip = 0x5000;
    c->regs[RDX] = 0x1f0;
    c->regs[RCX] = 10;
    c->regs[RSI] = 0x300000;
    c->regs[RDI] = 0x400ffb; /* one of the words lies across a page end */
    rig.clock.pos = 1000;
    ck_assert_int_eq(cpu_run(c, 100000), CPU_HALTED);
    ck_assert_uint_eq(log.n, 13);
    for (unsigned k = 0; k < 10; k++) {
        ck_assert_uint_eq(log.pos[k], 1002 + k);
        ck_assert_uint_eq(get16(0x400ffb + 2 * k), 0x1100 + k);
    }
    for (unsigned k = 0; k < 3; k++) /* nop and mov between */
        ck_assert_uint_eq(log.pos[10 + k], 1014 + k);
    ck_assert_uint_eq(c->regs[RSI], 0x300006);
    port_release(rig.bus.ports, &range);
}
END_TEST

START_TEST(ins_whose_destination_faults_does_not_read_the_port)
{
    static const struct io_ops ops = {logged_read, logged_write, 4};
    struct port_log log = {{0}, 0};
    struct port_range range = {.name = "log", .base = 0x1f0, .count = 4, .ops = &ops, .ctx = &log};
    flat();
    port_claim(rig.bus.ports, &range);
    isa_rig_segment(&rig, SEG_ES, 0, 0xfff);
    c->regs[RDX] = 0x1f0;
    c->regs[RDI] = 0xffd;
    ck_assert_int_eq(EXEC(0x6d), X_FAULT);
    ck_assert_uint_eq(c->exc.vector, EXC_GP);
    ck_assert_uint_eq(log.n, 0);
    ck_assert_uint_eq(c->regs[RDI], 0xffd);
    port_release(rig.bus.ports, &range);
}
END_TEST

struct last_access {
    uint32_t offset, size, value, writes, reads;
};
static uint64_t last_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct last_access *l = ctx;
    (void)who;
    l->offset = (uint32_t)offset;
    l->size = size;
    l->reads++;
    return UINT64_C(0x123456789abcdef0) >> 8 * offset;
}
static void last_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct last_access *l = ctx;
    (void)who;
    l->offset = (uint32_t)offset;
    l->size = size;
    l->value = (uint32_t)value;
    l->writes++;
}

/*
 * SDM 2A IN, INS; 2B OUT, OUTS: the port is an immediate byte or DX, the size the operand's; IN leaves the rest of EAX.
 */
START_TEST(in_out_ins_outs_of_each_size_reach_the_port_that_imm8_or_dx_names)
{
    static const struct io_ops ops = {last_read, last_write, 4};
    static const struct {
        uint8_t bytes[5], offset, size;
        bool out;
    } row[] = {
        {{0xe4, 0xe1}, 1, 1, false}, {{0x66, 0xe5, 0xe2}, 2, 2, false}, {{0xe5, 0xe0}, 0, 4, false},
        {{0xec}, 3, 1, false},       {{0x66, 0xed}, 3, 2, false},       {{0xed}, 3, 4, false},
        {{0xe6, 0xe1}, 1, 1, true},  {{0x66, 0xe7, 0xe2}, 2, 2, true},  {{0xe7, 0xe0}, 0, 4, true},
        {{0xee}, 3, 1, true},        {{0x66, 0xef}, 3, 2, true},        {{0xef}, 3, 4, true},
        {{0x6c}, 3, 1, false},       {{0x66, 0x6d}, 3, 2, false},       {{0x6d}, 3, 4, false},
        {{0x6e}, 3, 1, true},        {{0x66, 0x6f}, 3, 2, true},        {{0x6f}, 3, 4, true},
    };
    struct last_access last = {0};
    struct port_range range = {.name = "last", .base = 0xe0, .count = 8, .ops = &ops, .ctx = &last};
    flat();
    port_claim(rig.bus.ports, &range);
    for (unsigned k = 0; k < ARRAY_LEN(row); k++) {
        uint8_t code[INSN_MAX] = {0}, opcode = row[k].bytes[row[k].bytes[0] == 0x66];
        bool string = opcode >= 0x6c && opcode <= 0x6f;
        uint32_t mask = UINT32_MAX >> (32 - 8 * row[k].size),
                 from_port = (uint32_t)(UINT64_C(0x123456789abcdef0) >> 8 * row[k].offset);
        memcpy(code, row[k].bytes, sizeof row[k].bytes);
        last = (struct last_access){0};
        c->regs[RAX] = 0xa1b2c3d4;
        c->regs[RDX] = 0xffff00e3; /* the upper half is nothing to the port */
        c->regs[RSI] = 0x300000;
        c->regs[RDI] = 0x400000;
        isa_rig_put32(&rig, 0x300000, 0x55667788);
        isa_rig_put32(&rig, 0x400000, 0xa1b2c3d4);
        ck_assert_int_eq(isa_rig_exec(&rig, code, 0x1000), X_NEXT);
        ck_assert_uint_eq(last.size, row[k].size);
        ck_assert_uint_eq(last.offset, row[k].offset);
        ck_assert_uint_eq(last.writes, row[k].out);
        ck_assert_uint_eq(last.reads, !row[k].out);
        if (row[k].out)
            ck_assert_uint_eq(last.value & mask, (string ? 0x55667788 : 0xa1b2c3d4) & mask);
        else
            ck_assert_uint_eq(string ? isa_rig_get32(&rig, 0x400000) : c->regs[RAX],
                              (0xa1b2c3d4 & ~mask) | (from_port & mask));
        ck_assert_uint_eq(c->regs[RDI], 0x400000 + (string && !row[k].out ? row[k].size : 0));
        ck_assert_uint_eq(c->regs[RSI], 0x300000 + (string && row[k].out ? row[k].size : 0));
    }
    port_release(rig.bus.ports, &range);
}
END_TEST

/* --- REP against single instructions --- */

static uint32_t flags(void)
{
    return arith_flags(c);
}

enum { FIELD_AT = 0x20000, FIELD_BYTES = 0x22000, OTHER_BASE = FIELD_AT + 0x1003 };

static uint32_t near_an_edge(struct random *r, uint32_t limit)
{
    const uint32_t edges[] = {0x20, 0x1000, 0xffff, limit & 0x1ffff};
    return edges[random_below(r, 4)] - 24 + random_below(r, 32);
}

/* Memory in which neighbours are often equal, segments that end early, SI and DI close to each other or to an edge. */
static void string_state(uint64_t seed, bool down)
{
    static const uint32_t limits[] = {0xffff, 0x1007, 0x1ffff};
    static uint8_t field[FIELD_BYTES];
    struct random r = {seed};
    isa_rig_flat(&rig);
    for (uint32_t k = 0; k < FIELD_BYTES; k++)
        field[k] = random_below(&r, 40) ? 0 : (uint8_t)random_next(&r);
    isa_rig_put(&rig, FIELD_AT, field, FIELD_BYTES);
    uint32_t limit = limits[random_below(&r, 3)];
    isa_rig_segment(&rig, SEG_DS, FIELD_AT, limits[random_below(&r, 3)]);
    isa_rig_segment(&rig, SEG_ES, FIELD_AT + random_below(&r, 3), limit);
    isa_rig_segment(&rig, SEG_FS, OTHER_BASE, 0xffff);
    c->regs[RSI] = near_an_edge(&r, limit);
    c->regs[RDI] = random_below(&r, 2) ? near_an_edge(&r, limit) : c->regs[RSI] + random_below(&r, 16) - 8;
    c->regs[RDI] &= 0xffffffff;
    c->regs[RCX] = random_below(&r, 5) ? random_below(&r, 30) : 0x10000 + random_below(&r, 20);
    c->regs[RAX] = random_below(&r, 2) ? 0 : 0x12345678;
    cpu_set_eflags(c, FL_CF | FL_PF | (down ? FL_DF : 0));
    c->blk_pos = 0;
    c->rep_paused_at = UINT64_MAX;
}

struct string_form {
    uint8_t prefixes[3], nprefixes, rep, opcode;
    bool compares;
};

static enum xstat string_exec(const struct string_form *f, bool rep)
{
    uint8_t b[16] = {0};
    unsigned n = 0;
    for (unsigned k = 0; k < f->nprefixes; k++)
        b[n++] = f->prefixes[k];
    if (rep)
        b[n++] = f->rep;
    b[n] = f->opcode;
    return isa_rig_exec(&rig, b, 0x1000);
}

/* SDM 2B REP: what the prefix does, one iteration at a time. Gives the iterations that were completed. */
static uint64_t one_by_one(const struct string_form *f, enum xstat *st)
{
    bool narrow = memchr(f->prefixes, 0x67, f->nprefixes) != NULL;
    uint32_t mask = narrow ? 0xffff : 0xffffffff, flags_before = flags();
    uint64_t n = 0;
    *st = X_NEXT;
    while (c->regs[RCX] & mask) {
        *st = string_exec(f, false);
        if (*st == X_FAULT) {
            if (f->compares)
                set_arith(c, flags_before);
            return n;
        }
        c->regs[RCX] = (c->regs[RCX] & ~(uint64_t)mask) | ((c->regs[RCX] - 1) & mask);
        n++;
        if (f->compares && ((flags() & FL_ZF) != 0) != (f->rep == 0xf3))
            break;
    }
    return n;
}

static void rep_like_singles(const struct string_form *f, uint64_t seed, bool down)
{
    static uint8_t want[FIELD_BYTES], got[FIELD_BYTES];
    uint64_t regs[8];
    enum xstat st;
    string_state(seed, down);
    uint64_t n = one_by_one(f, &st);
    memcpy(regs, c->regs, sizeof regs);
    uint32_t fl = flags();
    struct exception exc = c->exc;
    isa_rig_get(&rig, FIELD_AT, want, FIELD_BYTES);
    string_state(seed, down);
    enum xstat is = string_exec(f, true);
    isa_rig_get(&rig, FIELD_AT, got, FIELD_BYTES);
    ck_assert_msg(is == st, "%02x, seed %u: ends as %d, not %d", f->opcode, (unsigned)seed, is, st);
    if (st == X_FAULT)
        ck_assert_msg(c->exc.vector == exc.vector && c->exc.code == exc.code, "%02x, seed %u: exception %u", f->opcode,
                      (unsigned)seed, c->exc.vector);
    for (unsigned k = 0; k < 8; k++)
        ck_assert_msg(c->regs[k] == regs[k], "%02x, seed %u: register %u is %x, not %x", f->opcode, (unsigned)seed, k,
                      (unsigned)c->regs[k], (unsigned)regs[k]);
    ck_assert_msg(flags() == fl, "%02x, seed %u: flags %x, not %x", f->opcode, (unsigned)seed, flags(), fl);
    ck_assert_msg(!memcmp(want, got, FIELD_BYTES), "%02x, seed %u: other memory", f->opcode, (unsigned)seed);
    uint64_t done = st == X_FAULT || n == 0 ? n : n - 1;
    ck_assert_msg(c->blk_pos == done, "%02x, seed %u: %u positions, not %u", f->opcode, (unsigned)seed,
                  (unsigned)c->blk_pos, (unsigned)done);
}

START_TEST(rep_does_what_as_many_single_instructions_do)
{
    static const uint8_t opcodes[] = {0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf};
    for (unsigned k = 0; k < ARRAY_LEN(opcodes); k++)
        for (unsigned form = 0; form < 16; form++) {
            uint8_t op = opcodes[k];
            bool compares = op == 0xa6 || op == 0xa7 || op >= 0xae;
            struct string_form f = {.rep = form & 1 ? 0xf2 : 0xf3, .opcode = op, .compares = compares};
            if ((form & 1 && !compares) || (form & 2 && !(op & 1)))
                continue;
            if (form & 2)
                f.prefixes[f.nprefixes++] = 0x66;
            if (form & 4)
                f.prefixes[f.nprefixes++] = 0x67;
            if (form & 8)
                f.prefixes[f.nprefixes++] = 0x64; /* FS */
            for (unsigned seed = 1; seed <= 14; seed++)
                rep_like_singles(&f, seed * 0x9e3779b97f4a7c15 + form, seed & 1);
        }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("string");
    TCase *t = tcase_create("string");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, rep_movs_that_faults_half_way_has_exact_registers_and_position);
    tcase_add_test(t, rep_stops_where_the_engine_wants_a_boundary);
    tcase_add_test(t, rep_with_count_0_does_nothing_and_counts_one);
    tcase_add_test(t, positions_are_the_same_however_a_run_is_cut);
    tcase_add_test(t, downward_string_wraps_at_offset_0);
    tcase_add_test(t, upward_string_wraps_at_64k);
    tcase_add_test(t, segment_override_moves_the_source_and_never_the_destination);
    tcase_add_test(t, rep_that_overwrites_itself_is_fetched_anew_after_that_iteration);
    tcase_add_test(t, rep_ins_and_outs_reach_the_port_at_the_position_of_each_iteration);
    tcase_add_test(t, ins_whose_destination_faults_does_not_read_the_port);
    tcase_add_test(t, in_out_ins_outs_of_each_size_reach_the_port_that_imm8_or_dx_names);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, rep_does_what_as_many_single_instructions_do);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
