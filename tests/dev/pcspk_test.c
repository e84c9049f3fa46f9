/* SPDX-License-Identifier: MIT */
/* PC speaker: what the timer and port 61h do to it, as samples. */
#include <math.h>
#include <stdlib.h>

#include "devices/audio/pcspk.h"
#include "devices/misc/port61.h"
#include "tests/dev/rig.h"

#define MS UINT64_C(1000000)
enum { MAX = 48000 };

struct setup {
    struct rig rig;
    struct pcspk *spk;
    struct i8254 *pit;
    struct port61 *p61;
    int16_t sound[MAX];
    uint64_t at;
    size_t n;
};
static struct setup s, t;

static void hear(void *ctx, uint64_t at, const int16_t *samples, size_t n)
{
    struct setup *h = ctx;
    if (h->n)
        ck_assert_uint_eq(at, h->at + h->n);
    else
        h->at = at;
    ck_assert(h->n + n <= MAX);
    memcpy(h->sound + h->n, samples, n * 2);
    h->n += n;
}

static void make(struct setup *h)
{
    memset(h, 0, sizeof *h);
    rig_init(&h->rig);
    h->spk = pcspk_new(&h->rig.bus, "pcspk");
    h->spk->audio = (struct audio){h, hear};
    rig_realize(&h->spk->dev);
    h->pit = i8254_new(&h->rig.bus, "pit");
    h->pit->out[2] = pcspk_input(h->spk, PCSPK_OUT2);
    rig_realize(&h->pit->dev);
    h->p61 = port61_new(&h->rig.bus, "port61");
    h->p61->pit = h->pit;
    h->p61->speaker = pcspk_input(h->spk, PCSPK_DATA);
    rig_realize(&h->p61->dev);
    rig_run(&h->rig, 1000 * MS);
    h->n = 0;
}

static void unmake(struct setup *h)
{
    dev_free(&h->p61->dev);
    dev_free(&h->pit->dev);
    dev_free(&h->spk->dev);
    rig_free(&h->rig);
}

static void setup(void)
{
    make(&s);
}

static void teardown(void)
{
    unmake(&s);
}

static void out(uint16_t port, uint8_t v)
{
    rig_out(&s.rig, port, v);
}

static void count(uint16_t v)
{
    out(0x43, 0xb6);
    out(0x42, (uint8_t)v);
    out(0x42, (uint8_t)(v >> 8));
}

static unsigned rises(const struct setup *h, size_t from, size_t to)
{
    unsigned n = 0;
    for (size_t i = from + 1; i < to; i++)
        n += h->sound[i - 1] < 0 && h->sound[i] >= 0;
    return n;
}

START_TEST(speaker_beeps_with_the_timers_frequency)
{
    count(1193);
    out(0x61, 3);
    rig_run(&s.rig, 600 * MS);
    ck_assert_uint_eq(s.at, 48000);
    ck_assert_uint_ge(s.n, 28000);
    ck_assert_uint_eq(rises(&s, 4800, 28000), 483); /* 23200 samples of a 1000.15 Hz square: 483 or 484 */
    int32_t sum = 0;
    for (size_t i = 4800; i < 4800 + 24000 - 4800; i++)
        sum += s.sound[i];
    ck_assert_int_lt(abs(sum / 19200), 50); /* no constant part */
}
END_TEST

START_TEST(speaker_is_silent_unless_both_bits_are_set)
{
    count(1193);
    out(0x61, 1);
    rig_run(&s.rig, 300 * MS);
    out(0x61, 0);
    rig_run(&s.rig, 300 * MS);
    ck_assert_uint_eq(s.n, 0);
}
END_TEST

START_TEST(speaker_has_no_events_after_the_sound_died_away)
{
    count(1193);
    out(0x61, 3);
    rig_run(&s.rig, 50 * MS);
    out(0x61, 0);
    rig_run(&s.rig, 300 * MS);
    ck_assert(s.n >= 9600 && s.n <= 13000);
    ck_assert_int_lt(abs(s.sound[s.n - 1]), 4);
    ck_assert_uint_eq(clock_next(&s.rig.clock), TIME_NEVER);
}
END_TEST

/* OUT 2 held high by mode 0's end (or a stopped mode 3) and bit 1 toggled. */
START_TEST(speaker_follows_bit_1_toggled_by_a_program)
{
    out(0x43, 0xb6);
    out(0x61, 0); /* GATE low: OUT is high in mode 3 */
    for (unsigned i = 0; i < 400; i++) {
        out(0x61, i & 1 ? 0 : 2);
        rig_run(&s.rig, MS); /* 500 Hz */
    }
    ck_assert_uint_ge(rises(&s, 4800, 14400), 99);
    ck_assert_uint_le(rises(&s, 4800, 14400), 101);
}
END_TEST

/* Pulse width: at 24 kHz, a quarter and then three quarters of the time high, 100 times a second.
 */
START_TEST(speaker_pulses_shorter_than_a_sample_become_their_mean)
{
    out(0x43, 0xb6);
    for (unsigned i = 0; i < 12000; i++) {
        bool loud = i / 120 & 1;
        out(0x61, 2);
        rig_run(&s.rig, loud ? 31250 : 10417);
        out(0x61, 0);
        rig_run(&s.rig, loud ? 10417 : 31250);
    }
    /* the mean over 24 kHz's period goes up and down 100 times a second */
    unsigned n = 0;
    int last = 0;
    for (size_t i = 4800; i + 2 < 19200; i += 2) {
        int v = s.sound[i] + s.sound[i + 1];
        n += last < 0 && v >= 0;
        last = v ? v : last;
    }
    ck_assert_uint_ge(n, 29);
    ck_assert_uint_le(n, 31);
}
END_TEST

/*
 * A model in double precision: each sample the level's mean over 1/48000 s, then a high-pass of 20 Hz whose factor is
 * exp(-2 pi 20 / 48000) in 16 bits. Drawn edges, to the nanosecond; the sound may differ by the rounding.
 */
START_TEST(speaker_samples_follow_the_model)
{
    static double high[MAX]; /* the time in a sample that is high, in samples */
    uint32_t seed = 3;
    uint64_t start = clock_ns(&s.rig.clock), at = start, end = start + 400 * MS;
    struct irq_line out2 = pcspk_input(s.spk, PCSPK_OUT2), data = pcspk_input(s.spk, PCSPK_DATA);
    bool level = false;
    memset(high, 0, sizeof high);
    out(0x43, 0xb0); /* mode 0: the timer's own output does not move */
    irq_set(&out2, 1), irq_set(&data, 0);
    while (at < end) {
        seed = seed * 1664525 + 1013904223;
        uint64_t next = at + ((seed >> 8) % (seed >> 28 & 1 ? 3000000 : 30000)) + 1;
        irq_set(&data, level = !level);
        uint64_t from = (at - start) * 3, to = (next - start) * 3; /* a sample is 62500 thirds of a nanosecond */
        while (level && from < to) {
            uint64_t border = MIN(to, (from / 62500 + 1) * 62500);
            high[from / 62500] += (double)(border - from) / 62500;
            from = border;
        }
        rig_run_to(&s.rig, next);
        at = next;
    }
    rig_run(&s.rig, 20 * MS);
    ck_assert_uint_eq(s.at, 48000);
    ck_assert_uint_ge(s.n, 19000);
    double before = 0, y = 0, factor = floor(65536 * exp(-2 * 3.14159265358979 * 20 / 48000)) / 65536;
    for (unsigned i = 0; i < 19000; i++) {
        double x = high[i] * 16384;
        y = (y + x - before) * factor;
        before = x;
        if (s.sound[i] > y + 3 || s.sound[i] < y - 4)
            ck_abort_msg("sample %u is %d, not %.1f", i, s.sound[i], y);
    }
}
END_TEST

/* 200 ms after the last edge the samples end, in batches of 10 ms; a new edge starts them at their place in time. */
START_TEST(speaker_sounds_for_200_ms_after_an_edge)
{
    struct irq_line out2 = pcspk_input(s.spk, PCSPK_OUT2), data = pcspk_input(s.spk, PCSPK_DATA);
    irq_set(&out2, 1), irq_set(&data, 0);
    for (unsigned i = 0; i < 6; i++) {
        s.n = 0;
        uint64_t start = clock_ns(&s.rig.clock);
        irq_set(&data, !(i & 1));
        ck_assert_uint_eq(clock_next(&s.rig.clock), start + 10 * MS);
        irq_set(&data, !(i & 1)); /* no edge */
        rig_run(&s.rig, 200 * MS - 1);
        ck_assert_uint_ne(clock_next(&s.rig.clock), TIME_NEVER);
        rig_run(&s.rig, 1);
        ck_assert_uint_eq(clock_next(&s.rig.clock), TIME_NEVER);
        ck_assert_uint_eq(s.at, start * 3 / 62500);
        ck_assert_uint_ge(s.n, 9599);
        ck_assert_uint_le(s.n, 9601);
        /* The edge's own sample: the part of it that is high, and what was there before as the constant part. */
        double part = (double)(start * 3 % 62500) / 62500, first = (i & 1 ? part - 1 : 1 - part) * 16384 * 0.99738;
        ck_assert_msg(s.sound[0] > first - 3 && s.sound[0] < first + 3, "edge %u: %d, not %.1f", i, s.sound[0], first);
        ck_assert_msg(i & 1 ? s.sound[1] < -16000 : s.sound[1] > 16000, "edge %u: %d", i, s.sound[1]);
        rig_run(&s.rig, 12345678);
    }
}
END_TEST

START_TEST(speaker_loads_are_bounded)
{
    struct pcspk *p = s.spk;
    static const struct {
        uint8_t input, level;
    } c[] = {{0, 0}, {1, 0}, {2, 0}, {3, 1}, {7, 1}, {0xfc, 0}};
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        p->input = c[i].input, p->level = 1 - c[i].level;
        p->dev.cls->post_load(&p->dev);
        ck_assert_uint_eq(p->input, c[i].input & 3);
        ck_assert_uint_eq(p->level, c[i].level);
    }
    p->n = PCSPK_BATCH, p->high = 62501;
    p->dev.cls->post_load(&p->dev);
    ck_assert_uint_eq(p->n, PCSPK_BATCH - 1);
    ck_assert_uint_eq(p->high, 62500);
    p->active = 1; /* without its timer nobody would end it */
    p->dev.cls->post_load(&p->dev);
    ck_assert_uint_eq(p->active, 0);
    timer_set(&p->flush, clock_ns(&s.rig.clock) + MS);
    uint64_t now3 = clock_ns(&s.rig.clock) * 3;
    for (unsigned late = 0; late < 2; late++) { /* a second of samples may be missing, not more */
        p->active = 1, p->done = now3 - UINT64_C(62500) * 48000 - late;
        p->dev.cls->post_load(&p->dev);
        ck_assert_uint_eq(p->active, !late);
    }
    timer_cancel(&p->flush);
    struct buf text = {0};
    p->input = 1, p->active = 0;
    p->dev.cls->print(&p->dev, &text);
    p->input = 2, p->active = 1;
    p->dev.cls->print(&p->dev, &text);
    buf_add8(&text, 0);
    ck_assert_str_eq((char *)text.data, "pcspk: OUT 2 high, data off, silent\npcspk: OUT 2 low, data on, sounding\n");
    buf_free(&text);
}
END_TEST

START_TEST(speaker_state_round_trip_goes_on_with_the_same_samples)
{
    count(2000);
    out(0x61, 3);
    rig_run(&s.rig, 33 * MS + 333);
    make(&t);
    rig_same_time(&s.rig, &t.rig);
    rig_copy_state(&s.spk->dev, &t.spk->dev);
    rig_copy_state(&s.pit->dev, &t.pit->dev);
    rig_copy_state(&s.p61->dev, &t.p61->dev);
    size_t before = s.n;
    rig_run(&s.rig, 100 * MS);
    rig_run(&t.rig, 100 * MS);
    ck_assert_uint_eq(t.n, s.n - before);
    ck_assert_uint_eq(t.at, s.at + before);
    ck_assert_mem_eq(t.sound, s.sound + before, t.n * 2);
    unmake(&t);
}
END_TEST

TCase *pcspk_tests(void)
{
    TCase *c = tcase_create("pcspk");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, speaker_beeps_with_the_timers_frequency);
    tcase_add_test(c, speaker_is_silent_unless_both_bits_are_set);
    tcase_add_test(c, speaker_has_no_events_after_the_sound_died_away);
    tcase_add_test(c, speaker_follows_bit_1_toggled_by_a_program);
    tcase_add_test(c, speaker_pulses_shorter_than_a_sample_become_their_mean);
    tcase_add_test(c, speaker_samples_follow_the_model);
    tcase_add_test(c, speaker_sounds_for_200_ms_after_an_edge);
    tcase_add_test(c, speaker_loads_are_bounded);
    tcase_add_test(c, speaker_state_round_trip_goes_on_with_the_same_samples);
    return c;
}
