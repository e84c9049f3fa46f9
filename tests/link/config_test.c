/* SPDX-License-Identifier: MIT */
/*
 * The configuration message: every member travels, and each value is checked against its bounds where it arrives. The
 * structs below are filled member by member, in order and without names, so that the compiler says where one is
 * missing.
 */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "link/configmsg.h"
#include "link/fields.h"

#pragma GCC diagnostic error "-Wmissing-field-initializers"

/* No member is 0, so that each is missed where it does not travel. */
/* clang-format off */
#define DRIVE(n) {true, true, DRIVE_CD, -1, true, true, UINT64_C(0x0123456789abcd00) + (n), CACHE_UNSAFE, true, \
                  -(n) - 2, 65000 + (n), 11 + (n), 249 + (n), CHS_RECHS, "drive " #n, "id" #n, "serial " #n}
#define PROPS(n) {"a" #n, "b" #n, "c" #n, "d" #n, "e" #n, "f" #n, "g" #n, "h=the last one"}
#define DEVICE(n) {"class " #n, "id " #n, PROPS(n), 8}
#define GLOBAL(n) {"class " #n, "name " #n, "value " #n}
#define FOUR(of, n) of(n), of(n + 1), of(n + 2), of(n + 3)
#define NO_ROM {NULL, 0}
static const struct machine_config every_member = {
    "pc", "pentium3,+sse2", ENGINE_TCG, 3001, CLOCK_VIRTUAL, UINT64_C(0x1122334455667788), UINT64_C(0x8877665544332211),
    {DRIVE(0), DRIVE(1), DRIVE(2), DRIVE(3), DRIVE(4), DRIVE(5)},
    {true, true, true, true}, {true, true, true}, true, true, true, 0x1234,
    {FOUR(DEVICE, 0), FOUR(DEVICE, 4), FOUR(DEVICE, 8), FOUR(DEVICE, 12)}, MAX_DEVICES,
    NO_ROM, NO_ROM, NO_ROM, NO_ROM,                                              /* files come by LINK_FILE */
    {NO_ROM, NO_ROM, NO_ROM, NO_ROM, NO_ROM, NO_ROM, NO_ROM, NO_ROM},
    {"m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7"}, MAX_MODULES, "the kernel",
    {NO_ROM, NO_ROM, NO_ROM, NO_ROM, NO_ROM, NO_ROM, NO_ROM, NO_ROM}, 0,
    "console=ttyS0", "cdn", "dcn", true, true, 0x01020304, -5, true, true, true, true,
    {FOUR(GLOBAL, 0), FOUR(GLOBAL, 4), FOUR(GLOBAL, 8), FOUR(GLOBAL, 12)}, MAX_GLOBALS,
    "the guest", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, true, true, true, true,
};
static const struct run_config every_run = {true, 0x3e, true, 9999, true};
/* clang-format on */

/* What is at an offset, for the message of a test that fails. */
#define IN(type, member)                                 \
    {                                                    \
        offsetof(struct type, member), #type "." #member \
    }
static const struct place {
    size_t at;
    const char *name;
} machine_places[] = {
    IN(machine_config, machine),
    IN(machine_config, cpu),
    IN(machine_config, engine),
    IN(machine_config, ram_mb),
    IN(machine_config, clock),
    IN(machine_config, clock_rate),
    IN(machine_config, rtc_seconds),
    IN(machine_config, drive),
    IN(machine_config, serial),
    IN(machine_config, parallel),
    IN(machine_config, nodefaults),
    IN(machine_config, vga),
    IN(machine_config, debugcon),
    IN(machine_config, debugcon_iobase),
    IN(machine_config, device),
    IN(machine_config, ndevices),
    IN(machine_config, bios),
    IN(machine_config, module_cmdline),
    IN(machine_config, nmodules),
    IN(machine_config, kernel_name),
    IN(machine_config, rom),
    IN(machine_config, cmdline),
    IN(machine_config, boot),
    IN(machine_config, boot_once),
    IN(machine_config, boot_menu),
    IN(machine_config, boot_strict),
    IN(machine_config, boot_splash_ms),
    IN(machine_config, boot_retry_ms),
    IN(machine_config, acpi),
    IN(machine_config, hpet),
    IN(machine_config, usb),
    IN(machine_config, vmport),
    IN(machine_config, global),
    IN(machine_config, nglobals),
    IN(machine_config, name),
    IN(machine_config, uuid),
    IN(machine_config, uuid_said),
    IN(machine_config, no_reboot),
    IN(machine_config, no_shutdown),
    IN(machine_config, start_paused),
};
static const struct place drive_places[] = {
    IN(drive_config, present),  IN(drive_config, medium),    IN(drive_config, kind),  IN(drive_config, fd),
    IN(drive_config, readonly), IN(drive_config, snapshot),  IN(drive_config, bytes), IN(drive_config, cache),
    IN(drive_config, guessed),  IN(drive_config, bootindex), IN(drive_config, cyls),  IN(drive_config, heads),
    IN(drive_config, secs),     IN(drive_config, chs_trans), IN(drive_config, name),  IN(drive_config, id),
    IN(drive_config, serial),
};
static const struct place run_places[] = {
    IN(run_config, display), IN(run_config, log),          IN(run_config, audio),
    IN(run_config, speed),   IN(run_config, require_jail),
};

static void is_same(const void *a, const void *b, size_t n, const struct place *place, size_t nplaces)
{
    const uint8_t *x = a, *y = b;
    const char *name = "";
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < nplaces; k++)
            name = place[k].at == i ? place[k].name : name;
        ck_assert_msg(x[i] == y[i],
                      "%s (or one after it that is not named here) does not arrive: byte %zu is %02x, not %02x", name,
                      i, y[i], x[i]);
    }
}

static struct machine_config got;
static struct run_config got_run;
static struct error err;

/* How a configuration arrives. */
static bool pass(const struct machine_config *c, const struct run_config *r)
{
    struct buf m = {0};
    config_put(c, r, &m);
    err.text[0] = 0;
    bool good = config_get(&got, &got_run, m.data, m.len, &err);
    buf_free(&m);
    return good;
}

START_TEST(every_member_arrives)
{
    ck_assert_msg(pass(&every_member, &every_run), "%s", err.text);
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        is_same(&every_member.drive[i], &got.drive[i], sizeof got.drive[i], drive_places, ARRAY_LEN(drive_places));
    is_same(&every_member, &got, sizeof got, machine_places, ARRAY_LEN(machine_places));
    is_same(&every_run, &got_run, sizeof got_run, run_places, ARRAY_LEN(run_places));
}
END_TEST

START_TEST(every_member_of_a_medium_arrives)
{
    struct buf m = {0};
    struct drive_config d;
    memset(&d, 0, sizeof d);
    config_put_drive(&every_member.drive[4], &m);
    struct reader r = {m.data, m.data + m.len, false};
    ck_assert(config_get_drive(&d, &r));
    ck_assert_ptr_eq(r.p, r.end);
    is_same(&every_member.drive[4], &d, sizeof d, drive_places, ARRAY_LEN(drive_places));
    struct reader cut = {m.data, m.data + m.len - 1, false};
    ck_assert(!config_get_drive(&d, &cut));
    ck_assert(cut.bad);
    buf_free(&m);
}
END_TEST

/* --- Bounds, least and most of each number and each count; one beyond is refused by the field's name --- */

static struct {
    struct machine_config m;
    struct run_config r;
    uint8_t room[65536]; /* what a count that is too large goes on to */
} sent;

static void one(void *at, size_t size, uint64_t v, bool good, const char *name)
{
    sent.m = every_member;
    sent.r = every_run;
    memcpy(at, &v, size);
    ck_assert_msg(pass(&sent.m, &sent.r) == good, "%s = %llu is %s", name, (unsigned long long)v,
                  good ? "refused" : "taken");
    ck_assert_msg(good || strstr(err.text, name), "%s = %llu: %s", name, (unsigned long long)v, err.text);
}

#define BOUND(place, low, high, name)                                    \
    {                                                                    \
        &sent.place, sizeof sent.place, low, high, name ": out of range" \
    }
#define COUNT(place, most, name)                                   \
    {                                                              \
        &sent.place, sizeof sent.place, 0, most, name ": too many" \
    }
START_TEST(each_number_has_both_bounds)
{
    const struct {
        void *at;
        size_t size;
        uint64_t low, high;
        const char *name;
    } rows[] = {
        BOUND(m.engine, 0, 1, "engine"),
        BOUND(m.ram_mb, 1, 3583, "ram_mb"),
        BOUND(m.clock, 0, 1, "clock"),
        BOUND(m.drive[0].kind, 0, 2, "drive[0]: kind"),
        BOUND(m.drive[5].cache, 0, 2, "drive[5]: cache"),
        BOUND(m.drive[1].cyls, 0, 65535, "drive[1]: cyls"),
        BOUND(m.drive[2].heads, 0, 16, "drive[2]: heads"),
        BOUND(m.drive[3].secs, 0, 255, "drive[3]: secs"),
        BOUND(m.drive[4].chs_trans, 0, CHS_RECHS, "drive[4]: chs_trans"),
        BOUND(m.vga, 0, 1, "vga"),
        BOUND(m.serial[3], 0, 1, "serial[3]"),
        BOUND(m.parallel[2], 0, 1, "parallel[2]"),
        BOUND(r.display, 0, 1, "display"),
        BOUND(r.log, 0, 63, "log"),
        BOUND(r.speed, 0, 10000, "speed"),
        COUNT(m.ndevices, 16, "device"),
        COUNT(m.device[15].nprops, 8, "device[15]: props"),
        COUNT(m.nmodules, 8, "module_cmdline"),
        COUNT(m.nglobals, 16, "global"),
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        one(rows[i].at, rows[i].size, rows[i].low, true, rows[i].name);
        one(rows[i].at, rows[i].size, rows[i].high, true, rows[i].name);
        one(rows[i].at, rows[i].size, rows[i].high + 1, false, rows[i].name);
        if (rows[i].low)
            one(rows[i].at, rows[i].size, rows[i].low - 1, false, rows[i].name);
    }
}
END_TEST

START_TEST(cut_short_or_too_long_is_refused)
{
    struct buf m = {0};
    config_put(&every_member, &every_run, &m);
    buf_add8(&m, 0);
    ck_assert(!config_get(&got, &got_run, m.data, m.len, &err));
    ck_assert_str_eq(err.text, "the configuration message is malformed: bytes are left over");
    for (size_t n = 0; n < m.len - 1; n += n < 4000 ? 1 : 97) {
        ck_assert_msg(!config_get(&got, &got_run, m.data, n, &err), "%zu bytes of %zu", n, m.len - 1);
        ck_assert_msg(!strncmp(err.text, "the configuration message is malformed: ", 40), "%s", err.text);
    }
    ck_assert(config_get(&got, &got_run, m.data, m.len - 1, &err));
    buf_free(&m);
}
END_TEST

/* --- The format itself, by a table of the test's own --- */

struct inner {
    uint8_t byte;
    char text[4];
};
static const struct field inner_rows[] = {
    FIELD_I(struct inner, byte, 3, 5),
    FIELD_S(struct inner, text),
};
static FIELD_TABLE(inner_table, inner_rows);

struct sample {
    uint16_t word;
    uint64_t quad;
    bool flag;
    uint8_t raw[3];
    bool flags[2];
    struct inner in[2];
    struct inner list[3];
    unsigned nlist;
    char names[2][3];
    unsigned nnames;
};
static const struct field sample_rows[] = {
    FIELD_ANY(struct sample, word),
    FIELD_ANY(struct sample, quad),
    FIELD_B(struct sample, flag),
    FIELD_RAW(struct sample, raw),
    FIELD_B_ARRAY(struct sample, flags),
    FIELD_ARRAY(struct sample, in, &inner_table),
    FIELD_LIST(struct sample, list, nlist, &inner_table),
    FIELD_S_LIST(struct sample, names, nnames),
};
static FIELD_TABLE(sample_table, sample_rows);

/* clang-format off */
static const uint8_t sample_bytes[] = {
    0x34, 0x12, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, /* word, quad */
    1, 0xff, 0, 7,                                              /* flag, raw */
    0, 1,                                                       /* flags */
    3, 3, 0, 0, 0, 'a', 'b', 'c', 5, 0, 0, 0, 0,                /* in */
    1, 0, 0, 0, 4, 1, 0, 0, 0, 'x',                             /* list: one */
    2, 0, 0, 0, 2, 0, 0, 0, 'h', 'i', 0, 0, 0, 0,               /* names: two */
};
/* clang-format on */

START_TEST(a_struct_is_written_by_its_table)
{
    struct sample s = {.word = 0x1234,
                       .quad = UINT64_C(0x1122334455667788),
                       .flag = true,
                       .raw = {0xff, 0, 7},
                       .flags = {false, true},
                       .in = {{3, "abc"}, {5, ""}},
                       .list = {{4, "x"}, {9, "no"}},
                       .nlist = 1,
                       .names = {"hi", ""},
                       .nnames = 2};
    struct buf b = {0};
    fields_put(&sample_table, &s, &b);
    ck_assert_uint_eq(b.len, sizeof sample_bytes);
    ck_assert_mem_eq(b.data, sample_bytes, b.len);
    /* A text without an end in its room is cut where the NUL has to be. */
    memcpy(s.names[0], "xyz", 3);
    buf_clear(&b);
    fields_put(&sample_table, &s, &b);
    ck_assert_mem_eq(b.data + sizeof sample_bytes - 6, "xy", 2);
    buf_free(&b);
}
END_TEST

static bool get_sample(struct sample *s, const uint8_t *bytes, size_t len)
{
    struct reader r = {bytes, bytes + len, false};
    memset(s, 0x55, sizeof *s);
    return fields_get(&sample_table, s, &r, &err) && r.p == r.end;
}

START_TEST(a_struct_is_read_by_its_table)
{
    struct sample s;
    ck_assert_msg(get_sample(&s, sample_bytes, sizeof sample_bytes), "%s", err.text);
    ck_assert(s.word == 0x1234 && s.quad == UINT64_C(0x1122334455667788) && s.flag);
    ck_assert(s.raw[0] == 0xff && s.raw[1] == 0 && s.raw[2] == 7 && !s.flags[0] && s.flags[1]);
    ck_assert(s.in[0].byte == 3 && !strcmp(s.in[0].text, "abc") && s.in[1].byte == 5 && !s.in[1].text[0]);
    ck_assert(s.nlist == 1 && s.list[0].byte == 4 && !strcmp(s.list[0].text, "x"));
    ck_assert(s.list[1].byte == 0x55); /* none came for it */
    ck_assert(s.nnames == 2 && !strcmp(s.names[0], "hi") && !s.names[1][0]);
    for (size_t n = 0; n < sizeof sample_bytes; n++)
        ck_assert_msg(!get_sample(&s, sample_bytes, n), "%zu bytes", n);
}
END_TEST

START_TEST(a_field_out_of_bounds_is_refused_by_name)
{
    static const struct {
        size_t at;
        uint8_t to;
        const char *says; /* NULL: it is good */
    } rows[] = {
        {0, 0xff, NULL},
        {10, 0, NULL},
        {10, 2, "flag: out of range"},
        {11, 0, NULL},
        {14, 2, "flags[0]: out of range"},
        {15, 0xff, "flags[1]: out of range"},
        {16, 4, NULL},
        {16, 2, "in[0]: byte: out of range"},
        {16, 6, "in[0]: byte: out of range"},
        {17, 4, "in[0]: text: out of range"}, /* as long as its room, without a NUL */
        {21, 0, "in[0]: text: out of range"}, /* a NUL in it */
        {20, 1, "in[0]: text: "},             /* longer than what is left */
        {25, 1, "list: too many"},            /* another field's byte is its length's */
        {29, 4, "list: too many"},
        {29, 255, "list: too many"},
        {32, 1, "list: too many"},
        {33, 2, "list[0]: byte: out of range"},
        {39, 3, "names: too many"},
        {43, 3, "names[0]: out of range"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t b[sizeof sample_bytes];
        struct sample s;
        memcpy(b, sample_bytes, sizeof b);
        b[rows[i].at] = rows[i].to;
        bool good = get_sample(&s, b, sizeof b);
        ck_assert_msg(good == !rows[i].says, "byte %zu = %u is %s", rows[i].at, rows[i].to, good ? "taken" : "refused");
        ck_assert_msg(good || strstr(err.text, rows[i].says), "byte %zu = %u: %s", rows[i].at, rows[i].to, err.text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("config");
    TCase *t = tcase_create("config");
    tcase_add_test(t, every_member_arrives);
    tcase_add_test(t, every_member_of_a_medium_arrives);
    tcase_add_test(t, each_number_has_both_bounds);
    tcase_add_test(t, cut_short_or_too_long_is_refused);
    tcase_add_test(t, a_struct_is_written_by_its_table);
    tcase_add_test(t, a_struct_is_read_by_its_table);
    tcase_add_test(t, a_field_out_of_bounds_is_refused_by_name);
    suite_add_tcase(suite, t);
    SRunner *r = srunner_create(suite);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
