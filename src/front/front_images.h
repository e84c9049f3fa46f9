/* SPDX-License-Identifier: MIT */
/* Files that may be a drive's medium: which fit, what a folder offers, how a path goes on. */
#ifndef VITRINE_FRONT_FRONT_IMAGES_H
#define VITRINE_FRONT_FRONT_IMAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "link/configmsg.h"

struct path_list {
    char **path; /* malloc'd */
    size_t n, room;
};
void path_list_free(struct path_list *l);
void path_list_add(struct path_list *l, const char *path); /* a copy, unless it is there already */

const char *path_base(const char *path); /* what follows the last slash */

/*
 * The file is there and suits the drive: a diskette has a diskette's size, a CD an ISO 9660 or UDF file system or a CD
 * image's name.
 */
bool image_fits(const char *path, enum drive_kind kind);

/*
 * What a folder ("" or one that ends in a slash) has for the drive: images, then folders, which end in a slash;
 * sorted.
 */
void images_in(const char *folder, enum drive_kind kind, struct path_list *to);

/*
 * Appends to `text` what all files that it may become have in common; ~/ stands for the home folder. NULL, or a
 * note: what there is to choose from. It is valid until the next call with the same buffer.
 */
const char *path_complete(char *text, size_t room, char *note, size_t note_room);
/* ~/ replaced by the home folder. */
void path_expand(const char *text, char *to, size_t room);

#endif
