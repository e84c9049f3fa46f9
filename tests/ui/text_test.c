/* SPDX-License-Identifier: MIT */
/* Raw mode, and the text screen cell by cell and key by key, on a pseudo-terminal of the test's. */
#include "config.h"

#ifdef HAVE_NCURSES

#define NCURSES_WIDECHAR 1
#include <check.h>
#include <curses.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "base/bits.h"
#include "bus/keys.h"
#include "ui/terminal.h"
#include "ui/text_display.h"

static struct {
    int master, slave;
    struct termios before;
    pthread_t reader;
    pthread_mutex_t lock;
    char seen[1 << 18]; /* what came on the terminal */
    size_t n;
    struct text_display *t;
    bool full; /* no room for keys */
    char said[1024];
} rig = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void *read_all(void *none)
{
    char some[4096];
    (void)none;
    for (ssize_t n; (n = read(rig.master, some, sizeof some)) > 0;) {
        pthread_mutex_lock(&rig.lock);
        if (rig.n + (size_t)n < sizeof rig.seen)
            memcpy(rig.seen + rig.n, some, (size_t)n), rig.n += (size_t)n;
        pthread_mutex_unlock(&rig.lock);
    }
    return NULL;
}

/* How often the terminal has seen a text; waits until it is as often as wanted, at most 5 s. */
static unsigned seen(const char *text, unsigned want)
{
    unsigned times = 0;
    for (unsigned i = 0; i < 500; i++) {
        size_t n = strlen(text);
        times = 0;
        pthread_mutex_lock(&rig.lock);
        for (size_t at = 0; at + n <= rig.n; at++)
            times += !memcmp(rig.seen + at, text, n);
        pthread_mutex_unlock(&rig.lock);
        if (times >= want)
            break;
        usleep(10000);
    }
    return times;
}

static void resize(unsigned short rows, unsigned short cols)
{
    struct winsize size = {.ws_row = rows, .ws_col = cols};
    ck_assert_int_eq(ioctl(rig.master, TIOCSWINSZ, &size), 0);
}

static void setup(void)
{
    ck_assert_int_eq(openpty(&rig.master, &rig.slave, NULL, NULL, NULL), 0);
    resize(30, 100);
    dup2(rig.slave, STDIN_FILENO);
    dup2(rig.slave, STDOUT_FILENO);
    tcgetattr(rig.slave, &rig.before);
    ck_assert_int_eq(pthread_create(&rig.reader, NULL, read_all, NULL), 0);
    unsetenv("LINES");
    unsetenv("COLUMNS");
}

static bool keys(void *ctx, const uint8_t *qnum, size_t n)
{
    ck_assert_ptr_eq(ctx, &rig);
    if (rig.full)
        return false;
    char *p = rig.said + strlen(rig.said);
    for (size_t i = 0; i < n; i++)
        p += sprintf(p, "%s%02x", i ? " " : "[", qnum[i]);
    strcpy(p, "]");
    return true;
}

static void close_it(void *ctx)
{
    (void)ctx;
    strcat(rig.said, "close ");
}

static const struct text_display_ops ops = {keys, key_by_char, close_it};

static void open_on(const char *terminal, const char *locale)
{
    struct error err = {""};
    setenv("TERM", terminal, 1);
    setenv("LC_ALL", locale, 1);
    rig.t = text_display_open("guest", &ops, &rig, &err);
    ck_assert_msg(rig.t, "%s", err.text);
}

static bool as_before(void)
{
    struct termios now;
    tcgetattr(rig.slave, &now);
    return now.c_iflag == rig.before.c_iflag && now.c_oflag == rig.before.c_oflag &&
           now.c_lflag == rig.before.c_lflag && now.c_cflag == rig.before.c_cflag &&
           !memcmp(now.c_cc, rig.before.c_cc, sizeof now.c_cc);
}

static void says(const char *want)
{
    ck_assert_str_eq(rig.said, want);
    rig.said[0] = 0;
}

/* --- Raw mode --- */

START_TEST(raw_mode_passes_each_byte_and_keeps_signals_where_asked)
{
    for (unsigned i = 0; i < 2; i++) {
        struct termios t;
        terminal_raw(i);
        tcgetattr(rig.slave, &t);
        ck_assert_uint_eq(t.c_iflag & (IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON), 0);
        ck_assert_uint_eq(t.c_lflag & (ECHO | ECHONL | ICANON | IEXTEN), 0);
        ck_assert_uint_eq(t.c_lflag & ISIG, i ? ISIG : 0);
        ck_assert_uint_eq(t.c_cflag & (CSIZE | PARENB), CS8);
        ck_assert_int_eq(t.c_cc[VMIN], 1);
        ck_assert_int_eq(t.c_cc[VTIME], 0);
        ck_assert_uint_eq(t.c_oflag, rig.before.c_oflag);
        terminal_raw(!i); /* it is already */
        terminal_restore();
        ck_assert(as_before());
        terminal_restore();
    }
}
END_TEST

START_TEST(raw_mode_leaves_what_is_no_terminal_alone)
{
    dup2(open("/dev/null", O_RDWR), STDIN_FILENO);
    terminal_raw(false);
    ck_assert(as_before());
}
END_TEST

START_TEST(each_fatal_signal_and_exit_put_the_terminal_back)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, 0};
    for (size_t i = 0; i < ARRAY_LEN(fatal); i++) {
        int status;
        pid_t child = fork();
        if (!child) {
            signal(SIGALRM, SIG_DFL);
            terminal_raw(false);
            terminal_set_farewell("so long");
            if (as_before())
                _exit(1);
            if (fatal[i])
                raise(fatal[i]);
            exit(fatal[i] ? 1 : 0);
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        if (fatal[i])
            ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == fatal[i], "signal %d: status %x", fatal[i],
                          status);
        else
            ck_assert_int_eq(status, 0);
        ck_assert_msg(as_before(), "signal %d: the terminal is raw", fatal[i]);
    }
    ck_assert_uint_eq(seen("so long", 7), 7);
}
END_TEST

START_TEST(a_write_waits_for_room_and_fails_where_there_is_no_reader)
{
    static uint8_t data[300000];
    int fds[2];
    size_t got = 0;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i % 251);
    ck_assert_int_eq(pipe(fds), 0);
    fcntl(fds[1], F_SETFL, O_NONBLOCK);
    pid_t child = fork();
    if (!child) {
        close(fds[0]);
        _exit(!terminal_write(fds[1], data, sizeof data));
    }
    close(fds[1]);
    usleep(50000); /* it is full by then */
    for (uint8_t some[4096]; got < sizeof data;) {
        ssize_t n = read(fds[0], some, sizeof some);
        ck_assert_int_gt(n, 0);
        ck_assert_mem_eq(some, data + got, (size_t)n);
        got += (size_t)n;
    }
    int status;
    waitpid(child, &status, 0);
    ck_assert_int_eq(status, 0);
    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(pipe(fds), 0);
    close(fds[0]);
    ck_assert(!terminal_write(fds[1], data, 1));
    ck_assert(terminal_write(fds[1], data, 0));
}
END_TEST

/* --- What is shown --- */

static uint8_t cells[80 * 25 * 2];

static void show(unsigned x, unsigned y, bool cursor, bool blink)
{
    text_display_show(rig.t, &(struct text_screen){true, 80, 25, x, y, cursor, blink, cells});
}

static void put(unsigned x, unsigned y, uint8_t code, uint8_t attribute)
{
    cells[2 * (y * 80 + x)] = code;
    cells[2 * (y * 80 + x) + 1] = attribute;
}

static wchar_t cell(int y, int x, attr_t *a, short *pair)
{
    cchar_t c;
    wchar_t text[CCHARW_MAX + 1] = L"";
    ck_assert_int_eq(mvwin_wch(curscr, y, x, &c), OK);
    ck_assert_int_eq(getcchar(&c, text, a, pair, NULL), OK);
    return text[0];
}

static void shows(int y, int x, const char *text)
{
    for (int i = 0; text[i]; i++) {
        attr_t a;
        short pair;
        wchar_t c = cell(y, x + i, &a, &pair);
        ck_assert_msg(c == (wchar_t)text[i], "row %d column %d is %04x, not '%c'", y, x + i, (unsigned)c, text[i]);
    }
}

static void corners(void)
{
    for (unsigned i = 0; i < 80 * 25; i++)
        put(i % 80, i / 80, '.', 7);
    put(0, 0, 'a', 7), put(79, 0, 'b', 7), put(0, 24, 'c', 7), put(79, 24, 'd', 7);
}

START_TEST(a_larger_terminal_has_the_screen_in_its_middle)
{
    open_on("xterm-256color", "C.UTF-8");
    shows(15, (100 - 18) / 2, "the screen is dark");
    corners();
    show(3, 4, true, false);
    shows(2, 9, " a.");
    shows(2, 88, ".b ");
    shows(26, 9, " c.");
    shows(26, 88, ".d ");
    shows(1, 10, " ");
    shows(27, 89, " ");
    ck_assert_int_eq(getcury(stdscr), 2 + 4);
    ck_assert_int_eq(getcurx(stdscr), 10 + 3);
    ck_assert_int_eq(curs_set(1), 1);
    show(3, 4, false, false);
    ck_assert_int_eq(curs_set(0), 0);
    show(80, 4, true, false); /* beyond the screen */
    ck_assert_int_eq(curs_set(0), 0);
    show(3, 25, true, false);
    ck_assert_int_eq(curs_set(0), 0);
    show(79, 24, true, false);
    ck_assert_int_eq(curs_set(0), 1);
}
END_TEST

START_TEST(of_a_smaller_terminal_the_cursors_part_is_seen)
{
    open_on("xterm-256color", "C.UTF-8");
    corners();
    show(0, 0, true, false);
    resize(20, 60);
    text_display_resized(rig.t);
    ck_assert_int_eq(LINES, 20);
    ck_assert_int_eq(COLS, 60);
    shows(0, 0, "a.");
    shows(19, 0, "..");
    show(59, 19, true, false);
    shows(0, 0, "a.");
    put(1, 0, 'x', 7), put(0, 1, 'y', 7), put(1, 1, 'z', 7);
    show(60, 20, true, false);
    shows(0, 0, "z.");
    ck_assert_int_eq(getcury(stdscr), 19);
    ck_assert_int_eq(getcurx(stdscr), 59);
    show(79, 24, true, false);
    shows(19, 58, ".d");
    show(70, 24, true, false);
    shows(19, 49, ".");
    ck_assert_int_eq(getcurx(stdscr), 59);
    resize(25, 80); /* just its size */
    text_display_resized(rig.t);
    shows(0, 0, "ax");
    shows(24, 78, ".d");
    resize(0, 0); /* no size at all */
    text_display_resized(rig.t);
    ck_assert_int_eq(LINES, 25);
}
END_TEST

START_TEST(graphics_modes_and_darkness_are_said)
{
    open_on("xterm-256color", "C.UTF-8");
    corners();
    show(0, 0, true, false);
    text_display_show(rig.t, &(struct text_screen){.w = 640, .h = 480});
    shows(15, 38, " 640 x 480 Graphic mode ");
    shows(2, 10, " ");
    ck_assert_int_eq(curs_set(0), 0);
    text_display_show(rig.t, &(struct text_screen){.w = 0});
    shows(15, 40, " the screen is dark ");
    show(0, 0, true, false);
    shows(2, 10, "a");
    pthread_mutex_lock(&rig.lock);
    rig.n = 0;
    pthread_mutex_unlock(&rig.lock);
    text_display_redraw(rig.t); /* all of it again: somebody wrote over it */
    for (unsigned i = 0; i < 500 && rig.n <= 1000; i++)
        usleep(10000);
    ck_assert_uint_gt(rig.n, 1000);
}
END_TEST

/* ISO 6429 numbers colours red first, the PC blue first. */
static const short ansi[8] = {0, 4, 2, 6, 1, 5, 3, 7};

START_TEST(colours_are_the_pcs_sixteen)
{
    open_on("xterm-256color", "C.UTF-8");
    for (unsigned i = 0; i < 256; i++)
        put(i % 80, i / 80, 'x', (uint8_t)i);
    for (unsigned blink = 0; blink < 2; blink++) {
        show(0, 0, false, blink);
        for (unsigned i = 0; i < 256; i++) {
            attr_t a;
            short pair, fg, bg;
            int f = (int)i & 15, b = (int)i >> 4 & (blink ? 7 : 15);
            cell(2 + (int)i / 80, 10 + (int)i % 80, &a, &pair);
            ck_assert_int_eq(pair_content(pair, &fg, &bg), OK);
            ck_assert_msg(fg == ansi[f & 7] + (f & 8) && bg == ansi[b & 7] + (b & 8), "attribute %02x: %d on %d", i, fg,
                          bg);
            ck_assert_uint_eq(a & (A_BLINK | A_BOLD | A_REVERSE), blink && i & 0x80 ? A_BLINK : 0);
        }
    }
}
END_TEST

START_TEST(with_eight_colours_bright_is_bold_and_without_any_ground_is_reverse)
{
    open_on("xterm", "C.UTF-8");
    ck_assert_int_eq(COLORS, 8);
    for (unsigned i = 0; i < 256; i++)
        put(i % 80, i / 80, 'x', (uint8_t)i);
    show(0, 0, false, false);
    for (unsigned i = 0; i < 256; i++) {
        attr_t a;
        short pair, fg, bg;
        cell(2 + (int)i / 80, 10 + (int)i % 80, &a, &pair);
        pair_content(pair, &fg, &bg);
        ck_assert_msg(fg == ansi[i & 7] && bg == ansi[i >> 4 & 7], "attribute %02x: %d on %d", i, fg, bg);
        ck_assert_uint_eq(a & (A_BLINK | A_BOLD | A_REVERSE), i & 8 ? A_BOLD : 0);
    }
    text_display_close(rig.t);
    open_on("vt100", "C.UTF-8");
    put(0, 0, 'x', 0x07), put(1, 0, 'x', 0x70), put(2, 0, 'x', 0x0f), put(3, 0, 'x', 0x10);
    show(0, 0, false, false);
    static const attr_t want[] = {0, A_REVERSE, A_BOLD, A_REVERSE};
    for (int i = 0; i < 4; i++) {
        attr_t a;
        short pair;
        cell(2, 10 + i, &a, &pair);
        ck_assert_int_eq(pair, 0);
        ck_assert_uint_eq(a & (A_BOLD | A_REVERSE), want[i]);
    }
}
END_TEST

START_TEST(codes_are_cp437s_characters)
{
    static const struct {
        uint8_t code;
        wchar_t c;
    } row[] = {{'A', 'A'},     {0x01, 0x263a}, {0x7f, 0x2302}, {0x80, 0xc7},   {0xb3, 0x2502},
               {0xda, 0x250c}, {0xdb, 0x2588}, {0xe1, 0xdf},   {0xfb, 0x221a}, {0xff, 0xa0}};
    open_on("xterm-256color", "C.UTF-8");
    for (unsigned i = 0; i < ARRAY_LEN(row); i++)
        put(i, 0, row[i].code, 7);
    show(0, 0, false, false);
    for (unsigned i = 0; i < ARRAY_LEN(row); i++) {
        attr_t a;
        short pair;
        ck_assert_int_eq(cell(2, 10 + (int)i, &a, &pair), row[i].c);
    }
}
END_TEST

/* CP437's box characters by what their lines do: │ ║, ─ ═, corners, tees and crosses, single, double and mixed. */
START_TEST(without_utf8_lines_are_the_terminals_own)
{
    open_on("vt100", "C");
    static const struct {
        const char *codes;
        char acs; /* VT100's name of the character; ' ': none, the rest stands for itself */
    } row[] = {
        {"\xb3\xba", 'x'},
        {"\xc4\xcd", 'q'},
        {"\xda\xc9\xd5\xd6", 'l'},
        {"\xbf\xbb\xb7\xb8", 'k'},
        {"\xc0\xc8\xd3\xd4", 'm'},
        {"\xd9\xbc\xbd\xbe", 'j'},
        {"\xc3\xcc\xc6\xc7", 't'},
        {"\xb4\xb9\xb5\xb6", 'u'},
        {"\xc2\xcb\xd1\xd2", 'w'},
        {"\xc1\xca\xcf\xd0", 'v'},
        {"\xc5\xce\xd7\xd8", 'n'},
        {"\xb0\xb1\xb2", 'a'},
        {"\xdb\xdc\xdd\xde\xdf", '0'},
    };
    for (unsigned i = 0; i < 256; i++)
        put(i % 80, i / 80, (uint8_t)i, 7);
    show(0, 0, false, false);
    for (unsigned i = 0; i < 256; i++) {
        chtype c = mvwinch(curscr, 2 + (int)i / 80, 10 + (int)i % 80);
        chtype want = i >= 0x20 && i < 0x7f ? i : i == 0 || i == 0xff ? ' ' : '?';
        for (unsigned k = 0; k < ARRAY_LEN(row); k++)
            if (i >= 0x80 && strchr(row[k].codes, (char)i))
                want = acs_map[(uint8_t)row[k].acs];
        ck_assert_msg((c & (A_CHARTEXT | A_ALTCHARSET)) == (want & (A_CHARTEXT | A_ALTCHARSET)), "%02x: %lx, not %lx",
                      i, (unsigned long)c, (unsigned long)want);
    }
}
END_TEST

/* --- Keys --- */

/* The codes that curses gives, in order. */
static void typed(const int *code, size_t n)
{
    while (n--)
        ck_assert_int_eq(ungetch(code[n]), OK);
    text_display_keys(rig.t);
}
#define TYPED(...) typed((const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

START_TEST(keys_with_a_name_have_their_place)
{
    static const struct {
        int code;
        const char *says;
    } row[] = {
        {KEY_UP, "[c8]"},       {KEY_DOWN, "[d0]"},     {KEY_LEFT, "[cb]"},
        {KEY_RIGHT, "[cd]"},    {KEY_HOME, "[c7]"},     {KEY_END, "[cf]"},
        {KEY_FIND, "[c7]"},     {KEY_SELECT, "[cf]"},   {KEY_PPAGE, "[c9]"},
        {KEY_NPAGE, "[d1]"},    {KEY_IC, "[d2]"},       {KEY_DC, "[d3]"},
        {KEY_ENTER, "[9c]"},    {KEY_BTAB, "[2a 0f]"},  {KEY_SR, "[2a c8]"},
        {KEY_SF, "[2a d0]"},    {KEY_SLEFT, "[2a cb]"}, {KEY_SRIGHT, "[2a cd]"},
        {KEY_SHOME, "[2a c7]"}, {KEY_SEND, "[2a cf]"},  {KEY_SPREVIOUS, "[2a c9]"},
        {KEY_SNEXT, "[2a d1]"}, {KEY_SIC, "[2a d2]"},   {KEY_SDC, "[2a d3]"},
        {KEY_B2, "[4c]"},       {KEY_A1, "[c7]"},       {KEY_A3, "[c9]"},
        {KEY_C1, "[cf]"},       {KEY_C3, "[d1]"},       {KEY_BACKSPACE, "[0e]"},
        {KEY_F(1), "[3b]"},     {KEY_F(2), "[3c]"},     {KEY_F(3), "[3d]"},
        {KEY_F(4), "[3e]"},     {KEY_F(5), "[3f]"},     {KEY_F(6), "[40]"},
        {KEY_F(7), "[41]"},     {KEY_F(8), "[42]"},     {KEY_F(9), "[43]"},
        {KEY_F(10), "[44]"},    {KEY_F(11), "[57]"},    {KEY_F(12), "[58]"},
        {KEY_F(13), "[2a 3b]"}, {KEY_F(24), "[2a 58]"}, {KEY_F(25), ""},
        {KEY_F(0), ""},         {KEY_MOUSE, ""},        {KEY_RESIZE, ""},
    };
    open_on("xterm-256color", "C.UTF-8");
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        TYPED(row[i].code);
        ck_assert_msg(!strcmp(rig.said, row[i].says), "%s: %s", keyname(row[i].code), rig.said);
        rig.said[0] = 0;
    }
}
END_TEST

START_TEST(characters_controls_and_escape_are_keys_of_a_us_keyboard)
{
    open_on("xterm-256color", "C.UTF-8");
    TYPED('a', 'A', '1', '!', ' ', '~');
    says("[1e][2a 1e][02][2a 02][39][2a 29]");
    TYPED(9, 13, 8, 127, 27);
    says("[0f][1c][0e][0e][01]");
    TYPED(2, 10, 26); /* Ctrl-B, Ctrl-J, Ctrl-Z */
    says("[1d 30][1d 24][1d 2c]");
    TYPED(0, 28, 29, 30, 31); /* Ctrl and Space \ ] ^ _ */
    says("[1d 39][1d 2b][1d 1b][1d 2a 07][1d 2a 0c]");
    TYPED(0x80, 0xe4, 0xff);
    says("");
    TYPED(27, 'a', 27, 'A', 27, 2, 27, KEY_UP);
    says("[38 1e][38 2a 1e][1d 38 30][38 c8]");
}
END_TEST

START_TEST(ctrl_a_is_for_us_and_twice_itself)
{
    open_on("xterm-256color", "C.UTF-8");
    corners();
    show(0, 0, true, false);
    TYPED(1, 1);
    says("[1d 1e]");
    TYPED(1, 'q', 'b');
    says("[30]");
    TYPED(1);
    TYPED('x');
    says("close ");
    for (unsigned i = 0; i < 2; i++) {
        static const char help[] = "Ctrl-A x quits, Ctrl-A Ctrl-A is a Ctrl-A, Esc and a key is Alt and that key";
        TYPED(1, i ? '?' : 'h');
        shows(15, 12, help);
        shows(2, 10, " ");
        TYPED('b');
        says("[30]");
        shows(2, 10, "a");
    }
}
END_TEST

START_TEST(keys_without_room_wait_and_come_in_order)
{
    open_on("xterm-256color", "C.UTF-8");
    rig.full = true;
    TYPED('A', 'b', 'c');
    says("");
    text_display_keys(rig.t);
    says("");
    rig.full = false;
    text_display_keys(rig.t);
    says("[2a 1e][30][2e]");
    text_display_keys(rig.t);
    says("");
}
END_TEST

static void keys_until(const char *want)
{
    for (unsigned i = 0; i < 500 && strlen(rig.said) < strlen(want); i++) {
        usleep(10000);
        text_display_keys(rig.t);
    }
    says(want);
}

/* What the terminal itself sends. */
START_TEST(bytes_from_the_terminal_come_as_keys)
{
    open_on("xterm-256color", "C.UTF-8");
    ck_assert_int_eq(write(rig.master, "a\003\033", 3), 3);
    keys_until("[1e][1d 2e][01]");
    const char *up = tigetstr("kcuu1");
    ck_assert(up && up != (char *)-1);
    ck_assert_int_eq(write(rig.master, up, strlen(up)), (ssize_t)strlen(up));
    keys_until("[c8]");
}
END_TEST

/* --- Its life --- */

START_TEST(the_terminal_is_as_it_was_after_the_end)
{
    open_on("xterm-256color", "C.UTF-8");
    struct termios t;
    tcgetattr(rig.slave, &t);
    ck_assert_uint_eq(t.c_lflag & (ECHO | ICANON | ISIG), 0);
    ck_assert_uint_eq(t.c_iflag & ICRNL, 0);
    ck_assert_int_eq(get_escdelay(), 25); /* ms that Esc waits for a key that it makes Alt of */
    text_display_close(rig.t);
    ck_assert(as_before());
    text_display_close(NULL);
}
END_TEST

START_TEST(a_crash_leaves_the_screen_and_shows_the_cursor)
{
    int status;
    pid_t child = fork();
    if (!child) {
        open_on("xterm-256color", "C.UTF-8");
        raise(SIGSEGV);
    }
    waitpid(child, &status, 0);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    ck_assert(as_before());
    ck_assert_uint_eq(seen("\033[?1049l", 1), 1); /* xterm's: leaves the alternate screen */
}
END_TEST

static void refuses(const char *want)
{
    struct error err = {""};
    ck_assert(!text_display_open("guest", &ops, &rig, &err));
    ck_assert_str_eq(err.text, want);
    ck_assert(as_before());
}

START_TEST(what_is_no_terminal_or_an_unknown_one_is_refused)
{
    setenv("TERM", "nonsense", 1);
    refuses("-display curses: the terminal type 'nonsense' is not known; set TERM");
    setenv("TERM", "xterm", 1);
    int null = open("/dev/null", O_RDWR), tty = dup(STDIN_FILENO);
    dup2(null, STDIN_FILENO);
    refuses("-display curses: standard input and output are no terminal");
    dup2(tty, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    refuses("-display curses: standard input and output are no terminal");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("text");
    TCase *t = tcase_create("text");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, raw_mode_passes_each_byte_and_keeps_signals_where_asked);
    tcase_add_test(t, raw_mode_leaves_what_is_no_terminal_alone);
    tcase_add_test(t, each_fatal_signal_and_exit_put_the_terminal_back);
    tcase_add_test(t, a_write_waits_for_room_and_fails_where_there_is_no_reader);
    tcase_add_test(t, a_larger_terminal_has_the_screen_in_its_middle);
    tcase_add_test(t, of_a_smaller_terminal_the_cursors_part_is_seen);
    tcase_add_test(t, graphics_modes_and_darkness_are_said);
    tcase_add_test(t, colours_are_the_pcs_sixteen);
    tcase_add_test(t, with_eight_colours_bright_is_bold_and_without_any_ground_is_reverse);
    tcase_add_test(t, codes_are_cp437s_characters);
    tcase_add_test(t, without_utf8_lines_are_the_terminals_own);
    tcase_add_test(t, keys_with_a_name_have_their_place);
    tcase_add_test(t, characters_controls_and_escape_are_keys_of_a_us_keyboard);
    tcase_add_test(t, ctrl_a_is_for_us_and_twice_itself);
    tcase_add_test(t, keys_without_room_wait_and_come_in_order);
    tcase_add_test(t, bytes_from_the_terminal_come_as_keys);
    tcase_add_test(t, the_terminal_is_as_it_was_after_the_end);
    tcase_add_test(t, a_crash_leaves_the_screen_and_shows_the_cursor);
    tcase_add_test(t, what_is_no_terminal_or_an_unknown_one_is_refused);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#else
#include <stdio.h>

int main(void)
{
    puts("skipped: the text screen on a terminal, since this build has no ncursesw");
    return 77;
}
#endif
