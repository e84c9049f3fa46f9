/* SPDX-License-Identifier: MIT */
/* bios.c: what the guest asks of the BIOS: memory map, VBE, text modes, the font, the disk. */
#include "demo.h"

#define CARRY            1
#define SEGMENT(address) ((uint16_t)((address) >> 4))
#define FAR(pointer)     (((pointer) >> 16 << 4) + ((pointer)&0xffff))

/* The 8259s must point at the BIOS's vectors while its code runs with interrupts on. */
bool bios_int(unsigned vector, struct bios_regs *regs)
{
    __asm__ volatile("cli");
    pic_for_bios(true);
    bios_thunk(regs, vector);
    pic_for_bios(false);
    __asm__ volatile("sti");
    return !(regs->flags & CARRY);
}

size_t bios_memory_map(struct memory_range *ranges, size_t count)
{
    struct {
        uint64_t base, length;
        uint32_t type;
    } __attribute__((packed)) *entry = (void *)LOW_BUFFER;
    uint32_t next = 0;
    size_t n = 0;
    while (n < count) {
        struct bios_regs regs = {.eax = 0xe820, .ebx = next, .ecx = 20, .edx = 0x534d4150, .es = SEGMENT(LOW_BUFFER)};
        if (!bios_int(0x15, &regs) || regs.eax != 0x534d4150)
            break;
        ranges[n++] = (struct memory_range){entry->base, entry->length, entry->type};
        next = regs.ebx;
        if (!next)
            break;
    }
    return n;
}

uint32_t memory_kib(void)
{
    struct memory_range ranges[16];
    size_t n = bios_memory_map(ranges, ARRAY_SIZE(ranges));
    for (size_t i = 0; i < n; i++)
        if (ranges[i].base == 0x100000 && ranges[i].type == 1)
            return (uint32_t)(ranges[i].length >> 10);
    struct bios_regs regs = {.eax = 0x8800};
    return bios_int(0x15, &regs) ? regs.eax & 0xffff : 0;
}

/* VBE 3.0, 4.3 and 4.4: function 00h lists modes, 01h describes one. */
static bool mode_info(unsigned number, struct video_mode *mode)
{
    const uint8_t *info = (const uint8_t *)(LOW_BUFFER + 0x400);
    memset((void *)(LOW_BUFFER + 0x400), 0, 256);
    struct bios_regs regs = {.eax = 0x4f01, .ecx = number, .es = SEGMENT(LOW_BUFFER + 0x400)};
    bios_int(0x10, &regs);
    if ((regs.eax & 0xffff) != 0x004f)
        return false;
    uint16_t attributes, width, height, pitch;
    memcpy(&attributes, info, 2);
    memcpy(&pitch, info + 16, 2);
    memcpy(&width, info + 18, 2);
    memcpy(&height, info + 20, 2);
    mode->number = number;
    mode->width = width;
    mode->height = height;
    mode->pitch = pitch;
    mode->bits = info[25];
    memcpy(&mode->lfb, info + 40, 4);
    return (attributes & 0x91) == 0x91 && mode->lfb; /* supported, graphics, linear */
}

bool video_find(unsigned width, unsigned height, struct video_mode *mode)
{
    uint8_t *info = (uint8_t *)LOW_BUFFER;
    uint16_t numbers[128];
    *mode = (struct video_mode){0};
    memset(info, 0, 512);
    memcpy(info, "VBE2", 4);
    struct bios_regs regs = {.eax = 0x4f00, .es = SEGMENT(LOW_BUFFER)};
    bios_int(0x10, &regs);
    if ((regs.eax & 0xffff) != 0x004f || memcmp(info, "VESA", 4))
        return false;
    uint16_t version, blocks;
    uint32_t list;
    memcpy(&version, info + 4, 2);
    memcpy(&list, info + 14, 4);
    memcpy(&blocks, info + 18, 2);
    /* The list may lie in the block that the next call overwrites. */
    memcpy(numbers, (const void *)FAR(list), sizeof numbers);
    bool found = false;
    for (unsigned i = 0; i < ARRAY_SIZE(numbers) && numbers[i] != 0xffff && !found; i++)
        found = mode_info(numbers[i], mode) && mode->width == width && mode->height == height && mode->bits == 32;
    if (!found)
        *mode = (struct video_mode){0};
    mode->version = version;
    mode->memory_kib = blocks * 64u;
    return found;
}

bool video_set(unsigned number)
{
    struct bios_regs regs = {.eax = 0x4f02, .ebx = number | 0x4000};
    bios_int(0x10, &regs);
    return (regs.eax & 0xffff) == 0x004f;
}

void video_text(void)
{
    struct bios_regs regs = {.eax = 0x0003};
    bios_int(0x10, &regs);
    regs = (struct bios_regs){.eax = 0x1003}; /* bit 7 is brightness, not blinking */
    bios_int(0x10, &regs);
    regs = (struct bios_regs){.eax = 0x0100, .ecx = 0x2000}; /* no cursor */
    bios_int(0x10, &regs);
}

void video_13h(void)
{
    struct bios_regs regs = {.eax = 0x0013};
    bios_int(0x10, &regs);
}

const uint8_t *video_font(void)
{
    struct bios_regs regs = {.eax = 0x1130, .ebx = 0x0600};
    bios_int(0x10, &regs);
    uint32_t address = ((uint32_t)regs.es << 4) + (regs.ebp & 0xffff);
    if (address < 0xa0000 || address > 0xff000) /* a BIOS without the call leaves ES alone */
        return NULL;
    return (const uint8_t *)address;
}

uint32_t disk_sectors(void)
{
    uint8_t *buffer = (uint8_t *)LOW_BUFFER;
    uint32_t count;
    memset(buffer, 0, 32);
    buffer[0] = 26;
    struct bios_regs regs = {.eax = 0x4800, .edx = boot_drive, .ds = SEGMENT(LOW_BUFFER)};
    if (!bios_int(0x13, &regs))
        return 0;
    memcpy(&count, buffer + 16, 4);
    return count;
}

/* Cylinder, head and sector for a BIOS that has no EDD. */
static bool disk_call_chs(unsigned function, uint32_t sector)
{
    struct bios_regs regs = {.eax = 0x0800, .edx = boot_drive};
    if (!bios_int(0x13, &regs) || !(regs.ecx & 63))
        return false;
    unsigned spt = regs.ecx & 63, heads = (regs.edx >> 8 & 0xff) + 1;
    unsigned cylinder = sector / spt / heads;
    regs = (struct bios_regs){
        .eax = function << 8 | 1,
        .ecx = (cylinder & 0xff) << 8 | (cylinder >> 2 & 0xc0) | (sector % spt + 1),
        .edx = (sector / spt % heads) << 8 | boot_drive,
        .es = SEGMENT(LOW_BUFFER + 0x200),
    };
    return bios_int(0x13, &regs);
}

static bool disk_call(unsigned function, uint32_t sector)
{
    struct bios_regs regs = {.eax = 0x4100, .ebx = 0x55aa, .edx = boot_drive};
    if (!bios_int(0x13, &regs) || (regs.ebx & 0xffff) != 0xaa55 || !(regs.ecx & 1))
        return disk_call_chs(function, sector);
    const uint32_t packet[4] = {1 << 16 | 16, (uint32_t)SEGMENT(LOW_BUFFER + 0x200) << 16, sector, 0};
    memcpy((void *)LOW_BUFFER, packet, sizeof packet);
    regs = (struct bios_regs){.eax = (function | 0x40) << 8, .edx = boot_drive, .ds = SEGMENT(LOW_BUFFER)};
    return bios_int(0x13, &regs);
}

bool disk_read(uint32_t sector, void *data)
{
    if (!disk_call(2, sector))
        return false;
    memcpy(data, (const void *)(LOW_BUFFER + 0x200), 512);
    return true;
}

bool disk_write(uint32_t sector, const void *data)
{
    memcpy((void *)(LOW_BUFFER + 0x200), data, 512);
    return disk_call(3, sector);
}
