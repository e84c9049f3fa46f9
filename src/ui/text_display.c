/* SPDX-License-Identifier: MIT */
/*
 * The text screen on a terminal. Colours are the PC's sixteen; a terminal of eight shows bright
 * ones in bold. Codes are shown as CP437's Unicode characters, or where the terminal has no UTF-8,
 * lines by its own line-drawing set and the rest in ASCII.
 */
#include "config.h"

#include "ui/text_display.h"

#ifdef HAVE_NCURSES

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

#include "base/bits.h"
#include "base/cp437.h"
#include "ui/terminal.h"

enum { ESCAPE_MS = 25, MESSAGE_MAX = 200 };
enum { QNUM_SHIFT = 0x2a, QNUM_CTRL = 0x1d, QNUM_ALT = 0x38, QNUM_ESC = 0x01 };

struct text_display {
    const struct text_display_ops *ops;
    void *ctx;
    SCREEN *screen;
    bool utf8, armed, title;
    int colors;
    char name[64];
    char message[MESSAGE_MAX];
    uint8_t waiting[8]; /* keys that there was no room for */
    size_t nwaiting;
    struct text_screen shown;
    uint8_t *cells; /* a copy of shown.cells */
    size_t cap;
};

/* Colours. */

/* Red and blue change places between the PC's numbers and a terminal's. */
static short terminal_color(unsigned pc)
{
    static const short order[8] = {COLOR_BLACK, COLOR_BLUE,    COLOR_GREEN,  COLOR_CYAN,
                                   COLOR_RED,   COLOR_MAGENTA, COLOR_YELLOW, COLOR_WHITE};
    return (short)(order[pc & 7] + (pc & 8));
}

static void make_pairs(struct text_display *t)
{
    start_color();
    t->colors = has_colors() ? COLORS >= 16 && COLOR_PAIRS > 256 ? 16 : 8 : 0;
    for (int bg = 0; bg < t->colors; bg++)
        for (int fg = 0; fg < t->colors; fg++)
            init_pair((short)(1 + bg * t->colors + fg), terminal_color((unsigned)fg), terminal_color((unsigned)bg));
}

static attr_t look(const struct text_display *t, uint8_t attribute, bool blink, short *pair)
{
    unsigned fg = attribute & 15, bg = attribute >> 4;
    attr_t a = blink && bg & 8 ? A_BLINK : A_NORMAL;
    if (blink)
        bg &= 7;
    if (t->colors < 16) {
        a |= fg & 8 ? A_BOLD : 0;
        fg &= 7;
        bg &= 7;
    }
    *pair = (short)(t->colors ? 1 + bg * (unsigned)t->colors + fg : 0);
    if (!t->colors && bg)
        a |= A_REVERSE;
    return a;
}

/* Box lines and blocks for a terminal without UTF-8. */
static chtype plain_char(uint8_t c)
{
    static const char corners[] =
        "\xb3\xba|\xc4\xcd-\xda\xc9\xd5\xd6{\xbf\xbb\xb7\xb8}\xc0\xc8\xd3\xd4[\xd9\xbc\xbd\xbe]"
        "\xc3\xcc\xc6\xc7<\xb4\xb9\xb5\xb6>\xc2\xcb\xd1\xd2^\xc1\xca\xcf\xd0_\xc5\xce\xd7\xd8+";
    if (c >= 0x20 && c < 0x7f)
        return c;
    if (c == 0 || c == 0xff)
        return ' ';
    if (c >= 0xb0 && c <= 0xb2)
        return ACS_CKBOARD;
    if (c >= 0xdb && c <= 0xdf)
        return ACS_BLOCK;
    const char *at = strchr(corners, (char)c);
    while (at && *at & 0x80)
        at++;
    switch (at ? *at : 0) {
    case '|': return ACS_VLINE;
    case '-': return ACS_HLINE;
    case '{': return ACS_ULCORNER;
    case '}': return ACS_URCORNER;
    case '[': return ACS_LLCORNER;
    case ']': return ACS_LRCORNER;
    case '<': return ACS_LTEE;
    case '>': return ACS_RTEE;
    case '^': return ACS_TTEE;
    case '_': return ACS_BTEE;
    case '+': return ACS_PLUS;
    default: return '?';
    }
}

static void put_cell(struct text_display *t, int y, int x, uint8_t code, uint8_t attribute)
{
    short pair;
    attr_t a = look(t, attribute, t->shown.blink, &pair);
    if (t->utf8) {
        wchar_t text[2] = {(wchar_t)cp437_unicode(code), 0};
        cchar_t c;
        setcchar(&c, text, a, pair, NULL);
        mvadd_wch(y, x, &c);
    } else {
        attr_set(a, pair, NULL);
        mvaddch(y, x, plain_char(code));
        attr_set(A_NORMAL, 0, NULL);
    }
}

/* Where the guest's first cell of one direction is: in the middle of a larger terminal; of a
 * smaller one as much is left out as the cursor needs to be seen. */
static int origin(unsigned have, int room, unsigned cursor)
{
    if ((int)have <= room)
        return (room - (int)have) / 2;
    int last = (int)have - room;
    return (int)cursor < room ? 0 : -MIN((int)cursor - room + 1, last);
}

static void draw_text(struct text_display *t)
{
    const struct text_screen *s = &t->shown;
    int top = origin(s->h, LINES, s->y), left = origin(s->w, COLS, s->x);
    for (unsigned y = 0; y < s->h; y++)
        for (unsigned x = 0; x < s->w; x++) {
            const uint8_t *c = t->cells + 2 * ((size_t)y * s->w + x);
            int ty = top + (int)y, tx = left + (int)x;
            if (ty >= 0 && ty < LINES && tx >= 0 && tx < COLS)
                put_cell(t, ty, tx, c[0], c[1]);
        }
    bool seen = s->cursor && s->x < s->w && s->y < s->h;
    curs_set(seen);
    if (seen)
        move(top + (int)s->y, left + (int)s->x);
}

static void draw_note(const char *text)
{
    int x = (COLS - (int)strlen(text)) / 2;
    mvaddnstr(LINES / 2, MAX(x, 0), text, COLS);
    curs_set(0);
}

static void draw(struct text_display *t)
{
    char text[64];
    erase();
    if (t->message[0]) {
        draw_note(t->message);
    } else if (t->shown.text) {
        draw_text(t);
    } else if (t->shown.w) {
        snprintf(text, sizeof text, "%u x %u Graphic mode", t->shown.w, t->shown.h);
        draw_note(text);
    } else {
        draw_note("the screen is dark");
    }
    refresh();
}

void text_display_show(struct text_display *t, const struct text_screen *s)
{
    size_t n = s->text ? (size_t)s->w * s->h * 2 : 0;
    if (n > t->cap) {
        uint8_t *p = realloc(t->cells, n);
        if (!p)
            return;
        t->cells = p;
        t->cap = n;
    }
    if (n)
        memcpy(t->cells, s->cells, n);
    t->shown = *s;
    t->shown.cells = NULL;
    draw(t);
}

void text_display_redraw(struct text_display *t)
{
    clearok(curscr, TRUE);
    draw(t);
}

void text_display_resized(struct text_display *t)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
        resizeterm(size.ws_row, size.ws_col);
    text_display_redraw(t);
}

/* Keys. */

/* Keys with a name; those with Shift have it added. */
static uint8_t named_key(int c, bool *shift)
{
    static const struct {
        int code;
        uint8_t key;
        bool shift;
    } names[] = {
        {KEY_UP, 0xc8, false},        {KEY_DOWN, 0xd0, false},     {KEY_LEFT, 0xcb, false},  {KEY_RIGHT, 0xcd, false},
        {KEY_HOME, 0xc7, false},      {KEY_END, 0xcf, false},      {KEY_FIND, 0xc7, false},  {KEY_SELECT, 0xcf, false},
        {KEY_PPAGE, 0xc9, false},     {KEY_NPAGE, 0xd1, false},    {KEY_IC, 0xd2, false},    {KEY_DC, 0xd3, false},
        {KEY_BACKSPACE, 0x0e, false}, {KEY_ENTER, 0x9c, false},    {KEY_BTAB, 0x0f, true},   {KEY_SR, 0xc8, true},
        {KEY_SF, 0xd0, true},         {KEY_SLEFT, 0xcb, true},     {KEY_SRIGHT, 0xcd, true}, {KEY_SHOME, 0xc7, true},
        {KEY_SEND, 0xcf, true},       {KEY_SPREVIOUS, 0xc9, true}, {KEY_SNEXT, 0xd1, true},  {KEY_SIC, 0xd2, true},
        {KEY_SDC, 0xd3, true},        {KEY_B2, 0x4c, false},       {KEY_A1, 0xc7, false},    {KEY_A3, 0xc9, false},
        {KEY_C1, 0xcf, false},        {KEY_C3, 0xd1, false},
    };
    static const uint8_t functions[12] = {0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x40, 0x41, 0x42, 0x43, 0x44, 0x57, 0x58};
    if (c > KEY_F0 && c <= KEY_F0 + 24) {
        *shift = c > KEY_F0 + 12;
        return functions[(c - KEY_F0 - 1) % 12];
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].code == c) {
            *shift = names[i].shift;
            return names[i].key;
        }
    return 0;
}

static uint8_t typed_key(const struct text_display *t, int c, bool *shift, bool *ctrl)
{
    enum { TAB = 9, NEWLINE = 10, RETURN = 13, BACKSPACE = 8, ESC = 27, RUBOUT = 127 };
    if (c > 0xff)
        return named_key(c, shift);
    switch (c) {
    case TAB: return 0x0f;
    case RETURN: return 0x1c;
    case BACKSPACE:
    case RUBOUT: return 0x0e;
    case ESC: return QNUM_ESC;
    default: break;
    }
    *ctrl = c < 0x20;
    if (*ctrl && c >= 1 && c <= 26)
        return t->ops->key_of((char)(c + 'a' - 1), shift);
    if (*ctrl) /* NUL by Ctrl-Space, and Ctrl with \ ] ^ _ */
        c = c ? c + 0x40 : ' ';
    return c < RUBOUT ? t->ops->key_of((char)c, shift) : 0;
}

static bool press(struct text_display *t, int c, bool alt)
{
    uint8_t keys[4];
    size_t n = 0;
    bool shift = false, ctrl = false;
    uint8_t key = typed_key(t, c, &shift, &ctrl);
    if (!key)
        return true;
    if (ctrl)
        keys[n++] = QNUM_CTRL;
    if (alt)
        keys[n++] = QNUM_ALT;
    if (shift)
        keys[n++] = QNUM_SHIFT;
    keys[n++] = key;
    if (t->ops->keys(t->ctx, keys, n))
        return true;
    memcpy(t->waiting, keys, n);
    t->nwaiting = n;
    return false;
}

static void command(struct text_display *t, int c)
{
    enum { CTRL_A = 1 };
    if (c == CTRL_A)
        press(t, CTRL_A, false);
    else if (c == 'x')
        t->ops->close(t->ctx);
    else if (c == 'h' || c == '?')
        snprintf(t->message, sizeof t->message,
                 "Ctrl-A x quits, Ctrl-A Ctrl-A is a Ctrl-A, Esc and a key is Alt and that key");
    draw(t);
}

void text_display_keys(struct text_display *t)
{
    enum { CTRL_A = 1, ESC = 27 };
    if (t->nwaiting && !t->ops->keys(t->ctx, t->waiting, t->nwaiting))
        return;
    t->nwaiting = 0;
    for (int c; (c = getch()) != ERR;) {
        bool alt = false;
        if (t->message[0]) {
            t->message[0] = 0;
            draw(t);
        }
        if (t->armed || c == CTRL_A) {
            bool was = t->armed;
            t->armed = !was;
            if (was)
                command(t, c);
            continue;
        }
        if (c == ESC) {
            int next = getch();
            alt = next != ERR;
            c = alt ? next : c;
        }
        if (c != KEY_RESIZE && !press(t, c, alt))
            return;
    }
}

/* Its life. */

/* What puts the terminal back where a signal leaves no time for endwin(). */
static void farewell(void)
{
    char text[128];
    const char *normal = exit_attribute_mode, *shown = cursor_normal, *leave = exit_ca_mode;
    snprintf(text, sizeof text, "%s%s%s", normal ? normal : "", shown ? shown : "", leave ? leave : "");
    terminal_set_farewell(text);
}

struct text_display *text_display_open(const char *name, const struct text_display_ops *ops, void *ctx,
                                       struct error *err)
{
    const char *type = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        error_set(err, "-display curses: standard input and output are no terminal");
        return NULL;
    }
    struct text_display *t = calloc(1, sizeof *t);
    if (!t) {
        error_set(err, "out of memory");
        return NULL;
    }
    t->ops = ops;
    t->ctx = ctx;
    snprintf(t->name, sizeof t->name, "%s", name);
    setlocale(LC_CTYPE, "");
    t->utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
    terminal_raw(false); /* its settings are kept, and put back on every way out */
    t->screen = newterm(NULL, stdout, stdin);
    if (!t->screen) {
        error_set(err, "-display curses: the terminal type '%s' is not known; set TERM", type ? type : "");
        terminal_restore();
        free(t);
        return NULL;
    }
    farewell();
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(ESCAPE_MS);
    make_pairs(t);
    draw(t);
    return t;
}

void text_display_close(struct text_display *t)
{
    if (!t)
        return;
    endwin();
    terminal_set_farewell("");
    delscreen(t->screen);
    free(t->cells);
    free(t);
    terminal_restore();
}

#else

struct text_display *text_display_open(const char *name, const struct text_display_ops *ops, void *ctx,
                                       struct error *err)
{
    (void)name, (void)ops, (void)ctx;
    error_set(err, "-display curses: this build has no curses (ncursesw is missing)");
    return NULL;
}

void text_display_close(struct text_display *t)
{
    (void)t;
}

void text_display_show(struct text_display *t, const struct text_screen *s)
{
    (void)t, (void)s;
}

void text_display_keys(struct text_display *t)
{
    (void)t;
}

void text_display_resized(struct text_display *t)
{
    (void)t;
}

void text_display_redraw(struct text_display *t)
{
    (void)t;
}

#endif
