/* SPDX-License-Identifier: MIT */
/*
 * Files that may be a drive's medium. File systems on a CD are known by the volume descriptor at block 16 (ECMA-119
 * 8.1, ECMA-167 2/9.1).
 */
#include "config.h"

#include "front/front_images.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bits.h"
#include "devices/disk/floppy_drive.h"

enum { PATH_ROOM = 4096, DESCRIPTOR = 16 * 2048 };

void path_list_free(struct path_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->path[i]);
    free(l->path);
    *l = (struct path_list){.n = 0};
}

void path_list_add(struct path_list *l, const char *path)
{
    for (size_t i = 0; i < l->n; i++)
        if (!strcmp(l->path[i], path))
            return;
    if (l->n == l->room) {
        size_t room = l->room ? 2 * l->room : 32;
        char **p = realloc(l->path, room * sizeof *p);
        if (!p)
            return;
        l->path = p;
        l->room = room;
    }
    char *copy = strdup(path);
    if (copy)
        l->path[l->n++] = copy;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_from(struct path_list *l, size_t first)
{
    if (l->n > first)
        qsort(l->path + first, l->n - first, sizeof l->path[0], by_name);
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool ends_in(const char *name, const char *const *ends, size_t n)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < n; i++)
        if (len > strlen(ends[i]) && !strcasecmp(name + len - strlen(ends[i]), ends[i]))
            return true;
    return false;
}

static bool named_disc(const char *path)
{
    static const char *const ends[] = {".iso", ".cdr", ".udf"};
    return ends_in(path_base(path), ends, ARRAY_LEN(ends));
}

static bool named_image(const char *path)
{
    static const char *const ends[] = {".img", ".ima", ".flp", ".vfd", ".dsk", ".raw", ".bin"};
    return ends_in(path_base(path), ends, ARRAY_LEN(ends));
}

static bool holds_disc(const char *path)
{
    char id[6] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool read = fd >= 0 && pread(fd, id, 5, DESCRIPTOR + 1) == 5;
    if (fd >= 0)
        close(fd);
    return read && (!strcmp(id, "CD001") || !strcmp(id, "BEA01"));
}

bool image_fits(const char *path, enum drive_kind kind)
{
    struct stat st;
    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 || access(path, R_OK) < 0)
        return false;
    if (kind == DRIVE_CD)
        return named_disc(path) || holds_disc(path);
    const struct floppy_format *f = floppy_format_of(((uint64_t)st.st_size + 511) / 512);
    bool whole = f && (uint64_t)st.st_size == f->sectors * UINT64_C(512);
    return f && !named_disc(path) && (whole || named_image(path));
}

void images_in(const char *folder, enum drive_kind kind, struct path_list *to)
{
    char full[PATH_ROOM];
    struct path_list folders = {.n = 0};
    size_t first = to->n;
    DIR *d = opendir(folder[0] ? folder : ".");
    for (const struct dirent *e; d && (e = readdir(d)) != NULL;) {
        struct stat st;
        int n = snprintf(full, sizeof full, "%s%s", folder, e->d_name);
        if (n < 0 || (size_t)n + 1 >= sizeof full || stat(full, &st) < 0)
            continue;
        if (S_ISDIR(st.st_mode) && (e->d_name[0] != '.' || !strcmp(e->d_name, ".."))) {
            strcat(full, "/");
            path_list_add(&folders, full);
        } else if (image_fits(full, kind)) {
            path_list_add(to, full);
        }
    }
    if (d)
        closedir(d);
    sort_from(to, first);
    sort_from(&folders, 0);
    for (size_t i = 0; i < folders.n; i++)
        path_list_add(to, folders.path[i]);
    path_list_free(&folders);
}

void path_expand(const char *text, char *to, size_t room)
{
    const char *home = getenv("HOME");
    bool tilde = text[0] == '~' && text[1] == '/' && home;
    snprintf(to, room, "%s%s", tilde ? home : "", tilde ? text + 1 : text);
}

/* Names in the folder of `path` that begin as it ends. */
static void candidates(const char *path, struct path_list *to)
{
    char folder[PATH_ROOM], full[PATH_ROOM + 256];
    const char *begin = path_base(path);
    size_t n = strlen(begin);
    snprintf(folder, sizeof folder, "%.*s", (int)(begin - path), path);
    DIR *d = opendir(folder[0] ? folder : ".");
    for (const struct dirent *e; d && (e = readdir(d)) != NULL;) {
        struct stat st;
        if (strncmp(e->d_name, begin, n) != 0 || (e->d_name[0] == '.' && begin[0] != '.'))
            continue;
        snprintf(full, sizeof full, "%s%s", folder, e->d_name);
        bool is_folder = stat(full, &st) == 0 && S_ISDIR(st.st_mode);
        snprintf(full, sizeof full, "%s%s", e->d_name, is_folder ? "/" : "");
        path_list_add(to, full);
    }
    if (d)
        closedir(d);
    sort_from(to, 0);
}

static size_t in_common(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] && a[n] == b[n])
        n++;
    return n;
}

const char *path_complete(char *text, size_t room, char *note, size_t note_room)
{
    char path[PATH_ROOM];
    struct path_list l = {.n = 0};
    path_expand(text, path, sizeof path);
    candidates(path, &l);
    size_t have = strlen(path_base(path)), len = strlen(text), n = l.n ? strlen(l.path[0]) : have;
    for (size_t i = 1; i < l.n; i++)
        n = MIN(n, in_common(l.path[0], l.path[i]));
    while (n > have && l.n > 1 && (l.path[0][n] & 0xc0) == 0x80)
        n--; /* whole characters of UTF-8 */
    note[0] = 0;
    if (!l.n)
        snprintf(note, note_room, "no file begins like that");
    else if (n > have && len + n - have < room)
        snprintf(text + len, room - len, "%.*s", (int)(n - have), l.path[0] + have);
    for (size_t i = 0, at = 0; l.n > 1 && i < l.n && at + 1 < note_room; i++)
        at += (size_t)snprintf(note + at, note_room - at, "%s%s", i ? "  " : "", l.path[i]);
    path_list_free(&l);
    return note[0] ? note : NULL;
}
