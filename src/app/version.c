/* SPDX-License-Identifier: MIT */
/* -version: what this build has, and what it can confine the machine process with. */
#include "config.h"

#include <stdio.h>

#include "app/app.h"
#include "jail/jail.h"
#include "ui/picture.h"

void version_print(void)
{
    char jail[128];
    jail_describe(JAIL_ALL & (jail_has_seccomp() ? JAIL_ALL : ~JAIL_SECCOMP), jail, sizeof jail);
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
    printf("VNC: %s\n",
#ifdef HAVE_VNCSERVER
           "yes"
#else
           "no (built without libvncserver)"
#endif
    );
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
