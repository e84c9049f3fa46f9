/* SPDX-License-Identifier: MIT */
/* The terminal that vitrine was started on: raw while a guest's serial port owns it, and always put
 * back. */
#ifndef VITRINE_UI_TERMINAL_H
#define VITRINE_UI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes standard input raw where it is a terminal; keep_signals leaves Ctrl-C, Ctrl-\ and Ctrl-Z to
 * the kernel. */
void terminal_raw(bool keep_signals);
/* Puts it back. Also done at exit and when a signal kills the process. */
void terminal_restore(void);
/* What is written before it is put back, by a signal's handler too; at most 127 bytes. */
void terminal_set_farewell(const char *text);
/* Writes all of it to a descriptor that may be slow or gone. False: gone. */
bool terminal_write(int fd, const uint8_t *data, size_t len);

#endif
