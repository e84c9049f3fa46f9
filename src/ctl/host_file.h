/* SPDX-License-Identifier: MIT */
/*
 * The one way to write a file of the host's. Nothing waits for a reader, the image of a drive is never written over,
 * anything but a file is refused by its kind, and nothing is removed that was not made here.
 */
#ifndef VITRINE_CTL_HOST_FILE_H
#define VITRINE_CTL_HOST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

struct options;

/*
 * A file that is complete or not there: it is written under a name of its own beside the old one and takes its place at
 * the end. Where the folder takes no new file, the old one is written over. A character device (/dev/null, a terminal)
 * is written as it comes. `what` begins each message; "" for none.
 */
struct host_file {
    int fd;
    char *path; /* what it is to be called, links followed */
    char *made; /* what it is called until then; NULL: written in place */
};
bool host_file_begin(struct host_file *f, const char *what, const char *path, const struct options *o,
                     struct error *err);
bool host_file_write(struct host_file *f, const char *what, const void *data, size_t len, struct error *err);
/* Complete: it takes its name. False with *err; as host_file_drop() then. */
bool host_file_end(struct host_file *f, const char *what, struct error *err);
/* Gives up: the file that was there before stays. */
void host_file_drop(struct host_file *f);
/* All of it. */
bool host_file_save(const char *what, const char *path, const void *data, size_t len, const struct options *o,
                    struct error *err);

/* What a file that is written as it comes may be besides a plain file or a character device. */
enum stream_kind {
    STREAM_FILE, /* nothing: it is read back, or waited for */
    STREAM_PIPE, /* a FIFO that somebody reads; writes that would wait give EAGAIN */
};
/* Opens it; emptied, or written on at its end. Descriptor, or -1 with *err. */
int host_file_stream(const char *what, const char *path, enum stream_kind kind, bool append, const struct options *o,
                     struct error *err);

#endif
