/* SPDX-License-Identifier: MIT */
/* The keys of the console: what Tab offers for each kind of argument, the line editor's keys,
    the search with Ctrl-R. */
#include "config.h"

#include "tests/cli/control_rig.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bits.h"
#include "ctl/hmp/complete.h"
#include "ctl/hmp/line_edit.h"

/* What is offered for `typed` after `before`, with | between. */
static void offers(const char *before, const char *typed, const char *want)
{
    struct word_list l = {0};
    struct buf b = {0};
    hmp_complete(&rig.control, before, typed, &l);
    for (size_t i = 0; i < l.n; i++)
        buf_printf(&b, "%s%s", i ? "|" : "", l.word[i]);
    const char *got = b.len ? (const char *)b.data : "";
    ck_assert_msg(!strcmp(got, want), "'%s' and '%s': '%s', not '%s'", before, typed, got, want);
    buf_free(&b);
    word_list_free(&l);
    ck_assert_uint_eq(l.n, 0);
}

static void touch(const char *path)
{
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fclose(f);
}

START_TEST(each_kind_of_argument_is_offered)
{
    rig_open(RIG_NONE, "-nodefaults -drive file=x,id=first -device ide-cd,id=second,bus=ide.1 -device floppy");
    static const char *const row[][3] = {
        {"", "system_", "system_powerdown|system_reset"},
        {"  ", "qui", "quit"},
        {"nonsense ", "s", ""},
        {"system_reset ", "", ""},
        {"eject ", "", "first|floppy0|ide1-cd0|second"},
        {"eject ", "s", "second"},
        {"eject ", "f", "fda|first|floppy0"},
        {"eject ", "hd", "hda|hdc"},
        {"eject -f ", "s", "second"},
        {"eject second ", "s", ""},
        {"commit ", "", "all|first|floppy0|ide1-cd0|second"},
        {"commit ", "al", "all"},
        {"change ", "s", "second"},
        {"change second x ", "", "raw"},
        {"change second x raw ", "re", "read-only|read-write|retain"},
        {"change second x raw ", "read-o", "read-only"},
        {"change -f second x ", "ra", "raw"},
        {"change second \"a b\" ", "ra", "raw"},
        {"change second \"a \\\" b\" ", "ra", "raw"},
        {"sendkey ", "delet", "delete"},
        {"sendkey ", "ctrl-delet", "ctrl-delete"},
        {"sendkey ", "ctrl-alt-delet", "ctrl-alt-delete"},
        {"log ", "in", "in_asm|int"},
        {"log ", "int,cpu_r", "int,cpu_reset"},
        {"log ", "no", "none"},
        {"help ", "system_", "system_powerdown|system_reset"},
        {"? ", "system_r", "system_reset"},
        {"help ", "xp", "xp"},
        {"info ", "blo", "block|blockstats"},
        {"info ", "regis", "registers"},
        {"info block ", "s", "second"},
        {"info status ", "s", ""},
        {"info nonsense ", "s", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++)
        offers(row[i][0], row[i][1], row[i][2]);
    struct word_list l = {0};
    hmp_complete(&rig.control, "", "", &l);
    ck_assert_uint_gt(l.n, 20);
    for (size_t i = 1; i < l.n; i++)
        ck_assert_msg(strcmp(l.word[i - 1], l.word[i]) < 0, "%s before %s", l.word[i - 1], l.word[i]);
    word_list_free(&l);
    rig_close();
}
END_TEST

START_TEST(files_are_offered)
{
    rig_open(RIG_NONE, "-m 64");
    touch("alpha"), touch("alps"), touch(".hidden"), mkdir("folder", 0700), touch("folder/file"), touch("folder/.dot"),
        mkdir("folder/sub", 0700);
    static const char *const row[][2] = {{"al", "alpha|alps"},
                                         {"alpha", "alpha"},
                                         {"", "alpha|alps|folder/"},
                                         {".", ".hidden"},
                                         {".h", ".hidden"},
                                         {"fo", "folder/"},
                                         {"folder/", "folder/file|folder/sub/"},
                                         {"folder/f", "folder/file"},
                                         {"folder/.", "folder/.dot"},
                                         {"./al", "./alpha|./alps"},
                                         {"nowhere/", ""},
                                         {"x", ""}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        offers("screendump ", row[i][0], row[i][1]);
        offers("pmemsave 0 1 ", row[i][0], row[i][1]);
        offers("change hdc ", row[i][0], row[i][1]);
    }
    char path[60], want[200];
    snprintf(path, sizeof path, "%s/al", rig.folder);
    snprintf(want, sizeof want, "%spha|%sps", path, path);
    offers("screendump ", path, want);
    offers("pmemsave 0 ", "al", "");
    struct word_list l = {0};
    for (unsigned i = 0; i < 70; i++) {
        snprintf(path, sizeof path, "many%02u", i);
        touch(path);
    }
    hmp_complete(&rig.control, "screendump ", "many", &l);
    ck_assert_uint_eq(l.n, 70);
    for (unsigned i = 0; i < l.n; i++)
        ck_assert_int_eq(atoi(l.word[i] + 4), (int)i);
    word_list_free(&l);
    rig_close();
}
END_TEST

/* --- Keys --- */

static struct buf shown, lines;
static unsigned ends;

static void show(void *ctx, const char *text, size_t len)
{
    (void)ctx;
    buf_add(&shown, text, len);
}

static void line(void *ctx, const char *text)
{
    struct line_edit **e = ctx;
    buf_printf(&lines, "%s|", text);
    line_edit_begin(*e);
}

static void complete(void *ctx, const char *before, const char *typed, struct word_list *to)
{
    static const char *const words[] = {"alpha", "alps", "beta", "path/", "with blank", "esc\033", "quo\"te"};
    (void)ctx;
    if (!strcmp(before, "none "))
        return;
    to->word = malloc(sizeof words);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (!strncmp(words[i], typed, strlen(typed)))
            to->word[to->n++] = strdup(words[i]);
}

static void end(void *ctx)
{
    (void)ctx;
    ends++;
}

/* The lines that keys make, with | after each. */
static int size_fd = -1;
static void keys_make(bool terminal, const char *keys, const char *want, unsigned want_ends)
{
    static const struct line_edit_ops ops = {show, line, complete, end};
    struct line_edit *e = NULL;
    e = line_edit_new(terminal, size_fd, "> ", &ops, &e);
    buf_clear(&lines), buf_clear(&shown);
    ends = 0;
    line_edit_begin(e);
    for (const char *p = keys; *p; p++)
        line_edit_key(e, (uint8_t)*p);
    buf_add8(&lines, 0);
    buf_add8(&shown, 0);
    ck_assert_msg(!strcmp((const char *)lines.data, want) && ends == want_ends, "%s: '%s' and %u ends, not '%s' and %u",
                  keys, (const char *)lines.data, ends, want, want_ends);
    line_edit_free(e);
}

START_TEST(plain_lines)
{
    static const char *const row[][2] = {{"abc\n", "abc|"},
                                         {"a\nb\n", "a|b|"},
                                         {"\n", "|"},
                                         {"abc", ""},
                                         {"ab\bc\n", "ac|"},
                                         {"ab\x7f\x7f\x7f"
                                          "c\n",
                                          "c|"},
                                         {"abc\x15"
                                          "d\n",
                                          "d|"},
                                         {"a\tb\001\x1b"
                                          "c\n",
                                          "abc|"},
                                         {"a\rb\n", "ab|"},
                                         {"\004\n", "|"}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++)
        keys_make(false, row[i][0], row[i][1], 0);
    static char text[4200], want[4200];
    memset(text, 'x', 4097), memset(want, 'x', 4096);
    strcpy(text + 4097, "\n"), strcpy(want + 4096, "|");
    keys_make(false, text, want, 0);
    keys_make(false, "ab", "", 0);
    ck_assert_str_eq((const char *)shown.data, "> "); /* nothing echoes where nobody types */
}
END_TEST

#ifdef HAVE_LIBEDIT
START_TEST(edited_lines)
{
    static const struct {
        const char *keys, *lines;
        unsigned ends;
    } row[] = {
        {"abc\r", "abc|", 0},
        {"abc\n", "abc|", 0},
        {"\004", "", 1},
        {"a\004\r", "a|", 0},
        {"ab\002\004\r", "a|", 0},
        {"bc\001a\r", "abc|", 0},
        {"bc\033[Ha\r", "abc|", 0},
        {"bc\033[1~a\r", "abc|", 0},
        {"ab\001\033[Fc\r", "abc|", 0},
        {"ab\001\033[4~c\r", "abc|", 0},
        {"xab\001\033[3~\r", "ab|", 0},
        {"ac\033[Db\r", "abc|", 0},
        {"ac\033ODb\r", "abc|", 0},
        {"one\rtwo\r\033[A\r", "one|two|two|", 0},
        {"one\rtwo\r\033[A\033[A\r", "one|two|one|", 0},
        {"one\rtwo\r\033[A\033[A\033[B\r", "one|two|two|", 0},
        {"a\303\244b\r", "a??b|", 0},
        /* Tab: one word with a blank, several as far as they agree, in quotes where there are blanks,
            folders without a blank */
        {"al\t\r", "alp|", 0},
        {"alph\tx\r", "alpha x|", 0},
        {"be\tx\r", "beta x|", 0},
        {"y be\tx\r", "y beta x|", 0},
        {"pa\tx\r", "path/x|", 0},
        {"wi\tx\r", "\"with blank\" x|", 0},
        {"\"wi\tx\r", "\"with blank\" x|", 0},
        {"\"al\tx\r", "\"alpx|", 0},
        {"quo\tx\r", "\"quo\\\"te\" x|", 0},
        {"es\tx\r", "esx|", 0},
        {"zz\tx\r", "zzx|", 0},
        {"none be\tx\r", "none bex|", 0},
        {"\"a b\" be\tx\r", "\"a b\" beta x|", 0},
        {"\"a \\\" b\" be\tx\r", "\"a \\\" b\" beta x|", 0},
        {"\"a be\tx\r", "\"a bex|", 0},
        /* Ctrl-R */
        {"one\rtwo\r\022o\r", "one|two|two|", 0},
        {"one\rtwo\r\022on\r", "one|two|one|", 0},
        {"one\rtwo\r\022o\022\r", "one|two|one|", 0},
        {"one\rtwo\r\022o\022\022\r", "one|two|one|", 0},
        {"one\rtwo\r\022onx\177\r", "one|two|one|", 0},
        {"one\rtwo\r\022on\010\r", "one|two|two|", 0},
        {"one\rtwo\r\022on\010\010\010x\025y\r", "one|two|y|", 0},
        {"one\rtwo\r\022on\007x\r", "one|two|x|", 0},
        {"one\rtwo\r\022on\003x\r", "one|two|x|", 0},
        {"one\rtwo\r\022on\005s\r", "one|two|ones|", 0},
        {"one\rtwo\rab\022on\r", "one|two|one|", 0},
        {"one\rab\001\022on\r", "one|one|", 0}, /* the whole line, wherever the cursor was */
        {"one\rab\022zz\007c\r", "one|abc|", 0},
        {"one\rab\022zz\r", "one|ab|", 0},
        {"one\rone\rtwo\r\022on\022\022\r", "one|one|two|one|", 0},
        {"\022\004x\r", "x|", 1}, /* it leaves the search, on an empty line */
        {"\022\007\004", "", 1},
        {"one\r\022on\004\r", "one|one|", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++)
        keys_make(true, row[i].keys, row[i].lines, row[i].ends);
    keys_make(true, "al\t\t", "", 0);
    ck_assert_msg(strstr((const char *)shown.data, "\nalpha  alps  \n") != NULL, "%s", (const char *)shown.data);
    keys_make(true, "one\r\022on", "one|", 0);
    ck_assert_msg(strstr((const char *)shown.data, "\r\033[K(reverse-i-search)`on': one") != NULL, "%s",
                  (const char *)shown.data);
    keys_make(true, "one\r\022onx", "one|", 0);
    ck_assert_msg(strstr((const char *)shown.data, "(failed reverse-i-search)`onx': ") != NULL, "%s",
                  (const char *)shown.data);
    char text[120] = "\022", want[80] = "(failed reverse-i-search)`";
    memset(text + 1, 'p', 85);
    keys_make(true, text, "", 0); /* a pattern of 80 at most, in one row of 80 columns */
    const char *last = strrchr((const char *)shown.data, '(');
    memset(want + strlen(want), 'p', sizeof want - 1 - strlen(want));
    ck_assert_str_eq(last, want);
}
END_TEST

START_TEST(the_newest_200_lines_are_kept)
{
    static char keys[3000], want[3000];
    for (unsigned i = 1; i <= 201; i++) {
        snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "l%03u\r", i);
        snprintf(want + strlen(want), sizeof want - strlen(want), "l%03u|", i);
    }
    size_t nkeys = strlen(keys), nwant = strlen(want);
    strcpy(keys + nkeys, "\022l001\r"), strcpy(want + nwant, "|");
    keys_make(true, keys, want, 0);
    strcpy(keys + nkeys, "\022l002\r"), strcpy(want + nwant, "l002|");
    keys_make(true, keys, want, 0);
}
END_TEST

/* A search keeps within the terminal's row, whose width is that of the person's window. */
START_TEST(the_window_has_a_width)
{
    static const unsigned columns[] = {40, 90, 1, 0};
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    size_fd = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        struct winsize w = {.ws_row = 24, .ws_col = (unsigned short)columns[i]};
        ck_assert_int_eq(ioctl(master, TIOCSWINSZ, &w), 0);
        char text[72] = "\022";
        memset(text + 1, 'p', 70);
        keys_make(true, text, "", 0);
        size_t n = strlen(strrchr((const char *)shown.data, '('));
        ck_assert_msg(n == (columns[i] == 40 ? 39 : columns[i] == 90 ? 89 : 79), "%u columns: %zu", columns[i], n);
    }
    close(size_fd), close(master);
    size_fd = -1;
}
END_TEST

/* Without descriptors there is no terminal to edit on; plain lines do as well, and nothing is left open. */
START_TEST(a_host_without_descriptors)
{
    struct rlimit all, few;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &all), 0);
    int lowest = dup(0);
    close(lowest);
    for (unsigned more = 0; more < 8; more++) {
        few = (struct rlimit){(rlim_t)lowest + more, all.rlim_max};
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
        keys_make(true, "abc\n", "abc|", 0);
        if (!more) /* it echoes by itself */
            ck_assert_str_eq((const char *)shown.data, "> abc\n> ");
        keys_make(true, "ab\177c\r", "ac|", 0);
        if (!more)
            ck_assert_str_eq((const char *)shown.data, "> ab\b \bc\n> ");
        keys_make(true, "ab\025\b\177c\r", "c|", 0);
        if (!more)
            ck_assert_str_eq((const char *)shown.data, "> ab\b \b\b \bc\n> ");
        keys_make(true, "a\004\177\004", "", 1);
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &all), 0);
        int now = dup(0);
        close(now);
        ck_assert_msg(now == lowest, "%u descriptors: %d is left open", more, lowest);
    }
}
END_TEST
#endif

TCase *words_case(void)
{
    TCase *t = tcase_create("words");
    tcase_add_test(t, each_kind_of_argument_is_offered);
    tcase_add_test(t, files_are_offered);
    tcase_add_test(t, plain_lines);
#ifdef HAVE_LIBEDIT
    tcase_add_test(t, edited_lines);
    tcase_add_test(t, the_newest_200_lines_are_kept);
    tcase_add_test(t, the_window_has_a_width);
    tcase_add_test(t, a_host_without_descriptors);
#endif
    return t;
}
