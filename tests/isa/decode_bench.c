/* SPDX-License-Identifier: MIT */
/* How long decoding takes, in nanoseconds an instruction: over this program's own code, and over
 * random instructions. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "isa/forms.h"
#include "isa/insn.h"

enum { SIZE = 1 << 16, ROUNDS = 40 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void measure(const char *what, const uint8_t *code, unsigned bits)
{
    unsigned long n = 0, undefined = 0;
    double start = now();
    for (unsigned k = 0; k < ROUNDS; k++)
        for (size_t at = 0; at < SIZE;) {
            struct insn in;
            if (isa_decode(code + at, SIZE + 16 - at, (struct decode_mode){(uint8_t)bits}, &in) != DECODE_OK) {
                at++;
                continue;
            }
            at += in.len;
            undefined += in.form == FORM_UD;
            n++;
        }
    double ns = now() - start;
    printf("%-24s %6.1f ns an instruction (%lu decoded, %.1f bytes each, %.0f %% undefined)\n", what, ns / (double)n, n,
           (double)SIZE * ROUNDS / (double)n, 100.0 * (double)undefined / (double)n);
}

int main(int argc, char **argv)
{
    static uint8_t code[SIZE + 16];
    uint64_t seed = 0x2545f4914f6cdd1d;
    for (size_t k = 0; k < sizeof code; k++) {
        seed = seed * 6364136223846793005 + 1442695040888963407;
        code[k] = (uint8_t)(seed >> 56);
    }
    measure("random bytes, 16 bits", code, 16);
    measure("random bytes, 32 bits", code, 32);
    measure("random bytes, 64 bits", code, 64);
    FILE *f = fopen(argc > 1 ? argv[1] : "/proc/self/exe", "rb");
    if (!f)
        return 1;
    bool ok = fseek(f, argc > 2 ? atol(argv[2]) : 0x1000, SEEK_SET) == 0 && fread(code, 1, sizeof code, f) > 0;
    fclose(f);
    if (!ok)
        return 1;
    measure("a program's code", code, 64);
    return 0;
}
