/* SPDX-License-Identifier: MIT */
/* -audiodev, -audio and -machine pcspk-audiodev=: where the PC speaker is heard. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "ctl/options/options_priv.h"

static const char *const drivers[] = {"none", "sdl", "wav"};

/* Keys of QEMU's that choose among what does not matter here. */
static bool harmless(const char *key)
{
    static const char *const keys[] = {"timer-period", "in.", "out.", "model"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (!strncmp(key, keys[i], strlen(keys[i])))
            return true;
    return false;
}

static bool audio_key(struct options *o, const struct keyval *kv, char *driver, size_t room, const char *said,
                      struct error *err)
{
    if (!kv->has_value || !strcmp(kv->key, "driver"))
        return copy_word(driver, room, kv->has_value ? kv->value : kv->key, said, err);
    if (!strcmp(kv->key, "id"))
        return copy_word(o->audio_id, sizeof o->audio_id, kv->value, said, err);
    if (!strcmp(kv->key, "path")) {
        free(o->audio_path);
        o->audio_path = strdup(kv->value);
        return o->audio_path || error_set(err, "out of memory");
    }
    return harmless(kv->key) ||
           error_set(err, "%s: '%s' is not supported; there are driver=, id= and path=", said, kv->key);
}

static bool take(struct options *o, const char *said, const char *arg, struct error *err)
{
    char driver[16] = "";
    struct keyval kv;
    if (o->audio_said)
        return error_set(err, "%s: there is one speaker, which can be heard in one place", said);
    o->audio_said = true;
    while (keyval_next(&arg, &kv))
        if (!audio_key(o, &kv, driver, sizeof driver, said, err))
            return false;
    for (size_t i = 0; i < ARRAY_LEN(drivers); i++)
        if (!strcmp(drivers[i], driver)) {
            o->audio = (enum audio_kind)i;
            return true;
        }
    return error_set(err, "%s %s: there are sdl, wav and none", said, driver);
}

bool take_audiodev(struct options *o, const char *arg, struct error *err)
{
    return take(o, "-audiodev", arg, err);
}

bool take_audio(struct options *o, const char *arg, struct error *err)
{
    return take(o, "-audio", arg, err);
}

bool audio_complete(struct options *o, struct error *err)
{
    if (!o->audio_said)
        o->audio = o->display == DISPLAY_SDL ? AUDIO_SDL : AUDIO_NONE;
    if (o->speaker_id[0] && strcmp(o->speaker_id, o->audio_id))
        return error_set(err, "-machine pcspk-audiodev=%s: there is no such -audiodev; say -audiodev sdl,id=%s",
                         o->speaker_id, o->speaker_id);
    if (o->audio == AUDIO_WAV && !o->audio_path)
        o->audio_path = strdup("vitrine.wav");
    return true;
}
