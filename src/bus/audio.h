/* SPDX-License-Identifier: MIT */
/* A sound back end: mono signed 16-bit samples at 48 kHz of virtual time. */
#ifndef VITRINE_BUS_AUDIO_H
#define VITRINE_BUS_AUDIO_H

#include <stddef.h>
#include <stdint.h>

enum { AUDIO_HZ = 48000 };

struct audio {
    void *ctx;
    /*
     * n samples, the first of them at `at` / 48000 s since power-on. They come in order; where some
     * are left out there is silence. Never blocks. NULL: nobody listens.
     */
    void (*write)(void *ctx, uint64_t at, const int16_t *samples, size_t n);
};

#endif
