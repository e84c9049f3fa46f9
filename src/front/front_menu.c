/* SPDX-License-Identifier: MIT */
/*
 * The window's menu of media: the drives whose medium can be changed; for one of them the images
 * that it may want, those used lately and those in the folder of what is in it.
 */
#include "config.h"

#include "front/front.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/bits.h"

enum { LARGEST_FLOPPY = 2949120 };

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool removable(const struct front *f, unsigned drive)
{
    const struct drive_config *d = &f->o->cfg.drive[drive];
    return d->present && d->kind != DRIVE_DISK;
}

static void changed(void *ctx, bool good, const char *text)
{
    struct front *f = ctx;
    if (!f->window)
        return;
    window_message(f->window, good ? "the medium is changed" : text);
    if (!good)
        front_complain(text);
}

/* Used lately: at the front. */
static void remember(struct front_menu *m, const char *path)
{
    unsigned at = 0;
    while (at < MENU_RECENT - 1 && m->recent[at] && strcmp(m->recent[at], path))
        at++;
    char *copy = strdup(path);
    free(m->recent[at]);
    memmove(m->recent + 1, m->recent, at * sizeof m->recent[0]);
    m->recent[0] = copy;
}

static void insert(struct front *f, unsigned drive, const char *path)
{
    char was[sizeof f->menu.file[0]];
    const char *old = f->o->drive[drive].file;
    snprintf(was, sizeof was, "%s", old ? old : "");
    if (was[0])
        remember(&f->menu, was);
    remember(&f->menu, path);
    front_change_medium(f, drive, path, NULL, MEDIUM_RETAIN, false, changed, f);
}

/* --- The drives --- */

void front_menu_drives(struct front *f)
{
    struct front_menu *m = &f->menu;
    char line[MAX_DRIVES][96];
    const char *items[MAX_DRIVES];
    unsigned n = 0;
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        if (!removable(f, i))
            continue;
        const char *file = f->o->drive[i].file;
        snprintf(line[n], sizeof line[n], "%s  %-8s  %.70s", drive_place(i),
                 f->o->cfg.drive[i].kind == DRIVE_CD ? "CD" : "diskette", file ? base_name(file) : "(empty)");
        items[n] = line[n];
        m->drives[n++] = i;
    }
    m->level = MENU_DRIVES;
    if (n)
        window_menu(f->window, "Media", items, n);
    else
        window_message(f->window, "there is no CD or diskette drive: start with -cdrom or -fda");
}

/* --- The images for one of them --- */

static bool looks_like_image(const char *name)
{
    static const char *const ends[] = {".iso", ".img", ".ima", ".flp", ".vfd", ".dsk", ".cdr", ".raw", ".bin"};
    size_t n = strlen(name);
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (n > 4 && !strcasecmp(name + n - 4, ends[i]))
            return true;
    return false;
}

static bool add_file(struct front_menu *m, const char *path)
{
    for (unsigned i = 0; i < m->nfiles; i++)
        if (!strcmp(m->file[i], path))
            return true;
    if (m->nfiles == MENU_FILES || strlen(path) >= sizeof m->file[0])
        return false;
    strcpy(m->file[m->nfiles++], path);
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The images beside `path`, or in the current folder. */
static void add_folder(struct front_menu *m, const char *path)
{
    char folder[1024], full[1400];
    unsigned first = m->nfiles;
    size_t n = (size_t)(base_name(path) - path);
    if (n >= sizeof folder)
        return;
    memcpy(folder, path, n);
    folder[n] = 0;
    DIR *d = opendir(n ? folder : ".");
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        struct stat st;
        snprintf(full, sizeof full, "%s%s", folder, e->d_name);
        if (looks_like_image(e->d_name) && stat(full, &st) == 0 && S_ISREG(st.st_mode) && !add_file(m, full))
            break;
    }
    closedir(d);
    qsort(m->file + first, m->nfiles - first, sizeof m->file[0], by_name);
}

static void show_files(struct front *f, unsigned drive)
{
    struct front_menu *m = &f->menu;
    const char *current = f->o->drive[drive].file;
    const char *items[2 + MENU_FILES];
    char title[96];
    unsigned n = 0;
    m->level = MENU_IMAGES;
    m->drive = drive;
    m->nfiles = 0;
    for (unsigned i = 0; i < MENU_RECENT && m->recent[i]; i++)
        add_file(m, m->recent[i]);
    add_folder(m, current ? current : "");
    items[n++] = "Type a path ...";
    if (current)
        items[n++] = "Take out what is in it";
    m->first_file = n;
    for (unsigned i = 0; i < m->nfiles; i++)
        items[n++] = m->file[i];
    snprintf(title, sizeof title, "%s: %.80s", drive_place(drive), current ? base_name(current) : "empty");
    window_menu(f->window, title, items, n);
}

void front_menu_chosen(struct front *f, unsigned item)
{
    struct front_menu *m = &f->menu;
    if (m->level == MENU_DRIVES)
        show_files(f, m->drives[item]);
    else if (item == 0)
        window_ask(f->window, "Path of the image:", "");
    else if (item < m->first_file)
        front_eject(f, m->drive, false, changed, f);
    else
        insert(f, m->drive, m->file[item - m->first_file]);
}

void front_menu_entered(struct front *f, const char *text)
{
    char path[1100];
    const char *home = getenv("HOME");
    bool tilde = text[0] == '~' && text[1] == '/' && home;
    snprintf(path, sizeof path, "%s%s", tilde ? home : "", tilde ? text + 1 : text);
    if (path[0])
        insert(f, f->menu.drive, path);
}

/* A diskette drive takes what has a diskette's size, a CD drive what is larger or says that it is
 * one. */
void front_menu_drop(struct front *f, const char *path)
{
    struct stat st;
    size_t n = strlen(path);
    bool small = stat(path, &st) == 0 && st.st_size <= LARGEST_FLOPPY && (n < 4 || strcasecmp(path + n - 4, ".iso"));
    int only = -1, fits = -1;
    for (unsigned i = MAX_DRIVES; i-- > 0;) {
        if (!removable(f, i))
            continue;
        only = (int)i;
        if ((f->o->cfg.drive[i].kind == DRIVE_FLOPPY) == small)
            fits = (int)i;
    }
    if (only < 0)
        window_message(f->window, "there is no CD or diskette drive: start with -cdrom or -fda");
    else
        insert(f, (unsigned)(fits >= 0 ? fits : only), path);
}

void front_menu_free(struct front *f)
{
    for (unsigned i = 0; i < MENU_RECENT; i++)
        free(f->menu.recent[i]);
}
