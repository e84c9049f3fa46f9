/* SPDX-License-Identifier: MIT */
/* The command line: QEMU's spelling, one table behind the parser, -help and the man page's check.
 */
#ifndef VITRINE_CTL_OPTIONS_OPTIONS_H
#define VITRINE_CTL_OPTIONS_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/error.h"
#include "ctl/chardev/chardev_option.h"
#include "jail/jail.h"
#include "machine/catalog.h"

enum { MAX_MONITORS = 8 };
struct monitor_option {
    char chr[CHARDEV_ID_MAX]; /* whose back end */
    char said[32];            /* the option that made it */
    bool control;             /* QMP; else for people */
};

struct drive_option {
    char *file; /* NULL: no drive here, or (with `fitted`) nothing in it */
    bool fitted;
    enum drive_kind kind;
    bool readonly, snapshot, snapshot_said; /* said: -snapshot does not change it */
    bool raw;                               /* the format was said */
    enum cache_mode cache;
    int32_t bootindex;
    struct disk_geometry geometry; /* of -device ide-hd */
    char id[32];                   /* of -drive, -blockdev; "": named by its place */
    char qdev[32];                 /* id= of the -device that it is in; "" */
    char serial[21];               /* "": the default */
};

enum { MAX_NOTES = 8 };
enum { MAX_NODES = 16, MAX_BIOS_PATHS = 8 };

/* -device ide-hd and its like, until all options are known. */
struct drive_device {
    const char *cls;
    enum drive_kind kind;
    char drive[32], id[32], serial[21];
    int bus, unit; /* -1: the first free one */
    struct disk_geometry geometry;
    int32_t bootindex;
};

enum display_kind { DISPLAY_SDL, DISPLAY_CURSES, DISPLAY_NONE };

enum audio_kind { AUDIO_NONE, AUDIO_SDL, AUDIO_WAV };

struct vnc_option {
    bool on, password;
    bool none;            /* -vnc none: no viewers, and no window in their place */
    char *host, *path;    /* path: a UNIX socket instead */
    unsigned display, to; /* port 5900 + display; tries that many more */
    unsigned share;       /* enum vnc_share */
};

/* Which file a drive's image is. */
struct image_id {
    bool there;
    dev_t dev;
    ino_t ino;
};

struct options {
    struct machine_config cfg; /* without descriptors and file contents */
    struct drive_option drive[MAX_DRIVES];
    struct image_id image[MAX_DRIVES];   /* what is in them now: nothing else may write there */
    struct drive_option node[MAX_NODES]; /* -drive if=none and -blockdev; `fitted`: a device has it */
    unsigned nnodes;
    struct drive_device placed[MAX_DRIVES];
    unsigned nplaced;
    char usb_id[32];                       /* id= of -device piix3-usb-uhci */
    const char *bios_path[MAX_BIOS_PATHS]; /* -L */
    unsigned nbios_paths;
    char *found[1 + MAX_ROMS]; /* names that were looked up there */
    unsigned nfound;
    const char *pidfile;
    bool daemonize, require_jail;
    struct jail_user runas;
    int daemon_fd; /* with -daemonize: a byte here says that the machine is made */
    const char *bios, *kernel, *initrd, *rom[MAX_ROMS];
    unsigned nroms;
    char *vga_rom;             /* as it was said; NULL: our own */
    const char *vga_romfile;   /* where it is */
    char *module[MAX_MODULES]; /* paths: -initrd of a Multiboot kernel */
    struct chardev_option chardev[MAX_CHARDEVS];
    unsigned nchardevs;
    char port_chr[MAX_PORTS][CHARDEV_ID_MAX]; /* whose back end; "": nobody listens */
    char debugcon_chr[CHARDEV_ID_MAX];
    struct monitor_option monitor[MAX_MONITORS];
    unsigned nmonitors;
    unsigned nserial, nparallel; /* -serial, -parallel were given this often */
    bool monitor_said;
    enum display_kind display;
    struct vnc_option vnc;
    enum audio_kind audio;
    bool audio_said;
    char audio_id[32], speaker_id[32]; /* of -audiodev; what -machine pcspk-audiodev= asks for */
    char *audio_path;                  /* AUDIO_WAV */
    uint32_t speed;                    /* percent of the host's time, 0: as fast as it goes (--warp) */
    bool display_said, vga_said, nographic, full_screen, snapshot_all;
    bool no_confirm, no_window_close, show_cursor; /* -display sdl's confirm=off, window-close=off, show-cursor=on */
    uint32_t log;                                  /* enum trace_item's bits */
    const char *log_file;
    const char *name, *script, *hash_log, *coverage, *record, *replay;
    const char *replay_media[MAX_MEDIA]; /* in the order in which they were put in */
    unsigned nreplay_media;
    bool rtc_host, rtc_said, help, version;
    char accel_missing[64];    /* "-accel kvm": the first that was asked for and is not there; "": none */
    bool accel_found;          /* ... and one that is */
    char note[MAX_NOTES][200]; /* what was taken for something near it; to be printed before the start */
    unsigned nnotes;
    const char *list; /* "cpu", "machine", "device", "accel", "display" or a device's name: what
                         "help" was asked for */
};

/* False with *err: one line that says what to do. Strings point into argv or are held by *o until
 * options_free. */
bool options_parse(struct options *o, int argc, char *const *argv, struct error *err);
void options_free(struct options *o);

/* The options' names; NULL where a row of the table is a heading. */
unsigned options_count(void);
const char *option_name(unsigned i);
void options_help(FILE *f);
/* Prints what o->list asks for; false with *err for an unknown device. */
bool options_list(const struct options *o, FILE *f, struct error *err);

/* One option of QEMU's that Vitrine does not have, and why. NULL: not known at all. */
const char *refused_reason(const char *name);
const char *refused_name(unsigned i);        /* NULL past the end */
const char *refused_device(const char *cls); /* a device of QEMU's, and why it is not here; NULL */

/* -drive, -blockdev, and the short forms of them (options_drive.c). */
bool drive_parse(struct options *o, const char *arg, struct error *err);
bool blockdev_parse(struct options *o, const char *arg, struct error *err);
/* -device ide-hd, ide-cd and floppy (options_driveunit.c). NULL: cls is another device. */
const char *const *drive_devices(void);   /* pairs of name and help */
char *drive_device_help(const char *cls); /* malloc'd */
bool drive_device_parse(struct options *o, const char *cls, const char *props, struct error *err);
/* Puts them into their places, and names every drive. */
bool drives_complete(struct options *o, struct error *err);
/* -hda .. -hdd, -cdrom, -fda, -fdb: `option` is for messages. */
bool drive_plain(struct options *o, unsigned index, enum drive_kind kind, const char *option, const char *file,
                 struct error *err);

/* One "key=value" or "word" of a comma list; ",," stands for a comma. False at the end. */
struct keyval {
    char key[64];
    char value[1024];
    bool has_value, too_long;
};
bool keyval_next(const char **list, struct keyval *kv);
/* on|off|yes|no|true|false (and "key" alone: on). */
bool keyval_bool(const struct keyval *kv, bool *to, struct error *err);

#endif
