/* SPDX-License-Identifier: MIT */
/* Sound as SDL's queue and as a WAV file, pictures as PPM and PNG; with a sound card of the test's own. */
#include "config.h"

#include <SDL.h>
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/bits.h"
#include "ui/picture.h"
#include "ui/sound.h"

/* --- The card: 48000 samples a second, two bytes each --- */

static struct {
    bool init_fails, open_fails;
    unsigned opens, closes, inits, quits, clears, complaints;
    bool running;
    uint32_t queued;    /* bytes, as the test says */
    unsigned calls;     /* of SDL_QueueAudio */
    uint32_t silence;   /* bytes of the first call, where it was all 0 */
    int16_t got[65536]; /* what came */
    size_t n;
    SDL_AudioSpec asked;
    char complaint[256];
} card;

int SDL_InitSubSystem(Uint32 flags)
{
    ck_assert_uint_eq(flags, SDL_INIT_AUDIO);
    card.inits++;
    return card.init_fails ? SDL_SetError("no system") : 0;
}

void SDL_QuitSubSystem(Uint32 flags)
{
    ck_assert_uint_eq(flags, SDL_INIT_AUDIO);
    card.quits++;
}

SDL_AudioDeviceID SDL_OpenAudioDevice(const char *name, int capture, const SDL_AudioSpec *want, SDL_AudioSpec *have,
                                      int changes)
{
    ck_assert(!name && !capture && !have && !changes);
    card.opens++;
    card.asked = *want;
    if (!card.open_fails)
        return 7;
    SDL_SetError("no card");
    return 0;
}

void SDL_CloseAudioDevice(SDL_AudioDeviceID device)
{
    ck_assert_uint_eq(device, 7);
    card.closes++;
}

void SDL_PauseAudioDevice(SDL_AudioDeviceID device, int pause)
{
    ck_assert_uint_eq(device, 7);
    card.running = !pause;
}

Uint32 SDL_GetQueuedAudioSize(SDL_AudioDeviceID device)
{
    ck_assert_uint_eq(device, 7);
    return card.queued;
}

int SDL_QueueAudio(SDL_AudioDeviceID device, const void *data, Uint32 len)
{
    ck_assert_uint_eq(device, 7);
    ck_assert_uint_le(card.n + len / 2, ARRAY_LEN(card.got));
    memcpy(card.got + card.n, data, len);
    card.n += len / 2;
    card.calls++;
    return 0;
}

void SDL_ClearQueuedAudio(SDL_AudioDeviceID device)
{
    ck_assert_uint_eq(device, 7);
    card.clears++;
}

static void complain(const char *text)
{
    card.complaints++;
    snprintf(card.complaint, sizeof card.complaint, "%s", text);
}

static int16_t wave[20000];

static void setup(void)
{
    memset(&card, 0, sizeof card);
    for (size_t i = 0; i < ARRAY_LEN(wave); i++)
        wave[i] = (int16_t)(i * 7 + 1);
}

/* Plays 1000 samples where so many bytes wait; how many come. */
static size_t played(struct sound *s, uint32_t queued)
{
    card.n = card.calls = 0;
    card.queued = queued;
    sound_play(s, 0, wave, 1000);
    return card.n;
}

START_TEST(the_card_opens_with_the_first_sound_and_40_ms_of_silence)
{
    struct sound *s = sound_sdl(complain);
    sound_stop(s);
    ck_assert_uint_eq(card.opens + card.clears, 0);
    sound_play(s, 0, wave, 0); /* nothing */
    ck_assert_uint_eq(card.opens, 0);
    ck_assert_uint_eq(played(s, 0), 1920 + 1000);
    ck_assert(card.running);
    ck_assert_int_eq(card.asked.freq, 48000);
    ck_assert_int_eq(card.asked.format, AUDIO_S16SYS);
    ck_assert_int_eq(card.asked.channels, 1);
    for (unsigned i = 0; i < 1920; i++)
        ck_assert_int_eq(card.got[i], 0);
    ck_assert_mem_eq(card.got + 1920, wave, 2000);
    ck_assert_uint_eq(played(s, 2), 1000); /* it goes on */
    ck_assert_mem_eq(card.got, wave, 2000);
    ck_assert_uint_eq(card.opens, 1);
    sound_stop(s);
    ck_assert_uint_eq(card.clears, 1);
    sound_close(s);
    ck_assert_uint_eq(card.closes, 1);
    ck_assert_uint_eq(card.quits, 1);
}
END_TEST

/* Above 100 ms (9600 bytes) each 64th sample goes, above 250 ms (24000 bytes) all. */
START_TEST(a_queue_that_grows_is_thinned_out_and_cut)
{
    struct sound *s = sound_sdl(complain);
    ck_assert_uint_eq(played(s, 9600), 1000);
    ck_assert_uint_eq(played(s, 9602), 1000 - 15); /* 15 times 64, and 40 */
    for (unsigned i = 0; i < 985; i++)
        ck_assert_int_eq(card.got[i], wave[i + i / 63]);
    ck_assert_uint_eq(played(s, 24000), 985);
    ck_assert_uint_eq(played(s, 24002), 0);
    sound_close(s);
}
END_TEST

START_TEST(a_card_that_is_missing_is_said_once)
{
    struct sound *s = sound_sdl(complain);
    card.init_fails = true;
    ck_assert_uint_eq(played(s, 0), 0);
    ck_assert_uint_eq(played(s, 0), 0);
    ck_assert_uint_eq(card.inits, 1);
    ck_assert_uint_eq(card.complaints, 1);
    ck_assert_str_eq(card.complaint, "note: no sound: SDL: no system");
    sound_close(s);
    ck_assert_uint_eq(card.quits, 0);
    setup();
    card.open_fails = true;
    s = sound_sdl(complain);
    ck_assert_uint_eq(played(s, 0), 0);
    ck_assert_uint_eq(played(s, 0), 0);
    ck_assert_uint_eq(card.opens, 1);
    ck_assert_uint_eq(card.quits, 1);
    ck_assert_str_eq(card.complaint, "note: no sound: SDL: no card");
    ck_assert_uint_eq(card.complaints, 1);
    sound_stop(s);
    sound_close(s);
    ck_assert_uint_eq(card.quits + card.closes + card.clears, 1);
    sound_play(NULL, 0, wave, 10);
    sound_stop(NULL);
    sound_close(NULL);
}
END_TEST

/* --- WAV (RIFF, PCM) --- */

static uint8_t file[100000];

/* The file's header, by the format's definition; how many samples. */
static uint32_t wav_samples(const char *path)
{
    FILE *f = fopen(path, "r");
    size_t n = fread(file, 1, sizeof file, f);
    fclose(f);
    ck_assert_uint_ge(n, 44);
    ck_assert_mem_eq(file, "RIFF", 4);
    ck_assert_mem_eq(file + 8, "WAVEfmt ", 8);
    uint32_t bytes = ld32(file + 40);
    ck_assert_uint_eq(ld32(file + 4), 36 + bytes);
    ck_assert_uint_eq(ld32(file + 16), 16);
    ck_assert_uint_eq(ld16(file + 20), 1);         /* PCM */
    ck_assert_uint_eq(ld16(file + 22), 1);         /* channels */
    ck_assert_uint_eq(ld32(file + 24), 48000);     /* a second */
    ck_assert_uint_eq(ld32(file + 28), 48000 * 2); /* bytes a second */
    ck_assert_uint_eq(ld16(file + 32), 2);         /* bytes a sample */
    ck_assert_uint_eq(ld16(file + 34), 16);
    ck_assert_mem_eq(file + 36, "data", 4);
    return bytes / 2;
}

static int16_t sample(size_t i)
{
    return (int16_t)ld16(file + 44 + 2 * i);
}

START_TEST(a_wav_file_has_samples_at_their_places_from_the_first_one_on)
{
    char path[] = "/tmp/vitrine-wav.XXXXXX";
    int fd = mkstemp(path);
    struct sound *s = sound_wav(fd, complain);
    ck_assert_uint_eq(wav_samples(path), 0);
    sound_play(s, 5000, wave, 1000); /* what was before is no silence */
    ck_assert_uint_eq(wav_samples(path), 1000);
    sound_play(s, 6000, wave + 1000, 1);
    ck_assert_uint_eq(wav_samples(path), 1001);
    for (unsigned i = 0; i < 1001; i++)
        ck_assert_int_eq(sample(i), wave[i]);
    sound_play(s, 6003, wave, 3); /* two of silence */
    ck_assert_uint_eq(wav_samples(path), 1006);
    ck_assert_int_eq(sample(1001), 0);
    ck_assert_int_eq(sample(1002), 0);
    ck_assert_int_eq(sample(1003), wave[0]);
    ck_assert_int_eq(sample(1005), wave[2]);
    sound_play(s, 100, wave + 5, 1); /* time that goes back is none */
    ck_assert_uint_eq(wav_samples(path), 1007);
    ck_assert_int_eq(sample(1006), wave[5]);
    sound_play(s, 102, wave + 6, 1);
    ck_assert_uint_eq(wav_samples(path), 1009);
    ck_assert_int_eq(sample(1008), wave[6]);
    sound_stop(s);
    ck_assert_uint_eq(card.opens + card.complaints, 0);
    sound_close(s);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
    unlink(path);
}
END_TEST

/* Silences of more than an hour become one; what 4 GiB have no room for is not written. */
START_TEST(a_wav_file_stays_within_its_bounds)
{
    static const uint64_t hour = UINT64_C(48000) * 3600;
    char path[] = "/tmp/vitrine-wav.XXXXXX";
    struct sound *s = sound_wav(mkstemp(path), complain);
    sound_play(s, 0, wave, 1);
    sound_play(s, 1 + hour, wave, 1);
    ck_assert_uint_eq(wav_samples(path), 2 + hour);
    sound_play(s, UINT64_MAX / 2, wave, 1);
    ck_assert_uint_eq(wav_samples(path), 3 + 2 * hour);
    uint64_t at = UINT64_MAX / 2 + 1;
    while (wav_samples(path) + hour + 1 <= (UINT32_MAX - 44) / 2) {
        sound_play(s, at + hour, wave, 1);
        at += hour + 1;
    }
    uint64_t room = (UINT32_MAX - 44) / 2 - wav_samples(path);
    sound_play(s, at + room, wave, 1); /* one too many */
    ck_assert_uint_eq(wav_samples(path), (UINT32_MAX - 44) / 2 - room);
    at += room + 1;
    sound_play(s, at + room - 1, wave, 1);
    ck_assert_uint_eq(wav_samples(path), (UINT32_MAX - 44) / 2);
    sound_close(s);
    unlink(path);
}
END_TEST

START_TEST(a_wav_file_without_room_is_said_once)
{
    int fd = open("/dev/full", O_WRONLY);
    ck_assert_int_ge(fd, 0);
    struct sound *s = sound_wav(fd, complain);
    ck_assert_uint_eq(card.complaints, 1);
    ck_assert_str_eq(card.complaint, "note: no sound: the WAV file: No space left on device");
    sound_play(s, 0, wave, 10);
    ck_assert_uint_eq(card.complaints, 1);
    sound_close(s);
}
END_TEST

/* --- Pictures --- */

static const uint8_t pixels[] = {/* blue, green, red, nothing */
                                 1, 2, 3, 0xff, 4, 5, 6, 0, 7, 8, 9, 0xff, 10, 11, 12, 0, 13, 14, 15, 0, 16, 17, 18, 0};
static const uint8_t rgb[] = {3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10, 15, 14, 13, 18, 17, 16};

START_TEST(a_ppm_has_its_head_and_three_bytes_a_pixel)
{
    struct buf out = {0};
    struct error err;
    ck_assert(picture_encode(&out, "a.ppm", false, 3, 2, pixels, &err));
    ck_assert_uint_eq(out.len, 11 + 18);
    ck_assert_mem_eq(out.data, "P6\n3 2\n255\n", 11);
    ck_assert_mem_eq(out.data + 11, rgb, 18);
    buf_free(&out);
}
END_TEST

START_TEST(a_name_decides_for_png)
{
    ck_assert(picture_is_png("a.png"));
    ck_assert(picture_is_png(".png"));
    ck_assert(picture_is_png("a.PnG"));
    ck_assert(!picture_is_png("png"));
    ck_assert(!picture_is_png("a.png2"));
    ck_assert(!picture_is_png("apng"));
    ck_assert(!picture_is_png(""));
}
END_TEST

/* PNG specification 9.2: what a line's filter takes a byte for, by those at the left, above and at both. */
static int guess(unsigned filter, int left, int above, int corner)
{
    int p = left + above - corner, pa = abs(p - left), pb = abs(p - above), pc = abs(p - corner);
    switch (filter) {
    case 0: return 0;
    case 1: return left;
    case 2: return above;
    case 3: return (left + above) / 2;
    default: return pa <= pb && pa <= pc ? left : pb <= pc ? above : corner;
    }
}

/* PNG specification: signature, IHDR of 13 bytes, IDAT with a filter byte before each line, IEND; big-endian. */
static void png_is_right(const struct buf *out)
{
    uint8_t lines[64];
    uLongf n = sizeof lines;
    ck_assert_uint_gt(out->len, 57);
    ck_assert_mem_eq(out->data, "\211PNG\r\n\032\n\0\0\0\015IHDR\0\0\0\3\0\0\0\2\10\2\0\0\0", 29);
    size_t at = 8, got = 0;
    for (; at + 12 <= out->len; at += 12 + (size_t)out->data[at + 3] + 256u * out->data[at + 2]) {
        const uint8_t *p = out->data + at;
        unsigned len = p[3] + 256u * p[2];
        ck_assert_uint_eq(p[0] + p[1], 0);
        uint32_t sum = (uint32_t)crc32(0, p + 4, len + 4);
        ck_assert_uint_eq(sum, (uint32_t)p[8 + len] << 24 | (uint32_t)p[9 + len] << 16 | (uint32_t)p[10 + len] << 8 |
                                   p[11 + len]);
        if (!memcmp(p + 4, "IDAT", 4)) {
            ck_assert_int_eq(uncompress(lines, &n, p + 8, len), Z_OK);
            got++;
        }
        if (!memcmp(p + 4, "IEND", 4))
            got += 10;
    }
    ck_assert_uint_eq(at, out->len);
    ck_assert_uint_eq(got, 11);
    ck_assert_uint_eq(n, 20);
    static const uint8_t nothing[10];
    for (unsigned y = 0; y < 2; y++) {
        uint8_t *l = lines + 10 * y;
        const uint8_t *above = y ? lines : nothing;
        ck_assert_uint_le(l[0], 4);
        for (unsigned x = 1; x < 10; x++)
            l[x] = (uint8_t)(l[x] + guess(l[0], x > 3 ? l[x - 3] : 0, above[x], x > 3 ? above[x - 3] : 0));
        ck_assert_mem_eq(l + 1, rgb + 9 * y, 9);
    }
}

START_TEST(a_png_has_the_pictures_pixels)
{
    struct buf out = {0};
    struct error err = {""};
    bool good = picture_encode(&out, "a.png", false, 3, 2, pixels, &err);
    ck_assert_int_eq(good, picture_has_png());
#ifdef HAVE_PNG
    png_is_right(&out);
    buf_free(&out);
    ck_assert(picture_encode(&out, "a.ppm", true, 3, 2, pixels, &err)); /* asked for */
    png_is_right(&out);
#else
    (void)png_is_right;
    ck_assert_str_eq(err.text, "a.png: this build writes no PNG (libpng is missing); write a PPM");
#endif
    buf_free(&out);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("media");
    TCase *t = tcase_create("media");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, the_card_opens_with_the_first_sound_and_40_ms_of_silence);
    tcase_add_test(t, a_queue_that_grows_is_thinned_out_and_cut);
    tcase_add_test(t, a_card_that_is_missing_is_said_once);
    tcase_add_test(t, a_wav_file_has_samples_at_their_places_from_the_first_one_on);
    tcase_add_test(t, a_wav_file_stays_within_its_bounds);
    tcase_add_test(t, a_wav_file_without_room_is_said_once);
    tcase_add_test(t, a_ppm_has_its_head_and_three_bytes_a_pixel);
    tcase_add_test(t, a_name_decides_for_png);
    tcase_add_test(t, a_png_has_the_pictures_pixels);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
