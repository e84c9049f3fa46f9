/* SPDX-License-Identifier: MIT */
/* The tests of the command line's parser: what they share, and their list. */
#include "config.h"

#include "tests/cli/parse.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 1 << 16, MAX_WORDS = 128 };

struct options o;
struct error err;
static char line_text[LINE_BYTES], words[LINE_BYTES];

const char *parsed_line(void)
{
    return line_text;
}

bool parse(const char *line)
{
    static char program[] = "vitrine";
    char *argv[MAX_WORDS] = {program};
    int argc = 1;
    options_free(&o);
    err.text[0] = 0;
    if (line != line_text)
        snprintf(line_text, sizeof line_text, "%s", line);
    snprintf(words, sizeof words, "%s", line);
    char *rest = words;
    for (char *w; (w = strtok_r(rest, " ", &rest)) != NULL;) {
        ck_assert_int_lt(argc, MAX_WORDS);
        for (char *p = w; *p; p++)
            *p = *p == '~' ? ' ' : *p;
        if (!strcmp(w, "''"))
            *w = 0;
        argv[argc++] = w;
    }
    return options_parse(&o, argc, argv, &err);
}

bool built_for(const char *line)
{
    bool vnc = strstr(line, "-vnc") || strstr(line, "vnc="), curses = strstr(line, "curses") != NULL;
    bool qmp = strstr(line, "-qmp") || strstr(line, "mode=control");
#ifdef HAVE_VNCSERVER
    vnc = false;
#endif
#ifdef HAVE_NCURSES
    curses = false;
#endif
#ifdef HAVE_JANSSON
    qmp = false;
#endif
    return !vnc && !curses && !qmp;
}

void takes(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line_text, sizeof line_text, fmt, ap);
    va_end(ap);
    ck_assert_msg(parse(line_text), "%s: is refused: %s", line_text, err.text);
}

void refuses(const char *text, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line_text, sizeof line_text, fmt, ap);
    va_end(ap);
    ck_assert_msg(!parse(line_text), "%s: is taken", line_text);
    ck_assert_msg(strstr(err.text, text) != NULL, "%s: no '%s' in: %s", line_text, text, err.text);
}

char *listed(void)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    ck_assert_ptr_nonnull(f);
    ck_assert_msg(options_list(&o, f, &err), "%s: %s", line_text, err.text);
    fclose(f);
    return text;
}

int main(void)
{
    setenv("CK_DEFAULT_TIMEOUT", "20", 0); /* s: the host may be loaded */
    Suite *s = suite_create("options");
    suite_add_tcase(s, drive_options_case());
    suite_add_tcase(s, machine_options_case());
    suite_add_tcase(s, device_options_case());
    suite_add_tcase(s, stream_options_case());
    suite_add_tcase(s, screen_options_case());
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
