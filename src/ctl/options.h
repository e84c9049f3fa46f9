/* SPDX-License-Identifier: MIT */
/* The command line: QEMU's spelling, one table behind the parser, -help and the man page's check.
 */
#ifndef VITRINE_CTL_OPTIONS_H
#define VITRINE_CTL_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "machine/catalog.h"

enum stream_kind { STREAM_NONE, STREAM_STDIO, STREAM_MON_STDIO, STREAM_FILE };
struct stream_option {
    enum stream_kind kind;
    const char *path; /* STREAM_FILE */
};

struct drive_option {
    char *file; /* NULL: no drive here, or (with `fitted`) nothing in it */
    bool fitted;
    enum drive_kind kind;
    bool readonly, snapshot;
    bool raw; /* the format was said */
};

enum display_kind { DISPLAY_SDL, DISPLAY_NONE };
enum qmp_kind { QMP_NONE, QMP_STDIO, QMP_UNIX };

struct options {
    struct machine_config cfg; /* without descriptors and file contents */
    struct drive_option drive[MAX_DRIVES];
    const char *bios, *kernel, *initrd, *rom[MAX_ROMS];
    unsigned nroms;
    char *module[MAX_MODULES]; /* paths: -initrd of a Multiboot kernel */
    struct stream_option serial[MAX_SERIAL], debugcon;
    unsigned nserial; /* -serial was given this often */
    enum display_kind display;
    bool display_said, vga_said, nographic, full_screen, snapshot_all, guest_errors;
    enum qmp_kind qmp;
    char *qmp_path;
    bool qmp_wait;
    const char *name, *script, *hash_log, *record, *replay;
    bool rtc_said, help, version;
    const char *list; /* "cpu", "machine", "device", "accel", "display" or a device's name: what
                         "help" was asked for */
};

/* False with *err: one line that says what to do. Strings point into argv or are held by *o until
 * options_free. */
bool options_parse(struct options *o, int argc, char *const *argv, struct error *err);
void options_free(struct options *o);

void options_help(FILE *f);
/* Prints what o->list asks for; false with *err for an unknown device. */
bool options_list(const struct options *o, FILE *f, struct error *err);

/* One option of QEMU's that Vitrine does not have, and why. NULL: not known at all. */
const char *refused_reason(const char *name);
const char *refused_name(unsigned i); /* NULL past the end */

/* -drive, and the short forms of it (options_drive.c). */
bool drive_parse(struct options *o, const char *arg, struct error *err);
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
