/* SPDX-License-Identifier: MIT */
/*
 * BIOS data area (0040:0000) and extended BIOS data area.
 *
 * IBM PC/AT technical reference (March 1986), section 5 "BIOS, ROM data areas"; IBM PS/2 and PC BIOS
 * interface technical reference, section 3 (EBDA pointing-device fields); Phoenix EDD 3.0 for 40:75.
 * Both lie outside the data segment: their fields are read and written by name through bda_get() and the like.
 */
#ifndef BIOS_BDA_H
#define BIOS_BDA_H

#include <stddef.h>
#include <stdint.h>

#include "io.h"

struct bda {
    uint16_t com[4];          /* 00 */
    uint16_t lpt[3];          /* 08 */
    uint16_t ebda_seg;        /* 0E */
    uint16_t equipment;       /* 10 */
    uint8_t post_status;      /* 12 */
    uint16_t base_kb;         /* 13 */
    uint8_t rsvd15[2];        /* 15 */
    uint8_t kbd_flags0;       /* 17 */
    uint8_t kbd_flags1;       /* 18 */
    uint8_t kbd_alt_num;      /* 19 */
    uint16_t kbd_head;        /* 1A */
    uint16_t kbd_tail;        /* 1C */
    uint16_t kbd_buf[16];     /* 1E */
    uint8_t fd_recal;         /* 3E */
    uint8_t fd_motor;         /* 3F */
    uint8_t fd_motor_ticks;   /* 40 */
    uint8_t fd_status;        /* 41 */
    uint8_t fd_result[7];     /* 42 */
    uint8_t video_mode;       /* 49 */
    uint16_t video_cols;      /* 4A */
    uint8_t video_rest[0x1b]; /* 4C */
    uint32_t video_rom_entry; /* 67: return address of a reset with shutdown code 5, 9 or Ah */
    uint8_t last_int;         /* 6B */
    uint32_t ticks;           /* 6C */
    uint8_t midnight;         /* 70 */
    uint8_t brk;              /* 71 */
    uint16_t reset_flag;      /* 72 */
    uint8_t hd_status;        /* 74 */
    uint8_t hd_count;         /* 75 */
    uint8_t hd_ctl;           /* 76 */
    uint8_t hd_port;          /* 77 */
    uint8_t lpt_timeout[4];   /* 78 */
    uint8_t com_timeout[4];   /* 7C */
    uint16_t kbd_start;       /* 80 */
    uint16_t kbd_end;         /* 82 */
    uint8_t video_rows;       /* 84 */
    uint8_t video_ega[6];     /* 85 */
    uint8_t fd_rate;          /* 8B */
    uint8_t hd_ctl_status;    /* 8C */
    uint8_t hd_ctl_error;     /* 8D */
    uint8_t hd_int_flag;      /* 8E */
    uint8_t fd_info;          /* 8F */
    uint8_t fd_media[4];      /* 90 */
    uint8_t fd_track[2];      /* 94 */
    uint8_t kbd_flags2;       /* 96 */
    uint8_t kbd_leds;         /* 97 */
    uint32_t wait_flag_ptr;   /* 98 */
    uint32_t wait_us;         /* 9C */
    uint8_t wait_active;      /* A0 */
    uint8_t rsvda1[0x5f];
} __attribute__((packed));

_Static_assert(offsetof(struct bda, fd_recal) == 0x3e, "BDA");
_Static_assert(offsetof(struct bda, video_rom_entry) == 0x67, "BDA");
_Static_assert(offsetof(struct bda, ticks) == 0x6c, "BDA");
_Static_assert(offsetof(struct bda, kbd_start) == 0x80, "BDA");
_Static_assert(offsetof(struct bda, kbd_flags2) == 0x96, "BDA");
_Static_assert(offsetof(struct bda, wait_active) == 0xa0, "BDA");
_Static_assert(sizeof(struct bda) == 0x100, "BDA");

/* A field's value; `f` may have an index. */
#define bda_get(f) \
    ((__typeof__(((struct bda *)0)->f))far_get(0x40, offsetof(struct bda, f), sizeof(((struct bda *)0)->f)))
#define bda_set(f, v)   far_set(0x40, offsetof(struct bda, f), sizeof(((struct bda *)0)->f), (v))
#define bda_or(f, v)    bda_set(f, bda_get(f) | (v))
#define bda_clear(f, v) bda_set(f, bda_get(f) & ~(v))

/* The EBDA: 1 KiB, as a PS/2 has it. It is where 40:0E says, for programs move it. */
struct ebda {
    uint8_t size_kb; /* 00 */
    uint8_t rsvd1[0x21];
    uint16_t mouse_off;    /* 22 */
    uint16_t mouse_seg;    /* 24 */
    uint8_t mouse_flags1;  /* 26: 7 command in progress, 2:0 index of next byte */
    uint8_t mouse_flags2;  /* 27: 7 handler installed, 2:0 package size - 1 */
    uint8_t mouse_data[8]; /* 28 */
    uint8_t rsvd30[0x10];
} __attribute__((packed));

#define EBDA_KB 1
#define ebda_get(f)                                                                          \
    ((__typeof__(((struct ebda *)0)->f))far_get(bda_get(ebda_seg), offsetof(struct ebda, f), \
                                                sizeof(((struct ebda *)0)->f)))
#define ebda_set(f, v) far_set(bda_get(ebda_seg), offsetof(struct ebda, f), sizeof(((struct ebda *)0)->f), (v))

#define KBD0_RSHIFT 0x01
#define KBD0_LSHIFT 0x02
#define KBD0_CTRL   0x04
#define KBD0_ALT    0x08
#define KBD0_SCROLL 0x10
#define KBD0_NUM    0x20
#define KBD0_CAPS   0x40
#define KBD0_INS    0x80

#define KBD1_LCTRL  0x01
#define KBD1_LALT   0x02
#define KBD1_SYSREQ 0x04
#define KBD1_PAUSE  0x08
#define KBD1_SCROLL 0x10
#define KBD1_NUM    0x20
#define KBD1_CAPS   0x40
#define KBD1_INS    0x80

#define KBD2_E1    0x01
#define KBD2_E0    0x02
#define KBD2_RCTRL 0x04
#define KBD2_RALT  0x08
#define KBD2_101   0x10

#endif
