/* SPDX-License-Identifier: MIT */
/* What the files of the command line share: words, and the functions behind the table's rows. */
#ifndef VITRINE_CTL_OPTIONS_OPTIONS_PRIV_H
#define VITRINE_CTL_OPTIONS_OPTIONS_PRIV_H

#include "ctl/options/options.h"

typedef bool take_fn(struct options *o, const char *arg, struct error *err);

enum option_kind {
    OPTION_HEADING, /* of a group in -help: only `help` */
    OPTION_CALL,    /* `take` takes it */
    OPTION_ON,      /* a bool of struct options becomes true */
    OPTION_OFF,     /* ... false */
    OPTION_WORD,    /* a const char * points at the value */
    OPTION_TEXT,    /* the value is copied into a char array */
    OPTION_WORDS,   /* the value is added to an array of const char * */
    OPTION_DRIVE,   /* the value is the image of a drive at a place */
};

struct option_row {
    const char *name;
    const char *arg; /* NULL: takes none */
    const char *help;
    enum option_kind kind;
    size_t offset;      /* of the member of struct options */
    size_t room, count; /* elements there are; offset of the `unsigned` that counts those used (OPTION_WORDS) */
    unsigned place;     /* OPTION_DRIVE */
    enum drive_kind drive;
    take_fn *take;
};
extern const struct option_row option_table[];
extern const unsigned option_table_rows;

/* A catalog is a list of (name, help) pairs. */
bool in_catalog(const char *const *pairs, const char *name);
bool asks_help(const char *arg); /* "help" or "?" */
void add_note(struct options *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool copy_word(char *to, size_t room, const char *from, const char *what, struct error *err);

/* Fits a drive at a place, or (-1) at the first free one of its kind. Copies the file's name. */
bool drive_put(struct options *o, int index, const struct drive_option *d, struct error *err);

/* options_machine.c, options_device.c, options_boot.c: rows of the table. False with *err. */
bool take_m(struct options *o, const char *arg, struct error *err);
bool take_cpu(struct options *o, const char *arg, struct error *err);
bool take_accel(struct options *o, const char *arg, struct error *err);
bool accel_list(struct options *o, const char *list, const char *option, bool *last_there, struct error *err);
bool accel_complete(const struct options *o, struct error *err);
bool take_machine(struct options *o, const char *arg, struct error *err);
bool take_smp(struct options *o, const char *arg, struct error *err);
bool take_rtc(struct options *o, const char *arg, struct error *err);
bool take_clock(struct options *o, const char *arg, struct error *err);
bool take_vga(struct options *o, const char *arg, struct error *err);
bool take_net(struct options *o, const char *arg, struct error *err);
bool take_nic(struct options *o, const char *arg, struct error *err);
bool take_global(struct options *o, const char *arg, struct error *err);
bool take_device(struct options *o, const char *arg, struct error *err);
bool take_speed(struct options *o, const char *arg, struct error *err);
bool take_warp(struct options *o, const char *arg, struct error *err);
bool take_usbdevice(struct options *o, const char *arg, struct error *err);
bool take_uuid(struct options *o, const char *arg, struct error *err);
/* options_run.c */
bool take_name(struct options *o, const char *arg, struct error *err);
bool take_action(struct options *o, const char *arg, struct error *err);
bool take_d(struct options *o, const char *arg, struct error *err);
bool take_runas(struct options *o, const char *arg, struct error *err);
/* options_boot.c */
bool take_L(struct options *o, const char *arg, struct error *err);
void list_bios_paths(const struct options *o, FILE *f);
const char *bios_file(struct options *o, const char *name);
bool take_boot(struct options *o, const char *arg, struct error *err);

/* options_display.c */
bool take_display(struct options *o, const char *arg, struct error *err);
bool take_curses(struct options *o, const char *arg, struct error *err);
bool take_vnc(struct options *o, const char *arg, struct error *err);
bool take_nographic(struct options *o, const char *arg, struct error *err);
bool display_complete(struct options *o, struct error *err);

/* options_audio.c */
bool take_audiodev(struct options *o, const char *arg, struct error *err);
bool take_audio(struct options *o, const char *arg, struct error *err);
bool audio_complete(struct options *o, struct error *err);

/* options_stream.c */
bool take_chardev(struct options *o, const char *arg, struct error *err);
bool take_serial(struct options *o, const char *arg, struct error *err);
bool take_parallel(struct options *o, const char *arg, struct error *err);
bool take_debugcon(struct options *o, const char *arg, struct error *err);
bool take_monitor(struct options *o, const char *arg, struct error *err);
bool take_mon(struct options *o, const char *arg, struct error *err);
bool take_qmp(struct options *o, const char *arg, struct error *err);
/* Fills in what was not said about them and checks that all ids exist. */
bool streams_complete(struct options *o, struct error *err);

#endif
