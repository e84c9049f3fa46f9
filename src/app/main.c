/* SPDX-License-Identifier: MIT */
/* vitrine: reads the command line, and becomes the front end or the machine process. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/front.h"
#include "app/machine_process.h"
#include "jail/jail.h"
#include "ui/picture.h"
#include "ui/vnc.h"

static void print_version(void)
{
    char jail[128];
    jail_describe(JAIL_FDS | JAIL_NO_NEW_PRIVS | JAIL_LIMITS | JAIL_LANDLOCK | (jail_has_seccomp() ? JAIL_SECCOMP : 0),
                  jail, sizeof jail);
    printf("vitrine %s\n", PACKAGE_VERSION);
    printf("QMP: %s\n",
#ifdef HAVE_JANSSON
           "yes"
#else
           "no (built without libjansson)"
#endif
    );
    printf("console line editing: %s\n",
#ifdef HAVE_LIBEDIT
           "yes"
#else
           "no (built without libedit)"
#endif
    );
    printf("VNC: %s\n", vnc_built_in() ? "yes" : "no (built without libvncserver)");
    printf("display on a terminal: %s\n",
#ifdef HAVE_NCURSES
           "yes"
#else
           "no (built without ncursesw)"
#endif
    );
    printf("PNG screenshots: %s\n", picture_has_png() ? "yes" : "no (built without libpng)");
    printf("confinement of the machine process, where the kernel has it: %s\n", jail);
}

/* -daemonize. The parent ends with the child's status, or with 0 once the machine is made. False: this
 * is the parent, and *status is it. */
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
        dup2(null, STDOUT_FILENO);
        return true;
    }
    close(fds[1]);
    if (read(fds[0], &made, 1) == 1)
        *status = 0;
    else if (waitpid(child, &ends, 0) == child && WIFEXITED(ends))
        *status = WEXITSTATUS(ends);
    return false;
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], MACHINE_PROCESS_ARG))
        _exit(machine_process_main(atoi(argv[2]))); /* confined: nothing of exit() is left to it */
    struct options o;
    struct error err = {""};
    int status = 1;
    if (!options_parse(&o, argc, argv, &err))
        front_complain(err.text);
    else if (o.help || o.version) {
        if (o.help)
            options_help(stdout);
        else
            print_version();
        status = 0;
    } else if (o.list) {
        status = options_list(&o, stdout, &err) ? 0 : 1;
        if (status)
            front_complain(err.text);
    } else if (!o.daemonize || go_behind(&o, &status)) {
        status = front_main(&o);
    }
    options_free(&o);
    return status;
}
