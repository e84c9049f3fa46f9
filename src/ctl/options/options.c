/* SPDX-License-Identifier: MIT */
/*
 * The command line. Each option is a row of `table`: its name, what it takes, its help and the
 * function that takes it. The parser, -help and the check of the man page (tests/cli) all read that
 * table. Long, since the rows stand beside the small functions that they name.
 */
#include "config.h"

#include "ctl/options/options_priv.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bits.h"
#include "dbg/trace.h"

struct option_row {
    const char *name;
    const char *arg; /* NULL: takes none */
    const char *help;
    take_fn *take;
};

/* Drives and what is booted. */

static bool take_hda(struct options *o, const char *arg, struct error *err)
{
    return drive_plain(o, 0, DRIVE_DISK, "-hda", arg, err);
}

static bool take_hdb(struct options *o, const char *arg, struct error *err)
{
    return drive_plain(o, 1, DRIVE_DISK, "-hdb", arg, err);
}

static bool take_hdc(struct options *o, const char *arg, struct error *err)
{
    return drive_plain(o, 2, DRIVE_DISK, "-hdc", arg, err);
}

static bool take_hdd(struct options *o, const char *arg, struct error *err)
{
    return drive_plain(o, 3, DRIVE_DISK, "-hdd", arg, err);
}

static bool take_cdrom(struct options *o, const char *arg, struct error *err)
{
    return drive_plain(o, 2, DRIVE_CD, "-cdrom", arg, err);
}

static bool take_fda(struct options *o, const char *arg, struct error *err)
{
    return drive_plain(o, FIRST_FLOPPY, DRIVE_FLOPPY, "-fda", arg, err);
}

static bool take_fdb(struct options *o, const char *arg, struct error *err)
{
    return drive_plain(o, FIRST_FLOPPY + 1, DRIVE_FLOPPY, "-fdb", arg, err);
}

static bool take_snapshot(struct options *o, const char *arg, struct error *err)
{
    (void)arg;
    (void)err;
    o->snapshot_all = true;
    return true;
}

bool take_kernel(struct options *o, const char *arg, struct error *err)
{
    (void)err;
    o->kernel = arg;
    return true;
}

bool take_initrd(struct options *o, const char *arg, struct error *err)
{
    (void)err;
    o->initrd = arg;
    return true;
}

bool take_append(struct options *o, const char *arg, struct error *err)
{
    return copy_word(o->cfg.cmdline, sizeof o->cfg.cmdline, arg, "-append", err);
}

bool take_bios(struct options *o, const char *arg, struct error *err)
{
    if (!*arg)
        return error_set(err, "-bios: the name of the image is empty");
    o->bios = arg;
    return true;
}

static bool take_option_rom(struct options *o, const char *arg, struct error *err)
{
    if (o->nroms == MAX_ROMS)
        return error_set(err, "-option-rom: at most %d", MAX_ROMS);
    o->rom[o->nroms++] = arg;
    return true;
}

/* Screen and streams. */

static bool take_full_screen(struct options *o, const char *arg, struct error *err)
{
    (void)arg;
    (void)err;
    o->full_screen = true;
    return true;
}

static bool take_d(struct options *o, const char *arg, struct error *err)
{
    char *bad;
    uint32_t items;
    if (asks_help(arg)) {
        o->list = "d";
        return true;
    }
    if (!trace_items_parse(arg, &items, &bad)) {
        error_set(err, "-d %.60s: there is no such item; '-d help' lists them", bad ? bad : arg);
        free(bad);
        return false;
    }
    o->log |= items;
    return true;
}

static bool take_D(struct options *o, const char *arg, struct error *err)
{
    (void)err;
    o->log_file = arg;
    return true;
}

/* Running. */

static bool take_S(struct options *o, const char *arg, struct error *err)
{
    (void)arg;
    (void)err;
    o->cfg.start_paused = true;
    return true;
}

static bool take_no_reboot(struct options *o, const char *arg, struct error *err)
{
    (void)arg;
    (void)err;
    o->cfg.no_reboot = true;
    return true;
}

static bool take_no_shutdown(struct options *o, const char *arg, struct error *err)
{
    (void)arg;
    (void)err;
    o->cfg.no_shutdown = true;
    return true;
}

static bool take_name(struct options *o, const char *arg, struct error *err)
{
    struct keyval kv;
    while (keyval_next(&arg, &kv)) {
        bool on;
        if (kv.has_value && !strcmp(kv.key, "debug-threads")) {
            if (!keyval_bool(&kv, &on, err)) /* there are no threads to name */
                return error_prefix(err, "-name");
        } else if (kv.has_value && strcmp(kv.key, "guest")) {
            return error_set(err, "-name %s=: not supported; there are guest= and debug-threads=", kv.key);
        } else if (!copy_word(o->cfg.name, sizeof o->cfg.name, kv.has_value ? kv.value : kv.key, "-name", err)) {
            return false;
        }
    }
    o->name = o->cfg.name;
    return true;
}

static bool take_pidfile(struct options *o, const char *arg, struct error *err)
{
    (void)err;
    o->pidfile = arg;
    return true;
}

static bool take_daemonize(struct options *o, const char *arg, struct error *err)
{
    (void)arg;
    (void)err;
    o->daemonize = true;
    return true;
}

static bool action_key(struct options *o, const struct keyval *kv, struct error *err)
{
    const char *v = kv->value;
    bool known = false;
    if (!strcmp(kv->key, "reboot")) {
        known = !strcmp(v, "reset") || !strcmp(v, "shutdown");
        o->cfg.no_reboot = !strcmp(v, "shutdown");
    } else if (!strcmp(kv->key, "shutdown")) {
        known = !strcmp(v, "poweroff") || !strcmp(v, "pause");
        o->cfg.no_shutdown = !strcmp(v, "pause");
    } else if (!strcmp(kv->key, "panic")) {
        /* NOTE: there is no device by which a guest reports its panic, so no action is ever taken.
         */
        known = !strcmp(v, "none") || !strcmp(v, "pause") || !strcmp(v, "shutdown") || !strcmp(v, "exit-failure");
    } else if (!strcmp(kv->key, "watchdog")) {
        return error_set(err, "-action watchdog=%s: there is no watchdog", v);
    }
    return known || error_set(err,
                              "-action %s=%s: there are reboot=reset|shutdown, "
                              "shutdown=poweroff|pause and panic=none|pause|shutdown|exit-failure",
                              kv->key, v);
}

static bool take_action(struct options *o, const char *arg, struct error *err)
{
    struct keyval kv;
    while (keyval_next(&arg, &kv))
        if (!action_key(o, &kv, err))
            return false;
    return true;
}

static bool take_script(struct options *o, const char *arg, struct error *err)
{
    (void)err;
    o->script = arg;
    return true;
}

static bool take_coverage(struct options *o, const char *arg, struct error *err)
{
    (void)err;
    o->coverage = arg;
    return true;
}

static bool take_hash_log(struct options *o, const char *arg, struct error *err)
{
    (void)err;
    o->hash_log = arg;
    return true;
}

static bool take_record(struct options *o, const char *arg, struct error *err)
{
    (void)err;
    o->record = arg;
    return true;
}

static bool take_replay(struct options *o, const char *arg, struct error *err)
{
    (void)err;
    o->replay = arg;
    return true;
}

static bool take_replay_media(struct options *o, const char *arg, struct error *err)
{
    if (o->nreplay_media == MAX_MEDIA)
        return error_set(err, "--replay-media: at most %d files", MAX_MEDIA);
    o->replay_media[o->nreplay_media++] = arg;
    return true;
}

static bool take_help(struct options *o, const char *arg, struct error *err)
{
    (void)arg;
    (void)err;
    o->help = true;
    return true;
}

static bool take_version(struct options *o, const char *arg, struct error *err)
{
    (void)arg;
    (void)err;
    o->version = true;
    return true;
}

#define SECTION(text)          \
    {                          \
        NULL, NULL, text, NULL \
    }
static const struct option_row table[] = {
    SECTION("Machine"),
    {"m", "SIZE", "memory in megabytes, or with K, M or G (128)", take_m},
    {"cpu", "MODEL[,+FEATURE|,-FEATURE]...", "what CPUID shows and what faults (max); help lists models and features",
     take_cpu},
    {"accel", "interp|tcg", "how instructions are run; tcg: the fastest way there is (tcg)", take_accel},
    {"machine", "pc[,PROP=VALUE...]", "the kind of machine (pc), and accel=, acpi=, hpet=, usb=, vmport=on|off",
     take_machine},
    {"M", "pc[,PROP=VALUE...]", "the same as -machine", take_machine},
    {"no-acpi", NULL, "the same as -machine acpi=off", take_no_acpi},
    {"no-hpet", NULL, "the same as -machine hpet=off", take_no_hpet},
    {"usb", NULL, "the same as -machine usb=on", take_usb},
    {"usbdevice", "tablet|mouse|keyboard", "the same as -usb -device usb-tablet, usb-mouse or usb-kbd", take_usbdevice},
    {"smp", "1", "number of processors: one", take_smp},
    {"uuid", "UUID", "the machine's UUID, which SMBIOS shows", take_uuid},
    {"device", "NAME[,PROP=VALUE...]", "adds a device; help lists them, NAME,help its properties", take_device},
    {"global", "DRIVER.PROP=VALUE", "what a property is in every device of a class", take_global},
    {"vga", "std|none", "display adapter (std)", take_vga},
    {"nodefaults", NULL,
     "no serial port, diskette drive or display adapter unless they are asked for, and no demo "
     "guest",
     take_nodefaults},
    {"net", "none", "no network: there is none", take_net},
    {"nic", "none", "no network: there is none", take_nic},
    {"rtc", "base=utc|localtime|DATE[,clock=host|vm]", "what the real-time clock starts with (utc)", take_rtc},
    {"clock", "host|virtual",
     "host: virtual time follows the host's; virtual: it never looks, runs are repeatable (host)", take_clock},
    {"speed", "N%", "how fast virtual time runs under --clock host, in percent of the host's (100)", take_speed},
    {"warp", NULL, "virtual time runs ahead of the host's as far as it gets", take_warp},
    SECTION("Disks and booting"),
    {"hda", "FILE", "raw disk image as first IDE drive; the same as FILE alone", take_hda},
    {"hdb", "FILE", "second IDE drive", take_hdb},
    {"hdc", "FILE", "third IDE drive", take_hdc},
    {"hdd", "FILE", "fourth IDE drive", take_hdd},
    {"cdrom", "FILE", "CD image (ISO 9660) as third IDE drive", take_cdrom},
    {"fda", "FILE", "floppy image as drive A:", take_fda},
    {"fdb", "FILE", "floppy image as drive B:", take_fdb},
    {"drive", "file=FILE[,OPTION...]",
     "a drive: format=raw if=ide|floppy|none index=N media=disk|cdrom id=ID snapshot= readonly= "
     "cache=",
     drive_parse},
    {"blockdev", "driver=raw,node-name=ID,file.filename=FILE", "an image for a -device's drive=ID", blockdev_parse},
    {"snapshot", NULL, "writes to all drives are kept in memory and dropped at the end", take_snapshot},
    {"boot", "[order=]DRIVES[,OPTION...]",
     "what to boot from: a floppy, c disk, d CD, n network (cad); once= menu=on strict=on", take_boot},
    {"kernel", "FILE", "boots a Linux kernel (bzImage) or a Multiboot one", take_kernel},
    {"initrd", "FILE", "its initial RAM disk, or modules: \"FILE ARGS,FILE ARGS\"", take_initrd},
    {"append", "TEXT", "its command line", take_append},
    {"bios", "FILE", "runs another system BIOS than the built-in one", take_bios},
    {"option-rom", "FILE", "adds an option ROM", take_option_rom},
    {"L", "FOLDER", "where -bios and -option-rom are looked for; help lists the folders", take_L},
    SECTION("Screen, terminal and control"),
    {"display", "sdl|curses|vnc=HOST:DISPLAY|none",
     "a window, the text screen on the terminal, viewers by VNC, or none (sdl)", take_display},
    {"curses", NULL, "the same as -display curses", take_curses},
    {"vnc", "HOST:DISPLAY|unix:PATH|none[,OPTION...]",
     "viewers by VNC, port 5900 + DISPLAY: password=on to=DISPLAYS share=force-shared|ignore", take_vnc},
    {"full-screen", NULL, "starts with the window over the whole screen", take_full_screen},
    {"nographic", NULL, "no window; serial port and console share the terminal (Ctrl-A h helps)", take_nographic},
    {"audiodev", "sdl|wav|none[,id=ID][,path=FILE]",
     "where the PC speaker is heard (sdl with a window, else none); wav records it", take_audiodev},
    {"audio", "[driver=]sdl|wav|none[,...]", "the same as -audiodev", take_audio},
    {"chardev", "BACKEND,id=ID[,...]", "a character back end: null vc stdio file pipe socket pty; help lists them",
     take_chardev},
    {"serial", "DEV",
     "where a serial port goes, up to four times, COM1 first: stdio mon:stdio vc pty null "
     "none file:FILE pipe:PATH unix:PATH tcp:HOST:PORT telnet:HOST:PORT chardev:ID",
     take_serial},
    {"parallel", "DEV", "where a printer port goes, up to three times: as -serial", take_parallel},
    {"debugcon", "DEV", "where bytes written to port E9h go: as -serial", take_debugcon},
    {"monitor", "DEV", "where a monitor for people is: as -serial", take_monitor},
    {"mon", "chardev=ID[,mode=readline|control]", "a monitor on a -chardev", take_mon},
    {"qmp", "DEV", "where QEMU's machine protocol (JSON) is: as -serial", take_qmp},
    {"d", "ITEM[,...]", "logs what the guest does: guest_errors int cpu_reset in_asm exec cpu; help lists them",
     take_d},
    {"D", "FILE", "the log goes there, not to standard error", take_D},
    {"name", "NAME", "the guest's name in the window's title and for QMP", take_name},
    SECTION("Running"),
    {"pidfile", "FILE", "writes the process number; the file goes at the end", take_pidfile},
    {"daemonize", NULL, "goes into the background once the machine is made", take_daemonize},
    {"action", "EVENT=ACTION[,...]", "reboot=reset|shutdown, shutdown=poweroff|pause", take_action},
    {"S", NULL, "starts stopped; QMP's cont lets it run", take_S},
    {"no-reboot", NULL, "ends instead of rebooting", take_no_reboot},
    {"no-shutdown", NULL, "stops instead of ending when the guest powers off", take_no_shutdown},
    {"input-script", "FILE", "types, waits and takes screenshots as the file says, at exact virtual times",
     take_script},
    {"hash-log", "FILE", "writes a hash of the machine's state every 2^24 positions", take_hash_log},
    {"coverage", "FILE", "writes which rows of the instruction table the guest used", take_coverage},
    {"record", "FILE", "writes the journal: everything that comes in from outside", take_record},
    {"replay", "FILE", "runs with a recorded journal instead of what comes in", take_replay},
    {"replay-media", "FILE", "what was put into a drive while it was recorded; once for each, in order",
     take_replay_media},
    SECTION("Information"),
    {"help", NULL, "prints this", take_help},
    {"h", NULL, "prints this", take_help},
    {"version", NULL, "prints the version and what this build has", take_version},
};

static const struct option_row *find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (table[i].name && !strcmp(table[i].name, name))
            return &table[i];
    return NULL;
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
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        unsigned d = table[i].name && strlen(table[i].name) > 1 ? distance(name, table[i].name) : 99;
        if (d < least && d < strlen(name)) {
            least = d;
            best = table[i].name;
        }
    }
    if (best)
        return error_set(err, "there is no option -%s; did you mean -%s?", name, best);
    return error_set(err, "there is no option -%s; 'vitrine -help' lists them all", name);
}

/* What was not said, and what does not go together. */
static bool complete(struct options *o, struct error *err)
{
    if (!display_complete(o, err) || !audio_complete(o, err))
        return false;
    if (o->cfg.nodefaults && !o->vga_said)
        o->cfg.vga = false;
    if (!drives_complete(o, err))
        return false;
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
        if (!row->take(o, row->arg ? argv[++i] : NULL, err))
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

unsigned options_count(void)
{
    return ARRAY_LEN(table);
}

const char *option_name(unsigned i)
{
    return i < ARRAY_LEN(table) ? table[i].name : NULL;
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
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        const struct option_row *r = &table[i];
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
        fprintf(f, "%s: %s\nproperties:\n  romfile=FILE  another VGA BIOS, looked for as -bios is\n", vga[0], vga[1]);
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
