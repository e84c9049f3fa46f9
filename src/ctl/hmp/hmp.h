/* SPDX-License-Identifier: MIT */
/* The console's commands: the front end's own table, then the machine's (dbg/command.h).
 * Names, arguments and formats are QEMU's. */
#ifndef VITRINE_CTL_HMP_HMP_H
#define VITRINE_CTL_HMP_HMP_H

#include "ctl/control.h"
#include "dbg/command.h"
#include "machine/catalog.h"

/* The front end's commands and subcommands of info; NULL past the last. */
const struct command_word *hmp_command_at(unsigned i);
const struct command_word *hmp_info_at(unsigned i);
/* Says why there is no such command of QEMU's ("savevm x", "info sev"); false: QEMU has none either, or it is here. */
bool hmp_refused(const char *line, struct buf *out);

/* hmp_info.c: false where WHAT is not the front end's to show. */
bool hmp_info(struct control *c, const char *what, control_done_fn *done, void *ctx);
void hmp_help(const char *what, struct buf *out);

/* drives.c: asks the machine of its drives; fn gets all MAX_DRIVES of them, or an error. False: it takes
 * no more requests now. */
typedef void drives_fn(void *ctx, const struct guest_drive *drive, const char *error);
bool drives_ask(struct control *c, drives_fn *fn, void *ctx);
/* The place of a drive that is named by its id, its -device's id or hda..fdb; -1: there is none. */
int drive_by_name(const struct control *c, const char *name);

/* control.c: sends a request whose reply is text. False: the machine takes no more now. */
bool control_send(struct control *c, enum link_type type, const void *data, size_t len, control_done_fn *done,
                  void *ctx);
void control_say(control_done_fn *done, void *ctx, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* control_vnc.c: sets the password of VNC. */
bool hmp_vnc_password(struct control *c, const char *args, control_done_fn *done, void *ctx);

#endif
