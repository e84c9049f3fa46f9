/* SPDX-License-Identifier: MIT */
/*
 * The window's menu: drives and the images that fit them, keys for the guest, power, speed, scaling; and the question
 * before the machine ends. What goes wrong is shown in the menu that it was chosen from.
 */
#include "config.h"

#include "front/front.h"
#include "front/front_images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

enum { LINE = 96 };

static bool removable(const struct front *f, unsigned drive)
{
    const struct drive_config *d = &f->o->cfg.drive[drive];
    return d->present && d->kind != DRIVE_DISK;
}

static void open_menu(struct front *f, enum menu_level level, const char *title, const char *note,
                      const char *const *items, unsigned n, unsigned selected)
{
    f->menu.level = level;
    window_menu(f->window, title, note, items, n, selected);
}

/* --- A console command, of which only a failure needs words --- */

static void command_done(void *ctx, bool good, const char *text)
{
    struct front *f = ctx;
    if (!good && f->window)
        window_message(f->window, text);
}

static void command(struct front *f, const char *line, const char *said)
{
    window_message(f->window, said);
    if (!control_line(&f->control, line, command_done, f))
        window_message(f->window, "the machine takes no more requests now");
}

/* --- Keys --- */

static const struct {
    const char *label, *keys;
} sent_keys[] = {
    {"Ctrl-Alt-Backspace", "ctrl-alt-backspace"},
    {"Ctrl-Alt-F1", "ctrl-alt-f1"},
    {"Ctrl-Alt-F2", "ctrl-alt-f2"},
    {"Ctrl-Alt-F3", "ctrl-alt-f3"},
    {"Ctrl-Alt-F4", "ctrl-alt-f4"},
    {"Ctrl-Alt-F5", "ctrl-alt-f5"},
    {"Ctrl-Alt-F6", "ctrl-alt-f6"},
    {"Ctrl-Alt-F7", "ctrl-alt-f7"},
    {"Alt-Tab", "alt-tab"},
    {"Alt-F4", "alt-f4"},
    {"Ctrl-Esc", "ctrl-esc"},
    {"PrtSc", "print"},
    {"Alt-SysRq", "alt-print"},
    {"Pause", "pause"},
    {"Ctrl-Break", "ctrl-pause"},
    {"Scroll Lock", "scroll_lock"},
    {"Num Lock", "num_lock"},
    {"Windows key", "meta_l"},
    {"Menu key", "compose"},
    {"F11", "f11"},
    {"F12", "f12"},
};

static void show_keys(struct front *f)
{
    const char *items[ARRAY_LEN(sent_keys)];
    for (size_t i = 0; i < ARRAY_LEN(sent_keys); i++)
        items[i] = sent_keys[i].label;
    open_menu(f, MENU_KEYS, "Keys for the guest", NULL, items, ARRAY_LEN(items), 0);
}

static void send_keys(struct front *f, const char *label, const char *keys)
{
    char line[64], said[64];
    snprintf(line, sizeof line, "sendkey %s", keys);
    snprintf(said, sizeof said, "%s is sent", label);
    command(f, line, said);
}

static void send_ctrl_alt_del(struct front *f)
{
    send_keys(f, "Ctrl-Alt-Del", "ctrl-alt-delete");
}

/* --- Speed and scaling --- */

static const uint32_t speeds[] = {0, 1000, 400, 200, 150, 100, 75, 50, 25, 10, 5};

static void show_speeds(struct front *f)
{
    char line[ARRAY_LEN(speeds)][LINE];
    const char *items[ARRAY_LEN(speeds)];
    unsigned selected = 0;
    for (unsigned i = 0; i < ARRAY_LEN(speeds); i++) {
        if (speeds[i])
            snprintf(line[i], LINE, "at most %u %% of the host's time", speeds[i]);
        else
            snprintf(line[i], LINE, "warp: as fast as it goes");
        items[i] = line[i];
        selected = speeds[i] == f->speed ? i : selected;
    }
    open_menu(f, MENU_SPEED, "Speed", NULL, items, ARRAY_LEN(speeds), selected);
}

static const char *const scalings[] = {
    [SCALING_AUTO] = "fills the window, 1:1 in its own size",
    [SCALING_MONITOR] = "the monitor's shape, always",
    [SCALING_WHOLE] = "whole pixels",
};

static void show_scalings(struct front *f)
{
    const char *items[ARRAY_LEN(scalings) + 1];
    memcpy(items, scalings, sizeof scalings);
    items[ARRAY_LEN(scalings)] = "size 1:1";
    open_menu(f, MENU_SCALING, "Scaling", NULL, items, ARRAY_LEN(items), window_scaling(f->window));
}

/* --- The main menu --- */

static void pause_or_not(struct front *f)
{
    front_window_ops.pause(f);
}

static void screenshot(struct front *f)
{
    front_window_ops.screenshot(f);
}

static void copy(struct front *f)
{
    front_window_ops.copy(f);
}

static void paste(struct front *f)
{
    window_paste(f->window);
}

static void full_screen(struct front *f)
{
    window_toggle_full_screen(f->window);
}

static void help(struct front *f)
{
    window_help(f->window);
}

static void reset(struct front *f)
{
    command(f, "system_reset", "reset");
}

static void power_button(struct front *f)
{
    command(f, "system_powerdown", "the power button is pressed");
}

static void end(struct front *f)
{
    front_ask_quit(f);
}

static const char *pause_label(const struct front *f)
{
    return f->guest.state == LINK_STATE_RUNNING ? "Pause" : "Go on";
}

static const char *full_label(const struct front *f)
{
    return window_is_full_screen(f->window) ? "Leave the full screen" : "Full screen";
}

static const struct action {
    const char *label;
    const char *(*now)(const struct front *f); /* in its place */
    void (*fn)(struct front *f);
} actions[] = {
    {"Send Ctrl-Alt-Del", NULL, send_ctrl_alt_del},
    {"Send other keys ...", NULL, show_keys},
    {"", NULL, NULL},
    {NULL, pause_label, pause_or_not},
    {"Reset", NULL, reset},
    {"Power button", NULL, power_button},
    {"", NULL, NULL},
    {"Speed ...", NULL, show_speeds},
    {"Scaling ...", NULL, show_scalings},
    {NULL, full_label, full_screen},
    {"Screenshot", NULL, screenshot},
    {"Type the clipboard's text", NULL, paste},
    {"Copy the text screen to the clipboard", NULL, copy},
    {"", NULL, NULL},
    {"Keys of this window", NULL, help},
    {"End the machine", NULL, end},
};

void front_menu_main(struct front *f)
{
    struct front_menu *m = &f->menu;
    char line[MAX_DRIVES][LINE];
    const char *items[MAX_DRIVES + 1 + ARRAY_LEN(actions)];
    unsigned n = 0;
    m->ndrives = 0;
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        if (!removable(f, i))
            continue;
        const char *file = f->o->drive[i].file;
        snprintf(line[n], LINE, "%s  %-8s  %.70s", drive_place(i),
                 f->o->cfg.drive[i].kind == DRIVE_CD ? "CD" : "diskette", file ? path_base(file) : "(empty)");
        items[n] = line[n];
        n++;
        m->drives[m->ndrives++] = i;
    }
    if (n)
        items[n++] = "";
    for (size_t i = 0; i < ARRAY_LEN(actions); i++)
        items[n++] = actions[i].now ? actions[i].now(f) : actions[i].label;
    open_menu(f, MENU_MAIN, "Menu", NULL, items, n, 0);
}

/* --- Images --- */

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

static void show_images(struct front *f, const char *note)
{
    struct front_menu *m = &f->menu;
    const char *current = f->o->drive[m->drive].file;
    const char *items[WINDOW_MENU_MAX];
    char title[LINE + 256];
    enum drive_kind kind = f->o->cfg.drive[m->drive].kind;
    unsigned n = 0;
    path_list_free(&m->files);
    for (unsigned i = 0; i < MENU_RECENT && m->recent[i]; i++)
        if (image_fits(m->recent[i], kind))
            path_list_add(&m->files, m->recent[i]);
    images_in(m->folder, kind, &m->files);
    items[n++] = "Type a path ...";
    if (current)
        items[n++] = "Take out what is in it";
    m->first_file = n;
    for (size_t i = 0; i < m->files.n && n < ARRAY_LEN(items); i++) {
        const char *path = m->files.path[i];
        size_t in = strlen(m->folder);
        items[n++] = in && !strncmp(path, m->folder, in) && path[in] ? path + in : path;
    }
    snprintf(title, sizeof title, "%s (%s): %.60s", drive_place(m->drive), kind == DRIVE_CD ? "CD" : "diskette",
             current ? path_base(current) : "empty");
    open_menu(f, MENU_IMAGES, title, note, items, n, 0);
}

static void show_drive(struct front *f, unsigned drive)
{
    struct front_menu *m = &f->menu;
    const char *current = f->o->drive[drive].file;
    m->drive = drive;
    if (current)
        snprintf(m->folder, sizeof m->folder, "%.*s", (int)(path_base(current) - current), current);
    show_images(f, NULL);
}

static void ask_path(struct front *f, const char *note, const char *initial)
{
    f->menu.level = MENU_PATH;
    window_ask(f->window, "Path of the image:", note, initial);
}

/* Where a change went wrong, what was chosen is shown again, with the reason. */
static void changed(void *ctx, bool good, const char *text)
{
    struct front *f = ctx;
    struct front_menu *m = &f->menu;
    if (good || !f->window)
        return; /* front_menu_medium() has the words */
    front_complain(text);
    if (window_asks(f->window) || m->chosen_from == MENU_NONE)
        window_message(f->window, text);
    else if (m->chosen_from == MENU_PATH)
        ask_path(f, text, m->typed);
    else
        show_images(f, text);
}

static void insert(struct front *f, unsigned drive, const char *path, enum menu_level from)
{
    struct front_menu *m = &f->menu;
    const char *old = f->o->drive[drive].file;
    if (old)
        remember(m, old);
    remember(m, path);
    m->chosen_from = from;
    m->drive = drive;
    front_change_medium(f, drive, path, NULL, MEDIUM_RETAIN, false, changed, f);
}

void front_menu_medium(struct front *f, unsigned drive)
{
    char text[LINE];
    const char *file = f->o->drive[drive].file;
    if (!f->window)
        return;
    if (file)
        snprintf(text, sizeof text, "%s: %.80s", drive_place(drive), path_base(file));
    else
        snprintf(text, sizeof text, "%s: empty", drive_place(drive));
    window_message(f->window, text);
}

static void image_chosen(struct front *f, unsigned item)
{
    struct front_menu *m = &f->menu;
    if (item == 0) {
        ask_path(f, NULL, m->folder);
    } else if (item < m->first_file) {
        m->chosen_from = MENU_IMAGES;
        front_eject(f, m->drive, false, changed, f);
    } else if (item - m->first_file < m->files.n) {
        char path[sizeof m->folder];
        snprintf(path, sizeof path, "%s", m->files.path[item - m->first_file]);
        size_t n = strlen(path);
        if (n && path[n - 1] == '/') {
            memcpy(m->folder, path, n + 1);
            show_images(f, NULL);
        } else {
            insert(f, m->drive, path, MENU_IMAGES);
        }
    }
}

void front_menu_entered(struct front *f, const char *text)
{
    struct front_menu *m = &f->menu;
    char path[sizeof m->folder];
    snprintf(m->typed, sizeof m->typed, "%s", text);
    path_expand(text, path, sizeof path);
    if (path[0])
        insert(f, m->drive, path, MENU_PATH);
}

const char *front_menu_complete(struct front *f, char *text, size_t room)
{
    return path_complete(text, room, f->menu.choice, sizeof f->menu.choice);
}

/* A file goes into the drive that it fits; where it seems to fit none, the drive's answer says why. */
void front_menu_drop(struct front *f, const char *path)
{
    int only = -1, fits = -1;
    for (unsigned i = MAX_DRIVES; i-- > 0;) {
        if (!removable(f, i))
            continue;
        only = (int)i;
        if (image_fits(path, f->o->cfg.drive[i].kind))
            fits = (int)i;
    }
    if (only < 0)
        window_message(f->window, "there is no CD or diskette drive: start with -cdrom or -fda");
    else
        insert(f, (unsigned)(fits >= 0 ? fits : only), path, MENU_NONE);
}

/* --- The end --- */

void front_ask_quit(struct front *f)
{
    static const char *const items[] = {"Go on", "Press its power button",
                                        "End it now: what the guest has not saved is lost"};
    bool asked = f->menu.level == MENU_QUIT && window_asks(f->window);
    if (asked || f->o->no_confirm || f->guest.state != LINK_STATE_RUNNING)
        front_quit(f, LINK_CAUSE_HOST_SIGNAL);
    else
        open_menu(f, MENU_QUIT, "The guest is running. End the machine?", "(the same key or button again ends it)",
                  items, ARRAY_LEN(items), 0);
}

static void quit_chosen(struct front *f, unsigned item)
{
    if (item == 1)
        power_button(f);
    else if (item == 2)
        front_quit(f, LINK_CAUSE_HOST_SIGNAL);
}

/* --- What was chosen --- */

static void main_chosen(struct front *f, unsigned item)
{
    const struct front_menu *m = &f->menu;
    unsigned first = m->ndrives ? m->ndrives + 1 : 0;
    if (item < m->ndrives)
        show_drive(f, m->drives[item]);
    else if (item >= first && item - first < ARRAY_LEN(actions) && actions[item - first].fn)
        actions[item - first].fn(f);
}

static void scaling_chosen(struct front *f, unsigned item)
{
    if (item < ARRAY_LEN(scalings))
        window_set_scaling(f->window, (enum window_scaling)item);
    else
        window_own_size(f->window);
}

void front_menu_chosen(struct front *f, unsigned item)
{
    enum menu_level level = f->menu.level;
    f->menu.level = MENU_NONE;
    if (item == WINDOW_MENU_BACK) {
        if (level != MENU_MAIN && level != MENU_QUIT)
            front_menu_main(f);
        return;
    }
    switch (level) {
    case MENU_MAIN: main_chosen(f, item); break;
    case MENU_IMAGES: image_chosen(f, item); break;
    case MENU_KEYS:
        if (item < ARRAY_LEN(sent_keys))
            send_keys(f, sent_keys[item].label, sent_keys[item].keys);
        break;
    case MENU_SPEED:
        if (item < ARRAY_LEN(speeds))
            front_set_speed(f, speeds[item]);
        break;
    case MENU_SCALING: scaling_chosen(f, item); break;
    case MENU_QUIT: quit_chosen(f, item); break;
    case MENU_PATH:
    case MENU_NONE: break;
    }
}

void front_menu_free(struct front *f)
{
    path_list_free(&f->menu.files);
    for (unsigned i = 0; i < MENU_RECENT; i++)
        free(f->menu.recent[i]);
}
