/* SPDX-License-Identifier: MIT */
#include "bus/msr.h"

#include <stddef.h>

void msr_claim(struct msr_space *s, struct msr_range *r)
{
    msr_release(s, r);
    r->next = s->claims;
    s->claims = r;
}

void msr_release(struct msr_space *s, struct msr_range *r)
{
    struct msr_range **p = &s->claims;
    while (*p && *p != r)
        p = &(*p)->next;
    if (*p)
        *p = r->next;
}

const struct msr_range *msr_find(const struct msr_space *s, uint32_t index)
{
    const struct msr_range *r = s->claims;
    while (r && index - r->first >= r->count)
        r = r->next;
    return r;
}
