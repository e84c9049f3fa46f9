/* SPDX-License-Identifier: MIT */
/* The command that needs no name: reads the options, and runs a guest or prints what was asked for. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/app.h"
#include "front/front.h"

/*
 * -daemonize. The parent ends with the child's status, or with 0 once the machine is made; until then the child tells
 * the names of its ptys on standard output. False: this is the parent, and *status is it.
 */
static bool go_behind(struct options *o, int *status)
{
    int fds[2], ends = 1;
    char made;
    *status = 1;
    if (pipe2(fds, O_CLOEXEC) < 0)
        return false;
    pid_t child = fork();
    if (child < 0)
        return false;
    if (child == 0) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        close(fds[0]);
        o->daemon_fd = fds[1];
        setsid();
        dup2(null, STDIN_FILENO);
        return true;
    }
    close(fds[1]);
    if (read(fds[0], &made, 1) == 1)
        *status = 0;
    else if (waitpid(child, &ends, 0) == child && WIFEXITED(ends))
        *status = WEXITSTATUS(ends);
    return false;
}

static void print_notes(const struct options *o)
{
    for (unsigned i = 0; i < o->nnotes; i++) {
        char line[sizeof o->note[0] + sizeof "note: "];
        snprintf(line, sizeof line, "note: %s", o->note[i]);
        front_complain(line);
    }
}

int run_main(int argc, char **argv)
{
    struct options o;
    struct error err = {""};
    int status = 1;
    if (!options_parse(&o, argc, argv, &err))
        front_complain(err.text);
    else if (o.help || o.version) {
        if (o.help)
            options_help(stdout);
        else
            version_print();
        status = 0;
    } else if (o.list) {
        status = options_list(&o, stdout, &err) ? 0 : 1;
        if (status)
            front_complain(err.text);
    } else {
        print_notes(&o);
        if (!o.daemonize || go_behind(&o, &status))
            status = front_main(&o);
    }
    options_free(&o);
    return status;
}
