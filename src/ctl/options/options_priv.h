/* SPDX-License-Identifier: MIT */
/* What the files of the command line share: words, and the functions behind the table's rows. */
#ifndef VITRINE_CTL_OPTIONS_OPTIONS_PRIV_H
#define VITRINE_CTL_OPTIONS_OPTIONS_PRIV_H

#include "ctl/options/options.h"

typedef bool take_fn(struct options *o, const char *arg, struct error *err);

/* A catalog is a list of (name, help) pairs. */
bool in_catalog(const char *const *pairs, const char *name);
bool asks_help(const char *arg); /* "help" or "?" */
bool copy_word(char *to, size_t room, const char *from, const char *what, struct error *err);

/* Fits a drive at a place, or (-1) at the first free one of its kind. Copies the file's name. */
bool drive_put(struct options *o, int index, const struct drive_option *d, struct error *err);

/* options_machine.c, options_device.c, options_boot.c: rows of the table. False with *err. */
bool take_m(struct options *o, const char *arg, struct error *err);
bool take_cpu(struct options *o, const char *arg, struct error *err);
bool take_accel(struct options *o, const char *arg, struct error *err);
bool take_machine(struct options *o, const char *arg, struct error *err);
bool take_smp(struct options *o, const char *arg, struct error *err);
bool take_rtc(struct options *o, const char *arg, struct error *err);
bool take_clock(struct options *o, const char *arg, struct error *err);
bool take_vga(struct options *o, const char *arg, struct error *err);
bool take_nodefaults(struct options *o, const char *arg, struct error *err);
bool take_net(struct options *o, const char *arg, struct error *err);
bool take_nic(struct options *o, const char *arg, struct error *err);
bool take_global(struct options *o, const char *arg, struct error *err);
bool take_device(struct options *o, const char *arg, struct error *err);
bool take_no_acpi(struct options *o, const char *arg, struct error *err);
bool take_no_hpet(struct options *o, const char *arg, struct error *err);
bool take_speed(struct options *o, const char *arg, struct error *err);
bool take_warp(struct options *o, const char *arg, struct error *err);
bool take_usb(struct options *o, const char *arg, struct error *err);
bool take_usbdevice(struct options *o, const char *arg, struct error *err);
bool take_uuid(struct options *o, const char *arg, struct error *err);
/* options.c */
bool take_kernel(struct options *o, const char *arg, struct error *err);
bool take_initrd(struct options *o, const char *arg, struct error *err);
bool take_append(struct options *o, const char *arg, struct error *err);
bool take_bios(struct options *o, const char *arg, struct error *err);
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
/* What was not said about them, and whether all ids are there. */
bool streams_complete(struct options *o, struct error *err);

#endif
