/* SPDX-License-Identifier: MIT */
/*
 * mkrom IN OUT: pads an expansion ROM image to 512 bytes, enters its length into the ROM header
 * and the PCI data structure, where there is one (PCI Firmware Specification 3.0, 5.1.2), and makes
 * the byte sum 0.
 */
#include <stdio.h>
#include <string.h>

static unsigned char image[65536];

int main(int argc, char **argv)
{
    FILE *in = argc == 3 ? fopen(argv[1], "rb") : NULL;
    if (!in) {
        fprintf(stderr, "usage: mkrom IN OUT\n");
        return 1;
    }
    size_t n = fread(image, 1, sizeof image - 1, in);
    fclose(in);
    if (n < 64 || n >= sizeof image - 1 || image[0] != 0x55 || image[1] != 0xAA) {
        fprintf(stderr, "mkrom: %s is no ROM image of less than 64 KiB\n", argv[1]);
        return 1;
    }
    size_t pcir = image[0x18] | (size_t)image[0x19] << 8;
    if (pcir && (pcir + 24 > n || memcmp(image + pcir, "PCIR", 4) != 0)) {
        fprintf(stderr, "mkrom: %s has a wrong pointer to its PCI data structure\n", argv[1]);
        return 1;
    }
    size_t len = (n + 1 + 511) / 512 * 512; /* one byte at least for the checksum */
    if (len / 512 > 127)
        len = sizeof image;
    image[2] = (unsigned char)(len / 512);
    if (pcir) {
        image[pcir + 0x10] = (unsigned char)(len / 512);
        image[pcir + 0x11] = 0;
    }
    unsigned char sum = 0;
    for (size_t i = 0; i < len - 1; i++)
        sum = (unsigned char)(sum + image[i]);
    image[len - 1] = (unsigned char)-sum;
    FILE *out = fopen(argv[2], "wb");
    if (!out || fwrite(image, 1, len, out) != len || fclose(out)) {
        fprintf(stderr, "mkrom: cannot write %s\n", argv[2]);
        return 1;
    }
    return 0;
}
