/* SPDX-License-Identifier: MIT */
/* Where the log of -d goes: -D's file, or standard error. */
#include "config.h"

#include "front/front.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/host_file.h"
#include "dbg/trace.h"

enum { LOG_WAIT_MS = 2000 }; /* for the reader of a FIFO */

/* QEMU's -D: "%d" in the name stands for the process's number. */
static bool file_name(const char *from, char *to, size_t room, struct error *err)
{
    const char *at = strstr(from, "%d");
    int n = at ? snprintf(to, room, "%.*s%ld%s", (int)(at - from), from, (long)getpid(), at + 2)
               : snprintf(to, room, "%s", from);
    return (n >= 0 && (size_t)n < room) || error_set(err, "-D %.60s...: the name is too long", from);
}

bool front_open_log(struct front *f, struct error *err)
{
    char name[1024];
    f->log = STDERR_FILENO;
    if (!f->o->log_file)
        return true;
    if (!file_name(f->o->log_file, name, sizeof name, err))
        return false;
    f->log = host_file_stream("-D", name, STREAM_PIPE, false, f->o, err);
    return f->log >= 0;
}

void front_close_log(struct front *f)
{
    if (f->log > STDERR_FILENO)
        close(f->log);
    f->log = -1;
}

void front_log(struct front *f, const char *text, size_t len)
{
    while (f->log >= 0 && len) {
        ssize_t n = write(f->log, text, len);
        if (n < 0 && errno == EINTR)
            continue;
        struct pollfd pfd = {.fd = f->log, .events = POLLOUT};
        if (n < 0 && errno == EAGAIN && poll(&pfd, 1, LOG_WAIT_MS) == 1)
            continue;
        if (n <= 0) {
            char line[256];
            snprintf(line, sizeof line, "-d: the log cannot be written: %s; what follows is lost",
                     strerror(n < 0 ? errno : EIO));
            front_close_log(f);
            front_complain(line);
            return;
        }
        text += n;
        len -= (size_t)n;
    }
}

void front_log_guest_error(struct front *f, const char *line)
{
    if (!(f->o->log & TRACE_GUEST_ERRORS))
        return;
    if (f->log == STDERR_FILENO) {
        front_complain(line);
        return;
    }
    front_log(f, line, strlen(line));
    front_log(f, "\n", 1);
}
