/* SPDX-License-Identifier: MIT */
/* vitrine: one program that is the front end, or, started by itself, one of the confined processes. */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "inside/machine_process.h"
#include "link/vnc_link.h"
#include "vnc/vnc_process.h"

/* Started without one of the standard descriptors: no file that is opened may get its number, and what is printed. */
static void fill_standard(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", O_RDWR);
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], MACHINE_PROCESS_ARG))
        _exit(machine_process_main(atoi(argv[2]))); /* NOTE: nothing of exit() is left to it */
    if (argc == 3 && !strcmp(argv[1], VNC_PROCESS_ARG))
        return vnc_process_main(atoi(argv[2]));
    fill_standard();
    return run_main(argc, argv);
}
