/* SPDX-License-Identifier: MIT */
/* What the front end sees of the machine process's confinement: which layers are missing, and what the process prints
 * on its standard error, which is a pipe. */
#include "config.h"

#include "front/front.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "base/text_clean.h"
#include "jail/jail.h"

enum { SAID_AT_ONCE = 4096 };

void front_report_jail(uint32_t in_force)
{
    const char *line;
    for (unsigned i = 0; (line = jail_note(in_force, i)); i++)
        front_complain(line);
}

static void print_line(const struct buf *line)
{
    char text[FRONT_SAID_LINE];
    text_clean(text, sizeof text, line->data, line->len, "\t");
    fprintf(stderr, "machine process: %s\n", text);
}

/* Lines as they end; a line that does not end is cut. */
static void take_said(struct front *f, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] != '\n')
            buf_add8(&f->said_line, data[i]);
        if (data[i] != '\n' && f->said_line.len < FRONT_SAID_LINE - 1)
            continue;
        print_line(&f->said_line);
        buf_clear(&f->said_line);
    }
}

bool front_take_said(struct front *f)
{
    uint8_t part[SAID_AT_ONCE];
    ssize_t n = f->said < 0 ? 0 : read(f->said, part, sizeof part);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return false;
    if (n <= 0) {
        front_close_said(f);
        return false;
    }
    size_t len = MIN((size_t)n, FRONT_SAID_MAX - f->said_bytes);
    take_said(f, part, len);
    f->said_bytes += len;
    if (f->said_bytes == FRONT_SAID_MAX && !f->said_cut) {
        f->said_cut = true;
        print_line(&f->said_line);
        buf_clear(&f->said_line);
        fputs("machine process: it says more, which is not shown\n", stderr);
    }
    return true;
}

void front_close_said(struct front *f)
{
    if (f->said >= 0) {
        close(f->said);
        if (f->said_line.len)
            print_line(&f->said_line);
    }
    buf_free(&f->said_line);
    f->said = -1;
}
