/* SPDX-License-Identifier: MIT */
/* IBM's code page 437, the characters of a PC's text screen, as Unicode (IBM CDRA, code page 437; codes
 * below 32 and 127 as the character generator draws them). */
#ifndef VITRINE_BASE_CP437_H
#define VITRINE_BASE_CP437_H

#include <stdint.h>

uint16_t cp437_unicode(uint8_t code); /* 0 and 255 are blanks */

#endif
