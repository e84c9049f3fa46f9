/* SPDX-License-Identifier: MIT */
/* A viewer (RFC 6143) for vnctest. */
#ifndef VITRINE_TESTS_UI_VNC_VIEWER_H
#define VITRINE_TESTS_UI_VNC_VIEWER_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ENCODING_SIZE = -223, ENCODING_MOTION = -257, ENCODING_KEYS = -258 };

static inline unsigned be16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

struct viewer {
    int fd;
    unsigned w, h;
    uint32_t pixels[100 * 60];
};

int viewer_listen(void); /* the socket that they come to */
int viewer_connect(void);
bool viewer_come(struct viewer *v, bool shared); /* false: the server sends it away */
void viewer_go(struct viewer *v);
bool viewer_take(struct viewer *v, void *to, size_t n); /* false: the server has closed the connection */
void viewer_give(struct viewer *v, const void *bytes, size_t n);
void viewer_encodings(struct viewer *v, const int32_t *e, unsigned n);
void viewer_ask(struct viewer *v, bool incremental);
/* The next update into the pixels: its last rectangle's encoding, with its head in r. */
int32_t viewer_update(struct viewer *v, uint8_t r[12]);

TCase *vnc_process_case(void);

#endif
