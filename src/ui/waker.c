/* SPDX-License-Identifier: MIT */
/*
 * SDL waits for its display in a call of its own, and the descriptors of the link, sockets and
 * terminal need poll(). So a thread polls while the main thread is in SDL_WaitEventTimeout, and
 * pushes an event when a descriptor is ready. It does nothing else: every descriptor is read and
 * written by the main thread.
 */
#include "config.h"

#include "ui/waker.h"

#include <SDL.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { MAX_FDS = 128 };

struct waker {
    SDL_Thread *thread;
    SDL_sem *go, *done; /* main thread: poll now; thread: I have stopped polling */
    int stop;           /* an eventfd that ends the thread's poll */
    Uint32 event;
    bool end;
    struct pollfd fds[MAX_FDS + 1];
    unsigned n;
};

static int work(void *arg)
{
    struct waker *w = arg;
    while (SDL_SemWait(w->go) == 0 && !w->end) {
        w->fds[w->n] = (struct pollfd){.fd = w->stop, .events = POLLIN};
        poll(w->fds, w->n + 1, -1);
        if (!w->fds[w->n].revents) {
            SDL_Event e;
            memset(&e, 0, sizeof e);
            e.type = w->event;
            SDL_PushEvent(&e);
        }
        SDL_SemPost(w->done);
    }
    return 0;
}

struct waker *waker_new(void)
{
    struct waker *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->go = SDL_CreateSemaphore(0);
    w->done = SDL_CreateSemaphore(0);
    w->stop = eventfd(0, EFD_CLOEXEC);
    w->event = SDL_RegisterEvents(1);
    if (w->go && w->done && w->stop >= 0 && w->event != (Uint32)-1)
        w->thread = SDL_CreateThread(work, "poll", w);
    if (w->thread)
        return w;
    waker_free(w);
    return NULL;
}

void waker_free(struct waker *w)
{
    if (!w)
        return;
    if (w->thread) {
        w->end = true;
        SDL_SemPost(w->go);
        SDL_WaitThread(w->thread, NULL);
    }
    if (w->go)
        SDL_DestroySemaphore(w->go);
    if (w->done)
        SDL_DestroySemaphore(w->done);
    if (w->stop >= 0)
        close(w->stop);
    free(w);
}

int waker_poll(struct waker *w, struct pollfd *fds, unsigned n, int timeout)
{
    int ready = poll(fds, n, 0);
    if (ready || n > MAX_FDS || timeout == 0 || SDL_HasEvents(SDL_FIRSTEVENT, SDL_LASTEVENT))
        return ready;
    memcpy(w->fds, fds, n * sizeof *fds);
    w->n = n;
    SDL_SemPost(w->go);
    SDL_WaitEventTimeout(NULL, timeout < 0 ? 60000 : timeout);
    uint64_t v = 1;
    if (write(w->stop, &v, sizeof v) != sizeof v)
        return -1;
    SDL_SemWait(w->done);
    if (read(w->stop, &v, sizeof v) != sizeof v)
        return -1;
    SDL_FlushEvent(w->event);
    return poll(fds, n, 0);
}
