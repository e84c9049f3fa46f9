/* SPDX-License-Identifier: MIT */
/* A timer of the host's whose signal kicks the machine; the signal carries the watchdog, so nothing is global. */
#include "config.h"

#include "inside/watchdog.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#define SLICE_LIMIT_NS 20000000 /* ten times what a slice is meant to take */

static void fire(int sig, siginfo_t *info, void *context)
{
    struct watchdog *w = info->si_value.sival_ptr;
    (void)sig, (void)context;
    /* NOTE: a SIGALRM that somebody else sends carries no watchdog. */
    if (info->si_code != SI_TIMER || !w->m)
        return;
    w->fired = true;
    machine_kick(w->m);
}

bool watchdog_open(struct watchdog *w, struct error *err)
{
    struct sigaction sa = {.sa_sigaction = fire, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM, .sigev_value.sival_ptr = w};
    sigemptyset(&sa.sa_mask);
    if (sigaction(SIGALRM, &sa, NULL) < 0 || timer_create(CLOCK_MONOTONIC, &ev, &w->timer) < 0)
        return error_set(err, "the host gives no timer: %s", strerror(errno));
    w->made = true;
    return true;
}

static void arm(struct watchdog *w, long ns)
{
    struct itimerspec in = {.it_value = {0, ns}, .it_interval = {0, ns}};
    if (w->made)
        timer_settime(w->timer, 0, &in, NULL);
}

void watchdog_start(struct watchdog *w, struct machine *m)
{
    w->fired = false;
    w->m = m;
    arm(w, SLICE_LIMIT_NS);
}

void watchdog_stop(struct watchdog *w)
{
    arm(w, 0);
    w->m = NULL;
}
