/* SPDX-License-Identifier: MIT */
/*
 * The fw_cfg device (selector 510h, data 511h): the list of named files, and loading one.
 * Specification: "QEMU Firmware Configuration (fw_cfg) Device". Without its signature there is none.
 */
#include "bios.h"

#define SELECTOR      0x510
#define DATA          0x511
#define KEY_SIGNATURE 0x0000
#define KEY_FILE_DIR  0x0019

static int present;

int fwcfg_init(void)
{
    char sig[4];
    outw(SELECTOR, KEY_SIGNATURE);
    insb(DATA, sig, 4);
    present = memcmp(sig, "QEMU", 4) == 0;
    return present;
}

int fwcfg_there(void)
{
    return present;
}

/* Walks the directory; *pos starts at 0. Numbers come in host order, the name ends with a 0. */
int fwcfg_next_file(uint32_t *pos, struct fwcfg_file *f)
{
    uint32_t count;
    if (!present)
        return 0;
    outw(SELECTOR, KEY_FILE_DIR);
    insb(DATA, &count, 4);
    if (*pos >= be32(count))
        return 0;
    for (uint32_t i = 0; i <= *pos; i++)
        insb(DATA, f, sizeof *f);
    f->size = be32(f->size);
    f->select = be16(f->select);
    f->name[sizeof f->name - 1] = 0;
    ++*pos;
    return 1;
}

void fwcfg_load(const struct fwcfg_file *f, uint16_t seg)
{
    uint32_t left = f->size;
    outw(SELECTOR, f->select);
    for (; left; seg += 0x800) {
        uint32_t n = left > 0x8000 ? 0x8000 : left;
        insb_far(DATA, seg, 0, n);
        left -= n;
    }
}

int fwcfg_find(const char *name, struct fwcfg_file *f)
{
    uint32_t pos = 0, n = strlen(name);
    while (fwcfg_next_file(&pos, f))
        if (strlen(f->name) == n && memcmp(f->name, name, n) == 0)
            return 1;
    return 0;
}

void fwcfg_select(uint16_t key)
{
    outw(SELECTOR, key);
}

uint8_t fwcfg_byte(void)
{
    return inb(DATA);
}

int fwcfg_read(uint16_t key, void *to, uint32_t n)
{
    if (!present)
        return 0;
    outw(SELECTOR, key);
    insb(DATA, to, n);
    return 1;
}
