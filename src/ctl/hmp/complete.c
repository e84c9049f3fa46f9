/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "ctl/hmp/complete.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bus/keys.h"
#include "ctl/hmp/hmp.h"
#include "ctl/options/options.h"
#include "dbg/trace.h"

enum { WORDS_MAX = 100000, PATH_ROOM = 4096 };

void word_list_free(struct word_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->word[i]);
    free(l->word);
    *l = (struct word_list){0};
}

/* Adds head + tail if it begins with `typed`. */
static void add(struct word_list *l, const char *typed, const char *head, const char *tail)
{
    size_t n = strlen(head) + strlen(tail) + 1;
    char *word = l->n < WORDS_MAX ? malloc(n) : NULL;
    if (!word)
        return;
    snprintf(word, n, "%s%s", head, tail);
    bool wanted = *word && !strncmp(word, typed, strlen(typed));
    if (wanted && l->n == l->room) {
        size_t room = l->room ? 2 * l->room : 32;
        char **more = realloc(l->word, room * sizeof *more);
        wanted = more != NULL;
        if (more) {
            l->word = more;
            l->room = room;
        }
    }
    if (wanted)
        l->word[l->n++] = word;
    else
        free(word);
}

typedef const struct command_word *word_at(unsigned i);

static void add_commands(word_at *at, const char *typed, struct word_list *to)
{
    const struct command_word *w;
    for (unsigned i = 0; (w = at(i)) != NULL; i++)
        add(to, typed, w->name, "");
}

static void add_drives(const struct control *c, const char *typed, struct word_list *to)
{
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        const struct drive_option *d = &c->o->drive[i];
        if (!d->fitted)
            continue;
        add(to, typed, d->id, "");
        add(to, typed, d->qdev, "");
        if (*typed) /* the places are known too, but are not offered beside the names */
            add(to, typed, drive_place(i), "");
    }
}

static void add_files(const char *typed, struct word_list *to)
{
    char folder[PATH_ROOM];
    const char *slash = strrchr(typed, '/');
    size_t n = slash ? (size_t)(slash - typed) + 1 : 0;
    if (n >= sizeof folder)
        return;
    memcpy(folder, typed, n);
    folder[n] = 0;
    DIR *dir = opendir(n ? folder : ".");
    for (const struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
        char path[PATH_ROOM + sizeof e->d_name];
        struct stat st;
        bool hidden = e->d_name[0] == '.';
        if ((hidden && typed[n] != '.') || !strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        snprintf(path, sizeof path, "%s%s", folder, e->d_name);
        if (strncmp(path, typed, strlen(typed)) != 0)
            continue;
        add(to, typed, path, stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? "/" : "");
    }
    if (dir)
        closedir(dir);
}

/* The last of a list: "ctrl-al", "int,ex". */
static void add_pieces(const char *(*at)(unsigned i), char separator, const char *typed, struct word_list *to)
{
    char head[PATH_ROOM];
    const char *last = strrchr(typed, separator), *name;
    size_t n = last ? (size_t)(last - typed) + 1 : 0;
    if (n >= sizeof head)
        return;
    memcpy(head, typed, n);
    head[n] = 0;
    for (unsigned i = 0; (name = at(i)) != NULL; i++)
        add(to, typed, head, name);
}

/* "[raw", "[retain|read-only|read-write]]": each of the words, if they are in small letters. */
static void add_literals(const char *spec, size_t len, const char *typed, struct word_list *to)
{
    while (len) {
        size_t n = 0;
        char word[32];
        while (n < len && spec[n] != '|' && spec[n] != '[' && spec[n] != ']' && spec[n] != ',')
            n++;
        if (n && n < sizeof word && spec[0] >= 'a' && spec[0] <= 'z') {
            memcpy(word, spec, n);
            word[n] = 0;
            add(to, typed, word, "");
        }
        n += n < len;
        spec += n;
        len -= n;
    }
}

static bool has(const char *spec, size_t len, const char *what)
{
    char part[64];
    snprintf(part, sizeof part, "%.*s", (int)len, spec);
    return strstr(part, what) != NULL;
}

/* What the command takes in the place of its i-th argument that is no "-f". */
static void add_argument(const struct control *c, const char *spec, unsigned i, const char *typed, struct word_list *to)
{
    for (size_t n;; spec += n) {
        spec += strspn(spec, " ");
        n = strcspn(spec, " ");
        if (!n)
            return;
        if ((spec[0] == '[' && spec[1] == '-') || i-- > 0)
            continue;
        if (has(spec, n, "DRIVE"))
            add_drives(c, typed, to);
        if (has(spec, n, "FILE"))
            add_files(typed, to);
        if (has(spec, n, "KEYS"))
            add_pieces(key_name_at, '-', typed, to);
        if (has(spec, n, "ITEM"))
            add_pieces(trace_item_name, ',', typed, to);
        if (has(spec, n, "COMMAND")) {
            add_commands(hmp_command_at, typed, to);
            add_commands(dbg_command_at, typed, to);
        }
        if (has(spec, n, "WHAT")) {
            add_commands(hmp_info_at, typed, to);
            add_commands(dbg_info_at, typed, to);
        }
        add_literals(spec, n, typed, to);
        return;
    }
}

static const struct command_word *command_of(word_at *at, const char *line, const char **args)
{
    const struct command_word *w;
    for (unsigned i = 0; (w = at(i)) != NULL; i++)
        if ((*args = command_args(w, line)) != NULL)
            return w;
    return NULL;
}

/* How many whole words there are, without those that begin with '-'. */
static unsigned count_words(const char *s)
{
    unsigned n = 0;
    while (*(s += strspn(s, " "))) {
        bool quoted = *s == '"';
        n += *s != '-';
        for (s += quoted; *s && (quoted ? *s != '"' : *s != ' '); s++)
            s += quoted && *s == '\\' && s[1];
        s += quoted && *s;
    }
    return n;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts, and keeps one of those that are the same. */
static void sort_once(struct word_list *l)
{
    size_t n = 0;
    if (l->n)
        qsort(l->word, l->n, sizeof *l->word, by_name);
    for (size_t i = 0; i < l->n; i++)
        if (n && !strcmp(l->word[n - 1], l->word[i]))
            free(l->word[i]);
        else
            l->word[n++] = l->word[i];
    l->n = n;
}

void hmp_complete(const struct control *c, const char *before, const char *typed, struct word_list *to)
{
    const char *args = "";
    const struct command_word *w = command_of(hmp_command_at, before, &args);
    if (!w)
        w = command_of(dbg_command_at, before, &args);
    if (w && !strcmp(w->name, "info") && count_words(args) > 0) {
        const char *what = args;
        w = command_of(hmp_info_at, what, &args);
        if (!w)
            w = command_of(dbg_info_at, what, &args);
    }
    if (w) {
        add_argument(c, w->args, count_words(args), typed, to);
    } else if (!before[strspn(before, " ")]) {
        add_commands(hmp_command_at, typed, to);
        add_commands(dbg_command_at, typed, to);
    }
    sort_once(to);
}
