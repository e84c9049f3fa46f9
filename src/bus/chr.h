/* SPDX-License-Identifier: MIT */
/* A character stream: a UART, port E9h, a console. */
#ifndef VITRINE_BUS_CHR_H
#define VITRINE_BUS_CHR_H

#include <stddef.h>
#include <stdint.h>

struct chr {
    void *ctx;
    /* Output of the device, never blocks it. NULL: dropped. */
    void (*write)(void *ctx, const uint8_t *data, size_t len);
    /* The device has room again for n bytes of input. May be NULL. */
    void (*can_receive)(void *ctx, size_t n);
};

#endif
