/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the VGA BIOS share: how 16-bit code made by a C compiler reaches memory,
 * the ports, the BIOS data area, and the caller's registers.
 *
 * NOTE: the compiler believes in one flat address space. Here DS = SS = the caller's stack,
 * so that pointers to locals work. Constants in the ROM are in the compiler's __seg_fs address space (ROMDATA below),
 * whose prefix the build changes to that of CS; ES is loaded for each access to anything else.
 */
#ifndef VGABIOS_H
#define VGABIOS_H

#include "std/dispi.h"

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

#define ROMDATA static const __seg_fs
#define ROM     const __seg_fs

/* The caller's registers as entry.S pushes them. */
struct regs {
    u32 edi, esi, ebp, esp, ebx, edx, ecx, eax;
    u16 es, ds, ip, cs, flags;
};

#define LO(r) (*(u8 *)&(r))
#define HI(r) (*((u8 *)&(r) + 1))
#define AL(r) LO((r)->eax)
#define AH(r) HI((r)->eax)
#define BL(r) LO((r)->ebx)
#define BH(r) HI((r)->ebx)
#define CL(r) LO((r)->ecx)
#define CH(r) HI((r)->ecx)
#define DL(r) LO((r)->edx)
#define DH(r) HI((r)->edx)
#define X(r)  (*(u16 *)&(r))
#define AX(r) X((r)->eax)
#define BX(r) X((r)->ebx)
#define CX(r) X((r)->ecx)
#define DX(r) X((r)->edx)
#define SI(r) X((r)->esi)
#define DI(r) X((r)->edi)
#define BP(r) X((r)->ebp)

/* ---- memory ---- */

#define FAR_READ(name, type, op)                                                           \
    static inline type name(u16 seg, u16 off)                                              \
    {                                                                                      \
        type v;                                                                            \
        __asm__ volatile("movw %1, %%es\n\t" op " %%es:%a2, %0\n\tpushw %%ss\n\tpopw %%es" \
                         : "=q"(v)                                                         \
                         : "r"(seg), "ri"((u32)off)                                        \
                         : "memory");                                                      \
        return v;                                                                          \
    }
#define FAR_WRITE(name, type, op)                                                          \
    static inline void name(u16 seg, u16 off, type v)                                      \
    {                                                                                      \
        __asm__ volatile("movw %1, %%es\n\t" op " %0, %%es:%a2\n\tpushw %%ss\n\tpopw %%es" \
                         :                                                                 \
                         : "qi"(v), "r"(seg), "ri"((u32)off)                               \
                         : "memory");                                                      \
    }
FAR_READ(rd8, u8, "movb")
FAR_READ(rd16, u16, "movw")
FAR_READ(rd32, u32, "movl")
FAR_WRITE(wr8, u8, "movb")
FAR_WRITE(wr16, u16, "movw")
FAR_WRITE(wr32, u32, "movl")

/* Fill n words; copy n bytes between segments, upwards or (offsets of the last byte) downwards. */
void fill16(u16 seg, u16 off, u16 value, u32 n);
void copy8(u16 dseg, u16 doff, u16 sseg, u16 soff, u32 n);
void copy8_down(u16 dseg, u16 doff, u16 sseg, u16 soff, u32 n);

/* ---- ports ---- */

static inline u8 inb(u16 p)
{
    u8 v;
    __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(p));
    return v;
}
static inline void outb(u16 p, u8 v)
{
    __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(p));
}
static inline u16 inw(u16 p)
{
    u16 v;
    __asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(p));
    return v;
}
static inline void outw(u16 p, u16 v)
{
    __asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(p));
}
static inline u32 inl(u16 p)
{
    u32 v;
    __asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(p));
    return v;
}
static inline void outl(u16 p, u32 v)
{
    __asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(p));
}

enum {
    SEQ = 0x3C4,
    GFX = 0x3CE,
    ATTR = 0x3C0,
    MISC_W = 0x3C2,
    MISC_R = 0x3CC,
    DAC_MASK = 0x3C6,
    DAC_READ = 0x3C7,
    DAC_WRITE = 0x3C8,
    DAC_DATA = 0x3C9,
};

static inline void idx_w(u16 port, u8 i, u8 v)
{
    outw(port, (u16)(v << 8 | i));
}
static inline u8 idx_r(u16 port, u8 i)
{
    outb(port, i);
    return inb(port + 1);
}

static inline u16 dispi_r(u16 i)
{
    outw(DISPI_INDEX, i);
    return inw(DISPI_DATA);
}
static inline void dispi_w(u16 i, u16 v)
{
    outw(DISPI_INDEX, i);
    outw(DISPI_DATA, v);
}

/* ---- BIOS data area, segment 40h ---- */

enum {
    BDA = 0x40,
    BDA_EQUIPMENT = 0x10,
    BDA_MODE = 0x49,
    BDA_COLS = 0x4A,
    BDA_PAGE_SIZE = 0x4C,
    BDA_PAGE_START = 0x4E,
    BDA_CURSOR_POS = 0x50,
    BDA_CURSOR_TYPE = 0x60,
    BDA_PAGE = 0x62,
    BDA_CRTC = 0x63,
    BDA_MSR = 0x65,
    BDA_PAL = 0x66,
    BDA_ROWS = 0x84, /* rows - 1 */
    BDA_CHEIGHT = 0x85,
    BDA_VIDEO_CTL = 0x87,
    BDA_SWITCHES = 0x88,
    BDA_MODESET = 0x89,
    BDA_DCC = 0x8A,
    BDA_SAVEPTR = 0xA8,
    BDA_VBE_MODE = 0xBA, /* ours: the VBE mode that 4F02h set, 0 = none */
    BDA_POWER = 0xBC,    /* ours: the state that 4F10h set */
};
u8 bda8(u16 off);
u16 bda16(u16 off);
void bda8_w(u16 off, u8 v);
void bda16_w(u16 off, u16 v);

enum { MODESET_NOPAL = 0x08, MODESET_GRAY = 0x02, MODESET_400 = 0x10, MODESET_200 = 0x80 };

/* ---- modes ---- */

/* An entry of the video parameter table, as BDA 40:A8 publishes it. */
struct vparam {
    u8 cols, rows1, cheight;
    u16 page_size;
    u8 seq[4];
    u8 misc;
    u8 crtc[25];
    u8 attr[20];
    u8 gfx[9];
} __attribute__((packed));

enum kind { K_TEXT, K_CGA4, K_CGA2, K_PLANAR, K_LINEAR8, K_VBE };
enum dac_set { DAC_MONO, DAC_CGA, DAC_EGA, DAC_256 };

struct vmode {
    u8 mode, kind, param, dac;
    u16 seg; /* where its memory begins */
};

/* What drawing code needs to know of the mode that is on. */
struct screen {
    u8 kind;
    u8 bytes; /* per pixel, for K_VBE */
    u8 bpp;
    u16 pitch; /* bytes a scan line */
    u16 seg;
    u32 start; /* of the active page */
};

extern ROM struct vparam vparams[29];
extern ROM u8 font8x8[], font8x14[], font8x16[], rom_save_table[], rom_functionality[];
extern ROM u8 rom_start[], pm_table[], pm_table_end[];
extern ROM u16 rom_bdf;

u16 rom_seg(void);
u16 crtc_port(void);
ROM struct vmode *find_mode(u8 mode);
void mode_set(u8 mode, u8 noclear);
void mode_bda(u8 mode, u8 cols, u8 rows1, u8 cheight, u16 page_size);
void screen_get(struct screen *s);
void screen_on(u8 on);
void load_dac_set(u8 set);
void gray_sum(u16 first, u16 count);

/* ---- text.c ---- */
void cursor_set_type(u16 cx);
void cursor_set(u8 page, u8 row, u8 col);
void page_set(u8 page);
void scroll(u8 up, u8 lines, u8 attr, u8 top, u8 left, u8 bottom, u8 right);
void tty(u8 page, u8 c, u8 attr, u8 use_attr);
void write_chars(struct regs *r, u8 use_attr);
void read_char(struct regs *r);
void write_string(struct regs *r);

/* ---- graphics.c ---- */
void pixel_put(struct screen *s, u16 x, u16 y, u8 color);
u8 pixel_get(struct screen *s, u16 x, u16 y);
void glyph_put(struct screen *s, u8 c, u8 row, u8 col, u8 color);
u8 glyph_get(struct screen *s, u8 row, u8 col);
void gfx_scroll(struct screen *s, u8 up, u8 lines, u8 attr, u8 top, u8 left, u8 bottom, u8 right);
u16 vbe_window(u32 addr);

/* ---- the rest of INT 10h ---- */
void font_load(u8 block, u16 seg, u16 off, u16 first, u16 count, u8 height);
void font_builtin(u8 height, u16 *seg, u16 *off);
void chargen(struct regs *r);
void attr_w(u8 i, u8 v);
u8 attr_r(u8 i);
void palette(struct regs *r);
void alternate_select(struct regs *r);
void display_combination(struct regs *r);
void functionality(struct regs *r);
void save_restore(struct regs *r);
u16 state_size(u8 what);
u16 state_save(u8 what, u16 seg, u16 off);
u16 state_restore(u8 what, u16 seg, u16 off);
void vbe(struct regs *r);

#endif
