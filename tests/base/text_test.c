/* SPDX-License-Identifier: MIT */
/* Texts of errors, records of guest mistakes, what is read from a descriptor, printed buffers, characters. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bits.h"
#include "base/buf.h"
#include "base/cp437.h"
#include "base/error.h"
#include "base/log.h"
#include "base/read_fd.h"
#include "base/state.h"
#include "tests/base/text_test.h"
#include "tests/block/host_calls.h"
#include "tests/same.h"

START_TEST(error_text_is_cut_and_ends)
{
    struct error err;
    char text[sizeof err.text + 1];
    ck_assert(!error_set(NULL, "%d", 1));
    ck_assert(!error_prefix(NULL, "%d", 1));
    ck_assert(!error_set(&err, "%s %d", "a file", 7));
    ck_assert_str_eq(err.text, "a file 7");
    ck_assert(!error_prefix(&err, "-drive %s", "x"));
    ck_assert_str_eq(err.text, "-drive x: a file 7");
    memset(text, 'y', sizeof text - 1);
    text[sizeof text - 1] = 0;
    error_set(&err, "%s", text);
    ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
    /* in front of a full text: its end goes; in front of room for nothing: nothing follows */
    error_prefix(&err, "-o");
    ck_assert(!strncmp(err.text, "-o: yyyy", 8));
    ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
    error_prefix(&err, "%s", text);
    ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
    ck_assert_uint_eq(err.text[sizeof err.text - 2], 'y');
}
END_TEST

static unsigned printed;
static void print_line(void *ctx, const char *line)
{
    ck_assert_str_eq(line, ctx);
    printed++;
}

START_TEST(guest_error_is_recorded_once_in_a_rings_length)
{
    static struct guest_log log;
    char text[64] = "pit: mode 0";
    guest_error(NULL, "pit", "nobody listens");
    memset(&log, 0, sizeof log);
    printed = 0;
    log.sink = print_line;
    log.sink_ctx = text;
    guest_error(&log, "pit", "mode %d", 0);
    guest_error(&log, "pit", "mode %d", 0);
    ck_assert_uint_eq(log.head, 1);
    ck_assert_uint_eq(log.muted, 1);
    ck_assert_uint_eq(printed, 1);
    ck_assert_str_eq(log.line[0], "pit: mode 0");
    for (int i = 1; i < 64; i++) {
        snprintf(text, sizeof text, "pit: mode %d", i);
        guest_error(&log, "pit", "mode %d", i);
    }
    ck_assert_uint_eq(log.head, 64);
    guest_error(&log, "pit", "mode %d", 0); /* still there */
    guest_error(&log, "pit", "mode %d", 63);
    ck_assert_uint_eq(log.head, 64);
    ck_assert_uint_eq(log.muted, 3);
    strcpy(text, "pit: mode 64");
    guest_error(&log, "pit", "mode %d", 64); /* in the first one's place */
    ck_assert_str_eq(log.line[0], "pit: mode 64");
    strcpy(text, "pit: mode 0");
    guest_error(&log, "pit", "mode %d", 0);
    ck_assert_uint_eq(log.head, 66);
    ck_assert_str_eq(log.line[1], "pit: mode 0");
    ck_assert_uint_eq(printed, 66);
    log.sink = NULL;
    guest_error(&log, "pic", "%0400d", 1); /* longer than a line */
    ck_assert_uint_eq(strlen(log.line[2]), sizeof log.line[2] - 1);
}
END_TEST

/* pread(2) by parts: short and interrupted calls are gone on with; an error, and an end too soon, have a text. */
START_TEST(descriptor_is_read_in_whole_or_an_error)
{
    enum { BYTES = 40000 };
    static uint8_t data[BYTES];
    static const struct host_fault passes[] = {
        {HOST_PREAD, 0, 0, 0, 0}, {HOST_PREAD, 0, 3, EINTR, 0}, {HOST_PREAD, 0, 2, 0, 1}, {HOST_PREAD, 1, 1, 0, 16383}};
    int fd = memfd_create("file", 0);
    for (unsigned i = 0; i < BYTES; i++)
        data[i] = (uint8_t)(i * 7 + i / 251);
    ck_assert_int_eq(pwrite(fd, data, BYTES, 0), BYTES);
    for (unsigned i = 0; i < ARRAY_LEN(passes); i++)
        for (unsigned n = 0; n < 4; n++) {
            struct buf b = {0};
            struct error err = {""};
            uint64_t bytes = n == 0 ? 0 : n == 1 ? 1 : n == 2 ? BYTES - 1 : BYTES;
            host_calls_fail(passes[i]);
            buf_add8(&b, 0xee); /* what is there stays */
            ck_assert_msg(read_fd(fd, bytes, &b, &err), "%s", err.text);
            ck_assert_uint_eq(b.len, bytes + 1);
            ck_assert_uint_eq(b.data[0], 0xee);
            if (bytes)
                ck_assert_same("what was read", b.data + 1, data, (size_t)bytes);
            buf_free(&b);
        }
    for (unsigned call = 0; call < 3; call++) {
        struct buf b = {0};
        struct error err = {""};
        host_calls_fail((struct host_fault){HOST_PREAD, call, 1, EIO, 0});
        ck_assert(!read_fd(fd, BYTES, &b, &err));
        ck_assert_str_eq(err.text, "cannot be read: Input/output error");
        host_calls_fail((struct host_fault){HOST_PREAD, call, 1, 0, 0});
        ck_assert(!read_fd(fd, BYTES, &b, &err));
        ck_assert_str_eq(err.text, "cannot be read: it became shorter");
        buf_free(&b);
    }
    host_calls_reset();
    close(fd);
}
END_TEST

START_TEST(printed_text_grows_its_buffer)
{
    struct buf b = {0};
    char word[600];
    for (unsigned n = 0; n < sizeof word; n++) { /* each length, so each edge of what is reserved */
        memset(word, 'a' + (int)(n % 26), n);
        word[n] = 0;
        size_t before = b.len;
        buf_printf(&b, "%s", word);
        ck_assert_uint_eq(b.len, before + n);
        ck_assert_str_eq((const char *)b.data + before, word);
    }
    buf_clear(&b);
    ck_assert_uint_eq(b.len, 0);
    buf_printf(&b, "%d-%s", 12, "x");
    ck_assert_str_eq((const char *)b.data, "12-x");
    buf_drop(&b, 3);
    ck_assert_str_eq((const char *)b.data, "x");
    buf_drop(&b, 2); /* more than there is */
    ck_assert_uint_eq(b.len, 0);
    buf_free(&b);
    ck_assert_ptr_null(b.data);
}
END_TEST

/* Code page 437 as its chart shows it, 32 characters a line. */
static const char chart[] = " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼"
                            " !\"#$%&'()*+,-./0123456789:;<=>?"
                            "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_"
                            "`abcdefghijklmnopqrstuvwxyz{|}~⌂"
                            "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ"
                            "áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
                            "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
                            "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ";

START_TEST(code_page_437_is_its_chart)
{
    const uint8_t *p = (const uint8_t *)chart;
    for (unsigned code = 0; code < 256; code++) {
        unsigned more = *p < 0x80 ? 0 : *p < 0xe0 ? 1 : 2; /* UTF-8 */
        uint32_t want = *p++ & (more == 0 ? 0x7f : more == 1 ? 0x1f : 0x0f);
        while (more--)
            want = want << 6 | (*p++ & 0x3f);
        ck_assert_msg(cp437_unicode((uint8_t)code) == want, "%02x: U+%04X, not U+%04X", code,
                      cp437_unicode((uint8_t)code), want);
    }
    ck_assert_uint_eq(*p, 0);
}
END_TEST

struct saved {
    uint16_t number;
    uint8_t raw[3];
};
static const struct state_field saved_fields[] = {STATE_U(struct saved, number), STATE_BLOB(struct saved, raw)};
static const struct state_table saved_table = {"saved", saved_fields, 2};

/* The layout that base/state.c states, byte by byte; each change of it is refused, by name where it has one. */
START_TEST(state_layout_and_what_is_refused)
{
    static const uint8_t layout[] = {2, 0,    0,    0, 6,   'n', 'u', 'm', 'b', 'e', 'r', 0, 2, 0, 0,
                                     0, 0x34, 0x12, 3, 'r', 'a', 'w', 1,   3,   0,   0,   0, 7, 8, 9};
    static const struct {
        uint8_t at, byte;
        const char *says;
    } t[] = {
        {0, 3, "saved state of saved is cut short"},
        {4, 5, "cut short"},
        {5, 'N', "has a field 'Number' that this version does not know"},
        {11, 1, "has a field 'number' that this version does not know"},
        {12, 1, "field 'number' has 1 bytes, not 2"},
        {12, 3, "field 'number' has 3 bytes, not 2"},
        {19, 'R', "has a field 'Raw' that this version does not know"},
        {22, 0, "has a field 'raw'"},
        {23, 2, "field 'raw' has 2 bytes, not 3"},
        {23, 4, "cut short"},
    };
    struct saved a = {0x1234, {7, 8, 9}}, b;
    struct buf out = {0};
    struct error err = {""};
    state_save(&saved_table, &a, NULL, &out);
    ck_assert_uint_eq(out.len, sizeof layout);
    ck_assert_same("the saved state", out.data, layout, sizeof layout);
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        memcpy(out.data, layout, sizeof layout);
        out.data[t[i].at] = t[i].byte;
        struct reader r = {out.data, out.data + out.len, false};
        ck_assert_msg(!state_load(&saved_table, &b, NULL, &r, &err), "row %u", i);
        ck_assert_msg(strstr(err.text, t[i].says) != NULL, "row %u: %s", i, err.text);
    }
    memcpy(out.data, layout, sizeof layout);
    out.data[0] = 1; /* fewer fields: the rest stays as it is */
    memset(&b, 0x55, sizeof b);
    struct reader r = {out.data, out.data + out.len, false};
    ck_assert(state_load(&saved_table, &b, NULL, &r, &err));
    ck_assert(b.number == 0x1234 && b.raw[0] == 0x55);
    ck_assert_ptr_eq(r.p, out.data + 18);
    buf_free(&out);
}
END_TEST

/* Each get at the last byte and one before it. */
START_TEST(reader_gives_what_is_there)
{
    static const uint8_t d[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (size_t n = 0; n <= 9; n++) {
        struct reader r[4];
        for (unsigned i = 0; i < 4; i++)
            r[i] = (struct reader){d, d + n, false};
        ck_assert_uint_eq(get8(&r[0]), n >= 1 ? 1 : 0);
        ck_assert_uint_eq(get32(&r[1]), n >= 4 ? 0x04030201 : 0);
        ck_assert_uint_eq(get64(&r[2]), n >= 8 ? UINT64_C(0x0807060504030201) : 0);
        ck_assert(get_bytes(&r[3], 9) == (n == 9 ? d : NULL));
        static const size_t needs[] = {1, 4, 8, 9};
        for (unsigned i = 0; i < 4; i++) {
            ck_assert_int_eq(r[i].bad, n < needs[i]);
            ck_assert_ptr_eq(r[i].p, d + (n < needs[i] ? 0 : needs[i]));
        }
    }
    struct buf b = {0};
    buf_add8(&b, 1), buf_add32(&b, 0x05040302), buf_add64(&b, UINT64_C(0x0d0c0b0a09080706));
    for (unsigned i = 0; i < 13; i++)
        ck_assert_uint_eq(b.data[i], i + 1);
    ck_assert_uint_eq(b.len, 13);
    ck_assert_uint_eq(b.data[13], 0);
    buf_free(&b);
    buf_clear(&b), buf_drop(&b, 1), buf_free(&b); /* of an empty one: nothing */
    ck_assert_ptr_null(b.data);
}
END_TEST

/* A queue that is read as fast as it is written keeps to a bounded memory. */
START_TEST(queue_reuses_what_was_dropped)
{
    struct buf b = {0};
    uint8_t part[100] = {0};
    buf_add(&b, part, 50);
    for (unsigned i = 0; i < 20000; i++) {
        buf_add(&b, part, sizeof part);
        buf_drop(&b, sizeof part);
    }
    ck_assert_uint_eq(b.len, 50);
    ck_assert_uint_lt(b.cap, 2000);
    buf_free(&b);
}
END_TEST

TCase *text_tests(void)
{
    TCase *t = tcase_create("texts");
    tcase_add_test(t, error_text_is_cut_and_ends);
    tcase_add_test(t, guest_error_is_recorded_once_in_a_rings_length);
    tcase_add_test(t, descriptor_is_read_in_whole_or_an_error);
    tcase_add_test(t, printed_text_grows_its_buffer);
    tcase_add_test(t, code_page_437_is_its_chart);
    tcase_add_test(t, state_layout_and_what_is_refused);
    tcase_add_test(t, reader_gives_what_is_there);
    tcase_add_test(t, queue_reuses_what_was_dropped);
    return t;
}
