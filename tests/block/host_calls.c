/* SPDX-License-Identifier: MIT */
/* Host calls that fail where a test says so. */
#include "tests/block/host_calls.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

ssize_t __real_pread(int fd, void *data, size_t n, off_t at);
ssize_t __real_pwrite(int fd, const void *data, size_t n, off_t at);
int __real_fdatasync(int fd);
ssize_t __wrap_pread(int fd, void *data, size_t n, off_t at);
ssize_t __wrap_pwrite(int fd, const void *data, size_t n, off_t at);
int __wrap_fdatasync(int fd);

static struct {
    struct host_fault fault;
    unsigned count[HOST_CALLS];
    char order[256];
} host;

void host_calls_reset(void)
{
    memset(&host, 0, sizeof host);
}

void host_calls_fail(struct host_fault fault)
{
    host_calls_reset();
    host.fault = fault;
}

unsigned host_calls(enum host_call call)
{
    return host.count[call];
}

const char *host_calls_order(void)
{
    return host.order;
}

/* Counts a call. 0: it fails or is short, and *result is what it gives or, above 0, how many bytes it moves. */
static int passes(enum host_call call, ssize_t *result)
{
    size_t n = strlen(host.order);
    if (n + 1 < sizeof host.order)
        host.order[n] = "rws"[call];
    unsigned number = host.count[call]++;
    const struct host_fault *f = &host.fault;
    if (!f->times || f->call != call || number < f->skip || number - f->skip >= f->times)
        return 1;
    if (f->error)
        errno = f->error;
    *result = f->error ? -1 : f->bytes;
    return 0;
}

ssize_t __wrap_pread(int fd, void *data, size_t n, off_t at)
{
    ssize_t result = 0;
    if (passes(HOST_PREAD, &result))
        return __real_pread(fd, data, n, at);
    return result <= 0 ? result : __real_pread(fd, data, (size_t)result, at);
}

ssize_t __wrap_pwrite(int fd, const void *data, size_t n, off_t at)
{
    ssize_t result = 0;
    if (passes(HOST_PWRITE, &result))
        return __real_pwrite(fd, data, n, at);
    return result <= 0 ? result : __real_pwrite(fd, data, (size_t)result, at);
}

int __wrap_fdatasync(int fd)
{
    ssize_t result = 0;
    return passes(HOST_FDATASYNC, &result) ? __real_fdatasync(fd) : (int)result;
}
