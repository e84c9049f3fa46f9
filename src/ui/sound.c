/* SPDX-License-Identifier: MIT */
/*
 * Sound output. Virtual time and the sound card's clock drift apart: SDL's queue starts with a
 * little silence, loses one sample in 64 while it is longer than it should be, and a whole batch
 * where that does not do (a guest that runs faster than time); when it has run empty it starts
 * anew.
 */
#include "config.h"

#include "ui/sound.h"

#include <SDL.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"

enum {
    START_SAMPLES = AUDIO_HZ / 25, /* 40 ms: what is queued ahead of a sound */
    HIGH_SAMPLES = AUDIO_HZ / 10,  /* 100 ms */
    FULL_SAMPLES = AUDIO_HZ / 4,   /* 250 ms */
    THIN_OUT = 64,
    DEVICE_SAMPLES = 512,
    WAV_HEADER = 44,
    GAP_MAX = AUDIO_HZ * 3600 /* longer silences become one of this length */
};

struct sound {
    void (*complain)(const char *text);
    bool failed;
    SDL_AudioDeviceID device; /* 0: not open */
    bool wav;
    int fd;
    uint64_t next;    /* number of the sample after the last one */
    uint64_t written; /* samples in the file, with silences */
};

static struct sound *make(void (*complain)(const char *text))
{
    struct sound *s = calloc(1, sizeof *s);
    if (s) {
        s->complain = complain;
        s->fd = -1;
    }
    return s;
}

static void give_up(struct sound *s, const char *what, const char *why)
{
    char text[256];
    s->failed = true;
    snprintf(text, sizeof text, "note: no sound: %s: %s", what, why);
    s->complain(text);
}

/* --- SDL --- */

struct sound *sound_sdl(void (*complain)(const char *text))
{
    return make(complain);
}

static bool open_device(struct sound *s)
{
    SDL_AudioSpec want = {.freq = AUDIO_HZ, .format = AUDIO_S16SYS, .channels = 1, .samples = DEVICE_SAMPLES};
    if (s->device || s->failed)
        return s->device != 0;
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    if (SDL_InitSubSystem(SDL_INIT_AUDIO) < 0) {
        give_up(s, "SDL", SDL_GetError());
        return false;
    }
    s->device = SDL_OpenAudioDevice(NULL, 0, &want, NULL, 0);
    if (!s->device) {
        give_up(s, "SDL", SDL_GetError());
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
        return false;
    }
    SDL_PauseAudioDevice(s->device, 0);
    return true;
}

static void play(struct sound *s, const int16_t *samples, size_t n)
{
    static const int16_t silence[START_SAMPLES];
    if (!open_device(s))
        return;
    uint32_t queued = SDL_GetQueuedAudioSize(s->device) / sizeof *samples;
    if (queued > FULL_SAMPLES)
        return;
    if (!queued)
        SDL_QueueAudio(s->device, silence, sizeof silence);
    size_t step = queued > HIGH_SAMPLES ? THIN_OUT : n;
    for (size_t at = 0; at < n; at += step) {
        size_t some = MIN(step, n - at);
        SDL_QueueAudio(s->device, samples + at, (uint32_t)((some == THIN_OUT ? some - 1 : some) * sizeof *samples));
    }
}

/* --- WAV --- */

static bool put(struct sound *s, const void *data, size_t len, uint64_t at)
{
    const uint8_t *p = data;
    while (len) {
        ssize_t n = pwrite(s->fd, p, len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            give_up(s, "the WAV file", n < 0 ? strerror(errno) : "nothing could be written");
            return false;
        }
        p += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return true;
}

/* Microsoft's RIFF WAVE, PCM: 'fmt ' of 16 bytes, then 'data'. Kept valid all the time. */
static void put_header(struct sound *s)
{
    uint32_t bytes = (uint32_t)(s->written * sizeof(int16_t));
    uint8_t h[WAV_HEADER];
    memcpy(h, "RIFF....WAVEfmt ", 16);
    st32(h + 4, WAV_HEADER - 8 + bytes);
    st32(h + 16, 16);
    st16(h + 20, 1); /* PCM */
    st16(h + 22, 1); /* one channel */
    st32(h + 24, AUDIO_HZ);
    st32(h + 28, AUDIO_HZ * sizeof(int16_t));
    st16(h + 32, sizeof(int16_t));
    st16(h + 34, 16);
    memcpy(h + 36, "data", 4);
    st32(h + 40, bytes);
    put(s, h, sizeof h, 0);
}

struct sound *sound_wav(int fd, void (*complain)(const char *text))
{
    struct sound *s = make(complain);
    if (!s) {
        close(fd);
        return NULL;
    }
    s->wav = true;
    s->fd = fd;
    put_header(s);
    return s;
}

/* `gap`: samples of silence before these. */
static void record(struct sound *s, uint64_t gap, const int16_t *samples, size_t n)
{
    uint8_t bytes[2 * 256];
    if (s->failed || (s->written + gap + n) * sizeof *samples > UINT32_MAX - WAV_HEADER)
        return;
    s->written += gap;
    while (n && !s->failed) {
        size_t some = MIN(n, sizeof bytes / 2);
        for (size_t i = 0; i < some; i++)
            st16(bytes + 2 * i, (uint16_t)samples[i]);
        if (!put(s, bytes, some * 2, WAV_HEADER + s->written * 2))
            return;
        s->written += some;
        samples += some;
        n -= some;
    }
    put_header(s);
}

/* --- Both --- */

void sound_play(struct sound *s, uint64_t at, const int16_t *samples, size_t n)
{
    if (!s || !n)
        return;
    uint64_t gap = s->written && at > s->next ? MIN(at - s->next, (uint64_t)GAP_MAX) : 0;
    s->next = at + n;
    if (s->wav)
        record(s, gap, samples, n);
    else
        play(s, samples, n);
}

void sound_stop(struct sound *s)
{
    if (s && s->device)
        SDL_ClearQueuedAudio(s->device);
}

void sound_close(struct sound *s)
{
    if (!s)
        return;
    if (s->device) {
        SDL_CloseAudioDevice(s->device);
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
    }
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}
