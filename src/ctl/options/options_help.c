/* SPDX-License-Identifier: MIT */
/* -help, and what "help" as an option's value lists. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/options/options_priv.h"
#include "dbg/trace.h"

unsigned options_count(void)
{
    return option_table_rows;
}

const char *option_name(unsigned i)
{
    return i < option_table_rows ? option_table[i].name : NULL;
}

enum { HELP_INDENT = 33, HELP_WIDTH = 100 - HELP_INDENT };

/* What an option does, in lines that a terminal of 100 columns shows whole. */
static void print_wrapped(FILE *f, const char *text)
{
    size_t left = strlen(text);
    while (left > HELP_WIDTH) {
        size_t n = HELP_WIDTH;
        while (n && text[n] != ' ')
            n--;
        if (!n)
            break;
        fprintf(f, "%.*s\n%*s", (int)n, text, HELP_INDENT, "");
        text += n + 1;
        left -= n + 1;
    }
    fprintf(f, "%s\n", text);
}

void options_help(FILE *f)
{
    fputs("usage: vitrine [disk.img] [options]\n"
          "Runs a PC in software. Without an image and without -kernel the built-in demo guest "
          "runs.\n"
          "Options may be written with one dash or two; what stands in parentheses is the default.\n",
          f);
    for (unsigned i = 0; i < option_table_rows; i++) {
        const struct option_row *r = &option_table[i];
        if (!r->name) {
            fprintf(f, "\n%s\n", r->help);
            continue;
        }
        char left[80];
        snprintf(left, sizeof left, "-%s%s%s", r->name, r->arg ? " " : "", r->arg ? r->arg : "");
        if (strlen(left) < 30)
            fprintf(f, "  %-30s ", left);
        else
            fprintf(f, "  %s\n%*s", left, HELP_INDENT, "");
        print_wrapped(f, r->help);
    }
    fputs("\nKeys in the window: Ctrl+Alt+F full screen, Ctrl+Alt+A aspect, Ctrl+Alt+U size 1:1,\n"
          "Ctrl+Alt+S screenshot, Ctrl+Alt+G mouse and keyboard grab, Ctrl+Alt+M media, Ctrl+Alt+V "
          "paste,\n"
          "Ctrl+Alt+C copy, Ctrl+Alt+H all of them, Ctrl+Alt+Q quit. On the terminal: Ctrl-A h.\n",
          f);
}

static void print_pairs(FILE *f, const char *const *pairs)
{
    for (; *pairs; pairs += 2)
        fprintf(f, "%-18s %s\n", pairs[0], pairs[1] ? pairs[1] : "");
}

static void print_flags(FILE *f, const char *const *flags)
{
    int column = 0;
    fputs("\nFeatures, for MODEL,+FEATURE,-FEATURE,FEATURE=on|off:", f);
    for (; *flags; flags++) {
        fprintf(f, "%s%s", column ? " " : "\n  ", *flags);
        column = column + (int)strlen(*flags) + 1 < 70 ? column + (int)strlen(*flags) + 1 : 0;
    }
    fputs("\n", f);
}

bool options_list(const struct options *o, FILE *f, struct error *err)
{
    static const char *const vga[] = {"VGA", "the display adapter, which is fitted anyway", NULL};
    if (!strcmp(o->list, "cpu")) {
        print_pairs(f, catalog_cpus());
        print_flags(f, catalog_cpu_flags());
    } else if (!strcmp(o->list, "machine")) {
        print_pairs(f, catalog_machines());
    } else if (!strcmp(o->list, "device")) {
        print_pairs(f, drive_devices());
        print_pairs(f, catalog_devices());
        print_pairs(f, vga);
    } else if (!strcmp(o->list, vga[0])) {
        fprintf(f,
                "%s: %s\nproperties:\n  romfile=FILE  another VGA BIOS, looked for as -bios is\n  vgamem_mb=1..256  "
                "video memory in MiB, a power of two (default 16)\n",
                vga[0], vga[1]);
    } else if (!strcmp(o->list, "paths")) {
        list_bios_paths(o, f);
    } else if (!strcmp(o->list, "vga")) {
        fputs("std                VGA with VBE and a linear frame buffer\nnone               no "
              "adapter\n",
              f);
    } else if (!strcmp(o->list, "accel")) {
        fputs("interp             the interpreter\ntcg                the fastest way there is\n", f);
    } else if (!strcmp(o->list, "d")) {
        struct buf b = {0};
        trace_items_help(&b);
        fwrite(b.data, 1, b.len, f);
        buf_free(&b);
    } else if (!strcmp(o->list, "chardev")) {
        fputs("null\nvc\nstdio\nfile\npipe\nsocket\npty\n", f);
    } else if (!strcmp(o->list, "display")) {
        fputs("sdl                a window\n"
              "curses             the text screen on the terminal\n"
              "vnc=HOST:DISPLAY   viewers by VNC\n"
              "none               no display\n",
              f);
    } else {
        char *text = drive_device_help(o->list);
        text = text ? text : catalog_device_help(o->list);
        if (!text)
            return error_set(err, "-device %s: no such device; '-device help' lists them", o->list);
        fputs(text, f);
        free(text);
    }
    return true;
}
