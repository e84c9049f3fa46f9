/* SPDX-License-Identifier: MIT */
/* The command line: rows of option_table are found and carried out, and what was said is completed. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bits.h"
#include "ctl/options/options_priv.h"

static const struct option_row *find(const char *name)
{
    for (unsigned i = 0; i < option_table_rows; i++)
        if (option_table[i].name && !strcmp(option_table[i].name, name))
            return &option_table[i];
    return NULL;
}

/* Carries out a row. False with *err. */
static bool take_row(struct options *o, const struct option_row *row, const char *arg, struct error *err)
{
    void *to = (uint8_t *)o + row->offset;
    switch (row->kind) {
    case OPTION_HEADING: break;
    case OPTION_CALL: return row->take(o, arg, err);
    case OPTION_ON: *(bool *)to = true; break;
    case OPTION_OFF: *(bool *)to = false; break;
    case OPTION_WORD: *(const char **)to = arg; break;
    case OPTION_TEXT: {
        char what[32];
        snprintf(what, sizeof what, "-%s", row->name);
        return copy_word(to, row->room, arg, what, err);
    }
    case OPTION_WORDS: {
        unsigned *n = (unsigned *)((uint8_t *)o + row->count);
        if (*n == row->room)
            return error_set(err, "-%s: at most %u", row->name, (unsigned)row->room);
        ((const char **)to)[(*n)++] = arg;
        break;
    }
    case OPTION_DRIVE: {
        char what[32];
        snprintf(what, sizeof what, "-%s", row->name);
        return drive_plain(o, row->place, row->drive, what, arg, err);
    }
    }
    return true;
}

/* Levenshtein distance of two short words. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[32];
    size_t n = strlen(b);
    if (n >= ARRAY_LEN(row) || strlen(a) >= ARRAY_LEN(row))
        return 99;
    for (unsigned j = 0; j <= n; j++)
        row[j] = j;
    for (unsigned i = 1; a[i - 1]; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= n; j++) {
            unsigned change = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = MIN(change, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return row[n];
}

static bool unknown(const char *name, struct error *err)
{
    const char *reason = refused_reason(name);
    if (reason)
        return error_set(err, "-%s is not supported: %s", name, reason);
    const char *best = NULL;
    unsigned least = 3;
    for (unsigned i = 0; i < option_table_rows; i++) {
        unsigned d =
            option_table[i].name && strlen(option_table[i].name) > 1 ? distance(name, option_table[i].name) : 99;
        if (d < least && d < strlen(name)) {
            least = d;
            best = option_table[i].name;
        }
    }
    if (best)
        return error_set(err, "there is no option -%s; did you mean -%s?", name, best);
    return error_set(err, "there is no option -%s; 'vitrine -help' lists them all", name);
}

/* What was not said, and what does not go together. */
static bool complete(struct options *o, struct error *err)
{
    if (!accel_complete(o, err) || !display_complete(o, err) || !audio_complete(o, err))
        return false;
    if (o->cfg.nodefaults && !o->vga_said)
        o->cfg.vga = false;
    if (!drives_complete(o, err))
        return false;
    if (o->bios && !*o->bios)
        return error_set(err, "-bios: the name of the image is empty");
    if (o->bios)
        o->bios = bios_file(o, o->bios);
    o->vga_romfile = o->vga_rom ? bios_file(o, o->vga_rom) : NULL;
    for (unsigned i = 0; i < o->nroms; i++)
        o->rom[i] = bios_file(o, o->rom[i]);
    if (o->rtc_host && o->cfg.clock == CLOCK_VIRTUAL)
        return error_set(err, "-rtc clock=host and --clock virtual exclude each other");
    if (o->daemonize && o->display == DISPLAY_SDL)
        return error_set(err, "-daemonize has no terminal and no window: say -display none, and "
                              "-qmp unix:PATH");
    if (!o->kernel && o->initrd)
        return error_set(err, "-initrd needs -kernel");
    if (!o->kernel && o->cfg.cmdline[0])
        return error_set(err, "-append needs -kernel");
    if (o->record && o->replay)
        return error_set(err, "--record and --replay exclude each other");
    if (o->nreplay_media && !o->replay)
        return error_set(err, "--replay-media is for --replay");
    if (o->replay && o->script)
        return error_set(err, "--input-script and --replay exclude each other: the journal holds the input");
    /* NOTE: with a virtual clock nothing may depend on when the run was started. */
    if (!o->rtc_said)
        o->cfg.rtc_seconds = o->cfg.clock == CLOCK_VIRTUAL ? UINT64_C(1577836800) : (uint64_t)time(NULL);
    return streams_complete(o, err);
}

bool options_parse(struct options *o, int argc, char *const *argv, struct error *err)
{
    memset(o, 0, sizeof *o);
    strcpy(o->cfg.machine, "pc");
    strcpy(o->cfg.cpu, "max");
    o->cfg.engine = ENGINE_TCG;
    o->cfg.ram_mb = 128;
    o->cfg.vga = true;
    o->cfg.debugcon_iobase = 0xe9;
    o->speed = 100;
    o->cfg.acpi = o->cfg.hpet = o->cfg.vmport = true;
    o->cfg.boot_retry_ms = BOOT_NO_RETRY;
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        o->cfg.drive[i] = (struct drive_config){.fd = -1, .bootindex = NO_BOOTINDEX};
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];
        if (*name != '-' || !name[1]) {
            if (!drive_plain(o, 0, DRIVE_DISK, name, name, err))
                return false;
            continue;
        }
        name += name[1] == '-' ? 2 : 1;
        const struct option_row *row = find(name);
        if (!row)
            return unknown(name, err);
        if (row->arg && i + 1 == argc)
            return error_set(err, "-%s needs a value: -%s %s", name, name, row->arg);
        if (!take_row(o, row, row->arg ? argv[++i] : NULL, err))
            return false;
        if (o->help || o->version || o->list)
            return true;
    }
    return complete(o, err);
}

void options_free(struct options *o)
{
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        free(o->drive[i].file);
    for (unsigned i = 0; i < MAX_MODULES; i++)
        free(o->module[i]);
    free(o->vga_rom);
    for (unsigned i = 0; i < o->nnodes; i++)
        free(o->node[i].file);
    for (unsigned i = 0; i < o->nfound; i++)
        free(o->found[i]);
    for (unsigned i = 0; i < o->nchardevs; i++)
        chardev_option_free(&o->chardev[i]);
    free(o->vnc.host);
    free(o->vnc.path);
    free(o->audio_path);
    memset(o, 0, sizeof *o);
}
