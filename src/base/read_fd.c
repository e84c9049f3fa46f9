/* SPDX-License-Identifier: MIT */
/* Reads what somebody else has opened. */
#include "config.h"

#include "base/read_fd.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"

bool read_fd(int fd, uint64_t bytes, struct buf *out, struct error *err)
{
    uint8_t part[16384];
    for (uint64_t at = 0; at < bytes;) {
        ssize_t n = pread(fd, part, MIN(sizeof part, bytes - at), (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return error_set(err, "cannot be read: %s", n < 0 ? strerror(errno) : "it became shorter");
        buf_add(out, part, (size_t)n);
        at += (uint64_t)n;
    }
    return true;
}
