/* SPDX-License-Identifier: MIT */
/* counter.c: how often this disk was started, kept in the image's last sector. */
#include "demo.h"

struct counter {
    char magic[12];
    uint32_t boots;
    uint32_t check; /* ~boots */
};

static const char magic[12] = "VITRINEBOOT";

uint32_t counter_sector(void)
{
    return (uint32_t)DEMO_SECTORS - 1;
}

uint32_t counter_advance(bool *kept)
{
    uint8_t sector[512];
    struct counter counter;
    *kept = false;
    if (!disk_read(counter_sector(), sector))
        return 1;
    memcpy(&counter, sector, sizeof counter);
    if (memcmp(counter.magic, magic, sizeof magic) || counter.check != ~counter.boots)
        counter.boots = 0;
    memcpy(counter.magic, magic, sizeof magic);
    counter.boots++;
    counter.check = ~counter.boots;
    memcpy(sector, &counter, sizeof counter);
    *kept = disk_write(counter_sector(), sector);
    return counter.boots;
}
