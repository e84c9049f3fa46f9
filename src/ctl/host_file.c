/* SPDX-License-Identifier: MIT */
/* Files of the host's that are written: where they may be, and how they get their names. */
#include "config.h"

#include "ctl/host_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/options/options.h"

enum { DEVICE_WAIT_MS = 2000, LINKS_MAX = 40, DESCRIPTORS_MAX = 1024 };

static bool cannot(const char *what, const char *path, const char *why, struct error *err)
{
    return error_set(err, "%s%s%s: %s", what, *what ? " " : "", path, why);
}

static bool cannot_write(const char *what, const char *path, int e, struct error *err)
{
    char text[160];
    snprintf(text, sizeof text, "cannot be written: %s", strerror(e));
    return cannot(what, path, text, err);
}

/* Whether something that is there may be written. */
static bool may_write(const char *what, const char *path, const struct stat *st, bool pipe, const struct options *o,
                      struct error *err)
{
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        const struct image_id *id = &o->image[i];
        if (id->there && id->dev == st->st_dev && id->ino == st->st_ino)
            return error_set(err, "%s%s%s: is the image of drive %s; name another file", what, *what ? " " : "", path,
                             drive_place(i));
    }
    switch (st->st_mode & S_IFMT) {
    case S_IFREG:
    case S_IFCHR: return true;
    case S_IFIFO: return pipe || cannot(what, path, "is a FIFO; name a file", err);
    case S_IFDIR: return cannot(what, path, "is a directory; name a file", err);
    case S_IFBLK: return cannot(what, path, "is a disk; name a file", err);
    default: return cannot(what, path, "is neither a file nor a device that can be written", err);
    }
}

/* Opens what may be there, and looks at what it got: it may have come meanwhile. */
static int open_checked(const char *what, const char *path, int flags, bool pipe, const struct options *o,
                        struct error *err)
{
    struct stat st;
    if (stat(path, &st) == 0 && !may_write(what, path, &st, pipe, o, err))
        return -1;
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags, 0666);
    if (fd < 0) {
        int e = errno;
        if (e == ENXIO && stat(path, &st) == 0 && S_ISFIFO(st.st_mode))
            cannot(what, path, "is a FIFO that nobody reads", err);
        else
            cannot_write(what, path, e, err);
        return -1;
    }
    if (fstat(fd, &st) == 0 && may_write(what, path, &st, pipe, o, err))
        return fd;
    close(fd);
    return -1;
}

/* --- Files that are complete or not there --- */

/* The access rights that open() would give a new file. */
static mode_t usual_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/*
 * Where a name leads that is not there itself, or a link to what is not there: *leads, which the caller frees. An error
 * number where it leads nowhere.
 */
static int follow(const char *path, char **leads)
{
    char link[PATH_MAX], *at = strdup(path);
    for (int n = 0; at && n < LINKS_MAX; n++) {
        ssize_t len = readlink(at, link, sizeof link - 1);
        if (len < 0) {
            *leads = at;
            return 0;
        }
        link[len] = 0;
        const char *slash = strrchr(at, '/');
        char *next = NULL;
        if (asprintf(&next, "%.*s%s", *link == '/' || !slash ? 0 : (int)(slash + 1 - at), at, link) < 0)
            next = NULL;
        free(at);
        at = next;
    }
    free(at);
    return at ? ELOOP : ENOMEM;
}

/* A file that this process is writing all the while: a recording, a log, what a port of the machine sends. */
static bool is_being_written(const struct stat *st)
{
    struct stat open_one;
    for (int fd = STDERR_FILENO + 1; fd < DESCRIPTORS_MAX; fd++) {
        int flags = fcntl(fd, F_GETFL);
        if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && fstat(fd, &open_one) == 0 &&
            open_one.st_dev == st->st_dev && open_one.st_ino == st->st_ino)
            return true;
    }
    return false;
}

/* A file beside the one that it will replace. Its own name is short, since that of the other may have full length. */
static bool make_beside(struct host_file *f, const char *what, const char *path, mode_t mode, struct error *err)
{
    const char *slash = strrchr(f->path, '/');
    if (asprintf(&f->made, "%.*s.vitrine-XXXXXX", slash ? (int)(slash + 1 - f->path) : 0, f->path) < 0) {
        f->made = NULL;
        return cannot_write(what, path, ENOMEM, err);
    }
    f->fd = mkostemp(f->made, O_CLOEXEC);
    if (f->fd >= 0) {
        fchmod(f->fd, mode);
        return true;
    }
    int e = errno;
    free(f->made);
    f->made = NULL;
    return cannot_write(what, path, e, err);
}

bool host_file_begin(struct host_file *f, const char *what, const char *path, const struct options *o,
                     struct error *err)
{
    struct stat st;
    *f = (struct host_file){.fd = -1};
    if (!*path)
        return cannot(what, path, "the name of the file is empty", err);
    bool there = stat(path, &st) == 0;
    int e = there || errno == ENOENT ? 0 : errno;
    if (there && !may_write(what, path, &st, false, o, err))
        return false;
    if (there && S_ISREG(st.st_mode) && is_being_written(&st))
        return cannot(what, path, "is being written by this machine; name another file", err);
    if (there && !(f->path = realpath(path, NULL)))
        e = errno;
    else if (!there && !e)
        e = follow(path, &f->path);
    bool good;
    if (e)
        good = cannot_write(what, path, e, err);
    else if (there && S_ISCHR(st.st_mode))
        good = (f->fd = open_checked(what, path, 0, false, o, err)) >= 0;
    else if (there && access(path, W_OK) < 0)
        good = cannot_write(what, path, errno, err); /* NOTE: a rename would ask the folder only */
    else
        good = make_beside(f, what, path, there ? st.st_mode & 07777 : usual_mode(), err) ||
               (there && (f->fd = open_checked(what, path, 0, false, o, err)) >= 0);
    if (!good)
        host_file_drop(f);
    return good;
}

bool host_file_write(struct host_file *f, const char *what, const void *data, size_t len, struct error *err)
{
    const char *p = data;
    while (len) {
        ssize_t n = write(f->fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        struct pollfd pfd = {.fd = f->fd, .events = POLLOUT};
        if (n < 0 && errno == EAGAIN && poll(&pfd, 1, DEVICE_WAIT_MS) == 1)
            continue;
        if (n <= 0)
            return cannot_write(what, f->path, n < 0 ? errno : EIO, err);
        p += n;
        len -= (size_t)n;
    }
    return true;
}

bool host_file_end(struct host_file *f, const char *what, struct error *err)
{
    struct stat st;
    int fd = f->fd;
    f->fd = -1;
    bool over = !f->made && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    bool good = !over || ftruncate(fd, lseek(fd, 0, SEEK_CUR)) == 0;
    int e = errno;
    if (close(fd) < 0 && good) {
        good = false;
        e = errno;
    }
    if (good && f->made && rename(f->made, f->path) < 0) {
        good = false;
        e = errno;
    }
    if (good) {
        free(f->made);
        f->made = NULL;
    } else {
        cannot_write(what, f->path, e, err);
    }
    host_file_drop(f);
    return good;
}

void host_file_drop(struct host_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    if (f->made)
        unlink(f->made);
    free(f->made);
    free(f->path);
    *f = (struct host_file){.fd = -1};
}

bool host_file_save(const char *what, const char *path, const void *data, size_t len, const struct options *o,
                    struct error *err)
{
    struct host_file f;
    if (!host_file_begin(&f, what, path, o, err))
        return false;
    if (host_file_write(&f, what, data, len, err))
        return host_file_end(&f, what, err);
    host_file_drop(&f);
    return false;
}

/* --- Files that are written as it comes --- */

int host_file_stream(const char *what, const char *path, enum stream_kind kind, bool append, const struct options *o,
                     struct error *err)
{
    struct stat st;
    if (!*path) {
        cannot(what, path, "the name of the file is empty", err);
        return -1;
    }
    int fd = open_checked(what, path, O_CREAT | (append ? O_APPEND : 0), kind == STREAM_PIPE, o, err);
    if (fd < 0 || append || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || ftruncate(fd, 0) == 0)
        return fd;
    cannot_write(what, path, errno, err);
    close(fd);
    return -1;
}
