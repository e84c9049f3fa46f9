/* SPDX-License-Identifier: MIT */
/*
 * VESA BIOS Extensions 3.0 (INT 10h AH=4Fh, functions 00h-0Ah) and power management (VBE/PM 1.0, function 10h) on a
 * display with the Bochs VBE registers, whose frame buffer lies at BAR 0 of PCI device 1234:1111.
 *
 * LIMIT: no refresh-rate control (mode bit 11), one window, no hardware triple buffering.
 */
#include "vgabios.h"

struct vbe_mode {
    u16 number, width, height;
    u8 bpp;
};

/* QUIRK: programs copy the list to 47 words, as many as cards had (tests/vga): a mode with a twin is not in it. */
static u8 listed(u16 number, u8 bpp)
{
    return number < 0x140 || bpp == 32 || number == 0x14A || number == 0x151;
}

/* 100h-11Bh are VESA's numbers; the rest follows what other BIOSes for this display use. */
ROMDATA struct vbe_mode vbe_modes[] = {
    {0x100, 640, 400, 8},    {0x101, 640, 480, 8},    {0x102, 800, 600, 4},    {0x103, 800, 600, 8},
    {0x104, 1024, 768, 4},   {0x105, 1024, 768, 8},   {0x106, 1280, 1024, 4},  {0x107, 1280, 1024, 8},
    {0x10D, 320, 200, 15},   {0x10E, 320, 200, 16},   {0x10F, 320, 200, 24},   {0x110, 640, 480, 15},
    {0x111, 640, 480, 16},   {0x112, 640, 480, 24},   {0x113, 800, 600, 15},   {0x114, 800, 600, 16},
    {0x115, 800, 600, 24},   {0x116, 1024, 768, 15},  {0x117, 1024, 768, 16},  {0x118, 1024, 768, 24},
    {0x119, 1280, 1024, 15}, {0x11A, 1280, 1024, 16}, {0x11B, 1280, 1024, 24}, {0x11C, 1600, 1200, 8},
    {0x11D, 1600, 1200, 15}, {0x11E, 1600, 1200, 16}, {0x11F, 1600, 1200, 24}, {0x140, 320, 200, 32},
    {0x141, 640, 400, 32},   {0x142, 640, 480, 32},   {0x143, 800, 600, 32},   {0x144, 1024, 768, 32},
    {0x145, 1280, 1024, 32}, {0x146, 320, 200, 8},    {0x147, 1600, 1200, 32}, {0x148, 1152, 864, 8},
    {0x149, 1152, 864, 15},  {0x14A, 1152, 864, 16},  {0x14B, 1152, 864, 24},  {0x14C, 1152, 864, 32},
    {0x150, 640, 400, 15},   {0x151, 640, 400, 16},   {0x152, 640, 400, 24},   {0x175, 1280, 768, 16},
    {0x176, 1280, 768, 24},  {0x177, 1280, 768, 32},  {0x178, 1280, 800, 16},  {0x179, 1280, 800, 24},
    {0x17A, 1280, 800, 32},  {0x17B, 1280, 960, 16},  {0x17C, 1280, 960, 24},  {0x17D, 1280, 960, 32},
    {0x17E, 1440, 900, 16},  {0x17F, 1440, 900, 24},  {0x180, 1440, 900, 32},  {0x181, 1400, 1050, 16},
    {0x182, 1400, 1050, 24}, {0x183, 1400, 1050, 32}, {0x184, 1680, 1050, 16}, {0x185, 1680, 1050, 24},
    {0x186, 1680, 1050, 32}, {0x187, 1920, 1200, 16}, {0x188, 1920, 1200, 24}, {0x189, 1920, 1200, 32},
    {0x18D, 1280, 720, 16},  {0x18E, 1280, 720, 24},  {0x18F, 1280, 720, 32},  {0x190, 1920, 1080, 16},
    {0x191, 1920, 1080, 24}, {0x192, 1920, 1080, 32}, {0x193, 1920, 1200, 8},  {0x194, 1280, 800, 8},
};
enum { MODES = sizeof vbe_modes / sizeof vbe_modes[0] };

/* ---- the display: memory size, address of its frame buffer ---- */

static u32 memory_64k(void)
{
    u16 n = dispi_r(DISPI_MEMORY_64K);
    return n ? n : 16;
}

static u32 pci_read(u16 bdf, u8 reg)
{
    outl(0xCF8, 0x80000000u | (u32)bdf << 8 | reg);
    return inl(0xCFC);
}

/* BAR 0; the ROM's note of where POST found us, else a look at every device of bus 0. */
static u32 lfb_address(void)
{
    u32 saved = inl(0xCF8), addr = 0;
    u16 bdf = rom_bdf;
    if (bdf == 0xFFFF || pci_read(bdf, 0) != 0x11111234) {
        for (bdf = 0; bdf < 0x100; bdf += 8)
            if (pci_read(bdf, 0) == 0x11111234)
                break;
    }
    if (bdf != 0x100)
        addr = pci_read(bdf, 0x10) & ~15u;
    outl(0xCF8, saved);
    return addr;
}

static u16 line_bytes(u8 bpp, u16 width)
{
    return bpp == 4 ? width >> 3 : width * ((bpp + 7) >> 3);
}

/* Bytes of memory that a mode takes: all four planes count. */
static u32 mode_bytes(ROM struct vbe_mode *m)
{
    return (u32)line_bytes(m->bpp, m->width) * m->height * (m->bpp == 4 ? 4 : 1);
}

static ROM struct vbe_mode *vbe_find(u16 number)
{
    for (u16 i = 0; i < MODES; i++)
        if (vbe_modes[i].number == number)
            return mode_bytes(&vbe_modes[i]) <= memory_64k() << 16 ? &vbe_modes[i] : 0;
    return 0;
}

/* ---- 4F00h ---- */

ROMDATA char oem_string[] = "Vitrine VBE";
ROMDATA char vendor_string[] = "Vitrine";
ROMDATA char product_string[] = "Vitrine VGA";
ROMDATA char revision_string[] = "1.0";

static void far_ptr(u16 seg, u16 off, ROM char *s)
{
    wr16(seg, off, (u16)(u32)s);
    wr16(seg, off + 2, rom_seg());
}

/* The mode list goes into the block's reserved part, so that it fits the memory present. */
static u8 controller_info(struct regs *r)
{
    u16 seg = r->es, di = DI(r);
    u8 vbe2 = rd32(seg, di) == 0x32454256; /* "VBE2" */
    fill16(seg, di, 0, vbe2 ? 256 : 128);
    wr32(seg, di, 0x41534556); /* "VESA" */
    wr16(seg, di + 4, 0x0300);
    far_ptr(seg, di + 6, oem_string);
    wr32(seg, di + 10, 1); /* DAC width can be switched */
    wr16(seg, di + 14, di + 34);
    wr16(seg, di + 16, seg);
    wr16(seg, di + 18, memory_64k());
    if (vbe2) {
        wr16(seg, di + 20, 0x0100);
        far_ptr(seg, di + 22, vendor_string);
        far_ptr(seg, di + 26, product_string);
        far_ptr(seg, di + 30, revision_string);
    }
    u16 o = di + 34;
    for (u16 i = 0; i < MODES; i++) {
        if (!listed(vbe_modes[i].number, vbe_modes[i].bpp) || !vbe_find(vbe_modes[i].number))
            continue;
        wr16(seg, o, vbe_modes[i].number);
        o += 2;
    }
    wr16(seg, o, 0xFFFF);
    return 1;
}

/* ---- 4F01h ---- */

struct layout { /* red, green, blue, reserved: size, position */
    u8 v[8];
};
ROMDATA struct layout layouts[4] = {
    {{5, 10, 5, 5, 5, 0, 1, 15}},
    {{5, 11, 6, 5, 5, 0, 0, 0}},
    {{8, 16, 8, 8, 8, 0, 0, 0}},
    {{8, 16, 8, 8, 8, 0, 8, 24}},
};

static u8 mode_info(struct regs *r)
{
    u16 seg = r->es, di = DI(r);
    ROM struct vbe_mode *m = vbe_find(CX(r) & 0x1FF);
    u32 lfb = lfb_address();
    if (!m)
        return 0;
    u8 planar = m->bpp == 4;
    u16 pitch = line_bytes(m->bpp, m->width);
    u32 pages = (memory_64k() << 16) / mode_bytes(m) - 1;
    fill16(seg, di, 0, 128);
    wr16(seg, di, planar || !lfb ? 0x1B | 4 : 0x9B | 4); /* colour graphics, TTY, LFB */
    wr8(seg, di + 2, 7);                                 /* window A: read and write */
    wr16(seg, di + 4, 64);
    wr16(seg, di + 6, 64);
    wr16(seg, di + 8, 0xA000);
    extern ROM u8 window_far[];
    wr16(seg, di + 12, (u16)(u32)window_far);
    wr16(seg, di + 14, rom_seg());
    wr16(seg, di + 16, pitch);
    wr16(seg, di + 18, m->width);
    wr16(seg, di + 20, m->height);
    wr8(seg, di + 22, 8);
    wr8(seg, di + 23, 16);
    wr8(seg, di + 24, planar ? 4 : 1);
    wr8(seg, di + 25, m->bpp);
    wr8(seg, di + 26, 1);
    wr8(seg, di + 27, planar ? 3 : m->bpp == 8 ? 4 : 6);
    wr8(seg, di + 29, pages > 255 ? 255 : (u8)pages);
    wr8(seg, di + 30, 1);
    if (m->bpp > 8) {
        ROM struct layout *l = &layouts[m->bpp == 15 ? 0 : m->bpp == 16 ? 1 : m->bpp == 24 ? 2 : 3];
        for (u8 i = 0; i < 8; i++) {
            wr8(seg, di + 31 + i, l->v[i]);
            wr8(seg, di + 54 + i, l->v[i]); /* VBE 3.0: the same for the linear mode */
        }
        wr8(seg, di + 39, m->bpp == 32 ? 2 : 0); /* the reserved byte may be used */
    }
    wr32(seg, di + 40, planar ? 0 : lfb);
    wr16(seg, di + 50, pitch);
    wr8(seg, di + 52, (u8)(pages > 255 ? 255 : pages));
    wr8(seg, di + 53, (u8)(pages > 255 ? 255 : pages));
    wr32(seg, di + 62, 230000000); /* highest pixel clock */
    return 1;
}

/* ---- 4F02h, 4F03h ---- */

static u8 set_mode(struct regs *r)
{
    u16 want = BX(r), number = want & 0x1FF;
    if (want & 0x0800)
        return 0;
    if (number < 0x100) {
        if (!find_mode(number & 0x7F))
            return 0;
        mode_set(number & 0x7F, want & 0x8000 ? 1 : 0);
        return 1;
    }
    ROM struct vbe_mode *m = vbe_find(number);
    if (!m || (m->bpp == 4 && want & 0x4000))
        return 0;
    /* 12h and 13h leave sequencer, attribute and graphics controller as the mode needs them */
    mode_set(m->bpp == 4 ? 0x12 : 0x13, 1);
    dispi_w(DISPI_XRES, m->width);
    dispi_w(DISPI_YRES, m->height);
    dispi_w(DISPI_BPP, m->bpp);
    dispi_w(DISPI_ENABLE, DISPI_ENABLED | (want & 0x4000 ? DISPI_LFB : 0) | (want & 0x8000 ? DISPI_NOCLEAR : 0));
    mode_bda(0x12, m->width / 8, m->height / 16 - 1, 16, 0);
    u16 seg, off;
    font_builtin(16, &seg, &off);
    wr16(0, 0x43 * 4, off);
    wr16(0, 0x43 * 4 + 2, seg);
    bda16_w(BDA_VBE_MODE, number | (want & 0x4000) | (want & 0x8000));
    bda8_w(BDA_VIDEO_CTL, (bda8(BDA_VIDEO_CTL) & 0x7F) | (want >> 8 & 0x80));
    return 1;
}

static u8 get_mode(struct regs *r)
{
    u16 m = bda16(BDA_VBE_MODE);
    BX(r) = m ? m : bda8(BDA_MODE) | (bda8(BDA_VIDEO_CTL) & 0x80 ? 0x8000 : 0);
    return 1;
}

/* ---- 4F04h-4F09h ---- */

static u8 state(struct regs *r)
{
    u8 what = CL(r) & 15;
    if (DL(r) == 0)
        BX(r) = (state_size(what) + 63) / 64;
    else if (DL(r) == 1)
        state_save(what, r->es, BX(r));
    else if (DL(r) == 2)
        state_restore(what, r->es, BX(r));
    else
        return 0;
    return 1;
}

static u8 window(struct regs *r)
{
    if (BL(r) != 0 || BH(r) > 1)
        return 0;
    if (bda16(BDA_VBE_MODE) & 0x4000)
        return 3; /* invalid in a linear mode */
    if (BH(r) == 1) {
        DX(r) = dispi_r(DISPI_BANK);
        return 1;
    }
    if (DX(r) >= memory_64k())
        return 0;
    dispi_w(DISPI_BANK, DX(r));
    return 1;
}

/* The far call of the mode info block (VBE 3.0, 4F05h): registers as for the interrupt. */
__attribute__((regparm(1))) void window_call(struct regs *r)
{
    if (BH(r) == 0 && BL(r) == 0)
        dispi_w(DISPI_BANK, DX(r));
    else if (BH(r) == 1)
        DX(r) = dispi_r(DISPI_BANK);
}

static u8 line_length(struct regs *r)
{
    u8 bpp = (u8)dispi_r(DISPI_BPP), bytes = (bpp + 7) >> 3, f = BL(r);
    u32 pixels = CX(r), most;
    u32 memory = memory_64k() << 16;
    if (!bda16(BDA_VBE_MODE) || f > 3)
        return 0;
    u16 xres = dispi_r(DISPI_XRES), yres = dispi_r(DISPI_YRES);
    most = bpp == 4 ? memory * 2 / yres : memory / bytes / yres;
    if (most > 0x3FF8)
        most = 0x3FF8;
    if (f == 2)
        pixels = bpp == 4 ? pixels * 8 : (pixels + bytes - 1) / bytes;
    if (f == 0 || f == 2) {
        pixels = (pixels + 7) & ~7u;
        if (pixels < xres)
            pixels = xres;
        if (pixels > most)
            return 2; /* not possible on this hardware */
        dispi_w(DISPI_VIRT_WIDTH, pixels);
    }
    pixels = f == 3 ? most & ~7u : dispi_r(DISPI_VIRT_WIDTH);
    CX(r) = pixels;
    BX(r) = line_bytes(bpp, pixels);
    u32 lines = memory / BX(r) / (bpp == 4 ? 4 : 1);
    DX(r) = lines > 0xFFFF ? 0xFFFF : lines;
    return 1;
}

static u8 display_start(struct regs *r)
{
    u8 f = BL(r) & 0x7F;
    if (!bda16(BDA_VBE_MODE))
        return 0;
    if (f == 1) {
        BX(r) &= 0x00FF;
        CX(r) = dispi_r(DISPI_X_OFFSET);
        DX(r) = dispi_r(DISPI_Y_OFFSET);
        return 1;
    }
    if (f != 0)
        return 0;
    u32 bytes = ((u32)DX(r) + dispi_r(DISPI_YRES)) * line_bytes((u8)dispi_r(DISPI_BPP), dispi_r(DISPI_VIRT_WIDTH));
    if (dispi_r(DISPI_BPP) == 4)
        bytes *= 4;
    if (bytes > memory_64k() << 16)
        return 0;
    if (BL(r) & 0x80) { /* during the vertical retrace */
        u16 status = crtc_port() + 6;
        for (u32 i = 0; i < 200000 && inb(status) & 8; i++)
            ;
        for (u32 i = 0; i < 200000 && !(inb(status) & 8); i++)
            ;
    }
    dispi_w(DISPI_X_OFFSET, CX(r));
    dispi_w(DISPI_Y_OFFSET, DX(r));
    return 1;
}

static u8 dac_width(struct regs *r)
{
    u16 on = dispi_r(DISPI_ENABLE);
    if (dispi_r(DISPI_BPP) != 8 && bda16(BDA_VBE_MODE))
        return 3;
    if (BL(r) > 1)
        return 0;
    if (BL(r) == 0)
        dispi_w(DISPI_ENABLE, (BH(r) >= 8 ? on | DISPI_8BIT_DAC : on & ~DISPI_8BIT_DAC) | DISPI_NOCLEAR);
    BH(r) = dispi_r(DISPI_ENABLE) & DISPI_8BIT_DAC ? 8 : 6;
    return 1;
}

/* Entries are blue, green, red, and a byte for alignment. */
static u8 palette_data(struct regs *r)
{
    u16 o = DI(r), n = CX(r);
    u8 f = BL(r) & 0x7F;
    if (f > 1 || n > 256 || DX(r) > 255)
        return f == 2 || f == 3 ? 2 : 0;
    outb(f == 0 ? DAC_WRITE : DAC_READ, DL(r));
    for (; n; n--, o += 4) {
        for (u8 i = 0; i < 3; i++) {
            if (f == 0)
                outb(DAC_DATA, rd8(r->es, o + 2 - i));
            else
                wr8(r->es, o + 2 - i, inb(DAC_DATA));
        }
        if (f == 1)
            wr8(r->es, o + 3, 0);
    }
    return 1;
}

static u8 protected_mode(struct regs *r)
{
    if (BL(r) != 0)
        return 0;
    r->es = rom_seg();
    DI(r) = (u16)(u32)pm_table;
    CX(r) = (u16)(pm_table_end - pm_table);
    return 1;
}

/* VBE/PM 1.0. The display has no sync signals to stop: all of the states that save power are a dark screen. */
static u8 power(struct regs *r)
{
    u8 state = BH(r);
    switch (BL(r)) {
    case 0:
        BX(r) = 0x0710; /* standby, suspend, off; version 1.0 */
        return 1;
    case 1:
        if (state > 4 || state == 3)
            return 0;
        bda8_w(BDA_POWER, state);
        screen_on(state == 0);
        return 1;
    case 2: BH(r) = bda8(BDA_POWER); return 1;
    default: return 0;
    }
}

void vbe(struct regs *r)
{
    u8 ok;
    if ((dispi_r(DISPI_ID) & 0xFFF0) != 0xB0C0)
        return;
    switch (AL(r)) {
    case 0x00: ok = controller_info(r); break;
    case 0x01: ok = mode_info(r); break;
    case 0x02: ok = set_mode(r); break;
    case 0x03: ok = get_mode(r); break;
    case 0x04: ok = state(r); break;
    case 0x05: ok = window(r); break;
    case 0x06: ok = line_length(r); break;
    case 0x07: ok = display_start(r); break;
    case 0x08: ok = dac_width(r); break;
    case 0x09: ok = palette_data(r); break;
    case 0x0A: ok = protected_mode(r); break;
    case 0x10: ok = power(r); break;
    default: return; /* AL <> 4Fh: not supported */
    }
    /* functions give 0 failed, 1 done, 2 not on this hardware, 3 not in this mode */
    AX(r) = ok == 1 ? 0x004F : ok == 0 ? 0x014F : (u16)(ok << 8 | 0x4F);
}
