/* SPDX-License-Identifier: MIT */
/* What a test program executed, appended to the file that VITRINE_COVERAGE names (tests/coverage.sh). */
#ifndef VITRINE_TESTS_COVERAGE_H
#define VITRINE_TESTS_COVERAGE_H

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cpu/cpu.h"

static inline void coverage_start(struct cpu *c)
{
    if (getenv("VITRINE_COVERAGE"))
        cpu_coverage_start(c);
}

/* NOTE: one write, so that tests that run at once do not mix their lines. */
static inline void coverage_end(const struct cpu *c)
{
    struct buf b = {0};
    const char *path = getenv("VITRINE_COVERAGE");
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;
    if (fd < 0)
        return;
    cpu_coverage_print(c, &b);
    if (write(fd, b.data, b.len) != (ssize_t)b.len)
        abort();
    close(fd);
    buf_free(&b);
}

#endif
