/* SPDX-License-Identifier: MIT */
/* The command line's displays: -display, -curses, -vnc, -nographic. */
#include "config.h"

#include "ctl/options/options_priv.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

enum { VNC_PORT = 5900, VNC_DISPLAY_MAX = 65535 - VNC_PORT };

static bool vnc_number(const char *text, unsigned *to)
{
    char *end;
    unsigned long v = strtoul(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || v > VNC_DISPLAY_MAX)
        return false;
    *to = (unsigned)v;
    return true;
}

static bool vnc_flag(struct vnc_option *v, const struct keyval *kv, struct error *err)
{
    static const char *const shares[] = {"allow-exclusive", "force-shared", "ignore"};
    if (!strcmp(kv->key, "password"))
        return keyval_bool(kv, &v->password, err);
    if (!strcmp(kv->key, "to"))
        return vnc_number(kv->value, &v->to) ||
               error_set(err, "to=%.40s: say the number of displays to try", kv->value);
    if (!strcmp(kv->key, "share")) {
        for (unsigned i = 0; i < ARRAY_LEN(shares); i++)
            if (!strcmp(kv->value, shares[i])) {
                v->share = i;
                return true;
            }
        return error_set(err, "share=%.40s: there are allow-exclusive, force-shared and ignore", kv->value);
    }
    return error_set(err, "'%s' is not supported; there are password, to and share", kv->key);
}

static bool vnc_address(struct vnc_option *v, const char *text, struct error *err)
{
    char *number = NULL;
    if (!strncmp(text, "unix:", 5) && text[5]) {
        v->path = strdup(text + 5);
        return v->path != NULL;
    }
    bool good = host_port_split(text, &v->host, &number) && vnc_number(number, &v->display);
    free(number);
    return good || error_set(err,
                             "say HOST:DISPLAY, :DISPLAY, unix:PATH or none; a display is 0 to "
                             "%d, and its port %d more",
                             VNC_DISPLAY_MAX, VNC_PORT);
}

bool take_vnc(struct options *o, const char *arg, struct error *err)
{
    struct vnc_option *v = &o->vnc;
    struct keyval kv;
    size_t n = strcspn(arg, ",");
    const char *list = arg + n + (arg[n] == ',');
    if (v->on)
        return error_set(err, "-vnc: can be given once");
    if (!strcmp(arg, "none")) {
        v->none = true;
        return true;
    }
    char *address = strndup(arg, n);
    v->on = address && vnc_address(v, address, err);
    free(address);
    while (v->on && keyval_next(&list, &kv))
        if (!vnc_flag(v, &kv, err))
            return error_prefix(err, "-vnc %s", arg);
#ifndef HAVE_VNCSERVER
    if (v->on)
        return error_set(err, "-vnc %s: this build has no VNC; build it with libvncserver", arg);
#endif
    return v->on || error_prefix(err, "-vnc %s", arg);
}

/* What follows -display sdl or gtk: the words of QEMU's windows, and confirm=. */
static bool sdl_key(struct options *o, const struct keyval *kv, struct error *err)
{
    static const char *const nothing[] = {"zoom-to-fit",   "show-menubar", "show-tabs",
                                          "grab-on-hover", "alt_grab",     "ctrl_grab"};
    bool on;
    if (!strcmp(kv->key, "gl")) {
        if (!strcmp(kv->value, "core") || !strcmp(kv->value, "es"))
            return true; /* NOTE: SDL chooses how it draws; the guest's adapter has no 3D that would need it */
        return keyval_bool(kv, &on, err);
    }
    if (!strcmp(kv->key, "full-screen"))
        return keyval_bool(kv, &o->full_screen, err);
    if (!strcmp(kv->key, "show-cursor"))
        return keyval_bool(kv, &o->show_cursor, err);
    if (!strcmp(kv->key, "window-close") || !strcmp(kv->key, "confirm")) {
        if (!keyval_bool(kv, &on, err))
            return false;
        *(kv->key[0] == 'w' ? &o->no_window_close : &o->no_confirm) = !on;
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(nothing); i++)
        if (!strcmp(nothing[i], kv->key))
            return keyval_bool(kv, &on, err);
    return error_set(err, "'%s' is not supported; there are confirm, full-screen, gl, show-cursor and window-close",
                     kv->key);
}

static bool take_sdl(struct options *o, const char *arg, struct error *err)
{
    struct keyval kv;
    const char *list = arg[3] ? arg + 4 : "";
    o->display = DISPLAY_SDL;
    while (keyval_next(&list, &kv))
        if (!sdl_key(o, &kv, err))
            return error_prefix(err, "-display %s", arg);
    return true;
}

bool take_display(struct options *o, const char *arg, struct error *err)
{
    bool gtk = !strcmp(arg, "gtk") || !strncmp(arg, "gtk,", 4);
    if (asks_help(arg)) {
        o->list = "display";
        return true;
    }
    if (gtk)
        add_note(o, "-display gtk: taken as sdl, the window that there is");
    if (gtk || !strcmp(arg, "sdl") || !strncmp(arg, "sdl,", 4)) {
        if (!take_sdl(o, arg, err))
            return false;
    } else if (!strcmp(arg, "curses")) {
        o->display = DISPLAY_CURSES;
    } else if (!strcmp(arg, "none")) {
        o->display = DISPLAY_NONE;
    } else if (!strncmp(arg, "vnc=", 4)) {
        o->display = DISPLAY_NONE;
        if (!take_vnc(o, arg + 4, err))
            return false;
    } else {
        return error_set(err, "-display %s: there are sdl, curses, vnc=HOST:DISPLAY and none", arg);
    }
#ifndef HAVE_NCURSES
    if (o->display == DISPLAY_CURSES)
        return error_set(err, "-display curses: this build has no curses; build it with ncursesw");
#endif
    o->display_said = true;
    return true;
}

bool take_curses(struct options *o, const char *arg, struct error *err)
{
    (void)arg;
    return take_display(o, "curses", err);
}

bool take_nographic(struct options *o, const char *arg, struct error *err)
{
    (void)arg;
    (void)err;
    o->nographic = true;
    return true;
}

bool display_complete(struct options *o, struct error *err)
{
    static const char *const name[] = {[DISPLAY_SDL] = "sdl", [DISPLAY_CURSES] = "curses", [DISPLAY_NONE] = "none"};
    if (o->nographic && o->display_said && o->display != DISPLAY_NONE)
        return error_set(err, "-nographic and -display %s exclude each other", name[o->display]);
    if (o->nographic || ((o->vnc.on || o->vnc.none) && !o->display_said))
        o->display = DISPLAY_NONE;
    if (o->daemonize && o->display == DISPLAY_CURSES)
        return error_set(err, "-daemonize has no terminal for -display curses");
    return true;
}
