/* SPDX-License-Identifier: MIT */
/*
 * Where the guest's sound goes: SDL's default output, or a WAV file.
 *
 * Samples carry their place in virtual time. SDL plays them as they come, with bounded latency; a
 * WAV file has them at their places from the first one on.
 */
#ifndef VITRINE_UI_SOUND_H
#define VITRINE_UI_SOUND_H

#include <stddef.h>
#include <stdint.h>

#include "bus/audio.h"

struct sound;

/* Opens the output with the first sample; where there is none, `complain` hears it once and nothing
 * is played. */
struct sound *sound_sdl(void (*complain)(const char *text));
/* Writes to fd, which becomes the sound's. */
struct sound *sound_wav(int fd, void (*complain)(const char *text));
/* n samples from number `at` on (bus/audio.h). No number is trusted. s may be NULL. */
void sound_play(struct sound *s, uint64_t at, const int16_t *samples, size_t n);
/* The machine stands still: what is queued is dropped. */
void sound_stop(struct sound *s);
void sound_close(struct sound *s);

#endif
