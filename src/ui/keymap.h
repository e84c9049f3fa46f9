/* SPDX-License-Identifier: MIT */
/* SDL's scan codes (USB usages, by place and not by label) as the numbers of bus/input.h. */
#ifndef VITRINE_UI_KEYMAP_H
#define VITRINE_UI_KEYMAP_H

#include <stdint.h>

/* 0: a key that a PC keyboard does not have. */
uint8_t keymap_qnum(unsigned sdl_scancode);

#endif
