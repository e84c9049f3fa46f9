/* SPDX-License-Identifier: MIT */
/* Opening what the user named and what is read or is a drive's image; host_file.h has files that are written. */
#ifndef VITRINE_CTL_IMAGES_H
#define VITRINE_CTL_IMAGES_H

#include <sys/types.h>

#include "base/buf.h"
#include "ctl/options/options.h"

/* Opens, checks and locks every drive of the options into o->cfg.drive. False with *err; what was
 * opened stays in cfg. */
bool images_open(struct options *o, struct error *err);
/* Whether the open image of this drive looks odd though it is taken; *text says how. */
bool image_doubt(const struct options *o, unsigned index, struct error *text);
void images_close(struct options *o);
/*
 * Opens, checks and locks one image for a drive at run time: sets fd, bytes, name, readonly, snapshot, guessed and
 * medium of *c. False with *err. */
bool image_open_medium(const struct drive_option *d, struct drive_config *c, struct error *err);

/* The same for a medium of a replay, which is only read, and which may be what a drive starts with. */
bool image_open_replayed(const struct options *o, const struct drive_option *d, struct drive_config *c,
                         struct error *err);

/* Opens a file that is only read ("-kernel"), of 1 to max bytes. Descriptor, or -1 with *err. */
int input_open(const char *what, const char *path, uint64_t max, uint64_t *bytes, struct error *err);
/* Which file an open image is; fd -1: none. */
void image_identify(int fd, struct image_id *id);

#endif
