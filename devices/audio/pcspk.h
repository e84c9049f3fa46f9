/* SPDX-License-Identifier: MIT */
/*
 * PC speaker: sounds while port 61h lets OUT 2 of the timer through.
 *
 *     struct pcspk *spk = pcspk_new(bus, "pcspk");      // realized before what drives it
 *     spk->audio = back end;
 *     pit->out[2] = pcspk_input(spk, PCSPK_OUT2), p61->speaker = pcspk_input(spk, PCSPK_DATA);
 */
#ifndef VITRINE_DEVICES_PCSPK_H
#define VITRINE_DEVICES_PCSPK_H

#include "bus/audio.h"
#include "bus/dev.h"

enum { PCSPK_OUT2, PCSPK_DATA, PCSPK_BATCH = 480 };

struct pcspk {
    struct dev dev;
    struct audio audio; /* set before dev_realize */

    uint8_t input; /* levels, by bit */
    uint8_t level; /* of the loudspeaker's transistor: both inputs are high */
    uint8_t active;
    uint64_t done;      /* time up to which samples are made, thirds of a ns (62500 make a sample) */
    uint64_t last_edge; /* ns */
    uint32_t high;      /* how much of the current sample the level was high, thirds of a ns */
    int32_t in, out;    /* high-pass filter: last input, last output times 256 */
    uint64_t first;     /* number of batch[0] */
    uint16_t n;
    int16_t batch[PCSPK_BATCH];
    struct timer flush;
};

extern const struct dev_class pcspk_class;

struct pcspk *pcspk_new(struct bus *bus, const char *id);
struct irq_line pcspk_input(struct pcspk *p, int which);

#endif
