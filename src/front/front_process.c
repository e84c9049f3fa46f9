/* SPDX-License-Identifier: MIT */
/* How a forked front end becomes one of the confined processes: this program is executed anew, and keeps nothing of
 * what the front end was started with. */
#include "config.h"

#include "front/front.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

enum { LINK_FD = 3, ABOVE_STANDARD = 10 };

/* The null device, open in one direction only, as descriptor `at`. */
static bool put_null(int at, int how)
{
    int null = open("/dev/null", how);
    if (null < 0 || null == at)
        return null >= 0;
    bool good = dup2(null, at) == at;
    close(null);
    return good;
}

static bool put(int fd, int at)
{
    return dup2(fd, at) == at;
}

/* NOTE: between fork and exec only calls that are safe there. */
void front_become(const struct jail_user *user, const char *which, int link, int said)
{
    char number[2] = {'0' + LINK_FD, 0};
    char *argv[] = {(char *)(uintptr_t) "vitrine", (char *)(uintptr_t)which, number, NULL};
#ifdef __SANITIZE_ADDRESS__
    char **environment = environ; /* ASAN_OPTIONS, UBSAN_OPTIONS */
#else
    char *environment[] = {NULL};
#endif
    sigset_t none;
    bool heard = said >= 0;
    link = fcntl(link, F_DUPFD_CLOEXEC, ABOVE_STANDARD);
    if (heard)
        said = fcntl(said, F_DUPFD_CLOEXEC, ABOVE_STANDARD);
    bool good = link >= 0 && put(link, LINK_FD) &&
                (heard ? said >= 0 && put(said, STDERR_FILENO) : put_null(STDERR_FILENO, O_WRONLY)) &&
                put_null(STDIN_FILENO, O_RDONLY) && put_null(STDOUT_FILENO, O_WRONLY);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (good && jail_user_become(user))
        execve("/proc/self/exe", argv, environment);
    _exit(127);
}
