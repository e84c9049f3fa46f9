/* SPDX-License-Identifier: MIT */
/* Waiting for descriptors and for SDL's events at once, without looking again and again. */
#ifndef VITRINE_UI_WAKER_H
#define VITRINE_UI_WAKER_H

struct pollfd;
struct waker;

/* After SDL_Init. NULL: no thread or event could be had. */
struct waker *waker_new(void);
void waker_free(struct waker *w);
/* As poll(), ended by an SDL event as well (0 then, unless a descriptor is ready too). SDL's main
 * thread only. */
int waker_poll(struct waker *w, struct pollfd *fds, unsigned n, int timeout);

#endif
