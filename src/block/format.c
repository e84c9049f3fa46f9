/* SPDX-License-Identifier: MIT */
/* Heads of image formats that are not raw. */
#include "block/block.h"

#include <string.h>

#include "base/bits.h"

const char *block_format(const void *head, size_t len)
{
    static const struct {
        const char *magic;
        unsigned len, at;
        const char *name;
    } format[] = {
        {"QFI\xfb", 4, 0, "qcow2"},
        {"KDMV", 4, 0, "VMDK"},
        {"COWD", 4, 0, "VMDK"},
        {"vhdxfile", 8, 0, "VHDX"},
        {"conectix", 8, 0, "VHD"},
        {"QED\0", 4, 0, "QED"},
        {"\x7f\x10\xda\xbe", 4, 64, "VDI"},
        {"\x1f\x8b\x08", 3, 0, "gzip"},
        {"\xfd"
         "7zXZ",
         5, 0, "xz"},
        {"\x28\xb5\x2f\xfd", 4, 0, "zstd"},
    };
    for (size_t i = 0; i < ARRAY_LEN(format); i++)
        if (format[i].at + format[i].len <= len &&
            !memcmp((const char *)head + format[i].at, format[i].magic, format[i].len))
            return format[i].name;
    return NULL;
}
