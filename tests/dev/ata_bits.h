/* SPDX-License-Identifier: MIT */
/* Bits as ATA-6 and MMC-3 number them, so that no test compares the code with itself. */
#ifndef VITRINE_TESTS_DEV_ATA_BITS_H
#define VITRINE_TESTS_DEV_ATA_BITS_H

/* Status (7.15), error (7.9) and device control (7.8) registers. */
enum { BSY = 0x80, DRDY = 0x40, DF = 0x20, DRQ = 0x08, ERR = 0x01 };
enum { UNC = 0x40, IDNF = 0x10, ABRT = 0x04 };
enum { HOB = 0x80, SRST = 0x04, NIEN = 0x02 };
/* Interrupt reason: command or data, to the host (8.21). */
enum { REASON_CD = 0x01, REASON_IO = 0x02 };
/* Bytes of a packet, of a CD's block. */
enum { PACKET = 12, BLOCK = 2048 };

#endif
