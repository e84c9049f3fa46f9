/* SPDX-License-Identifier: MIT */
/*
 * A CD-ROM sector of mode 1 around its user data: sync, header, EDC and ECC. ECMA-130 (2nd edition)
 * 14 and annex A.
 */
#include "base/bits.h"
#include "devices/disk/atapi.h"

enum { HEADER = 12, USER = 16, EDC = 2064, ECC_P = 2076, ECC_Q = 2248, PREGAP = 150, FRAMES = 75 };

static uint8_t bcd(uint32_t v)
{
    return (uint8_t)(v / 10 % 10 << 4 | v % 10);
}

void sector_msf(uint32_t lba, bool as_bcd, uint8_t msf[3])
{
    uint32_t n = lba + PREGAP, part[3] = {n / (60 * FRAMES), n / FRAMES % 60, n % FRAMES};
    for (unsigned i = 0; i < 3; i++)
        msf[i] = as_bcd ? bcd(part[i]) : (uint8_t)part[i];
}

/* EDC: CRC over sync, header and user data with (x^16+x^15+x^2+1)(x^16+x^2+x+1), bits reversed
 * (14.3). */
static uint32_t edc(const uint8_t *p, uint32_t len)
{
    uint32_t crc = 0;
    while (len--) {
        crc ^= *p++;
        for (int i = 0; i < 8; i++)
            crc = crc >> 1 ^ (crc & 1 ? 0xd8018001u : 0);
    }
    return crc;
}

/* Multiplication by the primitive element in GF(2^8) with x^8+x^4+x^3+x^2+1 (annex A). */
static uint8_t times_alpha(uint8_t v)
{
    return (uint8_t)(v << 1 ^ (v & 0x80 ? 0x1d : 0));
}

/* v / (alpha + 1), by multiplying with the inverse, F4h. */
static uint8_t over_alpha_plus_1(uint8_t v)
{
    uint8_t product = 0, factor = 0xf4;
    for (; factor; factor >>= 1, v = times_alpha(v))
        if (factor & 1)
            product ^= v;
    return product;
}

/*
 * Parity of `lines` code words with `n` bytes each: line i, byte j of it is data[index(i, j)], and
 * the two parity bytes p0, p1 make sum(v) = 0 and sum(v * alpha^k) = 0 (annex A). The data is the
 * sector without its sync.
 */
static void parity(const uint8_t *data, uint32_t lines, uint32_t n, uint32_t step_line, uint32_t step_byte,
                   uint32_t size, uint8_t *out)
{
    for (uint32_t i = 0; i < lines; i++) {
        uint32_t at = (i >> 1) * step_line + (i & 1);
        uint8_t weighted = 0, sum = 0;
        for (uint32_t j = 0; j < n; j++) {
            weighted = times_alpha(weighted ^ data[at]);
            sum ^= data[at];
            at += step_byte;
            if (at >= size)
                at -= size;
        }
        uint8_t p0 = over_alpha_plus_1(times_alpha(weighted) ^ sum);
        out[i] = p0;
        out[i + lines] = p0 ^ sum;
    }
}

void sector_complete(uint8_t raw[2352], uint32_t lba)
{
    raw[0] = raw[11] = 0;
    memset(raw + 1, 0xff, 10);
    sector_msf(lba, true, raw + HEADER);
    raw[HEADER + 3] = 1;
    st32(raw + EDC, edc(raw, EDC));
    memset(raw + EDC + 4, 0, 8);
    parity(raw + HEADER, 86, 24, 2, 86, 2064, raw + ECC_P);
    parity(raw + HEADER, 52, 43, 86, 88, 2236, raw + ECC_Q);
}
