/* SPDX-License-Identifier: MIT */
/* The front end: everything that the user and the host's files, sockets and screen have to do with.
 */
#ifndef VITRINE_APP_FRONT_H
#define VITRINE_APP_FRONT_H

#include <sys/types.h>

#include "ctl/control.h"
#include "ctl/options.h"
#include "ctl/qmp.h"
#include "ctl/script.h"
#include "link/guest.h"
#include "ui/terminal.h"
#include "ui/window.h"

/* Bytes on their way to standard output or a file. */
struct out_stream {
    int fd;       /* -1: dropped */
    bool is_file; /* never slow: written at once */
    const char *path;
    struct buf queue;
};

struct front {
    struct options *o;
    struct guest guest;
    struct control control;
    struct qmp *qmp;
    struct window *window;
    pid_t child;
    int child_status;
    int signals;         /* a signalfd */
    bool takes_absolute; /* a driver of the guest takes a pointer's absolute coordinates */
    const uint32_t *frames;
    int frame_fd;
    struct script script; /* for the names of its screenshots */

    struct out_stream serial[MAX_SERIAL], debugcon;
    bool use_stdin, monitor; /* standard input goes to a serial port; with Ctrl-A keys */
    unsigned stdin_port;
    struct escape escape;
    struct {
        bool on, busy, taking;
        struct buf keys, line;
    } console;

    bool has_pidfile; /* it goes at the end */
    bool quitting;
    uint64_t deadline; /* host ns: a machine process that has not ended by then is killed */
    uint64_t next_stats, stats_pos, stats_ns, stats_host;
    struct error err; /* why it ends with status 1 */
};

/* Runs a guest as the options say; the exit status. */
int front_main(struct options *o);

/* front_start.c: opens what the options name, starts the machine process, sends it the
 * configuration. */
bool front_open(struct front *f, struct error *err);
bool front_configure(struct front *f, struct error *err);
bool front_spawn(struct front *f, struct error *err);

/* front_terminal.c */
void stream_write(struct front *f, struct out_stream *s, const uint8_t *data, size_t len);
void stream_flush(struct front *f, struct out_stream *s); /* as far as it goes without waiting */
void terminal_input(struct front *f);

uint64_t front_now(void); /* host ns */
void front_quit(struct front *f, enum link_cause cause);
void front_complain(const char *text); /* one line on standard error */

#endif
