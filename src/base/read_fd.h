/* SPDX-License-Identifier: MIT */
/* Reads what somebody else has opened. */
#ifndef VITRINE_BASE_READ_FD_H
#define VITRINE_BASE_READ_FD_H

#include "base/buf.h"
#include "base/error.h"

/* Adds the first `bytes` bytes of an open file to *out. False with *err where it is shorter or cannot be read. */
bool read_fd(int fd, uint64_t bytes, struct buf *out, struct error *err);

#endif
